// SPDX-License-Identifier: Apache-2.0
// Records: the input is what follows a data file's header. The scanner must cover every byte once, call only that sound
// whose checksum is right, and the inspector must say the same.
#include "format/data_record.h"
#include "fuzz_target.h"
#include "inspect_damage.h"
#include "inspect_files.h"
#include "log/scanner.h"
#include "memory_file.h"

namespace rustcask::fuzz {

const std::size_t fixedMemory = 1 << 20;
const std::size_t memoryPerByte = 16;

void run(std::string_view input) {
    std::string bytes(format::fileHeaderBytes, '\0');
    format::encodeFileHeader({.generation = Generation{1}}, bytes.data());
    bytes += input;
    const MemoryFile file(bytes);
    constexpr std::uint64_t chunkBytes = 4096;

    std::uint64_t sound = 0;
    log::Scanner scanner(file, format::fileHeaderBytes, bytes.size(), chunkBytes);
    for (std::uint64_t at = format::fileHeaderBytes;;) {
        const auto next = scanner.next();
        require(next.has_value(), "memory is always readable");
        if (!*next) {
            require(at == bytes.size(), "the ranges cover the file");
            break;
        }
        const log::Scanned& scanned = **next;
        require(scanned.offset == at && scanned.bytes > 0 && scanned.bytes <= bytes.size() - at,
                "the ranges follow each other");
        const auto range =
            std::string_view(bytes).substr(static_cast<std::size_t>(at), static_cast<std::size_t>(scanned.bytes));
        if (scanned.kind == log::Scanned::Kind::record) {
            ++sound;
            require(scanned.header.recordBytes() == scanned.bytes, "a record is as long as its header says");
            require(format::computeRecordChecksum(range) == format::decodeRecordHeader(range.data()).checksum,
                    "a sound record has the right checksum");
            require(scanned.key == range.substr(format::recordHeaderBytes, scanned.header.keySize),
                    "its key is its key");
        } else if (scanned.kind == log::Scanned::Kind::damaged) {
            require(inspect::diagnose(file, scanned.offset, scanned.bytes, bytes.size()).has_value(),
                    "damage can be described");
        }
        at += scanned.bytes;
    }

    const auto inspector = inspect::inspectData(std::make_unique<MemoryFile>(bytes), Generation{1}, bytes.size());
    std::uint64_t inspected = 0;
    for (std::uint64_t at = 0;;) {
        const auto record = inspector->next();
        require(record.has_value(), "memory is always readable");
        if (!*record)
            break;
        require((*record)->offset == at && (*record)->bytes > 0, "every byte belongs to one range");
        inspected += (*record)->verdict.empty() &&
                     ((*record)->kind == RecordKind::put || (*record)->kind == RecordKind::tombstone);
        const auto fields = inspector->fields(**record);
        require(fields.has_value(), "fields can be read");
        std::uint64_t field = at;
        for (const FieldSpan& span : *fields) {
            require(span.offset == field, "fields follow each other");
            field += span.bytes;
        }
        at += (*record)->bytes;
        require(field == at, "fields cover the record");
    }
    require(inspected == sound, "inspector and scanner agree");
}

} // namespace rustcask::fuzz
