// SPDX-License-Identifier: Apache-2.0
// A backup is what one moment's listing named: sealed files as they are for ever, and of the newest log file the
// records that were whole when it was read. Later records of the log may be in it and later merges are not: the files
// that those replace hold everything that their outputs do.
#include <rustcask/backup.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

#include "format/data_record.h"
#include "format/file_names.h"
#include "inspect_catalog.h"
#include "io/beside_merges.h"
#include "io/file_system.h"
#include "recovery/recovery.h"
#include "repair_staging.h"
#include "verify_hint.h"

namespace rustcask {
namespace {

namespace fs = std::filesystem;
using recovery::FoundFile;

constexpr std::string_view operation = "back up the database";
constexpr std::uint64_t maxAttempts = 100; // at a directory that stands still for long enough
constexpr std::chrono::milliseconds restBetweenAttempts{10};

class Backup {
public:
    Backup(fs::path directory, const BackupOptions& options, Progress& progress)
        : m_directory(std::move(directory)), m_options(options), m_progress(progress) {}

    Result<BackupReport> run(const fs::path& target) {
        auto staged = repair::StagedDirectory::create(m_fileSystem, m_directory, target, operation);
        if (!staged)
            return failure(std::move(staged.error()));
        for (;; ++m_report.attempts) {
            auto done = copyAll(staged->path());
            if (done)
                break;
            // A merge removed a file between the listing and its copying: its outputs are in the next listing.
            if (!io::isMissing(done.error()) || m_report.attempts >= maxAttempts)
                return failure(mergedAway(std::move(done.error()), m_directory, operation));
            if (auto cleared = staged->clear(); !cleared)
                return failure(std::move(cleared.error()));
        }
        if (m_options.verify && m_report.files > 0) {
            auto verified = verify(staged->path(), m_progress);
            if (!verified)
                return failure(std::move(verified.error()));
            m_report.verification = std::move(*verified);
            m_report.verified = true;
            for (Finding& finding : m_report.verification.findings) // where it will be, in a moment
                finding.file = staged->target() / finding.file.filename();
        }
        if (auto going = m_progress.checkpoint(operation); !going)
            return failure(std::move(going.error()));
        m_progress.setPhase(Phase::committing);
        if (auto done = staged->commit(); !done)
            return failure(std::move(done.error()));
        m_progress.setPhase(Phase::done);
        return std::move(m_report);
    }

private:
    struct Chosen {
        recovery::FoundFiles found;
        std::optional<Generation> newestLog{};
    };

    // Between two listings that agree (see `namesThatCount`).
    Result<Chosen> choose() {
        for (;; ++m_report.attempts) {
            if (auto going = m_progress.checkpoint(operation); !going)
                return failure(std::move(going.error()));
            auto before = inspect::namesThatCount(*m_fileSystem, m_directory);
            if (!before)
                return failure(std::move(before.error()));
            auto found = recovery::findFiles(*m_fileSystem, m_directory);
            auto after = inspect::namesThatCount(*m_fileSystem, m_directory);
            if (!after)
                return failure(std::move(after.error()));
            if (*before == *after) {
                if (!found)
                    return failure(std::move(found.error()));
                Chosen chosen{.found = std::move(*found)};
                if (chosen.found.empty && !chosen.found.lockFile)
                    return failure({.code = ErrorCode::notADatabase,
                                    .operation = std::string(operation),
                                    .file = m_directory,
                                    .detail = "there are no files named <generation>.rustcask.data",
                                    .advice = "Name the directory that holds them"});
                for (const FoundFile& file : chosen.found.data) {
                    auto isLog = recovery::isLogFile(*m_fileSystem, file);
                    if (!isLog)
                        return failure(std::move(isLog.error()));
                    if (*isLog)
                        chosen.newestLog = file.generation;
                }
                return chosen;
            }
            if (m_report.attempts >= maxAttempts)
                return failure({.code = ErrorCode::ioError,
                                .operation = std::string(operation),
                                .file = m_directory,
                                .detail = "its files change faster than they can be listed",
                                .advice = "Try again when fewer merges run"});
            std::this_thread::sleep_for(restBetweenAttempts);
        }
    }

    Result<void> copyAll(const fs::path& into) {
        m_report = {.attempts = m_report.attempts};
        m_progress.setPhase(Phase::scanning);
        auto chosen = choose();
        if (!chosen)
            return failure(std::move(chosen.error()));
        std::uint64_t bytes = 0;
        for (const FoundFile& file : chosen->found.data)
            bytes += file.bytes;
        const ProgressCounts before = m_progress.counts(); // not zero at another attempt
        m_progress.setTotals(before.filesDone + chosen->found.data.size(), 0, before.bytesDone + bytes);
        m_progress.setPhase(Phase::copying);
        for (const FoundFile& file : chosen->found.data) {
            const bool newest = chosen->newestLog == file.generation;
            auto done = newest ? newestLog(file, into) : sealed(file, into);
            if (!done)
                return done;
            m_progress.addFiles(1);
        }
        if (chosen->found.data.empty()) { // never written to: the lock file alone says that it is a database
            auto lock = m_fileSystem->open(into / format::lockFileName, io::OpenMode::createNew);
            if (!lock)
                return failure(std::move(lock.error()));
        }
        return {};
    }

