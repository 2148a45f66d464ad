// SPDX-License-Identifier: Apache-2.0
// Loading one data file: what its header, its hint and its length say together.
#include <algorithm>

#include "format/data_record.h"
#include "log/scanner.h"
#include "recovery/recovery.h"

namespace rustcask::recovery {
namespace {

struct HeaderFound {
    format::HeaderVerdict verdict = format::HeaderVerdict::missing;
    format::FileHeader header{};
};

[[nodiscard]] Result<HeaderFound> readHeader(io::FileSystem& fileSystem, const FoundFile& file) {
    auto handle = fileSystem.open(file.path, io::OpenMode::read);
    if (!handle)
        return failure(std::move(handle.error()));
    char bytes[format::fileHeaderBytes];
    auto read = (*handle)->readAt(0, bytes, sizeof bytes);
    if (!read)
        return failure(std::move(read.error()));
    HeaderFound found;
    found.verdict = format::decodeFileHeader({bytes, *read}, found.header);
    if (found.verdict == format::HeaderVerdict::foreign)
        return failure(
            {.code = ErrorCode::notADatabase,
             .operation = "open the database",
             .file = file.path,
             .offset = 0,
             .detail =
                 "the file has the name of a data file but not its header; the `rustcask` crate writes such files",
             .advice = "Nothing was changed. Open a directory that this program wrote"});
    if (found.verdict == format::HeaderVerdict::unknownVersion)
        return failure({.code = ErrorCode::unsupported,
                        .operation = "open the database",
                        .file = file.path,
                        .offset = format::header_at::version,
                        .detail = "the file was written in a newer format version",
                        .advice = "Use a newer release of this program"});
    return found;
}

[[nodiscard]] Result<bool> hasGrownTo(const LoadTarget& target, const log::Segment& segment, std::uint64_t bytes) {
    auto handle = target.segments.openFile(segment);
    if (!handle)
        return failure(std::move(handle.error()));
    auto size = (*handle)->size();
    if (!size)
        return failure(std::move(size.error()));
    return *size >= bytes;
}

// Whether nothing was ever written after the place of the header.
[[nodiscard]] Result<bool> isBare(const LoadTarget& target, const FoundFile& file) {
    auto handle = target.segments.fileSystem().open(file.path, io::OpenMode::read);
    if (!handle)
        return failure(std::move(handle.error()));
    log::Scanner scanner(**handle, std::min(file.bytes, format::fileHeaderBytes), file.bytes, target.chunkBytes);
    auto first = scanner.next();
    if (!first)
        return failure(std::move(first.error()));
    return !*first || (*first)->kind == log::Scanned::Kind::unused;
}

} // namespace

Result<bool> isLogFile(io::FileSystem& fileSystem, const FoundFile& file) {
    auto found = readHeader(fileSystem, file);
    if (!found)
        return failure(std::move(found.error()));
    return found->verdict != format::HeaderVerdict::valid || !found->header.mergeOutput;
}

Result<PreparedFile> prepareFile(const LoadTarget& target, const FoundFile& file, bool newestLog, DistinctKeys* keys) {
    auto header = readHeader(target.segments.fileSystem(), file);
    if (!header)
        return failure(std::move(header.error()));
    if (newestLog && header->verdict == format::HeaderVerdict::damaged) {
        // A power cut in the middle of the header's write, of which the checksum's last bytes did not get to the disk.
        // Where records follow it is damage, which must not take them along.
        auto bare = isBare(target, file);
        if (!bare)
            return failure(std::move(bare.error()));
        if (*bare)
            header->verdict = format::HeaderVerdict::missing;
    }
    auto made = target.segments.create(file.generation, file.path);
    if (!made)
        return failure(std::move(made.error()));
    log::Segment& segment = **made;
    const bool headerSound = header->verdict == format::HeaderVerdict::valid;
    segment.mergeOutput = headerSound && header->header.mergeOutput;
    segment.ordered = headerSound && !segment.mergeOutput;
    segment.created = header->header.created;
    segment.headerBytes.store(std::min(file.bytes, format::fileHeaderBytes), std::memory_order_relaxed);
    segment.bytes.store(segment.headerBytes.load(std::memory_order_relaxed), std::memory_order_relaxed);
    const bool headerMissing = header->verdict == format::HeaderVerdict::missing;
    if (header->verdict == format::HeaderVerdict::damaged ||
        (headerSound && header->header.generation != file.generation) ||
        (headerMissing && !newestLog && file.bytes > 0))
        segment.damaged.store(true, std::memory_order_relaxed);
    target.segments.publish(*made); // live counters of other files find it from here on

    auto hint = findHint(target, segment, keys);
    if (!hint)
        return failure(std::move(hint.error()));
    return PreparedFile{.segment = std::move(*made), .hint = std::move(*hint), .headerMissing = headerMissing};
}

Result<void> loadPrepared(const LoadTarget& target, const FoundFile& file, bool newestLog,
                          const PreparedFile& prepared) {
    log::Segment& segment = *prepared.segment;
    const std::optional<SoundHint>& hint = prepared.hint;
    // So much was durable before the hint was begun. A crash takes nothing of it, so where it is not as it was it is
    // damaged; in a newest file, only what follows may be torn.
    const std::uint64_t durable = hint ? hint->header.dataBytes : 0;
    bool shortened = false;
    if (durable > file.bytes) {
        auto grown = hasGrownTo(target, segment, durable); // beside a writer: since it was listed
        if (!grown)
            return failure(std::move(grown.error()));
        shortened = !*grown;
    }
    if (shortened || (prepared.headerMissing && durable > format::fileHeaderBytes))
        segment.damaged.store(true, std::memory_order_relaxed);
    else if (newestLog && prepared.headerMissing) {
        // The header never got to the disk, and what was appended after it counts only as a prefix: nothing.
        segment.headerBytes.store(0, std::memory_order_relaxed);
        segment.bytes.store(0, std::memory_order_relaxed);
        return {};
    }
    const bool usable =
        hint && (shortened || (durable == file.bytes && !segment.damaged.load(std::memory_order_relaxed)));
    bool hinted = false;
    if (usable) {
        auto loaded = loadHint(target, segment, *hint, file.bytes);
        if (!loaded)
            return failure(std::move(loaded.error()));
        hinted = *loaded;
    }
    if (!hinted) {
        const TailRule rule = newestLog ? TailRule::stop : TailRule::resynchronise;
        Result<void> done = {};
        if (newestLog && durable <= file.bytes && durable > segment.bytes.load(std::memory_order_relaxed))
            done = loadRecords(target, segment, durable, TailRule::durable);
        if (done)
            done = loadRecords(target, segment, file.bytes, rule);
        if (!done)
            return failure(std::move(done.error()));
        if (shortened)
            segment.noteLost(log::Segment::anySequence, file.bytes);
    }
    segment.sealed.store(hinted || !newestLog, std::memory_order_release);
    if (target.progress != nullptr)
        target.progress->addFiles(1);
    return {};
}

Result<std::shared_ptr<log::Segment>> loadFile(const LoadTarget& target, const FoundFile& file, bool newestLog) {
    auto prepared = prepareFile(target, file, newestLog, nullptr);
    if (!prepared)
        return failure(std::move(prepared.error()));
    if (auto done = loadPrepared(target, file, newestLog, *prepared); !done)
        return failure(std::move(done.error()));
    return std::move(prepared->segment);
}

} // namespace rustcask::recovery
