// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/key_selection.h"

#include <string_view>
#include <unordered_set>

namespace rustcask::ui {

std::optional<std::vector<KeySelection::Range>> findAgain(const KeySelection& chosen, const KeyTable& table,
                                                          const RowIds& rows, rustcask::Progress& progress) {
    constexpr std::size_t perLook = 4096;
    std::unordered_set<std::string_view> keys;
    keys.reserve(chosen.size());
    for (std::size_t i = 0; i < chosen.size(); ++i) {
        if (i % perLook == 0 && progress.isCancelled()) {
            return std::nullopt;
        }
        keys.insert(chosen.entry(i).key);
    }
    std::vector<KeySelection::Range> ranges;
    for (std::size_t row = 0; row < rows.size(); ++row) {
        if (row % perLook == 0 && progress.isCancelled()) {
            return std::nullopt;
        }
        if (!keys.contains(table.entry(rows[row]).key)) {
            continue;
        }
        if (!ranges.empty() && ranges.back().second == row) {
            ++ranges.back().second;
        } else {
            ranges.emplace_back(row, row + 1);
        }
    }
    return ranges;
}

} // namespace rustcask::ui
