// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include <algorithm>
#include <bit>
#include <map>
#include <thread>

#include "keydir/keydir.h"
#include "support/seeded_random.h"
#include "support/test_main.h"

using namespace rustcask;
using keydir::Keydir;
using keydir::Location;
using keydir::Reclaimer;

class KeydirTest : public QObject {
    Q_OBJECT

    static std::optional<Location> find(const Reclaimer& reclaimer, const Keydir& keydir, std::string_view key) {
        const Reclaimer::Guard guard(reclaimer);
        return keydir.find(key, keydir.hash(key));
    }
    static Location at(std::uint64_t sequence) {
        return {.file = static_cast<std::uint32_t>(sequence % (keydir::maxFileIndex + 1)),
                .offset = sequence * 1'000'003 % (std::uint64_t{1} << 40),
                .valueBytes = static_cast<std::uint32_t>(sequence * 77),
                .sequence = sequence};
    }

private Q_SLOTS:
    void agreesWithAMap() {
        Reclaimer reclaimer;
        Keydir keydir(reclaimer);
        test::SeededRandom random;
        std::map<std::string, Location> expected;
        for (std::uint64_t step = 1; step < 60'000; ++step) {
            const std::string key = random.bytes(random.chance(1) ? random.between(1, 3000) : random.between(1, 3));
            const std::uint64_t hash = keydir.hash(key);
            const auto present = expected.find(key);
            const bool remove = random.chance(40);
            const auto previous = remove ? keydir.erase(key, hash) : keydir.set(key, hash, at(step));
            QCOMPARE(previous.has_value(), present != expected.end());
            if (previous)
                QVERIFY(*previous == present->second);
            if (remove)
                expected.erase(key);
            else
                expected[key] = at(step);
        }
        QCOMPARE(keydir.size(), expected.size());
        std::uint64_t keyBytes = 0;
        for (const auto& [key, location] : expected) {
            QVERIFY(find(reclaimer, keydir, key) == location);
            keyBytes += key.size();
        }
        QCOMPARE(keydir.keyBytes(), keyBytes);
        QVERIFY(!find(reclaimer, keydir, "absent key"));
        keydir.beginCapture();
        std::size_t captured = 0;
        for (const keydir::CapturedShard& shard : keydir.finishCapture())
            for (const keydir::CapturedKey& key : shard.keys) {
                ++captured;
                QVERIFY(expected.at(std::string(shard.key(key))) == key.location());
            }
        QCOMPARE(captured, expected.size());
        QVERIFY(reclaimer.collect());
    }

