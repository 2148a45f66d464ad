// SPDX-License-Identifier: Apache-2.0
// What other Bitcasks got wrong, one regression test each.
#include <QTest>

#include <rustcask/database.h>
#include <rustcask/verify.h>

#include "engine/crash_image.h"
#include "format/data_record.h"
#include "support/check.h"
#include "support/temporary_directory.h"
#include "support/test_main.h"

using namespace rustcask;

namespace {

std::string valueOf(const Database& database, std::string_view key) {
    auto value = database.get(key);
    if (!value)
        return std::string("error ") + std::string(errorCodeName(value.error().code));
    return value->value_or("(nil)");
}

void removeHints(const std::filesystem::path& directory) {
    for (const auto& entry : std::filesystem::directory_iterator(directory))
        if (entry.path().extension() == ".hint")
            std::filesystem::remove(entry.path());
}

} // namespace

class PeerBugsTest : public QObject {
    Q_OBJECT

    // Two sealed files: "key" is old in the first, new in the second; "other" stands on both sides of it.
    static Result<void> twoVersions(const std::filesystem::path& directory) {
        auto database = Database::open(directory);
        if (!database)
            return failure(database.error());
        auto done = (*database)->put("key", "old value");
        if (done)
            done = (*database)->rotate();
        if (done)
            done = (*database)->put("before", "1");
        if (done)
            done = (*database)->put("key", "new value");
        if (done)
            done = (*database)->put("after", "1");
        if (done)
            done = (*database)->rotate();
        if (done)
            done = (*database)->put("last", "1");
        return done ? (*database)->close() : done;
    }

private Q_SLOTS:
    // The `rustcask` crate reopens its active file at offset 0 and overwrites the oldest records.
    void reopeningAppendsBehindTheOldRecords() {
        test::TemporaryDirectory directory;
        for (int turn = 0; turn < 3; ++turn) {
            for (const WritePath path : {WritePath::mapped, WritePath::direct, WritePath::buffered}) {
                Options options;
                options.writePath = path;
                RUSTCASK_VALUE(auto database, Database::open(directory / "db", options));
                RUSTCASK_OK(database->put("key" + std::to_string(turn) + std::to_string(static_cast<int>(path)), "v"));
            }
        }
        RUSTCASK_VALUE(auto database, Database::open(directory / "db"));
        QCOMPARE(database->stats().liveKeys, 9U);
        const auto records = test::recordEnds(directory / "db" / "1.rustcask.data");
        QCOMPARE(records.size(), 9U);
    }

    // The crate writes to an unlinked file after a merge.
    void writesAfterAMergeAreKept() {
        test::TemporaryDirectory directory;
        {
            RUSTCASK_VALUE(auto database, Database::open(directory / "db"));
            RUSTCASK_OK(database->put("a", "1"));
            Progress progress;
            RUSTCASK_OK(database->merge(progress));
            RUSTCASK_OK(database->put("b", "2"));
            RUSTCASK_OK(database->remove("a"));
        }
        RUSTCASK_VALUE(auto database, Database::open(directory / "db"));
        QCOMPARE(valueOf(*database, "a"), std::string("(nil)"));
        QCOMPARE(valueOf(*database, "b"), std::string("2"));
    }

    // The crate has no lock and no checksum: tst_database locksOutASecondWriter, and every flipped bit here.
    void everyFlippedBitIsAnErrorOrHarmless() {
        test::TemporaryDirectory directory;
        RUSTCASK_OK(twoVersions(directory / "db"));
        removeHints(directory / "db");
        Options readOnly;
        readOnly.readOnly = true;
        for (const char* name : {"1.rustcask.data", "2.rustcask.data"}) {
            const auto path = directory / "db" / name;
            const std::string sound = test::readBytes(path);
            for (std::size_t bit = 0; bit < 8 * sound.size(); ++bit) {
                std::string flipped = sound;
                flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
                test::writeBytes(path, flipped);
                auto database = Database::open(directory / "db", readOnly);
                if (!database)
                    continue; // refused: an answer too
                for (const auto& [key, right] :
                     {std::pair{"key", "new value"}, {"before", "1"}, {"after", "1"}, {"last", "1"}}) {
                    const std::string found = valueOf(**database, key);
                    QVERIFY2(found == right || found == "error corruption",
                             (std::string(name) + " bit " + std::to_string(bit) + ": " + key + " = " + found).c_str());
                }
            }
            test::writeBytes(path, sound);
        }
    }

