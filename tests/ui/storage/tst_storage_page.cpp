// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>
#include <fstream>

#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QTabBar>
#include <QTableView>
#include <QTest>
#include <QToolButton>

#include <rustcask/verify.h>

#include "charts/chart_panel.h"
#include "charts/chart_view.h"
#include "page_stage.h"
#include "pages/storage/activity_card.h"
#include "pages/storage/findings_model.h"
#include "pages/storage/merge_card.h"
#include "pages/storage/merge_dialog.h"
#include "pages/storage/policy_dialog.h"
#include "pages/storage/record_card.h"
#include "pages/storage/records_panel.h"
#include "pages/storage/verify_panel.h"
#include "session_fixture.h"
#include "support/stall_watchdog.h"
#include "support/widget_audit.h"
#include "support/widget_test_main.h"
#include "widgets/overflow_tabs.h"

using namespace rustcask::ui;
using namespace rustcask::ui::test;

namespace {

void damage(const std::filesystem::path& file, std::streamoff offset) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(offset);
    const char byte = static_cast<char>(stream.get() ^ 0x10);
    stream.seekp(offset);
    stream.put(byte);
}

std::filesystem::path firstDataFile(const std::filesystem::path& directory) {
    return directory / "1.rustcask.data";
}

} // namespace

class TestStoragePage : public QObject {
    Q_OBJECT

    static void openMergeDialog(Stage& stage, rustcask::MergeSelection::Kind kind) {
        stage.action("storage.merge")->trigger();
        QVERIFY(stage.page->mergeDialog() != nullptr);
        stage.page->mergeDialog()->choose(kind);
        QTRY_VERIFY(stage.page->mergeDialog()->mergeButton()->isEnabled());
    }

private Q_SLOTS:
    void withoutADatabaseItSaysSo() {
        Stage stage;
        stage.page->setSession(nullptr);
        QVERIFY(!stage.action("storage.merge")->isEnabled());
        QVERIFY(!stage.action("storage.verify")->isEnabled());
        QCOMPARE(rustcask::test::auditWidgets(*stage.page).join(QLatin1Char('\n')), QString());
    }

    void previewAndReportAgreeWhenNobodyWrites() {
        rustcask::test::TemporaryDirectory directory;
        fill(directory / "db", {.keys = 300, .overwrites = 3, .removes = 60});
        OpenSession session(directory / "db", browsingOptions(false));
        Stage stage;
        stage.page->setSession(session.get());
        QVERIFY(stage.page->fileTable()->model()->rowCount() > 5);
        openMergeDialog(stage, rustcask::MergeSelection::Kind::everything);
        MergeDialog* dialog = stage.page->mergeDialog();
        QTRY_VERIFY(dialog->preview().has_value());
        const auto preview = *dialog->preview();
        QVERIFY(preview.versionsLost > 0);
        QCOMPARE(rustcask::test::auditWidgets(*dialog).join(QLatin1Char('\n')), QString());
        QSignalSpy finished(stage.page->mergeCard(), &MergeCard::finished);
        QTest::keyClick(dialog, Qt::Key_Return); // the dialog's default
        QTRY_COMPARE(finished.size(), 1);
        QVERIFY2(stage.page->mergeCard()->report().has_value(), qPrintable(stage.page->mergeCard()->sentence()));
        const auto& report = *stage.page->mergeCard()->report();
        QCOMPARE(report.bytesReclaimed, preview.bytesReclaimed);
        QCOMPARE(report.versionsDropped, preview.versionsLost);
        QVERIFY(report.tombstonesDropped >= preview.tombstonesDropped);
        QVERIFY(stage.action("storage.merge")->isEnabled());
        QTRY_COMPARE(session->stats().deadBytes, std::uint64_t{0});
        rustcask::Progress progress;
        RUSTCASK_VALUE(auto verified, rustcask::verify(directory / "db", progress));
        QVERIFY(verified.clean());
    }

