// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QTableView;

namespace rustcask::ui {

/// Selects the row alone, makes it current and scrolls to it. Unlike the view's own `selectRow` it does the same while
/// Ctrl or Shift is down, as within a shortcut, where that would toggle or extend the selection. @pre the row exists
void chooseRow(QTableView* table, int row);

} // namespace rustcask::ui
