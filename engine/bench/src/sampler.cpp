// SPDX-License-Identifier: Apache-2.0
#include "sampler.h"

#include <algorithm>

#include "system_usage.h"

namespace rustcask::bench {

Sampler::Sampler(Repetition& result, const RunObserver& observer, const std::vector<OperationCounter>& counters,
                 std::chrono::milliseconds interval)
    : m_result(result),
      m_observer(observer),
      m_counters(counters),
      m_interval(interval),
      m_begin(std::chrono::steady_clock::now()),
      m_thread([this] { loop(); }) {}

Sampler::~Sampler() {
    {
        const std::lock_guard lock(m_mutex);
        m_done = true;
    }
    m_wake.notify_one();
    m_thread.join();
}

void Sampler::loop() {
    std::unique_lock lock(m_mutex);
    for (auto next = m_begin + m_interval;; next += m_interval) {
        const bool done = m_wake.wait_until(lock, next, [this] { return m_done; });
        take(done);
        if (done)
            return;
    }
}

void Sampler::take(bool last) {
    const MemoryUsage memory = memoryUsage();
    m_result.peakAnonymousBytes = std::max(m_result.peakAnonymousBytes, memory.anonymousBytes);
    m_result.peakFileBytes = std::max(m_result.peakFileBytes, memory.fileBytes);
    Sample sample;
    const auto nowNs = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - m_begin).count());
    for (const OperationCounter& counter : m_counters)
        sample.operations += counter.operations.load(std::memory_order_relaxed);
    // A last interval that is too short has a rate that is mostly noise.
    if (last && (nowNs - m_lastNs) * 4 < static_cast<std::uint64_t>(m_interval.count()) * 1'000'000 &&
        !m_result.series.empty())
        return;
    sample.elapsedMs = nowNs / 1'000'000;
    sample.opsPerSecond =
        static_cast<double>(sample.operations - m_lastOperations) * 1e9 / static_cast<double>(nowNs - m_lastNs);
    sample.anonymousBytes = memory.anonymousBytes;
    m_lastNs = nowNs;
    m_lastOperations = sample.operations;
    m_result.series.push_back(sample);
    if (m_observer.sample)
        m_observer.sample(sample);
}

} // namespace rustcask::bench
