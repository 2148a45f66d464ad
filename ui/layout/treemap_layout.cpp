// SPDX-License-Identifier: GPL-3.0-or-later
#include "layout/treemap_layout.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace rustcask::ui {

namespace {

/// The worst ratio of long to short side in a row of areas laid along a side.
double worstRatio(double smallest, double largest, double sum, double side) {
    const double square = side * side;
    return std::max(square * largest / (sum * sum), sum * sum / (square * smallest));
}

} // namespace

std::vector<QRectF> squarify(std::span<const double> weights, const QRectF& area) {
    std::vector<QRectF> tiles(weights.size());
    double total = 0;
    for (const double weight : weights) {
        total += weight > 0 && std::isfinite(weight) ? weight : 0;
    }
    if (total <= 0 || area.width() <= 0 || area.height() <= 0) {
        return tiles;
    }
    std::vector<std::size_t> order; // those that get a tile
    for (std::size_t i = 0; i < weights.size(); ++i) {
        if (weights[i] > 0 && std::isfinite(weights[i])) {
            order.push_back(i);
        }
    }
    const double scale = area.width() * area.height() / total;
    QRectF rest = area;
    for (std::size_t begin = 0; begin < order.size();) {
        const double side = std::min(rest.width(), rest.height());
        double sum = 0;
        double smallest = std::numeric_limits<double>::max();
        double largest = 0;
        double ratio = std::numeric_limits<double>::max();
        std::size_t end = begin;
        while (end < order.size()) {
            const double next = weights[order[end]] * scale;
            const double worst =
                side > 0 ? worstRatio(std::min(smallest, next), std::max(largest, next), sum + next, side) : 0;
            if (end > begin && worst > ratio) {
                break;
            }
            smallest = std::min(smallest, next);
            largest = std::max(largest, next);
            sum += next;
            ratio = worst;
            ++end;
        }
        // The last row takes what is left, so that rounding leaves no gap.
        const bool last = end == order.size();
        const bool column = rest.width() >= rest.height();
        const double thickness = last ? (column ? rest.width() : rest.height())
                                      : std::min(sum / side, column ? rest.width() : rest.height());
        double at = column ? rest.top() : rest.left();
        const double edge = column ? rest.bottom() : rest.right();
        for (std::size_t i = begin; i < end; ++i) {
            const double share = weights[order[i]] * scale / sum;
            const double length = i + 1 == end ? edge - at : std::min(side * share, edge - at);
            tiles[order[i]] =
                column ? QRectF(rest.left(), at, thickness, length) : QRectF(at, rest.top(), length, thickness);
            at += length;
        }
        if (column) {
            rest.setLeft(rest.left() + thickness);
        } else {
            rest.setTop(rest.top() + thickness);
        }
        begin = end;
    }
    return tiles;
}

std::size_t neighbour(std::span<const QRectF> tiles, std::size_t from, TreemapStep step) {
    if (from >= tiles.size()) {
        return from;
    }
    const QPointF start = tiles[from].center();
    std::size_t best = from;
    double bestDistance = std::numeric_limits<double>::max();
    for (std::size_t i = 0; i < tiles.size(); ++i) {
        if (i == from || tiles[i].isNull()) {
            continue;
        }
        const QPointF way = tiles[i].center() - start;
        const bool sideways = step == TreemapStep::left || step == TreemapStep::right;
        const bool backwards = step == TreemapStep::left || step == TreemapStep::up;
        const double along = (sideways ? way.x() : way.y()) * (backwards ? -1 : 1);
        const double across = std::abs(sideways ? way.y() : way.x());
        const double distance = along + 2 * across; // what lies straight ahead is nearer than what lies aslant
        if (along > 0.5 && distance < bestDistance) {
            best = i;
            bestDistance = distance;
        }
    }
    return best;
}

} // namespace rustcask::ui
