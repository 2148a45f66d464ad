// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <thread>

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include "charts/live_window.h"
#include "pages/storage/event_log_model.h"
#include "pages/storage/field_tree_model.h"
#include "pages/storage/file_bar_delegate.h"
#include "pages/storage/file_table_model.h"
#include "pages/storage/findings_model.h"
#include "pages/storage/lost_model.h"
#include "pages/storage/merge_dialog.h"
#include "pages/storage/merges_panel.h"
#include "pages/storage/policy_text.h"
#include "pages/storage/record_source.h"
#include "pages/storage/stats_recorder.h"
#include "session/operation_times.h"
#include "support/widget_test_main.h"

using namespace rustcask::ui;

/// The Storage page's models and its recorder, without a database.
class TestStorageModels : public QObject {
    Q_OBJECT

    static rustcask::FileStats file(quint64 generation, quint64 bytes, quint64 live) {
        rustcask::FileStats stats;
        stats.generation = {generation};
        stats.bytes = bytes;
        stats.headerBytes = 32;
        stats.liveBytes = live;
        stats.records = 10;
        stats.liveKeys = 4;
        stats.tombstones = 1;
        stats.tombstoneBytes = 40;
        return stats;
    }
    static QString text(const QAbstractItemModel& model, int row, int column) {
        return model.index(row, column).data().toString().replace(QChar(0x00A0), QLatin1Char(' '));
    }

private Q_SLOTS:
    void filesComeAndGoRowByRow() {
        FileTableModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
        QSignalSpy removed(&model, &QAbstractItemModel::rowsRemoved);
        QSignalSpy reset(&model, &QAbstractItemModel::modelReset);
        model.setFiles({file(1, 1000, 500), file(2, 1000, 900), file(5, 400, 300)});
        QCOMPARE(inserted.size(), 3);
        const QPersistentModelIndex second = model.index(1, 0);
        // A merge took 1 and 5 and wrote 7; 2 changed.
        auto changed = file(2, 1000, 100);
        changed.hasHint = true;
        changed.hintBytes = 77;
        model.setFiles({changed, file(7, 600, 500)});
        QCOMPARE(removed.size(), 2);
        QCOMPARE(inserted.size(), 4);
        QCOMPARE(reset.size(), 0);
        QCOMPARE(second.row(), 0);
        QCOMPARE(model.rowOf({7}), 1);
        QCOMPARE(model.rowOf({1}), -1);
        QCOMPARE(text(model, 0, FileTableModel::hint), QStringLiteral("77 B"));
        QCOMPARE(text(model, 1, FileTableModel::deadShare), QStringLiteral("50 %"));
        model.setFiles({});
        QCOMPARE(model.rowCount(), 0);
    }

    void anUnchangedSampleIsSilent() {
        FileTableModel model;
        model.setFiles({file(1, 1000, 500)});
        QSignalSpy changes(&model, &QAbstractItemModel::dataChanged);
        model.setFiles({file(1, 1000, 500)});
        QCOMPARE(changes.size(), 0);
        model.setFiles({file(1, 1000, 400)});
        QCOMPARE(changes.size(), 1);
    }

    void theSummaryCountsDataAndHints() {
        rustcask::Stats stats;
        stats.files = {file(1, 1024, 500), file(2, 1024, 500)};
        stats.files[0].hasHint = true;
        stats.dataBytes = 2048;
        stats.hintBytes = 1024;
        QCOMPARE(filesSummary(stats).replace(QChar(0x00A0), QLatin1Char(' ')),
                 QStringLiteral("2 data · 1 hint · 3.0 KiB on disk"));
    }

    void whatExistsIsSeenInABar() {
        const auto widths = fileBarWidths(file(1, 100'000'032, 99'999'900), 100'000'032, 200);
        QVERIFY(widths[0] > 150);
        QCOMPARE(widths[1], 2.0); // 40 bytes of tombstones
        QCOMPARE(widths[2], 2.0); // 60 dead bytes
        QVERIFY(widths[0] + widths[1] + widths[2] <= 200);
        const auto small = fileBarWidths(file(2, 50'000'032, 49'999'960), 100'000'032, 200);
        QVERIFY(small[0] < 110); // half the length of the largest
        QCOMPARE(small[2], 0.0);
        QCOMPARE(fileBarWidths(file(1, 72, 0), 0, 200)[1], 0.0);
    }

