// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <rustcask/cursor.h>
#include <rustcask/progress.h>
#include <rustcask/result.h>
#include <rustcask/types.h>

/// What takes the space in a database, and which keys are written over again and again. Every function may be called
/// from any thread and writes nothing. Cancelled, each returns what it has counted so far, marked as not complete.
namespace rustcask {

/// Keys that share a beginning.
struct PrefixShare {
    std::string prefix{};    ///< ends with the separator
    std::uint64_t keys = 0;  ///< that begin with it
    std::uint64_t bytes = 0; ///< of these keys and their values
};

struct PrefixReport {
    std::vector<PrefixShare> shares{}; ///< largest first, then by prefix
    std::uint64_t keys = 0;            ///< all that begin with the prefix asked for
    std::uint64_t bytes = 0;
    std::uint64_t ownKeys = 0; ///< of these, those with no separator behind that prefix
    std::uint64_t ownBytes = 0;
    std::uint64_t otherKeys = 0; ///< of prefixes that are too many to be told apart
    std::uint64_t otherBytes = 0;
    std::uint64_t keysSeen = 0; ///< of the snapshot's `size()`; fewer when cancelled
    bool complete = false;
};

/// Groups the keys that begin with `prefix` by what follows up to the next `separator`, from memory alone: in time
/// proportional to the snapshot, in memory to the groups, of which at most `maxGroups` are told apart. Progress counts
/// keys. An empty separator makes no groups.
[[nodiscard]] PrefixReport sizesByPrefix(const Snapshot& snapshot, std::string_view prefix, std::string_view separator,
                                         std::size_t maxGroups, Progress& progress);

struct LargeValue {
    std::string key{};
    std::uint64_t valueBytes = 0;
};

struct LargestReport {
    std::vector<LargeValue> values{}; ///< largest first, then by key
    std::uint64_t keysSeen = 0;
    bool complete = false;
};

/// The `count` largest values among the keys that begin with `prefix`, from memory alone. Progress counts keys.
[[nodiscard]] LargestReport largestValues(const Snapshot& snapshot, std::string_view prefix, std::size_t count,
                                          Progress& progress);

/// A key that has superseded records in the log.
struct OverwrittenKey {
    std::string key{};
    std::uint64_t superseded = 0; ///< records of it that are not the live one, tombstones included
    std::uint64_t bytes = 0;      ///< of those records
    bool live = false;            ///< it has a value now
};

/// Live records written within a span of time.
struct AgeBucket {
    Timestamp begin{};
    std::chrono::milliseconds length{};
    std::uint64_t keys = 0;
    std::uint64_t bytes = 0; ///< of whole records
};

struct LogReport {
    std::vector<OverwrittenKey> overwritten{}; ///< most superseded records first, then by key
    std::uint64_t overwrittenKeys = 0;         ///< all keys with superseded records
    std::uint64_t supersededRecords = 0;
    std::uint64_t supersededBytes = 0;
    std::vector<AgeBucket> ages{}; ///< of equal length, without gap, oldest first; empty when there is no live record
    std::uint64_t liveRecords = 0;
    std::uint64_t filesMissing = 0;  ///< removed by a merge meanwhile: what was in them is not counted
    std::uint64_t keysUncounted = 0; ///< superseded records left out because their keys were too many to count
    bool complete = false;           ///< nothing above is missing and it was not cancelled
};

struct LogAnalysisOptions {
    std::size_t keys = 100;                           ///< how many overwritten keys to name
    std::size_t maxKeys = 4'000'000;                  ///< overwritten keys counted at most, 40 bytes of memory each
    static constexpr std::size_t maxAgeBuckets = 128; ///< `ages` has at least half of it once times differ
};

/// Reads every data file of `directory` once, headers and keys alone where the file is in order, and says of each
/// record whether it is live in `snapshot`. Records newer than the snapshot count no more. Takes 8 bytes a live key.
/// Progress counts files, records and bytes. Errors: ioError, notADatabase.
[[nodiscard]] Result<LogReport> analyzeLog(const std::filesystem::path& directory, const Snapshot& snapshot,
                                           const LogAnalysisOptions& options, Progress& progress);

} // namespace rustcask
