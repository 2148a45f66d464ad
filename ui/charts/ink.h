// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QBrush>
#include <QColor>
#include <QPen>

namespace rustcask::ui {

struct Tokens;

/// What a mark on a chart means. Its colour and its shape follow from that and from the theme.
enum class InkRole { live, dead, tombstone, hint, damaged, active, accent, muted, category };

struct Ink {
    InkRole role = InkRole::accent;
    int index = 0; ///< with `category`: which of the series that are compared, 0 upwards
    friend bool operator==(const Ink&, const Ink&) = default;
};

/// Ink of the n-th of several compared things: colours of the theme in turn, each round with its own dash pattern.
[[nodiscard]] constexpr Ink categoryInk(int index) {
    return {InkRole::category, index};
}

[[nodiscard]] QColor inkColor(Ink ink, const Tokens& tokens);
/// Fill of areas and bars: dead is hatched, as everywhere; so is every second round of categories.
[[nodiscard]] QBrush inkBrush(Ink ink, const Tokens& tokens);
[[nodiscard]] QPen inkPen(Ink ink, const Tokens& tokens, qreal width = 1.7);

} // namespace rustcask::ui
