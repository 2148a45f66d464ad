// SPDX-License-Identifier: Apache-2.0
// Hint files: as an opening, the inspector, verification and salvage read them. With an odd first byte the checksum is
// made right, or hardly an input would get beyond it.
#include "format/checksum.h"
#include "format/data_record.h"
#include "format/endian.h"
#include "format/hint.h"
#include "fuzz_target.h"
#include "inspect_files.h"
#include "log/hint_reader.h"
#include "memory_file.h"
#include "repair_source.h"
#include "verify_hint.h"

namespace rustcask::fuzz {

const std::size_t fixedMemory = 4 << 20; // hints are read in pieces of 1 MiB
const std::size_t memoryPerByte = 64;

void run(std::string_view input) {
    Input from(input);
    const bool repaired = (from.byte() & 1U) != 0;
    std::string bytes(from.rest());
    if (repaired && bytes.size() >= format::hintHeaderBytes + format::hintTrailerBytes) {
        const std::string_view all(bytes);
        const std::size_t entries = bytes.size() - format::hintHeaderBytes - format::hintTrailerBytes;
        format::store<std::uint64_t>(bytes.data() + format::hint_at::entryBytes, entries);
        format::store<std::uint32_t>(bytes.data() + bytes.size() - format::hintTrailerBytes,
                                     format::hintChecksum(format::crc32c(all.substr(format::hintHeaderBytes, entries)),
                                                          all.substr(0, format::hintHeaderBytes)));
    }
    const auto header = format::decodeHintHeader(bytes, bytes.size());
    const Generation generation = header ? header->generation : Generation{1};
    std::string_view entries =
        std::string_view(bytes).substr(std::min<std::size_t>(bytes.size(), format::hintHeaderBytes));
    std::uint64_t taken = 0;
    while (const auto entry = format::takeHintEntry(entries)) {
        require(!entry->key.empty() && entry->key.size() <= maxKeyBytes, "a key is a key");
        static_cast<void>(format::fits(*entry, header ? header->dataBytes : 0));
        ++taken;
    }
    require(taken <= bytes.size() / (format::hintEntryBytes + 1), "no more entries than there is room for");

    // The same entries in pieces of any size, and the same verdict.
    const MemoryFile pieces(bytes);
    std::optional<std::pair<std::uint64_t, bool>> whole;
    for (const std::uint64_t chunkBytes : {std::uint64_t{1} << 20, std::uint64_t{bytes.size() % 61 + 1}}) {
        auto reader = log::HintReader::begin(pieces, generation, chunkBytes);
        require(reader.has_value(), "memory is always readable");
        if (!*reader)
            break;
        std::uint64_t read = 0;
        for (;;) {
            const auto batch = (*reader)->next();
            require(batch.has_value(), "memory is always readable");
            if (batch->empty())
                break;
            for (const format::HintEntry& entry : *batch)
                require(format::fits(entry, header->dataBytes), "only what is possible is handed out");
            read += batch->size();
        }
        const std::pair found(read, (*reader)->matches());
        require(!whole || *whole == found, "the size of the pieces makes no difference");
        whole = found;
    }

    const auto inspector = inspect::inspectHint(std::make_unique<MemoryFile>(bytes), generation, bytes.size());
    for (std::uint64_t at = 0;;) {
        const auto record = inspector->next();
        require(record.has_value(), "memory is always readable");
        if (!*record)
            break;
        require((*record)->offset == at && (*record)->bytes > 0, "every byte belongs to one range");
        require(inspector->fields(**record).has_value(), "fields can be read");
        at += (*record)->bytes;
    }

    const MemoryFile file(bytes);
    std::uint64_t reports = 0;
    inspect::HintCheck check(file, bytes.size(), generation, header ? header->dataBytes : 100, false,
                             [&](Severity, std::uint64_t, std::uint64_t, std::optional<Field>, std::string text) {
                                 require(!text.empty(), "a finding says something");
                                 ++reports;
                             });
    require(check.begin().has_value() && check.record(32, {.sequence = Sequence{1}, .keySize = 1}, "k").has_value() &&
                check.end().has_value(),
            "a hint that does not fit is a finding, no failure");
    require(reports <= 8, "at most one finding a kind");
    require(repair::hintedRecords(file, generation, 64, {{32, 64}}).has_value(), "salvage reads any hint");
}

} // namespace rustcask::fuzz
