// SPDX-License-Identifier: Apache-2.0
#include "inspect_catalog.h"

#include <algorithm>
#include <map>
#include <set>

#include "format/file_names.h"
#include "format/merge_record.h"
#include "inspect_text.h"

namespace rustcask::inspect {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t maxMergeRecordBytes = std::uint64_t{64} << 20;
constexpr std::uint64_t scanChunkBytes = std::uint64_t{1} << 20;
constexpr int attempts = 100; // at listing a directory that a merge changes meanwhile
constexpr int maxLooks = 8;   // second looks at damage in one file

std::string list(const std::vector<Generation>& generations) {
    std::string text;
    for (const Generation generation : generations)
        text += (text.empty() ? "" : ", ") + std::to_string(generation.value);
    return text.empty() ? "none" : text;
}

/// Builds a catalog from one listing.
class Builder {
public:
    Builder(io::FileSystem& fileSystem, fs::path directory) : m_fs(fileSystem), m_directory(std::move(directory)) {}

    Result<Catalog> build(const DirectoryListing& listing) {
        for (const FileEntry& entry : listing.files) {
            const format::ParsedName name = format::parseFileName(entry.path.filename().string());
            if (entry.kind == FileKind::mergeRecord) {
                auto read = mergeRecord(entry, name.generation);
                if (!read)
                    return failure(std::move(read.error()));
            } else if (entry.kind == FileKind::temporary) {
                m_temporary.push_back(entry);
            } else if (entry.kind == FileKind::other && name.generation.value > 0) {
                remark(Severity::note, entry,
                       "bytes that a recovery cut off the end of data file " + std::to_string(name.generation.value) +
                           " although sound records were among them",
                       "Look into it with the inspector; remove it when it is not needed");
            } else if (entry.kind == FileKind::hint) {
                m_hints[entry.generation] = entry;
            } else if (entry.kind == FileKind::data) {
                m_data[entry.generation] = entry;
            }
        }
        applyMergeRecords();
        for (const FileEntry& entry : m_temporary)
            remark(Severity::note, entry, "a temporary file: it is being written, or its writer was interrupted",
                   "It counts for nothing; the next opening for writing removes it");
        for (auto& [generation, entry] : m_data) {
            auto added = add(entry);
            if (!added)
                return failure(std::move(added.error()));
        }
        for (const auto& [generation, entry] : m_hints)
            if (!m_superseded.contains(generation))
                remark(Severity::note, entry, "a hint file without its data file",
                       "It counts for nothing and may be removed");
        const auto newest = std::find_if(m_catalog.data.rbegin(), m_catalog.data.rend(),
                                         [](const CatalogFile& file) { return !file.mergeOutput(); });
        if (newest != m_catalog.data.rend())
            newest->newestLog = true;
        return std::move(m_catalog);
    }

private:
    void remark(Severity severity, const FileEntry& entry, std::string text, std::string advice,
                std::optional<Field> field = std::nullopt) {
        m_catalog.remarks.push_back({.severity = severity,
                                     .file = entry.path,
                                     .bytes = entry.bytes,
                                     .field = field,
                                     .text = std::move(text),
                                     .advice = std::move(advice)});
    }

    Result<void> mergeRecord(const FileEntry& entry, Generation generation) {
        auto bytes = io::readFile(m_fs, entry.path, maxMergeRecordBytes);
        if (!bytes)
            return io::isMissing(bytes.error()) ? Result<void>() : failure(std::move(bytes.error()));
        auto record = format::decodeMergeRecord(*bytes);
        if (record && record->generation == generation)
            m_records.emplace_back(entry, std::move(*record));
        else
            remark(Severity::error, entry,
                   "this merge record is damaged: which files the merge replaced cannot be told, so all of them are "
                   "looked at",
                   "Keep a copy of the directory before the next opening for writing",
                   record                                                      ? Field::generation
                   : !std::string_view(*bytes).starts_with(format::mergeMagic) ? Field::magic
                                                                               : Field::checksum);
        return {};
    }

