// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>

#include <rustcask/history.h>

namespace rustcask::ui {

/// The records of one key, newest first, as a table: verdict, written, size, where.
class VersionHistoryModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { verdictColumn, writtenColumn, sizeColumn, whereColumn, columns };
    enum class Verdict { live, superseded, deleted };
    enum Role { verdictRole = Qt::UserRole }; ///< int of Verdict, on every column

    using QAbstractTableModel::QAbstractTableModel;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

    void setHistory(rustcask::History history);
    void clear();
    [[nodiscard]] const rustcask::History& history() const { return m_history; }
    [[nodiscard]] const rustcask::Version* version(int row) const; ///< nullptr: no such row
    [[nodiscard]] static Verdict verdict(const rustcask::Version& version);
    [[nodiscard]] static QString verdictText(Verdict verdict);

private:
    rustcask::History m_history;
};

} // namespace rustcask::ui
