// SPDX-License-Identifier: Apache-2.0
// Merging: doc/format.md, "Merge record", has the states on disk; engine.md's checklist is cited by number.
#include <rustcask/merge.h>

#include <algorithm>
#include <limits>
#include <new>

#include "database_impl.h"
#include "format/data_record.h"
#include "format/file_names.h"
#include "format/merge_record.h"
#include "log/hint_writer.h"
#include "log/look_ahead.h"
#include "log/scanner.h"
#include "merge_switch.h"

namespace rustcask {
namespace {

constexpr std::string_view operationName = "merge";
constexpr std::uint64_t outputBufferBytes = 1 << 20;

} // namespace

// One merge, from choosing its files to removing them.
class Database::Impl::Merge {
public:
    Merge(Impl& database, Segments inputs, Progress& progress, std::uint64_t maxBytesPerSecond)
        : m_db(database),
          m_inputs(std::move(inputs)),
          m_progress(progress),
          m_maxBytesPerSecond(maxBytesPerSecond),
          m_begun(std::chrono::steady_clock::now()) {}

    [[nodiscard]] Result<MergeReport> run() {
        Result<void> done = {};
        try {
            prepare();
            done = copyAll();
            if (done)
                done = commit();
        } catch (const std::bad_alloc&) {
            giveUp();
            throw;
        }
        if (!done) {
            if (!m_committed)
                discardOutputs();
            const bool cancelled = done.error().code == ErrorCode::cancelled;
            m_db.tellStep(EventKind::merge, cancelled ? "cancelled" : "failed", {}, 0);
            return failure(std::move(done.error()));
        }
        m_report.elapsed = std::chrono::steady_clock::now() - m_begun;
        m_progress.setPhase(Phase::done);
        m_db.tellStep(EventKind::merge, "end", {}, m_report.bytesReclaimed);
        return m_report;
    }

private:
    struct Output {
        std::shared_ptr<log::Segment> segment;
        std::optional<log::HintWriter> hint;
        std::uint64_t hintBytes = 0;
    };

    void prepare();
    [[nodiscard]] Result<void> copyAll();
    [[nodiscard]] Result<void> copyFile(log::Segment& input);
    [[nodiscard]] Result<void> copyRecord(const log::Scanned& record, const io::File& file);
    [[nodiscard]] bool isLive(const log::Segment& input, const log::Scanned& record, bool& superseded) const;
    [[nodiscard]] Result<void> noteOutput(const std::shared_ptr<log::Segment>& segment);
    [[nodiscard]] Result<void> finishHint(Output& output);
    [[nodiscard]] Result<void> commit();
    void tellMoved(const log::Segment& output, const format::HintEntry& entry) const;
    [[nodiscard]] Result<void> removeInputs(const std::filesystem::path& record);
    [[nodiscard]] Result<void> throttle();
    void discardOutputs();
    void giveUp() noexcept;

