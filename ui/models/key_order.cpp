// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/key_order.h"

#include <algorithm>
#include <numeric>

#include "models/entry_batches.h"
#include "models/parallel.h"

namespace rustcask::ui {

void PartialHits::add(const RowIds& ids) {
    if (m_count.fetch_add(ids.size(), std::memory_order_relaxed) < maxFirst) {
        const std::lock_guard lock(m_mutex);
        const std::size_t room = maxFirst - std::min(maxFirst, m_first.size());
        m_first.insert(m_first.end(), ids.begin(),
                       ids.begin() + static_cast<std::ptrdiff_t>(std::min(room, ids.size())));
    }
}

RowIds PartialHits::first() const {
    const std::lock_guard lock(m_mutex);
    return m_first;
}

namespace {

constexpr std::size_t keysPerPart = 1 << 15;   // some milliseconds at most
constexpr std::size_t valuesPerPart = 1 << 10; // each may be read from the disk
constexpr std::size_t keysPerLook = 256;       // between two looks at the cancel flag

using Place = RowIds::const_iterator;

/// The ids of `byKey` whose keys begin with `prefix`, upper and lower case alike with `fold`, appended to `rows` in key
/// order: no scan. `[begin, end)` agrees with the first `depth` bytes of it.
void addPrefixRanges(const KeySource& source, Place begin, Place end, std::string_view prefix, std::size_t depth,
                     bool fold, RowIds& rows) {
    while (begin != end && depth < prefix.size()) {
        const auto byteOf = [&](RowId id) {
            const std::string_view key = source.entry(id).key;
            return key.size() > depth ? static_cast<unsigned char>(key[depth]) : -1;
        };
        const auto rangeOf = [&](char c) {
            const int wanted = static_cast<unsigned char>(c);
            const Place from = std::partition_point(begin, end, [&](RowId id) { return byteOf(id) < wanted; });
            return std::pair(from, std::partition_point(from, end, [&](RowId id) { return byteOf(id) == wanted; }));
        };
        const char c = prefix[depth];
        if (fold && c >= 'a' && c <= 'z') {
            const auto [upperBegin, upperEnd] = rangeOf(static_cast<char>(c - 32));
            addPrefixRanges(source, upperBegin, upperEnd, prefix, depth + 1, fold, rows);
        }
        std::tie(begin, end) = rangeOf(c);
        ++depth;
    }
    rows.insert(rows.end(), begin, end);
}

/// Looks at every key of the source, on all processors.
class Scan {
public:
    Scan(const ArrangeInput& input, PartialHits& partial, rustcask::Progress& progress)
        : m_input(input), m_partial(partial), m_progress(progress) {}

    /// The matching ids in source order. False: cancelled.
    bool run(RowIds& rows, Arrangement& result) {
        const std::size_t size = m_input.table.sourceSize();
        const std::size_t each = m_input.matcher.looksIntoValues() ? valuesPerPart : keysPerPart;
        const std::size_t parts = (size + each - 1) / each;
        std::vector<RowIds> hits(parts);
        std::vector<KeyMatcher> matchers(scanThreads(), m_input.matcher);
        std::vector<std::uint64_t> unsearched(scanThreads());
        const bool done = forEachPart(parts, m_progress, [&](std::size_t thread, std::size_t part) {
            scanPart(part * each, std::min(size, (part + 1) * each), matchers[thread], unsearched[thread], hits[part]);
        });
        if (!done) {
            return false;
        }
        std::size_t count = 0;
        for (const RowIds& some : hits) {
            count += some.size();
        }
        rows.reserve(count);
        for (const RowIds& some : hits) {
            rows.insert(rows.end(), some.begin(), some.end());
        }
        for (const KeyMatcher& matcher : matchers) {
            result.undecided += matcher.undecided();
        }
        result.unsearched = std::accumulate(unsearched.begin(), unsearched.end(), std::uint64_t{0});
        return true;
    }

private:
    void scanPart(std::size_t begin, std::size_t end, const KeyMatcher& matcher, std::uint64_t& unsearched,
                  RowIds& hits) {
        const KeySource& source = *m_input.table.source();
        const KeyOverlay& overlay = m_input.table.overlay();
        const bool plain = overlay.isEmpty();
        const bool values = matcher.looksIntoValues();
        bool cancelled = false;
        forEachEntry(source, begin, end, [&](std::size_t i, const rustcask::SnapshotEntry& entry) {
            if (values || i % keysPerLook == 0) {
                cancelled = cancelled || m_progress.isCancelled();
            }
            const auto id = static_cast<RowId>(i);
            if (cancelled || (!plain && overlay.touches(id))) {
                return;
            }
            if (matcher.matches(entry.key) || (values && valueMatches(i, entry, matcher, unsearched))) {
                hits.push_back(id);
            }
        });
        m_progress.addRecords(end - begin);
        m_partial.add(hits);
    }

