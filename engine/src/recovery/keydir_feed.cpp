// SPDX-License-Identifier: Apache-2.0
#include "recovery/keydir_feed.h"

#include <algorithm>
#include <exception>
#include <new>

#include "format/data_record.h"

namespace rustcask::recovery {
namespace {

constexpr std::size_t loadEntries = 4096;
constexpr std::size_t loadKeyBytes = 1 << 20;
constexpr std::size_t loadsAhead = 4;

// Enters one record into the keydir and keeps the live counters of both files right.
void enter(const LoadTarget& target, const log::Segment& segment, std::string_view key, std::uint64_t hash,
           const keydir::Location& location, Tally& tally) {
    keydir::Keydir::Change change;
    if (segment.mergeOutput && location.sequence <= target.knownSequence) {
        if (location.tombstone)
            return;
        change = target.keydir.relocate(key, hash, location);
    } else {
        change = target.keydir.setIfNewer(key, hash, location);
        // A follower whose last look failed halfway may have the original already, in a file that has gone since.
        if (!change.applied && segment.mergeOutput && !location.tombstone && change.previous &&
            change.previous->sequence == location.sequence)
            change = target.keydir.relocate(key, hash, location);
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

void Batch::add(std::string_view key, std::uint64_t hash, const keydir::Location& location) {
    m_target.keydir.prefetchSlot(hash);
    Entry& entry = m_entries[m_count];
    entry.key.assign(key); // keeps its capacity; the caller's buffer moves on
    entry.hash = hash;
    entry.location = location;
    if (++m_count == m_entries.size())
        flush();
}

void Batch::flush() {
    for (std::size_t i = 0; i < m_count; ++i)
        enter(m_target, m_segment, m_entries[i].key, m_entries[i].hash, m_entries[i].location, m_tally);
    m_count = 0;
}

KeydirFeed::KeydirFeed(const LoadTarget& target, log::Segment& segment, unsigned helpers)
    : m_target(target), m_segment(segment), m_queues(helpers) {
    m_threads.reserve(helpers);
    try {
        for (std::size_t part = 0; part < helpers; ++part)
            m_threads.emplace_back([this, part] { work(part); });
    } catch (const std::exception&) {
        // No more threads to be had: those that there are share the shards.
    }
    if (m_threads.empty()) {
        m_direct = std::make_unique<Batch>(target, segment);
        return;
    }
    const MutexLock lock(m_mutex); // the helpers have looked at no more than their own queue, which is empty
    m_queues.resize(m_threads.size());
}

KeydirFeed::~KeydirFeed() {
    join();
}

void KeydirFeed::join() noexcept {
    {
        const MutexLock lock(m_mutex);
        m_abandoned = !m_ended;
        m_ended = true;
        m_changed.notify_all();
    }
    for (std::thread& thread : m_threads)
        thread.join();
    m_threads.clear();
}

void KeydirFeed::add(std::string_view key, std::uint64_t hash, const keydir::Location& location) {
    if (m_direct) {
        m_direct->add(key, hash, location);
        return;
    }
    if (!m_load) {
        m_load = std::make_shared<Load>();
        m_load->entries.reserve(loadEntries);
    }
    m_load->entries.push_back({.hash = hash,
                               .keyBegin = static_cast<std::uint32_t>(m_load->keys.size()),
                               .keyBytes = static_cast<std::uint32_t>(key.size()),
                               .location = location});
    m_load->keys.append(key);
    if (m_load->entries.size() == loadEntries || m_load->keys.size() >= loadKeyBytes)
        handOver();
}

void KeydirFeed::handOver() {
    MutexLock lock(m_mutex);
    const auto behind = [this] {
        m_mutex.assertHeld(); // called right here
        return std::any_of(m_queues.begin(), m_queues.end(), [](const Queue& q) { return q.size() >= loadsAhead; });
    };
    while (!m_outOfMemory && behind())
        m_changed.wait(lock);
    if (m_outOfMemory)
        throw std::bad_alloc();
    for (Queue& queue : m_queues)
        queue.push_back(m_load);
    m_load.reset();
    m_changed.notify_all();
}

void KeydirFeed::finish() {
    if (m_direct) {
        m_direct->flush();
        m_direct.reset(); // counts
        return;
    }
    if (m_load)
        handOver();
    {
        const MutexLock lock(m_mutex);
        m_ended = true;
    }
    join();
    const MutexLock lock(m_mutex);
    if (m_outOfMemory)
        throw std::bad_alloc();
}

void KeydirFeed::work(std::size_t part) noexcept {
    Tally tally(m_segment);
    for (;;) {
        std::shared_ptr<const Load> load;
        {
            MutexLock lock(m_mutex);
            while (m_queues[part].empty() && !m_ended && !m_outOfMemory)
                m_changed.wait(lock);
            if (m_abandoned || m_outOfMemory || m_queues[part].empty())
                return;
            load = std::move(m_queues[part].front());
            m_queues[part].pop_front();
            m_changed.notify_all();
        }
        try {
            enterLoad(*load, part, tally);
        } catch (const std::bad_alloc&) {
            const MutexLock lock(m_mutex);
            m_outOfMemory = true;
            m_changed.notify_all();
            return;
        }
    }
}

// Slots are asked for some entries ahead.
void KeydirFeed::enterLoad(const Load& load, std::size_t part, Tally& tally) {
    constexpr std::size_t distance = 24;
    std::size_t parts = 0;
    {
        const MutexLock lock(m_mutex);
        parts = m_queues.size();
    }
    const auto mine = [&](const Entry& entry) {
        return keydir::Keydir::shardIndex(entry.hash) * parts / keydir::Keydir::shardCount == part;
    };
    const std::string_view keys = load.keys;
    for (std::size_t i = 0; i < load.entries.size(); ++i) {
        if (i + distance < load.entries.size() && mine(load.entries[i + distance]))
            m_target.keydir.prefetchSlot(load.entries[i + distance].hash);
        if (const Entry& entry = load.entries[i]; mine(entry))
            enter(m_target, m_segment, keys.substr(entry.keyBegin, entry.keyBytes), entry.hash, entry.location, tally);
    }
}

} // namespace rustcask::recovery
