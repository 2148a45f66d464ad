// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QSignalSpy>

#include <cmath>

#include "bench/bench_samples.h"
#include "pages/benchmark/comparison.h"
#include "pages/benchmark/configuration_dialog.h"
#include "pages/benchmark/configuration_model.h"
#include "pages/benchmark/run_list_model.h"
#include "support/widget_audit.h"
#include "support/widget_test_main.h"

using namespace rustcask;
using namespace rustcask::ui;

class TestBenchmarkModels : public QObject {
    Q_OBJECT

    bench::EngineRegistry m_engines;

    static std::shared_ptr<const bench::Run> sample(const char* name = "one") {
        bench::Run run = test::sampleRun();
        run.name = name;
        return std::make_shared<const bench::Run>(std::move(run));
    }

private Q_SLOTS:
    void configurations() {
        ConfigurationModel model(m_engines);
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setEntries(defaultConfigurations());
        QCOMPARE(model.chosen().size(), std::size_t{3});
        const auto text = [&](int row, int column) { return model.index(row, column).data().toString(); };
        QCOMPARE(text(0, ConfigurationModel::SettingsColumn), QStringLiteral("defaults"));
        QCOMPARE(text(0, ConfigurationModel::ClassColumn), QStringLiteral("D1"));
        QCOMPARE(text(3, ConfigurationModel::ClassColumn), QStringLiteral("D0"));
        QCOMPARE(text(5, ConfigurationModel::ClassColumn), QStringLiteral("D3"));

        QVERIFY(model.setData(model.index(4, 0), Qt::Checked, Qt::CheckStateRole));
        QCOMPARE(model.chosen().size(), std::size_t{4});
        const int copy = model.add(model.entries()[1].config);
        QCOMPARE(text(copy, 0), QStringLiteral("pread 2"));
        QVERIFY(model.setData(model.index(copy, 0), QStringLiteral(" mapped "), Qt::EditRole));
        QCOMPARE(text(copy, 0), QStringLiteral("mapped 2")); // labels stay unique
        QVERIFY(!model.setData(model.index(copy, 0), QStringLiteral("  "), Qt::EditRole));
        bench::EngineConfig changed = model.entries()[0].config;
        changed.options["sync"] = "everyWrite";
        model.replace(0, changed);
        QCOMPARE(text(0, 0), QStringLiteral("mapped")); // its own name is free to it
        QCOMPARE(text(0, ConfigurationModel::ClassColumn), QStringLiteral("D3"));
        QCOMPARE(text(0, ConfigurationModel::SettingsColumn), QStringLiteral("Sync: every write"));
        model.remove(copy);
        model.remove(99);
        QCOMPARE(model.rowCount(), 6);
    }

    void otherEnginesAreOfferedWithMatchingSettings() {
        for (const ConfigurationModel::Entry& entry : peerConfigurations(m_engines)) {
            QVERIFY(!entry.chosen);
            QVERIFY(entry.config.engine != "rustcask" && entry.config.engine != "null");
            QVERIFY(m_engines.durability(entry.config) == bench::Durability::d1);
            ConfigurationDialog dialog(m_engines, entry.config);
            QVERIFY(dialog.config() == entry.config);
            QCOMPARE(test::auditWidgets(dialog), QStringList());
        }
    }

