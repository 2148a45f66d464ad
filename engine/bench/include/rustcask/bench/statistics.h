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

/// A rank test, two-sided.
struct RankTest {
    double statistic = 0; ///< W+ (signed-rank) or U of the second sample (Mann-Whitney)
    double pValue = 1;    ///< 0 to 1
    bool exact = true;    ///< from the permutation distribution, ties included; false: from its normal approximation
};
/// Wilcoxon's signed-rank test that `differences` are symmetric about 0. Zeros are left out (Wilcoxon 1945). Exact up
/// to 200 differences.
[[nodiscard]] RankTest wilcoxonSignedRank(const std::vector<double>& differences);
/// The Mann-Whitney test that both samples come from one distribution. Exact up to 100 values together.
[[nodiscard]] RankTest mannWhitney(const std::vector<double>& first, const std::vector<double>& second);

/// A Hodges-Lehmann estimate with the interval that belongs to its rank test; nullopt where so few values give none of
/// the confidence asked for (under six pairs for 95 %).
struct Shift {
    double estimate = 0;
    std::optional<Interval> interval{};
};
/// Median of the Walsh averages of `differences`.
[[nodiscard]] Shift hodgesLehmann(const std::vector<double>& differences, double confidence = 0.95);
/// Median of all differences of a value of `second` and one of `first`.
[[nodiscard]] Shift hodgesLehmann(const std::vector<double>& first, const std::vector<double>& second,
                                  double confidence = 0.95);

/// Rank-biserial correlation, -1 to 1: how far the signed ranks, or the pairs of both samples, point one way. Positive:
/// up, or `second` is larger. 0 for nothing to compare.
[[nodiscard]] double rankBiserial(const std::vector<double>& differences);
[[nodiscard]] double rankBiserial(const std::vector<double>& first, const std::vector<double>& second);

/// Holm's adjusted p-values, in the order of `pValues`: the chance of any false finding among all is at most the level
/// that they are compared with.
[[nodiscard]] std::vector<double> holm(const std::vector<double>& pValues);

} // namespace rustcask::bench
