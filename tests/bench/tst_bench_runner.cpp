// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <thread>

#include <rustcask/bench/child.h>
#include <rustcask/bench/machine.h>
#include <rustcask/bench/runner.h>

#include "support/check.h"
#include "support/temporary_directory.h"
#include "support/test_main.h"

using namespace rustcask;
using namespace rustcask::bench;

class TestBenchRunner : public QObject {
    Q_OBJECT

    EngineRegistry m_engines;
    std::atomic<bool> m_neverStop{false};

    static RepetitionSpec specification(const test::TemporaryDirectory& directory, std::string engine,
                                        std::string workload) {
        RepetitionSpec spec;
        spec.workload.name = std::move(workload);
        spec.workload.keys = 2000;
        spec.config = {std::move(engine), "x", {}};
        spec.directory = directory / "store";
        spec.sampleEvery = std::chrono::milliseconds(5);
        return spec;
    }

private Q_SLOTS:
    void nullEngineRunsEverything_data() {
        QTest::addColumn<QString>("name");
        for (const WorkloadInfo& info : workloads())
            QTest::newRow(std::string(info.name).c_str())
                << QString::fromUtf8(info.name.data(), qsizetype(info.name.size()));
    }
    void nullEngineRunsEverything() {
        QFETCH(QString, name);
        const test::TemporaryDirectory directory;
        RepetitionSpec spec = specification(directory, "null", name.toStdString());
        spec.workload.threads = 2;
        const Repetition result = runRepetition(m_engines, spec, {}, m_neverStop);
        QVERIFY2(result.status == RepetitionStatus::complete, result.error.c_str());
        const WorkloadInfo* info = findWorkload(name.toStdString());
        if (name != QLatin1String("readseq"))
            QCOMPARE(result.operations, spec.workload.resolved()->operations);
        // A batch of up to 64 keys for each of two threads is one latency.
        if (info->needs == Feature::getMany)
            QCOMPARE(result.allLatencies().count(), std::uint64_t{32});
        else if (!info->wholeStore)
            QCOMPARE(result.allLatencies().count(), result.operations);
        QCOMPARE(result.writer.has_value(), info->writerRate != 0);
        QVERIFY(!result.series.empty());
        QVERIFY(result.durability == Durability::d0);
        QCOMPARE(result.traceSha256.size(), std::size_t{64});
        QVERIFY(result.harnessNsPerOperation > 0);
    }

    void rustcaskRunsEverything_data() { nullEngineRunsEverything_data(); }
    void rustcaskRunsEverything() {
        QFETCH(QString, name);
        const test::TemporaryDirectory directory;
        const RepetitionSpec spec = specification(directory, "rustcask", name.toStdString());
        if (const auto reason = notApplicable(m_engines, spec.config, spec.workload))
            QSKIP(reason->c_str());
        std::vector<RunPhase> phases;
        RunObserver observer;
        observer.phase = [&](RunPhase phase) { phases.push_back(phase); };
        const Repetition result = runRepetition(m_engines, spec, observer, m_neverStop);
        QVERIFY2(result.status == RepetitionStatus::complete, result.error.c_str());
        QCOMPARE(result.operations, spec.workload.resolved()->operations);
        QVERIFY(result.opsPerSecond > 0);
        QVERIFY(result.diskBytes > 0);
        QVERIFY(result.durability == Durability::d1);
        QCOMPARE(result.effectiveOptions.at("sync"), std::string("none"));
        const WorkloadInfo* info = findWorkload(name.toStdString());
        if (!info->wholeStore)
            QCOMPARE(result.writeAmplification.has_value(), result.userBytesWritten > 0);
        if (result.writeAmplification)
            QVERIFY(*result.writeAmplification >= 1.0);
        if (info->expectsMisses)
            QCOMPARE(result.found, std::uint64_t{0});
        else if (name != QLatin1String("deleterandom"))
            QCOMPARE(result.missing, std::uint64_t{0});
        QCOMPARE(phases.front(), RunPhase::trace);
        QCOMPARE(std::count(phases.begin(), phases.end(), RunPhase::measure), std::ptrdiff_t{1});
        QCOMPARE(std::count(phases.begin(), phases.end(), RunPhase::load), std::ptrdiff_t{info->loads ? 1 : 0});
    }

    void aRateIsKeptAndLatencyCountsFromWhenItWasDue() {
        const test::TemporaryDirectory directory;
        RepetitionSpec spec = specification(directory, "null", "readrandom");
        spec.workload.threads = 2;
        spec.workload.rate = 20'000;
        const Repetition result = runRepetition(m_engines, spec, {}, m_neverStop);
        QVERIFY2(result.status == RepetitionStatus::complete, result.error.c_str());
        // 2,000 operations at 20,000 a second take a tenth of a second, and never less.
        QVERIFY(result.elapsedNs >= 99'000'000);
        QCOMPARE(result.intendedLatency.at("get").count(), std::uint64_t{2000});
        QVERIFY(result.intendedLatency.at("get").sumNs() >= result.latency.at("get").sumNs());
    }

