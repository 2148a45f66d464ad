// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/hex_view.h"

#include <algorithm>
#include <cmath>

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>

#include "theme/contrast.h"
#include "theme/format.h"
#include "theme/tokens.h"

namespace rustcask::ui {

namespace {

constexpr quint64 maxCopyBytes = quint64{16} << 20;

} // namespace

HexView::HexView(QWidget* parent) : QAbstractScrollArea(parent) {
    setFrameShape(QFrame::NoFrame);
    setFont(monospaceFont());
    setAccessibleName(tr("Bytes"));
    setFocusPolicy(Qt::StrongFocus);
    viewport()->setMouseTracking(true);
    viewport()->setCursor(Qt::IBeamCursor);
    viewport()->setAutoFillBackground(false);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAsNeeded);
    connect(verticalScrollBar(), &QScrollBar::valueChanged, this, [this] {
        viewport()->update();
        Q_EMIT visibleRangeChanged(topRow() * static_cast<quint64>(m_layout.bytesPerRow),
                                   static_cast<qint64>(visibleRows() + 1) * m_layout.bytesPerRow);
    });
    relayout();
}

void HexView::setData(const QByteArray& content, quint64 baseOffset) {
    setSource(
        static_cast<quint64>(content.size()),
        [content](quint64 offset, qint64 length) { return content.mid(static_cast<qsizetype>(offset), length); },
        baseOffset);
}

void HexView::setSource(quint64 size, Source source, quint64 baseOffset) {
    m_source = std::move(source);
    m_layout.size = size;
    m_layout.baseOffset = baseOffset;
    m_spans.clear();
    m_currentSpan = m_hoveredSpan = -1;
    m_anchor.reset();
    m_cursor.reset();
    relayout();
    verticalScrollBar()->setValue(0);
    viewport()->update();
}

void HexView::dataChanged() {
    viewport()->update();
}

void HexView::setSize(quint64 size) {
    m_layout.size = size;
    const auto kept = [this](std::optional<quint64> byte) {
        const bool any = m_layout.size > 0 || m_appendable;
        return byte && any ? std::optional(std::min(*byte, lastCursor())) : std::nullopt;
    };
    m_cursor = kept(m_cursor);
    m_anchor = kept(m_anchor);
    relayout();
    viewport()->update();
}

void HexView::clear() {
    setSource(0, {}, 0);
}

void HexView::setAppendable(bool appendable) {
    m_appendable = appendable;
    setSize(m_layout.size);
}

void HexView::setCaretColumn(std::optional<HexLayout::Column> column) {
    m_caretColumn = column;
    viewport()->update();
}

void HexView::setCaretAtLowDigit(bool low) {
    m_caretAtLowDigit = low;
    viewport()->update();
}

quint64 HexView::lastCursor() const {
    return m_appendable ? m_layout.size : m_layout.size > 0 ? m_layout.size - 1 : 0;
}

void HexView::setSpans(QVector<HexSpan> spans) {
    m_spans = std::move(spans);
    m_currentSpan = m_hoveredSpan = -1;
    viewport()->update();
}

void HexView::setCurrentSpan(int index) {
    m_currentSpan = index >= 0 && index < m_spans.size() ? index : -1;
    if (m_currentSpan >= 0) {
        follow(m_spans[m_currentSpan].offset);
    }
    viewport()->update();
}

void HexView::relayout() {
    const QFontMetricsF metrics(font());
    m_layout.charWidth = metrics.horizontalAdvance(QLatin1Char('0'));
    m_layout.rowHeight = std::ceil(metrics.height() + 3);
    m_layout.bytesPerRow =
        HexLayout::bytesPerRowFor(viewport()->width(), m_layout.charWidth, m_layout.margin, m_layout.offsetDigits());
    // One more where the cursor can stand behind a full last row.
    const bool behind = m_appendable && m_layout.size % static_cast<quint64>(m_layout.bytesPerRow) == 0;
    const quint64 rows = m_layout.rowCount() + (behind ? 1 : 0);
    m_scale = RowScale::of(rows);
    const auto page = static_cast<quint64>(visibleRows());
    verticalScrollBar()->setRange(0, rows > page ? m_scale.toValue(rows - page) : 0);
    verticalScrollBar()->setPageStep(std::max(1, m_scale.toValue(page)));
    verticalScrollBar()->setSingleStep(1);
    const int width = static_cast<int>(std::ceil(m_layout.contentWidth()));
    horizontalScrollBar()->setRange(0, std::max(0, width - viewport()->width()));
    horizontalScrollBar()->setPageStep(viewport()->width());
}