    void theRecorderHoldsAndMarks() {
        StatsRecorder recorder;
        rustcask::Stats stats;
        stats.liveBytes = 100;
        recorder.sample(stats, 10);
        stats.liveBytes = 300;
        stats.deadBytes = 50;
        stats.puts = 500;
        recorder.sample(stats, 10.5);
        QCOMPARE(recorder.sizes().last(StatsRecorder::total), 350.0);
        QCOMPARE(recorder.rates().last(StatsRecorder::puts), 1000.0);
        // A minute of silence: level before, then the change; the rate is of the moment, not of the minute.
        stats.puts = 510;
        stats.liveBytes = 900;
        recorder.sample(stats, 70.5);
        QCOMPARE(recorder.sizes().nearest(70.25).high[StatsRecorder::live], 300.0);
        QCOMPARE(recorder.rates().nearest(40).high[StatsRecorder::puts], 0.0);
        QCOMPARE(recorder.rates().last(StatsRecorder::puts), 40.0);
        const auto areas = recorder.sizeAreas(0, 100, 400);
        QCOMPARE(areas.size(), 3);
        QCOMPARE(areas[2].points.back(), QPointF(100, 950)); // flat to the right edge

        const auto lines = recorder.rateLines(0, 100, 400);
        QCOMPARE(lines[0].points.back(), QPointF(100, 0)); // nothing happens any more
        QVERIFY(lines[0].points.contains(QPointF(70.5, 40)));

        EngineEvent event;
        event.kind = rustcask::EventKind::rotate;
        event.location.generation = {3};
        recorder.event(event, 20);
        event.kind = rustcask::EventKind::merge;
        event.text = QStringLiteral("copied");
        recorder.event(event, 21);
        event.text = QStringLiteral("begin");
        recorder.event(event, 22);
        for (int i = 0; i < 100; ++i) {
            event.kind = rustcask::EventKind::sync;
            recorder.event(event, 30 + i * 0.01);
        }
        const auto marks = recorder.marks(0, 100, 1);
        QCOMPARE(marks.size(), 3); // rotation, begin of the merge, one of the syncs
        QVERIFY(marks[0].label.contains(QLatin1Char('3')));
        QVERIFY(recorder.marks(50, 100, 1).isEmpty());
        for (int i = 0; i < 5000; ++i) {
            recorder.event(event, 200 + i);
        }
        QVERIFY(recorder.marks(0, 1e9, 0).size() <= static_cast<qsizetype>(StatsRecorder::maxMarks));
        QCOMPARE(recorder.sizeTable().headers.size(), 5);
        recorder.clear();
        QVERIFY(recorder.sizes().isEmpty());
    }

    void findingsAreListedAsPlainText() {
        FindingsModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setPalette(QPalette());
        rustcask::VerifyReport report;
        rustcask::Finding finding;
        finding.severity = rustcask::Severity::error;
        finding.file = "/somewhere/3.rustcask.data";
        finding.offset = 1234;
        finding.field = rustcask::Field::checksum;
        finding.text = "the checksum does not match <b>at all</b>";
        report.findings = {finding};
        report.errors = 1;
        model.setReport(report);
        QCOMPARE(text(model, 0, FindingsModel::severity), QStringLiteral("error"));
        QCOMPARE(text(model, 0, FindingsModel::file), QStringLiteral("3.rustcask.data"));
        QCOMPARE(text(model, 0, FindingsModel::offset), QStringLiteral("1,234"));
        QCOMPARE(text(model, 0, FindingsModel::field), QStringLiteral("checksum"));
        QVERIFY(model.index(0, FindingsModel::sentence)
                    .data(Qt::ToolTipRole)
                    .toString()
                    .contains(QLatin1String("&lt;b&gt;")));
        QVERIFY(!model.index(0, FindingsModel::severity).data(Qt::DecorationRole).value<QIcon>().isNull());
        QVERIFY(verifySummary(report).contains(QLatin1String("1 place holds")));
        report.errors = 0;
        QVERIFY(verifySummary(report).contains(QLatin1String("every byte is as it was written")));
        model.clear();
        QCOMPARE(model.rowCount(), 0);
    }

    void severitiesDifferInShape() {
        // In greyscale, too: the silhouettes are not the same.
        std::array<QImage, 3> shapes;
        for (int i = 0; i < 3; ++i) {
            shapes[static_cast<std::size_t>(i)] = severityIcon(static_cast<rustcask::Severity>(i), QPalette())
                                                      .pixmap(14, 14)
                                                      .toImage()
                                                      .convertToFormat(QImage::Format_Alpha8);
        }
        QVERIFY(shapes[0] != shapes[1]);
        QVERIFY(shapes[1] != shapes[2]);
    }

