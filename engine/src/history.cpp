// SPDX-License-Identifier: Apache-2.0
#include <rustcask/history.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "format/checksum.h"
#include "format/data_record.h"
#include "format/file_names.h"
#include "inspect_catalog.h"
#include "inspect_text.h"
#include "io/file_system.h"

namespace rustcask {
namespace {

namespace fs = std::filesystem;
using format::recordHeaderBytes;
using inspect::CatalogFile;
using log::Scanned;

constexpr std::string_view operation = "look for the versions of a key";
constexpr std::uint64_t windowBytes = std::uint64_t{1} << 20;
constexpr int attempts = 5; // when a merge removes files meanwhile

/// What one data file says of the key.
struct Found {
    std::vector<Version> versions{};
    std::uint64_t records = 0;
    Sequence lowest{}; ///< of all records in the file; 0 when there are none
    Sequence highest{};
    Sequence damagedVersion{};           ///< highest of records of the key that are not what was written
    std::optional<Timestamp> gapUntil{}; ///< versions from before may have been in damaged bytes

    void add(Generation generation, const format::RecordHeader& header, std::uint64_t offset) {
        Version version;
        version.location = {.generation = generation, .offset = offset, .recordBytes = header.recordBytes()};
        version.sequence = header.sequence;
        version.time = header.time;
        version.valueBytes = header.valueSize;
        version.tombstone = header.tombstone();
        versions.push_back(version);
    }
    void count(Sequence sequence) {
        lowest = records == 0 ? sequence : std::min(lowest, sequence);
        highest = std::max(highest, sequence);
        ++records;
    }
};

/// Goes from header to header through a sound file, looking at keys alone: most records are not read beyond that. A
/// length is believed if the next record bears the next sequence number, or else if the record's checksum matches.
/// Whatever does not fit ends the walk, and a scanner does the file over.
class Walk {
public:
    Walk(const inspect::WatchedFile& file, const CatalogFile& which, std::string_view key)
        : m_file(file), m_which(which), m_key(key) {}

    /// nullopt: the file is damaged, or is being written to at this moment.
    Result<std::optional<Found>> run() {
        std::uint64_t at = format::fileHeaderBytes;
        std::optional<Record> before;
        while (at < m_which.bytes) {
            auto head = window(at, recordHeaderBytes);
            if (!head)
                return failure(std::move(head.error()));
            const bool whole = head->size() == recordHeaderBytes;
            const format::RecordHeader header =
                whole ? format::decodeRecordHeader(head->data()) : format::RecordHeader{};
            if (!isPlausible(header) || header.recordBytes() > m_which.bytes - at)
                break;
            if (before && header.sequence.value != before->header.sequence.value + 1) {
                auto sound = isSound(*before);
                if (!sound || !*sound)
                    return undecided(sound);
            }
            before = Record{.offset = at, .header = header};
            m_found.count(header.sequence);
            if (header.keySize == m_key.size()) {
                auto key = window(at + recordHeaderBytes, header.keySize);
                if (!key)
                    return failure(std::move(key.error()));
                if (*key == m_key) {
                    auto sound = isSound(*before);
                    if (!sound || !*sound)
                        return undecided(sound);
                    m_found.add(m_which.generation, header, at);
                }
            }
            at += header.recordBytes();
        }
        // The last record has nothing after it to vouch for it.
        if (before) {
            auto sound = isSound(*before);
            if (!sound || !*sound)
                return undecided(sound);
        }
        if (at < m_which.bytes) {
            // Reserved space is as good an end as any; the scanner knows it.
            log::Scanner rest(m_file, at, m_which.bytes, windowBytes);
            auto end = rest.next();
            if (!end)
                return failure(std::move(end.error()));
            if (!*end || (*end)->kind != Scanned::Kind::unused)
                return std::optional<Found>();
        }
        return std::optional<Found>(std::move(m_found));
    }

private:
    struct Record {
        std::uint64_t offset = 0;
        format::RecordHeader header{};
    };

    static Result<std::optional<Found>> undecided(Result<bool>& sound) {
        if (!sound)
            return failure(std::move(sound.error()));
        return std::optional<Found>();
    }

