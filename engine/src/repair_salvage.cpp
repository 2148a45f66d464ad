// SPDX-License-Identifier: Apache-2.0
// Salvage: every sound record of a damaged directory, in files of the same generations, under the same sequence
// numbers.
#include <rustcask/repair.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include <rustcask/database.h>

#include "format/data_record.h"
#include "format/file_names.h"
#include "inspect_catalog.h"
#include "inspect_damage.h"
#include "inspect_text.h"
#include "io/beside_merges.h"
#include "io/file_system.h"
#include "log/scanner.h"
#include "repair_output.h"
#include "repair_source.h"
#include "repair_staging.h"
#include "verify_tables.h"

namespace rustcask {
namespace {

namespace fs = std::filesystem;
using inspect::CatalogFile;
using log::Scanned;

constexpr std::string_view operation = "salvage the database";
constexpr std::string_view tornMark = ".torn-";

class Salvage {
public:
    Salvage(std::shared_ptr<io::FileSystem> fileSystem, fs::path directory, const SalvageOptions& options,
            Progress& progress)
        : m_fileSystem(std::move(fileSystem)),
          m_directory(std::move(directory)),
          m_options(options),
          m_progress(progress) {}

    /// Makes the new database in `staged`, hint files included, and verifies it; does not commit.
    Result<SalvageReport> into(repair::StagedDirectory& staged) {
        if (m_options.scanChunkBytes < 4096 || m_options.scanChunkBytes > std::uint64_t{1} << 30)
            return failure({.code = ErrorCode::invalidArgument,
                            .operation = std::string(operation),
                            .detail = "the option scanChunkBytes is out of its range, 4 KiB to 1 GiB"});
        auto copied = besideMerges(m_directory, operation, readingAttempts, [&]() -> Result<void> {
            if (auto cleared = staged.clear(); !cleared) // of an earlier attempt
                return cleared;
            m_report = {};
            m_sequences = {};
            m_highest = {};
            return copyAll(staged.path());
        });
        if (!copied)
            return failure(std::move(copied.error()));
        m_report.target = staged.target();
        if (auto done = finish(staged.path()); !done)
            return failure(std::move(done.error()));
        return std::move(m_report);
    }

private:
    Result<void> copyAll(const fs::path& into) {
        m_progress.setPhase(Phase::scanning);
        auto catalog = inspect::readCatalog(*m_fileSystem, m_directory, operation);
        if (!catalog)
            return failure(std::move(catalog.error()));
        std::uint64_t bytes = 0;
        for (const CatalogFile& file : catalog->data)
            bytes += file.bytes;
        const ProgressCounts before = m_progress.counts();
        m_progress.setTotals(before.filesDone + catalog->data.size(), 0, before.bytesDone + bytes);
        m_progress.setPhase(Phase::copying);
        Generation highest{};
        for (const inspect::Remark& remark : catalog->remarks)
            if (remark.file.filename().string().find(tornMark) == std::string::npos)
                m_report.notes.push_back(remark.file.filename().string() + ": " + remark.text);
        for (const CatalogFile& file : catalog->data) {
            if (auto done = dataFile(file, into); !done)
                return done;
            highest = std::max(highest, file.generation);
            ++m_report.files;
            m_progress.addFiles(1);
        }
        if (auto done = tornTails(into, highest); !done)
            return done;
        if (m_report.records > 0)
            return {};
        auto lock = m_fileSystem->open(into / format::lockFileName, io::OpenMode::createNew);
        return lock ? Result<void>() : failure(std::move(lock.error())); // which alone says that it is a database
    }

    /// One source file while it is read.
    struct Source {
        const CatalogFile* catalog = nullptr; ///< null: a torn tail
        fs::path path{};
        std::uint64_t bytes = 0;
        std::unique_ptr<repair::TolerantFile> file{};
        std::vector<LostRecord> lost{};
        std::optional<std::size_t> openEnd{}; ///< of `lost`: the first that no sound record has followed so far
    };

