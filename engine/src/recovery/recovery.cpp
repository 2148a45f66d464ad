// SPDX-License-Identifier: Apache-2.0
#include "recovery/recovery.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <new>
#include <set>
#include <system_error>
#include <thread>

#include "format/data_record.h"
#include "format/file_names.h"
#include "format/hint.h"
#include "format/merge_record.h"
#include "log/scanner.h"
#include "thread_safety.h"

namespace rustcask::recovery {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t maxMergeRecordBytes = std::uint64_t{64} << 20;

void tell(const EventListener& listener, EventKind kind, std::string_view step, const fs::path& file,
          Generation generation, std::uint64_t bytes) {
    if (!listener)
        return;
    const std::string name = file.filename().string();
    Event event;
    event.kind = kind;
    event.text = step;
    event.file = name;
    event.location.generation = generation;
    event.bytes = bytes;
    listener(event);
}

[[nodiscard]] Result<std::vector<format::MergeRecord>>
readMergeRecords(io::FileSystem& fileSystem, const fs::path& directory,
                 const std::vector<io::DirectoryEntry>& entries) {
    std::vector<format::MergeRecord> records;
    for (const io::DirectoryEntry& entry : entries) {
        const format::ParsedName name = format::parseFileName(entry.name);
        if (name.kind != FileKind::mergeRecord)
            continue;
        auto bytes = io::readFile(fileSystem, directory / entry.name, maxMergeRecordBytes);
        if (!bytes)
            return failure(std::move(bytes.error()));
        auto record = format::decodeMergeRecord(*bytes);
        if (!record || record->generation != name.generation)
            return failure(
                {.code = ErrorCode::corruption,
                 .operation = "open the database",
                 .file = directory / entry.name,
                 .detail = "the record of an interrupted merge is damaged, so it cannot be told which data files count",
                 .advice = "Make a copy of the directory; then remove the record to keep all files of both sides, at "
                           "the price that deleted keys may be back"});
        records.push_back(std::move(*record));
    }
    return records;
}

// Whether `after` has all that `before` has, and beyond that only files that are newer than these.
[[nodiscard]] bool continues(const FoundFiles& before, const FoundFiles& after) {
    return before.data.size() <= after.data.size() &&
           std::equal(before.data.begin(), before.data.end(), after.data.begin(),
                      [](const FoundFile& a, const FoundFile& b) { return a.path == b.path; });
}

// Its inputs are the only copies then, and must stay.
[[nodiscard]] tl::unexpected<Error> outputMissing(const fs::path& directory, Generation output) {
    return failure(
        {.code = ErrorCode::corruption,
         .operation = "open the database",
         .file = directory / format::dataFileName(output),
         .detail = "an interrupted merge wrote this file and was about to remove those it replaces, but it is "
                   "not there",
         .advice = "Nothing was changed. Restore the file from a backup, or salvage the directory into a new "
                   "one, which takes the files that were to be replaced"});
}

} // namespace

Result<FoundFiles> findFiles(io::FileSystem& fileSystem, const fs::path& directory) {
    auto entries = fileSystem.list(directory);
    if (!entries)
        return failure(std::move(entries.error()));
    auto records = readMergeRecords(fileSystem, directory, *entries);
    if (!records)
        return failure(std::move(records.error()));
    std::set<Generation> superseded;
    std::set<Generation> outputs;
    for (const format::MergeRecord& record : *records) {
        superseded.insert(record.inputs.begin(), record.inputs.end());
        outputs.insert(record.outputs.begin(), record.outputs.end());
    }
    FoundFiles found;
    for (const io::DirectoryEntry& entry : *entries) {
        const format::ParsedName name = format::parseFileName(entry.name);
        found.highestGeneration = std::max(found.highestGeneration, name.generation.value);
        if (name.generation.value == 0) {
            if (name.kind == FileKind::other)
                ++found.foreignEntries;
            found.lockFile = found.lockFile || name.kind == FileKind::lock;
            continue;
        }
        found.empty = false;
        const bool output = outputs.contains(name.generation);
        if (name.kind == FileKind::temporary && !output)
            found.leftovers.push_back(directory / entry.name);
        const bool data = name.kind == FileKind::data ||
                          (name.kind == FileKind::temporary && name.underlying == FileKind::data && output);
        if (data && entry.regular && !superseded.contains(name.generation))
            found.data.push_back({.generation = name.generation, .path = directory / entry.name, .bytes = entry.bytes});
    }
    std::sort(found.data.begin(), found.data.end(),
              [](const FoundFile& a, const FoundFile& b) { return a.generation < b.generation; });
    for (const Generation output : outputs)
        if (!superseded.contains(output) && !std::any_of(found.data.begin(), found.data.end(),
                                                         [&](const auto& file) { return file.generation == output; }))
            found.missingOutput = output;
    return found;
}

