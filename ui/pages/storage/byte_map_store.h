// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include <QElapsedTimer>
#include <QHash>
#include <QObject>
#include <QPointer>
#include <QTimer>

#include "pages/storage/byte_map_source.h"
#include "session/engine_event.h"

namespace rustcask::ui {

class Session;
class Task;

/// Keeps what the byte map knows of every file: at once what the engine's statistics say, then what a background scan
/// finds, file by file, and again for files that have changed since, with pauses at least three times as long as the
/// scans. Memory: at most `totalBuckets` buckets for all files, and 8 bytes for every thousand records.
class ByteMapStore : public QObject {
    Q_OBJECT
public:
    explicit ByteMapStore(QObject* parent = nullptr);
    ~ByteMapStore() override;

    void setSession(Session* session);
    [[nodiscard]] Session* session() const { return m_session; }
    /// Scans only while it is looked at.
    void setWatched(bool watched);

    [[nodiscard]] const std::vector<MapFile>& files() const { return m_files; }
    [[nodiscard]] int indexOf(const QString& name) const; ///< -1: no such file
    [[nodiscard]] quint64 largest() const { return m_largest; }
    /// The index of a whole file that has not changed since, for others who list its records; null: there is none.
    [[nodiscard]] std::shared_ptr<RecordIndex> wholeIndex(const QString& name) const;

    /// Where reading may begin to come to `byte` soon: the last record known at or before it that the scan noted.
    [[nodiscard]] quint64 startBefore(const QString& name, quint64 byte) const;

    /// Whether every file has been read as it is now.
    [[nodiscard]] bool isRefined() const;
    /// "From statistics; 3 of 12 files read (31 %)", "Every record read".
    [[nodiscard]] QString sentence() const;

    /// Reads a part of a file more closely; `detailReady` follows unless a newer wish comes first.
    void requestDetail(const QString& name, const ByteWindow& window);
    /// Names the record that holds a byte; `recordNamed` follows.
    void requestRecord(const QString& name, quint64 byte);
    [[nodiscard]] const MapDetail& detail() const { return m_detail; }

    [[nodiscard]] bool isMerging() const { return m_merging; }

    static constexpr std::size_t totalBuckets = std::size_t{1} << 17;

Q_SIGNALS:
    void filesChanged();       ///< which files there are, or their lengths
    void mapChanged(int file); ///< what is known of a file; -1: of several
    void sentenceChanged();
    void detailReady();
    void recordNamed(const QString& name, quint64 byte, const rustcask::ui::MapRecord& record);
    void failed(const rustcask::Error& error);

private:
    struct Job {
        QString name;
        std::shared_ptr<RecordIndex> index;
        rustcask::ByteTally whole;
        bool resumed = false; // reads only what was appended since the last scan
        bool mayGrow = false; // a writer may be appending
    };
    void take(const rustcask::Stats& stats);
    void drain(const rustcask::Stats& stats);
    void reindex();
    void takeEvents(const QVector<EngineEvent>& events);
    void scanSoon();
    void scan();
    void takeScanned();
    void list();
    void showOutputs(const std::vector<rustcask::FileEntry>& outputs);
    void takeHints(const std::vector<rustcask::FileEntry>& entries);
    void clearMerge();
    [[nodiscard]] bool wantsScan(const MapFile& file) const;
    [[nodiscard]] std::filesystem::path pathOf(const QString& name) const;

    Session* m_session = nullptr;
    std::unique_ptr<QObject> m_context{}; // gone with the session: results of the old one find nobody
    std::unique_ptr<QObject> m_detailContext{};
    std::unique_ptr<QObject> m_recordContext{};
    std::vector<MapFile> m_files{};
    QHash<QString, int> m_at{}; // by name
    HintSizes m_hints{};
    quint64 m_largest = 0;
    bool m_watched = false;
    bool m_merging = false;
    bool m_listing = false;
    MapDetail m_detail{};
    QPointer<Task> m_scan{};
    std::vector<Job> m_jobs{}; // of the scan that runs
    QElapsedTimer m_scanClock{};
    QTimer m_again{};
    QTimer m_outputs{};
};

} // namespace rustcask::ui

Q_DECLARE_METATYPE(rustcask::ui::MapRecord)
