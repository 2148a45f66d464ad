// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/storage/byte_map_painter.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <QPainter>

#include "theme/tokens.h"
#include "widgets/color_swatch.h"

namespace rustcask::ui {
namespace {

// From the bottom up. Damage is painted over all of them.
constexpr std::array stackOrder{rustcask::ByteKind::live, rustcask::ByteKind::hint, rustcask::ByteKind::header,
                                rustcask::ByteKind::tombstone, rustcask::ByteKind::superseded};

} // namespace

QBrush byteKindBrush(rustcask::ByteKind kind, const Tokens& tokens) {
    switch (kind) {
    case rustcask::ByteKind::live:
        return meaningBrush(Meaning::live, tokens);
    case rustcask::ByteKind::tombstone:
        return meaningBrush(Meaning::tombstone, tokens);
    case rustcask::ByteKind::hint:
        return meaningBrush(Meaning::hint, tokens);
    case rustcask::ByteKind::header:
        return QBrush(tokens.muted);
    case rustcask::ByteKind::superseded:
        return meaningBrush(Meaning::dead, tokens);
    case rustcask::ByteKind::damaged:
        return meaningBrush(Meaning::damaged, tokens);
    case rustcask::ByteKind::unused:
        break;
    }
    return QBrush(tokens.inset);
}

QColor byteKindInk(rustcask::ByteKind kind, const Tokens& tokens) {
    // Patterns get a pale ground under the letters.
    return kind != rustcask::ByteKind::live && kind != rustcask::ByteKind::header ? tokens.text
           : tokens.dark                                                          ? tokens.window
                                                                                  : tokens.card;
}

void paintMapColumns(QPainter* painter, const QRectF& rect, const QVector<MapColumn>& columns, const Tokens& tokens) {
    const auto height = static_cast<float>(rect.height());
    const auto count = columns.size();
    std::array<QBrush, byteKindCount> brushes;
    for (const auto kind : stackOrder) {
        brushes[static_cast<std::size_t>(kind)] = byteKindBrush(kind, tokens);
    }
    QVector<float> base(count, 0.0F); // px already taken, from the bottom
    for (const auto kind : stackOrder) {
        const auto at = static_cast<std::size_t>(kind);
        qsizetype begin = 0;
        float from = 0;
        float to = 0;
        const auto flush = [&](qsizetype end) {
            if (end > begin && to > from) {
                painter->fillRect(QRectF(rect.left() + static_cast<qreal>(begin), rect.bottom() - to,
                                         static_cast<qreal>(end - begin), to - from),
                                  brushes[at]);
            }
        };
        for (qsizetype x = 0; x < count; ++x) {
            float share = columns[x].share[at] * height;
            // What is there is seen, and only what is nearly all covers everything.
            if (share > 0 && share < 1) {
                share = 1;
            }
            const float low = base[x];
            float high = std::min(std::round(low + share), height);
            if (share <= 0) {
                high = low;
            }
            if (x == 0 || low != from || high != to) {
                flush(x);
                begin = x;
                from = low;
                to = high;
            }
            base[x] = high;
        }
        flush(count);
    }
    const QBrush damaged = byteKindBrush(rustcask::ByteKind::damaged, tokens);
    for (qsizetype x = 0; x < count;) {
        if (!columns[x].damaged) {
            ++x;
            continue;
        }
        qsizetype end = x;
        while (end < count && columns[end].damaged) {
            ++end;
        }
        painter->fillRect(QRectF(rect.left() + static_cast<qreal>(x), rect.top() - damageOverhang,
                                 static_cast<qreal>(end - x), rect.height() + 2 * damageOverhang),
                          damaged);
        x = end;
    }
}

void paintMapKind(QPainter* painter, const QRectF& rect, rustcask::ByteKind kind, const Tokens& tokens) {
    const qreal over = kind == rustcask::ByteKind::damaged ? damageOverhang : 0;
    painter->fillRect(rect.adjusted(0, -over, 0, over), byteKindBrush(kind, tokens));
}

} // namespace rustcask::ui
