// SPDX-License-Identifier: Apache-2.0
// A read-only database follows what another process appends, rotates and merges.
#include <algorithm>
#include <set>

#include "database_impl.h"
#include "format/data_record.h"
#include "io/beside_merges.h"
#include "recovery/recovery.h"

namespace rustcask {

Result<bool> Database::Impl::refresh() {
    if (auto open = checkOpen("follow the database"); !open)
        return failure(std::move(open.error()));
    if (!m_options.readOnly)
        return false;
    const MutexLock one(m_refreshMutex);
    const MutexLock noSnapshot(m_snapshotMutex); // which must not see half of a refresh
    // What was loaded before a file turned out to be gone stays true.
    return besideMerges(m_directory, "follow the database", loadingAttempts, [this]() -> Result<bool> {
        m_refreshMutex.assertHeld();
        m_snapshotMutex.assertHeld();
        return refreshOnce();
    });
}

Result<bool> Database::Impl::refreshOnce() {
    io::FileSystem& fileSystem = *m_core->fileSystem;
    auto found = recovery::findFilesBesideAWriter(fileSystem, m_directory);
    if (!found)
        return failure(std::move(found.error()));
    const recovery::LoadTarget target{.segments = m_core->segments,
                                      .keydir = m_keydir,
                                      .chunkBytes = m_options.scanChunkBytes,
                                      .progress = nullptr,
                                      .listener = &m_options.listener,
                                      .knownSequence = m_lastSequence.load(std::memory_order_relaxed)};
    const Segments known = m_core->segments.list();
    bool changed = false;
    std::optional<Generation> newestLog;
    for (auto file = found->data.rbegin(); file != found->data.rend() && !newestLog; ++file) {
        auto isLog = recovery::isLogFile(fileSystem, *file);
        if (!isLog)
            return failure(std::move(isLog.error()));
        if (*isLog)
            newestLog = file->generation;
    }
    for (const recovery::FoundFile& file : found->data) {
        const bool newest = newestLog == file.generation;
        const auto present = std::find_if(known.begin(), known.end(),
                                          [&](const auto& segment) { return segment->generation == file.generation; });
        if (present == known.end()) {
            auto loaded = recovery::loadFile(target, file, newest);
            if (!loaded)
                return failure(std::move(loaded.error()));
            changed = true;
            continue;
        }
        log::Segment& segment = **present;
        if (segment.sealed.load(std::memory_order_relaxed) &&
            segment.bytes.load(std::memory_order_relaxed) == file.bytes)
            continue;
        // It grows: from the last sound record on. A writer that reopened a sealed file may append to it again.
        segment.sealed.store(false, std::memory_order_release);
        if (segment.headerBytes.load(std::memory_order_relaxed) == 0) {
            if (file.bytes < format::fileHeaderBytes)
                continue;
            auto handle = fileSystem.open(file.path, io::OpenMode::read);
            if (!handle)
                return failure(std::move(handle.error()));
            char bytes[format::fileHeaderBytes];
            auto read = (*handle)->readAt(0, bytes, sizeof bytes);
            if (!read)
                return failure(std::move(read.error()));
            format::FileHeader header;
            if (format::decodeFileHeader({bytes, *read}, header) != format::HeaderVerdict::valid)
                continue;
            segment.created = header.created;
            segment.ordered = !header.mergeOutput;
            segment.headerBytes.store(format::fileHeaderBytes, std::memory_order_relaxed);
            segment.bytes.store(format::fileHeaderBytes, std::memory_order_release);
        }
        const std::uint64_t before = segment.bytes.load(std::memory_order_relaxed);
        if (before < file.bytes) {
            const auto rule = newest ? recovery::TailRule::stop : recovery::TailRule::resynchronise;
            if (auto done = recovery::loadRecords(target, segment, file.bytes, rule); !done)
                return failure(std::move(done.error()));
        }
        if (segment.bytes.load(std::memory_order_relaxed) != before)
            changed = true;
        if (!newest)
            segment.sealed.store(true, std::memory_order_release);
    }
    // Gone by a merge: whatever still points there was dead by then, else it would have moved to an output.
    std::set<std::uint32_t> goneIndices;
    Segments gone;
    for (const auto& segment : known) {
        const bool there = std::any_of(found->data.begin(), found->data.end(),
                                       [&](const auto& file) { return file.generation == segment->generation; });
        if (there)
            continue;
        gone.push_back(segment);
        goneIndices.insert(segment->index);
    }
    if (!gone.empty())
        m_keydir.eraseIf([&](const keydir::Location& location) {
            return location.tombstone || goneIndices.contains(location.file);
        });
    else if (changed)
        m_keydir.eraseTombstones();
    for (const auto& segment : gone) {
        if (auto done = m_core->segments.remove(segment); !done)
            return failure(std::move(done.error()));
    }
    m_core->segments.updateDoubt();
    std::uint64_t highest = m_lastSequence.load(std::memory_order_relaxed);
    for (const auto& segment : m_core->segments.list())
        highest = std::max(highest, segment->highestSequence.load(std::memory_order_relaxed));
    m_lastSequence.store(highest, std::memory_order_release);
    m_core->reclaimer.collect();
    return changed || !gone.empty();
}

} // namespace rustcask
