// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <QDateTime>
#include <QDialog>
#include <QList>

namespace rustcask::ui {

/// What was done in a window, newest last: databases opened and closed, imports, exports, merges and what failed. Keeps
/// the last thousand entries of this run; nothing of it is stored.
class ActivityLog : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { time, what, columnCountValue };
    using QAbstractTableModel::QAbstractTableModel;

    void add(const QString& text, bool problem = false);
    [[nodiscard]] QString text() const; ///< one line an entry, for the clipboard
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role = Qt::DisplayRole) const override;

    static constexpr qsizetype maxEntries = 1000;

private:
    struct Entry {
        QDateTime time;
        QString text;
        bool problem = false;
    };
    QList<Entry> m_entries;
};

/// The log as a table, with Copy. Shown with show(): the window stays usable. Deletes itself. Borrows the log.
[[nodiscard]] QDialog* makeActivityDialog(ActivityLog* log, QWidget* parent);

} // namespace rustcask::ui
