// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string_view>
#include <tuple>

#include <rustcask/inspect.h>

#include "format/data_record.h"
#include "format/endian.h"
#include "format/file_names.h"
#include "inspect_catalog.h"
#include "inspect_text.h"
#include "io/file_system.h"

namespace rustcask {
namespace {

namespace fs = std::filesystem;
using inspect::countText;

// Enough for a file header of ours and for the sizes of a first record of the others.
constexpr std::size_t headBytes = 64;

/// Names `<digits><suffix>`, leading zeros, generation 0 and any length of number included.
bool isNumbered(std::string_view name, std::string_view suffix) {
    if (!name.ends_with(suffix) || name.size() == suffix.size())
        return false;
    name.remove_suffix(suffix.size());
    return std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// First bytes of a file; nothing when it has gone meanwhile.
Result<std::string> headOf(io::FileSystem& fileSystem, const fs::path& path) {
    auto head = io::readFile(fileSystem, path, headBytes);
    if (!head && io::isMissing(head.error()))
        return std::string();
    return head;
}

/// Whether a record of the `rustcask` crate could begin here: bincode, a key length of 64 bits, the key, a tag of 0 or
/// 1 and, with 1, a value length of 64 bits (see foreign formats).
bool couldBeCrate(io::FileSystem& fileSystem, const fs::path& path, std::string_view head, std::uint64_t fileBytes) {
    if (head.size() < 9)
        return false;
    const std::uint64_t keyBytes = format::loadU64(head.data());
    if (keyBytes > fileBytes - 9)
        return false;
    auto file = fileSystem.open(path, io::OpenMode::read);
    if (!file)
        return false;
    char tail[9];
    const auto read = (*file)->readAt(8 + keyBytes, tail, sizeof tail);
    if (!read || *read == 0)
        return false;
    if (tail[0] == 0)
        return true;
    return tail[0] == 1 && *read == sizeof tail && format::loadU64(tail + 1) <= fileBytes - 8 - keyBytes - 9;
}

/// Whether a record of Riak's Bitcask could begin here: big-endian, key size at 8, value size at 10, 14 bytes in all.
bool couldBeRiak(std::string_view head, std::uint64_t fileBytes) {
    if (head.size() < 14)
        return false;
    const auto byte = [&](std::size_t i) { return std::uint64_t{static_cast<unsigned char>(head[i])}; };
    const std::uint64_t keyBytes = byte(8) << 8 | byte(9);
    const std::uint64_t valueBytes = byte(10) << 24 | byte(11) << 16 | byte(12) << 8 | byte(13);
    return keyBytes > 0 && 14 + keyBytes + valueBytes <= fileBytes;
}

/// What the names and first bytes of a directory add up to.
struct Tally {
    std::uint64_t dataFiles = 0; ///< named as ours
    std::uint64_t hintFiles = 0;
    std::uint64_t otherOfOurs = 0; ///< lock, merge records, temporary and torn files
    std::uint64_t recognised = 0;  ///< data files with a header of ours, damaged or not
    std::uint64_t unknownVersion = 0;
    std::uint64_t foreign = 0;          ///< data files that begin with something else
    std::uint64_t crate = 0;            ///< of these, with what may be a record of the crate
    std::uint64_t numberedLikeUs = 0;   ///< `<digits>.rustcask.data`, those that we would not write included
    std::uint64_t numberedLikeRiak = 0; ///< `<digits>.bitcask.data`
    std::uint64_t riak = 0;             ///< of these, with what may be a record of Riak's
    std::uint64_t riakEmpty = 0;
    std::uint64_t files = 0;
    std::uint64_t folders = 0; ///< whatever is no regular file
    unsigned newestVersion = format::formatVersion;
};

Result<void> look(io::FileSystem& fileSystem, const fs::path& directory, const io::DirectoryEntry& entry,
                  const format::ParsedName& name, Tally& tally) {
    const bool likeUs = isNumbered(entry.name, ".rustcask.data");
    const bool likeRiak = isNumbered(entry.name, ".bitcask.data");
    if (name.kind == FileKind::hint)
        ++tally.hintFiles;
    else if (name.kind != FileKind::data && (name.kind != FileKind::other || name.generation.value > 0))
        ++tally.otherOfOurs;
    if (!likeUs && !likeRiak)
        return {};
    auto head = headOf(fileSystem, directory / entry.name);
    if (!head)
        return failure(std::move(head.error()));
    if (likeRiak) {
        ++tally.numberedLikeRiak;
        tally.riak += couldBeRiak(*head, entry.bytes) ? 1U : 0U;
        tally.riakEmpty += head->empty() ? 1U : 0U;
        return {};
    }
    ++tally.numberedLikeUs;
    if (name.kind == FileKind::data)
        ++tally.dataFiles;
    format::FileHeader header;
    switch (format::decodeFileHeader(*head, header)) {
    case format::HeaderVerdict::unknownVersion:
        ++tally.unknownVersion;
        tally.newestVersion =
            std::max<unsigned>(tally.newestVersion, format::loadU16(head->data() + format::header_at::version));
        [[fallthrough]];
    case format::HeaderVerdict::valid:
    case format::HeaderVerdict::damaged:
        ++tally.recognised;
        break;
    case format::HeaderVerdict::missing:
        break;
    case format::HeaderVerdict::foreign:
        ++tally.foreign;
        if (couldBeCrate(fileSystem, directory / entry.name, *head, entry.bytes))
            ++tally.crate;
        break;
    }
    return {};
}

DirectoryKind kindOf(const Tally& tally) {
    if (tally.files == 0 && tally.folders == 0)
        return DirectoryKind::empty;
    if (tally.recognised > 0)
        return DirectoryKind::rustcask;
    if (tally.crate > 0)
        return DirectoryKind::rustcaskCrate;
    if (tally.foreign == 0 && tally.dataFiles + tally.hintFiles + tally.otherOfOurs > 0)
        return DirectoryKind::rustcask;
    // Riak's own files may be empty, but not all of them without a doubt about whose they are.
    if (tally.riak > 0 || (tally.numberedLikeRiak > 0 && tally.riakEmpty == tally.numberedLikeRiak))
        return DirectoryKind::riak;
    return DirectoryKind::other;
}

std::string describe(DirectoryKind kind, const Tally& tally) {
    switch (kind) {
    case DirectoryKind::missing:
        return "there is no such directory";
    case DirectoryKind::empty:
        return "an empty directory";
    case DirectoryKind::rustcask: {
        if (tally.dataFiles == 0 && tally.hintFiles == 0)
            return "a database of Rustcask without data files";
        std::string text = countText(tally.dataFiles, "data file", "data files");
        if (tally.hintFiles > 0)
            text += " and " + countText(tally.hintFiles, "hint file", "hint files");
        text += " of Rustcask, format version " + std::to_string(tally.newestVersion);
        if (tally.unknownVersion > 0)
            text += ", which this program does not know";
        if (tally.foreign > 0)
            text += "; " + countText(tally.foreign, "file bears such a name without being one",
                                     "files bear such names without being any");
        return text;
    }
    case DirectoryKind::rustcaskCrate:
        return "a directory of the rustcask crate: " + countText(tally.numberedLikeUs, "file", "files") +
               " named N.rustcask.data without a file header; this program does not write that format";
    case DirectoryKind::riak:
        return "a directory of Riak's Bitcask: " + countText(tally.numberedLikeRiak, "file", "files") +
               " named N.bitcask.data; this program does not write that format";
    case DirectoryKind::other:
        break;
    }
    if (tally.numberedLikeRiak > 0)
        return countText(tally.numberedLikeRiak, "file", "files") +
               " named N.bitcask.data, but not of Riak's Bitcask; this program does not know that format";
    if (tally.numberedLikeUs > 0)
        return countText(tally.numberedLikeUs, "file", "files") +
               " named as Rustcask's data files, none of which begins as one";
    std::string text;
    if (tally.files > 0)
        text = countText(tally.files, "file", "files");
    if (tally.folders > 0)
        text += (text.empty() ? "" : " and ") + countText(tally.folders, "folder or link", "folders or links");
    const bool one = tally.files + tally.folders == 1;
    return text + (one ? ", not named <generation>.rustcask.data" : ", none of them named <generation>.rustcask.data");
}

// Data files first, then hints, each ascending by generation; the rest by name.
void sortEntries(std::vector<FileEntry>& files) {
    const auto rank = [](const FileEntry& entry) {
        return entry.kind == FileKind::data ? 0 : entry.kind == FileKind::hint ? 1 : 2;
    };
    std::sort(files.begin(), files.end(), [&](const FileEntry& a, const FileEntry& b) {
        const int rankA = rank(a);
        const int rankB = rank(b);
        if (rankA != rankB)
            return rankA < rankB;
        return rankA < 2 ? a.generation < b.generation : a.path < b.path;
    });
}

} // namespace

Result<DirectoryListing> listDirectory(const fs::path& directory) {
    return inspect::listDirectoryOn(*io::posixFileSystem(), directory);
}

Result<DirectoryListing> inspect::listDirectoryOn(io::FileSystem& fileSystem, const fs::path& directory) {
    DirectoryListing listing;
    auto there = fileSystem.isDirectory(directory);
    if (!there && there.error().code == ErrorCode::notADatabase) {
        listing.kind = DirectoryKind::other;
        listing.description = "a file; a database is a directory";
        return listing;
    }
    if (!there)
        return failure(std::move(there.error()));
    if (!*there) {
        listing.description = describe(DirectoryKind::missing, {});
        return listing;
    }
    auto entries = fileSystem.list(directory);
    if (!entries)
        return failure(std::move(entries.error()));
    Tally tally;
    for (const io::DirectoryEntry& entry : *entries) {
        format::ParsedName name;
        if (entry.regular) {
            ++tally.files;
            name = format::parseFileName(entry.name);
            auto looked = look(fileSystem, directory, entry, name, tally);
            if (!looked)
                return failure(std::move(looked.error()));
        } else {
            ++tally.folders;
        }
        listing.files.push_back(
            {.path = directory / entry.name, .kind = name.kind, .generation = name.generation, .bytes = entry.bytes});
    }
    sortEntries(listing.files);
    listing.kind = kindOf(tally);
    listing.description = describe(listing.kind, tally);
    return listing;
}

} // namespace rustcask
