// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/key_list_model.h"

#include <algorithm>
#include <numeric>

#include <QFont>

#include "theme/format.h"
#include "theme/tokens.h"

namespace rustcask::ui {

namespace {

constexpr std::size_t maxCachedTimes = 100'000;

} // namespace

QString displayKeyShort(std::string_view key) {
    constexpr std::size_t head = 160;
    constexpr std::size_t tail = 60;
    if (key.size() <= head + tail) {
        return displayKey(bytesOf(key));
    }
    return KeyListModel::tr("%1…%2  (%3)", "beginning and end of a long key, and its length")
        .arg(displayKey(bytesOf(key.substr(0, head))), displayKey(bytesOf(key.substr(key.size() - tail))),
             formatBytes(key.size()));
}

QString plainToolTip(const QString& text) {
    return QStringLiteral("<p style=\"white-space:pre-wrap\">%1</p>").arg(text.toHtmlEscaped());
}

std::shared_ptr<const RowIds> sourceRows(std::size_t count) {
    auto rows = std::make_shared<RowIds>(count);
    std::iota(rows->begin(), rows->end(), RowId{0});
    return rows;
}

KeyListModel::KeyListModel(QObject* parent) : QAbstractTableModel(parent), m_rows(std::make_shared<const RowIds>()) {}

int KeyListModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(std::min(m_rows->size() - m_first, m_pageRows));
}

int KeyListModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : columns;
}

rustcask::SnapshotEntry KeyListModel::entryOf(RowId id) const {
    const std::size_t size = m_source->size();
    rustcask::SnapshotEntry entry;
    if (id < size) {
        entry = m_source->entry(id);
    } else {
        entry.key = m_overlay.addedKey(id);
    }
    if (const KeyRecord* record = m_overlay.isEmpty() ? nullptr : m_overlay.record(id)) {
        entry.generation = record->generation;
        entry.offset = record->offset;
        entry.valueBytes = record->valueBytes;
        entry.sequence = record->sequence;
    }
    return entry;
}

rustcask::SnapshotEntry KeyListModel::entry(int row) const {
    return entryOf(idAt(row));
}

QByteArray KeyListModel::key(int row) const {
    if (row < 0 || row >= rowCount()) {
        return {};
    }
    const std::string_view bytes = entry(row).key;
    return {bytes.data(), static_cast<qsizetype>(bytes.size())};
}

KeyTable KeyListModel::table() const {
    return {m_source, std::make_shared<const KeyOverlay>(m_overlay)};
}

std::size_t KeyListModel::liveKeys() const {
    return m_source ? m_overlay.liveKeys() : 0;
}

QVariant KeyListModel::display(const QModelIndex& index) const {
    const RowId id = idAt(index.row());
    const rustcask::SnapshotEntry shown = entryOf(id);
    switch (index.column()) {
    case keyColumn:
        return displayKeyShort(shown.key);
    case sizeColumn:
        return isGone(shown) ? tr("gone") : formatBytes(shown.valueBytes);
    case writtenColumn: {
        const auto known = m_times.find(id);
        if (known == m_times.end()) {
            return QString();
        }
        return known->second ? formatTime(*known->second) : tr("unreadable");
    }
    case generationColumn:
        return isGone(shown) ? QString() : formatCount(shown.generation.value);
    default:
        return {};
    }
}

QString KeyListModel::toolTip(const QModelIndex& index) const {
    const RowId id = idAt(index.row());
    const rustcask::SnapshotEntry shown = entryOf(id);
    switch (index.column()) {
    case keyColumn:
        return displayKey(bytesOf(shown.key), 4096) + QLatin1Char('\n') +
               (m_drafts.contains(key(index.row())) ? tr("Has unsaved changes.") + QLatin1Char(' ') : QString()) +
               tr("Key of %1").arg(formatBytesExactly(shown.key.size()));
    case sizeColumn:
        return isGone(shown) ? tr("Its values are not in the log any more.") : formatBytesExactly(shown.valueBytes);
    case writtenColumn: {
        const auto known = m_times.find(id);
        return known != m_times.end() && known->second
                   ? tr("%1, record number %2")
                         .arg(formatTimeExactly(*known->second), formatCount(shown.sequence.value))
                   : tr("Record number %1").arg(formatCount(shown.sequence.value));
    }
    case generationColumn:
        return tr("File of generation %1, at byte %2")
            .arg(formatCount(shown.generation.value), formatOffset(shown.offset));
    default:
        return {};
    }
}

