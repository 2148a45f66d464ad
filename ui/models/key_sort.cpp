// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/key_sort.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "models/entry_batches.h"
#include "models/parallel.h"

namespace rustcask::ui {

namespace {

constexpr std::size_t part = 1 << 14;      // items between two looks at the cancel flag
constexpr std::size_t fewKeys = 12;        // below this, comparing whole keys is cheaper than another look at them
constexpr std::size_t maxPartition = 1024; // buckets of one step
constexpr int maxDepth = 64;               // looks at the same key; hostile keys could ask for thousands

/// A key or place in 12 bytes: what it sorts by, as a number, and its id.
struct Item {
    std::uint32_t high;
    std::uint32_t low;
    RowId id;
    [[nodiscard]] std::uint64_t value() const noexcept { return std::uint64_t{high} << 32 | low; }
};
using Items = std::span<Item>;

Item makeItem(std::uint64_t value, RowId id) {
    return {static_cast<std::uint32_t>(value >> 32), static_cast<std::uint32_t>(value), id};
}

bool valueLess(const Item& a, const Item& b) noexcept {
    return a.value() != b.value() ? a.value() < b.value() : a.id < b.id;
}

/// Sorts by `valueLess`, in place. std::sort cannot be stopped, so only parts of `part` items are left to it; larger
/// ones are split by their leading bits first. `each` is told every sorted part. False: cancelled.
template <typename Each>
bool sortValues(Items items, const rustcask::Progress& progress, const Each& each) {
    if (progress.isCancelled()) {
        return false;
    }
    if (items.size() <= part) {
        std::sort(items.begin(), items.end(), valueLess);
        each(items);
        return true;
    }
    const auto [least, most] = std::minmax_element(items.begin(), items.end(),
                                                   [](const Item& a, const Item& b) { return a.value() < b.value(); });
    const std::uint64_t base = least->value();
    const std::uint64_t range = most->value() - base;
    if (range == 0) { // equal ones stand in the order of their ids
        std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) { return a.id < b.id; });
        each(items);
        return true;
    }
    int shift = 0;
    while (range >> shift >= maxPartition) {
        ++shift;
    }
    const auto bucketOf = [&](const Item& item) { return static_cast<std::size_t>((item.value() - base) >> shift); };
    std::vector<std::size_t> begins(maxPartition + 1); // not on the stack: this nests
    for (const Item& item : items) {
        ++begins[bucketOf(item) + 1];
    }
    for (std::size_t i = 1; i < begins.size(); ++i) {
        begins[i] += begins[i - 1];
    }
    std::vector<std::size_t> next(begins.begin(), begins.end() - 1);
    for (std::size_t bucket = 0; bucket < maxPartition; ++bucket) {
        while (next[bucket] < begins[bucket + 1]) {
            Item item = items[next[bucket]];
            for (std::size_t home = bucketOf(item); home != bucket; home = bucketOf(item)) {
                std::swap(item, items[next[home]++]);
            }
            items[next[bucket]++] = item;
        }
    }
    for (std::size_t bucket = 0; bucket < maxPartition; ++bucket) {
        const Items some = items.subspan(begins[bucket], begins[bucket + 1] - begins[bucket]);
        if (!some.empty() && !sortValues(some, progress, each)) {
            return false;
        }
    }
    return true;
}

/// Eight bytes of the key from `skip` on, as a number that orders like them; zeros where it has ended.
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

/// Sorts keys that agree in their first `skip` bytes (as far as they have them), eight bytes at a time.
class KeySorter {
public:
    KeySorter(const KeySource& source, const rustcask::Progress& progress) : m_source(source), m_progress(progress) {}