    void editsGoOnWhileAMergeRunsAndCancelLeavesAValidDatabase() {
        rustcask::test::TemporaryDirectory directory;
        fill(directory / "db", {.keys = 400, .overwrites = 2, .valueBytes = 2000, .maxFileBytes = 64 * 1024});
        OpenSession session(directory / "db", browsingOptions(false));
        rustcask::MergePolicy slow;
        slow.maxBytesPerSecond = 256 * 1024; // some seconds, if nobody cancels
        RUSTCASK_OK(session->database()->setMergePolicy(slow));
        Stage stage;
        stage.page->setSession(session.get());
        openMergeDialog(stage, rustcask::MergeSelection::Kind::everything);
        QTest::mouseClick(stage.page->mergeDialog()->mergeButton(), Qt::LeftButton);
        QTRY_VERIFY(stage.page->mergeCard()->isRunning());
        QVERIFY(!stage.action("storage.merge")->isEnabled());

        stage.page->mergeCard()->task()->pause();
        bool stored = false;
        session->put("edited during the merge", "yes", this,
                     [&](rustcask::Result<void> done) { stored = done.has_value(); });
        QTRY_VERIFY(stored);
        QVERIFY(stage.page->mergeCard()->isRunning());
        stage.page->mergeCard()->task()->resume();
        stored = false;
        session->put(QByteArray::fromStdString(keyName(0)), "newer", this,
                     [&](rustcask::Result<void> done) { stored = done.has_value(); });
        QTRY_VERIFY(stored);

        QSignalSpy finished(stage.page->mergeCard(), &MergeCard::finished);
        stage.page->mergeCard()->task()->cancel();
        QTRY_COMPARE(finished.size(), 1);
        QVERIFY(!stage.page->mergeCard()->report().has_value());
        QVERIFY(stage.page->mergeCard()->sentence().contains(QLatin1String("cancelled")));
        rustcask::Progress progress;
        RUSTCASK_VALUE(auto verified, rustcask::verify(directory / "db", progress));
        QVERIFY(verified.clean());
        QCOMPARE(verified.liveKeys, std::uint64_t{401});
        RUSTCASK_VALUE(auto value, session->database()->get(keyName(0)));
        QCOMPARE(value.value_or(""), std::string("newer"));
    }

    void chosenFilesAreMergedAlone() {
        rustcask::test::TemporaryDirectory directory;
        fill(directory / "db", {.keys = 300, .overwrites = 2});
        OpenSession session(directory / "db", browsingOptions(false));
        Stage stage;
        stage.page->setSession(session.get());
        auto* selection = stage.page->fileTable()->selectionModel();
        for (int row = 0; row < 2; ++row) {
            selection->select(stage.page->fileTable()->model()->index(row, 0),
                              QItemSelectionModel::Select | QItemSelectionModel::Rows);
        }
        stage.action("storage.merge")->trigger();
        MergeDialog* dialog = stage.page->mergeDialog();
        QCOMPARE(dialog->selection().kind, rustcask::MergeSelection::Kind::files);
        QTRY_VERIFY(dialog->preview().has_value());
        QCOMPARE(dialog->preview()->files.size(), std::size_t{2});
        QSignalSpy finished(stage.page->mergeCard(), &MergeCard::finished);
        QTRY_VERIFY(dialog->mergeButton()->isEnabled());
        QTest::mouseClick(dialog->mergeButton(), Qt::LeftButton);
        QTRY_COMPARE(finished.size(), 1);
        QVERIFY(stage.page->mergeCard()->report().has_value());
        QCOMPARE(stage.page->mergeCard()->report()->inputs.size(), std::size_t{2});
    }