    Result<void> sealed(const FoundFile& file, const fs::path& into) {
        auto done = linkOrCopy(file.path, into / format::dataFileName(file.generation));
        if (!done)
            return done;
        auto hint = linkOrCopy(hintOf(file), into / format::hintFileName(file.generation));
        if (!hint && io::isMissing(hint.error()))
            return {};
        return hint;
    }

    // The hint of an output that is not renamed yet has the temporary name too.
    [[nodiscard]] fs::path hintOf(const FoundFile& file) const {
        const bool temporary = file.path.extension() == format::temporarySuffix;
        return m_directory /
               (format::hintFileName(file.generation) + (temporary ? std::string(format::temporarySuffix) : ""));
    }

    Result<void> linkOrCopy(const fs::path& from, const fs::path& to) {
        auto file = m_fileSystem->open(from, io::OpenMode::read);
        if (!file)
            return failure(std::move(file.error()));
        auto size = (*file)->size();
        if (!size)
            return failure(std::move(size.error()));
        if (m_options.hardLinks) {
            auto linked = m_fileSystem->link(from, to);
            if (linked) {
                m_progress.addBytes(*size);
                count(*size, 0);
                ++m_report.filesLinked;
                return {};
            }
            if (linked.error().code != ErrorCode::unsupported)
                return linked;
        }
        (*file)->adviseSequential();
        if (auto done = repair::copyFile(*m_fileSystem, **file, to, *size, m_progress, operation); !done)
            return done;
        count(*size, *size);
        return {};
    }

    void count(std::uint64_t bytes, std::uint64_t copied) {
        ++m_report.files;
        m_report.bytes += bytes;
        m_report.bytesCopied += copied;
    }

    // Looked through before it is copied: what is whole by then is not written again, while what is copied blindly may
    // hold the first half of a record and, after it, whole ones.
    Result<void> newestLog(const FoundFile& found, const fs::path& into) {
        auto file = m_fileSystem->open(found.path, io::OpenMode::read);
        if (!file)
            return failure(std::move(file.error()));
        auto size = (*file)->size();
        if (!size)
            return failure(std::move(size.error()));
        (*file)->adviseSequential();
        std::uint64_t end = std::min(*size, format::fileHeaderBytes);
        inspect::SteadyScanner scanner(**file, end, *size, true);
        while (*size > end) {
            if (auto going = m_progress.checkpoint(operation); !going)
                return going;
            auto next = scanner.next();
            if (!next)
                return failure(std::move(next.error()));
            if (!*next)
                break;
            if ((*next)->kind == log::Scanned::Kind::record) // after damage too, which then is no torn tail
                end = (*next)->offset + (*next)->bytes;
        }
        // The newest file has a hint only while nobody appends to it. What was there when it was written is damaged,
        // not torn, where it is no record any more; left out, it would not be missed in the backup.
        auto hint = m_fileSystem->open(hintOf(found), io::OpenMode::read);
        std::uint64_t hinted = 0;
        if (hint) {
            auto durable = durableBytes(**hint, found, *size);
            if (!durable)
                return failure(std::move(durable.error()));
            hinted = *durable;
            // Closed meanwhile: the hint is of what was appended since the look at the length.
            auto now = hinted > *size ? (*file)->size() : size;
            if (!now)
                return failure(std::move(now.error()));
            if (hinted > *size && hinted <= *now)
                hinted = 0;
        }
        end = std::max(end, std::min(hinted, *size));
        const fs::path to = into / format::dataFileName(found.generation);
        if (auto done = repair::copyFile(*m_fileSystem, **file, to, end, m_progress, operation); !done)
            return done;
        count(end, end);
        m_report.bytesLeftOut = *size - end;
        return hinted >= end && hinted > 0 ? newestHint(**hint, found, into) : Result<void>();
    }

    // The length that the hint of the newest file is for; 0: it is not to be believed.
    Result<std::uint64_t> durableBytes(const io::File& hint, const FoundFile& found, std::uint64_t dataBytes) {
        auto size = hint.size();
        if (!size)
            return failure(std::move(size.error()));
        inspect::HintCheck check(
            hint, *size, found.generation, dataBytes, true,
            [](Severity, std::uint64_t, std::uint64_t, const std::optional<Field>&, const std::string&) {});
        if (auto begun = check.begin(); !begun)
            return failure(std::move(begun.error()));
        return check.durableBytes();
    }

    Result<void> newestHint(const io::File& hint, const FoundFile& found, const fs::path& into) {
        auto size = hint.size();
        if (!size)
            return failure(std::move(size.error()));
        const fs::path to = into / format::hintFileName(found.generation);
        if (auto done = repair::copyFile(*m_fileSystem, hint, to, *size, m_progress, operation); !done)
            return done;
        count(*size, *size);
        return {};
    }

    std::shared_ptr<io::FileSystem> m_fileSystem = io::posixFileSystem();
    fs::path m_directory;
    BackupOptions m_options;
    Progress& m_progress;
    BackupReport m_report;
};

} // namespace

Result<BackupReport> backup(const fs::path& directory, const fs::path& target, const BackupOptions& options,
                            Progress& progress) {
    return Backup(directory, options, progress).run(target);
}

} // namespace rustcask
