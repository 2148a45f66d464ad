// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>

#include <QRectF>

#include <rustcask/stats.h>

#include "widgets/row_delegate.h"

namespace rustcask::ui {

/// Widths of a file's bar in pixels: live, tombstones, superseded. `room` is the width of the largest file's bar.
/// What exists is at least 2 px wide, so that it is seen. Pure.
[[nodiscard]] std::array<double, 3> fileBarWidths(const rustcask::FileStats& file, quint64 largestBytes, double room);

/// Paints the map column of FileTableModel: live solid, tombstones, superseded hatched; a damaged file has an outline
/// in its colour, the active one its write head as a line.
class FileBarDelegate : public RowDelegate {
    Q_OBJECT
public:
    using RowDelegate::RowDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

} // namespace rustcask::ui
