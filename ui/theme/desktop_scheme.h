// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include <QtGlobal>

QT_BEGIN_NAMESPACE
class QObject;
QT_END_NAMESPACE

namespace rustcask::ui {

/// What a desktop wants of its programs, numbered as its settings portal does.
enum class DesktopScheme { noPreference = 0, dark = 1, light = 2 };

/// Calls `changed` once the desktop has said whether it wants light or dark, and whenever that changes, as long as
/// `context` lives. Never calls it where there is no settings portal. Qt asks the portal itself only from 6.5 on.
void watchDesktopScheme(QObject* context, std::function<void(DesktopScheme)> changed);

} // namespace rustcask::ui
