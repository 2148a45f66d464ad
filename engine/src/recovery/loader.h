// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include <rustcask/events.h>
#include <rustcask/progress.h>
#include <rustcask/result.h>

#include "format/hint.h"
#include "io/file_system.h"
#include "keydir/keydir.h"
#include "log/segment_set.h"
#include "recovery/distinct_keys.h"

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
    unsigned threads = 1; ///< that may work on one file
};

/// A hint file of a data file: its checksum matches and it does not contradict itself. Its header's length may not be
/// the data file's, but so many bytes of the data file were durable before the hint was begun.
struct SoundHint {
    std::filesystem::path path;
    std::uint64_t bytes = 0;
    format::HintHeader header{};
    std::uint32_t checksum = 0;
    std::uint64_t newestOffset = 0; ///< in the data file, of the record with the highest sequence number
    std::uint64_t newestTombstoneBytes = 0;
};

/// The hint of `segment`; nullopt when there is none to be believed. Its keys are added to `keys`, unless that is null.
/// Errors: ioError, cancelled.
[[nodiscard]] Result<std::optional<SoundHint>> findHint(const LoadTarget& target, const log::Segment& segment,
                                                        DistinctKeys* keys);

/// Loads `segment` of `fileBytes` from its hint. False: another hint has taken its place since, or the data file says
/// otherwise in one of the places where it is asked; nothing was changed then. If the data file is shorter than the
/// hint's, what was cut off enters the keydir all the same, so that a get of it is an error and never an older value.
/// Errors: ioError, cancelled.
[[nodiscard]] Result<bool> loadHint(const LoadTarget& target, log::Segment& segment, const SoundHint& hint,
                                    std::uint64_t fileBytes);

/// How a scan treats the first bad record.
enum class TailRule : std::uint8_t {
    resynchronise, ///< report it and go on at the next sound record
    durable,       ///< the same, and zeros at the end are no reserved space: records are known to have been there
    stop,          ///< it is the end: the newest file of a writer that was interrupted, or that is still writing
};

/// Loads the records of `segment` from its logical end (`Segment::bytes`) to `fileBytes`, and moves the logical end.
/// Damaged records whose key is known enter the keydir, so that a get of the key is an error and never an older value.
/// Errors: ioError, cancelled.
[[nodiscard]] Result<void> loadRecords(const LoadTarget& target, log::Segment& segment, std::uint64_t fileBytes,
                                       TailRule rule);

} // namespace rustcask::recovery
