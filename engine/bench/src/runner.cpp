// SPDX-License-Identifier: Apache-2.0
#include <rustcask/bench/runner.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <latch>
#include <mutex>
#include <optional>
#include <thread>

#include "system_usage.h"

namespace rustcask::bench {

namespace {

using Clock = std::chrono::steady_clock;

std::uint64_t nanosecondsBetween(Clock::time_point begin, Clock::time_point end) {
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(end - begin).count());
}

std::uint64_t nanosecondsSince(Clock::time_point begin) {
    return nanosecondsBetween(begin, Clock::now());
}

/// Written by one worker, read by the sampler; a cache line of its own, so that counting costs a store.
struct alignas(64) Counter {
    std::atomic<std::uint64_t> operations{0};
};

/// The state of one worker thread.
struct Worker {
    std::array<Histogram, opKindCount> latency;
    std::uint64_t operations = 0;
    std::uint64_t found = 0;
    std::uint64_t missing = 0;
    std::uint64_t userBytesWritten = 0;
    std::uint64_t sink = 0; // what was read, so that reading cannot be left out
    std::optional<Error> error;
    Clock::time_point begin{};
    Clock::time_point end{};
};

void touch(Worker& worker, std::string_view value) {
    if (!value.empty())
        worker.sink += static_cast<unsigned char>(value.front()) + static_cast<unsigned char>(value.back());
}

/// The timed loop. One clock reading an operation: the end of one is the beginning of the next, so what the loop itself
/// costs is inside the latencies, and `Repetition::harnessNsPerOperation` says how much that is.
class TimedLoop {
public:
    TimedLoop(Engine& engine, const Trace& trace, const OperationList& list, const std::atomic<bool>& stop,
              Worker& worker, Counter& counter)
        : m_engine(engine), m_trace(trace), m_list(list), m_stop(stop), m_worker(worker), m_counter(counter) {}

    void run() {
        const std::size_t size = m_list.size();
        Clock::time_point last = Clock::now();
        m_worker.begin = last;
        for (std::size_t i = 0; i < size; ++i) {
            if (m_stop.load(std::memory_order_relaxed))
                break;
            const OpKind kind = m_list.kind(i);
            if (kind == OpKind::scan) {
                scan(last);
                break;
            }
            if (!execute(kind, i))
                break;
            const Clock::time_point now = Clock::now();
            m_worker.latency[static_cast<std::size_t>(kind)].record(nanosecondsBetween(last, now));
            last = now;
            m_counter.operations.store(++m_worker.operations, std::memory_order_relaxed);
        }
        m_worker.end = last;
    }

private:
    [[nodiscard]] bool execute(OpKind kind, std::size_t i) {
        switch (kind) {
        case OpKind::put:
            return written(m_engine.put(m_list.key(i), m_trace.value(m_list, i)));
        case OpKind::putSync:
            return written(m_engine.putSync(m_list.key(i), m_trace.value(m_list, i)));
        case OpKind::get:
            return read(m_engine.get(m_list.key(i), m_value));
        case OpKind::update:
            return read(m_engine.get(m_list.key(i), m_value)) &&
                   written(m_engine.put(m_list.key(i), m_trace.value(m_list, i)));
        case OpKind::remove:
            m_value.clear();
            return read(m_engine.remove(m_list.key(i)));
        case OpKind::scan:
            break;
        }
        return false;
    }

    [[nodiscard]] bool written(const Result<void>& result) {
        if (!result)
            return fail(result.error());
        m_worker.userBytesWritten += m_trace.spec().keyBytes + m_trace.spec().valueBytes;
        return true;
    }

    [[nodiscard]] bool read(const Result<bool>& result) {
        if (!result)
            return fail(result.error());
        ++(*result ? m_worker.found : m_worker.missing);
        touch(m_worker, m_value);
        return true;
    }

    [[nodiscard]] bool fail(const Error& error) {
        m_worker.error = error;
        return false;
    }

    void scan(Clock::time_point& last) {
        Histogram& latency = m_worker.latency[static_cast<std::size_t>(OpKind::scan)];
        const auto result = m_engine.scan([&](std::string_view, std::string_view value) {
            touch(m_worker, value);
            ++m_worker.found;
            const Clock::time_point now = Clock::now();
            latency.record(nanosecondsBetween(last, now));
            last = now;
            m_counter.operations.store(++m_worker.operations, std::memory_order_relaxed);
            return !m_stop.load(std::memory_order_relaxed);
        });
        if (!result)
            m_worker.error = result.error();
    }

