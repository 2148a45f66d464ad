// SPDX-License-Identifier: GPL-3.0-or-later
#include "layout/hex_layout.h"

#include <algorithm>
#include <cmath>

namespace rustcask::ui {

namespace {

constexpr qreal cellChars = 3;  // two digits and a space
constexpr qreal groupGap = 0.8; // characters between groups
constexpr qreal columnGap = 2;  // characters between columns

qreal hexChars(int bytesPerRow, int groupBytes) {
    return bytesPerRow * cellChars - 1 + (bytesPerRow - 1) / groupBytes * groupGap;
}

} // namespace

quint64 HexLayout::rowCount() const {
    const auto perRow = static_cast<quint64>(bytesPerRow);
    return size / perRow + (size % perRow != 0 ? 1 : 0);
}

int HexLayout::offsetDigits() const {
    quint64 last = baseOffset + (size > 0 ? size - 1 : 0);
    int digits = 1;
    while (last >>= 4) {
        ++digits;
    }
    return std::max(8, digits);
}

qreal HexLayout::hexLeft() const {
    return margin + (offsetDigits() + columnGap) * charWidth;
}

qreal HexLayout::textLeft() const {
    return hexLeft() + (hexChars(bytesPerRow, groupBytes) + columnGap) * charWidth;
}

qreal HexLayout::contentWidth() const {
    return textLeft() + bytesPerRow * charWidth + margin;
}

qreal HexLayout::cellLeft(int column) const {
    return hexLeft() + (column * cellChars + column / groupBytes * groupGap) * charWidth;
}

QRectF HexLayout::hexCell(quint64 byte, quint64 topRow) const {
    const auto column = static_cast<int>(byte % static_cast<quint64>(bytesPerRow));
    const qreal y = margin + (static_cast<qreal>(rowOf(byte)) - static_cast<qreal>(topRow)) * rowHeight;
    return {cellLeft(column), y, 2 * charWidth, rowHeight};
}

QRectF HexLayout::textCell(quint64 byte, quint64 topRow) const {
    const auto column = static_cast<int>(byte % static_cast<quint64>(bytesPerRow));
    const qreal y = margin + (static_cast<qreal>(rowOf(byte)) - static_cast<qreal>(topRow)) * rowHeight;
    return {textLeft() + column * charWidth, y, charWidth, rowHeight};
}

std::optional<HexLayout::Hit> HexLayout::hit(QPointF point, quint64 topRow) const {
    if (size == 0 || point.y() < margin || point.x() < hexLeft() - charWidth) {
        return std::nullopt;
    }
    const quint64 row = topRow + static_cast<quint64>((point.y() - margin) / rowHeight);
    if (row >= rowCount()) {
        return std::nullopt;
    }
    const bool inText = point.x() >= textLeft() - columnGap * charWidth / 2;
    int column = bytesPerRow - 1;
    if (inText) {
        column = static_cast<int>(std::floor((point.x() - textLeft()) / charWidth));
    } else {
        while (column > 0 && point.x() < cellLeft(column) - charWidth / 2) {
            --column;
        }
    }
    column = std::clamp(column, 0, bytesPerRow - 1);
    const quint64 byte = row * static_cast<quint64>(bytesPerRow) + static_cast<quint64>(column);
    return Hit{std::min(byte, size - 1), inText ? Column::text : Column::hex};
}

QString HexLayout::offsetText(quint64 row) const {
    const quint64 offset = baseOffset + row * static_cast<quint64>(bytesPerRow);
    return QString::number(offset, 16).toUpper().rightJustified(offsetDigits(), QLatin1Char('0'));
}

int HexLayout::bytesPerRowFor(qreal width, qreal charWidth, qreal margin, int digits) {
    for (const int candidate : {16, 8}) {
        const qreal chars = digits + columnGap + hexChars(candidate, 8) + columnGap + candidate;
        if (2 * margin + chars * charWidth <= width) {
            return candidate;
        }
    }
    return 4;
}

QChar HexLayout::printable(char byte) {
    return byte >= 0x20 && byte < 0x7F ? QChar(QLatin1Char(byte)) : QChar(0x00B7);
}

RowScale RowScale::of(quint64 rows) {
    RowScale scale;
    scale.rows = rows;
    while ((rows >> scale.shift) > 0x7FFFFFF0u) {
        ++scale.shift;
    }
    return scale;
}

QString hexText(QByteArrayView bytes) {
    static constexpr char digits[] = "0123456789ABCDEF";
    QString text;
    text.reserve(bytes.size() * 3);
    for (const char byte : bytes) {
        if (!text.isEmpty()) {
            text += QLatin1Char(' ');
        }
        text += QLatin1Char(digits[static_cast<unsigned char>(byte) >> 4]);
        text += QLatin1Char(digits[static_cast<unsigned char>(byte) & 15]);
    }
    return text;
}

} // namespace rustcask::ui
