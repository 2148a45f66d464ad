// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/storage/file_bar_delegate.h"

#include <algorithm>

#include <QPainter>

#include "charts/ink.h"
#include "pages/storage/file_table_model.h"
#include "theme/tokens.h"

namespace rustcask::ui {

std::array<double, 3> fileBarWidths(const rustcask::FileStats& file, quint64 largestBytes, double room) {
    const std::array<quint64, 3> bytes{file.liveBytes, file.tombstoneBytes, file.deadBytes()};
    std::array<double, 3> widths{};
    if (largestBytes == 0 || room <= 0) {
        return widths;
    }
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const double exact = static_cast<double>(bytes[i]) / static_cast<double>(largestBytes) * room;
        widths[i] = bytes[i] == 0 ? 0 : std::max(exact, 2.0);
    }
    // What the thin ones took is given back by the widest.
    const double over = widths[0] + widths[1] + widths[2] - room;
    if (over > 0) {
        auto widest = std::max_element(widths.begin(), widths.end());
        *widest = std::max(0.0, *widest - over);
    }
    return widths;
}

void FileBarDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    paintBackground(painter, option);
    const QVariant stored = index.data(FileTableModel::statsRole);
    if (!stored.canConvert<rustcask::FileStats>()) {
        return;
    }
    const auto file = stored.value<rustcask::FileStats>();
    const Tokens& tokens = tokensFor(option.palette);
    const QRectF room = QRectF(option.rect).adjusted(8, 5, -8, -5);
    const auto widths = fileBarWidths(file, index.data(FileTableModel::largestRole).toULongLong(), room.width() - 2);
    const std::array inks{Ink{InkRole::live}, Ink{InkRole::tombstone}, Ink{InkRole::dead}};
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing, false);
    double x = room.left();
    for (std::size_t i = 0; i < widths.size(); ++i) {
        if (widths[i] > 0) {
            painter->fillRect(QRectF(x, room.top(), widths[i], room.height()), inkBrush(inks[i], tokens));
            x += widths[i];
        }
    }
    if (file.active) {
        painter->fillRect(QRectF(x, room.top() - 2, 2, room.height() + 4), tokens.active);
    }
    if (file.damaged) {
        painter->setPen(QPen(tokens.damaged, 2));
        painter->setBrush(Qt::NoBrush);
        painter->drawRect(QRectF(room.left(), room.top(), std::max(x - room.left(), 6.0), room.height()));
    }
    painter->restore();
}

} // namespace rustcask::ui
