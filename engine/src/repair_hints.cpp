// SPDX-License-Identifier: Apache-2.0
// Hint files: which of them say what their data file holds, and writing new ones for those that do not.
#include <rustcask/repair.h>

#include <algorithm>
#include <utility>

#include "format/data_record.h"
#include "format/file_names.h"
#include "inspect_catalog.h"
#include "io/beside_merges.h"
#include "keydir/keydir.h"
#include "log/hint_writer.h"
#include "recovery/recovery.h"
#include "repair_hints.h"
#include "verify_hint.h"

namespace rustcask {

namespace fs = std::filesystem;
using inspect::CatalogFile;
using repair::ExaminedHint;
using repair::hintOperation;

Result<ExaminedHint> repair::examineHint(io::FileSystem& fileSystem, const CatalogFile& file, bool mayGrow,
                                         Progress& progress) {
    ExaminedHint examined;
    HintFinding& finding = examined.finding;
    finding.generation = file.generation;
    auto opened = openListed(fileSystem, file.path);
    if (!opened)
        return failure(std::move(opened.error()));
    (*opened)->adviseSequential();
    const inspect::WatchedFile data(std::move(*opened), progress, std::string(hintOperation));

    bool fits = true;
    std::unique_ptr<io::File> hintFile;
    std::unique_ptr<inspect::HintCheck> check;
    if (!file.hint.empty()) {
        auto hint = openListed(fileSystem, file.hint);
        if (hint)
            hintFile = std::move(*hint);
        else if (!io::isMissing(hint.error()))
            return failure(std::move(hint.error()));
    }
    if (hintFile) {
        finding.hintBytes = file.hintBytes;
        check = std::make_unique<inspect::HintCheck>(
            *hintFile, file.hintBytes, file.generation, file.bytes, mayGrow,
            [&](Severity, std::uint64_t, std::uint64_t, std::optional<Field>, std::string text) {
                if (fits)
                    finding.text = std::move(text);
                fits = false;
            });
        if (auto begun = check->begin(); !begun)
            return failure(std::move(begun.error()));
    }
    std::uint64_t records = 0;
    bool damaged = !file.header.text.empty() && file.bytes > 0;
    bool openEnd = false;
    std::uint64_t firstDamage = 0;
    inspect::SteadyScanner scanner(data, format::fileHeaderBytes, file.bytes, mayGrow);
    while (file.bytes > format::fileHeaderBytes) {
        auto next = scanner.next();
        if (!next)
            return failure(std::move(next.error()));
        if (!*next)
            break;
        const log::Scanned& scanned = **next;
        if (scanned.kind == log::Scanned::Kind::record) {
            damaged = damaged || openEnd; // sound records after it: it was no torn tail
            ++records;
            if (check) {
                if (auto done = check->record(scanned.offset, scanned.header, scanned.key); !done)
                    return failure(std::move(done.error()));
            }
        } else if (scanned.kind == log::Scanned::Kind::damaged) {
            if (firstDamage == 0)
                firstDamage = scanned.offset;
            (file.newestLog && !scanned.identified ? openEnd : damaged) = true;
            if (check)
                check->damaged(scanned.offset, scanned.bytes);
        } else {
            openEnd = openEnd || file.newestLog;
        }
        data.advanceTo(scanned.offset + scanned.bytes);
    }
    if (check) {
        if (auto done = check->end(); !done)
            return failure(std::move(done.error()));
    }
    data.advanceTo(file.bytes);
    // What was durable when the hint was written is not torn by a crash.
    const std::uint64_t durable = check ? check->durableBytes() : 0;
    auto bytesNow = durable > file.bytes ? data.size() : file.bytes; // beside a writer, it may have grown
    if (!bytesNow)
        return failure(std::move(bytesNow.error()));
    const bool cut = durable > *bytesNow;
    damaged = damaged || cut || (firstDamage > 0 && firstDamage < durable);

    if (damaged) {
        finding.state = HintState::dataDamaged;
        const std::string where = cut ? "the data file ends " + std::to_string(durable - file.bytes) +
                                            " bytes before the end that its hint knows"
                                  : firstDamage > 0
                                      ? "the data file is damaged from offset " + std::to_string(firstDamage)
                                      : std::string("the data file's header is damaged");
        finding.text = !hintFile ? where + ", so it gets no hint"
                       : fits    ? where + "; its hint is from before that and stays"
                                 : where + ", and its hint does not fit: " + finding.text;
    } else if (openEnd) {
        finding.state = HintState::active;
        finding.text = "records are still being appended, or the end is torn: the hint is written when the database "
                       "is closed, or opened and closed";
    } else if (!hintFile) {
        finding.state = records > 0 ? HintState::missing : HintState::fits; // without records there is nothing to hint
        finding.text = records > 0 ? "there is no hint file" : "";
    } else {
        finding.state = fits ? HintState::fits : HintState::unfit;
    }
    examined.worthAHint = finding.state == HintState::missing || finding.state == HintState::unfit;
    // One that is not of this file, or contradicts it, knows nothing.
    if (damaged && hintFile && !fits && (durable == 0 || check->contradicts()))
        finding.removed = true; // to be done by the caller that may
    return examined;
}

namespace {

constexpr std::uint64_t chunkBytes = std::uint64_t{1} << 20;

class HintRepair {
public:
    HintRepair(fs::path directory, Progress& progress) : m_directory(std::move(directory)), m_progress(progress) {}

