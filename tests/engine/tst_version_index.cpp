// SPDX-License-Identifier: Apache-2.0
// That an index answers as a scan does is tested in tst_history.cpp too, for every damaged file there.
#include <atomic>
#include <thread>

#include <rustcask/database.h>
#include <rustcask/version_index.h>

#include "file_builder.h"
#include "support/check.h"
#include "support/seeded_random.h"
#include "support/temporary_directory.h"
#include "support/test_main.h"

using namespace rustcask;
using namespace rustcask::test;

namespace {

/// "sequence generation:offset bytes kind" a line.
QStringList linesOf(const History& history) {
    QStringList lines;
    for (const Version& version : history.versions)
        lines << QStringLiteral("%1 %2:%3 %4 %5")
                     .arg(version.sequence.value)
                     .arg(version.location.generation.value)
                     .arg(version.location.offset)
                     .arg(version.valueBytes)
                     .arg(version.tombstone ? QStringLiteral("tombstone")
                          : version.live    ? QStringLiteral("live")
                                            : QStringLiteral("dead"));
    return lines;
}

} // namespace

class TestVersionIndex : public QObject {
    Q_OBJECT

    /// Compares with a scan of the directory, for every key.
    void compare(const VersionIndex& index, const std::filesystem::path& directory, int keys) {
        for (int i = 0; i < keys; ++i) {
            const std::string key = "key " + std::to_string(i);
            Progress progress;
            RUSTCASK_VALUE(const History scanned, history(directory, key, progress));
            RUSTCASK_VALUE(const IndexedHistory found, index.find(key));
            QVERIFY(!found.partial);
            QCOMPARE(linesOf(found.history), linesOf(scanned));
            QCOMPARE(found.history.complete, scanned.complete);
            QVERIFY(found.history.completeSince == scanned.completeSince);
        }
    }

private Q_SLOTS:
    void followsAppendsRotationsAndMerges_data() {
        QTest::addColumn<int>("path");
        QTest::addRow("mapped") << static_cast<int>(WritePath::mapped);
        QTest::addRow("direct") << static_cast<int>(WritePath::direct);
    }
    void followsAppendsRotationsAndMerges() {
        QFETCH(const int, path);
        constexpr int keys = 20;
        TemporaryDirectory directory;
        SeededRandom random;
        Options options;
        options.maxFileBytes = 8000;
        options.writePath = static_cast<WritePath>(path);
        RUSTCASK_VALUE(const auto database, Database::open(directory / "database", options));
        VersionIndex index(directory / "database");
        QVERIFY(!index.isBuilt());
        for (int round = 0; round < 30; ++round) {
            for (int i = 0; i < 40; ++i) {
                const std::string key = "key " + std::to_string(random.below(keys));
                if (random.chance(20))
                    RUSTCASK_OK(database->remove(key));
                else
                    RUSTCASK_OK(database->put(key, random.bytes(random.below(100))));
            }
            if (round % 7 == 6) {
                Progress merging;
                RUSTCASK_OK(database->merge(merging));
            }
            Progress progress;
            RUSTCASK_OK(index.update(progress));
            QVERIFY(index.isBuilt());
            compare(index, directory / "database", keys);
            if (QTest::currentTestFailed())
                return;
        }
        QVERIFY(index.memoryBytes() > 0);
        RUSTCASK_VALUE(const IndexedHistory nothing, index.find("no such key"));
        QVERIFY(nothing.history.versions.empty());
    }

    void anUpdateReadsOnlyWhatIsNew() {
        TemporaryDirectory directory;
        RUSTCASK_VALUE(const auto database, Database::open(directory / "database"));
        const std::string value(1000, 'v');
        for (int i = 0; i < 1000; ++i)
            RUSTCASK_OK(database->put("key " + std::to_string(i), value));
        RUSTCASK_OK(database->rotate());
        VersionIndex index(directory / "database");
        Progress first;
        RUSTCASK_OK(index.update(first));
        QCOMPARE(first.counts().recordsDone, std::uint64_t{1000});
        RUSTCASK_OK(database->put("key 5", "new"));
        Progress second;
        RUSTCASK_OK(index.update(second));
        QCOMPARE(second.counts().recordsDone, std::uint64_t{1});
        Progress third;
        RUSTCASK_OK(index.update(third));
        QCOMPARE(third.counts().recordsDone, std::uint64_t{0});
        RUSTCASK_VALUE(const IndexedHistory found, index.find("key 5"));
        QCOMPARE(found.history.versions.size(), std::size_t{2});
        QVERIFY(found.history.versions[0].live && found.history.complete);
    }

