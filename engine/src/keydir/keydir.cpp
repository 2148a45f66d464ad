// SPDX-License-Identifier: Apache-2.0
#include "keydir/keydir.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <random>
#include <utility>

#include "keydir/table.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace rustcask::keydir {

Location CapturedKey::location() const noexcept {
    return unpack(slot, packed);
}

std::string_view CapturedShard::key(const CapturedKey& captured) const noexcept {
    return keyAt(arena->at(positionOf(captured.slot)), keySizeOf(captured.packed[0]));
}

struct Keydir::Capture {
    std::vector<CapturedShard> shards = std::vector<CapturedShard>(shardCount);
};

Keydir::Keydir(Reclaimer& reclaimer)
    : m_reclaimer(reclaimer), m_pool(std::make_shared<MemoryPool>()), m_shards(std::make_unique<Shard[]>(shardCount)) {
    std::random_device random;
    m_seed = std::uint64_t{random()} << 32 | random();
}

Keydir::~Keydir() {
    static_assert(tablePages == Table::maxPages);
}

std::uint64_t Keydir::hash(std::string_view key) const noexcept {
    return XXH3_64bits_withSeed(key.data(), key.size(), m_seed);
}

Keydir::Shard& Keydir::shardOf(std::uint64_t hash) const noexcept {
    return m_shards[shardIndex(hash)];
}

namespace {

void prefetchRecord(Slot slot, const MappingHints* mappings) noexcept {
    if (mappings == nullptr)
        return;
    const char* begin = mappings->begin[static_cast<std::size_t>(slot >> fileShift)].load(std::memory_order_relaxed);
    if (begin == nullptr)
        return;
    // As a number: the file may be a longer one than the slot can say, and the line nobody's.
    const auto line = reinterpret_cast<std::uintptr_t>(begin) + (slot >> 32 & ((1U << slotOffsetBits) - 1)) * 64;
    __builtin_prefetch(reinterpret_cast<const void*>(line));
    __builtin_prefetch(reinterpret_cast<const void*>(line + 64));
    __builtin_prefetch(reinterpret_cast<const void*>(line + 128));
}

bool sameWord(const char* a, const char* b) noexcept {
    std::uint64_t left = 0;
    std::uint64_t right = 0;
    std::memcpy(&left, a, sizeof left);
    std::memcpy(&right, b, sizeof right);
    return left == right;
}

// memcmp loads whole vectors, masked or not: of a short key that ends shortly before the end of a cache line it waits
// for the next line, too, which nobody has asked for.
bool isSameKey(const std::uint32_t* entry, std::string_view key) noexcept {
    constexpr std::size_t wordwise = 32;
    const char* stored = reinterpret_cast<const char*>(entry + entryWords);
    const char* wanted = key.data();
    const std::size_t size = key.size();
    if (size > wordwise || size < sizeof(std::uint64_t))
        return std::memcmp(stored, wanted, size) == 0;
    const std::size_t last = size - sizeof(std::uint64_t); // overlaps the one before
    for (std::size_t i = 0; i < last; i += sizeof(std::uint64_t))
        if (!sameWord(stored + i, wanted + i))
            return false;
    return sameWord(stored + last, wanted + last);
}

} // namespace

// A reader's look at a shard's table. All of it is of one moment as long as `at` finds the version unchanged.
struct Keydir::View {
    explicit View(const Shard& of) noexcept
        : shard(of),
          version(of.version.load(std::memory_order_acquire)),
          slots(of.capacity.load(std::memory_order_acquire)),
          pageBits(of.pageBits.load(std::memory_order_acquire)),
          entries(of.arena.load(std::memory_order_acquire)) {}

