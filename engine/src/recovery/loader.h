// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <rustcask/events.h>
#include <rustcask/progress.h>
#include <rustcask/result.h>

#include "keydir/keydir.h"
#include "log/segment_set.h"

namespace rustcask::recovery {

/// What a file's records are loaded into, and by which rule.
struct LoadTarget {
    log::SegmentSet& segments;
    keydir::Keydir& keydir;
    std::uint64_t chunkBytes = 0;
    Progress* progress = nullptr;            ///< may be null
    const EventListener* listener = nullptr; ///< may be null or empty
    /// For a follower: every record up to this sequence number is known, so that one which is not in the keydir is
    /// dead. 0: nothing is known.
    std::uint64_t knownSequence = 0;
    unsigned threads = 1; ///< that may work on one hint file
};

/// Loads `segment` from its hint file if that fits. False: there is none, or it does not fit; nothing was changed then.
/// Errors: ioError, cancelled.
[[nodiscard]] Result<bool> loadHint(const LoadTarget& target, log::Segment& segment, std::uint64_t fileBytes);

/// How a scan treats the first bad record.
enum class TailRule : std::uint8_t {
    resynchronise, ///< report it and go on at the next sound record
    stop,          ///< it is the end: the newest file of a writer that was interrupted, or that is still writing
};

/// Loads the records of `segment` from its logical end (`Segment::bytes`) to `fileBytes`, and moves the logical end.
/// Damaged records whose key is known enter the keydir, so that a get of the key is an error and never an older value.
/// Errors: ioError, cancelled.
[[nodiscard]] Result<void> loadRecords(const LoadTarget& target, log::Segment& segment, std::uint64_t fileBytes,
                                       TailRule rule);

} // namespace rustcask::recovery
