// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include <rustcask/analysis.h>

/// The parts of `analyzeLog` that need no file.
namespace rustcask::analysis {

/// Counts moments in buckets of equal length whose number is bounded and whose range need not be known beforehand.
class AgeHistogram {
public:
    void add(Timestamp time, std::uint64_t bytes);
    /// From the first bucket that holds something to the last.
    [[nodiscard]] std::vector<AgeBucket> take() const;

private:
    struct Sums {
        std::uint64_t keys = 0;
        std::uint64_t bytes = 0;
    };
    void widen();

    std::vector<Sums> m_counts{};
    std::int64_t m_begin = 0; // ms since the epoch
    std::int64_t m_lengthMs = 1000;
};

/// Where the live records of a snapshot lie, by file, ascending.
class LiveOffsets {
public:
    explicit LiveOffsets(const Snapshot& snapshot);
    [[nodiscard]] std::span<const std::uint64_t> of(Generation generation) const;

private:
    std::unordered_map<std::uint64_t, std::vector<std::uint64_t>> m_offsets{};
};

} // namespace rustcask::analysis
