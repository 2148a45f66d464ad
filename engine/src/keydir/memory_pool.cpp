// SPDX-License-Identifier: Apache-2.0
#include "keydir/memory_pool.h"

#include <algorithm>
#include <new>

#include <sys/mman.h>

namespace rustcask::keydir {
namespace {

constexpr std::size_t lineBytes = 64;
constexpr std::size_t hugePageBytes = std::size_t{2} << 20;

[[nodiscard]] std::size_t roundUp(std::size_t bytes, std::size_t unit) noexcept {
    return (bytes + unit - 1) / unit * unit;
}

#if defined(__SANITIZE_ADDRESS__)
// Blocks of their own, so that AddressSanitizer sees where each ends.
constexpr bool separateBlocks = true;
#else
constexpr bool separateBlocks = false;
#endif

// Aligned to a huge page: only then can the kernel back it with one. nullptr: no memory.
[[nodiscard]] char* mapRegion(std::size_t bytes) noexcept {
    const std::size_t length = bytes + hugePageBytes;
    void* mapped = ::mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapped == MAP_FAILED)
        return nullptr;
    char* begin = static_cast<char*>(mapped);
    const std::size_t ahead =
        roundUp(reinterpret_cast<std::uintptr_t>(begin), hugePageBytes) - reinterpret_cast<std::uintptr_t>(begin);
    if (ahead > 0)
        ::munmap(begin, ahead);
    if (hugePageBytes - ahead > 0)
        ::munmap(begin + ahead + bytes, hugePageBytes - ahead);
    ::madvise(begin + ahead, bytes, MADV_HUGEPAGE); // advice: without huge pages it works all the same
    return begin + ahead;
}

} // namespace

MemoryPool::~MemoryPool() {
    for (const auto& [begin, bytes] : m_regions)
        ::munmap(const_cast<char*>(begin), bytes);
}

void MemoryPool::insertFree(char* begin, Extent extent) {
    const auto size = m_bySize.emplace(extent.bytes, begin).first;
    try {
        m_free.emplace(begin, extent);
    } catch (...) {
        m_bySize.erase(size);
        throw;
    }
}

// The front of a free extent. Reuses the nodes: there is nothing that could fail halfway.
char* MemoryPool::take(Free::iterator extent, std::size_t size) {
    char* block = extent->first;
    auto bySize = m_bySize.extract({extent->second.bytes, block});
    if (extent->second.bytes == size) {
        m_free.erase(extent);
        return block;
    }
    auto rest = m_free.extract(extent);
    rest.key() = block + size;
    rest.mapped().bytes -= size;
    bySize.value() = {rest.mapped().bytes, rest.key()};
    m_free.insert(std::move(rest));
    m_bySize.insert(std::move(bySize));
    return block;
}

void MemoryPool::eraseFree(Free::iterator extent) {
    m_bySize.erase({extent->second.bytes, extent->first});
    m_free.erase(extent);
}

bool MemoryPool::addRegion(std::size_t bytes) {
    const std::size_t size = roundUp(bytes, hugePageBytes);
    char* begin = mapRegion(size);
    if (begin == nullptr)
        return false;
    try {
        m_regions.emplace(begin, size);
        insertFree(begin, {.bytes = size, .region = begin});
    } catch (...) {
        m_regions.erase(begin);
        ::munmap(begin, size);
        throw;
    }
    m_reserved += size;
    return true;
}

void* MemoryPool::allocate(std::size_t bytes) {
    const std::size_t size = roundUp(std::max<std::size_t>(bytes, 1), lineBytes);
    const MutexLock lock(m_mutex);
    if (separateBlocks) {
        void* block = ::operator new (size, std::align_val_t{lineBytes});
        m_reserved += size;
        m_used += size;
        return block;
    }
    auto fit = m_bySize.lower_bound({size, nullptr});
    if (fit == m_bySize.end()) {
        if (!addRegion(size))
            throw std::bad_alloc();
        fit = m_bySize.lower_bound({size, nullptr});
    }
    m_used += size;
    return take(m_free.find(fit->second), size);
}

void MemoryPool::release(void* block, std::size_t bytes) noexcept {
    if (block == nullptr)
        return;
    const std::size_t size = roundUp(std::max<std::size_t>(bytes, 1), lineBytes);
    const MutexLock lock(m_mutex);
    m_used -= size;
    if (separateBlocks) {
        m_reserved -= size;
        ::operator delete (block, std::align_val_t{lineBytes});
        return;
    }
    char* begin = static_cast<char*>(block);
    const auto region = std::prev(m_regions.upper_bound(begin));
    Extent extent{.bytes = size, .region = region->first};
    auto after = m_free.upper_bound(begin);
    if (after != m_free.end() && after->first == begin + size && after->second.region == extent.region) {
        extent.bytes += after->second.bytes;
        eraseFree(after++);
    }
    if (after != m_free.begin()) {
        const auto before = std::prev(after);
        if (before->first + before->second.bytes == begin && before->second.region == extent.region) {
            begin = before->first;
            extent.bytes += before->second.bytes;
            eraseFree(before);
        }
    }
    if (extent.bytes == region->second && m_regions.size() > 1) {
        ::munmap(begin, region->second);
        m_reserved -= region->second;
        m_regions.erase(region);
        return;
    }
    try {
        insertFree(begin, extent);
    } catch (const std::bad_alloc&) {
        // Not to be had again until the pool goes: the one thing that can be done without memory to note it in.
    }
}

std::uint64_t MemoryPool::reservedBytes() const noexcept {
    const MutexLock lock(m_mutex);
    return m_reserved;
}

std::uint64_t MemoryPool::usedBytes() const noexcept {
    const MutexLock lock(m_mutex);
    return m_used;
}

} // namespace rustcask::keydir
