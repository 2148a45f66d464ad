// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/learn/row_model.h"

#include "theme/tokens.h"

namespace rustcask::ui {

RowModel::RowModel(QList<Column> columns, QObject* parent)
    : QAbstractTableModel(parent), m_columns(std::move(columns)) {}

void RowModel::setRows(std::vector<Row> rows) {
    beginResetModel();
    m_rows = std::move(rows);
    endResetModel();
}

void RowModel::setPalette(const QPalette& palette) {
    m_palette = palette;
    if (!m_rows.empty()) {
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1), {Qt::ForegroundRole});
    }
}

int RowModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int RowModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_columns.size());
}

QVariant RowModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) {
        return {};
    }
    const Row& row = m_rows[static_cast<std::size_t>(index.row())];
    const Column& column = m_columns.at(index.column());
    switch (role) {
    case Qt::DisplayRole:
        return row.cells.value(index.column());
    case Qt::ToolTipRole: // keys may look like markup
        return row.cells.value(index.column()).isEmpty() ? QVariant()
                                                         : Qt::convertFromPlainText(row.cells.value(index.column()));
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(Qt::AlignVCenter | (column.number ? Qt::AlignRight : Qt::AlignLeft));
    case Qt::FontRole: {
        if (!column.monospaced && !row.bold) {
            return {};
        }
        QFont font = column.monospaced ? monospaceFont() : QFont();
        font.setBold(row.bold);
        return font;
    }
    case Qt::ForegroundRole:
        if (row.field && index.column() == 0) {
            return tokensFor(m_palette).field(*row.field);
        }
        return {};
    default:
        return {};
    }
}

QVariant RowModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= m_columns.size()) {
        return {};
    }
    if (role == Qt::DisplayRole) {
        return m_columns.at(section).title;
    }
    if (role == Qt::TextAlignmentRole) {
        return QVariant::fromValue(Qt::AlignVCenter | (m_columns.at(section).number ? Qt::AlignRight : Qt::AlignLeft));
    }
    return {};
}

} // namespace rustcask::ui