QVariant KeyListModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) {
        return {};
    }
    switch (role) {
    case Qt::DisplayRole:
        return display(index);
    case Qt::ToolTipRole:
        return plainToolTip(toolTip(index));
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(index.column() == sizeColumn || index.column() == generationColumn
                                       ? Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter)
                                       : Qt::Alignment(Qt::AlignLeft | Qt::AlignVCenter));
    case Qt::FontRole: {
        if (index.column() != keyColumn) {
            return {};
        }
        static const QFont fixed = monospaceFont();
        return fixed;
    }
    case Qt::AccessibleTextRole:
        return index.column() == keyColumn && m_drafts.contains(key(index.row()))
                   ? tr("%1, not saved").arg(display(index).toString())
                   : display(index);
    case keyRole:
        return key(index.row());
    case draftRole:
        return index.column() == keyColumn && !m_drafts.isEmpty() && m_drafts.contains(key(index.row()));
    default:
        return {};
    }
}

QVariant KeyListModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) {
        return {};
    }
    if (role == Qt::TextAlignmentRole) {
        return QVariant::fromValue(section == sizeColumn || section == generationColumn
                                       ? Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter)
                                       : Qt::Alignment(Qt::AlignLeft | Qt::AlignVCenter));
    }
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole) {
        return {};
    }
    const bool tip = role == Qt::ToolTipRole;
    switch (section) {
    case keyColumn:
        return tip ? tr("Sort by the bytes of the key") : tr("Key");
    case sizeColumn:
        return tip ? tr("Sort by the size of the value") : tr("Value size");
    case writtenColumn:
        if (m_deletedKeys) {
            return tip ? tr("Sort in the order in which the keys were deleted") : tr("Deleted");
        }
        return tip ? tr("Sort in the order in which the records were written") : tr("Written");
    case generationColumn:
        return tip ? tr("Sort by place: generation of the file, then offset") : tr("Generation");
    default:
        return {};
    }
}

void KeyListModel::setDeletedKeys(bool deleted) {
    if (deleted != m_deletedKeys) {
        m_deletedKeys = deleted;
        Q_EMIT headerDataChanged(Qt::Horizontal, 0, columns - 1);
    }
}

Qt::ItemFlags KeyListModel::flags(const QModelIndex& index) const {
    return index.isValid() ? Qt::ItemIsSelectable | Qt::ItemIsEnabled | Qt::ItemNeverHasChildren : Qt::NoItemFlags;
}

RowIds KeyListModel::ids(int first, int last) const {
    const auto begin = m_rows->begin() + static_cast<std::ptrdiff_t>(m_first);
    return {begin + first, begin + last + 1};
}

void KeyListModel::setSource(std::shared_ptr<const KeySource> source, std::shared_ptr<const RowIds> rows) {
    beginResetModel();
    m_source = std::move(source);
    m_byKey.reset();
    m_overlay = KeyOverlay(m_source ? m_source->size() : 0);
    m_rows = rows ? std::move(rows) : sourceRows(m_source ? m_source->size() : 0);
    m_ownRows.reset();
    m_first = 0;
    m_undecided = m_unsearched = 0;
    m_sorted = false;
    m_matcher = KeyMatcher();
    m_times.clear();
    endResetModel();
}

