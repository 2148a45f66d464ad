// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <set>

#include <sys/stat.h>

#include <rustcask/inspect.h>

#include "file_builder.h"
#include "support/check.h"
#include "support/seeded_random.h"
#include "support/temporary_directory.h"
#include "support/test_main.h"

using namespace rustcask;
using namespace rustcask::test;

namespace {

namespace fs = std::filesystem;

struct Inspected {
    std::vector<RecordInfo> records{};
    std::vector<std::vector<FieldSpan>> fields{};
    std::string problem{}; ///< empty: every byte is in one record and in one field of it
};

Inspected inspectAll(const fs::path& path) {
    Inspected all;
    auto inspector = FileInspector::open(path);
    if (!inspector) {
        all.problem = inspector.error().message();
        return all;
    }
    std::uint64_t at = 0;
    while (true) {
        auto next = (*inspector)->next();
        if (!next || !*next) {
            all.problem += next ? "" : next.error().message();
            break;
        }
        const RecordInfo& record = **next;
        auto fields = (*inspector)->fields(record);
        if (!fields) {
            all.problem += fields.error().message();
            break;
        }
        if (record.offset != at || record.bytes == 0)
            all.problem += "a gap before the record at " + std::to_string(record.offset);
        std::uint64_t field = record.offset;
        for (const FieldSpan& span : *fields) {
            if (span.offset != field || span.bytes == 0)
                all.problem += "a gap before the field at " + std::to_string(span.offset);
            field += span.bytes;
        }
        if (field != record.offset + record.bytes)
            all.problem += "fields end at " + std::to_string(field);
        at = record.offset + record.bytes;
        all.records.push_back(record);
        all.fields.push_back(std::move(*fields));
    }
    if (at != (*inspector)->bytes())
        all.problem += "records end at " + std::to_string(at);
    return all;
}

std::vector<Field> wrongFields(const std::vector<FieldSpan>& spans) {
    std::vector<Field> wrong;
    for (const FieldSpan& span : spans)
        if (!span.valid)
            wrong.push_back(span.field);
    return wrong;
}

std::string decoded(const std::vector<FieldSpan>& spans, Field field) {
    for (const FieldSpan& span : spans)
        if (span.field == field)
            return span.decoded;
    return "(no such field)";
}

DataFileBuilder exampleFile() {
    DataFileBuilder file(7);
    file.put(1, "alpha", "one").put(2, "beta", "").remove(3, "alpha").put(4, "gamma", std::string(1000, 'g'));
    return file;
}

/// The field of the record that a byte of it is in.
Field fieldOf(const BuiltRecord& record, std::uint64_t at) {
    constexpr std::pair<std::uint64_t, Field> ends[] = {{4, Field::checksum},   {12, Field::sequence},
                                                        {20, Field::time},      {22, Field::keySize},
                                                        {26, Field::valueSize}, {28, Field::flags}};
    for (const auto& [end, field] : ends)
        if (at - record.offset < end)
            return field;
    return at - record.offset < 28 + record.key.size() ? Field::key : Field::value;
}

} // namespace

class TestInspect : public QObject {
    Q_OBJECT

private:
    void checkListing(const fs::path& directory, DirectoryKind kind, const char* description) {
        RUSTCASK_VALUE(const DirectoryListing listing, listDirectory(directory));
        QCOMPARE(listing.description, std::string(description));
        QCOMPARE(int(listing.kind), int(kind));
    }

private Q_SLOTS:
    void directoriesOfOurs() {
        TemporaryDirectory directory;
        const fs::path path = directory / "db";
        checkListing(path, DirectoryKind::missing, "there is no such directory");
        fs::create_directory(path);
        checkListing(path, DirectoryKind::empty, "an empty directory");
        writeBytes(path / "rustcask.lock", "1\n");
        checkListing(path, DirectoryKind::rustcask, "a database of Rustcask without data files");
        writeBytes(path / "1.rustcask.data", "");
        checkListing(path, DirectoryKind::rustcask, "1 data file of Rustcask, format version 1");
        writeBytes(path / "10.rustcask.data", exampleFile().bytes);
        writeBytes(path / "9.rustcask.data", std::string(100, '\0'));
        writeBytes(path / "9.rustcask.hint", "x");
        writeBytes(path / "9.rustcask.hint.tmp", "x");
        writeBytes(path / "notes.txt", "x");
        checkListing(path, DirectoryKind::rustcask, "3 data files and 1 hint file of Rustcask, format version 1");
        RUSTCASK_VALUE(const DirectoryListing listing, listDirectory(path));
        std::vector<std::string> names;
        for (const FileEntry& file : listing.files)
            names.push_back(file.path.filename().string());
        QVERIFY((names == std::vector<std::string>{"1.rustcask.data", "9.rustcask.data", "10.rustcask.data",
                                                   "9.rustcask.hint", "9.rustcask.hint.tmp", "notes.txt",
                                                   "rustcask.lock"}));
        QCOMPARE(listing.files[1].bytes, 100U);
        QVERIFY(listing.files[4].kind == FileKind::temporary && listing.files[5].kind == FileKind::other);
    }

