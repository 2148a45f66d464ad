// SPDX-License-Identifier: Apache-2.0
// Verdicts: what is compared with what, and how often it is wrong.
#include <cmath>

#include <rustcask/bench/compare.h>
#include <rustcask/bench/random.h>
#include <rustcask/bench/run_file.h>

#include <nlohmann/json.hpp>

#include "support/check.h"
#include "support/test_main.h"

using namespace rustcask;
using namespace rustcask::bench;

namespace {

double normal(Random& random) {
    return std::sqrt(-2 * std::log(1 - random.unit())) * std::cos(6.283185307179586 * random.unit());
}

/// A run of one workload on configurations of the given speeds (relative), each repetition with 5 % noise.
Run simulated(const std::vector<double>& speeds, std::uint32_t rounds, Random& random, double noise = 0.05) {
    Run run;
    run.id = "simulated";
    run.rounds = rounds;
    run.workloads.push_back({});
    for (std::size_t i = 0; i < speeds.size(); ++i)
        run.configurations.push_back({"rustcask", "c" + std::to_string(i), {{"maxOpenFiles", std::to_string(i + 1)}}});
    for (std::uint32_t round = 0; round < rounds; ++round) {
        const double drift = std::exp(0.2 * normal(random)); // of the machine: meets all configurations of a round
        for (std::uint32_t i = 0; i < speeds.size(); ++i) {
            Repetition repetition;
            repetition.configuration = i;
            repetition.round = round;
            repetition.operations = 1000;
            repetition.opsPerSecond = 1e6 * speeds[i] * drift * std::exp(noise * normal(random));
            repetition.durability = Durability::d1;
            repetition.traceSha256 = "ab";
            run.repetitions.push_back(std::move(repetition));
        }
    }
    return run;
}

Verdict verdictOf(const Run& run) {
    return compareWithin(run).value().pairs.front().verdict;
}

} // namespace

