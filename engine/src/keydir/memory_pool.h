// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <utility>

#include "thread_safety.h"

namespace rustcask::keydir {

/// Memory of the keydir: blocks carved from regions of huge pages. A look-up touches two random places of a structure
/// far larger than what the TLB covers with 4 KiB pages; with 2 MiB pages it does not miss there as well.
///
/// Best fit, neighbours that become free are joined, a region that is wholly free goes back to the system. Every member
/// may be called from any thread. Meant for blocks of some KiB that live long: each call takes a lock and the time of a
/// search.
class MemoryPool {
public:
    MemoryPool() = default;
    ~MemoryPool();
    MemoryPool(const MemoryPool&) = delete;
    MemoryPool& operator=(const MemoryPool&) = delete;

    /// `bytes` rounded up to whole cache lines, aligned to one; contents undefined. Throws `std::bad_alloc`.
    [[nodiscard]] void* allocate(std::size_t bytes);
    /// @pre `block` came from `allocate(bytes)`. nullptr is ignored.
    void release(void* block, std::size_t bytes) noexcept;

    /// Bytes taken from the system.
    [[nodiscard]] std::uint64_t reservedBytes() const noexcept;
    /// Bytes in blocks that were not released.
    [[nodiscard]] std::uint64_t usedBytes() const noexcept;

private:
    struct Extent {
        std::size_t bytes = 0;
        const char* region = nullptr; ///< neighbours in different regions are not joined
    };
    using Free = std::map<char*, Extent>;

    void insertFree(char* begin, Extent extent) RUSTCASK_REQUIRES(m_mutex);
    void eraseFree(Free::iterator extent) RUSTCASK_REQUIRES(m_mutex);
    [[nodiscard]] char* take(Free::iterator extent, std::size_t size) RUSTCASK_REQUIRES(m_mutex);
    [[nodiscard]] bool addRegion(std::size_t bytes) RUSTCASK_REQUIRES(m_mutex);

    mutable Mutex m_mutex; // guards the following
    Free m_free RUSTCASK_GUARDED_BY(m_mutex);
    std::set<std::pair<std::size_t, char*>> m_bySize RUSTCASK_GUARDED_BY(m_mutex); // the same extents
    std::map<const char*, std::size_t> m_regions RUSTCASK_GUARDED_BY(m_mutex);     // and their sizes
    std::uint64_t m_reserved RUSTCASK_GUARDED_BY(m_mutex) = 0;
    std::uint64_t m_used RUSTCASK_GUARDED_BY(m_mutex) = 0;
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
