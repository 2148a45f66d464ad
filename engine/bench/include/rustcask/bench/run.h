// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <rustcask/bench/engine.h>
#include <rustcask/bench/histogram.h>
#include <rustcask/bench/machine.h>
#include <rustcask/bench/workload.h>

/// A run in memory: workloads × configurations × rounds. doc/result-v1.md says how it is stored.
namespace rustcask::bench {

enum class RepetitionStatus : std::uint8_t {
    complete,
    stopped, ///< somebody asked for it; the figures are of the part that ran
    failed,  ///< the engine or the workload reported an error
    crashed, ///< the process ended without a result
};
[[nodiscard]] std::string_view statusName(RepetitionStatus status) noexcept;

/// One point of the time series.
struct Sample {
    std::uint64_t elapsedMs = 0;  ///< since the timed part began
    std::uint64_t operations = 0; ///< done so far
    double opsPerSecond = 0;      ///< since the sample before
    std::uint64_t anonymousBytes = 0;
    friend bool operator==(const Sample&, const Sample&) = default;
};

/// What a writer beside the threads of a repetition did.
struct BackgroundWriter {
    double rate = 0; ///< operations a second it was to make
    std::uint64_t operations = 0;
    double opsPerSecond = 0;
    Histogram latency{};         ///< from the actual start of each operation
    Histogram intendedLatency{}; ///< from when it was due
};

/// What else happened on the machine in the timed part. Shares are of all cores, 0 to 1; 0 also where the timed part
/// was too short to tell.
struct Disturbance {
    double otherShare = 0;           ///< processor time of other processes
    double stolenShare = 0;          ///< processor time that the hypervisor took
    std::uint64_t throttledNs = 0;   ///< for which a control group's quota held the process back
    std::uint64_t thermalEvents = 0; ///< times that a core slowed down because of its temperature
};

/// What one child process measured. Times are wall-clock nanoseconds.
struct Repetition {
    std::uint32_t workload = 0;      ///< index into `Run::workloads`
    std::uint32_t configuration = 0; ///< index into `Run::configurations`
    std::uint32_t round = 0;         ///< from 0
    RepetitionStatus status = RepetitionStatus::complete;
    std::string error{}; ///< why it failed, for people

    std::uint64_t operations = 0;
    std::uint64_t found = 0;   ///< gets, updates and removes that met their key
    std::uint64_t missing = 0; ///< … that did not
    std::uint64_t traceNs = 0; ///< making the trace
    std::uint64_t loadNs = 0;
    std::uint64_t verifyNs = 0;
    std::uint64_t elapsedNs = 0;                ///< the timed part
    std::uint64_t settleNs = 0;                 ///< after it, until everything was durable and quiet
    double opsPerSecond = 0;                    ///< of the timed part
    std::map<std::string, Histogram> latency{}; ///< by operation kind, from the actual start
    /// By operation kind, from when it was due; empty without a rate. An engine that stalls delays what comes after,
    /// which the actual start hides (coordinated omission).
    std::map<std::string, Histogram> intendedLatency{};
    std::optional<BackgroundWriter> writer{}; ///< its figures are not in the others
    std::vector<Sample> series{};

    std::uint64_t userBytesWritten = 0;                ///< keys and values handed over in the timed part
    std::optional<std::uint64_t> engineBytesWritten{}; ///< in the timed part and settling, says the engine
    std::optional<std::uint64_t> deviceBytesWritten{}; ///< … says the kernel (0 on file systems that do not count)
    std::uint64_t liveUserBytes = 0;                   ///< of keys and values that exist at the end
    std::uint64_t diskBytes = 0;                       ///< of the directory after closing
    std::optional<double> writeAmplification{};
    std::optional<double> spaceAmplification{};

    std::uint64_t baselineAnonymousBytes = 0; ///< of the process before the engine was opened: harness and trace
    std::uint64_t peakAnonymousBytes = 0;
    std::uint64_t baselineFileBytes = 0;
    std::uint64_t peakFileBytes = 0; ///< resident file-backed and shared pages
    std::optional<std::uint64_t> indexBytes{};
    std::uint64_t cpuUserNs = 0; ///< of the timed part, all threads
    std::uint64_t cpuSystemNs = 0;
    Disturbance disturbance{};
    double harnessNsPerOperation = 0; ///< a clock reading and a recording, measured here before the run

    bool coldCache = false; ///< the page cache was dropped before the timed part, and was seen to be empty of the store
    std::string traceSha256{};
    OptionMap effectiveOptions{};
    std::string engineVersion{};
    std::optional<Durability> durability{}; ///< from the effective options
    std::vector<std::string> warnings{};

    /// All kinds together.
    [[nodiscard]] Histogram allLatencies() const;
    /// What the engine took of memory: both peaks less what the harness had before.
    [[nodiscard]] std::uint64_t peakMemoryBytes() const noexcept;
};

/// A pair of workload and configuration that an engine cannot run: shown as such, never as 0.
struct NotApplicable {
    std::uint32_t workload = 0;
    std::uint32_t configuration = 0;
    std::string reason{};
    friend bool operator==(const NotApplicable&, const NotApplicable&) = default;
};

/// A run, complete or not.
struct Run {
    std::string id{};      ///< unique; also the stem of the file name where runs are stored
    std::string name{};    ///< given by people
    std::string created{}; ///< UTC, ISO 8601
    Tool tool{};
    Machine machine{};
    std::string profile{"custom"}; ///< "matched", "defaults" or "custom"
    std::uint32_t rounds = 5;
    std::uint64_t orderSeed = 1;
    std::vector<WorkloadSpec> workloads{};
    std::vector<EngineConfig> configurations{};
    std::vector<NotApplicable> notApplicable{};
    std::vector<std::string> warnings{};
    std::vector<Repetition> repetitions{}; ///< in the order in which they were made
    std::string unknown{}; ///< the JSON this was read from: fields that this version does not know are written back

    [[nodiscard]] std::uint64_t plannedRepetitions() const noexcept {
        return rounds * (std::uint64_t{workloads.size()} * configurations.size() - notApplicable.size());
    }
    [[nodiscard]] bool isComplete() const noexcept;
};

} // namespace rustcask::bench
