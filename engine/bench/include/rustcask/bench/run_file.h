// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <rustcask/bench/run.h>

/// Runs as JSON, format "rustcask-bench", version 1: see doc/result-v1.md. Fields that this version does not know are
/// kept and written back.
namespace rustcask::bench {

inline constexpr int resultVersion = 1;

[[nodiscard]] std::string encodeRun(const Run& run);
/// Also reads what Google Benchmark writes (--benchmark_format=json), as a run of the profile "foreign". Errors:
/// corruption (not JSON, not a run, figures that contradict each other), unsupported (a later version).
[[nodiscard]] Result<Run> decodeRun(std::string_view text);

/// Replaces `file` in one step: a reader sees the old run or the new one. Errors: ioError.
[[nodiscard]] Result<void> saveRun(const Run& run, const std::filesystem::path& file);
/// Errors: ioError, and those of `decodeRun`.
[[nodiscard]] Result<Run> loadRun(const std::filesystem::path& file);

/// What a list of runs shows of each.
struct RunSummary {
    std::filesystem::path file{};
    std::string id{};
    std::string name{};
    std::string created{};
    std::vector<std::string> workloads{};
    std::vector<std::string> configurations{};
    std::uint32_t rounds = 0;
    std::uint64_t repetitionsMade = 0;
    bool complete = false;
};

[[nodiscard]] RunSummary summaryOf(const Run& run);
/// As `loadRun`, but reads only what stands before the repetitions: well under a millisecond for a file of any size
/// that this program wrote.
[[nodiscard]] Result<RunSummary> loadRunSummary(const std::filesystem::path& file);

/// A new identifier, from time and process ("20260131T120000-1a2b3c4d"), and this moment in UTC, ISO 8601.
[[nodiscard]] std::string newRunId();
[[nodiscard]] std::string utcNow();

} // namespace rustcask::bench
