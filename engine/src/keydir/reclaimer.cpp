// SPDX-License-Identifier: Apache-2.0
#include "keydir/reclaimer.h"

#include <algorithm>
#include <new>
#include <utility>

#if defined(__linux__) && !defined(__SANITIZE_THREAD__) // ThreadSanitizer does not know the call
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>
#define RUSTCASK_HAS_MEMBARRIER 1
#endif

namespace rustcask::keydir {
namespace {

[[nodiscard]] bool registerForBarriers() noexcept {
#if defined(RUSTCASK_HAS_MEMBARRIER)
    return ::syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
#else
    return false;
#endif
}

// A full barrier on every processor that runs a thread of this process.
void barrierEverywhere() noexcept {
#if defined(RUSTCASK_HAS_MEMBARRIER)
    ::syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
#endif
}

} // namespace

constinit thread_local unsigned Reclaimer::t_index = Reclaimer::noIndex;

Reclaimer::Reclaimer() noexcept : m_hasBarrier(registerForBarriers()) {}

// One of the lines that no living thread has, or a shared one. Given back when the thread ends.
unsigned Reclaimer::claimIndex() noexcept {
    static std::array<std::atomic<bool>, ownSlots> taken{};
    struct Claim {
        unsigned index = noIndex;
        ~Claim() {
            if (index < ownSlots)
                taken[index].store(false, std::memory_order_release);
            // What runs on this thread after this counts in a shared line.
            t_index = ownSlots;
        }
    };
    static thread_local Claim claim;
    for (unsigned i = 0; i < ownSlots; ++i) {
        if (!taken[i].load(std::memory_order_relaxed) && !taken[i].exchange(true, std::memory_order_acquire)) {
            claim.index = i;
            return t_index = i;
        }
    }
    static std::atomic<unsigned> next{0};
    claim.index = ownSlots + next.fetch_add(1, std::memory_order_relaxed) % sharedSlots;
    return t_index = claim.index;
}

bool Reclaimer::isQuiet(unsigned parity) const noexcept {
    return std::all_of(m_slots.begin(), m_slots.end(),
                       [parity](const Slot& slot) { return slot.readers[parity].load() == 0; });
}

std::uint64_t Reclaimer::operations() const noexcept {
    std::uint64_t sum = 0;
    for (const Slot& slot : m_slots)
        sum += slot.operations.load(std::memory_order_relaxed);
    return sum;
}

std::size_t Reclaimer::keep(std::shared_ptr<void> object) noexcept {
    try {
        std::list<std::shared_ptr<void>> one;
        one.push_back(object);
        object.reset();
        const MutexLock lock(m_mutex);
        m_retired.splice(m_retired.end(), one);
        return m_retired.size();
    } catch (const std::bad_alloc&) {
        // Readers may be in the middle of it and there is no memory to remember it in: better lost than destroyed.
        union Lost {
            Lost() noexcept {}
            ~Lost() {}
            std::shared_ptr<void> object;
        } lost;
        new (&lost.object) std::shared_ptr<void>(std::move(object));
        return 0;
    }
}

void Reclaimer::retire(std::shared_ptr<void> object) noexcept {
    keep(std::move(object));
    collect();
}

void Reclaimer::retireInTime(std::shared_ptr<void> object) noexcept {
    constexpr std::size_t worthLooking = 32;
    if (keep(std::move(object)) >= worthLooking)
        collect();
}

bool Reclaimer::collect() noexcept {
    std::list<std::shared_ptr<void>> free;
    bool empty = false;
    {
        const MutexLock lock(m_mutex);
        for (int turn = 0; turn < 3; ++turn) { // three exchanges free all that has no reader
            const unsigned epoch = m_epoch.load();
            if (!isQuiet((epoch + 1) & 1U))
                break; // saves the barrier
            // A reader that saw the object in its place has stored its count before this; one that has not stored it
            // yet will find the object gone.
            if (m_hasBarrier)
                barrierEverywhere();
            else
                fullBarrier(m_epoch);
            // The counter that new readers do not use: those who still count there entered before the last exchange.
            if (!isQuiet((epoch + 1) & 1U))
                break;
            free.splice(free.end(), m_drained);
            m_drained.splice(m_drained.end(), m_draining);
            m_draining.splice(m_draining.end(), m_retired);
            m_epoch.store(epoch + 1);
        }
        empty = m_retired.empty() && m_draining.empty() && m_drained.empty();
    }
    return empty; // `free` is destroyed here, after the lock
}

} // namespace rustcask::keydir
