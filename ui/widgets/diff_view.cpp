// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/diff_view.h"

#include <algorithm>
#include <cmath>

#include <QKeyEvent>
#include <QPainter>
#include <QScrollBar>

#include "theme/contrast.h"
#include "theme/tokens.h"

namespace rustcask::ui {

DiffView::DiffView(QWidget* parent) : QAbstractScrollArea(parent) {
    setFrameShape(QFrame::NoFrame);
    setFont(monospaceFont());
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Two versions side by side"));
    connect(verticalScrollBar(), &QScrollBar::valueChanged, viewport(), qOverload<>(&QWidget::update));
    connect(horizontalScrollBar(), &QScrollBar::valueChanged, viewport(), qOverload<>(&QWidget::update));
    relayout();
}

void DiffView::setDiff(Diff diff) {
    m_diff = std::move(diff);
    m_current = -1;
    m_longest = 0;
    for (const DiffSide* side : {&m_diff.left, &m_diff.right}) {
        for (const QString& line : side->lines) {
            m_longest = std::max(m_longest, line.size());
        }
    }
    m_labelSize = 1;
    for (const DiffSide* side : {&m_diff.left, &m_diff.right}) {
        if (!side->labels.isEmpty()) {
            m_labelSize = std::max(m_labelSize, side->labels.back().size());
        }
    }
    relayout();
    verticalScrollBar()->setValue(0);
    horizontalScrollBar()->setValue(0);
    viewport()->update();
}

void DiffView::relayout() {
    const QFontMetricsF metrics(font());
    m_charWidth = metrics.horizontalAdvance(QLatin1Char('0'));
    m_rowHeight = std::ceil(metrics.height() + 3);
    const int rows = std::max(1, static_cast<int>(viewport()->height() / m_rowHeight));
    verticalScrollBar()->setRange(0, std::max(0, static_cast<int>(m_diff.rows.size()) - rows));
    verticalScrollBar()->setPageStep(rows);
    const qreal text = viewport()->width() / 2.0 - (static_cast<qreal>(m_labelSize) + 5) * m_charWidth;
    const auto visible = std::max<qsizetype>(1, static_cast<qsizetype>(text / m_charWidth));
    horizontalScrollBar()->setRange(0, static_cast<int>(std::max<qsizetype>(0, m_longest - visible)));
    horizontalScrollBar()->setPageStep(static_cast<int>(visible));
}

bool DiffView::beginsChange(int row) const {
    const auto at = static_cast<std::size_t>(row);
    return m_diff.rows[at].kind != DiffRow::Kind::same && (row == 0 || m_diff.rows[at - 1].kind == DiffRow::Kind::same);
}

bool DiffView::showNextChange(bool backward) {
    const int rows = static_cast<int>(m_diff.rows.size());
    for (int row = m_current + (backward ? -1 : 1); row >= 0 && row < rows; row += backward ? -1 : 1) {
        if (beginsChange(row)) {
            m_current = row;
            verticalScrollBar()->setValue(std::max(0, row - verticalScrollBar()->pageStep() / 4));
            viewport()->update();
            return true;
        }
    }
    return false;
}

void DiffView::paintSide(QPainter& painter, const DiffRow& row, bool left, const QRectF& rect) {
    const Tokens& t = tokensFor(palette());
    const qint32 line = left ? row.left : row.right;
    const QColor tint = left ? t.damaged : t.hint;
    QColor ground = t.inset;
    if (line < 0) {
        ground = t.card;
    } else if (row.kind != DiffRow::Kind::same) {
        ground = mixed(tint, t.inset, t.dark ? 0.18 : 0.10);
    }
    painter.fillRect(rect, ground);
    if (line < 0) {
        return;
    }
    const DiffSide& side = left ? m_diff.left : m_diff.right;
    painter.setPen(withContrast(t.muted, ground, 4.5));
    const QRectF label(rect.left(), rect.top(), (static_cast<qreal>(m_labelSize) + 1) * m_charWidth, rect.height());
    painter.drawText(label, Qt::AlignVCenter | Qt::AlignRight, side.labels[line]);
    const QString sign = row.kind == DiffRow::Kind::same      ? QString()
                         : row.kind == DiffRow::Kind::changed ? QStringLiteral("~")
                         : left                               ? QString(QChar(0x2212))
                                                              : QStringLiteral("+");
    const QRectF signRect(label.right(), rect.top(), 2 * m_charWidth, rect.height());
    painter.setPen(withContrast(tint, ground, 4.5));
    painter.drawText(signRect, Qt::AlignCenter, sign);

    const QString& text = side.lines[line];
    const qsizetype from = horizontalScrollBar()->value();
    QRectF textRect(signRect.right() + m_charWidth / 2, rect.top(), rect.right() - signRect.right(), rect.height());
    painter.save();
    painter.setClipRect(textRect);
    if (row.kind == DiffRow::Kind::changed) {
        const ChangedPart part = changedPart(m_diff.left.lines[row.left], m_diff.right.lines[row.right]);
        const qsizetype end = left ? part.leftEnd : part.rightEnd;
        const qreal x = textRect.left() + static_cast<qreal>(part.begin - from) * m_charWidth;
        painter.fillRect(
            QRectF(x, rect.top() + 1, static_cast<qreal>(end - part.begin) * m_charWidth, rect.height() - 2),
            mixed(tint, t.inset, t.dark ? 0.42 : 0.28));
    }
    painter.setPen(t.text);
    painter.drawText(textRect, Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine | Qt::TextDontClip,
                     text.mid(from, static_cast<qsizetype>(rect.width() / m_charWidth) + 2));
    painter.restore();
}

void DiffView::paintEvent(QPaintEvent*) {
    const Tokens& t = tokensFor(palette());
    QPainter painter(viewport());
    painter.fillRect(viewport()->rect(), t.inset);
    painter.setFont(font());
    const qreal half = std::floor(viewport()->width() / 2.0);
    const int first = verticalScrollBar()->value();
    const int rows = static_cast<int>(m_diff.rows.size());
    for (int row = first; row < rows; ++row) {
        const qreal y = (row - first) * m_rowHeight;
        if (y > viewport()->height()) {
            break;
        }
        const DiffRow& shown = m_diff.rows[static_cast<std::size_t>(row)];
        paintSide(painter, shown, true, QRectF(0, y, half, m_rowHeight));
        paintSide(painter, shown, false, QRectF(half + 1, y, viewport()->width() - half - 1, m_rowHeight));
        if (row == m_current) {
            painter.fillRect(QRectF(0, y, 3, m_rowHeight), t.accent);
        }
    }
    painter.fillRect(QRectF(half, 0, 1, viewport()->height()), t.line);
}

void DiffView::resizeEvent(QResizeEvent* event) {
    QAbstractScrollArea::resizeEvent(event);
    relayout();
}

void DiffView::keyPressEvent(QKeyEvent* event) {
    QScrollBar* bar = verticalScrollBar();
    switch (event->key()) {
    case Qt::Key_Up:
        bar->setValue(bar->value() - 1);
        break;
    case Qt::Key_Down:
        bar->setValue(bar->value() + 1);
        break;
    case Qt::Key_PageUp:
        bar->setValue(bar->value() - bar->pageStep());
        break;
    case Qt::Key_PageDown:
        bar->setValue(bar->value() + bar->pageStep());
        break;
    case Qt::Key_Home:
        bar->setValue(0);
        break;
    case Qt::Key_End:
        bar->setValue(bar->maximum());
        break;
    case Qt::Key_Left:
        horizontalScrollBar()->setValue(horizontalScrollBar()->value() - 4);
        break;
    case Qt::Key_Right:
        horizontalScrollBar()->setValue(horizontalScrollBar()->value() + 4);
        break;
    default:
        QAbstractScrollArea::keyPressEvent(event);
    }
}

void DiffView::changeEvent(QEvent* event) {
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::FontChange) {
        relayout();
    }
    viewport()->update();
}

} // namespace rustcask::ui