    bool sort(Items items, std::size_t skip, int depth) const {
        const auto key = [this](const Item& item) { return m_source.entry(item.id).key; };
        if (items.size() <= fewKeys || depth > maxDepth) {
            std::sort(items.begin(), items.end(), [&](const Item& a, const Item& b) { return key(a) < key(b); });
            return !m_progress.isCancelled();
        }
        // Keys often share a beginning ("order:2026-"); what tells them apart comes after it.
        const std::string_view first = key(items.front());
        std::size_t shared = first.size();
        bool longer = false; // whether any key goes on after `skip`
        for (std::size_t i = 0; i < items.size(); ++i) {
            if (i % part == 0 && m_progress.isCancelled()) {
                return false;
            }
            const std::string_view each = key(items[i]);
            shared = commonPrefix(first, each, shared);
            longer = longer || each.size() > skip;
        }
        if (!longer) { // they differ in how many zero bytes they end with
            std::sort(items.begin(), items.end(), [&](const Item& a, const Item& b) { return key(a) < key(b); });
            return true;
        }
        skip = std::max(skip, shared);
        for (std::size_t i = 0; i < items.size(); ++i) {
            if (i % part == 0 && m_progress.isCancelled()) {
                return false;
            }
            items[i] = makeItem(leadingBytes(key(items[i]), skip), items[i].id);
        }
        return sortPrepared(items, skip, depth);
    }

    /// The same when the items hold the eight bytes after `skip` already.
    bool sortPrepared(Items items, std::size_t skip, int depth = 0) const {
        bool going = true;
        const auto refine = [&](Items sorted) {
            for (std::size_t begin = 0; begin < sorted.size() && going;) {
                std::size_t end = begin + 1;
                while (end < sorted.size() && sorted[end].value() == sorted[begin].value()) {
                    ++end;
                }
                if (end - begin > 1) {
                    going = sort(sorted.subspan(begin, end - begin), skip + 8, depth + 1);
                }
                begin = end;
            }
        };
        return sortValues(items, m_progress, refine) && going;
    }

private:
    const KeySource& m_source;
    const rustcask::Progress& m_progress;
};

/// Fills the items on all processors. False: cancelled.
template <typename Make>
bool fill(std::vector<Item>& items, const rustcask::Progress& progress, const Make& make) {
    return forEachPart((items.size() + part - 1) / part, progress, [&](std::size_t, std::size_t number) {
        const std::size_t end = std::min(items.size(), (number + 1) * part);
        for (std::size_t i = number * part; i < end; ++i) {
            items[i] = make(i);
        }
    });
}

/// The same with an item for each key of the source: `valueOf` its entry, and its id.
template <typename ValueOf>
bool fillFrom(const KeySource& source, std::vector<Item>& items, const rustcask::Progress& progress,
              const ValueOf& valueOf) {
    return forEachPart((items.size() + part - 1) / part, progress, [&](std::size_t, std::size_t number) {
        forEachEntry(source, number * part, std::min(items.size(), (number + 1) * part),
                     [&](std::size_t i, const rustcask::SnapshotEntry& entry) {
                         items[i] = makeItem(valueOf(entry), static_cast<RowId>(i));
                     });
    });
}

