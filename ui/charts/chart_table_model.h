// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>

#include "charts/chart_data.h"

namespace rustcask::ui {

/// The table behind a chart: a value snapshot, replaced whole. The row count is kept when it does not change, so that a
/// live table does not lose its selection.
class ChartTableModel : public QAbstractTableModel {
    Q_OBJECT
public:
    using QAbstractTableModel::QAbstractTableModel;

    void setTable(ChartTable table);
    [[nodiscard]] const ChartTable& table() const noexcept { return m_table; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role = Qt::DisplayRole) const override;

private:
    [[nodiscard]] int nameColumns() const { return m_table.rowNames.isEmpty() ? 0 : 1; }

    ChartTable m_table{};
};

} // namespace rustcask::ui
