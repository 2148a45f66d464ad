// SPDX-License-Identifier: Apache-2.0
#include <rustcask/bench/runner.h>

#include <algorithm>
#include <array>
#include <latch>
#include <optional>
#include <thread>

#include "sampler.h"
#include "system_usage.h"
#include "timed_loop.h"

namespace rustcask::bench {

namespace {

using Clock = std::chrono::steady_clock;

std::uint64_t nanosecondsBetween(Clock::time_point begin, Clock::time_point end) {
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(end - begin).count());
}

std::uint64_t nanosecondsSince(Clock::time_point begin) {
    return nanosecondsBetween(begin, Clock::now());
}

double perSecond(std::uint64_t operations, std::uint64_t elapsedNs) {
    return elapsedNs == 0 ? 0.0 : static_cast<double>(operations) * 1e9 / static_cast<double>(elapsedNs);
}

std::map<std::string, Histogram> byName(LatencyByKind&& latency) {
    std::map<std::string, Histogram> result;
    for (std::size_t kind = 0; kind < opKindCount; ++kind)
        if (!latency[kind].isEmpty())
            result.emplace(opKindName(static_cast<OpKind>(kind)), std::move(latency[kind]));
    return result;
}

void mergeInto(LatencyByKind& all, const LatencyByKind& one) {
    for (std::size_t kind = 0; kind < opKindCount; ++kind)
        all[kind].merge(one[kind]);
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
        } else if (isStopped()) {
            m_result.status = RepetitionStatus::stopped;
        }
        return std::move(m_result);
    }

