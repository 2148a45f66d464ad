// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <string_view>

#include <rustcask/bench/engine.h>
#include <rustcask/bench/run.h>

namespace rustcask::bench {

/// What a repetition is doing.
enum class RunPhase : std::uint8_t { trace, load, verify, measure, settle };
[[nodiscard]] std::string_view runPhaseName(RunPhase phase) noexcept;

/// One repetition to make.
struct RepetitionSpec {
    WorkloadSpec workload{};
    EngineConfig config{};
    std::filesystem::path directory{}; ///< must be absent or empty; is left as the engine leaves it
    bool verify = true;                ///< read everything back once after the load (or a fill) and compare
    std::chrono::milliseconds sampleEvery{250};
};

/// Told how it goes, by the thread that called `runRepetition` (phases) and by the sampling thread (samples).
struct RunObserver {
    std::function<void(RunPhase)> phase{};
    std::function<void(const Sample&)> sample{};
};

/// Makes one repetition in this process: opens a fresh store, loads, runs the timed part, syncs, closes and measures.
/// Process-wide figures (memory, CPU, bytes written) are this process's, so it should do nothing else. Ends soon after
/// `stop` is set, in any phase, with what was measured so far. Never throws; failures are in the result.
[[nodiscard]] Repetition runRepetition(const EngineRegistry& engines, const RepetitionSpec& spec,
                                       const RunObserver& observer, const std::atomic<bool>& stop);

} // namespace rustcask::bench