void KeyListModel::setRows(std::shared_ptr<const KeySource> source, const Arrangement& arrangement, const KeySort& sort,
                           const KeyMatcher& matcher, std::shared_ptr<const RowIds> byKey) {
    beginResetModel();
    if (source != m_source) {
        m_source = std::move(source);
        m_byKey = std::move(byKey);
        m_overlay = KeyOverlay(m_source ? m_source->size() : 0);
        m_times.clear();
    }
    m_rows = arrangement.rows;
    m_ownRows = arrangement.own;
    m_undecided = arrangement.undecided;
    m_unsearched = arrangement.unsearched;
    m_sorted = arrangement.sorted;
    m_sort = sort;
    m_matcher = matcher;
    m_first = std::min(m_first, m_rows->empty() ? 0 : (m_rows->size() - 1) / m_pageRows * m_pageRows);
    endResetModel();
}

int KeyListModel::pageCount() const {
    return static_cast<int>(std::max<std::size_t>(1, (m_rows->size() + m_pageRows - 1) / m_pageRows));
}

void KeyListModel::setPage(int page) {
    const int wanted = std::clamp(page, 0, pageCount() - 1);
    if (wanted != this->page()) {
        beginResetModel();
        m_first = static_cast<std::size_t>(wanted) * m_pageRows;
        endResetModel();
    }
}

std::optional<RowId> KeyListModel::idOf(std::string_view key) const {
    if (!m_source) {
        return std::nullopt;
    }
    if (const auto added = m_overlay.find(key)) {
        return added;
    }
    if (m_byKey) {
        const auto place =
            std::lower_bound(m_byKey->begin(), m_byKey->end(), key,
                             [this](RowId id, std::string_view k) { return m_source->entry(id).key < k; });
        return place != m_byKey->end() && m_source->entry(*place).key == key ? std::optional(*place) : std::nullopt;
    }
    if (m_source->size() > maxUnordered) {
        return std::nullopt; // found once the order is known: the window must not wait for a search
    }
    for (std::size_t i = 0; i < m_source->size(); ++i) {
        if (m_source->entry(i).key == key) {
            return static_cast<RowId>(i);
        }
    }
    return std::nullopt;
}

int KeyListModel::rowOf(const QByteArray& key) const {
    const auto id = idOf(bytesOf(key));
    if (!id || !m_overlay.isLive(*id)) {
        return -1;
    }
    const auto place = placeOf(*id);
    return place && *place >= m_first && *place - m_first < static_cast<std::size_t>(rowCount())
               ? static_cast<int>(*place - m_first)
               : -1;
}

int KeyListModel::rowStartingWith(const QByteArray& bytes) const {
    if (!m_sorted || m_sort != KeySort() || rowCount() == 0) {
        return -1;
    }
    const auto begin = m_rows->begin() + static_cast<std::ptrdiff_t>(m_first);
    const auto end = begin + rowCount();
    const auto place = std::lower_bound(begin, end, bytesOf(bytes),
                                        [this](RowId id, std::string_view wanted) { return entryOf(id).key < wanted; });
    return place != end && entryOf(*place).key.starts_with(bytesOf(bytes)) ? static_cast<int>(place - begin) : -1;
}

int KeyListModel::pageOf(const QByteArray& key) const {
    const auto id = idOf(bytesOf(key));
    const auto place = id && m_overlay.isLive(*id) ? placeOf(*id) : std::nullopt;
    return place ? static_cast<int>(*place / m_pageRows) : -1;
}

std::optional<std::size_t> KeyListModel::placeOf(RowId id) const {
    if (m_sorted) {
        const std::size_t place = placeFor(id);
        if (place < m_rows->size() && (*m_rows)[place] == id) {
            return place;
        }
        if (m_overlay.isEmpty() || m_sort.order == KeyOrder::key) {
            return std::nullopt;
        }
    }
    // An edited key may stand where its former record put it: 10 M rows in some milliseconds.
    const auto place = std::find(m_rows->begin(), m_rows->end(), id);
    return place == m_rows->end() ? std::nullopt : std::optional(static_cast<std::size_t>(place - m_rows->begin()));
}