    void candidatesAndFieldsAreSoundModels() {
        MergeCandidatesModel candidates;
        QAbstractItemModelTester first(&candidates, QAbstractItemModelTester::FailureReportingMode::QtTest);
        rustcask::MergeCandidate candidate;
        candidate.generation = {4};
        candidate.bytes = 2048;
        candidate.reason = "62 % of its keys are dead";
        candidate.deadFraction = 0.62;
        candidates.setCandidates({candidate});
        QCOMPARE(text(candidates, 0, MergeCandidatesModel::deadShare), QStringLiteral("62 %"));
        candidates.setCandidates({});

        FieldTreeModel fields;
        QAbstractItemModelTester second(&fields, QAbstractItemModelTester::FailureReportingMode::QtTest);
        RecordDetail detail;
        detail.row.info.offset = 100;
        detail.row.info.storedChecksum = 0x1234ABCD;
        detail.row.info.computedChecksum = 0x1234ABCE;
        detail.fields.push_back({rustcask::Field::checksum, 100, 4, "1234ABCD", true});
        detail.fields.push_back({rustcask::Field::keySize, 120, 2, "23", true});
        fields.setRecord(detail);
        QCOMPARE(text(fields, 1, FieldTreeModel::field), QStringLiteral("key size"));
        QCOMPARE(text(fields, 1, FieldTreeModel::bytes), QStringLiteral("20–21"));
        const QModelIndex checksum = fields.index(0, 0);
        QCOMPARE(fields.rowCount(checksum), 3); // stored, computed, verdict
        QCOMPARE(fields.index(1, FieldTreeModel::value, checksum).data().toString(), QStringLiteral("1234ABCE"));
        QVERIFY(fields.index(2, FieldTreeModel::value, checksum).data().toString().contains(QLatin1String("not")));
        QCOMPARE(fields.fieldOf(fields.index(2, 0, checksum)), 0);
    }

