// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <vector>

#include <rustcask/bench/histogram.h>

#include "support/seeded_random.h"
#include "support/test_main.h"

using rustcask::bench::Histogram;

class TestBenchHistogram : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void bucketsCoverEverythingWithoutGaps() {
        std::uint64_t next = 0;
        for (std::size_t bucket = 0; bucket < Histogram::bucketCount; ++bucket) {
            QCOMPARE(Histogram::bucketOf(next), bucket);
            QCOMPARE(Histogram::bucketOf(Histogram::upperEnd(bucket)), bucket);
            next = Histogram::upperEnd(bucket) + 1;
        }
        QCOMPARE(next, std::uint64_t{0}); // the last bucket ends at the largest 64-bit number
    }

    void errorIsAtMostOneSubBucket() {
        rustcask::test::SeededRandom random;
        for (int i = 0; i < 20'000; ++i) {
            const std::uint64_t value = random.next() >> random.below(64);
            const std::uint64_t reported = Histogram::upperEnd(Histogram::bucketOf(value));
            QVERIFY(reported >= value);
            QVERIFY(static_cast<double>(reported - value) <= static_cast<double>(value) / 128.0);
        }
    }

    void percentilesAgreeWithSortedSamples() {
        rustcask::test::SeededRandom random;
        Histogram histogram;
        std::vector<std::uint64_t> samples;
        for (int i = 0; i < 50'000; ++i) {
            samples.push_back(100 + (random.next() >> (40 + random.below(20))));
            histogram.record(samples.back());
        }
        std::sort(samples.begin(), samples.end());
        QCOMPARE(histogram.minNs(), samples.front());
        QCOMPARE(histogram.maxNs(), samples.back());
        for (const double q : {0.01, 0.5, 0.9, 0.99, 0.999, 0.9998}) {
            const auto rank = static_cast<std::size_t>(std::ceil(q * 50'000 - 1e-6));
            const std::uint64_t exact = samples[rank - 1];
            const auto reported = histogram.percentileNs(q);
            QVERIFY(reported.has_value());
            QVERIFY2(*reported >= exact &&
                         static_cast<double>(*reported) <= static_cast<double>(exact) * (1 + 1 / 128.0),
                     qPrintable(QStringLiteral("q %1: %2 against %3").arg(q).arg(*reported).arg(exact)));
        }
    }

    void aPercentileNeedsTenSamplesBeyondIt() {
        Histogram histogram;
        QVERIFY(!histogram.percentileNs(0.5).has_value());
        for (std::uint64_t i = 1; i <= 1000; ++i)
            histogram.record(i);
        QVERIFY(histogram.percentileNs(0.99).has_value()); // ten lie beyond
        QVERIFY(!histogram.percentileNs(0.9901).has_value());
        QVERIFY(!histogram.percentileNs(0.999).has_value());
        QCOMPARE(histogram.highestQuantile(), 0.99);
        QCOMPARE(histogram.percentileNs(0.1), std::optional<std::uint64_t>(100)); // exact below 256 ns

        Histogram few;
        for (std::uint64_t i = 0; i < 10; ++i)
            few.record(i);
        QVERIFY(!few.percentileNs(0.0).has_value());
        QCOMPARE(few.highestQuantile(), 0.0);
    }

    void mergingEqualsRecordingTogether() {
        rustcask::test::SeededRandom random;
        Histogram one, two, both;
        for (int i = 0; i < 5000; ++i) {
            const std::uint64_t value = random.below(10'000'000);
            (i % 3 == 0 ? one : two).record(value);
            both.record(value);
        }
        one.merge(two);
        QVERIFY(one == both);
        Histogram empty;
        both.merge(empty);
        QVERIFY(one == both);
    }

    void storedBucketsComeBack() {
        Histogram histogram;
        for (const std::uint64_t value : {0ULL, 1ULL, 255ULL, 256ULL, 1'000'003ULL, ~0ULL >> 1})
            histogram.record(value);
        const auto back =
            Histogram::fromBuckets(histogram.buckets(), histogram.sumNs(), histogram.minNs(), histogram.maxNs());
        QVERIFY(back.has_value());
        QVERIFY(*back == histogram);
        QVERIFY(Histogram::fromBuckets({}, 0, 0, 0).value() == Histogram());
    }

    void contradictionsAreRefused() {
        QVERIFY(!Histogram::fromBuckets({{Histogram::bucketCount, 1}}, 1, 1, 1));
        QVERIFY(!Histogram::fromBuckets({{5, 0}}, 5, 5, 5));
        QVERIFY(!Histogram::fromBuckets({{5, 1}, {4, 1}}, 9, 4, 5));
        QVERIFY(!Histogram::fromBuckets({{5, 1}, {5, 1}}, 10, 5, 5));
        QVERIFY(!Histogram::fromBuckets({{5, 1}}, 5, 4, 5)); // the minimum is in another bucket
        QVERIFY(!Histogram::fromBuckets({{5, 1}}, 5, 5, 900));
        QVERIFY(!Histogram::fromBuckets({{5, ~0ULL}, {6, 1}}, 5, 5, 6));
    }
};

RUSTCASK_TEST_MAIN(TestBenchHistogram)
#include "tst_bench_histogram.moc"
