// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <rustcask/progress.h>

#include "models/key_overlay.h"

namespace rustcask::ui {

/// Keys that somebody has chosen in a list, as ranges of its rows: a million of them take no more than one. A value
/// that owns what it reads, so that a worker can go through it long after the list has changed.
class KeySelection {
public:
    using Range = std::pair<std::size_t, std::size_t>; ///< rows from the first to before the second

    KeySelection() = default;
    /// The ranges in any order; they may overlap. @pre they lie within the rows
    KeySelection(KeyTable table, std::shared_ptr<const RowIds> rows, std::vector<Range> ranges)
        : m_table(std::move(table)), m_rows(std::move(rows)) {
        std::sort(ranges.begin(), ranges.end());
        for (const auto& [begin, end] : ranges) {
            const std::size_t from = m_ranges.empty() ? begin : std::max(begin, m_ranges.back().second);
            if (from < end) {
                m_ranges.emplace_back(from, end);
                m_ends.push_back(size() + end - from);
            }
        }
    }

    [[nodiscard]] std::size_t size() const noexcept { return m_ends.empty() ? 0 : m_ends.back(); }
    [[nodiscard]] bool isEmpty() const noexcept { return m_ends.empty(); }
    /// @pre index < size()
    [[nodiscard]] RowId id(std::size_t index) const noexcept {
        const auto range =
            static_cast<std::size_t>(std::upper_bound(m_ends.begin(), m_ends.end(), index) - m_ends.begin());
        const std::size_t before = range == 0 ? 0 : m_ends[range - 1];
        return (*m_rows)[m_ranges[range].first + (index - before)];
    }
    /// In the order of the rows. The key borrows from the selection. @pre index < size()
    [[nodiscard]] rustcask::SnapshotEntry entry(std::size_t index) const noexcept { return m_table.entry(id(index)); }
    [[nodiscard]] const KeyTable& table() const noexcept { return m_table; }

private:
    KeyTable m_table;
    std::shared_ptr<const RowIds> m_rows;
    std::vector<Range> m_ranges;
    std::vector<std::size_t> m_ends; // how many keys there are up to the end of each range
};

/// Where the chosen keys stand among `rows` of another list, in ascending ranges; keys that are not there any more are
/// left out. Looks at every row: for a worker. nullopt: cancelled.
[[nodiscard]] std::optional<std::vector<KeySelection::Range>>
findAgain(const KeySelection& chosen, const KeyTable& table, const RowIds& rows, rustcask::Progress& progress);

} // namespace rustcask::ui