    [[nodiscard]] std::size_t capacity() const noexcept { return slots; }
    [[nodiscard]] const Arena& arena() const noexcept { return *entries; }
    // nullptr: something has changed.
    [[nodiscard]] const std::atomic<Slot>* at(std::size_t index) const noexcept {
        const std::size_t page = index >> pageBits & (tablePages - 1);
        const std::atomic<Slot>* begin = shard.pages[page].load(std::memory_order_acquire);
        return isCurrent() ? begin + (index & ((std::size_t{1} << pageBits) - 1)) : nullptr;
    }
    // The acquiring loads cannot move below this one; an even, unchanged counter means one moment.
    [[nodiscard]] bool isCurrent() const noexcept {
        return (version & 1U) == 0 && shard.version.load(std::memory_order_relaxed) == version;
    }

    const Shard& shard;
    std::uint32_t version;
    std::uint32_t slots; // 0: no table
    std::uint32_t pageBits;
    const Arena* entries;
};

template <typename Source, typename OnCandidate>
Keydir::Found Keydir::findEntry(const Source& source, std::string_view key, std::uint64_t hash,
                                OnCandidate onCandidate) noexcept {
    const std::uint32_t tag = tagOf(hash);
    for (std::size_t bucket = homeBucket(hash, source.capacity());;
         bucket = followingBucket(bucket, source.capacity())) {
        const std::atomic<Slot>* slots = source.at(bucket);
        if (slots == nullptr)
            return {}; // the caller finds that something has changed, too
        const BucketMatch match = matchBucket(slots, tag);
        for (unsigned left = match.tagged & ~match.empty; left != 0; left &= left - 1) {
            const auto i = static_cast<unsigned>(std::countr_zero(left));
            const Slot slot = slots[i].load(std::memory_order_acquire);
            if (!hasTag(slot, tag))
                continue; // removed, or changed since
            onCandidate(slot);
            std::uint32_t* entry = source.arena().at(positionOf(slot));
            const std::size_t size = keySizeOf(loadWord(entry));
            if (size == key.size() && isSameKey(entry, key))
                return {.entry = entry, .index = bucket + i, .slot = slot};
        }
        if (match.empty != 0)
            return {};
    }
}

Keydir::Found Keydir::findLocked(const Shard& shard, std::string_view key, std::uint64_t hash) noexcept {
    const Table* table = shard.table.get();
    if (table == nullptr)
        return {};
    return findEntry(*table, key, hash, [](Slot) {});
}

std::optional<Location> Keydir::find(std::string_view key, std::uint64_t hash,
                                     const MappingHints* mappings) const noexcept {
    const Shard& shard = shardOf(hash);
    for (;;) {
        const View view(shard);
        if (view.capacity() == 0) {
            if (view.isCurrent())
                return std::nullopt;
            continue;
        }
        const Found found = findEntry(view, key, hash, [mappings](Slot slot) { prefetchRecord(slot, mappings); });
        if (found.entry == nullptr) {
            if (view.isCurrent())
                return std::nullopt;
            continue;
        }
        const PackedEntry words = loadEntry(found.entry);
        if (!view.isCurrent()) // unmixed words, too
            continue;
        if ((words[3] & tombstoneBit) != 0)
            return std::nullopt;
        return unpack(found.slot, words);
    }
}

void Keydir::prefetchSlot(std::uint64_t hash) const noexcept {
    const Shard& shard = shardOf(hash);
    // What is read may be of two moments, or stale: a prefetch of whatever address does no harm.
    const std::size_t index = homeBucket(hash, shard.capacity.load(std::memory_order_relaxed));
    const std::uint32_t pageBits = shard.pageBits.load(std::memory_order_relaxed);
    const auto page = reinterpret_cast<std::uintptr_t>(
        shard.pages[index >> pageBits & (tablePages - 1)].load(std::memory_order_relaxed));
    const std::uintptr_t bucket = page + (index & ((std::size_t{1} << pageBits) - 1)) * sizeof(Slot);
    __builtin_prefetch(reinterpret_cast<const void*>(bucket));
    // Where tables are nearly full, buckets are; then the key, or its free slot, is in the next.
    __builtin_prefetch(reinterpret_cast<const void*>(bucket + slotsPerBucket * sizeof(Slot)));
}

