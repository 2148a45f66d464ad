// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/key_list_model.h"

#include <algorithm>
#include <numeric>

#include <QFont>

#include "theme/format.h"
#include "theme/tokens.h"

namespace rustcask::ui {

namespace {

std::string_view view(const QByteArray& bytes) {
    return {bytes.constData(), static_cast<std::size_t>(bytes.size())};
}

QByteArrayView byteView(std::string_view bytes) {
    return {bytes.data(), static_cast<qsizetype>(bytes.size())};
}

constexpr std::size_t maxCachedTimes = 100'000;

} // namespace

QString displayKeyShort(std::string_view key) {
    constexpr std::size_t head = 160;
    constexpr std::size_t tail = 60;
    if (key.size() <= head + tail) {
        return displayKey(byteView(key));
    }
    return KeyListModel::tr("%1…%2  (%3)", "beginning and end of a long key, and its length")
        .arg(displayKey(byteView(key.substr(0, head))), displayKey(byteView(key.substr(key.size() - tail))),
             formatBytes(key.size()));
}

QString plainToolTip(const QString& text) {
    return QStringLiteral("<p style=\"white-space:pre-wrap\">%1</p>").arg(text.toHtmlEscaped());
}

KeyListModel::KeyListModel(QObject* parent) : QAbstractTableModel(parent) {}

int KeyListModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(std::min(m_rows.size(), maxShownRows));
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
    return entryOf(m_rows[static_cast<std::size_t>(row)]);
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
    const RowId id = m_rows[static_cast<std::size_t>(index.row())];
    const rustcask::SnapshotEntry shown = entryOf(id);
    switch (index.column()) {
    case keyColumn:
        return displayKeyShort(shown.key);
    case sizeColumn:
        return formatBytes(shown.valueBytes);
    case writtenColumn: {
        const auto known = m_times.find(id);
        if (known == m_times.end()) {
            return QString();
        }
        return known->second ? formatTime(*known->second) : tr("unreadable");
    }
    case generationColumn:
        return formatCount(shown.generation.value);
    default:
        return {};
    }
}

QString KeyListModel::toolTip(const QModelIndex& index) const {
    const RowId id = m_rows[static_cast<std::size_t>(index.row())];
    const rustcask::SnapshotEntry shown = entryOf(id);
    switch (index.column()) {
    case keyColumn:
        return displayKey(byteView(shown.key), 4096) + QLatin1Char('\n') +
               (m_drafts.contains(key(index.row())) ? tr("Has unsaved changes.") + QLatin1Char(' ') : QString()) +
               tr("Key of %1").arg(formatBytesExactly(shown.key.size()));
    case sizeColumn:
        return formatBytesExactly(shown.valueBytes);
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
        return tip ? tr("Sort in the order in which the records were written") : tr("Written");
    case generationColumn:
        return tip ? tr("Sort by place: generation of the file, then offset") : tr("Generation");
    default:
        return {};
    }
}

Qt::ItemFlags KeyListModel::flags(const QModelIndex& index) const {
    return index.isValid() ? Qt::ItemIsSelectable | Qt::ItemIsEnabled | Qt::ItemNeverHasChildren : Qt::NoItemFlags;
}

void KeyListModel::setSource(std::shared_ptr<const KeySource> source) {
    beginResetModel();
    m_source = std::move(source);
    m_byKey.reset();
    m_overlay = KeyOverlay(m_source ? m_source->size() : 0);
    m_rows = RowIds(m_source ? m_source->size() : 0);
    std::iota(m_rows.begin(), m_rows.end(), RowId{0});
    m_rows.shrink_to_fit();
    m_sorted = false;
    m_matcher = KeyMatcher();
    m_times.clear();
    endResetModel();
}

void KeyListModel::setRows(std::shared_ptr<const KeySource> source, Arrangement arrangement, const KeySort& sort,
                           const KeyMatcher& matcher, std::shared_ptr<const RowIds> byKey) {
    beginResetModel();
    if (source != m_source) {
        m_source = std::move(source);
        m_byKey = std::move(byKey);
        m_overlay = KeyOverlay(m_source ? m_source->size() : 0);
        m_times.clear();
    }
    m_rows = std::move(arrangement.rows);
    m_sorted = arrangement.sorted;
    m_sort = sort;
    m_matcher = matcher;
    endResetModel();
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
    for (std::size_t i = 0; i < m_source->size(); ++i) {
        if (m_source->entry(i).key == key) {
            return static_cast<RowId>(i);
        }
    }
    return std::nullopt;
}

