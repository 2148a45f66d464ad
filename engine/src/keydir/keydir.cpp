// SPDX-License-Identifier: Apache-2.0
#include "keydir/keydir.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <random>
#include <utility>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace rustcask::keydir {
namespace {

// An entry in the arena, in 32-bit words:
//   0: key size (16 low bits), sequence bits 32–47 (16 high bits)
//   1: sequence bits 0–31      2: value size      3: offset bits 0–31
//   4: offset bits 32–39 (8 low bits), file (22), tombstone (1), removed (1)
//   5…: the key's bytes, padded to a word
constexpr std::size_t entryWords = 5;
constexpr std::uint32_t tombstoneBit = 1U << 30;
constexpr std::uint32_t removedBit = 1U << 31;

constexpr std::uint32_t emptySlot = 0;
constexpr std::uint32_t removedSlot = 0xFFFFFFFF;
constexpr std::uint32_t positionMask = 0x00FFFFFF;

[[nodiscard]] std::size_t wordsOf(std::size_t keyBytes) noexcept {
    return entryWords + (keyBytes + 3) / 4;
}

[[nodiscard]] PackedEntry pack(std::size_t keyBytes, const Location& location) noexcept {
    return {static_cast<std::uint32_t>(keyBytes) | static_cast<std::uint32_t>(location.sequence >> 32) << 16,
            static_cast<std::uint32_t>(location.sequence), location.valueBytes,
            static_cast<std::uint32_t>(location.offset),
            static_cast<std::uint32_t>(location.offset >> 32) | location.file << 8 |
                (location.tombstone ? tombstoneBit : 0)};
}

[[nodiscard]] Location unpack(const PackedEntry& words) noexcept {
    return {.file = (words[4] >> 8) & maxFileIndex,
            .offset = std::uint64_t{words[4] & 0xFF} << 32 | words[3],
            .valueBytes = words[2],
            .sequence = std::uint64_t{words[0] >> 16} << 32 | words[1],
            .tombstone = (words[4] & tombstoneBit) != 0};
}

// Words of an entry change under readers, so they are read and written as atomics; the key's bytes never change.
[[nodiscard]] std::uint32_t loadWord(std::uint32_t* word) noexcept {
    return std::atomic_ref<std::uint32_t>(*word).load(std::memory_order_acquire);
}
void storeWord(std::uint32_t* word, std::uint32_t value) noexcept {
    std::atomic_ref<std::uint32_t>(*word).store(value, std::memory_order_release);
}
[[nodiscard]] PackedEntry loadEntry(std::uint32_t* entry) noexcept {
    return {loadWord(entry), loadWord(entry + 1), loadWord(entry + 2), loadWord(entry + 3), loadWord(entry + 4)};
}
[[nodiscard]] std::size_t keySizeOf(std::uint32_t word0) noexcept {
    return word0 & 0xFFFF;
}

[[nodiscard]] std::string_view keyAt(const std::uint32_t* entry, std::size_t size) noexcept {
    return {reinterpret_cast<const char*>(entry + entryWords), size};
}

} // namespace

/// Memory for entries, addressed by 24-bit word positions. Chunk 0 has 1024 words, chunk k the positions from
/// 1024 * 2^(k-1) to twice that; what is not used of a chunk is never touched, so it costs address space only. Position
/// 0 is left out: it means an empty slot.
class Arena {
public:
    static constexpr std::uint32_t firstChunkWords = 1024;
    static constexpr std::uint32_t noPosition = 0;

    /// Position of `words` free words; `noPosition` when the arena is full.
    [[nodiscard]] std::uint32_t allocate(std::size_t words) {
        std::size_t chunk = chunkOf(m_next);
        while (m_next + words > endOf(chunk)) {
            ++chunk;
            if (chunk >= m_chunks.size())
                return noPosition;
            m_next = beginOf(chunk);
        }
        if (m_next + words > positionMask - 1)
            return noPosition; // the last position would look like a removed slot
        Chunk& into = m_chunks[chunk];
        if (into.words.load(std::memory_order_relaxed) == nullptr) {
            into.storage = std::make_unique_for_overwrite<std::uint32_t[]>(endOf(chunk) - beginOf(chunk));
            into.words.store(into.storage.get(), std::memory_order_release);
        }
        const std::uint32_t position = m_next;
        m_next += static_cast<std::uint32_t>(words);
        into.end = m_next;
        m_usedWords += words;
        return position;
    }

