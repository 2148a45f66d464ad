// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <QByteArray>
#include <QPointer>

#include "models/key_selection.h"
#include "models/key_tree.h"
#include "models/tree_rows.h"
#include "tasks/task_runner.h"

namespace rustcask::ui {

/// A KeyTree as the rows of a table: a QTreeView would take minutes and gigabytes for ten million keys. Folders open
/// and close; everything that takes longer than a glance is done on a worker, and the rows stay until it is done.
class KeyTreeModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { nameColumn, keysColumn, sizeColumn, columns };
    enum Role {
        depthRole = Qt::UserRole, ///< int
        folderRole,               ///< bool
        openRole,                 ///< bool
        keyRole,                  ///< the key's bytes; of a folder what its keys begin with
    };
    enum class State { empty, building, ready };

    explicit KeyTreeModel(QObject* parent = nullptr);
    /// Where to work; nullptr: shows nothing.
    void setRunner(TaskRunner* runner);
    /// Shows these rows; `byKey` is the source's key order, null when the rows stand in key order already.
    void show(const KeyTable& table, const std::shared_ptr<const RowIds>& rows,
              const std::shared_ptr<const RowIds>& byKey);
    /// The bytes between the names of folders. @pre not empty
    void setSeparator(const QByteArray& separator);
    [[nodiscard]] const QByteArray& separator() const { return m_separator; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex& index) const override;

    void setOpen(int row, bool open);
    /// Closes every folder.
    void closeAll();
    [[nodiscard]] bool isFolder(int row) const;
    [[nodiscard]] bool isOpen(int row) const;
    [[nodiscard]] QByteArray key(int row) const; ///< as keyRole
    [[nodiscard]] int parentRow(int row) const;  ///< -1: it lies in no folder
    /// The row of a key, or of the closed folder it lies in; -1: neither.
    [[nodiscard]] int rowOf(const QByteArray& key) const;
    /// The keys of these rows; of folders all that lie in them.
    [[nodiscard]] KeySelection selection(const std::vector<KeySelection::Range>& rows) const;
    [[nodiscard]] State state() const { return m_state; }
    [[nodiscard]] rustcask::ProgressCounts counts() const;

Q_SIGNALS:
    void stateChanged();
    /// A folder could not be opened: the view would have more rows than it can show.
    void tooManyRows(quint64 keys);

private:
    struct Built {
        std::shared_ptr<const KeyTree> tree{};
        TreeRows shown{};
    };
    void build(KeyTable table, std::shared_ptr<const RowIds> rows, std::shared_ptr<const RowIds> byKey);
    void buildAgain();
    void replace(Built built);
    void letGo(Built built);
    [[nodiscard]] TreeRows::Place at(int row) const;
    [[nodiscard]] QString nameOf(const TreeRows::Place& place, int row) const;
    [[nodiscard]] rustcask::SnapshotEntry entryAt(const TreeRows::Place& place, int row) const;
    void insertBelow(const KeyTree::Child& folder, const QByteArray& prefix, TreeRows below);

    QPointer<TaskRunner> m_runner;
    QByteArray m_separator{":"};
    TreeRows::OpenFolders m_open;
    std::shared_ptr<const KeyTree> m_tree;
    TreeRows m_shown;
    State m_state = State::empty;
    bool m_buildAgain = false; // once the tree is made that is being made
    QPointer<Task> m_task;
    quint64 m_serial = 0;
};

} // namespace rustcask::ui
