// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAction>
#include <QElapsedTimer>
#include <QMainWindow>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>

#include "actions/action_registry.h"
#include "bench/bench_samples.h"
#include "charts/chart_panel.h"
#include "charts/chart_view.h"
#include "pages/benchmark/benchmark_page.h"
#include "pages/benchmark/comparison.h"
#include "pages/benchmark/configuration_model.h"
#include "pages/benchmark/results_panel.h"
#include "pages/benchmark/run_library.h"
#include "pages/benchmark/run_list_model.h"
#include "pages/benchmark/runs_panel.h"
#include "pages/benchmark/setup_panel.h"
#include "settings/settings.h"
#include "support/check.h"
#include "support/stall_watchdog.h"
#include "support/temporary_directory.h"
#include "support/widget_audit.h"
#include "support/widget_test_main.h"
#include "widgets/states.h"

using namespace rustcask;
using namespace rustcask::ui;

namespace {

/// A page in a window of its own, with everything it writes below one temporary directory.
struct Fixture {
    test::TemporaryDirectory directory;
    QMainWindow window;
    ActionRegistry actions{&window};
    Settings settings{directory.text() + QStringLiteral("/settings.ini")};
    BenchmarkPage* page = new BenchmarkPage({actions, settings});

    Fixture() {
        window.setCentralWidget(page);
        window.resize(1200, 800);
        page->setRunsFolder(directory.text() + QStringLiteral("/runs"));
        page->setCommandLine(QStringLiteral(RUSTCASK_COMMAND_LINE));
        page->setupPanel()->setScratchFolder(directory.text() + QStringLiteral("/scratch"));
        page->setupPanel()->setWorkloads({QStringLiteral("fillrandom")});
        page->setupPanel()->setSizes(1000, 16, 100, 1, 2);
        window.show();
    }
    [[nodiscard]] bool scratchIsClean() const {
        const auto scratch = directory / "scratch";
        return !std::filesystem::exists(scratch) || std::filesystem::is_empty(scratch);
    }
};

} // namespace

