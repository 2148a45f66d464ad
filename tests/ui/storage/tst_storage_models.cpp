// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include "pages/storage/field_tree_model.h"
#include "pages/storage/file_bar_delegate.h"
#include "pages/storage/file_table_model.h"
#include "pages/storage/findings_model.h"
#include "pages/storage/merge_dialog.h"
#include "pages/storage/record_source.h"
#include "pages/storage/stats_recorder.h"
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
};

RUSTCASK_WIDGET_TEST_MAIN(TestStorageModels)
#include "tst_storage_models.moc"
