// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include <QElapsedTimer>
#include <QVector>

#include "session/engine_event.h"
#include "session/event_log.h"

namespace rustcask::ui {

/// Where the engine's listener, called by any thread with locks held, meets the GUI thread. The engine's side never
/// waits for the GUI: appends only count, other events queue (the oldest go when nobody fetches them).
class EventHub {
public:
    EventHub();

    /// For `Options::listener`.
    void take(const rustcask::Event& event);
    [[nodiscard]] quint64 appendCount() const { return m_appends.load(std::memory_order_relaxed); }
    /// Takes what has queued up.
    [[nodiscard]] QVector<EngineEvent> fetch();
    /// `wake` is called, by any thread, when something happened after the last `rearm`. Pass {} before it dies.
    void setWake(std::function<void()> wake);
    /// Whether appends are kept one by one as well, in a ring that drops what nobody fetches in time.
    void keepAppends(bool keep);
    [[nodiscard]] std::vector<LoggedAppend> fetchAppends() {
        return m_ring ? m_ring->take() : std::vector<LoggedAppend>();
    }
    /// Appends dropped since the last call.
    [[nodiscard]] quint64 takeDropped() { return m_ring ? m_ring->takeDropped() : 0; }
    void rearm() { m_awake.store(false, std::memory_order_release); }

    static constexpr qsizetype maxQueued = 10'000;

private:
    void wake();

    std::atomic<quint64> m_appends{0};
    std::unique_ptr<AppendRing> m_ring{};        // made on first use, by the GUI thread, and kept
    std::atomic<AppendRing*> m_keeping{nullptr}; // null: appends are only counted
    std::atomic<bool> m_awake{false};
    QElapsedTimer m_clock;
    std::mutex m_mutex; // guards the two below; taken last, nothing is called under it but `m_wake`
    QVector<EngineEvent> m_queue;
    std::function<void()> m_wake;
};

} // namespace rustcask::ui
