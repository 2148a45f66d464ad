// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/learn/tape_painter.h"

#include "pages/learn/field_text.h"
#include "pages/learn/text.h"
#include "theme/contrast.h"
#include "widgets/color_swatch.h"

namespace rustcask::ui {

namespace {

struct BlockLook {
    QBrush fill{};
    QColor ink{};
};

BlockLook lookOf(BlockState state, const Tokens& tokens) {
    switch (state) {
    case BlockState::header:
        return {mixed(tokens.muted, tokens.card, 0.35), tokens.text};
    case BlockState::live:
        return {tokens.live, inkOn(tokens.live)};
    case BlockState::dead:
        return {meaningBrush(Meaning::dead, tokens), tokens.text};
    case BlockState::tombstone:
        return {tokens.tombstone, inkOn(tokens.tombstone)};
    case BlockState::hint:
        return {tokens.hint, inkOn(tokens.hint)};
    case BlockState::damaged:
        return {tokens.damaged, inkOn(tokens.damaged)};
    }
    return {};
}

QString secondLine(const SandboxRecord& record, bool hideStates) {
    const QString offset = countText(record.info.offset);
    if (record.info.kind == RecordKind::put || record.info.kind == RecordKind::tombstone) {
        const QString place = LearnText::tr("@ %1 · %2 B").arg(offset, countText(record.info.bytes));
        return record.state == BlockState::dead && !hideStates ? LearnText::tr("%1 · dead").arg(place) : place;
    }
    return LearnText::tr("@ %1").arg(offset);
}

void paintBlock(QPainter& painter, const QRectF& rect, const SandboxFile& file, const SandboxRecord& record,
                const Tokens& tokens, const TapeStyle& style, bool selected) {
    const bool hidden = style.hideStates && record.state == BlockState::dead;
    const BlockState state = hidden ? BlockState::live : record.state;
    const BlockLook look = lookOf(state, tokens);
    // A tombstone is round wherever it appears: told by shape as well as by colour.
    const qreal radius = state == BlockState::tombstone ? rect.height() / 2 : 4;
    painter.setPen(Qt::NoPen);
    const QColor calm = tokens.dark ? tokens.dead : tokens.dead.lighter(116); // the ground of the hatch
    if (state == BlockState::dead) {
        painter.setBrush(calm);
        painter.drawRoundedRect(rect, radius, radius);
    }
    painter.setBrushOrigin(rect.topLeft());
    painter.setBrush(look.fill);
    painter.drawRoundedRect(rect, radius, radius);
    if (selected) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(tokens.text, style.focused ? 2.5 : 2));
        painter.drawRoundedRect(rect.adjusted(-2, -2, 2, 2), radius + 2, radius + 2);
    }

    const QRectF inner = rect.adjusted(6, 4, -6, -4);
    QFont first = style.font;
    first.setWeight(QFont::DemiBold);
    QFont second = smallFont(style.font);
    const QFontMetricsF firstMetrics(first);
    const QFontMetricsF secondMetrics(second);
    const QString label = firstMetrics.elidedText(recordLabel(file, record), Qt::ElideMiddle, inner.width());
    const QString detail =
        secondMetrics.elidedText(secondLine(record, style.hideStates), Qt::ElideRight, inner.width());
    const qreal top = rect.center().y() - (firstMetrics.height() + secondMetrics.height()) / 2;
    const QRectF firstRect(inner.left(), top, inner.width(), firstMetrics.height());
    const QRectF secondRect(inner.left(), firstRect.bottom(), inner.width(), secondMetrics.height());
    if (state == BlockState::dead) {
        // Words on a hatch need a calm ground.
        painter.setPen(Qt::NoPen);
        painter.setBrush(calm);
        for (const auto& [text, box, metrics] :
             {std::tuple(label, firstRect, firstMetrics), std::tuple(detail, secondRect, secondMetrics)}) {
            const qreal width = metrics.horizontalAdvance(text) + 8;
            painter.drawRect(QRectF(box.center().x() - width / 2, box.top(), width, box.height()));
        }
    }
    painter.setPen(state == BlockState::dead ? inkOn(calm) : look.ink);
    painter.setFont(first);
    painter.drawText(firstRect, Qt::AlignCenter | Qt::TextSingleLine, label);
    painter.setFont(second);
    painter.drawText(secondRect, Qt::AlignCenter | Qt::TextSingleLine, detail);
}

void paintHead(QPainter& painter, const QRectF& head, const SandboxFile& file, const Tokens& tokens,
               const TapeStyle& style) {
    painter.setPen(QPen(tokens.active, 2));
    painter.drawLine(QPointF(head.left() + 3, head.top() - 2), QPointF(head.left() + 3, head.bottom() + 2));
    painter.setFont(smallFont(style.font));
    painter.drawText(head.adjusted(10, 0, 0, 0), Qt::AlignVCenter | Qt::AlignLeft,
                     LearnText::tr("write head\n@ %1").arg(countText(file.bytes.size())));
}

} // namespace

void paintTapes(QPainter& painter, const SandboxState& state, const TapeLayout& layout, const Tokens& tokens,
                const TapeStyle& style) {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    for (std::size_t f = 0; f < state.files.size() && f < layout.files.size(); ++f) {
        const SandboxFile& file = state.files[f];
        const TapeLayout::File& place = layout.files[f];
        painter.setFont(smallFont(style.font));
        painter.setPen(file.active ? tokens.active : tokens.muted);
        painter.drawText(place.caption, Qt::AlignLeft | Qt::AlignVCenter,
                         LearnText::tr("%1 · %2 bytes").arg(fileTitle(file), countText(file.bytes.size())));
        for (std::size_t r = 0; r < file.records.size() && r < place.blocks.size(); ++r) {
            const RecordRef ref{static_cast<qsizetype>(f), static_cast<qsizetype>(r)};
            QRectF rect = place.blocks[r];
            painter.setOpacity(1);
            if (ref == style.landing && style.landed < 1) {
                rect.translate((1 - style.landed) * 60, 0);
                painter.setOpacity(0.3 + 0.7 * style.landed);
            }
            paintBlock(painter, rect, file, file.records[r], tokens, style, ref == style.selected);
        }
        painter.setOpacity(1);
        if (!place.head.isNull()) {
            paintHead(painter, place.head, file, tokens, style);
        }
    }
    painter.restore();
}

} // namespace rustcask::ui
