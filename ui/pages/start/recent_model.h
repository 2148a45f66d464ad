// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <QDateTime>
#include <QList>
#include <QString>

#include <rustcask/result.h>

namespace rustcask::ui {

/// A directory opened before, and what a look at it said.
struct RecentEntry {
    QString directory{};
    QDateTime lastOpened{};
    bool looked = false;  ///< the following are known
    bool missing = false; ///< there is no database any more
    quint64 bytes = 0;
};

/// Size and presence of each directory, by a look at its names. For a worker.
[[nodiscard]] QList<RecentEntry> lookAtRecent(QList<RecentEntry> entries);

class RecentModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { nameColumn, directoryColumn, sizeColumn, openedColumn, columnCount_ };

    explicit RecentModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}
    void setEntries(QList<RecentEntry> entries);
    [[nodiscard]] const QList<RecentEntry>& entries() const { return m_entries; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QList<RecentEntry> m_entries;
};

} // namespace rustcask::ui
