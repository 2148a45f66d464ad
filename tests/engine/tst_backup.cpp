// SPDX-License-Identifier: Apache-2.0
// A backup is the database of one moment, whatever is written, rotated and merged meanwhile.
#include <QTest>

#include <algorithm>
#include <atomic>
#include <map>
#include <thread>

#include <sys/stat.h>

#include <rustcask/backup.h>
#include <rustcask/database.h>

#include "engine/file_builder.h"
#include "format/file_names.h"
#include "format/merge_record.h"
#include "support/check.h"
#include "support/temporary_directory.h"
#include "support/test_main.h"

using namespace rustcask;
using namespace rustcask::test;
namespace fs = std::filesystem;

namespace {

Options smallFiles() {
    Options options;
    options.maxFileBytes = 3000;
    return options;
}

std::map<std::string, std::string> bytesOf(const fs::path& directory) {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::directory_iterator(directory))
        files[entry.path().filename().string()] = readBytes(entry.path());
    return files;
}

ino_t inodeOf(const fs::path& file) {
    struct stat status {};
    return ::stat(file.c_str(), &status) == 0 ? status.st_ino : 0;
}

std::size_t entriesIn(const fs::path& directory) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(directory), fs::directory_iterator()));
}

} // namespace

class BackupTest : public QObject {
    Q_OBJECT

    Progress m_progress;

    static void fill(Database& database, int from, int to) {
        for (int i = from; i < to; ++i)
            RUSTCASK_OK(database.put("key-" + std::to_string(i % 70), std::to_string(i) + std::string(50, 'v')));
    }

private Q_SLOTS:
    void copiesAClosedDatabase_data() {
        QTest::addColumn<bool>("links");
        QTest::newRow("linked") << true;
        QTest::newRow("copied") << false;
    }
    void copiesAClosedDatabase() {
        QFETCH(const bool, links);
        TemporaryDirectory directory;
        {
            RUSTCASK_VALUE(auto database, Database::open(directory / "db", smallFiles()));
            fill(*database, 0, 300);
            RUSTCASK_OK(database->close());
        }
        auto before = bytesOf(directory / "db");
        RUSTCASK_VALUE(const auto report,
                       backup(directory / "db", directory / "copy", {.hardLinks = links}, m_progress));
        QVERIFY(report.verified && report.clean());
        QCOMPARE(report.filesLinked > 0, links);
        QCOMPARE(report.verification.liveKeys, 70U);
        before.erase("rustcask.lock");
        QVERIFY(bytesOf(directory / "copy") == before); // hints and all
        QVERIFY(bytesOf(directory / "db").size() == before.size() + 1);
    }

    // The file that appends may go to, here or in the copy, is never shared.
    void neverSharesTheNewestFile() {
        TemporaryDirectory directory;
        RUSTCASK_VALUE(auto database, Database::open(directory / "db", smallFiles()));
        fill(*database, 0, 300);
        RUSTCASK_OK(database->close());
        RUSTCASK_VALUE(const auto report, backup(directory / "db", directory / "copy", {}, m_progress));
        std::uint64_t newest = 0;
        for (const auto& entry : fs::directory_iterator(directory / "db"))
            newest = std::max(newest, format::parseFileName(entry.path().filename().string()).generation.value);
        for (std::uint64_t generation = 1; generation <= newest; ++generation) {
            const std::string name = format::dataFileName(Generation{generation});
            QCOMPARE(inodeOf(directory / "db" / name) == inodeOf(directory / "copy" / name), generation < newest);
        }
        const auto before = bytesOf(directory / "copy");
        RUSTCASK_VALUE(database, Database::open(directory / "db", smallFiles()));
        fill(*database, 300, 900);
        Progress progress;
        RUSTCASK_OK(database->merge(progress));
        RUSTCASK_OK(database->close());
        QVERIFY(bytesOf(directory / "copy") == before);
        // And the other way round.
        const auto original = bytesOf(directory / "db");
        RUSTCASK_VALUE(auto copy, Database::open(directory / "copy", smallFiles()));
        fill(*copy, 0, 500);
        RUSTCASK_OK(copy->merge(progress));
        RUSTCASK_OK(copy->close());
        QVERIFY(bytesOf(directory / "db") == original);
    }

    // One thread writes a counter to all keys in turn, another merges: in each backup the values are those of one
    // moment, no older than the call and in the order in which they were written.
    void isOfOneMomentWhileThingsGoOn_data() {
        QTest::addColumn<int>("path");
        QTest::newRow("mapped") << int(WritePath::mapped);
        QTest::newRow("direct") << int(WritePath::direct);
    }
    void isOfOneMomentWhileThingsGoOn() {
        QFETCH(const int, path);
        constexpr std::uint64_t keys = 20;
        TemporaryDirectory directory;
        Options options = smallFiles();
        options.writePath = static_cast<WritePath>(path);
        RUSTCASK_VALUE(auto database, Database::open(directory / "db", options));
        std::atomic<bool> stop{false};
        std::atomic<std::uint64_t> written{0};
        std::atomic<bool> failed{false};
        std::thread writer([&] {
            for (std::uint64_t n = 1; !stop; ++n) {
                if (!database->put("key-" + std::to_string(n % keys), std::to_string(n) + std::string(n % 30, '.')))
                    failed = true;
                written = n;
            }
        });
        std::thread merger([&] {
            while (!stop) {
                Progress progress;
                if (!database->merge(progress))
                    failed = true;
            }
        });
        const auto end = [&] {
            stop = true;
            writer.join();
            merger.join();
        };
        for (int round = 0; round < 12; ++round) {
            while (written < static_cast<std::uint64_t>(round + 1) * 200)
                std::this_thread::yield();
            const std::uint64_t before = written;
            const fs::path target = directory / ("copy-" + std::to_string(round));
            Progress progress;
            auto report = backup(directory / "db", target, {.hardLinks = round % 2 == 0}, progress);
            const std::uint64_t after = written + 1;
            if (!report || !report->clean())
                end();
            RUSTCASK_OK(report);
            QVERIFY(report->verified);
            QVERIFY(report->clean());
            Options reading;
            reading.readOnly = true;
            std::vector<std::uint64_t> values;
            {
                auto copy = Database::open(target, reading);
                for (std::uint64_t i = 0; copy && i < keys; ++i) {
                    auto value = (*copy)->get("key-" + std::to_string(i));
                    values.push_back(value && *value ? std::stoull(**value) : 0);
                }
            }
            std::sort(values.begin(), values.end());
            // The last `keys` numbers up to some moment, without a gap.
            const bool sound = values.size() == keys && values.front() + keys - 1 == values.back() &&
                               values.back() >= before && values.back() <= after;
            if (!sound)
                end();
            QVERIFY2(sound, (std::to_string(values.empty() ? 0 : values.front()) + " to " +
                             std::to_string(values.empty() ? 0 : values.back()) + ", written " +
                             std::to_string(before) + " to " + std::to_string(after))
                                .c_str());
            fs::remove_all(target);
        }
        end();
        QVERIFY(!failed);
    }

