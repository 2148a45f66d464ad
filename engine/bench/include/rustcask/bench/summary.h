// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <rustcask/bench/run.h>
#include <rustcask/bench/statistics.h>

namespace rustcask::bench {

/// All repetitions of one configuration on one workload of one run, taken together.
struct SeriesSummary {
    std::uint32_t workload = 0;         ///< index into `Run::workloads`
    std::uint32_t configuration = 0;    ///< index into `Run::configurations`
    std::vector<double> opsPerSecond{}; ///< of each complete repetition, in the order in which they were made
    std::uint32_t incomplete = 0;       ///< repetitions that were stopped, failed or crashed; not in the figures
    std::string firstError{};           ///< of those, for people
    double medianOpsPerSecond = 0;
    double madOpsPerSecond = 0;
    std::optional<Interval> interval{}; ///< 95 %, bootstrap
    Histogram latency{};                ///< of all operations, merged
    double medianPeakMemoryBytes = 0;
    std::optional<double> medianWriteAmplification{};
    std::optional<double> medianSpaceAmplification{};
    std::optional<Durability> durability{};
};

/// One entry for every pair that has at least one repetition, by workload, then configuration.
[[nodiscard]] std::vector<SeriesSummary> summarise(const Run& run);

/// The table of a run for a terminal, widths fitted; ends with a line break.
[[nodiscard]] std::string tableText(const Run& run);
/// The same with every figure in plain units, as CSV (RFC 4180) with a header line.
[[nodiscard]] std::string tableCsv(const std::vector<const Run*>& runs);

/// Rows of text in columns of equal width, those in `left` aligned to the left. @pre the first row is the longest.
[[nodiscard]] std::string alignedText(const std::vector<std::vector<std::string>>& rows,
                                      const std::vector<std::size_t>& left);

/// "1.40 M", "832 k", "97.2": three figures.
[[nodiscard]] std::string shortNumber(double value);
/// "270 ns", "1.80 µs", "12.4 ms": three figures.
[[nodiscard]] std::string shortDuration(std::uint64_t ns);
/// "104 B", "1.40 MiB".
[[nodiscard]] std::string shortBytes(double bytes);

} // namespace rustcask::bench
