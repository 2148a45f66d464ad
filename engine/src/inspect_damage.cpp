// SPDX-License-Identifier: Apache-2.0
#include "inspect_damage.h"

#include <algorithm>
#include <memory>

#include "format/checksum.h"
#include "format/endian.h"
#include "inspect_text.h"

namespace rustcask::inspect {
namespace {

using format::recordHeaderBytes;

constexpr std::uint64_t maxSearchedBytes = std::uint64_t{16} << 20; // as the scanner's limit for repairs
constexpr std::size_t pieceBytes = 256 * 1024;

// The field of a record that byte `at` of it belongs to, and where that field begins.
struct Place {
    Field field;
    std::uint64_t begin;
};
Place placeInRecord(std::uint64_t at, std::uint16_t keySize) {
    namespace r = format::record_at;
    if (at < r::sequence)
        return {Field::checksum, r::checksum};
    if (at < r::time)
        return {Field::sequence, r::sequence};
    if (at < r::keySize)
        return {Field::time, r::time};
    if (at < r::valueSize)
        return {Field::keySize, r::keySize};
    if (at < r::flags)
        return {Field::valueSize, r::valueSize};
    if (at < r::key)
        return {Field::flags, r::flags};
    if (at < r::key + keySize)
        return {Field::key, r::key};
    return {Field::value, r::key + keySize};
}
Place placeInHeader(std::uint64_t at) {
    namespace h = format::header_at;
    if (at < h::version)
        return {Field::magic, h::magic};
    if (at < h::flags)
        return {Field::version, h::version};
    if (at < h::generation)
        return {Field::fileFlags, h::flags};
    if (at < h::created)
        return {Field::generation, h::generation};
    if (at < h::checksum)
        return {Field::creationTime, h::created};
    return {Field::headerChecksum, h::checksum};
}

// What no writer of this version could have written, whatever the checksum says.
std::optional<Field> impossibleField(const format::RecordHeader& header) {
    if (header.sequence.value == 0 || header.sequence.value > format::maxSequence)
        return Field::sequence;
    if (header.keySize == 0)
        return Field::keySize;
    if ((header.flags & ~unsigned{format::tombstoneFlag}) != 0)
        return Field::flags;
    if (header.tombstone() && header.valueSize != 0)
        return Field::valueSize;
    return std::nullopt;
}

std::string impossibleText(Field field) {
    switch (field) {
    case Field::sequence:
        return "the sequence number is out of its range";
    case Field::keySize:
        return "the key size is 0";
    case Field::flags:
        return "unknown flags are set";
    default:
        return "a tombstone has a value";
    }
}

std::string mismatchText(std::uint32_t stored, std::uint32_t computed) {
    return "the checksum does not match: " + checksumText(stored) + " is stored, " + checksumText(computed) +
           " is computed";
}

} // namespace

Result<std::uint32_t> checksumOf(const io::File& file, std::uint64_t offset, std::uint64_t bytes,
                                 std::uint32_t previous) {
    const auto piece = std::make_unique_for_overwrite<char[]>(
        static_cast<std::size_t>(std::min<std::uint64_t>(std::max<std::uint64_t>(bytes, 1), pieceBytes)));
    while (bytes > 0) {
        auto read =
            file.readAt(offset, piece.get(), static_cast<std::size_t>(std::min<std::uint64_t>(bytes, pieceBytes)));
        if (!read)
            return failure(std::move(read.error()));
        if (*read == 0)
            break;
        previous = format::crc32c({piece.get(), *read}, previous);
        offset += *read;
        bytes -= *read;
    }
    return previous;
}

Result<Diagnosis> diagnose(const io::File& file, std::uint64_t offset, std::uint64_t bytes, std::uint64_t fileBytes) {
    Diagnosis found;
    char head[recordHeaderBytes];
    const std::uint64_t wanted = std::min(bytes, recordHeaderBytes);
    auto read = file.readAt(offset, head, static_cast<std::size_t>(wanted));
    if (!read)
        return failure(std::move(read.error()));
    if (*read < recordHeaderBytes) {
        found.text = bytesText(bytes) +
                     (offset + bytes >= fileBytes ? " of a record that was cut off" : " that belong to no record");
        return found;
    }
    const format::RecordHeader asRead = format::decodeRecordHeader(head);
    const std::uint64_t describedBytes = asRead.recordBytes();
    found.storedChecksum = asRead.checksum;
    if (bytes <= maxSearchedBytes || describedBytes == bytes) {
        auto checksum = checksumOf(file, offset + format::record_at::sequence, bytes - format::record_at::sequence);
        if (!checksum)
            return failure(std::move(checksum.error()));
        found.computedChecksum = *checksum;
        std::optional<format::SingleBitError> error;
        if (bytes <= maxSearchedBytes)
            error = format::findSingleBitError(asRead.checksum, *checksum, bytes - format::record_at::sequence);
        if (error) {
            const std::uint64_t byte = error->inChecksum ? 0 : error->bit / 8 + format::record_at::sequence;
            if (!error->inChecksum && byte < recordHeaderBytes)
                head[byte] = static_cast<char>(head[byte] ^ (1 << (error->bit % 8)));
            const format::RecordHeader repaired = format::decodeRecordHeader(head);
            if (repaired.recordBytes() == bytes && isPlausible(repaired)) {
                const Place place = placeInRecord(byte, repaired.keySize);
                found.isRecord = true;
                found.header = repaired;
                found.field = place.field;
                found.text = "one bit of the " + std::string(fieldName(place.field)) + " is flipped";
                if (!error->inChecksum)
                    found.text += ": bit " + std::to_string(error->bit % 8) + " of its byte " +
                                  std::to_string(byte - place.begin);
                return found;
            }
        }
    }
    found.header = asRead;
    if (describedBytes == bytes) {
        found.isRecord = true;
        found.field = impossibleField(asRead);
        if (found.field && found.computedChecksum == found.storedChecksum)
            found.text = "the checksum matches, but " + impossibleText(*found.field);
        else
            found.text = mismatchText(found.storedChecksum, found.computedChecksum) +
                         (found.field ? ", and " + impossibleText(*found.field) : std::string());
        return found;
    }
    found.computedChecksum = 0;
    if (isPlausible(asRead) && describedBytes > fileBytes - offset) {
        found.cutShort = true;
        found.text = "a record of " + bytesText(describedBytes) + " of which " + std::to_string(bytes) +
                     (bytes == 1 ? " is there" : " are there");
    } else {
        found.text = bytesText(bytes) + " that belong to no record";
    }
    return found;
}

HeaderDiagnosis diagnoseHeader(std::string_view bytes, Generation generation) {
    namespace h = format::header_at;
    bytes = bytes.substr(0, format::fileHeaderBytes);
    HeaderDiagnosis found;
    found.verdict = format::decodeFileHeader(bytes, found.header);
    const bool whole = bytes.size() == format::fileHeaderBytes;
    if (whole) {
        found.storedChecksum = format::loadU32(bytes.data() + h::checksum);
        found.computedChecksum = format::crc32c(bytes.substr(0, h::checksum));
    }
    switch (found.verdict) {
    case format::HeaderVerdict::valid:
        if (found.header.generation != generation) {
            found.field = Field::generation;
            found.text = "the header is that of generation " + std::to_string(found.header.generation.value) +
                         ", the file's name says " + std::to_string(generation.value);
        }
        break;
    case format::HeaderVerdict::missing:
        found.text = whole ? "there is no file header: its bytes are zero"
                           : "the file is shorter than a file header: " + bytesText(bytes.size());
        break;
    case format::HeaderVerdict::foreign:
        found.field = Field::magic;
        found.text = "this is no file of Rustcask: it begins with " + hexText(bytes.substr(0, h::version));
        break;
    case format::HeaderVerdict::unknownVersion:
        found.field = Field::version;
        found.text = "format version " + std::to_string(format::loadU16(bytes.data() + h::version)) +
                     ", of which this program knows only version " + std::to_string(format::formatVersion);
        break;
    case format::HeaderVerdict::damaged: {
        const auto error = format::findSingleBitError(found.storedChecksum, found.computedChecksum, h::checksum);
        if (bytes.substr(0, h::version) != format::dataMagic)
            found.field = Field::magic;
        else if (error)
            found.field = error->inChecksum ? Field::headerChecksum : placeInHeader(error->bit / 8).field;
        if (error && found.field)
            found.text = "one bit of the file header's " + std::string(fieldName(*found.field)) + " is flipped";
        else if (found.field == Field::magic)
            found.text = "the magic number of the file header is damaged";
        else
            found.text = "the file header is damaged: " + mismatchText(found.storedChecksum, found.computedChecksum);
        break;
    }
    }
    return found;
}

} // namespace rustcask::inspect