    Impl& m_db;
    Segments m_inputs;
    Progress& m_progress;
    std::uint64_t m_maxBytesPerSecond;
    std::chrono::steady_clock::time_point m_begun;
    std::uint64_t m_lowestOutside = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t m_highest = 0; // of the whole database
    std::unique_ptr<log::Writer> m_writer;
    std::vector<Output> m_outputs;
    std::uint64_t m_moved = 0; // bytes read and written so far, for the rate limit
    std::chrono::nanoseconds m_paused{0};
    bool m_committed = false;
    MergeReport m_report;
};

void Database::Impl::Merge::prepare() {
    std::uint64_t bytes = 0;
    std::uint64_t records = 0;
    for (const auto& input : m_inputs) {
        bytes += input->bytes.load(std::memory_order_relaxed);
        records += input->records.load(std::memory_order_relaxed);
        m_report.inputs.push_back(input->generation);
    }
    // (4) The lowest sequence number that a file outside this merge may hold. Files made from now on hold higher ones.
    for (const auto& segment : m_db.m_core->segments.list()) {
        m_highest = std::max(m_highest, segment->highestSequence.load(std::memory_order_relaxed));
        if (std::find(m_inputs.begin(), m_inputs.end(), segment) != m_inputs.end())
            continue;
        if (segment->damaged.load(std::memory_order_relaxed)) {
            m_lowestOutside = 0; // nobody knows what its damaged ranges hold
            m_report.damagedLeftOut.push_back(segment->generation);
        }
        const std::uint64_t lowest = segment->lowestSequence.load(std::memory_order_relaxed);
        if (lowest > 0)
            m_lowestOutside = std::min(m_lowestOutside, lowest);
    }
    m_progress.setTotals(m_inputs.size(), records, bytes);
    m_progress.setPhase(Phase::copying);
    log::Writer::Settings settings;
    settings.directory = m_db.m_directory;
    settings.path = WritePath::buffered; // large sequential writes
    settings.bufferBytes = outputBufferBytes;
    settings.maxFileBytes = m_db.m_options.maxFileBytes;
    settings.mergeOutput = true;
    settings.nextGeneration = [this] { return m_db.nextGeneration(); };
    settings.clock = [this] { return m_db.now(); };
    m_writer = std::make_unique<log::Writer>(m_db.m_core->segments, std::move(settings));
    m_db.tellStep(EventKind::merge, "begin", {}, bytes);
}

Result<void> Database::Impl::Merge::throttle() {
    if (auto done = m_progress.checkpoint(operationName); !done)
        return done;
    if (m_maxBytesPerSecond == 0)
        return {};
    // Sleeps in short pieces, so that a cancel is heard.
    const std::chrono::duration<double> due(static_cast<double>(m_moved) / static_cast<double>(m_maxBytesPerSecond));
    while (std::chrono::steady_clock::now() - m_begun - m_paused < due) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        const auto before = std::chrono::steady_clock::now();
        if (auto done = m_progress.checkpoint(operationName); !done)
            return done;
        m_paused += std::chrono::steady_clock::now() - before; // a pause earns no credit
    }
    return {};
}

Result<void> Database::Impl::Merge::copyAll() {
    for (const auto& input : m_inputs) {
        if (auto done = copyFile(*input); !done)
            return done;
        m_progress.addFiles(1);
        m_db.tellStep(EventKind::merge, "copied", input->generation, input->bytes.load(std::memory_order_relaxed),
                      input->path.filename().string());
    }
    // An output without records still says since when history is complete.
    if (m_outputs.empty()) {
        if (auto done = m_writer->ensureActive(); !done)
            return done;
        if (auto done = noteOutput(m_writer->active()); !done)
            return done;
    }
    m_progress.setPhase(Phase::syncing);
    if (auto done = m_writer->seal(); !done)
        return done;
    return finishHint(m_outputs.back());
}

bool Database::Impl::Merge::isLive(const log::Segment& input, const log::Scanned& record, bool& superseded) const {
    const keydir::Reclaimer::Guard guard(m_db.m_core->reclaimer);
    const auto newest = m_db.m_keydir.find(record.key, m_db.m_keydir.hash(record.key));
    superseded = newest && newest->sequence > record.header.sequence.value;
    return newest && newest->file == input.index && newest->offset == record.offset;
}

