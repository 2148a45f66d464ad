// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QFont>
#include <QPalette>

#include <rustcask/inspect.h>

namespace rustcask::ui {

/// Every colour of the application, by meaning. Meanings have a shape beside the colour (see ColorSwatch).
struct Tokens {
    QColor live;
    QColor dead;      ///< fill of superseded records; always hatched with `deadHatch`
    QColor deadHatch; ///< line of that hatch, 3 : 1 on a card
    QColor tombstone;
    QColor hint;
    QColor damaged;
    QColor active;
    QColor accent;
    QColor window;
    QColor card;
    QColor inset; ///< sunken areas inside a card: code, hex
    QColor line;
    QColor text;
    QColor muted;
    QColor onAccent;   ///< text on `accent`
    QColor selection;  ///< background of a selected row; text on it stays `text`
    QColor accentSoft; ///< background of the current page, checked chips
    QColor hover;
    QColor time;
    QColor warning;
    QColor success;
    bool dark = false;

    /// Colour of a record's field: the same in tree, hex view and lessons. As text on a card it reaches 4.5 : 1.
    [[nodiscard]] QColor field(rustcask::Field field) const;
};

[[nodiscard]] const Tokens& lightTokens();
[[nodiscard]] const Tokens& darkTokens();
/// The tokens that fit a palette, decided by the lightness of its window colour: `tokensFor(palette())`.
[[nodiscard]] const Tokens& tokensFor(const QPalette& palette);
/// The palette made from tokens: the one place where they become one.
[[nodiscard]] QPalette paletteFrom(const Tokens& tokens);
/// What the palette cannot say: corners, hairlines, the accent underline of tabs.
[[nodiscard]] QString styleSheetFrom(const Tokens& tokens);

/// For keys, bytes and offsets: the desktop's fixed font, or a good installed one when the desktop names none.
[[nodiscard]] QFont monospaceFont();
/// For columns of figures: the interface font when its digits share one width, the monospaced one otherwise.
[[nodiscard]] QFont numberFont();
/// The interface font: the desktop's, or Inter when the desktop gives none and Inter is installed.
[[nodiscard]] QFont interfaceFont(const QFont& desktop);
/// `base` one step smaller for secondary text, never below 11 px.
[[nodiscard]] QFont smallFont(const QFont& base);

} // namespace rustcask::ui
