// SPDX-License-Identifier: Apache-2.0
#include "log/hint_writer.h"

#include <new>

#include "format/checksum.h"
#include "format/endian.h"
#include "format/file_names.h"
#include "log/look_ahead.h"
#include "log/scanner.h"

namespace rustcask::log {
namespace {
constexpr std::size_t bufferBytes = 256 << 10;
} // namespace

HintWriter::HintWriter(std::unique_ptr<io::File> file, std::filesystem::path path)
    : m_file(std::move(file)), m_path(std::move(path)) {}

Result<HintWriter> HintWriter::create(io::FileSystem& fileSystem, std::filesystem::path temporaryPath) {
    auto file = fileSystem.open(temporaryPath, io::OpenMode::createOrTruncate);
    if (!file)
        return failure(std::move(file.error()));
    return HintWriter(std::move(*file), std::move(temporaryPath));
}

Result<void> HintWriter::add(const format::HintEntry& entry) {
    format::appendHintEntry(entry, m_buffer);
    ++m_entries;
    return m_buffer.size() >= bufferBytes ? flush() : Result<void>();
}

Result<void> HintWriter::flush() {
    if (auto done = m_file->writeAt(m_offset, m_buffer); !done)
        return done;
    m_checksum = format::crc32c(m_buffer, m_checksum);
    m_offset += m_buffer.size();
    m_buffer.clear();
    return {};
}

Result<std::uint64_t> HintWriter::finish(const Segment& segment) {
    if (auto done = flush(); !done)
        return failure(std::move(done.error()));
    char header[format::hintHeaderBytes];
    format::encodeHintHeader({.generation = segment.generation,
                              .dataBytes = segment.bytes.load(std::memory_order_relaxed),
                              .records = segment.records.load(std::memory_order_relaxed),
                              .tombstones = segment.tombstones.load(std::memory_order_relaxed),
                              .tombstoneBytes = segment.tombstoneBytes.load(std::memory_order_relaxed),
                              .lowestSequence = Sequence{segment.lowestSequence.load(std::memory_order_relaxed)},
                              .highestSequence = Sequence{segment.highestSequence.load(std::memory_order_relaxed)},
                              .entries = m_entries,
                              .entryBytes = m_offset - format::hintHeaderBytes},
                             header);
    char trailer[format::hintTrailerBytes];
    format::store<std::uint32_t>(trailer, format::hintChecksum(m_checksum, {header, sizeof header}));
    auto done = m_file->writeAt(m_offset, {trailer, sizeof trailer});
    if (done)
        done = m_file->writeAt(0, {header, sizeof header});
    if (done)
        done = m_file->sync();
    if (!done)
        return failure(std::move(done.error()));
    return m_offset + sizeof trailer;
}

Result<bool> isSound(io::FileSystem& fileSystem, const Segment& segment, std::uint64_t chunkBytes) {
    auto file = fileSystem.open(segment.path, io::OpenMode::read);
    if (!file)
        return failure(std::move(file.error()));
    Scanner scanner(**file, segment.headerBytes.load(std::memory_order_relaxed),
                    segment.bytes.load(std::memory_order_acquire), chunkBytes);
    for (;;) {
        auto next = scanner.next();
        if (!next)
            return failure(std::move(next.error()));
        if (!*next)
            return true;
        if ((*next)->kind != Scanned::Kind::record)
            return false;
    }
}

Result<std::uint64_t> writeHint(io::FileSystem& fileSystem, Segment& segment, const keydir::Keydir& keydir,
                                const keydir::Reclaimer& reclaimer, std::uint64_t chunkBytes) {
    const std::filesystem::path path = segment.path.parent_path() / format::hintFileName(segment.generation);
    std::filesystem::path temporary = path;
    temporary += format::temporarySuffix;
    auto file = fileSystem.open(segment.path, io::OpenMode::read);
    if (!file)
        return failure(std::move(file.error()));
    auto writer = HintWriter::create(fileSystem, temporary);
    if (!writer)
        return failure(std::move(writer.error()));
    struct Discard { // by whichever way it is left before the hint has its name
        io::FileSystem& fileSystem;
        const std::filesystem::path& temporary;
        bool wanted = true;
        ~Discard() {
            try {
                if (wanted)
                    static_cast<void>(fileSystem.remove(temporary)); // the first failure is the one to report
            } catch (const std::bad_alloc&) {
                // The next opening removes it.
            }
        }
    } discard{fileSystem, temporary};

    Scanner scanner(**file, segment.headerBytes.load(std::memory_order_relaxed),
                    segment.bytes.load(std::memory_order_acquire), chunkBytes);
    LookAhead lookAhead(scanner, keydir, reclaimer);
    Result<void> done = {};
    while (done) {
        auto scanned = scanner.next();
        if (!scanned) {
            done = failure(std::move(scanned.error()));
            break;
        }
        if (!*scanned)
            break;
        const Scanned& record = **scanned;
        if (record.kind != Scanned::Kind::record) {
            // A hint would hide the damage from the next opening.
            segment.damaged.store(true, std::memory_order_relaxed);
            return std::uint64_t{0};
        }
        lookAhead.step();
        {
            const keydir::Reclaimer::Guard guard(reclaimer);
            const auto newest = keydir.find(record.key, keydir.hash(record.key));
            if (newest && newest->file == segment.index && newest->offset > record.offset)
                continue;
        }
        done = writer->add({.sequence = record.header.sequence,
                            .offset = record.offset,
                            .valueSize = record.header.valueSize,
                            .tombstone = record.header.tombstone(),
                            .key = record.key});
    }
    Result<std::uint64_t> length = done ? writer->finish(segment) : failure(std::move(done.error()));
    if (length) {
        done = fileSystem.rename(temporary, path);
        discard.wanted = !done;
        if (done)
            done = fileSystem.syncDirectory(path.parent_path());
        if (!done)
            length = failure(std::move(done.error()));
    }
    return length;
}

} // namespace rustcask::log