    // Between its commit and its tidying up, a merge's outputs stand for its inputs, under their temporary names.
    void takesACommittedMergeAsItCounts() {
        TemporaryDirectory directory;
        DataFileBuilder input(1);
        input.put(1, "a", "old").put(2, "a", "new").put(3, "b", "x");
        DataFileBuilder output(2, true);
        output.put(2, "a", "new").put(3, "b", "x");
        writeBytes(directory / "db" / "1.rustcask.data", input.bytes);
        writeBytes(directory / "db" / "2.rustcask.data.tmp", output.bytes);
        writeBytes(directory / "db" / "2.rustcask.hint.tmp", hintFor(output));
        writeBytes(directory / "db" / "3.rustcask.merge",
                   format::encodeMergeRecord(
                       {.generation = Generation{3}, .inputs = {Generation{1}}, .outputs = {Generation{2}}}));
        RUSTCASK_VALUE(const auto report, backup(directory / "db", directory / "copy", {}, m_progress));
        QVERIFY(report.clean());
        const auto copied = bytesOf(directory / "copy");
        QCOMPARE(copied.size(), 2U);
        QVERIFY(copied.at("2.rustcask.data") == output.bytes);
        QVERIFY(copied.at("2.rustcask.hint") == hintFor(output));
    }

    // A record half written, reserved space: left out. Damage with sound records after it: copied as it is, and told.
    void cutsAHalfWrittenRecordAndKeepsDamage() {
        TemporaryDirectory directory;
        DataFileBuilder file(1);
        file.put(1, "a", "one").put(2, "b", "two").put(3, "c", "three");
        const std::size_t whole = file.bytes.size();
        file.raw(recordBytesOf(4, "d", "four").substr(0, 20)).raw(std::string(5000, '\0'));
        writeBytes(directory / "db" / "1.rustcask.data", file.bytes);
        RUSTCASK_VALUE(auto report, backup(directory / "db", directory / "copy", {}, m_progress));
        QVERIFY(report.clean());
        QCOMPARE(fs::file_size(directory / "copy" / "1.rustcask.data"), whole);
        QCOMPARE(report.bytesLeftOut, 5020U);
        std::string damaged = file.bytes;
        damaged[static_cast<std::size_t>(file.records[1].offset) + 30] ^= 1;
        damaged[static_cast<std::size_t>(file.records[1].offset) + 31] ^= 1;
        writeBytes(directory / "db" / "1.rustcask.data", damaged);
        RUSTCASK_VALUE(report, backup(directory / "db", directory / "second", {}, m_progress));
        QVERIFY(!report.clean());
        QCOMPARE(report.verification.findings.front().file, directory / "second" / "1.rustcask.data");
        QCOMPARE(fs::file_size(directory / "second" / "1.rustcask.data"), whole);
    }

    void copiesADatabaseThatWasNeverWrittenTo() {
        TemporaryDirectory directory;
        RUSTCASK_OK(Database::open(directory / "db"));
        RUSTCASK_OK(backup(directory / "db", directory / "copy", {}, m_progress));
        Options options;
        options.createIfMissing = false;
        RUSTCASK_OK(Database::open(directory / "copy", options));
    }

    void refusesWhatItCannotDo() {
        TemporaryDirectory directory;
        writeBytes(directory / "other" / "a", "b");
        RUSTCASK_FAILS(backup(directory / "other", directory / "copy", {}, m_progress), ErrorCode::notADatabase);
        QCOMPARE(entriesIn(directory.path()), 1U);
        RUSTCASK_OK(Database::open(directory / "db"));
        RUSTCASK_FAILS(backup(directory / "db", directory / "other", {}, m_progress), ErrorCode::invalidArgument);
        RUSTCASK_FAILS(backup(directory / "db", directory / "db" / "in", {}, m_progress), ErrorCode::invalidArgument);
        writeBytes(directory / "db" / "5.rustcask.merge", "nonsense");
        RUSTCASK_FAILS(backup(directory / "db", directory / "copy", {}, m_progress), ErrorCode::corruption);
        Progress progress;
        progress.cancel();
        RUSTCASK_FAILS(backup(directory / "db", directory / "copy", {}, progress), ErrorCode::cancelled);
        QCOMPARE(entriesIn(directory.path()), 2U);
    }
};

RUSTCASK_TEST_MAIN(BackupTest)
#include "tst_backup.moc"
