// SPDX-License-Identifier: Apache-2.0
#include <rustcask/verify.h>

#include <algorithm>
#include <memory>
#include <tuple>
#include <utility>

#include "format/data_record.h"
#include "format/file_names.h"
#include "inspect_catalog.h"
#include "inspect_text.h"
#include "io/beside_merges.h"
#include "io/file_system.h"
#include "verify_hint.h"
#include "verify_on.h"
#include "verify_tables.h"

namespace rustcask {
namespace {

namespace fs = std::filesystem;
using format::HeaderVerdict;
using inspect::bytesText;
using inspect::CatalogFile;
using inspect::countText;
using log::Scanned;

constexpr std::string_view operation = "verify the database";
constexpr std::uint64_t recordsPerReport = 4096;

constexpr std::string_view damageAdvice =
    "Older versions of the key may still be in the log: look at its history, or restore it from a backup";
constexpr std::string_view hintAdvice =
    "The data file decides; the hint is ignored and may be removed, it only makes opening faster";

/// A key for people: printable ASCII as it is, every other byte as \xNN, at most 40 bytes.
std::string quoted(std::string_view key) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string text = "\"";
    for (const char c : key.substr(0, 40)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte < 0x7F && c != '"' && c != '\\') {
            text += c;
        } else {
            text += "\\x";
            text += digits[byte >> 4];
            text += digits[byte & 0xF];
        }
    }
    return text + (key.size() > 40 ? "…\"" : "\"");
}

class Verifier {
public:
    Verifier(io::FileSystem& fileSystem, Progress& progress) : m_fs(fileSystem), m_progress(progress) {}

    Result<VerifyReport> run(const fs::path& directory) {
        auto catalog = inspect::readCatalog(m_fs, directory, operation);
        if (!catalog)
            return failure(std::move(catalog.error()));
        for (const inspect::Remark& remark : catalog->remarks)
            add(remark.severity, remark.file, 0, remark.bytes, remark.field, remark.text, remark.advice);
        std::uint64_t bytes = 0;
        for (const CatalogFile& file : catalog->data)
            bytes += file.bytes + file.hintBytes;
        const auto hints = static_cast<std::uint64_t>(std::count_if(
            catalog->data.begin(), catalog->data.end(), [](const CatalogFile& file) { return !file.hint.empty(); }));
        m_progress.setPhase(Phase::verifying);
        const ProgressCounts before = m_progress.counts(); // not zero when this is another attempt
        m_progress.setTotals(before.filesDone + catalog->data.size() + hints, 0, before.bytesDone + bytes);
        for (const CatalogFile& file : catalog->data) {
            auto done = dataFile(file);
            if (!done)
                return failure(std::move(done.error()));
        }
        m_report.liveKeys = m_newest.liveKeys();
        sortFindings();
        m_progress.setPhase(Phase::done);
        return std::move(m_report);
    }

private:
    void add(Severity severity, const fs::path& file, std::uint64_t offset, std::uint64_t bytes,
             std::optional<Field> field, std::string text, std::string_view advice = {}) {
        m_report.errors += severity == Severity::error ? 1U : 0U;
        m_report.warnings += severity == Severity::warning ? 1U : 0U;
        if (m_report.findings.size() >= VerifyReport::maxFindings) {
            ++m_report.findingsLeftOut;
            return;
        }
        m_report.findings.push_back({.severity = severity,
                                     .file = file,
                                     .offset = offset,
                                     .bytes = bytes,
                                     .field = field,
                                     .text = std::move(text),
                                     .advice = std::string(advice)});
    }

