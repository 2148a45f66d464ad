// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <rustcask/progress.h>
#include <rustcask/result.h>
#include <rustcask/types.h>

/// Looking at the bytes of a database without opening it: no lock is taken and nothing is written.
namespace rustcask {

/// What a directory turned out to hold.
enum class DirectoryKind : std::uint8_t {
    missing,       ///< no such directory
    empty,         ///< nothing in it
    rustcask,      ///< this engine's files
    rustcaskCrate, ///< files of the `rustcask` crate, which bear the same names without a header
    riak,          ///< files of Riak's Bitcask
    other,         ///< none of these
};

enum class FileKind : std::uint8_t { data, hint, mergeRecord, temporary, lock, other };

/// One file of a directory, by name and size.
struct FileEntry {
    std::filesystem::path path{};
    FileKind kind = FileKind::other;
    Generation generation{}; ///< 0 when the name has none
    std::uint64_t bytes = 0;
};

struct DirectoryListing {
    DirectoryKind kind = DirectoryKind::missing;
    std::string description{};      ///< one sentence for people: what was found
    std::vector<FileEntry> files{}; ///< data files first, then hints, each ascending by generation
};

/// Looks at names and first bytes only; links are not followed. Errors: ioError. Never `notADatabase`: that is what
/// `kind` tells, of a path that is a file too. A directory with nothing but a lock file, temporary files or data files
/// whose header never got to the disk is one of ours.
[[nodiscard]] Result<DirectoryListing> listDirectory(const std::filesystem::path& directory);

/// Which field of a file a range of bytes is. Colours and lessons hang on these.
enum class Field : std::uint8_t {
    magic,
    version,
    fileFlags,
    generation,
    creationTime,
    headerChecksum, // file header
    checksum,
    sequence,
    time,
    keySize,
    valueSize,
    flags,
    key,
    value, // record
    hintDataBytes,
    hintRecords,
    hintTombstones,
    hintTombstoneBytes,
    hintLowestSequence,
    hintHighestSequence,
    hintEntries,
    hintEntryBytes,
    hintOffset,
    hintChecksum, // hint file
    garbage,
    unused, // no field
};

[[nodiscard]] std::string_view fieldName(Field field) noexcept;

/// A named range of bytes of a file.
struct FieldSpan {
    Field field = Field::garbage;
    std::uint64_t offset = 0; ///< from the start of the file
    std::uint64_t bytes = 0;
    std::string decoded{}; ///< the value as text; keys, values and garbage as they are, at most 256 bytes of them
    bool valid = true;     ///< false: this field is what is wrong
};

/// What stands in a range of a file. A header, entry or trailer keeps its kind when it is damaged but still in its
/// place; its verdict says so.
enum class RecordKind : std::uint8_t {
    fileHeader,
    put,
    tombstone,
    hintHeader,
    hintEntry,
    hintTrailer,
    damaged,
    unused
};

[[nodiscard]] std::string_view recordKindName(RecordKind kind) noexcept;

/// One record, header, entry or gap: every byte of a file belongs to exactly one.
struct RecordInfo {
    RecordKind kind = RecordKind::damaged;
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
    Sequence sequence{};
    Timestamp time{};
    std::uint32_t keyBytes = 0;
    std::uint32_t valueBytes = 0;
    std::uint32_t storedChecksum = 0;
    std::uint32_t computedChecksum = 0; ///< of the bytes as they are; 0 where nothing is covered by a checksum
    std::uint64_t dataOffset = 0;       ///< hint entry: where its record begins in the data file
    bool tombstone = false;             ///< tombstone, or the hint entry of one
    std::string key{};                  ///< whole; of a damaged record only where it is certain enough to be shown
    std::string verdict{};              ///< empty when sound; otherwise what is wrong, one sentence without full stop
};

/// Reads one data or hint file record by record, as it was when it was opened: what is appended later is not looked at,
/// but for the rest of a record that was half written then. Damage is believed only when it is still the same at a
/// second look, because another process may be writing it at this moment.
/// Takes memory for what it returns, never on the word of a length field. Not thread-safe; holds the file open.
class FileInspector {
public:
    /// Errors: ioError, notADatabase when the name is none of a data or hint file.
    [[nodiscard]] static Result<std::unique_ptr<FileInspector>> open(const std::filesystem::path& file);
    virtual ~FileInspector() = default;

    [[nodiscard]] virtual FileKind kind() const = 0;
    [[nodiscard]] virtual Generation generation() const = 0;
    /// Length when it was opened; more once `next` has returned a record that was half written then.
    [[nodiscard]] virtual std::uint64_t bytes() const = 0;
    /// The next record in file order; nullopt at the end. Errors: ioError.
    [[nodiscard]] virtual Result<std::optional<RecordInfo>> next() = 0;
    /// Continues at `offset`, which must be the start of a record returned before (or 0, or `bytes()`).
    virtual void seek(std::uint64_t offset) = 0;
    /// The fields of a record that `next` returned, covering it byte for byte in file order. Empty fields are left out.
    /// Of a damaged record the bytes are shown as they are, and the field at fault is marked where it can be told.
    [[nodiscard]] virtual Result<std::vector<FieldSpan>> fields(const RecordInfo& record) = 0;
    /// Raw bytes; shorter than asked for at the end of the file.
    [[nodiscard]] virtual Result<std::string> read(std::uint64_t offset, std::uint64_t bytes) = 0;
};

} // namespace rustcask
