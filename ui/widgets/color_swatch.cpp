// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/color_swatch.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPixmap>

#include "widgets/labels.h"

namespace rustcask::ui {

QString meaningName(Meaning meaning) {
    switch (meaning) {
    case Meaning::live:
        return ColorSwatch::tr("live");
    case Meaning::dead:
        return ColorSwatch::tr("superseded");
    case Meaning::tombstone:
        return ColorSwatch::tr("tombstone");
    case Meaning::hint:
        return ColorSwatch::tr("hint");
    case Meaning::damaged:
        return ColorSwatch::tr("damaged");
    case Meaning::active:
        return ColorSwatch::tr("active");
    }
    return {};
}

QColor meaningColor(Meaning meaning, const Tokens& tokens) {
    switch (meaning) {
    case Meaning::live:
        return tokens.live;
    case Meaning::dead:
        return tokens.dead;
    case Meaning::tombstone:
        return tokens.tombstone;
    case Meaning::hint:
        return tokens.hint;
    case Meaning::damaged:
        return tokens.damaged;
    case Meaning::active:
        return tokens.active;
    }
    return tokens.muted;
}

namespace {

/// A tile of diagonals that joins itself on all sides; `rise` 1: they rise to the right, -1: they fall.
QBrush diagonals(const QColor& ground, const QPen& pen, int period, int rise) {
    QPixmap tile(period, period);
    tile.fill(ground);
    QPainter painter(&tile);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(pen);
    for (const int shift : {-period, 0, period}) { // the neighbours complete the corners
        const int low = rise > 0 ? period + 1 : -1;
        painter.drawLine(QPointF(shift - 1, low), QPointF(shift + period + 1, period - low));
    }
    painter.end();
    return QBrush(tile);
}

QBrush dots(const QColor& ground, const QColor& dot) {
    constexpr int period = 6;
    QPixmap tile(period, period);
    tile.fill(ground);
    QPainter painter(&tile);
    painter.fillRect(0, 0, 2, 2, dot);
    painter.fillRect(period / 2, period / 2, 2, 2, dot);
    painter.end();
    return QBrush(tile);
}

QBrush ruled(const QColor& ground, const QColor& line) {
    constexpr int period = 4;
    QPixmap tile(1, period);
    tile.fill(ground);
    QPainter painter(&tile);
    painter.fillRect(0, period - 1, 1, 1, line);
    painter.end();
    return QBrush(tile);
}

} // namespace

// The hues of live, tombstone, hint and damaged are nearly the same grey in print: there the pattern tells.
QBrush meaningBrush(Meaning meaning, const Tokens& tokens) {
    switch (meaning) {
    case Meaning::dead:
        return diagonals(tokens.dark ? tokens.dead : tokens.dead.lighter(116), QPen(tokens.deadHatch, 1.2), 6, 1);
    case Meaning::tombstone:
        return dots(tokens.tombstone, tokens.card);
    case Meaning::hint:
        return ruled(tokens.hint, tokens.card);
    case Meaning::damaged:
        return diagonals(tokens.damaged, QPen(tokens.text, 1.6), 5, -1);
    case Meaning::live:
    case Meaning::active:
        break;
    }
    return QBrush(meaningColor(meaning, tokens));
}

void paintSwatch(QPainter* painter, const QRectF& rect, Meaning meaning, const Tokens& tokens) {
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(Qt::NoPen);
    painter->setBrush(meaningBrush(meaning, tokens));
    painter->setBrushOrigin(rect.topLeft());
    switch (meaning) {
    case Meaning::tombstone:
        painter->drawEllipse(rect);
        break;
    case Meaning::hint:
        painter->drawRoundedRect(rect.adjusted(0, rect.height() * 0.28, 0, -rect.height() * 0.28), 1.5, 1.5);
        break;
    case Meaning::active:
        painter->drawRect(QRectF(rect.center().x() - 1.5, rect.top(), 3, rect.height()));
        break;
    default:
        painter->drawRoundedRect(rect, 2, 2);
        break;
    }
    painter->restore();
}

ColorSwatch::ColorSwatch(Meaning meaning, QWidget* parent) : QWidget(parent), m_meaning(meaning) {
    setFixedSize(12, 12);
    setAccessibleName(meaningName(meaning));
}

void ColorSwatch::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    paintSwatch(&painter, QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), m_meaning, tokensFor(palette()));
}

Legend::Legend(const QList<Meaning>& meanings, QWidget* parent) : QWidget(parent) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(12);
    for (const Meaning meaning : meanings) {
        auto* pair = new QHBoxLayout;
        pair->setSpacing(5);
        pair->addWidget(new ColorSwatch(meaning, this), 0, Qt::AlignVCenter);
        pair->addWidget(makeMuted(meaningName(meaning), this));
        row->addLayout(pair);
    }
}

} // namespace rustcask::ui
