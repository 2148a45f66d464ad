// SPDX-License-Identifier: Apache-2.0
// seeds FOLDER: writes the first inputs of every target, sound files and typical damage, into FOLDER/TARGET. What
// fuzzing finds beyond them is added by run.sh.
#include <filesystem>
#include <fstream>

#include <rustcask/transfer/records.h>

#include "format/checksum.h"
#include "format/data_record.h"
#include "format/endian.h"
#include "format/file_names.h"
#include "format/hint.h"
#include "format/merge_record.h"

namespace {

namespace fs = std::filesystem;
using namespace rustcask;

void write(const fs::path& path, std::string_view bytes) {
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

std::string record(std::uint64_t sequence, std::string_view key, std::string_view value, bool tombstone = false) {
    std::string bytes(static_cast<std::size_t>(format::recordBytes(key.size(), value.size())), '\0');
    format::encodeRecord(bytes.data(), Sequence{sequence}, Timestamp{}, key, value, tombstone);
    return bytes;
}

void records(const fs::path& folder) {
    const std::string three = record(1, "a", "one") + record(2, "b", "") + record(3, "a", {}, true);
    write(folder / "three", three);
    write(folder / "torn", three.substr(0, three.size() - 5));
    write(folder / "reserved", three + std::string(100, '\0'));
    std::string damaged = three;
    damaged[30] = static_cast<char>(damaged[30] ^ 4);
    write(folder / "flipped", damaged);
    damaged[40] = static_cast<char>(damaged[40] ^ 0x55);
    write(folder / "garbled", damaged);
    std::string greedy = three;
    format::store<std::uint32_t>(greedy.data() + format::record_at::valueSize, 0xFFFFFFFF);
    write(folder / "greedy", greedy);
    write(folder / "nested", record(9, "outer", three) + three);
}

void headers(const fs::path& folder) {
    char bytes[format::fileHeaderBytes];
    format::encodeFileHeader({.generation = Generation{7}}, bytes);
    const std::string header(bytes, sizeof bytes);
    for (const std::string name : {"7.rustcask.data", "7.rustcask.hint", "9.rustcask.merge", "7.rustcask.torn-1024",
                                   "7.rustcask.data.tmp", "00.rustcask.data", "18446744073709551616.rustcask.data"})
        write(folder / ("name-" + name), std::string(1, static_cast<char>(name.size())) + name + header);
    write(folder / "short", std::string(1, '\0') + header.substr(0, 20));
    write(folder / "zeros", std::string(33, '\0'));
}

void hints(const fs::path& folder) {
    std::string entries;
    format::appendHintEntry({.sequence = Sequence{1}, .offset = 32, .valueSize = 3, .key = "k"}, entries);
    format::appendHintEntry({.sequence = Sequence{2}, .offset = 64, .tombstone = true, .key = "other"}, entries);
    std::string hint(1 + format::hintHeaderBytes, '\0');
    format::encodeHintHeader({.generation = Generation{1},
                              .dataBytes = 97,
                              .records = 2,
                              .tombstones = 1,
                              .tombstoneBytes = 33,
                              .lowestSequence = Sequence{1},
                              .highestSequence = Sequence{2},
                              .entries = 2,
                              .entryBytes = entries.size()},
                             hint.data() + 1);
    hint += entries + std::string(format::hintTrailerBytes, '\0');
    write(folder / "wrong-checksum", hint);
    hint[0] = 1;
    write(folder / "sound", hint);
    std::string greedy = hint;
    format::store<std::uint64_t>(greedy.data() + 1 + format::hint_at::entries, std::uint64_t{1} << 60);
    write(folder / "greedy", greedy);
    std::string outside = hint;
    format::store<std::uint64_t>(outside.data() + 1 + format::hintHeaderBytes + format::hint_entry_at::offset,
                                 std::uint64_t{1} << 62);
    write(folder / "outside", outside);
    write(folder / "empty", {});
}

void mergeRecords(const fs::path& folder) {
    const std::string some = format::encodeMergeRecord(
        {.generation = Generation{9}, .inputs = {Generation{1}, Generation{2}}, .outputs = {Generation{3}}});
    write(folder / "some", std::string(1, '\0') + some);
    write(folder / "repaired", "\1" + some);
    std::string greedy = "\1" + some;
    format::store<std::uint32_t>(greedy.data() + 1 + 20, 0xFFFFFFFF);
    write(folder / "greedy", greedy);
    write(folder / "none", std::string(1, '\0') + format::encodeMergeRecord({.generation = Generation{9}}));
}

void imports(const fs::path& folder) {
    const auto choice = [](int format, int encoding, bool header = false) {
        return std::string(1, static_cast<char>(format + 4 * encoding + (header ? 128 : 0)));
    };
    write(folder / "jsonl", choice(0, 0) +
                                "{\"key\": \"a\", \"value\": \"\\u00e4\\n\"}\n{\"key\": {\"hex\": \"00ff\"}, "
                                "\"value\": {\"base64\": \"AP8=\"}}\n");
    write(folder / "jsonl-deep", choice(0, 0) + std::string(300, '[') + std::string(300, ']'));
    write(folder / "csv", choice(1, 0) + "a,\"b \"\"quoted\"\"\r\n\"\r\n\\x3Dsum,x\r\n");
    write(folder / "csv-header", choice(1, 2, true) + "key,value\r\nYQ==,'+A==\r\n");
    write(folder / "tsv", choice(2, 0) + "a\tb\\x00\\\\\nc\t\n");
    write(folder / "tsv-hex", choice(2, 1) + "00ff\t\nAB\tcd\n");
    write(folder / "resp", choice(3, 0) +
                               "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$2\r\n\r\n\r\n*5\r\n$4\r\nMSET\r\n$1\r\na\r\n$0\r\n"
                               "\r\n$1\r\nb\r\n$1\r\nc\r\n*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n");
    write(folder / "resp-greedy", choice(3, 0) + "*3\r\n$3\r\nSET\r\n$4294967295\r\nk\r\n");
}

void directories(const fs::path& folder) {
    const auto bytes = [](std::initializer_list<int> list) {
        std::string text;
        for (const int byte : list)
            text += static_cast<char>(byte);
        return text;
    };
    const std::string operations = bytes({0, 1, 0, 5, 3, 1, 4, 5, 7, 0, 6, 0, 1, 2, 135, 0, 9, 0, 5, 2, 8, 0, 10, 0});
    write(folder / "nothing", bytes({0, 0}) + operations);
    write(folder / "one-log", bytes({1, 0, 0, 6, 4, 8, 12, 201, 9, 17, 0}) + operations);
    write(folder / "log-and-hint", bytes({2, 8, 0, 5, 1, 2, 3, 4, 5, 9, 1, 4, 9, 8, 7, 6, 3}) + operations);
    write(folder / "lying-hint", bytes({1, 24, 0, 5, 1, 2, 3, 4, 5, 2, 92, 0, 7, 120, 0, 1, 0, 0}) + operations);
    write(folder / "damaged-log",
          bytes({2, 32, 0, 5, 1, 2, 3, 4, 5, 2, 40, 0, 7, 70, 0, 1, 0, 0, 1, 3, 9, 9, 9, 2}) + operations);
    write(folder / "merge-committed",
          bytes({3, 0, 0, 4, 1, 2, 3, 4, 244, 1, 3, 1, 2, 3, 6, 0, 1, 1, 0, 1, 1, 0}) + operations);
    write(folder / "junk", bytes({2, 5, 3, 10}) + "0123456789" + bytes({7, 4, 3}) + "abc" + operations);
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2)
        return 2;
    const fs::path folder = argv[1];
    records(folder / "record");
    headers(folder / "header");
    hints(folder / "hint");
    mergeRecords(folder / "merge_record");
    imports(folder / "import");
    directories(folder / "directory");
    return 0;
}
