// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "layout/byte_map_layout.h"
#include "support/test_main.h"

using namespace rustcask::ui;
using rustcask::ByteKind;
using rustcask::ByteMap;
using rustcask::ByteTally;

/// Where bytes lie on the map, without a pixel.
class TestByteMapLayout : public QObject {
    Q_OBJECT

    static ByteTally whole(quint64 live, quint64 dead) {
        ByteTally tally;
        tally[ByteKind::live] = live;
        tally[ByteKind::superseded] = dead;
        return tally;
    }

private Q_SLOTS:
    void statisticsStandForWhatIsNotRead() {
        const ByteTally all = whole(600, 400);
        const ByteTally half = estimateTally(nullptr, false, all, 1000, 0, 500);
        QCOMPARE(half[ByteKind::live], quint64{300});
        QCOMPARE(half[ByteKind::superseded], quint64{200});
        // The first half is read and all live: what is dead must lie in the second.
        ByteMap map(0, 1000, 10);
        map.add(0, 500, ByteKind::live);
        QCOMPARE(estimateTally(&map, false, all, 1000, 0, 500)[ByteKind::live], quint64{500});
        const ByteTally rest = estimateTally(&map, false, all, 1000, 500, 1000);
        QCOMPARE(rest[ByteKind::live], quint64{100});
        QCOMPARE(rest[ByteKind::superseded], quint64{400});
        // Across the border between both.
        QCOMPARE(estimateTally(&map, false, all, 1000, 400, 600).total(), quint64{200});
        QCOMPARE(estimateTally(&map, false, all, 1000, 2000, 3000).total(), quint64{0});
    }

    void whatWasSupersededSinceTheScanIsDead() {
        ByteMap map(0, 1000, 10);
        map.add(0, 1000, ByteKind::live);
        const ByteTally now = estimateTally(&map, true, whole(250, 750), 1000, 0, 1000);
        QCOMPARE(now[ByteKind::live], quint64{250});
        QCOMPARE(now[ByteKind::superseded], quint64{750});
    }

