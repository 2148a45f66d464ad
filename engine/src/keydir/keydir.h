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

#include "keydir/reclaimer.h"
#include "thread_safety.h"

namespace rustcask::keydir {

/// Where the newest record of a key is. `file` is an index into the set of segments, not a generation.
struct Location {
    std::uint32_t file = 0;   ///< below 2^22
    std::uint64_t offset = 0; ///< below 2^40
    std::uint32_t valueBytes = 0;
    std::uint64_t sequence = 0; ///< below 2^48
    bool tombstone = false;     ///< only while a recovery or refresh is running
    friend bool operator==(const Location&, const Location&) = default;
};

inline constexpr std::uint32_t maxFileIndex = (1U << 22) - 1;

/// Five words that hold a `Location`, the key's size and two flags; see keydir.cpp for the layout.
using PackedEntry = std::array<std::uint32_t, 5>;

class Arena;

/// One key at the moment of a snapshot, in 24 bytes.
struct CapturedKey {
    std::uint32_t position; ///< in the arena: for the key's bytes
    PackedEntry packed;     ///< as it was
    [[nodiscard]] Location location() const noexcept;
};

/// The keys of one shard at the moment of a snapshot. The bytes of keys stay in the arena, which is kept alive.
struct CapturedShard {
    std::shared_ptr<const Arena> arena;
    std::vector<CapturedKey> keys;
    /// Borrows from the arena. @pre `captured` is one of `keys`
    [[nodiscard]] std::string_view key(const CapturedKey& captured) const noexcept;
};

/// The in-memory index of a Bitcask: key to location of its newest record.
///
/// 1024 shards, chosen by hash; each an open-addressed table of 4-byte slots (8 bits of hash, 24 bits of arena
/// position) over an arena of entries (20 bytes and the key). Readers take no lock: they stand in a `Reclaimer::Guard`,
/// find the entry and copy its location under the shard's sequence counter. Writers lock the shard. Tables grow one
/// shard at a time, so no operation waits for more than a shard's rehash.
class Keydir {
public:
    explicit Keydir(Reclaimer& reclaimer);
    ~Keydir();
    Keydir(const Keydir&) = delete;
    Keydir& operator=(const Keydir&) = delete;

    [[nodiscard]] std::uint64_t hash(std::string_view key) const noexcept;

    /// The location of `key`; nullopt when it is absent or a tombstone. The caller stands in a guard.
    [[nodiscard]] std::optional<Location> find(std::string_view key, std::uint64_t hash) const noexcept;

    /// Points `key` at `location`. The previous location, if there was one.
    std::optional<Location> set(std::string_view key, std::uint64_t hash, const Location& location);
    /// Takes `key` out. The previous location, if there was one.
    std::optional<Location> erase(std::string_view key, std::uint64_t hash);

    /// What `setIfNewer` and `relocate` did.
    struct Change {
        bool applied = false;
        std::optional<Location> previous;
    };
    /// For recovery: sets unless the present entry (tombstones included) has the same or a higher sequence number.
    Change setIfNewer(std::string_view key, std::uint64_t hash, const Location& location);
    /// For a merge: sets only if the present entry is the same record, that is has the same sequence number.
    Change relocate(std::string_view key, std::uint64_t hash, const Location& location);

    /// Takes out every entry that `matches`; used after recovery for tombstones, after a refresh for removed files.
    /// `removed` is told each.
    void eraseIf(const std::function<bool(const Location&)>& matches,
                 const std::function<void(const Location&)>& removed = {});

    /// Captures all entries of one moment: the moment of `beginCapture`, which the caller orders against writers.
    /// From then on a writer that is about to change a shard captures it first; `finishCapture` captures the rest. One
    /// capture at a time: the caller serialises.
    void beginCapture();
    [[nodiscard]] std::vector<CapturedShard> finishCapture();

    [[nodiscard]] std::uint64_t size() const noexcept; ///< live keys
    [[nodiscard]] std::uint64_t keyBytes() const noexcept { return m_keyBytes.load(std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t memoryBytes() const noexcept; ///< tables and used arena space

    static constexpr unsigned shardBits = 10;
    static constexpr std::size_t shardCount = std::size_t{1} << shardBits;

private:
    struct Table;
    struct Capture;
    struct alignas(64) Shard {
        std::atomic<std::uint32_t> version{0}; // odd while a location changes
        std::atomic<Table*> table{nullptr};
        Mutex mutex; // guards all below and every change of the above
        std::shared_ptr<Table> owner RUSTCASK_GUARDED_BY(mutex);
        std::size_t live RUSTCASK_GUARDED_BY(mutex) = 0;         // entries, tombstones included
        std::size_t usedSlots RUSTCASK_GUARDED_BY(mutex) = 0;    // live and removed
        std::size_t removedWords RUSTCASK_GUARDED_BY(mutex) = 0; // of arena
        std::uint64_t captureId RUSTCASK_GUARDED_BY(mutex) = 0;  // of the last capture that has this shard
    };

    [[nodiscard]] Shard& shardOf(std::uint64_t hash) const noexcept;
    [[nodiscard]] std::uint32_t* findEntry(const Table& table, std::string_view key, std::uint64_t hash,
                                           std::size_t* slot) const noexcept;
    void insertNew(Shard& shard, std::string_view key, std::uint64_t hash, const Location& location)
        RUSTCASK_REQUIRES(shard.mutex);
    void overwrite(Shard& shard, std::uint32_t* entry, const Location& location) RUSTCASK_REQUIRES(shard.mutex);
    void removeSlot(Shard& shard, std::size_t slot, std::uint32_t* entry) RUSTCASK_REQUIRES(shard.mutex);
    void rebuild(Shard& shard, std::size_t keys, bool compact) RUSTCASK_REQUIRES(shard.mutex);
    void compactIfWorthwhile(Shard& shard) RUSTCASK_REQUIRES(shard.mutex);
    void captureBeforeChange(Shard& shard) RUSTCASK_REQUIRES(shard.mutex);
    void captureShard(Shard& shard, CapturedShard& into) RUSTCASK_REQUIRES(shard.mutex);
    void count(const std::optional<Location>& before, const std::optional<Location>& after,
               std::size_t keySize) noexcept;

    Reclaimer& m_reclaimer;
    std::uint64_t m_seed; // of the hash: a hostile writer of keys must not be able to aim at one slot
    std::unique_ptr<Shard[]> m_shards;
    std::atomic<std::int64_t> m_liveKeys{0};
    std::atomic<std::int64_t> m_entries{0};
    std::atomic<std::uint64_t> m_keyBytes{0};
    std::atomic<std::uint64_t> m_tableBytes{0};
    std::atomic<std::uint64_t> m_arenaBytes{0};
    std::unique_ptr<Capture> m_capture;
    std::atomic<std::uint64_t> m_captureId{0}; // of the running capture; 0: none
    std::uint64_t m_captures = 0;
};

} // namespace rustcask::keydir
