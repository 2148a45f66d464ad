// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <rustcask/types.h>

namespace rustcask {

/// Which files a merge takes.
struct MergeSelection {
    enum class Kind : std::uint8_t {
        everything, ///< every sealed file, after sealing the active one: reclaims all dead bytes
        policy,     ///< what `Options::merge` chooses at this moment, triggers disregarded
        files,      ///< `generations`; the active file is sealed first if it is among them
    };
    Kind kind = Kind::everything;
    std::vector<Generation> generations{}; ///< only with `files`
};

/// One file that a merge would take, and why.
struct MergeCandidate {
    Generation generation{};
    std::uint64_t bytes = 0;
    std::uint64_t liveBytes = 0;
    double deadFraction = 0; ///< dead records and droppable tombstones over all records, 0 to 1
    std::string reason{};    ///< "62 % of its keys are dead (trigger: 60 %)"
};

/// What a merge would do, from statistics alone: nothing is read or written. Exact while nobody writes, because a merge
/// copies live records byte for byte.
struct MergePreview {
    std::vector<MergeCandidate> files{};
    std::vector<Generation> damagedLeftOut{}; ///< files with damaged records: kept for salvage, never merged; and a log
                                              ///< that alone tells which records are newer than the damage
    bool triggered = false;                   ///< whether a trigger of the policy is met
    std::uint64_t bytesRead = 0;              ///< data file bytes to read
    std::uint64_t bytesWritten = 0;           ///< upper bound where some tombstones must be kept
    std::uint64_t bytesReclaimed = 0;         ///< `bytesRead` less `bytesWritten`
    std::uint64_t versionsLost = 0;           ///< superseded records that go
    std::uint64_t tombstonesDropped = 0;      ///< lower bound: those that surely go
    std::uint64_t freeBytesNeeded = 0;        ///< on top of what is used now, while it runs
    std::uint64_t freeBytesAvailable = 0;     ///< on the file system
};

/// What a merge did.
struct MergeReport {
    std::vector<Generation> inputs{};  ///< removed files
    std::vector<Generation> outputs{}; ///< written files; empty when nothing in the inputs was live
    std::vector<Generation> damagedLeftOut{};
    std::uint64_t recordsRead = 0;
    std::uint64_t recordsCopied = 0;
    std::uint64_t versionsDropped = 0;
    std::uint64_t tombstonesDropped = 0;
    std::uint64_t tombstonesKept = 0;
    std::uint64_t bytesRead = 0;
    std::uint64_t bytesWritten = 0;
    std::uint64_t bytesReclaimed = 0;
    std::chrono::nanoseconds elapsed{0};
};

} // namespace rustcask