Result<void> Database::Impl::Merge::copyFile(log::Segment& input) {
    auto file = m_db.m_core->fileSystem->open(input.path, io::OpenMode::read);
    if (!file)
        return failure(std::move(file.error()));
    (*file)->adviseSequential();
    const std::uint64_t end = input.bytes.load(std::memory_order_acquire);
    log::Scanner scanner(**file, input.headerBytes.load(std::memory_order_relaxed), end, m_db.m_options.scanChunkBytes);
    log::LookAhead lookAhead(scanner, m_db.m_keydir, m_db.m_core->reclaimer);
    std::uint64_t reported = 0;
    std::uint64_t dropped = 0;
    std::uint64_t unreported = 0; // records
    for (;;) {
        auto next = scanner.next();
        if (!next)
            return failure(std::move(next.error()));
        const bool atEnd = !*next;
        if (atEnd || scanner.offset() - reported >= m_db.m_options.scanChunkBytes || unreported >= 1024) {
            m_progress.addBytes(scanner.offset() - reported);
            m_db.m_mergeBytesRead.fetch_add(scanner.offset() - reported, std::memory_order_relaxed);
            m_progress.addRecords(unreported);
            m_progress.addReclaimed(dropped);
            m_moved += scanner.offset() - reported;
            // What nobody but this merge has read need not stay in the cache. Pages that gets have mapped do stay; of
            // those that they read through a handle the system cannot tell, so there it keeps all.
            if (m_db.m_options.readStrategy == ReadStrategy::mapped)
                (*file)->dropCache(reported, scanner.offset() - reported);
            reported = scanner.offset();
            dropped = 0;
            unreported = 0;
            if (auto done = throttle(); !done)
                return done;
        }
        if (atEnd)
            break;
        const log::Scanned& record = **next;
        if (record.kind != log::Scanned::Kind::record) {
            input.damaged.store(true, std::memory_order_relaxed);
            return failure({.code = ErrorCode::corruption,
                            .operation = std::string(operationName),
                            .file = input.path,
                            .offset = record.offset,
                            .detail = "the file holds a damaged record",
                            .advice = "Nothing was changed. Verify the database; the next merge leaves this file out"});
        }
        ++m_report.recordsRead;
        ++unreported;
        lookAhead.step();
        bool superseded = false;
        const bool live = isLive(input, record, superseded);
        const bool tombstone = record.header.tombstone();
        // (4) A tombstone goes when a newer record of its key is about to be durable, or nothing older can be anywhere
        // else.
        // Nor does the newest record of all: the next opening would give its number, and those before it, again.
        const std::uint64_t sequence = record.header.sequence.value;
        const bool keep = live || (tombstone && !superseded && (sequence >= m_lowestOutside || sequence >= m_highest));
        if (keep) {
            if (auto done = copyRecord(record, **file); !done)
                return done;
            ++(tombstone ? m_report.tombstonesKept : m_report.recordsCopied);
        } else {
            ++(tombstone ? m_report.tombstonesDropped : m_report.versionsDropped);
            dropped += record.bytes;
        }
    }
    m_report.bytesRead += end;
    return {};
}

Result<void> Database::Impl::Merge::copyRecord(const log::Scanned& record, const io::File& file) {
    auto place = record.record.empty()
                     ? m_writer->copyLong(record.header, file, record.offset, m_db.m_options.scanChunkBytes)
                     : m_writer->appendRaw(record.header, record.record);
    if (!place)
        return failure(std::move(place.error()));
    if (m_outputs.empty() || m_outputs.back().segment.get() != place->segment) {
        if (auto done = noteOutput(m_writer->active()); !done)
            return done;
    }
    m_moved += record.bytes;
    return m_outputs.back().hint->add({.sequence = record.header.sequence,
                                       .offset = place->offset,
                                       .valueSize = record.header.valueSize,
                                       .tombstone = record.header.tombstone(),
                                       .key = record.key});
}

Result<void> Database::Impl::Merge::noteOutput(const std::shared_ptr<log::Segment>& segment) {
    if (!m_outputs.empty()) { // the writer has sealed and synced it
        if (auto done = finishHint(m_outputs.back()); !done)
            return done;
    }
    m_outputs.push_back({.segment = segment, .hint = std::nullopt});
    auto hint = log::HintWriter::create(
        *m_db.m_core->fileSystem,
        m_db.m_directory / (format::hintFileName(segment->generation) + std::string(format::temporarySuffix)));
    if (!hint)
        return failure(std::move(hint.error()));
    m_outputs.back().hint.emplace(std::move(*hint));
    m_report.outputs.push_back(segment->generation);
    return {};
}

Result<void> Database::Impl::Merge::finishHint(Output& output) {
    auto length = output.hint->finish(*output.segment);
    output.hint.reset();
    if (!length)
        return failure(std::move(length.error()));
    output.hintBytes = *length;
    m_report.bytesWritten += output.segment->bytes.load(std::memory_order_relaxed);
    return {};
}

void Database::Impl::Merge::discardOutputs() {
    m_writer.reset();
    // Leftovers of a failed removal have temporary names: the next opening removes them.
    io::FileSystem& fileSystem = *m_db.m_core->fileSystem;
    for (const Output& output : m_outputs) {
        static_cast<void>(fileSystem.remove(output.segment->path));
        static_cast<void>(fileSystem.remove(m_db.m_directory / (format::hintFileName(output.segment->generation) +
                                                                std::string(format::temporarySuffix))));
    }
}

// Without memory: as after any other failure.
void Database::Impl::Merge::giveUp() noexcept {
    if (m_committed) {                                                       // the next opening finishes it
        m_db.setFault({.code = ErrorCode::internal, .detail = "no memory"}); // short: it must not allocate
        return;
    }
    try {
        discardOutputs();
    } catch (const std::bad_alloc&) {
        // They have temporary names: the next opening removes them.
    }
}

