// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <rustcask/bench/engine.h>
#include <rustcask/bench/histogram.h>
#include <rustcask/bench/workload.h>

#include "cycle_clock.h"

namespace rustcask::bench {

/// Written by one worker, read by the sampler; a cache line of its own, so that counting costs a store.
struct alignas(64) OperationCounter {
    std::atomic<std::uint64_t> operations{0};
};

using LatencyByKind = std::array<Histogram, opKindCount>;

/// What one thread did. Owned by that thread until it has ended.
struct Worker {
    LatencyByKind latency;  ///< from the actual start of each operation
    LatencyByKind intended; ///< from when it was due; only with a rate
    std::uint64_t operations = 0;
    std::uint64_t found = 0;
    std::uint64_t missing = 0;
    std::uint64_t userBytesWritten = 0;
    std::uint64_t sink = 0; ///< what was read, so that reading cannot be left out
    std::optional<Error> error;
    std::chrono::steady_clock::time_point begin{};
    std::chrono::steady_clock::time_point end{};
};

/// When a thread's operations are due: the `first`-th of the whole run and every `stride`-th after it.
struct Pace {
    double nsPerOperation = 0; ///< 0: as fast as they go
    std::uint64_t first = 0;
    std::uint64_t stride = 1;
};

/// The timed loop of one thread. One clock reading an operation: the end of one is the beginning of the next, so what
/// the loop itself costs is inside the latencies, and `Repetition::harnessNsPerOperation` says how much that is. Takes
/// no lock and, after the first values, no memory.
class TimedLoop {
public:
    TimedLoop(Session& session, const Trace& trace, const OperationList& list, const CycleClock& clock, Pace pace,
              const std::atomic<bool>& stop, Worker& worker, OperationCounter& counter)
        : m_session(session),
          m_trace(trace),
          m_list(list),
          m_clock(clock),
          m_pace(pace),
          m_stop(stop),
          m_worker(worker),
          m_counter(counter) {}

    void run();
    /// Over and over until `done` is set.
    void runUntil(const std::atomic<bool>& done);

private:
    template <bool paced, typename More>
    void loop(More more);
    /// Performs operation `i`; how many of the list it took, 0 on failure.
    [[nodiscard]] std::size_t execute(OpKind kind, std::size_t i);
    [[nodiscard]] std::size_t executeBatch(std::size_t i);
    [[nodiscard]] std::uint64_t waitUntilDue(std::uint64_t beginTicks, std::uint64_t operation) const;
    [[nodiscard]] std::size_t written(const Result<void>& result);
    [[nodiscard]] std::size_t read(const Result<bool>& result);
    [[nodiscard]] std::size_t fail(const Error& error);

    Session& m_session;
    const Trace& m_trace;
    const OperationList& m_list;
    const CycleClock& m_clock;
    const Pace m_pace;
    const std::atomic<bool>& m_stop;
    Worker& m_worker;
    OperationCounter& m_counter;
    std::string m_value;
    std::array<std::string_view, getManyBatch> m_keys;
    std::vector<std::string> m_values;
};

/// Keeps the compiler from leaving out what was read.
inline void touch(Worker& worker, std::string_view value) {
    if (!value.empty())
        worker.sink += static_cast<unsigned char>(value.front()) + static_cast<unsigned char>(value.back());
}

/// What reading the clock and recording cost for each operation here and now, in nanoseconds: the least of some short
/// measurements, because all that can happen to one makes it longer.
[[nodiscard]] double measureHarness(const CycleClock& clock);

} // namespace rustcask::bench
