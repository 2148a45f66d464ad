// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/chart_table_model.h"

#include <cmath>

#include <QDateTime>
#include <QTimeZone>

namespace rustcask::ui {
namespace {

QByteArray csvText(const QString& text) {
    QByteArray cell = text.toUtf8();
    if (!cell.isEmpty() && QByteArrayView("=+-@\t\r").contains(cell.front())) {
        cell.prepend('\'');
    }
    if (cell.contains(',') || cell.contains('"') || cell.contains('\n') || cell.contains('\r')) {
        cell.replace("\"", "\"\"");
        cell = '"' + cell + '"';
    }
    return cell;
}

QByteArray csvNumber(double value, AxisUnit unit) {
    if (std::isnan(value)) {
        return {};
    }
    if (unit == AxisUnit::clock) {
        return QDateTime::fromMSecsSinceEpoch(std::llround(value * 1000), QTimeZone::utc())
            .toString(Qt::ISODateWithMs)
            .toLatin1();
    }
    if (value == std::floor(value) && std::abs(value) < 1e15) {
        return QByteArray::number(static_cast<qint64>(value));
    }
    return QByteArray::number(value, 'g', 12);
}

} // namespace

QByteArray toCsv(const ChartTable& table) {
    QByteArray csv;
    for (qsizetype i = 0; i < table.headers.size(); ++i) {
        csv += (i > 0 ? "," : "") + csvText(table.headers[i]);
    }
    csv += "\r\n";
    for (qsizetype row = 0; row < table.rows.size(); ++row) {
        const bool named = !table.rowNames.isEmpty();
        if (named) {
            csv += csvText(table.rowNames.value(row));
        }
        for (qsizetype i = 0; i < table.rows[row].size(); ++i) {
            csv += (i > 0 || named ? "," : "") + csvNumber(table.rows[row][i], table.units.value(i));
        }
        csv += "\r\n";
    }
    return csv;
}

void ChartTableModel::setTable(ChartTable table) {
    const bool sameShape = table.headers == m_table.headers && table.rows.size() == m_table.rows.size() &&
                           table.rowNames.isEmpty() == m_table.rowNames.isEmpty();
    if (sameShape) {
        m_table = std::move(table);
        if (!m_table.rows.isEmpty() && columnCount() > 0) {
            Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
        }
        return;
    }
    beginResetModel();
    m_table = std::move(table);
    endResetModel();
}

int ChartTableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_table.rows.size());
}

int ChartTableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_table.headers.size());
}

QVariant ChartTableModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) {
        return {};
    }
    const bool isName = index.column() < nameColumns();
    if (role == Qt::TextAlignmentRole) {
        return isName ? QVariant(Qt::AlignLeft | Qt::AlignVCenter) : QVariant(Qt::AlignRight | Qt::AlignVCenter);
    }
    if (role != Qt::DisplayRole) {
        return {};
    }
    if (isName) {
        return m_table.rowNames.value(index.row());
    }
    const qsizetype column = index.column() - nameColumns();
    const auto& row = m_table.rows[index.row()];
    if (column >= row.size() || std::isnan(row[column])) {
        return tr("n/a");
    }
    return axisText(row[column], m_table.units.value(column), 4);
}

QVariant ChartTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= m_table.headers.size()) {
        return {};
    }
    if (role == Qt::DisplayRole) {
        return m_table.headers[section];
    }
    if (role == Qt::TextAlignmentRole) {
        return section < nameColumns() ? QVariant(Qt::AlignLeft | Qt::AlignVCenter)
                                       : QVariant(Qt::AlignRight | Qt::AlignVCenter);
    }
    return {};
}

} // namespace rustcask::ui
