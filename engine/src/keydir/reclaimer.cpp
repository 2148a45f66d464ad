// SPDX-License-Identifier: Apache-2.0
#include "keydir/reclaimer.h"

#include <algorithm>
#include <utility>

namespace rustcask::keydir {

unsigned Reclaimer::threadIndex() noexcept {
    static std::atomic<unsigned> next{0};
    thread_local const unsigned index = next.fetch_add(1, std::memory_order_relaxed);
    return index;
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

void Reclaimer::retire(std::shared_ptr<void> object) {
    {
        const MutexLock lock(m_mutex);
        m_retired.push_back(std::move(object));
    }
    collect();
}

bool Reclaimer::collect() {
    std::vector<std::shared_ptr<void>> free;
    bool empty = false;
    {
        const MutexLock lock(m_mutex);
        for (int turn = 0; turn < 3; ++turn) { // three exchanges free all that has no reader
            const unsigned epoch = m_epoch.load();
            // The counter that new readers do not use: those who still count there entered before the last exchange.
            if (!isQuiet((epoch + 1) & 1U))
                break;
            free.insert(free.end(), std::make_move_iterator(m_drained.begin()),
                        std::make_move_iterator(m_drained.end()));
            m_drained = std::exchange(m_draining, std::exchange(m_retired, {}));
            m_epoch.store(epoch + 1);
        }
        empty = m_retired.empty() && m_draining.empty() && m_drained.empty();
    }
    return empty; // `free` is destroyed here, after the lock
}

} // namespace rustcask::keydir
