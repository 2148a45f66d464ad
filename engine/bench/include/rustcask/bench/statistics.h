// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

/// Statistics over repetitions. Pure functions; the order of the values does not matter.
namespace rustcask::bench {

/// 0 for no values; the mean of the two middle ones for an even number.
[[nodiscard]] double median(std::vector<double> values);
/// Median absolute deviation from the median, unscaled.
[[nodiscard]] double medianAbsoluteDeviation(const std::vector<double>& values);

struct Interval {
    double low = 0;
    double high = 0;
};
/// Percentile bootstrap interval of the median: `resamples` samples with replacement, drawn with `seed`. Nullopt below
/// three values, of which no interval says anything.
[[nodiscard]] std::optional<Interval> bootstrapMedian(const std::vector<double>& values, double confidence = 0.95,
                                                      std::uint32_t resamples = 2000, std::uint64_t seed = 1);

} // namespace rustcask::bench
