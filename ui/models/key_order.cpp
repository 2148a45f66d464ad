// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/key_order.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <iterator>
#include <numeric>

namespace rustcask::ui {

namespace {

constexpr std::size_t chunk = 1 << 14; // items between two looks at the cancel flag

/// std::sort cannot be stopped; this merge sort looks up every `chunk` items. False: cancelled.
template <typename T, typename Less>
bool sortCancellably(std::vector<T>& items, const Less& less, const rustcask::Progress& progress) {
    const std::size_t size = items.size();
    for (std::size_t begin = 0; begin < size; begin += chunk) {
        if (progress.isCancelled()) {
            return false;
        }
        std::sort(items.begin() + static_cast<std::ptrdiff_t>(begin),
                  items.begin() + static_cast<std::ptrdiff_t>(std::min(begin + chunk, size)), less);
    }
    std::vector<T> other(size > chunk ? size : 0);
    for (std::size_t width = chunk; width < size; width *= 2) {
        std::size_t out = 0;
        for (std::size_t begin = 0; begin < size; begin += 2 * width) {
            std::size_t a = begin;
            const std::size_t aEnd = std::min(begin + width, size);
            std::size_t b = aEnd;
            const std::size_t bEnd = std::min(begin + 2 * width, size);
            while (a < aEnd && b < bEnd) {
                if (out % chunk == 0 && progress.isCancelled()) {
                    return false;
                }
                other[out++] = less(items[b], items[a]) ? items[b++] : items[a++];
            }
            const auto rest = [&](std::size_t from, std::size_t to) {
                std::copy(items.begin() + static_cast<std::ptrdiff_t>(from),
                          items.begin() + static_cast<std::ptrdiff_t>(to),
                          other.begin() + static_cast<std::ptrdiff_t>(out));
                out += to - from;
            };
            rest(a, aEnd);
            rest(b, bEnd);
        }
        items.swap(other);
    }
    return true;
}

/// Bytes 0 to 7 from `skip` on, as a number that orders like them.
std::uint64_t leadingBytes(std::string_view key, std::size_t skip) {
    std::array<unsigned char, 8> bytes{};
    if (key.size() > skip) {
        std::memcpy(bytes.data(), key.data() + skip, std::min<std::size_t>(8, key.size() - skip));
    }
    std::uint64_t value = 0;
    for (const unsigned char byte : bytes) {
        value = value << 8 | byte;
    }
    return value;
}

std::size_t commonPrefix(std::string_view a, std::string_view b, std::size_t atMost) {
    const std::size_t end = std::min({a.size(), b.size(), atMost});
    return static_cast<std::size_t>(
        std::mismatch(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(end), b.begin()).first - a.begin());
}

struct Ranked {
    std::uint64_t major;
    std::uint64_t minor;
    std::uint32_t rank; // place in key order
};

} // namespace

bool keyPrecedes(const KeySort& sort, const rustcask::SnapshotEntry& a, const rustcask::SnapshotEntry& b) {
    const auto compare = [&](const auto& x, const auto& y) {
        return x == y ? 0 : ((x < y) != sort.descending ? -1 : 1);
    };
    int order = 0;
    switch (sort.order) {
    case KeyOrder::key:
        return sort.descending ? b.key < a.key : a.key < b.key;
    case KeyOrder::valueSize:
        order = compare(a.valueBytes, b.valueBytes);
        break;
    case KeyOrder::written:
        order = compare(a.sequence, b.sequence);
        break;
    case KeyOrder::generation:
        order = compare(a.generation, b.generation);
        order = order != 0 ? order : compare(a.offset, b.offset);
        break;
    }
    return order != 0 ? order < 0 : a.key < b.key;
}

std::optional<RowIds> sortByKey(const KeySource& source, const rustcask::Progress& progress) {
    const std::size_t size = source.size();
    if (size == 0) {
        return RowIds();
    }
    // Keys often share a beginning ("order:2026-"); what tells them apart comes after it. Eight bytes from there, kept
    // beside the id, decide most comparisons without a look at the keys themselves.
    std::size_t shared = source.entry(0).key.size();
    for (std::size_t i = 1; i < size && shared > 0; ++i) {
        if (i % chunk == 0 && progress.isCancelled()) {
            return std::nullopt;
        }
        shared = commonPrefix(source.entry(0).key, source.entry(i).key, shared);
    }
    struct Item {
        std::uint64_t leading;
        RowId id;
    };
    std::vector<Item> items(size);
    for (std::size_t i = 0; i < size; ++i) {
        if (i % chunk == 0 && progress.isCancelled()) {
            return std::nullopt;
        }
        items[i] = {leadingBytes(source.entry(i).key, shared), static_cast<RowId>(i)};
    }
    const auto less = [&](const Item& a, const Item& b) {
        return a.leading != b.leading ? a.leading < b.leading : source.entry(a.id).key < source.entry(b.id).key;
    };
    if (!sortCancellably(items, less, progress)) {
        return std::nullopt;
    }
    RowIds ids(size);
    std::transform(items.begin(), items.end(), ids.begin(), [](const Item& item) { return item.id; });
    return ids;
}

std::optional<RowIds> sortFrom(const KeySource& source, const RowIds& byKey, const KeySort& sort,
                               const rustcask::Progress& progress) {
    if (sort.order == KeyOrder::key) {
        return sort.descending ? RowIds(byKey.rbegin(), byKey.rend()) : byKey;
    }
    std::vector<Ranked> items(byKey.size());
    for (std::size_t i = 0; i < byKey.size(); ++i) {
        if (i % chunk == 0 && progress.isCancelled()) {
            return std::nullopt;
        }
        const rustcask::SnapshotEntry entry = source.entry(byKey[i]);
        std::uint64_t major = entry.valueBytes;
        std::uint64_t minor = 0;
        if (sort.order == KeyOrder::written) {
            major = entry.sequence.value;
        } else if (sort.order == KeyOrder::generation) {
            major = entry.generation.value;
            minor = entry.offset;
        }
        if (sort.descending) {
            major = ~major;
            minor = ~minor;
        }
        items[i] = {major, minor, static_cast<std::uint32_t>(i)};
    }
    const auto less = [](const Ranked& a, const Ranked& b) {
        return std::tie(a.major, a.minor, a.rank) < std::tie(b.major, b.minor, b.rank);
    };
    if (!sortCancellably(items, less, progress)) {
        return std::nullopt;
    }
    RowIds ids(items.size());
    std::transform(items.begin(), items.end(), ids.begin(), [&](const Ranked& item) { return byKey[item.rank]; });
    return ids;
}

void PartialHits::add(RowId id) {
    if (m_count.fetch_add(1, std::memory_order_relaxed) < maxFirst) {
        const std::lock_guard lock(m_mutex);
        m_first.push_back(id);
    }
}

RowIds PartialHits::first() const {
    const std::lock_guard lock(m_mutex);
    return m_first;
}

namespace {

/// The ids of the source that match and that the overlay leaves alone, as a range of `byKey` when the filter is a plain
/// prefix: no scan.
std::pair<RowIds::const_iterator, RowIds::const_iterator> prefixRange(const KeySource& source, const RowIds& byKey,
                                                                      std::string_view prefix) {
    const auto begin = std::lower_bound(byKey.begin(), byKey.end(), prefix, [&](RowId id, std::string_view wanted) {
        return source.entry(id).key < wanted;
    });
    const auto end =
        std::partition_point(begin, byKey.end(), [&](RowId id) { return source.entry(id).key.starts_with(prefix); });
    return {begin, end};
}

/// The matching ids in source order. False: cancelled.
bool scan(const KeyTable& table, const KeyMatcher& matcher, RowIds& rows, PartialHits& partial,
          rustcask::Progress& progress) {
    const KeySource& source = *table.source();
    const std::size_t size = source.size();
    const bool plain = table.overlay().isEmpty();
    constexpr std::size_t step = 1024;
    for (std::size_t i = 0; i < size; ++i) {
        if (i % step == 0) {
            if (progress.isCancelled()) {
                return false;
            }
            progress.addRecords(i == 0 ? 0 : step);
        }
        const auto id = static_cast<RowId>(i);
        if (matcher.matches(source.entry(i).key) && (plain || !table.overlay().touches(id))) {
            rows.push_back(id);
            partial.add(id);
        }
    }
    return true;
}

} // namespace

std::optional<Arrangement> arrange(const KeyTable& table, const KeyMatcher& matcher, const KeySort& sort,
                                   const RowIds* byKey, const RowIds* order, PartialHits& partial,
                                   rustcask::Progress& progress) {
    const KeySource& source = *table.source();
    const std::size_t size = source.size();
    const KeyOverlay& overlay = table.overlay();
    progress.setTotals(0, size, 0);
    const auto precedes = [&](RowId a, RowId b) { return keyPrecedes(sort, table.entry(a), table.entry(b)); };

    Arrangement result;
    const std::string_view prefix = matcher.exactPrefix();
    if (matcher.matchesAll() && order != nullptr) {
        result.rows = *order;
        if (!overlay.isEmpty()) {
            std::erase_if(result.rows, [&](RowId id) { return overlay.touches(id); });
        }
        result.sorted = true;
    } else {
        if (matcher.matchesAll()) {
            result.rows.resize(size);
            std::iota(result.rows.begin(), result.rows.end(), RowId{0});
            if (!overlay.isEmpty()) {
                std::erase_if(result.rows, [&](RowId id) { return overlay.touches(id); });
            }
        } else if (!prefix.empty() && byKey != nullptr) {
            const auto [begin, end] = prefixRange(source, *byKey, prefix);
            std::copy_if(begin, end, std::back_inserter(result.rows), [&](RowId id) { return !overlay.touches(id); });
            result.sorted = sort.order == KeyOrder::key && !sort.descending;
        } else if (!scan(table, matcher, result.rows, partial, progress)) {
            return std::nullopt;
        }
        if (result.sorted) {
            // The range of the key order is in key order.
        } else if (result.rows.size() <= maxUnpreparedSort) {
            if (!sortCancellably(result.rows, precedes, progress)) {
                return std::nullopt;
            }
            result.sorted = true;
        } else if (order != nullptr) {
            // Sorting again would cost seconds; the whole order is there, the matches only have to be picked from it.
            std::vector<bool> wanted(size);
            for (const RowId id : result.rows) {
                wanted[id] = true;
            }
            result.rows.clear();
            std::copy_if(order->begin(), order->end(), std::back_inserter(result.rows),
                         [&](RowId id) { return wanted[id]; });
            result.sorted = true;
        }
    }

    RowIds edited = overlay.liveTouched();
    std::erase_if(edited, [&](RowId id) { return !matcher.matches(table.entry(id).key); });
    if (!edited.empty()) {
        std::sort(edited.begin(), edited.end(), precedes);
        const auto middle = static_cast<std::ptrdiff_t>(result.rows.size());
        result.rows.insert(result.rows.end(), edited.begin(), edited.end());
        if (result.sorted) {
            std::inplace_merge(result.rows.begin(), result.rows.begin() + middle, result.rows.end(), precedes);
        }
    }
    return progress.isCancelled() ? std::nullopt : std::optional(std::move(result));
}

} // namespace rustcask::ui
