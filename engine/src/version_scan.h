// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <rustcask/history.h>

#include "format/data_record.h"
#include "inspect_catalog.h"

/// Reading the records of data files for what they say of keys' versions. What `history` and `VersionIndex` share.
namespace rustcask::versions {

/// Whoever wants to know of a file's records.
class RecordVisitor {
public:
    virtual ~RecordVisitor() = default;
    struct Look {
        std::uint64_t token = 0; ///< handed to `take`
        bool prove = false;      ///< only to be taken when the record's checksum matches
    };
    /// Whether `look` needs the key; otherwise it gets an empty one.
    [[nodiscard]] virtual bool wantsKey(const format::RecordHeader& header) const = 0;
    [[nodiscard]] virtual Look look(const format::RecordHeader& header, std::string_view key) = 0;
    /// The record is sound. In the order of the file; `token` is what `look` said of it.
    virtual void take(const format::RecordHeader& header, std::uint64_t offset, std::uint64_t token) = 0;
};

/// A record that is not what was written, but of which key and sequence number are certain.
struct DamagedRecord {
    std::string key{};
    Sequence sequence{};
    std::optional<Timestamp> until{}; ///< time of the next sound record: versions from before may have been here
};

/// What a file says beside its versions.
struct FileFacts {
    std::uint64_t records = 0;
    Sequence lowest{}; ///< of all records; 0 when there are none
    Sequence highest{};
    std::optional<Timestamp> gapUntil{}; ///< any key's versions from before may have been in damaged bytes
    std::vector<DamagedRecord> damaged{};
    std::uint64_t end = format::fileHeaderBytes; ///< after the last sound record: where a grown file goes on

    void count(Sequence sequence) noexcept;
};

/// Goes through the records of `which` from `facts.end` on and adds to `facts`. From header to header, as long as the
/// file is in order: a length is believed if the next record bears the next sequence number, or else if the record's
/// checksum matches. From the first place on where neither holds, a scanner checks every checksum. With `zerosEnd` a
/// zero header in the newest log ends it: space reserved ahead is not read. Errors: ioError, cancelled.
[[nodiscard]] Result<void> scanRecords(const inspect::WatchedFile& file, const inspect::CatalogFile& which,
                                       bool zerosEnd, RecordVisitor& visitor, FileFacts& facts);

/// Puts the answers of all files of a directory together.
class HistoryBuilder {
public:
    void addVersion(Generation generation, const format::RecordHeader& header, std::uint64_t offset);
    /// What the file says, in ascending order of generations.
    void addFile(const inspect::CatalogFile& file, const FileFacts& facts, std::string_view key);
    [[nodiscard]] History take();

private:
    void incompleteBefore(Timestamp time);

    History m_history;
    Sequence m_lastOfLogs{};
    Sequence m_damagedVersion{};
};

} // namespace rustcask::versions
