// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace rustcask::ui {

/// For arrays of as many elements as there are keys: asks the system for large pages where that is worth it. A copy
/// then takes a third of the time, because the first touch of each small page is what takes long, and a look at random
/// places waits for fewer tables of addresses. Where there are no large pages it is as any other memory.
template <typename T>
class HugePageAllocator {
public:
    using value_type = T;

    HugePageAllocator() noexcept = default;
    template <typename U>
    HugePageAllocator(const HugePageAllocator<U>&) noexcept {} // NOLINT: as the standard asks for

    [[nodiscard]] T* allocate(std::size_t count) {
        const std::size_t bytes = count * sizeof(T);
        if (bytes < worthwhileBytes) {
            return static_cast<T*>(::operator new(bytes));
        }
        void* memory = ::operator new(bytes, pageBytes);
#if defined(__linux__)
        ::madvise(memory, bytes, MADV_HUGEPAGE); // advice: its failure changes nothing
#endif
        return static_cast<T*>(memory);
    }
    void deallocate(T* memory, std::size_t count) noexcept {
        if (count * sizeof(T) < worthwhileBytes) {
            ::operator delete(memory);
        } else {
            ::operator delete(memory, pageBytes);
        }
    }
    friend bool operator==(const HugePageAllocator&, const HugePageAllocator&) noexcept {
        return true;
    }

private:
    static constexpr std::align_val_t pageBytes{std::size_t{2} << 20};
    static constexpr std::size_t worthwhileBytes = std::size_t{4} << 20;
};

} // namespace rustcask::ui
