// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

QT_BEGIN_NAMESPACE
class QDialog;
class QWidget;
QT_END_NAMESPACE

namespace rustcask::ui {

/// Name, version, what it is, and the licences of program, engine and libraries.
[[nodiscard]] QDialog* makeAboutDialog(QWidget* parent);

} // namespace rustcask::ui
