// SPDX-License-Identifier: Apache-2.0
#include <rustcask/byte_map.h>
#include <rustcask/database.h>

#include "support/check.h"
#include "support/temporary_directory.h"
#include "support/test_main.h"

using namespace rustcask;

/// What has become of the bytes of a file.
class TestByteMap : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void bucketsCountEveryByteOnce() {
        ByteMap map(0, 1000, 10);
        QCOMPARE(map.bucketBytes(), std::uint64_t{100});
        map.add(0, 32, ByteKind::header);
        map.add(32, 318, ByteKind::live); // over four buckets
        map.add(350, 50, ByteKind::damaged);
        QCOMPARE(map.filledTo(), std::uint64_t{400});
        QCOMPARE(map.total().total(), std::uint64_t{400});
        QCOMPARE(map.tally(0, 100)[ByteKind::live], std::uint64_t{68});
        QCOMPARE(map.tally(0, 400)[ByteKind::live], std::uint64_t{318});
        QCOMPARE(map.tally(0, 400)[ByteKind::damaged], std::uint64_t{50});
        QCOMPARE(map.tally(400, 1000).total(), std::uint64_t{0}); // not reached yet
        QCOMPARE(map.tally(100, 150)[ByteKind::live], std::uint64_t{50});
    }

    void damageIsNeverRoundedAway() {
        ByteMap map(0, 1'000'000, 4);
        map.add(0, 1'000'000, ByteKind::live);
        map.add(600'000, 1, ByteKind::damaged);
        QCOMPARE(map.tally(500'000, 510'000)[ByteKind::damaged], std::uint64_t{1}); // somewhere in this bucket
        QCOMPARE(map.tally(0, 250'000)[ByteKind::damaged], std::uint64_t{0});
    }

    void aFileThatGrowsGetsLongerBuckets() {
        ByteMap map(0, 100, 10);
        map.add(0, 100, ByteKind::live);
        map.add(100, 300, ByteKind::superseded); // outside, and not to be added
        QCOMPARE(map.total().total(), std::uint64_t{100});
        map.add(100, 300, ByteKind::superseded, true);
        QCOMPARE(map.bucketBytes(), std::uint64_t{40});
        QVERIFY(map.buckets() <= 10);
        QCOMPARE(map.total()[ByteKind::live], std::uint64_t{100});
        QCOMPARE(map.tally(0, 400)[ByteKind::superseded], std::uint64_t{300});
        QCOMPARE(map.tally(80, 120)[ByteKind::live], std::uint64_t{20});
        QCOMPARE(map.filledTo(), std::uint64_t{400});
    }

    void aPartOfAFileHasItsOwnMap() {
        ByteMap map(1000, 1100, 1000); // more buckets than bytes: one a byte
        QCOMPARE(map.bucketBytes(), std::uint64_t{1});
        map.add(900, 150, ByteKind::live);
        QCOMPARE(map.total()[ByteKind::live], std::uint64_t{50});
        QCOMPARE(map.tally(0, 1025)[ByteKind::live], std::uint64_t{25});
        QCOMPARE(ByteMap(7, 7, 3).tally(0, 100).total(), std::uint64_t{0});
    }

    void recordsAreJudgedByTheKeydir() {
        test::TemporaryDirectory directory;
        RUSTCASK_VALUE(auto database, Database::open(directory / "db", {}));
        RUSTCASK_OK(database->put("a", "old"));
        RUSTCASK_OK(database->put("a", "new"));
        RUSTCASK_OK(database->put("b", "1"));
        RUSTCASK_OK(database->remove("b"));
        RUSTCASK_OK(database->sync());
        RUSTCASK_VALUE(auto inspector, FileInspector::open(directory / "db" / "1.rustcask.data"));
        std::vector<RecordInfo> records;
        std::vector<Judgement> judged;
        while (true) {
            RUSTCASK_VALUE(auto next, inspector->next());
            if (!next || next->kind == RecordKind::unused)
                break;
            judged.push_back(judge(*next, inspector->generation(), database.get()));
            records.push_back(std::move(*next));
        }
        QCOMPARE(judged.size(), std::size_t{5});
        QCOMPARE(judged[0].kind, ByteKind::header);
        QCOMPARE(judged[1].kind, ByteKind::superseded);
        QVERIFY(judged[1].newest.has_value());
        QCOMPARE(judged[1].newest->location.offset, records[2].offset);
        QCOMPARE(judged[1].newest->location.recordBytes, records[2].bytes);
        QCOMPARE(judged[1].newest->sequence.value, std::uint64_t{2});
        QCOMPARE(judged[2].kind, ByteKind::live);
        QCOMPARE(judged[3].kind, ByteKind::superseded);
        QVERIFY(!judged[3].newest.has_value()); // the key is gone
        QCOMPARE(judged[4].kind, ByteKind::tombstone);
        // Without a database nothing can be told to be live.
        QCOMPARE(judge(records[2], {1}, nullptr).kind, ByteKind::superseded);
        RecordInfo broken = records[0];
        broken.verdict = "its checksum does not match";
        QCOMPARE(judge(broken, {1}, database.get()).kind, ByteKind::damaged);
    }

    // Between two looks at what another process writes.
    void whatTheKeydirDoesNotKnowYetIsLive() {
        test::TemporaryDirectory directory;
        RUSTCASK_VALUE(auto writer, Database::open(directory / "db", {}));
        RUSTCASK_OK(writer->put("a", "1"));
        Options reading;
        reading.readOnly = true;
        RUSTCASK_VALUE(auto follower, Database::open(directory / "db", reading));
        QCOMPARE(follower->lastSequence().value, std::uint64_t{1});
        RUSTCASK_OK(writer->put("a", "2"));
        RUSTCASK_OK(writer->put("b", "1"));
        const auto kinds = [&] {
            std::vector<ByteKind> found;
            auto inspector = FileInspector::open(directory / "db" / "1.rustcask.data");
            while (inspector) {
                auto next = (*inspector)->next();
                if (!next || !*next || (*next)->kind == RecordKind::unused)
                    break;
                found.push_back(judge(**next, {1}, follower.get()).kind);
            }
            return found;
        };
        QVERIFY(kinds() == (std::vector<ByteKind>{ByteKind::header, ByteKind::live, ByteKind::live, ByteKind::live}));
        RUSTCASK_VALUE(const bool changed, follower->refresh());
        QVERIFY(changed);
        QCOMPARE(follower->lastSequence().value, std::uint64_t{3});
        QVERIFY(kinds() ==
                (std::vector<ByteKind>{ByteKind::header, ByteKind::superseded, ByteKind::live, ByteKind::live}));
    }

    void theKeydirAnswersFromMemory() {
        test::TemporaryDirectory directory;
        RUSTCASK_VALUE(auto database, Database::open(directory / "db", {}));
        RUSTCASK_OK(database->put("key", "value"));
        RUSTCASK_VALUE(auto entry, database->keydirEntry("key"));
        QVERIFY(entry.has_value());
        RUSTCASK_VALUE(auto info, database->info("key"));
        QCOMPARE(entry->location, info->location);
        QCOMPARE(entry->sequence, info->sequence);
        QCOMPARE(entry->valueBytes, std::uint32_t{5});
        RUSTCASK_VALUE(auto stats, database->keydirStats());
        QCOMPARE(stats.keys, std::uint64_t{1});
        QCOMPARE(stats.keyBytes, std::uint64_t{3});
        QCOMPARE(stats.mostKeys, std::uint64_t{1});
        QVERIFY(stats.tableSlots > 0 && entry->slot < stats.tableSlots && entry->shard < stats.shards);
        QVERIFY(stats.memoryBytes >= stats.slotBytes + stats.entryBytes);
        RUSTCASK_VALUE(auto absent, database->keydirEntry("other"));
        QVERIFY(!absent.has_value());
        RUSTCASK_FAILS(database->keydirEntry(""), ErrorCode::invalidArgument);
        RUSTCASK_OK(database->close());
        RUSTCASK_FAILS(database->keydirEntry("key"), ErrorCode::closed);
        RUSTCASK_FAILS(database->keydirStats(), ErrorCode::closed);
    }
};

RUSTCASK_TEST_MAIN(TestByteMap)
#include "tst_byte_map.moc"