    Engine& m_engine;
    const Trace& m_trace;
    const OperationList& m_list;
    const std::atomic<bool>& m_stop;
    Worker& m_worker;
    Counter& m_counter;
    std::string m_value;
};

/// Takes the time series and the memory peaks while it lives.
class Sampler {
public:
    Sampler(Repetition& result, const RunObserver& observer, const std::vector<Counter>& counters,
            std::chrono::milliseconds interval)
        : m_result(result),
          m_observer(observer),
          m_counters(counters),
          m_interval(interval),
          m_begin(Clock::now()),
          m_thread([this] { loop(); }) {}
    ~Sampler() {
        {
            const std::lock_guard lock(m_mutex);
            m_done = true;
        }
        m_wake.notify_one();
        m_thread.join();
    }
    Sampler(const Sampler&) = delete;
    Sampler& operator=(const Sampler&) = delete;

private:
    void loop() {
        std::unique_lock lock(m_mutex);
        for (auto next = m_begin + m_interval;; next += m_interval) {
            const bool done = m_wake.wait_until(lock, next, [this] { return m_done; });
            take(done);
            if (done)
                return;
        }
    }

    void take(bool last) {
        const MemoryUsage memory = memoryUsage();
        m_result.peakAnonymousBytes = std::max(m_result.peakAnonymousBytes, memory.anonymousBytes);
        m_result.peakFileBytes = std::max(m_result.peakFileBytes, memory.fileBytes);
        Sample sample;
        const std::uint64_t nowNs = nanosecondsSince(m_begin);
        for (const Counter& counter : m_counters)
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

    Repetition& m_result;
    const RunObserver& m_observer;
    const std::vector<Counter>& m_counters;
    const std::chrono::milliseconds m_interval;
    const Clock::time_point m_begin;
    std::uint64_t m_lastNs = 0;
    std::uint64_t m_lastOperations = 0;
    std::mutex m_mutex;
    std::condition_variable m_wake;
    bool m_done = false;  // guarded by m_mutex
    std::thread m_thread; // last: it uses everything above
};

/// What the loop costs on an engine that takes no time: one clock reading and one recording.
double measureHarness() {
    constexpr std::uint64_t rounds = 20'000;
    Histogram histogram;
    std::atomic<std::uint64_t> counter{0};
    const auto begin = Clock::now();
    auto last = begin;
    for (std::uint64_t i = 1; i <= rounds; ++i) {
        const auto now = Clock::now();
        histogram.record(nanosecondsBetween(last, now));
        last = now;
        counter.store(i, std::memory_order_relaxed);
    }
    return static_cast<double>(nanosecondsBetween(begin, last)) / static_cast<double>(rounds);
}

class RepetitionRunner {
public:
    RepetitionRunner(const EngineRegistry& engines, const RepetitionSpec& spec, const RunObserver& observer,
                     const std::atomic<bool>& stop)
        : m_engines(engines), m_spec(spec), m_observer(observer), m_stop(stop) {}

    Repetition run() {
        const auto result = steps();
        if (!result) {
            m_result.error = result.error().message();
            m_result.status =
                result.error().code == ErrorCode::cancelled ? RepetitionStatus::stopped : RepetitionStatus::failed;
        } else if (m_stop.load(std::memory_order_relaxed)) {
            m_result.status = RepetitionStatus::stopped;
        }
        return std::move(m_result);
    }

private:
    [[nodiscard]] Result<void> steps() {
        const EngineKind* kind = m_engines.find(m_spec.config.engine);
        if (kind == nullptr)
            return failed("there is no engine named \"" + m_spec.config.engine + "\" in this build");
        enter(RunPhase::trace);
        m_result.harnessNsPerOperation = measureHarness();
        const auto traceBegin = Clock::now();
        auto trace = Trace::make(m_spec.workload, m_stop);
        if (!trace)
            return failure(std::move(trace.error()));
        m_result.traceNs = nanosecondsSince(traceBegin);
        m_result.traceSha256 = trace->sha256();

        const MemoryUsage baseline = memoryUsage();
        m_result.baselineAnonymousBytes = m_result.peakAnonymousBytes = baseline.anonymousBytes;
        m_result.baselineFileBytes = m_result.peakFileBytes = baseline.fileBytes;
        std::error_code error;
        if (std::filesystem::exists(m_spec.directory, error) && !std::filesystem::is_empty(m_spec.directory, error))
            return failed(m_spec.directory.string() + " is not empty; a repetition needs a fresh directory");
        auto engine = kind->open(m_spec.directory, m_spec.config.options);
        if (!engine)
            return failure(std::move(engine.error()));
        m_result.engineVersion = kind->version();
        m_result.effectiveOptions = (*engine)->effectiveOptions();
        m_result.durability = kind->durability(m_result.effectiveOptions);

        auto measured = onEngine(**engine, *trace);
        const auto closed = (*engine)->close();
        engine->reset();
        if (!measured)
            return measured;
        if (!closed)
            return failure(closed.error());
        afterwards(*trace);
        return {};
    }