class TestBenchCompare : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void falsePositivesAreRare() {
        Random random(1);
        constexpr int trials = 1000;
        int wrong = 0;
        for (int i = 0; i < trials; ++i) {
            const Verdict verdict = verdictOf(simulated({1, 1}, 10, random));
            wrong += verdict == Verdict::faster || verdict == Verdict::slower;
        }
        qInfo("A/A: %d of %d trials called a difference", wrong, trials);
        QVERIFY2(wrong <= trials * 5 / 100, qPrintable(QString::number(wrong)));
    }

    void aTenthIsFoundInTenRounds() {
        Random random(2);
        constexpr int trials = 1000;
        int found = 0, opposite = 0;
        for (int i = 0; i < trials; ++i) {
            const Verdict verdict = verdictOf(simulated({1, 1.1}, 10, random));
            found += verdict == Verdict::faster;
            opposite += verdict == Verdict::slower;
        }
        qInfo("10 %% faster at 5 %% noise: found in %d of %d trials", found, trials);
        QVERIFY2(found >= trials * 90 / 100, qPrintable(QString::number(found)));
        QCOMPARE(opposite, 0);
    }

    // Holm: among ten equal configurations the chance of any false finding stays what it is for one.
    void aTableOfManyIsNoMoreOftenWrong() {
        Random random(3);
        constexpr int trials = 300;
        int wrong = 0;
        for (int i = 0; i < trials; ++i) {
            const auto table = compareWithin(simulated(std::vector<double>(11, 1.0), 10, random)).value();
            bool any = false;
            for (const ComparedPair& pair : table.pairs)
                any = any || pair.verdict == Verdict::faster || pair.verdict == Verdict::slower;
            wrong += any;
        }
        QVERIFY2(wrong <= trials * 7 / 100, qPrintable(QString::number(wrong)));
    }

    void quietEqualsAreEquivalent() {
        Random random(4);
        const Run run = simulated({1, 1}, 12, random, 0.005);
        RUSTCASK_VALUE(const ComparisonTable table, compareWithin(run));
        QVERIFY(table.pairs[0].verdict == Verdict::equivalent);
        QVERIFY(outcomeOf(table) == ComparisonOutcome::fine);
        QVERIFY(verdictOf(simulated({1, 0.9}, 12, random, 0.005)) == Verdict::slower);
        QVERIFY(outcomeOf(compareWithin(simulated({1, 0.9}, 12, random, 0.005)).value()) ==
                ComparisonOutcome::regression);
    }

    void verdictsFollowIntervalAndBand() {
        QVERIFY(decide(std::nullopt, 0.001, {}) == Verdict::inconclusive);
        QVERIFY(decide(Interval{1.05, 1.2}, 0.01, {}) == Verdict::faster);
        QVERIFY(decide(Interval{1.05, 1.2}, 0.06, {}) == Verdict::inconclusive); // Holm took it away
        QVERIFY(decide(Interval{0.8, 0.9}, 0.01, {}) == Verdict::slower);
        QVERIFY(decide(Interval{1.005, 1.02}, 0.001, {}) == Verdict::equivalent); // surely, and too little to matter
        QVERIFY(decide(Interval{1.005, 1.05}, 0.001, {}) == Verdict::faster);
        QVERIFY(decide(Interval{0.9, 1.1}, 0.5, {}) == Verdict::inconclusive);
        QVERIFY(decide(Interval{1.01, 1.05}, 0.001, 0.06) == Verdict::equivalent); // inside the measured noise
        QVERIFY(decide(Interval{1.05, 1.2}, 0.001, 0.06) == Verdict::faster);
        QVERIFY(decide(Interval{1.01, 1.2}, 0.001, 0.3) == Verdict::inconclusive); // such noise equals nothing
    }

    void fewRoundsConcludeNothing() {
        Random random(5);
        const Run run = simulated({1, 5}, 5, random, 0.001);
        RUSTCASK_VALUE(const ComparisonTable table, compareWithin(run));
        QVERIFY(table.pairs[0].verdict == Verdict::inconclusive);
        QVERIFY(table.pairs[0].note.find("fewer than 6 rounds") != std::string::npos);
        QVERIFY(outcomeOf(table) == ComparisonOutcome::inconclusive);
    }

    void theNoiseOfEqualConfigurationsIsTheBand() {
        Random random(6);
        Run run = simulated({1, 1, 1.5}, 10, random, 0.02);
        run.configurations[1].options = run.configurations[0].options;
        RUSTCASK_VALUE(const ComparisonTable table, compareWithin(run));
        QVERIFY(table.pairs[0].sameConfiguration);
        QVERIFY(table.pairs[1].noiseMeasured);
        QVERIFY(table.pairs[1].band >= 0.03);
        QVERIFY(table.pairs[1].verdict == Verdict::faster);
    }

    void classesAndTracesAreNeverRankedTogether() {
        Random random(7);
        Run run = simulated({1, 2}, 10, random);
        for (Repetition& repetition : run.repetitions)
            if (repetition.configuration == 1)
                repetition.durability = Durability::d3;
        RUSTCASK_VALUE(ComparisonTable table, compareWithin(run));
        QVERIFY(table.pairs[0].verdict == Verdict::notRanked);
        QCOMPARE(table.pairs[0].note, std::string("D3 against D1"));
        QVERIFY(outcomeOf(table) == ComparisonOutcome::invalid);
        run = simulated({1, 2}, 10, random);
        run.repetitions[3].traceSha256 = "cd";
        RUSTCASK_VALUE(table, compareWithin(run));
        QVERIFY(table.pairs[0].verdict == Verdict::notRanked);
    }

    void incompleteRepetitionsAreLeftOut() {
        Random random(8);
        Run run = simulated({1, 2}, 10, random);
        run.repetitions[1].status = RepetitionStatus::crashed;
        RUSTCASK_VALUE(const ComparisonTable table, compareWithin(run));
        QCOMPARE(table.pairs[0].candidateValues, 9U);
        QVERIFY(table.pairs[0].verdict == Verdict::faster);
        QVERIFY(!table.warnings.empty());
    }

    void sessionsAreComparedUnpaired() {
        Random random(9);
        Run before = simulated({1, 1}, 10, random, 0.01), after = simulated({1, 0.5}, 10, random, 0.01);
        RUSTCASK_VALUE(ComparisonTable table, compareSessions(before, after));
        QVERIFY(!table.sameSession);
        QCOMPARE(table.pairs.size(), std::size_t{2});
        QCOMPARE(table.pairs[1].baseline, std::string("c1"));
        QVERIFY(table.pairs[1].verdict == Verdict::slower);
        QVERIFY(comparisonText(table).find("TWO SESSIONS") != std::string::npos);
        RUSTCASK_VALUE(table, compareSessions(before, after, "c0"));
        QCOMPARE(table.pairs[1].baseline, std::string("c0"));
        RUSTCASK_FAILS(compareSessions(before, after, "nosuch"), ErrorCode::invalidArgument);
        after.profile = "defaults";
        RUSTCASK_VALUE(table, compareSessions(before, after));
        QVERIFY(outcomeOf(table) == ComparisonOutcome::invalid);
    }

    void baselinesAreChosenByName() {
        Random random(10);
        const Run run = simulated({1, 2, 4}, 8, random);
        RUSTCASK_VALUE(const ComparisonTable table, compareWithin(run, "c2"));
        QCOMPARE(table.pairs.size(), std::size_t{2});
        QVERIFY(table.pairs[0].verdict == Verdict::slower);
        QVERIFY(table.pairs[0].ratio > 0.2 && table.pairs[0].ratio < 0.3);
        RUSTCASK_FAILS(compareWithin(run, "nosuch"), ErrorCode::invalidArgument);
    }

    void printedForPeopleAndPrograms() {
        Random random(11);
        Run run = simulated({1, 2}, 10, random);
        run.configurations.push_back({"lmdb", "lmdb", {}});
        run.notApplicable.push_back({0, 2, "LMDB cannot."});
        RUSTCASK_VALUE(const ComparisonTable table, compareWithin(run));
        const std::string text = comparisonText(table);
        for (const char* expected : {"fillrandom", "c1", "faster", "N/A", "Wilcoxon", "Outcome: fine"})
            QVERIFY2(text.find(expected) != std::string::npos, expected);
        const auto json = nlohmann::json::parse(comparisonJson(table));
        QCOMPARE(json.at("outcome").get<std::string>(), std::string("fine"));
        QCOMPARE(json.at("pairs").at(0).at("verdict").get<std::string>(), std::string("faster"));
        QVERIFY(json.at("pairs").at(0).at("interval").at(0).get<double>() > 1);
        QVERIFY(!json.at("pairs").at(1).contains("ratio")); // not applicable is no figure
    }

    // As Google Benchmark 1.7 writes it.
    void foreignResultsStandBeside() {
        const std::string text = R"({
          "context": {"date": "2026-01-31T12:00:00+00:00", "executable": "./micro/db_test", "num_cpus": 2,
                      "library_build_type": "release"},
          "benchmarks": [
            {"name": "other/fillrandom", "run_name": "other/fillrandom", "run_type": "iteration", "repetitions": 2,
             "repetition_index": 0, "threads": 1, "iterations": 1000, "real_time": 2.0, "cpu_time": 2.0,
             "time_unit": "us"},
            {"name": "other/fillrandom", "run_name": "other/fillrandom", "run_type": "iteration", "repetitions": 2,
             "repetition_index": 1, "threads": 1, "iterations": 10, "real_time": 100.0, "cpu_time": 100.0,
             "time_unit": "ns", "items_per_second": 5e7},
            {"name": "other/fillrandom_mean", "run_name": "other/fillrandom", "run_type": "aggregate",
             "aggregate_name": "mean", "iterations": 2, "real_time": 1.0, "cpu_time": 1.0, "time_unit": "us"},
            {"name": "BM_Merge/8", "run_name": "BM_Merge/8", "run_type": "iteration", "threads": 1,
             "error_occurred": true, "error_message": "no disk", "iterations": 0, "real_time": 0, "time_unit": "ns"}]})";
        RUSTCASK_VALUE(Run run, decodeRun(text));
        QCOMPARE(run.profile, std::string("foreign"));
        QCOMPARE(run.workloads.size(), std::size_t{2});
        QCOMPARE(run.workloads[0].name, std::string("fillrandom"));
        QCOMPARE(run.workloads[1].name, std::string("BM_Merge/8"));
        QCOMPARE(run.configurations[0].label, std::string("other"));
        QCOMPARE(run.configurations[1].label, std::string("db_test"));
        QCOMPARE(run.repetitions.size(), std::size_t{3});
        QCOMPARE(run.repetitions[0].opsPerSecond, 500'000.0);
        QCOMPARE(run.repetitions[1].opsPerSecond, 5e7);
        QVERIFY(run.repetitions[2].status == RepetitionStatus::failed);
        QVERIFY(!run.repetitions[0].durability);

        Random random(12);
        const Run ours = simulated({1}, 8, random);
        RUSTCASK_VALUE(const ComparisonTable table, compareSessions(run, ours, "other"));
        QCOMPARE(table.pairs.size(), std::size_t{1});
        QVERIFY(table.pairs[0].verdict == Verdict::notRanked);
        QVERIFY(table.pairs[0].ratio > 0);
        // Stored as a run of ours it comes back the same.
        RUSTCASK_VALUE(const Run back, decodeRun(encodeRun(run)));
        QCOMPARE(back.profile, run.profile);
        QCOMPARE(back.repetitions.size(), run.repetitions.size());
        RUSTCASK_FAILS(decodeRun(R"({"context": {}, "benchmarks": []})"), ErrorCode::corruption);
        RUSTCASK_FAILS(decodeRun(R"({"context": 1, "benchmarks": [{"name": 3}]})"), ErrorCode::corruption);
    }
};

RUSTCASK_TEST_MAIN(TestBenchCompare)
#include "tst_bench_compare.moc"
