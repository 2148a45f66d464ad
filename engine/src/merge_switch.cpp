// SPDX-License-Identifier: Apache-2.0
#include "merge_switch.h"

#include <array>
#include <span>

#include "format/data_record.h"
#include "log/hint_reader.h"

namespace rustcask {
namespace {

/// Live records of one file, added to its counters together.
struct LiveTally {
    std::int64_t keys = 0;
    std::int64_t bytes = 0;
    void add(std::uint64_t recordBytes) noexcept {
        ++keys;
        bytes += static_cast<std::int64_t>(recordBytes);
    }
};

void countReleased(log::SegmentSet& segments, std::uint32_t file, const LiveTally& records) {
    if (records.keys == 0)
        return;
    const keydir::Reclaimer::Guard guard(segments.reclaimer());
    if (log::Segment* segment = segments.at(file))
        segment->addLive(-records.keys, -records.bytes);
}

void switchEntries(const SwitchTarget& target, log::Segment& output, std::span<const format::HintEntry> entries) {
    std::array<std::uint64_t, log::HintReader::batchEntries> hashes{};
    for (std::size_t i = 0; i < entries.size(); ++i) {
        hashes[i] = target.keydir.hash(entries[i].key);
        target.keydir.prefetchSlot(hashes[i]);
    }
    {
        const keydir::Reclaimer::Guard guard(target.segments.reclaimer());
        for (std::size_t i = 0; i < entries.size(); ++i)
            target.keydir.prefetchEntry(hashes[i], entries[i].key.size());
    }
    LiveTally moved;
    LiveTally left; // of one input: records in a row mostly come from the same
    std::uint32_t input = 0;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const format::HintEntry& entry = entries[i];
        if (entry.tombstone)
            continue;
        const auto change = target.keydir.relocate(entry.key, hashes[i],
                                                   {.file = output.index,
                                                    .offset = entry.offset,
                                                    .valueBytes = entry.valueSize,
                                                    .sequence = entry.sequence.value,
                                                    .tombstone = false});
        if (!change.applied)
            continue;
        if (change.previous->file != input) {
            countReleased(target.segments, input, left);
            left = {};
            input = change.previous->file;
        }
        const std::uint64_t bytes = format::recordBytes(entry.key.size(), entry.valueSize);
        moved.add(bytes);
        left.add(bytes); // it is the same record
        if (target.moved)
            target.moved(entry);
    }
    output.addLive(moved.keys, moved.bytes);
    countReleased(target.segments, input, left);
}

} // namespace

Result<void> switchToOutput(const SwitchTarget& target, log::Segment& output, const std::filesystem::path& hint) {
    const auto damaged = [&hint] {
        return failure({.code = ErrorCode::corruption,
                        .operation = "merge",
                        .file = hint,
                        .detail = "the hint file that the merge has just written reads back damaged"});
    };
    auto file = target.segments.fileSystem().open(hint, io::OpenMode::read);
    if (!file)
        return failure(std::move(file.error()));
    auto reader = log::HintReader::begin(**file, output.generation, target.chunkBytes);
    if (!reader)
        return failure(std::move(reader.error()));
    if (!*reader)
        return damaged();
    for (;;) {
        auto entries = (*reader)->next();
        if (!entries)
            return failure(std::move(entries.error()));
        if (entries->empty())
            break;
        switchEntries(target, output, *entries);
    }
    return (*reader)->matches() ? Result<void>() : damaged();
}

} // namespace rustcask
