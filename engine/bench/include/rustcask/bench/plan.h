// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace rustcask::bench {

/// One repetition to make; the indices are those of `Run`.
struct PlanStep {
    std::uint32_t round = 0;
    std::uint32_t workload = 0;
    std::uint32_t configuration = 0;
    friend bool operator==(const PlanStep&, const PlanStep&) = default;
};

/// Rounds, each of which holds every pair of workload and configuration once, in an order shuffled by `seed`. What
/// drifts on the machine then meets all configurations alike.
[[nodiscard]] std::vector<PlanStep> makePlan(std::uint32_t workloads, std::uint32_t configurations,
                                             std::uint32_t rounds, std::uint64_t seed);

} // namespace rustcask::bench
