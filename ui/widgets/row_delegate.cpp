// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/row_delegate.h"

#include <QApplication>
#include <QPainter>
#include <QStyle>

#include "theme/contrast.h"
#include "theme/tokens.h"

namespace rustcask::ui {

void RowDelegate::paintBackground(QPainter* painter, const QStyleOptionViewItem& option) {
    const Tokens& t = tokensFor(option.palette);
    if (option.state.testFlag(QStyle::State_Selected)) {
        painter->fillRect(option.rect, t.selection);
    } else if (option.backgroundBrush.style() != Qt::NoBrush) {
        painter->fillRect(option.rect, option.backgroundBrush);
    }
    painter->fillRect(QRect(option.rect.left(), option.rect.bottom(), option.rect.width(), 1),
                      mixed(t.line, t.card, 0.6));
}

void RowDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    QStyleOptionViewItem cell = option;
    initStyleOption(&cell, index);
    paintBackground(painter, cell);
    cell.backgroundBrush = Qt::NoBrush;
    cell.state &= ~(QStyle::State_Selected | QStyle::State_HasFocus | QStyle::State_MouseOver);
    cell.rect.adjust(sidePadding, 0, -sidePadding, -1);
    const QStyle* style = cell.widget != nullptr ? cell.widget->style() : QApplication::style();
    style->drawControl(QStyle::CE_ItemViewItem, &cell, painter, cell.widget);
}

QSize RowDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
    return QStyledItemDelegate::sizeHint(option, index) + QSize(2 * sidePadding, 0);
}

} // namespace rustcask::ui
