// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/key_tree_model.h"

#include <algorithm>

#include "models/key_list_model.h"
#include "theme/format.h"
#include "theme/tokens.h"

namespace rustcask::ui {

namespace {

const TaskOptions quiet{.cancellable = true, .pausable = false, .visible = false, .cancelWithContext = true};

tl::unexpected<rustcask::Error> cancelledError() {
    rustcask::Error error;
    error.code = rustcask::ErrorCode::cancelled;
    error.operation = "look at the tree";
    return rustcask::failure(std::move(error));
}

QByteArrayView byteView(std::string_view bytes) {
    return {bytes.data(), static_cast<qsizetype>(bytes.size())};
}

/// Gives the segments from number `from` on their first rows. The number of rows of all.
std::size_t numberRows(std::vector<TreeSegment>& segments, std::size_t from) {
    std::size_t row = from == 0 ? 0 : segments[from - 1].firstRow + segments[from - 1].rowCount();
    for (std::size_t i = from; i < segments.size(); ++i) {
        segments[i].firstRow = row;
        row += segments[i].rowCount();
    }
    return row;
}

std::size_t rowsOf(const std::vector<TreeSegment>& segments) {
    std::size_t rows = 0;
    for (const TreeSegment& segment : segments) {
        rows += segment.rowCount();
    }
    return rows;
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
    m_table = {};
    m_rows.reset();
    m_byKey.reset();
    m_tree.reset();
    m_segments.clear();
    m_rowCount = 0;
    m_open.clear();
    endResetModel();
    m_state = State::empty;
    Q_EMIT stateChanged();
}

void KeyTreeModel::show(const KeyTable& table, const std::shared_ptr<const RowIds>& rows,
                        const std::shared_ptr<const RowIds>& byKey) {
    m_table = table;
    m_rows = rows;
    m_byKey = byKey;
    build();
}

void KeyTreeModel::setSeparator(const QByteArray& separator) {
    if (separator == m_separator || separator.isEmpty()) {
        return;
    }
    m_separator = separator;
    m_open.clear();
    build();
}

void KeyTreeModel::build() {
    if (!m_runner || !m_rows) {
        return;
    }
    if (m_task) {
        m_task->cancel();
    }
    if (!m_tree) {
        m_state = State::building;
    }
    m_task = m_runner->start<Built>(
        tr("Make the tree of keys"),
        [table = m_table, rows = m_rows, byKey = m_byKey, separator = m_separator.toStdString(),
         open = m_open](rustcask::Progress& progress) -> rustcask::Result<Built> {
            const auto sorted = byKey ? inKeyOrder(table, *rows, *byKey, progress) : rows;
            Built built{sorted ? KeyTree::make(table, sorted, separator, progress) : nullptr, {}, 0};
            auto segments = built.tree ? openedSegments(*built.tree, 0, built.tree->size(), 0, 0, open, progress)
                                       : std::optional<std::vector<TreeSegment>>();
            if (!segments) {
                return cancelledError();
            }
            built.segments = std::move(*segments);
            built.rows = numberRows(built.segments, 0);
            return built;
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
        },
        quiet);
    Q_EMIT stateChanged();
}

void KeyTreeModel::replace(Built built) {
    beginResetModel();
    std::swap(m_tree, built.tree);
    std::swap(m_segments, built.segments);
    m_rowCount = 0;
    if (built.rows > KeyListModel::maxViewRows) { // keys in no folder, more than a view can show
        m_segments.clear();
        Q_EMIT tooManyRows(m_tree->size());
    } else {
        m_rowCount = static_cast<int>(built.rows);
    }
    m_state = State::ready;
    endResetModel();
    Q_EMIT stateChanged();
    if (built.tree) { // millions of folders: letting go of them takes longer than the window may wait
        m_runner->start<bool>(
            tr("Free memory"),
            [old = std::make_shared<Built>(std::move(built))](rustcask::Progress&) -> rustcask::Result<bool> {
                *old = {};
                return true;
            },
            nullptr, {}, quiet);
    }
}

rustcask::ProgressCounts KeyTreeModel::counts() const {
    return m_task ? m_task->counts() : rustcask::ProgressCounts{};
}

void KeyTreeModel::number(std::size_t from) {
    m_rowCount = static_cast<int>(numberRows(m_segments, from));
}

std::size_t KeyTreeModel::segmentOf(int row) const {
    const auto after =
        std::upper_bound(m_segments.begin(), m_segments.end(), static_cast<std::size_t>(row),
                         [](std::size_t wanted, const TreeSegment& segment) { return wanted < segment.firstRow; });
    return static_cast<std::size_t>(after - m_segments.begin()) - 1;
}

rustcask::SnapshotEntry KeyTreeModel::entryAt(const TreeSegment& segment, int row) const {
    return m_tree->entry(segment.what.begin + (static_cast<std::size_t>(row) - segment.firstRow));
}

int KeyTreeModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : m_rowCount;
}

int KeyTreeModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : columns;
}

