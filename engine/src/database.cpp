// SPDX-License-Identifier: Apache-2.0
#include <rustcask/database.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "database_impl.h"
#include "format/data_record.h"
#include "io/beside_merges.h"
#include "io/tracing.h"

namespace rustcask {
namespace detail {

namespace {

// Whether the record there is the one that the keydir means, of this key. Cheap and always on: a lying hint file gets
// no further.
[[nodiscard]] bool isMeant(const format::RecordHeader& header, const char* record, std::string_view key,
                           const keydir::Location& location) noexcept {
    return header.sequence.value == location.sequence && header.keySize == key.size() &&
           header.valueSize == location.valueBytes && !header.tombstone() &&
           std::memcmp(record + format::recordHeaderBytes, key.data(), key.size()) == 0;
}

[[nodiscard]] Error damaged(const log::Segment& segment, const keydir::Location& location, bool isMeant) {
    return {.code = ErrorCode::corruption,
            .operation = "read the value",
            .file = segment.path,
            .offset = location.offset,
            .detail = isMeant ? "the record's checksum does not match its bytes"
                              : "the record there is not the one that the keydir means",
            .advice = "Run verify on the database; older versions may be in the key's history"};
}

} // namespace

bool readRecord(const Core& core, log::Segment& segment, std::string_view key, const keydir::Location& location,
                bool verify, std::string& value, std::optional<Error>& error) {
    // Grows with the largest record a thread reads and then stays, so that gets do not allocate.
    thread_local std::string scratch;
    constexpr std::size_t keptScratchBytes = 16 << 20;
    if (core.segments.isDoubtful(location.sequence, location.file)) {
        error = core.segments.doubtError("read the value");
        return false;
    }
    const std::uint64_t bytes = format::recordBytes(key.size(), location.valueBytes);
    const char* record = core.segments.readMapped(segment, location.offset, bytes);
    if (record == nullptr) {
        auto read = core.segments.read(segment, location.offset, bytes, scratch);
        if (!read) {
            error = std::move(read.error());
            return false;
        }
        record = read->data();
    }
    const format::RecordHeader header = format::decodeRecordHeader(record);
    const bool meant = isMeant(header, record, key, location);
    if (!meant || ((verify || segment.damaged.load(std::memory_order_relaxed)) &&
                   format::computeRecordChecksum({record, static_cast<std::size_t>(bytes)}) != header.checksum)) {
        error = damaged(segment, location, meant);
        return false;
    }
    value.assign(record + format::recordHeaderBytes + key.size(), location.valueBytes);
    if (scratch.capacity() > keptScratchBytes) {
        scratch.clear();
        scratch.shrink_to_fit();
    }
    return true;
}

Result<Timestamp> readTime(const Core& core, log::Segment& segment, std::string_view key,
                           const keydir::Location& location) {
    if (core.segments.isDoubtful(location.sequence, location.file))
        return failure(core.segments.doubtError("read a record's time"));
    std::string scratch;
    auto head = core.segments.read(segment, location.offset, format::recordHeaderBytes, scratch);
    if (!head)
        return failure(std::move(head.error()));
    const format::RecordHeader header = format::decodeRecordHeader(head->data());
    if (header.sequence.value != location.sequence || header.keySize != key.size())
        return failure({.code = ErrorCode::corruption,
                        .operation = "read a record's time",
                        .file = segment.path,
                        .offset = location.offset,
                        .detail = "the record there is not the one that the keydir means",
                        .advice = "Run verify on the database"});
    return header.time;
}

} // namespace detail

std::optional<Error> Database::Impl::checkKey(std::string_view key, std::string_view operation) {
    if (!key.empty() && key.size() <= maxKeyBytes)
        return std::nullopt;
    return Error{.code = ErrorCode::invalidArgument,
                 .operation = std::string(operation),
                 .detail = "a key has 1 to 65,535 bytes, this one " + std::to_string(key.size())};
}

std::optional<Error> Database::Impl::checkRead(std::string_view key, std::string_view operation) const {
    if (m_closed.load(std::memory_order_relaxed))
        return checkOpen(operation).error();
    return checkKey(key, operation);
}

Result<void> Database::Impl::checkOpen(std::string_view operation) const {
    if (!m_closed.load(std::memory_order_relaxed))
        return {};
    return failure({.code = ErrorCode::closed,
                    .operation = std::string(operation),
                    .file = m_directory,
                    .detail = "the database was closed"});
}

void Database::Impl::setFault(const Error& error) noexcept {
    const MutexLock lock(m_faultMutex);
    if (!m_fault) {
        try {
            m_fault.emplace(error);
        } catch (const std::bad_alloc&) { // it turns read-only all the same
            m_fault.emplace();
            m_fault->code = error.code;
            m_fault->systemError = error.systemError;
        }
    }
    m_faulted.store(true, std::memory_order_release);
}

std::optional<Error> Database::Impl::fault() const {
    const MutexLock lock(m_faultMutex);
    return m_fault;
}

void Database::Impl::tellStep(EventKind kind, std::string_view step, Generation generation, std::uint64_t bytes,
                              std::string_view file) const {
    if (!m_options.listener)
        return;
    Event event;
    event.kind = kind;
    event.text = step;
    event.location.generation = generation;
    event.bytes = bytes;
    event.file = file;
    m_options.listener(event);
}

Timestamp Database::Impl::now() const {
    if (m_options.clock)
        return m_options.clock();
#if defined(CLOCK_REALTIME_COARSE)
    // Behind by some milliseconds at most, and read in a fifth of the time: times are recorded for people.
    timespec time{};
    if (::clock_gettime(CLOCK_REALTIME_COARSE, &time) == 0)
        return Timestamp{std::chrono::milliseconds{std::int64_t{time.tv_sec} * 1000 + time.tv_nsec / 1'000'000}};
#endif
    return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

Generation Database::Impl::nextGeneration() {
    return Generation{m_nextGeneration.fetch_add(1)};
}

Result<bool> Database::Impl::get(std::string_view key, std::string& value) {
    if (auto valid = checkRead(key, "get a value"))
        return failure(*std::move(valid));
    const std::uint64_t hash = m_keydir.hash(key);
    std::optional<keydir::Location> missed;
    for (;;) {
        std::optional<keydir::Location> location;
        std::optional<Error> error;
        {
            const keydir::Reclaimer::Guard guard(m_core->reclaimer);
            guard.countOperation();
            location = m_keydir.find(key, hash, &m_core->segments.mappings());
            if (!location) {
                value.clear();
                return false;
            }
            log::Segment* segment = m_core->segments.at(location->file);
            if (segment == nullptr)
                continue; // a merge moved the record between the two look-ups
            if (detail::readRecord(*m_core, *segment, key, *location, m_options.verifyChecksums, value, error))
                return true;
        }
        // The file has gone: a merge, ours or (read-only) another process's, has a newer place for the key. Only an
        // unchanged place after having looked again is an error.
        if (!io::isMissing(*error) || missed == location) {
            value.clear();
            return failure(*std::move(error));
        }
        missed = location;
        if (m_options.readOnly) {
            if (auto refreshed = refresh(); !refreshed)
                return failure(std::move(refreshed.error()));
        }
    }
}

// Each step of a look-up for a whole batch before the next: the slots of all come from memory while the first is waited
// for, then their entries and records.
Result<std::size_t> Database::Impl::getMany(std::span<const std::string_view> keys, std::vector<Lookup>& results) {
    constexpr std::size_t batchKeys =
        32; // records of so many fit the first cache, and the memory can do no more at once
    results.resize(keys.size());
    std::size_t found = 0;
    std::array<std::uint64_t, batchKeys> hashes{};
    for (std::size_t begin = 0; begin < keys.size(); begin += batchKeys) {
        const auto batch = keys.subspan(begin, std::min(batchKeys, keys.size() - begin));
        for (std::size_t i = 0; i < batch.size(); ++i) {
            hashes[i] = m_keydir.hash(batch[i]);
            m_keydir.prefetchSlot(hashes[i]);
        }
        {
            const keydir::Reclaimer::Guard guard(m_core->reclaimer);
            for (std::size_t i = 0; i < batch.size(); ++i)
                m_keydir.prefetchEntry(hashes[i], batch[i].size(), &m_core->segments.mappings());
        }
        for (std::size_t i = 0; i < batch.size(); ++i) {
            Lookup& result = results[begin + i];
            auto got = get(batch[i], result.value);
            if (!got)
                return failure(std::move(got.error()));
            result.found = *got;
            found += *got ? 1 : 0;
        }
    }
    return found;
}

Stats Database::Impl::stats() const {
    Stats stats;
    for (const auto& segment : m_core->segments.list()) {
        stats.files.push_back(segment->stats());
        const FileStats& file = stats.files.back();
        stats.dataBytes += file.bytes;
        stats.hintBytes += file.hintBytes;
        stats.liveBytes += file.liveBytes;
        stats.deadBytes += file.deadBytes();
        stats.tombstoneBytes += file.tombstoneBytes;
    }
    stats.liveKeys = m_keydir.size();
    stats.keydirBytes = m_keydir.memoryBytes();
    stats.keyBytes = m_keydir.keyBytes();
    stats.lastSequence = Sequence{m_lastSequence.load(std::memory_order_relaxed)};
    stats.puts = m_puts.load(std::memory_order_relaxed);
    stats.removes = m_removes.load(std::memory_order_relaxed);
    stats.gets = m_core->reclaimer.operations();
    stats.syncs = m_syncs.load(std::memory_order_relaxed);
    stats.bytesAppended = m_appendedBytes.load(std::memory_order_relaxed);
    stats.rotations = m_rotations.load(std::memory_order_relaxed);
    stats.merges = m_merges.load(std::memory_order_relaxed);
    stats.mergeRunning = m_mergeRunning.load(std::memory_order_relaxed);
    {
        const MutexLock lock(m_mergeInputsMutex);
        stats.mergeInputs = m_mergeInputs;
    }
    stats.mergeBytesRead = stats.mergeInputs.empty() ? 0 : m_mergeBytesRead.load(std::memory_order_relaxed);
    return stats;
}

// The public face.

Database::Database(std::unique_ptr<Impl> impl) noexcept : m_impl(std::move(impl)) {}
Database::~Database() = default;

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& directory, const Options& options) {
    Progress progress;
    return open(directory, options, progress);
}

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& directory, const Options& options,
                                                 Progress& progress) {
    return openOn(io::posixFileSystem(), directory, options, progress);
}

