// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/choose_row.h"

#include <QItemSelectionModel>
#include <QTableView>

namespace rustcask::ui {

void chooseRow(QTableView* table, int row) {
    const QModelIndex index = table->model()->index(row, 0);
    table->selectionModel()->setCurrentIndex(index, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
    table->scrollTo(index);
}

} // namespace rustcask::ui
