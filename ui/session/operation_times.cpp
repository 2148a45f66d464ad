// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/operation_times.h"

#include <algorithm>
#include <bit>

namespace rustcask::ui {

std::size_t OperationTimes::bucketOf(std::uint64_t ns) noexcept {
    if (ns < subBuckets) {
        return static_cast<std::size_t>(ns);
    }
    const auto shift = static_cast<std::size_t>(std::bit_width(ns)) - 4; // leaves four bits, the highest set
    return std::min((shift + 1) * subBuckets + static_cast<std::size_t>((ns >> shift) & (subBuckets - 1)),
                    bucketCount - 1);
}

double OperationTimes::upperEnd(std::size_t bucket) noexcept {
    if (bucket < subBuckets) {
        return static_cast<double>(bucket);
    }
    const std::size_t shift = bucket / subBuckets - 1;
    return static_cast<double>(((subBuckets + bucket % subBuckets + 1) << shift) - 1);
}

void OperationTimes::record(Kind kind, std::uint64_t ns) noexcept {
    Series& series = m_series[kind];
    series.counts[bucketOf(ns)].fetch_add(1, std::memory_order_relaxed);
    std::uint64_t longest = series.longest.load(std::memory_order_relaxed);
    while (longest < ns && !series.longest.compare_exchange_weak(longest, ns, std::memory_order_relaxed)) {
    }
}

OperationTimes::Bands OperationTimes::fetch(Kind kind) noexcept {
    Series& series = m_series[kind];
    std::array<std::uint32_t, bucketCount> counts{};
    Bands bands;
    for (std::size_t i = 0; i < bucketCount; ++i) {
        // Most buckets are empty: a load is cheaper than an exchange.
        if (series.counts[i].load(std::memory_order_relaxed) > 0) {
            counts[i] = series.counts[i].exchange(0, std::memory_order_relaxed);
            bands.count += counts[i];
        }
    }
    const auto longest = static_cast<double>(series.longest.exchange(0, std::memory_order_relaxed));
    if (bands.count == 0) {
        return bands;
    }
    const auto percentile = [&](double share) {
        const auto rank =
            std::max<std::uint64_t>(1, static_cast<std::uint64_t>(share * static_cast<double>(bands.count) + 0.999999));
        std::uint64_t seen = 0;
        for (std::size_t i = 0; i < bucketCount; ++i) {
            seen += counts[i];
            if (seen >= rank) {
                return upperEnd(i);
            }
        }
        return longest;
    };
    bands.maxNs = longest;
    bands.medianNs = std::min(percentile(0.5), longest);
    bands.p99Ns = std::min(percentile(0.99), longest);
    return bands;
}

} // namespace rustcask::ui
