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

/// How the records of one file get into the keydir while it is loaded.
namespace rustcask::recovery {

/// Counts what entering records adds to the live records of their file: added to the file once, at the end, and not by
/// every record of every thread.
class Tally {
public:
    explicit Tally(log::Segment& segment) noexcept : m_segment(segment) {}
    ~Tally() { m_segment.addLive(m_keys, m_bytes); }
    Tally(const Tally&) = delete;
    Tally& operator=(const Tally&) = delete;
    void add(std::int64_t keys, std::uint64_t bytes) noexcept {
        m_keys += keys;
        m_bytes += keys * static_cast<std::int64_t>(bytes);
    }

private:
    log::Segment& m_segment;
    std::int64_t m_keys = 0;
    std::int64_t m_bytes = 0;
};

/// Enters records in batches: a batch's slots come from memory all at the same time. The last ones need a `flush`.
/// Throws `std::bad_alloc`.
class Batch {
public:
    Batch(const LoadTarget& target, log::Segment& segment) : m_target(target), m_segment(segment), m_tally(segment) {}
    void add(std::string_view key, std::uint64_t hash, const keydir::Location& location);
    void flush();

private:
    struct Entry {
        std::string key;
        std::uint64_t hash = 0;
        keydir::Location location;
    };
    const LoadTarget& m_target;
    log::Segment& m_segment;
    Tally m_tally;
    std::array<Entry, 24> m_entries;
    std::size_t m_count = 0;
};

/// Takes records from the one thread that finds them and enters them on others, each of which has its own shards, so
/// that no two of them ever meet and the records of a key keep their order. Memory is bounded: whoever adds waits while
/// the others are behind by some loads.
class KeydirFeed {
public:
    /// Without helpers, or where no thread is to be had, everything happens in `add`.
    KeydirFeed(const LoadTarget& target, log::Segment& segment, unsigned helpers);
    ~KeydirFeed(); ///< without `finish`: what has not been entered yet may stay out
    KeydirFeed(const KeydirFeed&) = delete;
    KeydirFeed& operator=(const KeydirFeed&) = delete;

    /// Copies the key. Throws `std::bad_alloc`, be it because a helper had to.
    void add(std::string_view key, std::uint64_t hash, const keydir::Location& location);
    /// Returns when everything is in the keydir and in the file's counters. Throws as `add` does.
    void finish();

private:
    struct Entry {
        std::uint64_t hash = 0;
        std::uint32_t keyBegin = 0;
        std::uint32_t keyBytes = 0;
        keydir::Location location;
    };
    struct Load {
        std::vector<Entry> entries;
        std::string keys;
    };
    using Queue = std::deque<std::shared_ptr<const Load>>;

    void handOver();
    void join() noexcept;
    void work(std::size_t part) noexcept;
    void enterLoad(const Load& load, std::size_t part, Tally& tally);

    const LoadTarget& m_target;
    log::Segment& m_segment;
    std::shared_ptr<Load> m_load; // being filled
    std::unique_ptr<Batch> m_direct;

    Mutex m_mutex;
    ConditionVariable m_changed;
    std::vector<Queue> m_queues RUSTCASK_GUARDED_BY(m_mutex); // one for each helper
    bool m_ended RUSTCASK_GUARDED_BY(m_mutex) = false;        // nothing more comes
    bool m_abandoned RUSTCASK_GUARDED_BY(m_mutex) = false;
    bool m_outOfMemory RUSTCASK_GUARDED_BY(m_mutex) = false;
    std::vector<std::thread> m_threads;
};

} // namespace rustcask::recovery