    Result<void> dataFile(const CatalogFile& file) {
        ++m_report.files;
        m_report.bytes += file.bytes;
        std::unique_ptr<io::File> hint;
        if (!file.hint.empty()) {
            auto openedHint = m_fs.open(file.hint, io::OpenMode::read);
            if (openedHint)
                hint = std::move(*openedHint);
            else if (!io::isMissing(openedHint.error())) // replaced or removed meanwhile: it is only a cache
                return failure(std::move(openedHint.error()));
        }
        auto opened = m_fs.open(file.path, io::OpenMode::read);
        if (!opened)
            return failure(std::move(opened.error()));
        (*opened)->adviseSequential();
        const inspect::WatchedFile watched(std::move(*opened), m_progress, std::string(operation));
        watched.advanceTo(std::min(file.bytes, format::fileHeaderBytes)); // read before
        Scan scan(file);
        if (hint) {
            auto started = startHint(std::move(hint), watched, scan);
            if (!started)
                return started;
        }
        const std::uint64_t findingsBefore = m_report.findings.size();
        if (file.header.verdict != HeaderVerdict::unknownVersion && file.bytes > format::fileHeaderBytes) {
            auto scanned = records(watched, scan);
            if (!scanned)
                return scanned;
        }
        header(file, scan, findingsBefore);
        watched.advanceTo(file.bytes);
        m_progress.addFiles(file.hint.empty() ? 1 : 2);
        return endHint(scan);
    }

    /// One data file while it is read.
    struct Scan {
        explicit Scan(const CatalogFile& which) : file(which) {}
        const CatalogFile& file;
        std::unique_ptr<inspect::WatchedFile> hintFile{};
        std::unique_ptr<inspect::HintCheck> hint{};
        std::uint64_t durableBytes = 0; ///< so much was whole once; 0: not known
        std::uint64_t records = 0;
        Sequence last{};
        std::uint64_t copies = 0; ///< records that another file holds too
        std::uint64_t firstCopy = 0;
        std::optional<std::uint64_t> tornFrom{}; ///< start of damage that no sound record has followed so far
        std::uint64_t tornBytes = 0;
        std::string tornText{};
        std::optional<Field> tornField{};
    };

    /// @param data the data file, opened after the hint: if it still has the length that was listed, the hint is not
    /// newer than what is verified
    Result<void> startHint(std::unique_ptr<io::File> hint, const io::File& data, Scan& scan) {
        auto dataBytes = data.size();
        if (!dataBytes)
            return failure(std::move(dataBytes.error()));
        auto bytes = hint->size();
        if (!bytes)
            return failure(std::move(bytes.error()));
        if (*dataBytes != scan.file.bytes)
            return {};
        ++m_report.files;
        m_report.bytes += *bytes;
        scan.hintFile = std::make_unique<inspect::WatchedFile>(std::move(hint), m_progress, std::string(operation));
        scan.hint = std::make_unique<inspect::HintCheck>(
            *scan.hintFile, *bytes, scan.file.generation, scan.file.bytes, scan.file.newestLog,
            [this, path = scan.file.hint](Severity severity, std::uint64_t offset, std::uint64_t length,
                                          std::optional<Field> field, std::string text) {
                add(severity, path, offset, length, field, std::move(text), hintAdvice);
            });
        auto begun = scan.hint->begin();
        scan.durableBytes = scan.hint->durableBytes();
        if (begun && scan.durableBytes > scan.file.bytes)
            add(Severity::error, scan.file.path, scan.file.bytes, scan.durableBytes - scan.file.bytes, std::nullopt,
                "the file ends " + bytesText(scan.durableBytes - scan.file.bytes) +
                    " before the end that its hint file knows: the records there are gone",
                damageAdvice);
        return begun;
    }

    Result<void> endHint(Scan& scan) {
        if (!scan.hint)
            return {};
        auto ended = scan.hint->end();
        if (ended)
            scan.hintFile->advanceTo(scan.file.hintBytes);
        return ended;
    }

