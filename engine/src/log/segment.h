// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include <rustcask/stats.h>
#include <rustcask/types.h>

#include "format/file_names.h"
#include "io/file_system.h"
#include "thread_safety.h"

namespace rustcask::log {

/// Appended bytes that are not in the file yet (`WritePath::buffered`).
struct PendingBytes {
    Mutex mutex;             // for readers; the writer, who alone changes what follows, reads it without
    std::uint64_t begin = 0; ///< file offset of the first of them
    std::string bytes;
};

/// One data file of an open database: identity, counters and the ways to its bytes. Counters are atomics that the
/// writer, the merge and recovery add to; what is shared by readers is published with release and read with acquire.
struct Segment {
    Segment(std::uint32_t fileIndex, Generation number, std::filesystem::path file)
        : index(fileIndex), generation(number), path(std::move(file)), name(format::dataFileName(number)) {}

    const std::uint32_t index; ///< in the segment set; what the keydir stores
    const Generation generation;
    std::filesystem::path path; ///< changes only while a merge's output is not published yet
    const std::string name;     ///< of the file, without a temporary suffix; for events
    bool mergeOutput = false;
    bool ordered = false; ///< its header is sound and says that no merge wrote it: sequence numbers ascend
    Timestamp created{};

    std::atomic<bool> sealed{false};
    std::atomic<bool> damaged{false};
    std::atomic<bool> removed{false};    ///< its file is, or is about to be, unlinked: the handle is all there is
    std::atomic<std::uint64_t> bytes{0}; ///< logical length: end of the last record
    std::atomic<std::uint64_t> headerBytes{0};
    std::atomic<std::uint64_t> hintBytes{0}; ///< 0: none
    std::atomic<std::uint64_t> records{0};
    std::atomic<std::uint64_t> tombstones{0};
    std::atomic<std::uint64_t> tombstoneBytes{0};
    std::atomic<std::int64_t> liveKeysOfWriter{0}, liveBytesOfWriter{0}; ///< what the database's writer adds; see below
    std::atomic<std::int64_t> liveKeysOfOthers{0}, liveBytesOfOthers{0};
    std::atomic<std::uint64_t> lowestSequence{0}; ///< 0: no records
    std::atomic<std::uint64_t> highestSequence{0};
    std::atomic<std::uint64_t> newestTombstoneBytes{0}; ///< of the record with that number; 0: it is no tombstone
    // Damage of which cannot be told whose record it was. 0: none.
    std::atomic<std::uint64_t> lostBelow{0}; ///< above every sequence number there; `anySequence`: nothing is known
    std::atomic<std::uint64_t> lostAt{0};    ///< offset of the first of it
    static constexpr std::uint64_t anySequence = ~std::uint64_t{0};

    // Ways to the bytes; the owners are guarded by the set's mutex, the raw pointers are what readers use inside a
    // guard.
    std::atomic<const io::Mapping*> mapped{nullptr}; ///< may end before the file does, when that has grown since
    std::atomic<bool> mappingFailed{false};
    std::atomic<const io::File*> handle{nullptr};
    std::atomic<bool> recentlyUsed{false};
    std::shared_ptr<io::Mapping> mapping;
    std::shared_ptr<io::File> handleOwner;
    std::uint32_t pins = 0;                ///< guarded by the set's mutex; above 0 the handle stays open
    std::unique_ptr<PendingBytes> pending; ///< set before `sealed` becomes false, never changed

    // The next two are not for concurrent callers: appends, or the one thread that loads the file. So they need no
    // read-modify-write, which would cost as much as the rest of the bookkeeping.
    void countRecord(std::uint64_t sequence, std::uint64_t recordBytes, bool tombstone) noexcept {
        records.store(records.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
        if (sequence > highestSequence.load(std::memory_order_relaxed))
            newestTombstoneBytes.store(tombstone ? recordBytes : 0, std::memory_order_relaxed);
        if (tombstone) {
            tombstones.store(tombstones.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
            tombstoneBytes.store(tombstoneBytes.load(std::memory_order_relaxed) + recordBytes,
                                 std::memory_order_relaxed);
        }
        noteSequences(sequence, sequence);
    }
    void noteSequences(std::uint64_t lowest, std::uint64_t highest) noexcept {
        if (lowest == 0)
            return;
        const std::uint64_t low = lowestSequence.load(std::memory_order_relaxed);
        if (low == 0 || lowest < low)
            lowestSequence.store(lowest, std::memory_order_relaxed);
        if (highest > highestSequence.load(std::memory_order_relaxed))
            highestSequence.store(highest, std::memory_order_relaxed);
    }
    void addLiveAsWriter(std::int64_t keys, std::int64_t recordBytes) noexcept { // under the writer's lock
        liveKeysOfWriter.store(liveKeysOfWriter.load(std::memory_order_relaxed) + keys, std::memory_order_relaxed);
        liveBytesOfWriter.store(liveBytesOfWriter.load(std::memory_order_relaxed) + recordBytes,
                                std::memory_order_relaxed);
    }
    void addLive(std::int64_t keys, std::int64_t recordBytes) noexcept { // from any thread
        liveKeysOfOthers.fetch_add(keys, std::memory_order_relaxed);
        liveBytesOfOthers.fetch_add(recordBytes, std::memory_order_relaxed);
    }
    [[nodiscard]] std::int64_t liveKeys() const noexcept {
        return liveKeysOfWriter.load(std::memory_order_relaxed) + liveKeysOfOthers.load(std::memory_order_relaxed);
    }
    [[nodiscard]] std::int64_t liveBytes() const noexcept {
        return liveBytesOfWriter.load(std::memory_order_relaxed) + liveBytesOfOthers.load(std::memory_order_relaxed);
    }
    /// For the one thread that loads the file.
    void noteLost(std::uint64_t below, std::uint64_t offset) noexcept {
        if (lostBelow.load(std::memory_order_relaxed) == 0)
            lostAt.store(offset, std::memory_order_relaxed);
        if (below > lostBelow.load(std::memory_order_relaxed))
            lostBelow.store(below, std::memory_order_relaxed);
    }
    [[nodiscard]] FileStats stats() const;
};

} // namespace rustcask::log
