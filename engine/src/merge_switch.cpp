// SPDX-License-Identifier: Apache-2.0
#include "merge_switch.h"

#include <array>
#include <span>

#include "format/data_record.h"
#include "log/hint_reader.h"
#include "log/live_tally.h"

namespace rustcask {
namespace {

/// Counts records out of the files that they have left. Those in a row mostly come from the same.
class Released {
public:
    explicit Released(log::SegmentSet& segments) noexcept : m_segments(segments) {}
    ~Released() { count(); }
    Released(const Released&) = delete;
    Released& operator=(const Released&) = delete;
    void add(std::uint32_t file, std::uint64_t recordBytes) noexcept {
        if (file != m_file)
            count();
        m_file = file;
        ++m_keys;
        m_bytes += static_cast<std::int64_t>(recordBytes);
    }

private:
    void count() noexcept {
        if (m_keys == 0)
            return;
        const keydir::Reclaimer::Guard guard(m_segments.reclaimer());
        if (log::Segment* segment = m_segments.at(m_file))
            segment->addLive(-m_keys, -m_bytes);
        m_keys = 0;
        m_bytes = 0;
    }

    log::SegmentSet& m_segments;
    std::uint32_t m_file = 0;
    std::int64_t m_keys = 0;
    std::int64_t m_bytes = 0;
};

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
    log::LiveTally moved(output); // counted even if there is no memory for one of them
    Released released(target.segments);
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
        const std::uint64_t bytes = format::recordBytes(entry.key.size(), entry.valueSize);
        moved.add(1, bytes);
        released.add(change.previous->file, bytes); // it is the same record
        if (target.moved)
            target.moved(entry);
    }
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
    auto matches = (*reader)->readAll([&](std::span<const format::HintEntry> entries) {
        switchEntries(target, output, entries);
        return Result<void>();
    });
    if (!matches)
        return failure(std::move(matches.error()));
    return *matches ? Result<void>() : damaged();
}

} // namespace rustcask