class TestBenchmarkPage : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void runsTinyWorkloadsAndShowsThem() {
        Fixture fixture;
        SetupPanel* setup = fixture.page->setupPanel();
        setup->setWorkloads({QStringLiteral("fillrandom"), QStringLiteral("readrandom")});
        QAction* run = fixture.actions.action(QStringLiteral("benchmark.run"));
        QCOMPARE(run->text(), QStringLiteral("&Run 6 × 2"));
        QSignalSpy ended(fixture.page, &BenchmarkPage::runEnded);
        QSignalSpy shown(fixture.page, &BenchmarkPage::comparisonShown);
        test::StallWatchdog watchdog;
        run->trigger();
        QVERIFY(fixture.page->isRunning());
        QVERIFY(!run->isEnabled());
        QVERIFY(ended.wait(60'000));
        QTRY_VERIFY_WITH_TIMEOUT(fixture.page->resultsPanel()->comparison() != nullptr, 10'000);
        QVERIFY(watchdog.turns() > 0);
        QVERIFY2(watchdog.longestStallMs() < 500, qPrintable(QString::number(watchdog.longestStallMs())));
        QVERIFY(!fixture.page->isRunning());
        QVERIFY(run->isEnabled());
        const Comparison& comparison = *fixture.page->resultsPanel()->comparison();
        QCOMPARE(comparison.series.size(), std::size_t{6});
        for (const ComparedSeries& series : comparison.series) {
            QVERIFY2(series.summary.incomplete == 0, series.summary.firstError.c_str());
            QCOMPARE(series.summary.opsPerSecond.size(), std::size_t{2});
            QVERIFY(series.summary.durability == bench::Durability::d1);
        }
        QCOMPARE(fixture.page->runsPanel()->model()->rowCount(), 1);
        for (int view = 0; view < ResultsPanel::ViewCount; ++view) {
            fixture.page->resultsPanel()->setView(ResultsPanel::View(view));
            const ChartPanel* panel = fixture.page->resultsPanel()->chartPanel(ResultsPanel::View(view));
            QVERIFY(panel->exported(ChartPanel::Format::png).startsWith("\x89PNG"));
            QVERIFY(panel->exported(ChartPanel::Format::svg).contains("<svg"));
            QVERIFY(panel->exported(ChartPanel::Format::csv).contains("mapped"));
        }
        QVERIFY(fixture.scratchIsClean());
    }

    void stopsSoonAndKeepsWhatCame() {
        Fixture fixture;
        fixture.page->setupPanel()->setSizes(3'000'000, 16, 100, 1, 5);
        QSignalSpy ended(fixture.page, &BenchmarkPage::runEnded);
        fixture.page->startRun();
        QTest::qWait(700);
        QVERIFY(fixture.page->isRunning());
        QElapsedTimer clock;
        clock.start();
        fixture.page->stopRun();
        QTRY_VERIFY_WITH_TIMEOUT(!fixture.page->isRunning(), 20'000);
        qInfo("stopped after %lld ms", clock.elapsed());
        QVERIFY(ended.count() == 1 || ended.wait(10'000));
        QTRY_COMPARE_WITH_TIMEOUT(fixture.page->runsPanel()->model()->rowCount(), 1, 10'000);
        QVERIFY(!fixture.page->runsPanel()->model()->runs()[0].complete);
        QVERIFY(fixture.scratchIsClean());
    }

    void aMissingCommandLineIsSaid() {
        Fixture fixture;
        fixture.page->setCommandLine({});
        fixture.page->startRun();
        QVERIFY(!fixture.page->isRunning());
        QVERIFY(fixture.page->resultsPanel()->banner()->text().contains(QStringLiteral("rustcask")));

        QSignalSpy ended(fixture.page, &BenchmarkPage::runEnded);
        fixture.page->setCommandLine(fixture.directory.text() + QStringLiteral("/no-such-program"));
        fixture.page->startRun();
        QVERIFY(ended.wait(10'000));
        QVERIFY(fixture.page->resultsPanel()->banner()->text().contains(QStringLiteral("no-such-program")));
        QVERIFY(fixture.scratchIsClean());
    }

    void aCrashedChildIsAPartialResult() {
        Fixture fixture;
        fixture.page->setCommandLine(QStringLiteral("/bin/false")); // ends without a result
        QSignalSpy ended(fixture.page, &BenchmarkPage::runEnded);
        fixture.page->startRun();
        QVERIFY(ended.wait(20'000));
        QTRY_VERIFY_WITH_TIMEOUT(fixture.page->resultsPanel()->comparison() != nullptr, 10'000);
        const Comparison& comparison = *fixture.page->resultsPanel()->comparison();
        QCOMPARE(comparison.series[0].summary.incomplete, 2U);
        QVERIFY(comparison.series[0].run->repetitions[0].status == bench::RepetitionStatus::crashed);
        QVERIFY(!fixture.page->resultsPanel()->banner()->text().isEmpty());
    }

    void nonsenseIsRefusedWithASentence() {
        Fixture fixture;
        fixture.page->setupPanel()->setSizes(1'000'000, 2, 100, 1, 2);
        fixture.page->startRun();
        QVERIFY(!fixture.page->isRunning());
        QVERIFY(fixture.page->resultsPanel()->banner()->text().contains(QStringLiteral("keys of 2 bytes")));
        fixture.page->setupPanel()->setWorkloads({});
        QVERIFY(!fixture.actions.action(QStringLiteral("benchmark.run"))->isEnabled());
    }

    void savedRunsAreSelectedRenamedDeletedAndBroughtBack() {
        Fixture fixture;
        bench::Run run = test::sampleRun();
        const QString folder = fixture.directory.text() + QStringLiteral("/runs");
        RUSTCASK_VALUE(const QString first, runLibrary::store(run, folder));
        run.id = "other";
        RUSTCASK_VALUE(const QString second, runLibrary::store(run, folder));
        fixture.page->refreshRuns(first);
        RunsPanel* runs = fixture.page->runsPanel();
        QTRY_COMPARE(runs->model()->rowCount(), 2);
        auto* table = runs->findChild<QTableView*>();
        table->selectAll();
        QTRY_VERIFY(fixture.page->resultsPanel()->comparison() != nullptr &&
                    fixture.page->resultsPanel()->comparison()->runs.size() == 2);

        table->selectRow(runs->model()->rowOf(first));
        QVERIFY(runs->model()->setData(runs->model()->index(runs->model()->rowOf(first), 0), QStringLiteral("mine"),
                                       Qt::EditRole));
        QTRY_VERIFY(runLibrary::load(first).value()->name == "mine");

        QTRY_COMPARE(runs->selectedFiles().size(), std::size_t{1});
        fixture.actions.action(QStringLiteral("benchmark.delete"))->trigger();
        QTRY_COMPARE(runs->model()->rowCount(), 1);
        QTRY_VERIFY(runs->banner()->isVisible());
        const auto buttons = runs->banner()->findChildren<QPushButton*>();
        QVERIFY(!buttons.isEmpty());
        buttons.back()->click();
        QTRY_COMPARE(runs->model()->rowCount(), 2);
    }

    void aThousandRunsAreListed() {
        Fixture fixture;
        bench::Run run = test::sampleRun();
        const QString folder = fixture.directory.text() + QStringLiteral("/runs");
        std::filesystem::create_directories(folder.toStdString());
        const std::string text = bench::encodeRun(run);
        for (int i = 0; i < 1000; ++i) {
            QFile file(folder + QStringLiteral("/%1.json").arg(i));
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(text.data(), qint64(text.size()));
        }
        QElapsedTimer clock;
        clock.start();
        fixture.page->refreshRuns();
        QTRY_COMPARE_WITH_TIMEOUT(fixture.page->runsPanel()->model()->rowCount(), 1000, 20'000);
        qInfo("1000 runs of %zu bytes listed in %lld ms", text.size(), clock.elapsed());
    }

    void settingsAreKept() {
        const test::TemporaryDirectory directory;
        QMainWindow window;
        ActionRegistry actions(&window);
        Settings settings(directory.text() + QStringLiteral("/settings.ini"));
        {
            BenchmarkPage page({actions, settings});
            page.setupPanel()->setWorkloads({QStringLiteral("ycsb-a"), QStringLiteral("readseq")});
            page.setupPanel()->setSizes(12'345, 20, 77, 3, 7);
            page.setupPanel()->configurations()->add({"rustcask", "mine", {{"sync", "everyWrite"}}});
        }
        ActionRegistry otherActions(&window);
        const BenchmarkPage page({otherActions, settings});
        const bench::Run run = page.setupPanel()->request();
        QCOMPARE(run.workloads.size(), std::size_t{2});
        QCOMPARE(run.workloads[0].keys, std::uint64_t{12'345});
        QCOMPARE(run.workloads[0].valueBytes, 77U);
        QCOMPARE(run.workloads[0].threads, 3U);
        QCOMPARE(run.rounds, 7U);
        QCOMPARE(run.configurations.back().label, std::string("mine"));
        QVERIFY(run.configurations.back().options.at("sync") == "everyWrite");
        QCOMPARE(run.configurations.size(), std::size_t{4}); // the three chosen ones and the new one
    }

    void everythingHasAName() {
        Fixture fixture;
        QCOMPARE(test::auditWidgets(fixture.page), QStringList());
        QVERIFY(fixture.actions.conflicts().isEmpty());
    }
};

RUSTCASK_WIDGET_TEST_MAIN(TestBenchmarkPage)
#include "tst_benchmark_page.moc"