    void aCancelledUpdateIsPartialAndGoesOn() {
        TemporaryDirectory directory;
        for (std::uint64_t generation = 1; generation <= 3; ++generation) {
            DataFileBuilder file(generation);
            file.put(2 * generation, "key 0", "value").put(2 * generation + 1, "key 1", "value");
            writeBytes(directory / (std::to_string(generation) + ".rustcask.data"), file.bytes);
        }
        VersionIndex index(directory.path());
        RUSTCASK_VALUE(const IndexedHistory before, index.find("key 0"));
        QVERIFY(before.partial && before.history.versions.empty());
        Progress cancelled;
        cancelled.cancel();
        RUSTCASK_FAILS(index.update(cancelled), ErrorCode::cancelled);
        RUSTCASK_VALUE(const IndexedHistory partial, index.find("key 0"));
        QVERIFY(partial.partial);
        Progress progress;
        RUSTCASK_OK(index.update(progress));
        compare(index, directory.path(), 2);
        // A new file makes the answer partial for who looks before the next update has ended.
        DataFileBuilder more(4);
        more.put(8, "key 0", "newest");
        writeBytes(directory / "4.rustcask.data", more.bytes);
        Progress again;
        again.cancel();
        RUSTCASK_FAILS(index.update(again), ErrorCode::cancelled);
        RUSTCASK_VALUE(const IndexedHistory stale, index.find("key 0"));
        QVERIFY(stale.partial);
        QVERIFY(std::none_of(stale.history.versions.begin(), stale.history.versions.end(),
                             [](const Version& version) { return version.live; }));
    }

    void damagedValuesAreNoVersions() {
        TemporaryDirectory directory;
        DataFileBuilder file(1);
        file.put(1, "key 0", "first").put(2, "key 0", "second").put(3, "key 1", "third");
        for (std::uint64_t bit = 8 * file.records[1].offset; bit < 8 * (file.records[1].offset + file.records[1].bytes);
             ++bit) {
            writeBytes(directory / "1.rustcask.data", flipped(file.bytes, bit));
            VersionIndex index(directory.path());
            Progress progress;
            RUSTCASK_OK(index.update(progress));
            RUSTCASK_VALUE(const IndexedHistory found, index.find("key 0"));
            for (const Version& version : found.history.versions)
                QCOMPARE(version.sequence.value, std::uint64_t{1});
            QCOMPARE(found.history.versions.size(), std::size_t{1});
            RUSTCASK_VALUE(const IndexedHistory other, index.find("key 1"));
            QCOMPARE(other.history.versions.size(), std::size_t{1});
        }
    }

    void lookingBesideAnUpdate() {
        TemporaryDirectory directory;
        Options options;
        options.maxFileBytes = 20'000;
        RUSTCASK_VALUE(const auto database, Database::open(directory / "database", options));
        RUSTCASK_OK(database->put("key", "value"));
        VersionIndex index(directory / "database");
        std::atomic<bool> stop{false};
        std::atomic<int> failed{0};
        std::thread looking([&] {
            while (!stop.load()) {
                const auto found = index.find("key");
                failed += found ? 0 : 1;
                static_cast<void>(index.memoryBytes());
            }
        });
        for (int round = 0; round < 20; ++round) {
            for (int i = 0; i < 100; ++i)
                RUSTCASK_OK(database->put("key", std::string(50, 'x')));
            Progress progress;
            RUSTCASK_OK(database->merge(progress));
            Progress updating;
            RUSTCASK_OK(index.update(updating));
        }
        stop = true;
        looking.join();
        QCOMPARE(failed.load(), 0);
        compare(index, directory / "database", 1);
    }
};

RUSTCASK_TEST_MAIN(TestVersionIndex)
#include "tst_version_index.moc"
