// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include "pages/learn/tape_layout.h"
#include "support/test_main.h"

using namespace rustcask::ui;

namespace {

TapeInput tape(std::initializer_list<std::uint64_t> bytes, bool active = false) {
    TapeInput input;
    input.active = active;
    input.blocks.push_back({32, true});
    for (const std::uint64_t length : bytes) {
        input.blocks.push_back({length, false});
    }
    return input;
}

} // namespace

class TestLearnTapes : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void emptyStageHasNoSize() {
        const TapeLayout layout = layoutTapes({}, {});
        QCOMPARE(layout.size.height(), 0.0);
        QVERIFY(!neighbour(layout, {}, 1, 0).isValid());
        QVERIFY(!layout.blockAt({1, 1}).isValid());
    }

    void blocksKeepOrderAndNeverOverlap_data() {
        QTest::addColumn<int>("width");
        for (const int width : {200, 333, 640, 1400}) {
            QTest::addRow("%d", width) << width;
        }
    }
    void blocksKeepOrderAndNeverOverlap() {
        QFETCH(int, width);
        const TapeMetrics metrics{.width = static_cast<qreal>(width)};
        const TapeLayout layout = layoutTapes({tape({36, 38, 2000, 29, 1}), tape({}), tape({33, 36}, true)}, metrics);
        QCOMPARE(layout.files.size(), std::size_t{3});
        QList<QRectF> all;
        for (const TapeLayout::File& file : layout.files) {
            all.append(file.caption);
            for (const QRectF& block : file.blocks) {
                all.append(block);
            }
            if (!file.head.isNull()) {
                all.append(file.head);
            }
        }
        for (qsizetype i = 0; i < all.size(); ++i) {
            QVERIFY(QRectF(QPointF(0, 0), layout.size).contains(all.at(i)));
            for (qsizetype j = i + 1; j < all.size(); ++j) {
                QVERIFY2(!all.at(i).intersects(all.at(j)), qPrintable(QStringLiteral("%1 and %2").arg(i).arg(j)));
                const bool follows = all.at(j).top() > all.at(i).top() ||
                                     (all.at(j).top() == all.at(i).top() && all.at(j).left() > all.at(i).left());
                QVERIFY2(follows, qPrintable(QStringLiteral("%1 before %2").arg(i).arg(j)));
            }
        }
    }

    void widthsFollowBytesBetweenTheLimits() {
        const TapeMetrics metrics{.width = 5000};
        const TapeLayout layout = layoutTapes({tape({36, 54, 1'000'000, 1})}, metrics);
        const auto& blocks = layout.files.front().blocks;
        QCOMPARE(blocks.at(0).width(), metrics.smallWidth);
        QCOMPARE(blocks.at(1).width(), 36 * metrics.widthPerByte);
        QCOMPARE(blocks.at(2).width(), 54 * metrics.widthPerByte);
        QCOMPARE(blocks.at(3).width(), metrics.maxWidth);
        QCOMPARE(blocks.at(4).width(), metrics.minWidth);
        QVERIFY(layout.files.front().head.isNull());
    }

    void writeHeadStandsBehindTheLastRecordOfTheActiveFile() {
        const TapeLayout layout = layoutTapes({tape({36}), tape({36, 40}, true)}, {.width = 2000});
        QVERIFY(layout.files.at(0).head.isNull());
        QVERIFY(layout.files.at(1).head.left() > layout.files.at(1).blocks.back().right());
        QCOMPARE(layout.files.at(1).head.top(), layout.files.at(1).blocks.back().top());
    }

    void pointsFindTheirBlock() {
        const TapeLayout layout = layoutTapes({tape({36, 38, 40}), tape({36}, true)}, {.width = 300});
        for (qsizetype f = 0; f < 2; ++f) {
            const auto& blocks = layout.files.at(static_cast<std::size_t>(f)).blocks;
            for (qsizetype r = 0; r < static_cast<qsizetype>(blocks.size()); ++r) {
                QCOMPARE(layout.blockAt(blocks.at(static_cast<std::size_t>(r)).center()), (RecordRef{f, r}));
                QCOMPARE(layout.rect({f, r}), blocks.at(static_cast<std::size_t>(r)));
            }
        }
        QVERIFY(!layout.blockAt(layout.files.at(0).caption.center()).isValid());
        QVERIFY(layout.rect({7, 0}).isNull());
    }

    void arrowsReachEveryBlock() {
        const TapeLayout layout = layoutTapes({tape({36, 38, 40}), tape({36}), tape({33, 33}, true)}, {.width = 320});
        RecordRef at = neighbour(layout, {}, 0, 1);
        QCOMPARE(at, (RecordRef{0, 0}));
        QCOMPARE(neighbour(layout, at, -1, 0), at);
        QCOMPARE(neighbour(layout, at, 0, -1), at);
        // Down from the top reaches the last file, up leads back: no row is a dead end.
        QSet<qsizetype> files;
        for (int i = 0; i < 10; ++i) {
            files.insert(at.file);
            const RecordRef below = neighbour(layout, at, 0, 1);
            QVERIFY(below == at || layout.rect(below).top() > layout.rect(at).top());
            at = below;
        }
        QCOMPARE(files.size(), 3);
        for (int i = 0; i < 10; ++i) {
            at = neighbour(layout, at, 0, -1);
        }
        QCOMPARE(at.file, qsizetype{0});
        for (int i = 0; i < 10; ++i) {
            at = neighbour(layout, at, 1, 0);
        }
        QCOMPARE(at, (RecordRef{0, 3}));
    }
};

RUSTCASK_TEST_MAIN(TestLearnTapes)
#include "tst_learn_tapes.moc"