    [[nodiscard]] std::uint32_t* at(std::uint32_t position) const noexcept {
        const std::size_t chunk = chunkOf(position);
        return m_chunks[chunk].words.load(std::memory_order_acquire) + (position - beginOf(chunk));
    }

    [[nodiscard]] std::size_t usedWords() const noexcept { return m_usedWords; }

    /// Calls `visit(position, entry)` for each entry in the order of allocation, removed ones included.
    template <typename Visit>
    void forEach(Visit visit) const {
        for (std::size_t chunk = 0; chunk < m_chunks.size(); ++chunk) {
            std::uint32_t* words = m_chunks[chunk].words.load(std::memory_order_relaxed);
            if (words == nullptr)
                continue;
            const std::uint32_t begin = std::max(beginOf(chunk), 1U);
            for (std::uint32_t position = begin; position < m_chunks[chunk].end;) {
                std::uint32_t* entry = words + (position - beginOf(chunk));
                const std::size_t size = wordsOf(keySizeOf(loadWord(entry)));
                visit(position, entry);
                position += static_cast<std::uint32_t>(size);
            }
        }
    }

private:
    struct Chunk {
        std::unique_ptr<std::uint32_t[]> storage;
        std::atomic<std::uint32_t*> words{nullptr};
        std::uint32_t end = 0; // position after the last entry
    };
    [[nodiscard]] static std::size_t chunkOf(std::uint32_t position) noexcept {
        return static_cast<std::size_t>(std::bit_width(position / firstChunkWords));
    }
    [[nodiscard]] static std::uint32_t beginOf(std::size_t chunk) noexcept {
        return chunk == 0 ? 0 : firstChunkWords << (chunk - 1);
    }
    [[nodiscard]] static std::uint32_t endOf(std::size_t chunk) noexcept { return firstChunkWords << chunk; }

    std::array<Chunk, 15> m_chunks; // 1024 * 2^14 = 2^24 positions
    std::uint32_t m_next = 1;
    std::size_t m_usedWords = 0;
};

std::string_view CapturedShard::key(const CapturedKey& captured) const noexcept {
    return keyAt(arena->at(captured.position), keySizeOf(captured.packed[0]));
}
Location CapturedKey::location() const noexcept {
    return unpack(packed);
}

struct Keydir::Table {
    Table(std::size_t capacity, std::shared_ptr<Arena> into)
        : mask(capacity - 1), slots(std::make_unique<std::atomic<std::uint32_t>[]>(capacity)), arena(std::move(into)) {}
    std::size_t mask;
    std::unique_ptr<std::atomic<std::uint32_t>[]> slots;
    std::shared_ptr<Arena> arena;
};

struct Keydir::Capture {
    std::vector<CapturedShard> shards = std::vector<CapturedShard>(shardCount);
};

Keydir::Keydir(Reclaimer& reclaimer) : m_reclaimer(reclaimer), m_shards(std::make_unique<Shard[]>(shardCount)) {
    std::random_device random;
    m_seed = std::uint64_t{random()} << 32 | random();
}

Keydir::~Keydir() = default;

std::uint64_t Keydir::hash(std::string_view key) const noexcept {
    return XXH3_64bits_withSeed(key.data(), key.size(), m_seed);
}

Keydir::Shard& Keydir::shardOf(std::uint64_t hash) const noexcept {
    return m_shards[hash >> (64 - shardBits)];
}

namespace {
[[nodiscard]] std::uint32_t tagOf(std::uint64_t hash) noexcept {
    return static_cast<std::uint32_t>(hash >> 46) & 0xFF;
}
} // namespace

std::uint32_t* Keydir::findEntry(const Table& table, std::string_view key, std::uint64_t hash,
                                 std::size_t* slot) const noexcept {
    const std::uint32_t tag = tagOf(hash);
    for (std::size_t i = hash & table.mask;; i = (i + 1) & table.mask) {
        const std::uint32_t value = table.slots[i].load(std::memory_order_acquire);
        if (value == emptySlot)
            return nullptr;
        if (value >> 24 != tag || value == removedSlot)
            continue;
        std::uint32_t* entry = table.arena->at(value & positionMask);
        const std::size_t size = keySizeOf(loadWord(entry));
        if (size == key.size() && std::memcmp(entry + entryWords, key.data(), size) == 0) {
            if (slot != nullptr)
                *slot = i;
            return entry;
        }
    }
}

