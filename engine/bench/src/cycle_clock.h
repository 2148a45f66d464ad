// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace rustcask::bench {

/// A clock that is read once for each operation. Where the kernel itself keeps time by the processor's time stamp
/// counter it is that counter, which costs half of what asking the kernel does; elsewhere it is the steady clock.
/// Readings are ticks; differences become nanoseconds with a factor that is measured against the steady clock. The
/// counter is read without a fence: an operation may seem some nanoseconds longer or shorter, never a series of them.
/// Immutable once calibrated, and then safe from any thread.
class CycleClock {
public:
    /// Begins to calibrate.
    CycleClock();
    /// Ends calibrating: waits until enough time has passed since the beginning, 20 ms, for an error below one part in
    /// a hundred thousand.
    void calibrate();

    [[nodiscard]] std::uint64_t now() const noexcept {
#if defined(__x86_64__)
        if (m_counter)
            return __rdtsc();
#endif
        return steadyNs();
    }
    /// @pre a difference of less than an hour.
    [[nodiscard]] std::uint64_t nanoseconds(std::uint64_t ticks) const noexcept {
        return (ticks * m_nsPerTickFixed) >> fractionBits;
    }
    [[nodiscard]] std::uint64_t ticks(std::uint64_t ns) const noexcept {
        return static_cast<std::uint64_t>(static_cast<double>(ns) * m_ticksPerNs);
    }
    /// Whether the processor's counter is used.
    [[nodiscard]] bool usesCounter() const noexcept {
        return m_counter;
    }

private:
    // 2^20 keeps the factor exact to a millionth and an hour of ticks within 64 bits.
    static constexpr unsigned fractionBits = 20;
    static std::uint64_t steadyNs() noexcept {
        return static_cast<std::uint64_t>(
            std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
                .count());
    }

    bool m_counter = false;
    std::uint64_t m_beginTicks = 0;
    std::uint64_t m_beginNs = 0;
    std::uint64_t m_nsPerTickFixed = std::uint64_t{1} << fractionBits;
    double m_ticksPerNs = 1;
};

} // namespace rustcask::bench