    Result<Source> open(const fs::path& path, std::uint64_t bytes) {
        auto opened = m_fileSystem->open(path, io::OpenMode::read);
        if (!opened)
            return failure(std::move(opened.error()));
        (*opened)->adviseSequential();
        Source source{.path = path, .bytes = bytes};
        source.file = std::make_unique<repair::TolerantFile>(
            std::make_unique<inspect::WatchedFile>(std::move(*opened), m_progress, std::string(operation)));
        return source;
    }

    Result<void> dataFile(const CatalogFile& file, const fs::path& into) {
        auto source = open(file.path, file.bytes);
        if (!source)
            return failure(std::move(source.error()));
        source->catalog = &file;
        if (!file.header.text.empty())
            m_report.notes.push_back(file.path.filename().string() + ": " + file.header.text);
        if (file.header.verdict == format::HeaderVerdict::unknownVersion) {
            source->lost.push_back(
                {.file = file.path, .bytes = file.bytes, .reason = "the file is of a newer format version"});
            return takeLosses(*source);
        }
        repair::SalvageOutput output(*m_fileSystem, into / format::dataFileName(file.generation));
        if (file.bytes > format::fileHeaderBytes) {
            inspect::SteadyScanner scanner(*source->file, format::fileHeaderBytes, file.bytes, file.newestLog);
            if (auto done = copyRecords(*source, scanner, output); !done)
                return done;
        }
        if (source->openEnd) { // a crash, or a writer at work: it was never part of the database
            std::uint64_t bytes = 0;
            for (std::size_t i = *source->openEnd; i < source->lost.size(); ++i)
                bytes += source->lost[i].bytes;
            m_report.notes.push_back(file.path.filename().string() + ": the end of the newest file is torn, as by a " +
                                     "crash; its last " + inspect::bytesText(bytes) + " hold no whole record");
            source->lost.resize(*source->openEnd);
        }
        if (auto done = takeLosses(*source); !done)
            return done;
        const Timestamp created =
            file.header.verdict == format::HeaderVerdict::valid ? file.header.header.created : now();
        return output.finish(file.generation, created, file.mergeOutput());
    }

    [[nodiscard]] static Timestamp now() {
        return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    }

    template <typename AnyScanner>
    Result<void> copyRecords(Source& source, AnyScanner& scanner, repair::SalvageOutput& output) {
        for (;;) {
            auto next = scanner.next();
            if (!next)
                return failure(std::move(next.error()));
            if (!*next)
                return {};
            const Scanned& scanned = **next;
            if (scanned.kind == Scanned::Kind::record) {
                source.openEnd.reset();
                if (auto done = copyRecord(source, scanned, output); !done)
                    return done;
            } else if (scanned.kind == Scanned::Kind::damaged) {
                if (auto done = noteDamage(source, scanned); !done)
                    return done;
            } else if (source.catalog != nullptr && !source.catalog->newestLog) {
                m_report.notes.push_back(source.path.filename().string() + ": its last " +
                                         inspect::bytesText(scanned.bytes) +
                                         " are zero, which may be records that never got to the disk");
            }
        }
    }

    Result<void> copyRecord(Source& source, const Scanned& scanned, repair::SalvageOutput& output) {
        const format::RecordHeader& header = scanned.header;
        const auto met = m_sequences.add(header.sequence, header.checksum);
        if (met == inspect::SequenceSet::Met::copy) {
            ++m_report.duplicates;
            return {};
        }
        if (met == inspect::SequenceSet::Met::other) {
            source.lost.push_back({.file = source.path,
                                   .offset = scanned.offset,
                                   .bytes = scanned.bytes,
                                   .reason = "a different record with the same sequence number was salvaged before it",
                                   .key = std::string(scanned.key),
                                   .sequence = header.sequence,
                                   .tombstone = header.tombstone()});
            return {};
        }
        auto done = scanned.record.empty() ? output.copy(header, *source.file, scanned.offset, m_options.scanChunkBytes)
                                           : output.append(header, scanned.record);
        if (!done)
            return done;
        m_highest = std::max(m_highest, header.sequence);
        ++m_report.records;
        m_report.bytes += scanned.bytes;
        m_progress.addRecords(1);
        return {};
    }

