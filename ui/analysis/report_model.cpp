// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/report_model.h"

#include "theme/format.h"
#include "theme/tokens.h"
#include "transfer/transfer_text.h"

namespace rustcask::ui {

ReportModel::ReportModel(const QStringList& headers, QObject* parent)
    : QAbstractTableModel(parent), m_headers(headers) {}

void ReportModel::setRows(std::vector<ReportRow> rows) {
    beginResetModel();
    m_rows = std::move(rows);
    endResetModel();
}

QString ReportModel::nameOf(int row) const {
    const ReportRow& entry = m_rows[static_cast<std::size_t>(row)];
    return entry.name.isEmpty() ? displayKey(entry.key, 200) : entry.name;
}

ChartTable ReportModel::table() const {
    ChartTable table;
    table.headers = m_headers;
    table.units = QVector<AxisUnit>(m_headers.size() - 1, AxisUnit::number);
    for (const ReportRow& row : m_rows) {
        table.rowNames << (row.name.isEmpty() ? prefixText(row.key) : row.name);
        table.rows << row.numbers;
    }
    return table;
}

int ReportModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int ReportModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_headers.size());
}

QVariant ReportModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) {
        return {};
    }
    const ReportRow& row = m_rows[static_cast<std::size_t>(index.row())];
    if (role == Qt::DisplayRole) {
        return index.column() == 0 ? nameOf(index.row()) : row.shown.value(index.column() - 1);
    }
    if (role == Qt::FontRole && index.column() == 0 && row.name.isEmpty()) {
        return monospaceFont();
    }
    if (role == Qt::TextAlignmentRole && index.column() > 0) {
        return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    }
    if (role == Qt::ToolTipRole && index.column() == 0) {
        return Qt::convertFromPlainText(nameOf(index.row()));
    }
    return {};
}

QVariant ReportModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) {
        return {};
    }
    if (role == Qt::DisplayRole) {
        return m_headers.value(section);
    }
    if (role == Qt::TextAlignmentRole && section > 0) {
        return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    }
    return {};
}

} // namespace rustcask::ui
