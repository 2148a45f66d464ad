// SPDX-License-Identifier: Apache-2.0
#include <rustcask/inspect.h>

#include "format/file_names.h"
#include "inspect_files.h"
#include "io/file_system.h"

namespace rustcask {

std::string_view fieldName(Field field) noexcept {
    switch (field) {
    case Field::magic:
        return "magic number";
    case Field::version:
        return "format version";
    case Field::fileFlags:
        return "file flags";
    case Field::generation:
        return "generation";
    case Field::creationTime:
        return "creation time";
    case Field::headerChecksum:
        return "header checksum";
    case Field::checksum:
        return "checksum";
    case Field::sequence:
        return "sequence number";
    case Field::time:
        return "time";
    case Field::keySize:
        return "key size";
    case Field::valueSize:
        return "value size";
    case Field::flags:
        return "flags";
    case Field::key:
        return "key";
    case Field::value:
        return "value";
    case Field::hintDataBytes:
        return "length of the data file";
    case Field::hintRecords:
        return "records in the data file";
    case Field::hintTombstones:
        return "tombstones in the data file";
    case Field::hintTombstoneBytes:
        return "bytes of tombstones";
    case Field::hintLowestSequence:
        return "lowest sequence number";
    case Field::hintHighestSequence:
        return "highest sequence number";
    case Field::hintEntries:
        return "entries";
    case Field::hintEntryBytes:
        return "bytes of entries";
    case Field::hintOffset:
        return "record offset";
    case Field::hintChecksum:
        return "hint checksum";
    case Field::garbage:
        return "garbage";
    case Field::unused:
        return "unused";
    }
    return "unknown";
}

std::string_view recordKindName(RecordKind kind) noexcept {
    switch (kind) {
    case RecordKind::fileHeader:
        return "file header";
    case RecordKind::put:
        return "put";
    case RecordKind::tombstone:
        return "tombstone";
    case RecordKind::hintHeader:
        return "hint header";
    case RecordKind::hintEntry:
        return "hint entry";
    case RecordKind::hintTrailer:
        return "hint trailer";
    case RecordKind::damaged:
        return "damaged";
    case RecordKind::unused:
        return "unused";
    }
    return "unknown";
}

Result<std::unique_ptr<FileInspector>> FileInspector::open(const std::filesystem::path& path) {
    const format::ParsedName name = format::parseFileName(path.filename().string());
    if (name.underlying != FileKind::data && name.underlying != FileKind::hint)
        return failure({.code = ErrorCode::notADatabase,
                        .operation = "inspect the file",
                        .file = path,
                        .detail = "its name is neither <generation>.rustcask.data nor <generation>.rustcask.hint"});
    auto file = io::posixFileSystem()->open(path, io::OpenMode::read);
    if (!file)
        return failure(std::move(file.error()));
    auto bytes = (*file)->size();
    if (!bytes)
        return failure(std::move(bytes.error()));
    return name.underlying == FileKind::data ? inspect::inspectData(std::move(*file), name.generation, *bytes)
                                             : inspect::inspectHint(std::move(*file), name.generation, *bytes);
}

} // namespace rustcask