void Keydir::prefetchEntry(std::uint64_t hash, std::size_t keySize, const MappingHints* mappings) const noexcept {
    const View view(shardOf(hash));
    if (view.capacity() == 0)
        return;
    const std::uint32_t tag = tagOf(hash);
    const std::atomic<Slot>* slots = view.at(homeBucket(hash, view.capacity())); // the next bucket is seldom needed
    if (slots == nullptr)
        return;
    const BucketMatch match = matchBucket(slots, tag);
    const unsigned tagged = match.tagged & ~match.empty;
    if (tagged == 0)
        return;
    const Slot slot = slots[std::countr_zero(tagged)].load(std::memory_order_acquire);
    if (!hasTag(slot, tag))
        return;
    const std::uint32_t* entry = view.arena().at(positionOf(slot));
    __builtin_prefetch(entry);
    __builtin_prefetch(entry + wordsOf(keySize) - 1); // nearly every other entry of a short key lies in two lines
    prefetchRecord(slot, mappings);
}

void Keydir::count(Shard& shard, const std::optional<Location>& before, const Location* after,
                   std::size_t keySize) noexcept {
    const bool was = before && !before->tombstone;
    const bool is = after != nullptr && !after->tombstone;
    if (was == is)
        return;
    // Under the shard's lock: plain additions, atomic only for whoever sums them up.
    const std::uint64_t sign = is ? 1 : ~std::uint64_t{0};
    shard.liveKeys.store(shard.liveKeys.load(std::memory_order_relaxed) + sign, std::memory_order_relaxed);
    shard.keyBytes.store(shard.keyBytes.load(std::memory_order_relaxed) + sign * keySize, std::memory_order_relaxed);
}

void Keydir::overwrite(Shard& shard, const Found& found, const Location& location) noexcept {
    const PackedEntry words = pack(keySizeOf(loadWord(found.entry)), location);
    const auto low = static_cast<std::uint32_t>(found.slot);
    shard.beginChange();
    for (std::size_t i = 0; i < words.size(); ++i)
        storeWord(found.entry + i, words[i]); // releases: after the odd version
    shard.table->at(found.index)->store(makeSlot(low >> 24, low & positionMask, location), std::memory_order_release);
    shard.endChange();
}

// All that an insertion can fail at.
void Keydir::makeRoom(Shard& shard, std::size_t keyBytes) {
    const std::size_t words = wordsOf(keyBytes);
    const Table* table = shard.table.get();
    if (table == nullptr || isFull(shard.usedSlots, table->capacity())) {
        const bool compact =
            table != nullptr && (shard.removedWords * 4 > table->arena().usedWords() || table->arena().nearlyFull());
        rebuild(shard, grownSlots(shard.entries + 1), words, compact);
    }
    if (shard.table->arena().makeRoom(words))
        return;
    rebuild(shard, grownSlots(shard.entries + 1), words, true);
    if (!shard.table->arena().makeRoom(words))
        throw std::bad_alloc(); // 64 MiB of keys in one of 1024 shards
}

void Keydir::insertNew(Shard& shard, std::string_view key, std::uint64_t hash, const Location& location) noexcept {
    Table& table = *shard.table;
    const std::size_t words = wordsOf(key.size());
    const std::uint32_t position = table.arena().allocate(words);
    std::uint32_t* entry = table.arena().at(position);
    entry[words - 1] = 0;
    const PackedEntry packed = pack(key.size(), location);
    std::copy(packed.begin(), packed.end(), entry);
    std::memcpy(entry + entryWords, key.data(), key.size());
    __builtin_prefetch(entry + words + 16, 1); // where the shard's next entries will be written
    const std::size_t i = table.freeSlot(hash);
    if (table.load(i) == emptySlot)
        ++shard.usedSlots;
    // Publishes entry and key.
    table.at(i)->store(makeSlot(tagOf(hash), position, location), std::memory_order_release);
    ++shard.entries;
}

