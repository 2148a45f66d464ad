// SPDX-License-Identifier: Apache-2.0
// The real program in processes of its own: run, list, show, stop, and a child that dies.
#include <csignal>

#include <QElapsedTimer>
#include <QProcess>

#include <rustcask/bench/child.h>
#include <rustcask/bench/run_file.h>

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

    void listsWhatThereIs() {
        const Outcome list = rustcaskBench({QStringLiteral("list")});
        QCOMPARE(list.code, 0);
        for (const char* name : {"fillrandom", "ycsb-a", "readStrategy", "Engine null", "Not applicable"})
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
