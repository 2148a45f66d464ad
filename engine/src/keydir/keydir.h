// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "keydir/entry.h"
#include "keydir/location.h"
#include "keydir/memory_pool.h"
#include "keydir/reclaimer.h"
#include "thread_safety.h"

namespace rustcask::keydir {

class Arena;
class Table;

/// One key of a shard at the moment of a snapshot, in 24 bytes. The key itself stays in the arena.
struct CapturedKey {
    Slot slot;
    PackedEntry packed;
    [[nodiscard]] Location location() const noexcept;
};

/// The keys of one shard at the moment of a snapshot, and the arena that holds their bytes, kept alive.
struct CapturedShard {
    std::shared_ptr<const Arena> arena;
    std::vector<CapturedKey> keys;
    [[nodiscard]] std::string_view key(const CapturedKey& captured) const noexcept;
};

/// The in-memory index of a Bitcask: key to location of its newest record.
///
/// 1024 shards, chosen by hash; each an open-addressed table of 8-byte slots, 70 to 86 % full, over an arena of entries
/// (16 bytes and the key). The slot says already in which cache line of which file the record begins, so that a reader
/// waits for the entry, which says all, and for the record at the same time. Readers take no lock: they stand in a
/// `Reclaimer::Guard`, find the entry and copy its location under the shard's sequence counter. Writers lock the shard.
/// Tables grow one shard at a time, so no operation waits for more than a shard's rehash. Tables and arenas lie in huge
/// pages (memory_pool.h).
class Keydir {
    static constexpr std::size_t tablePages = 8;
    struct Capture;
    struct alignas(64) Shard {
        // What readers touch: a copy of what the table says, so that they need not wait for that as well.
        std::atomic<std::uint32_t> version{0};  // odd while a location or the table changes
        std::atomic<std::uint32_t> capacity{0}; // of the table; 0: there is none
        std::atomic<std::uint32_t> pageBits{0};
        std::atomic<const Arena*> arena{nullptr};
        std::array<std::atomic<const std::atomic<Slot>*>, tablePages> pages{}; // five of them in the first line

        alignas(64) Mutex mutex; // guards all below and every change of the above
        std::shared_ptr<Table> table RUSTCASK_GUARDED_BY(mutex);
        std::size_t entries RUSTCASK_GUARDED_BY(mutex) = 0;      // tombstones included
        std::size_t usedSlots RUSTCASK_GUARDED_BY(mutex) = 0;    // entries and removed ones
        std::size_t removedWords RUSTCASK_GUARDED_BY(mutex) = 0; // of the arena
        std::uint64_t captureId RUSTCASK_GUARDED_BY(mutex) = 0;  // of the last capture that has this shard
        std::atomic<std::uint64_t> liveKeys{0}, keyBytes{0};

        void beginChange() noexcept {
            version.store(version.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
        }
        void endChange() noexcept {
            version.store(version.load(std::memory_order_relaxed) + 1, std::memory_order_release);
        }
    };
    struct Found {
        std::uint32_t* entry = nullptr; ///< nullptr: absent
        std::size_t index = 0;          ///< of the slot
        Slot slot = 0;
    };

public:
    explicit Keydir(Reclaimer& reclaimer);
    ~Keydir();
    Keydir(const Keydir&) = delete;
    Keydir& operator=(const Keydir&) = delete;

    [[nodiscard]] std::uint64_t hash(std::string_view key) const noexcept;

    /// The location of `key`; nullopt when it is absent or a tombstone. The caller stands in a guard. Meanwhile the
    /// record is fetched from where `mappings` says that its file is mapped.
    [[nodiscard]] std::optional<Location> find(std::string_view key, std::uint64_t hash,
                                               const MappingHints* mappings = nullptr) const noexcept;

    /// A change of one key in two steps, so that what can fail comes before the append and what follows it cannot: the
    /// first takes the shard's lock and the memory that the second needs. Given up without `commit` it changes nothing.
    class Update {
    public:
        Update(Keydir& keydir, std::string_view key, std::uint64_t hash)
            RUSTCASK_THREAD_ATTRIBUTE(no_thread_safety_analysis); // which does not follow locks in members
        ~Update() RUSTCASK_THREAD_ATTRIBUTE(no_thread_safety_analysis) {}
        Update(const Update&) = delete;
        Update& operator=(const Update&) = delete;
        /// Where the key is now.
        [[nodiscard]] const std::optional<Location>& previous() const noexcept { return m_previous; }
        /// Points the key at `location`, or takes it out if that is a tombstone. Once.
        void commit(const Location& location) noexcept;

    private:
        Keydir& m_keydir;
        Shard& m_shard;
        MutexLock m_lock;
        std::string_view m_key;
        std::uint64_t m_hash;
        Found m_found;
        std::optional<Location> m_previous;
    };

    /// Points `key` at `location`. The previous location, if there was one.
    std::optional<Location> set(std::string_view key, std::uint64_t hash, const Location& location);
    /// Takes `key` out. The previous location, if there was one.
    std::optional<Location> erase(std::string_view key, std::uint64_t hash);

    /// Begin to fetch what `find` will touch: the slot; then entry and record, when the slot has arrived. Whoever looks
    /// up many keys does each step for a batch of them. The caller of the second stands in a guard.
    void prefetchSlot(std::uint64_t hash) const noexcept;
    void prefetchEntry(std::uint64_t hash, std::size_t keySize, const MappingHints* mappings = nullptr) const noexcept;

    /// Makes room for about `keys` keys of `keyBytes` in all, so that loading them rebuilds no table. Nothing happens
    /// to shards that hold keys already. Throws `std::bad_alloc`.
    void reserve(std::uint64_t keys, std::uint64_t keyBytes);
    [[nodiscard]] static std::size_t shardIndex(std::uint64_t hash) noexcept { return hash >> (64 - shardBits); }