    Result<bool> isSound(const Record& record) {
        const std::uint64_t covered = record.offset + format::record_at::sequence;
        const std::uint64_t bytes = record.header.recordBytes() - format::record_at::sequence;
        if (covered >= m_begin && covered + bytes <= m_begin + m_buffer.size())
            return format::crc32c(std::string_view(m_buffer).substr(static_cast<std::size_t>(covered - m_begin),
                                                                    static_cast<std::size_t>(bytes))) ==
                   record.header.checksum;
        auto checksum = inspect::checksumOf(m_file, covered, bytes);
        if (!checksum)
            return failure(std::move(checksum.error()));
        return *checksum == record.header.checksum;
    }

    /// As much of the range as there is; valid until the next call.
    Result<std::string_view> window(std::uint64_t offset, std::uint64_t size) {
        if (offset < m_begin || offset + size > m_begin + m_buffer.size()) {
            m_file.advanceTo(offset); // a long value was passed over
            m_buffer.resize(static_cast<std::size_t>(std::min(std::max(size, windowBytes), m_which.bytes - offset)));
            auto read = m_file.readAt(offset, m_buffer.data(), m_buffer.size());
            if (!read)
                return failure(std::move(read.error()));
            m_buffer.resize(*read);
            m_begin = offset;
        }
        return std::string_view(m_buffer).substr(static_cast<std::size_t>(offset - m_begin),
                                                 static_cast<std::size_t>(size));
    }

    const inspect::WatchedFile& m_file;
    const CatalogFile& m_which;
    std::string_view m_key;
    Found m_found;
    std::string m_buffer;
    std::uint64_t m_begin = 0;
};

/// The same for a damaged file: every checksum is checked.
Result<Found> scan(const inspect::WatchedFile& file, const CatalogFile& which, std::string_view key) {
    Found found;
    inspect::SteadyScanner scanner(file, format::fileHeaderBytes, which.bytes, which.newestLog);
    bool gap = false; // bytes that may have been a version, and no sound record after them so far
    while (true) {
        auto next = scanner.next();
        if (!next)
            return failure(std::move(next.error()));
        if (!*next)
            return found;
        const Scanned& scanned = **next;
        if (scanned.kind == Scanned::Kind::record) {
            found.count(scanned.header.sequence);
            if (std::exchange(gap, false))
                found.gapUntil = std::max(found.gapUntil.value_or(Timestamp{}), scanned.header.time);
            if (scanned.key == key)
                found.add(which.generation, scanned.header, scanned.offset);
        } else if (scanned.kind == Scanned::Kind::damaged) {
            if (scanned.identified && scanned.key == key)
                found.damagedVersion = std::max(found.damagedVersion, scanned.header.sequence);
            if (scanned.identified)
                found.count(scanned.header.sequence);
            gap = gap || !scanned.identified || scanned.key == key;
        }
        file.advanceTo(scanned.offset + scanned.bytes);
    }
}

/// Puts the files' answers together.
class Collector {
public:
    void add(const CatalogFile& file, Found found) {
        m_history.versions.insert(m_history.versions.end(), found.versions.begin(), found.versions.end());
        m_damagedVersion = std::max(m_damagedVersion, found.damagedVersion);
        if (found.gapUntil)
            incompleteBefore(*found.gapUntil);
        if (file.mergeOutput()) {
            incompleteBefore(file.header.header.created);
            return;
        }
        if (found.records == 0)
            return;
        // Logs bear all numbers in order. If some are missing between two of them, a merge took whole files.
        if (found.lowest.value > m_lastOfLogs.value + 1)
            incompleteBefore(file.header.header.created);
        m_lastOfLogs = std::max(m_lastOfLogs, found.highest);
    }

    History take() {
        auto& versions = m_history.versions;
        std::stable_sort(versions.begin(), versions.end(),
                         [](const Version& a, const Version& b) { return a.sequence > b.sequence; });
        // A merge's copy of a record is the same version.
        versions.erase(std::unique(versions.begin(), versions.end(),
                                   [](const Version& a, const Version& b) { return a.sequence == b.sequence; }),
                       versions.end());
        if (!versions.empty() && versions.front().sequence > m_damagedVersion)
            versions.front().live = !versions.front().tombstone;
        return std::move(m_history);
    }

private:
    void incompleteBefore(Timestamp time) {
        m_history.complete = false;
        m_history.completeSince = std::max(m_history.completeSince, time);
    }