void Keydir::removeSlot(Shard& shard, const Found& found) noexcept {
    Table& table = *shard.table;
    // In a bucket that was full a chain may go on behind it, so the slot must not look empty.
    const bool neverFull = matchBucket(table.at(found.index / slotsPerBucket * slotsPerBucket), 0).empty != 0;
    table.at(found.index)->store(neverFull ? emptySlot : removedSlot, std::memory_order_release);
    if (neverFull)
        --shard.usedSlots;
    shard.removedWords += wordsOf(keySizeOf(loadWord(found.entry)));
    --shard.entries;
}

// A new table of about `slots` slots, over the same arena or a compacted copy with room for `words` more. Readers go on
// in the old ones until they leave. Throws `std::bad_alloc`, and has changed nothing then.
void Keydir::rebuild(Shard& shard, std::size_t slots, std::size_t words, bool compact) {
    const Table* before = shard.table.get();
    std::shared_ptr<Arena> arena = before != nullptr && !compact ? before->sharedArena() : nullptr;
    if (!arena) {
        const std::size_t used = before != nullptr ? before->arena().usedWords() - shard.removedWords : 0;
        arena = std::make_shared<Arena>(m_pool, used + words);
    }
    auto table = std::make_shared<Table>(m_pool, slots, arena);
    if (before != nullptr) {
        before->forEach([&](std::size_t, Slot slot, const std::uint32_t* entry) {
            const std::size_t keySize = keySizeOf(entry[0]);
            if (compact) {
                const std::size_t size = wordsOf(keySize);
                if (!arena->makeRoom(size))
                    throw std::bad_alloc();
                const std::uint32_t position = arena->allocate(size);
                std::memcpy(arena->at(position), entry, size * 4);
                slot = (slot & ~Slot{positionMask}) | position;
            }
            table->at(table->freeSlot(hash(keyAt(entry, keySize))))->store(slot, std::memory_order_relaxed);
        });
    }
    if (compact)
        shard.removedWords = 0;
    shard.usedSlots = shard.entries;
    shard.beginChange();
    shard.capacity.store(static_cast<std::uint32_t>(table->capacity()), std::memory_order_release);
    shard.pageBits.store(table->pageBits(), std::memory_order_release);
    shard.arena.store(&table->arena(), std::memory_order_release);
    for (std::size_t i = 0; i < tablePages; ++i)
        shard.pages[i].store(table->pages()[i], std::memory_order_release);
    shard.endChange();
    if (std::shared_ptr<Table> old = std::exchange(shard.table, std::move(table)))
        m_reclaimer.retireInTime(std::move(old));
}

void Keydir::compactIfWorthwhile(Shard& shard) noexcept {
    constexpr std::size_t worthwhileWords = 512;
    if (shard.removedWords * 2 <= shard.table->arena().usedWords() || shard.removedWords <= worthwhileWords)
        return;
    try {
        rebuild(shard, grownSlots(shard.entries + 1), 0, true);
    } catch (const std::bad_alloc&) {
        // It stays as large as it is; the next removal tries again.
    }
}

void Keydir::reserve(std::uint64_t keys, std::uint64_t keyBytes) {
    // Shards are not of one size: the hash spreads keys like throws of a die, so a little more than the mean.
    const auto withSpread = [](std::uint64_t mean) { return static_cast<std::size_t>(mean + mean / 32 + 1); };
    const std::size_t each = withSpread(keys / shardCount);
    const std::size_t words = withSpread((keys * entryWords + keyBytes / 4) / shardCount);
    for (std::size_t s = 0; s < shardCount; ++s) {
        Shard& shard = m_shards[s];
        const MutexLock lock(shard.mutex);
        if (!shard.table)
            rebuild(shard, each * 100 / 84, words, true);
    }
}