std::size_t KeyListModel::placeFor(RowId id) const {
    if (!m_sorted) {
        return m_rows->size();
    }
    const rustcask::SnapshotEntry entry = entryOf(id);
    const auto place =
        std::lower_bound(m_rows->begin(), m_rows->end(), entry, [this](RowId other, const rustcask::SnapshotEntry& e) {
            return keyPrecedes(m_sort, entryOf(other), e);
        });
    return static_cast<std::size_t>(place - m_rows->begin());
}

RowIds& KeyListModel::ownRows() {
    if (!m_ownRows) {
        m_ownRows = std::make_shared<RowIds>(*m_rows);
    } else if (m_ownRows.use_count() > 2) { // a worker looks at them
        m_ownRows = std::make_shared<RowIds>(*m_ownRows);
    }
    m_rows = m_ownRows;
    return *m_ownRows;
}

void KeyListModel::insertRow(RowId id) {
    const std::size_t place = placeFor(id);
    RowIds& rows = ownRows();
    const int row = static_cast<int>(place);
    beginInsertRows({}, row, row);
    rows.insert(rows.begin() + row, id);
    endInsertRows();
}

void KeyListModel::removeRowAt(std::size_t place) {
    RowIds& rows = ownRows();
    const int row = static_cast<int>(place);
    beginRemoveRows({}, row, row);
    rows.erase(rows.begin() + row);
    endRemoveRows();
}

void KeyListModel::note(const QVector<KeyNote>& notes) {
    if (!m_source || notes.isEmpty()) {
        return;
    }
    // One edit costs up to a pass over the rows, for which the window must not wait often.
    constexpr std::size_t maxVisits = 50'000'000;
    const auto count = static_cast<std::size_t>(notes.size());
    const bool wouldPage = m_rows->size() + count > m_pageRows;
    if (wouldPage || (count > 1 && count * m_rows->size() > maxVisits)) {
        noteMany(notes);
    } else {
        for (const KeyNote& each : notes) {
            noteOne(each);
        }
    }
}

/// Lays the edit over the source; the id of its key.
RowId KeyListModel::takeNote(const KeyNote& note) {
    auto id = idOf(bytesOf(note.key));
    if (!note.record) {
        m_overlay.remove(*id);
        m_times.erase(*id);
        return *id;
    }
    if (id && *id < m_source->size()) {
        m_overlay.replace(*id, *note.record);
    } else {
        id = m_overlay.add(bytesOf(note.key), *note.record);
    }
    if (note.record->time) {
        m_times[*id] = note.record->time;
    } else {
        m_times.erase(*id);
    }
    return *id;
}

void KeyListModel::moveOrRepaint(std::size_t place, RowId id) {
    const auto row = static_cast<std::ptrdiff_t>(place);
    const bool staysAfter = !m_sorted || place == 0 || keyPrecedes(m_sort, entryOf((*m_rows)[place - 1]), entryOf(id));
    const bool staysBefore =
        !m_sorted || place + 1 == m_rows->size() || keyPrecedes(m_sort, entryOf(id), entryOf((*m_rows)[place + 1]));
    int at = static_cast<int>(place);
    if (!staysAfter || !staysBefore) {
        RowIds& rows = ownRows();
        const rustcask::SnapshotEntry moved = entryOf(id);
        const auto less = [this](RowId other, const rustcask::SnapshotEntry& e) {
            return keyPrecedes(m_sort, entryOf(other), e);
        };
        const auto begin = rows.begin();
        // Its own place is found among the others: so it is left out of the search.
        const auto target = staysAfter ? std::lower_bound(begin + row + 1, rows.end(), moved, less)
                                       : std::lower_bound(begin, begin + row, moved, less);
        const std::ptrdiff_t to = target - begin;
        beginMoveRows({}, at, at, {}, static_cast<int>(to));
        if (to > row) {
            std::rotate(begin + row, begin + row + 1, begin + to);
        } else {
            std::rotate(begin + to, begin + row, begin + row + 1);
        }
        endMoveRows();
        at = static_cast<int>(to > row ? to - 1 : to);
    }
    Q_EMIT dataChanged(index(at, 0), index(at, columns - 1));
}

