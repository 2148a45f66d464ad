// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>

/// Colour arithmetic of the Web Content Accessibility Guidelines 2.1 (relative luminance, contrast ratio). Pure.
namespace rustcask::ui {

/// Relative luminance of an opaque sRGB colour, 0 (black) to 1 (white).
[[nodiscard]] double relativeLuminance(const QColor& color);
/// Contrast of two opaque colours, 1 to 21.
[[nodiscard]] double contrastRatio(const QColor& a, const QColor& b);
/// `color` moved towards black or white, whichever is farther from `background`, until it reaches `ratio` on it.
[[nodiscard]] QColor withContrast(const QColor& color, const QColor& background, double ratio);
/// `top` laid over `bottom` with `alpha` 0 to 1.
[[nodiscard]] QColor mixed(const QColor& top, const QColor& bottom, double alpha);
/// The ink, near-black or white, that reads better on `background`.
[[nodiscard]] QColor inkOn(const QColor& background);

} // namespace rustcask::ui
