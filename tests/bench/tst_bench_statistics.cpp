// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include <rustcask/bench/plan.h>
#include <rustcask/bench/random.h>
#include <rustcask/bench/statistics.h>
#include <rustcask/bench/summary.h>

#include "support/test_main.h"

using namespace rustcask::bench;

class TestBenchStatistics : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void medians() {
        QCOMPARE(median({}), 0.0);
        QCOMPARE(median({7}), 7.0);
        QCOMPARE(median({3, 1, 2}), 2.0);
        QCOMPARE(median({4, 1, 3, 2}), 2.5);
        QCOMPARE(median({5, 5, 5, 1000}), 5.0);
        QCOMPARE(medianAbsoluteDeviation({1, 1, 2, 2, 4, 6, 9}), 1.0);
    }

    void bootstrapBracketsTheMedian() {
        QVERIFY(!bootstrapMedian({1, 2}).has_value());
        const auto same = bootstrapMedian({4, 4, 4, 4});
        QVERIFY(same && same->low == 4 && same->high == 4);
        const std::vector<double> values{98, 99, 100, 101, 102, 103, 97, 100, 101, 99};
        const auto interval = bootstrapMedian(values);
        QVERIFY(interval && interval->low >= 97 && interval->high <= 103);
        QVERIFY(interval->low < median(values) + 1e-9 && interval->high > median(values) - 1e-9);
        const auto again = bootstrapMedian(values);
        QCOMPARE(again->low, interval->low);
        QCOMPARE(again->high, interval->high);
    }

    // By simulation: a 95 % interval of the median of 15 normal values holds the true median in 88 to 99 % of the
    // cases.
    void bootstrapCoversAsOftenAsItSays() {
        Random random(11);
        int covered = 0;
        constexpr int trials = 400;
        for (int trial = 0; trial < trials; ++trial) {
            std::vector<double> values;
            for (int i = 0; i < 15; ++i)
                values.push_back(std::sqrt(-2 * std::log(1 - random.unit())) * std::cos(6.283185307 * random.unit()));
            const auto interval = bootstrapMedian(values, 0.95, 400, static_cast<std::uint64_t>(trial));
            covered += interval->low <= 0 && interval->high >= 0;
        }
        QVERIFY2(covered > 0.88 * trials && covered < 0.995 * trials, qPrintable(QString::number(covered)));
    }

    void planInterleaves() {
        const auto plan = makePlan(2, 3, 4, 1);
        QCOMPARE(plan.size(), std::size_t{24});
        for (std::size_t round = 0; round < 4; ++round) {
            int seen = 0;
            for (std::size_t i = 0; i < 6; ++i) {
                const PlanStep& step = plan[round * 6 + i];
                QCOMPARE(step.round, std::uint32_t(round));
                seen |= 1 << (step.workload * 3 + step.configuration);
            }
            QCOMPARE(seen, 0x3F); // each pair once
        }
        QVERIFY(plan == makePlan(2, 3, 4, 1));
        QVERIFY(plan != makePlan(2, 3, 4, 2));
        bool shuffled = false;
        for (std::size_t i = 0; i < 6; ++i)
            shuffled = shuffled || plan[i].configuration != plan[6 + i].configuration;
        QVERIFY(shuffled);
        QVERIFY(makePlan(0, 3, 4, 1).empty());
    }

    void numbersForPeople() {
        QCOMPARE(shortNumber(0), std::string("0.00"));
        QCOMPARE(shortNumber(97.23), std::string("97.2"));
        QCOMPARE(shortNumber(832'400), std::string("832 k"));
        QCOMPARE(shortNumber(999'600), std::string("1.00 M"));
        QCOMPARE(shortNumber(3'412'000), std::string("3.41 M"));
        QCOMPARE(shortDuration(270), std::string("270 ns"));
        QCOMPARE(shortDuration(1800), std::string("1.80 µs"));
        QCOMPARE(shortDuration(12'400'000), std::string("12.4 ms"));
        QCOMPARE(shortDuration(2'000'000'000), std::string("2.00 s"));
        QCOMPARE(shortBytes(104), std::string("104 B"));
        QCOMPARE(shortBytes(1.4 * 1024 * 1024), std::string("1.40 MiB"));
    }
};

RUSTCASK_TEST_MAIN(TestBenchStatistics)
#include "tst_bench_statistics.moc"