    void extremeLocations() {
        Reclaimer reclaimer;
        Keydir keydir(reclaimer);
        const Location location{.file = keydir::maxFileIndex,
                                .offset = (std::uint64_t{1} << 40) - 1,
                                .valueBytes = 0xFFFFFFFF,
                                .sequence = (std::uint64_t{1} << 48) - 1};
        const std::string key(65'535, 'k');
        keydir.set(key, keydir.hash(key), location);
        QVERIFY(find(reclaimer, keydir, key) == location);
    }

    void newerWinsWhateverTheOrder() {
        Reclaimer reclaimer;
        Keydir keydir(reclaimer);
        const std::uint64_t hash = keydir.hash("key");
        QVERIFY(keydir.setIfNewer("key", hash, at(5)).applied);
        QVERIFY(!keydir.setIfNewer("key", hash, at(5)).applied);
        QVERIFY(!keydir.setIfNewer("key", hash, at(4)).applied);
        Location tombstone = at(9);
        tombstone.tombstone = true;
        QVERIFY(keydir.setIfNewer("key", hash, tombstone).applied);
        QVERIFY(!find(reclaimer, keydir, "key"));
        QCOMPARE(keydir.size(), 0U);
        QVERIFY(!keydir.setIfNewer("key", hash, at(8)).applied);
        keydir.eraseTombstones();
        QVERIFY(keydir.setIfNewer("key", hash, at(10)).applied);
        QVERIFY(!keydir.relocate("key", hash, at(9)).applied);
        Location moved = at(10);
        moved.file = 7;
        QVERIFY(keydir.relocate("key", hash, moved).applied);
        QVERIFY(find(reclaimer, keydir, "key") == moved);
    }

    void memoryComesBackAfterDeletes() {
        Reclaimer reclaimer;
        Keydir keydir(reclaimer);
        const auto key = [](int i) { return "some-key-" + std::to_string(i); };
        for (int turn = 0; turn < 5; ++turn) {
            for (int i = 0; i < 50'000; ++i)
                keydir.set(key(i), keydir.hash(key(i)), at(static_cast<std::uint64_t>(i) + 1));
            if (turn == 0)
                qInfo("%.1f bytes a key beside the key",
                      static_cast<double>(keydir.memoryBytes() - keydir.keyBytes()) / 50'000);
            for (int i = 0; i < 50'000; ++i)
                keydir.erase(key(i), keydir.hash(key(i)));
        }
        QCOMPARE(keydir.size(), 0U);
        QVERIFY2(keydir.memoryBytes() < 12'000'000, std::to_string(keydir.memoryBytes()).c_str());
    }

    // Blocks never overlap, whatever is released in between, and all of it comes back.
    void poolGivesOutSeparateBlocks() {
        keydir::MemoryPool pool;
        test::SeededRandom random;
        struct Block {
            unsigned char* at;
            std::size_t bytes;
            unsigned char mark;
        };
        const auto taken = [](std::size_t bytes) {
            constexpr std::size_t hugePage = 2 << 20;
            return bytes > keydir::MemoryPool::largestBlock
                       ? (bytes + hugePage - 1) / hugePage * hugePage
                       : std::bit_ceil(std::max(bytes, keydir::MemoryPool::smallestBlock));
        };
        std::vector<Block> blocks;
        std::size_t used = 0;
        for (int step = 0; step < 20'000; ++step) {
            if (blocks.size() < 10 || random.chance(55)) {
                const std::size_t bytes = random.chance(1) ? random.between(1, 5'000'000) : random.between(1, 20'000);
                auto* at = static_cast<unsigned char*>(pool.allocate(bytes));
                QCOMPARE(reinterpret_cast<std::uintptr_t>(at) % 64, 0U);
                const auto mark = static_cast<unsigned char>(step);
                at[0] = at[bytes - 1] = mark;
                blocks.push_back({at, bytes, mark});
                used += taken(bytes);
            } else {
                const std::size_t i = random.between(0, blocks.size() - 1);
                QCOMPARE(blocks[i].at[0], blocks[i].mark);
                QCOMPARE(blocks[i].at[blocks[i].bytes - 1], blocks[i].mark);
                pool.release(blocks[i].at, blocks[i].bytes);
                used -= taken(blocks[i].bytes);
                blocks[i] = blocks.back();
                blocks.pop_back();
            }
            QCOMPARE(pool.usedBytes(), used);
        }
        std::sort(blocks.begin(), blocks.end(), [](const Block& a, const Block& b) { return a.at < b.at; });
        for (std::size_t i = 0; i + 1 < blocks.size(); ++i)
            QVERIFY(blocks[i].at + blocks[i].bytes <= blocks[i + 1].at);
        for (const Block& block : blocks)
            pool.release(block.at, block.bytes);
        QCOMPARE(pool.usedBytes(), 0U);
        QVERIFY(pool.reservedBytes() <= 8 << 20);
    }

    // What `Update` was made for: between its two steps nothing has changed, and giving it up changes nothing.
    void updateChangesNothingBeforeCommit() {
        Reclaimer reclaimer;
        Keydir keydir(reclaimer);
        const std::uint64_t hash = keydir.hash("key");
        {
            const Keydir::Update update(keydir, "key", hash);
            QVERIFY(!update.previous());
            QVERIFY(!find(reclaimer, keydir, "key"));
        }
        QCOMPARE(keydir.size(), 0U);
        {
            Keydir::Update update(keydir, "key", hash);
            update.commit(at(1));
        }
        QVERIFY(find(reclaimer, keydir, "key") == at(1));
        {
            Keydir::Update update(keydir, "key", hash);
            QVERIFY(update.previous() == at(1));
            Location tombstone = at(2);
            tombstone.tombstone = true;
            update.commit(tombstone);
        }
        QVERIFY(!find(reclaimer, keydir, "key"));
        QCOMPARE(keydir.size(), 0U);
    }

    // Readers see each key's old or new location, whole, while tables grow and shrink under them.
    void readersBesideAWriter() {
        Reclaimer reclaimer;
        Keydir keydir(reclaimer);
        constexpr std::uint64_t keys = 2000;
        for (std::uint64_t i = 0; i < keys; ++i) {
            const std::string key = "stable" + std::to_string(i);
            keydir.set(key, keydir.hash(key), at(i + 1));
        }
        std::atomic<bool> stop{false};
        std::atomic<int> wrong{0};
        std::vector<std::thread> readers;
        for (std::uint64_t r = 0; r < 2; ++r)
            readers.emplace_back([&, r] {
                for (std::uint64_t i = r; !stop; i = (i + 13) % keys) {
                    const auto found = find(reclaimer, keydir, "stable" + std::to_string(i));
                    if (!found || *found != at(found->sequence) || found->sequence % keys != (i + 1) % keys)
                        ++wrong;
                }
            });
        for (std::uint64_t turn = 1; turn < 12; ++turn) {
            for (std::uint64_t i = 0; i < keys; ++i) {
                const std::string key = "stable" + std::to_string(i);
                keydir.set(key, keydir.hash(key), at(i + 1 + turn * keys));
                const std::string passing = "passing" + std::to_string(i);
                if (turn % 2 == 1)
                    keydir.set(passing, keydir.hash(passing), at(1));
                else
                    keydir.erase(passing, keydir.hash(passing));
            }
            reclaimer.collect();
        }
        stop = true;
        for (std::thread& reader : readers)
            reader.join();
        QCOMPARE(wrong.load(), 0);
    }

    void captureIsOneMoment() {
        Reclaimer reclaimer;
        Keydir keydir(reclaimer);
        for (int i = 0; i < 5000; ++i) {
            const std::string key = std::to_string(i);
            keydir.set(key, keydir.hash(key), at(1));
        }
        keydir.beginCapture();
        for (int i = 0; i < 5000; ++i) {
            const std::string key = std::to_string(i);
            if (i % 3 == 0)
                keydir.erase(key, keydir.hash(key));
            else
                keydir.set(key, keydir.hash(key), at(2));
            const std::string extra = "extra" + std::to_string(i);
            keydir.set(extra, keydir.hash(extra), at(3));
        }
        std::size_t count = 0;
        for (const keydir::CapturedShard& shard : keydir.finishCapture())
            for (const keydir::CapturedKey& key : shard.keys) {
                QVERIFY(key.location() == at(1));
                ++count;
            }
        QCOMPARE(count, 5000U);
    }

    void reclaimerWaitsForReaders() {
        Reclaimer reclaimer;
        auto object = std::make_shared<int>(1);
        const std::weak_ptr<int> watch = object;
        {
            const Reclaimer::Guard guard(reclaimer);
            reclaimer.retire(std::move(object));
            for (int i = 0; i < 5; ++i)
                reclaimer.collect();
            QVERIFY(!watch.expired());
        }
        QVERIFY(reclaimer.collect());
        QVERIFY(watch.expired());
    }
};

RUSTCASK_TEST_MAIN(KeydirTest)
#include "tst_keydir.moc"
