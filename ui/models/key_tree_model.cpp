// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/key_tree_model.h"

#include <utility>

#include "models/key_list_model.h"
#include "theme/format.h"
#include "theme/tokens.h"

namespace rustcask::ui {

namespace {

tl::unexpected<rustcask::Error> cancelledError() {
    rustcask::Error error;
    error.code = rustcask::ErrorCode::cancelled;
    error.operation = "look at the tree";
    return rustcask::failure(std::move(error));
}

} // namespace

KeyTreeModel::KeyTreeModel(QObject* parent) : QAbstractTableModel(parent) {}

void KeyTreeModel::setRunner(TaskRunner* runner) {
    ++m_serial;
    if (m_task) {
        m_task->cancel();
        m_task.clear();
    }
    m_runner = runner;
    beginResetModel();
    m_buildAgain = false;
    m_tree.reset();
    m_shown = {};
    m_open.clear();
    endResetModel();
    m_state = State::empty;
    Q_EMIT stateChanged();
}

void KeyTreeModel::show(const KeyTable& table, const std::shared_ptr<const RowIds>& rows,
                        const std::shared_ptr<const RowIds>& byKey) {
    build(table, rows, byKey);
}

void KeyTreeModel::setSeparator(const QByteArray& separator) {
    if (separator == m_separator || separator.isEmpty()) {
        return;
    }
    m_separator = separator;
    m_open.clear();
    buildAgain();
}

/// With another separator or other folders open. A tree that is being made comes first.
void KeyTreeModel::buildAgain() {
    m_buildAgain = m_task != nullptr;
    if (m_tree && !m_task) {
        build(m_tree->table(), m_tree->rows(), nullptr);
    }
}

void KeyTreeModel::build(KeyTable table, std::shared_ptr<const RowIds> rows, std::shared_ptr<const RowIds> byKey) {
    if (!m_runner || !rows) {
        return;
    }
    if (m_task) {
        m_task->cancel();
    }
    if (!m_tree) {
        m_state = State::building;
    }
    m_buildAgain = false;
    m_task = m_runner->start<Built>(
        tr("Make the tree of keys"),
        [table = std::move(table), rows = std::move(rows), byKey = std::move(byKey), former = m_tree,
         separator = m_separator.toStdString(),
         open = m_open](rustcask::Progress& progress) mutable -> rustcask::Result<Built> {
            // The tree has rows of its own: whoever holds those of the list makes its next edit copy them all.
            auto sorted = byKey                              ? inKeyOrder(table, *rows, *byKey, progress)
                          : former && former->rows() == rows ? rows
                                                             : std::make_shared<const RowIds>(*rows);
            rows.reset();
            former.reset();
            const auto tree = sorted ? KeyTree::make(table, sorted, separator, progress) : nullptr;
            auto shown = tree ? TreeRows::make(*tree, open, progress) : std::nullopt;
            if (!shown) {
                return cancelledError();
            }
            return Built{tree, std::move(*shown)};
        },
        this,
        [this, serial = ++m_serial](rustcask::Result<Built> built) {
            if (serial != m_serial) {
                return;
            }
            m_task.clear();
            if (!built) {
                return;
            }
            replace(std::move(*built));
            if (m_buildAgain) {
                buildAgain();
            }
        },
        quietTask);
    Q_EMIT stateChanged();
}

void KeyTreeModel::replace(Built built) {
    beginResetModel();
    std::swap(m_tree, built.tree);
    std::swap(m_shown, built.shown);
    const bool tooMany = m_shown.size() > KeyListModel::maxViewRows; // keys in no folder, more than a view can show
    TreeRows unshown = tooMany ? std::exchange(m_shown, {}) : TreeRows();
    m_state = State::ready;
    endResetModel();
    if (tooMany) {
        Q_EMIT tooManyRows(m_tree->size());
    }
    Q_EMIT stateChanged();
    letGo(std::move(built));
    letGo({nullptr, std::move(unshown)});
}

// Millions of folders: letting go of them takes longer than the window may wait.
void KeyTreeModel::letGo(Built built) {
    if (!built.tree && built.shown.size() == 0) {
        return;
    }
    m_runner->start<bool>(
        tr("Free memory"),
        [old = std::make_shared<Built>(std::move(built))](rustcask::Progress&) -> rustcask::Result<bool> {
            *old = {};
            return true;
        },
        nullptr, {}, quietTask);
}

rustcask::ProgressCounts KeyTreeModel::counts() const {
    return m_task ? m_task->counts() : rustcask::ProgressCounts{};
}

TreeRows::Place KeyTreeModel::at(int row) const {
    return m_shown.at(static_cast<std::size_t>(row));
}

rustcask::SnapshotEntry KeyTreeModel::entryAt(const TreeRows::Place& place, int row) const {
    return m_tree->entry(place.what.begin + (static_cast<std::size_t>(row) - place.firstRow));
}

int KeyTreeModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_shown.size());
}

int KeyTreeModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : columns;
}

bool KeyTreeModel::isFolder(int row) const {
    return row >= 0 && row < rowCount() && at(row).what.isFolder();
}

bool KeyTreeModel::isOpen(int row) const {
    return row >= 0 && row < rowCount() && at(row).isOpen();
}

QByteArray KeyTreeModel::key(int row) const {
    if (row < 0 || row >= rowCount()) {
        return {};
    }
    const TreeRows::Place place = at(row);
    std::string_view key = entryAt(place, row).key;
    if (place.what.isFolder()) {
        key = key.substr(0, place.what.prefixBytes);
    }
    return {key.data(), static_cast<qsizetype>(key.size())};
}

int KeyTreeModel::parentRow(int row) const {
    const auto parent = row >= 0 && row < rowCount() ? m_shown.parentOf(static_cast<std::size_t>(row)) : std::nullopt;
    return parent ? static_cast<int>(*parent) : -1;
}

int KeyTreeModel::rowOf(const QByteArray& key) const {
    if (rowCount() == 0) {
        return -1;
    }
    const std::string_view wanted(key.constData(), static_cast<std::size_t>(key.size()));
    const std::size_t place = m_tree->lowerBound(wanted);
    return place < m_tree->size() && m_tree->entry(place).key == wanted ? static_cast<int>(m_shown.rowOf(place)) : -1;
}

KeySelection KeyTreeModel::selection(const std::vector<KeySelection::Range>& rows) const {
    std::vector<KeySelection::Range> keys;
    for (const auto& [begin, end] : rows) {
        if (begin < end) {
            keys.push_back(m_shown.keysOf(begin, end));
        }
    }
    return keys.empty() ? KeySelection() : KeySelection(m_tree->table(), m_tree->rows(), std::move(keys));
}

void KeyTreeModel::setOpen(int row, bool open) {
    if (!isFolder(row) || isOpen(row) == open || !m_runner) {
        return;
    }
    const QByteArray prefix = key(row);
    if (!open) {
        m_open.erase(prefix.toStdString());
        beginRemoveRows({}, row + 1, row + static_cast<int>(at(row).rowsBelow));
        TreeRows below = m_shown.close(static_cast<std::size_t>(row));
        endRemoveRows();
        Q_EMIT dataChanged(index(row, 0), index(row, columns - 1));
        letGo({nullptr, std::move(below)});
        return;
    }
    m_open.insert(prefix.toStdString());
    m_runner->start<TreeRows>(
        tr("Open a folder"),
        [tree = m_tree, folder = at(row),
         openFolders = m_open](rustcask::Progress& progress) -> rustcask::Result<TreeRows> {
            auto below = TreeRows::make(*tree, folder, openFolders, progress);
            if (!below) {
                return cancelledError();
            }
            return std::move(*below);
        },
        this,
        [this, tree = m_tree, folder = at(row).what, prefix](rustcask::Result<TreeRows> below) {
            if (below && tree == m_tree) { // otherwise the tree made since has it open
                insertBelow(folder, prefix, std::move(*below));
            }
        },
        quietTask);
}