    Result<void> records(const inspect::WatchedFile& watched, Scan& scan) {
        inspect::SteadyScanner scanner(watched, format::fileHeaderBytes, scan.file.bytes, scan.file.newestLog);
        while (true) {
            auto next = scanner.next();
            if (!next)
                return failure(std::move(next.error()));
            if (!*next)
                break;
            const Scanned& scanned = **next;
            Result<void> done;
            if (scanned.kind == Scanned::Kind::record)
                done = record(scan, scanned);
            else if (scanned.kind == Scanned::Kind::damaged)
                done = damaged(watched, scan, scanned);
            else
                unused(scan, scanned);
            if (!done)
                return done;
            watched.advanceTo(scanned.offset + scanned.bytes);
        }
        if (scan.copies > 0)
            add(Severity::note, scan.file.path, scan.firstCopy, 0, Field::sequence,
                countText(scan.copies, "record is a copy of one", "records are copies of ones") +
                    " in another file, as an interrupted merge leaves them");
        auto bytes = watched.size();
        if (!bytes)
            return failure(std::move(bytes.error()));
        if (scan.tornFrom && *scan.tornFrom < scan.durableBytes)
            flushTorn(scan); // no crash tears what was durable
        // Of a file that has grown meanwhile, the last record may just go beyond the length that was listed.
        if (scan.tornFrom && *bytes <= scan.file.bytes)
            add(Severity::warning, scan.file.path, *scan.tornFrom, scan.tornBytes, std::nullopt,
                "the end of the newest file is torn, as by a crash or a writer at work: " + scan.tornText,
                "The next opening for writing cuts it off; whatever was made durable lies before it");
        m_progress.addRecords(scan.records % recordsPerReport);
        m_report.records += scan.records;
        return {};
    }

    Result<void> record(Scan& scan, const Scanned& scanned) {
        flushTorn(scan);
        if (++scan.records % recordsPerReport == 0) {
            m_progress.addRecords(recordsPerReport);
            auto going = m_progress.checkpoint(operation);
            if (!going)
                return going;
        }
        const format::RecordHeader& header = scanned.header;
        m_newest.add(scanned.key, header.sequence, header.tombstone());
        sequence(scan, scanned);
        return scan.hint ? scan.hint->record(scanned.offset, header, scanned.key) : Result<void>();
    }

    void sequence(Scan& scan, const Scanned& scanned) {
        const Sequence number = scanned.header.sequence;
        const auto met = m_sequences.add(number, scanned.header.checksum);
        const std::uint64_t offset = scanned.offset + format::record_at::sequence;
        constexpr std::uint64_t bytes = format::record_at::time - format::record_at::sequence;
        if (met == inspect::SequenceSet::Met::other) {
            add(Severity::error, scan.file.path, offset, bytes, Field::sequence,
                "sequence number " + std::to_string(number.value) + " is also that of a different record",
                "Which of the two is newer cannot be told; keep a copy of the directory and check both");
        } else if (!scan.file.mergeOutput() && number <= scan.last) {
            // A merge may write in any order; a log is written in the order of its sequence numbers.
            add(Severity::error, scan.file.path, offset, bytes, Field::sequence,
                "sequence number " + std::to_string(number.value) + " follows " + std::to_string(scan.last.value) +
                    " in a file that is written in ascending order",
                "The highest sequence number of a key still decides; keep a copy of the directory");
        } else if (met == inspect::SequenceSet::Met::copy && scan.copies++ == 0) {
            scan.firstCopy = scanned.offset;
        }
        scan.last = std::max(scan.last, number);
    }

    Result<void> damaged(const inspect::WatchedFile& watched, Scan& scan, const Scanned& scanned) {
        auto found = inspect::diagnose(watched, scanned.offset, scanned.bytes, scan.file.bytes);
        if (!found)
            return failure(std::move(found.error()));
        if (scan.hint)
            scan.hint->damaged(scanned.offset, scanned.bytes);
        std::string text = found->text;
        if (scanned.identified) {
            // Its key and number are certain, so what it superseded stays superseded.
            m_newest.add(scanned.key, scanned.header.sequence, scanned.header.tombstone());
            text += " (key " + quoted(scanned.key) + ", sequence number " +
                    std::to_string(scanned.header.sequence.value) + ')';
            scan.last = std::max(scan.last, scanned.header.sequence);
        } else if (scan.file.newestLog) {
            // The last thing in the newest file may be what a crash left; not if a sound record comes after it.
            scan.tornField = scan.tornFrom ? std::nullopt : found->field;
            if (!scan.tornFrom) {
                scan.tornFrom = scanned.offset;
                scan.tornText = std::move(text);
            }
            scan.tornBytes = scanned.offset + scanned.bytes - *scan.tornFrom;
            return {};
        }
        flushTorn(scan);
        add(Severity::error, scan.file.path, scanned.offset, scanned.bytes, found->field, std::move(text),
            damageAdvice);
        return {};
    }

