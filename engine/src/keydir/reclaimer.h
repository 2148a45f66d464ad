// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "thread_safety.h"

namespace rustcask::keydir {

/// Keeps what lock-free readers may still hold. A reader stands inside a `Guard` while it uses pointers that it found
/// in shared structures; whoever takes an object out of those structures hands it to `retire`, and it is destroyed once
/// every reader that could have seen it has left. Nobody waits for anybody.
///
/// Readers count themselves in one of two counters of one of 64 cache lines, chosen by thread, so that they share no
/// line in the common case. An object goes when both counters of all lines have been seen at zero, one after the other,
/// since it was retired: a reader may have picked its counter just before the roles were exchanged, so one look is not
/// enough (sleepable RCU, P. McKenney 2006).
class Reclaimer {
    static constexpr unsigned slotCount = 64;
    struct alignas(64) Slot {
        std::array<std::atomic<std::uint64_t>, 2> readers{};
        std::atomic<std::uint64_t> operations{0};
    };

public:
    class Guard {
    public:
        explicit Guard(const Reclaimer& reclaimer) noexcept
            : m_slot(reclaimer.m_slots[threadIndex() % slotCount]),
              m_readers(m_slot.readers[reclaimer.m_epoch.load() & 1U]) {
            m_readers.fetch_add(1); // sequentially consistent: ordered before the loads of shared pointers
        }
        ~Guard() { m_readers.fetch_sub(1, std::memory_order_release); }
        /// Adds one to `operations`, without synchronisation: two threads on one line may lose a count.
        void countOperation() const noexcept {
            m_slot.operations.store(m_slot.operations.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
        }
        Guard(const Guard&) = delete;
        Guard& operator=(const Guard&) = delete;

    private:
        Slot& m_slot;
        std::atomic<std::uint64_t>& m_readers;
    };

    [[nodiscard]] std::uint64_t operations() const noexcept;

    /// Destroys `object` when no reader can hold it any more. Destructors run on the thread of a later `retire` or
    /// `collect`, outside any lock of this class.
    void retire(std::shared_ptr<void> object);
    /// Destroys what may go. True: nothing is waiting any more.
    bool collect();

private:
    [[nodiscard]] static unsigned threadIndex() noexcept;
    [[nodiscard]] bool isQuiet(unsigned parity) const noexcept;

    mutable std::array<Slot, slotCount> m_slots;
    std::atomic<unsigned> m_epoch{0};
    Mutex m_mutex;                                                              // guards the three lists
    std::vector<std::shared_ptr<void>> m_retired RUSTCASK_GUARDED_BY(m_mutex);  // since the last exchange
    std::vector<std::shared_ptr<void>> m_draining RUSTCASK_GUARDED_BY(m_mutex); // waits for the first counter
    std::vector<std::shared_ptr<void>> m_drained RUSTCASK_GUARDED_BY(m_mutex);  // waits for the second
};

} // namespace rustcask::keydir
