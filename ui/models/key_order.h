// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>

#include <rustcask/progress.h>

#include "models/key_filter.h"
#include "models/key_overlay.h"

namespace rustcask::ui {

enum class KeyOrder {
    key,        ///< bytes, as memcmp
    valueSize,  ///< bytes of the value
    written,    ///< sequence number: the order in which the records were appended
    generation, ///< file, then offset
};

struct KeySort {
    KeyOrder order = KeyOrder::key;
    bool descending = false;
    friend bool operator==(const KeySort&, const KeySort&) = default;
};

/// The order of two entries; keys that are equal in it stand in ascending key order. Strict and total, keys being
/// distinct.
[[nodiscard]] bool keyPrecedes(const KeySort& sort, const rustcask::SnapshotEntry& a, const rustcask::SnapshotEntry& b);

/// All of a source's ids in ascending key order; nullopt: cancelled, within a few milliseconds.
[[nodiscard]] std::optional<RowIds> sortByKey(const KeySource& source, const rustcask::Progress& progress);
/// The same in any order, from the ids in key order.
[[nodiscard]] std::optional<RowIds> sortFrom(const KeySource& source, const RowIds& byKey, const KeySort& sort,
                                             const rustcask::Progress& progress);

/// What an arrangement shows while it is being made. Written by the worker, read by the GUI thread.
class PartialHits {
public:
    static constexpr std::size_t maxFirst = 2000;
    void add(RowId id);
    [[nodiscard]] std::uint64_t count() const noexcept { return m_count.load(std::memory_order_relaxed); }
    [[nodiscard]] RowIds first() const;

private:
    std::atomic<std::uint64_t> m_count{0};
    mutable std::mutex m_mutex; // guards m_first
    RowIds m_first;
};

/// The rows of a key list.
struct Arrangement {
    RowIds rows{};
    bool sorted = false; ///< in the order asked for; otherwise in that of the source
};

/// The keys of `table` that match, in the order `sort`. `byKey` and `order` are the source's ids in key order and in
/// `sort`, nullptr when not known yet: then only a result of at most `maxUnpreparedSort` rows is sorted.
/// nullopt: cancelled.
[[nodiscard]] std::optional<Arrangement> arrange(const KeyTable& table, const KeyMatcher& matcher, const KeySort& sort,
                                                 const RowIds* byKey, const RowIds* order, PartialHits& partial,
                                                 rustcask::Progress& progress);
inline constexpr std::size_t maxUnpreparedSort = 50'000;

} // namespace rustcask::ui
