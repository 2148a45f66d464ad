// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <rustcask/cursor.h>
#include <rustcask/database.h>
#include <rustcask/progress.h>
#include <rustcask/transfer/records.h>

namespace rustcask::transfer {

/// What a transfer came to. Exact, also of one that failed or was cancelled.
struct TransferReport {
    std::uint64_t records = 0;   ///< written to the target; with `import`, stored in the database
    std::uint64_t bytes = 0;     ///< of their keys and values
    std::uint64_t replaced = 0;  ///< import: of `records`, those whose key had a value
    std::uint64_t kept = 0;      ///< import: left out because their key had a value (`ConflictPolicy::keep`)
    std::uint64_t malformed = 0; ///< import: left out because they could not be read or stored
    std::uint64_t absent = 0;    ///< export of chosen keys: those that had been removed meanwhile
};

/// Which keys an export takes: those that meet both conditions.
struct KeySelection {
    std::string prefix{};     ///< the key begins with it
    std::string containing{}; ///< and holds it somewhere
    [[nodiscard]] bool matches(std::string_view key) const noexcept {
        return key.starts_with(prefix) && key.find(containing) != std::string_view::npos;
    }
};

/// What an import does with a record whose key has a value already, be it from before or from a record further up.
enum class ConflictPolicy : std::uint8_t {
    overwrite, ///< stores the record: of several of one key the last counts
    keep,      ///< leaves it out: what is there stays
    fail,      ///< ends with invalidArgument, naming the key; what was stored before stays
};

[[nodiscard]] std::string_view conflictPolicyName(ConflictPolicy policy) noexcept;
[[nodiscard]] std::optional<ConflictPolicy> conflictPolicyFromName(std::string_view name) noexcept;

/// What became of a record.
enum class Stored : std::uint8_t {
    fresh, ///< its key had no value
    over,  ///< it replaced one
    kept,  ///< left out: its key has a value (`ConflictPolicy::keep`)
};

/// Stores one record as the policy says. Errors: with `ConflictPolicy::fail` that of `conflictWith`; those of
/// `Database::put`.
[[nodiscard]] Result<Stored> storeRecord(Database& database, std::string_view key, std::string_view value,
                                         ConflictPolicy policy);
/// The error of a record whose key has a value already: invalidArgument, naming the key.
[[nodiscard]] Error conflictWith(std::string_view key);

struct ImportOptions {
    ConflictPolicy conflicts = ConflictPolicy::overwrite;
    /// Goes on behind records that are malformed or no pair the database can hold, where the reader can.
    bool skipMalformed = false;
    /// Told of each of those, in the importing thread.
    std::function<void(const Error&)> onMalformed{};
    /// Stores a record in place of `storeRecord`, for those who want to undo it later.
    std::function<Result<Stored>(std::string_view key, std::string_view value)> store{};
};

/// The indexes of the snapshot's entries whose keys begin with `prefix`, in byte order of the keys. Costs 32 bytes a
/// key while it sorts, 8 afterwards. Errors: cancelled.
[[nodiscard]] Result<std::vector<std::size_t>> sortedByKey(const Snapshot& snapshot, std::string_view prefix,
                                                           Progress& progress);

/// The same for the keys of a selection.
[[nodiscard]] Result<std::vector<std::size_t>> sortedByKey(const Snapshot& snapshot, const KeySelection& selection,
                                                           Progress& progress);

/// Writes the records of the snapshot whose keys are selected, in byte order of the keys, holding one value in
/// memory at a time, and finishes the writer. Progress counts keys and the bytes of values. Errors: cancelled, those of
/// the writer and of `Snapshot::value`.
[[nodiscard]] Result<TransferReport> exportRecords(const Snapshot& snapshot, const KeySelection& selection,
                                                   RecordWriter& writer, Progress& progress);

/// The key number `index` of those chosen; valid until the next call. Called in the exporting thread.
using KeyAt = std::function<std::string_view(std::size_t index)>;

/// The value of the key number `index` into `value`, whose capacity is reused. False: there is none to be had. Called
/// in the exporting thread.
using ValueAt = std::function<Result<bool>(std::size_t index, std::string& value)>;

/// Writes the records of `count` chosen keys in the order of their numbers, each with its value of the moment it is
/// read, and finishes the writer. Progress counts keys and the bytes of values. Errors: cancelled, those of the writer
/// and of `Database::get`.
[[nodiscard]] Result<TransferReport> exportKeys(const Database& database, std::size_t count, const KeyAt& keyAt,
                                                RecordWriter& writer, Progress& progress);

/// The same with values from elsewhere than the database, such as those of an earlier moment. Errors: cancelled, those
/// of the writer and of `valueAt`.
[[nodiscard]] Result<TransferReport> exportKeys(std::size_t count, const KeyAt& keyAt, const ValueAt& valueAt,
                                                RecordWriter& writer, Progress& progress);

/// Puts the records of the reader, in their order. Progress counts records read and the bytes of the source. What was
/// put before a failure stays, and `report` tells how much. Errors: cancelled, those of the reader and of
/// `Database::put`.
[[nodiscard]] Result<void> importRecords(Database& database, RecordReader& reader, const ImportOptions& options,
                                         Progress& progress, TransferReport& report);

} // namespace rustcask::transfer