    Result<void> noteDamage(Source& source, const Scanned& scanned) {
        auto found = inspect::diagnose(*source.file, scanned.offset, scanned.bytes, source.bytes);
        if (!found)
            return failure(std::move(found.error()));
        LostRecord lost{
            .file = source.path, .offset = scanned.offset, .bytes = scanned.bytes, .reason = std::move(found->text)};
        const std::uint64_t unreadable = source.file->unreadable(scanned.offset, scanned.bytes);
        if (unreadable > 0)
            lost.reason = "the device did not give back " + inspect::bytesText(unreadable) + " of it";
        m_report.unreadableBytes += unreadable;
        if (scanned.identified) {
            lost.key = std::string(scanned.key);
            lost.sequence = scanned.header.sequence;
            lost.tombstone = scanned.header.tombstone();
        } else if (!source.openEnd && unreadable == 0 && source.catalog != nullptr && source.catalog->newestLog) {
            source.openEnd = source.lost.size();
        }
        source.lost.push_back(std::move(lost));
        return {};
    }

    // Where the hint file is sound, it knows what stood in the damaged ranges, and behind the end of a file that was
    // cut.
    Result<void> takeLosses(Source& source) {
        const CatalogFile& file = *source.catalog;
        repair::Hinted hinted;
        if (!file.hint.empty()) {
            auto hint = m_fileSystem->open(file.hint, io::OpenMode::read);
            if (hint) {
                std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges;
                for (const LostRecord& lost : source.lost)
                    if (!lost.key)
                        ranges.emplace_back(lost.offset, lost.offset + lost.bytes);
                const repair::TolerantFile tolerant(std::move(*hint));
                auto read = repair::hintedRecords(tolerant, file.generation, file.bytes, ranges);
                if (!read)
                    return failure(std::move(read.error()));
                hinted = std::move(*read);
            }
        }
        auto known = hinted.records.begin();
        for (LostRecord& lost : source.lost) {
            const std::uint64_t end = lost.offset + lost.bytes;
            while (!lost.key && known != hinted.records.end() && known->offset < end) {
                if (known->offset > lost.offset) { // what the hint does not speak of: superseded, or itself damage
                    LostRecord gap = lost;
                    gap.bytes = known->offset - lost.offset;
                    add(std::move(gap));
                }
                LostRecord named = asNamed(lost, *known, std::min(known->bytes, end - known->offset));
                lost.offset = named.offset + named.bytes;
                lost.bytes = end - lost.offset;
                add(std::move(named));
                ++known;
            }
            if (lost.bytes > 0 || lost.key)
                add(std::move(lost));
        }
        if (hinted.dataBytes > file.bytes) {
            LostRecord cut{.file = file.path, .offset = file.bytes};
            cut.reason = "the file was cut by " + inspect::bytesText(hinted.dataBytes - file.bytes) +
                         ": its hint file knows of a record here";
            if (known == hinted.records.end()) {
                cut.bytes = hinted.dataBytes - file.bytes;
                cut.reason = "the file was cut by " + inspect::bytesText(cut.bytes) + ", as its hint file shows";
                add(std::move(cut));
            }
            for (; known != hinted.records.end(); ++known)
                add(asNamed(cut, *known, known->bytes));
        }
        return {};
    }

    static LostRecord asNamed(const LostRecord& range, const repair::HintedRecord& known, std::uint64_t bytes) {
        LostRecord named = range;
        named.offset = known.offset;
        named.bytes = bytes;
        named.key = known.key;
        named.sequence = known.sequence;
        named.tombstone = known.tombstone;
        return named;
    }

