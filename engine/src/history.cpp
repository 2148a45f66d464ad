// SPDX-License-Identifier: Apache-2.0
#include <rustcask/history.h>

#include <string>
#include <utility>

#include "format/checksum.h"
#include "format/file_names.h"
#include "history_file.h"
#include "inspect_catalog.h"
#include "io/beside_merges.h"
#include "io/file_system.h"
#include "version_scan.h"

namespace rustcask {
namespace {

namespace fs = std::filesystem;
using format::recordHeaderBytes;
using inspect::CatalogFile;

constexpr std::string_view operation = "look for the versions of a key";

/// Looks at keys alone, and at those of the right length: most records are not read beyond their header.
class KeySearch final : public versions::RecordVisitor {
public:
    KeySearch(Generation generation, std::string_view key, versions::HistoryBuilder& builder)
        : m_generation(generation), m_key(key), m_builder(builder) {}

    bool wantsKey(const format::RecordHeader& header) const override { return header.keySize == m_key.size(); }
    Look look(const format::RecordHeader&, std::string_view key) override {
        const bool mine = key == m_key;
        return {.token = mine ? 1U : 0U, .prove = mine};
    }
    void take(const format::RecordHeader& header, std::uint64_t offset, std::uint64_t token) override {
        if (token != 0)
            m_builder.addVersion(m_generation, header, offset);
    }

private:
    Generation m_generation;
    std::string_view m_key;
    versions::HistoryBuilder& m_builder;
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
    versions::HistoryBuilder builder;
    for (const CatalogFile& file : catalog->data) {
        if (file.header.verdict != format::HeaderVerdict::unknownVersion && file.bytes > format::fileHeaderBytes) {
            auto opened = fileSystem.open(file.path, io::OpenMode::read);
            if (!opened)
                return failure(std::move(opened.error()));
            (*opened)->adviseSequential();
            const inspect::WatchedFile watched(std::move(*opened), progress, std::string(operation));
            watched.advanceTo(std::min(file.bytes, format::fileHeaderBytes)); // read before
            KeySearch search(file.generation, key, builder);
            versions::FileFacts facts;
            if (auto done = versions::scanRecords(watched, file, false, search, facts); !done)
                return failure(std::move(done.error()));
            watched.advanceTo(file.bytes);
            progress.addRecords(facts.records);
            builder.addFile(file, facts, key);
        }
        progress.addFiles(1);
    }
    progress.setPhase(Phase::done);
    return builder.take();
}

} // namespace

namespace versions {

tl::unexpected<Error> corruptVersion(const fs::path& file, const Version& version, std::string detail) {
    return failure({.code = ErrorCode::corruption,
                    .operation = "read a version",
                    .file = file,
                    .offset = version.location.offset,
                    .detail = std::move(detail),
                    .advice = "Look at the key's history again"});
}

Result<VersionFile> openVersionFile(const fs::path& directory, const Version& version) {
    const auto fileSystem = io::posixFileSystem();
    fs::path path = directory / format::dataFileName(version.location.generation);
    auto file = fileSystem->open(path, io::OpenMode::read);
    if (!file && io::isMissing(file.error())) {
        // A merge's output between its commit and its renaming.
        fs::path temporary = path;
        temporary += format::temporarySuffix;
        file = fileSystem->open(temporary, io::OpenMode::read);
        if (!file && io::isMissing(file.error())) // renamed between the two looks, or gone
            file = fileSystem->open(path, io::OpenMode::read);
        if (!file && io::isMissing(file.error()))
            return corruptVersion(path, version, "the file is not there any more: a merge has replaced it");
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
        return corruptVersion(path, version, std::string(changed));
    const format::RecordHeader header = format::decodeRecordHeader(head);
    if (!isPlausible(header) || header.sequence != version.sequence ||
        header.recordBytes() != version.location.recordBytes || header.recordBytes() > *fileBytes - offset)
        return corruptVersion(path, version, std::string(changed));
    return VersionFile{.file = std::move(*file), .path = std::move(path), .header = header};
}

} // namespace versions

Result<History> history(const fs::path& directory, std::string_view key, Progress& progress) {
    const auto fileSystem = io::posixFileSystem();
    return besideMerges(directory, operation, readingAttempts,
                        [&] { return collect(*fileSystem, directory, key, progress); });
}

Result<std::string> readVersion(const fs::path& directory, const Version& version) {
    auto file = versions::openVersionFile(directory, version);
    if (!file)
        return failure(std::move(file.error()));
    const std::uint64_t bytes = file->header.recordBytes() - format::record_at::sequence; // the file has that much
    std::string covered(static_cast<std::size_t>(bytes), '\0');
    auto read =
        file->file->readAt(version.location.offset + format::record_at::sequence, covered.data(), covered.size());
    if (!read)
        return failure(std::move(read.error()));
    covered.resize(*read);
    if (format::crc32c(covered) != file->header.checksum)
        return versions::corruptVersion(file->path, version, "the record's checksum does not match");
    covered.erase(0, recordHeaderBytes - format::record_at::sequence + file->header.keySize);
    return covered;
}

} // namespace rustcask
