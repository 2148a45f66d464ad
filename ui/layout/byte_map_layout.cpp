// SPDX-License-Identifier: GPL-3.0-or-later
#include "layout/byte_map_layout.h"

#include <algorithm>
#include <cmath>

namespace rustcask::ui {
namespace {

quint64 scaled(quint64 bytes, quint64 part, quint64 whole) {
    return whole == 0 ? 0
                      : static_cast<quint64>(std::llround(static_cast<double>(bytes) * static_cast<double>(part) /
                                                          static_cast<double>(whole)));
}

quint64 ceilDivide(quint64 a, quint64 b) {
    return a / b + (a % b != 0 ? 1 : 0);
}

} // namespace

ByteTally estimateTally(const ByteMap* map, bool complete, const ByteTally& whole, quint64 fileBytes, quint64 begin,
                        quint64 end) {
    end = std::min(end, fileBytes);
    if (begin >= end) {
        return {};
    }
    const quint64 known = map == nullptr ? 0 : complete ? fileBytes : std::min<quint64>(map->filledTo(), fileBytes);
    ByteTally sum;
    if (map != nullptr && begin < known) {
        sum = map->tally(begin, std::min(end, known));
        const quint64 found = map->total()[ByteKind::live];
        if (complete && whole[ByteKind::live] < found) {
            // Records have been superseded since the scan; which ones, the next scan tells.
            const quint64 still = scaled(sum[ByteKind::live], whole[ByteKind::live], found);
            sum[ByteKind::superseded] += sum[ByteKind::live] - std::min<quint64>(still, sum[ByteKind::live]);
            sum[ByteKind::live] = std::min<quint64>(still, sum[ByteKind::live]);
        }
    }
    if (end > known) {
        const quint64 from = std::max(begin, known);
        ByteTally left = whole;
        for (std::size_t i = 0; map != nullptr && i < byteKindCount; ++i) {
            left.bytes[i] -= std::min(left.bytes[i], map->total().bytes[i]);
        }
        const quint64 leftBytes = std::max<quint64>(left.total(), 1);
        for (std::size_t i = 0; i < byteKindCount; ++i) {
            sum.bytes[i] += scaled(end - from, left.bytes[i], leftBytes);
        }
    }
    return sum;
}

QVector<MapColumn> mapColumns(quint64 from, quint64 to, int width, const TallySource& tally) {
    QVector<MapColumn> columns(std::max(width, 0));
    if (width <= 0 || to <= from) {
        return columns;
    }
    const double perPixel = static_cast<double>(to - from) / width;
    for (int x = 0; x < width; ++x) {
        const quint64 begin = from + static_cast<quint64>(perPixel * x);
        const quint64 end = std::max(begin + 1, x + 1 == width ? to : from + static_cast<quint64>(perPixel * (x + 1)));
        const ByteTally bytes = tally(begin, end);
        const auto length = static_cast<float>(std::max<quint64>(end - begin, 1));
        for (std::size_t i = 0; i < byteKindCount; ++i) {
            columns[x].share[i] = std::min(static_cast<float>(bytes.bytes[i]) / length, 1.0F);
        }
        columns[x].damaged = columns[x].damaged || bytes[ByteKind::damaged] > 0;
    }
    // At least two columns wide: to the right, or to the left at the end.
    for (int x = width - 1; x >= 0; --x) {
        const bool alone =
            columns[x].damaged && (x == 0 || !columns[x - 1].damaged) && (x + 1 == width || !columns[x + 1].damaged);
        if (alone && width > 1) {
            columns[x + 1 < width ? x + 1 : x - 1].damaged = true;
        }
    }
    return columns;
}

qreal MapStrip::xOf(quint64 byte) const {
    if (to <= from) {
        return left;
    }
    const quint64 inside = std::clamp(byte, from, to) - from;
    return left + width * (static_cast<double>(inside) / static_cast<double>(to - from));
}

quint64 MapStrip::byteAt(qreal x) const {
    if (to <= from || width <= 0) {
        return from;
    }
    const double share = std::clamp((x - left) / width, 0.0, 1.0);
    return std::min(from + static_cast<quint64>(share * static_cast<double>(to - from)), to - 1);
}

quint64 MapStrip::bytesPerPixel() const {
    return std::max<quint64>(static_cast<quint64>(static_cast<double>(to - from) / std::max(width, 1.0)), 1);
}

ByteWindow ByteWindow::zoomed(quint64 anchor, double factor, quint64 fileBytes, quint64 least) const {
    const double wanted = static_cast<double>(bytes()) * factor;
    const quint64 length = std::min<quint64>(
        std::max<quint64>(wanted >= static_cast<double>(fileBytes) ? fileBytes : static_cast<quint64>(wanted), least),
        fileBytes);
    anchor = std::clamp(anchor, from, std::max(from, to));
    const double share = bytes() == 0 ? 0.5 : static_cast<double>(anchor - from) / static_cast<double>(bytes());
    const auto before = static_cast<quint64>(share * static_cast<double>(length));
    ByteWindow window;
    window.from = anchor > before ? anchor - before : 0;
    window.from = std::min(window.from, fileBytes - length);
    window.to = window.from + length;
    return window;
}

ByteWindow ByteWindow::moved(qint64 by, quint64 fileBytes) const {
    const quint64 length = std::min(bytes(), fileBytes);
    quint64 begin = from;
    if (by < 0) {
        const auto back = static_cast<quint64>(-by);
        begin = begin > back ? begin - back : 0;
    } else {
        begin += static_cast<quint64>(by);
    }
    begin = std::min(begin, fileBytes - length);
    return {begin, begin + length};
}

ByteWindow ByteWindow::centred(quint64 byte, quint64 fileBytes) const {
    const quint64 half = bytes() / 2;
    return ByteWindow{byte > half ? byte - half : 0, (byte > half ? byte - half : 0) + bytes()}.moved(0, fileBytes);
}

QRectF DirectoryLayout::rowRect(int row, qreal scroll) const {
    return {0, margin / 2 + row * rowHeight - scroll, width, rowHeight};
}

QRectF DirectoryLayout::labelRect(int row, qreal scroll) const {
    const QRectF all = rowRect(row, scroll);
    return {margin, all.top(), labelWidth, all.height()};
}

QRectF DirectoryLayout::figureRect(int row, qreal scroll) const {
    const QRectF all = rowRect(row, scroll);
    return {width - margin - figureWidth, all.top(), figureWidth, all.height()};
}

QRectF DirectoryLayout::roomRect(int row, qreal scroll) const {
    const QRectF all = rowRect(row, scroll);
    const qreal left = margin + labelWidth + 8;
    return {left, all.top() + 4, std::max(width - margin - figureWidth - 8 - left, 8.0), all.height() - 11};
}

qreal DirectoryLayout::barWidth(quint64 bytes) const {
    if (largest == 0 || bytes == 0) {
        return 0;
    }
    const qreal room = roomRect(0, 0).width();
    return std::clamp(room * static_cast<double>(bytes) / static_cast<double>(largest), 3.0, room);
}

QRectF DirectoryLayout::dataRect(int row, quint64 bytes, qreal scroll) const {
    QRectF rect = roomRect(row, scroll);
    rect.setWidth(barWidth(bytes));
    return rect;
}

QRectF DirectoryLayout::hintRect(int row, quint64 bytes, qreal scroll) const {
    const QRectF room = roomRect(row, scroll);
    return {room.left(), room.bottom() + 2, barWidth(bytes), 3};
}

std::optional<DirectoryLayout::Hit> DirectoryLayout::hit(QPointF point, qreal scroll) const {
    const qreal y = point.y() + scroll - margin / 2;
    const int row = static_cast<int>(std::floor(y / rowHeight));
    if (row < 0 || row >= rows || point.x() < 0 || point.x() >= width) {
        return std::nullopt;
    }
    const QRectF room = roomRect(row, scroll);
    Hit found{row, Part::label, point.x()};
    if (point.x() >= room.right() + 4) {
        found.part = Part::figures;
    } else if (point.x() >= room.left() - 2) {
        // The thin line is easier to meet than it is high.
        found.part = point.y() >= room.bottom() + 1 ? Part::hint : Part::data;
    }
    return found;
}

std::pair<int, int> DirectoryLayout::visibleRows(qreal scroll, qreal height) const {
    const int first = static_cast<int>(std::floor((scroll - margin / 2) / rowHeight));
    const int last = static_cast<int>(std::ceil((scroll + height - margin / 2) / rowHeight));
    return {std::clamp(first, 0, rows), std::clamp(last, 0, rows)};
}

BlockLayout::BlockLayout(const std::vector<quint64>& fileBytes, QSizeF size, qreal cell, qreal margin)
    : m_bytes(fileBytes), m_cell(cell), m_margin(margin) {
    m_columns = std::max(1, static_cast<int>((size.width() - 2 * margin) / cell));
    const qint64 rows = std::max<qint64>(1, static_cast<qint64>((size.height() - 2 * margin) / cell));
    const auto needed = [&] {
        qint64 cells = 0;
        for (const quint64 bytes : m_bytes) {
            cells += static_cast<qint64>(std::max<quint64>(ceilDivide(bytes, m_bytesPerCell), 1));
        }
        return cells;
    };
    const qint64 room = std::max<qint64>(m_columns * rows, static_cast<qint64>(m_bytes.size()));
    while (needed() > room && m_bytesPerCell < (quint64{1} << 62)) {
        m_bytesPerCell *= 2;
    }
    m_first.clear();
    qint64 at = 0;
    for (const quint64 bytes : m_bytes) {
        m_first.push_back(at);
        at += static_cast<qint64>(std::max<quint64>(ceilDivide(bytes, m_bytesPerCell), 1));
    }
    m_first.push_back(at);
}

qreal BlockLayout::contentHeight() const {
    const qint64 rows = (cells() + m_columns - 1) / m_columns;
    return static_cast<qreal>(rows) * m_cell + 2 * m_margin;
}

QRectF BlockLayout::cellRect(qint64 index, qreal scroll) const {
    const auto row = static_cast<qreal>(index / m_columns);
    const auto column = static_cast<qreal>(index % m_columns);
    return {m_margin + column * m_cell, m_margin + row * m_cell - scroll, m_cell - 1, m_cell - 1};
}

BlockLayout::Cell BlockLayout::cell(qint64 index) const {
    const auto after = std::upper_bound(m_first.begin(), m_first.end(), index);
    const auto file = static_cast<std::size_t>(after - m_first.begin()) - 1;
    const quint64 from = static_cast<quint64>(index - m_first[file]) * m_bytesPerCell;
    return {static_cast<int>(file), from, std::min(from + m_bytesPerCell, m_bytes[file])};
}

std::optional<BlockLayout::Cell> BlockLayout::hit(QPointF point, qreal scroll) const {
    const qreal x = point.x() - m_margin;
    const qreal y = point.y() + scroll - m_margin;
    if (x < 0 || y < 0) {
        return std::nullopt;
    }
    const auto column = static_cast<qint64>(x / m_cell);
    const qint64 index = static_cast<qint64>(y / m_cell) * m_columns + column;
    if (column >= m_columns || index >= cells()) {
        return std::nullopt;
    }
    return cell(index);
}

std::pair<qint64, qint64> BlockLayout::visibleCells(qreal scroll, qreal height) const {
    const auto first = static_cast<qint64>(std::max(0.0, std::floor((scroll - m_margin) / m_cell)));
    const auto last = static_cast<qint64>(std::max(0.0, std::ceil((scroll + height - m_margin) / m_cell)));
    return {std::min(first * m_columns, cells()), std::min(last * m_columns, cells())};
}

LinesLayout LinesLayout::of(const QRectF& area, const ByteWindow& window, qreal lineHeight, qreal gap) {
    LinesLayout layout;
    layout.area = area;
    layout.window = window;
    layout.lineHeight = lineHeight;
    layout.gap = gap;
    const int fitting = std::max(1, static_cast<int>((area.height() + gap) / (lineHeight + gap)));
    layout.lines = static_cast<int>(std::clamp<quint64>(window.bytes(), 1, static_cast<quint64>(fitting)));
    return layout;
}

quint64 LinesLayout::bytesPerLine() const {
    return std::max<quint64>(ceilDivide(window.bytes(), static_cast<quint64>(std::max(lines, 1))), 1);
}

QRectF LinesLayout::lineRect(int line) const {
    return {area.left(), area.top() + line * (lineHeight + gap), area.width(), lineHeight};
}

MapStrip LinesLayout::strip(int line) const {
    const quint64 from = window.from + static_cast<quint64>(line) * bytesPerLine();
    return {area.left(), area.width(), from, from + bytesPerLine()};
}

QVector<QRectF> LinesLayout::rectsOf(quint64 begin, quint64 end, qreal leastWidth) const {
    QVector<QRectF> rects;
    begin = std::max(begin, window.from);
    end = std::min(end, window.to);
    if (begin >= end) {
        return rects;
    }
    const quint64 perLine = bytesPerLine();
    const auto first = static_cast<int>((begin - window.from) / perLine);
    const auto last = static_cast<int>((end - 1 - window.from) / perLine);
    for (int line = first; line <= last; ++line) {
        const MapStrip bytes = strip(line);
        QRectF rect = lineRect(line);
        const qreal left = bytes.xOf(begin);
        const qreal right = bytes.xOf(end);
        rect.setLeft(left);
        rect.setRight(std::max(right, left + leastWidth));
        if (rect.right() > area.right()) { // the least width must not leave the line
            rect.moveRight(area.right());
        }
        rects.append(rect);
    }
    return rects;
}

std::optional<quint64> LinesLayout::byteAt(QPointF point) const {
    const int line = static_cast<int>(std::floor((point.y() - area.top()) / (lineHeight + gap)));
    if (line < 0 || line >= lines || point.x() < area.left() || point.x() >= area.right()) {
        return std::nullopt;
    }
    const quint64 byte = strip(line).byteAt(point.x());
    return byte < window.to ? std::optional(byte) : std::nullopt;
}

} // namespace rustcask::ui
