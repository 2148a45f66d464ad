// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/event_log.h"

#include <algorithm>
#include <cstring>

namespace rustcask::ui {

AppendRing::AppendRing() : m_slots(std::make_unique<Slot[]>(capacity)) {
    for (std::size_t i = 0; i < capacity; ++i) {
        m_slots[i].ticket.store(i, std::memory_order_relaxed);
    }
}

void AppendRing::push(const rustcask::Event& event, std::int64_t monotonicMs) noexcept {
    std::size_t at = m_in.load(std::memory_order_relaxed);
    Slot* slot = nullptr;
    while (true) {
        slot = &m_slots[at & (capacity - 1)];
        const std::size_t ticket = slot->ticket.load(std::memory_order_acquire);
        if (ticket == at) {
            if (m_in.compare_exchange_weak(at, at + 1, std::memory_order_relaxed)) {
                break;
            }
        } else if (ticket < at) { // the reader has not come by: full
            m_dropped.fetch_add(1, std::memory_order_relaxed);
            return;
        } else {
            at = m_in.load(std::memory_order_relaxed);
        }
    }
    LoggedAppend& value = slot->value;
    value.location = event.location;
    value.sequence = event.sequence.value;
    value.monotonicMs = monotonicMs;
    value.time = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    value.tombstone = event.tombstone;
    value.keyBytes = static_cast<std::uint32_t>(event.key.size());
    std::memcpy(value.key.data(), event.key.data(), std::min(event.key.size(), LoggedAppend::maxKeyBytes));
    slot->ticket.store(at + 1, std::memory_order_release);
}

std::vector<LoggedAppend> AppendRing::take() {
    std::vector<LoggedAppend> taken;
    while (taken.size() < capacity) {
        Slot& slot = m_slots[m_out & (capacity - 1)];
        if (slot.ticket.load(std::memory_order_acquire) != m_out + 1) {
            break;
        }
        taken.push_back(slot.value);
        slot.ticket.store(m_out + capacity, std::memory_order_release);
        ++m_out;
    }
    return taken;
}

} // namespace rustcask::ui