    History m_history;
    Sequence m_lastOfLogs{};
    Sequence m_damagedVersion{};
};

Result<History> collect(io::FileSystem& fileSystem, const fs::path& directory, std::string_view key,
                        Progress& progress) {
    auto catalog = inspect::readCatalog(fileSystem, directory, operation);
    if (!catalog)
        return failure(std::move(catalog.error()));
    std::uint64_t bytes = 0;
    for (const CatalogFile& file : catalog->data)
        bytes += file.bytes;
    progress.setPhase(Phase::scanning);
    const ProgressCounts before = progress.counts(); // not zero when this is another attempt
    progress.setTotals(before.filesDone + catalog->data.size(), 0, before.bytesDone + bytes);
    Collector collector;
    for (const CatalogFile& file : catalog->data) {
        if (file.header.verdict != format::HeaderVerdict::unknownVersion && file.bytes > format::fileHeaderBytes) {
            auto opened = fileSystem.open(file.path, io::OpenMode::read);
            if (!opened)
                return failure(std::move(opened.error()));
            (*opened)->adviseSequential();
            const inspect::WatchedFile watched(std::move(*opened), progress, std::string(operation));
            watched.advanceTo(std::min(file.bytes, format::fileHeaderBytes)); // read before
            auto walked = Walk(watched, file, key).run();
            if (!walked)
                return failure(std::move(walked.error()));
            if (!*walked) {
                auto scanned = scan(watched, file, key);
                if (!scanned)
                    return failure(std::move(scanned.error()));
                *walked = std::move(*scanned);
            }
            watched.advanceTo(file.bytes);
            progress.addRecords((*walked)->records);
            collector.add(file, std::move(**walked));
        }
        progress.addFiles(1);
    }
    progress.setPhase(Phase::done);
    return collector.take();
}

tl::unexpected<Error> corrupt(const fs::path& file, const Version& version, std::string detail) {
    return failure({.code = ErrorCode::corruption,
                    .operation = "read a version",
                    .file = file,
                    .offset = version.location.offset,
                    .detail = std::move(detail),
                    .advice = "Look at the key's history again"});
}

} // namespace

Result<History> history(const fs::path& directory, std::string_view key, Progress& progress) {
    const auto fileSystem = io::posixFileSystem();
    for (int attempt = 1;; ++attempt) {
        auto found = collect(*fileSystem, directory, key, progress);
        // A file that a merge removed meanwhile: its records are in files that were not in the listing.
        if (found || attempt == attempts || !io::isMissing(found.error()))
            return found;
    }
}

Result<std::string> readVersion(const fs::path& directory, const Version& version) {
    const auto fileSystem = io::posixFileSystem();
    fs::path path = directory / format::dataFileName(version.location.generation);
    auto file = fileSystem->open(path, io::OpenMode::read);
    if (!file && io::isMissing(file.error())) {
        // A merge's output between its commit and its renaming.
        fs::path temporary = path;
        temporary += format::temporarySuffix;
        file = fileSystem->open(temporary, io::OpenMode::read);
        if (!file && io::isMissing(file.error()))
            return corrupt(path, version, "the file is not there any more: a merge has replaced it");
    }
    if (!file)
        return failure(std::move(file.error()));
    auto fileBytes = (*file)->size();
    if (!fileBytes)
        return failure(std::move(fileBytes.error()));
    const std::uint64_t offset = version.location.offset;
    char head[recordHeaderBytes];
    auto read = (*file)->readAt(offset, head, sizeof head);
    if (!read)
        return failure(std::move(read.error()));
    const std::string_view changed = "another record, or none, stands where this version was";
    if (*read < sizeof head)
        return corrupt(path, version, std::string(changed));
    const format::RecordHeader header = format::decodeRecordHeader(head);
    if (!isPlausible(header) || header.sequence != version.sequence ||
        header.recordBytes() != version.location.recordBytes || header.recordBytes() > *fileBytes - offset)
        return corrupt(path, version, std::string(changed));
    std::string value(static_cast<std::size_t>(header.keySize) + header.valueSize, '\0'); // the file has that much
    read = (*file)->readAt(offset + recordHeaderBytes, value.data(), value.size());
    if (!read)
        return failure(std::move(read.error()));
    value.resize(*read);
    const std::string_view covered(head + format::record_at::sequence, sizeof head - format::record_at::sequence);
    if (format::crc32c(value, format::crc32c(covered)) != header.checksum)
        return corrupt(path, version, "the record's checksum does not match");
    value.erase(0, header.keySize);
    return value;
}

} // namespace rustcask
