// SPDX-License-Identifier: Apache-2.0
#include <rustcask/bench/run.h>

#include <algorithm>
#include <array>

namespace rustcask::bench {

std::string_view statusName(RepetitionStatus status) noexcept {
    static constexpr std::array<std::string_view, 4> names{"complete", "stopped", "failed", "crashed"};
    return names[static_cast<std::size_t>(status)];
}

Histogram Repetition::allLatencies() const {
    Histogram all;
    for (const auto& [kind, histogram] : latency)
        all.merge(histogram);
    return all;
}

std::uint64_t Repetition::peakMemoryBytes() const noexcept {
    const auto above = [](std::uint64_t peak, std::uint64_t base) { return peak > base ? peak - base : 0; };
    return above(peakAnonymousBytes, baselineAnonymousBytes) + above(peakFileBytes, baselineFileBytes);
}

bool Run::isComplete() const noexcept {
    return repetitions.size() == plannedRepetitions() &&
           std::all_of(repetitions.begin(), repetitions.end(),
                       [](const Repetition& repetition) { return repetition.status == RepetitionStatus::complete; });
}

} // namespace rustcask::bench