Result<std::unique_ptr<Database>> Database::openOn(std::shared_ptr<io::FileSystem> fileSystem,
                                                   const std::filesystem::path& directory, const Options& options,
                                                   Progress& progress, bool background) {
    if (options.traceCalls && options.listener)
        fileSystem = io::tracingFileSystem(std::move(fileSystem), options.listener);
    // A writer may merge files away while a follower is loading them, or another process that wants to write is about
    // to be told who has the lock.
    return besideMerges(directory, "open the database", loadingAttempts, [&]() -> Result<std::unique_ptr<Database>> {
        auto impl = std::make_unique<Impl>(fileSystem, directory, options);
        if (auto opened = impl->open(progress, background); !opened)
            return failure(std::move(opened.error()));
        return std::unique_ptr<Database>(new Database(std::move(impl)));
    });
}

Result<void> Database::put(std::string_view key, std::string_view value) {
    auto done = m_impl->write(Impl::Operation::put, key, value, std::nullopt);
    Result<void> result; // not `{}`, which clears it first
    if (!done)
        result = failure(std::move(done.error()));
    return result;
}
Result<bool> Database::putIf(std::string_view key, std::string_view value, std::optional<Sequence> expected) {
    return m_impl->write(Impl::Operation::putIf, key, value, expected);
}
Result<std::optional<std::string>> Database::get(std::string_view key) const {
    std::string value;
    auto found = m_impl->get(key, value);
    if (!found)
        return failure(std::move(found.error()));
    return *found ? std::optional<std::string>(std::move(value)) : std::nullopt;
}
Result<bool> Database::get(std::string_view key, std::string& value) const {
    return m_impl->get(key, value);
}
Result<std::size_t> Database::getMany(std::span<const std::string_view> keys, std::vector<Lookup>& results) const {
    return m_impl->getMany(keys, results);
}
Result<bool> Database::contains(std::string_view key) const {
    return m_impl->contains(key);
}
Result<std::optional<KeyInfo>> Database::info(std::string_view key) const {
    return m_impl->info(key);
}
Result<void> Database::sync() {
    return m_impl->sync();
}
Result<void> Database::rotate() {
    return m_impl->rotate();
}
Result<MergeReport> Database::merge(Progress& progress) {
    return m_impl->merge({}, progress);
}
Result<MergeReport> Database::merge(const MergeSelection& selection, Progress& progress) {
    return m_impl->merge(selection, progress);
}
Result<MergePreview> Database::previewMerge(const MergeSelection& selection) const {
    return m_impl->previewMerge(selection);
}
Result<std::shared_ptr<const Snapshot>> Database::snapshot() const {
    return m_impl->snapshot();
}
Result<bool> Database::refresh() {
    return m_impl->refresh();
}
Stats Database::stats() const {
    return m_impl->stats();
}
std::optional<Error> Database::fault() const {
    return m_impl->fault();
}
const std::filesystem::path& Database::directory() const noexcept {
    return m_impl->directory();
}
const Options& Database::options() const noexcept {
    return m_impl->options();
}
MergePolicy Database::mergePolicy() const {
    return m_impl->mergePolicy();
}
Result<void> Database::setMergePolicy(const MergePolicy& policy) {
    return m_impl->setMergePolicy(policy);
}
Result<void> Database::close() {
    return m_impl->close();
}

} // namespace rustcask