    // ltungv/bitcask stores pre-merge offsets in the hints of a merge.
    void hintsOfAMergePointIntoItsOutputs() {
        test::TemporaryDirectory directory;
        {
            RUSTCASK_VALUE(auto database, Database::open(directory / "db"));
            for (int i = 0; i < 20; ++i)
                RUSTCASK_OK(database->put("key" + std::to_string(i % 5), std::to_string(i)));
            Progress progress;
            RUSTCASK_OK(database->merge(progress));
        }
        int loadedFromHints = 0;
        Options options;
        options.listener = [&](const Event& event) {
            loadedFromHints += event.kind == EventKind::recovery && event.text == "loaded from its hint file";
        };
        RUSTCASK_VALUE(auto database, Database::open(directory / "db", options));
        QCOMPARE(loadedFromHints, 1);
        for (int i = 15; i < 20; ++i)
            QCOMPARE(valueOf(*database, "key" + std::to_string(i % 5)), std::to_string(i));
    }

    // It drops tombstones in partial merges: tst_merge tombstonesStayWhileOlderRecordsMayBeElsewhere.
    // It rotates without sync: the order of the calls says that this engine does not.
    void rotationSyncsTheOldFileBeforeTheNewOneExists() {
        test::TemporaryDirectory directory;
        std::vector<std::string> calls;
        Options options;
        options.maxFileBytes = 100;
        options.traceCalls = true;
        std::mutex mutex;
        options.listener = [&](const Event& event) {
            const std::lock_guard lock(mutex);
            if (event.kind == EventKind::call && event.file.ends_with(".data"))
                calls.push_back(std::string(event.text) + " " + std::string(event.file));
        };
        RUSTCASK_VALUE(auto database, Database::open(directory / "db", options));
        RUSTCASK_OK(database->put("a", std::string(50, 'a')));
        RUSTCASK_OK(database->put("b", std::string(50, 'b')));
        const std::lock_guard lock(mutex);
        const auto synced = std::find(calls.begin(), calls.end(), "fdatasync 1.rustcask.data");
        const auto made = std::find(calls.begin(), calls.end(), "open 2.rustcask.data");
        QVERIFY(synced != calls.end() && made != calls.end() && synced < made);
    }

    // rosedb's replay deletes segments that were already moved: tst_merge everyInterruptionAfterTheRecordCanBeReplayed.

    // Riak's Bitcask hides values that begin with its tombstone's text.
    void valuesAreNeverInterpreted() {
        test::TemporaryDirectory directory;
        const std::string values[] = {"bitcask_tombstone", "bitcask_tombstone2\x01\x02\x03\x04", std::string(28, '\0')};
        {
            RUSTCASK_VALUE(auto database, Database::open(directory / "db"));
            for (const std::string& value : values)
                RUSTCASK_OK(database->put("key" + std::to_string(value.size()), value));
            Progress progress;
            RUSTCASK_OK(database->merge(progress));
        }
        removeHints(directory / "db");
        RUSTCASK_VALUE(auto database, Database::open(directory / "db"));
        for (const std::string& value : values)
            QCOMPARE(valueOf(*database, "key" + std::to_string(value.size())), value);
    }

    // It trusts the lengths of bad records: a flipped size desynchronises the rest of the file.
    void aFlippedSizeCostsOneRecord() {
        test::TemporaryDirectory directory;
        RUSTCASK_OK(twoVersions(directory / "db"));
        removeHints(directory / "db");
        const auto path = directory / "db" / "2.rustcask.data";
        const auto records = test::recordEnds(path);
        std::string bytes = test::readBytes(path);
        const std::size_t at = records[0].begin + format::record_at::valueSize + 2;
        bytes[at] = static_cast<char>(bytes[at] ^ 0x40); // 4 MiB more
        test::writeBytes(path, bytes);
        RUSTCASK_VALUE(auto database, Database::open(directory / "db"));
        QCOMPARE(valueOf(*database, "key"), std::string("new value"));
        QCOMPARE(valueOf(*database, "after"), std::string("1"));
        QCOMPARE(valueOf(*database, "before"), std::string("error corruption"));
        QVERIFY(database->stats().files.at(1).damaged);
    }

    // It stops at 20 checksum errors.
    void manyDamagedRecordsDoNotStopRecovery() {
        test::TemporaryDirectory directory;
        {
            RUSTCASK_VALUE(auto database, Database::open(directory / "db"));
            for (int i = 0; i < 200; ++i)
                RUSTCASK_OK(database->put("key" + std::to_string(i), "some value"));
            RUSTCASK_OK(database->rotate());
            RUSTCASK_OK(database->put("last", "1"));
        }
        removeHints(directory / "db");
        const auto path = directory / "db" / "1.rustcask.data";
        std::string bytes = test::readBytes(path);
        const auto records = test::recordEnds(path);
        for (std::size_t i = 0; i < 100; ++i)
            bytes[records[i].end - 1] = static_cast<char>(bytes[records[i].end - 1] ^ 1);
        test::writeBytes(path, bytes);
        RUSTCASK_VALUE(auto database, Database::open(directory / "db"));
        for (int i = 0; i < 200; ++i)
            QCOMPARE(valueOf(*database, "key" + std::to_string(i)),
                     std::string(i < 100 ? "error corruption" : "some value"));
        Progress progress;
        RUSTCASK_VALUE(const auto report, verify(directory / "db", progress));
        QCOMPARE(report.errors, 100U);
    }

