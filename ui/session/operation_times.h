// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace rustcask::ui {

/// How long this session's own operations on the database take, gathered until somebody fetches them. Recording takes
/// no lock; every member may be called from any thread. Durations are counted in buckets an eighth of a power of two
/// wide: a percentile is at most 12.5 % above the true one, the maximum is exact.
class OperationTimes {
public:
    enum Kind : std::size_t { write, read, kindCount };

    /// Of the operations since the last fetch, in nanoseconds; all zero when there were none.
    struct Bands {
        std::uint64_t count = 0;
        double medianNs = 0;
        double p99Ns = 0;
        double maxNs = 0;
    };

    void record(Kind kind, std::uint64_t ns) noexcept;
    /// What was recorded since the last call, and forgets it. One fetcher at a time.
    [[nodiscard]] Bands fetch(Kind kind) noexcept;

    /// Times a scope. A null `times` costs a branch.
    class Timer {
    public:
        Timer(OperationTimes* times, Kind kind) noexcept : m_times(times), m_kind(kind) {
            if (m_times != nullptr) {
                m_begun = std::chrono::steady_clock::now();
            }
        }
        ~Timer() {
            if (m_times != nullptr) {
                m_times->record(m_kind, static_cast<std::uint64_t>((std::chrono::steady_clock::now() - m_begun) /
                                                                   std::chrono::nanoseconds(1)));
            }
        }
        Timer(const Timer&) = delete;
        Timer& operator=(const Timer&) = delete;

    private:
        OperationTimes* m_times;
        Kind m_kind;
        std::chrono::steady_clock::time_point m_begun{};
    };

private:
    static constexpr std::size_t subBuckets = 8;
    static constexpr std::size_t bucketCount = 62 * subBuckets;
    [[nodiscard]] static std::size_t bucketOf(std::uint64_t ns) noexcept;
    [[nodiscard]] static double upperEnd(std::size_t bucket) noexcept;

    struct Series {
        std::array<std::atomic<std::uint32_t>, bucketCount> counts{};
        std::atomic<std::uint64_t> longest{0};
    };
    std::array<Series, kindCount> m_series{};
};

} // namespace rustcask::ui
