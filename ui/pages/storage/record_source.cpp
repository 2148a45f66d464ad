// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/storage/record_source.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <utility>

#include <QCoreApplication>

#include <rustcask/database.h>
#include <rustcask/version_index.h>

#include "pages/storage/steady_inspector.h"

namespace rustcask::ui {
namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(rustcask::ui::RecordText)
};

constexpr std::chrono::milliseconds longestNaming{250};
constexpr std::uint64_t publishBytes = std::uint64_t{4} << 20; // of progress between two looks at a map

RecordState stateOf(const rustcask::RecordInfo& info, rustcask::ByteKind kind) {
    switch (kind) {
    case rustcask::ByteKind::live:
        return RecordState::live;
    case rustcask::ByteKind::superseded:
        return RecordState::superseded;
    case rustcask::ByteKind::tombstone:
        return RecordState::tombstone;
    case rustcask::ByteKind::unused:
        return RecordState::unused;
    case rustcask::ByteKind::hint:
    case rustcask::ByteKind::header:
    case rustcask::ByteKind::damaged:
        break;
    }
    // Headers and entries that are damaged but in their place keep what they are: their verdict says it.
    switch (info.kind) {
    case rustcask::RecordKind::fileHeader:
    case rustcask::RecordKind::hintHeader:
    case rustcask::RecordKind::hintTrailer:
        return info.verdict.empty() ? RecordState::header : RecordState::damaged;
    case rustcask::RecordKind::hintEntry:
        return info.verdict.empty() ? RecordState::hintEntry : RecordState::damaged;
    default:
        return RecordState::damaged;
    }
}

/// The row of a record, its key cut.
RecordRow rowOf(SteadyRecord record, rustcask::Generation generation, const rustcask::Database* database) {
    auto& info = record.info;
    if (record.unfinished) {
        info.kind = rustcask::RecordKind::unused;
        info.verdict = Words::tr("a record that is being written, or was cut short").toStdString();
    }
    auto judgement = rustcask::judge(info, generation, database);
    RecordRow row;
    row.state = stateOf(info, judgement.kind);
    row.newest = std::move(judgement.newest);
    row.info = std::move(info);
    if (row.info.key.size() > maxListedKeyBytes) {
        row.info.key.resize(maxListedKeyBytes);
        row.info.key.shrink_to_fit();
    }
    return row;
}

} // namespace

RecordIndex::View RecordIndex::view() const {
    const std::lock_guard lock(m_mutex);
    return m_view;
}

std::uint64_t RecordIndex::pageOffset(std::uint64_t page) const {
    const std::lock_guard lock(m_mutex);
    return page < m_offsets.size() ? m_offsets[page] : 0;
}

std::uint64_t RecordIndex::pageOf(std::uint64_t offset) const {
    const std::lock_guard lock(m_mutex);
    const auto after = std::upper_bound(m_offsets.begin(), m_offsets.end(), offset);
    return after == m_offsets.begin() ? 0 : static_cast<std::uint64_t>(after - m_offsets.begin()) - 1;
}

rustcask::ByteMap RecordIndex::map() const {
    const std::lock_guard lock(m_mutex);
    rustcask::ByteMap map = m_map;
    for (const Damage& damage : m_endDamage) {
        map.add(damage.offset, damage.bytes,
                damage.certain || !m_mayGrow ? rustcask::ByteKind::damaged : rustcask::ByteKind::unused, true);
    }
    return map;
}

std::uint64_t RecordIndex::unusedTail() const {
    const std::lock_guard lock(m_mutex);
    return m_unusedTail;
}

