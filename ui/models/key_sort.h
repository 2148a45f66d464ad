// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>

#include <rustcask/progress.h>

#include "models/key_source.h"

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

/// All of a source's ids in ascending key order; nullopt: cancelled, within some milliseconds. Takes 12 bytes a key
/// beside the result while it works.
[[nodiscard]] std::optional<RowIds> sortByKey(const KeySource& source, const rustcask::Progress& progress);
/// The same in any order, from the ids in key order.
[[nodiscard]] std::optional<RowIds> sortFrom(const KeySource& source, const RowIds& byKey, const KeySort& sort,
                                             const rustcask::Progress& progress);

} // namespace rustcask::ui
