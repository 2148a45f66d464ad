// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/ink.h"

#include <array>

#include <QImage>
#include <QPainter>

#include "theme/tokens.h"
#include "widgets/color_swatch.h"

namespace rustcask::ui {
namespace {

QColor blend(const QColor& over, const QColor& under, double share) {
    const auto mix = [share](int a, int b) { return static_cast<int>(a * share + b * (1 - share)); };
    return {mix(over.red(), under.red()), mix(over.green(), under.green()), mix(over.blue(), under.blue())};
}

// A tile of diagonal stripes that joins itself on all sides.
QBrush hatch(const QColor& stripe, const QColor& ground) {
    constexpr int tile = 8;
    QImage image(tile, tile, QImage::Format_RGB32);
    image.fill(ground);
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(stripe, 2));
    for (const int shift : {-tile, 0, tile}) {
        painter.drawLine(QPointF(shift - 2, tile + 2), QPointF(shift + tile + 2, -2));
    }
    return QBrush(image);
}

} // namespace

QColor inkColor(Ink ink, const Tokens& tokens) {
    switch (ink.role) {
    case InkRole::live:
        return tokens.live;
    case InkRole::dead:
        return tokens.dead;
    case InkRole::tombstone:
        return tokens.tombstone;
    case InkRole::hint:
        return tokens.hint;
    case InkRole::damaged:
        return tokens.damaged;
    case InkRole::active:
        return tokens.active;
    case InkRole::accent:
        return tokens.accent;
    case InkRole::muted:
        return tokens.muted;
    case InkRole::category:
        break;
    }
    const std::array<QColor, 5> colors{tokens.live, tokens.hint, tokens.warning, tokens.tombstone, tokens.active};
    return colors[static_cast<std::size_t>(ink.index < 0 ? 0 : ink.index) % colors.size()];
}

QBrush inkBrush(Ink ink, const Tokens& tokens) {
    const QColor color = inkColor(ink, tokens);
    switch (ink.role) {
    case InkRole::dead:
        return meaningBrush(Meaning::dead, tokens);
    case InkRole::tombstone:
        return meaningBrush(Meaning::tombstone, tokens);
    case InkRole::hint:
        return meaningBrush(Meaning::hint, tokens);
    case InkRole::damaged:
        return meaningBrush(Meaning::damaged, tokens);
    default:
        break;
    }
    if (ink.role == InkRole::category && ink.index >= 5) {
        return hatch(color, blend(color, tokens.card, 0.35));
    }
    return QBrush(color);
}

QPen inkPen(Ink ink, const Tokens& tokens, qreal width) {
    QPen pen(inkColor(ink, tokens), width);
    pen.setCapStyle(Qt::RoundCap);
    pen.setJoinStyle(Qt::RoundJoin);
    if (ink.role == InkRole::category) {
        // Neighbours differ in shape, too, so that they are told apart in greyscale.
        switch (ink.index % 4) {
        case 1:
            pen.setDashPattern({5, 3});
            break;
        case 2:
            pen.setDashPattern({1, 3});
            break;
        case 3:
            pen.setDashPattern({7, 3, 1, 3});
            break;
        default:
            break;
        }
    }
    return pen;
}

} // namespace rustcask::ui
