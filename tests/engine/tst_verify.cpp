// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <map>
#include <thread>

#include <rustcask/database.h>
#include <rustcask/verify.h>

#include "file_builder.h"
#include "format/merge_record.h"
#include "hooked_file_system.h"
#include "support/check.h"
#include "support/seeded_random.h"
#include "support/temporary_directory.h"
#include "support/test_main.h"
#include "verify_on.h"
#include "verify_tables.h"

using namespace rustcask;
using namespace rustcask::test;

namespace {

namespace fs = std::filesystem;

/// Findings as lines of text, without advice: "error 1.rustcask.data 32+36 value: …".
QStringList linesOf(const VerifyReport& report) {
    QStringList lines;
    for (const Finding& finding : report.findings) {
        std::string line(severityName(finding.severity));
        line += ' ' + finding.file.filename().string() + ' ' + std::to_string(finding.offset) + '+' +
                std::to_string(finding.bytes);
        if (finding.field)
            line += ' ' + std::string(fieldName(*finding.field));
        lines << QString::fromStdString(line + ": " + finding.text);
    }
    return lines;
}

std::string mergeBytes(std::uint64_t generation, std::initializer_list<std::uint64_t> inputs,
                       std::initializer_list<std::uint64_t> outputs) {
    format::MergeRecord record;
    record.generation = Generation{generation};
    for (const std::uint64_t input : inputs)
        record.inputs.push_back(Generation{input});
    for (const std::uint64_t output : outputs)
        record.outputs.push_back(Generation{output});
    return format::encodeMergeRecord(record);
}

} // namespace

class TestVerify : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<TemporaryDirectory> m_directory;

    [[nodiscard]] fs::path file(const char* name) const { return m_directory->path() / name; }
    void write(const DataFileBuilder& data, bool withHint = true) const {
        const std::string stem = std::to_string(data.generation.value);
        writeBytes(file((stem + ".rustcask.data").c_str()), data.bytes);
        if (withHint)
            writeBytes(file((stem + ".rustcask.hint").c_str()), hintFor(data));
    }
    void check(const QStringList& expected) {
        Progress progress;
        RUSTCASK_VALUE(const VerifyReport report, verify(m_directory->path(), progress));
        QCOMPARE(linesOf(report), expected);
        std::uint64_t errors = 0;
        std::uint64_t warnings = 0;
        for (const Finding& finding : report.findings) {
            errors += finding.severity == Severity::error ? 1U : 0U;
            warnings += finding.severity == Severity::warning ? 1U : 0U;
        }
        QCOMPARE(report.errors, errors);
        QCOMPARE(report.warnings, warnings);
        QCOMPARE(report.clean(), errors == 0);
        // Whatever was found, all of it was looked at.
        QCOMPARE(progress.counts().bytesDone, progress.counts().bytesTotal);
        QCOMPARE(progress.counts().filesDone, progress.counts().filesTotal);
    }
    void checkOne(const char* expected) { check({QString::fromUtf8(expected)}); }

