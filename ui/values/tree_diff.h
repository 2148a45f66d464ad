// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "values/value_tree.h"

namespace rustcask::ui {

/// One difference in the structure of two values.
struct TreeChange {
    enum class Kind : quint8 { changed, added, removed };
    Kind kind = Kind::changed;
    QString path{};   ///< "lines[2].qty"
    QString before{}; ///< literal, shortened; "" when added
    QString after{};
};

struct TreeDiff {
    std::vector<TreeChange> changes{};
    bool cut = false; ///< there are more than `maxTreeChanges`
};

inline constexpr std::size_t maxTreeChanges = 10'000;

/// What it takes to get from one tree to the other: entries of maps by name (the order of names does not count,
/// repeated ones pair up in their order), items of arrays by position with what was inserted or removed found where the
/// rest is equal, literals as they stand (1.0 is not 1). Pure.
[[nodiscard]] TreeDiff diffTrees(const ValueTree& before, const ValueTree& after);

/// A few words for a list: "total 119.90 → 129.90", "big added", "3 changes"; empty: nothing changed.
[[nodiscard]] QString changeSummary(const TreeDiff& diff);

} // namespace rustcask::ui
