// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <rustcask/cursor.h>
#include <rustcask/keydir_info.h>
#include <rustcask/merge.h>
#include <rustcask/options.h>
#include <rustcask/progress.h>
#include <rustcask/result.h>
#include <rustcask/stats.h>
#include <rustcask/types.h>

namespace rustcask {

class ValueReader;
struct HintReport; // repair.h

namespace io {
class FileSystem; // the engine's seam to the operating system; private
}

/// What the keydir and the record's header say of a key.
struct KeyInfo {
    RecordLocation location{};
    Sequence sequence{};
    Timestamp time{};
    std::uint32_t valueBytes = 0;
};

/// One answer of `Database::getMany`.
struct Lookup {
    bool found = false;  ///< false: the key is absent, and `value` is empty
    std::string value{}; ///< its capacity is reused
};

/// A Bitcask: a directory of append-only data files and a keydir in memory that maps each key to its newest record.
///
/// Every member may be called from any number of threads at once, `close` and the destructor excepted, which must be
/// the last. Reads run in parallel and take no lock that a writer holds; appends are serialised. Operations on one key
/// are linearizable, with a merge running and across it. See doc/concurrency.md.
///
/// Keys have 1 to 65,535 bytes, values 0 to 4 GiB - 1; both are bytes and never interpreted. Violations fail with
/// `invalidArgument`. Any member fails with `closed` after `close`.
class Database {
public:
    /// Opens the database in `directory`, recovering it as needed. Errors: locked (with the holder's pid), notADatabase
    /// (the directory holds files, but none of ours), unsupported, invalidArgument, ioError, noSpace; cancelled with
    /// the second form. Damaged records do not prevent opening: see `Stats` and verify.h.
    [[nodiscard]] static Result<std::unique_ptr<Database>> open(const std::filesystem::path& directory,
                                                                const Options& options = {});
    [[nodiscard]] static Result<std::unique_ptr<Database>> open(const std::filesystem::path& directory,
                                                                const Options& options, Progress& progress);
    ~Database(); ///< closes; errors are lost, so call `close` where they matter
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// Stores `value` under `key`. On failure nothing changed. Errors: readOnly, noSpace, ioError.
    [[nodiscard]] Result<void> put(std::string_view key, std::string_view value);
    /// As `put`, but only if the newest record of `key` is still `expected` (nullopt: the key is absent). False: it is
    /// not, and nothing was written. Errors: those of `put`; corruption (damage may have taken the newest record).
    [[nodiscard]] Result<bool> putIf(std::string_view key, std::string_view value, std::optional<Sequence> expected);
    /// The value of `key`, or nullopt when it is absent. Errors: ioError, corruption.
    [[nodiscard]] Result<std::optional<std::string>> get(std::string_view key) const;
    /// The same into `value`, whose capacity is reused: no allocation once it is large enough. False: absent, and
    /// `value` is empty.
    [[nodiscard]] Result<bool> get(std::string_view key, std::string& value) const;
    /// The values of `keys`, in their order and as many; `results` gets the size of `keys`. Returns how many were
    /// found. Each key is looked up as by `get`, at some moment during the call, but their waits for memory overlap:
    /// several times as fast as one after the other where the database is much larger than the processor's caches.
    /// Errors: those of `get`, of the first key that fails; `results` is of no use then.
    [[nodiscard]] Result<std::size_t> getMany(std::span<const std::string_view> keys,
                                              std::vector<Lookup>& results) const;
    /// Removes `key` by appending a tombstone; writes nothing when it is absent. True: it was there. Errors: those of
    /// `put`.
    [[nodiscard]] Result<bool> remove(std::string_view key);
    /// As `remove`, but only while the newest record of `key` is still `expected`. False: it is not, or the key is
    /// absent, and nothing was written. Errors: those of `putIf`.
    [[nodiscard]] Result<bool> removeIf(std::string_view key, Sequence expected);
    /// Whether `key` has a value. From memory alone, so true also where the newest record, a put or a deletion, turns
    /// out to be damaged: `get` then fails. Errors: corruption (damage may have taken the newest record).
    [[nodiscard]] Result<bool> contains(std::string_view key) const;
    /// Where the newest record of `key` lies and when it was written; nullopt: absent. Reads its header alone: as with
    /// `contains`, the record may be damaged. Errors: ioError, corruption.
    [[nodiscard]] Result<std::optional<KeyInfo>> info(std::string_view key) const;
    /// The keydir's entry of `key`, from memory alone; nullopt: absent.
    [[nodiscard]] Result<std::optional<KeydirEntry>> keydirEntry(std::string_view key) const;
    /// How full the keydir is. Looks at one shard after the other.
    [[nodiscard]] Result<KeydirStats> keydirStats() const;
    /// Of the newest record that the keydir knows; 0: of none. In the files there may be newer ones: those that another
    /// process has appended since `refresh`, or that wait for their fdatasync.
    [[nodiscard]] Sequence lastSequence() const noexcept;

