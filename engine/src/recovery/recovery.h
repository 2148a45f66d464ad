// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include <rustcask/options.h>
#include <rustcask/progress.h>
#include <rustcask/result.h>

#include "recovery/loader.h"

namespace rustcask::recovery {

/// One data file as found in a directory.
struct FoundFile {
    Generation generation{};
    std::filesystem::path path; ///< with the temporary suffix for an output whose merge was committed but not finished
    std::uint64_t bytes = 0;
};

/// What a directory holds, merge records taken into account.
struct FoundFiles {
    std::vector<FoundFile> data;                  ///< ascending; without files that a committed merge has superseded
    std::uint64_t highestGeneration = 0;          ///< of every name seen: data, hint, merge record, temporary, torn
    std::vector<std::filesystem::path> leftovers; ///< temporary files that belong to nothing
    bool empty = true;                            ///< no data, hint, merge or temporary file of ours
    std::optional<Generation> missingOutput;      ///< of a committed merge: it must not pass for done without it
    bool lockFile = false;                        ///< a database, if only one that was never written to
    std::uint64_t foreignEntries = 0;             ///< names that are none of ours
};

/// Lists `directory`. Errors: ioError; corruption for a damaged merge record, without which nobody can say which files
/// count.
[[nodiscard]] Result<FoundFiles> findFiles(io::FileSystem& fileSystem, const std::filesystem::path& directory);

/// The same beside another process that appends, rotates and merges. A listing is not of one moment: it may have
/// neither a merge's input nor its output, or an older file's length from before a newer one was begun. What is
/// returned was there, and finished but for the newest file: two listings in a row with the same files, or with newer
/// ones beside them and a third for the lengths. Errors: as `findFiles`; corruption when a merge's output is gone;
/// ioError after 100 listings that do not agree.
[[nodiscard]] Result<FoundFiles> findFilesBesideAWriter(io::FileSystem& fileSystem,
                                                        const std::filesystem::path& directory);

/// Finishes merges that were committed but interrupted (renames outputs, removes inputs) and removes leftovers.
/// Idempotent; only for the holder of the lock. Errors: ioError, corruption.
[[nodiscard]] Result<void> finishInterrupted(io::FileSystem& fileSystem, const std::filesystem::path& directory,
                                             const EventListener& listener);

/// A database as recovery leaves it.
struct Recovered {
    std::uint64_t highestSequence = 0;
    std::uint64_t highestGeneration = 0;
    std::shared_ptr<log::Segment> newest;                   ///< the newest log file, if appends may continue in it
    std::vector<std::shared_ptr<log::Segment>> withoutHint; ///< sealed and sound: worth a hint file
};

/// Loads every data file of `directory` into keydir and segments, on several threads. `options.readOnly`: nothing is
/// written; otherwise the newest log file is cut after its last sound record. Errors: ioError, notADatabase,
/// unsupported, corruption, cancelled.
[[nodiscard]] Result<Recovered> recover(const LoadTarget& target, const std::filesystem::path& directory,
                                        const Options& options);

/// A file whose segment is made and whose hint is checked. Nothing of it is in the keydir yet.
struct PreparedFile {
    std::shared_ptr<log::Segment> segment;
    std::optional<SoundHint> hint;
    bool headerMissing = false;
};

/// The first half of `loadFile`; the keys that a sound hint tells of are added to `keys`, unless that is null.
[[nodiscard]] Result<PreparedFile> prepareFile(const LoadTarget& target, const FoundFile& file, bool newestLog,
                                               DistinctKeys* keys);
/// The second half: loads it.
[[nodiscard]] Result<void> loadPrepared(const LoadTarget& target, const FoundFile& file, bool newestLog,
                                        const PreparedFile& prepared);

/// Makes the segment of one file and loads it; `newestLog`: it may end in a torn record. Used by `recover` and by
/// followers.
[[nodiscard]] Result<std::shared_ptr<log::Segment>> loadFile(const LoadTarget& target, const FoundFile& file,
                                                             bool newestLog);

/// Whether the file is a log file (or too damaged to tell), that is not the output of a merge. Errors: ioError,
/// notADatabase, unsupported.
[[nodiscard]] Result<bool> isLogFile(io::FileSystem& fileSystem, const FoundFile& file);

} // namespace rustcask::recovery
