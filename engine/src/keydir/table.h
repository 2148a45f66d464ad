// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <vector>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "keydir/entry.h"
#include "keydir/memory_pool.h"

/// What a shard of the keydir is made of: an arena of entries and a table of slots that point into it.
namespace rustcask::keydir {

/// Memory for entries, addressed by 24-bit word positions: at most 64 chunks, of a size that fits what the shard holds.
/// A full arena is replaced by one of larger chunks. An entry lies in one block, a long key's in several chunks that
/// are one. What has been handed out never moves, the list of chunks included, so readers need no lock.
class Arena {
public:
    static constexpr std::size_t maxChunks = 64;

    /// With room for about `words` words to begin with, and for three times as many at the end.
    Arena(std::shared_ptr<MemoryPool> pool, std::size_t words) : m_pool(std::move(pool)) {
        while (words >> m_chunkBits > 20 && m_chunkBits < maxChunkBits)
            ++m_chunkBits;
    }

    /// Makes sure that `allocate(words)` succeeds; false: the arena is full. Throws `std::bad_alloc`.
    [[nodiscard]] bool makeRoom(std::size_t words) {
        if (m_next + words <= m_limit)
            return true;
        const std::size_t chunkWords = std::size_t{1} << m_chunkBits;
        const std::size_t chunks = (words + (m_chunkCount == 0 ? firstPosition : 0) + chunkWords - 1) >> m_chunkBits;
        if (m_chunkCount + chunks > maxChunks || (m_chunkCount + chunks) << m_chunkBits > positionMask)
            return false;
        m_blocks.emplace_back(*m_pool, chunks << m_chunkBits);
        if (m_chunkCount > 0)
            m_next = static_cast<std::uint32_t>(m_chunkCount << m_chunkBits);
        for (std::size_t i = 0; i < chunks; ++i)
            m_chunks[m_chunkCount++] = m_blocks.back().data() + (i << m_chunkBits);
        m_limit = static_cast<std::uint32_t>(m_chunkCount << m_chunkBits);
        return true;
    }

    /// @pre `makeRoom(words)`
    [[nodiscard]] std::uint32_t allocate(std::size_t words) noexcept {
        const std::uint32_t position = m_next;
        m_next += static_cast<std::uint32_t>(words);
        m_usedWords += words;
        return position;
    }

    [[nodiscard]] std::uint32_t* at(std::uint32_t position) const noexcept {
        return m_chunks[position >> m_chunkBits] + (position & ((1U << m_chunkBits) - 1));
    }
    [[nodiscard]] bool nearlyFull() const noexcept { return m_chunkCount * 3 > maxChunks * 2; }
    [[nodiscard]] std::size_t usedWords() const noexcept { return m_usedWords; }

private:
    static constexpr unsigned maxChunkBits = 18;      // 64 of them are all that a position can name
    static constexpr std::uint32_t firstPosition = 8; // not 0; half a line, so that entries of half a line lie in one