Result<FoundFiles> findFilesBesideAWriter(io::FileSystem& fileSystem, const fs::path& directory) {
    constexpr int maxListings = 100; // a writer that rotates needs three; only merges need more
    auto found = findFiles(fileSystem, directory);
    for (int listings = 1; found && listings < maxListings; ++listings) {
        auto again = findFiles(fileSystem, directory);
        if (!again)
            return again;
        if (!continues(*found, *again)) {
            found = std::move(again);
            continue;
        }
        if (again->missingOutput)
            return outputMissing(directory, *again->missingOutput);
        if (found->data.size() == again->data.size())
            return again;
        // A file was begun meanwhile: the one before it may have been listed with a length from before that.
        auto lengths = findFiles(fileSystem, directory);
        if (!lengths)
            return lengths;
        if (continues(*again, *lengths)) {
            for (std::size_t i = 0; i < again->data.size(); ++i)
                again->data[i].bytes = lengths->data[i].bytes;
            return again;
        }
        found = std::move(lengths);
    }
    if (!found)
        return found;
    return failure({.code = ErrorCode::ioError,
                    .operation = "follow the database",
                    .file = directory,
                    .detail = "its files change faster than they can be listed",
                    .advice = "Try again when fewer merges run"});
}

Result<void> finishInterrupted(io::FileSystem& fileSystem, const fs::path& directory, const EventListener& listener) {
    auto entries = fileSystem.list(directory);
    if (!entries)
        return failure(std::move(entries.error()));
    auto records = readMergeRecords(fileSystem, directory, *entries);
    if (!records)
        return failure(std::move(records.error()));
    const auto exists = [&](const std::string& name) {
        return std::any_of(entries->begin(), entries->end(), [&](const auto& entry) { return entry.name == name; });
    };
    auto before = findFiles(fileSystem, directory);
    if (!before)
        return failure(std::move(before.error()));
    if (before->missingOutput)
        return outputMissing(directory, *before->missingOutput);
    for (const format::MergeRecord& record : *records) {
        for (const Generation output : record.outputs) {
            for (const std::string& name : {format::dataFileName(output), format::hintFileName(output)}) {
                const std::string temporary = name + std::string(format::temporarySuffix);
                if (!exists(temporary))
                    continue; // renamed before the interruption
                if (auto done = fileSystem.rename(directory / temporary, directory / name); !done)
                    return done;
            }
        }
        if (auto done = fileSystem.syncDirectory(directory); !done)
            return done;
        for (const Generation input : record.inputs) {
            if (auto done = fileSystem.remove(directory / format::dataFileName(input)); !done)
                return done;
            if (auto done = fileSystem.remove(directory / format::hintFileName(input)); !done)
                return done;
        }
        if (auto done = fileSystem.syncDirectory(directory); !done)
            return done;
        const fs::path path = directory / format::mergeRecordName(record.generation);
        if (auto done = fileSystem.remove(path); !done)
            return done;
        if (auto done = fileSystem.syncDirectory(directory); !done)
            return done;
        tell(listener, EventKind::recovery, "finished an interrupted merge", path, record.generation, 0);
    }
    auto found = findFiles(fileSystem, directory);
    if (!found)
        return failure(std::move(found.error()));
    for (const fs::path& leftover : found->leftovers) {
        if (auto done = fileSystem.remove(leftover); !done)
            return done;
        tell(listener, EventKind::recovery, "removed a leftover", leftover, {}, 0);
    }
    return {};
}

