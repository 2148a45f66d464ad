// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include <QTest>

#include "charts/axis.h"
#include "charts/bar_layout.h"

#include "support/test_main.h"

using namespace rustcask::ui;

/// Positions, round ticks and their words, and where bars lie.
class TestChartAxis : public QObject {
    Q_OBJECT

    static QStringList labels(const Axis& axis, int most) {
        QStringList all;
        for (const auto& tick : axis.ticks(most)) {
            all.append(QString(tick.label).replace(QChar(0x00A0), QLatin1Char(' ')));
        }
        return all;
    }
    static QString text(double value, AxisUnit unit) {
        return axisText(value, unit, 4).replace(QChar(0x00A0), QLatin1Char(' '));
    }

private Q_SLOTS:
    void bytesHaveBinarySteps() {
        const Axis axis({.unit = AxisUnit::bytes}, 3, 12.4 * (1 << 30), true);
        QCOMPARE(labels(axis, 5), (QStringList{QStringLiteral("0 B"), QStringLiteral("4 GiB"), QStringLiteral("8 GiB"),
                                               QStringLiteral("12 GiB"), QStringLiteral("16 GiB")}));
        QCOMPARE(axis.position(0), 0.0);
        QCOMPARE(axis.position(16.0 * (1 << 30)), 1.0);
        QCOMPARE(axis.value(0.5), 8.0 * (1 << 30));
    }

    void logarithmicAxesCoverWholeDecades() {
        const Axis axis({.scale = AxisScale::log10, .unit = AxisUnit::nanoseconds}, 250, 42'000, true);
        QCOMPARE(labels(axis, 8), (QStringList{QStringLiteral("100 ns"), QStringLiteral("1 µs"),
                                               QStringLiteral("10 µs"), QStringLiteral("100 µs")}));
        QCOMPARE(axis.position(100), 0.0);
        QCOMPARE(axis.position(0), 0.0); // no minus infinity
        QVERIFY(std::abs(axis.position(1'000) - 1.0 / 3) < 1e-9);
        QVERIFY(std::abs(axis.value(axis.position(777)) - 777) < 1e-6);
        QVERIFY(labels(axis, 2).size() <= 2);
    }

    void percentilesReadAsPeopleSayThem() {
        const Axis axis({.scale = AxisScale::log10, .unit = AxisUnit::tailFraction}, 1, 1e4, false);
        QCOMPARE(labels(axis, 8), (QStringList{QStringLiteral("0 %"), QStringLiteral("90 %"), QStringLiteral("99 %"),
                                               QStringLiteral("99.9 %"), QStringLiteral("99.99 %")}));
    }

    void clockTicksAreRoundMinutes() {
        const double noon = 1'700'000'000 - 1'700'000'000 % 86'400 + 43'200;
        const Axis axis({.unit = AxisUnit::clock}, noon + 7, noon + 307, false);
        for (const auto& tick : axis.ticks(6)) {
            QCOMPARE(std::fmod(tick.value, 60.0), 0.0);
            QCOMPARE(tick.label.size(), 5); // HH:mm
        }
        QVERIFY(axis.ticks(6).size() >= 4);
    }

    void wordsOfEveryUnit() {
        QCOMPARE(text(1'234'567, AxisUnit::number), QStringLiteral("1.235 M"));
        QCOMPARE(text(0, AxisUnit::number), QStringLiteral("0"));
        QCOMPARE(text(1536, AxisUnit::bytes), QStringLiteral("1.5 KiB"));
        QCOMPARE(text(2.5e6, AxisUnit::perSecond), QStringLiteral("2.5 M/s"));
        QCOMPARE(text(0.25, AxisUnit::ratio), QStringLiteral("1/4"));
        QCOMPARE(text(2, AxisUnit::ratio), QStringLiteral("2"));
        QCOMPARE(text(95, AxisUnit::seconds), QStringLiteral("1:35"));
        QCOMPARE(text(3'725, AxisUnit::seconds), QStringLiteral("1:02:05"));
        QCOMPARE(text(29.4, AxisUnit::percent), QStringLiteral("29.4 %"));
        QCOMPARE(text(-1500, AxisUnit::number), QStringLiteral("-1.5 k"));
    }

    void nonsenseMakesAnAxisAllTheSame() {
        for (const auto scale : {AxisScale::linear, AxisScale::log10}) {
            for (const double bad : {0.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
                const Axis axis({.scale = scale}, bad, bad, true);
                QVERIFY(axis.high() > axis.low());
                QVERIFY(std::isfinite(axis.high()));
                QVERIFY(axis.ticks(5).size() <= 12);
            }
        }
    }

    void barsStackAndLeaveOutWhatIsMissing() {
        BarData data;
        data.categories = {QStringLiteral("1"), QStringLiteral("2")};
        data.stacked = true;
        data.series = {{.name = {}, .ink = {}, .values = {10, 20}, .intervals = {}, .dots = {}},
                       {.name = {}, .ink = {}, .values = {30, std::nan("")}, .intervals = {}, .dots = {}}};
        QCOMPARE(barRange(data), (QPair<double, double>(20, 40)));
        const Axis axis({}, 20, 40, true);
        const QRectF plot(0, 0, 200, 100);
        const auto shapes = layoutBars(data, axis, plot);
        QCOMPARE(shapes.size(), 3);
        QCOMPARE(shapes[0].rect.bottom(), 100.0);
        QCOMPARE(shapes[0].rect.top(), 75.0);
        QCOMPARE(shapes[1].rect.bottom(), shapes[0].rect.top());
        QCOMPARE(shapes[1].rect.top(), 0.0);
        QCOMPARE(barCategoryAt(data, plot, {10, 10}), 0);
        QCOMPARE(barCategoryAt(data, plot, {150, 10}), 1);
        QCOMPARE(barCategoryAt(data, plot, {150, 300}), -1);
    }

    void whiskersLieBesideTheirBar() {
        BarData data;
        data.categories = {QStringLiteral("mapped")};
        data.horizontal = true;
        data.series = {{.name = {}, .ink = {}, .values = {50}, .intervals = {{40, 60}}, .dots = {{45, 55}}}};
        QCOMPARE(barRange(data), (QPair<double, double>(40, 60)));
        const Axis axis({.unit = AxisUnit::number, .low = 0.0, .high = 100.0}, 0, 100, true);
        const auto shapes = layoutBars(data, axis, {0, 0, 1000, 40});
        QCOMPARE(shapes.size(), 1);
        QCOMPARE(shapes[0].rect.right(), 500.0);
        QCOMPARE(shapes[0].whiskerLow, 400.0);
        QCOMPARE(shapes[0].whiskerHigh, 600.0);
        QCOMPARE(shapes[0].dots, (QVector<double>{450, 550}));
    }
};

RUSTCASK_TEST_MAIN(TestChartAxis)
#include "tst_chart_axis.moc"
