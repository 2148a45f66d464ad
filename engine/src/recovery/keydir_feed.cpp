// SPDX-License-Identifier: Apache-2.0
#include "recovery/keydir_feed.h"

#include <algorithm>
#include <cstring>
#include <exception>
#include <new>
#include <numeric>

#include "format/data_record.h"
#include "log/live_tally.h"

namespace rustcask::recovery {
namespace {

constexpr std::size_t maxRecords = 4096;
constexpr std::size_t maxBytes = 512 << 10;
constexpr std::size_t loadsAhead = 16;

// Enters one record into the keydir and keeps the live counters of both files right.
void enter(const LoadTarget& target, const log::Segment& segment, keydir::Keydir::ShardWriter& shard,
           std::string_view key, std::uint64_t hash, const keydir::Location& location, log::LiveTally& tally) {
    keydir::Keydir::Change change;
    if (segment.mergeOutput && location.sequence <= target.knownSequence) {
        if (location.tombstone)
            return;
        change = shard.relocate(key, hash, location);
    } else {
        change = shard.setIfNewer(key, hash, location);
        // A follower whose last look failed halfway may have the original already, in a file that has gone since.
        if (!change.applied && segment.mergeOutput && !location.tombstone && change.previous &&
            change.previous->sequence == location.sequence)
            change = shard.relocate(key, hash, location);
    }
    if (!change.applied)
        return;
    if (!location.tombstone)
        tally.add(1, format::recordBytes(key.size(), location.valueBytes));
    if (!change.previous || change.previous->tombstone)
        return;
    const std::uint64_t bytes = format::recordBytes(key.size(), change.previous->valueBytes);
    if (change.previous->file == segment.index) {
        tally.add(-1, bytes);
        return;
    }
    const keydir::Reclaimer::Guard guard(target.segments.reclaimer());
    if (log::Segment* before = target.segments.at(change.previous->file))
        before->addLive(-1, -static_cast<std::int64_t>(bytes));
}

} // namespace

KeydirFeed::KeydirFeed(const LoadTarget& target, log::Segment& segment, unsigned helpers)
    : m_target(target), m_segment(segment) {
    m_threads.reserve(helpers);
    try {
        for (unsigned i = 0; i < helpers; ++i)
            m_threads.emplace_back([this] { work(); });
    } catch (const std::exception&) {
        // No more threads to be had: the caller works, with those that there are.
    }
}

KeydirFeed::~KeydirFeed() {
    {
        const MutexLock lock(m_mutex);
        for (Part& part : m_parts)
            part.waiting.clear();
        m_waiting = 0;
    }
    join();
}

void KeydirFeed::join() noexcept {
    {
        const MutexLock lock(m_mutex);
        m_ended = true;
        m_changed.notify_all();
    }
    for (std::thread& thread : m_threads)
        thread.join();
    m_threads.clear();
}

void KeydirFeed::add(std::string_view key, std::uint64_t hash, const keydir::Location& location) {
    Part& part = m_parts[keydir::Keydir::shardIndex(hash) * partCount / keydir::Keydir::shardCount];
    if (!part.filling)
        part.filling = std::make_unique<Load>();
    Load& load = *part.filling;
    const Head head{.hash = hash,
                    .offset = location.offset,
                    .sequence = location.sequence,
                    .valueBytes = location.valueBytes,
                    .keyBytes = static_cast<std::uint16_t>(key.size()),
                    .tombstone = location.tombstone};
    load.places.push_back({.begin = static_cast<std::uint32_t>(load.bytes.size()),
                           .shard = static_cast<std::uint32_t>(keydir::Keydir::shardIndex(hash))});
    load.bytes.append(reinterpret_cast<const char*>(&head), sizeof head);
    load.bytes.append(key);
    if (load.places.size() < maxRecords && load.bytes.size() < maxBytes)
        return;
    MutexLock lock(m_mutex);
    handOver(part);
    while (!m_outOfMemory && m_waiting > (m_threads.empty() ? 0 : loadsAhead))
        if (!enterNext(lock))
            m_changed.wait(lock); // each of them is behind one of the same part
    if (m_outOfMemory)
        throw std::bad_alloc();
}

void KeydirFeed::handOver(Part& part) {
    part.waiting.push_back(std::move(part.filling));
    ++m_waiting;
    if (!m_spare.empty()) {
        part.filling = std::move(m_spare.back());
        m_spare.pop_back();
    }
    m_changed.notify_one();
}

void KeydirFeed::finish() {
    {
        MutexLock lock(m_mutex);
        for (Part& part : m_parts)
            if (part.filling && !part.filling->places.empty())
                handOver(part);
        while (!m_outOfMemory && m_waiting > 0)
            if (!enterNext(lock))
                m_changed.wait(lock);
    }
    join();
    const MutexLock lock(m_mutex);
    if (m_outOfMemory)
        throw std::bad_alloc();
}

// Takes the next load of the part that is furthest behind and that nobody is at, and enters it. False: there is none.
bool KeydirFeed::enterNext(MutexLock& lock) noexcept {
    Part* next = nullptr;
    for (Part& part : m_parts)
        if (!part.busy && !part.waiting.empty() && (next == nullptr || part.waiting.size() > next->waiting.size()))
            next = &part;
    if (next == nullptr)
        return false;
    std::unique_ptr<Load> load = std::move(next->waiting.front());
    next->waiting.pop_front();
    --m_waiting;
    next->busy = true;
    bool done = true;
    {
        const MutexUnlock unlocked(lock, m_mutex);
        try {
            const auto part = static_cast<std::size_t>(next - m_parts.data());
            enterLoad(*load, part * (keydir::Keydir::shardCount / partCount));
            load->bytes.clear();
            load->places.clear();
        } catch (const std::bad_alloc&) {
            done = false;
        }
    }
    next->busy = false;
    try {
        m_spare.push_back(std::move(load));
    } catch (const std::bad_alloc&) {
        // The next one is a new one.
    }
    m_outOfMemory = m_outOfMemory || !done;
    m_changed.notify_all();
    return true;
}

void KeydirFeed::work() noexcept {
    MutexLock lock(m_mutex);
    while (!m_outOfMemory)
        if (!enterNext(lock)) {
            if (m_ended && m_waiting == 0)
                return;
            m_changed.wait(lock);
        }
}

void KeydirFeed::enterLoad(Load& load, std::size_t firstShard) {
    constexpr std::size_t shards = keydir::Keydir::shardCount / partCount;
    // Sorted by counting, which keeps the order of what is in one shard.
    std::array<std::uint32_t, shards + 1> begins{};
    for (const Place& place : load.places)
        ++begins[place.shard - firstShard + 1];
    std::partial_sum(begins.begin(), begins.end(), begins.begin());
    load.order.resize(load.places.size());
    std::array<std::uint32_t, shards> next{};
    std::copy_n(begins.begin(), shards, next.begin());
    for (const Place& place : load.places)
        load.order[next[place.shard - firstShard]++] = place.begin;

    const auto headAt = [&load](std::uint32_t i) {
        Head head;
        std::memcpy(&head, load.bytes.data() + load.order[i], sizeof head);
        return head;
    };
    const auto prefetch = [&](std::size_t shard) {
        for (std::uint32_t i = begins[shard]; i < begins[shard + 1]; ++i)
            m_target.keydir.prefetchSlot(headAt(i).hash);
    };
    log::LiveTally tally(m_segment);
    prefetch(0);
    for (std::size_t shard = 0; shard < shards; ++shard) {
        if (shard + 1 < shards)
            prefetch(shard + 1);
        if (begins[shard] == begins[shard + 1])
            continue;
        keydir::Keydir::ShardWriter writer(m_target.keydir, firstShard + shard);
        for (std::uint32_t i = begins[shard]; i < begins[shard + 1]; ++i) {
            const Head head = headAt(i);
            enter(m_target, m_segment, writer, {load.bytes.data() + load.order[i] + sizeof head, head.keyBytes},
                  head.hash,
                  {.file = m_segment.index,
                   .offset = head.offset,
                   .valueBytes = head.valueBytes,
                   .sequence = head.sequence,
                   .tombstone = head.tombstone},
                  tally);
        }
    }
}

} // namespace rustcask::recovery
