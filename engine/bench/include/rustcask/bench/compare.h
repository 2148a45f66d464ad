// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <rustcask/bench/run.h>
#include <rustcask/bench/statistics.h>

/// Whether one configuration is faster than another, with what certainty. Pure functions.
namespace rustcask::bench {

enum class Verdict : std::uint8_t {
    faster,       ///< than the baseline: the interval lies above 1 and the adjusted p-value is at most 0.05
    slower,       ///< likewise below 1
    equivalent,   ///< the whole interval lies inside the band of what does not matter or cannot be told from noise
    inconclusive, ///< neither: more rounds, or a quieter machine, would tell
    notRanked,    ///< another durability class, trace or profile: the figures stand side by side and are not compared
};
[[nodiscard]] std::string_view verdictName(Verdict verdict) noexcept; ///< "faster", … "not ranked"

/// One configuration against the baseline on one workload.
struct ComparedPair {
    WorkloadSpec workload{};
    std::string baseline{};
    std::string candidate{};
    std::optional<Durability> baselineClass{};
    std::optional<Durability> candidateClass{};
    bool sameConfiguration = false; ///< an A/A pair: measures the noise, is no finding
    std::uint32_t baselineValues = 0;
    std::uint32_t candidateValues = 0; ///< with `baselineValues` equal to it in one session: pairs of a round
    double baselineMedian = 0;         ///< operations a second
    double candidateMedian = 0;
    double ratio = 0;                   ///< Hodges-Lehmann estimate of candidate over baseline; over 1: faster
    std::optional<Interval> interval{}; ///< 95 %, of the ratio
    double effect = 0;                  ///< rank-biserial correlation, -1 to 1
    double pValue = 1;
    double adjustedPValue = 1; ///< Holm, over all ranked pairs of the table
    double band = 0.03;        ///< ratios from 1 / (1 + band) to 1 + band do not matter
    bool noiseMeasured = false;
    Verdict verdict = Verdict::inconclusive;
    std::string note{}; ///< why it is not ranked, or not concluded; may be empty
};

struct ComparisonTable {
    std::vector<ComparedPair> pairs{};
    bool sameSession = true; ///< one run with interleaved rounds; otherwise what drifted between the runs is in it
    std::vector<std::string> warnings{};
};

/// What a comparison comes to: the exit code of `rustcask bench compare`.
enum class ComparisonOutcome : std::uint8_t {
    fine = 0,
    regression = 1,   ///< at least one pair is slower
    invalid = 2,      ///< nothing could be ranked
    inconclusive = 3, ///< none is slower, and at least one inconclusive
};

/// Every other configuration of `run` against `baseline` (empty: the first one), paired by rounds: Wilcoxon's
/// signed-rank test on logarithms of ratios. Errors: invalidArgument when there is no such configuration.
[[nodiscard]] Result<ComparisonTable> compareWithin(const Run& run, const std::string& baseline = {});
/// Every configuration of `candidate` against the one of the same label in `baseline`, or against the one that is
/// named: two sessions, Mann-Whitney. Errors: invalidArgument when there is no such configuration.
[[nodiscard]] Result<ComparisonTable> compareSessions(const Run& baseline, const Run& candidate,
                                                      const std::string& baselineLabel = {});
[[nodiscard]] ComparisonOutcome outcomeOf(const ComparisonTable& table) noexcept;

/// For a terminal, widths fitted.
[[nodiscard]] std::string comparisonText(const ComparisonTable& table);
/// As one JSON object: see doc/result-v1.md, "Comparison".
[[nodiscard]] std::string comparisonJson(const ComparisonTable& table);

/// The verdict that a ratio's interval and p-value come to. `noise`: the measured A/A noise, nullopt where there is
/// none.
[[nodiscard]] Verdict decide(const std::optional<Interval>& interval, double adjustedPValue,
                             std::optional<double> noise) noexcept;

} // namespace rustcask::bench
