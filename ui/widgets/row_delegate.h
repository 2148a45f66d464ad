// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStyledItemDelegate>

namespace rustcask::ui {

/// Cells with 10 px of air at either side and a hairline under each row; `styleTable` installs it. Subclass it for
/// columns that draw more than text.
class RowDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    explicit RowDelegate(QObject* parent = nullptr) : QStyledItemDelegate(parent) {}
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

    static constexpr int sidePadding = 8; ///< px, on top of the style's own 2
protected:
    /// Selection, background role and hairline of a cell, for subclasses that paint the rest themselves.
    static void paintBackground(QPainter* painter, const QStyleOptionViewItem& option);
};

} // namespace rustcask::ui
