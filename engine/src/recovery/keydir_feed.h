// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "recovery/loader.h"
#include "thread_safety.h"

namespace rustcask::recovery {

/// Enters the records of one file into the keydir while it is loaded, and keeps the live counters of the files right.
///
/// Records are gathered by ranges of shards, and a gathered load is entered shard by shard: one lock for many keys, and
/// the slots of the next shard come from memory meanwhile. With helpers any of them, and the caller when it is ahead of
/// them, enters the next load of any range that nobody is at, so that the records of a key keep their order. Memory is
/// bounded: a caller that is ahead works before it goes on.
class KeydirFeed {
public:
    /// Without helpers, or where no thread is to be had, everything happens in `add` and `finish`.
    KeydirFeed(const LoadTarget& target, log::Segment& segment, unsigned helpers);
    ~KeydirFeed(); ///< without `finish`: what has not been entered yet may stay out
    KeydirFeed(const KeydirFeed&) = delete;
    KeydirFeed& operator=(const KeydirFeed&) = delete;

    /// Copies the key; `location` is in the file. Throws `std::bad_alloc`, be it because a helper had to.
    void add(std::string_view key, std::uint64_t hash, const keydir::Location& location);
    /// Returns when everything is in the keydir and in the file's counters. Throws as `add` does.
    void finish();

private:
    struct Head { // of a record in a load; its key follows
        std::uint64_t hash = 0;
        std::uint64_t offset = 0;
        std::uint64_t sequence = 0;
        std::uint32_t valueBytes = 0;
        std::uint16_t keyBytes = 0;
        bool tombstone = false;
    };
    struct Place {
        std::uint32_t begin = 0;
        std::uint32_t shard = 0;
    };
    struct Load {
        std::string bytes; // heads and keys, one after the other
        std::vector<Place> places;
        std::vector<std::uint32_t> order; // where they begin, by shard
    };
    struct Part { // a range of shards
        std::unique_ptr<Load> filling;
        std::deque<std::unique_ptr<Load>> waiting;
        bool busy = false;
    };
    static constexpr std::size_t partCount = 8;

    void handOver(Part& part) RUSTCASK_REQUIRES(m_mutex);
    [[nodiscard]] bool enterNext(MutexLock& lock) noexcept RUSTCASK_REQUIRES(m_mutex);
    void enterLoad(Load& load, std::size_t firstShard);
    void work() noexcept;
    void join() noexcept;

    const LoadTarget& m_target;
    log::Segment& m_segment;

    Mutex m_mutex;
    ConditionVariable m_changed;
    std::array<Part, partCount> m_parts; // `filling` is the caller's; the rest is guarded by the mutex
    std::vector<std::unique_ptr<Load>> m_spare RUSTCASK_GUARDED_BY(m_mutex);
    std::size_t m_waiting RUSTCASK_GUARDED_BY(m_mutex) = 0; // loads of all parts
    bool m_ended RUSTCASK_GUARDED_BY(m_mutex) = false;      // nothing more comes
    bool m_outOfMemory RUSTCASK_GUARDED_BY(m_mutex) = false;
    std::vector<std::thread> m_threads;
};

} // namespace rustcask::recovery
