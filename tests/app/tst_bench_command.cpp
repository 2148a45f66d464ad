// SPDX-License-Identifier: Apache-2.0
// The real program in processes of its own: run, list, show, stop, and a child that dies.
#include <csignal>

#include <QElapsedTimer>
#include <QProcess>

#include <rustcask/bench/child.h>
#include <rustcask/bench/run_file.h>

#include "bench/bench_samples.h"
#include "support/check.h"
#include "support/temporary_directory.h"
#include "support/test_main.h"

using namespace rustcask;
using namespace rustcask::bench;

namespace {

struct Outcome {
    int code = -1;
    QString out;
    QString error;
};

Outcome rustcaskBench(const QStringList& arguments) {
    QProcess process;
    process.start(QStringLiteral(RUSTCASK_COMMAND_LINE), QStringList{QStringLiteral("bench")} + arguments);
    if (!process.waitForFinished(60'000))
        return {};
    return {process.exitCode(), QString::fromUtf8(process.readAllStandardOutput()),
            QString::fromUtf8(process.readAllStandardError())};
}

} // namespace

class TestBenchCommand : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void runsInterleavedAndStoresTheResult() {
        const test::TemporaryDirectory directory;
        const QString file = directory.text() + QStringLiteral("/out.json");
        const Outcome run = rustcaskBench(
            {QStringLiteral("run"), QStringLiteral("--workloads"), QStringLiteral("fillrandom,ycsb-a"),
             QStringLiteral("--num"), QStringLiteral("1000"), QStringLiteral("--rounds"), QStringLiteral("2"),
             QStringLiteral("--config"), QStringLiteral("plain"), QStringLiteral("--config"),
             QStringLiteral("small files:maxFileBytes=64KiB,readStrategy=keepOpen"), QStringLiteral("--dir"),
             directory.text() + QStringLiteral("/scratch"), QStringLiteral("--out"), file});
        QVERIFY2(run.code == 0, qPrintable(run.error));
        QVERIFY(run.out.contains(QStringLiteral("small files")));
        RUSTCASK_VALUE(const Run result, loadRun(file.toStdString()));
        QVERIFY(result.isComplete());
        QCOMPARE(result.repetitions.size(), std::size_t{8});
        QCOMPARE(result.configurations[1].options.at("maxFileBytes"), std::string("65536"));
        for (const Repetition& repetition : result.repetitions) {
            QVERIFY(repetition.durability == Durability::d1);
            QVERIFY(!repetition.series.empty());
            // Every engine and round does the same work.
            for (const Repetition& other : result.repetitions)
                QVERIFY((repetition.workload == other.workload) == (repetition.traceSha256 == other.traceSha256));
        }
        QVERIFY(std::filesystem::is_empty(directory / "scratch"));

        const Outcome show = rustcaskBench({QStringLiteral("show"), file});
        QCOMPARE(show.code, 0);
        QVERIFY(show.out.contains(QStringLiteral("ycsb-a")));
        const Outcome csv = rustcaskBench({QStringLiteral("show"), QStringLiteral("--csv"), file});
        QCOMPARE(csv.out.count(QLatin1Char('\n')), 5);
    }

    void comparesWithExitCodes() {
        const test::TemporaryDirectory directory;
        const QString file = directory.text() + QStringLiteral("/out.json");
        const QString other = directory.text() + QStringLiteral("/other.json");
        Run run = test::sampleRun();
        run.rounds = 8;
        run.repetitions.clear();
        for (std::uint32_t round = 0; round < 8; ++round)
            for (std::uint32_t configuration = 0; configuration < 2; ++configuration) {
                Repetition repetition;
                repetition.configuration = configuration;
                repetition.round = round;
                repetition.opsPerSecond = (configuration == 0 ? 1e6 : 1.5e6) + round * 1000;
                repetition.durability = Durability::d1;
                repetition.traceSha256 = "ab";
                run.repetitions.push_back(std::move(repetition));
            }
        RUSTCASK_OK(saveRun(run, file.toStdString()));
        const Outcome faster = rustcaskBench({QStringLiteral("compare"), file});
        QVERIFY2(faster.code == 0, qPrintable(faster.error));
        QVERIFY(faster.out.contains(QStringLiteral("faster")));
        const Outcome slower = rustcaskBench({QStringLiteral("compare"), file, QStringLiteral("--baseline"),
                                              QStringLiteral("every write"), QStringLiteral("--json")});
        QCOMPARE(slower.code, 1);
        QVERIFY(slower.out.contains(QStringLiteral("\"regression\"")));
        for (Repetition& repetition : run.repetitions)
            if (repetition.round % 2 == 0)
                repetition.opsPerSecond *= repetition.configuration == 0 ? 0.5 : 1.1;
            else if (repetition.configuration == 1)
                repetition.opsPerSecond *= 0.5;
        RUSTCASK_OK(saveRun(run, other.toStdString()));
        QCOMPARE(rustcaskBench({QStringLiteral("compare"), other}).code, 3);
        QCOMPARE(rustcaskBench({QStringLiteral("compare"), file, other}).code, 3);
        QCOMPARE(rustcaskBench({QStringLiteral("compare"), file, file}).code, 0);
        for (Repetition& repetition : run.repetitions)
            repetition.durability = repetition.configuration == 0 ? Durability::d1 : Durability::d3;
        RUSTCASK_OK(saveRun(run, other.toStdString()));
        QCOMPARE(rustcaskBench({QStringLiteral("compare"), other}).code, 2);
        QCOMPARE(rustcaskBench({QStringLiteral("compare"), directory.text() + QStringLiteral("/absent")}).code, 2);
        QCOMPARE(
            rustcaskBench({QStringLiteral("compare"), file, QStringLiteral("--baseline"), QStringLiteral("x")}).code,
            2);
    }

    void profilesAndClassesAreRefusedWhereTheyMeanNothing() {
        const auto run = [](const QStringList& arguments) {
            return rustcaskBench(QStringList{QStringLiteral("run"), QStringLiteral("--num"), QStringLiteral("100")} +
                                 arguments);
        };
        QCOMPARE(run({QStringLiteral("--profile"), QStringLiteral("defaults"), QStringLiteral("--durability"),
                      QStringLiteral("D1")})
                     .code,
                 2);
        QCOMPARE(run({QStringLiteral("--durability"), QStringLiteral("D4")}).code, 2);
        QCOMPARE(run({QStringLiteral("--engines"), QStringLiteral("rustcask-buffered")}).code, 2);
        QCOMPARE(run({QStringLiteral("--profile"), QStringLiteral("both")}).code, 2);
    }

    void aTwinMeasuresTheNoise() {
        const test::TemporaryDirectory directory;
        const QString file = directory.text() + QStringLiteral("/out.json");
        const Outcome run = rustcaskBench(
            {QStringLiteral("run"), QStringLiteral("--aa"), QStringLiteral("--engines"), QStringLiteral("null"),
             QStringLiteral("--workloads"), QStringLiteral("readrandom"), QStringLiteral("--num"),
             QStringLiteral("1000"), QStringLiteral("--rounds"), QStringLiteral("6"), QStringLiteral("--dir"),
             directory.text() + QStringLiteral("/scratch"), QStringLiteral("--out"), file});
        QVERIFY2(run.code == 0, qPrintable(run.error));
        const Outcome compared = rustcaskBench({QStringLiteral("compare"), file});
        QVERIFY(compared.out.contains(QStringLiteral("A/A: ")));
        QCOMPARE(compared.code, 2); // nothing but noise in it
    }

    void listsWhatThereIs() {
        const Outcome list = rustcaskBench({QStringLiteral("list")});
        QCOMPARE(list.code, 0);
        for (const char* name : {"fillrandom", "ycsb-a", "readStrategy", "Engine null", "Not applicable",
                                 "rustcask-keepopen", "leveldb", "tkrzw"})
            QVERIFY2(list.out.contains(QString::fromLatin1(name)), name);
    }

    void wrongUsageIsNamed() {
        QCOMPARE(rustcaskBench({}).code, 2);
        QCOMPARE(rustcaskBench({QStringLiteral("run"), QStringLiteral("--workloads"), QStringLiteral("nosuch")}).code,
                 2);
        QCOMPARE(
            rustcaskBench({QStringLiteral("run"), QStringLiteral("--config"), QStringLiteral("x:colour=red")}).code, 2);
        QCOMPARE(rustcaskBench({QStringLiteral("run"), QStringLiteral("--engines"), QStringLiteral("nosuch")}).code, 2);
        const test::TemporaryDirectory directory;
        QCOMPARE(rustcaskBench({QStringLiteral("show"), directory.text() + QStringLiteral("/absent")}).code, 3);
    }

    void aSignalEndsItSoonWithAPartialResult() {
        const test::TemporaryDirectory directory;
        const QString file = directory.text() + QStringLiteral("/out.json");
        QProcess process;
        process.start(QStringLiteral(RUSTCASK_COMMAND_LINE),
                      {QStringLiteral("bench"), QStringLiteral("run"), QStringLiteral("--num"),
                       QStringLiteral("3000000"), QStringLiteral("--dir"),
                       directory.text() + QStringLiteral("/scratch"), QStringLiteral("--out"), file});
        QVERIFY(process.waitForStarted());
        QTest::qWait(800);
        QElapsedTimer clock;
        clock.start();
        process.terminate();
        QVERIFY(process.waitForFinished(20'000));
        qInfo("ended after %lld ms", clock.elapsed());
        QCOMPARE(process.exitCode(), 130);
        RUSTCASK_VALUE(const Run result, loadRun(file.toStdString()));
        QCOMPARE(result.repetitions.size(), std::size_t{1});
        QVERIFY(result.repetitions[0].status == RepetitionStatus::stopped);
        QVERIFY(std::filesystem::is_empty(directory / "scratch"));
    }

    void aKilledChildIsNoResult() {
        const test::TemporaryDirectory directory;
        RepetitionSpec spec;
        spec.workload.name = "fillrandom";
        spec.workload.keys = 3'000'000;
        spec.config.label = "x";
        spec.directory = directory / "store";
        QProcess process;
        process.start(QStringLiteral(RUSTCASK_COMMAND_LINE),
                      {QStringLiteral("bench"), QStringLiteral("child"), QStringLiteral("--spec"),
                       QString::fromStdString(encodeChildSpec(spec))});
        QVERIFY(process.waitForReadyRead(10'000));
        RUSTCASK_VALUE(const ChildMessage first, decodeChildLine(process.readLine().toStdString()));
        QVERIFY(first.phase == RunPhase::trace);
        process.kill();
        QVERIFY(process.waitForFinished(10'000));
        Run run;
        run.rounds = 1;
        run.workloads.push_back(spec.workload);
        run.configurations.push_back(spec.config);
        RunRecorder recorder(run);
        recorder.finishCurrent(false, "signal 9");
        QVERIFY(recorder.run().repetitions[0].status == RepetitionStatus::crashed);
        QVERIFY(!recorder.run().isComplete());
    }
};

RUSTCASK_TEST_MAIN(TestBenchCommand)
#include "tst_bench_command.moc"