    void theLogOfEventsForgetsTheOldestAndSaysSo() {
        EventLogModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        EventFilter filter;
        filter.setSourceModel(&model);
        QVector<LogRow> rows;
        for (int i = 0; i < EventLogModel::mostRows + 10; ++i) {
            LogRow row;
            row.monotonicMs = i;
            row.sequence = static_cast<quint64>(i);
            row.key = "key" + QByteArray::number(i);
            row.kind = i % 1000 == 0 ? rustcask::EventKind::rotate : rustcask::EventKind::append;
            rows.append(row);
        }
        model.append(rows.mid(0, 15'000));
        QCOMPARE(model.forgotten(), quint64{0});
        model.append(rows.mid(15'000));
        QCOMPARE(model.rowCount(), EventLogModel::mostRows);
        QCOMPARE(model.forgotten(), quint64{10});
        QCOMPARE(model.rowAt(0).sequence, quint64{10});
        filter.setKind(rustcask::EventKind::rotate);
        QCOMPARE(filter.rowCount(), 20);
        filter.setKind({});
        filter.setPart(QStringLiteral("key1999"));
        QCOMPARE(filter.rowCount(), 11);
        // One that comes late finds its place among those that come with it.
        model.clear();
        LogRow late;
        late.monotonicMs = 5;
        LogRow early;
        early.monotonicMs = 2;
        model.append({late, early});
        QCOMPARE(model.rowAt(0).monotonicMs, qint64{2});
    }

    void theRingDropsInsteadOfWaiting() {
        AppendRing ring;
        rustcask::Event event;
        const std::string key(100, 'k');
        event.key = key;
        for (std::size_t i = 0; i < AppendRing::capacity + 7; ++i) {
            event.sequence = {i};
            ring.push(event, 0);
        }
        QCOMPARE(ring.takeDropped(), std::uint64_t{7});
        const auto taken = ring.take();
        QCOMPARE(taken.size(), AppendRing::capacity);
        QCOMPARE(taken.front().sequence, std::uint64_t{0});
        QCOMPARE(taken.back().sequence, std::uint64_t{AppendRing::capacity - 1});
        QCOMPARE(taken.front().keyBytes, std::uint32_t{100});
        QCOMPARE(logRowOf(taken.front()).key.size(), qsizetype{LoggedAppend::maxKeyBytes});
        QVERIFY(ring.take().empty());
        // From several threads at once, each in its own order.
        std::vector<std::thread> writers;
        for (std::uint64_t writer = 0; writer < 4; ++writer) {
            writers.emplace_back([&ring, writer] {
                rustcask::Event mine;
                mine.key = "k";
                for (std::uint64_t i = 0; i < 500; ++i) {
                    mine.sequence = {writer * 1000 + i};
                    ring.push(mine, 0);
                }
            });
        }
        for (std::thread& writer : writers) {
            writer.join();
        }
        std::array<std::uint64_t, 4> next{0, 1000, 2000, 3000};
        const auto all = ring.take();
        QCOMPARE(all.size(), std::size_t{2000});
        for (const LoggedAppend& append : all) {
            QCOMPARE(append.sequence, next[append.sequence / 1000]++);
        }
    }

    void bandsAreThoseOfTheOperations() {
        OperationTimes times;
        QCOMPARE(times.fetch(OperationTimes::write).count, std::uint64_t{0});
        for (std::uint64_t i = 1; i <= 1000; ++i) {
            times.record(OperationTimes::write, i * 1000);
        }
        times.record(OperationTimes::read, 5);
        const auto bands = times.fetch(OperationTimes::write);
        QCOMPARE(bands.count, std::uint64_t{1000});
        QVERIFY(bands.medianNs >= 500'000 && bands.medianNs <= 500'000 * 1.13);
        QVERIFY(bands.p99Ns >= 990'000 && bands.p99Ns <= 1'000'000);
        QCOMPARE(bands.maxNs, 1'000'000.0);
        QCOMPARE(times.fetch(OperationTimes::write).count, std::uint64_t{0}); // fetched once
        QCOMPARE(times.fetch(OperationTimes::read).maxNs, 5.0);
        times.record(OperationTimes::read, ~std::uint64_t{0});
        QCOMPARE(times.fetch(OperationTimes::read).count, std::uint64_t{1});
    }

    void mergesAreLoggedWithWhoStartedThem() {
        MergeLogModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        const auto step = [](const char* text, quint64 generation, quint64 bytes, qint64 ms) {
            EngineEvent event;
            event.kind = rustcask::EventKind::merge;
            event.text = QString::fromLatin1(text);
            event.location.generation = {generation};
            event.bytes = bytes;
            event.monotonicMs = ms;
            return event;
        };
        model.expectByHand();
        model.take({step("begin", 0, 3000, 10), step("copied", 1, 1000, 20), step("copied", 2, 2000, 30)});
        QCOMPARE(model.mergeAt(0).outcome, LoggedMerge::Outcome::running);
        model.take({step("commit", 9, 1200, 40), step("removed", 1, 1000, 45), step("end", 0, 1800, 60)});
        model.take({step("begin", 0, 500, 100), step("cancelled", 0, 0, 150)});
        QCOMPARE(model.rowCount(), 2);
        QVERIFY(model.mergeAt(1).byHand && !model.mergeAt(0).byHand);
        QCOMPARE(model.mergeAt(1).bytesFreed, quint64{1800});
        QCOMPARE(model.mergeAt(1).inputs, (QVector<quint64>{1, 2}));
        QCOMPARE(model.mergeAt(1).tookMs, qint64{50});
        QCOMPARE(model.mergeAt(0).outcome, LoggedMerge::Outcome::cancelled);
        QCOMPARE(text(model, 1, MergeLogModel::files), QStringLiteral("1, 2"));
    }

    void anotherProcessIsToldFromItsFiles() {
        rustcask::Stats before;
        before.files = {file(1, 1000, 500), file(2, 600, 400)};
        rustcask::Stats now;
        auto grown = file(2, 900, 700);
        grown.records = 13;
        grown.hasHint = true;
        auto fresh = file(3, 100, 50);
        now.files = {grown, fresh};
        const auto rows = logRowsBetween(before, now, {}, 7);
        QCOMPARE(rows.size(), qsizetype{4});
        QCOMPARE(rows[0].kind, rustcask::EventKind::merge); // 1 has gone
        QCOMPARE(rows[1].kind, rustcask::EventKind::append);
        QCOMPARE(rows[1].location.offset, std::uint64_t{600});
        QCOMPARE(rows[1].bytes, quint64{300});
        QCOMPARE(rows[2].kind, rustcask::EventKind::hint);
        QCOMPARE(rows[3].kind, rustcask::EventKind::rotate);
        QVERIFY(logRowsBetween(now, now, {}, 8).isEmpty());
    }

    void policiesAreKeptWhole() {
        rustcask::MergePolicy policy;
        policy.mode = rustcask::MergeMode::automatic;
        policy.deadFractionTrigger = 0.555;
        policy.deadBytesTrigger = (std::uint64_t{1} << 40) + 3;
        policy.windowBeginHour = 22;
        policy.windowEndHour = 6;
        policy.maxBytesPerSecond = 123'456'789;
        const auto back = policyFromText(policyText(policy));
        QVERIFY(back.has_value());
        QCOMPARE(back->mode, policy.mode);
        QCOMPARE(back->deadFractionTrigger, policy.deadFractionTrigger);
        QCOMPARE(back->deadBytesTrigger, policy.deadBytesTrigger);
        QCOMPARE(back->windowBeginHour, 22);
        QCOMPARE(back->windowEndHour, 6);
        QCOMPARE(back->maxBytesPerSecond, policy.maxBytesPerSecond);
        QVERIFY(!policyFromText(QStringLiteral("nonsense")));
        QVERIFY(!policyFromText(QStringLiteral("{\"mode\": 77}")));
        QCOMPARE(policyFromText(QStringLiteral("{}"))->deadFractionTrigger,
                 rustcask::MergePolicy().deadFractionTrigger);
        QVERIFY(policySettingName(QStringLiteral("/a/b")) != policySettingName(QStringLiteral("/a/c")));
    }

    void theTimeOfAMergeIsSaidWithItsGround() {
        const auto plain = [](QString sentence) { return sentence.replace(QChar(0x00A0), QLatin1Char(' ')); };
        const quint64 gibibyte = quint64{1} << 30;
        QVERIFY(plain(expectedTimeText(gibibyte, 0, 0)).contains(QLatin1String("none has been measured")));
        QVERIFY(plain(expectedTimeText(gibibyte, 128.0 * 1024 * 1024, 0)).contains(QLatin1String("of the last merge")));
        QVERIFY(plain(expectedTimeText(gibibyte, 128.0 * 1024 * 1024, 0)).contains(QLatin1String("8 s")));
        QVERIFY(plain(expectedTimeText(gibibyte, 1e12, 64 << 20)).contains(QLatin1String("at the limit of")));
    }

    void aLiveChartZoomsAroundThePointer() {
        LiveWindow window;
        window.setSpan(300);
        // A hundred seconds recorded; the middle of what shows stays in the middle.
        const auto [from, to] = window.range(0, 100);
        window.zoom((from + to) / 2, 0.5, from, to, 0, 100);
        QVERIFY(window.isPaused());
        const auto [nearFrom, nearTo] = window.range(0, 150);
        QCOMPARE(nearTo - nearFrom, (to - from) / 2);
        QCOMPARE((nearFrom + nearTo) / 2, (from + to) / 2);
        for (int i = 0; i < 30; ++i) {
            const auto [a, b] = window.range(0, 150);
            window.zoom(b, 0.5, a, b, 0, 150);
        }
        const auto [shortFrom, shortTo] = window.range(0, 150);
        QVERIFY(shortTo - shortFrom >= 1.9);
        for (int i = 0; i < 30; ++i) {
            const auto [a, b] = window.range(0, 150);
            window.zoom(b, 2, a, b, 0, 150);
        }
        const auto [allFrom, allTo] = window.range(0, 150);
        QVERIFY(allTo - allFrom <= 150);
    }

    void whatWasLostIsListed() {
        LostModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        rustcask::LostRecord lost;
        lost.file = "/db/3.rustcask.data";
        lost.offset = 1234;
        lost.bytes = 56;
        lost.key = std::string("a\0b", 3);
        lost.fate = rustcask::KeyFate::older;
        lost.reason = "its checksum does not match";
        model.setLost({lost});
        QCOMPARE(text(model, 0, LostModel::file), QStringLiteral("3.rustcask.data"));
        QCOMPARE(text(model, 0, LostModel::key), QStringLiteral("a\\x00b"));
        QVERIFY(text(model, 0, LostModel::fate).contains(QLatin1String("older version")));
        rustcask::SalvageReport report;
        report.records = 10;
        QVERIFY(salvageSummary(report).contains(QLatin1String("Nothing was lost")));
        report.lostRanges = 2;
        report.lostBytes = 100;
        QVERIFY(salvageSummary(report).contains(QLatin1String("2 places")));
    }
};

RUSTCASK_WIDGET_TEST_MAIN(TestStorageModels)
#include "tst_storage_models.moc"
