// SPDX-License-Identifier: Apache-2.0
#include "allocation_counter.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>

#include <malloc.h>

namespace rustcask::fuzz {
namespace {

std::atomic<std::size_t> held{0};
std::atomic<std::size_t> base{0};
std::atomic<std::size_t> peak{0};
std::atomic<std::size_t> largest{0};

void raise(std::atomic<std::size_t>& to, std::size_t value) noexcept {
    std::size_t before = to.load(std::memory_order_relaxed);
    while (before < value && !to.compare_exchange_weak(before, value, std::memory_order_relaxed)) {
    }
}

void* allocate(std::size_t bytes, std::size_t alignment) {
    raise(largest, bytes);
    void* memory = nullptr;
    if (alignment <= alignof(std::max_align_t))
        memory = std::malloc(std::max<std::size_t>(bytes, 1));
    else if (::posix_memalign(&memory, alignment, std::max<std::size_t>(bytes, 1)) != 0)
        memory = nullptr;
    if (memory == nullptr)
        throw std::bad_alloc();
    raise(peak, held.fetch_add(::malloc_usable_size(memory), std::memory_order_relaxed) + bytes);
    return memory;
}

void release(void* memory) noexcept {
    if (memory != nullptr)
        held.fetch_sub(::malloc_usable_size(memory), std::memory_order_relaxed);
    std::free(memory);
}

} // namespace

void AllocationCounter::reset() noexcept {
    base = held.load();
    peak = held.load();
    largest = 0;
}
std::size_t AllocationCounter::peakBytes() noexcept {
    return peak - std::min(peak.load(), base.load());
}
std::size_t AllocationCounter::largestRequest() noexcept {
    return largest;
}

} // namespace rustcask::fuzz

void* operator new(std::size_t bytes) {
    return rustcask::fuzz::allocate(bytes, 1);
}
void* operator new[](std::size_t bytes) {
    return rustcask::fuzz::allocate(bytes, 1);
}
void* operator new(std::size_t bytes, std::align_val_t alignment) {
    return rustcask::fuzz::allocate(bytes, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t bytes, std::align_val_t alignment) {
    return rustcask::fuzz::allocate(bytes, static_cast<std::size_t>(alignment));
}
// Sanitizers replace these themselves, and then would not know who frees what.
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
    try {
        return rustcask::fuzz::allocate(bytes, 1);
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}
void* operator new[](std::size_t bytes, const std::nothrow_t& nothrow) noexcept {
    return operator new(bytes, nothrow);
}
void operator delete(void* memory) noexcept {
    rustcask::fuzz::release(memory);
}
void operator delete[](void* memory) noexcept {
    rustcask::fuzz::release(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    rustcask::fuzz::release(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
    rustcask::fuzz::release(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
    rustcask::fuzz::release(memory);
}
void operator delete[](void* memory, std::align_val_t) noexcept {
    rustcask::fuzz::release(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
    rustcask::fuzz::release(memory);
}
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept {
    rustcask::fuzz::release(memory);
}