std::optional<Location> Keydir::find(std::string_view key, std::uint64_t hash) const noexcept {
    const Shard& shard = shardOf(hash);
    for (;;) {
        const std::uint32_t before = shard.version.load(std::memory_order_acquire);
        if ((before & 1U) != 0)
            continue; // a writer is between two stores
        const Table* table = shard.table.load(std::memory_order_acquire);
        if (table == nullptr)
            return std::nullopt;
        std::uint32_t* entry = findEntry(*table, key, hash, nullptr);
        if (entry == nullptr)
            return std::nullopt;
        const PackedEntry words = loadEntry(entry);
        // The acquiring loads above cannot move below this one; an unchanged counter means unmixed words.
        if (shard.version.load(std::memory_order_relaxed) != before)
            continue;
        if ((words[4] & (removedBit | tombstoneBit)) != 0)
            return std::nullopt;
        return unpack(words);
    }
}

void Keydir::count(const std::optional<Location>& before, const std::optional<Location>& after,
                   std::size_t keySize) noexcept {
    const bool was = before && !before->tombstone;
    const bool is = after && !after->tombstone;
    if (was != is)
        m_liveKeys.fetch_add(is ? 1 : -1, std::memory_order_relaxed);
    if (was == is)
        return;
    if (is)
        m_keyBytes.fetch_add(keySize, std::memory_order_relaxed);
    else
        m_keyBytes.fetch_sub(keySize, std::memory_order_relaxed);
}

void Keydir::overwrite(Shard& shard, std::uint32_t* entry, const Location& location) {
    const PackedEntry words = pack(keySizeOf(loadWord(entry)), location);
    const std::uint32_t version = shard.version.load(std::memory_order_relaxed);
    shard.version.store(version + 1, std::memory_order_relaxed);
    for (std::size_t i = 0; i < words.size(); ++i)
        storeWord(entry + i, words[i]); // releases: after the odd version
    shard.version.store(version + 2, std::memory_order_release);
}

void Keydir::insertNew(Shard& shard, std::string_view key, std::uint64_t hash, const Location& location) {
    Table* table = shard.owner.get();
    if (table == nullptr || (shard.usedSlots + 1) * 5 > (table->mask + 1) * 4) { // at most 80 % full
        rebuild(shard, shard.live + 1, table != nullptr && shard.removedWords * 4 > table->arena->usedWords());
        table = shard.owner.get();
    }
    const std::size_t words = wordsOf(key.size());
    std::uint32_t position = table->arena->allocate(words);
    if (position == Arena::noPosition) {
        rebuild(shard, shard.live + 1, true);
        table = shard.owner.get();
        position = table->arena->allocate(words);
        if (position == Arena::noPosition)
            throw std::bad_alloc(); // 64 MiB of keys in one of 1024 shards
    }
    std::uint32_t* entry = table->arena->at(position);
    entry[words - 1] = 0;
    const PackedEntry packed = pack(key.size(), location);
    std::copy(packed.begin(), packed.end(), entry);
    std::memcpy(entry + entryWords, key.data(), key.size());
    std::size_t i = hash & table->mask;
    std::uint32_t present = table->slots[i].load(std::memory_order_relaxed);
    while (present != emptySlot && present != removedSlot) {
        i = (i + 1) & table->mask;
        present = table->slots[i].load(std::memory_order_relaxed);
    }
    if (present == emptySlot)
        ++shard.usedSlots;
    table->slots[i].store(tagOf(hash) << 24 | position, std::memory_order_release); // publishes entry and key
    ++shard.live;
    m_entries.fetch_add(1, std::memory_order_relaxed);
    m_arenaBytes.fetch_add(words * 4, std::memory_order_relaxed);
}

