// SPDX-License-Identifier: Apache-2.0
// From options to an open database and back: their ranges, opening, closing.
#include <algorithm>
#include <cerrno>
#include <new>

#include "database_impl.h"
#include "format/file_names.h"
#include "recovery/recovery.h"

namespace rustcask {
namespace {

constexpr std::uint64_t minFileBytes = 64;
constexpr std::uint64_t maxFileBytesLimit = std::uint64_t{1} << 40; // the keydir keeps 40 bits of offset

// A directory that may be entered but not read cannot be synced either; the database in it works all the same.
[[nodiscard]] bool isForbidden(const Error& error) noexcept {
    return error.systemError == EACCES || error.systemError == EPERM;
}

[[nodiscard]] Result<void> outOfRange(std::string_view option, std::string_view range) {
    return failure({.code = ErrorCode::invalidArgument,
                    .operation = "open the database",
                    .detail = "the option " + std::string(option) + " is out of its range, " + std::string(range)});
}

[[nodiscard]] Result<void> checkPolicy(const MergePolicy& policy) {
    const auto isFraction = [](double value) { return value >= 0 && value <= 1; };
    if (!isFraction(policy.deadFractionTrigger) || !isFraction(policy.deadFractionThreshold))
        return outOfRange("merge.deadFraction…", "0 to 1");
    if (policy.windowBeginHour < 0 || policy.windowBeginHour > 23)
        return outOfRange("merge.windowBeginHour", "0 to 23");
    if (policy.windowEndHour < 1 || policy.windowEndHour > 24)
        return outOfRange("merge.windowEndHour", "1 to 24");
    return {};
}

[[nodiscard]] Result<void> checkOptions(const Options& options) {
    using namespace std::chrono_literals;
    if (options.syncInterval < 1ms || options.syncInterval > 1h)
        return outOfRange("syncInterval", "1 ms to 1 h");
    if (options.writeBufferBytes < 4096 || options.writeBufferBytes > std::uint64_t{1} << 30)
        return outOfRange("writeBufferBytes", "4 KiB to 1 GiB");
    if (options.maxOpenFiles < 1 || options.maxOpenFiles > 1'000'000)
        return outOfRange("maxOpenFiles", "1 to 1,000,000");
    if (options.maxFileBytes < minFileBytes || options.maxFileBytes > maxFileBytesLimit)
        return outOfRange("maxFileBytes", "64 B to 1 TiB");
    if (options.scanChunkBytes < 4096 || options.scanChunkBytes > std::uint64_t{1} << 30)
        return outOfRange("scanChunkBytes", "4 KiB to 1 GiB");
    if (options.recoveryThreads > 1024)
        return outOfRange("recoveryThreads", "0 to 1024");
    return checkPolicy(options.merge);
}

// A salvage in place that was killed between its two renames has left the database under two other names: an empty one
// under its own would hide that.
[[nodiscard]] Result<void> checkNameIsFree(io::FileSystem& fileSystem, const std::filesystem::path& directory) {
    const std::string name = directory.filename().string();
    const std::filesystem::path made = directory.parent_path() / ("." + name + ".partial");
    const std::filesystem::path kept = directory.parent_path() / (name + ".damaged");
    for (const auto& each : {made, kept}) {
        auto exists = fileSystem.isDirectory(each);
        if (!exists || !*exists)
            return {};
    }
    return failure({.code = ErrorCode::notADatabase,
                    .operation = "open the database",
                    .file = directory,
                    .detail = "a salvage in its place was interrupted when it had moved the damaged database to " +
                              kept.filename().string() + " and not yet put the new one here",
                    .advice = "Rename " + made.filename().string() + " to " + name + ", or the damaged one back"});
}

} // namespace

Database::Impl::Impl(std::shared_ptr<io::FileSystem> fileSystem, std::filesystem::path directory, Options options)
    : m_directory(std::move(directory)),
      m_options(std::move(options)),
      m_core(std::make_shared<detail::Core>(std::move(fileSystem), m_options.readStrategy, m_options.maxOpenFiles)),
      m_keydir(m_core->reclaimer),
      m_policy(m_options.merge) {}

Database::Impl::~Impl() {
    try {
        static_cast<void>(close());
    } catch (const std::bad_alloc&) {
        // What was acknowledged is in the files; only hints can be missing.
    }
}

Result<void> Database::Impl::open(Progress& progress, bool background) {
    if (auto valid = checkOptions(m_options); !valid)
        return valid;
    io::FileSystem& fileSystem = *m_core->fileSystem;
    progress.setPhase(Phase::scanning);
    auto exists = fileSystem.isDirectory(m_directory);
    if (!exists)
        return failure(std::move(exists.error()));
    if (!*exists) {
        if (m_options.readOnly || !m_options.createIfMissing)
            return failure({.code = ErrorCode::notADatabase,
                            .operation = "open the database",
                            .file = m_directory,
                            .detail = "there is no such directory",
                            .advice = "Check the path, or create a new database there"});
        if (auto free = checkNameIsFree(fileSystem, m_directory); !free)
            return free;
        if (auto done = fileSystem.createDirectory(m_directory); !done)
            return done;
    }
    auto found = recovery::findFiles(fileSystem, m_directory);
    // A damaged merge record is reported by recovery, with the lock held.
    if (!found && found.error().code != ErrorCode::corruption)
        return failure(std::move(found.error()));
    if (found) {
        if (m_options.errorIfExists && !found->empty)
            return failure({.code = ErrorCode::invalidArgument,
                            .operation = "create the database",
                            .file = m_directory,
                            .detail = "there is a database already",
                            .advice = "Open it, or choose another directory"});
        const bool nothing = found->data.empty() && found->empty;
        if (nothing && found->foreignEntries == 0 && !found->lockFile &&
            (m_options.readOnly || !m_options.createIfMissing))
            return failure({.code = ErrorCode::notADatabase,
                            .operation = "open the database",
                            .file = m_directory,
                            .detail = "the directory is empty; a database has files named <generation>.rustcask.data",
                            .advice = "Check the path, or create a new database there"});
        if (nothing && found->foreignEntries > 0) // before the lock file is made: nothing may be written there
            return failure({.code = ErrorCode::notADatabase,
                            .operation = "open the database",
                            .file = m_directory,
                            .detail = "it holds " + std::to_string(found->foreignEntries) +
                                      " files or folders, none of them named <generation>.rustcask.data",
                            .advice = "Choose a database directory, or an empty one to make a database in"});
        for (const recovery::FoundFile& file : found->data) {
            auto ours = recovery::isLogFile(fileSystem, file); // refuses foreign files before anything is written
            if (!ours && !io::isMissing(ours.error()))
                return failure(std::move(ours.error()));
        }
    }
    if (!m_options.readOnly) {
        auto lock = fileSystem.lock(m_directory / format::lockFileName);
        if (!lock)
            return failure(std::move(lock.error()));
        m_lock = std::move(*lock);
        // A killed process may have left names, the directory's own included, that no power cut may take any more once
        // something is built on them.
        if (found && found->empty) {
            const auto parent = m_directory.parent_path();
            if (auto done = fileSystem.syncDirectory(parent.empty() ? "." : parent);
                !done && !isForbidden(done.error()))
                return done;
        }
        if (auto done = fileSystem.syncDirectory(m_directory); !done)
            return done;
        if (auto done = recovery::finishInterrupted(fileSystem, m_directory, m_options.listener); !done)
            return done;
    }

    const recovery::LoadTarget target{.segments = m_core->segments,
                                      .keydir = m_keydir,
                                      .chunkBytes = m_options.scanChunkBytes,
                                      .progress = &progress,
                                      .listener = &m_options.listener};
    auto recovered = recovery::recover(target, m_directory, m_options);
    if (!recovered)
        return failure(std::move(recovered.error()));
    const MutexLock writing(m_writerMutex); // nobody else is here yet; the background threads start within
    m_nextSequence = recovered->highestSequence + 1;
    m_lastSequence = recovered->highestSequence;
    // What was there before leftovers and finished merges were cleared away counts too: no number is given twice.
    m_nextGeneration = std::max(recovered->highestGeneration, found ? found->highestGeneration : 0) + 1;
    if (!m_options.readOnly) {
        log::Writer::Settings settings;
        settings.directory = m_directory;
        settings.path = m_options.writePath;
        settings.maxFileBytes = m_options.maxFileBytes;
        settings.bufferBytes = m_options.writeBufferBytes;
        settings.syncsRecords = m_options.sync == SyncMode::everyWrite;
        settings.nextGeneration = [this] { return nextGeneration(); };
        settings.clock = [this] { return now(); };
        settings.sealed = [this](const std::shared_ptr<log::Segment>& segment) {
            m_writerMutex.assertHeld(); // the writer is used under it alone
            noteSealed(segment);
        };
        settings.sync = [this](io::File& file) { return syncFile(&file); };
        m_writer = std::make_unique<log::Writer>(m_core->segments, std::move(settings));
        const auto& newest = recovered->newest;
        if (newest && newest->bytes.load(std::memory_order_relaxed) < m_options.maxFileBytes)
            m_adoptable = newest;
        {
            const MutexLock queueLock(m_backgroundMutex);
            for (auto& segment : recovered->withoutHint)
                if (segment != m_adoptable)
                    m_hintQueue.push_back(std::move(segment));
        }
        if (background) {
            if (auto started = startBackground(); !started)
                return started;
        }
    }
    progress.setPhase(Phase::done);
    return {};
}

Result<void> Database::Impl::close() {
    if (m_closed.exchange(true))
        return {};
    stopBackground();
    Result<void> done = {};
    const MutexLock lock(m_writerMutex);
    struct Release { // whatever fails
        Impl& database;
        ~Release() {
            database.m_writerMutex.assertHeld();
            database.m_writer.reset();
            database.m_lock.reset();
            database.m_core->reclaimer.collect();
        }
    } const release{*this};
    if (!m_writer)
        return done;
    if (m_faulted.load(std::memory_order_relaxed)) {
        // To where a killed process could not lose it; more is not to be had, and nobody is to believe otherwise.
        if (auto flushed = m_writer->flush(); !flushed)
            return flushed;
        const std::optional<Error> cause = fault();
        return failure({.code = ErrorCode::readOnly,
                        .operation = "close the database",
                        .file = m_directory,
                        .systemError = cause ? cause->systemError : 0,
                        .detail = "it is closed, but what was written before it turned read-only may not be durable: " +
                                  (cause ? cause->message() : std::string("unknown")),
                        .advice = "See to the disk; what is there counts when it is opened again"});
    }
    if (m_adoptable && m_adoptable->hintBytes.load(std::memory_order_relaxed) == 0)
        queueHint(m_adoptable);
    done = m_writer->seal();
    if (!done) // not durable; but what was acknowledged is at least to leave this process
        static_cast<void>(m_writer->flush());
    if (done)
        for (const auto& segment : takeHintQueue())
            writeHintNow(segment);
    return done;
}

MergePolicy Database::Impl::mergePolicy() const {
    const MutexLock lock(m_policyMutex);
    return m_policy;
}

Result<void> Database::Impl::setMergePolicy(const MergePolicy& policy) {
    if (auto valid = checkPolicy(policy); !valid) {
        valid.error().operation = "change the merge policy";
        return valid;
    }
    {
        const MutexLock lock(m_policyMutex);
        m_policy = policy;
    }
    m_backgroundWake.notify_all();
    return {};
}

} // namespace rustcask
