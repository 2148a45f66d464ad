// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace rustcask::bench {

/// Counts of durations in nanoseconds, log-linear: every power of two is cut into 2^7 equal buckets, so a reported
/// value is at most 1/128 (0.8 %) above the true one; values below 256 ns are exact. The whole range of 64 bits is
/// covered by 7,424 counters (58 KiB), allocated once. Recording takes no lock and no memory: one histogram belongs to
/// one thread, and histograms are merged afterwards. Percentiles come from merged histograms, they are never averaged.
class Histogram {
public:
    static constexpr unsigned subBucketBits = 7;
    static constexpr std::size_t subBuckets = std::size_t{1} << subBucketBits;
    static constexpr std::size_t bucketCount = (64 - subBucketBits + 1) * subBuckets;
    /// A percentile is reported only if this many samples lie beyond it.
    static constexpr std::uint64_t samplesBeyond = 10;

    Histogram() : m_counts(bucketCount, 0) {}

    void record(std::uint64_t ns) noexcept {
        ++m_counts[bucketOf(ns)];
        ++m_count;
        m_sum += ns;
        m_min = std::min(m_min, ns);
        m_max = std::max(m_max, ns);
    }
    void merge(const Histogram& other) noexcept;

    [[nodiscard]] std::uint64_t count() const noexcept { return m_count; }
    [[nodiscard]] bool isEmpty() const noexcept { return m_count == 0; }
    [[nodiscard]] std::uint64_t sumNs() const noexcept { return m_sum; }
    [[nodiscard]] std::uint64_t minNs() const noexcept { return m_count == 0 ? 0 : m_min; }
    [[nodiscard]] std::uint64_t maxNs() const noexcept { return m_max; }
    [[nodiscard]] double meanNs() const noexcept;
    /// The smallest recorded bucket that `quantile` (0 to 1) of the samples do not exceed, as the bucket's upper end,
    /// never above the maximum. Nullopt: fewer than `samplesBeyond` samples lie beyond it.
    [[nodiscard]] std::optional<std::uint64_t> percentileNs(double quantile) const noexcept;
    /// The largest quantile `percentileNs` still answers; 0 when there is none.
    [[nodiscard]] double highestQuantile() const noexcept;

    /// What is stored: bucket index and count of every bucket that is not empty, ascending.
    using Buckets = std::vector<std::pair<std::uint32_t, std::uint64_t>>;
    [[nodiscard]] Buckets buckets() const;
    /// Nullopt when the parts do not belong together (an index out of range, counts that overflow or do not match).
    [[nodiscard]] static std::optional<Histogram> fromBuckets(const Buckets& buckets, std::uint64_t sumNs,
                                                              std::uint64_t minNs, std::uint64_t maxNs);

    [[nodiscard]] static constexpr std::size_t bucketOf(std::uint64_t ns) noexcept {
        if (ns < subBuckets)
            return static_cast<std::size_t>(ns);
        const unsigned shift = static_cast<unsigned>(std::bit_width(ns)) - 1 - subBucketBits;
        return (static_cast<std::size_t>(shift + 1) << subBucketBits) +
               static_cast<std::size_t>((ns >> shift) & (subBuckets - 1));
    }
    /// The largest value that falls into `bucket`.
    [[nodiscard]] static constexpr std::uint64_t upperEnd(std::size_t bucket) noexcept {
        if (bucket < subBuckets)
            return bucket;
        const unsigned shift = static_cast<unsigned>(bucket >> subBucketBits) - 1;
        const std::uint64_t first = (subBuckets | (bucket & (subBuckets - 1)));
        return (first << shift) + ((std::uint64_t{1} << shift) - 1);
    }

    friend bool operator==(const Histogram&, const Histogram&) = default;

private:
    std::vector<std::uint64_t> m_counts;
    std::uint64_t m_count = 0;
    std::uint64_t m_sum = 0;
    std::uint64_t m_min = UINT64_MAX;
    std::uint64_t m_max = 0;
};

} // namespace rustcask::bench