    /// What `setIfNewer` and `relocate` did.
    struct Change {
        bool applied = false;
        std::optional<Location> previous;
    };
    /// For recovery: sets unless the present entry (tombstones included) has the same or a higher sequence number.
    Change setIfNewer(std::string_view key, std::uint64_t hash, const Location& location) {
        return ShardWriter(*this, shardIndex(hash)).setIfNewer(key, hash, location);
    }
    /// For a merge: sets only if the present entry is the same record, that is has the same sequence number.
    Change relocate(std::string_view key, std::uint64_t hash, const Location& location) {
        return ShardWriter(*this, shardIndex(hash)).relocate(key, hash, location);
    }

    /// The same two for any number of keys of one shard, under its lock from the beginning to the end.
    class ShardWriter {
    public:
        ShardWriter(Keydir& keydir, std::size_t shard) RUSTCASK_THREAD_ATTRIBUTE(no_thread_safety_analysis);
        ~ShardWriter() RUSTCASK_THREAD_ATTRIBUTE(no_thread_safety_analysis) {}
        ShardWriter(const ShardWriter&) = delete;
        ShardWriter& operator=(const ShardWriter&) = delete;
        Change setIfNewer(std::string_view key, std::uint64_t hash, const Location& location);
        Change relocate(std::string_view key, std::uint64_t hash, const Location& location);

    private:
        Keydir& m_keydir;
        Shard& m_shard;
        MutexLock m_lock;
    };

    /// Takes out every tombstone. Quick where there is none.
    void eraseTombstones();
    /// Takes out every entry that `matches`; used after a refresh for removed files.
    void eraseIf(const std::function<bool(const Location&)>& matches);

    /// Captures all entries of one moment: the moment of `beginCapture`, which the caller orders against writers.
    /// From then on a writer that is about to change a shard captures it first; `finishCapture` captures the rest. One
    /// capture at a time: the caller serialises.
    void beginCapture();
    [[nodiscard]] std::vector<CapturedShard> finishCapture();

    [[nodiscard]] std::uint64_t size() const noexcept;        ///< live keys
    [[nodiscard]] std::uint64_t keyBytes() const noexcept;    ///< of the live keys
    [[nodiscard]] std::uint64_t memoryBytes() const noexcept; ///< taken from the system, whether in use or not

    /// In which slot of its shard's table `key` stands; nullopt: absent. Locks the shard: for looking into the keydir.
    [[nodiscard]] std::optional<std::size_t> slotOf(std::string_view key, std::uint64_t hash) const;
    /// How full tables and arenas are. Locks one shard after the other.
    struct Occupancy {
        std::uint64_t tableSlots = 0;
        std::uint64_t entries = 0;
        std::uint64_t removedSlots = 0;
        std::uint64_t entryBytes = 0;   ///< of the entries that are in use
        std::uint64_t removedBytes = 0; ///< of those that are not
        std::uint64_t leastKeys = 0;    ///< in a shard
        std::uint64_t mostKeys = 0;
    };
    [[nodiscard]] Occupancy occupancy() const;

    static constexpr unsigned shardBits = 10;
    static constexpr std::size_t shardCount = std::size_t{1} << shardBits;

private:
    struct View;

    [[nodiscard]] Shard& shardOf(std::uint64_t hash) const noexcept;
    template <typename Source, typename OnCandidate>
    [[nodiscard]] static Found findEntry(const Source& source, std::string_view key, std::uint64_t hash,
                                         OnCandidate onCandidate) noexcept;
    [[nodiscard]] static Found findLocked(const Shard& shard, std::string_view key, std::uint64_t hash) noexcept
        RUSTCASK_REQUIRES(shard.mutex);
    void makeRoom(Shard& shard, std::size_t keyBytes) RUSTCASK_REQUIRES(shard.mutex);
    void insertNew(Shard& shard, std::string_view key, std::uint64_t hash, const Location& location) noexcept
        RUSTCASK_REQUIRES(shard.mutex);
    static void overwrite(Shard& shard, const Found& found, const Location& location) noexcept
        RUSTCASK_REQUIRES(shard.mutex);
    static void removeSlot(Shard& shard, const Found& found) noexcept RUSTCASK_REQUIRES(shard.mutex);
    void rebuild(Shard& shard, std::size_t slots, std::size_t words, bool compact) RUSTCASK_REQUIRES(shard.mutex);
    void compactIfWorthwhile(Shard& shard) noexcept RUSTCASK_REQUIRES(shard.mutex);
    template <typename Matches>
    void eraseFrom(Shard& shard, const Matches& matches) RUSTCASK_REQUIRES(shard.mutex);
    void captureBeforeChange(Shard& shard) RUSTCASK_REQUIRES(shard.mutex);
    static void captureShard(Shard& shard, CapturedShard& into) RUSTCASK_REQUIRES(shard.mutex);
    static void count(Shard& shard, const std::optional<Location>& before, const Location* after,
                      std::size_t keySize) noexcept RUSTCASK_REQUIRES(shard.mutex);

    Reclaimer& m_reclaimer;
    std::uint64_t m_seed; // of the hash: a hostile writer of keys must not be able to aim at one slot
    std::shared_ptr<MemoryPool> m_pool;
    std::unique_ptr<Shard[]> m_shards;
    std::unique_ptr<Capture> m_capture;
    std::atomic<std::uint64_t> m_captureId{0}; // of the running capture; 0: none
    std::uint64_t m_captures = 0;
};

} // namespace rustcask::keydir