    unsigned m_chunkBits = 6;
    std::array<std::uint32_t*, maxChunks> m_chunks{};
    std::size_t m_chunkCount = 0;
    std::uint32_t m_next = firstPosition;
    std::uint32_t m_limit = 0; // position after the last chunk
    std::size_t m_usedWords = 0;
    std::shared_ptr<MemoryPool> m_pool; // before the blocks: the last to go
    std::vector<PoolArray<std::uint32_t>> m_blocks;
};

// Slots come in buckets of one cache line. A key is in the first bucket of its chain that had room; a bucket with an
// empty slot has never been full, so no chain goes on behind it.
inline constexpr std::size_t slotsPerBucket = 8;

// Scales the low half of the hash to any number of buckets, so that a table can grow by a quarter instead of doubling.
// The first slot of the bucket.
[[nodiscard]] inline std::size_t homeBucket(std::uint64_t hash, std::size_t capacity) noexcept {
    return static_cast<std::size_t>((hash & 0xFFFFFFFF) * (capacity / slotsPerBucket) >> 32) * slotsPerBucket;
}

[[nodiscard]] inline std::size_t followingBucket(std::size_t bucket, std::size_t capacity) noexcept {
    return bucket + slotsPerBucket == capacity ? 0 : bucket + slotsPerBucket;
}

// A table lasts until it is 86 % full; then the next one is larger by a quarter where memory counts, by more where
// rebuilding would come too often: small tables are cheap, and every key goes through all of their sizes.
[[nodiscard]] inline bool isFull(std::size_t usedSlots, std::size_t capacity) noexcept {
    return (usedSlots + 1) * 100 > capacity * 86;
}
[[nodiscard]] inline std::size_t grownSlots(std::size_t keys) noexcept {
    return keys * 100 / (keys < 500 ? 50 : keys < 4000 ? 60 : 76) + 1;
}

// Of the slots of a bucket those with a tag, and those that are empty, a bit each. All at once: a loop that ends at the
// first hit is a branch that the processor guesses wrong, and then it begins no other look-up meanwhile.
struct BucketMatch {
    unsigned tagged = 0;
    unsigned empty = 0;
};

[[nodiscard]] inline BucketMatch matchBucket(const std::atomic<Slot>* bucket, std::uint32_t tag) noexcept {
#if defined(__SSE2__) && !defined(__SANITIZE_THREAD__)
    // Each half of a slot is read whole, which is all that is asked of this; what matches is read again as an atomic.
    const auto* at = reinterpret_cast<const __m128*>(bucket);
    const auto low = [&](int i) { // the low halves of four slots
        return _mm_castps_si128(_mm_shuffle_ps(at[i], at[i + 1], _MM_SHUFFLE(2, 0, 2, 0)));
    };
    const __m128i first = low(0);
    const __m128i second = low(2);
    const auto bits = [](__m128i a, __m128i b) {
        const __m128i words = _mm_packs_epi32(a, b);
        return static_cast<unsigned>(_mm_movemask_epi8(_mm_packs_epi16(words, words))) & 0xFF;
    };
    const __m128i wanted = _mm_set1_epi32(static_cast<int>(tag));
    const __m128i zero = _mm_setzero_si128();
    return {.tagged = bits(_mm_cmpeq_epi32(_mm_srli_epi32(first, 24), wanted),
                           _mm_cmpeq_epi32(_mm_srli_epi32(second, 24), wanted)),
            .empty = bits(_mm_cmpeq_epi32(first, zero), _mm_cmpeq_epi32(second, zero))};
#else
    BucketMatch match;
    for (unsigned i = 0; i < slotsPerBucket; ++i) {
        const Slot slot = bucket[i].load(std::memory_order_relaxed);
        match.tagged |= unsigned{(static_cast<std::uint32_t>(slot) >> 24) == tag} << i;
        match.empty |= unsigned{static_cast<std::uint32_t>(slot) == 0} << i;
    }
    return match;
#endif
}

/// An open-addressed table of slots over an arena. The slots lie in up to eight pages of one size, a power of two, so
/// that the pages of one shard's old table fit another's new one. Does not change but for its slots.
class Table {
public:
    /// With at least `slots` slots. Throws `std::bad_alloc`.
    Table(std::shared_ptr<MemoryPool> memory, std::size_t slots, std::shared_ptr<Arena> into)
        : m_arena(into.get()), m_pool(std::move(memory)), m_arenaOwner(std::move(into)) {
        while (maxPages << m_pageBits < slots)
            ++m_pageBits;
        const std::size_t pageSlots = std::size_t{1} << m_pageBits;
        const std::size_t pages = std::max<std::size_t>(1, (slots + pageSlots - 1) >> m_pageBits);
        try {
            for (std::size_t i = 0; i < pages; ++i) {
                m_pages[i] = static_cast<std::atomic<Slot>*>(m_pool->allocate(pageSlots * sizeof(Slot)));
                std::uninitialized_value_construct_n(m_pages[i], pageSlots);
            }
        } catch (...) {
            releasePages();
            throw;
        }
        m_capacity = static_cast<std::uint32_t>(pages * pageSlots);
    }
    ~Table() { releasePages(); }
    Table(const Table&) = delete;
    Table& operator=(const Table&) = delete;

    static constexpr std::size_t maxPages = 8;

    [[nodiscard]] std::size_t capacity() const noexcept { return m_capacity; }
    [[nodiscard]] unsigned pageBits() const noexcept { return m_pageBits; }
    [[nodiscard]] const std::array<std::atomic<Slot>*, maxPages>& pages() const noexcept { return m_pages; }
    [[nodiscard]] std::atomic<Slot>* at(std::size_t index) const noexcept {
        return m_pages[index >> m_pageBits] + (index & ((std::size_t{1} << m_pageBits) - 1));
    }
    [[nodiscard]] Slot load(std::size_t index) const noexcept { return at(index)->load(std::memory_order_relaxed); }
    [[nodiscard]] Arena& arena() const noexcept { return *m_arena; }
    [[nodiscard]] const std::shared_ptr<Arena>& sharedArena() const noexcept { return m_arenaOwner; }

    /// The first slot of the key's buckets that is empty or removed. There is one: the table is never full.
    [[nodiscard]] std::size_t freeSlot(std::uint64_t hash) const noexcept {
        for (std::size_t bucket = homeBucket(hash, m_capacity);; bucket = followingBucket(bucket, m_capacity)) {
            const std::atomic<Slot>* slots = at(bucket);
            for (std::size_t i = 0; i < slotsPerBucket; ++i)
                if (const Slot slot = slots[i].load(std::memory_order_relaxed);
                    slot == emptySlot || slot == removedSlot)
                    return bucket + i;
        }
    }

    /// Calls `visit(index, slot, entry)` for each entry.
    template <typename Visit>
    void forEach(Visit visit) const {
        for (std::size_t i = 0; i < m_capacity; ++i) {
            // Entries lie anywhere in the arena, which is not in the cache: eight are on their way at a time.
            if (const Slot ahead = i + 8 < m_capacity ? load(i + 8) : emptySlot;
                ahead != emptySlot && ahead != removedSlot)
                __builtin_prefetch(m_arena->at(positionOf(ahead)));
            if (const Slot slot = load(i); slot != emptySlot && slot != removedSlot)
                visit(i, slot, m_arena->at(positionOf(slot)));
        }
    }

private:
    void releasePages() noexcept {
        for (std::atomic<Slot>* page : m_pages)
            m_pool->release(page, sizeof(Slot) << m_pageBits);
    }

    std::uint32_t m_capacity = 0;
    unsigned m_pageBits = 5; // 256 bytes: what the pool gives at least
    Arena* m_arena;
    std::array<std::atomic<Slot>*, maxPages> m_pages{};
    std::shared_ptr<MemoryPool> m_pool;
    std::shared_ptr<Arena> m_arenaOwner;
};

} // namespace rustcask::keydir
