// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include <QPaintEvent>
#include <QPainter>

#include "pages/storage/byte_map_painter.h"
#include "pages/storage/byte_map_store.h"
#include "pages/storage/byte_map_view.h"
#include "pages/storage/file_table_model.h"
#include "theme/format.h"
#include "theme/tokens.h"

namespace rustcask::ui {
namespace {

constexpr qreal leastLabelledWidth = 44; // px of a record that bears its key

QColor withAlpha(QColor color, qreal alpha) {
    color.setAlphaF(static_cast<float>(alpha));
    return color;
}

} // namespace

void ByteMapView::paintEvent(QPaintEvent* event) {
    QPainter painter(viewport());
    const Tokens& tokens = tokensFor(palette());
    painter.fillRect(event->rect(), tokens.card);
    if (m_store == nullptr || m_rows.isEmpty()) {
        painter.setPen(tokens.muted);
        painter.drawText(viewport()->rect(), Qt::AlignCenter | Qt::TextWordWrap,
                         tr("There are no data files yet: the first put makes one."));
        return;
    }
    if (!m_file.isEmpty()) {
        paintFile(&painter, tokens);
    } else if (m_style == Style::block) {
        paintBlock(&painter, tokens);
    } else {
        paintDirectory(&painter, tokens);
    }
    Q_EMIT painted();
}

const QPixmap& ByteMapView::picture(const MapFile& shown, const QSize& size, const Tokens& tokens) {
    Picture& picture = m_pictures[shown.name];
    const bool same = picture.map == shown.map.get() && picture.whole == shown.whole && picture.size == size &&
                      picture.dark == tokens.dark && picture.bytes == shown.bytes && !picture.pixmap.isNull();
    if (!same) {
        picture.map = shown.map.get();
        picture.whole = shown.whole;
        picture.size = size;
        picture.dark = tokens.dark;
        picture.bytes = shown.bytes;
        const qreal ratio = devicePixelRatioF();
        const auto over = static_cast<int>(damageOverhang);
        picture.pixmap = QPixmap((QSizeF(size.width(), size.height() + 2 * over) * ratio).toSize());
        picture.pixmap.setDevicePixelRatio(ratio);
        picture.pixmap.fill(Qt::transparent);
        QPainter painter(&picture.pixmap);
        const auto columns = mapColumns(0, shown.bytes, size.width(),
                                        [&shown](quint64 begin, quint64 end) { return shown.tally(begin, end); });
        paintMapColumns(&painter, QRectF(0, over, size.width(), size.height()), columns, tokens);
    }
    return picture.pixmap;
}

void ByteMapView::paintMark(QPainter* painter, const QRectF& rect, const QColor& color, qreal width) const {
    painter->setPen(QPen(color, width));
    painter->setBrush(Qt::NoBrush);
    painter->drawRect(rect);
}

void ByteMapView::paintDirectory(QPainter* painter, const Tokens& tokens) {
    const qreal top = scroll();
    const auto [first, last] = m_directory.visibleRows(top, viewport()->height());
    const QFont mono = monospaceFont();
    for (int row = first; row < last; ++row) {
        const MapFile& shown = at(m_rows[row].data);
        const QRectF rowRect = m_directory.rowRect(row, top);
        const bool chosen = m_selectedFiles.contains(shown.generation) && !shown.growing;
        const bool current = hasFocus() && m_cursorName == shown.name;
        if (chosen || current) {
            painter->fillRect(rowRect.adjusted(4, 1, -4, -1), chosen ? tokens.selection : tokens.hover);
        }

        const QRectF label = m_directory.labelRect(row, top);
        painter->setFont(mono);
        painter->setPen(shown.stats.active ? tokens.active : shown.damaged() ? tokens.damaged : tokens.text);
        const bool narrow = label.width() < 90;
        QString name = narrow ? QString::number(shown.generation.value) : shown.name;
        if (shown.growing) {
            name = narrow ? QStringLiteral("→ %1").arg(shown.generation.value)
                          : tr("→ %1 merging").arg(shown.generation.value);
        }
        painter->drawText(label, Qt::AlignVCenter | Qt::AlignLeft,
                          QFontMetricsF(mono).elidedText(name, Qt::ElideMiddle, label.width()));

        const QRectF strip = m_directory.dataRect(row, shown.bytes, top);
        const QRectF room = m_directory.roomRect(row, top);
        if (shown.unusedTail > 0 && m_directory.largest > 0) { // reserved ahead, bare
            const qreal width =
                room.width() * static_cast<double>(shown.unusedTail) / static_cast<double>(m_directory.largest);
            painter->fillRect(
                QRectF(strip.right(), room.top(), std::min(width, room.right() - strip.right()), room.height()),
                byteKindBrush(rustcask::ByteKind::unused, tokens));
        }
        if (shown.stats.active || shown.growing) { // what may still come
            paintMark(painter, room.adjusted(0.5, 0.5, -0.5, -0.5), tokens.line, 1);
        }
        if (shown.bytes > 0) {
            const QSize size(std::max(1, static_cast<int>(strip.width())), static_cast<int>(strip.height()));
            painter->drawPixmap(QPointF(strip.left(), strip.top() - damageOverhang), picture(shown, size, tokens));
        }
        if (shown.stats.active || shown.growing) {
            painter->fillRect(QRectF(strip.right(), strip.top() - 2, 2, strip.height() + 4), tokens.active);
        }
        if (shown.drained > 0) { // what the merge has read has gone over into its outputs
            const qreal width = strip.width() * shown.drained;
            painter->fillRect(
                QRectF(strip.left(), strip.top() - damageOverhang, width, strip.height() + 2 * damageOverhang),
                withAlpha(tokens.card, 0.78));
            paintMark(painter,
                      QRectF(strip.left() + 0.5, strip.top() + 0.5, std::max(width - 1, 0.0), strip.height() - 1),
                      tokens.line, 1);
            painter->fillRect(QRectF(strip.left() + width - 1, strip.top() - 3, 2, strip.height() + 6), tokens.accent);
        }
        if (m_rows[row].hint >= 0) {
            const MapFile& hint = at(m_rows[row].hint);
            const QRectF line = m_directory.hintRect(row, hint.bytes, top);
            painter->fillRect(line, hint.damaged() ? tokens.damaged : tokens.hint); // thin: its place is its pattern
        }

        const QRectF figures = m_directory.figureRect(row, top);
        painter->setFont(numberFont());
        painter->setPen(tokens.muted);
        const quint64 total = shown.whole.total();
        const double dead =
            total == 0 ? 0
                       : static_cast<double>(shown.whole[rustcask::ByteKind::superseded]) / static_cast<double>(total);
        QString text = formatBytes(shown.bytes);
        if (!narrow) {
            text = shown.drained > 0 ? tr("%1 read").arg(formatPercent(shown.drained))
                   : shown.growing   ? text
                                     : tr("%1 · %2 dead").arg(text, formatPercent(dead));
        }
        painter->drawText(figures, Qt::AlignVCenter | Qt::AlignRight, text);

        if (m_selectedName == shown.name && m_selectedBytes > 0 && shown.bytes > 0) {
            const MapStrip bytes{strip.left(), strip.width(), 0, shown.bytes};
            const qreal from = bytes.xOf(m_selectedOffset);
            const qreal to = std::max(bytes.xOf(m_selectedOffset + m_selectedBytes), from + 2);
            paintMark(painter, QRectF(from - 1.5, strip.top() - 2.5, to - from + 3, strip.height() + 5), tokens.text,
                      1);
        }
        if (current && shown.bytes > 0) {
            const qreal x = MapStrip{strip.left(), strip.width(), 0, shown.bytes}.xOf(m_cursorByte);
            painter->fillRect(QRectF(x, strip.top() - 3, 1, strip.height() + 6), tokens.text);
        }
    }
}

void ByteMapView::paintBlock(QPainter* painter, const Tokens& tokens) {
    const qreal top = scroll();
    const auto [first, last] = m_block.visibleCells(top, viewport()->height());
    std::array<QBrush, byteKindCount> brushes;
    for (std::size_t i = 0; i < byteKindCount; ++i) {
        brushes[i] = byteKindBrush(static_cast<rustcask::ByteKind>(i), tokens);
    }
    const auto files = static_cast<int>(m_store->files().size());
    for (qint64 index = first; index < last; ++index) {
        const BlockLayout::Cell cell = m_block.cell(index);
        if (cell.file >= files) {
            break;
        }
        const MapFile& shown = at(cell.file);
        const QRectF rect = m_block.cellRect(index, top);
        const rustcask::ByteTally tally = shown.tally(cell.from, cell.to);
        if (tally[rustcask::ByteKind::damaged] > 0) {
            painter->fillRect(rect.adjusted(-0.5, -0.5, 0.5, 0.5),
                              brushes[static_cast<std::size_t>(rustcask::ByteKind::damaged)]);
            continue;
        }
        // From the bottom up, as in the strips.
        qreal y = rect.bottom();
        const auto total = static_cast<double>(std::max<quint64>(tally.total(), 1));
        for (std::size_t i = 0; i < byteKindCount; ++i) {
            if (tally.bytes[i] > 0) {
                const qreal height =
                    std::max(1.0, std::round(rect.height() * static_cast<double>(tally.bytes[i]) / total));
                const qreal above = std::max(rect.top(), y - height);
                painter->fillRect(QRectF(rect.left(), above, rect.width(), y - above), brushes[i]);
                y = above;
            }
        }
        const quint64 drainedTo = static_cast<quint64>(shown.drained * static_cast<double>(shown.bytes));
        if (shown.drained > 0 && cell.from < drainedTo) {
            painter->fillRect(rect, withAlpha(tokens.card, 0.78));
        }
        if (index == m_block.firstCell(cell.file)) { // where a file begins
            painter->fillRect(QRectF(rect.left() - 1, rect.top() - 1, 2, rect.height() + 2), tokens.text);
        }
        if (m_selectedName == shown.name && m_selectedOffset >= cell.from && m_selectedOffset < cell.to &&
            m_selectedBytes > 0) {
            paintMark(painter, rect.adjusted(-1, -1, 0.5, 0.5), tokens.text, 1.5);
        }
    }
}

void ByteMapView::paintOverview(QPainter* painter, const MapFile& shown, const Tokens& tokens) {
    const QRectF rect = overviewRect();
    const QSize size(std::max(1, static_cast<int>(rect.width())), static_cast<int>(rect.height()));
    painter->drawPixmap(QPointF(rect.left(), rect.top() - damageOverhang), picture(shown, size, tokens));
    const MapStrip strip{rect.left(), rect.width(), 0, shown.bytes};
    const qreal from = strip.xOf(m_window.from);
    const qreal to = std::max(strip.xOf(m_window.to), from + 4);
    painter->fillRect(QRectF(rect.left(), rect.top(), from - rect.left(), rect.height()), withAlpha(tokens.card, 0.55));
    painter->fillRect(QRectF(to, rect.top(), rect.right() - to, rect.height()), withAlpha(tokens.card, 0.55));
    paintMark(painter, QRectF(from, rect.top() - 2, to - from, rect.height() + 4), tokens.accent, 1.5);
}

void ByteMapView::paintLine(QPainter* painter, int line, const MapFile& shown, const Tokens& tokens) {
    const MapStrip strip = m_lines.strip(line);
    const QRectF rect = m_lines.lineRect(line);
    painter->setFont(monospaceFont());
    painter->setPen(tokens.muted);
    painter->drawText(QRectF(0, rect.top(), rect.left() - 10, rect.height()), Qt::AlignVCenter | Qt::AlignRight,
                      formatOffset(strip.from));
    const quint64 end = std::min(strip.to, m_window.to);
    if (strip.from >= end) {
        return;
    }
    const auto width = static_cast<int>(std::ceil(strip.xOf(end) - strip.left));
    const bool fits = detailFits() && m_store->detail().map.filledTo() >= end;
    const auto columns = mapColumns(strip.from, end, std::max(width, 1), [&](quint64 from, quint64 to) {
        return fits ? m_store->detail().map.tally(from, to) : shown.tally(from, to);
    });
    paintMapColumns(painter, rect, columns, tokens);
}

void ByteMapView::paintRecords(QPainter* painter, const Tokens& tokens) {
    std::array<QBrush, byteKindCount> brushes;
    std::array<QColor, byteKindCount> inks;
    for (std::size_t i = 0; i < byteKindCount; ++i) {
        brushes[i] = byteKindBrush(static_cast<rustcask::ByteKind>(i), tokens);
        inks[i] = byteKindInk(static_cast<rustcask::ByteKind>(i), tokens);
    }
    const QFont mono = smallFont(monospaceFont());
    const QFontMetricsF metrics(mono);
    painter->setFont(mono);
    for (const bool damagedOnes : {false, true}) { // last, so that no neighbour covers them
        for (const MapRecord& record : m_store->detail().records) {
            const bool damaged = record.kind == rustcask::ByteKind::damaged;
            if (damaged != damagedOnes) {
                continue;
            }
            const auto kind = static_cast<std::size_t>(record.kind);
            const auto rects = m_lines.rectsOf(record.offset, record.offset + record.bytes, damaged ? 2 : 1);
            bool labelled = false;
            for (QRectF rect : rects) {
                if (rect.width() >= 4) {
                    rect.setRight(rect.right() - 1); // a seam between records
                }
                if (damaged) {
                    rect.adjust(0, -damageOverhang, 0, damageOverhang);
                }
                painter->fillRect(rect, brushes[kind]);
                if (labelled || rect.width() < leastLabelledWidth || record.key.empty()) {
                    continue;
                }
                labelled = true;
                const QString key =
                    displayKey(QByteArrayView(record.key.data(), static_cast<qsizetype>(record.key.size())), 60);
                const QString text = metrics.elidedText(key, Qt::ElideMiddle, rect.width() - 8);
                if (record.kind != rustcask::ByteKind::live) { // letters on a pattern need a ground
                    const QRectF ground(rect.left() + 3, rect.top() + 4, metrics.horizontalAdvance(text) + 4,
                                        rect.height() - 8);
                    painter->fillRect(ground, withAlpha(tokens.card, 0.85));
                }
                painter->setPen(inks[kind]);
                painter->drawText(rect.adjusted(5, 0, -3, 0), Qt::AlignVCenter | Qt::AlignLeft, text);
            }
        }
    }
}

void ByteMapView::paintFile(QPainter* painter, const Tokens& tokens) {
    const MapFile* shown = file(m_file);
    if (shown == nullptr) {
        return;
    }
    paintOverview(painter, *shown, tokens);
    for (int line = 0; line < m_lines.lines; ++line) {
        paintLine(painter, line, *shown, tokens);
    }
    // Once they have some pixels each, records are drawn one by one.
    const bool wide = detailFits() && !m_store->detail().records.empty() &&
                      m_store->detail().records.size() * 5 <
                          static_cast<std::size_t>(m_lines.area.width()) * static_cast<std::size_t>(m_lines.lines);
    if (wide) {
        for (int line = 0; line < m_lines.lines; ++line) {
            painter->fillRect(m_lines.lineRect(line), tokens.card);
        }
        paintRecords(painter, tokens);
    }
    if (shown->stats.active && shown->kind == rustcask::FileKind::data && m_window.to >= shown->bytes) {
        const auto head = m_lines.rectsOf(shown->bytes - 1, shown->bytes);
        if (!head.isEmpty()) {
            painter->fillRect(QRectF(head.back().right(), head.back().top() - 2, 2, head.back().height() + 4),
                              tokens.active);
        }
    }
    if (m_selectedName == m_file && m_selectedBytes > 0) {
        for (const QRectF& rect : m_lines.rectsOf(m_selectedOffset, m_selectedOffset + m_selectedBytes, 3)) {
            paintMark(painter, rect.adjusted(-1, -1, 0, 1), tokens.text, 2);
        }
    }
    if (hasFocus() && m_cursorName == m_file) {
        const MapRecord* record = listedRecord(m_file, m_cursorByte);
        const quint64 from = record != nullptr ? record->offset : m_cursorByte;
        const quint64 to = record != nullptr ? record->offset + record->bytes : from + 1;
        for (const QRectF& rect : m_lines.rectsOf(from, to, 2)) {
            painter->fillRect(QRectF(rect.left(), rect.bottom() + 2, rect.width(), 2), tokens.accent);
        }
    }
}

} // namespace rustcask::ui