Result<void> RecordIndex::build(const std::filesystem::path& file, rustcask::Progress& progress,
                                const rustcask::Database* database, bool mayGrow) {
    auto inspector = rustcask::FileInspector::open(file);
    if (!inspector) {
        return rustcask::failure(inspector.error());
    }
    progress.setPhase(rustcask::Phase::scanning);
    if (progress.counts().bytesTotal == 0) { // else it is one of several files
        progress.setTotals(1, 0, (*inspector)->bytes());
    }
    View found;
    View resume;
    rustcask::ByteMap map;
    std::vector<Damage> endDamage;
    std::uint64_t unused = 0;
    {
        const std::lock_guard lock(m_mutex);
        found = m_resume;
        resume = m_resume;
        m_offsets.resize(static_cast<std::size_t>((found.records + recordsAPage - 1) / recordsAPage));
        if (m_mapBuckets > 0 && m_map.buckets() == 0) {
            m_map = rustcask::ByteMap(0, (*inspector)->bytes(), m_mapBuckets);
        }
        map = m_map;
    }
    if (found.scannedTo > 0) {
        (*inspector)->seek(found.scannedTo);
        progress.addBytes(found.scannedTo);
    }
    // The lock is taken once a page, not once a record.
    std::vector<std::uint64_t> offsets;
    const auto publish = [&] {
        const std::lock_guard lock(m_mutex);
        m_offsets.insert(m_offsets.end(), offsets.begin(), offsets.end());
        m_view = found;
        m_resume = resume;
        m_map = map;
        m_endDamage = endDamage;
        m_mayGrow = mayGrow;
        m_unusedTail = unused;
        offsets.clear();
    };
    std::uint64_t sincePublished = 0;
    while (true) {
        auto next = (*inspector)->next();
        if (!next) {
            return rustcask::failure(next.error());
        }
        if (!*next) {
            break;
        }
        const rustcask::RecordInfo& record = **next;
        if (found.records % recordsAPage == 0) {
            if (auto go = progress.checkpoint("list the records"); !go) {
                return go;
            }
            // Copying a map costs more than listing a page.
            if (m_mapBuckets == 0 || record.offset - sincePublished >= publishBytes) {
                publish();
                sincePublished = record.offset;
            }
            offsets.push_back(record.offset);
        }
        ++found.records;
        found.scannedTo = record.offset + record.bytes;
        const bool sound = record.kind != rustcask::RecordKind::damaged && record.kind != rustcask::RecordKind::unused;
        if (record.kind == rustcask::RecordKind::unused) {
            unused = record.bytes;
        } else {
            unused = 0;
            if (m_mapBuckets > 0 && sound) {
                for (const Damage& damage : std::exchange(endDamage, {})) {
                    map.add(damage.offset, damage.bytes, rustcask::ByteKind::damaged, true);
                }
                map.add(record.offset, record.bytes, rustcask::judge(record, (*inspector)->generation(), database).kind,
                        true);
            } else if (m_mapBuckets > 0) {
                endDamage.push_back({record.offset, record.bytes, !record.key.empty()});
            }
            if (sound) {
                resume = found;
            }
        }
        progress.addBytes(record.bytes);
        progress.addRecords(1);
    }
    found.complete = true;
    publish();
    return {};
}

Result<std::vector<RecordRow>> readPage(const std::filesystem::path& file, std::uint64_t offset,
                                        const rustcask::Database* database, bool mayGrow) {
    auto inspector = SteadyInspector::open(file, mayGrow);
    if (!inspector) {
        return rustcask::failure(inspector.error());
    }
    inspector->seek(offset);
    std::vector<RecordRow> rows;
    rows.reserve(recordsAPage);
    while (rows.size() < recordsAPage) {
        auto record = inspector->next();
        if (!record) {
            return rustcask::failure(record.error());
        }
        if (!*record) {
            break;
        }
        rows.push_back(rowOf(std::move(**record), inspector->inspector().generation(), database));
    }
    return rows;
}

void nameNextVersions(std::vector<RecordRow>& rows, const rustcask::VersionIndex& index) {
    const auto begun = std::chrono::steady_clock::now();
    std::map<std::string_view, rustcask::History> known;
    for (RecordRow& row : rows) {
        if (row.state != RecordState::superseded || row.info.keyBytes > maxListedKeyBytes) { // of others a part is kept
            continue;
        }
        auto found = known.find(row.info.key);
        if (found == known.end()) {
            if (std::chrono::steady_clock::now() - begun > longestNaming) {
                return;
            }
            auto history = index.find(row.info.key);
            if (!history || history->partial) {
                return;
            }
            found = known.emplace(row.info.key, std::move(history->history)).first;
        }
        const auto& versions = found->second.versions; // newest first
        const auto self = std::find_if(versions.begin(), versions.end(), [&row](const rustcask::Version& version) {
            return version.sequence == row.info.sequence;
        });
        if (self != versions.end() && self != versions.begin()) {
            row.next = *std::prev(self);
        }
    }
}

bool RecordFilter::matches(const RecordRow& row) const {
    return (states.empty() || std::find(states.begin(), states.end(), row.state) != states.end()) &&
           (keyPart.empty() || row.info.key.find(keyPart) != std::string::npos);
}

Result<void> RecordMatches::find(const std::filesystem::path& file, const RecordFilter& filter,
                                 const rustcask::Database* database, bool mayGrow, rustcask::Progress& progress) {
    auto inspector = SteadyInspector::open(file, mayGrow);
    if (!inspector) {
        return rustcask::failure(inspector.error());
    }
    progress.setPhase(rustcask::Phase::scanning);
    progress.setTotals(1, 0, inspector->inspector().bytes());
    std::size_t count = 0;
    while (true) {
        if (auto go = progress.checkpoint("search the records"); !go) {
            return go;
        }
        auto next = inspector->next();
        if (!next) {
            return rustcask::failure(next.error());
        }
        if (!*next) {
            return {};
        }
        progress.addBytes((*next)->info.bytes);
        progress.addRecords(1);
        // The key decides first: it needs no look into the keydir.
        if (!filter.keyPart.empty() && (*next)->info.key.find(filter.keyPart) == std::string::npos) {
            continue;
        }
        RecordRow row = rowOf(std::move(**next), inspector->inspector().generation(), database);
        RecordFilter byState;
        byState.states = filter.states;
        if (!byState.matches(row)) {
            continue;
        }
        const std::lock_guard lock(m_mutex);
        if (count == most) {
            m_cut = true;
            return {};
        }
        ++count;
        m_found.push_back(std::move(row));
    }
}