// (6) Data and hints of the outputs are durable under temporary names. Then: what supersedes the dropped records is
// made durable; the merge record is the point of no return; outputs get their names; readers move over; inputs go.
Result<void> Database::Impl::Merge::commit() {
    if (auto done = m_progress.checkpoint(operationName); !done)
        return done;
    m_progress.setPhase(Phase::committing);
    // A record that was dropped because a newer one exists must not be missed after a power cut that takes the newer
    // one.
    if (auto done = m_db.sync(); !done)
        return done;
    io::FileSystem& fileSystem = *m_db.m_core->fileSystem;
    const std::filesystem::path& directory = m_db.m_directory;
    if (auto done = fileSystem.syncDirectory(directory); !done)
        return done; // the outputs' temporary names

    format::MergeRecord record{
        .generation = m_db.nextGeneration(), .inputs = m_report.inputs, .outputs = m_report.outputs};
    const std::filesystem::path recordPath = directory / format::mergeRecordName(record.generation);
    m_committed = true; // perhaps: from here on nobody but a new opening can tell, unless the record can be taken back
    auto written = io::writeFileAtomically(fileSystem, recordPath, format::encodeMergeRecord(record));
    if (!written) {
        // It may stand or not, and only a new opening can tell: neither side may be touched any more.
        auto removed = fileSystem.remove(recordPath);
        if (removed)
            removed = fileSystem.syncDirectory(directory);
        if (removed)
            m_committed = false;
        else
            m_db.setFault(removed.error());
        return written;
    }
    m_db.tellStep(EventKind::merge, "commit", record.generation, m_report.bytesWritten, recordPath.filename().string());

    Result<void> done = {};
    for (Output& output : m_outputs) {
        const Generation generation = output.segment->generation;
        const std::string hint = format::hintFileName(generation);
        const std::filesystem::path path = directory / format::dataFileName(generation);
        if (done)
            done = fileSystem.rename(output.segment->path, path);
        if (done)
            done = fileSystem.rename(directory / (hint + std::string(format::temporarySuffix)), directory / hint);
        output.segment->path = path;
        output.segment->hintBytes.store(output.hintBytes, std::memory_order_relaxed);
    }
    if (done)
        done = fileSystem.syncDirectory(directory);
    if (!done) {
        m_db.setFault(done.error()); // committed but not finished: the next opening finishes it
        return done;
    }
    m_progress.setPhase(Phase::switching);
    {
        const MutexLock lock(m_db.m_writerMutex); // a snapshot's list of files has all outputs or none
        for (Output& output : m_outputs)
            m_db.m_core->segments.publish(output.segment);
    }
    // (3) Each copied record takes the place of its original, unless the key has a newer record by now.
    for (const Output& output : m_outputs) {
        SwitchTarget target{.segments = m_db.m_core->segments,
                            .keydir = m_db.m_keydir,
                            .chunkBytes = m_db.m_options.scanChunkBytes,
                            .moved = {}};
        if (m_db.m_options.listener)
            target.moved = [&](const format::HintEntry& entry) { tellMoved(*output.segment, entry); };
        if (done =
                switchToOutput(target, *output.segment, directory / format::hintFileName(output.segment->generation));
            !done) {
            m_db.setFault(done.error());
            return done;
        }
    }
    return removeInputs(recordPath);
}

void Database::Impl::Merge::tellMoved(const log::Segment& output, const format::HintEntry& entry) const {
    Event event;
    event.kind = EventKind::keydirChange;
    event.location = {.generation = output.generation,
                      .offset = entry.offset,
                      .recordBytes = format::recordBytes(entry.key.size(), entry.valueSize)};
    event.sequence = entry.sequence;
    event.key = entry.key;
    m_db.tell(event);
}

Result<void> Database::Impl::Merge::removeInputs(const std::filesystem::path& record) {
    // (5) Asserted, not assumed. Taking the merge record back leaves inputs and outputs side by side, which is sound.
    for (const auto& input : m_inputs) {
        if (input->liveKeys() == 0)
            continue;
        if (m_db.m_core->fileSystem->remove(record))
            static_cast<void>(m_db.m_core->fileSystem->syncDirectory(m_db.m_directory)); // the fault below says enough
        Error error{.code = ErrorCode::internal,
                    .operation = std::string(operationName),
                    .file = input->path,
                    .detail = "a merged file still has live records, so no file was removed"};
        m_db.setFault(error);
        return failure(std::move(error));
    }
    std::uint64_t removedBytes = 0;
    for (const auto& input : m_inputs)
        removedBytes += input->bytes.load(std::memory_order_relaxed);
    m_report.bytesReclaimed = removedBytes > m_report.bytesWritten ? removedBytes - m_report.bytesWritten : 0;
    std::reverse(m_inputs.begin(), m_inputs.end()); // taken from the end, the oldest first
    m_db.m_removal.emplace(Removal{record, std::move(m_inputs)});
    return m_db.finishRemoval();
}

