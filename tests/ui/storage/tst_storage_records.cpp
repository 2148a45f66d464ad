// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <fstream>
#include <iterator>

#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>
#include <QToolButton>
#include <QTreeView>

#include "pages/storage/byte_map_source.h"
#include "pages/storage/field_tree_model.h"
#include "pages/storage/record_card.h"
#include "pages/storage/record_table_model.h"
#include "pages/storage/records_panel.h"
#include "pages/storage/version_strip.h"
#include "session/version_finder.h"
#include "session_fixture.h"
#include "support/widget_test_main.h"
#include "theme/format.h"
#include "widgets/hex_view.h"

using namespace rustcask::ui;
using namespace rustcask::ui::test;

namespace {

std::string readBytes(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

void writeBytes(const std::filesystem::path& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary) << bytes;
}

} // namespace

/// The record list and the record card on real files.
class TestStorageRecords : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void pagesTogetherAreTheWholeFile() {
        rustcask::test::TemporaryDirectory directory;
        fill(directory / "db",
             {.keys = 2500, .overwrites = 1, .removes = 10, .valueBytes = 10, .maxFileBytes = 1 << 20});
        const auto file = directory / "db" / "1.rustcask.data";
        rustcask::Progress progress;
        RecordIndex index;
        RUSTCASK_OK(index.build(file, progress));
        const auto view = index.view();
        QVERIFY(view.complete);
        QCOMPARE(view.records, std::uint64_t{1 + 2500 + 1250 + 10}); // with the file header
        std::uint64_t at = 0;
        std::uint64_t rows = 0;
        for (std::uint64_t page = 0; rows < view.records; ++page) {
            QCOMPARE(index.pageOffset(page), at);
            QCOMPARE(index.pageOf(at), page);
            RUSTCASK_VALUE(auto records, readPage(file, at, nullptr));
            QVERIFY(!records.empty());
            for (const auto& row : records) {
                QCOMPARE(row.info.offset, at); // every byte belongs to exactly one record
                at += row.info.bytes;
            }
            rows += records.size();
        }
        QCOMPARE(at, view.scannedTo);
        progress.cancel();
        RUSTCASK_FAILS(RecordIndex().build(file, progress), rustcask::ErrorCode::cancelled);
    }

    // What a writer was in the middle of is no damage, and counts once when it is whole.
    void aRecordBeingWrittenIsNoDamage() {
        rustcask::test::TemporaryDirectory directory;
        fill(directory / "db", {.keys = 50, .valueBytes = 2000, .maxFileBytes = 1 << 20});
        const auto file = directory / "db" / "1.rustcask.data";
        const std::string whole = readBytes(file);
        const std::size_t cut = whole.size() - 300;
        writeBytes(file, whole.substr(0, cut));
        rustcask::Progress progress;
        RecordIndex index(64);
        RUSTCASK_OK(index.build(file, progress, nullptr, true));
        QCOMPARE(index.map().total()[rustcask::ByteKind::damaged], std::uint64_t{0});
        QVERIFY(index.map().total()[rustcask::ByteKind::unused] > 1000);
        QCOMPARE(index.map().total().total(), std::uint64_t{cut});
        // Nobody goes on with a sealed file.
        RUSTCASK_OK(index.build(file, progress, nullptr, false));
        QVERIFY(index.map().total()[rustcask::ByteKind::damaged] > 1000);
        QCOMPARE(index.map().total().total(), std::uint64_t{cut});

        // Nor is it called damaged in the list, in a search, on its own or close up on the map; unless it is.
        for (const bool grows : {true, false}) {
            const RecordState expected = grows ? RecordState::unused : RecordState::damaged;
            RUSTCASK_VALUE(const auto rows, readPage(file, 0, nullptr, grows));
            QCOMPARE(rows.size(), std::size_t{51});
            QCOMPARE(rows.back().state, expected);
            QVERIFY(!rows.back().info.verdict.empty());
            RecordMatches matches;
            RUSTCASK_OK(matches.find(file, {.states = {RecordState::damaged}}, nullptr, grows, progress));
            QCOMPARE(matches.take().size(), grows ? std::size_t{0} : std::size_t{1});
            const std::uint64_t offset = rows.back().info.offset;
            RUSTCASK_VALUE(const auto detail, readRecord(file, offset, nullptr, grows));
            QCOMPARE(detail.row.state, expected);
            for (const auto& field : detail.fields) {
                QVERIFY(!grows || field.valid);
            }
            RUSTCASK_VALUE(const auto close, readDetail(file, {0, cut}, 0, nullptr, grows, progress));
            QCOMPARE(close.map.total()[rustcask::ByteKind::damaged] > 0, !grows);
        }

        writeBytes(file, whole);
        RUSTCASK_OK(index.build(file, progress, nullptr, true));
        QCOMPARE(index.map().total()[rustcask::ByteKind::damaged], std::uint64_t{0});
        QCOMPARE(index.map().total()[rustcask::ByteKind::unused], std::uint64_t{0});
        QCOMPARE(index.map().total().total(), std::uint64_t{whole.size()});
        QCOMPARE(index.view().records, std::uint64_t{1 + 50});

        // Damage that a sound record follows is damage, and so is a last record with one flipped bit.
        std::string damaged = whole;
        damaged[whole.size() - 5] = static_cast<char>(damaged[whole.size() - 5] ^ 4);
        writeBytes(file, damaged);
        RecordIndex again(64);
        RUSTCASK_OK(again.build(file, progress, nullptr, true));
        QVERIFY(again.map().total()[rustcask::ByteKind::damaged] > 2000);
        damaged = whole;
        damaged.replace(whole.size() / 2, 100, std::string(100, 'x'));
        writeBytes(file, damaged.substr(0, cut));
        RUSTCASK_VALUE(const auto torn, readPage(file, 0, nullptr, true));
        QCOMPARE(std::count_if(torn.begin(), torn.end(),
                               [](const RecordRow& row) { return row.state == RecordState::damaged; }),
                 1);
        QCOMPARE(torn.back().state, RecordState::unused);
        RecordIndex both(64);
        RUSTCASK_OK(both.build(file, progress, nullptr, true));
        QVERIFY(both.map().total()[rustcask::ByteKind::damaged] > 100);
        QVERIFY(both.map().total()[rustcask::ByteKind::unused] > 1000);
        QCOMPARE(both.map().total().total(), std::uint64_t{cut});
    }

    void theListTellsWhatBecameOfEachRecord() {
        rustcask::test::TemporaryDirectory directory;
        fill(directory / "db",
             {.keys = 1500, .overwrites = 1, .removes = 5, .valueBytes = 10, .maxFileBytes = 1 << 20});
        OpenSession session(directory / "db", browsingOptions(true));
        RecordTableModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setPalette(QPalette());
        QSignalSpy located(&model, &RecordTableModel::located);
        model.open(session->tasks(), session->database(), directory / "db" / "1.rustcask.data");
        QTRY_VERIFY(model.isComplete());
        QCOMPARE(model.rowCount(), 1 + 1500 + 750 + 5);
        model.locate(0);
        QTRY_COMPARE(located.size(), 1);
        QCOMPARE(model.rowAt(0)->state, RecordState::header);
        QCOMPARE(model.rowAt(1)->state, RecordState::superseded); // key 0 was overwritten, then removed
        QCOMPARE(model.rowAt(8)->state, RecordState::live);       // key 7: odd, and beyond those removed
        // A row far down: asked for, then there.
        const QModelIndex far = model.index(2200, RecordTableModel::key);
        QVERIFY(far.data().toString().isEmpty());
        QTRY_VERIFY(!far.data().toString().isEmpty());
        // From a byte in the middle of a record to its row.
        const auto* row = model.rowAt(2200);
        model.locate(row->info.offset + 5);
        QTRY_COMPARE(located.size(), 2);
        QCOMPARE(located[1][0].toInt(), 2200);
        QVERIFY(model.rowAt(2254) != nullptr);
        QCOMPARE(model.rowAt(2254)->state, RecordState::tombstone);
        model.close();
        QCOMPARE(model.rowCount(), 0);
    }

    void theListNamesTheNextVersionOnceItIsKnown() {
        rustcask::test::TemporaryDirectory directory;
        fill(directory / "db", {.keys = 1500, .overwrites = 2, .removes = 5, .maxFileBytes = 1 << 20});
        OpenSession session(directory / "db", browsingOptions(true));
        RecordsPanel panel;
        panel.setSession(session.get());
        panel.setFiles({QStringLiteral("1.rustcask.data")});
        panel.resize(700, 400);
        panel.show();
        RecordTableModel& model = *panel.model();
        QTRY_VERIFY(model.isComplete() && model.rowAt(7) != nullptr);
        const auto verdict = [&](int row) { return model.index(row, RecordTableModel::verdict).data().toString(); };
        const auto place = [&](int row) {
            return formatLocation({{1}, model.rowAt(row)->info.offset, model.rowAt(row)->info.bytes});
        };
        // The newest is known from the keydir, the next one from an index of all records.
        QVERIFY2(verdict(7).startsWith(QLatin1String("superseded, newest at ")), qPrintable(verdict(7)));
        session->versions().update();
        QTRY_VERIFY(verdict(7).startsWith(QLatin1String("superseded by ")));
        for (const int row : {1501, 2251, 3001}) { // the pages of those to compare with
            QTRY_VERIFY(!verdict(row).isEmpty());
        }
        QCOMPARE(verdict(7), QStringLiteral("superseded by %1").arg(place(1504))); // key 6: twice overwritten
        QTRY_COMPARE(verdict(1504), QStringLiteral("superseded by %1").arg(place(2254)));
        QTRY_COMPARE(verdict(2254), QStringLiteral("live"));
        QTRY_COMPARE(verdict(2251), QStringLiteral("deleted by %1").arg(place(3001))); // key 0
        QCOMPARE(verdict(2), QStringLiteral("deleted by %1").arg(place(3002)));        // key 1
        // So does the list of what a filter lets through.
        const QString afterKey6 = place(1504);
        panel.kindFilter()->setCurrentIndex(2); // superseded: keys 0 to 4 and 6 come first
        QTRY_VERIFY(model.isComplete() && model.rowCount() == 5 + 2 * 750);
        QTRY_COMPARE(verdict(5), QStringLiteral("superseded by %1").arg(afterKey6));
    }

    void fieldsAndBytesPointAtEachOther() {
        rustcask::test::TemporaryDirectory directory;
        fill(directory / "db", {.keys = 20});
        OpenSession session(directory / "db", browsingOptions(true));
        RecordsPanel panel;
        RecordCard card;
        QAbstractItemModelTester tester(card.fields(), QAbstractItemModelTester::FailureReportingMode::QtTest);
        connect(&panel, &RecordsPanel::recordSelected, &card, &RecordCard::showRecord);
        panel.setSession(session.get());
        card.setSession(session.get());
        panel.setFiles({QStringLiteral("1.rustcask.data"), QStringLiteral("1.rustcask.hint")});
        panel.resize(700, 400);
        panel.show();
        QSignalSpy shown(&card, &RecordCard::shown);
        QTRY_VERIFY(panel.model()->rowCount() > 10);
        QTRY_VERIFY(panel.model()->rowAt(3) != nullptr);
        panel.table()->setCurrentIndex(panel.model()->index(3, 0));
        QTRY_VERIFY(card.fields()->rowCount() == 8); // checksum … value
        std::uint64_t covered = 0;
        for (const auto& field : card.fields()->fields()) {
            covered += field.bytes;
        }
        QCOMPARE(covered, panel.model()->rowAt(3)->info.bytes);
        QCOMPARE(card.hex()->size(), covered);
        card.fieldTree()->setCurrentIndex(card.fields()->index(2, 0));
        QCOMPARE(card.hex()->currentSpan(), 2);
        // What the checksum means stands below it and belongs to the same bytes.
        const QModelIndex checksum = card.fields()->index(0, 0);
        QCOMPARE(card.fields()->rowCount(checksum), 3);
        card.fieldTree()->setCurrentIndex(card.fields()->index(2, 0, checksum));
        QCOMPARE(card.hex()->currentSpan(), 0);
        QCOMPARE(card.fields()->index(0, FieldTreeModel::value, checksum).data().toString(),
                 card.fields()->index(1, FieldTreeModel::value, checksum).data().toString());
        Q_EMIT card.hex()->currentSpanChanged(5);
        QCOMPARE(card.fieldTree()->currentIndex().row(), 5);
        QVERIFY(!card.fieldTree()->currentIndex().parent().isValid());
    }

    void aHintFileIsListedToo() {
        rustcask::test::TemporaryDirectory directory;
        fill(directory / "db", {.keys = 100});
        OpenSession session(directory / "db", browsingOptions(true));
        RecordsPanel panel;
        panel.setSession(session.get());
        panel.setFiles({QStringLiteral("1.rustcask.data"), QStringLiteral("1.rustcask.hint")});
        panel.resize(700, 400);
        panel.show();
        QVERIFY(panel.showFile(QStringLiteral("1.rustcask.hint")));
        QTRY_VERIFY(panel.model()->isComplete() && panel.model()->rowAt(1) != nullptr);
        QCOMPARE(panel.model()->rowAt(1)->state, RecordState::hintEntry);
        QVERIFY(!panel.showFile(QStringLiteral("99.rustcask.data")));
    }

    void aFilterListsWhatMatches() {
        rustcask::test::TemporaryDirectory directory;
        fill(directory / "db",
             {.keys = 1500, .overwrites = 1, .removes = 5, .valueBytes = 10, .maxFileBytes = 1 << 20});
        OpenSession session(directory / "db", browsingOptions(true));
        RecordsPanel panel;
        panel.setSession(session.get());
        panel.setFiles({QStringLiteral("1.rustcask.data")});
        panel.resize(700, 400);
        panel.show();
        RecordTableModel* model = panel.model();
        QAbstractItemModelTester tester(model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QTRY_VERIFY(model->isComplete());
        panel.kindFilter()->setCurrentIndex(3); // tombstones
        QTRY_VERIFY(model->isComplete() && model->rowCount() == 5);
        QCOMPARE(panel.countText(), QStringLiteral("5 match"));
        panel.kindFilter()->setCurrentIndex(2); // superseded: every second key once, and the five deleted
        QTRY_VERIFY(model->isComplete() && model->rowCount() == 750 + 5);
        // Key 0 was deleted at last; key 6 was overwritten, and the verdict says by what.
        QVERIFY(model->index(0, RecordTableModel::verdict).data().toString().contains(QLatin1String("deleted")));
        const auto& row = *model->rowAt(5);
        QCOMPARE(row.info.key, keyName(6));
        QVERIFY(row.newest.has_value());
        QVERIFY(
            model->index(5, RecordTableModel::verdict).data().toString().contains(QStringLiteral("newest at 1 @ ")));
        panel.keyFilter()->setText(QString::fromStdString(keyName(6)));
        QTRY_VERIFY(model->isComplete() && model->rowCount() == 1);
        panel.keyFilter()->clear();
        panel.kindFilter()->setCurrentIndex(0);
        QTRY_VERIFY(model->isComplete() && model->rowCount() == 1 + 1500 + 750 + 5);
        // By sequence number and by offset.
        panel.jumpEdit()->setText(QStringLiteral("#1501"));
        QTest::keyClick(panel.jumpEdit(), Qt::Key_Return);
        QTRY_COMPARE(panel.table()->currentIndex().row(), 1501);
        const quint64 offset = model->rowAt(1501)->info.offset;
        panel.jumpEdit()->setText(QStringLiteral("0x%1").arg(offset - 1, 0, 16));
        QTest::keyClick(panel.jumpEdit(), Qt::Key_Return);
        QTRY_COMPARE(panel.table()->currentIndex().row(), 1500);
        panel.jumpEdit()->setText(QStringLiteral("nowhere"));
        QTest::keyClick(panel.jumpEdit(), Qt::Key_Return);
        QCOMPARE(panel.table()->currentIndex().row(), 1500);
    }

    void fromAVersionToTheNextAndToItsHintEntry() {
        rustcask::test::TemporaryDirectory directory;
        fill(directory / "db", {.keys = 30, .overwrites = 2});
        OpenSession session(directory / "db", browsingOptions(true));
        RecordCard card;
        card.setSession(session.get());
        QSignalSpy shown(&card, &RecordCard::shown);
        card.showByte(QStringLiteral("1.rustcask.data"), 40, 0); // in the middle of the first record
        QTRY_COMPARE(shown.size(), 1);
        QCOMPARE(card.key(), keyName(0));
        const QString first = card.subtitle();
        QVERIFY(card.note().contains(QLatin1String("newest record lies at")));
        card.showNewer();
        QTRY_COMPARE(shown.size(), 2);
        QVERIFY(card.olderButton()->isEnabled() && card.newerButton()->isEnabled());
        card.showNewer();
        QTRY_COMPARE(shown.size(), 3);
        QVERIFY(!card.newerButton()->isEnabled()); // it is live
        const QString newest = card.subtitle();
        card.showPartner();
        QTRY_COMPARE(shown.size(), 4);
        QVERIFY(card.fileName().endsWith(QLatin1String(".hint")));
        card.showPartner();
        QTRY_COMPARE(shown.size(), 5);
        QCOMPARE(card.subtitle(), newest);
        card.showOlder();
        QTRY_COMPARE(shown.size(), 6);
        card.showOlder();
        QTRY_COMPARE(shown.size(), 7);
        QCOMPARE(card.subtitle(), first);
        QVERIFY(!card.olderButton()->isEnabled());
        card.goBack();
        card.goBack();
        QTRY_VERIFY(shown.size() >= 8);
    }

    void theNextVersionIsNamedAndLinked() {
        rustcask::test::TemporaryDirectory directory;
        fill(directory / "db", {.keys = 30, .overwrites = 2, .removes = 1});
        OpenSession session(directory / "db", browsingOptions(true));
        RecordCard card;
        card.setSession(session.get());
        QSignalSpy shown(&card, &RecordCard::shown);
        const VersionStrip& versions = *card.versions();
        card.showByte(QStringLiteral("1.rustcask.data"), 40, 0); // key 0: put three times, then deleted
        QTRY_COMPARE(versions.knowledge(), VersionStrip::Knowledge::known);
        QCOMPARE(versions.sentence(), QStringLiteral("Version 1 of 4, superseded by"));
        QVERIFY(!card.olderButton()->isEnabled());
        for (const char* sentence : {"Version 2 of 4, superseded by", "Version 3 of 4, deleted by"}) {
            const QString link = versions.link()->text();
            versions.link()->click();
            QTRY_COMPARE(card.subtitle(), link); // the link names where the next record is
            QTRY_COMPARE(versions.sentence(), QString::fromLatin1(sentence));
        }
        versions.link()->click();
        QTRY_COMPARE(versions.sentence(), QStringLiteral("Version 4 of 4: deleted"));
        QCOMPARE(card.stateText(), QStringLiteral("tombstone"));
        QVERIFY(versions.link()->text().isEmpty());
        QVERIFY(!card.newerButton()->isEnabled());
        QCOMPARE(shown.size(), 4);
    }

    void aLargeDirectoryIsReadForVersionsOnlyWhenAsked() {
        rustcask::test::TemporaryDirectory directory;
        fill(directory / "db", {.keys = 30, .overwrites = 1});
        OpenSession session(directory / "db", browsingOptions(true));
        RecordCard card;
        card.versions()->setUnaskedBytes(0);
        card.setSession(session.get());
        card.showByte(QStringLiteral("1.rustcask.data"), 40, 0);
        const VersionStrip& versions = *card.versions();
        QTRY_COMPARE(versions.knowledge(), VersionStrip::Knowledge::unasked);
        QVERIFY(versions.link()->text().startsWith(QLatin1String("Find them (reads ")));
        QVERIFY(card.newerButton()->isEnabled()); // nobody knows
        versions.link()->click();
        QTRY_COMPARE(versions.sentence(), QStringLiteral("Version 1 of 2, superseded by"));
        // Stopped by whomever: it says so, and can be asked again.
        OpenSession another(directory / "db", browsingOptions(true));
        card.setSession(another.get());
        card.showByte(QStringLiteral("1.rustcask.data"), 40, 0);
        QTRY_COMPARE(versions.knowledge(), VersionStrip::Knowledge::unasked);
        card.showNewer(); // asks by itself
        QTRY_COMPARE(versions.sentence(), QStringLiteral("Version 2 of 2: the newest"));
    }

    void whatBecomesOfTheRecordIsFollowed() {
        rustcask::test::TemporaryDirectory directory;
        fill(directory / "db", {.keys = 5});
        OpenSession session(directory / "db", browsingOptions(false));
        RecordCard card;
        card.setSession(session.get());
        card.resize(420, 500);
        card.setVisible(true);
        card.showByte(QStringLiteral("1.rustcask.data"), 40, 0);
        QTRY_COMPARE(card.versions()->sentence(), QStringLiteral("Version 1 of 1: the newest"));
        QCOMPARE(card.stateText(), QStringLiteral("live"));
        session->put(QByteArray::fromStdString(keyName(0)), "new", nullptr);
        QTRY_COMPARE(card.stateText(), QStringLiteral("superseded"));
        QTRY_COMPARE(card.versions()->sentence(), QStringLiteral("Version 1 of 2, superseded by"));
        session->remove(QByteArray::fromStdString(keyName(0)), nullptr);
        QTRY_COMPARE(card.versions()->sentence(), QStringLiteral("Version 1 of 3, superseded by"));
    }

    void aFileThatIsGoneIsAnErrorInWords() {
        rustcask::test::TemporaryDirectory directory;
        fill(directory / "db", {.keys = 20});
        OpenSession session(directory / "db", browsingOptions(true));
        RecordTableModel model;
        QSignalSpy failed(&model, &RecordTableModel::failed);
        model.open(session->tasks(), session->database(), directory / "db" / "77.rustcask.data");
        QTRY_COMPARE(failed.size(), 1);
        QCOMPARE(model.rowCount(), 0);
    }
};

RUSTCASK_WIDGET_TEST_MAIN(TestStorageRecords)
#include "tst_storage_records.moc"
