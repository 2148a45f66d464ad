// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <QRectF>

namespace rustcask::ui {

/// Fills `area` with one rectangle a weight, each as large as its share, in rows of rectangles as square as they get:
/// the squarified treemap of Bruls, Huizing and van Wijk (2000). Give the weights in descending order. A weight that is
/// not above 0 gets a null rectangle. Pure.
[[nodiscard]] std::vector<QRectF> squarify(std::span<const double> weights, const QRectF& area);

enum class TreemapStep { left, right, up, down };

/// The rectangle that lies next to number `from` in a direction, for the arrow keys; `from` when there is none. Null
/// rectangles are never chosen. Pure.
[[nodiscard]] std::size_t neighbour(std::span<const QRectF> tiles, std::size_t from, TreemapStep step);

} // namespace rustcask::ui