int HexView::verticalScrollBarValue() const {
    return verticalScrollBar()->value();
}

int HexView::visibleRows() const {
    return std::max(1, static_cast<int>((viewport()->height() - 2 * m_layout.margin) / m_layout.rowHeight));
}

QPointF HexView::toLayout(QPointF point) const {
    return point + QPointF(horizontalScrollBar()->value(), 0);
}

int HexView::spanAt(quint64 byte) const {
    const auto after = std::upper_bound(m_spans.begin(), m_spans.end(), byte,
                                        [](quint64 at, const HexSpan& span) { return at < span.offset; });
    if (after == m_spans.begin()) {
        return -1;
    }
    const auto it = std::prev(after);
    return byte - it->offset < it->bytes ? static_cast<int>(it - m_spans.begin()) : -1;
}

void HexView::paintEvent(QPaintEvent*) {
    const Tokens& t = tokensFor(palette());
    QPainter painter(viewport());
    painter.fillRect(viewport()->rect(), t.inset);
    if (m_layout.size == 0 && !m_appendable) {
        return;
    }
    painter.translate(-horizontalScrollBar()->value(), 0);
    painter.setFont(font());
    const quint64 first = topRow();
    const quint64 last = std::min(m_layout.rowCount(), first + static_cast<quint64>(visibleRows()) + 2);
    const auto perRow = static_cast<quint64>(m_layout.bytesPerRow);
    const quint64 begin = first * perRow;
    const quint64 end = std::min(m_layout.size, last * perRow);
    const QByteArray shown = m_source ? m_source(begin, static_cast<qint64>(end - begin)) : QByteArray();
    const QColor mutedInk = withContrast(t.muted, t.inset, 4.5);
    const QColor mark = mixed(t.accent, t.inset, t.dark ? 0.40 : 0.24);
    const QColor spanMark = mixed(t.accent, t.inset, t.dark ? 0.24 : 0.13);
    const quint64 selectBegin = selectionOffset();
    const quint64 selectEnd = selectBegin + selectionLength();

    for (quint64 row = first; row < last; ++row) {
        const QRectF line(m_layout.margin, m_layout.margin + static_cast<qreal>(row - first) * m_layout.rowHeight,
                          m_layout.hexLeft(), m_layout.rowHeight);
        painter.setPen(mutedInk);
        painter.drawText(line, Qt::AlignVCenter | Qt::AlignLeft, m_layout.offsetText(row));
        for (quint64 byte = row * perRow; byte < std::min(end, (row + 1) * perRow); ++byte) {
            const QRectF cell = m_layout.hexCell(byte, first);
            const QRectF letter = m_layout.textCell(byte, first);
            const int span = spanAt(byte);
            const bool selected = byte >= selectBegin && byte < selectEnd;
            const bool current = span >= 0 && (span == m_currentSpan || span == m_hoveredSpan);
            if (selected || current) {
                // Up to the next cell where that belongs to the same range: one block, not a row of boxes.
                const bool joins = byte + 1 < end && (byte + 1) % perRow != 0 &&
                                   (selected ? byte + 1 < selectEnd : spanAt(byte + 1) == span);
                const qreal right = joins ? m_layout.hexCell(byte + 1, first).left() : cell.right() + 2;
                painter.fillRect(QRectF(QPointF(cell.left() - 2, cell.top()), QPointF(right, cell.bottom())),
                                 selected ? mark : spanMark);
                painter.fillRect(letter, selected ? mark : spanMark);
            }
            const auto at = static_cast<qsizetype>(byte - begin);
            if (at >= shown.size()) {
                painter.setPen(mutedInk);
                painter.drawText(cell, Qt::AlignCenter, QStringLiteral("··"));
                continue;
            }
            const QColor ground = selected ? mark : current ? spanMark : t.inset;
            painter.setPen(span >= 0 ? withContrast(t.field(m_spans[span].field), ground, 4.5) : t.text);
            painter.drawText(cell, Qt::AlignCenter, hexText(QByteArrayView(shown).sliced(at, 1)));
            if (span >= 0 && !m_spans[span].valid) {
                painter.fillRect(QRectF(cell.left(), cell.bottom() - 3, cell.width(), 2), t.damaged);
            }
            painter.drawText(letter, Qt::AlignCenter, QString(HexLayout::printable(shown[at])));
            if (m_cursor == byte && hasFocus() && !m_caretColumn) {
                painter.setPen(t.accent);
                painter.drawRect(cell.adjusted(-2, 0, 1, -1));
            }
        }
    }
    if (m_caretColumn && m_cursor) {
        paintCaret(painter, first);
    }
}

