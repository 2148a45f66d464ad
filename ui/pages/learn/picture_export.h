// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QImage>
#include <QString>

#include "pages/learn/sandbox_state.h"
#include "theme/tokens.h"

namespace rustcask::ui {

/// A picture of a state to keep: keydir, files and the legend. Pure but for fonts; call it in the GUI thread.
struct Picture {
    QString title{}; ///< "5 · Overwriting a key: after put apple = green"
    bool hideKeydir = false;
};

/// The size the picture wants, in pixels.
[[nodiscard]] QSize pictureSize(const SandboxState& state, const Picture& picture);
[[nodiscard]] QImage pictureAsImage(const SandboxState& state, const Picture& picture, const Tokens& tokens,
                                    qreal scale);
[[nodiscard]] QByteArray pictureAsSvg(const SandboxState& state, const Picture& picture, const Tokens& tokens);

} // namespace rustcask::ui
