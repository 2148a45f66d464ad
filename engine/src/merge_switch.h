// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include <rustcask/result.h>

#include "format/hint.h"
#include "keydir/keydir.h"
#include "log/segment_set.h"

namespace rustcask {

/// What readers are moved to a merge's output with.
struct SwitchTarget {
    log::SegmentSet& segments;
    keydir::Keydir& keydir;
    std::uint64_t chunkBytes = 0;                              ///< of the hint, in memory at a time
    std::function<void(const format::HintEntry& entry)> moved; ///< told of each key that was moved; may be empty
};

/// Points the keydir at the records of `output`, a merge's, and counts them live there and no longer in their old
/// files. `hint` tells of all of them in a fraction of the output's bytes. Each copy takes the place of its original
/// unless the key has a newer record by now. The sequence number identifies the record: a copy has the same, and
/// nothing else does. Readers and writers may be at work. The counters may lag behind by some records meanwhile.
/// Errors: ioError; corruption when the hint is not what the merge wrote, which some keys may have been moved by.
[[nodiscard]] Result<void> switchToOutput(const SwitchTarget& target, log::Segment& output,
                                          const std::filesystem::path& hint);

} // namespace rustcask
