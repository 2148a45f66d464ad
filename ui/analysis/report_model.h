// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QAbstractTableModel>
#include <QByteArray>
#include <QStringList>

#include "charts/chart_data.h"

namespace rustcask::ui {

/// One line of a report: a key or prefix, and its numbers.
struct ReportRow {
    QByteArray key{};
    QString name{}; ///< what stands for the key when it is none ("Keys without a separator"); empty: the key itself
    QVector<double> numbers{};
    QStringList shown{}; ///< the numbers for people
};

/// A ranking that is computed as a whole: keys with numbers beside them.
class ReportModel : public QAbstractTableModel {
    Q_OBJECT
public:
    /// `headers`: of the first column and one a number.
    ReportModel(const QStringList& headers, QObject* parent = nullptr);

    void setRows(std::vector<ReportRow> rows);
    [[nodiscard]] const std::vector<ReportRow>& rows() const { return m_rows; }
    [[nodiscard]] QString nameOf(int row) const;
    /// For CSV: keys as text that can be read back, numbers in full.
    [[nodiscard]] ChartTable table() const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role = Qt::DisplayRole) const override;

private:
    QStringList m_headers;
    std::vector<ReportRow> m_rows{};
};

} // namespace rustcask::ui
