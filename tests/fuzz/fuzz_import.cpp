// SPDX-License-Identifier: Apache-2.0
// The text formats of `rustcask import`: the first byte chooses format and encoding, the rest is the file. What can be
// read can be written and read again as the same.
#include <utility>
#include <vector>

#include <rustcask/transfer/records.h>

#include "fuzz_target.h"

namespace rustcask::fuzz {

const std::size_t fixedMemory = 4 << 20;
const std::size_t memoryPerByte = 4096; // parsed JSON: a node an element

namespace {

using Records = std::vector<std::pair<std::string, std::string>>;

bool readAll(transfer::RecordReader& reader, Records& records, bool goOn) {
    std::string key;
    std::string value;
    for (;;) {
        const auto next = reader.next(key, value);
        if (!next) {
            require(next.error().code == ErrorCode::invalidArgument, "memory is always readable");
            require(!next.error().detail.empty(), "an error says what is wrong");
            if (!goOn || !reader.canContinue())
                return false;
            continue;
        }
        if (!*next)
            return true;
        records.emplace_back(key, value);
    }
}

} // namespace

void run(std::string_view input) {
    Input from(input);
    const std::uint8_t choice = from.byte();
    constexpr std::array formats{transfer::Format::jsonl, transfer::Format::csv, transfer::Format::tsv,
                                 transfer::Format::resp};
    const transfer::Format format = formats[choice % 4];
    const transfer::TextOptions options{.encoding = static_cast<transfer::Encoding>(choice / 4 % 3),
                                        .header = transfer::usesHeader(format) && (choice & 128U) != 0};
    const std::string text(from.rest());
    {
        Records skipped; // what an import that leaves out malformed records would take
        transfer::StringSource source(text);
        static_cast<void>(readAll(*transfer::makeRecordReader(format, source, options), skipped, true));
        require(skipped.size() <= text.size() + 1, "no more records than there is text");
    }
    Records records;
    transfer::StringSource source(text);
    const bool whole = readAll(*transfer::makeRecordReader(format, source, options), records, false);
    if (!whole)
        return;
    transfer::StringSink sink;
    const auto writer = transfer::makeRecordWriter(format, sink, options);
    for (const auto& [key, value] : records)
        require(writer->write(key, value).has_value(), "memory is always writable");
    require(writer->finish().has_value(), "memory is always writable");
    Records again;
    transfer::StringSource written(sink.bytes());
    require(readAll(*transfer::makeRecordReader(format, written, options), again, false),
            "what was written can be read");
    require(again == records, "and is the same");
}

} // namespace rustcask::fuzz
