// SPDX-License-Identifier: Apache-2.0
#include "log/segment_set.h"

#include <algorithm>
#include <utility>

#include "io/beside_merges.h"
#include "keydir/keydir.h"

namespace rustcask::log {

FileStats Segment::stats() const {
    FileStats stats;
    stats.generation = generation;
    stats.active = !sealed.load(std::memory_order_relaxed);
    stats.mergeOutput = mergeOutput;
    stats.hintBytes = hintBytes.load(std::memory_order_relaxed);
    stats.hasHint = stats.hintBytes > 0;
    stats.damaged = damaged.load(std::memory_order_relaxed);
    stats.headerBytes = headerBytes.load(std::memory_order_relaxed);
    // A reader of statistics runs beside the writer: taken in this order no difference of two counters is negative.
    stats.liveKeys = static_cast<std::uint64_t>(std::max<std::int64_t>(0, liveKeys()));
    stats.liveBytes = static_cast<std::uint64_t>(std::max<std::int64_t>(0, liveBytes()));
    stats.tombstones = tombstones.load(std::memory_order_relaxed);
    stats.tombstoneBytes = tombstoneBytes.load(std::memory_order_relaxed);
    stats.records = std::max(records.load(std::memory_order_relaxed), stats.liveKeys + stats.tombstones);
    stats.bytes =
        std::max(bytes.load(std::memory_order_relaxed), stats.headerBytes + stats.liveBytes + stats.tombstoneBytes);
    return stats;
}

SegmentSet::SegmentSet(std::shared_ptr<io::FileSystem> fileSystem, keydir::Reclaimer& reclaimer, ReadStrategy strategy,
                       std::uint32_t maxOpenFiles)
    : m_fileSystem(std::move(fileSystem)), m_reclaimer(reclaimer), m_strategy(strategy), m_maxOpenFiles(maxOpenFiles) {}

SegmentSet::~SegmentSet() = default;

Result<std::shared_ptr<Segment>> SegmentSet::create(Generation generation, std::filesystem::path path) {
    const MutexLock lock(m_mutex);
    if (m_nextIndex > keydir::maxFileIndex)
        return failure({.code = ErrorCode::internal,
                        .operation = "create a data file",
                        .file = std::move(path),
                        .detail = "this handle has made 4,194,304 files",
                        .advice = "Close the database and open it again"});
    return std::make_shared<Segment>(m_nextIndex++, generation, std::move(path));
}

void SegmentSet::publish(const std::shared_ptr<Segment>& segment) {
    const MutexLock lock(m_mutex);
    std::atomic<Block*>& block = m_blocks[segment->index / blockSize];
    if (block.load(std::memory_order_relaxed) == nullptr) {
        m_blockOwners.push_back(std::make_unique<Block>());
        block.store(m_blockOwners.back().get(), std::memory_order_release);
    }
    (*block.load(std::memory_order_relaxed))[segment->index % blockSize].store(segment.get(),
                                                                               std::memory_order_release);
    const auto place = std::upper_bound(m_segments.begin(), m_segments.end(), segment,
                                        [](const auto& a, const auto& b) { return a->generation < b->generation; });
    m_segments.insert(place, segment);
}

Result<void> SegmentSet::remove(const std::shared_ptr<Segment>& segment) {
    {
        const MutexLock lock(m_mutex);
        if (!segment->handleOwner) { // a snapshot may come back for it after the name has gone
            auto file = openFile(*segment);
            if (!file && !io::isMissing(file.error()))
                return failure(std::move(file.error()));
            if (file) {
                segment->handleOwner = std::move(*file);
                segment->handle.store(segment->handleOwner.get(), std::memory_order_release);
            }
        }
        segment->removed.store(true, std::memory_order_release);
        (*m_blocks[segment->index / blockSize].load(std::memory_order_relaxed))[segment->index % blockSize].store(
            nullptr, std::memory_order_seq_cst);
        std::erase(m_segments, segment);
        std::erase(m_open, segment.get()); // not to be evicted any more
        m_hand = 0;
    }
    m_reclaimer.retire(segment);
    return {};
}

Result<std::unique_ptr<io::File>> SegmentSet::openFile(const Segment& segment) const {
    // A follower may have found a merge's output between its commit and its renaming.
    return openListed(*m_fileSystem, segment.path);
}

Result<bool> SegmentSet::pin(Segment& segment) {
    const MutexLock lock(m_mutex);
    if (segment.pins == 0) {
        if (m_pinned >= m_maxOpenFiles)
            return false;
        if (!segment.handleOwner) {
            auto file = openFile(segment);
            if (!file)
                return failure(std::move(file.error()));
            segment.handleOwner = std::move(*file);
            segment.handle.store(segment.handleOwner.get(), std::memory_order_release);
        }
        std::erase(m_open, &segment); // not to be evicted
        m_hand = 0;
        ++m_pinned;
    }
    ++segment.pins;
    return true;
}

void SegmentSet::unpin(Segment& segment) noexcept {
    std::shared_ptr<io::File> file;
    {
        const MutexLock lock(m_mutex);
        if (--segment.pins > 0)
            return;
        --m_pinned;
        // Of one that was removed it goes with the segment.
        if (segment.removed.load(std::memory_order_relaxed))
            return;
        segment.handle.store(nullptr, std::memory_order_seq_cst);
        file = std::exchange(segment.handleOwner, nullptr);
    }
    if (file)
        m_reclaimer.retire(std::move(file)); // readers may be in the middle of it
}

Segment* SegmentSet::at(std::uint32_t index) const noexcept {
    const Block* block = m_blocks[index / blockSize].load(std::memory_order_acquire);
    return block == nullptr ? nullptr : (*block)[index % blockSize].load(std::memory_order_acquire);
}

std::vector<std::shared_ptr<Segment>> SegmentSet::list() const {
    const MutexLock lock(m_mutex);
    return m_segments;
}

void SegmentSet::attach(Segment& segment, std::shared_ptr<io::File> file, std::shared_ptr<io::Mapping> mapping) {
    std::shared_ptr<io::File> oldFile;
    std::shared_ptr<io::Mapping> oldMapping;
    {
        const MutexLock lock(m_mutex);
        std::erase(m_open, &segment);
        m_hand = 0;
        oldFile = std::exchange(segment.handleOwner, std::move(file));
        segment.handle.store(segment.handleOwner.get(), std::memory_order_seq_cst);
        oldMapping = std::exchange(segment.mapping, std::move(mapping));
        setMapped(segment, segment.mapping.get());
    }
    if (oldFile)
        m_reclaimer.retire(std::move(oldFile)); // readers may be in the middle of them
    if (oldMapping)
        m_reclaimer.retire(std::move(oldMapping));
}

void SegmentSet::detachHandle(Segment& segment) {
    std::shared_ptr<io::File> file;
    std::shared_ptr<io::Mapping> mapping;
    {
        const MutexLock lock(m_mutex);
        segment.handle.store(nullptr, std::memory_order_seq_cst);
        file = std::exchange(segment.handleOwner, nullptr);
        if (segment.mapping && segment.mapping->size() < segment.bytes.load(std::memory_order_relaxed)) {
            setMapped(segment, nullptr); // the next reader maps all of it
            mapping = std::exchange(segment.mapping, nullptr);
        }
    }
    if (file)
        m_reclaimer.retire(std::move(file));
    if (mapping)
        m_reclaimer.retire(std::move(mapping));
}

Result<std::string_view> SegmentSet::read(Segment& segment, std::uint64_t offset, std::uint64_t bytes,
                                          std::string& scratch) const {
    if (m_strategy == ReadStrategy::mapped) {
        const io::Mapping* mapped = segment.mapped.load(std::memory_order_acquire);
        if (mapped == nullptr && segment.sealed.load(std::memory_order_acquire) &&
            !segment.mappingFailed.load(std::memory_order_relaxed))
            mapped = mapNow(segment);
        if (mapped != nullptr && offset + bytes > segment.bytes.load(std::memory_order_acquire))
            return failure({.code = ErrorCode::corruption,
                            .operation = "read a record",
                            .file = segment.path,
                            .offset = offset,
                            .detail = "the file ends before the record does"});
        // A file that was sealed, mapped and then appended to again, here or by the process that is followed, is longer
        // than its mapping: what lies beyond is read through a handle.
        if (mapped != nullptr && offset + bytes <= mapped->size())
            return std::string_view(mapped->data() + offset, static_cast<std::size_t>(bytes));
    }
    if (!segment.sealed.load(std::memory_order_acquire) && segment.pending) {
        const MutexLock lock(segment.pending->mutex);
        if (offset >= segment.pending->begin) {
            scratch.assign(segment.pending->bytes, static_cast<std::size_t>(offset - segment.pending->begin),
                           static_cast<std::size_t>(bytes));
            return std::string_view(scratch);
        }
    }
    if (m_strategy == ReadStrategy::openPerRead && !segment.removed.load(std::memory_order_acquire)) {
        auto file = openFile(segment);
        if (file)
            return readThrough(**file, segment, offset, bytes, scratch);
        // Removed: a snapshot that still holds it reads through the handle kept for that.
        if (!io::isMissing(file.error()) || (!segment.removed.load(std::memory_order_acquire) &&
                                             segment.handle.load(std::memory_order_acquire) == nullptr))
            return failure(std::move(file.error()));
    }
    const io::File* handle = segment.handle.load(std::memory_order_acquire);
    if (handle == nullptr) {
        auto opened = openNow(segment);
        if (!opened)
            return failure(std::move(opened.error()));
        handle = *opened;
    }
    if (!segment.recentlyUsed.load(std::memory_order_relaxed))
        segment.recentlyUsed.store(true, std::memory_order_relaxed);
    return readThrough(*handle, segment, offset, bytes, scratch);
}

Result<std::string_view> SegmentSet::readThrough(const io::File& file, const Segment& segment, std::uint64_t offset,
                                                 std::uint64_t bytes, std::string& scratch) const {
    // Grown, never shrunk: after the first reads of a thread no read allocates.
    if (scratch.size() < bytes)
        scratch.resize(static_cast<std::size_t>(bytes));
    auto read = file.readAt(offset, scratch.data(), static_cast<std::size_t>(bytes));
    if (!read)
        return failure(std::move(read.error()));
    if (*read < bytes)
        return failure({.code = ErrorCode::corruption,
                        .operation = "read a record",
                        .file = segment.path,
                        .offset = offset,
                        .detail = "the file ends before the record does",
                        .advice = "Run verify on the database"});
    return std::string_view(scratch.data(), static_cast<std::size_t>(bytes));
}

void SegmentSet::setMapped(Segment& segment, const io::Mapping* mapping) const noexcept {
    segment.mapped.store(mapping, std::memory_order_seq_cst);
    if (m_strategy == ReadStrategy::mapped)
        m_mappings.begin[segment.index % m_mappings.begin.size()].store(mapping != nullptr ? mapping->data() : nullptr,
                                                                        std::memory_order_relaxed);
}

const io::Mapping* SegmentSet::mapNow(Segment& segment) const {
    const MutexLock lock(m_mutex);
    if (const io::Mapping* mapped = segment.mapped.load(std::memory_order_relaxed))
        return mapped; // another thread was first
    if (!segment.sealed.load(std::memory_order_acquire))
        return nullptr; // it is being appended to again
    const std::uint64_t length = segment.bytes.load(std::memory_order_acquire);
    auto file = openFile(segment);
    auto size = file ? (*file)->size() : Result<std::uint64_t>(0);
    // Beyond the end of the file a mapping is a signal: a file that was cut by somebody is read with pread instead.
    if (file && size && *size >= length && length > 0) {
        if (auto mapping = (*file)->map(length, false)) {
            segment.mapping = std::move(*mapping);
            setMapped(segment, segment.mapping.get());
            return segment.mapping.get();
        }
    }
    segment.mappingFailed.store(true, std::memory_order_relaxed); // pread reports what is wrong, or works
    return nullptr;
}

Result<const io::File*> SegmentSet::openNow(Segment& segment) const {
    std::shared_ptr<io::File> evicted; // closed after the lock, when its readers have left
    // Taken under the lock: another thread may evict it at once, but the caller's guard keeps it open.
    const io::File* opened = nullptr;
    {
        const MutexLock lock(m_mutex);
        if (const io::File* handle = segment.handle.load(std::memory_order_relaxed))
            return handle;
        auto file = openFile(segment);
        if (!file)
            return failure(std::move(file.error()));
        if (m_open.size() >= m_maxOpenFiles) {
            // Second chance: the hand passes by handles that were used since it last came.
            for (std::size_t turn = 0; turn <= 2 * m_open.size(); ++turn) {
                m_hand = (m_hand + 1) % m_open.size();
                Segment& victim = *m_open[m_hand];
                if (victim.recentlyUsed.exchange(false, std::memory_order_relaxed) && turn < 2 * m_open.size())
                    continue;
                victim.handle.store(nullptr, std::memory_order_seq_cst);
                evicted = std::move(victim.handleOwner);
                m_open.erase(m_open.begin() + static_cast<std::ptrdiff_t>(m_hand));
                break;
            }
        }
        segment.handleOwner = std::move(*file);
        segment.handle.store(segment.handleOwner.get(), std::memory_order_release);
        m_open.push_back(&segment);
        opened = segment.handleOwner.get();
    }
    if (evicted)
        m_reclaimer.retire(std::move(evicted));
    return opened;
}

namespace {

// What stands in a log is older than anything in a log that was begun later; so is what a merge copied, because its
// inputs were sealed before it made its outputs.
[[nodiscard]] const Segment* firstLogAfter(const Segment& damaged,
                                           const std::vector<std::shared_ptr<Segment>>& segments) {
    for (const auto& later : segments) // ascending
        if (later->ordered && later->generation > damaged.generation &&
            later->lowestSequence.load(std::memory_order_relaxed) > 0)
            return later.get();
    return nullptr;
}

} // namespace

bool SegmentSet::boundsDoubt(const Segment& segment) const {
    const auto segments = list();
    return std::any_of(segments.begin(), segments.end(), [&](const auto& damaged) {
        return damaged->lostBelow.load(std::memory_order_relaxed) > 0 && firstLogAfter(*damaged, segments) == &segment;
    });
}

void SegmentSet::updateDoubt() {
    const auto segments = list();
    std::uint64_t highest = 0;
    for (const auto& segment : segments)
        highest = std::max(highest, segment->highestSequence.load(std::memory_order_relaxed));
    std::uint64_t below = 0;
    std::uint32_t except = noFileIndex;
    std::uint32_t file = noFileIndex;
    for (const auto& segment : segments) {
        if (segment->lostBelow.load(std::memory_order_relaxed) == 0)
            continue;
        // What is written from now on is newer in any case.
        std::uint64_t bound = std::min(segment->lostBelow.load(std::memory_order_relaxed), highest + 1);
        if (const Segment* later = firstLogAfter(*segment, segments))
            bound = std::min(bound, later->lowestSequence.load(std::memory_order_relaxed));
        // A merge writes each key once, so that what is sound in its output is not what is damaged there.
        except = file == noFileIndex && segment->mergeOutput ? segment->index : noFileIndex;
        file = segment->index;
        below = std::max(below, bound);
    }
    m_doubtExcept.store(except, std::memory_order_relaxed);
    m_doubtFile.store(file, std::memory_order_relaxed);
    m_doubtBelow.store(below, std::memory_order_release);
}

Error SegmentSet::doubtError(std::string_view operation) const {
    Error error{.code = ErrorCode::corruption,
                .operation = std::string(operation),
                .detail = "the newest record of this key may be among damaged bytes",
                .advice = "Run verify on the database; repair makes it whole with what can be read"};
    const std::uint32_t file = m_doubtFile.load(std::memory_order_relaxed);
    if (const Segment* segment = file == noFileIndex ? nullptr : at(file)) {
        error.file = segment->path;
        error.offset = segment->lostAt.load(std::memory_order_relaxed);
    }
    return error;
}

} // namespace rustcask::log
