// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <QStringList>

#include <rustcask/history.h>

namespace rustcask::ui {

/// The records of one key, newest first, as a table: verdict, written, size, where, what changed.
class VersionHistoryModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { verdictColumn, writtenColumn, sizeColumn, whereColumn, changeColumn, columns };
    enum class Verdict { live, superseded, deleted, unknown };
    enum Role { verdictRole = Qt::UserRole }; ///< int of Verdict, on every column

    using QAbstractTableModel::QAbstractTableModel;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

    /// While the history is `partial` no version is called live: it is "newest so far".
    void setHistory(rustcask::History history, bool partial = false);
    /// A few words of what each version changed, in the order of the rows; fewer: nothing is known of the rest.
    void setChanges(const QStringList& changes);
    void clear();
    [[nodiscard]] const rustcask::History& history() const { return m_history; }
    [[nodiscard]] const rustcask::Version* version(int row) const; ///< nullptr: no such row
    [[nodiscard]] Verdict verdict(int row) const;
    [[nodiscard]] static QString verdictText(Verdict verdict);

private:
    rustcask::History m_history;
    bool m_partial = false;
    QStringList m_changes;
};

} // namespace rustcask::ui