// A failure leaves the merge record, and with it a sound database. The removal goes on with the next merge or opening,
// before anything else is merged: the outputs that the record names are there for as long as it is.
Result<void> Database::Impl::finishRemoval() {
    if (!m_removal)
        return {};
    io::FileSystem& fileSystem = *m_core->fileSystem;
    {
        const MutexLock hintLock(m_hintMutex); // no hint of an input may be written from here on
        while (!m_removal->inputs.empty()) {
            const std::shared_ptr<log::Segment> input = m_removal->inputs.back();
            Result<void> done = {};
            if (!input->removed.load(std::memory_order_relaxed))
                done = m_core->segments.remove(input); // (9) readers and snapshots keep what they hold
            if (done)
                done = fileSystem.remove(m_directory / format::hintFileName(input->generation));
            if (done)
                done = fileSystem.remove(input->path);
            if (!done)
                return done;
            tellStep(EventKind::merge, "removed", input->generation, input->bytes.load(std::memory_order_relaxed),
                     input->name);
            m_removal->inputs.pop_back();
        }
    }
    auto done = fileSystem.syncDirectory(m_directory);
    if (done)
        done = fileSystem.remove(m_removal->record);
    if (done)
        done = fileSystem.syncDirectory(m_directory);
    if (done)
        m_removal.reset();
    return done;
}

void Database::Impl::setMergeInputs(std::vector<Generation> inputs) noexcept {
    const MutexLock lock(m_mergeInputsMutex);
    m_mergeBytesRead.store(0, std::memory_order_relaxed);
    m_mergeInputs.swap(inputs);
}

Result<MergeReport> Database::Impl::merge(const MergeSelection& selection, Progress& progress) {
    const MutexLock one(m_mergeMutex);
    if (auto done = finishRemoval(); !done)
        return failure(std::move(done.error()));
    const MergePolicy policy = mergePolicy();
    Segments inputs;
    MergePreview preview;
    {
        MutexLock lock(m_writerMutex);
        if (auto writable = checkWritable(operationName); !writable)
            return failure(std::move(writable.error()));
        inputs = selectInputs(selection, policy, preview);
        for (const auto& input : inputs) {
            if (input == m_adoptable)
                m_adoptable.reset();
            if (input->sealed.load(std::memory_order_acquire))
                continue;
            if (auto done = sealActive(); !done)
                return failure(std::move(done.error())); // (7)
        }
        // everyWrite: an input may hold records that wait for their fdatasync and are not in the keydir yet. They would
        // look dead, so they must be applied before the copying begins.
        const std::uint64_t appended = m_nextSequence - 1;
        m_groupDone.wait(lock, [&] {
            return m_lastSequence.load(std::memory_order_relaxed) >= appended ||
                   m_faulted.load(std::memory_order_relaxed);
        });
        if (auto writable = checkWritable(operationName); !writable)
            return failure(std::move(writable.error()));
    }
    if (inputs.empty()) {
        progress.setPhase(Phase::done);
        MergeReport report;
        report.damagedLeftOut = preview.damagedLeftOut;
        return report;
    }
    std::vector<Generation> generations;
    generations.reserve(inputs.size());
    for (const auto& input : inputs)
        generations.push_back(input->generation);
    struct Running {
        Impl& database;
        ~Running() {
            database.m_mergeRunning.store(false, std::memory_order_relaxed);
            database.setMergeInputs({});
        }
    } const running{*this};
    setMergeInputs(std::move(generations));
    m_mergeRunning.store(true, std::memory_order_relaxed);
    Merge merge(*this, std::move(inputs), progress, policy.maxBytesPerSecond);
    auto report = merge.run();
    if (report)
        m_merges.fetch_add(1, std::memory_order_relaxed);
    return report;
}

} // namespace rustcask
