// SPDX-License-Identifier: Apache-2.0
// How to use: files of a database made by the encoders, without a database.
//
//     DataFileBuilder file(7);
//     file.put(1, "key", "value").remove(2, "key");
//     writeBytes(directory / "7.rustcask.data", file.bytes);
//     writeBytes(directory / "7.rustcask.hint", hintFor(file));
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "format/checksum.h"
#include "format/data_record.h"
#include "format/endian.h"
#include "format/hint.h"
#include "io/file_system.h"

namespace rustcask::test {

inline constexpr Timestamp exampleTime{std::chrono::milliseconds{1'767'323'045'678}}; // 2026-01-02 03:04:05.678 UTC

struct BuiltRecord {
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
    std::uint64_t sequence = 0;
    std::string key{};
    std::string value{};
    bool tombstone = false;
};

/// A record's time is `exampleTime` plus its sequence number in milliseconds.
inline std::string recordBytesOf(std::uint64_t sequence, std::string_view key, std::string_view value,
                                 bool tombstone = false) {
    std::string bytes(static_cast<std::size_t>(format::recordBytes(key.size(), value.size())), '\0');
    format::encodeRecord(bytes.data(), Sequence{sequence},
                         exampleTime + std::chrono::milliseconds{static_cast<std::int64_t>(sequence)}, key, value,
                         tombstone);
    return bytes;
}

class DataFileBuilder {
public:
    explicit DataFileBuilder(std::uint64_t number, bool mergeOutput = false, Timestamp created = exampleTime)
        : generation{number}, bytes(format::fileHeaderBytes, '\0') {
        format::encodeFileHeader({.generation = generation, .created = created, .mergeOutput = mergeOutput},
                                 bytes.data());
    }
    DataFileBuilder& put(std::uint64_t sequence, std::string_view key, std::string_view value) {
        return add(sequence, key, value, false);
    }
    DataFileBuilder& remove(std::uint64_t sequence, std::string_view key) { return add(sequence, key, {}, true); }
    DataFileBuilder& raw(std::string_view any) {
        bytes += any;
        return *this;
    }

    Generation generation;
    std::string bytes;
    std::vector<BuiltRecord> records{};

private:
    DataFileBuilder& add(std::uint64_t sequence, std::string_view key, std::string_view value, bool tombstone) {
        const std::string record = recordBytesOf(sequence, key, value, tombstone);
        records.push_back({.offset = bytes.size(),
                           .bytes = record.size(),
                           .sequence = sequence,
                           .key = std::string(key),
                           .value = std::string(value),
                           .tombstone = tombstone});
        bytes += record;
        return *this;
    }
};

inline std::string hintBytesOf(const format::HintHeader& header, std::string_view entries) {
    std::string bytes(format::hintHeaderBytes, '\0');
    format::encodeHintHeader(header, bytes.data());
    const std::uint32_t checksum = format::hintChecksum(format::crc32c(entries), bytes);
    bytes += entries;
    char trailer[format::hintTrailerBytes];
    format::store<std::uint32_t>(trailer, checksum);
    return bytes.append(trailer, sizeof trailer);
}

/// The header of `file`'s hint, as if it had `entries`.
inline format::HintHeader hintHeaderOf(const DataFileBuilder& file, std::uint64_t entries, std::uint64_t entryBytes) {
    format::HintHeader header;
    header.generation = file.generation;
    header.dataBytes = file.bytes.size();
    header.records = file.records.size();
    header.entries = entries;
    header.entryBytes = entryBytes;
    for (const BuiltRecord& record : file.records) {
        header.tombstones += record.tombstone ? 1U : 0U;
        header.tombstoneBytes += record.tombstone ? record.bytes : 0U;
        const Sequence sequence{record.sequence};
        header.lowestSequence = header.lowestSequence.value == 0 ? sequence : std::min(header.lowestSequence, sequence);
        header.highestSequence = std::max(header.highestSequence, sequence);
    }
    return header;
}

/// The entries of the newest record of each key, in file order.
inline std::vector<format::HintEntry> hintEntriesOf(const DataFileBuilder& file) {
    std::map<std::string_view, std::uint64_t> newest;
    for (const BuiltRecord& record : file.records)
        newest[record.key] = std::max(newest[record.key], record.sequence);
    std::vector<format::HintEntry> entries;
    for (const BuiltRecord& record : file.records)
        if (newest[record.key] == record.sequence)
            entries.push_back({.sequence = Sequence{record.sequence},
                               .offset = record.offset,
                               .valueSize = static_cast<std::uint32_t>(record.value.size()),
                               .tombstone = record.tombstone,
                               .key = record.key});
    return entries;
}

inline std::string hintOf(const DataFileBuilder& file, const std::vector<format::HintEntry>& entries) {
    std::string bytes;
    for (const format::HintEntry& entry : entries)
        format::appendHintEntry(entry, bytes);
    return hintBytesOf(hintHeaderOf(file, entries.size(), bytes.size()), bytes);
}

inline std::string hintFor(const DataFileBuilder& file) {
    return hintOf(file, hintEntriesOf(file));
}

inline void writeBytes(const std::filesystem::path& path, std::string_view bytes) {
    std::filesystem::create_directories(path.parent_path());
    std::filesystem::remove(path); // some file systems wait for the disk when a file is cut and written anew
    std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

inline std::string readBytes(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

[[nodiscard]] inline std::string flipped(std::string bytes, std::uint64_t bit) {
    char& byte = bytes[static_cast<std::size_t>(bit / 8)];
    byte = static_cast<char>(byte ^ (1 << (bit % 8)));
    return bytes;
}

/// A file in memory that counts what is read of it.
class MemoryFile final : public io::File {
public:
    explicit MemoryFile(std::string bytes) : m_bytes(std::move(bytes)) {}
    Result<std::size_t> readAt(std::uint64_t offset, char* out, std::size_t size) const override {
        const std::size_t from = std::min(static_cast<std::size_t>(offset), m_bytes.size());
        const std::size_t count = m_bytes.copy(out, size, from);
        bytesRead += count;
        return count;
    }
    Result<void> writeAt(std::uint64_t, std::string_view) override { return refused(); }
    Result<void> truncate(std::uint64_t) override { return refused(); }
    Result<void> allocate(std::uint64_t, std::uint64_t) override { return refused(); }
    Result<void> sync() override { return refused(); }
    Result<std::uint64_t> size() const override { return m_bytes.size(); }
    Result<std::unique_ptr<io::Mapping>> map(std::uint64_t, bool) override { return refused(); }

    mutable std::uint64_t bytesRead = 0;

private:
    static tl::unexpected<Error> refused() { return failure({.code = ErrorCode::readOnly, .operation = "test"}); }
    std::string m_bytes;
};

} // namespace rustcask::test