void KeyListModel::noteOne(const KeyNote& note) {
    const auto known = idOf(bytesOf(note.key));
    if (!known && !note.record) {
        return;
    }
    const auto place = known ? placeOf(*known) : std::nullopt; // before the edit: it may move
    const bool wanted = note.record && (m_matcher.matches(bytesOf(note.key)) || note.valueMatches);
    if (place && !wanted) { // rows arranged before the edit may still show it
        removeRowAt(*place);
    }
    const RowId id = takeNote(note);
    if (place && wanted) {
        moveOrRepaint(*place, id);
    } else if (wanted) {
        insertRow(id);
    }
}

void KeyListModel::noteMany(const QVector<KeyNote>& notes) {
    beginResetModel();
    RowIds& rows = ownRows();
    RowIds touched;
    RowIds matching;
    for (const KeyNote& each : notes) {
        if (!each.record && !idOf(bytesOf(each.key))) {
            continue;
        }
        const RowId id = takeNote(each);
        touched.push_back(id);
        std::erase(matching, id);
        if (each.record && (m_matcher.matches(bytesOf(each.key)) || each.valueMatches)) {
            matching.push_back(id);
        }
    }
    std::sort(touched.begin(), touched.end());
    std::vector<bool> marked(touched.empty() ? 0 : touched.back() + std::size_t{1});
    for (const RowId id : touched) {
        marked[id] = true;
    }
    std::erase_if(rows, [&](RowId id) { return id < marked.size() && marked[id]; });
    if (m_sorted) {
        const auto precedes = [this](RowId a, RowId b) { return keyPrecedes(m_sort, entryOf(a), entryOf(b)); };
        std::sort(matching.begin(), matching.end(), precedes);
        insertSorted(rows, matching, precedes);
    } else {
        rows.insert(rows.end(), matching.begin(), matching.end());
    }
    m_first = std::min(m_first, rows.empty() ? 0 : (rows.size() - 1) / m_pageRows * m_pageRows);
    endResetModel();
}

void KeyListModel::setDrafts(const QSet<QByteArray>& keys) {
    if (keys == m_drafts) {
        return;
    }
    const QSet<QByteArray> changed = (keys - m_drafts) + (m_drafts - keys);
    m_drafts = keys;
    for (const QByteArray& changedKey : changed) {
        if (const int row = rowOf(changedKey); row >= 0) {
            Q_EMIT dataChanged(index(row, 0), index(row, 0), {draftRole});
        }
    }
}

RowIds KeyListModel::rowsWithoutTime(int first, int last) const {
    RowIds ids;
    for (int row = std::max(0, first); row <= last && row < rowCount(); ++row) {
        const RowId id = idAt(row);
        if (id < m_source->size() && !m_times.contains(id)) {
            ids.push_back(id);
        }
    }
    return ids;
}

void KeyListModel::setTimes(const std::shared_ptr<const KeySource>& source, const QVector<WrittenTime>& times) {
    if (source != m_source || times.isEmpty()) {
        return;
    }
    if (m_times.size() > maxCachedTimes) {
        m_times.clear();
    }
    for (const WrittenTime& written : times) {
        if (m_overlay.isEmpty() || m_overlay.record(written.id) == nullptr) {
            m_times[written.id] = written.time;
        }
    }
    if (rowCount() > 0) {
        // The view repaints only what is visible of it.
        Q_EMIT dataChanged(index(0, writtenColumn), index(rowCount() - 1, writtenColumn));
    }
}

} // namespace rustcask::ui