    void sizes() {
        QCOMPARE(sizeFromText(QStringLiteral("4096")), std::optional<quint64>(4096));
        QCOMPARE(sizeFromText(QStringLiteral(" 64 KiB ")), std::optional<quint64>(65'536));
        QCOMPARE(sizeFromText(QStringLiteral("1.5M")), std::optional<quint64>(1'572'864));
        QCOMPARE(sizeFromText(QStringLiteral("2 GB")), std::optional<quint64>(quint64{2} << 30));
        QCOMPARE(sizeFromText(QStringLiteral("1,048,576 B")), std::optional<quint64>(1'048'576));
        for (const char* bad : {"", "x", "-1", "1 2", "64 KX", "99999 T"})
            QVERIFY2(!sizeFromText(QString::fromLatin1(bad)), bad);
    }

    void dialogChangesNothingByBeingLookedAt() {
        for (const auto& entry : defaultConfigurations()) {
            bench::EngineConfig config = entry.config;
            config.options["maxFileBytes"] = "1234567891"; // no round size
            ConfigurationDialog dialog(m_engines, config);
            QVERIFY(dialog.config() == config);
            QCOMPARE(test::auditWidgets(dialog), QStringList());
        }
    }

    void runList() {
        RunListModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        bench::RunSummary one = bench::summaryOf(*sample());
        one.file = "/runs/one.json";
        bench::RunSummary two = one;
        two.name.clear();
        two.complete = false;
        two.file = "/runs/two.json";
        model.setRuns({one, two});
        QCOMPARE(model.index(0, RunListModel::NameColumn).data().toString(), QStringLiteral("one"));
        QCOMPARE(model.index(1, RunListModel::NameColumn).data().toString(), QStringLiteral("fillrandom"));
        QCOMPARE(model.index(0, RunListModel::RoundsColumn).data().toString(), QStringLiteral("3"));
        QVERIFY(model.index(1, RunListModel::RoundsColumn).data().toString().contains(QStringLiteral("partial")));
        QCOMPARE(model.rowOf(QStringLiteral("/runs/two.json")), 1);
        QCOMPARE(model.rowOf(QStringLiteral("/runs/none.json")), -1);
        QSignalSpy renamed(&model, &RunListModel::renamed);
        QVERIFY(model.setData(model.index(1, 0), QStringLiteral("better"), Qt::EditRole));
        QVERIFY(!model.setData(model.index(1, 0), QStringLiteral("better"), Qt::EditRole));
        QVERIFY(!model.setData(model.index(1, 0), QStringLiteral(" "), Qt::EditRole));
        QCOMPARE(renamed.count(), 1);
        QCOMPARE(renamed[0][0].toString(), QStringLiteral("/runs/two.json"));
    }

    void dates() {
        const QDateTime now = QDateTime::fromString(QStringLiteral("2026-11-22T18:00:00Z"), Qt::ISODate);
        QCOMPARE(runDate("2026-11-22T15:02:09Z", now), QStringLiteral("today 15:02"));
        QCOMPARE(runDate("2026-11-20T15:02:09Z", now), QStringLiteral("20 Nov 15:02"));
        QCOMPARE(runDate("2025-11-20T15:02:09Z", now), QStringLiteral("2025-11-20 15:02"));
        QCOMPARE(runDate("yesterday", now), QStringLiteral("yesterday"));
    }

    void classesAreNeverInOnePicture() {
        const Comparison comparison = compareRuns({sample()});
        QCOMPARE(comparison.series.size(), std::size_t{2});
        QVERIFY(comparison.classes == (std::vector{bench::Durability::d1, bench::Durability::d3}));
        const BarData d1 = medianBars(comparison, bench::Durability::d1);
        const BarData d3 = medianBars(comparison, bench::Durability::d3);
        QCOMPARE(d1.series.size(), 1);
        QCOMPARE(d1.series[0].name, QStringLiteral("mapped"));
        QCOMPARE(d1.series[0].dots[0].size(), 3);
        QVERIFY(d1.series[0].intervals[0].first <= d1.series[0].values[0]);
        QCOMPARE(d3.series.size(), 1);
        QCOMPARE(d3.series[0].name, QStringLiteral("every write"));
        QVERIFY(d1.series[0].ink != d3.series[0].ink);
        QVERIFY(medianBars(comparison, bench::Durability::d2).series.isEmpty());
    }

    void percentileCurvesEndWhereSamplesEnd() {
        const Comparison comparison = compareRuns({sample()});
        const auto curves = percentileCurves(comparison, comparison.workloads.front(), bench::Durability::d1);
        QCOMPARE(curves.size(), 1);
        const auto& points = curves[0].points;
        QCOMPARE(points.front().x(), 2.0); // the median
        // 300,000 samples: ten lie beyond 1 - 1/30,000.
        QVERIFY(std::abs(points.back().x() - 30'000) < 1);
        for (qsizetype i = 1; i < points.size(); ++i) {
            QVERIFY(points[i].x() > points[i - 1].x());
            QVERIFY(points[i].y() >= points[i - 1].y());
        }
        QVERIFY(points.back().y() > 20'000); // the slow one in a thousand
        QVERIFY(percentileCurves(comparison, QStringLiteral("other"), bench::Durability::d1).isEmpty());
        QCOMPARE(throughputCurves(comparison, comparison.workloads.front(), bench::Durability::d1).size(), 1);
    }

    void severalRunsAreToldApart() {
        const Comparison comparison = compareRuns({sample("one"), sample("two")});
        QCOMPARE(comparison.series.size(), std::size_t{4});
        QCOMPARE(comparison.workloads.size(), 1);
        QCOMPARE(comparison.series[0].label, QStringLiteral("mapped · one"));
        QCOMPARE(comparison.series[1].label, QStringLiteral("mapped · two"));
        QVERIFY(comparison.warnings.front().contains(QStringLiteral("different times")));
        QCOMPARE(medianBars(comparison, bench::Durability::d1).series.size(), 2);
    }

    void warningsAreShownOnce() {
        bench::Run run = test::sampleRun();
        run.warnings = {"busy", "busy"};
        run.repetitions[0].warnings = {"short"};
        run.repetitions[1].warnings = {"short"};
        run.repetitions[2].status = bench::RepetitionStatus::crashed;
        run.repetitions[2].error = "killed";
        const Comparison comparison = compareRuns({std::make_shared<const bench::Run>(run)});
        QCOMPARE(comparison.warnings.size(), 4); // busy, short, killed, partial
        QVERIFY(comparison.warnings.join(QLatin1Char(' ')).contains(QStringLiteral("5 of 6")));
    }

    void table() {
        ComparisonModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QCOMPARE(model.rowCount(), 0);
        model.setComparison(std::make_shared<const Comparison>(compareRuns({sample()})));
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(model.index(0, ComparisonModel::RateColumn).data().toString(), QStringLiteral("1.96 M"));
        QCOMPARE(model.index(1, ComparisonModel::ClassColumn).data().toString(), QStringLiteral("D3"));
        QCOMPARE(model.index(0, ComparisonModel::RoundsColumn).data().toString(), QStringLiteral("3"));
        QVERIFY(!model.index(0, ComparisonModel::P999Column).data().toString().isEmpty());
        model.setComparison(nullptr);
        QCOMPARE(model.rowCount(), 0);
    }
};

RUSTCASK_WIDGET_TEST_MAIN(TestBenchmarkModels)
#include "tst_benchmark_models.moc"
