// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <unordered_map>

#include <QAbstractTableModel>
#include <QByteArray>
#include <QSet>
#include <QVector>

#include "models/key_order.h"

namespace rustcask::ui {

/// A row's time of writing, as far as it is known.
struct WrittenTime {
    RowId id = 0;
    std::optional<rustcask::Timestamp> time{}; ///< nullopt: the record's header cannot be read
};

/// The key list as a table: key, value size, written, generation. Rows are 4-byte ids into a source; nothing is
/// allocated per row and `data` reads no file. Sorting and filtering are done elsewhere (key_order.h) and installed.
class KeyListModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { keyColumn, sizeColumn, writtenColumn, generationColumn, columns };
    enum Role { keyRole = Qt::UserRole, draftRole }; ///< the key's bytes; whether it has an unsaved draft

    /// A view's height in pixels is an int: beyond this many rows of 24 px it could not scroll.
    static constexpr std::size_t maxShownRows = 80'000'000;

    explicit KeyListModel(QObject* parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex& index) const override;

    // Contents, replaced in one go.
    /// Shows all keys of `source` in its own order. nullptr: nothing.
    void setSource(std::shared_ptr<const KeySource> source);
    /// Shows `rows` of the same or of another source; edits laid over the old source are kept only for the same one.
    void setRows(std::shared_ptr<const KeySource> source, Arrangement arrangement, const KeySort& sort,
                 const KeyMatcher& matcher, std::shared_ptr<const RowIds> byKey = nullptr);
    /// The source's ids in key order, once known: makes finding a key quick.
    void setKeyOrder(std::shared_ptr<const RowIds> byKey) { m_byKey = std::move(byKey); }

    // Edits made since the source was taken.
    /// A key has a new record: its row changes, appears, or moves to its place in the order.
    void noteWritten(const QByteArray& key, const KeyRecord& record);
    void noteRemoved(const QByteArray& key);
    /// Marks the keys that have a draft.
    void setDrafts(const QSet<QByteArray>& keys);

    // Reading.
    [[nodiscard]] const std::shared_ptr<const KeySource>& source() const { return m_source; }
    [[nodiscard]] KeyTable table() const;       ///< with a copy of the edits, for a worker
    [[nodiscard]] std::size_t liveKeys() const; ///< in the whole list, matching or not
    [[nodiscard]] std::size_t matchingKeys() const { return m_rows.size(); }
    [[nodiscard]] std::size_t editCount() const { return m_overlay.size(); }
    [[nodiscard]] bool isSorted() const { return m_sorted; }
    [[nodiscard]] const KeySort& sort() const { return m_sort; }
    [[nodiscard]] rustcask::SnapshotEntry entry(int row) const;
    [[nodiscard]] QByteArray key(int row) const;
    /// The ids of rows first to last, for a worker to look up in `table`.
    [[nodiscard]] RowIds ids(int first, int last) const { return {m_rows.begin() + first, m_rows.begin() + last + 1}; }
    /// The row that shows `key`, or -1.
    [[nodiscard]] int rowOf(const QByteArray& key) const;

    // Times of writing come later and only for rows somebody sees.
    [[nodiscard]] RowIds rowsWithoutTime(int first, int last) const;
    void setTimes(const std::shared_ptr<const KeySource>& source, const QVector<WrittenTime>& times);

private:
    [[nodiscard]] rustcask::SnapshotEntry entryOf(RowId id) const;
    [[nodiscard]] std::optional<RowId> idOf(std::string_view key) const;
    [[nodiscard]] int rowOfId(RowId id) const;
    [[nodiscard]] int placeFor(RowId id) const;
    void insertRow(RowId id);
    void removeRowAt(int row);
    [[nodiscard]] QVariant display(const QModelIndex& index) const;
    [[nodiscard]] QString toolTip(const QModelIndex& index) const;

    std::shared_ptr<const KeySource> m_source;
    std::shared_ptr<const RowIds> m_byKey;
    KeyOverlay m_overlay;
    RowIds m_rows;
    bool m_sorted = false;
    KeySort m_sort;
    KeyMatcher m_matcher;
    QSet<QByteArray> m_drafts;
    std::unordered_map<RowId, std::optional<rustcask::Timestamp>> m_times;
};

/// A key for one line of a table: as `displayKey`, but of a long one only beginning and end, and its length.
[[nodiscard]] QString displayKeyShort(std::string_view key);

/// Text that a tooltip shows as it is, whatever it contains, wrapped.
[[nodiscard]] QString plainToolTip(const QString& text);

} // namespace rustcask::ui