void HexView::paintCaret(QPainter& painter, quint64 topRow) const {
    const Tokens& t = tokensFor(palette());
    const QRectF cell = m_layout.hexCell(*m_cursor, topRow);
    const QRectF letter = m_layout.textCell(*m_cursor, topRow);
    const bool inText = m_caretColumn == HexLayout::Column::text;
    painter.setPen(hasFocus() ? t.accent : t.muted);
    const QRectF& other = inText ? cell : letter;
    painter.drawLine(other.bottomLeft() - QPointF(0, 1), other.bottomRight() - QPointF(0, 1));
    const qreal x = inText ? letter.left() : cell.left() + (m_caretAtLowDigit ? m_layout.charWidth : 0);
    if (hasFocus()) {
        painter.fillRect(QRectF(x - 1, cell.top() + 1, 2, cell.height() - 2), t.accent);
    }
}

void HexView::resizeEvent(QResizeEvent* event) {
    const quint64 top = topRow() * static_cast<quint64>(m_layout.bytesPerRow);
    QAbstractScrollArea::resizeEvent(event);
    relayout();
    verticalScrollBar()->setValue(m_scale.toValue(m_layout.rowOf(top)));
}

void HexView::changeEvent(QEvent* event) {
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::FontChange) {
        relayout();
    }
    viewport()->update();
}

quint64 HexView::selectionOffset() const {
    return m_cursor && m_anchor ? std::min(*m_cursor, *m_anchor) : m_cursor.value_or(0);
}

quint64 HexView::selectionLength() const {
    return m_cursor && m_anchor ? std::max(*m_cursor, *m_anchor) - std::min(*m_cursor, *m_anchor) + 1 : 0;
}

void HexView::select(quint64 offset, quint64 length) {
    if (offset >= m_layout.size) {
        return;
    }
    m_cursor = offset;
    m_anchor.reset();
    if (length > 0) {
        m_anchor = std::min(m_layout.size, offset + length) - 1;
        std::swap(*m_anchor, *m_cursor);
    }
    follow(offset);
    viewport()->update();
    Q_EMIT selectionChanged(selectionOffset(), selectionLength());
}

void HexView::moveCursor(quint64 byte, bool extend) {
    byte = std::min(byte, lastCursor());
    if (!extend || !m_anchor) {
        m_anchor = extend && m_cursor ? *m_cursor : byte;
    }
    m_cursor = byte;
    follow(byte);
    const int span = spanAt(byte);
    if (span != m_currentSpan) {
        m_currentSpan = span;
        Q_EMIT currentSpanChanged(span);
    }
    viewport()->update();
    Q_EMIT selectionChanged(selectionOffset(), selectionLength());
}

void HexView::follow(quint64 byte) {
    const quint64 row = m_layout.rowOf(byte);
    const quint64 top = topRow();
    const auto page = static_cast<quint64>(visibleRows());
    if (row < top) {
        verticalScrollBar()->setValue(m_scale.toValue(row));
    } else if (row >= top + page) {
        verticalScrollBar()->setValue(m_scale.toValue(row - page + 1));
    }
}