    [[nodiscard]] Result<void> onEngine(Engine& engine, const Trace& trace) {
        if (auto loaded = load(engine, trace); !loaded)
            return loaded;
        if (m_spec.verify && trace.load().size() > 0)
            if (auto verified = verify(engine, trace, trace.load(), false); !verified)
                return verified;
        const auto writtenBefore = engine.counters().bytesWritten;
        const auto deviceBefore = deviceBytesWritten();
        if (auto measured = measure(engine, trace); !measured)
            return measured;
        if (isStopped())
            return {};
        enter(RunPhase::settle);
        const auto settleBegin = Clock::now();
        if (auto synced = engine.sync(); !synced)
            return synced;
        if (auto settled = engine.settle(); !settled)
            return settled;
        m_result.settleNs = nanosecondsSince(settleBegin);
        const EngineCounters counters = engine.counters();
        if (counters.bytesWritten && writtenBefore)
            m_result.engineBytesWritten = *counters.bytesWritten - *writtenBefore;
        if (const auto deviceAfter = deviceBytesWritten(); deviceAfter && deviceBefore)
            m_result.deviceBytesWritten = *deviceAfter - *deviceBefore;
        m_result.indexBytes = counters.indexBytes;
        if (m_spec.verify && trace.load().size() == 0 && m_spec.config.engine != "null")
            return verifyFill(engine, trace);
        return {};
    }

    [[nodiscard]] Result<void> load(Engine& engine, const Trace& trace) {
        const OperationList& list = trace.load();
        if (list.size() == 0)
            return {};
        enter(RunPhase::load);
        const auto begin = Clock::now();
        for (std::size_t i = 0; i < list.size() && !isStopped(); ++i)
            if (auto stored = engine.put(list.key(i), trace.value(list, i)); !stored)
                return stored;
        if (isStopped())
            return {};
        if (auto synced = engine.sync(); !synced)
            return synced;
        auto settled = engine.settle();
        m_result.loadNs = nanosecondsSince(begin);
        return settled;
    }

    [[nodiscard]] Result<void> verify(Engine& engine, const Trace& trace, const OperationList& list, bool putsOnly) {
        if (m_spec.config.engine == "null")
            return {};
        enter(RunPhase::verify);
        const auto begin = Clock::now();
        std::string value;
        for (std::size_t i = 0; i < list.size() && !isStopped(); ++i) {
            if (putsOnly && list.kind(i) != OpKind::put && list.kind(i) != OpKind::putSync)
                continue;
            const auto found = engine.get(list.key(i), value);
            if (!found)
                return failure(found.error());
            if (!*found || value != trace.value(list, i))
                return failed("the value of key " + std::string(list.key(i)) +
                              (*found ? " came back changed" : " is gone"));
        }
        m_result.verifyNs += nanosecondsSince(begin);
        return {};
    }

    [[nodiscard]] Result<void> verifyFill(Engine& engine, const Trace& trace) {
        for (const OperationList& list : trace.threads())
            if (auto verified = verify(engine, trace, list, true); !verified)
                return verified;
        return {};
    }

    [[nodiscard]] Result<void> measure(Engine& engine, const Trace& trace) {
        if (isStopped())
            return {};
        enter(RunPhase::measure);
        const std::size_t threads = trace.threads().size();
        std::vector<Worker> workers(threads);
        std::vector<Counter> counters(threads);
        std::latch ready(static_cast<std::ptrdiff_t>(threads) + 1);
        std::vector<std::thread> pool;
        for (std::size_t i = 0; i < threads; ++i)
            pool.emplace_back([&, i] {
                TimedLoop loop(engine, trace, trace.threads()[i], m_stop, workers[i], counters[i]);
                ready.arrive_and_wait();
                loop.run();
            });
        const CpuUsage cpuBefore = cpuUsage();
        {
            ready.arrive_and_wait();
            const Sampler sampler(m_result, m_observer, counters, m_spec.sampleEvery);
            for (std::thread& thread : pool)
                thread.join();
        }
        const CpuUsage cpuAfter = cpuUsage();
        m_result.cpuUserNs = cpuAfter.userNs - cpuBefore.userNs;
        m_result.cpuSystemNs = cpuAfter.systemNs - cpuBefore.systemNs;
        // The workers' own clocks: this thread may wake up long after they began.
        Clock::time_point begin = workers.front().begin, end = workers.front().end;
        for (const Worker& worker : workers) {
            begin = std::min(begin, worker.begin);
            end = std::max(end, worker.end);
        }
        m_result.elapsedNs = nanosecondsBetween(begin, end);
        return gather(workers);
    }

