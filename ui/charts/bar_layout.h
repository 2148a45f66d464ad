// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>
#include <QVector>

#include "charts/chart_data.h"

namespace rustcask::ui {

/// One bar on the plot, with its whisker and dots in pixels along the value axis.
struct BarShape {
    int series = 0;
    int category = 0;
    QRectF rect{};
    double whiskerLow = 0; ///< x (horizontal) or y (vertical) positions; equal: no whisker
    double whiskerHigh = 0;
    QVector<double> dots{};
};

/// Lowest and highest value the bars need, whiskers and dots included. {0, 0} without any.
[[nodiscard]] QPair<double, double> barRange(const BarData& data);
/// Where each bar lies in `plot`. Bars without a value (NaN) are left out.
[[nodiscard]] QVector<BarShape> layoutBars(const BarData& data, const Axis& valueAxis, const QRectF& plot);
/// The category under a position in the plot, or -1.
[[nodiscard]] int barCategoryAt(const BarData& data, const QRectF& plot, const QPointF& position);
/// The stretch of the plot that belongs to a category.
[[nodiscard]] QRectF barCategoryBand(const BarData& data, const QRectF& plot, int category);

} // namespace rustcask::ui
