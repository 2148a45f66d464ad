// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/storage/record_source.h"

#include <algorithm>

#include <rustcask/database.h>

namespace rustcask::ui {
namespace {

RecordState stateOf(const rustcask::RecordInfo& info, rustcask::Generation generation,
                    const rustcask::Database* database) {
    switch (info.kind) {
    case rustcask::RecordKind::put: {
        if (database == nullptr) {
            return RecordState::superseded;
        }
        const auto newest = database->info(info.key);
        const bool live = newest && *newest && (*newest)->location.generation == generation &&
                          (*newest)->location.offset == info.offset;
        return live ? RecordState::live : RecordState::superseded;
    }
    case rustcask::RecordKind::tombstone:
        return RecordState::tombstone;
    case rustcask::RecordKind::damaged:
        return RecordState::damaged;
    case rustcask::RecordKind::unused:
        return RecordState::unused;
    case rustcask::RecordKind::hintEntry:
        return RecordState::hintEntry;
    default:
        return RecordState::header;
    }
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

Result<void> RecordIndex::build(const std::filesystem::path& file, rustcask::Progress& progress) {
    auto inspector = rustcask::FileInspector::open(file);
    if (!inspector) {
        return rustcask::failure(inspector.error());
    }
    progress.setPhase(rustcask::Phase::scanning);
    progress.setTotals(1, 0, (*inspector)->bytes());
    // The lock is taken once a page, not once a record.
    View found;
    std::vector<std::uint64_t> offsets;
    const auto publish = [&] {
        const std::lock_guard lock(m_mutex);
        m_offsets.insert(m_offsets.end(), offsets.begin(), offsets.end());
        m_view = found;
        offsets.clear();
    };
    while (true) {
        auto record = (*inspector)->next();
        if (!record) {
            return rustcask::failure(record.error());
        }
        if (!*record) {
            break;
        }
        if (found.records % recordsAPage == 0) {
            if (auto go = progress.checkpoint("list the records"); !go) {
                return go;
            }
            publish();
            offsets.push_back((*record)->offset);
        }
        ++found.records;
        found.scannedTo = (*record)->offset + (*record)->bytes;
        progress.addBytes((*record)->bytes);
        progress.addRecords(1);
    }
    found.complete = true;
    publish();
    return {};
}

Result<std::vector<RecordRow>> readPage(const std::filesystem::path& file, std::uint64_t offset,
                                        const rustcask::Database* database) {
    auto inspector = rustcask::FileInspector::open(file);
    if (!inspector) {
        return rustcask::failure(inspector.error());
    }
    (*inspector)->seek(offset);
    std::vector<RecordRow> rows;
    rows.reserve(recordsAPage);
    while (rows.size() < recordsAPage) {
        auto record = (*inspector)->next();
        if (!record) {
            return rustcask::failure(record.error());
        }
        if (!*record) {
            break;
        }
        RecordRow row{std::move(**record), RecordState::superseded};
        row.state = stateOf(row.info, (*inspector)->generation(), database);
        if (row.info.key.size() > maxListedKeyBytes) {
            row.info.key.resize(maxListedKeyBytes);
            row.info.key.shrink_to_fit();
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

Result<RecordDetail> readRecord(const std::filesystem::path& file, std::uint64_t offset,
                                const rustcask::Database* database) {
    auto inspector = rustcask::FileInspector::open(file);
    if (!inspector) {
        return rustcask::failure(inspector.error());
    }
    (*inspector)->seek(offset);
    auto record = (*inspector)->next();
    if (!record) {
        return rustcask::failure(record.error());
    }
    if (!*record || (*record)->offset != offset) {
        return rustcask::failure({.code = rustcask::ErrorCode::corruption,
                                  .operation = "show the record",
                                  .file = file,
                                  .offset = offset,
                                  .detail = "no record begins here any more",
                                  .advice = "Read the list again."});
    }
    RecordDetail detail;
    detail.fileKind = (*inspector)->kind();
    detail.generation = (*inspector)->generation();
    detail.row.state = stateOf(**record, detail.generation, database);
    auto fields = (*inspector)->fields(**record);
    if (!fields) {
        return rustcask::failure(fields.error());
    }
    detail.fields = std::move(*fields);
    auto bytes = (*inspector)->read(offset, std::min((*record)->bytes, maxShownBytes));
    if (!bytes) {
        return rustcask::failure(bytes.error());
    }
    detail.bytes = std::move(*bytes);
    detail.row.info = std::move(**record);
    if (detail.row.info.key.size() > maxListedKeyBytes) {
        detail.row.info.key.resize(maxListedKeyBytes);
    }
    return detail;
}

} // namespace rustcask::ui