/// Splits items by value into a few dozen parts of about the same size, each below the next, and gives their
/// boundaries: so that several threads can sort them. nullopt: cancelled.
std::optional<std::vector<std::size_t>> split(std::vector<Item>& items, const rustcask::Progress& progress) {
    constexpr std::size_t samples = 4096;
    constexpr std::size_t parts = 32;
    std::vector<std::uint64_t> sample;
    for (std::size_t i = 0; i < samples; ++i) {
        sample.push_back(items[i * (items.size() / samples)].value());
    }
    std::sort(sample.begin(), sample.end());
    std::array<std::uint64_t, parts - 1> pivots{};
    for (std::size_t i = 1; i < parts; ++i) {
        pivots[i - 1] = sample[i * samples / parts];
    }
    const auto bucketOf = [&pivots](const Item& item) { // how many pivots are not above it; without branches to guess
        const std::uint64_t value = item.value();
        std::size_t bucket = 0;
        for (std::size_t step = parts / 2; step > 0; step /= 2) {
            bucket += pivots[bucket + step - 1] <= value ? step : 0;
        }
        return bucket;
    };
    std::vector<std::array<std::size_t, parts>> counts(scanThreads());
    const bool counted =
        forEachPart((items.size() + part - 1) / part, progress, [&](std::size_t thread, std::size_t n) {
            std::array<std::size_t, parts> mine{};
            const std::size_t end = std::min(items.size(), (n + 1) * part);
            for (std::size_t i = n * part; i < end; ++i) {
                ++mine[bucketOf(items[i])];
            }
            for (std::size_t bucket = 0; bucket < parts; ++bucket) {
                counts[thread][bucket] += mine[bucket];
            }
        });
    if (!counted) {
        return std::nullopt;
    }
    std::vector<std::size_t> begins(parts + 1);
    for (std::size_t bucket = 0; bucket < parts; ++bucket) {
        for (const auto& some : counts) {
            begins[bucket + 1] += some[bucket];
        }
    }
    for (std::size_t i = 1; i < begins.size(); ++i) {
        begins[i] += begins[i - 1];
    }
    std::vector<std::size_t> next(begins.begin(), begins.end() - 1);
    for (std::size_t bucket = 0; bucket < next.size(); ++bucket) {
        std::size_t moved = 0;
        while (next[bucket] < begins[bucket + 1]) {
            if (++moved % part == 0 && progress.isCancelled()) {
                return std::nullopt;
            }
            Item item = items[next[bucket]];
            for (std::size_t home = bucketOf(item); home != bucket; home = bucketOf(item)) {
                std::swap(item, items[next[home]++]);
            }
            items[next[bucket]++] = item;
        }
    }
    return begins;
}

/// Sorts the items on all processors with `sortPart`, which sorts one range. False: cancelled.
template <typename SortPart>
bool sortParts(std::vector<Item>& items, const rustcask::Progress& progress, const SortPart& sortPart) {
    if (items.size() < 8 * part) {
        return sortPart(Items(items));
    }
    const auto begins = split(items, progress);
    return begins && forEachPart(begins->size() - 1, progress, [&](std::size_t, std::size_t number) {
               const std::size_t begin = (*begins)[number];
               static_cast<void>(sortPart(Items(items).subspan(begin, (*begins)[number + 1] - begin)));
           });
}

