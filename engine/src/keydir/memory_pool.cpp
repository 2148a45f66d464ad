// SPDX-License-Identifier: Apache-2.0
#include "keydir/memory_pool.h"

#include <algorithm>
#include <bit>
#include <exception>
#include <new>

#include <sys/mman.h>

namespace rustcask::keydir {
namespace {

constexpr std::size_t hugePageBytes = std::size_t{2} << 20;
constexpr std::size_t regionsBeforePreparing = 3; // smaller keydirs need no thread

#if defined(__SANITIZE_ADDRESS__)
// Blocks of their own, so that AddressSanitizer sees where each ends.
constexpr bool separateBlocks = true;
#else
constexpr bool separateBlocks = false;
#endif

[[nodiscard]] std::size_t wholePages(std::size_t bytes) noexcept {
    return (bytes + hugePageBytes - 1) / hugePageBytes * hugePageBytes;
}

// The smallest order whose blocks hold that many bytes.
[[nodiscard]] unsigned orderOf(std::size_t bytes) noexcept {
    const std::size_t size = std::bit_ceil(std::max(bytes, MemoryPool::smallestBlock));
    return static_cast<unsigned>(std::countr_zero(size) - std::countr_zero(MemoryPool::smallestBlock));
}
[[nodiscard]] constexpr std::size_t sizeOf(unsigned order) noexcept {
    return MemoryPool::smallestBlock << order;
}

// Aligned to a huge page: only then can the kernel back it with one. nullptr: no memory.
[[nodiscard]] char* mapPages(std::size_t bytes) noexcept {
    const std::size_t length = bytes + hugePageBytes;
    void* mapped = ::mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapped == MAP_FAILED)
        return nullptr;
    char* begin = static_cast<char*>(mapped);
    const std::size_t ahead = (hugePageBytes - reinterpret_cast<std::uintptr_t>(begin) % hugePageBytes) % hugePageBytes;
    if (ahead > 0)
        ::munmap(begin, ahead);
    ::munmap(begin + ahead + bytes, hugePageBytes - ahead);
    ::madvise(begin + ahead, bytes, MADV_HUGEPAGE); // advice: without huge pages it works all the same
    return begin + ahead;
}

} // namespace

// What stands at the beginning of a region. Blocks begin behind it; it is as long as a block, so that they stay aligned
// to their size, and a block's buddy is found by flipping a bit of its place.
struct MemoryPool::Region {
    static constexpr unsigned headerOrder = 5; // 8 KiB

    std::size_t usedBytes = 0;
    // For each place of a smallest block behind the header: 1 + the order of the free block that begins there; 0: none
    // does.
    std::array<std::uint8_t, (hugePageBytes - sizeOf(headerOrder)) / smallestBlock> freeOrders{};

    [[nodiscard]] static Region* of(void* block) noexcept {
        char* at = static_cast<char*>(block);
        return reinterpret_cast<Region*>(at - reinterpret_cast<std::uintptr_t>(at) % hugePageBytes);
    }
    [[nodiscard]] char* begin() noexcept { return reinterpret_cast<char*>(this); }
    [[nodiscard]] std::uint8_t& freeOrderAt(const char* block) noexcept {
        return freeOrders[(static_cast<std::size_t>(block - begin()) - sizeOf(headerOrder)) / smallestBlock];
    }
};

MemoryPool::~MemoryPool() {
    static_assert(sizeof(Region) <= sizeOf(Region::headerOrder));
    {
        const MutexLock lock(m_mutex);
        m_stopping = true;
        m_wake.notify_all();
    }
    if (m_preparer.joinable())
        m_preparer.join();
    const MutexLock lock(m_mutex);
    if (m_spare != nullptr)
        ::munmap(m_spare, hugePageBytes);
    // Every region is empty, so each shows by its largest block.
    while (m_free[orders - 1] != nullptr)
        removeRegion(Region::of(m_free[orders - 1]));
}

void MemoryPool::insertFree(char* block, unsigned order) noexcept {
    Region* region = Region::of(block);
    region->freeOrderAt(block) = static_cast<std::uint8_t>(order + 1);
    const bool first = region->usedBytes >= hugePageBytes / 2;
    auto* free =
        new (block) FreeBlock{.previous = first ? nullptr : m_lastFree[order], .next = first ? m_free[order] : nullptr};
    (free->previous != nullptr ? free->previous->next : m_free[order]) = free;
    (free->next != nullptr ? free->next->previous : m_lastFree[order]) = free;
}

void MemoryPool::eraseFree(char* block, unsigned order) noexcept {
    Region::of(block)->freeOrderAt(block) = 0;
    const auto* free = std::launder(reinterpret_cast<FreeBlock*>(block));
    (free->previous != nullptr ? free->previous->next : m_free[order]) = free->next;
    (free->next != nullptr ? free->next->previous : m_lastFree[order]) = free->previous;
}