void HexView::scrollTo(quint64 offset) {
    follow(std::min(offset, m_layout.size));
}

void HexView::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Copy)) {
        copy();
        return;
    }
    if (m_layout.size == 0) {
        QAbstractScrollArea::keyPressEvent(event);
        return;
    }
    if (event->matches(QKeySequence::SelectAll)) {
        select(0, m_layout.size);
        return;
    }
    const quint64 at = m_cursor.value_or(0);
    const quint64 last = lastCursor();
    const auto perRow = static_cast<quint64>(m_layout.bytesPerRow);
    const quint64 page = perRow * static_cast<quint64>(visibleRows());
    const bool all = event->modifiers().testFlag(Qt::ControlModifier);
    const auto back = [at](quint64 by) { return at >= by ? at - by : 0; };
    const auto ahead = [at, last](quint64 by) { return last - at >= by ? at + by : last; };
    quint64 to = at;
    switch (event->key()) {
    case Qt::Key_Left:
        to = back(1);
        break;
    case Qt::Key_Right:
        to = m_cursor ? ahead(1) : 0;
        break;
    case Qt::Key_Up:
        to = at >= perRow ? at - perRow : at;
        break;
    case Qt::Key_Down:
        to = last - at >= perRow ? at + perRow : at;
        break;
    case Qt::Key_PageUp:
        to = back(page);
        break;
    case Qt::Key_PageDown:
        to = ahead(page);
        break;
    case Qt::Key_Home:
        to = all ? 0 : at - at % perRow;
        break;
    case Qt::Key_End:
        to = all ? last : std::min(last, at - at % perRow + perRow - 1);
        break;
    default:
        QAbstractScrollArea::keyPressEvent(event);
        return;
    }
    moveCursor(to, event->modifiers().testFlag(Qt::ShiftModifier));
}

void HexView::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) {
        const QPointF at = toLayout(event->position());
        if (const auto hit = m_layout.hit(at, topRow())) {
            if (m_caretColumn) {
                m_caretColumn = hit->column;
            }
            // Behind the last byte of the last row.
            const QRectF cell = m_layout.hexCell(hit->byte, topRow());
            const bool behind =
                m_appendable && hit->byte + 1 == m_layout.size &&
                (hit->column == HexLayout::Column::hex ? at.x() > cell.right() + m_layout.charWidth
                                                       : at.x() > m_layout.textCell(hit->byte, topRow()).right());
            moveCursor(hit->byte + (behind ? 1 : 0), event->modifiers().testFlag(Qt::ShiftModifier));
        }
    }
}

void HexView::mouseMoveEvent(QMouseEvent* event) {
    const auto hit = m_layout.hit(toLayout(event->position()), topRow());
    if (event->buttons().testFlag(Qt::LeftButton)) {
        if (hit) {
            moveCursor(hit->byte, true);
        }
        return;
    }
    const int span = hit ? spanAt(hit->byte) : -1;
    if (span != m_hoveredSpan) {
        m_hoveredSpan = span;
        viewport()->update();
        Q_EMIT spanHovered(span);
    }
}

void HexView::wheelEvent(QWheelEvent* event) {
    const int rows = event->angleDelta().y() / 40;
    if (rows != 0) {
        verticalScrollBar()->setValue(verticalScrollBar()->value() - rows);
        event->accept();
    } else {
        QAbstractScrollArea::wheelEvent(event);
    }
}

QString HexView::spanText(int index) const {
    const HexSpan& span = m_spans[index];
    return tr("%1 · %2 at %3")
        .arg(span.name, formatBytesExactly(span.bytes), formatOffset(m_layout.baseOffset + span.offset));
}

bool HexView::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        auto* help = static_cast<QHelpEvent*>(event);
        const QPoint inViewport = viewport()->mapFrom(this, help->pos());
        const auto hit = m_layout.hit(toLayout(inViewport), topRow());
        const int span = hit ? spanAt(hit->byte) : -1;
        if (span >= 0) {
            QToolTip::showText(help->globalPos(), spanText(span).toHtmlEscaped(), this);
        } else {
            QToolTip::hideText();
        }
        return true;
    }
    return QAbstractScrollArea::event(event);
}

