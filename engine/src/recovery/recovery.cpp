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

} // namespace

namespace {

[[nodiscard]] Result<bool> hasGrownTo(const LoadTarget& target, const log::Segment& segment, std::uint64_t bytes) {
    auto handle = target.segments.openFile(segment);
    if (!handle)
        return failure(std::move(handle.error()));
    auto size = (*handle)->size();
    if (!size)
        return failure(std::move(size.error()));
    return *size >= bytes;
}

} // namespace

Result<bool> isLogFile(io::FileSystem& fileSystem, const FoundFile& file) {
    auto found = readHeader(fileSystem, file);
    if (!found)
        return failure(std::move(found.error()));
    return found->verdict != format::HeaderVerdict::valid || !found->header.mergeOutput;
}

namespace {

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

Result<std::shared_ptr<log::Segment>> loadFile(const LoadTarget& target, const FoundFile& file, bool newestLog) {
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

    auto hint = findHint(target, segment);
    if (!hint)
        return failure(std::move(hint.error()));
    // So much was durable before the hint was begun. A crash takes nothing of it, so where it is not as it was it is
    // damaged; in a newest file, only what follows may be torn.
    const std::uint64_t durable = *hint ? (*hint)->header.dataBytes : 0;
    bool shortened = false;
    if (durable > file.bytes) {
        auto grown = hasGrownTo(target, segment, durable); // beside a writer: since it was listed
        if (!grown)
            return failure(std::move(grown.error()));
        shortened = !*grown;
    }
    if (shortened || (headerMissing && durable > format::fileHeaderBytes))
        segment.damaged.store(true, std::memory_order_relaxed);
    else if (newestLog && headerMissing) {
        // The header never got to the disk, and what was appended after it counts only as a prefix: nothing.
        segment.headerBytes.store(0, std::memory_order_relaxed);
        segment.bytes.store(0, std::memory_order_relaxed);
        return made;
    }
    const bool usable =
        *hint && (shortened || (durable == file.bytes && !segment.damaged.load(std::memory_order_relaxed)));
    bool hinted = false;
    if (usable) {
        auto loaded = loadHint(target, segment, **hint, file.bytes);
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
    return made;
}

namespace {

// Keys that the hint of a file counts, and their bytes: it is not checked yet, so only for making room. A hint of so
// many entries is that long, so memory stays in proportion to the files.
struct HintedKeys {
    std::uint64_t keys = 0;
    std::uint64_t bytes = 0;
};
[[nodiscard]] HintedKeys hintedKeys(io::FileSystem& fileSystem, const fs::path& directory, const FoundFile& file) {
    auto hint = fileSystem.open(directory / format::hintFileName(file.generation), io::OpenMode::read);
    if (!hint)
        return {};
    auto size = (*hint)->size();
    char head[format::hintHeaderBytes];
    auto read = (*hint)->readAt(0, head, sizeof head);
    if (!size || !read || *read != sizeof head)
        return {};
    const auto header = format::decodeHintHeader({head, sizeof head}, *size);
    if (!header || header->generation != file.generation || header->dataBytes != file.bytes)
        return {};
    return {.keys = header->entries, .bytes = header->entryBytes - header->entries * format::hintEntryBytes};
}

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

    std::uint64_t totalBytes = 0;
    for (const FoundFile& file : found->data)
        totalBytes += file.bytes;
    if (given.progress != nullptr) {
        given.progress->setTotals(found->data.size(), 0, totalBytes);
        given.progress->setPhase(Phase::loading);
    }

    std::vector<const FoundFile*> order; // largest first: the last thread to finish is then not far behind
    for (const FoundFile& file : found->data)
        order.push_back(&file);
    std::sort(order.begin(), order.end(), [](const auto* a, const auto* b) { return a->bytes > b->bytes; });
    const std::size_t wanted =
        options.recoveryThreads != 0 ? options.recoveryThreads : std::max(1U, std::thread::hardware_concurrency());
    // A file that is a large part of all, and the last ones, are loaded by several threads: files are of any size, and
    // none of the threads is to be idle while another has a long way to go. The last ones have some threads too many.
    const auto targetFor = [&](std::size_t place) {
        LoadTarget target = given;
        const double share =
            static_cast<double>(order[place]->bytes) / static_cast<double>(std::max<std::uint64_t>(1, totalBytes));
        const std::size_t left = order.size() - place;
        target.threads = static_cast<unsigned>(
            std::max({std::size_t{1}, static_cast<std::size_t>(std::lround(share * static_cast<double>(wanted))),
                      wanted / left}));
        return target;
    };
    HintedKeys most; // of one file: there may be more in all, but hardly fewer
    for (const FoundFile& file : found->data) {
        const HintedKeys hinted = hintedKeys(fileSystem, directory, file);
        if (hinted.keys > most.keys)
            most = hinted;
    }
    given.keydir.reserve(most.keys, most.bytes);

    std::vector<std::shared_ptr<log::Segment>> segments(order.size());
    std::atomic<std::size_t> next{0};
    Mutex failureMutex;
    std::optional<Error> firstError;
    std::atomic<bool> outOfMemory{false};
    const auto work = [&] {
        try {
            for (std::size_t i = next++; i < order.size() && !outOfMemory; i = next++) {
                {
                    const MutexLock lock(failureMutex);
                    if (firstError)
                        return;
                }
                auto loaded = loadFile(targetFor(i), *order[i], newestLog == order[i]->generation);
                if (loaded) {
                    segments[i] = std::move(*loaded);
                    continue;
                }
                const MutexLock lock(failureMutex);
                if (!firstError)
                    firstError = std::move(loaded.error());
            }
        } catch (const std::bad_alloc&) {
            outOfMemory = true; // thrown again where somebody can catch it
        }
    };
    {
        std::vector<std::jthread> threads;
        threads.reserve(std::min(wanted, order.size()));
        try {
            for (std::size_t i = 1; i < std::min(wanted, order.size()); ++i)
                threads.emplace_back(work);
        } catch (const std::system_error&) {
            // No more threads to be had: those that there are do it all.
        } catch (const std::bad_alloc&) {
            outOfMemory = true;
        }
        work();
    }
    if (outOfMemory)
        throw std::bad_alloc();
    if (firstError)
        return failure(std::move(*firstError));

    given.keydir.eraseTombstones();

    given.segments.updateDoubt();
    Recovered recovered;
    recovered.highestGeneration = found->highestGeneration;
    for (std::size_t i = 0; i < order.size(); ++i) {
        const std::shared_ptr<log::Segment>& segment = segments[i];
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
