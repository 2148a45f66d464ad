// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QIcon>
#include <QPalette>
#include <QString>

namespace rustcask::ui {

/// What colour of the theme an icon takes.
enum class IconRole {
    normal,   ///< text; accent while checked
    muted,    ///< secondary text; accent while checked or selected
    accent,   ///< always the accent
    onAccent, ///< for buttons filled with the accent
    danger,   ///< damaged's hue
};

/// An outline icon of the application's family, from resources/icons/NAME.svg, drawn at any size and pixel ratio in a
/// colour of the theme. An icon made for the application's palette follows it when the theme is switched; one made for
/// another palette keeps that palette's colours. An unknown name gives an empty icon and a warning.
[[nodiscard]] QIcon themedIcon(const QString& name, const QPalette& palette, IconRole role = IconRole::normal);
[[nodiscard]] QIcon themedIcon(const QString& name, IconRole role = IconRole::normal);

} // namespace rustcask::ui
