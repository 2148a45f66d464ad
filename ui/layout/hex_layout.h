// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include <QByteArrayView>
#include <QPointF>
#include <QRectF>
#include <QString>
#include <QtGlobal>

namespace rustcask::ui {

/// Geometry of a hex view: which byte lies where. Pure; offsets are 64-bit, coordinates are of one screen whose first
/// row is `topRow`. Columns: offset, groups of hex cells, text.
struct HexLayout {
    quint64 size = 0;       ///< bytes shown
    quint64 baseOffset = 0; ///< number printed for byte 0
    int bytesPerRow = 16;
    int groupBytes = 8;   ///< a wider gap after so many cells
    qreal charWidth = 8;  ///< px of one monospaced character
    qreal rowHeight = 18; ///< px
    qreal margin = 10;    ///< px left of the offsets and above the first row

    enum class Column { offset, hex, text };
    struct Hit {
        quint64 byte = 0;
        Column column = Column::hex;
    };

    [[nodiscard]] quint64 rowCount() const;
    [[nodiscard]] quint64 rowOf(quint64 byte) const { return byte / static_cast<quint64>(bytesPerRow); }
    [[nodiscard]] int offsetDigits() const; ///< hexadecimal digits that the largest offset needs, at least 8
    [[nodiscard]] qreal hexLeft() const;
    [[nodiscard]] qreal textLeft() const;
    [[nodiscard]] qreal contentWidth() const;
    [[nodiscard]] QRectF hexCell(quint64 byte, quint64 topRow) const;
    [[nodiscard]] QRectF textCell(quint64 byte, quint64 topRow) const;
    /// The byte at a point, clamped into the row; nullopt above, below or left of the cells.
    [[nodiscard]] std::optional<Hit> hit(QPointF point, quint64 topRow) const;
    [[nodiscard]] QString offsetText(quint64 row) const;
    /// Wide enough for 16 bytes a row where the width allows it, else 8 or 4.
    [[nodiscard]] static int bytesPerRowFor(qreal width, qreal charWidth, qreal margin, int digits);
    /// What stands for a byte in the text column: itself when printable ASCII, a middle dot otherwise.
    [[nodiscard]] static QChar printable(char byte);

private:
    [[nodiscard]] qreal cellLeft(int column) const;
};

/// A scroll bar has 31 bits: maps 64-bit rows to its values and back. Exact while rows fit.
struct RowScale {
    quint64 rows = 0;
    int shift = 0;
    [[nodiscard]] static RowScale of(quint64 rows);
    [[nodiscard]] int toValue(quint64 row) const { return static_cast<int>(row >> shift); }
    [[nodiscard]] quint64 toRow(int value) const { return static_cast<quint64>(value) << shift; }
};

/// "72 6F 77": bytes as spaced upper-case hexadecimal.
[[nodiscard]] QString hexText(QByteArrayView bytes);

} // namespace rustcask::ui