    void applyMergeRecords() {
        for (const auto& [entry, record] : m_records)
            m_superseded.insert(record.inputs.begin(), record.inputs.end());
        std::set<Generation> needed; // without all its outputs a merge has replaced nothing
        for (const auto& [entry, record] : m_records) {
            remark(Severity::note, entry,
                   "a merge is committed but not tidied up: files " + list(record.outputs) + " stand for files " +
                       list(record.inputs),
                   "The next opening for writing finishes it");
            for (const Generation output : record.outputs)
                if (!takeOutput(entry, output))
                    needed.insert(record.inputs.begin(), record.inputs.end());
        }
        for (const Generation input : needed)
            m_superseded.erase(input);
        for (const Generation input : m_superseded)
            m_data.erase(input);
    }

    // Outputs are renamed after the record is there, so until then the record makes the temporary names count.
    // False: it is not there.
    bool takeOutput(const FileEntry& record, Generation output) {
        const fs::path name = format::dataFileName(output) + std::string(format::temporarySuffix);
        const fs::path hintName = format::hintFileName(output) + std::string(format::temporarySuffix);
        for (auto it = m_temporary.begin(); it != m_temporary.end();) {
            const fs::path file = it->path.filename();
            auto& byGeneration = file == name ? m_data : m_hints;
            if (file == name || file == hintName) {
                byGeneration.try_emplace(output, *it);
                it = m_temporary.erase(it);
            } else {
                ++it;
            }
        }
        if (m_data.contains(output) || m_superseded.contains(output))
            return true;
        remark(Severity::error, record,
               "file " + std::to_string(output.value) +
                   ", which this merge wrote, is not there, so the files it was to replace are looked at",
               "Restore that file from a backup, or salvage the directory into a new one");
        return false;
    }

    Result<void> add(const FileEntry& entry) {
        CatalogFile file;
        file.path = entry.path;
        file.generation = entry.generation;
        auto opened = m_fs.open(entry.path, io::OpenMode::read);
        if (!opened)
            return failure(std::move(opened.error()));
        // Not as it was listed: a file that was being written then may have been sealed since, for the next one that
        // is in the list, too; without its last records it would look cut off.
        auto bytes = (*opened)->size();
        if (!bytes)
            return failure(std::move(bytes.error()));
        file.bytes = *bytes;
        std::string head(static_cast<std::size_t>(std::min(format::fileHeaderBytes, *bytes)), '\0');
        auto read = (*opened)->readAt(0, head.data(), head.size());
        if (!read)
            return failure(std::move(read.error()));
        head.resize(*read);
        file.header = diagnoseHeader(head, entry.generation);
        if (const auto hint = m_hints.find(entry.generation); hint != m_hints.end()) {
            file.hint = hint->second.path;
            file.hintBytes = hint->second.bytes;
            m_hints.erase(hint);
        }
        m_catalog.data.push_back(std::move(file));
        return {};
    }

