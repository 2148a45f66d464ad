// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <rustcask/events.h>

namespace rustcask::ui {

/// One append as the event log keeps it: of fixed size, so that handing it over takes no memory.
struct LoggedAppend {
    static constexpr std::size_t maxKeyBytes = 48;

    rustcask::RecordLocation location{};
    std::uint64_t sequence = 0;
    std::int64_t monotonicMs = 0; ///< on the session's clock
    rustcask::Timestamp time{};   ///< wall clock
    std::uint32_t keyBytes = 0;   ///< of the whole key
    bool tombstone = false;
    std::array<char, maxKeyBytes> key{}; ///< its beginning
};

/// Hands appends from the engine's threads to one reader without ever holding the engine up: a bounded ring without
/// locks. What finds it full is dropped and counted. (Vyukov's bounded queue: each slot's ticket tells whose turn it
/// is.)
class AppendRing {
public:
    static constexpr std::size_t capacity = 4096; ///< a power of two; 600 KiB

    AppendRing();
    /// Any number of threads at once.
    void push(const rustcask::Event& event, std::int64_t monotonicMs) noexcept;
    /// One thread at a time. At most `capacity`, oldest first.
    [[nodiscard]] std::vector<LoggedAppend> take();
    /// Appends that found the ring full since the last call.
    [[nodiscard]] std::uint64_t takeDropped() noexcept { return m_dropped.exchange(0, std::memory_order_relaxed); }

private:
    struct Slot {
        std::atomic<std::size_t> ticket{0};
        LoggedAppend value{};
    };
    std::unique_ptr<Slot[]> m_slots;
    alignas(64) std::atomic<std::size_t> m_in{0};
    alignas(64) std::size_t m_out = 0;
    std::atomic<std::uint64_t> m_dropped{0};
};

} // namespace rustcask::ui