void KeyTreeModel::insertBelow(const KeyTree::Child& folder, const QByteArray& prefix, TreeRows below) {
    const auto found = m_shown.size() > 0 ? m_shown.rowOfFolder(folder.begin, folder.prefixBytes) : std::nullopt;
    if (!found || m_shown.at(*found).isOpen() || !m_open.contains(prefix.toStdString())) {
        letGo({nullptr, std::move(below)}); // closed again, itself or one above it
        return;
    }
    if (m_shown.size() + below.size() > KeyListModel::maxViewRows) {
        m_open.erase(prefix.toStdString());
        Q_EMIT tooManyRows(below.size());
        letGo({nullptr, std::move(below)});
        return;
    }
    const int row = static_cast<int>(*found);
    beginInsertRows({}, row + 1, row + static_cast<int>(below.size()));
    m_shown.open(*found, std::move(below));
    endInsertRows();
    Q_EMIT dataChanged(index(row, 0), index(row, columns - 1));
}

void KeyTreeModel::closeAll() {
    m_open.clear();
    buildAgain();
}

QString KeyTreeModel::nameOf(const TreeRows::Place& place, int row) const {
    const std::string_view key = entryAt(place, row).key;
    return displayKeyShort(place.what.isFolder()
                               ? key.substr(place.parentBytes, place.what.prefixBytes - place.parentBytes)
                               : key.substr(place.parentBytes));
}

QVariant KeyTreeModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) {
        return {};
    }
    const TreeRows::Place place = at(index.row());
    const bool folder = place.what.isFolder();
    switch (role) {
    case Qt::DisplayRole:
        switch (index.column()) {
        case nameColumn:
            return nameOf(place, index.row());
        case keysColumn:
            return folder ? formatCount(place.what.end - place.what.begin) : QString();
        default:
            return formatBytes(folder ? m_tree->valueBytes(place.what.begin, place.what.end)
                                      : entryAt(place, index.row()).valueBytes);
        }
    case Qt::AccessibleTextRole:
        if (index.column() != nameColumn || !folder) {
            return data(index, Qt::DisplayRole);
        }
        return (place.isOpen() ? tr("Folder %1, open, level %2, %3 keys") : tr("Folder %1, closed, level %2, %3 keys"))
            .arg(nameOf(place, index.row()))
            .arg(place.depth + 1)
            .arg(formatCount(place.what.end - place.what.begin));
    case Qt::ToolTipRole:
        return plainToolTip(
            displayKey(bytesOf(folder ? entryAt(place, index.row()).key.substr(0, place.what.prefixBytes)
                                      : entryAt(place, index.row()).key),
                       4096));
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(index.column() == nameColumn ? Qt::Alignment(Qt::AlignLeft | Qt::AlignVCenter)
                                                                : Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter));
    case Qt::FontRole:
        return index.column() == nameColumn ? QVariant(monospaceFont()) : QVariant();
    case depthRole:
        return static_cast<int>(place.depth);
    case folderRole:
        return folder;
    case openRole:
        return place.isOpen();
    case keyRole:
        return key(index.row());
    default:
        return {};
    }
}

QVariant KeyTreeModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) {
        return {};
    }
    if (role == Qt::TextAlignmentRole) {
        return QVariant::fromValue(section == nameColumn ? Qt::Alignment(Qt::AlignLeft | Qt::AlignVCenter)
                                                         : Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter));
    }
    if (role != Qt::DisplayRole) {
        return {};
    }
    switch (section) {
    case nameColumn:
        return tr("Key");
    case keysColumn:
        return tr("Keys");
    case sizeColumn:
        return tr("Value size");
    default:
        return {};
    }
}

Qt::ItemFlags KeyTreeModel::flags(const QModelIndex& index) const {
    return index.isValid() ? Qt::ItemIsSelectable | Qt::ItemIsEnabled | Qt::ItemNeverHasChildren : Qt::NoItemFlags;
}

} // namespace rustcask::ui
