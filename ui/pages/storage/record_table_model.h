// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <list>
#include <memory>
#include <optional>

#include <QAbstractTableModel>
#include <QCache>
#include <QHash>
#include <QIcon>
#include <QPalette>
#include <QSet>

#include "pages/storage/record_source.h"

namespace rustcask::ui {

class Task;
class TaskRunner;

/// The records of one file in file order. A worker indexes the file (rows appear as it goes on) and other workers read
/// the pages that are looked at; at most 40 pages are kept, however large the file is. No I/O in `data`.
class RecordTableModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { offset, kind, sequence, time, key, keySize, valueSize, verdict, columnCountValue };

    explicit RecordTableModel(QObject* parent = nullptr);
    ~RecordTableModel() override;

    /// Begins to list `file`. `runner` must outlive the next `close`. `whole`: the index of all its records where one
    /// is known; then it is listed at once. `mayGrow`: somebody may be appending to it.
    void open(TaskRunner& runner, std::shared_ptr<const rustcask::Database> database, const std::filesystem::path& file,
              std::shared_ptr<RecordIndex> whole = {}, bool mayGrow = false);
    /// Where the next versions of superseded records are looked up once it is built; null: nowhere.
    void setVersions(std::shared_ptr<const rustcask::VersionIndex> versions);
    /// The index has been built, or has grown: the next versions of what is listed are looked up again.
    void nameVersions();
    /// What is read from now on.
    void setMayGrow(bool mayGrow) { m_mayGrow = mayGrow; }
    void close();
    /// Lists only the records that match, the first `RecordMatches::most` of them; an empty filter lists all again.
    void setFilter(const RecordFilter& filter);
    [[nodiscard]] const RecordFilter& filter() const { return m_filter; }
    /// Whether matches were left out for their number.
    [[nodiscard]] bool isCut() const { return m_matches && m_matches->isCut(); }
    [[nodiscard]] bool isOpen() const { return m_runner != nullptr; }
    [[nodiscard]] const std::filesystem::path& file() const { return m_file; }
    /// Whether all of the file is listed: until then the count is "so far".
    [[nodiscard]] bool isComplete() const { return m_complete; }
    [[nodiscard]] quint64 scannedTo() const { return m_scannedTo; }
    /// Emits `located` once the record that holds the byte at `offset` is listed and its page is read.
    void locate(quint64 offset);
    /// nullptr while the row's page is not read.
    [[nodiscard]] const RecordRow* rowAt(int row) const;
    void setPalette(const QPalette& palette);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role = Qt::DisplayRole) const override;

Q_SIGNALS:
    void listed(quint64 records, bool complete);
    void located(int row);
    void failed(const rustcask::Error& error);

private:
    using Page = std::vector<RecordRow>;

    void begin();
    void search();
    void takeMatches();
    void takeIndex();
    void requestPage(quint64 page) const;
    void loadPage(quint64 page);
    void requestNames(quint64 page) const;
    void namePage(quint64 page);
    void tryToLocate();
    [[nodiscard]] QString text(const RecordRow& row, int column) const;

    TaskRunner* m_runner = nullptr;
    std::shared_ptr<const rustcask::Database> m_database{};
    std::shared_ptr<const rustcask::VersionIndex> m_versions{};
    std::filesystem::path m_file{};
    std::shared_ptr<RecordIndex> m_index{};
    RecordFilter m_filter{};
    std::shared_ptr<RecordMatches> m_matches{}; // with a filter
    Page m_found{};                             // taken from it
    std::unique_ptr<QObject> m_context{};       // gone with the file: results of an old one find nobody
    int m_rows = 0;
    quint64 m_scannedTo = 0;
    bool m_complete = false;
    bool m_mayGrow = false;
    QCache<quint64, Page> m_pages{40};
    mutable QSet<quint64> m_requested{};       // pages of the file, or of what was found
    mutable QHash<quint64, quint64> m_named{}; // with a filter: pages looked up, and how many rows they had
    std::optional<quint64> m_wanted{};
    QIcon m_icons[7]{};
};

/// "live", "superseded", "tombstone" …
[[nodiscard]] QString recordStateText(RecordState state);
/// Swatch of a state: colour and shape as everywhere.
[[nodiscard]] QIcon recordStateIcon(RecordState state, const QPalette& palette);

} // namespace rustcask::ui
