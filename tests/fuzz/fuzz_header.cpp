// SPDX-License-Identifier: Apache-2.0
// File headers and file names: the first byte says how long the name is, the rest is the header.
#include "format/data_record.h"
#include "format/file_names.h"
#include "fuzz_target.h"
#include "inspect_damage.h"

namespace rustcask::fuzz {

const std::size_t fixedMemory = 64 << 10;
const std::size_t memoryPerByte = 16;

void run(std::string_view input) {
    Input from(input);
    const std::string_view name = from.take(from.byte());
    const format::ParsedName parsed = format::parseFileName(name);
    if (parsed.kind == FileKind::data)
        require(format::dataFileName(parsed.generation) == name, "one name, one generation");
    if (parsed.kind == FileKind::hint)
        require(format::hintFileName(parsed.generation) == name, "one name, one generation");
    if (parsed.kind == FileKind::mergeRecord)
        require(format::mergeRecordName(parsed.generation) == name, "one name, one generation");

    const std::string_view bytes = from.rest();
    format::FileHeader header;
    const auto verdict = format::decodeFileHeader(bytes, header);
    const inspect::HeaderDiagnosis diagnosis = inspect::diagnoseHeader(bytes.substr(0, 32), header.generation);
    require(diagnosis.verdict == verdict, "the diagnosis names the verdict");
    if (verdict == format::HeaderVerdict::valid) {
        char again[format::fileHeaderBytes];
        format::encodeFileHeader(header, again);
        format::FileHeader second;
        require(format::decodeFileHeader({again, sizeof again}, second) == format::HeaderVerdict::valid &&
                    second.generation == header.generation && second.created == header.created &&
                    second.mergeOutput == header.mergeOutput,
                "what was read can be written");
    }
}

} // namespace rustcask::fuzz