void Keydir::removeSlot(Shard& shard, std::size_t slot, std::uint32_t* entry) {
    Table& table = *shard.owner;
    // Followed by an empty slot it ends no chain: the slot can be empty at once.
    const bool endsChain = table.slots[(slot + 1) & table.mask].load(std::memory_order_relaxed) == emptySlot;
    table.slots[slot].store(endsChain ? emptySlot : removedSlot, std::memory_order_release);
    if (endsChain)
        --shard.usedSlots;
    storeWord(entry + 4, loadWord(entry + 4) | removedBit);
    shard.removedWords += wordsOf(keySizeOf(loadWord(entry)));
    --shard.live;
    m_entries.fetch_sub(1, std::memory_order_relaxed);
}

// A new table of fitting size, over the same arena or a compacted copy. Readers go on in the old ones until they leave.
void Keydir::rebuild(Shard& shard, std::size_t keys, bool compact) {
    std::size_t capacity = 16;
    while (keys * 8 > capacity * 5)
        capacity *= 2; // at most 62.5 % full, so that it lasts
    std::shared_ptr<Arena> arena = shard.owner ? shard.owner->arena : nullptr;
    if (!arena || compact)
        arena = std::make_shared<Arena>();
    auto table = std::make_shared<Table>(capacity, arena);
    if (shard.owner) {
        shard.owner->arena->forEach([&](std::uint32_t position, std::uint32_t* entry) {
            const PackedEntry words = loadEntry(entry);
            if ((words[4] & removedBit) != 0)
                return;
            const std::string_view key = keyAt(entry, keySizeOf(words[0]));
            if (compact) {
                position = arena->allocate(wordsOf(key.size()));
                std::memcpy(arena->at(position), entry, wordsOf(key.size()) * 4);
            }
            const std::uint64_t keyHash = hash(key);
            std::size_t i = keyHash & table->mask;
            while (table->slots[i].load(std::memory_order_relaxed) != emptySlot)
                i = (i + 1) & table->mask;
            table->slots[i].store(tagOf(keyHash) << 24 | position, std::memory_order_relaxed);
        });
        m_tableBytes.fetch_sub((shard.owner->mask + 1) * 4, std::memory_order_relaxed);
        if (compact) {
            m_arenaBytes.fetch_sub(shard.owner->arena->usedWords() * 4, std::memory_order_relaxed);
            m_arenaBytes.fetch_add(arena->usedWords() * 4, std::memory_order_relaxed);
        }
    }
    m_tableBytes.fetch_add(capacity * 4, std::memory_order_relaxed);
    if (compact)
        shard.removedWords = 0;
    shard.usedSlots = shard.live;
    std::shared_ptr<Table> old = std::exchange(shard.owner, table);
    shard.table.store(table.get(), std::memory_order_release);
    if (old)
        m_reclaimer.retire(std::move(old));
}

void Keydir::compactIfWorthwhile(Shard& shard) {
    if (shard.removedWords * 2 > shard.owner->arena->usedWords() && shard.removedWords > Arena::firstChunkWords / 2)
        rebuild(shard, shard.live + 1, true);
}

std::optional<Location> Keydir::set(std::string_view key, std::uint64_t hash, const Location& location) {
    Shard& shard = shardOf(hash);
    const MutexLock lock(shard.mutex);
    captureBeforeChange(shard);
    std::uint32_t* entry = shard.owner ? findEntry(*shard.owner, key, hash, nullptr) : nullptr;
    std::optional<Location> previous;
    if (entry == nullptr) {
        insertNew(shard, key, hash, location);
    } else {
        previous = unpack(loadEntry(entry));
        overwrite(shard, entry, location);
    }
    count(previous, location, key.size());
    return previous;
}

std::optional<Location> Keydir::erase(std::string_view key, std::uint64_t hash) {
    Shard& shard = shardOf(hash);
    const MutexLock lock(shard.mutex);
    if (!shard.owner)
        return std::nullopt;
    std::size_t slot = 0;
    std::uint32_t* entry = findEntry(*shard.owner, key, hash, &slot);
    if (entry == nullptr)
        return std::nullopt;
    captureBeforeChange(shard);
    const Location previous = unpack(loadEntry(entry));
    removeSlot(shard, slot, entry);
    count(previous, std::nullopt, key.size());
    compactIfWorthwhile(shard);
    return previous;
}

