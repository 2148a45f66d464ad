// SPDX-License-Identifier: Apache-2.0
// Merge records. With an odd first byte the checksum is made right.
#include "format/checksum.h"
#include "format/endian.h"
#include "format/merge_record.h"
#include "fuzz_target.h"

namespace rustcask::fuzz {

const std::size_t fixedMemory = 64 << 10;
const std::size_t memoryPerByte = 16;

void run(std::string_view input) {
    Input from(input);
    const bool repaired = (from.byte() & 1U) != 0;
    std::string bytes(from.rest());
    if (repaired && bytes.size() >= 4)
        format::store<std::uint32_t>(bytes.data() + bytes.size() - 4,
                                     format::crc32c(std::string_view(bytes).substr(0, bytes.size() - 4)));
    const auto record = format::decodeMergeRecord(bytes);
    if (!record)
        return;
    require(8 * (record->inputs.size() + record->outputs.size()) <= bytes.size(),
            "no more files than there is room for");
    const auto again = format::decodeMergeRecord(format::encodeMergeRecord(*record));
    require(again && again->inputs == record->inputs && again->outputs == record->outputs,
            "what was read can be written");
}

} // namespace rustcask::fuzz
