// SPDX-License-Identifier: Apache-2.0
#include "format/merge_record.h"

#include "format/checksum.h"
#include "format/data_record.h"
#include "format/endian.h"

namespace rustcask::format {
namespace {

// magic 8, version u16, flags u16, generation u64, input count u32, output count u32, generations u64 each, CRC-32C u32
constexpr std::size_t headBytes = 28;

template <typename T>
void append(std::string& out, T value) {
    char bytes[sizeof(T)];
    store<T>(bytes, value);
    out.append(bytes, sizeof(T));
}

} // namespace

std::string encodeMergeRecord(const MergeRecord& record) {
    std::string out(mergeMagic);
    append<std::uint16_t>(out, formatVersion);
    append<std::uint16_t>(out, 0);
    append<std::uint64_t>(out, record.generation.value);
    append<std::uint32_t>(out, static_cast<std::uint32_t>(record.inputs.size()));
    append<std::uint32_t>(out, static_cast<std::uint32_t>(record.outputs.size()));
    for (const Generation input : record.inputs)
        append<std::uint64_t>(out, input.value);
    for (const Generation output : record.outputs)
        append<std::uint64_t>(out, output.value);
    append<std::uint32_t>(out, crc32c(out));
    return out;
}

std::optional<MergeRecord> decodeMergeRecord(std::string_view bytes) {
    if (bytes.size() < headBytes + 4 || !bytes.starts_with(mergeMagic))
        return std::nullopt;
    const std::string_view covered = bytes.substr(0, bytes.size() - 4);
    if (loadU32(covered.data() + covered.size()) != crc32c(covered))
        return std::nullopt;
    if (loadU16(bytes.data() + 8) != formatVersion)
        return std::nullopt;
    MergeRecord record;
    record.generation = Generation{loadU64(bytes.data() + 12)};
    const std::uint64_t inputs = loadU32(bytes.data() + 20);
    const std::uint64_t outputs = loadU32(bytes.data() + 24);
    if (covered.size() != headBytes + 8 * (inputs + outputs))
        return std::nullopt;
    const char* at = bytes.data() + headBytes;
    for (std::uint64_t i = 0; i < inputs; ++i, at += 8)
        record.inputs.push_back(Generation{loadU64(at)});
    for (std::uint64_t i = 0; i < outputs; ++i, at += 8)
        record.outputs.push_back(Generation{loadU64(at)});
    return record;
}

} // namespace rustcask::format
