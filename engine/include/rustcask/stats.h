// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include <rustcask/types.h>

namespace rustcask {

/// One data file in numbers. `liveBytes + tombstoneBytes + deadBytes() + headerBytes` is the file's logical length. All
/// byte counts are of whole records.
struct FileStats {
    Generation generation{};
    bool active = false;      ///< receives appends
    bool mergeOutput = false; ///< written by a merge
    bool hasHint = false;     ///< a fitting hint file stands beside it
    bool damaged = false;     ///< at least one bad record was met in it
    std::uint64_t bytes = 0;  ///< logical length, without space reserved ahead
    std::uint64_t hintBytes = 0;
    std::uint64_t headerBytes = 0;
    std::uint64_t records = 0; ///< all of them: live, dead and tombstones
    std::uint64_t liveKeys = 0;
    std::uint64_t liveBytes = 0;
    std::uint64_t tombstones = 0;
    std::uint64_t tombstoneBytes = 0;

    [[nodiscard]] std::uint64_t deadRecords() const noexcept { return records - liveKeys - tombstones; }
    /// Bytes that hold neither live record, tombstone nor header: superseded records and damaged ranges.
    [[nodiscard]] std::uint64_t deadBytes() const noexcept { return bytes - headerBytes - liveBytes - tombstoneBytes; }
};

/// A database in numbers, at one moment.
struct Stats {
    std::vector<FileStats> files{}; ///< ascending by generation
    std::uint64_t liveKeys = 0;
    std::uint64_t liveBytes = 0;
    std::uint64_t deadBytes = 0; ///< superseded records and damaged ranges
    std::uint64_t tombstoneBytes = 0;
    std::uint64_t dataBytes = 0; ///< logical length of all data files
    std::uint64_t hintBytes = 0;
    std::uint64_t keydirBytes = 0; ///< memory of the keydir, keys included
    std::uint64_t keyBytes = 0;    ///< bytes of the keys alone
    Sequence lastSequence{};       ///< of the newest record; 0 in an empty database
    std::uint64_t puts = 0;        ///< by this handle, since it was opened; likewise the following
    std::uint64_t removes = 0;
    std::uint64_t gets = 0; ///< counted without synchronisation: exact once the readers are quiet
    std::uint64_t syncs = 0;
    std::uint64_t bytesAppended = 0;
    std::uint64_t rotations = 0;
    std::uint64_t merges = 0;
    bool mergeRunning = false;
    std::vector<Generation> mergeInputs{}; ///< of the merge that runs, in the order in which it reads them
    std::uint64_t mergeBytesRead = 0;      ///< of these files, so far
};

} // namespace rustcask
