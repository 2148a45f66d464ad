// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFont>
#include <QPainter>

#include "pages/learn/tape_layout.h"
#include "theme/tokens.h"

namespace rustcask::ui {

struct TapeStyle {
    QFont font{};
    RecordRef selected{};
    bool focused = false;
    bool hideStates = false; ///< live and dead look the same: which is which is being asked
    RecordRef landing{};     ///< the record that has just been written …
    qreal landed = 1;        ///< … and how far it has come, 0 to 1
};

/// Draws the files of a state where `layout` puts them. Used by the stage and by exported pictures.
void paintTapes(QPainter& painter, const SandboxState& state, const TapeLayout& layout, const Tokens& tokens,
                const TapeStyle& style);

} // namespace rustcask::ui