    // It serves an older value when a record without hint is damaged.
    void aDamagedNewestVersionIsNotReplacedByAnOlderOne() {
        test::TemporaryDirectory directory;
        RUSTCASK_OK(twoVersions(directory / "db"));
        removeHints(directory / "db");
        const auto path = directory / "db" / "2.rustcask.data";
        const auto record = test::recordEnds(path).at(1);
        std::string bytes = test::readBytes(path);
        // More than one bit, in the value: known by its extent and its place in the sequence.
        for (std::size_t at = record.end - 5; at < record.end; ++at)
            bytes[at] = 'X';
        test::writeBytes(path, bytes);
        RUSTCASK_VALUE(auto database, Database::open(directory / "db"));
        QCOMPARE(valueOf(*database, "key"), std::string("error corruption"));
        QCOMPARE(valueOf(*database, "after"), std::string("1"));
        RUSTCASK_OK(database->put("key", "mended")); // and a new value makes it whole
        QCOMPARE(valueOf(*database, "key"), std::string("mended"));
    }

    // It writes two records for a cross-file overwrite.
    void anOverwriteIsOneRecord() {
        test::TemporaryDirectory directory;
        RUSTCASK_VALUE(auto database, Database::open(directory / "db"));
        RUSTCASK_OK(database->put("key", "1"));
        RUSTCASK_OK(database->rotate());
        RUSTCASK_OK(database->put("key", "2"));
        const Stats stats = database->stats();
        QCOMPARE(stats.files.at(1).records, 1U);
        QCOMPARE(stats.files.at(0).liveKeys, 0U);
        QCOMPARE(stats.lastSequence.value, 2U);
    }

    // Our own. Damage comes to the newest file while the database is closed. The next run loads the file from its hint;
    // if it went on appending to it, the recovery after that would take the damage for the beginning of a torn tail and
    // cut off what was appended, synced or not.
    void damageInTheNewestFileTakesNothingThatComesAfter() {
        test::TemporaryDirectory directory;
        {
            RUSTCASK_VALUE(auto database, Database::open(directory / "db"));
            RUSTCASK_OK(database->put("a", "one"));
            RUSTCASK_OK(database->put("b", "two"));
            RUSTCASK_OK(database->close());
        }
        const std::filesystem::path file = directory / "db" / "1.rustcask.data";
        std::string bytes = test::readBytes(file);
        bytes[40] = static_cast<char>(bytes[40] ^ 0x11);
        bytes[50] = static_cast<char>(bytes[50] ^ 0x11);
        test::writeBytes(file, bytes);
        for (int run = 0; run < 3; ++run) {
            RUSTCASK_VALUE(auto database, Database::open(directory / "db"));
            for (int before = 0; before < run; ++before) {
                RUSTCASK_VALUE(const auto value, database->get("new-" + std::to_string(before)));
                QVERIFY(value == "value");
            }
            RUSTCASK_VALUE(const auto b, database->get("b"));
            QVERIFY(b == "two");
            RUSTCASK_OK(database->put("new-" + std::to_string(run), "value"));
            RUSTCASK_OK(database->close());
        }
        QVERIFY(test::readBytes(file) == bytes);
    }

    // Our own. A merge that dropped everything, the newest record included, let the next opening count from 1 again; a
    // follower that had seen higher numbers then took the new records in a merge's output for dead ones.
    void noSequenceNumberIsGivenTwice() {
        test::TemporaryDirectory directory;
        RUSTCASK_VALUE(auto database, Database::open(directory / "db"));
        for (int i = 0; i < 5; ++i)
            RUSTCASK_OK(database->put("key", "value"));
        RUSTCASK_OK(database->remove("key"));
        const Sequence last = database->stats().lastSequence;
        QCOMPARE(last.value, 6U);
        Options reading;
        reading.readOnly = true;
        RUSTCASK_VALUE(auto follower, Database::open(directory / "db", reading));
        for (int turn = 0; turn < 3; ++turn) {
            Progress progress;
            RUSTCASK_VALUE(const auto preview, database->previewMerge());
            RUSTCASK_VALUE(const auto report, database->merge(progress));
            QCOMPARE(report.bytesWritten, preview.bytesWritten);
            QCOMPARE(report.tombstonesKept, 1U);
            RUSTCASK_OK(database->close());
            RUSTCASK_VALUE(database, Database::open(directory / "db"));
            QVERIFY(database->stats().lastSequence == last);
            QCOMPARE(database->stats().liveKeys, 0U);
        }
        RUSTCASK_OK(database->put("new", "value"));
        Progress progress;
        RUSTCASK_OK(database->merge(progress));
        RUSTCASK_OK(follower->refresh());
        RUSTCASK_VALUE(const auto value, follower->get("new"));
        QVERIFY(value == "value");
    }
};

RUSTCASK_TEST_MAIN(PeerBugsTest)
#include "tst_peer_bugs.moc"