Keydir::Update::Update(Keydir& keydir, std::string_view key, std::uint64_t hash)
    : m_keydir(keydir), m_shard(keydir.shardOf(hash)), m_lock(m_shard.mutex), m_key(key), m_hash(hash) {
    m_found = findLocked(m_shard, key, hash);
    keydir.captureBeforeChange(m_shard);
    if (m_found.entry == nullptr)
        keydir.makeRoom(m_shard, key.size());
    else
        m_previous = unpack(m_found.slot, loadEntry(m_found.entry));
}

void Keydir::Update::commit(const Location& location) noexcept {
    m_shard.mutex.assertHeld(); // by m_lock
    if (location.tombstone) {
        if (m_found.entry == nullptr)
            return;
        removeSlot(m_shard, m_found);
        count(m_shard, m_previous, nullptr, m_key.size());
        m_keydir.compactIfWorthwhile(m_shard);
        return;
    }
    if (m_found.entry == nullptr)
        m_keydir.insertNew(m_shard, m_key, m_hash, location);
    else
        overwrite(m_shard, m_found, location);
    count(m_shard, m_previous, &location, m_key.size());
}

std::optional<Location> Keydir::set(std::string_view key, std::uint64_t hash, const Location& location) {
    Update update(*this, key, hash);
    update.commit(location);
    return update.previous();
}

std::optional<Location> Keydir::erase(std::string_view key, std::uint64_t hash) {
    Shard& shard = shardOf(hash);
    const MutexLock lock(shard.mutex);
    const Found found = findLocked(shard, key, hash);
    if (found.entry == nullptr)
        return std::nullopt;
    captureBeforeChange(shard);
    const Location previous = unpack(found.slot, loadEntry(found.entry));
    removeSlot(shard, found);
    count(shard, previous, nullptr, key.size());
    compactIfWorthwhile(shard);
    return previous;
}

Keydir::ShardWriter::ShardWriter(Keydir& keydir, std::size_t shard)
    : m_keydir(keydir), m_shard(keydir.m_shards[shard]), m_lock(m_shard.mutex) {}

Keydir::Change Keydir::ShardWriter::setIfNewer(std::string_view key, std::uint64_t hash, const Location& location) {
    m_shard.mutex.assertHeld(); // by m_lock
    m_keydir.captureBeforeChange(m_shard);
    const Found found = findLocked(m_shard, key, hash);
    Change change;
    if (found.entry == nullptr) {
        m_keydir.makeRoom(m_shard, key.size());
        m_keydir.insertNew(m_shard, key, hash, location);
    } else {
        change.previous = unpack(found.slot, loadEntry(found.entry));
        if (change.previous->sequence >= location.sequence)
            return change;
        overwrite(m_shard, found, location);
    }
    count(m_shard, change.previous, &location, key.size());
    change.applied = true;
    return change;
}

Keydir::Change Keydir::ShardWriter::relocate(std::string_view key, std::uint64_t hash, const Location& location) {
    m_shard.mutex.assertHeld(); // by m_lock
    const Found found = findLocked(m_shard, key, hash);
    Change change;
    if (found.entry == nullptr)
        return change;
    change.previous = unpack(found.slot, loadEntry(found.entry));
    if (change.previous->sequence != location.sequence || change.previous->tombstone)
        return change;
    m_keydir.captureBeforeChange(m_shard);
    overwrite(m_shard, found, location);
    change.applied = true;
    return change;
}

template <typename Matches>
void Keydir::eraseFrom(Shard& shard, const Matches& matches) {
    if (!shard.table)
        return;
    bool any = false;
    shard.table->forEach([&](std::size_t index, Slot slot, std::uint32_t* entry) {
        shard.mutex.assertHeld(); // called right here
        const PackedEntry words = loadEntry(entry);
        const Location location = unpack(slot, words);
        if (!matches(location))
            return;
        if (!any)
            captureBeforeChange(shard);
        any = true;
        removeSlot(shard, {.entry = entry, .index = index, .slot = slot});
        count(shard, location, nullptr, keySizeOf(words[0]));
    });
    if (any)
        compactIfWorthwhile(shard);
}