    void flushTorn(Scan& scan) {
        if (!scan.tornFrom)
            return;
        add(Severity::error, scan.file.path, *scan.tornFrom, scan.tornBytes, scan.tornField, std::move(scan.tornText),
            damageAdvice);
        scan.tornFrom.reset();
    }

    void unused(const Scan& scan, const Scanned& scanned) {
        if (scanned.offset < scan.durableBytes)
            add(Severity::error, scan.file.path, scanned.offset, scanned.bytes, Field::unused,
                bytesText(scanned.bytes) + " of zero where records stood when the hint file was written", damageAdvice);
        else if (scan.file.newestLog)
            add(Severity::note, scan.file.path, scanned.offset, scanned.bytes, Field::unused,
                bytesText(scanned.bytes) + " are reserved for records to come");
        else
            add(Severity::warning, scan.file.path, scanned.offset, scanned.bytes, Field::unused,
                bytesText(scanned.bytes) + " of zero at the end of a file that is not appended to any more: space that "
                                           "was not given back, or records that never got to the disk");
    }

    void header(const CatalogFile& file, const Scan& scan, std::uint64_t findingsBefore) {
        if (file.header.text.empty())
            return;
        const std::uint64_t bytes = std::min(file.bytes, format::fileHeaderBytes);
        const bool nothingElse = scan.records == 0;
        if (file.header.verdict == HeaderVerdict::missing && nothingElse) {
            add(Severity::note, file.path, 0, bytes, std::nullopt,
                file.header.text + ", and no record follows: it was made, but nothing of it got to the disk");
            return;
        }
        if (file.header.verdict == HeaderVerdict::foreign && nothingElse) {
            // One finding says it all; what its bytes look like to a scanner is of no interest.
            const auto begin = m_report.findings.begin() + static_cast<std::ptrdiff_t>(findingsBefore);
            for (auto it = begin; it != m_report.findings.end(); ++it) {
                m_report.errors -= it->severity == Severity::error ? 1U : 0U;
                m_report.warnings -= it->severity == Severity::warning ? 1U : 0U;
            }
            m_report.findings.erase(begin, m_report.findings.end());
            add(Severity::error, file.path, 0, file.bytes, file.header.field, file.header.text,
                "Move it out of the directory");
            return;
        }
        add(Severity::error, file.path, 0, bytes, file.header.field, file.header.text,
            file.header.verdict == HeaderVerdict::unknownVersion
                ? "Use a newer version of this program"
                : "The records of the file are looked at all the same");
    }

    void sortFindings() {
        // Data files first, then hints, as in a listing; a file that is neither comes last.
        const auto rank = [](const Finding& finding) {
            const FileKind kind = format::parseFileName(finding.file.filename().string()).underlying;
            return kind == FileKind::data ? 0 : kind == FileKind::hint ? 1 : 2;
        };
        const auto generation = [](const Finding& finding) {
            return format::parseFileName(finding.file.filename().string()).generation;
        };
        std::stable_sort(m_report.findings.begin(), m_report.findings.end(), [&](const Finding& a, const Finding& b) {
            return std::tuple(rank(a), generation(a), a.offset) < std::tuple(rank(b), generation(b), b.offset);
        });
    }

    io::FileSystem& m_fs;
    Progress& m_progress;
    VerifyReport m_report;
    inspect::NewestRecords m_newest;
    inspect::SequenceSet m_sequences;
};

} // namespace

std::string_view severityName(Severity severity) noexcept {
    switch (severity) {
    case Severity::note:
        return "note";
    case Severity::warning:
        return "warning";
    case Severity::error:
        return "error";
    }
    return "unknown";
}

Result<VerifyReport> verify(const fs::path& directory, Progress& progress) {
    return inspect::verifyOn(*io::posixFileSystem(), directory, progress);
}

Result<VerifyReport> inspect::verifyOn(io::FileSystem& fileSystem, const fs::path& directory, Progress& progress) {
    return besideMerges(directory, operation, readingAttempts,
                        [&] { return Verifier(fileSystem, progress).run(directory); });
}

} // namespace rustcask