namespace {

// Cuts what follows the last sound record of the newest log file. If sound records stand after the bad one, the bytes
// are kept aside: a power cut may leave such a tail, which must go because survivors are a prefix, but a failing disk
// may too.
[[nodiscard]] Result<void> cutTail(const LoadTarget& target, log::Segment& segment, std::uint64_t fileBytes) {
    const std::uint64_t end = segment.bytes.load(std::memory_order_relaxed);
    io::FileSystem& fileSystem = target.segments.fileSystem();
    auto file = fileSystem.open(segment.path, io::OpenMode::readWrite);
    if (!file)
        return failure(std::move(file.error()));
    // What a killed process appended may be in the page cache only; from now on it counts as written.
    if (end == fileBytes)
        return (*file)->sync();
    log::Scanner scanner(**file, end, fileBytes, target.chunkBytes);
    bool anySound = false;
    std::uint64_t lastUsed = end;
    for (;;) {
        auto next = scanner.next();
        if (!next)
            return failure(std::move(next.error()));
        if (!*next || (*next)->kind == log::Scanned::Kind::unused)
            break;
        anySound = anySound || (*next)->kind == log::Scanned::Kind::record;
        lastUsed = (*next)->offset + (*next)->bytes;
    }
    if (anySound) {
        const fs::path keep = segment.path.parent_path() / format::tornFileName(segment.generation, end);
        auto copy = fileSystem.open(keep, io::OpenMode::createOrTruncate);
        if (!copy)
            return failure(std::move(copy.error()));
        std::string buffer(static_cast<std::size_t>(std::min(target.chunkBytes, lastUsed - end)), '\0');
        for (std::uint64_t at = end; at < lastUsed;) {
            auto read = (*file)->readAt(
                at, buffer.data(), static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), lastUsed - at)));
            if (!read)
                return failure(std::move(read.error()));
            if (*read == 0)
                break;
            if (auto done = (*copy)->writeAt(at - end, {buffer.data(), *read}); !done)
                return done;
            at += *read;
        }
        auto done = (*copy)->sync();
        if (done)
            done = fileSystem.syncDirectory(keep.parent_path());
        if (!done)
            return done;
    }
    auto done = (*file)->truncate(end);
    if (done)
        done = (*file)->sync();
    if (!done)
        return done;
    tell(target.listener != nullptr ? *target.listener : EventListener(), EventKind::recovery, "cut the torn tail",
         segment.path, segment.generation, fileBytes - end);
    return {};
}

// The keys that hints tell of.
struct HintedKeys {
    DistinctKeys distinct;
    std::uint64_t entries = 0;
    std::uint64_t bytes = 0; // of the entries' keys

    void add(const DistinctKeys& keys, const format::HintHeader& header) {
        distinct.add(keys);
        entries += header.entries;
        bytes += header.entryBytes - header.entries * format::hintEntryBytes;
    }
    void reserve(keydir::Keydir& keydir) const {
        if (entries == 0)
            return;
        const std::uint64_t estimate = distinct.estimate();
        const std::uint64_t keys = std::min(entries, estimate + estimate / 64); // twice its standard error more
        keydir.reserve(keys, bytes / entries * keys);
    }
};

// Calls `act(i)` for each i below `count` on up to `threads` threads, in order, until one fails: that failure. Throws
// `std::bad_alloc` when one does.
template <typename Act>
[[nodiscard]] Result<void> forEachOf(std::size_t count, std::size_t threads, Act act) {
    std::atomic<std::size_t> next{0};
    Mutex failureMutex;
    std::optional<Error> firstError;
    std::atomic<bool> ended{false};
    std::atomic<bool> outOfMemory{false};
    const auto work = [&] {
        try {
            for (std::size_t i = next++; i < count && !ended; i = next++) {
                Result<void> done = act(i);
                if (done)
                    continue;
                const MutexLock lock(failureMutex);
                if (!firstError)
                    firstError = std::move(done.error());
                ended = true;
            }
        } catch (const std::bad_alloc&) {
            outOfMemory = true; // thrown again where somebody can catch it
            ended = true;
        }
    };
    {
        std::vector<std::jthread> others;
        others.reserve(std::min(threads, count));
        try {
            for (std::size_t i = 1; i < std::min(threads, count); ++i)
                others.emplace_back(work);
        } catch (const std::system_error&) {
            // No more threads to be had: those that there are do it all.
        } catch (const std::bad_alloc&) {
            outOfMemory = true;
            ended = true;
        }
        work();
    }
    if (outOfMemory)
        throw std::bad_alloc();
    return firstError ? failure(std::move(*firstError)) : Result<void>();
}

// Loads all files. Their segments, in the order of `files`.
[[nodiscard]] Result<std::vector<std::shared_ptr<log::Segment>>> loadFiles(const LoadTarget& given,
                                                                           const std::vector<const FoundFile*>& files,
                                                                           std::optional<Generation> newestLog,
                                                                           std::size_t threads) {
    std::uint64_t totalBytes = 0;
    for (const FoundFile* file : files)
        totalBytes += file->bytes;
    if (given.progress != nullptr) {
        given.progress->setTotals(files.size(), 0, totalBytes);
        given.progress->setPhase(Phase::loading);
    }
    // All hints are checked before any is loaded: only then it is known how many keys there are, so that tables are
    // made in their final size. Files without a hint make them grow.
    std::vector<PreparedFile> prepared(files.size());
    HintedKeys hinted;
    Mutex hintedMutex;
    auto done = forEachOf(files.size(), threads, [&](std::size_t i) -> Result<void> {
        DistinctKeys keys;
        auto file = prepareFile(given, *files[i], newestLog == files[i]->generation, &keys);
        if (!file)
            return failure(std::move(file.error()));
        prepared[i] = std::move(*file);
        if (prepared[i].hint) {
            const MutexLock lock(hintedMutex);
            hinted.add(keys, prepared[i].hint->header);
        }
        return {};
    });
    if (!done)
        return failure(std::move(done.error()));
    hinted.reserve(given.keydir);
    done = forEachOf(files.size(), threads, [&](std::size_t i) {
        // A file that is a large part of all, and the last ones, are loaded by several threads: files are of any size,
        // and none of the threads is to be idle while another has a long way to go. The last ones have some too many.
        LoadTarget target = given;
        const double share =
            static_cast<double>(files[i]->bytes) / static_cast<double>(std::max<std::uint64_t>(1, totalBytes));
        target.threads = static_cast<unsigned>(
            std::max({std::size_t{1}, static_cast<std::size_t>(std::lround(share * static_cast<double>(threads))),
                      threads / (files.size() - i)}));
        return loadPrepared(target, *files[i], newestLog == files[i]->generation, prepared[i]);
    });
    if (!done)
        return failure(std::move(done.error()));
    std::vector<std::shared_ptr<log::Segment>> segments;
    for (PreparedFile& file : prepared)
        segments.push_back(std::move(file.segment));
    return segments;
}

} // namespace

