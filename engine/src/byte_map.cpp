// SPDX-License-Identifier: Apache-2.0
#include <rustcask/byte_map.h>

#include <algorithm>
#include <numeric>

#include <rustcask/database.h>

namespace rustcask {

std::string_view byteKindName(ByteKind kind) noexcept {
    switch (kind) {
    case ByteKind::live:
        return "live";
    case ByteKind::tombstone:
        return "tombstone";
    case ByteKind::hint:
        return "hint";
    case ByteKind::header:
        return "header";
    case ByteKind::superseded:
        return "superseded";
    case ByteKind::unused:
        return "unused";
    case ByteKind::damaged:
        return "damaged";
    }
    return "unknown";
}

std::uint64_t ByteTally::total() const noexcept {
    return std::accumulate(bytes.begin(), bytes.end(), std::uint64_t{0});
}

ByteTally& ByteTally::operator+=(const ByteTally& other) noexcept {
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] += other.bytes[i];
    return *this;
}

Judgement judge(const RecordInfo& record, Generation generation, const Database* database) {
    const auto newest = [&]() -> std::optional<KeydirEntry> {
        if (database == nullptr || record.key.empty())
            return std::nullopt;
        auto entry = database->keydirEntry(record.key);
        return entry ? std::move(*entry) : std::nullopt;
    };
    switch (record.kind) {
    case RecordKind::fileHeader:
        return {.kind = record.verdict.empty() ? ByteKind::header : ByteKind::damaged};
    case RecordKind::put: {
        // Before the look-up: what the keydir takes in meanwhile it then knows.
        if (database != nullptr && record.sequence > database->lastSequence())
            return {.kind = ByteKind::live};
        Judgement judgement{.newest = newest()};
        if (judgement.newest && judgement.newest->location.generation == generation &&
            judgement.newest->location.offset == record.offset) {
            return {.kind = ByteKind::live};
        }
        return judgement;
    }
    case RecordKind::tombstone:
        return {.kind = ByteKind::tombstone, .newest = newest()};
    case RecordKind::hintHeader:
    case RecordKind::hintTrailer:
        return {.kind = record.verdict.empty() ? ByteKind::hint : ByteKind::damaged};
    case RecordKind::hintEntry:
        return {.kind = record.verdict.empty() ? ByteKind::hint : ByteKind::damaged, .newest = newest()};
    case RecordKind::damaged:
        return {.kind = ByteKind::damaged};
    case RecordKind::unused:
        return {.kind = ByteKind::unused};
    }
    return {.kind = ByteKind::damaged};
}

ByteMap::ByteMap(std::uint64_t begin, std::uint64_t end, std::size_t buckets) : m_begin(begin), m_filledTo(begin) {
    const std::uint64_t bytes = end > begin ? end - begin : 0;
    const std::uint64_t most = std::max<std::uint64_t>(buckets, 1);
    m_bucketBytes = std::max<std::uint64_t>(bytes / most + (bytes % most != 0 ? 1 : 0), 1);
    m_buckets.resize(static_cast<std::size_t>(
        std::max<std::uint64_t>(bytes / m_bucketBytes + (bytes % m_bucketBytes != 0 ? 1 : 0), 1)));
}

void ByteMap::add(std::uint64_t offset, std::uint64_t bytes, ByteKind kind, bool grow) {
    if (m_buckets.empty() || bytes == 0)
        return;
    std::uint64_t from = std::max(offset, m_begin) - m_begin;
    std::uint64_t to = offset + bytes > m_begin ? offset + bytes - m_begin : 0;
    while (grow && to > m_bucketBytes * m_buckets.size()) {
        const std::size_t half = (m_buckets.size() + 1) / 2;
        for (std::size_t i = 0; i < half; ++i) {
            ByteTally both = m_buckets[2 * i];
            if (2 * i + 1 < m_buckets.size())
                both += m_buckets[2 * i + 1];
            m_buckets[i] = both;
        }
        std::fill(m_buckets.begin() + static_cast<std::ptrdiff_t>(half), m_buckets.end(), ByteTally{});
        m_bucketBytes *= 2;
    }
    to = std::min(to, m_bucketBytes * m_buckets.size());
    if (from >= to)
        return;
    m_total[kind] += to - from;
    m_filledTo = std::max(m_filledTo, m_begin + to);
    while (from < to) {
        const std::uint64_t bucket = from / m_bucketBytes;
        const std::uint64_t part = std::min(to, (bucket + 1) * m_bucketBytes) - from;
        m_buckets[static_cast<std::size_t>(bucket)][kind] += part;
        from += part;
    }
}

ByteTally ByteMap::tally(std::uint64_t begin, std::uint64_t end) const noexcept {
    ByteTally sum;
    std::uint64_t from = std::max(begin, m_begin) - m_begin;
    const std::uint64_t limit = m_filledTo - m_begin;
    const std::uint64_t to = std::min(end > m_begin ? end - m_begin : 0, limit);
    while (from < to) {
        const std::uint64_t index = from / m_bucketBytes;
        const std::uint64_t bucketBegin = index * m_bucketBytes;
        const std::uint64_t bucketEnd = std::min(bucketBegin + m_bucketBytes, limit);
        const std::uint64_t part = std::min(to, bucketEnd) - from;
        const ByteTally& bucket = m_buckets[static_cast<std::size_t>(index)];
        if (part == bucketEnd - bucketBegin) {
            sum += bucket;
        } else {
            const double share = static_cast<double>(part) / static_cast<double>(bucketEnd - bucketBegin);
            for (std::size_t i = 0; i < byteKindCount; ++i) {
                const bool whole = static_cast<ByteKind>(i) == ByteKind::damaged;
                sum.bytes[i] += whole ? std::min(bucket.bytes[i], part)
                                      : static_cast<std::uint64_t>(static_cast<double>(bucket.bytes[i]) * share + 0.5);
            }
        }
        from += part;
    }
    return sum;
}

} // namespace rustcask
