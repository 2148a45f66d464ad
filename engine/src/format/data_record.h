// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include <rustcask/types.h>

#include "format/endian.h"

/// Bytes of data files (doc/format.md, "Data file"). Pure functions; values stored here are frozen.
namespace rustcask::format {

inline constexpr std::string_view dataMagic{"\x89RCK\r\n\x1a\n", 8}; // as PNG's: shows transfers in text mode
inline constexpr std::uint16_t formatVersion = 1;
inline constexpr std::uint64_t fileHeaderBytes = 32;
inline constexpr std::uint64_t recordHeaderBytes = 28;
inline constexpr std::uint16_t mergeOutputFlag = 1;                        // file header
inline constexpr std::uint16_t tombstoneFlag = 1;                          // record
inline constexpr std::uint64_t maxSequence = (std::uint64_t{1} << 48) - 1; // the keydir keeps 48 bits

/// Offsets of the fields, for `inspect` and tests.
namespace header_at {
inline constexpr std::uint64_t magic = 0, version = 8, flags = 10, generation = 12, created = 20, checksum = 28;
}
namespace record_at {
inline constexpr std::uint64_t checksum = 0, sequence = 4, time = 12, keySize = 20, valueSize = 22, flags = 26,
                               key = 28;
}

struct FileHeader {
    Generation generation{};
    Timestamp created{};
    bool mergeOutput = false; ///< written by a merge: complete or not there, and never cut
};

enum class HeaderVerdict : std::uint8_t {
    valid,
    missing, ///< created, but the header never got to the disk, or not the whole of it: fewer than 32 bytes, those of
             ///< the magic right or zero; or zeros in the place of the magic or of all that follows its front
    foreign, ///< another magic: not a file of this engine
    unknownVersion,
    damaged, ///< checksum does not match
};

void encodeFileHeader(const FileHeader& header, char* out) noexcept; ///< writes 32 bytes
[[nodiscard]] HeaderVerdict decodeFileHeader(std::string_view bytes, FileHeader& header) noexcept;

struct RecordHeader {
    std::uint32_t checksum = 0;
    Sequence sequence{};
    Timestamp time{};
    std::uint16_t keySize = 0;
    std::uint32_t valueSize = 0;
    std::uint16_t flags = 0;

    [[nodiscard]] bool tombstone() const noexcept { return (flags & tombstoneFlag) != 0; }
    [[nodiscard]] std::uint64_t recordBytes() const noexcept { return recordHeaderBytes + keySize + valueSize; }
};

[[nodiscard]] constexpr std::uint64_t recordBytes(std::size_t keyBytes, std::uint64_t valueBytes) noexcept {
    return recordHeaderBytes + keyBytes + valueBytes;
}

/// Writes a whole record, checksum included, to `out`, which has room for `recordBytes(key, value)`.
void encodeRecord(char* out, Sequence sequence, Timestamp time, std::string_view key, std::string_view value,
                  bool tombstone) noexcept;

/// The same in two steps, so that a caller can do something in between: all but the checksum, which stays what it was;
/// then the checksum of the `bytes` of the whole record.
void encodeWithoutChecksum(char* out, Sequence sequence, Timestamp time, std::string_view key, std::string_view value,
                           bool tombstone) noexcept;
void encodeChecksum(char* record, std::size_t bytes) noexcept;

/// Writes header and key alone, the checksum covering `value` too, for callers that write a long value from where it
/// is.
void encodeRecordPrefix(char* out, Sequence sequence, Timestamp time, std::string_view key, std::string_view value,
                        bool tombstone) noexcept;

/// @pre 28 readable bytes.
[[nodiscard]] inline RecordHeader decodeRecordHeader(const char* at) noexcept {
    RecordHeader header;
    header.checksum = loadU32(at + record_at::checksum);
    header.sequence = Sequence{loadU64(at + record_at::sequence)};
    header.time = Timestamp{std::chrono::milliseconds{static_cast<std::int64_t>(loadU64(at + record_at::time))}};
    header.keySize = loadU16(at + record_at::keySize);
    header.valueSize = loadU32(at + record_at::valueSize);
    header.flags = loadU16(at + record_at::flags);
    return header;
}

/// Whether a writer of this version could have written these fields: says nothing about the checksum, but is asked
/// before a length is believed.
[[nodiscard]] bool isPlausible(const RecordHeader& header) noexcept;

/// Checksum of a whole record's covered bytes. @pre record.size() >= 28.
[[nodiscard]] std::uint32_t computeRecordChecksum(std::string_view record) noexcept;

} // namespace rustcask::format