    void directoriesByTheirOnlyFile_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("kind");
        const auto row = [](const char* name, std::string bytes, DirectoryKind kind) {
            QTest::newRow(name) << QByteArray::fromStdString(bytes) << int(kind);
        };
        row("5.rustcask.data", "", DirectoryKind::rustcask);
        row("5.rustcask.data ", std::string(32, '\0'), DirectoryKind::other); // not that name
        row("05.rustcask.data", "", DirectoryKind::other);
        row("5.rustcask.hint", "", DirectoryKind::rustcask);
        row("5.rustcask.data.tmp", "", DirectoryKind::rustcask);
        row("5.rustcask.merge", "", DirectoryKind::rustcask);
        row("5.rustcask.torn-100", "", DirectoryKind::rustcask);
        row("99999999999999999999999.rustcask.data", "", DirectoryKind::other);
        row("6.rustcask.data", flipped(DataFileBuilder(6).bytes, 3), DirectoryKind::rustcask);
        row("7.rustcask.data", "this is a text of more than thirty-two bytes", DirectoryKind::other);
        row("8.bitcask.data", "this is a text of more than thirty-two bytes", DirectoryKind::other);
        row("readme", "x", DirectoryKind::other);
    }
    void directoriesByTheirOnlyFile() {
        QFETCH(QByteArray, bytes);
        QFETCH(int, kind);
        TemporaryDirectory directory;
        writeBytes(directory / QTest::currentDataTag(), bytes.toStdString());
        RUSTCASK_VALUE(const DirectoryListing listing, listDirectory(directory.path()));
        QCOMPARE(int(listing.kind), kind);
        QVERIFY(!listing.description.empty());
    }

    void otherDirectories() {
        TemporaryDirectory directory;
        writeBytes(directory / "a/x", "");
        checkListing(directory / "a", DirectoryKind::other, "1 file, not named <generation>.rustcask.data");
        writeBytes(directory / "a/y", "");
        fs::create_directory(directory / "a/z");
        checkListing(directory / "a", DirectoryKind::other,
                     "2 files and 1 folder or link, none of them named <generation>.rustcask.data");
        checkListing(directory / "a/x", DirectoryKind::other, "a file; a database is a directory");
        writeBytes(directory / "b/1.rustcask.data", std::string(50, 'x'));
        checkListing(directory / "b", DirectoryKind::other,
                     "1 file named as Rustcask's data files, none of which begins as one");
        writeBytes(directory / "b/2.rustcask.data", exampleFile().bytes);
        checkListing(directory / "b", DirectoryKind::rustcask,
                     "2 data files of Rustcask, format version 1; 1 file bears such a name without being one");
    }

    // What is no regular file is not ours, whatever its name; and a FIFO does not hang anybody.
    void linksAndPipesAreOther() {
        TemporaryDirectory directory;
        writeBytes(directory / "elsewhere", exampleFile().bytes);
        const fs::path path = directory / "db";
        fs::create_directory(path);
        fs::create_symlink(directory / "elsewhere", path / "1.rustcask.data");
        fs::create_symlink(directory / "nowhere", path / "2.rustcask.data");
        fs::create_directory(path / "3.rustcask.data");
        QCOMPARE(::mkfifo((path / "4.rustcask.data").c_str(), 0600), 0);
        RUSTCASK_VALUE(const DirectoryListing listing, listDirectory(path));
        QCOMPARE(int(listing.kind), int(DirectoryKind::other));
        QCOMPARE(listing.files.size(), std::size_t{4});
        for (const FileEntry& file : listing.files)
            QVERIFY(file.kind == FileKind::other && file.generation.value == 0);
        RUSTCASK_FAILS(FileInspector::open(path / "4.rustcask.data"), ErrorCode::ioError);
    }

    void directoriesOfOthers_data() {
        QTest::addColumn<int>("kind");
        QTest::addColumn<QString>("description");
        const QString riak =
            QStringLiteral("a directory of Riak's Bitcask: %1 files named N.bitcask.data; this program "
                           "does not write that format");
        const QString crate = QStringLiteral("a directory of the rustcask crate: %1 named N.rustcask.data without a "
                                             "file header; this program does not write that format");
        for (const char* name : {"riak-plain", "riak-torn", "riak-bitflip"})
            QTest::newRow(name) << int(DirectoryKind::riak) << riak.arg(7);
        QTest::newRow("riak-merged") << int(DirectoryKind::riak) << riak.arg(5);
        QTest::newRow("rustcask-crate") << int(DirectoryKind::rustcaskCrate) << crate.arg(QStringLiteral("4 files"));
        QTest::newRow("rustcask-crate-merged")
            << int(DirectoryKind::rustcaskCrate) << crate.arg(QStringLiteral("1 file"));
    }
    void directoriesOfOthers() {
        const fs::path path = fs::path(RUSTCASK_FIXTURES) / QTest::currentDataTag();
        if (!fs::exists(path))
            QSKIP("the directories written by other programs are not here");
        QFETCH(int, kind);
        QFETCH(QString, description);
        checkListing(path, DirectoryKind(kind), qPrintable(description));
    }

    void dataFile() {
        TemporaryDirectory directory;
        const DataFileBuilder file = exampleFile();
        writeBytes(directory / "7.rustcask.data", file.bytes + std::string(50, '\0'));
        const Inspected all = inspectAll(directory / "7.rustcask.data");
        QCOMPARE(all.problem, std::string());
        std::vector<RecordKind> kinds;
        for (const RecordInfo& record : all.records) {
            kinds.push_back(record.kind);
            QCOMPARE(record.verdict, std::string());
        }
        using K = RecordKind;
        QVERIFY((kinds == std::vector{K::fileHeader, K::put, K::put, K::tombstone, K::put, K::unused}));
        const auto& header = all.fields[0];
        QCOMPARE(decoded(header, Field::magic), std::string("89 52 43 4B 0D 0A 1A 0A"));
        QCOMPARE(decoded(header, Field::generation), std::string("7"));
        QCOMPARE(decoded(header, Field::creationTime), std::string("2026-01-02 03:04:05.678 UTC"));
        QVERIFY(wrongFields(header).empty());
        const auto& first = all.fields[1];
        QCOMPARE(first.size(), std::size_t{8});
        QCOMPARE(decoded(first, Field::sequence), std::string("1"));
        QCOMPARE(decoded(first, Field::time), std::string("2026-01-02 03:04:05.679 UTC"));
        QCOMPARE(decoded(first, Field::key), std::string("alpha"));
        QCOMPARE(decoded(first, Field::value), std::string("one"));
        QCOMPARE(all.fields[2].size(), std::size_t{7}); // an empty value has no bytes
        QCOMPARE(decoded(all.fields[3], Field::flags), std::string("1 (tombstone)"));
        QCOMPARE(decoded(all.fields[4], Field::value), std::string(256, 'g'));
        QCOMPARE(all.records[4].valueBytes, 1000U);
        QCOMPARE(all.records[3].key, std::string("alpha"));
        QVERIFY(all.records[3].tombstone);
    }

    void everyFlippedBitOfADataFileIsNamed() {
        TemporaryDirectory directory;
        const fs::path path = directory / "7.rustcask.data";
        DataFileBuilder file(7);
        file.put(1, "alpha", "one").put(2, "beta", "").remove(3, "alpha");
        for (std::uint64_t bit = 0; bit < 8 * file.bytes.size(); ++bit) {
            const std::string bytes = flipped(file.bytes, bit);
            writeBytes(path, bytes);
            const Inspected all = inspectAll(path);
            QCOMPARE(all.problem, std::string());
            QCOMPARE(all.records.size(), std::size_t{4});
            for (std::size_t i = 0; i < 4; ++i) {
                const RecordInfo& record = all.records[i];
                const bool hit = bit / 8 >= record.offset && bit / 8 < record.offset + record.bytes;
                QCOMPARE(record.verdict.empty(), !hit);
                const std::vector<Field> wrong = wrongFields(all.fields[i]);
                QCOMPARE(wrong.size(), std::size_t(hit ? 1 : 0));
                if (hit && i > 0)
                    QVERIFY2(wrong[0] == fieldOf(file.records[i - 1], bit / 8), record.verdict.c_str());
                if (hit)
                    QVERIFY(record.kind == (i == 0 ? RecordKind::fileHeader : RecordKind::damaged));
            }
        }
    }

    void everyTruncationIsCovered() {
        TemporaryDirectory directory;
        const DataFileBuilder file = exampleFile();
        const std::string hint = hintFor(file);
        for (const auto& [name, bytes] : {std::pair{"7.rustcask.data", file.bytes}, {"7.rustcask.hint", hint}}) {
            for (std::size_t size = 0; size < std::min<std::size_t>(bytes.size(), 400); ++size) {
                writeBytes(directory / name, bytes.substr(0, size));
                const Inspected all = inspectAll(directory / name);
                QCOMPARE(all.problem, std::string());
            }
        }
        // A record that is cut short still shows the fields that there are.
        writeBytes(directory / "7.rustcask.data", file.bytes.substr(0, file.records[0].bytes + 32 - 2));
        const Inspected cut = inspectAll(directory / "7.rustcask.data");
        QCOMPARE(cut.records.back().verdict, std::string("a record of 36 bytes of which 34 are there"));
        QCOMPARE(decoded(cut.fields.back(), Field::key), std::string("alpha"));
        QVERIFY(wrongFields(cut.fields.back()) == std::vector{Field::value});
    }

    void anyBytesAreCovered() {
        TemporaryDirectory directory;
        SeededRandom random;
        for (int round = 0; round < 60; ++round) {
            DataFileBuilder file(7);
            for (std::uint64_t i = 1; i <= 8; ++i)
                file.put(i, random.bytes(random.between(1, 300)), random.bytes(random.below(500)));
            for (const bool isHint : {false, true}) {
                std::string bytes = isHint ? hintFor(file) : file.bytes;
                const std::size_t from = random.below(bytes.size());
                const std::size_t count = std::min<std::size_t>(random.below(200), bytes.size() - from);
                bytes.replace(from, count, random.bytes(random.below(200)));
                const fs::path path = directory / (isHint ? "7.rustcask.hint" : "7.rustcask.data");
                writeBytes(path, bytes);
                QCOMPARE(inspectAll(path).problem, std::string());
            }
        }
    }

    void headers() {
        TemporaryDirectory directory;
        const fs::path path = directory / "7.rustcask.data";
        writeBytes(path, DataFileBuilder(8).put(1, "k", "v").bytes);
        Inspected all = inspectAll(path);
        QCOMPARE(all.records[0].verdict, std::string("the header is that of generation 8, the file's name says 7"));
        QVERIFY(wrongFields(all.fields[0]) == std::vector{Field::generation});
        QVERIFY(all.records[1].kind == RecordKind::put);
        std::string newer = DataFileBuilder(7).put(1, "k", "v").bytes;
        format::store<std::uint16_t>(newer.data() + format::header_at::version, 2);
        format::store<std::uint32_t>(newer.data() + 28, format::crc32c(newer.substr(0, 28)));
        writeBytes(path, newer);
        all = inspectAll(path);
        QCOMPARE(all.problem, std::string());
        QVERIFY(wrongFields(all.fields[0]) == std::vector{Field::version});
        QCOMPARE(all.records.size(), std::size_t{2}); // the rest is not judged
        QVERIFY(all.records[1].kind == RecordKind::damaged);
        writeBytes(path, std::string(32, 'x') + DataFileBuilder(7).put(1, "k", "v").bytes.substr(32));
        all = inspectAll(path);
        QVERIFY(all.records[0].kind == RecordKind::damaged && all.records[1].kind == RecordKind::put);
        writeBytes(path, std::string(100, '\0'));
        all = inspectAll(path);
        QVERIFY(all.records[0].kind == RecordKind::unused && all.records[1].kind == RecordKind::unused);
    }

    // Another process may be in the middle of appending: what looks damaged is looked at once more.
    void aRecordHalfWrittenIsWaitedFor() {
        TemporaryDirectory directory;
        const fs::path path = directory / "7.rustcask.data";
        const std::string whole = DataFileBuilder(7).put(1, "a", "first").put(2, "b", std::string(500, 'v')).bytes;
        writeBytes(path, whole.substr(0, whole.size() - 100));
        RUSTCASK_VALUE(const auto inspector, FileInspector::open(path));
        RUSTCASK_VALUE(auto record, inspector->next()); // the header
        RUSTCASK_VALUE(record, inspector->next());
        std::ofstream(path, std::ios::binary | std::ios::app)
            << whole.substr(whole.size() - 100) << DataFileBuilder(7).put(3, "c", "later").bytes.substr(32);
        RUSTCASK_VALUE(record, inspector->next());
        QVERIFY(record && record->kind == RecordKind::put);
        QCOMPARE(record->verdict, std::string());
        QCOMPARE(record->offset + record->bytes, std::uint64_t{whole.size()});
        RUSTCASK_VALUE(const auto fields, inspector->fields(*record));
        QCOMPARE(fields.back().bytes, std::uint64_t{500});
        QVERIFY(fields.back().valid);
        RUSTCASK_VALUE(record, inspector->next());
        QVERIFY(!record); // what came after that is not looked at
    }

    void seekIsExact() {
        TemporaryDirectory directory;
        const DataFileBuilder file = exampleFile();
        for (const auto& [name, bytes] :
             {std::pair{"7.rustcask.data", file.bytes}, {"7.rustcask.hint", hintFor(file)}}) {
            writeBytes(directory / name, bytes);
            const Inspected all = inspectAll(directory / name);
            RUSTCASK_VALUE(const auto inspector, FileInspector::open(directory / name));
            QCOMPARE(inspector->generation().value, 7U);
            for (std::size_t i = all.records.size(); i-- > 0;) {
                inspector->seek(all.records[i].offset);
                for (std::size_t j = i; j < all.records.size(); ++j) {
                    RUSTCASK_VALUE(const auto record, inspector->next());
                    QVERIFY(record.has_value());
                    QCOMPARE(record->offset, all.records[j].offset);
                    QCOMPARE(record->bytes, all.records[j].bytes);
                    QVERIFY(record->kind == all.records[j].kind);
                    QCOMPARE(record->key, all.records[j].key);
                }
                RUSTCASK_VALUE(const auto end, inspector->next());
                QVERIFY(!end);
            }
            RUSTCASK_VALUE(const std::string raw, inspector->read(8, 4));
            QCOMPARE(raw, bytes.substr(8, 4));
            RUSTCASK_VALUE(const std::string tail, inspector->read(bytes.size() - 2, 100));
            QCOMPARE(tail, bytes.substr(bytes.size() - 2));
            RUSTCASK_VALUE(const std::string beyond, inspector->read(bytes.size() + 5, 100));
            QCOMPARE(beyond, std::string());
        }
    }

    void hintFile() {
        TemporaryDirectory directory;
        const DataFileBuilder file = exampleFile();
        writeBytes(directory / "7.rustcask.hint", hintFor(file));
        const Inspected all = inspectAll(directory / "7.rustcask.hint");
        QCOMPARE(all.problem, std::string());
        QCOMPARE(all.records.size(), std::size_t{5}); // header, three keys, trailer
        QVERIFY(all.records[0].kind == RecordKind::hintHeader);
        QVERIFY(all.records[4].kind == RecordKind::hintTrailer);
        for (std::size_t i = 0; i < 5; ++i) {
            QCOMPARE(all.records[i].verdict, std::string());
            QVERIFY(wrongFields(all.fields[i]).empty());
        }
        QCOMPARE(decoded(all.fields[0], Field::hintDataBytes), std::to_string(file.bytes.size()));
        QCOMPARE(decoded(all.fields[0], Field::hintEntries), std::string("3"));
        QCOMPARE(all.records[2].key, std::string("alpha"));
        QVERIFY(all.records[2].tombstone);
        QCOMPARE(all.records[2].dataOffset, file.records[2].offset);
        QCOMPARE(decoded(all.fields[3], Field::hintOffset), std::to_string(file.records[3].offset));
        QCOMPARE(decoded(all.fields[3], Field::key), std::string("gamma"));
    }

    void everyFlippedBitOfAHintIsNamed() {
        TemporaryDirectory directory;
        const fs::path path = directory / "7.rustcask.hint";
        const std::string hint = hintFor(exampleFile());
        for (std::uint64_t bit = 0; bit < 8 * hint.size(); ++bit) {
            writeBytes(path, flipped(hint, bit));
            const Inspected all = inspectAll(path);
            QCOMPARE(all.problem, std::string());
            QCOMPARE(all.records.size(), std::size_t{5});
            for (std::size_t i = 0; i < 5; ++i) {
                const RecordInfo& record = all.records[i];
                const bool hit = bit / 8 >= record.offset && bit / 8 < record.offset + record.bytes;
                const std::vector<Field> wrong = wrongFields(all.fields[i]);
                QCOMPARE(wrong.size(), std::size_t(hit ? 1 : 0));
                if (hit) {
                    QVERIFY(!record.verdict.empty());
                    const auto span = std::find_if(all.fields[i].begin(), all.fields[i].end(),
                                                   [](const FieldSpan& field) { return !field.valid; });
                    QVERIFY(bit / 8 >= span->offset && bit / 8 < span->offset + span->bytes);
                }
            }
            QVERIFY(!all.records[4].verdict.empty());
        }
    }

    void impossibleHints() {
        TemporaryDirectory directory;
        const fs::path path = directory / "7.rustcask.hint";
        const DataFileBuilder file = exampleFile();
        std::vector<format::HintEntry> entries = hintEntriesOf(file);
        entries[1].offset = 10'000;
        writeBytes(path, hintOf(file, entries)); // with a checksum that matches
        const Inspected all = inspectAll(path);
        QCOMPARE(all.records[2].verdict, std::string("the record would lie outside its data file"));
        QVERIFY(wrongFields(all.fields[2]) == std::vector{Field::hintOffset});
        writeBytes(directory / "8.rustcask.hint", hintFor(file));
        QVERIFY(wrongFields(inspectAll(directory / "8.rustcask.hint").fields[0]) == std::vector{Field::generation});
        std::string said = hintFor(file);
        format::store<std::uint64_t>(said.data() + format::hint_at::entryBytes, ~std::uint64_t{0});
        format::store<std::uint64_t>(said.data() + format::hint_at::entries, ~std::uint64_t{0});
        writeBytes(path, said);
        QVERIFY(!inspectAll(path).records[0].verdict.empty());
    }

    void onlyDataAndHintFiles() {
        TemporaryDirectory directory;
        for (const char* name : {"7.rustcask.merge", "rustcask.lock", "x", "07.rustcask.data"}) {
            writeBytes(directory / name, "x");
            RUSTCASK_FAILS(FileInspector::open(directory / name), ErrorCode::notADatabase);
        }
        RUSTCASK_FAILS(FileInspector::open(directory / "3.rustcask.data"), ErrorCode::ioError);
    }

    // A value of 4 GiB - 1 in a sparse file: what is looked at is its header and first bytes.
    void hugeValues() {
        TemporaryDirectory directory;
        const fs::path path = directory / "7.rustcask.data";
        std::string bytes = DataFileBuilder(7).bytes + recordBytesOf(1, "key", "x");
        format::store<std::uint32_t>(bytes.data() + 32 + format::record_at::valueSize, 0xFFFFFFFFU);
        writeBytes(path, bytes);
        fs::resize_file(path, 32 + 28 + 3 + 0xFFFFFFFFULL);
        RUSTCASK_VALUE(const auto inspector, FileInspector::open(path));
        RecordInfo record;
        record.kind = RecordKind::put;
        record.offset = 32;
        record.bytes = 28 + 3 + 0xFFFFFFFFULL;
        record.keyBytes = 3;
        record.valueBytes = 0xFFFFFFFFU;
        RUSTCASK_VALUE(const auto fields, inspector->fields(record));
        QCOMPARE(fields.back().bytes, std::uint64_t{0xFFFFFFFFU});
        QCOMPARE(fields.back().decoded.size(), std::size_t{256});
    }

    void names() {
        std::set<std::string_view> seen;
        for (int i = 0; i <= int(Field::unused); ++i)
            QVERIFY(seen.insert(fieldName(Field(i))).second);
        QVERIFY(!seen.contains("unknown"));
        for (int i = 0; i <= int(RecordKind::unused); ++i)
            QVERIFY(recordKindName(RecordKind(i)) != "unknown");
    }
};

RUSTCASK_TEST_MAIN(TestInspect)
#include "tst_inspect.moc"
