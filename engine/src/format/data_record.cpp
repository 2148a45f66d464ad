// SPDX-License-Identifier: Apache-2.0
#include "format/data_record.h"

#include <algorithm>
#include <cstring>

#include "format/checksum.h"
#include "format/endian.h"

namespace rustcask::format {
namespace {

[[nodiscard]] std::uint64_t toMilliseconds(Timestamp time) noexcept {
    return static_cast<std::uint64_t>(time.time_since_epoch().count());
}
[[nodiscard]] Timestamp fromMilliseconds(std::uint64_t value) noexcept {
    return Timestamp{std::chrono::milliseconds{static_cast<std::int64_t>(value)}};
}

} // namespace

void encodeFileHeader(const FileHeader& header, char* out) noexcept {
    std::memcpy(out + header_at::magic, dataMagic.data(), dataMagic.size());
    store<std::uint16_t>(out + header_at::version, formatVersion);
    store<std::uint16_t>(out + header_at::flags, header.mergeOutput ? mergeOutputFlag : std::uint16_t{0});
    store<std::uint64_t>(out + header_at::generation, header.generation.value);
    store<std::uint64_t>(out + header_at::created, toMilliseconds(header.created));
    store<std::uint32_t>(out + header_at::checksum, crc32c({out, header_at::checksum}));
}

HeaderVerdict decodeFileHeader(std::string_view bytes, FileHeader& header) noexcept {
    const std::string_view head = bytes.substr(0, fileHeaderBytes);
    if (std::all_of(head.begin(), head.end(), [](char c) { return c == 0; }))
        return HeaderVerdict::missing;
    const std::string_view magic = head.substr(0, dataMagic.size());
    const bool ours = magic == dataMagic.substr(0, head.size());
    if (head.size() < fileHeaderBytes) {
        // Of the magic, too, some bytes may not have got to the disk: a power cut while a torn file is emptied.
        const bool torn =
            std::equal(magic.begin(), magic.end(), dataMagic.begin(), [](char c, char m) { return c == m || c == 0; });
        return torn ? HeaderVerdict::missing : HeaderVerdict::foreign;
    }
    const bool sound = loadU32(head.data() + header_at::checksum) == crc32c(head.substr(0, header_at::checksum));
    // Torn: a power cut let only its front get to the disk, or only its back.
    const std::size_t front = std::min(head.find_last_not_of('\0') + 1, dataMagic.size());
    const bool frontOnly = !sound && loadU32(head.data() + header_at::checksum) == 0 &&
                           head.substr(0, front) == dataMagic.substr(0, front);
    if (frontOnly || loadU64(head.data()) == 0)
        return HeaderVerdict::missing;
    // A sound checksum over a wrong magic cannot be ours; a wrong checksum with the rest of ours is damage.
    if (!ours) {
        return sound || loadU16(head.data() + header_at::version) == formatVersion ? HeaderVerdict::damaged
                                                                                   : HeaderVerdict::foreign;
    }
    if (!sound)
        return HeaderVerdict::damaged;
    if (loadU16(head.data() + header_at::version) != formatVersion)
        return HeaderVerdict::unknownVersion;
    header.generation = Generation{loadU64(head.data() + header_at::generation)};
    header.created = fromMilliseconds(loadU64(head.data() + header_at::created));
    header.mergeOutput = (loadU16(head.data() + header_at::flags) & mergeOutputFlag) != 0;
    return HeaderVerdict::valid;
}

namespace {

void encodeFields(char* out, Sequence sequence, Timestamp time, std::string_view key, std::string_view value,
                  bool tombstone) noexcept {
    store<std::uint64_t>(out + record_at::sequence, sequence.value);
    store<std::uint64_t>(out + record_at::time, toMilliseconds(time));
    store<std::uint16_t>(out + record_at::keySize, static_cast<std::uint16_t>(key.size()));
    store<std::uint32_t>(out + record_at::valueSize, static_cast<std::uint32_t>(value.size()));
    store<std::uint16_t>(out + record_at::flags, tombstone ? tombstoneFlag : std::uint16_t{0});
    std::memcpy(out + record_at::key, key.data(), key.size());
}

} // namespace

void encodeRecordPrefix(char* out, Sequence sequence, Timestamp time, std::string_view key, std::string_view value,
                        bool tombstone) noexcept {
    encodeFields(out, sequence, time, key, value, tombstone);
    const std::size_t prefix = recordHeaderBytes - record_at::sequence + key.size();
    store<std::uint32_t>(out + record_at::checksum, crc32c(value, crc32c({out + record_at::sequence, prefix})));
}

void encodeWithoutChecksum(char* out, Sequence sequence, Timestamp time, std::string_view key, std::string_view value,
                           bool tombstone) noexcept {
    encodeFields(out, sequence, time, key, value, tombstone);
    if (!value.empty())
        std::memcpy(out + record_at::key + key.size(), value.data(), value.size());
}

void encodeChecksum(char* record, std::size_t bytes) noexcept {
    store<std::uint32_t>(record + record_at::checksum, computeRecordChecksum({record, bytes}));
}

void encodeRecord(char* out, Sequence sequence, Timestamp time, std::string_view key, std::string_view value,
                  bool tombstone) noexcept {
    encodeWithoutChecksum(out, sequence, time, key, value, tombstone);
    encodeChecksum(out, recordBytes(key.size(), value.size()));
}

bool isPlausible(const RecordHeader& header) noexcept {
    return header.keySize > 0 && (header.flags & ~unsigned{tombstoneFlag}) == 0 && header.sequence.value > 0 &&
           header.sequence.value <= maxSequence && (!header.tombstone() || header.valueSize == 0);
}

std::uint32_t computeRecordChecksum(std::string_view record) noexcept {
    return crc32c(record.substr(record_at::sequence));
}

} // namespace rustcask::format