/// Sizes are equal more often than not, and then the key decides: the ids are dealt out by size in key order.
std::optional<RowIds> sortBySize(const KeySource& source, const RowIds& byKey, bool descending,
                                 const rustcask::Progress& progress) {
    constexpr std::uint32_t maxCounted = 1U << 24; // sizes that are counted one by one
    const std::size_t size = byKey.size();
    std::vector<std::uint32_t> sizes(size);
    std::vector<std::uint32_t> most(scanThreads());
    const bool read = forEachPart((size + part - 1) / part, progress, [&](std::size_t thread, std::size_t number) {
        const std::size_t end = std::min(size, (number + 1) * part);
        forEachEntry(source, number * part, end, [&](std::size_t i, const rustcask::SnapshotEntry& entry) {
            sizes[i] = entry.valueBytes;
            most[thread] = std::max(most[thread], sizes[i]);
        });
    });
    if (!read) {
        return std::nullopt;
    }
    const std::uint32_t largest = *std::max_element(most.begin(), most.end());
    if (largest >= maxCounted || largest > 16 * size + 4096) { // few large values: their order costs less than counting
        std::vector<Item> items(size); // the id is the place in key order: equal ones stand in it
        if (!fill(items, progress,
                  [&](std::size_t i) {
                      const std::uint64_t value = sizes[byKey[i]];
                      return makeItem(descending ? ~value : value, static_cast<RowId>(i));
                  }) ||
            !sortParts(items, progress, [&](Items some) { return sortValues(some, progress, [](Items) {}); })) {
            return std::nullopt;
        }
        RowIds ids(size);
        std::transform(items.begin(), items.end(), ids.begin(), [&](const Item& item) { return byKey[item.id]; });
        return ids;
    }
    const auto bucketOf = [&](RowId id) { return std::size_t{descending ? largest - sizes[id] : sizes[id]}; };
    std::vector<std::uint32_t> next(std::size_t{largest} + 2);
    for (RowId id = 0; id < size; ++id) {
        ++next[bucketOf(id) + 1];
    }
    for (std::size_t i = 1; i < next.size(); ++i) {
        next[i] += next[i - 1];
    }
    RowIds ids(size);
    for (std::size_t i = 0; i < size; ++i) {
        if (i % part == 0 && progress.isCancelled()) {
            return std::nullopt;
        }
        ids[next[bucketOf(byKey[i])]++] = byKey[i];
    }
    return ids;
}

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
    const std::string_view first = source.entry(0).key;
    std::vector<std::size_t> shares(scanThreads(), first.size());
    const bool shared = forEachPart((size + part - 1) / part, progress, [&](std::size_t thread, std::size_t number) {
        const std::size_t end = std::min(size, (number + 1) * part);
        forEachEntry(source, number * part, end, [&](std::size_t, const rustcask::SnapshotEntry& entry) {
            shares[thread] = commonPrefix(first, entry.key, shares[thread]);
        });
    });
    if (!shared) {
        return std::nullopt;
    }
    const std::size_t skip = *std::min_element(shares.begin(), shares.end());
    std::vector<Item> items(size);
    const KeySorter sorter(source, progress);
    if (!fillFrom(source, items, progress,
                  [&](const rustcask::SnapshotEntry& entry) { return leadingBytes(entry.key, skip); }) ||
        !sortParts(items, progress, [&](Items some) { return sorter.sortPrepared(some, skip); })) {
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
    if (sort.order == KeyOrder::valueSize) {
        return sortBySize(source, byKey, sort.descending, progress);
    }
    // No two records have the same number, and none the same place: the key never decides. A place is a file and an
    // offset below 2^40: the file's number among those there are makes one number of both.
    const std::size_t parts = (byKey.size() + part - 1) / part;
    std::vector<std::uint64_t> generations;
    if (sort.order == KeyOrder::generation) {
        std::vector<std::vector<std::uint64_t>> seen(scanThreads());
        const bool done = forEachPart(parts, progress, [&](std::size_t thread, std::size_t number) {
            const std::size_t end = std::min(byKey.size(), (number + 1) * part);
            std::vector<std::uint64_t>& mine = seen[thread];
            std::optional<std::uint64_t> last;
            forEachEntry(source, number * part, end, [&](std::size_t, const rustcask::SnapshotEntry& entry) {
                const std::uint64_t generation = entry.generation.value;
                if (generation == last) {
                    return;
                }
                last = generation;
                const auto place = std::lower_bound(mine.begin(), mine.end(), generation);
                if (place == mine.end() || *place != generation) {
                    mine.insert(place, generation);
                }
            });
        });
        if (!done) {
            return std::nullopt;
        }
        for (const std::vector<std::uint64_t>& some : seen) {
            generations.insert(generations.end(), some.begin(), some.end());
        }
        std::sort(generations.begin(), generations.end());
        generations.erase(std::unique(generations.begin(), generations.end()), generations.end());
    }
    const auto valueOf = [&](const rustcask::SnapshotEntry& entry) -> std::uint64_t {
        if (sort.order == KeyOrder::written) {
            return entry.sequence.value;
        }
        const auto file = std::lower_bound(generations.begin(), generations.end(), entry.generation.value);
        return static_cast<std::uint64_t>(file - generations.begin()) << 40 | entry.offset;
    };
    std::vector<Item> items(byKey.size());
    if (!fillFrom(
            source, items, progress,
            [&](const rustcask::SnapshotEntry& entry) { return sort.descending ? ~valueOf(entry) : valueOf(entry); }) ||
        !sortParts(items, progress, [&](Items some) { return sortValues(some, progress, [](Items) {}); })) {
        return std::nullopt;
    }
    RowIds ids(items.size());
    std::transform(items.begin(), items.end(), ids.begin(), [](const Item& item) { return item.id; });
    return ids;
}

} // namespace rustcask::ui
