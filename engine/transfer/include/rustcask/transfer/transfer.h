// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include <rustcask/cursor.h>
#include <rustcask/database.h>
#include <rustcask/progress.h>
#include <rustcask/transfer/records.h>

namespace rustcask::transfer {

struct TransferReport {
    std::uint64_t records = 0;
    std::uint64_t bytes = 0; ///< of keys and values
};

/// The indexes of the snapshot's entries whose keys begin with `prefix`, in byte order of the keys. Costs 8 bytes a
/// key. Errors: cancelled.
[[nodiscard]] Result<std::vector<std::size_t>> sortedByKey(const Snapshot& snapshot, std::string_view prefix,
                                                           Progress& progress);

/// Writes the records of the snapshot whose keys begin with `prefix`, in byte order of the keys, holding one value in
/// memory at a time, and finishes the writer. Progress counts keys and the bytes of values. Errors: cancelled, those of
/// the writer and of `Snapshot::value`.
[[nodiscard]] Result<TransferReport> exportRecords(const Snapshot& snapshot, std::string_view prefix,
                                                   RecordWriter& writer, Progress& progress);

/// Puts every record of the reader. Progress counts records and the bytes of the source. What was put before a failure
/// stays, and `report` tells how much. Errors: cancelled, those of the reader and of `Database::put`.
[[nodiscard]] Result<void> importRecords(Database& database, RecordReader& reader, Progress& progress,
                                         TransferReport& report);

} // namespace rustcask::transfer
