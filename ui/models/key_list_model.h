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

/// The numbers from 0 to `count - 1`: a source in its own order.
[[nodiscard]] std::shared_ptr<const RowIds> sourceRows(std::size_t count);

/// A key that has been edited since the list's source was taken.
struct KeyNote {
    QByteArray key{};
    std::optional<KeyRecord> record{}; ///< nullopt: it is gone
    bool valueMatches = false;         ///< with a filter that looks into values: whether this one does
};

/// The key list as a table: key, value size, written, generation. Rows are 4-byte ids into a source, shared with the
/// order they came from until an edit changes them; nothing is allocated per row and `data` reads no file. Sorting and
/// filtering are done elsewhere (key_order.h) and installed.
///
/// A view can show so many rows and no more: of a longer list the model shows one page at a time.
class KeyListModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { keyColumn, sizeColumn, writtenColumn, generationColumn, columns };
    enum Role { keyRole = Qt::UserRole, draftRole }; ///< the key's bytes; whether it has an unsaved draft

    /// A view's height in pixels is an int: beyond this many rows of 24 px it could not scroll.
    static constexpr std::size_t maxViewRows = 80'000'000;

    explicit KeyListModel(QObject* parent = nullptr);
    /// Rows of a page; for tests, which have fewer keys. @pre before anything is shown
    void setPageRows(std::size_t rows) { m_pageRows = rows; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex& index) const override;

    // Contents, replaced in one go.
    /// Shows all keys of `source` in its own order. nullptr: nothing. `rows` are the numbers from 0 on, if they have
    /// been made already: millions of them take a moment.
    void setSource(std::shared_ptr<const KeySource> source, std::shared_ptr<const RowIds> rows = nullptr);
    /// Shows the arranged rows of the same or of another source; edits laid over the old source are kept only for the
    /// same one.
    void setRows(std::shared_ptr<const KeySource> source, const Arrangement& arrangement, const KeySort& sort,
                 const KeyMatcher& matcher, std::shared_ptr<const RowIds> byKey = nullptr);
    /// The source's ids in key order, once known: makes finding a key quick.
    void setKeyOrder(std::shared_ptr<const RowIds> byKey) { m_byKey = std::move(byKey); }
    /// Whether edits find their rows quickly: a long source is searched for a key only once its order is known.
    [[nodiscard]] bool canTakeNotes() const { return m_byKey || !m_source || m_source->size() <= maxUnordered; }
    /// Edits made since the source was taken, in their order: rows change, appear, go, or move to their places. Many at
    /// once cost one pass over the rows and a reset. @pre canTakeNotes()
    void note(const QVector<KeyNote>& notes);

    // Pages of a list that is too long for a view.
    [[nodiscard]] int pageCount() const;
    [[nodiscard]] int page() const { return static_cast<int>(m_first / m_pageRows); }
    void setPage(int page);
    /// The page of a key that is not on this one; -1: it is not in the list.
    [[nodiscard]] int pageOf(const QByteArray& key) const;
    /// Where the page's first row stands in the list.
    [[nodiscard]] std::size_t firstOfPage() const { return m_first; }

    /// The list is one of deleted keys: columns tell of the deletion and of the last value.
    void setDeletedKeys(bool deleted);
    /// Marks the keys that have a draft.
    void setDrafts(const QSet<QByteArray>& keys);

    // Reading.
    [[nodiscard]] const std::shared_ptr<const KeySource>& source() const { return m_source; }
    [[nodiscard]] KeyTable table() const;       ///< with a copy of the edits, for a worker
    [[nodiscard]] std::size_t liveKeys() const; ///< in the whole list, matching or not
    [[nodiscard]] std::size_t matchingKeys() const { return m_rows->size(); } ///< on all pages
    [[nodiscard]] const KeyMatcher& matcher() const { return m_matcher; }
    /// Keys, or values, that the search could not decide on: see `Arrangement`.
    [[nodiscard]] std::uint64_t undecidedKeys() const { return m_undecided; }
    [[nodiscard]] std::uint64_t unsearchedValues() const { return m_unsearched; }
    /// The rows of all pages.
    [[nodiscard]] std::shared_ptr<const RowIds> rows() const { return m_rows; }
    [[nodiscard]] std::size_t editCount() const { return m_overlay.size(); }
    [[nodiscard]] bool isSorted() const { return m_sorted; }
    [[nodiscard]] const KeySort& sort() const { return m_sort; }
    [[nodiscard]] rustcask::SnapshotEntry entry(int row) const;
    [[nodiscard]] QByteArray key(int row) const;
    /// The ids of rows first to last, for a worker to look up in `table`.
    [[nodiscard]] RowIds ids(int first, int last) const;
    /// The row of this page that shows `key`, or -1.
    [[nodiscard]] int rowOf(const QByteArray& key) const;
    /// The first row of this page whose key begins with `bytes`; -1: none, or the rows are not in key order.
    [[nodiscard]] int rowStartingWith(const QByteArray& bytes) const;

    // Times of writing come later and only for rows somebody sees.
    [[nodiscard]] RowIds rowsWithoutTime(int first, int last) const;
    void setTimes(const std::shared_ptr<const KeySource>& source, const QVector<WrittenTime>& times);

private:
    static constexpr std::size_t maxUnordered = 200'000;

    [[nodiscard]] rustcask::SnapshotEntry entryOf(RowId id) const;
    [[nodiscard]] RowId idAt(int row) const { return (*m_rows)[m_first + static_cast<std::size_t>(row)]; }
    [[nodiscard]] std::optional<RowId> idOf(std::string_view key) const;
    /// Its place in the whole list; nullopt: it is not there.
    [[nodiscard]] std::optional<std::size_t> placeOf(RowId id) const;
    [[nodiscard]] std::size_t placeFor(RowId id) const;
    [[nodiscard]] bool isPaged() const { return m_rows->size() > m_pageRows; }
    RowIds& ownRows();
    void noteOne(const KeyNote& note);
    void noteMany(const QVector<KeyNote>& notes);
    RowId takeNote(const KeyNote& note);
    void moveOrRepaint(std::size_t place, RowId id);
    void insertRow(RowId id);
    void removeRowAt(std::size_t place);
    /// A deleted key whose last value is not there any more: no file has the number 0.
    [[nodiscard]] bool isGone(const rustcask::SnapshotEntry& entry) const {
        return m_deletedKeys && entry.generation.value == 0;
    }
    [[nodiscard]] QVariant display(const QModelIndex& index) const;
    [[nodiscard]] QString toolTip(const QModelIndex& index) const;

    std::shared_ptr<const KeySource> m_source;
    std::shared_ptr<const RowIds> m_byKey;
    KeyOverlay m_overlay;
    std::shared_ptr<const RowIds> m_rows; // never null
    std::shared_ptr<RowIds> m_ownRows;    // the same once an edit has changed it: shared with nobody's order
    std::size_t m_first = 0;              // of the page, among the rows
    std::size_t m_pageRows = maxViewRows;
    std::uint64_t m_undecided = 0;
    std::uint64_t m_unsearched = 0;
    bool m_sorted = false;
    bool m_deletedKeys = false;
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