void Keydir::eraseTombstones() {
    for (std::size_t s = 0; s < shardCount; ++s) {
        Shard& shard = m_shards[s];
        const MutexLock lock(shard.mutex);
        if (shard.liveKeys.load(std::memory_order_relaxed) < shard.entries)
            eraseFrom(shard, [](const Location& location) { return location.tombstone; });
    }
}

void Keydir::eraseIf(const std::function<bool(const Location&)>& matches) {
    for (std::size_t s = 0; s < shardCount; ++s) {
        const MutexLock lock(m_shards[s].mutex);
        eraseFrom(m_shards[s], matches);
    }
}

void Keydir::captureShard(Shard& shard, CapturedShard& into) {
    if (!shard.table || shard.entries == 0)
        return;
    into.keys.reserve(shard.entries);
    into.arena = shard.table->sharedArena();
    shard.table->forEach([&into](std::size_t, Slot slot, std::uint32_t* entry) {
        const PackedEntry words = loadEntry(entry);
        if ((words[3] & tombstoneBit) == 0)
            into.keys.push_back({.slot = slot, .packed = words});
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
    try {
        for (std::size_t s = 0; s < shardCount; ++s) {
            const MutexLock lock(m_shards[s].mutex);
            captureBeforeChange(m_shards[s]);
        }
    } catch (const std::bad_alloc&) {
        m_captureId.store(0, std::memory_order_release);
        for (std::size_t s = 0; s < shardCount; ++s)
            const MutexLock left(m_shards[s].mutex); // by a writer that was capturing
        m_capture.reset();
        throw;
    }
    m_captureId.store(0, std::memory_order_release);
    // Every shard was captured under its lock, and later writers find it so: nobody touches the capture any more.
    std::vector<CapturedShard> shards = std::move(m_capture->shards);
    m_capture.reset();
    return shards;
}

std::uint64_t Keydir::size() const noexcept {
    std::uint64_t sum = 0;
    for (std::size_t s = 0; s < shardCount; ++s)
        sum += m_shards[s].liveKeys.load(std::memory_order_relaxed);
    return sum;
}

std::uint64_t Keydir::keyBytes() const noexcept {
    std::uint64_t sum = 0;
    for (std::size_t s = 0; s < shardCount; ++s)
        sum += m_shards[s].keyBytes.load(std::memory_order_relaxed);
    return sum;
}

std::uint64_t Keydir::memoryBytes() const noexcept {
    return m_pool->reservedBytes() + shardCount * sizeof(Shard);
}

std::optional<std::size_t> Keydir::slotOf(std::string_view key, std::uint64_t hash) const {
    Shard& shard = shardOf(hash);
    const MutexLock lock(shard.mutex);
    const Found found = findLocked(shard, key, hash);
    return found.entry == nullptr ? std::nullopt : std::optional(found.index);
}

Keydir::Occupancy Keydir::occupancy() const {
    Occupancy sum;
    sum.leastKeys = std::numeric_limits<std::uint64_t>::max();
    for (std::size_t s = 0; s < shardCount; ++s) {
        Shard& shard = m_shards[s];
        const MutexLock lock(shard.mutex);
        sum.leastKeys = std::min<std::uint64_t>(sum.leastKeys, shard.entries);
        sum.mostKeys = std::max<std::uint64_t>(sum.mostKeys, shard.entries);
        if (!shard.table)
            continue;
        sum.tableSlots += shard.table->capacity();
        sum.entries += shard.entries;
        sum.removedSlots += shard.usedSlots - shard.entries;
        const std::uint64_t words = shard.table->arena().usedWords();
        sum.entryBytes += (words - shard.removedWords) * sizeof(std::uint32_t);
        sum.removedBytes += shard.removedWords * sizeof(std::uint32_t);
    }
    return sum;
}

} // namespace rustcask::keydir
