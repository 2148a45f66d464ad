// SPDX-License-Identifier: Apache-2.0
#include "log/writer.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "format/file_names.h"

namespace rustcask::log {
namespace {

constexpr std::uint64_t firstReservation = 64 << 10;
constexpr std::uint64_t largestReservation = 64 << 20;
constexpr std::uint64_t reservedAheadFrom = 1 << 20; // shorter files may be short for good, and their pages are few
constexpr std::uint64_t touchAheadBytes = 16 << 20;  // some milliseconds of appends at full speed
constexpr std::uint64_t maxMappedBytes = std::uint64_t{64} << 30; // longer files are written with pwrite
constexpr std::size_t largeValueBytes = 256 << 10; // from here on copying twice costs more than a second call
// From here on a call costs less than populating the pages, which the kernel clears first.
constexpr std::size_t largeMappedBytes = 32 << 10;

} // namespace

Writer::Writer(SegmentSet& segments, Settings settings)
    : m_segments(segments),
      m_settings(std::move(settings)),
      // A merge that finds no space leaves everything as it was.
      m_reservesBuffer(m_settings.path == WritePath::buffered && !m_settings.mergeOutput) {}
Writer::~Writer() = default;

void Writer::abandonActive() noexcept {
    m_toucher.stop();
    m_active.reset();
    m_file.reset();
    m_mapping.reset();
    m_toucher.setReserved(0);
}

Result<void> Writer::begin(std::uint64_t firstRecordBytes) {
    const Generation generation = m_settings.nextGeneration();
    std::filesystem::path path = m_settings.directory / format::dataFileName(generation);
    if (m_settings.mergeOutput)
        path += format::temporarySuffix;
    auto segment = m_segments.create(generation, path);
    if (!segment)
        return failure(std::move(segment.error()));
    Segment& made = **segment;
    made.created = m_settings.clock();
    made.mergeOutput = m_settings.mergeOutput;
    made.ordered = !m_settings.mergeOutput;
    if (m_settings.path == WritePath::buffered)
        made.pending = std::make_unique<PendingBytes>();
    auto file = m_segments.fileSystem().open(path, io::OpenMode::createNew);
    if (!file)
        return failure(std::move(file.error()));
    m_file = std::move(*file);
    m_active = std::move(*segment);
    m_toucher.setReserved(0);
    Result<void> done = {};
    try {
        done = fillNew(generation, firstRecordBytes);
    } catch (const std::bad_alloc&) {
        abandonNew(path);
        throw;
    }
    if (!done)
        abandonNew(path); // the first failure is the one to report
    return done;
}

void Writer::abandonNew(const std::filesystem::path& path) noexcept {
    abandonActive();
    try {
        static_cast<void>(m_segments.fileSystem().remove(path));
    } catch (const std::bad_alloc&) {
        // It stays, without records: the next opening makes nothing of it.
    }
}

// Everything that makes the new, empty file one to append to.
Result<void> Writer::fillNew(Generation generation, std::uint64_t firstRecordBytes) {
    Segment& made = *m_active;

    char header[format::fileHeaderBytes];
    format::encodeFileHeader({.generation = generation, .created = made.created, .mergeOutput = m_settings.mergeOutput},
                             header);
    Result<void> done = {};
    if (m_settings.path == WritePath::mapped)
        done = mapActive(firstRecordBytes);
    else if (m_reservesBuffer)
        done = reserveBuffer(format::fileHeaderBytes + firstRecordBytes);
    if (done) {
        if (m_mapping)
            std::memcpy(m_mapping->data(), header, sizeof header);
        else
            done = m_file->writeAt(0, {header, sizeof header});
    }
    if (done)
        done = m_segments.fileSystem().syncDirectory(m_settings.directory);
    if (!done)
        return done;
    made.bytes.store(format::fileHeaderBytes, std::memory_order_relaxed);
    made.headerBytes.store(format::fileHeaderBytes, std::memory_order_relaxed);
    if (made.pending)
        made.pending->begin = format::fileHeaderBytes;
    if (!m_settings.mergeOutput) {
        m_segments.attach(*m_active, m_file, m_mapping);
        m_segments.publish(m_active);
    }
    return {};
}

// Maps the whole of what the file may become; only reserved pages are ever touched.
Result<void> Writer::mapActive(std::uint64_t firstRecordBytes) {
    const std::uint64_t end = m_active->bytes.load(std::memory_order_relaxed);
    const std::uint64_t needed = std::max(end, format::fileHeaderBytes) + firstRecordBytes;
    const std::uint64_t length = std::max(m_settings.maxFileBytes, needed);
    auto reserved = length > maxMappedBytes
                        ? Result<void>(failure({.code = ErrorCode::unsupported, .operation = "map the active file"}))
                        : reserve(needed);
    if (reserved) {
        auto mapping = m_file->map(length, true);
        if (mapping) {
            m_mapping = std::move(*mapping);
            m_touchedTo = 0;
            m_touchNextAt = std::max(end, firstReservation);
            return {};
        }
        reserved = failure({.code = ErrorCode::unsupported, .operation = "map the active file"});
        if (m_toucher.reserved() > end) { // what was reserved for the mapping must not stay behind the records
            if (auto cut = m_file->truncate(end); !cut)
                return cut;
        }
    }
    if (reserved.error().code != ErrorCode::unsupported)
        return reserved;
    m_settings.path = WritePath::direct; // this file system cannot promise space: a full disk would be a signal
    m_toucher.setReserved(0);
    return {};
}

// A full disk is then an error of the put that finds it so, and not of a flush long after the puts it concerns.
Result<void> Writer::reserveBuffer(std::uint64_t end) {
    auto reserved = reserve(end);
    if (reserved || reserved.error().code != ErrorCode::unsupported)
        return reserved;
    m_reservesBuffer = false; // not to be had here: a flush may fail
    return {};
}

// Doubling from 64 KiB to 64 MiB: few calls for large files, little waste for small ones.
std::uint64_t Writer::nextReservation(std::uint64_t end) const noexcept {
    const std::uint64_t reserved = m_toucher.reserved();
    const std::uint64_t step = std::clamp(reserved, firstReservation, largestReservation);
    return std::min(std::max(end, reserved + step), std::max(m_settings.maxFileBytes, end));
}

Result<void> Writer::reserve(std::uint64_t end) {
    if (end <= m_toucher.reserved())
        return {};
    m_toucher.stop(); // it may be about to do it
    const std::uint64_t reserved = m_toucher.reserved();
    if (end <= reserved)
        return {};
    std::uint64_t target = nextReservation(end);
    auto done = m_file->allocate(reserved, target - reserved);
    if (!done && done.error().code == ErrorCode::noSpace && target > end) {
        target = end; // not the comfortable amount, but perhaps what this record needs
        done = m_file->allocate(reserved, target - reserved);
    }
    if (!done)
        return done;
    m_toucher.setReserved(target);
    return {};
}

Result<void> Writer::makeRoom(std::uint64_t bytes) {
    if (m_broken)
        return failure({.code = ErrorCode::readOnly,
                        .operation = "append a record",
                        .file = m_active ? m_active->path : m_settings.directory,
                        .detail = "an earlier append failed and could not be taken back",
                        .advice = "Close the database and open it again"});
    if (m_active) {
        const std::uint64_t length = m_active->bytes.load(std::memory_order_relaxed);
        const std::uint64_t limit =
            m_mapping ? std::min<std::uint64_t>(m_mapping->size(), m_settings.maxFileBytes) : m_settings.maxFileBytes;
        if (length + bytes > limit && (length > format::fileHeaderBytes || m_mapping)) {
            if (auto done = seal(); !done)
                return done;
        }
    }
    if (!m_active) {
        if (auto done = begin(bytes); !done)
            return done;
    }
    const std::uint64_t end = m_active->bytes.load(std::memory_order_relaxed) + bytes;
    if (m_mapping) {
        auto reserved = reserve(end);
        if (reserved || reserved.error().code != ErrorCode::unsupported)
            return reserved;
        if (auto done = seal(); !done)
            return done;
        m_settings.path = WritePath::direct; // as in mapActive
        return begin(bytes);
    }
    return m_reservesBuffer ? reserveBuffer(end) : Result<void>();
}

// A partial append must not be met by the next one, nor by recovery.
tl::unexpected<Error> Writer::takeBack(Error error) {
    const std::uint64_t end = m_active->bytes.load(std::memory_order_relaxed);
    m_broken = true; // unless it can be taken back
    m_toucher.stop();
    if (m_file->truncate(end)) {
        m_broken = false;
        m_toucher.setReserved(std::min(m_toucher.reserved(), end));
        m_touchedTo = std::min(m_touchedTo, end);
    }
    return failure(std::move(error));
}

Result<void> Writer::write(std::uint64_t offset, std::string_view head, std::string_view tail) {
    if (m_active->pending) {
        PendingBytes& pending = *m_active->pending;
        if (pending.bytes.size() + head.size() + tail.size() > m_settings.bufferBytes) {
            if (auto done = flush(); !done)
                return done;
        }
        if (head.size() + tail.size() <= m_settings.bufferBytes) {
            const MutexLock lock(pending.mutex);
            pending.bytes.reserve(pending.bytes.size() + head.size() + tail.size()); // both parts or none
            pending.bytes.append(head);
            pending.bytes.append(tail);
            return {};
        }
    }
    auto done = m_file->writeAt(offset, head);
    if (done && !tail.empty())
        done = m_file->writeAt(offset + head.size(), tail);
    if (!done)
        return takeBack(std::move(done.error()));
    if (m_active->pending) {
        const MutexLock lock(m_active->pending->mutex);
        m_active->pending->begin = offset + head.size() + tail.size();
    }
    return {};
}

// Asks for space well ahead of `offset`, and for pages unless what comes is written with calls; at most for as much as
// the file is long already: a small file shall stay small.
void Writer::touchAhead(std::uint64_t offset, bool pages) noexcept {
    const std::uint64_t ahead = std::clamp(offset, firstReservation, touchAheadBytes);
    m_touchNextAt = offset + ahead / 2;
    const std::uint64_t reserved = m_toucher.reserved();
    std::uint64_t end = std::min(offset + ahead, m_mapping->size());
    if (reserved < reservedAheadFrom)
        end = std::min(end, reserved);
    const std::uint64_t begin = pages ? std::max(offset, m_touchedTo) : end;
    if (begin >= end && end <= reserved)
        return;
    m_touchedTo = pages ? std::max(m_touchedTo, end) : m_touchedTo;
    m_toucher.request({.file = m_file,
                       .mapping = m_mapping,
                       .begin = begin,
                       .end = end,
                       .reserveTo = end > reserved ? nextReservation(end) : reserved});
}

Writer::Place Writer::finish(const format::RecordHeader& header) noexcept {
    Place place{.segment = m_active.get(),
                .offset = m_active->bytes.load(std::memory_order_relaxed),
                .bytes = header.recordBytes()};
    m_active->countRecord(header.sequence.value, place.bytes, header.tombstone());
    m_active->bytes.store(place.offset + place.bytes, std::memory_order_release);
    if (m_mapping && place.offset >= m_touchNextAt)
        touchAhead(place.offset + place.bytes, isMapped(place.bytes));
    return place;
}

bool Writer::isMapped(std::uint64_t recordBytes) const noexcept {
    return m_mapping && !m_settings.syncsRecords && recordBytes < largeMappedBytes;
}

void Writer::lay(Sequence sequence, Timestamp time, std::string_view key, std::string_view value,
                 bool tombstone) noexcept {
    if (isMapped(format::recordBytes(key.size(), value.size())))
        format::encodeWithoutChecksum(m_mapping->data() + m_active->bytes.load(std::memory_order_relaxed), sequence,
                                      time, key, value, tombstone);
}

Result<Writer::Place> Writer::append(Sequence sequence, Timestamp time, std::string_view key, std::string_view value,
                                     bool tombstone) {
    const std::uint64_t bytes = format::recordBytes(key.size(), value.size());
    const std::uint64_t offset = m_active->bytes.load(std::memory_order_relaxed);
    if (isMapped(bytes)) {
        format::encodeChecksum(m_mapping->data() + offset, static_cast<std::size_t>(bytes));
    } else {
        const bool large = value.size() >= (m_mapping ? largeMappedBytes : largeValueBytes);
        m_scratch.resize(static_cast<std::size_t>(large ? format::recordHeaderBytes + key.size() : bytes));
        if (large)
            format::encodeRecordPrefix(m_scratch.data(), sequence, time, key, value, tombstone);
        else
            format::encodeRecord(m_scratch.data(), sequence, time, key, value, tombstone);
        if (auto done = write(offset, m_scratch, large ? value : std::string_view()); !done)
            return failure(std::move(done.error()));
    }
    format::RecordHeader header;
    header.sequence = sequence;
    header.keySize = static_cast<std::uint16_t>(key.size());
    header.valueSize = static_cast<std::uint32_t>(value.size());
    header.flags = tombstone ? format::tombstoneFlag : std::uint16_t{0};
    return finish(header);
}

Result<Writer::Place> Writer::appendRaw(const format::RecordHeader& header, std::string_view record) {
    if (auto done = makeRoom(record.size()); !done)
        return failure(std::move(done.error()));
    if (auto done = write(m_active->bytes.load(std::memory_order_relaxed), record, {}); !done)
        return failure(std::move(done.error()));
    return finish(header);
}

Result<Writer::Place> Writer::copyLong(const format::RecordHeader& header, const io::File& from, std::uint64_t offset,
                                       std::uint64_t chunkBytes) {
    const std::uint64_t bytes = header.recordBytes();
    if (auto done = makeRoom(bytes); !done)
        return failure(std::move(done.error()));
    if (auto done = flush(); !done)
        return failure(std::move(done.error()));
    const std::uint64_t to = m_active->bytes.load(std::memory_order_relaxed);
    m_scratch.resize(static_cast<std::size_t>(std::min(bytes, chunkBytes)));
    for (std::uint64_t done = 0; done < bytes;) {
        auto read = from.readAt(offset + done, m_scratch.data(),
                                static_cast<std::size_t>(std::min<std::uint64_t>(bytes - done, m_scratch.size())));
        Result<void> written = read ? Result<void>() : failure(std::move(read.error()));
        if (read && *read == 0)
            written = failure({.code = ErrorCode::corruption,
                               .operation = "copy a record",
                               .offset = offset,
                               .detail = "the file ends before the record does"});
        if (written)
            written = m_file->writeAt(to + done, {m_scratch.data(), *read});
        if (!written)
            return takeBack(std::move(written.error()));
        done += *read;
    }
    if (m_active->pending) {
        const MutexLock lock(m_active->pending->mutex);
        m_active->pending->begin = to + bytes;
    }
    return finish(header);
}

Result<void> Writer::adopt(const std::shared_ptr<Segment>& segment) {
    auto file = m_segments.fileSystem().open(segment->path, io::OpenMode::readWrite);
    if (!file)
        return failure(std::move(file.error()));
    std::unique_ptr<PendingBytes> pending;
    if (m_settings.path == WritePath::buffered) {
        pending = std::make_unique<PendingBytes>();
        pending->begin = segment->bytes.load(std::memory_order_relaxed);
    }
    m_file = std::move(*file);
    m_active = segment;
    m_toucher.setReserved(segment->bytes.load(std::memory_order_relaxed));
    if (m_settings.path == WritePath::mapped) {
        Result<void> done = {};
        try {
            done = mapActive(0);
        } catch (const std::bad_alloc&) {
            abandonActive();
            throw;
        }
        if (!done) {
            abandonActive();
            return done;
        }
    }
    if (pending) // readers look at it only once the file is no longer sealed
        segment->pending = std::move(pending);
    segment->sealed.store(false, std::memory_order_release); // before: nobody may map it at the length it has now
    m_segments.attach(*segment, m_file, m_mapping);
    return {};
}

Result<void> Writer::flush() {
    if (!m_active || !m_active->pending || m_active->pending->bytes.empty())
        return {};
    PendingBytes& pending = *m_active->pending;
    // Only this thread changes the bytes; readers may go on copying from them during the write.
    if (auto done = m_file->writeAt(pending.begin, pending.bytes); !done)
        return done;            // kept: the next flush writes it again
    if (m_settings.mergeOutput) // synced as soon as it is full
        m_file->beginWriteBack(pending.begin, pending.bytes.size());
    const MutexLock lock(pending.mutex);
    pending.begin += pending.bytes.size();
    pending.bytes.clear();
    return {};
}

Result<void> Writer::seal() {
    if (!m_active)
        return {};
    const std::uint64_t length = m_active->bytes.load(std::memory_order_relaxed);
    if (auto done = flush(); !done)
        return done;
    m_toucher.stop();
    if (m_toucher.reserved() > length) {
        if (auto done = m_file->truncate(length); !done)
            return done;
        m_toucher.setReserved(length);
    }
    ++m_fsyncs;
    m_broken = true; // unless it becomes durable
    if (auto done = m_settings.sync ? m_settings.sync(*m_file) : m_file->sync(); !done)
        return done;
    m_broken = false;
    m_active->sealed.store(true, std::memory_order_release);
    if (!m_settings.mergeOutput)
        m_segments.detachHandle(*m_active);
    const std::shared_ptr<Segment> done = std::exchange(m_active, nullptr);
    m_file.reset();
    m_mapping.reset();
    if (m_settings.sealed)
        m_settings.sealed(done);
    return {};
}

} // namespace rustcask::log