bool KeyTreeModel::isFolder(int row) const {
    return row >= 0 && row < m_rowCount && m_segments[segmentOf(row)].what.folder;
}

bool KeyTreeModel::isOpen(int row) const {
    return isFolder(row) && m_segments[segmentOf(row)].open;
}

QByteArray KeyTreeModel::key(int row) const {
    if (row < 0 || row >= m_rowCount) {
        return {};
    }
    const TreeSegment& segment = m_segments[segmentOf(row)];
    std::string_view key = entryAt(segment, row).key;
    if (segment.what.folder) {
        key = m_tree->entry(segment.what.begin).key.substr(0, segment.what.prefixBytes);
    }
    return {key.data(), static_cast<qsizetype>(key.size())};
}

int KeyTreeModel::parentRow(int row) const {
    if (row < 0 || row >= m_rowCount) {
        return -1;
    }
    std::size_t i = segmentOf(row);
    const std::uint32_t depth = m_segments[i].depth;
    while (i > 0 && m_segments[i].depth >= depth) {
        --i;
    }
    return m_segments[i].depth < depth ? static_cast<int>(m_segments[i].firstRow) : -1;
}

int KeyTreeModel::rowOf(const QByteArray& key) const {
    if (!m_tree) {
        return -1;
    }
    const std::string_view wanted(key.constData(), static_cast<std::size_t>(key.size()));
    const std::size_t place = m_tree->lowerBound(wanted);
    if (place >= m_tree->size() || m_tree->entry(place).key != wanted) {
        return -1;
    }
    // The segments stand in key order; of folders in one another, the innermost comes last.
    const auto after =
        std::upper_bound(m_segments.begin(), m_segments.end(), place,
                         [](std::size_t row, const TreeSegment& segment) { return row < segment.what.begin; });
    if (after == m_segments.begin()) {
        return -1;
    }
    const TreeSegment& segment = *(after - 1);
    return static_cast<int>(segment.firstRow + (segment.what.folder ? 0 : place - segment.what.begin));
}

KeySelection KeyTreeModel::selection(const std::vector<KeySelection::Range>& rows) const {
    if (!m_tree) {
        return {};
    }
    std::vector<KeySelection::Range> ranges;
    for (const auto& [begin, end] : rows) {
        for (std::size_t row = begin; row < end;) {
            const TreeSegment& segment = m_segments[segmentOf(static_cast<int>(row))];
            const std::size_t next = std::min(end, segment.firstRow + segment.rowCount());
            if (segment.what.folder) {
                ranges.emplace_back(segment.what.begin, segment.what.end);
            } else {
                ranges.emplace_back(segment.what.begin + (row - segment.firstRow),
                                    segment.what.begin + (next - segment.firstRow));
            }
            row = next;
        }
    }
    return {m_tree->table(), m_tree->rows(), std::move(ranges)};
}

void KeyTreeModel::setOpen(int row, bool open) {
    if (!isFolder(row) || isOpen(row) == open || !m_runner) {
        return;
    }
    const std::size_t at = segmentOf(row);
    TreeSegment& segment = m_segments[at];
    const QByteArray prefix = key(row);
    if (!open) {
        m_open.erase(prefix.toStdString());
        std::size_t end = at + 1;
        while (end < m_segments.size() && m_segments[end].depth > segment.depth) {
            ++end;
        }
        const std::size_t last = m_segments[end - 1].firstRow + m_segments[end - 1].rowCount() - 1;
        segment.open = false;
        if (end > at + 1) {
            beginRemoveRows({}, row + 1, static_cast<int>(last));
            m_segments.erase(m_segments.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                             m_segments.begin() + static_cast<std::ptrdiff_t>(end));
            number(at + 1);
            endRemoveRows();
        }
        Q_EMIT dataChanged(index(row, 0), index(row, columns - 1));
        return;
    }
    m_open.insert(prefix.toStdString());
    m_runner->start<std::vector<TreeSegment>>(
        tr("Open a folder"),
        [tree = m_tree, segment,
         openFolders = m_open](rustcask::Progress& progress) -> rustcask::Result<std::vector<TreeSegment>> {
            auto below = openedSegments(*tree, segment.what.begin, segment.what.end, segment.what.prefixBytes,
                                        segment.depth + 1, openFolders, progress);
            if (!below) {
                return cancelledError();
            }
            return std::move(*below);
        },
        this,
        [this, tree = m_tree, prefix](rustcask::Result<std::vector<TreeSegment>> below) {
            if (below && tree == m_tree) { // otherwise the tree made since has it open
                insertBelow(prefix, std::move(*below));
            }
        },
        quiet);
}

