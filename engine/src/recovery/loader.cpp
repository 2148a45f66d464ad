// SPDX-License-Identifier: Apache-2.0
#include "recovery/loader.h"

#include <algorithm>
#include <span>

#include "format/file_names.h"
#include "format/hint.h"
#include "io/beside_merges.h"
#include "log/hint_reader.h"
#include "log/scanner.h"
#include "recovery/keydir_feed.h"

namespace rustcask::recovery {
namespace {

constexpr std::string_view operation = "open the database";

void tell(const LoadTarget& target, const log::Segment& segment, std::string_view step, std::uint64_t bytes) {
    if (target.listener == nullptr || !*target.listener)
        return;
    const std::string file = segment.path.filename().string();
    Event event;
    event.kind = EventKind::recovery;
    event.location.generation = segment.generation;
    event.bytes = bytes;
    event.text = step;
    event.file = file;
    (*target.listener)(event);
}

[[nodiscard]] Result<void> checkpoint(const LoadTarget& target) {
    return target.progress != nullptr ? target.progress->checkpoint(operation) : Result<void>();
}

// Threads are made for what takes longer than making them.
[[nodiscard]] unsigned helpersFor(const LoadTarget& target, std::uint64_t entries) {
    constexpr std::uint64_t worthwhileEntries = 100'000;
    return entries < worthwhileEntries ? 0 : std::max(1U, target.threads) - 1;
}

// All entries of a hint. False: they do not add up.
template <typename OnEntry>
[[nodiscard]] Result<bool> readEntries(const LoadTarget& target, log::HintReader& reader, OnEntry onEntry) {
    return reader.readAll([&](std::span<const format::HintEntry> entries) {
        for (const format::HintEntry& entry : entries)
            onEntry(entry);
        return checkpoint(target);
    });
}

[[nodiscard]] Result<bool> enterHint(const LoadTarget& target, log::Segment& segment, log::HintReader& reader) {
    KeydirFeed feed(target, segment, helpersFor(target, reader.header().entries));
    auto loaded = readEntries(target, reader, [&](const format::HintEntry& entry) {
        feed.add(entry.key, target.keydir.hash(entry.key),
                 {.file = segment.index,
                  .offset = entry.offset,
                  .valueBytes = entry.valueSize,
                  .sequence = entry.sequence.value,
                  .tombstone = entry.tombstone});
    });
    feed.finish();
    return loaded;
}

} // namespace

Result<std::optional<SoundHint>> findHint(const LoadTarget& target, const log::Segment& segment, DistinctKeys* keys) {
    io::FileSystem& fileSystem = target.segments.fileSystem();
    // The hint of an output that is not renamed yet has the temporary name too.
    SoundHint hint;
    hint.path = segment.path.parent_path() / format::hintFileName(segment.generation);
    auto file = fileSystem.open(hint.path, io::OpenMode::read);
    // Of an output that was cut down to less than its header its name tells.
    if (!file && (segment.mergeOutput || segment.path.extension() == format::temporarySuffix)) {
        hint.path += format::temporarySuffix;
        file = fileSystem.open(hint.path, io::OpenMode::read);
    }
    if (!file)
        return std::nullopt; // whatever the reason: the data file has it all
    auto reader = log::HintReader::begin(**file, segment.generation, target.chunkBytes);
    if (!reader || !*reader)
        return std::nullopt;
    hint.header = (*reader)->header();
    hint.checksum = (*reader)->checksum();
    hint.bytes = (*reader)->fileBytes();

    // First checksum and plausibility of everything, then the keydir: nothing of an unsound hint may get there.
    format::HintShape shape(hint.header, segment.ordered);
    auto sound = readEntries(target, **reader, [&](const format::HintEntry& entry) {
        shape.add(entry);
        if (keys != nullptr)
            keys->add(target.keydir.hash(entry.key));
    });
    if (!sound && sound.error().code == ErrorCode::cancelled)
        return failure(std::move(sound.error()));
    if (!sound || !*sound || !shape.holds())
        return std::nullopt;
    hint.newestOffset = shape.newestOffset();
    hint.newestTombstoneBytes = shape.newestTombstoneBytes();
    return hint;
}

namespace {

// The highest sequence number decides which numbers are given next, and the lowest which tombstones a merge may drop.
// So the data file is asked for both: for the lowest where it is known to stand, at the front of a log.
[[nodiscard]] Result<bool> confirmSequences(const LoadTarget& target, const log::Segment& segment,
                                            const SoundHint& hint, std::uint64_t fileBytes) {
    if (hint.header.entries == 0)
        return true;
    auto file = target.segments.openFile(segment);
    if (!file)
        return failure(std::move(file.error()));
    const auto holds = [&](std::uint64_t offset, Sequence sequence) -> Result<bool> {
        if (offset + format::recordHeaderBytes > fileBytes)
            return true; // cut off: the hint is all there is
        char head[format::recordHeaderBytes];
        auto read = (*file)->readAt(offset, head, sizeof head);
        if (!read)
            return failure(std::move(read.error()));
        return *read == sizeof head && format::decodeRecordHeader(head).sequence == sequence;
    };
    auto confirmed = holds(hint.newestOffset, hint.header.highestSequence);
    if (confirmed && *confirmed && segment.ordered)
        confirmed = holds(format::fileHeaderBytes, hint.header.lowestSequence);
    return confirmed;
}

} // namespace

Result<bool> loadHint(const LoadTarget& target, log::Segment& segment, const SoundHint& hint, std::uint64_t fileBytes) {
    const format::HintHeader& header = hint.header;
    if (auto confirmed = confirmSequences(target, segment, hint, fileBytes); !confirmed || !*confirmed)
        return confirmed;
    // Not kept open since it was found: there may be more files than a process may have open.
    auto file = openListed(target.segments.fileSystem(), hint.path);
    if (!file) // the data file has it all
        return false;
    auto reader = log::HintReader::begin(**file, segment.generation, target.chunkBytes);
    if (!reader || !*reader || (*reader)->header() != header || (*reader)->checksum() != hint.checksum)
        return false;
    auto loaded = enterHint(target, segment, **reader);
    if (!loaded)
        return loaded.error().code == ErrorCode::cancelled ? loaded : Result<bool>(false);
    segment.records.store(header.records, std::memory_order_relaxed);
    segment.tombstones.store(header.tombstones, std::memory_order_relaxed);
    segment.tombstoneBytes.store(header.tombstoneBytes, std::memory_order_relaxed);
    segment.newestTombstoneBytes.store(hint.newestTombstoneBytes, std::memory_order_relaxed);
    segment.noteSequences(header.lowestSequence.value, header.highestSequence.value);
    segment.hintBytes.store(hint.bytes, std::memory_order_relaxed);
    segment.bytes.store(fileBytes, std::memory_order_release);
    if (target.progress != nullptr) {
        target.progress->addBytes(fileBytes);
        target.progress->addRecords(header.entries);
    }
    tell(target, segment, "loaded from its hint file", hint.bytes);
    return true;
}

Result<void> loadRecords(const LoadTarget& target, log::Segment& segment, std::uint64_t fileBytes, TailRule rule) {
    auto file = target.segments.openFile(segment);
    if (!file)
        return failure(std::move(file.error()));
    (*file)->adviseSequential();
    const std::uint64_t begin = segment.bytes.load(std::memory_order_relaxed);
    log::Scanner scanner(**file, begin, fileBytes, target.chunkBytes);
    constexpr std::uint64_t usualRecordBytes = 128;
    KeydirFeed feed(target, segment, helpersFor(target, (fileBytes - std::min(begin, fileBytes)) / usualRecordBytes));
    std::uint64_t reported = begin;
    std::uint64_t previousSequence = segment.highestSequence.load(std::memory_order_relaxed);
    std::uint64_t lostAt = 0; // of damage that may have been any key's record, and is not bounded yet; 0: none
    for (std::uint64_t count = 0;; ++count) {
        auto next = scanner.next();
        if (!next) {
            feed.finish(); // a follower goes on behind the last record that was counted, and must have all before it
            return failure(std::move(next.error()));
        }
        if (!*next)
            break;
        const log::Scanned& scanned = **next;
        const keydir::Location location{.file = segment.index,
                                        .offset = scanned.offset,
                                        .valueBytes = scanned.header.valueSize,
                                        .sequence = scanned.header.sequence.value,
                                        .tombstone = scanned.header.tombstone()};
        if (scanned.kind == log::Scanned::Kind::record) {
            segment.countRecord(location.sequence, scanned.bytes, location.tombstone);
            if (lostAt > 0 && segment.ordered) {
                segment.noteLost(location.sequence, lostAt);
                lostAt = 0;
            }
            feed.add(scanned.key, target.keydir.hash(scanned.key), location);
            previousSequence = location.sequence;
        } else if (rule == TailRule::stop) {
            break;
        } else if (scanned.kind == log::Scanned::Kind::damaged) {
            segment.damaged.store(true, std::memory_order_relaxed);
            tell(target, segment, "damaged record", scanned.bytes);
            // Not identified, its extent being certain: in a log the sequence number must follow its predecessor's.
            const bool likely = scanned.trustedExtent && !segment.mergeOutput && isPlausible(scanned.header) &&
                                previousSequence > 0 && location.sequence == previousSequence + 1;
            if (scanned.identified || likely) {
                segment.countRecord(location.sequence, scanned.bytes, false);
                keydir::Location poisoned = location;
                poisoned.tombstone = false; // whichever it was, a get of the key must say that it is damaged
                feed.add(scanned.key, target.keydir.hash(scanned.key), poisoned);
                previousSequence = location.sequence;
            }
            if (!scanned.identified && lostAt == 0)
                lostAt = scanned.offset;
        } else if (rule == TailRule::durable) {
            segment.damaged.store(true, std::memory_order_relaxed);
            lostAt = lostAt > 0 ? lostAt : scanned.offset;
        }
        segment.bytes.store(scanned.offset + scanned.bytes, std::memory_order_release);
        if (target.progress != nullptr && (scanner.offset() - reported > target.chunkBytes || count % 4096 == 4095)) {
            target.progress->addBytes(scanner.offset() - reported);
            reported = scanner.offset();
            if (auto done = checkpoint(target); !done)
                return done;
        }
    }
    feed.finish();
    if (lostAt > 0)
        segment.noteLost(log::Segment::anySequence, lostAt);
    if (target.progress != nullptr)
        target.progress->addBytes(fileBytes > reported ? fileBytes - reported : 0);
    tell(target, segment, "scanned", segment.bytes.load(std::memory_order_relaxed) - begin);
    return {};
}

} // namespace rustcask::recovery
