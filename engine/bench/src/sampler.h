// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include <rustcask/bench/runner.h>

#include "timed_loop.h"

namespace rustcask::bench {

/// Takes the time series and the memory peaks while it lives, on a thread of its own.
class Sampler {
public:
    Sampler(Repetition& result, const RunObserver& observer, const std::vector<OperationCounter>& counters,
            std::chrono::milliseconds interval);
    ~Sampler(); ///< takes a last sample
    Sampler(const Sampler&) = delete;
    Sampler& operator=(const Sampler&) = delete;

private:
    void loop();
    void take(bool last);

    Repetition& m_result;
    const RunObserver& m_observer;
    const std::vector<OperationCounter>& m_counters;
    const std::chrono::milliseconds m_interval;
    const std::chrono::steady_clock::time_point m_begin;
    std::uint64_t m_lastNs = 0;
    std::uint64_t m_lastOperations = 0;
    std::mutex m_mutex;
    std::condition_variable m_wake;
    bool m_done = false;  // guarded by m_mutex
    std::thread m_thread; // last: it uses everything above
};

} // namespace rustcask::bench
