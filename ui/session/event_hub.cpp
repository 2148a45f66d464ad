// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/event_hub.h"

namespace rustcask::ui {

EventHub::EventHub() {
    m_clock.start();
}

void EventHub::take(const rustcask::Event& event) {
    switch (event.kind) {
    case EventKind::append:
        m_appends.fetch_add(1, std::memory_order_relaxed);
        if (AppendRing* ring = m_keeping.load(std::memory_order_acquire)) {
            ring->push(event, m_clock.elapsed());
        }
        wake();
        return;
    case EventKind::keydirChange:
        wake();
        return;
    case EventKind::call:
        return;
    default:
        break;
    }
    EngineEvent copy;
    copy.kind = event.kind;
    copy.location = event.location;
    copy.bytes = event.bytes;
    copy.text = QString::fromUtf8(event.text.data(), static_cast<qsizetype>(event.text.size()));
    copy.file = QString::fromUtf8(event.file.data(), static_cast<qsizetype>(event.file.size()));
    copy.monotonicMs = m_clock.elapsed();
    copy.time = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    {
        const std::lock_guard lock(m_mutex);
        if (m_queue.size() >= maxQueued) {
            m_queue.remove(0, maxQueued / 10);
        }
        m_queue.append(std::move(copy));
    }
    wake();
}

void EventHub::keepAppends(bool keep) {
    if (keep && !m_ring) {
        m_ring = std::make_unique<AppendRing>();
    }
    m_keeping.store(keep ? m_ring.get() : nullptr, std::memory_order_release);
}

QVector<EngineEvent> EventHub::fetch() {
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_queue, {});
}

void EventHub::setWake(std::function<void()> wake) {
    const std::lock_guard lock(m_mutex);
    m_wake = std::move(wake);
}

void EventHub::wake() {
    if (m_awake.load(std::memory_order_relaxed) || m_awake.exchange(true, std::memory_order_acq_rel)) {
        return;
    }
    const std::lock_guard lock(m_mutex);
    if (m_wake) {
        m_wake();
    }
}

} // namespace rustcask::ui
