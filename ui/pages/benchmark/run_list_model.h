// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QAbstractTableModel>
#include <QDateTime>

#include <rustcask/bench/run_file.h>

namespace rustcask::ui {

/// The saved runs, newest first: name (editable), date, configurations, rounds.
class RunListModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { NameColumn, DateColumn, ConfigurationsColumn, RoundsColumn, ColumnCount };

    explicit RunListModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}

    void setRuns(std::vector<bench::RunSummary> runs);
    [[nodiscard]] const std::vector<bench::RunSummary>& runs() const { return m_runs; }
    [[nodiscard]] QString file(int row) const;
    [[nodiscard]] int rowOf(const QString& file) const; ///< -1: not there

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex& index) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

Q_SIGNALS:
    /// Somebody typed another name; the model shows it already, the file does not have it yet.
    void renamed(const QString& file, const QString& name);

private:
    std::vector<bench::RunSummary> m_runs;
};

/// A run's name, or its workloads when it has none.
[[nodiscard]] QString runTitle(const std::string& name, const std::vector<std::string>& workloads);
/// "today 15:02", "20 Nov 15:02", from ISO 8601 in UTC.
[[nodiscard]] QString runDate(const std::string& created, const QDateTime& now);

} // namespace rustcask::ui
