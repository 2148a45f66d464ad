// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/treemap_view.h"

#include <QBuffer>
#include <QHelpEvent>
#include <QImage>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QSvgGenerator>
#include <QToolTip>

#include "layout/treemap_layout.h"
#include "widgets/color_swatch.h"

namespace rustcask::ui {

namespace {

constexpr double gap = 1.5; // px between two tiles and to the edge

QColor mixed(const QColor& a, const QColor& b, double share) {
    const auto mix = [share](int x, int y) { return static_cast<int>(x * share + y * (1 - share)); };
    return {mix(a.red(), b.red()), mix(a.green(), b.green()), mix(a.blue(), b.blue())};
}

QColor fillOf(TreemapItem::Kind kind, const Tokens& tokens) {
    return kind == TreemapItem::Kind::folder ? mixed(tokens.live, tokens.card, tokens.dark ? 0.34 : 0.22)
                                             : mixed(tokens.live, tokens.card, tokens.dark ? 0.14 : 0.09);
}

} // namespace

TreemapView::TreemapView(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAccessibleName(tr("Treemap of sizes"));
}

void TreemapView::setItems(std::vector<TreemapItem> items) {
    m_items = std::move(items);
    m_hovered = -1;
    setCurrent(m_items.empty() ? -1 : 0);
    update();
}

void TreemapView::setEmptyText(const QString& text) {
    m_emptyText = text;
    update();
}

void TreemapView::setCurrent(int index) {
    m_current = index;
    setAccessibleDescription(index >= 0 ? m_items[std::size_t(index)].name + QStringLiteral(", ") +
                                              m_items[std::size_t(index)].detail
                                        : m_emptyText);
    update();
}

void TreemapView::select(int index) {
    if (index >= 0 && index != m_current) {
        setCurrent(index);
        Q_EMIT currentChanged(index);
    }
}

std::vector<QRectF> TreemapView::tiles(const QSizeF& size) const {
    std::vector<double> weights;
    weights.reserve(m_items.size());
    for (const TreemapItem& item : m_items) {
        weights.push_back(item.weight);
    }
    return squarify(weights, QRectF(QPointF(0, 0), size));
}

int TreemapView::at(const QPointF& point) const {
    const std::vector<QRectF> places = tiles(size());
    for (std::size_t i = 0; i < places.size(); ++i) {
        if (places[i].contains(point)) {
            return static_cast<int>(i);
        }
    }
    return -1;
}

void TreemapView::paint(QPainter& painter, const QSizeF& size, const Tokens& tokens, bool interactive) const {
    if (m_items.empty()) {
        painter.setPen(tokens.muted);
        painter.drawText(QRectF(QPointF(0, 0), size), Qt::AlignCenter | Qt::TextWordWrap, m_emptyText);
        return;
    }
    const std::vector<QRectF> places = tiles(size);
    const QFont nameFont = monospaceFont();
    const QFont detailFont = smallFont(font());
    const QFontMetricsF nameMetrics(nameFont);
    const QFontMetricsF detailMetrics(detailFont);
    painter.setRenderHint(QPainter::Antialiasing);
    for (std::size_t i = 0; i < places.size(); ++i) {
        const TreemapItem& item = m_items[i];
        const QRectF tile = places[i].adjusted(gap / 2, gap / 2, -gap / 2, -gap / 2);
        if (tile.width() <= 0 || tile.height() <= 0) {
            continue;
        }
        const bool current = interactive && static_cast<int>(i) == m_current;
        const bool hovered = interactive && static_cast<int>(i) == m_hovered;
        QColor edge = mixed(tokens.live, tokens.card, 0.55);
        if (current) {
            edge = tokens.accent;
        } else if (hovered) {
            edge = tokens.text;
        }
        const double radius = std::min({3.0, tile.width() / 4, tile.height() / 4});
        painter.setPen(QPen(edge, current && hasFocus() ? 2.5 : current ? 1.8 : 1));
        painter.setBrush(fillOf(item.kind, tokens));
        painter.drawRoundedRect(tile, radius, radius);
        if (item.kind == TreemapItem::Kind::rest) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(meaningBrush(Meaning::dead, tokens));
            painter.setOpacity(0.45);
            painter.drawRoundedRect(tile, radius, radius);
            painter.setOpacity(1);
        }
        const QRectF inside = tile.adjusted(6, 4, -6, -4);
        if (inside.width() < 28 || inside.height() < nameMetrics.height()) {
            continue;
        }
        const bool own = item.kind == TreemapItem::Kind::folder;
        painter.setFont(own ? nameFont : detailFont);
        painter.setPen(tokens.text);
        painter.drawText(QRectF(inside.topLeft(), QSizeF(inside.width(), nameMetrics.height())),
                         Qt::AlignLeft | Qt::AlignVCenter,
                         (own ? nameMetrics : detailMetrics).elidedText(item.name, Qt::ElideMiddle, inside.width()));
        if (inside.height() >= nameMetrics.height() + detailMetrics.height()) {
            painter.setFont(detailFont);
            painter.drawText(
                QRectF(inside.left(), inside.top() + nameMetrics.height(), inside.width(), detailMetrics.height()),
                Qt::AlignLeft | Qt::AlignVCenter,
                detailMetrics.elidedText(item.detail, Qt::ElideRight, inside.width()));
        }
    }
}

