// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <cmath>

#include <rustcask/bench/plan.h>
#include <rustcask/bench/random.h>
#include <rustcask/bench/statistics.h>
#include <rustcask/bench/summary.h>

#include "support/test_main.h"

using namespace rustcask::bench;

namespace {

/// Twice the midranks, by counting: the slow way.
std::vector<int> doubledMidranks(const std::vector<double>& values) {
    std::vector<int> ranks;
    for (const double value : values) {
        int below = 0, equal = 0;
        for (const double other : values) {
            below += other < value;
            equal += other == value;
        }
        ranks.push_back(2 * below + equal + 1);
    }
    return ranks;
}

/// Two-sided p-value of the outcome `observed` among `outcomes`, all equally likely.
double pValueAmong(const std::vector<int>& outcomes, int observed) {
    double atMost = 0, atLeast = 0;
    for (const int outcome : outcomes) {
        atMost += outcome <= observed;
        atLeast += outcome >= observed;
    }
    return std::min(1.0, 2 * std::min(atMost, atLeast) / static_cast<double>(outcomes.size()));
}

double enumerateSigns(const std::vector<double>& values) {
    std::vector<double> sizes;
    for (const double value : values)
        sizes.push_back(std::abs(value));
    const std::vector<int> ranks = doubledMidranks(sizes);
    std::vector<int> outcomes;
    int observed = 0;
    for (std::size_t i = 0; i < values.size(); ++i)
        observed += values[i] > 0 ? ranks[i] : 0;
    for (unsigned signs = 0; signs < 1U << values.size(); ++signs) {
        int sum = 0;
        for (std::size_t i = 0; i < values.size(); ++i)
            sum += (signs >> i & 1U) != 0 ? ranks[i] : 0;
        outcomes.push_back(sum);
    }
    return pValueAmong(outcomes, observed);
}

double enumerateChoices(const std::vector<double>& values, std::size_t first) {
    const std::vector<int> ranks = doubledMidranks(values);
    std::vector<int> outcomes;
    int observed = 0;
    for (std::size_t i = first; i < values.size(); ++i)
        observed += ranks[i];
    for (unsigned choice = 0; choice < 1U << values.size(); ++choice) {
        if (static_cast<std::size_t>(std::popcount(choice)) != values.size() - first)
            continue;
        int sum = 0;
        for (std::size_t i = 0; i < values.size(); ++i)
            sum += (choice >> i & 1U) != 0 ? ranks[i] : 0;
        outcomes.push_back(sum);
    }
    return pValueAmong(outcomes, observed);
}

} // namespace

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

    // Hollander and Wolfe, Nonparametric Statistical Methods (1973), p. 29: depression scale before and after
    // tranquilizers; T+ = 40, one-sided p = 0.0195, estimate 0.46 with the 96.1 % interval 0.010 to 0.786. Also the
    // example of R's wilcox.test.
    void signedRankAgreesWithHollanderAndWolfe() {
        const std::vector<double> before{1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30};
        const std::vector<double> after{0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29};
        std::vector<double> differences;
        for (std::size_t i = 0; i < before.size(); ++i)
            differences.push_back(before[i] - after[i]);
        const RankTest test = wilcoxonSignedRank(differences);
        QCOMPARE(test.statistic, 40.0);
        QVERIFY(test.exact);
        QVERIFY(std::abs(test.pValue - 2 * 0.01953125) < 1e-12);
        const Shift shift = hodgesLehmann(differences);
        QVERIFY(std::abs(shift.estimate - 0.46) < 1e-9);
        QVERIFY(shift.interval.has_value());
        QVERIFY(std::abs(shift.interval->low - 0.010) < 1e-9);
        QVERIFY(std::abs(shift.interval->high - 0.786) < 1e-9);
        QVERIFY(std::abs(rankBiserial(differences) - (40.0 - 5.0) / 45.0) < 1e-12);
    }

    // Darwin's maize (The Effects of Cross and Self Fertilisation, 1876, from Fisher, The Design of Experiments): the
    // example of SciPy's wilcoxon: statistic 24 (the smaller sum), p = 0.041259765625.
    void signedRankAgreesWithDarwinsMaize() {
        const RankTest test = wilcoxonSignedRank({6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75});
        QCOMPARE(test.statistic, 120.0 - 24.0);
        QVERIFY(std::abs(test.pValue - 0.041259765625) < 1e-12);
    }

    // Hollander and Wolfe, p. 69: permeability of the human chorioamnion at term and at 12 to 26 weeks; W = 35 (of the
    // first sample), one-sided p = 0.1272, estimate 0.305. Also the example of R's wilcox.test.
    void mannWhitneyAgreesWithHollanderAndWolfe() {
        const std::vector<double> atTerm{0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46};
        const std::vector<double> early{1.15, 0.88, 0.90, 0.74, 1.21};
        const RankTest test = mannWhitney(early, atTerm);
        QCOMPARE(test.statistic, 35.0);
        QVERIFY(std::abs(test.pValue - 2 * 0.1272) < 1e-4);
        QVERIFY(std::abs(hodgesLehmann(early, atTerm).estimate - 0.305) < 1e-9);
        QVERIFY(std::abs(rankBiserial(early, atTerm) - (2 * 35.0 / 50.0 - 1)) < 1e-12);
    }

    // The example of SciPy's mannwhitneyu: U = 17 of the males, exact p = 0.1111.
    void mannWhitneyAgreesWithScipy() {
        const RankTest test = mannWhitney({20, 11, 17, 12}, {19, 22, 16, 29, 24});
        QCOMPARE(test.statistic, 17.0);
        QVERIFY(std::abs(test.pValue - 0.1111111111111111) < 1e-12);
    }

    // Holm, A Simple Sequentially Rejective Multiple Test Procedure (1979); the figures are those of R's p.adjust.
    void holmAgreesWithR() {
        const std::vector<double> adjusted = holm({0.01, 0.04, 0.03, 0.005});
        const std::vector<double> expected{0.03, 0.06, 0.06, 0.02};
        for (std::size_t i = 0; i < expected.size(); ++i)
            QVERIFY(std::abs(adjusted[i] - expected[i]) < 1e-12);
        QCOMPARE(holm({}).size(), std::size_t{0});
        QCOMPARE(holm({0.9, 0.8}).front(), 1.0);
    }

    // Against the definition, by going through every assignment of signs or every choice of ranks, ties included.
    void ranksAgreeWithEnumeration() {
        Random random(21);
        for (int trial = 0; trial < 60; ++trial) {
            const std::size_t n = 2 + random.below(9);
            std::vector<double> values;
            for (std::size_t i = 0; i < n; ++i)
                values.push_back((random.below(2) == 0 ? 1.0 : -1.0) * static_cast<double>(1 + random.below(5)));
            QVERIFY(std::abs(wilcoxonSignedRank(values).pValue - enumerateSigns(values)) < 1e-12);
            const std::size_t first = 1 + random.below(n - 1);
            const auto middle = values.begin() + static_cast<std::ptrdiff_t>(first);
            const std::vector<double> a(values.begin(), middle), b(middle, values.end());
            QVERIFY(std::abs(mannWhitney(a, b).pValue - enumerateChoices(values, first)) < 1e-12);
        }
    }

    void degenerateSamplesSayNothing() {
        QCOMPARE(wilcoxonSignedRank({}).pValue, 1.0);
        QCOMPARE(wilcoxonSignedRank({0, 0, 0}).pValue, 1.0);
        QCOMPARE(mannWhitney({}, {1}).pValue, 1.0);
        QCOMPARE(mannWhitney({1, 1}, {1, 1}).pValue, 1.0);
        QVERIFY(!hodgesLehmann(std::vector<double>{1, 2, 3, 4, 5}).interval.has_value());
        QVERIFY(hodgesLehmann(std::vector<double>{1, 2, 3, 4, 5, 6}).interval.has_value());
        QVERIFY(!hodgesLehmann({1, 2, 3}, {4, 5, 6}).interval.has_value());
        QVERIFY(hodgesLehmann({1, 2, 3, 4}, {5, 6, 7, 8}).interval.has_value());
        QCOMPARE(rankBiserial(std::vector<double>{0, 0}), 0.0);
    }

    // The approximation for large samples continues the exact distribution.
    void largeSamplesContinueTheExactOnes() {
        Random random(5);
        std::vector<double> values;
        for (int i = 0; i < 200; ++i)
            values.push_back(random.unit() - 0.45);
        const RankTest exact = wilcoxonSignedRank(values);
        QVERIFY(exact.exact);
        values.push_back(0.001);
        const RankTest approximate = wilcoxonSignedRank(values);
        QVERIFY(!approximate.exact);
        QVERIFY(std::abs(exact.pValue - approximate.pValue) < 0.01);
        const auto interval = hodgesLehmann(values).interval;
        QVERIFY(interval && interval->low < interval->high && interval->low > -0.1 && interval->high < 0.2);
        const std::vector<double> half(values.begin(), values.begin() + 60), rest(values.begin() + 60, values.end());
        QVERIFY(!mannWhitney(half, rest).exact);
        QVERIFY(hodgesLehmann(half, rest).interval.has_value());
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
