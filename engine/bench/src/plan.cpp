// SPDX-License-Identifier: Apache-2.0
#include <rustcask/bench/plan.h>

#include <utility>

#include <rustcask/bench/random.h>

namespace rustcask::bench {

std::vector<PlanStep> makePlan(std::uint32_t workloads, std::uint32_t configurations, std::uint32_t rounds,
                               std::uint64_t seed) {
    std::vector<PlanStep> plan;
    plan.reserve(std::size_t{workloads} * configurations * rounds);
    Random random(mix64(seed));
    for (std::uint32_t round = 0; round < rounds; ++round) {
        const std::size_t first = plan.size();
        for (std::uint32_t workload = 0; workload < workloads; ++workload)
            for (std::uint32_t configuration = 0; configuration < configurations; ++configuration)
                plan.push_back({round, workload, configuration});
        for (std::size_t i = plan.size(); i > first + 1; --i)
            std::swap(plan[i - 1], plan[first + random.below(i - first)]);
    }
    return plan;
}

} // namespace rustcask::bench
