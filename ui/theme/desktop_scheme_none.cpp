// SPDX-License-Identifier: GPL-3.0-or-later
// Built without Qt D-Bus: only the palette of the desktop's Qt theme tells light from dark.
#include "theme/desktop_scheme.h"

namespace rustcask::ui {

void watchDesktopScheme(QObject*, std::function<void(DesktopScheme)>) {}

} // namespace rustcask::ui