    io::FileSystem& m_fs;
    fs::path m_directory;
    Catalog m_catalog;
    std::map<Generation, FileEntry> m_data;
    std::map<Generation, FileEntry> m_hints;
    std::vector<FileEntry> m_temporary;
    std::vector<std::pair<FileEntry, format::MergeRecord>> m_records;
    std::set<Generation> m_superseded;
};

bool counts(std::string_view fileName) {
    const format::ParsedName name = format::parseFileName(fileName);
    return name.kind == FileKind::data || name.kind == FileKind::mergeRecord ||
           (name.kind == FileKind::temporary && name.underlying == FileKind::data);
}

std::vector<std::string> namesThatCount(const DirectoryListing& listing) {
    std::vector<std::string> names;
    for (const FileEntry& entry : listing.files)
        if (counts(entry.path.filename().string()))
            names.push_back(entry.path.filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

tl::unexpected<Error> refused(std::string_view operation) {
    return failure({.code = ErrorCode::readOnly,
                    .operation = std::string(operation),
                    .detail = "a file that is only looked at is not written"});
}

} // namespace

Result<std::vector<std::string>> namesThatCount(io::FileSystem& fileSystem, const fs::path& directory) {
    auto entries = fileSystem.list(directory);
    if (!entries)
        return failure(std::move(entries.error()));
    std::vector<std::string> names;
    for (io::DirectoryEntry& entry : *entries)
        if (counts(entry.name))
            names.push_back(std::move(entry.name));
    std::sort(names.begin(), names.end());
    return names;
}

Result<Catalog> readCatalog(io::FileSystem& fileSystem, const fs::path& directory, std::string_view operation) {
    for (int attempt = 1;; ++attempt) {
        auto listing = listDirectoryOn(fileSystem, directory);
        if (!listing)
            return failure(std::move(listing.error()));
        if (listing->kind != DirectoryKind::rustcask)
            return failure(
                {.code = ErrorCode::notADatabase,
                 .operation = std::string(operation),
                 .file = directory,
                 .detail = "found " + listing->description + "; expected files named <generation>.rustcask.data",
                 .advice = "Name the directory that holds the *.rustcask.data files"});
        auto catalog = Builder(fileSystem, directory).build(*listing);
        if (!catalog && !io::isMissing(catalog.error()))
            return catalog;
        auto after = namesThatCount(fileSystem, directory);
        if (!after)
            return failure(std::move(after.error()));
        if (catalog && *after == namesThatCount(*listing))
            return catalog;
        if (attempt == attempts)
            return failure({.code = ErrorCode::ioError,
                            .operation = std::string(operation),
                            .file = directory,
                            .detail = "its files change faster than they can be listed",
                            .advice = "Try again when fewer merges run"});
    }
}

Result<std::size_t> WatchedFile::readAt(std::uint64_t offset, char* out, std::size_t size) const {
    auto going = m_progress.checkpoint(m_operation);
    if (!going)
        return failure(std::move(going.error()));
    auto read = m_inner->readAt(offset, out, size);
    // Only what continues what was read before: a look at the end of the file is no progress.
    if (read && offset <= m_done)
        advanceTo(offset + *read);
    return read;
}

void WatchedFile::advanceTo(std::uint64_t offset) const {
    if (offset <= m_done)
        return;
    m_progress.addBytes(offset - m_done);
    m_done = offset;
}

Result<void> WatchedFile::writeAt(std::uint64_t, std::string_view) {
    return refused(m_operation);
}
Result<void> WatchedFile::truncate(std::uint64_t) {
    return refused(m_operation);
}
Result<void> WatchedFile::allocate(std::uint64_t, std::uint64_t) {
    return refused(m_operation);
}
Result<void> WatchedFile::sync() {
    return refused(m_operation);
}
Result<std::unique_ptr<io::Mapping>> WatchedFile::map(std::uint64_t, bool) {
    return refused(m_operation);
}

SteadyScanner::SteadyScanner(const io::File& file, std::uint64_t begin, std::uint64_t end, bool mayGrow)
    : m_file(file),
      m_end(end),
      m_looksLeft(mayGrow ? maxLooks : 0),
      m_scanner(std::make_unique<log::Scanner>(file, begin, end, scanChunkBytes)) {}

Result<const log::Scanned*> SteadyScanner::next() {
    auto scanned = m_scanner->next();
    while (scanned && *scanned && (*scanned)->kind == log::Scanned::Kind::damaged && !(*scanned)->identified &&
           m_looksLeft > 0) {
        --m_looksLeft;
        const log::Scanned before = **scanned;
        m_scanner = std::make_unique<log::Scanner>(m_file, before.offset, m_end, scanChunkBytes);
        scanned = m_scanner->next();
        if (scanned && *scanned && (*scanned)->kind == before.kind && (*scanned)->bytes == before.bytes &&
            (*scanned)->computedChecksum == before.computedChecksum)
            break;
    }
    return scanned;
}

} // namespace rustcask::inspect
