// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/bar_layout.h"

#include <algorithm>
#include <cmath>

namespace rustcask::ui {

QPair<double, double> barRange(const BarData& data) {
    double low = 0;
    double high = 0;
    bool any = false;
    const auto take = [&](double value) {
        if (std::isfinite(value)) {
            low = any ? std::min(low, value) : value;
            high = any ? std::max(high, value) : value;
            any = true;
        }
    };
    for (qsizetype category = 0; category < data.categories.size(); ++category) {
        double sum = 0;
        for (const auto& series : data.series) {
            const double value = series.values.value(category, std::nan(""));
            if (data.stacked) {
                sum += std::isfinite(value) ? value : 0;
                continue;
            }
            take(value);
            if (category < series.intervals.size()) {
                take(series.intervals[category].first);
                take(series.intervals[category].second);
            }
            for (const double dot : series.dots.value(category)) {
                take(dot);
            }
        }
        if (data.stacked) {
            take(sum);
        }
    }
    return {low, high};
}

QRectF barCategoryBand(const BarData& data, const QRectF& plot, int category) {
    const double count = static_cast<double>(std::max<qsizetype>(data.categories.size(), 1));
    if (data.horizontal) {
        const double step = plot.height() / count;
        return {plot.left(), plot.top() + step * category, plot.width(), step};
    }
    const double step = plot.width() / count;
    return {plot.left() + step * category, plot.top(), step, plot.height()};
}

int barCategoryAt(const BarData& data, const QRectF& plot, const QPointF& position) {
    if (data.categories.isEmpty() || !plot.contains(position)) {
        return -1;
    }
    const double along =
        data.horizontal ? (position.y() - plot.top()) / plot.height() : (position.x() - plot.left()) / plot.width();
    return std::clamp(static_cast<int>(along * static_cast<double>(data.categories.size())), 0,
                      static_cast<int>(data.categories.size()) - 1);
}

QVector<BarShape> layoutBars(const BarData& data, const Axis& valueAxis, const QRectF& plot) {
    QVector<BarShape> shapes;
    const int seriesCount = static_cast<int>(data.series.size());
    const auto along = [&](double value) {
        const double position = std::clamp(valueAxis.position(value), 0.0, 1.0);
        return data.horizontal ? plot.left() + position * plot.width() : plot.bottom() - position * plot.height();
    };
    const double base = along(valueAxis.spec().scale == AxisScale::log10 ? valueAxis.low() : 0.0);
    for (int category = 0; category < data.categories.size(); ++category) {
        const QRectF band = barCategoryBand(data, plot, category);
        const double across = data.horizontal ? band.height() : band.width();
        const double begin = data.horizontal ? band.top() : band.left();
        // Bars are never thinner than a pixel nor fatter than is pleasant.
        const double room = std::min(across * 0.76, data.stacked ? 44.0 : 30.0 * seriesCount);
        const double lane = data.stacked ? room : room / std::max(seriesCount, 1);
        double sum = 0;
        for (int i = 0; i < seriesCount; ++i) {
            const auto& series = data.series[i];
            const double value = series.values.value(category, std::nan(""));
            if (!std::isfinite(value)) {
                continue;
            }
            BarShape shape;
            shape.series = i;
            shape.category = category;
            const double from = data.stacked ? along(sum) : base;
            sum += value;
            const double to = along(data.stacked ? sum : value);
            const double side = begin + (across - room) / 2 + (data.stacked ? 0 : lane * i);
            const double thick = std::max(1.0, data.stacked ? lane : lane * 0.9);
            shape.rect = data.horizontal
                             ? QRectF(QPointF(std::min(from, to), side), QSizeF(std::abs(to - from), thick))
                             : QRectF(QPointF(side, std::min(from, to)), QSizeF(thick, std::abs(to - from)));
            if (category < series.intervals.size() && std::isfinite(series.intervals[category].first) &&
                std::isfinite(series.intervals[category].second)) {
                shape.whiskerLow = along(series.intervals[category].first);
                shape.whiskerHigh = along(series.intervals[category].second);
            }
            for (const double dot : series.dots.value(category)) {
                if (std::isfinite(dot)) {
                    shape.dots.append(along(dot));
                }
            }
            shapes.append(shape);
        }
    }
    return shapes;
}

} // namespace rustcask::ui
