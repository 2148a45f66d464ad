// SPDX-License-Identifier: Apache-2.0
// Appends, group commit, sync and rotation. The order in every case: append, (everyWrite: fdatasync,) keydir.
#include <algorithm>
#include <new>

#include "database_impl.h"
#include "format/data_record.h"
#include "format/file_names.h"
#include "log/hint_writer.h"

namespace rustcask {
namespace {

constexpr std::uint64_t maxAdoptedBytes = std::uint64_t{64} << 20; // so that the first write waits for no long scan

[[nodiscard]] std::string_view describe(bool tombstone) noexcept {
    return tombstone ? "delete a key" : "store a value";
}

// For counters that change under the writer's lock alone and are read without it.
void increase(std::atomic<std::uint64_t>& counter, std::uint64_t by) noexcept {
    counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
}

} // namespace

// One write that is in the log but not yet durable: it waits on its caller's stack, and hears of a failure even when
// there is no memory to say which.
struct Database::Impl::GroupedWrite {
    std::string_view key;
    std::uint64_t hash = 0;
    keydir::Location location;
    bool existed = false;
    bool done = false;
    ConditionVariable turn{}; // done, or to lead a group; waited for with the writer's lock
    std::optional<Error> error;
};

void Database::Impl::fail(GroupedWrite& write, const Error& error) noexcept {
    try {
        write.error.emplace(error);
    } catch (const std::bad_alloc&) {
        write.error.emplace();
        write.error->code = error.code;
        write.error->systemError = error.systemError;
    }
}

// One after the other: the kernel tells of a failed write-back once, to one of those who ask at the same time, and the
// others must hear of it all the same. Nothing is asked again after a failure.
Result<void> Database::Impl::syncFile(io::File* file) noexcept {
    const MutexLock one(m_syncMutex);
    Error error{.code = ErrorCode::internal};
    try {
        if (m_faulted.load(std::memory_order_acquire)) {
            auto refused = checkWritable("make the database durable");
            if (!refused)
                return refused;
        }
        auto done = file != nullptr ? file->sync() : Result<void>();
        if (done)
            return done;
        error = std::move(done.error());
    } catch (const std::bad_alloc&) {
        // Failed, and no memory to say how.
    }
    setFault(error); // never retried: what the kernel dropped cannot be known
    return failure(std::move(error));
}

Result<void> Database::Impl::checkWritable(std::string_view operation) const {
    if (auto open = checkOpen(operation); !open)
        return open;
    if (m_options.readOnly)
        return failure({.code = ErrorCode::readOnly,
                        .operation = std::string(operation),
                        .file = m_directory,
                        .detail = "the database was opened read-only",
                        .advice = "Open it for writing"});
    if (m_faulted.load(std::memory_order_acquire)) {
        const std::optional<Error> cause = fault();
        return failure({.code = ErrorCode::readOnly,
                        .operation = std::string(operation),
                        .file = m_directory,
                        .systemError = cause ? cause->systemError : 0,
                        .detail = "the database turned read-only after a failure: " +
                                  (cause ? cause->message() : std::string("unknown")),
                        .advice = "Close it, see to the disk, and open it again"});
    }
    return {};
}

// The newest file of an earlier run goes on being the active one. Its hint no longer describes it.
Result<void> Database::Impl::adoptNewest() {
    if (!m_adoptable)
        return {};
    const std::shared_ptr<log::Segment> segment = std::exchange(m_adoptable, nullptr);
    // Loaded from its hint, nobody has looked at the file itself. Damage in it must not come to stand in the active
    // file: the next recovery would take it for the beginning of a torn tail and cut off what is appended now.
    if (segment->hintBytes.load(std::memory_order_relaxed) > 0) {
        if (segment->bytes.load(std::memory_order_relaxed) > maxAdoptedBytes)
            return {};
        auto sound = log::isSound(*m_core->fileSystem, *segment, m_options.scanChunkBytes);
        if (!sound)
            return failure(std::move(sound.error()));
        if (!*sound) {
            segment->damaged.store(true, std::memory_order_relaxed);
            return {};
        }
    }
    const MutexLock hintLock(m_hintMutex);
    if (segment->hintBytes.exchange(0, std::memory_order_relaxed) > 0) {
        if (auto done = m_core->fileSystem->remove(m_directory / format::hintFileName(segment->generation)); !done)
            return done;
    }
    return m_writer->adopt(segment);
}

// Everything about an append that can fail before a byte is written, sealing a full file included.
Result<void> Database::Impl::prepareAppend(std::uint64_t recordBytes, bool tombstone) {
    if (m_nextSequence > format::maxSequence)
        return failure({.code = ErrorCode::internal,
                        .operation = std::string(describe(tombstone)),
                        .file = m_directory,
                        .detail = "the 2^48 sequence numbers of this database are used up",
                        .advice = "Export it and import it into a new one"});
    if (auto done = adoptNewest(); !done)
        return done;
    return checkAppended(m_writer->makeRoom(recordBytes), tombstone);
}

template <typename T>
Result<T> Database::Impl::checkAppended(Result<T> result, bool tombstone) {
    if (!result) {
        if (m_writer->isBroken())
            setFault(result.error());
        result.error().operation = std::string(describe(tombstone)) + ": " + result.error().operation;
    }
    return result;
}

Result<log::Writer::Place> Database::Impl::append(Timestamp time, std::string_view key, std::string_view value,
                                                  bool tombstone) {
    const Sequence sequence{m_nextSequence};
    auto place = m_writer->append(sequence, time, key, value, tombstone);
    if (!place)
        return checkAppended(std::move(place), tombstone);
    ++m_nextSequence;
    increase(m_appendedBytes, place->bytes);
    increase(tombstone ? m_removes : m_puts, 1);
    if (m_options.listener) {
        Event event;
        event.kind = EventKind::append;
        event.location = {
            .generation = place->segment->generation, .offset = place->offset, .recordBytes = place->bytes};
        event.sequence = sequence;
        event.key = key;
        event.tombstone = tombstone;
        event.bytes = place->bytes;
        event.file = place->segment->name;
        tell(event);
    }
    return place;
}

// Makes an appended record the one that readers see.
void Database::Impl::apply(keydir::Keydir::Update& update, std::string_view key,
                           const keydir::Location& location) noexcept {
    update.commit(location);
    const auto bytesOf = [&](const keydir::Location& place) {
        return static_cast<std::int64_t>(format::recordBytes(key.size(), place.valueBytes));
    };
    const std::optional<keydir::Location>& previous = update.previous();
    Generation generation;
    {
        const keydir::Reclaimer::Guard guard(m_core->reclaimer);
        log::Segment* segment = m_core->segments.at(location.file);
        if (segment != nullptr)
            generation = segment->generation;
        if (previous && previous->file == location.file && !location.tombstone) { // the usual case of a hot key
            if (segment != nullptr)
                segment->addLiveAsWriter(0, bytesOf(location) - bytesOf(*previous));
        } else {
            if (segment != nullptr && !location.tombstone)
                segment->addLiveAsWriter(1, bytesOf(location));
            if (log::Segment* before = previous ? m_core->segments.at(previous->file) : nullptr)
                before->addLiveAsWriter(-1, -bytesOf(*previous));
        }
    }
    m_lastSequence.store(location.sequence, std::memory_order_release);
    if (m_options.listener) {
        Event event;
        event.kind = EventKind::keydirChange;
        event.location = {.generation = generation,
                          .offset = location.offset,
                          .recordBytes = format::recordBytes(key.size(), location.valueBytes)};
        event.sequence = Sequence{location.sequence};
        event.key = key;
        event.tombstone = location.tombstone;
        tell(event);
    }
}

// A write that must not happen answers at once: removing what is absent, or a compare-and-set that lost.
std::optional<Result<bool>> Database::Impl::refusal(Operation operation, std::string_view key, std::uint64_t hash,
                                                    std::optional<Sequence> expected) const {
    if (operation == Operation::put)
        return std::nullopt;
    const keydir::Reclaimer::Guard guard(m_core->reclaimer);
    const auto present = m_keydir.find(key, hash);
    // What depends on the newest record; a delete of whatever is there does not.
    if (expected || operation != Operation::remove)
        if (auto known = isPresent(present, describe(operation == Operation::remove)); !known)
            return known;
    const bool goesOn = expected ? present && present->sequence == expected->value
                                 : present.has_value() == (operation == Operation::remove);
    if (goesOn)
        return std::nullopt;
    return Result<bool>(false);
}

Result<bool> Database::Impl::write(Operation operation, std::string_view key, std::string_view value,
                                   std::optional<Sequence> expected) {
    const bool tombstone = operation == Operation::remove;
    if (auto refused = checkKey(key, describe(tombstone)))
        return failure(*std::move(refused));
    if (value.size() > maxValueBytes)
        return failure({.code = ErrorCode::invalidArgument,
                        .operation = std::string(describe(tombstone)),
                        .detail = "a value has at most 4,294,967,295 bytes, this one " + std::to_string(value.size())});
    const std::uint64_t hash = m_keydir.hash(key);
    m_keydir.prefetchSlot(hash);
    MutexLock lock(m_writerMutex);
    if (!isWritable())
        return failure(checkWritable(describe(tombstone)).error());
    if (m_options.sync == SyncMode::everyWrite)
        return writeGrouped(lock, operation, key, hash, value, expected);
    if (auto refused = refusal(operation, key, hash, expected))
        return *refused;
    const std::uint64_t bytes = format::recordBytes(key.size(), value.size());
    if (m_nextSequence > format::maxSequence || m_adoptable || !m_writer->hasRoom(bytes)) {
        if (auto room = prepareAppend(bytes, tombstone); !room)
            return failure(std::move(room.error()));
    }
    // While the record is copied, the key's slot arrives from memory; while its checksum is computed, the entry does.
    const Timestamp time = now();
    m_writer->lay(Sequence{m_nextSequence}, time, key, value, tombstone);
    // What the keydir needs comes before the append: after it nothing may fail.
    keydir::Keydir::Update update(m_keydir, key, hash);
    auto place = append(time, key, value, tombstone);
    if (!place)
        return failure(std::move(place.error()));
    apply(update, key,
          {.file = place->segment->index,
           .offset = place->offset,
           .valueBytes = static_cast<std::uint32_t>(value.size()),
           .sequence = m_nextSequence - 1,
           .tombstone = tombstone});
    return operation == Operation::remove ? update.previous().has_value() : true;
}

// everyWrite: the caller appends, then waits until an fdatasync that began later has returned. One of the waiting
// threads does it for all that were appended before; the others append meanwhile and form the next group.
Result<bool> Database::Impl::writeGrouped(MutexLock& lock, Operation operation, std::string_view key,
                                          std::uint64_t hash, std::string_view value,
                                          std::optional<Sequence> expected) {
    if (operation != Operation::put) {
        // The answer depends on a write of the same key that readers cannot see yet: wait until they can.
        while (m_groupedKeys.contains(key))
            m_groupDone.wait(lock);
        if (auto writable = checkWritable(describe(operation == Operation::remove)); !writable)
            return failure(std::move(writable.error()));
        if (auto refused = refusal(operation, key, hash, expected))
            return *refused;
    }
    const bool tombstone = operation == Operation::remove;
    if (auto room = prepareAppend(format::recordBytes(key.size(), value.size()), tombstone); !room)
        return failure(std::move(room.error()));
    GroupedWrite self;
    self.key = key;
    self.hash = hash;
    m_group.reserve(m_group.size() + 1);
    // Counted before the append, after which nothing may fail; taken back without one.
    const auto grouped = m_groupedKeys.try_emplace(key, 0).first;
    const auto forget = [&] {
        m_writerMutex.assertHeld(); // called right here
        if (grouped->second == 0)
            m_groupedKeys.erase(grouped);
    };
    Result<log::Writer::Place> place;
    try {
        const Timestamp time = now();
        m_writer->lay(Sequence{m_nextSequence}, time, key, value, tombstone);
        place = append(time, key, value, tombstone);
    } catch (const std::bad_alloc&) {
        forget();
        throw;
    }
    if (!place) {
        forget();
        return failure(std::move(place.error()));
    }
    self.location = {.file = place->segment->index,
                     .offset = place->offset,
                     .valueBytes = static_cast<std::uint32_t>(value.size()),
                     .sequence = m_nextSequence - 1,
                     .tombstone = tombstone};
    m_group.push_back(&self);
    ++grouped->second;
    while (!self.done) {
        if (m_groupLeader)
            self.turn.wait(lock);
        else
            commitGroup(lock);
    }
    if (self.error)
        return failure(std::move(*self.error));
    return operation == Operation::remove ? self.existed : true;
}

void Database::Impl::commitGroup(MutexLock& lock) {
    m_groupLeader = true;
    const std::vector<GroupedWrite*> group = std::exchange(m_group, {});
    const std::uint64_t appended = m_appendedBytes.load(std::memory_order_relaxed);
    Result<void> done = {};
    try {
        done = m_writer->flush();
    } catch (const std::bad_alloc&) { // for the words of a failure
        done = failure({.code = ErrorCode::internal});
    }
    // What lies in files sealed meanwhile is durable already; none active: all of it is.
    const std::shared_ptr<io::File> file = m_writer->file();
    const std::shared_ptr<log::Segment> segment = m_writer->active();
    if (done) {
        const MutexUnlock meanwhile(lock, m_writerMutex);
        done = syncFile(file.get());
    }
    // The map's keys are views of the waiting callers' strings: they must go before any of these callers does.
    for (GroupedWrite* write : group) {
        const auto count = m_groupedKeys.find(write->key);
        if (--count->second == 0) {
            m_groupedKeys.erase(count);
        } else {
            const auto later = std::find_if(m_group.begin(), m_group.end(),
                                            [&](const GroupedWrite* other) { return other->key == write->key; });
            const auto same = std::find_if(group.begin(), group.end(), [&](const GroupedWrite* other) {
                return other != write && other->key == write->key &&
                       other->location.sequence > write->location.sequence;
            });
            auto node = m_groupedKeys.extract(count); // taking memory could fail
            node.key() = same != group.end() ? (*same)->key : (*later)->key;
            m_groupedKeys.insert(std::move(node));
        }
    }
    if (done) {
        m_syncs.fetch_add(1, std::memory_order_relaxed);
        for (GroupedWrite* write : group) {
            try {
                keydir::Keydir::Update update(m_keydir, write->key, write->hash);
                apply(update, write->key, write->location);
                write->existed = update.previous().has_value();
            } catch (const std::bad_alloc&) {
                // In the log, but the keydir cannot take it in: only opening the database again can.
                fail(*write, {.code = ErrorCode::internal, .detail = "no memory"}); // short: it must not allocate
                setFault(*write->error);
            }
        }
        if (segment)
            tellStep(EventKind::sync, {}, segment->generation, appended - std::min(appended, m_syncedBytes),
                     segment->name);
        m_syncedBytes = std::max(m_syncedBytes, appended);
    } else {
        setFault(done.error());
        for (GroupedWrite* write : group)
            fail(*write, done.error());
    }
    // Each is woken alone: whoever waits for the next group would only go back to sleep. None returns, and takes its
    // part of this along, before the lock is free.
    for (GroupedWrite* write : group) {
        write->done = true;
        write->turn.notify_one();
    }
    m_groupLeader = false;
    if (!m_group.empty())
        m_group.front()->turn.notify_one(); // to lead the next group, unless somebody comes before
    m_groupDone.notify_all();
}

Result<void> Database::Impl::sync() {
    MutexLock lock(m_writerMutex);
    if (auto writable = checkWritable("make the database durable"); !writable)
        return writable;
    const std::uint64_t appended = m_appendedBytes.load(std::memory_order_relaxed);
    if (auto done = m_writer->flush(); !done)
        return done; // still in the buffer: the next flush writes it
    const std::shared_ptr<io::File> file = m_writer->file();
    const std::shared_ptr<log::Segment> segment = m_writer->active();
    lock.unlock();
    auto done = syncFile(file.get()); // puts go on meanwhile
    lock.lock();
    if (!done)
        return done;
    m_syncs.fetch_add(1, std::memory_order_relaxed);
    if (segment)
        tellStep(EventKind::sync, {}, segment->generation, appended - std::min(appended, m_syncedBytes), segment->name);
    m_syncedBytes = std::max(m_syncedBytes, appended);
    return {};
}

Result<void> Database::Impl::sealActive() {
    m_adoptable.reset(); // sealed as it is
    if (!m_writer->active() || m_writer->active()->records.load(std::memory_order_relaxed) == 0)
        return {};
    auto done = m_writer->seal();
    if (!done && m_writer->isBroken())
        setFault(done.error());
    return done;
}

void Database::Impl::noteSealed(const std::shared_ptr<log::Segment>& segment) {
    m_rotations.fetch_add(1, std::memory_order_relaxed);
    m_syncedBytes = m_appendedBytes.load(std::memory_order_relaxed);
    tellStep(EventKind::rotate, {}, segment->generation, segment->bytes.load(std::memory_order_relaxed), segment->name);
    const MutexLock lock(m_backgroundMutex);
    ++m_sealedCount;
    try {
        m_hintQueue.push_back(segment);
    } catch (const std::bad_alloc&) {
        // It goes without a hint: the next opening scans the file and writes one.
    }
    m_backgroundWake.notify_all();
}

Result<void> Database::Impl::rotate() {
    const MutexLock lock(m_writerMutex);
    if (auto writable = checkWritable("seal the active file"); !writable)
        return writable;
    if (m_adoptable && m_adoptable->hintBytes.load(std::memory_order_relaxed) == 0)
        queueHint(m_adoptable);
    return sealActive();
}

Result<bool> Database::remove(std::string_view key) {
    return m_impl->write(Impl::Operation::remove, key, {}, std::nullopt);
}
Result<bool> Database::removeIf(std::string_view key, Sequence expected) {
    return m_impl->write(Impl::Operation::remove, key, {}, expected);
}

} // namespace rustcask