    void damageIsFoundAndLeadsToItsBytes() {
        rustcask::test::TemporaryDirectory directory;
        fill(directory / "db", {.keys = 200});
        const std::uintmax_t bytes = std::filesystem::file_size(firstDataFile(directory / "db"));
        damage(firstDataFile(directory / "db"), static_cast<std::streamoff>(bytes / 2));
        OpenSession session(directory / "db", browsingOptions(true));
        Stage stage;
        stage.page->setSession(session.get());
        VerifyPanel* verify = stage.page->activity()->verifyPanel();
        QSignalSpy finished(verify, &VerifyPanel::finished);
        stage.action("storage.verify")->trigger();
        QTRY_COMPARE(finished.size(), 1);
        QVERIFY(verify->report().has_value());
        QCOMPARE(verify->report()->errors, std::uint64_t{1});
        const auto& finding = verify->findings()->findingAt(0);
        QCOMPARE(finding.severity, rustcask::Severity::error);
        // The row has no room for whole sentences: below it they are in full.
        QVERIFY(verify->findingText().contains(QString::fromStdString(finding.text)));
        QVERIFY(verify->findingText().contains(QString::fromStdString(finding.advice)));
        QSignalSpy shown(stage.page->recordCard(), &RecordCard::shown);
        QTest::mouseClick(verify->bytesButton(), Qt::LeftButton);
        QTRY_VERIFY(shown.size() > 0);
        QCOMPARE(stage.page->activity()->currentTab(), ActivityCard::records);
        QVERIFY(stage.page->recordCard()->subtitle().startsWith(QStringLiteral("1 @ ")));
        QCOMPARE(rustcask::test::auditWidgets(*stage.page).join(QLatin1Char('\n')), QString());
    }

    void tabsWithoutRoomStandInAMenu() {
        OverflowTabs bar(QStringLiteral("Tabs"));
        OverflowTabs* tabs = &bar;
        for (int i = 0; i < 10; ++i) {
            tabs->addTab(QStringLiteral("Number %1").arg(i));
        }
        const auto shown = [tabs] {
            int count = 0;
            for (int i = 0; i < tabs->count(); ++i) {
                count += tabs->bar()->isTabVisible(i) ? 1 : 0;
            }
            return count;
        };
        tabs->show();
        tabs->resize(2000, tabs->sizeHint().height());
        QTRY_COMPARE(shown(), tabs->count());
        QVERIFY(!tabs->moreButton()->isVisible());
        tabs->resize(360, tabs->height());
        QTRY_VERIFY(shown() < tabs->count() && shown() >= 2);
        QVERIFY(tabs->moreButton()->isVisible());
        QSignalSpy changed(tabs, &OverflowTabs::currentChanged);
        Q_EMIT tabs->moreButton()->menu()->aboutToShow();
        const auto actions = tabs->moreButton()->menu()->actions();
        QCOMPARE(actions.size(), tabs->count() - shown());
        actions.back()->trigger();
        QCOMPARE(tabs->currentIndex(), tabs->count() - 1);
        QCOMPARE(changed.size(), 1);
        QVERIFY(tabs->bar()->isTabVisible(tabs->count() - 1));
        QVERIFY(tabs->bar()->isTabVisible(0));
        QTest::keyClick(tabs->bar(), Qt::Key_Left); // what is hidden is passed over
        QVERIFY(tabs->bar()->isTabVisible(tabs->currentIndex()));
    }

    void readOnlyMergesNothingAndSaysWhy() {
        rustcask::test::TemporaryDirectory directory;
        fill(directory / "db", {.keys = 50, .overwrites = 1});
        OpenSession session(directory / "db", browsingOptions(true));
        Stage stage;
        stage.page->setSession(session.get());
        QVERIFY(!stage.action("storage.merge")->isEnabled());
        QVERIFY(stage.action("storage.merge")->toolTip().contains(QLatin1String("read-only")));
        QVERIFY(!stage.action("storage.policy")->isEnabled());
        VerifyPanel* verify = stage.page->activity()->verifyPanel();
        QSignalSpy finished(verify, &VerifyPanel::finished);
        stage.action("storage.verify")->trigger();
        QTRY_COMPARE(finished.size(), 1);
        QVERIFY2(verify->sentence().contains(QLatin1String("as it was written")), qPrintable(verify->sentence()));
    }