void HexView::contextMenuEvent(QContextMenuEvent* event) {
    QMenu* menu = makeContextMenu();
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->popup(event->globalPos());
}

QMenu* HexView::makeContextMenu() {
    auto* menu = new QMenu(this);
    QAction* copyAction = menu->addAction(tr("Copy as hexadecimal"), this, &HexView::copy);
    copyAction->setEnabled(selectionLength() > 0);
    if (!m_spans.isEmpty()) {
        QAction* selectSpan = menu->addAction(tr("Select field"), this, [this] {
            if (m_currentSpan >= 0) {
                select(m_spans[m_currentSpan].offset, m_spans[m_currentSpan].bytes);
            }
        });
        selectSpan->setEnabled(m_currentSpan >= 0);
    }
    QAction* all = menu->addAction(tr("Select all"), this, [this] { select(0, m_layout.size); });
    all->setEnabled(m_layout.size > 0);
    return menu;
}

QByteArray HexView::selectedBytes() const {
    const quint64 length = std::min(selectionLength(), maxCopyBytes);
    return length > 0 && m_source ? m_source(selectionOffset(), static_cast<qint64>(length)) : QByteArray();
}

void HexView::copy() const {
    const QByteArray bytes = selectedBytes();
    if (!bytes.isEmpty()) {
        QApplication::clipboard()->setText(hexText(bytes));
    }
}

QSize HexView::sizeHint() const {
    return {static_cast<int>(m_layout.contentWidth()) + 16, 180};
}

QVector<HexSpan> hexSpans(const std::vector<rustcask::FieldSpan>& fields, quint64 recordOffset) {
    QVector<HexSpan> spans;
    spans.reserve(static_cast<qsizetype>(fields.size()));
    for (const rustcask::FieldSpan& field : fields) {
        if (field.bytes > 0 && field.offset >= recordOffset) {
            spans.append({field.offset - recordOffset, field.bytes, field.field, fieldText(field.field), field.valid});
        }
    }
    std::sort(spans.begin(), spans.end(), [](const HexSpan& a, const HexSpan& b) { return a.offset < b.offset; });
    return spans;
}

QString fieldText(rustcask::Field field) {
    switch (field) {
    case Field::magic:
        return HexView::tr("magic");
    case Field::version:
        return HexView::tr("format version");
    case Field::fileFlags:
        return HexView::tr("file flags");
    case Field::generation:
        return HexView::tr("generation");
    case Field::creationTime:
        return HexView::tr("creation time");
    case Field::headerChecksum:
        return HexView::tr("header checksum");
    case Field::checksum:
        return HexView::tr("checksum");
    case Field::sequence:
        return HexView::tr("sequence");
    case Field::time:
        return HexView::tr("time");
    case Field::keySize:
        return HexView::tr("key size");
    case Field::valueSize:
        return HexView::tr("value size");
    case Field::flags:
        return HexView::tr("flags");
    case Field::key:
        return HexView::tr("key");
    case Field::value:
        return HexView::tr("value");
    case Field::hintDataBytes:
        return HexView::tr("data file length");
    case Field::hintRecords:
        return HexView::tr("records");
    case Field::hintTombstones:
        return HexView::tr("tombstones");
    case Field::hintTombstoneBytes:
        return HexView::tr("tombstone bytes");
    case Field::hintEntryBytes:
        return HexView::tr("length of the entries");
    case Field::hintLowestSequence:
        return HexView::tr("lowest sequence");
    case Field::hintHighestSequence:
        return HexView::tr("highest sequence");
    case Field::hintEntries:
        return HexView::tr("entries");
    case Field::hintOffset:
        return HexView::tr("offset in the data file");
    case Field::hintChecksum:
        return HexView::tr("hint checksum");
    case Field::garbage:
        return HexView::tr("no record");
    case Field::unused:
        return HexView::tr("reserved space");
    }
    return {};
}

} // namespace rustcask::ui
