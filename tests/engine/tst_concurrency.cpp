// SPDX-License-Identifier: Apache-2.0
// Many threads on one database; meant to run under ThreadSanitizer too. Values carry their key and a counter, so that a
// read tells whether it is right, and per key counters may only grow: a read that goes back in time is not
// linearizable.
#include <QTest>

#include <thread>

#include <rustcask/database.h>
#include <rustcask/verify.h>

#include "support/check.h"
#include "support/seeded_random.h"
#include "support/temporary_directory.h"
#include "support/test_main.h"

using namespace rustcask;

class ConcurrencyTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everythingAtOnce_data() {
        QTest::addColumn<int>("path");
        QTest::addColumn<int>("strategy");
        QTest::addColumn<int>("sync");
        QTest::newRow("mapped") << 0 << 0 << 0;
        QTest::newRow("direct, few handles") << 1 << 1 << 0;
        QTest::newRow("buffered, open per read") << 2 << 2 << 0;
        QTest::newRow("every write") << 0 << 0 << 2;
        QTest::newRow("interval") << 0 << 1 << 1;
    }

    // One writer a key range, so that each writer knows the last counter of its keys; readers check that none goes
    // back.
    void everythingAtOnce() {
        QFETCH(const int, path);
        QFETCH(const int, strategy);
        QFETCH(const int, sync);
        test::TemporaryDirectory directory;
        Options options;
        options.maxFileBytes = 16'000;
        options.writePath = static_cast<WritePath>(path);
        options.readStrategy = static_cast<ReadStrategy>(strategy);
        options.sync = static_cast<SyncMode>(sync);
        options.syncInterval = std::chrono::milliseconds(5);
        options.maxOpenFiles = 2;
        options.writeBufferBytes = 4096;
        RUSTCASK_VALUE(auto database, Database::open(directory / "db", options));

        constexpr std::uint64_t keysPerWriter = 40;
        constexpr std::uint64_t writers = 3;
        const std::uint64_t writesEach = sync == 2 ? 300 : 2500;
        std::vector<std::atomic<std::uint64_t>> acknowledged(keysPerWriter * writers);
        std::atomic<bool> stop{false};
        std::atomic<int> wrong{0};
        std::mutex messageMutex;
        std::string firstMessage;
        const auto complain = [&](const std::string& message) {
            const std::lock_guard lock(messageMutex);
            if (wrong++ == 0)
                firstMessage = message;
        };
        const auto keyOf = [](std::uint64_t i) { return "key-" + std::to_string(i); };

        std::vector<std::thread> threads;
        for (std::uint64_t w = 0; w < writers; ++w)
            threads.emplace_back([&, w] {
                test::SeededRandom random(w + 1);
                for (std::uint64_t n = 1; n <= writesEach; ++n) {
                    const std::uint64_t i = w * keysPerWriter + random.below(keysPerWriter);
                    if (random.chance(10)) {
                        if (auto removed = database->remove(keyOf(i)); !removed)
                            complain(removed.error().message());
                        // A delete is told by a counter too: the next put's is higher than any before.
                    }
                    const std::string value = keyOf(i) + "=" + std::to_string(n) + std::string(n % 60, '.');
                    if (auto done = database->put(keyOf(i), value); !done)
                        complain(done.error().message());
                    acknowledged[i] = n;
                }
            });
        for (std::uint64_t r = 0; r < 2; ++r)
            threads.emplace_back([&, r] {
                test::SeededRandom random(100 + r);
                std::vector<std::uint64_t> seen(keysPerWriter * writers, 0);
                std::string value;
                while (!stop) {
                    const std::uint64_t i = random.below(seen.size());
                    const std::uint64_t before = acknowledged[i];
                    auto found = database->get(keyOf(i), value);
                    if (!found) {
                        complain(found.error().message());
                        continue;
                    }
                    if (!*found)
                        continue; // between a delete and the put that follows it, or not written yet
                    const std::string prefix = keyOf(i) + "=";
                    const std::uint64_t n = value.starts_with(prefix) ? std::stoull(value.substr(prefix.size())) : 0;
                    if (n == 0)
                        complain("wrong value: " + value);
                    if (n < before || n < seen[i])
                        complain("went back in time: " + value);
                    seen[i] = n;
                }
            });
        threads.emplace_back([&] {
            while (!stop) {
                Progress progress;
                if (auto merged = database->merge(progress); !merged)
                    complain(merged.error().message());
            }
        });
        threads.emplace_back([&] {
            while (!stop) {
                auto snapshot = database->snapshot();
                if (!snapshot) {
                    complain(snapshot.error().message());
                    continue;
                }
                for (std::size_t i = 0; i < (*snapshot)->size(); ++i) {
                    auto value = (*snapshot)->value(i);
                    if (!value)
                        complain(value.error().message());
                    else if (!value->starts_with(std::string((*snapshot)->entry(i).key) + "="))
                        complain("snapshot: wrong value " + *value);
                }
                static_cast<void>(database->stats());
                if (auto done = database->sync(); !done)
                    complain(done.error().message());
            }
        });
        for (std::size_t w = 0; w < writers; ++w)
            threads[w].join();
        stop = true;
        for (std::size_t t = writers; t < threads.size(); ++t)
            threads[t].join();
        QVERIFY2(wrong == 0, firstMessage.c_str());
        for (std::uint64_t i = 0; i < acknowledged.size(); ++i) {
            if (acknowledged[i] == 0)
                continue;
            RUSTCASK_VALUE(const auto value, database->get(keyOf(i)));
            QVERIFY(value && value->starts_with(keyOf(i) + "=" + std::to_string(acknowledged[i])));
        }
        const std::uint64_t live = database->stats().liveKeys;
        RUSTCASK_OK(database->close());
        Progress progress;
        RUSTCASK_VALUE(const auto report, verify(directory / "db", progress));
        QVERIFY(report.clean());
        QCOMPARE(report.liveKeys, live);
    }

    // Group commit: many threads, each answer right, and fewer fsyncs than writes.
    void groupCommit() {
        test::TemporaryDirectory directory;
        Options options;
        options.sync = SyncMode::everyWrite;
        RUSTCASK_VALUE(auto database, Database::open(directory / "db", options));
        std::atomic<int> removed{0};
        std::atomic<int> won{0};
        std::vector<std::thread> threads;
        for (int t = 0; t < 6; ++t)
            threads.emplace_back([&, t] {
                for (int i = 0; i < 60; ++i) {
                    static_cast<void>(database->put("own-" + std::to_string(t), std::to_string(i)));
                    const std::string shared = "shared-" + std::to_string(i);
                    if (auto stored = database->putIf(shared, std::to_string(t), std::nullopt); stored && *stored)
                        ++won;
                    if (auto gone = database->remove("own-" + std::to_string((t + 1) % 6)); gone && *gone)
                        ++removed;
                }
            });
        for (std::thread& thread : threads)
            thread.join();
        QCOMPARE(won.load(), 60); // of each race exactly one
        const Stats stats = database->stats();
        QCOMPARE(stats.removes, static_cast<std::uint64_t>(removed.load())); // a tombstone exactly when it was there
        QVERIFY(stats.syncs <= stats.puts + stats.removes);
        RUSTCASK_OK(database->close());
        RUSTCASK_VALUE(database, Database::open(directory / "db"));
        QCOMPARE(database->stats().liveKeys, stats.liveKeys);
    }

    // A removal of one record never takes another: it loses to any write that came between.
    void compareAndRemove_data() {
        QTest::addColumn<int>("sync");
        QTest::newRow("none") << static_cast<int>(SyncMode::none);
        QTest::newRow("every write") << static_cast<int>(SyncMode::everyWrite);
    }
    void compareAndRemove() {
        QFETCH(const int, sync);
        test::TemporaryDirectory directory;
        Options options;
        options.sync = static_cast<SyncMode>(sync);
        RUSTCASK_VALUE(const auto database, Database::open(directory / "db", options));
        RUSTCASK_OK(database->put("key", "one"));
        RUSTCASK_VALUE(const auto first, database->info("key"));
        RUSTCASK_OK(database->put("key", "two"));
        RUSTCASK_VALUE(const auto second, database->info("key"));
        const auto removes = [&](std::string_view key, Sequence expected) {
            return database->removeIf(key, expected).value_or(false);
        };
        QVERIFY(!removes("key", first->sequence));
        QVERIFY(!removes("another", second->sequence));
        QCOMPARE(database->stats().removes, std::uint64_t{0}); // nothing was written
        QVERIFY(database->get("key").value() == "two");
        QVERIFY(removes("key", second->sequence));
        QVERIFY(!removes("key", second->sequence));
        QVERIFY(!database->get("key").value().has_value());

        // Of a put and a removal that expect the same record exactly one wins.
        for (int round = 0; round < 100; ++round) {
            RUSTCASK_OK(database->put("key", "raced for"));
            RUSTCASK_VALUE(const auto raced, database->info("key"));
            bool stored = false;
            std::thread putter([&] { stored = database->putIf("key", "stored", raced->sequence).value_or(false); });
            const bool removed = removes("key", raced->sequence);
            putter.join();
            QVERIFY(stored != removed);
            QCOMPARE(database->get("key").value().has_value(), stored);
        }
    }
};

RUSTCASK_TEST_MAIN(ConcurrencyTest)
#include "tst_concurrency.moc"