    [[nodiscard]] Result<void> gather(const std::vector<Worker>& workers) {
        std::array<Histogram, opKindCount> latency;
        for (const Worker& worker : workers) {
            for (std::size_t kind = 0; kind < opKindCount; ++kind)
                latency[kind].merge(worker.latency[kind]);
            m_result.operations += worker.operations;
            m_result.found += worker.found;
            m_result.missing += worker.missing;
            m_result.userBytesWritten += worker.userBytesWritten;
        }
        for (std::size_t kind = 0; kind < opKindCount; ++kind)
            if (!latency[kind].isEmpty())
                m_result.latency.emplace(opKindName(static_cast<OpKind>(kind)), std::move(latency[kind]));
        if (m_result.elapsedNs > 0)
            m_result.opsPerSecond =
                static_cast<double>(m_result.operations) * 1e9 / static_cast<double>(m_result.elapsedNs);
        for (const Worker& worker : workers)
            if (worker.error)
                return failure(*worker.error);
        return {};
    }

    void afterwards(const Trace& trace) {
        if (isStopped())
            return;
        const WorkloadSpec& workload = trace.spec();
        m_result.diskBytes = directoryBytes(m_spec.directory);
        m_result.liveUserBytes = trace.liveKeysAfter() * (std::uint64_t{workload.keyBytes} + workload.valueBytes);
        if (m_result.engineBytesWritten && m_result.userBytesWritten > 0)
            m_result.writeAmplification =
                static_cast<double>(*m_result.engineBytesWritten) / static_cast<double>(m_result.userBytesWritten);
        if (m_result.diskBytes > 0 && m_result.liveUserBytes > 0)
            m_result.spaceAmplification =
                static_cast<double>(m_result.diskBytes) / static_cast<double>(m_result.liveUserBytes);
        if (m_result.operations < 10'000)
            m_result.warnings.push_back("Only " + std::to_string(m_result.operations) +
                                        " operations were measured: too few for a percentile beyond 99.9 %.");
        else if (m_result.elapsedNs < 100'000'000)
            m_result.warnings.emplace_back("The timed part took less than 0.1 s: too short for a steady rate.");
        const WorkloadInfo* info = findWorkload(workload.name);
        if (info != nullptr && m_spec.config.engine != "null") {
            if (info->expectsMisses && m_result.found > 0)
                m_result.warnings.push_back(std::to_string(m_result.found) + " keys were found that should be absent.");
            // Random deletes meet keys that are gone already; a read that overtakes an insert (ycsb-d) misses too.
            if (!info->expectsMisses && m_result.missing > 0 && workload.name != "deleterandom")
                m_result.warnings.push_back(std::to_string(m_result.missing) + " reads found nothing.");
        }
    }

    [[nodiscard]] static tl::unexpected<Error> failed(std::string detail) {
        Error error;
        error.code = ErrorCode::invalidArgument;
        error.operation = "run the benchmark";
        error.detail = std::move(detail);
        return failure(std::move(error));
    }

    void enter(RunPhase phase) {
        if (m_observer.phase)
            m_observer.phase(phase);
    }

    [[nodiscard]] bool isStopped() const { return m_stop.load(std::memory_order_relaxed); }

    const EngineRegistry& m_engines;
    const RepetitionSpec& m_spec;
    const RunObserver& m_observer;
    const std::atomic<bool>& m_stop;
    Repetition m_result;
};

} // namespace

std::string_view runPhaseName(RunPhase phase) noexcept {
    static constexpr std::array<std::string_view, 5> names{"trace", "load", "verify", "measure", "settle"};
    return names[static_cast<std::size_t>(phase)];
}

Repetition runRepetition(const EngineRegistry& engines, const RepetitionSpec& spec, const RunObserver& observer,
                         const std::atomic<bool>& stop) {
    return RepetitionRunner(engines, spec, observer, stop).run();
}

} // namespace rustcask::bench
