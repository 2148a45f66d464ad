// SPDX-License-Identifier: Apache-2.0
// Each field of each structure in a database's files, every bit of it: verification finds it, and says how bad it is,
// where, and which field.
#include <QTest>

#include <rustcask/database.h>
#include <rustcask/verify.h>

#include "engine/small_database.h"
#include "support/check.h"
#include "support/temporary_directory.h"
#include "support/test_main.h"

using namespace rustcask;
using namespace rustcask::test;

namespace {

namespace header = format::header_at;
namespace record = format::record_at;
namespace hint = format::hint_at;
namespace entry = format::hint_entry_at;

} // namespace

class VerifyFieldsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyField_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<quint64>("begin"); // of the field
        QTest::addColumn<quint64>("end");
        QTest::addColumn<quint64>("offset"); // of the finding
        QTest::addColumn<quint64>("bytes");
        QTest::addColumn<int>("severity");
        QTest::addColumn<int>("field");
        const auto row = [](const char* file, std::uint64_t base, std::uint64_t begin, std::uint64_t end,
                            std::uint64_t offset, std::uint64_t bytes, Severity severity, Field field) {
            QTest::newRow(
                (std::string(file) + " at " + std::to_string(base + begin) + ", " + std::string(fieldName(field)))
                    .c_str())
                << QString::fromLatin1(file) << quint64(base + begin) << quint64(base + end) << quint64(offset)
                << quint64(bytes) << static_cast<int>(severity) << static_cast<int>(field);
        };
        const SmallDatabase database = SmallDatabase::afterAMerge();

        for (const char* file : {"1.rustcask.data", "4.rustcask.data", "6.rustcask.data"}) { // log, merge, newest log
            const auto field = [&](std::uint64_t begin, std::uint64_t end, Field which) {
                row(file, 0, begin, end, 0, format::fileHeaderBytes, Severity::error, which);
            };
            field(header::magic, header::version, Field::magic);
            field(header::version, header::flags, Field::version);
            field(header::flags, header::generation, Field::fileFlags);
            field(header::generation, header::created, Field::generation);
            field(header::created, header::checksum, Field::creationTime);
            field(header::checksum, format::fileHeaderBytes, Field::headerChecksum);
        }
        // A put and a tombstone of a sealed file; the last record of the newest file, whose hint says that it was
        // whole.
        const std::tuple<std::size_t, std::size_t> records[] = {{0, 1}, {1, 2}, {3, 3}};
        for (const auto& [which, number] : records) {
            const DataFileBuilder& data = database.data[which];
            const BuiltRecord& at = data.records[number];
            const std::string name = format::dataFileName(data.generation);
            const auto field = [&](std::uint64_t begin, std::uint64_t end, Field is) {
                row(name.c_str(), at.offset, begin, end, at.offset, at.bytes, Severity::error, is);
            };
            field(record::checksum, record::sequence, Field::checksum);
            field(record::sequence, record::time, Field::sequence);
            field(record::time, record::keySize, Field::time);
            field(record::keySize, record::valueSize, Field::keySize);
            field(record::valueSize, record::flags, Field::valueSize);
            field(record::flags, record::key, Field::flags);
            field(record::key, record::key + at.key.size(), Field::key);
            if (!at.value.empty())
                field(record::key + at.key.size(), at.bytes, Field::value);
        }
        {
            const auto field = [&](std::uint64_t begin, std::uint64_t end, Field is) {
                row("4.rustcask.hint", 0, begin, end, begin, end - begin, Severity::warning, is);
            };
            field(hint::magic, hint::version, Field::magic);
            field(hint::version, hint::flags, Field::version);
            field(hint::flags, hint::generation, Field::fileFlags);
            field(hint::generation, hint::dataBytes, Field::generation);
            field(hint::dataBytes, hint::records, Field::hintDataBytes);
            field(hint::records, hint::tombstones, Field::hintRecords);
            field(hint::tombstones, hint::tombstoneBytes, Field::hintTombstones);
            field(hint::tombstoneBytes, hint::lowestSequence, Field::hintTombstoneBytes);
            field(hint::lowestSequence, hint::highestSequence, Field::hintLowestSequence);
            field(hint::highestSequence, hint::entries, Field::hintHighestSequence);
            field(hint::entries, hint::entryBytes, Field::hintEntries);
            field(hint::entryBytes, format::hintHeaderBytes, Field::hintEntryBytes);
            // The first entry, and one in the middle.
            std::uint64_t base = format::hintHeaderBytes;
            for (const BuiltRecord& of : {database.data[1].records[0], database.data[1].records[1]}) {
                const std::uint64_t end = format::hintEntryBytes + of.key.size();
                const auto inEntry = [&](std::uint64_t begin, std::uint64_t to, Field is) {
                    row("4.rustcask.hint", base, begin, to, base + begin, to - begin, Severity::warning, is);
                };
                inEntry(entry::sequence, entry::offset, Field::sequence);
                inEntry(entry::offset, entry::valueSize, Field::hintOffset);
                inEntry(entry::valueSize, entry::keySize, Field::valueSize);
                inEntry(entry::flags, entry::key, Field::flags);
                inEntry(entry::key, end, Field::key);
                base += end;
            }
            const std::uint64_t length = database.files.at("4.rustcask.hint").size();
            field(length - format::hintTrailerBytes, length, Field::hintChecksum);
        }
        const std::uint64_t mergeBytes = mergeRecordBytes(6, {1, 2}, {4, 5}).size();
        row("6.rustcask.merge", 0, 0, 8, 0, mergeBytes, Severity::error, Field::magic);
        row("6.rustcask.merge", 0, 8, mergeBytes, 0, mergeBytes, Severity::error, Field::checksum);
    }
    void everyField() {
        QFETCH(const QString, file);
        QFETCH(const quint64, begin);
        QFETCH(const quint64, end);
        QFETCH(const quint64, offset);
        QFETCH(const quint64, bytes);
        QFETCH(const int, severity);
        QFETCH(const int, field);
        const std::string name = file.toStdString();
        const SmallDatabase sound =
            name.ends_with(".merge") ? SmallDatabase::insideAMerge() : SmallDatabase::afterAMerge();
        TemporaryDirectory directory;
        sound.writeTo(directory.path());
        for (std::uint64_t bit = 8 * begin; bit < 8 * end; ++bit) {
            writeBytes(directory / name.c_str(), flipped(sound.files.at(name), bit));
            Progress progress;
            RUSTCASK_VALUE(const VerifyReport report, verify(directory.path(), progress));
            std::vector<Finding> findings = report.findings;
            // With the merge record the finding is not the only one: the temporary output counts for nothing now.
            if (name.ends_with(".merge"))
                std::erase_if(findings, [](const Finding& finding) { return finding.severity == Severity::note; });
            const std::string where = "bit " + std::to_string(bit);
            QVERIFY2(!findings.empty(), (where + ": nothing is found").c_str());
            const auto found = std::find_if(findings.begin(), findings.end(), [&](const Finding& finding) {
                return finding.file.filename() == name && finding.offset == offset && finding.bytes == bytes &&
                       finding.severity == static_cast<Severity>(severity) && finding.field &&
                       *finding.field == static_cast<Field>(field);
            });
            const Finding& first = findings.front();
            QVERIFY2(found != findings.end(),
                     (where + ": " + std::string(severityName(first.severity)) + ' ' + first.file.filename().string() +
                      ' ' + std::to_string(first.offset) + '+' + std::to_string(first.bytes) + ' ' +
                      (first.field ? std::string(fieldName(*first.field)) : std::string("no field")) + ": " +
                      first.text)
                         .c_str());
            QVERIFY(report.clean() == (static_cast<Severity>(severity) != Severity::error));
        }
    }

    // The lock file is for people: nothing in it is believed.
    void theLockFileMayHoldAnything() {
        const SmallDatabase sound = SmallDatabase::afterAMerge();
        TemporaryDirectory directory;
        sound.writeTo(directory.path());
        for (const std::string& bytes : {std::string(), std::string("1\n"), std::string("-99999999999999999999 x\xFF"),
                                         std::string(100'000, '7')}) {
            writeBytes(directory / std::string(format::lockFileName).c_str(), bytes);
            Progress progress;
            RUSTCASK_VALUE(const VerifyReport report, verify(directory.path(), progress));
            QCOMPARE(report.findings.size(), std::size_t{0});
            RUSTCASK_VALUE(const auto database, Database::open(directory.path()));
            RUSTCASK_VALUE(const auto value, database->get("h"));
            QVERIFY(value == "second h");
        }
    }
};

RUSTCASK_TEST_MAIN(VerifyFieldsTest)
#include "tst_verify_fields.moc"