    /// The value of `key` for reading piece by piece, as one does with 100 MB of it (see value_reader.h); nullptr:
    /// absent. Takes time and memory for the key alone. Errors: ioError, corruption.
    [[nodiscard]] Result<std::shared_ptr<const ValueReader>> openValue(std::string_view key) const;

    /// Makes everything appended before the call durable. Errors: ioError; a failed fsync is final: the database turns
    /// read-only, because what the kernel still holds can no longer be known.
    [[nodiscard]] Result<void> sync();
    /// Seals the active file, durably, and begins a new one at the next append. Nothing happens when it is empty.
    [[nodiscard]] Result<void> rotate();

    /// Copies the live records of all files into new ones and removes the old ones, beside readers and writers. One
    /// merge runs at a time; a second call waits. Cancelled or failed, the database is as before. Errors: cancelled,
    /// readOnly, noSpace, ioError, corruption (the file is marked damaged and left out of the next merge).
    [[nodiscard]] Result<MergeReport> merge(Progress& progress);
    [[nodiscard]] Result<MergeReport> merge(const MergeSelection& selection, Progress& progress);
    /// What `merge(selection)` would do now.
    [[nodiscard]] Result<MergePreview> previewMerge(const MergeSelection& selection = {}) const;

    /// Writes a new hint file for every sealed, sound data file whose hint is missing or does not fit, and removes
    /// those of damaged data files that do not fit, as the free `rebuildHints` (repair.h) does with a database that
    /// nobody has open; beside readers, writers and a merge. Files that are not sealed, or go meanwhile, are left
    /// alone. Each hint is replaced atomically: cancelled or failed, the rest is as it was. Reads every data file.
    /// Errors: cancelled, readOnly, noSpace, ioError.
    [[nodiscard]] Result<HintReport> rebuildHints(Progress& progress);

    /// All keys of this moment. Writers are held up shard by shard, each for well under a millisecond.
    [[nodiscard]] Result<std::shared_ptr<const Snapshot>> snapshot() const;

    /// On a read-only database: takes in what another process has appended, rotated or merged since. True: something
    /// changed. On a writable one there is nothing to do.
    [[nodiscard]] Result<bool> refresh();

    /// Cheap enough to call several times a second: proportional to the number of files.
    [[nodiscard]] Stats stats() const;
    /// The failure that turned the database read-only, if one did.
    [[nodiscard]] std::optional<Error> fault() const;
    [[nodiscard]] const std::filesystem::path& directory() const noexcept;
    /// The options given. The merge policy may have been replaced since: see `mergePolicy`.
    [[nodiscard]] const Options& options() const noexcept;
    [[nodiscard]] MergePolicy mergePolicy() const;
    /// Replaces the merge policy; a running merge goes on as it began. Errors: invalidArgument.
    [[nodiscard]] Result<void> setMergePolicy(const MergePolicy& policy);

    /// Makes everything durable, writes the active file's hint and releases the lock. A second call does nothing.
    /// Whatever it returns, the database is closed. Errors: ioError, noSpace; readOnly when a failure had turned it
    /// read-only, so that what was written before may not be durable.
    [[nodiscard]] Result<void> close();

private:
    class Impl;
    explicit Database(std::unique_ptr<Impl> impl) noexcept;
    /// `background` false: no thread of its own, so that tests see every call in one order.
    [[nodiscard]] static Result<std::unique_ptr<Database>> openOn(std::shared_ptr<io::FileSystem> fileSystem,
                                                                  const std::filesystem::path& directory,
                                                                  const Options& options, Progress& progress,
                                                                  bool background = true);
    std::unique_ptr<Impl> m_impl;
    friend class DatabaseTestAccess;
};

} // namespace rustcask