    bool valueMatches(std::size_t index, const rustcask::SnapshotEntry& entry, const KeyMatcher& matcher,
                      std::uint64_t& unsearched) {
        if (entry.valueBytes > maxSearchedValueBytes) {
            ++unsearched;
            return false;
        }
        const auto value = m_input.table.source()->value(index);
        if (!value) {
            ++unsearched;
            return false;
        }
        m_progress.addBytes(value->size());
        return matcher.matches(*value);
    }

    const ArrangeInput& m_input;
    PartialHits& m_partial;
    rustcask::Progress& m_progress;
};

/// The edited keys that match, in order.
RowIds matchingEdits(const ArrangeInput& input, Arrangement& result) {
    const KeyTable& table = input.table;
    RowIds edited = table.overlay().liveTouched();
    std::erase_if(edited, [&](RowId id) {
        const rustcask::SnapshotEntry entry = table.entry(id);
        if (input.matcher.matches(entry.key)) {
            return false;
        }
        if (!input.matcher.looksIntoValues() || !input.currentValue) {
            return true;
        }
        if (entry.valueBytes > maxSearchedValueBytes) {
            ++result.unsearched;
            return true;
        }
        const auto value = input.currentValue(entry.key);
        if (!value || !*value) {
            result.unsearched += value ? 0 : 1;
            return true;
        }
        return !input.matcher.matches(**value);
    });
    std::sort(edited.begin(), edited.end(),
              [&](RowId a, RowId b) { return keyPrecedes(input.sort, table.entry(a), table.entry(b)); });
    return edited;
}

} // namespace

std::optional<Arrangement> arrange(const ArrangeInput& input, PartialHits& partial, rustcask::Progress& progress) {
    const KeyTable& table = input.table;
    const KeyOverlay& overlay = table.overlay();
    const KeyMatcher& matcher = input.matcher;
    const std::size_t size = table.sourceSize();
    progress.setTotals(0, size, 0);
    const auto precedes = [&](RowId a, RowId b) { return keyPrecedes(input.sort, table.entry(a), table.entry(b)); };

    Arrangement result;
    if (matcher.matchesAll() && input.order && overlay.isEmpty() && !input.ownRows) {
        result.rows = input.order; // shared: a list of all keys costs nothing beside its order
        result.sorted = true;
        return result;
    }
    RowIds rows;
    if (matcher.matchesAll()) {
        rows.reserve(size + roomForEdits);
        if (input.order) {
            rows.assign(input.order->begin(), input.order->end());
        } else {
            rows.resize(size);
            std::iota(rows.begin(), rows.end(), RowId{0});
        }
        if (!overlay.isEmpty()) {
            std::erase_if(rows, [&](RowId id) { return overlay.touches(id); });
        }
        result.sorted = input.order != nullptr;
    } else {
        const std::string_view prefix = matcher.exactPrefix();
        if (!prefix.empty() && input.byKey) {
            addPrefixRanges(*table.source(), input.byKey->begin(), input.byKey->end(), prefix, 0, matcher.foldsCase(),
                            rows);
            std::erase_if(rows, [&](RowId id) { return overlay.touches(id); });
            result.sorted = input.sort == KeySort();
        } else if (!Scan(input, partial, progress).run(rows, result)) {
            return std::nullopt;
        }
        if (!result.sorted && rows.size() <= maxUnpreparedSort) {
            std::sort(rows.begin(), rows.end(), precedes);
            result.sorted = true;
        } else if (!result.sorted && input.order) {
            // Sorting again would cost seconds; the whole order is there, the matches only have to be picked from it.
            std::vector<bool> wanted(size);
            for (const RowId id : rows) {
                wanted[id] = true;
            }
            rows.clear();
            std::copy_if(input.order->begin(), input.order->end(), std::back_inserter(rows),
                         [&](RowId id) { return wanted[id]; });
            result.sorted = true;
        }
    }
    if (!overlay.isEmpty()) {
        const RowIds edited = matchingEdits(input, result);
        if (result.sorted) {
            insertSorted(rows, edited, precedes);
        } else {
            rows.insert(rows.end(), edited.begin(), edited.end());
        }
    }
    result.own = std::make_shared<RowIds>(std::move(rows));
    result.rows = result.own;
    return progress.isCancelled() ? std::nullopt : std::optional(std::move(result));
}

} // namespace rustcask::ui
