// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <rustcask/inspect.h>

/// The inspector's words in the user's language. Pure.
namespace rustcask::ui {

/// What the field is for, one short sentence; empty where the name says all.
[[nodiscard]] QString fieldHelp(rustcask::Field field);
[[nodiscard]] QString recordKindText(rustcask::RecordKind kind);

} // namespace rustcask::ui
