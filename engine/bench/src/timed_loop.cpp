// SPDX-License-Identifier: Apache-2.0
#include "timed_loop.h"

#include <algorithm>
#include <ctime>
#include <limits>

namespace rustcask::bench {

void TimedLoop::run() {
    const std::size_t size = m_list.size();
    const auto more = [size](std::size_t i) { return i < size; };
    if (m_pace.nsPerOperation > 0)
        loop<true>(more);
    else
        loop<false>(more);
}

void TimedLoop::runUntil(const std::atomic<bool>& done) {
    const auto more = [&done](std::size_t) { return !done.load(std::memory_order_relaxed); };
    if (m_pace.nsPerOperation > 0)
        loop<true>(more);
    else
        loop<false>(more);
}

template <bool paced, typename More>
void TimedLoop::loop(More more) {
    const std::size_t size = m_list.size();
    m_worker.begin = std::chrono::steady_clock::now();
    const std::uint64_t begin = m_clock.now();
    std::uint64_t last = begin;
    std::size_t i = 0;
    for (std::uint64_t made = 0; more(made) && !m_stop.load(std::memory_order_relaxed);) {
        std::uint64_t due = 0;
        if constexpr (paced) {
            due = waitUntilDue(begin, made);
            last = m_clock.now();
        }
        const OpKind kind = m_list.kind(i);
        const std::size_t taken = execute(kind, i);
        if (taken == 0)
            break;
        const std::uint64_t now = m_clock.now();
        m_worker.latency[static_cast<std::size_t>(kind)].record(m_clock.nanoseconds(now - last));
        if constexpr (paced)
            m_worker.intended[static_cast<std::size_t>(kind)].record(m_clock.nanoseconds(now - std::min(now, due)));
        last = now;
        made += taken;
        i += taken;
        if (i == size)
            i = 0;
        m_worker.operations = made;
        m_counter.operations.store(made, std::memory_order_relaxed);
    }
    m_worker.end = std::chrono::steady_clock::now();
}

std::uint64_t TimedLoop::waitUntilDue(std::uint64_t beginTicks, std::uint64_t operation) const {
    const double index = static_cast<double>(m_pace.first + operation * m_pace.stride);
    const std::uint64_t due = beginTicks + m_clock.ticks(static_cast<std::uint64_t>(index * m_pace.nsPerOperation));
    // Sleeping ends late by tens of microseconds, which would count as the engine's; so the last stretch is awaited.
    constexpr std::uint64_t awaitedNs = 80'000;
    for (std::uint64_t now = m_clock.now(); now < due && !m_stop.load(std::memory_order_relaxed); now = m_clock.now()) {
        const std::uint64_t ns = m_clock.nanoseconds(due - now);
        if (ns <= awaitedNs)
            continue;
        const std::uint64_t sleepNs = std::min<std::uint64_t>(ns - awaitedNs, 50'000'000); // a stop is seen soon
        const std::timespec time{0, static_cast<long>(sleepNs)};
        ::nanosleep(&time, nullptr);
    }
    return due;
}

std::size_t TimedLoop::execute(OpKind kind, std::size_t i) {
    switch (kind) {
    case OpKind::put:
        return written(m_session.put(m_list.key(i), m_trace.value(m_list, i)));
    case OpKind::putSync:
        return written(m_session.putSync(m_list.key(i), m_trace.value(m_list, i)));
    case OpKind::get:
        return read(m_session.get(m_list.key(i), m_value));
    case OpKind::getMany:
        return executeBatch(i);
    case OpKind::update:
        return read(m_session.get(m_list.key(i), m_value)) == 0
                   ? 0
                   : written(m_session.put(m_list.key(i), m_trace.value(m_list, i)));
    case OpKind::remove:
        m_value.clear();
        return read(m_session.remove(m_list.key(i)));
    case OpKind::scan:
    case OpKind::open:
    case OpKind::compact:
        break; // of the whole store: the runner's
    }
    return 0;
}

std::size_t TimedLoop::executeBatch(std::size_t i) {
    const std::size_t count = std::min(getManyBatch, m_list.size() - i);
    for (std::size_t k = 0; k < count; ++k)
        m_keys[k] = m_list.key(i + k);
    m_values.resize(count);
    const auto found = m_session.getMany({m_keys.data(), count}, m_values);
    if (!found)
        return fail(found.error());
    m_worker.found += *found;
    m_worker.missing += count - *found;
    for (const std::string& value : m_values)
        touch(m_worker, value);
    return count;
}

std::size_t TimedLoop::written(const Result<void>& result) {
    if (!result)
        return fail(result.error());
    m_worker.userBytesWritten += m_trace.spec().keyBytes + m_trace.spec().valueBytes;
    return 1;
}

std::size_t TimedLoop::read(const Result<bool>& result) {
    if (!result)
        return fail(result.error());
    ++(*result ? m_worker.found : m_worker.missing);
    touch(m_worker, m_value);
    return 1;
}

std::size_t TimedLoop::fail(const Error& error) {
    m_worker.error = error;
    return 0;
}

double measureHarness(const CycleClock& clock) {
    constexpr std::uint64_t operations = 10'000;
    double least = std::numeric_limits<double>::infinity();
    Histogram histogram;
    OperationCounter counter;
    for (int i = 0; i < 10; ++i) {
        const std::uint64_t begin = clock.now();
        std::uint64_t last = begin;
        for (std::uint64_t made = 1; made <= operations; ++made) {
            const std::uint64_t now = clock.now();
            histogram.record(clock.nanoseconds(now - last));
            last = now;
            counter.operations.store(made, std::memory_order_relaxed);
        }
        least = std::min(least, static_cast<double>(clock.nanoseconds(last - begin)) / static_cast<double>(operations));
    }
    return least;
}

} // namespace rustcask::bench