void MemoryPool::addRegion(Region* region) noexcept {
    for (unsigned order = Region::headerOrder; order < orders; ++order)
        insertFree(region->begin() + sizeOf(order), order); // what doubling the header's block leaves free
    ++m_regions;
    ++m_emptyRegions;
    m_reserved += hugePageBytes;
}

void MemoryPool::removeRegion(Region* region) noexcept {
    for (unsigned order = Region::headerOrder; order < orders; ++order)
        eraseFree(region->begin() + sizeOf(order), order);
    --m_regions;
    --m_emptyRegions;
    m_reserved -= hugePageBytes;
    ::munmap(region->begin(), hugePageBytes);
}

// A block of that order from the smallest free one that has it; nullptr: there is none.
char* MemoryPool::take(unsigned order) noexcept {
    unsigned from = order;
    while (from < orders && m_free[from] == nullptr)
        ++from;
    if (from == orders)
        return nullptr;
    char* block = reinterpret_cast<char*>(m_free[from]);
    eraseFree(block, from);
    while (from > order) {
        --from;
        insertFree(block + sizeOf(from), from);
    }
    return block;
}

void* MemoryPool::allocate(std::size_t bytes) {
    if (separateBlocks) {
        const std::size_t size = bytes > largestBlock ? wholePages(bytes) : sizeOf(orderOf(bytes));
        void* block = ::operator new (bytes, std::align_val_t{64});
        const MutexLock lock(m_mutex);
        m_reserved += size;
        m_used += size;
        return block;
    }
    if (bytes > largestBlock) {
        void* block = mapPages(wholePages(bytes));
        if (block == nullptr)
            throw std::bad_alloc();
        const MutexLock lock(m_mutex);
        m_reserved += wholePages(bytes);
        m_used += wholePages(bytes);
        return block;
    }
    const unsigned order = orderOf(bytes);
    const MutexLock lock(m_mutex);
    char* block = take(order);
    if (block == nullptr) {
        Region* region = std::exchange(m_spare, nullptr);
        if (region == nullptr) {
            char* pages = mapPages(hugePageBytes);
            if (pages == nullptr)
                throw std::bad_alloc();
            region = new (pages) Region;
        } else {
            m_reserved -= hugePageBytes; // addRegion counts it
        }
        addRegion(region);
        prepareNext();
        block = take(order);
    }
    Region* region = Region::of(block);
    if (region->usedBytes == 0)
        --m_emptyRegions;
    region->usedBytes += sizeOf(order);
    m_used += sizeOf(order);
    return block;
}

void MemoryPool::release(void* block, std::size_t bytes) noexcept {
    if (block == nullptr)
        return;
    const MutexLock lock(m_mutex);
    if (separateBlocks || bytes > largestBlock) {
        const std::size_t size = bytes > largestBlock ? wholePages(bytes) : sizeOf(orderOf(bytes));
        m_used -= size;
        m_reserved -= size;
        if (separateBlocks)
            ::operator delete (block, std::align_val_t{64});
        else
            ::munmap(block, size);
        return;
    }
    unsigned order = orderOf(bytes);
    Region* region = Region::of(block);
    region->usedBytes -= sizeOf(order);
    m_used -= sizeOf(order);
    auto offset = static_cast<std::size_t>(static_cast<char*>(block) - region->begin());
    // The largest block's buddy would be the half that the header is in.
    for (; order < orders - 1; ++order) {
        const std::size_t buddy = offset ^ sizeOf(order);
        if (buddy < sizeOf(Region::headerOrder) || region->freeOrderAt(region->begin() + buddy) != order + 1)
            break;
        eraseFree(region->begin() + buddy, order);
        offset &= ~sizeOf(order);
    }
    insertFree(region->begin() + offset, order);
    if (region->usedBytes == 0 && ++m_emptyRegions > 1)
        removeRegion(region);
}

// Has the next region made ready on the pool's thread. Without a thread whoever needs a region makes it.
void MemoryPool::prepareNext() noexcept {
    if (m_regions < regionsBeforePreparing || m_spare != nullptr)
        return;
    m_spareWanted = true;
    if (!m_preparer.joinable()) {
        try {
            m_preparer = std::thread([this] { prepare(); });
        } catch (const std::exception&) {
            return;
        }
    }
    m_wake.notify_one();
}

void MemoryPool::prepare() noexcept {
    MutexLock lock(m_mutex);
    for (;;) {
        while (!m_stopping && !m_spareWanted)
            m_wake.wait(lock);
        if (m_stopping)
            return;
        m_spareWanted = false;
        lock.unlock();
        char* pages = mapPages(hugePageBytes);
        if (pages != nullptr) {
            for (std::size_t at = 0; at < hugePageBytes; at += 4096)
                pages[at] = 0; // makes the kernel give the page, and clear it
            new (pages) Region;
        }
        lock.lock();
        if (pages == nullptr)
            continue;
        if (m_spare == nullptr) {
            m_spare = Region::of(pages);
            m_reserved += hugePageBytes;
        } else {
            ::munmap(pages, hugePageBytes);
        }
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
