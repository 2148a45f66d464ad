// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/storage/byte_map_store.h"

#include <algorithm>

#include <rustcask/database.h>

#include "pages/storage/steady_inspector.h"
#include "session/session.h"
#include "theme/format.h"

namespace rustcask::ui {
namespace {

constexpr int outputsIntervalMs = 250;
constexpr int leastPauseMs = 1000; // between two scans of what has changed
constexpr std::size_t mostBucketsAFile = 4096;
constexpr std::size_t leastBucketsAFile = 8; // of ten thousand files

} // namespace

ByteMapStore::ByteMapStore(QObject* parent) : QObject(parent) {
    m_again.setSingleShot(true);
    connect(&m_again, &QTimer::timeout, this, &ByteMapStore::scan);
    m_outputs.setInterval(outputsIntervalMs);
    connect(&m_outputs, &QTimer::timeout, this, &ByteMapStore::list);
}

ByteMapStore::~ByteMapStore() = default;

void ByteMapStore::setSession(Session* session) {
    if (m_session != nullptr) {
        disconnect(m_session, nullptr, this, nullptr);
    }
    m_context.reset();
    m_detailContext.reset();
    m_recordContext.reset();
    m_again.stop();
    m_outputs.stop();
    m_session = session;
    m_files.clear();
    m_jobs.clear();
    m_scan.clear();
    m_detail = {};
    m_hints.clear();
    reindex();
    m_merging = false;
    m_listing = false;
    if (session != nullptr) {
        m_context = std::make_unique<QObject>();
        connect(session, &Session::statsSampled, this, &ByteMapStore::take);
        connect(session, &Session::eventsArrived, this, &ByteMapStore::takeEvents);
        take(session->stats());
    }
    Q_EMIT filesChanged();
    Q_EMIT sentenceChanged();
}

void ByteMapStore::setWatched(bool watched) {
    m_watched = watched;
    if (watched) {
        scanSoon();
    } else {
        m_again.stop();
    }
}

int ByteMapStore::indexOf(const QString& name) const {
    return m_at.value(name, -1);
}

void ByteMapStore::reindex() {
    m_at.clear();
    m_largest = 0;
    for (std::size_t i = 0; i < m_files.size(); ++i) {
        m_at.insert(m_files[i].name, static_cast<int>(i));
        m_largest = std::max(m_largest, m_files[i].bytes);
    }
}

std::filesystem::path ByteMapStore::pathOf(const QString& name) const {
    return std::filesystem::path(m_session->directory().toStdString()) / name.toStdString();
}

std::shared_ptr<RecordIndex> ByteMapStore::wholeIndex(const QString& name) const {
    const int file = indexOf(name);
    if (file < 0) {
        return nullptr;
    }
    const MapFile& known = m_files[static_cast<std::size_t>(file)];
    return known.complete && !known.stats.active ? known.index : nullptr;
}

void ByteMapStore::take(const rustcask::Stats& stats) {
    std::vector<QString> before;
    before.reserve(m_files.size());
    for (const MapFile& file : m_files) {
        before.push_back(file.name);
    }
    if (m_merging && !stats.mergeRunning && !m_scan) {
        // The events that tell of the end may still be on their way; the statistics are as good.
        m_merging = false;
        m_outputs.stop();
        std::erase_if(m_files, [](const MapFile& file) { return file.growing; });
        for (MapFile& file : m_files) {
            file.drained = 0;
        }
    }
    m_files = mapFiles(stats, m_hints, std::move(m_files));
    reindex();
    drain(stats);
    bool sameNames = before.size() == m_files.size();
    for (std::size_t i = 0; sameNames && i < m_files.size(); ++i) {
        sameNames = m_files[i].name == before[i];
    }
    if (sameNames) {
        Q_EMIT mapChanged(-1);
    } else {
        Q_EMIT filesChanged();
        list();
    }
    if (stats.mergeRunning && !m_outputs.isActive()) {
        m_merging = true;
        m_outputs.start();
    }
    scanSoon();
}

bool ByteMapStore::wantsScan(const MapFile& file) const {
    if (file.growing || file.bytes == 0) {
        return false;
    }
    return !file.complete || !(file.whole == file.wholeWhenScanned);
}

bool ByteMapStore::isRefined() const {
    return std::none_of(m_files.begin(), m_files.end(),
                        [](const MapFile& file) { return !file.growing && file.bytes > 0 && !file.complete; });
}

QString ByteMapStore::sentence() const {
    if (m_session == nullptr || m_files.empty()) {
        return {};
    }
    quint64 bytes = 0;
    quint64 read = 0;
    quint64 files = 0;
    quint64 done = 0;
    quint64 damaged = 0;
    for (const MapFile& file : m_files) {
        if (file.growing) {
            continue;
        }
        ++files;
        bytes += file.bytes;
        done += file.complete || file.bytes == 0 ? 1 : 0;
        read += file.complete ? file.bytes : file.map ? std::min<quint64>(file.map->filledTo(), file.bytes) : 0;
        damaged += file.map ? file.map->total()[rustcask::ByteKind::damaged] : 0;
    }
    if (done < files) {
        const double share = bytes == 0 ? 0 : static_cast<double>(read) / static_cast<double>(bytes);
        return tr("From statistics; records read in %1 of %2 files (%3)")
            .arg(formatCount(done), formatCount(files), formatPercent(share));
    }
    return damaged > 0 ? tr("Every record read: %1 damaged").arg(formatBytes(damaged))
                       : tr("Every record read, none damaged");
}

void ByteMapStore::scanSoon() {
    if (!m_watched || m_session == nullptr || m_scan || m_again.isActive() ||
        std::none_of(m_files.begin(), m_files.end(), [this](const MapFile& file) { return wantsScan(file); })) {
        return;
    }
    const bool first = !isRefined() && !m_scanClock.isValid();
    m_again.start(first ? 0 : leastPauseMs);
}

void ByteMapStore::scan() {
    if (!m_watched || m_session == nullptr || m_scan || !m_session->database()) {
        return;
    }
    std::size_t scanned = 0;
    for (const MapFile& file : m_files) {
        scanned += file.growing ? 0 : 1;
    }
    const std::size_t buckets =
        std::clamp(totalBuckets / std::max<std::size_t>(scanned, 1), leastBucketsAFile, mostBucketsAFile);
    m_jobs.clear();
    quint64 bytes = 0;
    const auto add = [&](MapFile& file) {
        // What has only grown is read on from where the last scan ended; what changed otherwise, anew.
        const bool grown = file.index && file.map && !file.complete &&
                           file.map->total()[rustcask::ByteKind::live] <= file.whole[rustcask::ByteKind::live];
        const bool mayGrow = file.kind == rustcask::FileKind::data && file.stats.active;
        m_jobs.push_back(
            {file.name, grown ? file.index : std::make_shared<RecordIndex>(buckets), file.whole, grown, mayGrow});
        bytes += file.bytes;
    };
    // What has never been read comes first, small files before long ones: the picture is soon nearly whole.
    std::vector<MapFile*> wanted;
    for (MapFile& file : m_files) {
        if (wantsScan(file)) {
            wanted.push_back(&file);
        }
    }
    std::stable_sort(wanted.begin(), wanted.end(), [](const MapFile* a, const MapFile* b) {
        return std::pair(a->map != nullptr, a->kind == rustcask::FileKind::hint) <
               std::pair(b->map != nullptr, b->kind == rustcask::FileKind::hint);
    });
    for (MapFile* file : wanted) {
        add(*file);
    }
    if (m_jobs.empty()) {
        return;
    }
    const bool again = m_scanClock.isValid() && isRefined();
    m_scanClock.start();
    TaskOptions options;
    options.pausable = true;
    options.visible = !again; // the first reading is worth a line in the status bar, keeping up is not
    m_scan = m_session->tasks().start<void>(
        tr("Reading the records for the byte map"),
        [jobs = m_jobs, bytes, database = m_session->database(),
         directory = std::filesystem::path(m_session->directory().toStdString())](
            rustcask::Progress& progress) -> Result<void> {
            progress.setTotals(jobs.size(), 0, bytes);
            for (const Job& job : jobs) {
                auto built =
                    job.index->build(directory / job.name.toStdString(), progress, database.get(), job.mayGrow);
                // A file that a merge has removed meanwhile is no failure of the map.
                if (!built && built.error().code == rustcask::ErrorCode::cancelled) {
                    return built;
                }
                progress.addFiles(1);
            }
            return {};
        },
        m_context.get(),
        [this](Result<void> done) {
            takeScanned();
            m_scan.clear();
            m_jobs.clear();
            const auto tookMs = static_cast<int>(std::min<qint64>(m_scanClock.elapsed(), 60'000));
            Q_EMIT sentenceChanged();
            if (done && m_watched &&
                std::any_of(m_files.begin(), m_files.end(), [this](const MapFile& file) { return wantsScan(file); })) {
                m_again.start(std::max(leastPauseMs, 3 * tookMs));
            }
        },
        options);
    connect(m_scan, &Task::progressed, m_context.get(), [this] { takeScanned(); });
}

void ByteMapStore::takeScanned() {
    bool any = false;
    for (const Job& job : m_jobs) {
        const int at = indexOf(job.name);
        const auto view = job.index->view();
        if (at < 0 || view.scannedTo == 0) {
            continue;
        }
        MapFile& file = m_files[static_cast<std::size_t>(at)];
        const bool sameScan = file.index == job.index;
        if (sameScan && file.complete && view.complete) {
            continue;
        }
        // A file that is read again keeps its old picture until the new one is whole.
        if (!sameScan && file.complete && !view.complete) {
            continue;
        }
        file.index = job.index;
        file.map = std::make_shared<const rustcask::ByteMap>(job.index->map());
        file.unusedTail = job.index->unusedTail();
        if (view.complete) {
            file.complete = true;
            // What was read before may have been superseded since: then all of it is read again.
            const bool stale =
                job.resumed && file.map->total()[rustcask::ByteKind::live] != job.whole[rustcask::ByteKind::live];
            file.wholeWhenScanned = stale ? rustcask::ByteTally() : job.whole;
            file.bytes = std::max<quint64>(file.bytes, file.map->filledTo());
        }
        any = true;
    }
    if (any) {
        Q_EMIT mapChanged(-1);
        Q_EMIT sentenceChanged();
    }
}

quint64 ByteMapStore::startBefore(const QString& name, quint64 byte) const {
    const int at = indexOf(name);
    if (at < 0) {
        return 0;
    }
    const auto& index = m_files[static_cast<std::size_t>(at)].index;
    if (!index) {
        return 0;
    }
    const auto view = index->view();
    return view.records == 0 ? 0 : index->pageOffset(index->pageOf(std::min<quint64>(byte, view.scannedTo)));
}

void ByteMapStore::requestDetail(const QString& name, const ByteWindow& window) {
    if (m_session == nullptr || !m_session->database()) {
        return;
    }
    m_detailContext = std::make_unique<QObject>(); // cancels the one before
    TaskOptions quiet;
    quiet.visible = false;
    m_session->tasks().start<MapDetail>(
        tr("Looking closer at %1").arg(name),
        [file = pathOf(name), window, start = startBefore(name, window.from), database = m_session->database(),
         grows = mayGrow(m_session->stats(), name)](rustcask::Progress& progress) {
            return readDetail(file, window, start, database.get(), grows, progress);
        },
        m_detailContext.get(),
        [this](Result<MapDetail> detail) {
            if (detail) {
                m_detail = std::move(*detail);
                Q_EMIT detailReady();
            } else if (detail.error().code != rustcask::ErrorCode::cancelled) {
                Q_EMIT failed(detail.error());
            }
        },
        quiet);
}

void ByteMapStore::requestRecord(const QString& name, quint64 byte) {
    if (m_session == nullptr || !m_session->database()) {
        return;
    }
    m_recordContext = std::make_unique<QObject>();
    TaskOptions quiet;
    quiet.visible = false;
    m_session->tasks().start<MapDetail>(
        tr("Looking for a record of %1").arg(name),
        [file = pathOf(name), byte, start = startBefore(name, byte), database = m_session->database(),
         grows = mayGrow(m_session->stats(), name)](rustcask::Progress& progress) {
            return readDetail(file, {byte, byte + 1}, start, database.get(), grows, progress);
        },
        m_recordContext.get(),
        [this, name, byte](Result<MapDetail> detail) {
            if (detail && !detail->records.empty()) {
                Q_EMIT recordNamed(name, byte, detail->records.front());
            }
        },
        quiet);
}

/// What a merge has read of its inputs has gone over into its outputs.
void ByteMapStore::drain(const rustcask::Stats& stats) {
    quint64 bytesRead = stats.mergeBytesRead;
    for (const rustcask::Generation generation : stats.mergeInputs) {
        const int at = indexOf(QStringLiteral("%1.rustcask.data").arg(generation.value));
        if (at < 0) {
            continue;
        }
        MapFile& file = m_files[static_cast<std::size_t>(at)];
        const quint64 part = std::min<quint64>(bytesRead, file.stats.bytes);
        bytesRead -= part;
        file.drained = file.stats.bytes == 0 ? 1 : static_cast<double>(part) / static_cast<double>(file.stats.bytes);
    }
}

void ByteMapStore::takeEvents(const QVector<EngineEvent>& events) {
    for (const EngineEvent& event : events) {
        if (event.kind == rustcask::EventKind::hint) {
            list();
        }
        if (event.kind != rustcask::EventKind::merge) {
            continue;
        }
        if (event.text == QLatin1String("begin")) {
            m_merging = true;
            m_outputs.start();
        } else if (event.text == QLatin1String("end") || event.text == QLatin1String("cancelled") ||
                   event.text == QLatin1String("failed")) {
            clearMerge();
        }
    }
}

void ByteMapStore::clearMerge() {
    m_merging = false;
    m_outputs.stop();
    std::erase_if(m_files, [](const MapFile& file) { return file.growing; });
    for (MapFile& file : m_files) {
        file.drained = 0;
    }
    reindex();
    Q_EMIT filesChanged();
}

void ByteMapStore::list() {
    if (m_session == nullptr || m_listing || m_session->isClosing()) {
        return;
    }
    m_listing = true;
    TaskOptions quiet;
    quiet.visible = false;
    m_session->tasks().start<rustcask::DirectoryListing>(
        tr("Listing the directory"),
        [directory = std::filesystem::path(m_session->directory().toStdString())](rustcask::Progress&) {
            return rustcask::listDirectory(directory);
        },
        m_context.get(),
        [this](Result<rustcask::DirectoryListing> listing) {
            m_listing = false;
            if (!listing) {
                return; // a directory in the middle of a merge's renames: the next look will do
            }
            takeHints(listing->files);
            if (m_merging) {
                showOutputs(listing->files);
            }
        },
        quiet);
}

void ByteMapStore::takeHints(const std::vector<rustcask::FileEntry>& entries) {
    HintSizes hints;
    for (const rustcask::FileEntry& entry : entries) {
        if (entry.kind == rustcask::FileKind::hint) {
            hints.insert(entry.generation.value, entry.bytes);
        }
    }
    if (hints != m_hints) {
        m_hints = std::move(hints);
        take(m_session->stats());
    }
}

void ByteMapStore::showOutputs(const std::vector<rustcask::FileEntry>& entries) {
    std::erase_if(m_files, [](const MapFile& file) { return file.growing; });
    for (const rustcask::FileEntry& entry : entries) {
        const QString name = QString::fromStdString(entry.path.filename().string());
        const qsizetype suffix = name.indexOf(QLatin1String(".rustcask.data"));
        if (entry.kind != rustcask::FileKind::temporary || suffix < 0) {
            continue;
        }
        MapFile output;
        output.name = name;
        output.generation = {name.left(suffix).toULongLong()};
        output.bytes = entry.bytes;
        output.growing = true;
        output.stats.generation = output.generation;
        output.stats.bytes = entry.bytes;
        output.stats.mergeOutput = true;
        output.whole[rustcask::ByteKind::live] = entry.bytes;
        m_files.push_back(std::move(output));
    }
    reindex();
    Q_EMIT filesChanged();
}

} // namespace rustcask::ui