    void thePolicyIsAppliedExactly() {
        rustcask::test::TemporaryDirectory directory;
        fill(directory / "db", {.keys = 20});
        OpenSession session(directory / "db", browsingOptions(false));
        Stage stage;
        stage.page->setSession(session.get());
        stage.action("storage.policy")->trigger();
        PolicyDialog* dialog = stage.page->policyDialog();
        QVERIFY(dialog != nullptr);
        QCOMPARE(rustcask::test::auditWidgets(*dialog).join(QLatin1Char('\n')), QString());
        rustcask::MergePolicy wanted;
        wanted.deadFractionTrigger = 0.555; // between two percents
        wanted.smallFileThreshold = 1234;   // less than the box's unit
        wanted.windowBeginHour = 22;
        wanted.windowEndHour = 6;
        dialog->setPolicy(wanted);
        QSignalSpy applied(dialog, &PolicyDialog::applied);
        QTest::mouseClick(dialog->applyButton(), Qt::LeftButton);
        QTRY_COMPARE(applied.size(), 1);
        const auto policy = applied[0][0].value<rustcask::MergePolicy>();
        QCOMPARE(policy.deadFractionTrigger, 0.555);
        QCOMPARE(policy.smallFileThreshold, std::uint64_t{1234});
        QCOMPARE(policy.windowEndHour, 6);
        QTRY_VERIFY(stage.page->policyDialog() == nullptr);
        stage.action("storage.policy")->trigger();
        QCOMPARE(stage.page->policyDialog()->policy().windowBeginHour, 22); // it is remembered
    }

    void chartsFollowAWriter() {
        rustcask::test::TemporaryDirectory directory;
        fill(directory / "db", {.keys = 50});
        OpenSession session(directory / "db", browsingOptions(false));
        Stage stage;
        stage.page->setSession(session.get());
        const auto samplesBefore = stage.page->activity()->recorder().sizes().samples();
        const double sizeBefore = stage.page->activity()->recorder().sizes().last(StatsRecorder::total);
        for (int i = 0; i < 50; ++i) {
            session->put(QByteArray::number(i), QByteArray(1000, 'x'), this);
        }
        QTRY_VERIFY(stage.page->activity()->recorder().sizes().last(StatsRecorder::total) >= sizeBefore + 50'000);
        QVERIFY(stage.page->activity()->recorder().sizes().samples() > samplesBefore);
        ChartView* chart = stage.page->activity()->panel(ActivityCard::sizes)->chart();
        QTRY_VERIFY(chart->readout().contains(QLatin1String("live")));
        QVERIFY(!stage.page->activity()->panel(ActivityCard::sizes)->exported(ChartPanel::Format::csv).isEmpty());
    }

    void manyFilesDoNotStallTheWindow() {
        rustcask::test::TemporaryDirectory directory;
        fill(directory / "db", {.keys = 4000, .overwrites = 1, .maxFileBytes = 4096});
        OpenSession session(directory / "db", browsingOptions(false));
        Stage stage;
        QVERIFY(QTest::qWaitForWindowExposed(&stage.window));
        rustcask::test::StallWatchdog watchdog;
        stage.page->setSession(session.get());
        QVERIFY(stage.page->fileTable()->model()->rowCount() > 150);
        stage.page->activity()->showTab(ActivityCard::files);
        for (int i = 0; i < 20; ++i) {
            session->put(QByteArray::number(i), QByteArray(5000, 'x'), this); // a rotation each
        }
        QTest::qWait(300);
        stage.page->activity()->showTab(ActivityCard::records);
        QTest::qWait(200);
        QVERIFY2(watchdog.longestStallMs() < 500, qPrintable(QString::number(watchdog.longestStallMs())));
        QVERIFY(watchdog.turns() > 10);
    }

    void aSessionThatGoesTakesItsDialogsAlong() {
        rustcask::test::TemporaryDirectory directory;
        fill(directory / "db", {.keys = 50, .overwrites = 1});
        Stage stage;
        {
            OpenSession session(directory / "db", browsingOptions(false));
            stage.page->setSession(session.get());
            stage.action("storage.merge")->trigger();
            QVERIFY(stage.page->mergeDialog() != nullptr);
            stage.page->setSession(nullptr);
            QVERIFY(stage.page->mergeDialog() == nullptr);
        }
        QVERIFY(!stage.action("storage.merge")->isEnabled());
    }

    void theShortcutsAreFree() {
        Stage stage;
        QCOMPARE(stage.actions.conflicts(), QStringList());
        QCOMPARE(stage.action("storage.merge")->shortcut(), QKeySequence(QStringLiteral("Ctrl+M")));
    }
};

RUSTCASK_WIDGET_TEST_MAIN(TestStoragePage)
#include "tst_storage_page.moc"
