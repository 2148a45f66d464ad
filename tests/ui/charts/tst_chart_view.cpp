// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

#include "charts/chart_panel.h"
#include "charts/chart_table_model.h"
#include "charts/chart_view.h"
#include "theme/tokens.h"

#include "support/widget_audit.h"
#include "support/widget_test_main.h"

using namespace rustcask::ui;

/// The widget: what is drawn, read out and exported.
class TestChartView : public QObject {
    Q_OBJECT

    static QVector<ChartSeries> stack(int points) {
        QVector<ChartSeries> series(2);
        series[0].name = QStringLiteral("live");
        series[0].ink = {InkRole::live};
        series[1].name = QStringLiteral("dead");
        series[1].ink = {InkRole::dead};
        for (int i = 0; i < points; ++i) {
            series[0].points.append({static_cast<double>(i), 1024.0 * i});
            series[1].points.append({static_cast<double>(i), 1024.0 * i + 2048});
        }
        return series;
    }
    static void show(QWidget& widget) {
        widget.resize(640, 320);
        widget.show();
        QVERIFY(QTest::qWaitForWindowExposed(&widget));
        QTest::qWait(20);
    }
    static int pixelsNear(const QImage& image, const QColor& color) {
        int count = 0;
        for (int y = 0; y < image.height(); ++y) {
            for (int x = 0; x < image.width(); ++x) {
                const QColor at = image.pixelColor(x, y);
                count += std::abs(at.red() - color.red()) + std::abs(at.green() - color.green()) +
                                     std::abs(at.blue() - color.blue()) <
                                 12
                             ? 1
                             : 0;
            }
        }
        return count;
    }

private Q_SLOTS:
    void areasAreDrawnInTheirColours() {
        for (const Tokens* tokens : {&lightTokens(), &darkTokens()}) {
            ChartView view;
            view.setPalette(paletteFrom(*tokens));
            view.setYAxis({.title = QStringLiteral("bytes"), .unit = AxisUnit::bytes});
            view.setAreas(stack(100));
            show(view);
            const QImage image = QImage::fromData(view.toPng(1), "PNG");
            QVERIFY2(pixelsNear(image, tokens->live) > 20'000,
                     qPrintable(QString::number(pixelsNear(image, tokens->live))));
            QVERIFY(pixelsNear(image, tokens->card) > 20'000);
        }
    }

    void theReadOutTellsSharesOfAStack() {
        ChartView view;
        view.setYAxis({.title = {}, .unit = AxisUnit::bytes});
        view.setAreas(stack(11));
        show(view);
        QCOMPARE(view.readout().replace(QChar(0x00A0), QLatin1Char(' ')), QStringLiteral("live 10 KiB · dead 2 KiB"));
        QWidget* canvas = view.focusProxy();
        canvas->setFocus();
        QTest::keyClick(canvas, Qt::Key_Left);
        QTest::keyClick(canvas, Qt::Key_Left);
        QCOMPARE(view.readout().replace(QChar(0x00A0), QLatin1Char(' ')),
                 QStringLiteral("9 · live 9 KiB · dead 2 KiB"));
        QTest::keyClick(canvas, Qt::Key_Escape);
        QVERIFY(view.readout().startsWith(QStringLiteral("live 10")));
    }

    void theTableHoldsTheSameNumbers() {
        ChartView view;
        view.setAreas(stack(3));
        const ChartTable table = view.table();
        QCOMPARE(table.headers.size(), 3);
        QCOMPARE(table.rows, (QVector<QVector<double>>{{0, 0, 2048}, {1, 1024, 2048}, {2, 2048, 2048}}));
        // Lines with other x values leave gaps instead of inventing values.
        QVector<ChartSeries> lines(2);
        lines[0].points = {{1, 5}, {2, 6}};
        lines[1].points = {{2, 7}};
        view.setLines(lines);
        QVERIFY(std::isnan(view.table().rows[0][2]));
        QCOMPARE(view.table().rows[1], (QVector<double>{2, 6, 7}));
    }

    void csvIsExactAndHarmless() {
        ChartTable table;
        table.headers = {QStringLiteral("name"), QStringLiteral("ops, median")};
        table.units = {AxisUnit::perSecond};
        table.rowNames = {QStringLiteral("=1+1"), QStringLiteral("say \"hi\""), QStringLiteral("none")};
        table.rows = {{1'234'567}, {0.125}, {std::nan("")}};
        QCOMPARE(toCsv(table),
                 QByteArray("name,\"ops, median\"\r\n'=1+1,1234567\r\n\"say \"\"hi\"\"\",0.125\r\nnone,\r\n"));
    }

    void pictureFilesAreWholeAndHaveTheLegend() {
        ChartPanel panel;
        panel.chart()->setAreas(stack(50));
        panel.chart()->setMarks({{25, QStringLiteral("rotated"), {InkRole::active}, true}});
        show(panel);
        const QByteArray svg = panel.exported(ChartPanel::Format::svg);
        QVERIFY(svg.contains("<svg"));
        QVERIFY(svg.contains("live"));
        QVERIFY(svg.contains("rotated"));
        QVERIFY(svg.trimmed().endsWith("</svg>"));
        QTemporaryDir directory;
        QSignalSpy saved(&panel, &ChartPanel::saved);
        QSignalSpy failed(&panel, &ChartPanel::saveFailed);
        const QString path = directory.filePath(QStringLiteral("a.png"));
        panel.save(ChartPanel::Format::png, path);
        QVERIFY(saved.wait());
        QVERIFY(QImage(path).width() >= 640);
        panel.save(ChartPanel::Format::csv, directory.filePath(QStringLiteral("no/such/folder.csv")));
        QVERIFY(failed.wait());
    }

    void barsAreReadByCategory() {
        ChartView view;
        BarData bars;
        bars.categories = {QStringLiteral("mapped"), QStringLiteral("pread")};
        bars.series = {{.name = QStringLiteral("ops"),
                        .ink = categoryInk(0),
                        .values = {100, std::nan("")},
                        .intervals = {},
                        .dots = {}}};
        bars.horizontal = true;
        bars.showValues = true;
        view.setBars(bars);
        show(view);
        QWidget* canvas = view.focusProxy();
        QTest::keyClick(canvas, Qt::Key_Down);
        QCOMPARE(view.readout(), QStringLiteral("mapped · ops 100"));
        QTest::keyClick(canvas, Qt::Key_Down);
        QCOMPARE(view.readout(), QStringLiteral("pread · ops n/a"));
    }

    void theTableModelIsSound() {
        ChartTableModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        ChartTable table;
        table.headers = {QStringLiteral("file"), QStringLiteral("live")};
        table.units = {AxisUnit::bytes};
        table.rowNames = {QStringLiteral("1"), QStringLiteral("2")};
        table.rows = {{1024}, {std::nan("")}};
        QSignalSpy reset(&model, &QAbstractItemModel::modelReset);
        model.setTable(table);
        QCOMPARE(reset.size(), 1);
        table.rows[0][0] = 2048;
        model.setTable(table);
        QCOMPARE(reset.size(), 1); // same shape: no reset, the selection stays
        QCOMPARE(model.index(0, 1).data().toString().replace(QChar(0x00A0), QLatin1Char(' ')), QStringLiteral("2 KiB"));
        QCOMPARE(model.index(1, 1).data().toString(), QStringLiteral("n/a"));
        model.setTable({});
        QCOMPARE(model.rowCount(), 0);
    }

    void everythingHasAName() {
        ChartPanel panel;
        (void)panel.rangeBox();
        (void)panel.pauseButton();
        show(panel);
        QCOMPARE(rustcask::test::auditWidgets(panel).join(QLatin1Char(10)), QString());
    }

    void aFrameIsCheap() {
        ChartView view;
        show(view);
        const auto series = stack(2 * view.plotPixels());
        QElapsedTimer timer;
        qint64 best = std::numeric_limits<qint64>::max();
        for (int i = 0; i < 10; ++i) {
            view.setAreas(series);
            timer.start();
            QApplication::sendPostedEvents();
            QTest::qWait(0);
            best = std::min(best, timer.nsecsElapsed());
        }
        qInfo("a frame of two areas with %lld points: %.2f ms", static_cast<long long>(series[0].points.size()),
              static_cast<double>(best) / 1e6);
        QVERIFY(best < 100'000'000); // the aim is 5 ms in a release build; this catches a chart that grows
    }
};

RUSTCASK_WIDGET_TEST_MAIN(TestChartView)
#include "tst_chart_view.moc"