private Q_SLOTS:
    void init() { m_directory = std::make_unique<TemporaryDirectory>(); }
    void cleanup() { m_directory.reset(); }

    void cleanDatabase() {
        DataFileBuilder first(1);
        first.put(1, "a", "1").put(2, "b", "2").put(3, "a", "3");
        DataFileBuilder second(2);
        second.remove(4, "b").put(5, "c", "").put(6, "d", "x").remove(7, "d");
        write(first);
        write(second, false);
        writeBytes(file("rustcask.lock"), "1\n");
        check({});
        Progress progress;
        RUSTCASK_VALUE(const VerifyReport report, verify(m_directory->path(), progress));
        QCOMPARE(report.liveKeys, 2U); // a and c
        QCOMPARE(report.records, 7U);
        QCOMPARE(report.files, 3U);
        QCOMPARE(report.bytes, first.bytes.size() + second.bytes.size() + hintFor(first).size());
        QCOMPARE(progress.counts().recordsDone, 7U);
    }

    void liveKeysAgainstAModel() {
        SeededRandom random;
        std::map<std::string, bool> model;
        std::uint64_t sequence = 0;
        for (std::uint64_t generation = 1; generation <= 5; ++generation) {
            DataFileBuilder data(generation);
            for (int i = 0; i < 2000; ++i) {
                const std::string key = random.word(2);
                if (random.chance(30))
                    data.remove(++sequence, key);
                else
                    data.put(++sequence, key, random.bytes(random.below(20)));
                model[key] = !data.records.back().tombstone;
            }
            write(data);
        }
        Progress progress;
        RUSTCASK_VALUE(const VerifyReport report, verify(m_directory->path(), progress));
        QCOMPARE(linesOf(report), QStringList());
        QCOMPARE(report.liveKeys, static_cast<std::uint64_t>(std::count_if(
                                      model.begin(), model.end(), [](const auto& item) { return item.second; })));
    }

    void notADatabase() {
        Progress progress;
        RUSTCASK_FAILS(verify(m_directory->path(), progress), ErrorCode::notADatabase);
        RUSTCASK_FAILS(verify(m_directory->path() / "none", progress), ErrorCode::notADatabase);
        writeBytes(file("x"), "x");
        RUSTCASK_FAILS(verify(m_directory->path(), progress), ErrorCode::notADatabase);
    }

    void flippedBits() {
        DataFileBuilder first(1);
        first.put(1, "key", "value").put(2, "other \"\x01", "value");
        DataFileBuilder second(2);
        second.put(3, "key", "new");
        write(second, false);
        first.bytes = flipped(first.bytes, 8 * (first.records[0].offset + 28 + 3) + 2);
        write(first, false);
        checkOne(
            "error 1.rustcask.data 32+36 value: one bit of the value is flipped: bit 2 of its byte 0 (key \"key\", "
            "sequence number 1)");
        first.bytes = flipped(first.bytes, 8 * (first.records[1].offset + 22) + 4);
        write(first, false);
        check({QStringLiteral("error 1.rustcask.data 32+36 value: one bit of the value is flipped: bit 2 of its byte 0 "
                              "(key \"key\", sequence number 1)"),
               QStringLiteral(
                   "error 1.rustcask.data 68+41 value size: one bit of the value size is flipped: bit 4 of its "
                   "byte 0 (key \"other \\x22\\x01\", sequence number 2)")});
    }

    void everyFlippedBitIsFound() {
        DataFileBuilder first(1);
        first.put(1, "key", "value").remove(2, "key");
        write(DataFileBuilder(2).put(3, "k", "v"), false);
        for (std::uint64_t bit = 0; bit < 8 * first.bytes.size(); ++bit) {
            writeBytes(file("1.rustcask.data"), flipped(first.bytes, bit));
            Progress progress;
            RUSTCASK_VALUE(const VerifyReport report, verify(m_directory->path(), progress));
            QCOMPARE(report.findings.size(), std::size_t{1});
            const Finding& finding = report.findings[0];
            QVERIFY(finding.severity == Severity::error);
            QCOMPARE(finding.file.filename().string(), std::string("1.rustcask.data"));
            QVERIFY(finding.field.has_value());
            QVERIFY(bit / 8 >= finding.offset && bit / 8 < finding.offset + finding.bytes);
            QVERIFY(!finding.advice.empty());
        }
    }

    void tornTail() {
        DataFileBuilder first(1);
        first.put(1, "a", "value");
        DataFileBuilder second(2);
        second.put(2, "a", "value").put(3, "b", "value");
        write(first);
        writeBytes(file("2.rustcask.data"), second.bytes.substr(0, second.bytes.size() - 2));
        checkOne(
            "warning 2.rustcask.data 66+32: the end of the newest file is torn, as by a crash or a writer at work: a "
            "record of 34 bytes of which 32 are there");
        // The same with space reserved after it.
        writeBytes(file("2.rustcask.data"), second.bytes.substr(0, second.bytes.size() - 2) + std::string(500, '\0'));
        check({QStringLiteral("warning 2.rustcask.data 66+34: the end of the newest file is torn, as by a crash or a "
                              "writer at work: the checksum does not match: 9633C571 is stored, 20756F23 is computed"),
               QStringLiteral("note 2.rustcask.data 100+498 unused: 498 bytes are reserved for records to come")});
        // Elsewhere it is damage: in a file that is not the newest, and in one that a merge wrote.
        writeBytes(file("2.rustcask.data"), second.bytes);
        writeBytes(file("1.rustcask.data"), first.bytes.substr(0, first.bytes.size() - 2));
        fs::remove(file("1.rustcask.hint"));
        checkOne("error 1.rustcask.data 32+32: a record of 34 bytes of which 32 are there");
        fs::remove(file("1.rustcask.data"));
        DataFileBuilder merged(3, true);
        merged.put(1, "z", "value");
        writeBytes(file("3.rustcask.data"), merged.bytes.substr(0, merged.bytes.size() - 2));
        checkOne("error 3.rustcask.data 32+32: a record of 34 bytes of which 32 are there");
    }

    void damageInTheNewestFileBeforeSoundRecords() {
        DataFileBuilder only(1);
        only.put(1, "a", "value").raw("some garbage").put(2, "b", "value");
        write(only, false);
        checkOne("error 1.rustcask.data 66+12: 12 bytes that belong to no record");
    }

    void zerosAtTheEnd() {
        DataFileBuilder first(1);
        first.put(1, "a", "value").raw(std::string(100, '\0'));
        write(first, false);
        checkOne("note 1.rustcask.data 66+100 unused: 100 bytes are reserved for records to come");
        write(DataFileBuilder(2).put(2, "b", "v"), false);
        checkOne(
            "warning 1.rustcask.data 66+100 unused: 100 bytes of zero at the end of a file that is not appended to "
            "any more: space that was not given back, or records that never got to the disk");
    }

    void fileHeaders() {
        DataFileBuilder first(1);
        first.put(1, "a", "value");
        writeBytes(file("2.rustcask.data"), first.bytes);
        checkOne("error 2.rustcask.data 0+32 generation: the header is that of generation 1, the file's name says 2");
        writeBytes(file("2.rustcask.data"), "");
        checkOne(
            "note 2.rustcask.data 0+0: the file is shorter than a file header: 0 bytes, and no record follows: it was "
            "made, but nothing of it got to the disk");
        writeBytes(file("2.rustcask.data"), std::string(32, '\0'));
        checkOne(
            "note 2.rustcask.data 0+32: there is no file header: its bytes are zero, and no record follows: it was "
            "made, but nothing of it got to the disk");
        writeBytes(file("2.rustcask.data"), std::string(32, '\0') + first.bytes.substr(32));
        checkOne("error 2.rustcask.data 0+32: there is no file header: its bytes are zero");
        writeBytes(file("2.rustcask.data"), flipped(DataFileBuilder(2).bytes, 8 * 12) + first.bytes.substr(32));
        checkOne("error 2.rustcask.data 0+32 generation: one bit of the file header's generation is flipped");
        std::string newer = first.bytes;
        format::store<std::uint16_t>(newer.data() + format::header_at::version, 2);
        format::store<std::uint32_t>(newer.data() + 28, format::crc32c(newer.substr(0, 28)));
        writeBytes(file("2.rustcask.data"), newer);
        checkOne(
            "error 2.rustcask.data 0+32 format version: format version 2, of which this program knows only version 1");
        writeBytes(file("1.rustcask.data"), first.bytes);
        writeBytes(file("2.rustcask.data"), std::string(400, 'x'));
        checkOne(
            "error 2.rustcask.data 0+400 magic number: this is no file of Rustcask: it begins with 78 78 78 78 78 78 "
            "78 78");
    }

    void sequenceNumbers() {
        DataFileBuilder first(1);
        first.put(1, "a", "x").put(3, "b", "x").put(2, "c", "x");
        DataFileBuilder second(2);
        second.put(3, "other", "x").put(4, "d", "x");
        write(first, false);
        write(second, false);
        check(
            {QStringLiteral("error 1.rustcask.data 96+8 sequence number: sequence number 2 follows 3 in a file that is "
                            "written in ascending order"),
             QStringLiteral("error 2.rustcask.data 36+8 sequence number: sequence number 3 is also that of a different "
                            "record")});
        // A copy of the same record is what an interrupted merge leaves; and a merge may write in any order.
        DataFileBuilder merged(2, true);
        merged.put(3, "b", "x").put(1, "a", "x").put(9, "e", "x").put(8, "f", "x");
        write(merged);
        write(DataFileBuilder(1).put(1, "a", "x").put(3, "b", "x"), false);
        checkOne("note 2.rustcask.data 32+0 sequence number: 2 records are copies of ones in another file, as an "
                 "interrupted merge leaves them");
    }

    void soundChecksumOverTheImpossible() {
        std::string record = recordBytesOf(1, "key", "value");
        format::store<std::uint64_t>(record.data() + format::record_at::sequence, 0);
        format::store<std::uint32_t>(record.data(), format::computeRecordChecksum(record));
        DataFileBuilder first(1);
        first.raw(record).put(2, "k", "v");
        write(first, false);
        checkOne(
            "error 1.rustcask.data 32+36 sequence number: the checksum matches, but the sequence number is out of its "
            "range");
    }

    void hints() {
        DataFileBuilder data(1);
        data.put(1, "a", "one").put(2, "b", "two").put(3, "a", "three").remove(4, "c");
        write(DataFileBuilder(2).put(5, "k", "v"), false); // so that 1 is not the newest
        write(data);
        check({});
        const fs::path hint = file("1.rustcask.hint");
        const std::string sound = hintFor(data);
        const std::vector<format::HintEntry> entries = hintEntriesOf(data);
        // A hint that lists superseded records too is as good.
        std::vector<format::HintEntry> all = entries;
        all.insert(all.begin(), {.sequence = Sequence{1}, .offset = 32, .valueSize = 3, .key = "a"});
        writeBytes(hint, hintOf(data, all));
        check({});

        writeBytes(hint, sound.substr(0, sound.size() - 1));
        checkOne("warning 1.rustcask.hint 76+8 bytes of entries: the hint says that its entries take 75 bytes, the "
                 "file has 74");
        writeBytes(hint, flipped(sound, 8 * 90));
        Progress progress;
        RUSTCASK_VALUE(const VerifyReport report, verify(m_directory->path(), progress));
        QCOMPARE(report.findings.size(), std::size_t{1});
        QVERIFY(report.findings[0].field == Field::sequence && report.findings[0].offset == 84);
        QVERIFY(report.clean() && report.warnings == 1);

        DataFileBuilder longer = data;
        longer.put(5, "z", "z");
        writeBytes(hint, hintFor(longer));
        checkOne("error 1.rustcask.data 159+30: the file ends 30 bytes before the end that its hint file knows: the "
                 "records there are gone");
        DataFileBuilder renamed = data;
        renamed.generation = Generation{9};
        writeBytes(hint, hintFor(renamed));
        checkOne("warning 1.rustcask.hint 12+8 generation: the hint is that of generation 9");

        std::vector<format::HintEntry> wrong = entries;
        wrong[0].sequence = Sequence{4};
        writeBytes(hint, hintOf(data, wrong));
        checkOne(
            "warning 1.rustcask.hint 84+25 sequence number: the sequence number of the record at offset 64 is not what "
            "the entry says");
        wrong = entries;
        wrong[1].offset += 1;
        wrong[2].key = "d";
        writeBytes(hint, hintOf(data, wrong));
        checkOne("warning 1.rustcask.hint 109+25 record offset: no record begins at offset 97, where an entry says one "
                 "does; 2 entries contradict the data file");
        wrong = entries;
        wrong[1] = {.sequence = Sequence{1}, .offset = 32, .valueSize = 3, .key = "a"};
        std::swap(wrong[0], wrong[1]); // the older record of "a" in place of the newest
        writeBytes(hint, hintOf(data, wrong));
        checkOne("warning 1.rustcask.hint 84+75 entries: the newest record of 1 key is not in the hint, first that at "
                 "offset "
                 "96");
        std::string bytes;
        for (const format::HintEntry& entry : entries)
            format::appendHintEntry(entry, bytes);
        format::HintHeader header = hintHeaderOf(data, 3, bytes.size());
        header.tombstones = 2;
        writeBytes(hint, hintBytesOf(header, bytes));
        checkOne(
            "warning 1.rustcask.hint 36+8 tombstones in the data file: the hint says 2 for the tombstones in the data "
            "file, the data file has 1");
    }

    void hintOfADamagedFile() {
        DataFileBuilder data(1);
        data.put(1, "a", "one").put(2, "b", "two").put(3, "c", "three");
        write(data);
        write(DataFileBuilder(2).put(5, "k", "v"), false);
        writeBytes(file("1.rustcask.data"), flipped(data.bytes, 8 * (data.records[1].offset + 30)));
        Progress progress;
        RUSTCASK_VALUE(const VerifyReport report, verify(m_directory->path(), progress));
        QCOMPARE(report.findings.size(), std::size_t{1}); // the hint is not to blame
        QCOMPARE(report.liveKeys, 4U);                    // b has a value, though it is lost
    }

    void hintOfTheFileThatIsAppendedTo() {
        DataFileBuilder data(1);
        data.put(1, "a", "one");
        writeBytes(file("1.rustcask.hint"), hintFor(data));
        data.put(2, "b", "two");
        write(data, false);
        checkOne(
            "note 1.rustcask.hint 20+8 length of the data file: the hint is for a data file of 64 bytes, the data file "
            "has 96: it has been appended to since");
    }

    void leftovers() {
        write(DataFileBuilder(1).put(1, "a", "x"), false);
        writeBytes(file("5.rustcask.data.tmp"), "half");
        writeBytes(file("6.rustcask.hint"), "x");
        writeBytes(file("1.rustcask.torn-100"), "bytes");
        check({QStringLiteral("note 5.rustcask.data.tmp 0+4: a temporary file: it is being written, or its writer was "
                              "interrupted"),
               QStringLiteral("note 6.rustcask.hint 0+1: a hint file without its data file"),
               QStringLiteral(
                   "note 1.rustcask.torn-100 0+5: bytes that a recovery cut off the end of data file 1 although "
                   "sound records were among them")});
    }

    void committedMerge() {
        // Inputs 1 and 2, half of them gone; one output renamed, one not; the record stands.
        write(DataFileBuilder(1).put(1, "a", "old").put(2, "b", "x"));
        DataFileBuilder first(4, true);
        first.put(3, "a", "new");
        DataFileBuilder second(5, true);
        second.put(2, "b", "x");
        write(first);
        writeBytes(file("5.rustcask.data.tmp"), second.bytes);
        writeBytes(file("5.rustcask.hint.tmp"), hintFor(second));
        writeBytes(file("6.rustcask.merge"), mergeBytes(6, {1, 2}, {4, 5}));
        write(DataFileBuilder(3).remove(4, "b"), false);
        checkOne("note 6.rustcask.merge 0+64: a merge is committed but not tidied up: files 4, 5 stand for files 1, 2");
        Progress progress;
        RUSTCASK_VALUE(const VerifyReport report, verify(m_directory->path(), progress));
        QCOMPARE(report.records, 3U);
        QCOMPARE(report.liveKeys, 1U);
        fs::remove(file("5.rustcask.data.tmp"));
        fs::remove(file("5.rustcask.hint.tmp"));
        check(
            {QStringLiteral("note 6.rustcask.merge 0+64: a merge is committed but not tidied up: files 4, 5 stand for "
                            "files 1, 2"),
             QStringLiteral("error 6.rustcask.merge 0+64: file 5, which this merge wrote, is not there, so the files "
                            "it was to replace are looked at")});
        writeBytes(file("6.rustcask.merge"), flipped(mergeBytes(6, {1, 2}, {4, 5}), 100));
        Progress again;
        RUSTCASK_VALUE(const VerifyReport damaged, verify(m_directory->path(), again));
        QCOMPARE(damaged.errors, 1U);
        QCOMPARE(damaged.records, 4U); // the inputs count again
    }

    void tooManyFindings() {
        DataFileBuilder data(1);
        for (std::uint64_t i = 1; i <= VerifyReport::maxFindings + 7; ++i)
            data.raw("garbage").put(i, "k", "");
        write(data, false);
        Progress progress;
        RUSTCASK_VALUE(const VerifyReport report, verify(m_directory->path(), progress));
        QCOMPARE(report.findings.size(), VerifyReport::maxFindings);
        QCOMPARE(report.findingsLeftOut, 7U);
        QCOMPARE(report.errors, VerifyReport::maxFindings + 7);
    }

    void cancel() {
        write(DataFileBuilder(1).put(1, "a", std::string(100'000, 'x')), false);
        Progress progress;
        progress.cancel();
        RUSTCASK_FAILS(verify(m_directory->path(), progress), ErrorCode::cancelled);
    }

    // One record of 1 GiB, sparse: the cancel comes while it is being read, not after it.
    void cancelInsideALargeRecord() {
        std::string bytes = DataFileBuilder(1).bytes + recordBytesOf(1, "key", "x");
        constexpr std::uint32_t valueBytes = 1U << 30;
        format::store<std::uint32_t>(bytes.data() + 32 + format::record_at::valueSize, valueBytes);
        writeBytes(file("1.rustcask.data"), bytes);
        fs::resize_file(file("1.rustcask.data"), 32 + 28 + 3 + std::uint64_t{valueBytes});
        Progress progress;
        std::atomic<bool> ended = false;
        std::thread observer([&] {
            while (!ended && progress.counts().bytesDone < (8U << 20))
                std::this_thread::yield();
            progress.cancel();
        });
        const auto report = verify(m_directory->path(), progress);
        ended = true;
        observer.join();
        RUSTCASK_FAILS(report, ErrorCode::cancelled);
        QVERIFY(progress.counts().bytesDone < valueBytes);
    }

    void nothingIsWritten() {
        write(DataFileBuilder(1).put(1, "a", "x").raw("torn"));
        writeBytes(file("2.rustcask.data.tmp"), "half");
        const auto before = fs::last_write_time(m_directory->path());
        Progress progress;
        RUSTCASK_OK(verify(m_directory->path(), progress));
        QVERIFY(fs::last_write_time(m_directory->path()) == before);
        QCOMPARE(std::distance(fs::directory_iterator(m_directory->path()), {}), std::ptrdiff_t{3});
    }

    // A writer appends all the while: a half-written record is never reported as damage before sound ones.
    // Its writer appended to it after its length was listed, sealed it, and began the next one.
    void aFileSealedWhileTheDirectoryIsListed() {
        Options options;
        options.maxFileBytes = 500;
        const auto path = *m_directory / "sealed";
        {
            RUSTCASK_VALUE(auto database, Database::open(path, options));
            for (int i = 0; i < 20; ++i)
                RUSTCASK_OK(database->put("key" + std::to_string(i), "value"));
            RUSTCASK_OK(database->close());
        }
        HookedFileSystem files;
        files.afterList = [](std::vector<io::DirectoryEntry>& entries) {
            for (io::DirectoryEntry& entry : entries)
                if (entry.name == "1.rustcask.data")
                    entry.bytes -= 5;
        };
        Progress progress;
        RUSTCASK_VALUE(const auto report, inspect::verifyOn(files, path, progress));
        QCOMPARE(report.errors, 0U);
        QVERIFY(report.clean());
        QCOMPARE(report.liveKeys, 20U);
    }

    void besideAWriter() {
        write(DataFileBuilder(1).raw(std::string(4U << 20, '\0')), false);
        auto opened = io::posixFileSystem()->open(file("1.rustcask.data"), io::OpenMode::readWrite);
        RUSTCASK_OK(opened);
        auto mapped = (*opened)->map(4U << 20, true);
        RUSTCASK_OK(mapped);
        char* out = (*mapped)->data();
        std::atomic<bool> stop = false;
        std::thread writer([&] {
            std::uint64_t at = format::fileHeaderBytes;
            for (std::uint64_t i = 1; at < (4U << 20) - 1000 && !stop; ++i) {
                const std::string record = recordBytesOf(i, "key" + std::to_string(i % 100), std::string(200, 'v'));
                std::memcpy(out + at, record.data(), record.size());
                at += record.size();
            }
        });
        for (int i = 0; i < 20; ++i) {
            Progress progress;
            const auto report = verify(m_directory->path(), progress);
            if (!report || !report->clean()) {
                stop = true;
                writer.join();
                RUSTCASK_OK(report);
                QCOMPARE(linesOf(*report), QStringList());
            }
        }
        stop = true;
        writer.join();
    }

    void tables() {
        inspect::SequenceSet set;
        using Met = inspect::SequenceSet::Met;
        SeededRandom random;
        std::map<std::uint64_t, std::uint32_t> model;
        for (int i = 0; i < 200'000; ++i) {
            const std::uint64_t sequence = random.below(150'000) + (random.chance(10) ? std::uint64_t{1} << 40 : 0);
            const auto checksum = static_cast<std::uint32_t>(random.between(1, 3));
            const auto [at, inserted] = model.try_emplace(sequence, checksum);
            const Met expected = inserted ? Met::first : at->second == checksum ? Met::copy : Met::other;
            QVERIFY(set.add(Sequence{sequence}, checksum) == expected);
        }
    }
};

RUSTCASK_TEST_MAIN(TestVerify)
#include "tst_verify.moc"
