// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <array>

#include "models/key_source.h"

namespace rustcask::ui {

/// Calls `see(index, entry)` for the keys `begin` to `end - 1` of a source, in their order. The keys of a batch are
/// asked for before the first is looked at, so that the processor waits for their memory once and not for each of them.
template <typename See>
void forEachEntry(const KeySource& source, std::size_t begin, std::size_t end, const See& see) {
    std::array<rustcask::SnapshotEntry, 32> batch;
    while (begin < end) {
        const std::size_t count = std::min(batch.size(), end - begin);
        for (std::size_t i = 0; i < count; ++i) {
            batch[i] = source.entry(begin + i);
#if defined(__GNUC__)
            __builtin_prefetch(batch[i].key.data());
#endif
        }
        for (std::size_t i = 0; i < count; ++i) {
            see(begin + i, batch[i]);
        }
        begin += count;
    }
}

} // namespace rustcask::ui
