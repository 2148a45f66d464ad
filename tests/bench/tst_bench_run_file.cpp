// SPDX-License-Identifier: Apache-2.0
#include <fstream>

#include <nlohmann/json.hpp>

#include <rustcask/bench/run_file.h>
#include <rustcask/bench/summary.h>

#include "bench_samples.h"
#include "support/check.h"
#include "support/temporary_directory.h"
#include "support/test_main.h"

using namespace rustcask;
using namespace rustcask::bench;
using nlohmann::json;

namespace {

void write(const std::filesystem::path& file, const std::string& text) {
    std::ofstream(file, std::ios::binary) << text;
}

} // namespace

class TestBenchRunFile : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void comesBackAsItWas() {
        const Run run = test::sampleRun();
        RUSTCASK_VALUE(const Run back, decodeRun(encodeRun(run)));
        QCOMPARE(encodeRun(back), encodeRun(run));
        QCOMPARE(back.name, run.name);
        QCOMPARE(back.repetitions.size(), std::size_t{6});
        QVERIFY(back.repetitions[3].latency.at("put") == run.repetitions[3].latency.at("put"));
        QVERIFY(back.repetitions[1].durability == Durability::d3);
        QVERIFY(back.repetitions[0].effectiveOptions == run.repetitions[0].effectiveOptions);
        QVERIFY(back.workloads == run.workloads);
        QVERIFY(back.configurations == run.configurations);
        QVERIFY(back.repetitions[0].series == run.repetitions[0].series);
        QVERIFY(back.isComplete());
    }

    void unknownFieldsAreKept() {
        json document = json::parse(encodeRun(test::sampleRun()));
        document["fromTheFuture"] = {{"a", 1}};
        document["machine"]["colour"] = "grey";
        document["repetitions"][2]["throttled"] = true;
        document["repetitions"][2]["latency"]["put"]["note"] = "kept";
        RUSTCASK_VALUE(Run run, decodeRun(document.dump()));
        run.name = "renamed";
        const json again = json::parse(encodeRun(run));
        document["name"] = "renamed";
        QCOMPARE(again.dump(), document.dump());
    }

    void whatIsNoRunIsRefused() {
        RUSTCASK_FAILS(decodeRun("no JSON"), ErrorCode::corruption);
        RUSTCASK_FAILS(decodeRun("{}"), ErrorCode::corruption);
        RUSTCASK_FAILS(decodeRun("[]"), ErrorCode::corruption);
        json document = json::parse(encodeRun(test::sampleRun()));
        document["version"] = 2;
        RUSTCASK_FAILS(decodeRun(document.dump()), ErrorCode::unsupported);
        document["version"] = 1;
        document["repetitions"][0]["configuration"] = 7;
        RUSTCASK_FAILS(decodeRun(document.dump()), ErrorCode::corruption);
        document["repetitions"][0]["configuration"] = "first";
        RUSTCASK_FAILS(decodeRun(document.dump()), ErrorCode::corruption);
        document["repetitions"][0]["configuration"] = 0;
        document["repetitions"][0]["latency"]["put"]["count"] = 1;
        RUSTCASK_FAILS(decodeRun(document.dump()), ErrorCode::corruption);
    }

    void savesInOneStep() {
        const test::TemporaryDirectory directory;
        const auto file = directory / "run.json";
        Run run = test::sampleRun();
        RUSTCASK_OK(saveRun(run, file));
        run.name = "second";
        RUSTCASK_OK(saveRun(run, file));
        RUSTCASK_VALUE(const Run back, loadRun(file));
        QCOMPARE(back.name, std::string("second"));
        QCOMPARE(std::distance(std::filesystem::directory_iterator(directory.path()), {}), std::ptrdiff_t{1});
        RUSTCASK_FAILS(saveRun(run, directory / "absent/run.json"), ErrorCode::ioError);
        RUSTCASK_FAILS(loadRun(directory / "absent.json"), ErrorCode::ioError);
    }

    void summaryNeedsOnlyTheHead() {
        const test::TemporaryDirectory directory;
        const auto file = directory / "run.json";
        std::string text = encodeRun(test::sampleRun());
        text.resize(text.find("\"repetitions\":") + 200); // what follows is not even there
        write(file, text);
        RUSTCASK_VALUE(const RunSummary summary, loadRunSummary(file));
        QCOMPARE(summary.name, std::string("sync policies"));
        QCOMPARE(summary.configurations.size(), std::size_t{2});
        QCOMPARE(summary.rounds, 3U);
        QCOMPARE(summary.repetitionsMade, std::uint64_t{6});
        QVERIFY(summary.complete);
        QCOMPARE(summary.file, file);
    }

    void summaryOfAFileInAnotherOrder() {
        const test::TemporaryDirectory directory;
        const auto file = directory / "run.json";
        write(file, json::parse(encodeRun(test::sampleRun())).dump()); // members sorted by name
        RUSTCASK_VALUE(const RunSummary summary, loadRunSummary(file));
        QCOMPARE(summary.name, std::string("sync policies"));
        QCOMPARE(summary.repetitionsMade, std::uint64_t{6});
    }

    void summariseTakesMediansAndMergesLatencies() {
        Run run = test::sampleRun();
        Repetition crashed;
        crashed.configuration = 1;
        crashed.status = RepetitionStatus::crashed;
        crashed.error = "signal 9";
        crashed.opsPerSecond = 1;
        run.repetitions.push_back(crashed);
        const auto summary = summarise(run);
        QCOMPARE(summary.size(), std::size_t{2});
        QCOMPARE(summary[0].opsPerSecond.size(), std::size_t{3});
        QCOMPARE(summary[0].medianOpsPerSecond, run.repetitions[2].opsPerSecond);
        QCOMPARE(summary[0].latency.count(), std::uint64_t{300'000});
        QVERIFY(summary[0].interval.has_value());
        QCOMPARE(summary[0].medianPeakMemoryBytes, 40e6);
        QCOMPARE(summary[1].incomplete, 1U);
        QCOMPARE(summary[1].firstError, std::string("signal 9"));
        QCOMPARE(summary[1].opsPerSecond.size(), std::size_t{3});
        QVERIFY(summary[1].durability == Durability::d3);
    }

    void tables() {
        Run run = test::sampleRun();
        run.configurations[0].label = "=cmd, \"x\"";
        const std::string csv = tableCsv({&run});
        QVERIFY(csv.find("\"'=cmd, \"\"x\"\"\"") != std::string::npos);
        QCOMPARE(std::count(csv.begin(), csv.end(), '\n'), std::ptrdiff_t{3});
        const std::string text = tableText(run);
        QVERIFY(text.find("fillrandom") != std::string::npos);
        QVERIFY(text.find("D3") != std::string::npos);
        QVERIFY(text.find("1.92 M") != std::string::npos);
    }
};

RUSTCASK_TEST_MAIN(TestBenchRunFile)
#include "tst_bench_run_file.moc"
