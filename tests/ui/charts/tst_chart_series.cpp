// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <cmath>

#include <QTest>

#include "charts/live_window.h"
#include "charts/series.h"

#include "support/test_main.h"

using namespace rustcask::ui;

/// The pure data layer: what is kept of a day of samples, and what of it reaches the screen.
class TestChartSeries : public QObject {
    Q_OBJECT

    static void append(TimeSeries& series, double x, double low, double high) {
        series.append(x, std::array{low, high});
    }

private Q_SLOTS:
    void memoryIsBoundedOverADay() {
        TimeSeries series(2);
        const int perDay = 4 * 86'400;
        for (int i = 0; i < perDay; ++i) {
            append(series, i * 0.25, i % 100, i % 100 + 10);
        }
        QCOMPARE(series.samples(), static_cast<std::uint64_t>(perDay));
        QVERIFY2(series.storedBuckets() < 8'000, qPrintable(QString::number(series.storedBuckets())));
        QCOMPARE(series.firstX(), 0.0);
        QCOMPARE(series.lastX(), (perDay - 1) * 0.25);
        // The newest minutes are still whole.
        const auto buckets = series.buckets();
        for (std::size_t i = buckets.size() - 1024; i < buckets.size(); ++i) {
            QCOMPARE(buckets[i].begin, buckets[i].end);
        }
    }

    void bucketsTileTheTimeInOrder() {
        TimeSeries series(1, 16);
        for (int i = 0; i < 5'000; ++i) {
            series.append(i, std::array{static_cast<double>(i)});
        }
        double expected = 0;
        for (const auto& bucket : series.buckets()) {
            QCOMPARE(bucket.begin, expected);
            QCOMPARE(bucket.low[0], bucket.begin);
            QCOMPARE(bucket.high[0], bucket.end);
            QVERIFY(bucket.rising);
            expected = bucket.end + 1;
        }
        QCOMPARE(expected, 5'000.0);
    }

    void spikesStay() {
        TimeSeries series(2, 32);
        const int spikeAt = 1'234;
        const int dipAt = 3'210;
        for (int i = 0; i < 20'000; ++i) {
            const double high = i == spikeAt ? 1e6 : 100;
            const double low = i == dipAt ? -1e6 : 50;
            append(series, i, low, high);
        }
        for (const int pixels : {1, 7, 300, 4'000}) {
            const auto lines = series.decimated(0, 20'000, pixels);
            double highest = 0;
            double lowest = 0;
            for (const auto& point : lines[1]) {
                highest = std::max(highest, point.y());
            }
            for (const auto& point : lines[0]) {
                lowest = std::min(lowest, point.y());
            }
            QCOMPARE(highest, 1e6);
            QCOMPARE(lowest, -1e6);
        }
    }

    void atMostTwoPointsAPixel_data() {
        QTest::addColumn<int>("samples");
        QTest::addColumn<int>("pixels");
        QTest::newRow("fewer samples than pixels") << 100 << 800;
        QTest::newRow("many") << 50'000 << 640;
        QTest::newRow("one pixel") << 1'000 << 1;
    }
    void atMostTwoPointsAPixel() {
        QFETCH(int, samples);
        QFETCH(int, pixels);
        TimeSeries series(2);
        for (int i = 0; i < samples; ++i) {
            append(series, i, std::sin(i) * 10, 100 + std::cos(i));
        }
        const auto lines = series.decimated(0, samples, pixels);
        QCOMPARE(lines.size(), std::size_t{2});
        QCOMPARE(lines[0].size(), lines[1].size());
        QVERIFY(lines[0].size() <= 2 * (pixels + 3));
        for (qsizetype i = 0; i < lines[0].size(); ++i) {
            QCOMPARE(lines[0][i].x(), lines[1][i].x());
            QVERIFY(lines[0][i].y() <= lines[1][i].y()); // cumulated channels never cross
            QVERIFY(i == 0 || lines[0][i].x() >= lines[0][i - 1].x());
        }
    }

    void aRangeReachesBothEdges() {
        TimeSeries series(1);
        for (int i = 0; i < 100; ++i) {
            series.append(i, std::array{1.0 * i});
        }
        const auto line = series.decimated(20.5, 40.5, 200)[0];
        QCOMPARE(line.front(), QPointF(20, 20));
        QCOMPARE(line.back(), QPointF(41, 41));
        // Between two samples the line still crosses the plot.
        const auto gap = series.decimated(50.2, 50.8, 200)[0];
        QCOMPARE(gap.size(), 2);
        QVERIFY(series.decimated(5, 5, 100)[0].isEmpty());
        QVERIFY(TimeSeries(1).decimated(0, 1, 100)[0].isEmpty());
    }

    void timeNeverRunsBackwards() {
        TimeSeries series(1);
        series.append(10, std::array{1.0});
        series.append(9, std::array{2.0});
        series.append(11, std::array{std::nan("")});
        const auto buckets = series.buckets();
        QCOMPARE(buckets[1].begin, 10.0);
        QCOMPARE(buckets[2].high[0], 0.0);
        QCOMPARE(series.nearest(10.9).begin, 11.0);
        QCOMPARE(series.nearest(-5).begin, 10.0);
        series.clear();
        QVERIFY(series.isEmpty());
        QCOMPARE(series.last(0), 0.0);
    }

    void linesAreThinnedWithTheirSpikes() {
        QVector<QPointF> points;
        for (int i = 0; i < 10'000; ++i) {
            points.append({static_cast<double>(i), i == 7'777 ? 500.0 : std::sin(i)});
        }
        const auto thin = decimateLine(points, 100);
        QVERIFY(thin.size() <= 200);
        QVERIFY(thin.contains(QPointF(7'777, 500)));
        QCOMPARE(decimateLine(points.mid(0, 50), 100), points.mid(0, 50));
        const QVector<QPointF> upright{{1, 1}, {1, 2}, {1, 3}};
        QCOMPARE(decimateLine(upright, 1).size(), 2);
    }

    void theWindowFollowsOrHolds() {
        LiveWindow window;
        window.setSpan(60);
        QCOMPARE(window.range(0, 100), (QPair<double, double>(40, 100)));
        window.pause(100);
        QCOMPARE(window.range(0, 500), (QPair<double, double>(40, 100)));
        window.setSpan(0);
        QCOMPARE(window.range(3, 500), (QPair<double, double>(3, 100)));
        window.resume();
        QCOMPARE(window.range(3, 500), (QPair<double, double>(3, 500)));
        QCOMPARE(window.range(500, 500), (QPair<double, double>(470, 500)));
        window.setSpan(300);
        QCOMPARE(window.range(450, 550), (QPair<double, double>(450, 550))); // no empty past
        QCOMPARE(window.range(0, 550), (QPair<double, double>(250, 550)));
    }
};

RUSTCASK_TEST_MAIN(TestChartSeries)
#include "tst_chart_series.moc"