void TreemapView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    paint(painter, size(), tokensFor(palette()), true);
}

QByteArray TreemapView::toPng(double scale) const {
    QImage image((QSizeF(size()) * scale).toSize(), QImage::Format_ARGB32);
    image.setDevicePixelRatio(scale);
    const Tokens& tokens = tokensFor(palette());
    image.fill(tokens.card);
    QPainter painter(&image);
    paint(painter, size(), tokens, false);
    painter.end();
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    image.save(&buffer, "PNG");
    return bytes;
}

QByteArray TreemapView::toSvg() const {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QSvgGenerator generator;
    generator.setOutputDevice(&buffer);
    generator.setSize(size());
    generator.setViewBox(rect());
    generator.setTitle(accessibleName());
    QPainter painter(&generator);
    painter.fillRect(rect(), tokensFor(palette()).card);
    paint(painter, size(), tokensFor(palette()), false);
    painter.end();
    return bytes;
}

void TreemapView::mousePressEvent(QMouseEvent* event) {
    select(at(event->position()));
}

void TreemapView::mouseDoubleClickEvent(QMouseEvent* event) {
    if (const int index = at(event->position()); index >= 0) {
        Q_EMIT activated(index);
    }
}

void TreemapView::mouseMoveEvent(QMouseEvent* event) {
    if (const int index = at(event->position()); index != m_hovered) {
        m_hovered = index;
        update();
    }
}

void TreemapView::leaveEvent(QEvent*) {
    m_hovered = -1;
    update();
}

bool TreemapView::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const int index = at(help->pos());
        if (index >= 0) {
            const TreemapItem& item = m_items[std::size_t(index)];
            QToolTip::showText(help->globalPos(), Qt::convertFromPlainText(item.name + QLatin1Char('\n') + item.detail),
                               this);
        } else {
            QToolTip::hideText();
        }
        return true;
    }
    return QWidget::event(event);
}

void TreemapView::keyPressEvent(QKeyEvent* event) {
    const std::vector<QRectF> places = tiles(size());
    const auto go = [&](TreemapStep step) {
        if (m_current >= 0) {
            select(static_cast<int>(neighbour(places, std::size_t(m_current), step)));
        }
    };
    switch (event->key()) {
    case Qt::Key_Left:
        return go(TreemapStep::left);
    case Qt::Key_Right:
        return go(TreemapStep::right);
    case Qt::Key_Up:
        return go(TreemapStep::up);
    case Qt::Key_Down:
        return go(TreemapStep::down);
    case Qt::Key_Home:
        return select(m_items.empty() ? -1 : 0);
    case Qt::Key_End:
        return select(static_cast<int>(m_items.size()) - 1);
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (m_current >= 0) {
            Q_EMIT activated(m_current);
        }
        return;
    case Qt::Key_Backspace:
        Q_EMIT leaveRequested();
        return;
    default:
        QWidget::keyPressEvent(event);
    }
}

} // namespace rustcask::ui