Keydir::Change Keydir::setIfNewer(std::string_view key, std::uint64_t hash, const Location& location) {
    Shard& shard = shardOf(hash);
    const MutexLock lock(shard.mutex);
    captureBeforeChange(shard);
    std::uint32_t* entry = shard.owner ? findEntry(*shard.owner, key, hash, nullptr) : nullptr;
    Change change;
    if (entry == nullptr) {
        insertNew(shard, key, hash, location);
    } else {
        change.previous = unpack(loadEntry(entry));
        if (change.previous->sequence >= location.sequence)
            return change;
        overwrite(shard, entry, location);
    }
    count(change.previous, location, key.size());
    change.applied = true;
    return change;
}

Keydir::Change Keydir::relocate(std::string_view key, std::uint64_t hash, const Location& location) {
    Shard& shard = shardOf(hash);
    const MutexLock lock(shard.mutex);
    std::uint32_t* entry = shard.owner ? findEntry(*shard.owner, key, hash, nullptr) : nullptr;
    Change change;
    if (entry == nullptr)
        return change;
    change.previous = unpack(loadEntry(entry));
    if (change.previous->sequence != location.sequence || change.previous->tombstone)
        return change;
    captureBeforeChange(shard);
    overwrite(shard, entry, location);
    change.applied = true;
    return change;
}

void Keydir::eraseIf(const std::function<bool(const Location&)>& matches,
                     const std::function<void(const Location&)>& removed) {
    for (std::size_t s = 0; s < shardCount; ++s) {
        Shard& shard = m_shards[s];
        const MutexLock lock(shard.mutex);
        if (!shard.owner)
            continue;
        bool any = false;
        shard.owner->arena->forEach([&](std::uint32_t, std::uint32_t* entry) {
            shard.mutex.assertHeld(); // called right here
            const PackedEntry words = loadEntry(entry);
            const Location location = unpack(words);
            if ((words[4] & removedBit) != 0 || !matches(location))
                return;
            if (!any)
                captureBeforeChange(shard);
            any = true;
            const std::string_view key = keyAt(entry, keySizeOf(words[0]));
            std::size_t slot = 0;
            if (findEntry(*shard.owner, key, hash(key), &slot) != entry)
                return;
            removeSlot(shard, slot, entry);
            count(location, std::nullopt, key.size());
            if (removed)
                removed(location);
        });
        if (any)
            compactIfWorthwhile(shard);
    }
}

void Keydir::captureShard(Shard& shard, CapturedShard& into) {
    if (!shard.owner || shard.live == 0)
        return;
    into.arena = shard.owner->arena;
    into.keys.reserve(shard.live);
    into.arena->forEach([&into](std::uint32_t position, std::uint32_t* entry) {
        const PackedEntry words = loadEntry(entry);
        if ((words[4] & (removedBit | tombstoneBit)) == 0)
            into.keys.push_back({.position = position, .packed = words});
    });
}

void Keydir::captureBeforeChange(Shard& shard) {
    const std::uint64_t id = m_captureId.load(std::memory_order_acquire);
    if (id == 0 || shard.captureId == id)
        return;
    captureShard(shard, m_capture->shards[static_cast<std::size_t>(&shard - m_shards.get())]);
    shard.captureId = id;
}

void Keydir::beginCapture() {
    m_capture = std::make_unique<Capture>();
    m_captureId.store(++m_captures, std::memory_order_release);
}

std::vector<CapturedShard> Keydir::finishCapture() {
    for (std::size_t s = 0; s < shardCount; ++s) {
        const MutexLock lock(m_shards[s].mutex);
        captureBeforeChange(m_shards[s]);
    }
    m_captureId.store(0, std::memory_order_release);
    // Every shard was captured under its lock, and later writers find it so: nobody touches the capture any more.
    std::vector<CapturedShard> shards = std::move(m_capture->shards);
    m_capture.reset();
    return shards;
}

std::uint64_t Keydir::size() const noexcept {
    return static_cast<std::uint64_t>(m_liveKeys.load(std::memory_order_relaxed));
}

std::uint64_t Keydir::memoryBytes() const noexcept {
    return m_tableBytes.load(std::memory_order_relaxed) + m_arenaBytes.load(std::memory_order_relaxed) +
           shardCount * sizeof(Shard);
}

} // namespace rustcask::keydir