    void aWriterWorksBesideTheReaders() {
        const test::TemporaryDirectory directory;
        RepetitionSpec spec = specification(directory, "rustcask", "readwhilewriting");
        spec.workload.operations = 200'000;
        spec.workload.rate = 5'000;
        const Repetition result = runRepetition(m_engines, spec, {}, m_neverStop);
        QVERIFY2(result.status == RepetitionStatus::complete, result.error.c_str());
        QCOMPARE(result.operations, std::uint64_t{200'000});
        QCOMPARE(result.latency.count("put"), std::size_t{0});
        QVERIFY(result.writer.has_value());
        QCOMPARE(result.writer->rate, 5000.0);
        QCOMPARE(result.writer->latency.count(), result.writer->operations);
        QCOMPARE(result.writer->intendedLatency.count(), result.writer->operations);
        QVERIFY(result.userBytesWritten == result.writer->operations * 116);
    }

    // A set is loaded without a sync for each put, whatever is measured afterwards.
    void loadingIsNotSynced() {
        const test::TemporaryDirectory directory;
        RepetitionSpec spec = specification(directory, "rustcask", "readrandom");
        spec.config.options = {{"sync", "everyWrite"}};
        const Repetition result = runRepetition(m_engines, spec, {}, m_neverStop);
        QVERIFY2(result.status == RepetitionStatus::complete, result.error.c_str());
        QVERIFY(result.durability == Durability::d3);
        QCOMPARE(result.effectiveOptions.at("sync"), std::string("everyWrite"));
        QCOMPARE(result.found, std::uint64_t{2000});
    }

    // Where the cache cannot be dropped, as in memory, it is said and not called cold.
    void aColdCacheIsConfirmedOrNotClaimed() {
        const test::TemporaryDirectory directory;
        for (const char* workload : {"readrandom", "open"}) {
            RepetitionSpec spec = specification(directory, "rustcask", workload);
            spec.directory = directory / workload;
            spec.workload.coldCache = true;
            const Repetition result = runRepetition(m_engines, spec, {}, m_neverStop);
            QVERIFY2(result.status == RepetitionStatus::complete, result.error.c_str());
            const bool said = std::any_of(result.warnings.begin(), result.warnings.end(), [](const std::string& text) {
                return text.find("could not be dropped") != std::string::npos;
            });
            QCOMPARE(result.coldCache, !said);
            if (captureMachine(directory.path()).fileSystem == "tmpfs")
                QVERIFY(!result.coldCache);
            QCOMPARE(result.operations, std::uint64_t{2000});
        }
    }

    void settingsReachTheEngine() {
        for (const char* strategy : {"mapped", "keepOpen", "openPerRead"}) {
            for (const char* path : {"mapped", "direct", "buffered"}) {
                const test::TemporaryDirectory directory;
                RepetitionSpec spec = specification(directory, "rustcask", "ycsb-a");
                spec.config.options = {{"readStrategy", strategy}, {"writePath", path}, {"maxFileBytes", "65536"}};
                const Repetition result = runRepetition(m_engines, spec, {}, m_neverStop);
                QVERIFY2(result.status == RepetitionStatus::complete, result.error.c_str());
                QCOMPARE(result.effectiveOptions.at("readStrategy"), std::string(strategy));
                QCOMPARE(result.effectiveOptions.at("maxFileBytes"), std::string("65536"));
                QVERIFY(result.latency.count("get") == 1 && result.latency.count("put") == 1);
            }
        }
    }

    void aUsedDirectoryIsRefused() {
        const test::TemporaryDirectory directory;
        const RepetitionSpec spec = specification(directory, "rustcask", "fillseq");
        QVERIFY(runRepetition(m_engines, spec, {}, m_neverStop).status == RepetitionStatus::complete);
        const Repetition second = runRepetition(m_engines, spec, {}, m_neverStop);
        QVERIFY(second.status == RepetitionStatus::failed);
        QVERIFY(second.error.find("not empty") != std::string::npos);
    }

    void badSpecificationsFailWithASentence() {
        const test::TemporaryDirectory directory;
        QVERIFY(runRepetition(m_engines, specification(directory, "nosuch", "fillseq"), {}, m_neverStop).status ==
                RepetitionStatus::failed);
        const Repetition result = runRepetition(m_engines, specification(directory, "null", "ycsb-e"), {}, m_neverStop);
        QVERIFY(result.status == RepetitionStatus::failed);
        QVERIFY(!result.error.empty());
    }

    void stopsInTheTimedPart() {
        const test::TemporaryDirectory directory;
        RepetitionSpec spec = specification(directory, "null", "fillrandom");
        spec.workload.keys = 1000;
        spec.workload.operations = 3'000'000;
        spec.workload.keyBytes = 8;
        std::atomic<bool> stop{false};
        RunObserver observer;
        observer.sample = [&](const Sample& sample) {
            if (sample.operations > 0)
                stop = true;
        };
        const Repetition result = runRepetition(m_engines, spec, observer, stop);
        QVERIFY(result.status == RepetitionStatus::stopped);
        QVERIFY(result.operations > 0 && result.operations <= 3'000'000);
        QCOMPARE(result.allLatencies().count(), result.operations);
    }

    void stopsBeforeItBegins() {
        const test::TemporaryDirectory directory;
        const std::atomic<bool> stop{true};
        const Repetition result = runRepetition(m_engines, specification(directory, "null", "fillseq"), {}, stop);
        QVERIFY(result.status == RepetitionStatus::stopped);
        QCOMPARE(result.operations, std::uint64_t{0});
    }
};

RUSTCASK_TEST_MAIN(TestBenchRunner)
#include "tst_bench_runner.moc"
