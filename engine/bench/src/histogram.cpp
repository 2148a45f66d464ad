// SPDX-License-Identifier: Apache-2.0
#include <rustcask/bench/histogram.h>

#include <cmath>

namespace rustcask::bench {

void Histogram::merge(const Histogram& other) noexcept {
    for (std::size_t i = 0; i < bucketCount; ++i)
        m_counts[i] += other.m_counts[i];
    m_count += other.m_count;
    m_sum += other.m_sum;
    m_min = std::min(m_min, other.m_min);
    m_max = std::max(m_max, other.m_max);
}

double Histogram::meanNs() const noexcept {
    return m_count == 0 ? 0.0 : static_cast<double>(m_sum) / static_cast<double>(m_count);
}

std::optional<std::uint64_t> Histogram::percentileNs(double quantile) const noexcept {
    // The small allowance keeps 0.999 * 10,000 from being rounded up past 9,990.
    const double exact = std::clamp(quantile, 0.0, 1.0) * static_cast<double>(m_count);
    const auto rank = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(exact - 1e-6)));
    if (m_count < samplesBeyond || rank > m_count - samplesBeyond)
        return std::nullopt;
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < bucketCount; ++i) {
        seen += m_counts[i];
        if (seen >= rank)
            return std::min(upperEnd(i), m_max);
    }
    return m_max;
}

double Histogram::highestQuantile() const noexcept {
    if (m_count <= samplesBeyond)
        return 0.0;
    return static_cast<double>(m_count - samplesBeyond) / static_cast<double>(m_count);
}

Histogram::Buckets Histogram::buckets() const {
    Buckets result;
    for (std::size_t i = 0; i < bucketCount; ++i)
        if (m_counts[i] != 0)
            result.emplace_back(static_cast<std::uint32_t>(i), m_counts[i]);
    return result;
}

std::optional<Histogram> Histogram::fromBuckets(const Buckets& buckets, std::uint64_t sumNs, std::uint64_t minNs,
                                                std::uint64_t maxNs) {
    Histogram result;
    std::uint32_t previous = 0;
    for (const auto& [index, count] : buckets) {
        if (index >= bucketCount || count == 0 || count > UINT64_MAX - result.m_count)
            return std::nullopt;
        if (&index != &buckets.front().first && index <= previous)
            return std::nullopt;
        previous = index;
        result.m_counts[index] = count;
        result.m_count += count;
    }
    if (buckets.empty())
        return result;
    if (bucketOf(minNs) != buckets.front().first || bucketOf(maxNs) != buckets.back().first || minNs > maxNs)
        return std::nullopt;
    result.m_sum = sumNs;
    result.m_min = minNs;
    result.m_max = maxNs;
    return result;
}

} // namespace rustcask::bench