private:
    [[nodiscard]] Result<void> steps() {
        m_kind = m_engines.find(m_spec.config.engine);
        if (m_kind == nullptr)
            return failed("there is no engine named \"" + m_spec.config.engine + "\" in this build");
        auto options = m_kind->complete(m_spec.config.options);
        if (!options)
            return failure(std::move(options.error()));
        m_options = std::move(*options);
        enter(RunPhase::trace);
        const auto traceBegin = Clock::now();
        auto trace = Trace::make(m_spec.workload, m_stop);
        if (!trace)
            return failure(std::move(trace.error()));
        m_trace = std::move(*trace);
        m_info = findWorkload(m_trace.spec().name);
        m_result.traceNs = nanosecondsSince(traceBegin);
        m_result.traceSha256 = m_trace.sha256();
        m_clock.calibrate();
        m_result.harnessNsPerOperation = measureHarness(m_clock);

        const MemoryUsage baseline = memoryUsage();
        m_result.baselineAnonymousBytes = m_result.peakAnonymousBytes = baseline.anonymousBytes;
        m_result.baselineFileBytes = m_result.peakFileBytes = baseline.fileBytes;
        std::error_code error;
        if (std::filesystem::exists(m_spec.directory, error) && !std::filesystem::is_empty(m_spec.directory, error))
            return failed(m_spec.directory.string() + " is not empty; a repetition needs a fresh directory");
        if (auto prepared = prepare(); !prepared || isStopped())
            return prepared;
        auto measured = opens() ? measureOpening() : measureOnEngine();
        if (m_engine) {
            const auto closed = m_engine->close();
            m_engine.reset();
            if (measured && !closed)
                return failure(closed.error());
        }
        if (!measured)
            return measured;
        afterwards();
        return {};
    }

    /// Leaves the store loaded, verified and open with the settings to be measured.
    [[nodiscard]] Result<void> prepare() {
        const OptionMap loading = m_kind->loading(m_options);
        const bool loads = m_trace.load().size() > 0;
        if (auto opened = open(loads ? loading : m_options); !opened)
            return opened;
        if (!loads)
            return {};
        if (auto loaded = load(); !loaded || isStopped())
            return loaded;
        if (loading != m_options)
            if (auto reopened = reopen(false); !reopened)
                return reopened;
        if (m_spec.verify)
            if (auto verified = verify(m_trace.load(), false); !verified)
                return verified;
        return m_trace.spec().coldCache && !opens() ? reopen(true) : Result<void>();
    }

    /// Whether opening is what is measured.
    [[nodiscard]] bool opens() const {
        const OperationList& list = m_trace.threads().front();
        return list.size() == 1 && list.kind(0) == OpKind::open;
    }

    [[nodiscard]] Result<void> reopen(bool cold) {
        auto closed = m_engine->close();
        m_engine.reset();
        if (!closed)
            return closed;
        if (cold)
            makeCold();
        return open(m_options);
    }

    void makeCold() {
        constexpr double few = 0.01;
        m_result.coldCache = dropFromPageCache(m_spec.directory) <= few;
        if (!m_result.coldCache)
            m_result.warnings.emplace_back("The page cache could not be dropped: the figures are of a warm cache.");
    }

    [[nodiscard]] Result<void> open(const OptionMap& options) {
        auto engine = m_kind->open({m_spec.directory, options, m_trace.keysAtMost(), m_trace.bytesPut()});
        if (!engine)
            return failure(std::move(engine.error()));
        m_engine = std::move(*engine);
        m_result.engineVersion = m_kind->version();
        m_result.effectiveOptions = m_engine->effectiveOptions();
        m_result.durability = m_kind->durability(m_result.effectiveOptions);
        return {};
    }

    [[nodiscard]] Result<void> load() {
        enter(RunPhase::load);
        const auto begin = Clock::now();
        auto session = m_engine->session();
        if (!session)
            return failure(std::move(session.error()));
        const OperationList& list = m_trace.load();
        for (std::size_t i = 0; i < list.size() && !isStopped(); ++i)
            if (auto stored = (*session)->put(list.key(i), m_trace.value(list, i)); !stored)
                return stored;
        session->reset();
        if (isStopped())
            return {};
        if (auto synced = m_engine->sync(); !synced)
            return synced;
        auto settled = m_engine->settle(m_stop);
        m_result.loadNs = nanosecondsSince(begin);
        return settled;
    }

    [[nodiscard]] Result<void> verify(const OperationList& list, bool putsOnly) {
        if (!m_kind->stores())
            return {};
        enter(RunPhase::verify);
        const auto begin = Clock::now();
        auto session = m_engine->session();
        if (!session)
            return failure(std::move(session.error()));
        std::string value;
        for (std::size_t i = 0; i < list.size() && !isStopped(); ++i) {
            if (putsOnly && list.kind(i) != OpKind::put && list.kind(i) != OpKind::putSync)
                continue;
            const auto found = (*session)->get(list.key(i), value);
            if (!found)
                return failure(found.error());
            if (!*found || value != m_trace.value(list, i))
                return failed("the value of key " + std::string(list.key(i)) +
                              (*found ? " came back changed" : " is gone"));
        }
        m_result.verifyNs += nanosecondsSince(begin);
        return {};
    }

    [[nodiscard]] Result<void> measureOnEngine() {
        const auto writtenBefore = m_engine->counters().bytesWritten;
        const auto deviceBefore = deviceBytesWritten();
        enter(RunPhase::measure);
        if (auto measured = m_info->wholeStore ? measureWhole() : measureThreads(); !measured)
            return measured;
        if (isStopped())
            return {};
        enter(RunPhase::settle);
        const auto settleBegin = Clock::now();
        if (auto synced = m_engine->sync(); !synced)
            return synced;
        if (auto settled = m_engine->settle(m_stop); !settled)
            return settled;
        m_result.settleNs = nanosecondsSince(settleBegin);
        const EngineCounters counters = m_engine->counters();
        if (counters.bytesWritten && writtenBefore)
            m_result.engineBytesWritten = *counters.bytesWritten - *writtenBefore;
        if (const auto deviceAfter = deviceBytesWritten(); deviceAfter && deviceBefore)
            m_result.deviceBytesWritten = *deviceAfter - *deviceBefore;
        m_result.indexBytes = counters.indexBytes;
        return m_spec.verify ? verifyAfterwards() : Result<void>();
    }

    /// What the timed part filled, and what a compaction moved.
    [[nodiscard]] Result<void> verifyAfterwards() {
        if (m_info->needs == Feature::compact)
            return verify(m_trace.load(), false);
        if (m_trace.load().size() > 0)
            return {};
        for (const OperationList& list : m_trace.threads())
            if (auto verified = verify(list, true); !verified)
                return verified;
        return {};
    }

    [[nodiscard]] Result<void> measureThreads() {
        const std::size_t threads = m_trace.threads().size();
        const bool hasWriter = m_trace.writer().size() > 0;
        const std::uint64_t rate = m_trace.spec().rate;
        const double gapNs = rate == 0 ? 0.0 : 1e9 / static_cast<double>(rate);
        std::vector<Worker> workers(threads + (hasWriter ? 1 : 0));
        std::vector<OperationCounter> counters(threads);
        OperationCounter writerCounter;
        std::vector<std::unique_ptr<Session>> sessions;
        for (std::size_t i = 0; i < workers.size(); ++i) {
            auto session = m_engine->session();
            if (!session)
                return failure(std::move(session.error()));
            sessions.push_back(std::move(*session));
        }
        std::latch ready(static_cast<std::ptrdiff_t>(workers.size()) + 1);
        std::atomic<bool> readersDone{false};
        std::vector<std::thread> pool;
        for (std::size_t i = 0; i < threads; ++i)
            pool.emplace_back([&, i] {
                const Pace pace{hasWriter ? 0.0 : gapNs, i, threads};
                TimedLoop loop(*sessions[i], m_trace, m_trace.threads()[i], m_clock, pace, m_stop, workers[i],
                               counters[i]);
                ready.arrive_and_wait();
                loop.run();
            });
        std::thread writer;
        if (hasWriter)
            writer = std::thread([&] {
                TimedLoop loop(*sessions.back(), m_trace, m_trace.writer(), m_clock, {gapNs, 0, 1}, m_stop,
                               workers.back(), writerCounter);
                ready.arrive_and_wait();
                loop.runUntil(readersDone);
            });
        const MachineCounters before = machineCounters();
        {
            ready.arrive_and_wait();
            const Sampler sampler(m_result, m_observer, counters, m_spec.sampleEvery);
            for (std::thread& thread : pool)
                thread.join();
            readersDone.store(true, std::memory_order_relaxed);
            if (writer.joinable())
                writer.join();
        }
        addUsage(before);
        if (hasWriter) {
            gatherWriter(std::move(workers.back()), rate);
            workers.pop_back();
        }
        return gather(workers);
    }

    /// What the timed part took of the processors, and what others did meanwhile.
    void addUsage(const MachineCounters& before) {
        const MachineCounters after = machineCounters();
        m_result.cpuUserNs = after.own.userNs - before.own.userNs;
        m_result.cpuSystemNs = after.own.systemNs - before.own.systemNs;
        m_result.disturbance.throttledNs = after.throttledNs - before.throttledNs;
        m_result.disturbance.thermalEvents = after.thermalEvents - before.thermalEvents;
        // The kernel counts in hundredths of a second: a shorter time has no shares.
        if (after.allNs <= before.allNs + 100'000'000)
            return;
        const auto share = [&](std::uint64_t ns) {
            return static_cast<double>(ns) / static_cast<double>(after.allNs - before.allNs);
        };
        const std::uint64_t busy = after.busyNs - before.busyNs;
        const std::uint64_t own = m_result.cpuUserNs + m_result.cpuSystemNs;
        m_result.disturbance.otherShare = busy > own ? share(busy - own) : 0.0;
        m_result.disturbance.stolenShare = share(after.stolenNs - before.stolenNs);
    }

    void gatherWriter(Worker worker, std::uint64_t rate) {
        BackgroundWriter& writer = m_result.writer.emplace();
        writer.rate = static_cast<double>(rate);
        writer.operations = worker.operations;
        writer.opsPerSecond = perSecond(worker.operations, nanosecondsBetween(worker.begin, worker.end));
        for (const Histogram& histogram : worker.latency)
            writer.latency.merge(histogram);
        for (const Histogram& histogram : worker.intended)
            writer.intendedLatency.merge(histogram);
        m_result.userBytesWritten += worker.userBytesWritten;
        m_writerError = std::move(worker.error);
    }

    [[nodiscard]] Result<void> gather(const std::vector<Worker>& workers) {
        LatencyByKind latency, intended;
        // The workers' own clocks: this thread may wake up long after they began.
        Clock::time_point begin = workers.front().begin, end = workers.front().end;
        for (const Worker& worker : workers) {
            begin = std::min(begin, worker.begin);
            end = std::max(end, worker.end);
            mergeInto(latency, worker.latency);
            mergeInto(intended, worker.intended);
            m_result.operations += worker.operations;
            m_result.found += worker.found;
            m_result.missing += worker.missing;
            m_result.userBytesWritten += worker.userBytesWritten;
        }
        m_result.elapsedNs = nanosecondsBetween(begin, end);
        m_result.latency = byName(std::move(latency));
        m_result.intendedLatency = byName(std::move(intended));
        m_result.opsPerSecond = perSecond(m_result.operations, m_result.elapsedNs);
        for (const Worker& worker : workers)
            if (worker.error)
                return failure(*worker.error);
        if (m_writerError)
            return failure(*m_writerError);
        return {};
    }

    /// A fold or a compaction: one operation on all keys, by one thread.
    [[nodiscard]] Result<void> measureWhole() {
        std::vector<Worker> workers(1);
        std::vector<OperationCounter> counters(1);
        Worker& worker = workers.front();
        const MachineCounters before = machineCounters();
        {
            const Sampler sampler(m_result, m_observer, counters, m_spec.sampleEvery);
            worker.begin = Clock::now();
            const Result<void> done =
                m_info->needs == Feature::compact ? compact(worker) : scan(worker, counters.front());
            worker.end = Clock::now();
            if (!done)
                worker.error = done.error();
        }
        addUsage(before);
        return gather(workers);
    }

    [[nodiscard]] Result<void> scan(Worker& worker, OperationCounter& counter) {
        Histogram& latency = worker.latency[static_cast<std::size_t>(OpKind::scan)];
        std::uint64_t last = m_clock.now();
        return m_engine->scan([&](std::string_view, std::string_view value) {
            touch(worker, value);
            ++worker.found;
            const std::uint64_t now = m_clock.now();
            latency.record(m_clock.nanoseconds(now - last));
            last = now;
            counter.operations.store(++worker.operations, std::memory_order_relaxed);
            return !isStopped();
        });
    }

    [[nodiscard]] Result<void> compact(Worker& worker) {
        const auto begin = Clock::now();
        auto done = m_engine->compact();
        if (done)
            done = m_engine->settle(m_stop);
        worker.latency[static_cast<std::size_t>(OpKind::compact)].record(nanosecondsSince(begin));
        worker.operations = m_trace.liveKeysAfter();
        return done;
    }

    [[nodiscard]] Result<void> measureOpening() {
        if (auto closed = m_engine->close(); !closed)
            return closed;
        m_engine.reset();
        if (m_info->needs == Feature::openWithoutHints)
            if (auto removed = m_kind->removeHints(m_spec.directory); !removed)
                return removed;
        if (m_trace.spec().coldCache)
            makeCold();
        enter(RunPhase::measure);
        std::vector<Worker> workers(1);
        std::vector<OperationCounter> counters(1);
        Worker& worker = workers.front();
        const MachineCounters before = machineCounters();
        {
            const Sampler sampler(m_result, m_observer, counters, m_spec.sampleEvery);
            worker.begin = Clock::now();
            if (auto opened = open(m_options); !opened)
                return opened;
            worker.end = Clock::now();
            worker.latency[static_cast<std::size_t>(OpKind::open)].record(nanosecondsBetween(worker.begin, worker.end));
            worker.operations = m_trace.liveKeysAfter();
        }
        addUsage(before);
        if (auto gathered = gather(workers); !gathered)
            return gathered;
        m_result.indexBytes = m_engine->counters().indexBytes;
        return m_spec.verify ? verify(m_trace.load(), false) : Result<void>();
    }

    void afterwards() {
        if (isStopped())
            return;
        const WorkloadSpec& workload = m_trace.spec();
        m_result.diskBytes = directoryBytes(m_spec.directory);
        m_result.liveUserBytes = m_trace.liveKeysAfter() * (std::uint64_t{workload.keyBytes} + workload.valueBytes);
        if (m_result.engineBytesWritten && m_result.userBytesWritten > 0)
            m_result.writeAmplification =
                static_cast<double>(*m_result.engineBytesWritten) / static_cast<double>(m_result.userBytesWritten);
        if (m_result.diskBytes > 0 && m_result.liveUserBytes > 0)
            m_result.spaceAmplification =
                static_cast<double>(m_result.diskBytes) / static_cast<double>(m_result.liveUserBytes);
        addWarnings();
    }

    void addWarnings() {
        const auto warn = [this](std::string_view text) { m_result.warnings.emplace_back(text); };
        if (m_result.operations < 10'000)
            warn("Only " + std::to_string(m_result.operations) +
                 " operations were measured: too few for a percentile beyond 99.9 %.");
        else if (m_result.elapsedNs < 100'000'000 && !m_info->wholeStore)
            warn("The timed part took less than 0.1 s: too short for a steady rate.");
        if (m_info->writes && m_result.userBytesWritten > 0 && m_result.userBytesWritten < (1U << 20))
            warn("Less than 1 MiB was written: too little for rates and amplification to mean much.");
        if (m_result.writer && m_result.writer->opsPerSecond < 0.95 * m_result.writer->rate)
            warn("The writer could not keep its rate.");
        const Disturbance& disturbance = m_result.disturbance;
        if (disturbance.otherShare > 0.1)
            warn("Other processes took more than a tenth of the processors in the timed part.");
        if (disturbance.stolenShare > 0.02)
            warn("The hypervisor took processor time away in the timed part.");
        if (disturbance.throttledNs > 0)
            warn("The control group's quota held the process back in the timed part.");
        if (disturbance.thermalEvents > 0)
            warn("The processor slowed down because of its temperature in the timed part.");
        if (!m_kind->stores())
            return;
        if (m_info->expectsMisses && m_result.found > 0)
            warn(std::to_string(m_result.found) + " keys were found that should be absent.");
        // Random deletes meet keys that are gone already; a read that overtakes an insert (ycsb-d) misses too.
        if (!m_info->expectsMisses && m_result.missing > 0 && m_trace.spec().name != "deleterandom")
            warn(std::to_string(m_result.missing) + " reads found nothing.");
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
    CycleClock m_clock;
    const EngineKind* m_kind = nullptr;
    const WorkloadInfo* m_info = nullptr;
    OptionMap m_options;
    Trace m_trace;
    std::unique_ptr<Engine> m_engine;
    std::optional<Error> m_writerError;
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