Result<Recovered> recover(const LoadTarget& given, const fs::path& directory, const Options& options) {
    io::FileSystem& fileSystem = given.segments.fileSystem();
    auto found = options.readOnly ? findFilesBesideAWriter(fileSystem, directory) : findFiles(fileSystem, directory);
    if (!found)
        return failure(std::move(found.error()));
    if (found->empty && found->foreignEntries > 0)
        return failure({.code = ErrorCode::notADatabase,
                        .operation = "open the database",
                        .file = directory,
                        .detail = "it holds " + std::to_string(found->foreignEntries) +
                                  " files or folders, none of them named <generation>.rustcask.data",
                        .advice = "Choose a database directory, or an empty one to make a database in"});

    // The newest log file is the one that an interrupted writer was appending to.
    std::optional<Generation> newestLog;
    for (auto file = found->data.rbegin(); file != found->data.rend(); ++file) {
        auto isLog = isLogFile(fileSystem, *file);
        if (!isLog)
            return failure(std::move(isLog.error()));
        if (!newestLog && *isLog)
            newestLog = file->generation;
    }

    std::vector<const FoundFile*> order; // largest first: the last thread to finish is then not far behind
    for (const FoundFile& file : found->data)
        order.push_back(&file);
    std::sort(order.begin(), order.end(), [](const auto* a, const auto* b) { return a->bytes > b->bytes; });
    const std::size_t wanted =
        options.recoveryThreads != 0 ? options.recoveryThreads : std::max(1U, std::thread::hardware_concurrency());
    auto segments = loadFiles(given, order, newestLog, wanted);
    if (!segments)
        return failure(std::move(segments.error()));

    given.keydir.eraseTombstones();

    given.segments.updateDoubt();
    Recovered recovered;
    recovered.highestGeneration = found->highestGeneration;
    for (std::size_t i = 0; i < order.size(); ++i) {
        const std::shared_ptr<log::Segment>& segment = (*segments)[i];
        recovered.highestSequence =
            std::max(recovered.highestSequence, segment->highestSequence.load(std::memory_order_relaxed));
        const bool damaged = segment->damaged.load(std::memory_order_relaxed);
        const bool hasHint = segment->hintBytes.load(std::memory_order_relaxed) > 0;
        if (newestLog == segment->generation) {
            if (!options.readOnly && !hasHint) {
                if (auto done = cutTail(given, *segment, order[i]->bytes); !done)
                    return failure(std::move(done.error()));
                segment->sealed.store(true, std::memory_order_release);
                if (segment->bytes.load(std::memory_order_relaxed) == 0) { // no header: as if it had never been made
                    if (auto done = fileSystem.remove(segment->path); !done)
                        return failure(std::move(done.error()));
                    if (auto done = given.segments.remove(segment); !done)
                        return failure(std::move(done.error()));
                    continue;
                }
            }
            // Appends beside damage that may have held any number go to a file of their own: it begins with the number
            // that tells them from what is in doubt.
            if (!damaged && !given.segments.anyDoubt())
                recovered.newest = segment;
        }
        if (!hasHint && !damaged && segment->sealed.load(std::memory_order_relaxed) &&
            segment->records.load(std::memory_order_relaxed) > 0)
            recovered.withoutHint.push_back(segment);
    }
    // Once sealed and followed by another file, a file never changes again, although a merge may have removed that
    // other file since: a backup may share its bytes. The newest record of all, which merges keep, tells.
    if (recovered.newest && recovered.newest->records.load(std::memory_order_relaxed) > 0 &&
        recovered.newest->highestSequence.load(std::memory_order_relaxed) < recovered.highestSequence)
        recovered.newest.reset();
    return recovered;
}

} // namespace rustcask::recovery