std::vector<RecordRow> RecordMatches::take() {
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_found, {});
}

bool RecordMatches::isCut() const {
    const std::lock_guard lock(m_mutex);
    return m_cut;
}

namespace {

Result<std::optional<std::uint64_t>> findOffset(const std::filesystem::path& file, rustcask::Progress& progress,
                                                const std::function<bool(const rustcask::RecordInfo&)>& wanted) {
    auto inspector = rustcask::FileInspector::open(file);
    if (!inspector) {
        return rustcask::failure(inspector.error());
    }
    progress.setPhase(rustcask::Phase::scanning);
    progress.setTotals(1, 0, (*inspector)->bytes());
    while (true) {
        if (auto go = progress.checkpoint("look for the record"); !go) {
            return rustcask::failure(go.error());
        }
        auto next = (*inspector)->next();
        if (!next) {
            return rustcask::failure(next.error());
        }
        if (!*next) {
            return std::optional<std::uint64_t>();
        }
        if (wanted(**next)) {
            return std::optional((*next)->offset);
        }
        progress.addBytes((*next)->bytes);
    }
}

} // namespace

Result<std::optional<std::uint64_t>> findSequence(const std::filesystem::path& file, rustcask::Sequence sequence,
                                                  rustcask::Progress& progress) {
    return findOffset(file, progress, [sequence](const rustcask::RecordInfo& record) {
        return record.sequence == sequence && record.keyBytes > 0;
    });
}

Result<std::optional<std::uint64_t>> findHintEntry(const std::filesystem::path& hintFile, std::uint64_t dataOffset,
                                                   rustcask::Progress& progress) {
    return findOffset(hintFile, progress, [dataOffset](const rustcask::RecordInfo& record) {
        return record.kind == rustcask::RecordKind::hintEntry && record.dataOffset == dataOffset;
    });
}

namespace {

tl::unexpected<rustcask::Error> noRecordAt(const std::filesystem::path& file, std::uint64_t offset) {
    return rustcask::failure({.code = rustcask::ErrorCode::corruption,
                              .operation = "show the record",
                              .file = file,
                              .offset = offset,
                              .detail = "no record begins here any more",
                              .advice = "Read the list again."});
}

Result<RecordDetail> detailOf(rustcask::FileInspector& inspector, SteadyRecord steady,
                              const rustcask::Database* database) {
    const rustcask::RecordInfo& record = steady.info;
    RecordDetail detail;
    detail.fileKind = inspector.kind();
    detail.generation = inspector.generation();
    auto fields = inspector.fields(record);
    if (!fields) {
        return rustcask::failure(fields.error());
    }
    detail.fields = std::move(*fields);
    if (steady.unfinished) {
        for (rustcask::FieldSpan& field : detail.fields) {
            field.valid = true; // nobody can tell yet
        }
    }
    auto bytes = inspector.read(record.offset, std::min(record.bytes, maxShownBytes));
    if (!bytes) {
        return rustcask::failure(bytes.error());
    }
    detail.bytes = std::move(*bytes);
    detail.key = record.key;
    detail.row = rowOf(std::move(steady), detail.generation, database);
    return detail;
}

} // namespace

Result<RecordDetail> readRecord(const std::filesystem::path& file, std::uint64_t offset,
                                const rustcask::Database* database, bool mayGrow) {
    rustcask::Progress progress;
    auto detail = readRecordAt(file, offset, offset, database, mayGrow, progress);
    if (detail && detail->row.info.offset != offset) {
        return noRecordAt(file, offset);
    }
    return detail;
}

Result<RecordDetail> readRecordAt(const std::filesystem::path& file, std::uint64_t byte, std::uint64_t start,
                                  const rustcask::Database* database, bool mayGrow, rustcask::Progress& progress) {
    auto inspector = SteadyInspector::open(file, mayGrow);
    if (!inspector) {
        return rustcask::failure(inspector.error());
    }
    inspector->seek(start);
    while (true) {
        if (auto go = progress.checkpoint("look for the record"); !go) {
            return rustcask::failure(go.error());
        }
        auto record = inspector->next();
        if (!record) {
            return rustcask::failure(record.error());
        }
        if (!*record || (*record)->info.offset > byte) {
            return noRecordAt(file, byte);
        }
        if (byte < (*record)->info.offset + (*record)->info.bytes) {
            return detailOf(inspector->inspector(), std::move(**record), database);
        }
    }
}

} // namespace rustcask::ui
