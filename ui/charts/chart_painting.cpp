// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include <QPainter>

#include "charts/chart_canvas.h"
#include "theme/tokens.h"

// What ChartCanvas paints itself. Coordinates are those of the viewport, which the scene shares.
namespace rustcask::ui {
namespace {

void paintInk(QPainter* painter, const QRectF& rect, Ink ink, bool asLine, const Tokens& tokens) {
    if (asLine) {
        painter->setPen(inkPen(ink, tokens, 2));
        painter->drawLine(QPointF(rect.left() - 4, rect.center().y()), QPointF(rect.right() + 4, rect.center().y()));
        return;
    }
    painter->setPen(Qt::NoPen);
    painter->setBrush(inkBrush(ink, tokens));
    if (ink.role == InkRole::tombstone) {
        painter->drawEllipse(rect);
    } else {
        painter->drawRoundedRect(rect, 2, 2);
    }
}

} // namespace

void ChartCanvas::drawBackground(QPainter* painter, const QRectF& rect) {
    const Tokens& tokens = tokensFor(palette());
    painter->fillRect(rect, tokens.card);
    if (isEmpty()) {
        painter->setPen(tokens.muted);
        painter->setFont(font());
        painter->drawText(QRectF(viewport()->rect()).adjusted(24, 12, -24, -12),
                          static_cast<int>(Qt::AlignCenter) | Qt::TextWordWrap, m_emptyText);
        return;
    }
    paintAxes(painter, tokens);
    if (m_kind == Kind::bars) {
        paintBars(painter, tokens);
    }
}

void ChartCanvas::drawForeground(QPainter* painter, const QRectF& rect) {
    Q_UNUSED(rect)
    if (isEmpty()) {
        return;
    }
    const Tokens& tokens = tokensFor(palette());
    paintLevels(painter, tokens);
    if (m_kind != Kind::bars) {
        paintMarks(painter, tokens);
    }
    paintCursor(painter, tokens);
    paintLegend(painter, tokens);
    if (hasFocus()) {
        painter->setPen(QPen(tokens.accent, 1));
        painter->setBrush(Qt::NoBrush);
        painter->drawRoundedRect(QRectF(viewport()->rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
    }
}

void ChartCanvas::paintAxes(QPainter* painter, const Tokens& tokens) const {
    painter->setFont(font());
    const QFontMetricsF metrics(font());
    const double line = metrics.height();
    const QPen grid(tokens.line, 1);
    const bool verticalGrid = m_kind == Kind::bars && m_bars.horizontal;
    painter->setRenderHint(QPainter::Antialiasing, false);
    for (const auto& tick : m_yTicks) {
        const double y = std::round(m_plot.bottom() - m_y.position(tick.value) * m_plot.height());
        if (y < m_plot.top() - 1 || y > m_plot.bottom() + 1) {
            continue;
        }
        painter->setPen(grid);
        painter->drawLine(QPointF(m_plot.left(), y), QPointF(m_plot.right(), y));
        painter->setPen(tokens.muted);
        painter->drawText(QRectF(0, y - line, m_plot.left() - 8, 2 * line),
                          static_cast<int>(Qt::AlignRight | Qt::AlignVCenter), tick.label);
    }
    double clear = -1e9;
    for (const auto& tick : m_xTicks) {
        const double x = std::round(xPixel(tick.value));
        if (x < m_plot.left() - 1 || x > m_plot.right() + 1) {
            continue;
        }
        painter->setPen(grid);
        if (verticalGrid) {
            painter->drawLine(QPointF(x, m_plot.top()), QPointF(x, m_plot.bottom()));
        } else {
            painter->drawLine(QPointF(x, m_plot.bottom()), QPointF(x, m_plot.bottom() + 4));
        }
        const double half = metrics.horizontalAdvance(tick.label) / 2;
        const double center = std::clamp(x, half + 2, std::max(half + 2, viewport()->width() - half - 2.0));
        if (center - half < clear) {
            continue;
        }
        clear = center + half + 8;
        painter->setPen(tokens.muted);
        painter->drawText(QRectF(center - half - 2, m_plot.bottom() + 6, 2 * half + 4, line),
                          static_cast<int>(Qt::AlignHCenter | Qt::AlignTop), tick.label);
    }
    if (m_kind == Kind::bars) {
        painter->setPen(tokens.muted);
        // Every n-th name, where all have no room; the read-out names each.
        double widest = 0;
        for (const QString& category : m_bars.categories) {
            widest = std::max(widest, metrics.horizontalAdvance(category));
        }
        const double room = m_plot.width() / static_cast<double>(std::max<qsizetype>(m_bars.categories.size(), 1));
        const int stride = m_bars.horizontal ? 1 : std::max(1, static_cast<int>(std::ceil((widest + 8) / room)));
        for (int i = 0; i < m_bars.categories.size(); ++i) {
            const QRectF band = barCategoryBand(m_bars, m_plot, i);
            if (m_bars.horizontal) {
                painter->drawText(QRectF(8, band.top(), m_plot.left() - 16, band.height()),
                                  static_cast<int>(Qt::AlignRight | Qt::AlignVCenter),
                                  metrics.elidedText(m_bars.categories[i], Qt::ElideMiddle, m_plot.left() - 16));
                continue;
            }
            const double half = metrics.horizontalAdvance(m_bars.categories[i]) / 2;
            if (i % stride != 0) {
                continue;
            }
            painter->drawText(QRectF(band.center().x() - half - 2, m_plot.bottom() + 6, 2 * half + 4, line),
                              static_cast<int>(Qt::AlignHCenter | Qt::AlignTop), m_bars.categories[i]);
        }
    }
    painter->setRenderHint(QPainter::Antialiasing);
}

void ChartCanvas::paintBars(QPainter* painter, const Tokens& tokens) const {
    const Axis& axis = m_bars.horizontal ? m_x : m_y;
    if (m_hovered >= 0) {
        painter->fillRect(barCategoryBand(m_bars, m_plot, m_hovered), tokens.selection);
    }
    QVector<QBrush> brushes;
    for (const auto& series : m_bars.series) {
        brushes.append(inkBrush(series.ink, tokens));
    }
    const QFontMetricsF metrics(font());
    for (const auto& shape : layoutBars(m_bars, axis, m_plot)) {
        painter->fillRect(shape.rect, brushes[shape.series]);
        const QPointF center = shape.rect.center();
        if (shape.whiskerLow != shape.whiskerHigh) {
            painter->setPen(QPen(tokens.text, 1.4));
            if (m_bars.horizontal) {
                painter->drawLine(QPointF(shape.whiskerLow, center.y()), QPointF(shape.whiskerHigh, center.y()));
                for (const double x : {shape.whiskerLow, shape.whiskerHigh}) {
                    painter->drawLine(QPointF(x, center.y() - 4), QPointF(x, center.y() + 4));
                }
            } else {
                painter->drawLine(QPointF(center.x(), shape.whiskerLow), QPointF(center.x(), shape.whiskerHigh));
                for (const double y : {shape.whiskerLow, shape.whiskerHigh}) {
                    painter->drawLine(QPointF(center.x() - 4, y), QPointF(center.x() + 4, y));
                }
            }
        }
        painter->setPen(QPen(tokens.text, 1));
        painter->setBrush(tokens.card);
        for (const double dot : shape.dots) {
            painter->drawEllipse(m_bars.horizontal ? QPointF(dot, center.y()) : QPointF(center.x(), dot), 2.2, 2.2);
        }
        if (m_bars.showValues && !m_bars.stacked) {
            const QString text = axis.text(m_bars.series[shape.series].values[shape.category]);
            painter->setPen(tokens.text);
            painter->setFont(font());
            const double end = shape.whiskerLow != shape.whiskerHigh ? shape.whiskerHigh
                               : m_bars.horizontal                   ? shape.rect.right()
                                                                     : shape.rect.top();
            if (m_bars.horizontal) {
                painter->drawText(QRectF(std::max(end, shape.rect.right()) + 6, center.y() - metrics.height(), 90,
                                         2 * metrics.height()),
                                  static_cast<int>(Qt::AlignLeft | Qt::AlignVCenter), text);
            } else if (metrics.horizontalAdvance(text) <= std::max(shape.rect.width() * 1.6, 30.0)) {
                painter->drawText(QRectF(center.x() - 45, std::min(end, shape.rect.top()) - metrics.height() - 2, 90,
                                         metrics.height()),
                                  static_cast<int>(Qt::AlignHCenter | Qt::AlignBottom), text);
            }
        }
    }
}

void ChartCanvas::paintMarks(QPainter* painter, const Tokens& tokens) const {
    painter->setFont(font());
    const QFontMetricsF metrics(font());
    double clear = -1e9; // labels never overlap: one that has no room stays out, its line does not
    for (const auto& mark : m_marks) {
        const double position = m_x.position(mark.x);
        if (position < 0 || position > 1) {
            continue;
        }
        const double x = std::round(xPixel(mark.x)) + 0.5;
        QPen pen(inkColor(mark.ink, tokens), 1.2);
        pen.setDashPattern(mark.dashed ? QVector<qreal>{4, 3} : QVector<qreal>{1, 3});
        painter->setPen(pen);
        painter->drawLine(QPointF(x, m_plot.top()), QPointF(x, m_plot.bottom()));
        const double width = metrics.horizontalAdvance(mark.label);
        const bool leftwards = x + 6 + width > m_plot.right();
        const double from = leftwards ? x - 6 - width : x + 6;
        if (mark.label.isEmpty() || from < clear || from < m_plot.left()) {
            continue;
        }
        clear = from + width + 6;
        const QRectF box(from - 3, m_plot.top(), width + 6, metrics.height() + 2);
        QColor ground = tokens.card;
        ground.setAlpha(215);
        painter->setPen(Qt::NoPen);
        painter->setBrush(ground);
        painter->drawRoundedRect(box, 3, 3);
        painter->setPen(mark.ink.role == InkRole::muted ? tokens.muted : inkColor(mark.ink, tokens));
        painter->drawText(box, static_cast<int>(Qt::AlignCenter), mark.label);
    }
}

void ChartCanvas::paintLevels(QPainter* painter, const Tokens& tokens) const {
    painter->setFont(font());
    const QFontMetricsF metrics(font());
    double clear = m_plot.bottom() + metrics.height(); // labels never overlap: the lower ones come first
    auto levels = m_levels;
    std::sort(levels.begin(), levels.end(), [](const ChartLevel& a, const ChartLevel& b) { return a.y < b.y; });
    for (const auto& level : std::as_const(levels)) {
        const double position = m_y.position(level.y);
        if (position < 0 || position > 1) {
            continue;
        }
        const double y = std::round(m_plot.bottom() - position * m_plot.height()) + 0.5;
        QPen pen(inkColor(level.ink, tokens), 1.2);
        pen.setDashPattern(level.dashed ? QVector<qreal>{4, 3} : QVector<qreal>{1, 3});
        painter->setPen(pen);
        painter->drawLine(QPointF(m_plot.left(), y), QPointF(m_plot.right(), y));
        if (level.label.isEmpty() || y > clear) {
            continue;
        }
        const double width = metrics.horizontalAdvance(level.label);
        const QRectF box(m_plot.right() - width - 8, y - metrics.height() - 3, width + 6, metrics.height() + 2);
        clear = box.top();
        QColor ground = tokens.card;
        ground.setAlpha(225);
        painter->setPen(Qt::NoPen);
        painter->setBrush(ground);
        painter->drawRoundedRect(box, 3, 3);
        painter->setPen(level.ink.role == InkRole::muted ? tokens.muted : inkColor(level.ink, tokens));
        painter->drawText(box, static_cast<int>(Qt::AlignCenter), level.label);
    }
}

void ChartCanvas::paintCursor(QPainter* painter, const Tokens& tokens) const {
    if (m_hovered < 0 || m_kind == Kind::bars) {
        return;
    }
    const double x = std::round(xPixel(pointX(m_hovered))) + 0.5;
    if (x < m_plot.left() || x > m_plot.right() + 1) {
        return;
    }
    painter->setPen(QPen(tokens.text, 1));
    painter->drawLine(QPointF(x, m_plot.top()), QPointF(x, m_plot.bottom()));
    painter->setBrush(tokens.card);
    for (const auto& series : m_series) {
        if (series.points.size() == pointCount()) {
            const double y = m_plot.bottom() - m_y.position(series.points[m_hovered].y()) * m_plot.height();
            painter->setPen(QPen(inkColor(series.ink, tokens), 1.6));
            painter->drawEllipse(QPointF(x, y), 3, 3);
        }
    }
}

void ChartCanvas::paintLegend(QPainter* painter, const Tokens& tokens) const {
    const QFontMetricsF metrics(font());
    QFont strong = font();
    strong.setWeight(QFont::DemiBold);
    const QFontMetricsF strongMetrics(strong);
    double x = std::max(m_legend.left(), m_kind == Kind::bars && m_bars.horizontal ? m_legend.left() : m_plot.left());
    const double y = m_legend.top();
    const double height = m_legend.height();
    const auto text = [&](const QString& words, const QColor& color, const QFont& with, const QFontMetricsF& measure) {
        const double room = m_legend.right() - x;
        if (room < 12) {
            return;
        }
        const QString shown = measure.elidedText(words, Qt::ElideRight, room);
        painter->setFont(with);
        painter->setPen(color);
        const double width = measure.horizontalAdvance(shown);
        painter->drawText(QRectF(x, y, width + 2, height), static_cast<int>(Qt::AlignLeft | Qt::AlignVCenter), shown);
        x += width;
    };
    for (const auto& item : legendItems()) {
        if (m_legend.right() - x < 40) {
            break;
        }
        const bool asLine = m_kind == Kind::lines;
        paintInk(painter, QRectF(x + (asLine ? 4 : 0), y + height / 2 - 5, 10, 10), item.ink, asLine, tokens);
        x += asLine ? 24 : 16;
        text(item.name, tokens.muted, font(), metrics);
        if (!item.value.isEmpty()) {
            x += 6;
            text(item.value, tokens.text, strong, strongMetrics);
        }
        x += 18;
    }
    if (const QString head = legendHead(); !head.isEmpty()) {
        text(head, tokens.text, strong, strongMetrics);
    }
}

} // namespace rustcask::ui
