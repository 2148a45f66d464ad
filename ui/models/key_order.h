// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include <rustcask/progress.h>

#include "models/key_filter.h"
#include "models/key_overlay.h"
#include "models/key_sort.h"

namespace rustcask::ui {

/// What an arrangement shows while it is being made. Written by workers, read by the GUI thread.
class PartialHits {
public:
    static constexpr std::size_t maxFirst = 2000;
    void add(const RowIds& ids);
    [[nodiscard]] std::uint64_t count() const noexcept { return m_count.load(std::memory_order_relaxed); }
    [[nodiscard]] RowIds first() const;

private:
    std::atomic<std::uint64_t> m_count{0};
    mutable std::mutex m_mutex; // guards m_first
    RowIds m_first;
};

/// The rows of a key list.
struct Arrangement {
    std::shared_ptr<const RowIds> rows{}; ///< never null once made; may be one of the orders it was made from
    std::shared_ptr<RowIds> own{};        ///< the same when they are nobody else's, with room for edits
    bool sorted = false;                  ///< in the order asked for; otherwise in that of the source
    std::uint64_t undecided = 0;          ///< keys or values on which the expression was given up
    std::uint64_t unsearched = 0;         ///< values that are too large to search, or could not be read
};

/// Values beyond this size are not searched, which the arrangement says.
inline constexpr std::uint32_t maxSearchedValueBytes = 64U << 20;

/// What an arrangement is made from.
struct ArrangeInput {
    KeyTable table;
    KeyMatcher matcher;
    KeySort sort{};
    /// The source's ids in key order and in `sort`; null when not known yet: then only a result of at most
    /// `maxUnpreparedSort` rows is sorted.
    std::shared_ptr<const RowIds> byKey{};
    std::shared_ptr<const RowIds> order{};
    /// The value now of a key that was edited since the source was taken; nullopt: it is absent.
    std::function<rustcask::Result<std::optional<std::string>>(std::string_view key)> currentValue{};
    /// Make rows that edits can change at once, even where an order could be shared.
    bool ownRows = false;
};
/// So many edits find room in an arrangement's own rows: a larger array would have to be copied for them.
inline constexpr std::size_t roomForEdits = 32'768;
inline constexpr std::size_t maxUnpreparedSort = 50'000;

/// The keys of a table that match, in order. nullopt: cancelled, within some milliseconds.
[[nodiscard]] std::optional<Arrangement> arrange(const ArrangeInput& input, PartialHits& partial,
                                                 rustcask::Progress& progress);

/// Puts `more`, which stands in the order `precedes`, to its places among `rows`, which does, too.
template <typename Precedes>
void insertSorted(RowIds& rows, const RowIds& more, const Precedes& precedes) {
    // Far fewer comparisons than merging: each costs a look at a key.
    std::vector<std::size_t> places;
    std::size_t from = 0;
    for (const RowId id : more) {
        from = static_cast<std::size_t>(
            std::lower_bound(rows.begin() + static_cast<std::ptrdiff_t>(from), rows.end(), id, precedes) -
            rows.begin());
        places.push_back(from);
    }
    std::size_t end = rows.size();
    rows.resize(rows.size() + more.size());
    for (std::size_t i = more.size(); i > 0; --i) {
        const std::size_t place = places[i - 1];
        std::move_backward(rows.begin() + static_cast<std::ptrdiff_t>(place),
                           rows.begin() + static_cast<std::ptrdiff_t>(end),
                           rows.begin() + static_cast<std::ptrdiff_t>(end + i));
        rows[place + i - 1] = more[i - 1];
        end = place;
    }
}

} // namespace rustcask::ui
