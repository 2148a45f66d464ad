// SPDX-License-Identifier: Apache-2.0
// Whole directories: files of any kind, sound, damaged or nonsense, and a list of operations on what they make.
// Whatever the files hold, the answers must not contradict what this program itself wrote since.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>

#include <unistd.h>

#include <rustcask/backup.h>
#include <rustcask/database.h>
#include <rustcask/history.h>
#include <rustcask/repair.h>

#include "format/checksum.h"
#include "format/data_record.h"
#include "format/endian.h"
#include "format/file_names.h"
#include "format/hint.h"
#include "format/merge_record.h"
#include "fuzz_target.h"

namespace rustcask::fuzz {

// Opening costs one keydir of 1,024 shards and buffers of fixed sizes for each of several files and threads.
const std::size_t fixedMemory = 24 << 20;
const std::size_t memoryPerByte = 1024;

namespace {

namespace fs = std::filesystem;

/// A folder in memory, where the machine offers one; made anew for each input.
class Folder {
public:
    Folder()
        : m_path((fs::exists("/dev/shm") ? fs::path("/dev/shm") : fs::temp_directory_path()) /
                 ("rustcask-fuzz-" + std::to_string(::getpid()))) {
        fs::remove_all(m_path);
        fs::create_directory(m_path);
    }
    ~Folder() { fs::remove_all(m_path); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    [[nodiscard]] fs::path operator/(const char* name) const { return m_path / name; }

private:
    fs::path m_path;
};

std::string keyOf(std::uint8_t number) {
    return "k" + std::to_string(number % 6);
}

/// Records as a writer makes them; a byte each for what to do, so that short inputs make whole files.
std::string records(Input& from, std::uint64_t& sequence, std::string& hint, format::HintHeader& header) {
    std::string bytes;
    for (unsigned left = from.byte() % 12U; left > 0; --left) {
        const std::uint8_t what = from.byte();
        sequence += what % 3U;
        const std::string key = keyOf(what / 4);
        const bool tombstone = what >= 200;
        const std::string value(tombstone ? 0 : what % 40U, 'v');
        const std::size_t at = bytes.size();
        bytes.resize(at + static_cast<std::size_t>(format::recordBytes(key.size(), value.size())));
        format::encodeRecord(bytes.data() + at, Sequence{sequence + 1}, Timestamp{}, key, value, tombstone);
        format::appendHintEntry({.sequence = Sequence{sequence + 1},
                                 .offset = format::fileHeaderBytes + at,
                                 .valueSize = static_cast<std::uint32_t>(value.size()),
                                 .tombstone = tombstone,
                                 .key = key},
                                hint);
        ++sequence;
        ++header.records;
        header.tombstones += tombstone ? 1 : 0;
        header.tombstoneBytes += tombstone ? bytes.size() - at : 0;
        header.highestSequence = Sequence{sequence};
        if (header.records == 1)
            header.lowestSequence = Sequence{sequence};
    }
    header.entries = header.records;
    header.entryBytes = hint.size();
    header.dataBytes = format::fileHeaderBytes + bytes.size();
    return bytes;
}

void damage(Input& from, std::string& bytes) {
    for (unsigned left = from.byte() % 4U; left > 0 && !bytes.empty(); --left) {
        const std::size_t at = from.number() % bytes.size();
        bytes[at] = static_cast<char>(from.byte());
    }
    if (const std::uint8_t cut = from.byte(); cut > 200)
        bytes.resize(bytes.size() * (cut - 200U) / 56);
    else if (cut > 180)
        bytes.append(cut - 180U, '\0');
}

void write(const fs::path& path, std::string_view bytes) {
    std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

void makeFiles(Input& from, const fs::path& directory) {
    std::uint64_t sequence = 0;
    for (unsigned left = from.byte() % 6U; left > 0; --left) {
        const std::uint8_t kind = from.byte();
        const Generation generation{from.byte() % 8U + 1U};
        const std::string temporary = kind >= 240 ? std::string(format::temporarySuffix) : std::string();
        if (kind % 8 < 5) {
            std::string data(format::fileHeaderBytes, '\0');
            format::encodeFileHeader({.generation = generation, .mergeOutput = kind % 8 == 4}, data.data());
            std::string entries;
            format::HintHeader header{.generation = generation};
            data += records(from, sequence, entries, header);
            const bool hinted = kind % 16 >= 8;
            if (hinted) {
                std::string hint(format::hintHeaderBytes, '\0');
                format::encodeHintHeader(header, hint.data());
                hint += entries;
                if (kind % 32 >= 16)
                    damage(from, hint);
                // With a right checksum over whatever it says by now: a hint that lies.
                if (hint.size() >= format::hintHeaderBytes) {
                    const std::string_view all(hint);
                    const std::uint32_t checksum = format::hintChecksum(
                        format::crc32c(all.substr(format::hintHeaderBytes)), all.substr(0, format::hintHeaderBytes));
                    char trailer[format::hintTrailerBytes];
                    format::store<std::uint32_t>(trailer, checksum);
                    hint.append(trailer, sizeof trailer);
                }
                write(directory / (format::hintFileName(generation) + temporary), hint);
            }
            if (kind % 64 >= 32)
                damage(from, data);
            write(directory / (format::dataFileName(generation) + temporary), data);
        } else if (kind % 8 == 5) {
            write(directory / (format::dataFileName(generation) + temporary), from.take(from.byte()));
        } else if (kind % 8 == 6) {
            format::MergeRecord record{.generation = Generation{20U + from.byte() % 4U}};
            for (unsigned n = from.byte() % 4U; n > 0; --n)
                record.inputs.push_back(Generation{from.byte() % 8U + 1U});
            for (unsigned n = from.byte() % 3U; n > 0; --n)
                record.outputs.push_back(Generation{from.byte() % 8U + 1U});
            std::string bytes = format::encodeMergeRecord(record);
            if (kind % 64 >= 32)
                damage(from, bytes);
            write(directory / format::mergeRecordName(record.generation), bytes);
        } else {
            write(directory / format::hintFileName(generation), from.take(from.byte()));
        }
    }
}

/// Operations on an open database, with what they must answer.
class Session {
public:
    Session(fs::path directory, const Options& options) : m_directory(std::move(directory)), m_options(options) {}

    [[nodiscard]] bool open() {
        m_database.reset();
        auto opened = Database::open(m_directory, m_options);
        if (opened)
            m_database = std::move(*opened);
        return opened.has_value();
    }

    void step(Input& from) {
        const std::uint8_t what = from.byte();
        const std::string key = keyOf(from.byte());
        Progress progress;
        switch (what % 12) {
        case 0:
        case 1:
        case 2: {
            const std::string value(what, static_cast<char>('a' + what % 26));
            if (m_database->put(key, value))
                m_known[key] = value;
            break;
        }
        case 3:
            if (m_database->remove(key))
                m_known[key] = std::nullopt;
            break;
        case 4:
        case 5:
            check(key);
            break;
        case 6:
            static_cast<void>(m_database->rotate());
            break;
        case 7: {
            MergeSelection selection;
            if (what >= 128) {
                selection.kind = MergeSelection::Kind::files;
                for (const FileStats& file : m_database->stats().files)
                    if ((file.generation.value + what) % 2 == 0)
                        selection.generations.push_back(file.generation);
            }
            static_cast<void>(m_database->merge(selection, progress));
            break;
        }
        case 8: {
            const auto snapshot = m_database->snapshot();
            for (std::size_t i = 0; snapshot && i < (*snapshot)->size(); ++i)
                static_cast<void>((*snapshot)->value(i));
            break;
        }
        case 9:
            static_cast<void>(m_database->close());
            require(open(), "what was open for writing and closed opens again");
            break;
        case 10:
            static_cast<void>(m_database->sync());
            break;
        default:
            static_cast<void>(m_database->info(key));
            break;
        }
    }

    void checkAll() {
        for (const auto& [key, value] : m_known)
            check(key);
    }
    void close() { static_cast<void>(m_database->close()); }
    [[nodiscard]] const std::map<std::string, std::optional<std::string>>& known() const { return m_known; }

private:
    void check(const std::string& key) {
        const auto found = m_database->get(key);
        const auto known = m_known.find(key);
        if (known == m_known.end())
            return; // whatever the files say, or that they are damaged
        require(found.has_value(), "what this program wrote can be read");
        require(*found == known->second, "a key stands at what was written last");
    }

    fs::path m_directory;
    Options m_options;
    std::unique_ptr<Database> m_database;
    std::map<std::string, std::optional<std::string>> m_known; // written here; the files' other keys may be anything
};

} // namespace

void run(std::string_view input) {
    Input from(input);
    const Folder folder;
    const fs::path directory = folder / "db";
    fs::create_directory(directory);
    makeFiles(from, directory);

    Progress progress;
    static_cast<void>(listDirectory(directory));
    const auto verified = verify(directory, progress);
    static_cast<void>(examineHints(directory, progress));
    static_cast<void>(backup(directory, folder / "copy", {.hardLinks = input.size() % 2 == 0}, progress));
    const auto salvaged = salvage(directory, folder / "salvaged", {.includeTornTails = true}, progress);
    if (verified)
        require(salvaged.has_value(), "what can be verified can be salvaged");
    static_cast<void>(history(directory, keyOf(0), progress));

    Options options;
    options.maxFileBytes = 300;
    options.scanChunkBytes = 4096;
    options.recoveryThreads = 1;
    const std::uint8_t choice = from.byte();
    options.writePath = static_cast<WritePath>(choice % 3);
    options.readStrategy = static_cast<ReadStrategy>(choice / 3 % 3);
    options.writeBufferBytes = 4096;
    {
        Options reading = options;
        reading.readOnly = true;
        const auto follower = Database::open(directory, reading);
        Session session(directory, options);
        if (!session.open())
            return;
        for (int steps = 0; steps < 60 && !from.isEmpty(); ++steps)
            session.step(from);
        session.checkAll();
        if (follower)
            static_cast<void>((*follower)->refresh());
        session.close();
        require(session.open(), "what was open for writing and closed opens again");
        session.checkAll();
        session.close();
    }
    require(verify(directory, progress).has_value(), "what opened can be verified");
    static_cast<void>(rebuildHints(directory, progress));
    Session again(directory, options);
    require(again.open(), "and opens with new hints");
}

} // namespace rustcask::fuzz
