// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <list>
#include <memory>

#include "thread_safety.h"

namespace rustcask::keydir {

/// Keeps what lock-free readers may still hold. A reader stands inside a `Guard` while it uses pointers that it found
/// in shared structures; whoever takes an object out of those structures hands it to `retire`, and it is destroyed once
/// every reader that could have seen it has left. Nobody waits for anybody.
///
/// Each reader counts itself in one of two counters of a cache line that is its thread's alone, with plain stores: a
/// locked instruction there would keep the processor from beginning the next look-up while this one waits for memory.
/// The barrier that the stores lack is made by whoever collects, on all processors at once (membarrier(2)); where the
/// system has none, readers make it themselves. An object goes when both counters of all lines have been seen at zero,
/// one after the other, since it was retired: a reader may have picked its counter just before the roles were
/// exchanged, so one look is not enough (sleepable RCU, P. McKenney 2006).
class Reclaimer {
    static constexpr unsigned ownSlots = 256;   // for the threads of the process that came first
    static constexpr unsigned sharedSlots = 16; // for all others, with locked instructions
    struct alignas(64) Slot {
        std::array<std::atomic<std::uint64_t>, 2> readers{};
        std::atomic<std::uint64_t> operations{0};
    };

    template <typename T>
    static void fullBarrier(std::atomic<T>& counter) noexcept {
#if defined(__SANITIZE_THREAD__)
        counter.fetch_add(0, std::memory_order_seq_cst); // it does not know fences
#else
        static_cast<void>(counter);
        std::atomic_thread_fence(std::memory_order_seq_cst);
#endif
    }

public:
    class Guard {
    public:
        explicit Guard(const Reclaimer& reclaimer) noexcept
            : m_index(threadIndex()),
              m_slot(reclaimer.m_slots[m_index]),
              m_readers(m_slot.readers[reclaimer.m_epoch.load(std::memory_order_acquire) & 1U]) {
            add(m_readers, 1);
            // Before the loads of shared pointers: see `collect`.
            if (reclaimer.m_hasBarrier)
                std::atomic_signal_fence(std::memory_order_seq_cst);
            else
                fullBarrier(m_readers);
        }
        ~Guard() { add(m_readers, ~std::uint64_t{0}); }
        /// Adds one to `operations`.
        void countOperation() const noexcept { add(m_slot.operations, 1); }
        Guard(const Guard&) = delete;
        Guard& operator=(const Guard&) = delete;

    private:
        void add(std::atomic<std::uint64_t>& counter, std::uint64_t by) const noexcept {
            if (m_index < ownSlots)
                counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_release);
            else
                counter.fetch_add(by, std::memory_order_release);
        }
        unsigned m_index;
        Slot& m_slot;
        std::atomic<std::uint64_t>& m_readers;
    };

    Reclaimer() noexcept;

    [[nodiscard]] std::uint64_t operations() const noexcept;

    /// Destroys `object` when no reader can hold it any more. Destructors run on the thread of a later `retire` or
    /// `collect`, outside any lock of this class. Without memory to note it in, the object is never destroyed.
    void retire(std::shared_ptr<void> object) noexcept;
    /// The same for memory that nobody waits for: looks at the readers only when some such objects have come together,
    /// because looking costs microseconds.
    void retireInTime(std::shared_ptr<void> object) noexcept;
    /// Destroys what may go. True: nothing is waiting any more.
    bool collect() noexcept;

private:
    [[nodiscard]] static unsigned threadIndex() noexcept {
        const unsigned index = t_index;
        return index != noIndex ? index : claimIndex();
    }
    [[nodiscard]] static unsigned claimIndex() noexcept;
    [[nodiscard]] bool isQuiet(unsigned parity) const noexcept;
    /// How many are retired since the last exchange.
    std::size_t keep(std::shared_ptr<void> object) noexcept;

    static constexpr unsigned noIndex = ~0U;
    static constinit thread_local unsigned t_index;

    mutable std::array<Slot, ownSlots + sharedSlots> m_slots;
    bool m_hasBarrier = false;
    std::atomic<unsigned> m_epoch{0};
    Mutex m_mutex;                                                            // guards the three lists
    std::list<std::shared_ptr<void>> m_retired RUSTCASK_GUARDED_BY(m_mutex);  // since the last exchange
    std::list<std::shared_ptr<void>> m_draining RUSTCASK_GUARDED_BY(m_mutex); // waits for the first counter
    std::list<std::shared_ptr<void>> m_drained RUSTCASK_GUARDED_BY(m_mutex);  // waits for the second
};

} // namespace rustcask::keydir