    void columnsAddUpAndDamageIsTwoWide() {
        ByteMap map(0, 100'000, 1000);
        map.add(0, 50'000, ByteKind::live);
        map.add(50'000, 1, ByteKind::damaged);
        map.add(50'001, 49'999, ByteKind::superseded);
        const auto columns = mapColumns(0, 100'000, 200, [&](quint64 from, quint64 to) { return map.tally(from, to); });
        QCOMPARE(columns.size(), qsizetype{200});
        QVERIFY(qAbs(columns[10].share[static_cast<std::size_t>(ByteKind::live)] - 1) < 0.01);
        QVERIFY(qAbs(columns[150].share[static_cast<std::size_t>(ByteKind::superseded)] - 1) < 0.01);
        const auto damaged =
            std::count_if(columns.begin(), columns.end(), [](const MapColumn& column) { return column.damaged; });
        QVERIFY(damaged >= 2 && damaged <= 3);
        // At the very end, too.
        ByteMap end(0, 1000, 1000);
        end.add(0, 999, ByteKind::live);
        end.add(999, 1, ByteKind::damaged);
        const auto last = mapColumns(0, 1000, 50, [&](quint64 from, quint64 to) { return end.tally(from, to); });
        QVERIFY(last[49].damaged && last[48].damaged);
        QVERIFY(mapColumns(0, 0, 10, [](quint64, quint64) { return ByteTally(); }).size() == 10);
    }

    void stripsMapBothWays() {
        const MapStrip strip{100, 500, 1'000'000, 6'000'000'000};
        QCOMPARE(strip.xOf(1'000'000), 100.0);
        QCOMPARE(strip.xOf(6'000'000'000), 600.0);
        QCOMPARE(strip.byteAt(0), quint64{1'000'000});
        QCOMPARE(strip.byteAt(9999), quint64{5'999'999'999});
        for (const quint64 byte : {quint64{1'000'000}, quint64{2'345'678'901}, quint64{5'999'999'999}}) {
            const quint64 back = strip.byteAt(strip.xOf(byte));
            QVERIFY((back > byte ? back - byte : byte - back) <= strip.bytesPerPixel());
        }
    }

    void theLargestFileTakesTheWholeWidth() {
        DirectoryLayout layout;
        layout.width = 900;
        layout.rows = 3;
        layout.largest = 2'000'000'000;
        const QRectF room = layout.roomRect(1, 0);
        QCOMPARE(layout.dataRect(1, layout.largest, 0), room);
        QCOMPARE(layout.dataRect(1, layout.largest / 2, 0).width(), room.width() / 2);
        QCOMPARE(layout.dataRect(1, 1, 0).width(), 3.0); // seen, however small
        QCOMPARE(layout.dataRect(1, 0, 0).width(), 0.0);
        QVERIFY(layout.labelRect(1, 0).right() < room.left());
        QVERIFY(layout.figureRect(1, 0).left() > room.right());
        QVERIFY(layout.hintRect(1, 1000, 0).top() > room.bottom());
        QVERIFY(layout.hintRect(1, 1000, 0).bottom() < layout.rowRect(2, 0).top() + 4);
    }

    void aPointIsInOneRowAndPart() {
        DirectoryLayout layout;
        layout.width = 900;
        layout.rows = 200;
        layout.largest = 1000;
        const qreal scroll = 1000;
        for (const int row : {0, 57, 199}) {
            const auto data = layout.hit(layout.dataRect(row, 1000, scroll).center(), scroll);
            QVERIFY(data.has_value());
            QCOMPARE(data->row, row);
            QCOMPARE(data->part, DirectoryLayout::Part::data);
            QCOMPARE(layout.hit(layout.hintRect(row, 1000, scroll).center(), scroll)->part,
                     DirectoryLayout::Part::hint);
            QCOMPARE(layout.hit(layout.labelRect(row, scroll).center(), scroll)->part, DirectoryLayout::Part::label);
            QCOMPARE(layout.hit(layout.figureRect(row, scroll).center(), scroll)->part, DirectoryLayout::Part::figures);
        }
        QVERIFY(!layout.hit({100, layout.contentHeight() + 1}, 0));
        const auto [first, last] = layout.visibleRows(scroll, 260);
        QVERIFY(layout.rowRect(first, scroll).bottom() > 0);
        QVERIFY(layout.rowRect(last - 1, scroll).top() < 260);
        QVERIFY(last - first <= 12);
    }

    void theBlockHoldsEveryByteOnce() {
        const std::vector<quint64> files{10'000, 1, 777, 50'000};
        const BlockLayout block(files, QSizeF(200, 100), 7, 12);
        std::vector<quint64> seen(files.size(), 0);
        for (qint64 i = 0; i < block.cells(); ++i) {
            const auto cell = block.cell(i);
            const auto file = static_cast<std::size_t>(cell.file);
            QCOMPARE(cell.from, seen[file]); // in order, without gap
            QVERIFY(cell.to > cell.from && cell.to - cell.from <= block.bytesPerCell());
            seen[file] = cell.to;
            const auto hit = block.hit(block.cellRect(i, 0).center(), 0);
            QVERIFY(hit.has_value());
            QCOMPARE(hit->file, cell.file);
            QCOMPARE(hit->from, cell.from);
        }
        QCOMPARE(seen, files);
        QVERIFY(block.contentHeight() <= 100);
        QVERIFY(!block.hit({1, 1}, 0));
    }

    void moreFilesThanCellsScroll() {
        const std::vector<quint64> files(10'000, quint64{1} << 31);
        const BlockLayout block(files, QSizeF(300, 100), 7, 12);
        QCOMPARE(block.cells(), qint64{10'000});
        QVERIFY(block.contentHeight() > 100);
        const auto [first, last] = block.visibleCells(500, 100);
        QVERIFY(first > 0 && last > first && last < block.cells());
        QVERIFY(block.cellRect(first, 500).bottom() > -8);
    }

    void zoomKeepsTheByteUnderThePointer() {
        const quint64 size = quint64{2} << 30;
        ByteWindow window{0, size};
        const quint64 anchor = size / 4;
        for (int i = 0; i < 20; ++i) {
            const double share = static_cast<double>(anchor - window.from) / static_cast<double>(window.bytes());
            QVERIFY(qAbs(share - 0.25) < 0.02);
            window = window.zoomed(anchor, 0.5, size, 64);
        }
        QVERIFY(window.bytes() >= 64 && window.bytes() < 4096);
        QVERIFY(window.from <= anchor && anchor < window.to);
        for (int i = 0; i < 40; ++i) {
            window = window.zoomed(anchor, 2, size, 64);
        }
        QCOMPARE(window, (ByteWindow{0, size}));
        QCOMPARE((ByteWindow{0, 100}).zoomed(50, 0.001, 100, 64).bytes(), quint64{64});
        QCOMPARE((ByteWindow{0, 10}).zoomed(5, 0.5, 10, 10), (ByteWindow{0, 10})); // smaller than the least window
    }

    void aWindowStaysInItsFile() {
        const ByteWindow window{100, 200};
        QCOMPARE(window.moved(-500, 1000), (ByteWindow{0, 100}));
        QCOMPARE(window.moved(5000, 1000), (ByteWindow{900, 1000}));
        QCOMPARE(window.centred(500, 1000), (ByteWindow{450, 550}));
        QCOMPARE(window.centred(3, 1000), (ByteWindow{0, 100}));
        QCOMPARE(window.centred(999, 1000), (ByteWindow{900, 1000}));
    }

    void linesRunOnLikeText() {
        const LinesLayout lines = LinesLayout::of({100, 40, 500, 146}, {1000, 6000}, 24, 6);
        QCOMPARE(lines.lines, 5);
        QCOMPARE(lines.bytesPerLine(), quint64{1000});
        const auto inside = lines.rectsOf(1200, 1300);
        QCOMPARE(inside.size(), qsizetype{1});
        QCOMPARE(inside[0], QRectF(200, 40, 50, 24));
        const auto wrapped = lines.rectsOf(1900, 3100);
        QCOMPARE(wrapped.size(), qsizetype{3});
        QCOMPARE(wrapped[1].width(), 500.0);
        QCOMPARE(wrapped[2].left(), 100.0);
        QVERIFY(lines.rectsOf(0, 900).isEmpty());
        QCOMPARE(lines.rectsOf(5999, 6000, 2)[0].right(), 600.0); // the least width stays on the line
        for (const quint64 byte : {quint64{1000}, quint64{2500}, quint64{5999}}) {
            const auto rect = lines.rectsOf(byte, byte + 1)[0];
            const auto back = lines.byteAt(rect.center());
            QVERIFY(back.has_value());
            QVERIFY(*back >= byte - 2 && *back <= byte + 2);
        }
        QVERIFY(!lines.byteAt({50, 50}));
        QVERIFY(!lines.byteAt({200, 1000}));
        QCOMPARE(LinesLayout::of({0, 0, 100, 500}, {0, 3}).lines, 3); // no more lines than bytes
    }
};

RUSTCASK_TEST_MAIN(TestByteMapLayout)
#include "tst_byte_map_layout.moc"
