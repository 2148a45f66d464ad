// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>
#include <fstream>

#include <QComboBox>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>
#include <QToolButton>

#include <rustcask/verify.h>

#include "page_stage.h"
#include "pages/storage/activity_card.h"
#include "pages/storage/event_log_model.h"
#include "pages/storage/events_panel.h"
#include "pages/storage/keydir_panel.h"
#include "pages/storage/lost_model.h"
#include "pages/storage/merge_card.h"
#include "pages/storage/merges_panel.h"
#include "pages/storage/record_card.h"
#include "pages/storage/record_table_model.h"
#include "pages/storage/records_panel.h"
#include "pages/storage/salvage_dialog.h"
#include "pages/storage/verify_panel.h"
#include "session_fixture.h"
#include "support/stall_watchdog.h"
#include "support/widget_audit.h"
#include "support/widget_test_main.h"
#include "widgets/states.h"

using namespace rustcask::ui;
using namespace rustcask::ui::test;
using rustcask::ByteKind;

namespace {

void damage(const std::filesystem::path& file, std::streamoff offset, int bytes) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(offset);
    for (int i = 0; i < bytes; ++i) {
        stream.put(static_cast<char>(0x5A ^ i));
    }
}

} // namespace

/// The byte map and what hangs on it, on real databases.
class TestStorageMap : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theScanAgreesWithTheStatistics() {
        rustcask::test::TemporaryDirectory directory;
        fill(directory / "db", {.keys = 2000, .overwrites = 2, .removes = 300, .maxFileBytes = 64 * 1024});
        OpenSession session(directory / "db", browsingOptions(true));
        Stage stage;
        stage.page->setSession(session.get());
        QVERIFY(!stage.store()->files().empty());
        // At once from the statistics …
        const MapFile& first = stage.store()->files().front();
        QCOMPARE(first.tally(0, first.bytes)[ByteKind::live], first.stats.liveBytes);
        QTRY_VERIFY(stage.isRead());
        QVERIFY2(stage.store()->sentence().contains(QLatin1String("none damaged")),
                 qPrintable(stage.store()->sentence()));
        // … and the scan finds the same, byte for byte.
        for (const MapFile& file : stage.store()->files()) {
            const auto tally = file.tally(0, file.bytes);
            QCOMPARE(tally.total(), file.bytes);
            if (file.kind == rustcask::FileKind::data) {
                QCOMPARE(file.map->total()[ByteKind::live], file.stats.liveBytes);
                QCOMPARE(file.map->total()[ByteKind::tombstone], file.stats.tombstoneBytes);
            } else {
                QCOMPARE(tally[ByteKind::hint], file.bytes);
            }
        }
        QCOMPARE(rustcask::test::auditWidgets(*stage.page).join(QLatin1Char('\n')), QString());
    }

    void aClickSelectsTheRecordAndKeysGoCloser() {
        rustcask::test::TemporaryDirectory directory;
        fill(directory / "db", {.keys = 400, .overwrites = 1, .maxFileBytes = 32 * 1024});
        OpenSession session(directory / "db", browsingOptions(true));
        Stage stage;
        stage.page->setSession(session.get());
        QTRY_VERIFY(stage.isRead());
        const QString name = QStringLiteral("1.rustcask.data");
        QSignalSpy shown(stage.page->recordCard(), &RecordCard::shown);
        const auto point = stage.map()->pointOf(name, 9000);
        QVERIFY(point.has_value());
        QTest::mouseClick(stage.map()->viewport(), Qt::LeftButton, {}, point->toPoint());
        QTRY_COMPARE(shown.size(), 1);
        QCOMPARE(stage.page->recordCard()->fileName(), name);
        const quint64 offset = stage.page->recordCard()->offset();
        QVERIFY(offset < 9200 && offset + stage.page->recordCard()->bytes() > 8800);
        QCOMPARE(stage.page->files()->currentFile(), name);

        stage.map()->setFocus();
        QTest::keyClick(stage.map(), Qt::Key_Return);
        QCOMPARE(stage.map()->fileName(), name);
        const quint64 all = stage.map()->window().bytes();
        QTest::keyClick(stage.map(), Qt::Key_Plus);
        QTest::keyClick(stage.map(), Qt::Key_Plus);
        QVERIFY(stage.map()->window().bytes() <= all / 4 + 1);
        QVERIFY(stage.map()->window().from <= offset && offset < stage.map()->window().to);
        // Once the records are listed, the arrow goes from one to the next.
        QTRY_VERIFY(stage.store()->detail().window == stage.map()->window() &&
                    !stage.store()->detail().records.empty());
        QTest::keyClick(stage.map(), Qt::Key_Right);
        QTest::keyClick(stage.map(), Qt::Key_Return);
        QTRY_COMPARE(shown.size(), 2);
        QCOMPARE(stage.page->recordCard()->offset(), offset + stage.page->recordCard()->bytes());
        QVERIFY2(stage.map()->readout().contains(QLatin1String("put")), qPrintable(stage.map()->readout()));
        QTest::keyClick(stage.map(), Qt::Key_Escape);
        QVERIFY(stage.map()->fileName().isEmpty());
    }

    // The list is not shown while the map is clicked at: it must know of it when it is.
    void theListOpensAtTheRecordChosenOnTheMap() {
        rustcask::test::TemporaryDirectory directory;
        fill(directory / "db", {.keys = 400, .overwrites = 1, .maxFileBytes = 32 * 1024});
        OpenSession session(directory / "db", browsingOptions(true));
        Stage stage;
        stage.page->setSession(session.get());
        QTRY_VERIFY(stage.isRead());
        RecordsPanel* panel = stage.page->activity()->recordsPanel();
        const QString name = QStringLiteral("2.rustcask.data");
        QSignalSpy shown(stage.page->recordCard(), &RecordCard::shown);
        for (const quint64 byte : {quint64{9000}, quint64{20'000}}) { // before the list was ever read, and after
            stage.page->activity()->showTab(ActivityCard::files);
            QVERIFY(!panel->isVisible());
            shown.clear();
            const auto point = stage.map()->pointOf(name, byte);
            QVERIFY(point.has_value());
            QTest::mouseClick(stage.map()->viewport(), Qt::LeftButton, {}, point->toPoint());
            QTRY_VERIFY(!shown.isEmpty());
            const quint64 offset = stage.page->recordCard()->offset();
            QVERIFY(offset > 100);
            stage.action("storage.records")->trigger();
            QCOMPARE(panel->fileName(), name);
            const auto listed = [&]() -> quint64 {
                const RecordRow* row = panel->model()->rowAt(panel->table()->currentIndex().row());
                return row == nullptr ? 0 : row->info.offset;
            };
            QTRY_COMPARE(listed(), offset);
            QCOMPARE(stage.page->recordCard()->offset(), offset);
        }
    }

    void damageIsOnTheMapAndCanBeSalvaged() {
        rustcask::test::TemporaryDirectory directory;
        fill(directory / "db", {.keys = 600, .maxFileBytes = 32 * 1024});
        damage(directory / "db" / "1.rustcask.data", 10'000, 400);
        OpenSession session(directory / "db", browsingOptions(true));
        Stage stage;
        stage.page->setSession(session.get());
        QTRY_VERIFY(stage.isRead());
        const MapFile& file = stage.store()->files()[0];
        QVERIFY(file.damaged());
        QVERIFY(file.tally(9'800, 10'600)[ByteKind::damaged] >= 400);
        QVERIFY2(stage.store()->sentence().contains(QLatin1String("damaged")), qPrintable(stage.store()->sentence()));

        stage.action("storage.salvage")->trigger();
        SalvageDialog* dialog = stage.page->salvageDialog();
        QVERIFY(dialog != nullptr);
        QCOMPARE(rustcask::test::auditWidgets(*dialog).join(QLatin1Char('\n')), QString());
        const QString target = QString::fromStdString((directory / "saved").string());
        dialog->target()->setText(target);
        QSignalSpy finished(dialog, &SalvageDialog::finished);
        QTest::mouseClick(dialog->startButton(), Qt::LeftButton);
        QTRY_COMPARE(finished.size(), 1);
        QVERIFY(dialog->report().has_value());
        QVERIFY(dialog->report()->lostBytes >= 400);
        QVERIFY(dialog->lost()->rowCount() > 0);
        QSignalSpy asked(stage.page, &Page::databaseRequested);
        QTest::mouseClick(dialog->openButton(), Qt::LeftButton);
        QCOMPARE(asked.size(), 1);
        QCOMPARE(asked[0][0].toString(), target);
        rustcask::Progress progress;
        RUSTCASK_VALUE(auto verified, rustcask::verify(directory / "saved", progress));
        QVERIFY(verified.clean());
    }

    void hintFilesAreRebuilt_data() {
        QTest::addColumn<bool>("readOnly");
        QTest::newRow("read-only") << true;
        QTest::newRow("open for writing") << false;
    }

    void hintFilesAreRebuilt() {
        QFETCH(const bool, readOnly);
        rustcask::test::TemporaryDirectory directory;
        fill(directory / "db", {.keys = 600, .maxFileBytes = 32 * 1024});
        std::filesystem::remove(directory / "db" / "1.rustcask.hint");
        OpenSession session(directory / "db", browsingOptions(readOnly));
        if (!readOnly) { // the opening may have written the one that was missing
            QTRY_VERIFY(session->database()->stats().files.front().hasHint);
            std::filesystem::remove(directory / "db" / "1.rustcask.hint");
        }
        Stage stage;
        stage.page->setSession(session.get());
        QVERIFY(stage.action("storage.rebuild-hints")->isEnabled());
        QSignalSpy rebuilt(stage.page->activity()->verifyPanel(), &VerifyPanel::hintsRebuilt);
        stage.action("storage.rebuild-hints")->trigger();
        QTRY_COMPARE(rebuilt.size(), 1);
        QVERIFY2(stage.page->activity()->verifyPanel()->banner()->text().contains(QLatin1String("1 of")),
                 qPrintable(stage.page->activity()->verifyPanel()->banner()->text()));
        QVERIFY(std::filesystem::exists(directory / "db" / "1.rustcask.hint"));
    }

    void aMergeDrainsItsInputsIntoItsOutputs_data() {
        QTest::addColumn<bool>("byHand");
        QTest::newRow("by hand") << true;
        QTest::newRow("by the policy") << false;
    }

    void aMergeDrainsItsInputsIntoItsOutputs() {
        QFETCH(const bool, byHand);
        rustcask::test::TemporaryDirectory directory;
        fill(directory / "db", {.keys = 400, .overwrites = 4, .valueBytes = 2000, .maxFileBytes = 2 << 20});
        OpenSession session(directory / "db", browsingOptions(false));
        rustcask::MergePolicy slow;
        slow.maxBytesPerSecond = 2 << 20;
        RUSTCASK_OK(session->database()->setMergePolicy(slow));
        Stage stage;
        stage.page->setSession(session.get());
        RUSTCASK_VALUE(auto preview, session->database()->previewMerge());
        bool drained = false; // in part: not file by file
        bool growing = false;
        connect(stage.store(), &ByteMapStore::mapChanged, this, [&] {
            for (const MapFile& file : stage.store()->files()) {
                drained = drained || (file.drained > 0 && file.drained < 1);
            }
        });
        connect(stage.store(), &ByteMapStore::filesChanged, this, [&] {
            for (const MapFile& file : stage.store()->files()) {
                growing = growing || (file.growing && file.bytes > 0);
            }
        });
        if (byHand) {
            QSignalSpy finished(stage.page->mergeCard(), &MergeCard::finished);
            stage.page->mergeCard()->start({}, preview);
            QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, 20'000);
        } else {
            slow.mode = rustcask::MergeMode::everyRotation;
            RUSTCASK_OK(session->database()->setMergePolicy(slow));
            RUSTCASK_OK(session->database()->put("one", "more"));
            RUSTCASK_OK(session->database()->rotate());
            QTRY_VERIFY_WITH_TIMEOUT(stage.page->mergeCard()->sentence().startsWith(QLatin1String("The policy")),
                                     20'000);
            QTRY_COMPARE_WITH_TIMEOUT(session->stats().merges, std::uint64_t{1}, 20'000);
        }
        QVERIFY(drained);
        QVERIFY(growing);
        QTRY_VERIFY(!stage.store()->isMerging());
        for (const MapFile& file : stage.store()->files()) {
            QVERIFY(!file.growing);
            QCOMPARE(file.drained, 0.0);
        }
        MergeLogModel* log = stage.page->activity()->mergesPanel()->model();
        QTRY_COMPARE(log->rowCount(), 1);
        QTRY_COMPARE(log->mergeAt(0).outcome, LoggedMerge::Outcome::done);
        QCOMPARE(log->mergeAt(0).byHand, byHand);
        QTRY_COMPARE(session->stats().deadBytes, std::uint64_t{0});
    }

    void theLogTellsEveryAppendAndLeadsToItsBytes() {
        rustcask::test::TemporaryDirectory directory;
        fill(directory / "db", {.keys = 50});
        OpenSession session(directory / "db", browsingOptions(false));
        Stage stage;
        stage.page->setSession(session.get());
        stage.action("storage.events")->trigger();
        EventsPanel* panel = stage.page->activity()->eventsPanel();
        for (int i = 0; i < 30; ++i) {
            session->put("logged" + QByteArray::number(i), "value", this);
        }
        const auto appends = [panel] {
            int count = 0;
            for (int row = 0; row < panel->model()->rowCount(); ++row) {
                count += panel->model()->rowAt(row).key.startsWith("logged") ? 1 : 0;
            }
            return count;
        };
        QTRY_COMPARE(appends(), 30);
        panel->pauseButton()->setChecked(true);
        session->put("logged while held", "value", this);
        QTest::qWait(300);
        QCOMPARE(appends(), 30);
        panel->pauseButton()->setChecked(false);
        session->put("logged after", "value", this);
        QTRY_COMPARE(appends(), 31); // the one in between stays out
        panel->kindFilter()->setCurrentIndex(1);
        QSignalSpy shown(stage.page->recordCard(), &RecordCard::shown);
        Q_EMIT panel->table()->activated(panel->table()->model()->index(panel->table()->model()->rowCount() - 1, 0));
        QTRY_VERIFY(shown.size() > 0 && stage.page->recordCard()->key() == "logged after");
    }

    void theKeydirPointsAtTheRecord() {
        rustcask::test::TemporaryDirectory directory;
        fill(directory / "db", {.keys = 50, .overwrites = 1});
        OpenSession session(directory / "db", browsingOptions(true));
        Stage stage;
        stage.page->setSession(session.get());
        stage.action("storage.keydir")->trigger();
        KeydirPanel* panel = stage.page->activity()->keydirPanel();
        panel->keyEdit()->setText(QString::fromStdString(keyName(4)));
        QTest::keyClick(panel->keyEdit(), Qt::Key_Return);
        QTRY_VERIFY(panel->entry().has_value());
        QSignalSpy shown(stage.page->recordCard(), &RecordCard::shown);
        QTest::mouseClick(panel->recordButton(), Qt::LeftButton);
        QTRY_VERIFY(shown.size() > 0);
        QCOMPARE(stage.page->recordCard()->key(), keyName(4));
        QCOMPARE(stage.page->recordCard()->offset(), panel->entry()->location.offset);
        panel->lookUp("no such key");
        QTRY_VERIFY(!panel->entry().has_value());
        QVERIFY(panel->sentence().contains(QLatin1String("absent")));
    }

    void aFollowerSeesWhatAnotherProcessWrites() {
        rustcask::test::TemporaryDirectory directory;
        fill(directory / "db", {.keys = 200, .maxFileBytes = 16 * 1024});
        rustcask::Options writing;
        writing.maxFileBytes = 16 * 1024;
        RUSTCASK_VALUE(auto writer, rustcask::Database::open(directory / "db", writing));
        OpenSession session(directory / "db", browsingOptions(true));
        Stage stage;
        stage.page->setSession(session.get());
        stage.action("storage.events")->trigger();
        QTRY_VERIFY(stage.isRead());
        const std::size_t before = stage.store()->files().size();
        for (int i = 0; i < 400; ++i) {
            RUSTCASK_OK(writer->put(keyName(i), std::string(100, 'z')));
        }
        QTRY_VERIFY(stage.store()->files().size() > before);
        QTRY_VERIFY(stage.page->activity()->eventsPanel()->model()->rowCount() > 0);
        // The first file is dead now, and the scan finds it out by itself.
        QTRY_COMPARE_WITH_TIMEOUT(stage.store()->files()[0].tally(0, 1 << 20)[ByteKind::live], std::uint64_t{0},
                                  10'000);
        rustcask::Progress progress;
        RUSTCASK_VALUE(auto merged, writer->merge(progress));
        QVERIFY(merged.bytesReclaimed > 0);
        QTRY_VERIFY_WITH_TIMEOUT(stage.store()->indexOf(QStringLiteral("1.rustcask.data")) < 0, 10'000);
        QTRY_VERIFY_WITH_TIMEOUT(stage.isRead(), 10'000);
    }

    void aMillionRecordsInTwoHundredFilesDoNotStallTheWindow() {
        rustcask::test::TemporaryDirectory directory;
        fill(directory / "db", {.keys = 700'000, .overwrites = 1, .valueBytes = 20, .maxFileBytes = 256 * 1024});
        OpenSession session(directory / "db", browsingOptions(false));
        Stage stage;
        QVERIFY(QTest::qWaitForWindowExposed(&stage.window));
        rustcask::test::StallWatchdog watchdog;
        stage.page->setSession(session.get());
        QVERIFY(stage.page->fileTable()->model()->rowCount() > 190);
        QTRY_VERIFY_WITH_TIMEOUT(stage.isRead(), 60'000);
        stage.map()->showFile(QStringLiteral("7.rustcask.data"));
        stage.map()->zoomIn();
        for (int i = 0; i < 20; ++i) {
            session->put(QByteArray::number(i), QByteArray(500, 'x'), this);
        }
        QTest::qWait(400);
        stage.map()->showDirectory();
        stage.page->files()->showView(FilesCard::block);
        QTest::qWait(200);
        qInfo("longest stall %lld ms", static_cast<long long>(watchdog.longestStallMs()));
        QVERIFY2(watchdog.longestStallMs() < 500, qPrintable(QString::number(watchdog.longestStallMs())));
        QVERIFY(watchdog.turns() > 10);
    }
};

RUSTCASK_WIDGET_TEST_MAIN(TestStorageMap)
#include "tst_storage_map.moc"
