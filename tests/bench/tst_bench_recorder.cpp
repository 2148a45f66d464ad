// SPDX-License-Identifier: Apache-2.0
#include <rustcask/bench/child.h>

#include "bench_samples.h"
#include "support/check.h"
#include "support/test_main.h"

using namespace rustcask;
using namespace rustcask::bench;

namespace {

Run planned() {
    Run run = test::sampleRun();
    run.repetitions.clear();
    return run;
}

} // namespace

class TestBenchRecorder : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void specificationsComeBack() {
        RepetitionSpec spec;
        spec.workload.name = "ycsb-a";
        spec.workload.seed = ~0ULL;
        spec.config = {"rustcask", "a \"label\"\n", {{"sync", "none"}}};
        spec.directory = "/some where";
        spec.verify = false;
        spec.sampleEvery = std::chrono::milliseconds(100);
        RUSTCASK_VALUE(const RepetitionSpec back, decodeChildSpec(encodeChildSpec(spec)));
        QVERIFY(back.workload == spec.workload);
        QVERIFY(back.config == spec.config);
        QCOMPARE(back.directory, spec.directory);
        QCOMPARE(back.verify, false);
        QVERIFY(back.sampleEvery == spec.sampleEvery);
        RUSTCASK_FAILS(decodeChildSpec("{}"), ErrorCode::corruption);
        RUSTCASK_FAILS(decodeChildSpec("nonsense"), ErrorCode::corruption);
    }

    void recordsEachStepUnderItsOwnIndices() {
        RunRecorder recorder(planned());
        QCOMPARE(recorder.plan().size(), std::size_t{6});
        Repetition repetition;
        repetition.opsPerSecond = 5;
        repetition.configuration = 17; // a child does not know its place
        while (recorder.current() != nullptr) {
            const PlanStep step = *recorder.current();
            QCOMPARE(recorder.currentSpec("/x").config.label, recorder.run().configurations[step.configuration].label);
            RUSTCASK_OK(recorder.absorb(phaseLine(RunPhase::load)));
            RUSTCASK_VALUE(const ChildMessage message, recorder.absorb(sampleLine({250, 10, 40, 0})));
            QVERIFY(message.sample.has_value() && !message.result.has_value());
            RUSTCASK_OK(recorder.absorb(resultLine(repetition)));
            recorder.finishCurrent(false, "exit code 0");
            const Repetition& last = recorder.run().repetitions.back();
            QCOMPARE(last.configuration, step.configuration);
            QCOMPARE(last.round, step.round);
        }
        QVERIFY(recorder.run().isComplete());
        recorder.finishCurrent(false, "too many"); // changes nothing
        QCOMPARE(recorder.run().repetitions.size(), std::size_t{6});
    }

    void crashesArePartialResults() {
        RunRecorder recorder(planned());
        RUSTCASK_OK(recorder.absorb(sampleLine({250, 1000, 4000, 0})));
        RUSTCASK_OK(recorder.absorb(sampleLine({500, 2000, 4000, 0})));
        recorder.finishCurrent(false, "signal 9");
        recorder.finishCurrent(true, "stopped");
        const auto& repetitions = recorder.run().repetitions;
        QVERIFY(repetitions[0].status == RepetitionStatus::crashed);
        QCOMPARE(repetitions[0].error, std::string("signal 9"));
        QCOMPARE(repetitions[0].operations, std::uint64_t{2000});
        QCOMPARE(repetitions[0].opsPerSecond, 4000.0);
        QCOMPARE(repetitions[0].series.size(), std::size_t{2});
        QVERIFY(repetitions[1].status == RepetitionStatus::stopped);
        QVERIFY(repetitions[1].series.empty()); // nothing left over from the child before
        QVERIFY(!recorder.run().isComplete());
    }

    void gibberishFromAChildIsAnError() {
        RunRecorder recorder(planned());
        RUSTCASK_FAILS(recorder.absorb("Segmentation fault"), ErrorCode::corruption);
        RUSTCASK_VALUE(const ChildMessage message, recorder.absorb("{\"type\":\"later\"}"));
        QVERIFY(!message.phase && !message.sample && !message.result);
    }

    void plansAreChecked() {
        const EngineRegistry engines;
        RUSTCASK_OK(RunRecorder::check(planned(), engines));
        Run run = planned();
        run.workloads.clear();
        RUSTCASK_FAILS(RunRecorder::check(run, engines), ErrorCode::invalidArgument);
        run = planned();
        run.configurations.clear();
        RUSTCASK_FAILS(RunRecorder::check(run, engines), ErrorCode::invalidArgument);
        run = planned();
        run.configurations[1].label = run.configurations[0].label;
        RUSTCASK_FAILS(RunRecorder::check(run, engines), ErrorCode::invalidArgument);
        run = planned();
        run.configurations[1].options["sync"] = "sometimes";
        RUSTCASK_FAILS(RunRecorder::check(run, engines), ErrorCode::invalidArgument);
        run = planned();
        run.rounds = 0;
        RUSTCASK_FAILS(RunRecorder::check(run, engines), ErrorCode::invalidArgument);
        run = planned();
        run.workloads[0].name = "ycsb-e";
        RUSTCASK_FAILS(RunRecorder::check(run, engines), ErrorCode::invalidArgument);
    }
};

RUSTCASK_TEST_MAIN(TestBenchRecorder)
#include "tst_bench_recorder.moc"