    Result<HintReport> examineAll() {
        return forEachFile(false, [](const CatalogFile&, ExaminedHint&) { return Result<void>(); });
    }

    Result<HintReport> rebuildAll() {
        auto exists = m_fileSystem->isDirectory(m_directory);
        if (!exists)
            return failure(std::move(exists.error()));
        // Before the lock file is made: nothing may be written into what is no database.
        if (auto catalog = inspect::readCatalog(*m_fileSystem, m_directory, hintOperation); !catalog)
            return failure(std::move(catalog.error()));
        auto lock = m_fileSystem->lock(m_directory / format::lockFileName);
        if (!lock)
            return failure(std::move(lock.error()));
        if (auto done = recovery::finishInterrupted(*m_fileSystem, m_directory, {}); !done)
            return failure(std::move(done.error()));
        return forEachFile(true,
                           [this](const CatalogFile& file, ExaminedHint& examined) { return mend(file, examined); });
    }

private:
    template <typename Act>
    Result<HintReport> forEachFile(bool alone, Act act) {
        m_progress.setPhase(Phase::scanning);
        auto catalog = inspect::readCatalog(*m_fileSystem, m_directory, hintOperation);
        if (!catalog)
            return failure(std::move(catalog.error()));
        std::uint64_t bytes = 0;
        for (const CatalogFile& file : catalog->data)
            bytes += file.bytes;
        const ProgressCounts before = m_progress.counts(); // not zero as a step of something longer
        m_progress.setTotals(before.filesDone + catalog->data.size(), 0, before.bytesDone + bytes);
        m_progress.setPhase(Phase::verifying);
        HintReport report;
        for (const CatalogFile& file : catalog->data) {
            auto examined = repair::examineHint(*m_fileSystem, file, !alone && file.newestLog, m_progress);
            // Removed by a merge meanwhile, with its hint.
            if (!examined && !alone && io::isMissing(examined.error()))
                continue;
            if (!examined)
                return failure(std::move(examined.error()));
            if (auto done = act(file, *examined); !done)
                return failure(std::move(done.error()));
            report.bytesRead += file.bytes;
            report.rebuilt += examined->finding.rebuilt ? 1U : 0U;
            report.removed += examined->finding.removed ? 1U : 0U;
            report.files.push_back(std::move(examined->finding));
            m_progress.addFiles(1);
        }
        m_progress.setPhase(Phase::done);
        return report;
    }

    Result<void> mend(const CatalogFile& file, ExaminedHint& examined) {
        HintFinding& finding = examined.finding;
        if (auto going = m_progress.checkpoint(hintOperation); !going)
            return going;
        if (finding.removed) {
            finding.hintBytes = 0;
            auto done = m_fileSystem->remove(file.hint);
            return done ? m_fileSystem->syncDirectory(m_directory) : done;
        }
        if (!examined.worthAHint)
            return {};
        // As opening it without a hint would: the file alone into a keydir of its own, which tells its newest records.
        keydir::Reclaimer reclaimer;
        log::SegmentSet segments(m_fileSystem, reclaimer, ReadStrategy::keepOpen, 1);
        keydir::Keydir keydir(reclaimer);
        auto made = segments.create(file.generation, file.path);
        if (!made)
            return failure(std::move(made.error()));
        log::Segment& segment = **made;
        segment.headerBytes.store(format::fileHeaderBytes, std::memory_order_relaxed);
        segment.bytes.store(format::fileHeaderBytes, std::memory_order_relaxed);
        segments.publish(*made);
        const recovery::LoadTarget target{.segments = segments, .keydir = keydir, .chunkBytes = chunkBytes};
        if (auto done = recovery::loadRecords(target, segment, file.bytes, recovery::TailRule::resynchronise); !done)
            return done;
        segment.sealed.store(true, std::memory_order_release);
        auto length = log::writeHint(*m_fileSystem, segment, keydir, reclaimer, chunkBytes);
        if (!length)
            return failure(std::move(length.error()));
        finding.rebuilt = *length > 0;
        finding.hintBytes = *length;
        return {};
    }

    std::shared_ptr<io::FileSystem> m_fileSystem = io::posixFileSystem();
    fs::path m_directory;
    Progress& m_progress;
};

} // namespace

std::string_view hintStateName(HintState state) noexcept {
    switch (state) {
    case HintState::fits:
        return "fits";
    case HintState::missing:
        return "missing";
    case HintState::unfit:
        return "unfit";
    case HintState::dataDamaged:
        return "dataDamaged";
    case HintState::active:
        return "active";
    }
    return "unknown";
}

bool HintReport::anyToRepair() const noexcept {
    return std::any_of(files.begin(), files.end(), [](const HintFinding& file) {
        return file.state == HintState::missing || file.state == HintState::unfit || file.removed;
    });
}

Result<HintReport> examineHints(const fs::path& directory, Progress& progress) {
    auto report = HintRepair(directory, progress).examineAll();
    if (report) {
        for (HintFinding& file : report->files)
            file.removed = false;
        report->removed = 0;
    }
    return report;
}

Result<HintReport> rebuildHints(const fs::path& directory, Progress& progress) {
    return HintRepair(directory, progress).rebuildAll();
}

} // namespace rustcask
