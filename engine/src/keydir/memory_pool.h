// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <utility>

#include "thread_safety.h"

namespace rustcask::keydir {

/// Memory of the keydir: blocks carved from regions of one huge page each. A look-up touches two random places of a
/// structure far larger than what the TLB covers with 4 KiB pages; with 2 MiB pages it does not miss there as well.
///
/// A buddy allocator (Knuth, TAOCP 1, 2.5): blocks are powers of two, so that what one shard gives back another can use
/// as it is. Fuller regions are used up first, so that others become empty. Regions that become free go back to the
/// system, all but one. Once there are several, a thread of the pool keeps the next one ready: the kernel takes
/// milliseconds to clear a huge page. Every member may be called from any thread.
class MemoryPool {
public:
    MemoryPool() = default;
    ~MemoryPool(); ///< all blocks have been released
    MemoryPool(const MemoryPool&) = delete;
    MemoryPool& operator=(const MemoryPool&) = delete;

    /// At least `bytes`: the next power of two, 256 or more, aligned to a cache line; beyond 1 MiB, whole huge pages.
    /// Contents undefined. Throws `std::bad_alloc`.
    [[nodiscard]] void* allocate(std::size_t bytes);
    /// @pre `block` came from `allocate(bytes)`. nullptr is ignored.
    void release(void* block, std::size_t bytes) noexcept;

    /// Bytes taken from the system.
    [[nodiscard]] std::uint64_t reservedBytes() const noexcept;
    /// Bytes in blocks that were not released.
    [[nodiscard]] std::uint64_t usedBytes() const noexcept;

    static constexpr std::size_t smallestBlock = 256;
    static constexpr std::size_t largestBlock = std::size_t{1} << 20;

private:
    struct Region;
    struct FreeBlock {
        FreeBlock* previous = nullptr;
        FreeBlock* next = nullptr;
    };
    static constexpr unsigned orders = 13; // 256 B to 1 MiB

    void insertFree(char* block, unsigned order) noexcept RUSTCASK_REQUIRES(m_mutex);
    void eraseFree(char* block, unsigned order) noexcept RUSTCASK_REQUIRES(m_mutex);
    void addRegion(Region* region) noexcept RUSTCASK_REQUIRES(m_mutex);
    void removeRegion(Region* region) noexcept RUSTCASK_REQUIRES(m_mutex);
    [[nodiscard]] char* take(unsigned order) noexcept RUSTCASK_REQUIRES(m_mutex);
    void prepareNext() noexcept RUSTCASK_REQUIRES(m_mutex);
    void prepare() noexcept;

    mutable Mutex m_mutex;                                                // guards the following
    std::array<FreeBlock*, orders> m_free RUSTCASK_GUARDED_BY(m_mutex){}; // those of emptier regions come last
    std::array<FreeBlock*, orders> m_lastFree RUSTCASK_GUARDED_BY(m_mutex){};
    std::size_t m_regions RUSTCASK_GUARDED_BY(m_mutex) = 0;
    std::size_t m_emptyRegions RUSTCASK_GUARDED_BY(m_mutex) = 0;
    std::uint64_t m_reserved RUSTCASK_GUARDED_BY(m_mutex) = 0;
    std::uint64_t m_used RUSTCASK_GUARDED_BY(m_mutex) = 0;

    Region* m_spare RUSTCASK_GUARDED_BY(m_mutex) = nullptr; // cleared, in no list
    bool m_spareWanted RUSTCASK_GUARDED_BY(m_mutex) = false;
    bool m_stopping RUSTCASK_GUARDED_BY(m_mutex) = false;
    ConditionVariable m_wake;
    std::thread m_preparer; // started once, under the lock
};

/// An array of `T` in a pool, released with it.
template <typename T>
class PoolArray {
public:
    PoolArray() = default;
    PoolArray(MemoryPool& pool, std::size_t count)
        : m_pool(&pool), m_data(static_cast<T*>(pool.allocate(count * sizeof(T)))), m_count(count) {}
    ~PoolArray() {
        if (m_pool != nullptr)
            m_pool->release(m_data, m_count * sizeof(T));
    }
    PoolArray(PoolArray&& other) noexcept
        : m_pool(std::exchange(other.m_pool, nullptr)),
          m_data(std::exchange(other.m_data, nullptr)),
          m_count(std::exchange(other.m_count, 0)) {}
    PoolArray& operator=(PoolArray&& other) noexcept {
        std::swap(m_pool, other.m_pool);
        std::swap(m_data, other.m_data);
        std::swap(m_count, other.m_count);
        return *this;
    }
    [[nodiscard]] T* data() const noexcept { return m_data; }

private:
    MemoryPool* m_pool = nullptr;
    T* m_data = nullptr;
    std::size_t m_count = 0;
};

} // namespace rustcask::keydir