void KeyTreeModel::insertBelow(const QByteArray& prefix, std::vector<TreeSegment> below) {
    const std::string_view wanted(prefix.constData(), static_cast<std::size_t>(prefix.size()));
    const std::size_t begin = m_tree->lowerBound(wanted);
    // They stand in key order; a folder and those within it that begin with the same key, the outer one first.
    const auto first =
        std::lower_bound(m_segments.begin(), m_segments.end(), begin,
                         [](const TreeSegment& segment, std::size_t row) { return segment.what.begin < row; });
    const auto found = std::find_if(first, m_segments.end(), [&](const TreeSegment& segment) {
        return segment.what.begin != begin || (segment.what.folder && segment.what.prefixBytes == wanted.size());
    });
    if (found == m_segments.end() || found->what.begin != begin || found->open || !m_open.contains(wanted)) {
        return; // closed again, itself or one above it
    }
    const std::size_t rows = rowsOf(below);
    if (static_cast<std::size_t>(m_rowCount) + rows > KeyListModel::maxViewRows) {
        m_open.erase(prefix.toStdString());
        Q_EMIT tooManyRows(rows);
        return;
    }
    const auto at = static_cast<std::size_t>(found - m_segments.begin());
    const int row = static_cast<int>(found->firstRow);
    found->open = true;
    beginInsertRows({}, row + 1, row + static_cast<int>(rows));
    m_segments.insert(m_segments.begin() + static_cast<std::ptrdiff_t>(at) + 1, below.begin(), below.end());
    number(at + 1);
    endInsertRows();
    Q_EMIT dataChanged(index(row, 0), index(row, columns - 1));
}

void KeyTreeModel::closeAll() {
    m_open.clear();
    build();
}

QString KeyTreeModel::nameOf(const TreeSegment& segment, int row) const {
    const std::string_view key = entryAt(segment, row).key;
    return displayKeyShort(segment.what.folder
                               ? key.substr(segment.parentBytes, segment.what.prefixBytes - segment.parentBytes)
                               : key.substr(segment.parentBytes));
}

QVariant KeyTreeModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) {
        return {};
    }
    const TreeSegment& segment = m_segments[segmentOf(index.row())];
    const bool folder = segment.what.folder;
    switch (role) {
    case Qt::DisplayRole:
        switch (index.column()) {
        case nameColumn:
            return nameOf(segment, index.row());
        case keysColumn:
            return folder ? formatCount(segment.what.end - segment.what.begin) : QString();
        default:
            return formatBytes(folder ? m_tree->valueBytes(segment.what.begin, segment.what.end)
                                      : entryAt(segment, index.row()).valueBytes);
        }
    case Qt::AccessibleTextRole:
        if (index.column() != nameColumn || !folder) {
            return data(index, Qt::DisplayRole);
        }
        return (segment.open ? tr("Folder %1, open, level %2, %3 keys") : tr("Folder %1, closed, level %2, %3 keys"))
            .arg(nameOf(segment, index.row()))
            .arg(segment.depth + 1)
            .arg(formatCount(segment.what.end - segment.what.begin));
    case Qt::ToolTipRole:
        return plainToolTip(
            displayKey(byteView(folder ? entryAt(segment, index.row()).key.substr(0, segment.what.prefixBytes)
                                       : entryAt(segment, index.row()).key),
                       4096));
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(index.column() == nameColumn ? Qt::Alignment(Qt::AlignLeft | Qt::AlignVCenter)
                                                                : Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter));
    case Qt::FontRole:
        return index.column() == nameColumn ? QVariant(monospaceFont()) : QVariant();
    case depthRole:
        return static_cast<int>(segment.depth);
    case folderRole:
        return folder;
    case openRole:
        return segment.open;
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
