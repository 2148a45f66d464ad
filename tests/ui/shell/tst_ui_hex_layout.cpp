// SPDX-License-Identifier: GPL-3.0-or-later
#include <limits>

#include <QTest>

#include "layout/hex_layout.h"
#include "support/test_main.h"

using namespace rustcask::ui;

class TestHexLayout : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyCellIsHitAtItsCentre() {
        for (const int perRow : {4, 8, 16}) {
            HexLayout layout;
            layout.size = 100;
            layout.bytesPerRow = perRow;
            for (quint64 byte = 0; byte < layout.size; ++byte) {
                const auto inHex = layout.hit(layout.hexCell(byte, 0).center(), 0);
                QVERIFY(inHex.has_value());
                QCOMPARE(inHex->byte, byte);
                QCOMPARE(inHex->column, HexLayout::Column::hex);
                const auto inText = layout.hit(layout.textCell(byte, 0).center(), 0);
                QVERIFY(inText.has_value());
                QCOMPARE(inText->byte, byte);
                QCOMPARE(inText->column, HexLayout::Column::text);
            }
        }
    }

    void cellsDoNotOverlap() {
        HexLayout layout;
        layout.size = 32;
        for (quint64 byte = 0; byte + 1 < 16; ++byte) {
            QVERIFY(layout.hexCell(byte, 0).right() < layout.hexCell(byte + 1, 0).left());
            QVERIFY(layout.textCell(byte, 0).right() <= layout.textCell(byte + 1, 0).left());
        }
        QVERIFY(layout.hexCell(15, 0).right() < layout.textCell(0, 0).left());
        QCOMPARE(layout.hexCell(16, 0).top(), layout.hexCell(0, 0).bottom());
    }

    void offsetsBeyondFourGibibytes() {
        HexLayout layout;
        layout.size = quint64{1} << 42;
        layout.baseOffset = quint64{1} << 40;
        const quint64 byte = (quint64{1} << 41) + 3;
        const quint64 top = layout.rowOf(byte) - 2;
        QCOMPARE(layout.hit(layout.hexCell(byte, top).center(), top)->byte, byte);
        QCOMPARE(layout.offsetText(0), QStringLiteral("10000000000"));
        QCOMPARE(layout.offsetDigits(), 11);
    }

    void outsideIsNothing() {
        HexLayout layout;
        layout.size = 20;
        QVERIFY(!layout.hit(QPointF(2, 40), 0));                     // on the offsets
        QVERIFY(!layout.hit(QPointF(layout.hexLeft(), 1), 0));       // above
        QVERIFY(!layout.hit(QPointF(layout.hexLeft() + 5, 500), 0)); // below
        const QPointF beyondEnd = layout.hexCell(31, 0).center();    // in the last row, after the last byte
        QCOMPARE(layout.hit(beyondEnd, 0)->byte, quint64{19});
        layout.size = 0;
        QVERIFY(!layout.hit(QPointF(layout.hexLeft() + 5, 20), 0));
        QCOMPARE(layout.rowCount(), quint64{0});
    }

    void scaleCoversEveryRow() {
        for (const quint64 rows :
             {quint64{0}, quint64{1}, quint64{1'000'000}, quint64{1} << 33, std::numeric_limits<quint64>::max() / 16}) {
            const RowScale scale = RowScale::of(rows);
            QVERIFY(rows == 0 || scale.toValue(rows - 1) >= 0);
            QVERIFY(rows == 0 || scale.toRow(scale.toValue(rows - 1)) <= rows);
            if (rows <= 1'000'000 && rows > 0) {
                QCOMPARE(scale.toRow(scale.toValue(rows - 1)), rows - 1);
            }
        }
    }

    void rowLengthFollowsWidth() {
        QCOMPARE(HexLayout::bytesPerRowFor(1'000, 8, 10, 8), 16);
        QCOMPARE(HexLayout::bytesPerRowFor(400, 8, 10, 8), 8);
        QCOMPARE(HexLayout::bytesPerRowFor(120, 8, 10, 8), 4);
        HexLayout layout;
        layout.bytesPerRow = 16;
        QCOMPARE(HexLayout::bytesPerRowFor(layout.contentWidth() + 1, 8, 10, 8), 16);
    }

    void texts() {
        QCOMPARE(hexText(QByteArray("\x72\x6f\xff", 3)), QStringLiteral("72 6F FF"));
        QCOMPARE(HexLayout::printable('a'), QChar(QLatin1Char('a')));
        QCOMPARE(HexLayout::printable('\0'), QChar(0x00B7));
        QCOMPARE(HexLayout::printable('\xC3'), QChar(0x00B7));
    }
};

RUSTCASK_TEST_MAIN(TestHexLayout)
#include "tst_ui_hex_layout.moc"