int KeyListModel::rowOf(const QByteArray& key) const {
    const auto id = idOf(view(key));
    if (!id || !m_overlay.isLive(*id)) {
        return -1;
    }
    if (!m_sorted) {
        return rowOfId(*id);
    }
    const int row = placeFor(*id);
    return row < rowCount() && m_rows[static_cast<std::size_t>(row)] == *id ? row : -1;
}

int KeyListModel::rowOfId(RowId id) const {
    const auto place = std::find(m_rows.begin(), m_rows.end(), id); // 10 M of them in some milliseconds
    const auto row = static_cast<std::size_t>(place - m_rows.begin());
    return place == m_rows.end() || row >= maxShownRows ? -1 : static_cast<int>(row);
}

int KeyListModel::placeFor(RowId id) const {
    if (!m_sorted) {
        return static_cast<int>(m_rows.size());
    }
    const rustcask::SnapshotEntry entry = entryOf(id);
    const auto place =
        std::lower_bound(m_rows.begin(), m_rows.end(), entry, [this](RowId other, const rustcask::SnapshotEntry& e) {
            return keyPrecedes(m_sort, entryOf(other), e);
        });
    return static_cast<int>(place - m_rows.begin());
}

void KeyListModel::insertRow(RowId id) {
    const int row = placeFor(id);
    const bool shown = static_cast<std::size_t>(row) < maxShownRows && m_rows.size() < maxShownRows;
    if (shown) {
        beginInsertRows({}, row, row);
    }
    m_rows.insert(m_rows.begin() + row, id);
    if (shown) {
        endInsertRows();
    }
}

void KeyListModel::removeRowAt(int row) {
    beginRemoveRows({}, row, row);
    m_rows.erase(m_rows.begin() + row);
    endRemoveRows();
}

void KeyListModel::noteWritten(const QByteArray& key, const KeyRecord& record) {
    if (!m_source) {
        return;
    }
    auto id = idOf(view(key));
    const int row = id ? rowOfId(*id) : -1; // not by its place: the record that gave it may be outdated
    if (row >= 0) {
        // Its own place is found among the others: so it is taken out for the search, and only moved when it must be.
        const auto previous = static_cast<std::size_t>(row);
        if (*id < m_source->size()) {
            m_overlay.replace(*id, record);
        } else {
            m_overlay.add(view(key), record);
        }
        if (record.time) {
            m_times[*id] = record.time;
        } else {
            m_times.erase(*id);
        }
        const bool staysAfter =
            !m_sorted || row == 0 || keyPrecedes(m_sort, entryOf(m_rows[previous - 1]), entryOf(*id));
        const bool staysBefore = !m_sorted || previous + 1 == m_rows.size() ||
                                 keyPrecedes(m_sort, entryOf(*id), entryOf(m_rows[previous + 1]));
        int at = row;
        if (!staysAfter || !staysBefore) {
            const rustcask::SnapshotEntry moved = entryOf(*id);
            const auto less = [this](RowId other, const rustcask::SnapshotEntry& e) {
                return keyPrecedes(m_sort, entryOf(other), e);
            };
            const auto begin = m_rows.begin();
            const auto place = staysAfter ? std::lower_bound(begin + row + 1, m_rows.end(), moved, less)
                                          : std::lower_bound(begin, begin + row, moved, less);
            const int to = static_cast<int>(place - begin);
            beginMoveRows({}, row, row, {}, to);
            if (to > row) {
                std::rotate(begin + row, begin + row + 1, begin + to);
            } else {
                std::rotate(begin + to, begin + row, begin + row + 1);
            }
            endMoveRows();
            at = to > row ? to - 1 : to;
        }
        Q_EMIT dataChanged(index(at, 0), index(at, columns - 1));
        return;
    }
    if (id && *id < m_source->size()) {
        m_overlay.replace(*id, record);
    } else {
        id = m_overlay.add(view(key), record);
    }
    if (record.time) {
        m_times[*id] = record.time;
    }
    if (m_matcher.matches(view(key)) && m_rows.size() < maxShownRows) {
        insertRow(*id);
    }
}

void KeyListModel::noteRemoved(const QByteArray& key) {
    const auto id = idOf(view(key));
    if (!id) {
        return;
    }
    if (const int row = rowOfId(*id); row >= 0) { // rows arranged before the edit may still show it
        removeRowAt(row);
    }
    m_overlay.remove(*id);
    m_times.erase(*id);
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
        const RowId id = m_rows[static_cast<std::size_t>(row)];
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