    void add(LostRecord lost) {
        ++m_report.lostRanges;
        m_report.lostBytes += lost.bytes;
        if (m_report.lost.size() < SalvageReport::maxLost)
            m_report.lost.push_back(std::move(lost));
        else
            ++m_report.lostLeftOut;
    }

    // What recoveries cut off and kept. It is newer than everything before the cut, so it must not meet anything that
    // was written after it.
    Result<void> tornTails(const fs::path& into, Generation highest) {
        auto entries = m_fileSystem->list(m_directory);
        if (!entries)
            return failure(std::move(entries.error()));
        std::sort(entries->begin(), entries->end(), [](const auto& a, const auto& b) { return a.name < b.name; });
        for (const io::DirectoryEntry& entry : *entries) {
            const format::ParsedName name = format::parseFileName(entry.name);
            if (name.kind != FileKind::other || name.generation.value == 0 || !entry.regular ||
                entry.name.find(tornMark) == std::string::npos)
                continue;
            const fs::path path = m_directory / entry.name;
            auto source = open(path, entry.bytes);
            if (!source)
                return failure(std::move(source.error()));
            log::Scanner scanner(*source->file, 0, entry.bytes, m_options.scanChunkBytes);
            std::uint64_t sound = 0;
            bool isNewest = true;
            for (;;) {
                auto next = scanner.next();
                if (!next)
                    return failure(std::move(next.error()));
                if (!*next)
                    break;
                if ((*next)->kind != Scanned::Kind::record)
                    continue;
                ++sound;
                isNewest = isNewest && (*next)->header.sequence > m_highest;
            }
            const std::string count = inspect::countText(sound, "sound record", "sound records");
            if (!m_options.includeTornTails || !isNewest || sound == 0) {
                m_report.notes.push_back(
                    entry.name + ": a tail that a recovery cut off, with " + count + ", was left out" +
                    (m_options.includeTornTails && !isNewest ? ": other records were written after it" : ""));
                continue;
            }
            m_report.notes.push_back(entry.name + ": " + count + " of a tail that a recovery cut off were taken back");
            ++highest.value;
            repair::SalvageOutput output(*m_fileSystem, into / format::dataFileName(highest));
            log::Scanner again(*source->file, 0, entry.bytes, m_options.scanChunkBytes);
            if (auto done = copyRecords(*source, again, output); !done)
                return done;
            for (LostRecord& lost : source->lost)
                add(std::move(lost));
            if (auto done = output.finish(highest, now(), false); !done)
                return done;
        }
        return {};
    }

    Result<void> finish(const fs::path& into) {
        if (m_report.records == 0)
            return {};
        auto hints = rebuildHints(into, m_progress);
        if (!hints)
            return failure(std::move(hints.error()));
        auto verified = verify(into, m_progress);
        if (!verified)
            return failure(std::move(verified.error()));
        if (!verified->clean()) {
            const auto worst = std::find_if(verified->findings.begin(), verified->findings.end(),
                                            [](const Finding& finding) { return finding.severity == Severity::error; });
            return failure({.code = ErrorCode::corruption,
                            .operation = std::string(operation),
                            .file = worst->file,
                            .offset = worst->offset,
                            .detail = "the salvaged copy reads back wrong: " + worst->text,
                            .advice = "Check the medium of the target and try again"});
        }
        m_report.liveKeys = verified->liveKeys;
        const bool anyKey = std::any_of(m_report.lost.begin(), m_report.lost.end(),
                                        [](const LostRecord& lost) { return lost.key.has_value(); });
        return anyKey ? tellFates(into) : Result<void>();
    }

    Result<void> tellFates(const fs::path& into) {
        Options options;
        options.readOnly = true;
        options.readStrategy = ReadStrategy::keepOpen;
        auto database = Database::open(into, options);
        if (!database)
            return failure(std::move(database.error()));
        for (LostRecord& lost : m_report.lost) {
            if (!lost.key)
                continue;
            if (auto going = m_progress.checkpoint(operation); !going)
                return going;
            auto info = (*database)->info(*lost.key);
            if (!info)
                return failure(std::move(info.error()));
            if (!*info) {
                lost.fate = KeyFate::absent;
            } else if (lost.sequence && (*info)->sequence > *lost.sequence) {
                lost.fate = KeyFate::superseded;
            } else {
                lost.fate = KeyFate::older;
                lost.olderVersion = (*info)->sequence;
            }
        }
        return (*database)->close();
    }

    std::shared_ptr<io::FileSystem> m_fileSystem;
    fs::path m_directory;
    SalvageOptions m_options;
    Progress& m_progress;
    SalvageReport m_report;
    inspect::SequenceSet m_sequences;
    Sequence m_highest{};
};

// The first name beside `directory` that nothing has.
[[nodiscard]] Result<fs::path> freeNameBeside(io::FileSystem& fileSystem, const fs::path& directory) {
    auto entries = fileSystem.list(directory.parent_path());
    if (!entries)
        return failure(std::move(entries.error()));
    const std::string base = directory.filename().string() + ".damaged";
    std::string name = base;
    const auto taken = [&] {
        return std::any_of(entries->begin(), entries->end(), [&](const auto& entry) { return entry.name == name; });
    };
    for (int number = 2; taken(); ++number)
        name = base + "-" + std::to_string(number);
    return directory.parent_path() / name;
}

} // namespace

std::string_view keyFateName(KeyFate fate) noexcept {
    switch (fate) {
    case KeyFate::unknown:
        return "unknown";
    case KeyFate::superseded:
        return "superseded";
    case KeyFate::older:
        return "older";
    case KeyFate::absent:
        return "absent";
    }
    return "unknown";
}

Result<SalvageReport> salvage(const fs::path& directory, const fs::path& target, const SalvageOptions& options,
                              Progress& progress) {
    const auto fileSystem = io::posixFileSystem();
    auto staged = repair::StagedDirectory::create(fileSystem, directory, target, operation);
    if (!staged)
        return failure(std::move(staged.error()));
    auto report = Salvage(fileSystem, directory, options, progress).into(*staged);
    if (!report)
        return report;
    progress.setPhase(Phase::committing);
    if (auto done = staged->commit(); !done)
        return failure(std::move(done.error()));
    progress.setPhase(Phase::done);
    return report;
}

Result<SalvageReport> salvageInPlace(const fs::path& directory, const SalvageOptions& options, Progress& progress) {
    const auto fileSystem = io::posixFileSystem();
    const fs::path plain = repair::plainPath(directory);
    // Before the lock file is made: nothing may be written into what is no database.
    if (auto catalog = inspect::readCatalog(*fileSystem, plain, operation); !catalog)
        return failure(std::move(catalog.error()));
    auto lock = fileSystem->lock(plain / format::lockFileName);
    if (!lock)
        return failure(std::move(lock.error()));
    auto staged = repair::StagedDirectory::createBeside(fileSystem, plain, operation);
    if (!staged)
        return failure(std::move(staged.error()));
    auto report = Salvage(fileSystem, plain, options, progress).into(*staged);
    if (!report)
        return report;
    auto kept = freeNameBeside(*fileSystem, plain);
    if (!kept)
        return failure(std::move(kept.error()));
    if (auto going = progress.checkpoint(operation); !going)
        return failure(std::move(going.error()));
    progress.setPhase(Phase::committing);
    if (auto moved = fileSystem->rename(plain, *kept); !moved)
        return failure(std::move(moved.error()));
    if (auto done = staged->commit(); !done) {
        static_cast<void>(fileSystem->rename(*kept, plain)); // the first failure is the one to report
        return failure(std::move(done.error()));
    }
    report->backup = *kept;
    for (LostRecord& lost : report->lost)
        lost.file = *kept / lost.file.filename();
    progress.setPhase(Phase::done);
    return report;
}

} // namespace rustcask
