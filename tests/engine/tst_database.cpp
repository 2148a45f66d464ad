// SPDX-License-Identifier: Apache-2.0
// The contract of Database, on every write path and read strategy.
#include <QTest>

#include <map>
#include <set>

#include <rustcask/database.h>

#include "engine/crash_image.h"
#include "support/check.h"
#include "support/seeded_random.h"
#include "support/temporary_directory.h"
#include "support/test_main.h"

using namespace rustcask;
using namespace std::string_literals;

class DatabaseTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void contract_data();
    void contract();
    void refusesKeysAndValuesOutOfRange();
    void refusesOptionsOutOfRange();
    void compareAndSet();
    void getsManyAtOnce();
    void loadsOneHintOnSeveralThreads();
    void emptyValueIsAValue();
    void locksOutASecondWriter();
    void readOnlyWritesNothing();
    void refusesWhatIsNoDatabase();
    void closedAndReadOnlyAreErrors();
    void snapshotOutlivesChangesMergesAndTheDatabase();
    void reportsEventsInOrder();
    void tracesCalls();
    void limitsOpenHandles();
    void largeValues();
    void rotatesAtTheLimit();
    void reopensWithAndWithoutHints();
    void continuesInTheNewestFile();
    void bufferedWritesAreReadBack();
    void intervalSyncHappens();
    void automaticMerges();
};

void DatabaseTest::contract_data() {
    QTest::addColumn<int>("path");
    QTest::addColumn<int>("strategy");
    QTest::addColumn<int>("sync");
    static constexpr const char* paths[] = {"mapped", "direct", "buffered"};
    static constexpr const char* strategies[] = {"mapped", "keepOpen", "openPerRead"};
    for (int path = 0; path < 3; ++path)
        for (int strategy = 0; strategy < 3; ++strategy)
            QTest::addRow("%s, %s", paths[path], strategies[strategy]) << path << strategy << 0;
    QTest::addRow("every write, mapped") << 0 << 0 << 2;
    QTest::addRow("every write, buffered") << 2 << 1 << 2;
}

void DatabaseTest::contract() {
    QFETCH(const int, path);
    QFETCH(const int, strategy);
    QFETCH(const int, sync);
    Options options;
    options.writePath = static_cast<WritePath>(path);
    options.readStrategy = static_cast<ReadStrategy>(strategy);
    options.sync = static_cast<SyncMode>(sync);
    options.writeBufferBytes = 4096;
    options.maxFileBytes = 20'000;
    options.maxOpenFiles = 2;
    test::TemporaryDirectory directory;
    test::SeededRandom random(static_cast<std::uint64_t>(1 + path * 3 + strategy));
    std::map<std::string, std::string> expected;
    const int rounds = sync == 0 ? 3 : 1;
    for (int round = 0; round < rounds; ++round) {
        RUSTCASK_VALUE(auto database, Database::open(directory / "db", options));
        QCOMPARE(database->stats().liveKeys, expected.size());
        for (int i = 0; i < (sync == 0 ? 1500 : 150); ++i) {
            const std::string key = random.bytes(random.between(1, 2));
            if (random.chance(25)) {
                RUSTCASK_VALUE(const bool removed, database->remove(key));
                QCOMPARE(removed, expected.erase(key) > 0);
            } else {
                const std::string value = random.bytes(random.below(random.chance(2) ? 9000 : 200));
                RUSTCASK_OK(database->put(key, value));
                expected[key] = value;
            }
            const std::string probe = random.bytes(random.between(1, 2));
            RUSTCASK_VALUE(const auto found, database->get(probe));
            QCOMPARE(found.has_value(), expected.contains(probe));
            if (found)
                QVERIFY(*found == expected[probe]);
        }
        std::string reused;
        for (const auto& [key, value] : expected) {
            RUSTCASK_VALUE(const bool present, database->get(key, reused));
            QVERIFY(present && reused == value);
            RUSTCASK_VALUE(const auto info, database->info(key));
            QVERIFY(info && info->valueBytes == value.size());
            RUSTCASK_VALUE(const bool contained, database->contains(key));
            QVERIFY(contained);
        }
        if (round == 1) {
            Progress progress;
            RUSTCASK_OK(database->merge(progress));
        }
        RUSTCASK_OK(database->close());
    }
}

void DatabaseTest::refusesKeysAndValuesOutOfRange() {
    test::TemporaryDirectory directory;
    RUSTCASK_VALUE(auto database, Database::open(directory / "db"));
    RUSTCASK_FAILS(database->put("", "value"), ErrorCode::invalidArgument);
    RUSTCASK_FAILS(database->get(""), ErrorCode::invalidArgument);
    RUSTCASK_FAILS(database->remove(""), ErrorCode::invalidArgument);
    const std::string longest(maxKeyBytes, 'k');
    RUSTCASK_OK(database->put(longest, "value"));
    RUSTCASK_FAILS(database->put(longest + "k", "value"), ErrorCode::invalidArgument);
    // The length alone is looked at: the pages of this view are never touched.
    const std::string_view huge(longest.data(), maxValueBytes + 1);
    RUSTCASK_FAILS(database->put("key", huge), ErrorCode::invalidArgument);
    RUSTCASK_VALUE(const auto value, database->get(longest));
    QVERIFY(value == "value");
    QCOMPARE(database->stats().liveKeys, 1U);
}

void DatabaseTest::refusesOptionsOutOfRange() {
    test::TemporaryDirectory directory;
    const auto refused = [&](auto change) {
        Options options;
        change(options);
        return Database::open(directory / "db", options);
    };
    RUSTCASK_FAILS(refused([](Options& o) { o.maxFileBytes = 63; }), ErrorCode::invalidArgument);
    RUSTCASK_FAILS(refused([](Options& o) { o.writeBufferBytes = 1; }), ErrorCode::invalidArgument);
    RUSTCASK_FAILS(refused([](Options& o) { o.maxOpenFiles = 0; }), ErrorCode::invalidArgument);
    RUSTCASK_FAILS(refused([](Options& o) { o.syncInterval = std::chrono::milliseconds(0); }),
                   ErrorCode::invalidArgument);
    RUSTCASK_FAILS(refused([](Options& o) { o.merge.deadFractionTrigger = 1.5; }), ErrorCode::invalidArgument);
    RUSTCASK_FAILS(refused([](Options& o) { o.merge.windowEndHour = 25; }), ErrorCode::invalidArgument);
    QVERIFY(!std::filesystem::exists(directory / "db"));
}

void DatabaseTest::compareAndSet() {
    test::TemporaryDirectory directory;
    for (const SyncMode sync : {SyncMode::none, SyncMode::everyWrite}) {
        Options options;
        options.sync = sync;
        RUSTCASK_VALUE(auto database, Database::open(directory / std::to_string(static_cast<int>(sync)), options));
        RUSTCASK_VALUE(bool stored, database->putIf("key", "one", std::nullopt));
        QVERIFY(stored);
        RUSTCASK_VALUE(stored, database->putIf("key", "two", std::nullopt));
        QVERIFY(!stored);
        RUSTCASK_VALUE(const auto info, database->info("key"));
        RUSTCASK_VALUE(stored, database->putIf("key", "two", info->sequence));
        QVERIFY(stored);
        RUSTCASK_VALUE(stored, database->putIf("key", "three", info->sequence));
        QVERIFY(!stored);
        RUSTCASK_VALUE(const auto value, database->get("key"));
        QVERIFY(value == "two");
    }
}

void DatabaseTest::getsManyAtOnce() {
    test::TemporaryDirectory directory;
    RUSTCASK_VALUE(auto database, Database::open(directory / "db"));
    std::vector<std::string> names;
    for (int i = 0; i < 1000; ++i) {
        names.push_back("key " + std::to_string(i));
        if (i % 3 != 0)
            RUSTCASK_OK(database->put(names.back(), std::string(static_cast<std::size_t>(i % 50), 'v')));
        if (i == 500)
            RUSTCASK_OK(database->rotate());
    }
    std::vector<std::string_view> keys(names.begin(), names.end());
    keys.push_back(keys.front()); // twice in one call
    std::vector<Lookup> results(2000);
    const auto found = database->getMany(keys, results);
    QVERIFY(found);
    QCOMPARE(results.size(), keys.size());
    std::size_t count = 0;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const auto single = database->get(keys[i]);
        QVERIFY(single);
        QCOMPARE(results[i].found, single->has_value());
        QCOMPARE(results[i].value, single->value_or(""));
        count += results[i].found ? 1 : 0;
    }
    QCOMPARE(*found, count);
    QCOMPARE(*database->getMany({}, results), 0U);
    QVERIFY(results.empty());
    keys.push_back("");
    QCOMPARE(database->getMany(keys, results).error().code, ErrorCode::invalidArgument);
}

// Enough entries for the loader to share one hint out among threads; overwritten and deleted keys among them.
void DatabaseTest::loadsOneHintOnSeveralThreads() {
    test::TemporaryDirectory directory;
    constexpr std::uint64_t keys = 120'000;
    const auto key = [](std::uint64_t i) { return "key " + std::to_string(i * 7919 % keys); };
    Stats before;
    {
        RUSTCASK_VALUE(auto database, Database::open(directory / "db"));
        for (std::uint64_t i = 0; i < keys; ++i)
            RUSTCASK_OK(database->put(key(i), std::to_string(i)));
        for (std::uint64_t i = 0; i < keys; i += 10)
            RUSTCASK_OK(database->put(key(i), "again"));
        for (std::uint64_t i = 0; i < keys; i += 15)
            QVERIFY(database->remove(key(i)).value());
        before = database->stats();
        RUSTCASK_OK(database->close());
    }
    for (const std::uint32_t threads : {1U, 2U, 3U, 7U}) {
        Options options;
        options.recoveryThreads = threads;
        RUSTCASK_VALUE(auto database, Database::open(directory / "db", options));
        const Stats after = database->stats();
        QCOMPARE(after.liveKeys, before.liveKeys);
        QCOMPARE(after.liveBytes, before.liveBytes);
        QCOMPARE(after.keyBytes, before.keyBytes);
        QCOMPARE(after.files.front().liveKeys, before.liveKeys);
        QVERIFY(after.files.front().hasHint);
        for (std::uint64_t i = 0; i < keys; i += 101) {
            const auto value = database->get(key(i));
            QVERIFY(value);
            QCOMPARE(value->has_value(), i % 15 != 0);
            if (*value)
                QCOMPARE(**value, i % 10 == 0 ? std::string("again") : std::to_string(i));
        }
        RUSTCASK_OK(database->close());
    }
}

void DatabaseTest::emptyValueIsAValue() {
    test::TemporaryDirectory directory;
    {
        RUSTCASK_VALUE(auto database, Database::open(directory / "db"));
        RUSTCASK_OK(database->put("empty", ""));
        RUSTCASK_OK(database->put("tombstone", "bitcask_tombstone"));
        RUSTCASK_OK(database->put("\0nul"s, "\0"s));
    }
    RUSTCASK_VALUE(auto database, Database::open(directory / "db"));
    RUSTCASK_VALUE(const auto value, database->get("empty"));
    QVERIFY(value && value->empty());
    RUSTCASK_VALUE(const auto text, database->get("tombstone"));
    QVERIFY(text == "bitcask_tombstone");
    RUSTCASK_VALUE(const auto nul, database->get("\0nul"s));
    QVERIFY(nul == "\0"s);
    RUSTCASK_VALUE(const auto absent, database->get("absent"));
    QVERIFY(!absent);
}

void DatabaseTest::locksOutASecondWriter() {
    test::TemporaryDirectory directory;
    RUSTCASK_VALUE(auto database, Database::open(directory / "db"));
    auto second = Database::open(directory / "db");
    QVERIFY(!second);
    QCOMPARE(second.error().code, ErrorCode::locked);
    QVERIFY(second.error().holderPid == static_cast<std::int64_t>(QCoreApplication::applicationPid()));
    QVERIFY(second.error().message().find(std::to_string(QCoreApplication::applicationPid())) != std::string::npos);
    RUSTCASK_OK(database->close());
    RUSTCASK_OK(Database::open(directory / "db"));
}

void DatabaseTest::readOnlyWritesNothing() {
    test::TemporaryDirectory directory;
    {
        Options options;
        options.maxFileBytes = 1000;
        RUSTCASK_VALUE(auto database, Database::open(directory / "db", options));
        for (int i = 0; i < 100; ++i)
            RUSTCASK_OK(database->put("key" + std::to_string(i), std::string(50, 'v')));
        test::copyDirectory(directory / "db", directory / "image"); // with a torn tail and without the last hint
    }
    const auto contents = [&] {
        std::map<std::string, std::string> files;
        for (const auto& entry : std::filesystem::directory_iterator(directory / "image"))
            files[entry.path().filename().string()] = test::readBytes(entry.path());
        return files;
    };
    const auto before = contents();
    Options options;
    options.readOnly = true;
    {
        RUSTCASK_VALUE(auto database, Database::open(directory / "image", options));
        QCOMPARE(database->stats().liveKeys, 100U);
        RUSTCASK_VALUE(const auto value, database->get("key99"));
        QVERIFY(value.has_value());
        RUSTCASK_OK(database->snapshot());
        RUSTCASK_OK(database->refresh());
        RUSTCASK_FAILS(database->put("key", "value"), ErrorCode::readOnly);
        RUSTCASK_FAILS(database->remove("key1"), ErrorCode::readOnly);
        Progress progress;
        RUSTCASK_FAILS(database->merge(progress), ErrorCode::readOnly);
        RUSTCASK_FAILS(database->rotate(), ErrorCode::readOnly);
    }
    QVERIFY(before == contents());
    RUSTCASK_FAILS(Database::open(directory / "absent", options), ErrorCode::notADatabase);
    QVERIFY(!std::filesystem::exists(directory / "absent"));
}

void DatabaseTest::refusesWhatIsNoDatabase() {
    test::TemporaryDirectory directory;
    std::filesystem::create_directory(directory / "texts");
    test::writeBytes(directory / "texts" / "letter.txt", "dear");
    RUSTCASK_FAILS(Database::open(directory / "texts"), ErrorCode::notADatabase);
    RUSTCASK_FAILS(Database::open(directory / "texts" / "letter.txt"), ErrorCode::notADatabase);
    // The `rustcask` crate's files bear our names: u64 key length, key, tag, u64 value length, value.
    std::filesystem::create_directory(directory / "crate");
    test::writeBytes(directory / "crate" / "0.rustcask.data", "\x01\0\0\0\0\0\0\0k\x01\x01\0\0\0\0\0\0\0v"s);
    test::writeBytes(directory / "crate" / "1.rustcask.data",
                     "\x01\0\0\0\0\0\0\0k\x01\x01\0\0\0\0\0\0\0v............"s);
    RUSTCASK_FAILS(Database::open(directory / "crate"), ErrorCode::notADatabase);
    for (const char* folder : {"texts", "crate"})
        QVERIFY(!std::filesystem::exists(directory / folder / format::lockFileName));
    Options noCreate;
    noCreate.createIfMissing = false;
    RUSTCASK_FAILS(Database::open(directory / "new", noCreate), ErrorCode::notADatabase);
    RUSTCASK_OK(Database::open(directory / "new"));
    RUSTCASK_OK(Database::open(directory / "new", noCreate)); // never written to, but a database
    Options follower;
    follower.readOnly = true;
    RUSTCASK_OK(Database::open(directory / "new", follower));
    Options mustBeNew;
    mustBeNew.errorIfExists = true;
    {
        RUSTCASK_VALUE(auto database, Database::open(directory / "new"));
        RUSTCASK_OK(database->put("key", "value"));
    }
    RUSTCASK_FAILS(Database::open(directory / "new", mustBeNew), ErrorCode::invalidArgument);
}

void DatabaseTest::closedAndReadOnlyAreErrors() {
    test::TemporaryDirectory directory;
    RUSTCASK_VALUE(auto database, Database::open(directory / "db"));
    RUSTCASK_OK(database->put("key", "value"));
    RUSTCASK_OK(database->close());
    RUSTCASK_OK(database->close());
    RUSTCASK_FAILS(database->put("key", "value"), ErrorCode::closed);
    RUSTCASK_FAILS(database->get("key"), ErrorCode::closed);
    RUSTCASK_FAILS(database->snapshot(), ErrorCode::closed);
}

void DatabaseTest::snapshotOutlivesChangesMergesAndTheDatabase() {
    test::TemporaryDirectory directory;
    for (const ReadStrategy strategy : {ReadStrategy::mapped, ReadStrategy::keepOpen, ReadStrategy::openPerRead}) {
        Options options;
        options.maxFileBytes = 600;
        options.readStrategy = strategy;
        options.maxOpenFiles = 1;
        RUSTCASK_VALUE(auto database, Database::open(directory / std::to_string(static_cast<int>(strategy)), options));
        std::map<std::string, std::string> expected;
        for (int i = 0; i < 60; ++i) {
            const std::string key = "key" + std::to_string(i);
            RUSTCASK_OK(database->put(key, "old value of " + key));
            expected[key] = "old value of " + key;
        }
        RUSTCASK_VALUE(const auto snapshot, database->snapshot());
        for (int i = 0; i < 60; i += 2)
            RUSTCASK_OK(database->put("key" + std::to_string(i), "new"));
        for (int i = 0; i < 60; i += 3)
            RUSTCASK_OK(database->remove("key" + std::to_string(i)));
        Progress progress;
        RUSTCASK_OK(database->merge(progress));
        RUSTCASK_OK(database->close());
        database.reset();
        QCOMPARE(snapshot->size(), expected.size());
        QCOMPARE(snapshot->sequence().value, 60U);
        for (std::size_t i = 0; i < snapshot->size(); ++i) {
            RUSTCASK_VALUE(const std::string value, snapshot->value(i));
            QVERIFY(expected[std::string(snapshot->entry(i).key)] == value);
            RUSTCASK_OK(snapshot->timestamp(i));
        }
    }
}

void DatabaseTest::reportsEventsInOrder() {
    test::TemporaryDirectory directory;
    std::vector<std::string> events;
    Options options;
    options.maxFileBytes = 64 + 200;
    options.clock = [] { return Timestamp{std::chrono::milliseconds{1'700'000'000'000}}; };
    options.listener = [&](const Event& event) {
        if (event.kind != EventKind::append && event.kind != EventKind::keydirChange && event.kind != EventKind::sync)
            return;
        events.push_back(std::string(eventKindName(event.kind)) + " " + std::string(event.key) + " " +
                         std::to_string(event.sequence.value) + (event.tombstone ? " gone" : ""));
    };
    RUSTCASK_VALUE(auto database, Database::open(directory / "db", options));
    RUSTCASK_OK(database->put("a", "1"));
    RUSTCASK_OK(database->remove("a"));
    RUSTCASK_OK(database->sync());
    QVERIFY(events == (std::vector<std::string>{"append a 1", "keydirChange a 1", "append a 2 gone",
                                                "keydirChange a 2 gone", "sync  0"}));
    RUSTCASK_OK(database->put("a", "2"));
    RUSTCASK_VALUE(const auto info, database->info("a"));
    QVERIFY(info->time == Timestamp{std::chrono::milliseconds{1'700'000'000'000}});
}

void DatabaseTest::tracesCalls() {
    test::TemporaryDirectory directory;
    std::vector<std::string> calls;
    Options options;
    options.traceCalls = true;
    options.writePath = WritePath::direct;
    options.readStrategy = ReadStrategy::openPerRead;
    std::mutex mutex;
    options.listener = [&](const Event& event) {
        const std::lock_guard lock(mutex);
        if (event.kind == EventKind::call)
            calls.push_back(std::string(event.text) + " " + std::string(event.file));
    };
    RUSTCASK_VALUE(auto database, Database::open(directory / "db", options));
    RUSTCASK_OK(database->put("a", "1"));
    calls.clear();
    RUSTCASK_OK(database->put("a", "2"));
    RUSTCASK_OK(database->get("a"));
    RUSTCASK_OK(database->get("missing"));
    QVERIFY(calls == (std::vector<std::string>{"pwrite 1.rustcask.data", "open 1.rustcask.data",
                                               "pread 1.rustcask.data", "close 1.rustcask.data"}));
}

void DatabaseTest::limitsOpenHandles() {
    test::TemporaryDirectory directory;
    Options options;
    options.maxFileBytes = 64 + 100;
    options.readStrategy = ReadStrategy::keepOpen;
    options.maxOpenFiles = 3;
    RUSTCASK_VALUE(auto database, Database::open(directory / "db", options));
    for (int i = 0; i < 100; ++i)
        RUSTCASK_OK(database->put("key" + std::to_string(i), std::string(100, 'v')));
    const auto openDataFiles = [] {
        int count = 0;
        for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
            std::error_code error;
            count += std::filesystem::read_symlink(entry, error).string().find(".rustcask.data") != std::string::npos;
        }
        return count;
    };
    for (int turn = 0; turn < 3; ++turn)
        for (int i = 0; i < 100; ++i)
            RUSTCASK_OK(database->get("key" + std::to_string(i)));
    // Three for readers, the writer's own, one that a hint is written from, and those that readers are just leaving.
    QVERIFY2(openDataFiles() <= 12, std::to_string(openDataFiles()).c_str());
}

void DatabaseTest::largeValues() {
    test::TemporaryDirectory directory;
    test::SeededRandom random(77);
    for (const WritePath path : {WritePath::mapped, WritePath::direct, WritePath::buffered}) {
        Options options;
        options.writePath = path;
        options.maxFileBytes = 1 << 20;
        options.writeBufferBytes = 4096;
        options.scanChunkBytes = 64 << 10;
        const auto place = directory / std::to_string(static_cast<int>(path));
        std::map<std::string, std::string> expected;
        RUSTCASK_VALUE(auto database, Database::open(place, options));
        for (const std::size_t size : {0UL, 1UL, 4095UL, 300'000UL, 5'000'000UL}) {
            const std::string key = "size" + std::to_string(size);
            expected[key] = random.bytes(size);
            RUSTCASK_OK(database->put(key, expected[key]));
        }
        Progress progress;
        RUSTCASK_OK(database->put("size1", expected["size1"]));
        RUSTCASK_OK(database->merge(progress));
        RUSTCASK_OK(database->close());
        std::filesystem::remove(place / format::hintFileName(Generation{1}));
        RUSTCASK_VALUE(database, Database::open(place, options));
        for (const auto& [key, value] : expected) {
            RUSTCASK_VALUE(const auto found, database->get(key));
            QVERIFY(found == value);
        }
    }
}

void DatabaseTest::rotatesAtTheLimit() {
    test::TemporaryDirectory directory;
    Options options;
    options.maxFileBytes = 32 + 3 * 33; // three records of 28 + 1 + 4 bytes
    RUSTCASK_VALUE(auto database, Database::open(directory / "db", options));
    for (char key = 'a'; key < 'a' + 7; ++key)
        RUSTCASK_OK(database->put(std::string(1, key), "1234"));
    RUSTCASK_OK(database->put("z", std::string(500, 'z'))); // longer than any file: one of its own
    RUSTCASK_OK(database->put("y", "1"));
    const Stats stats = database->stats();
    QCOMPARE(stats.files.size(), 5U);
    QCOMPARE(stats.rotations, 4U);
    QCOMPARE(stats.files[0].bytes, 32U + 3 * 33U);
    QCOMPARE(stats.files[2].records, 1U);
    QCOMPARE(stats.files[3].bytes, 32U + 28 + 1 + 500);
    QVERIFY(stats.files[4].active);
    RUSTCASK_OK(database->close());
    for (const auto& file : test::dataFiles(directory / "db")) // reserved space was given back
        QVERIFY(std::filesystem::file_size(file) <= 32U + 28 + 1 + 500);
}

void DatabaseTest::reopensWithAndWithoutHints() {
    test::TemporaryDirectory directory;
    Options options;
    options.maxFileBytes = 2000;
    std::map<std::string, std::string> expected;
    {
        RUSTCASK_VALUE(auto database, Database::open(directory / "db", options));
        for (int i = 0; i < 400; ++i) {
            const std::string key = "key" + std::to_string(i % 150);
            if (i % 7 == 0) {
                RUSTCASK_OK(database->remove(key));
                expected.erase(key);
            } else {
                RUSTCASK_OK(database->put(key, std::to_string(i)));
                expected[key] = std::to_string(i);
            }
        }
    }
    std::size_t hints = 0;
    for (const auto& entry : std::filesystem::directory_iterator(directory / "db"))
        hints += entry.path().extension() == ".hint" ? 1 : 0;
    QCOMPARE(hints, test::dataFiles(directory / "db").size());
    for (int turn = 0; turn < 3; ++turn) {
        std::size_t number = 0;
        for (const auto& file : test::dataFiles(directory / "db")) {
            const std::filesystem::path hint = file.string().substr(0, file.string().size() - 4) + "hint";
            if (turn == 1 && ++number % 2 == 0)
                std::filesystem::remove(hint); // some
            if (turn == 2) {                   // all, by one bit each
                std::string bytes = test::readBytes(hint);
                bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 4);
                test::writeBytes(hint, bytes);
            }
        }
        Options readOnly = options;
        readOnly.readOnly = turn != 0;
        readOnly.recoveryThreads = static_cast<std::uint32_t>(turn);
        RUSTCASK_VALUE(auto database, Database::open(directory / "db", readOnly));
        QCOMPARE(database->stats().liveKeys, expected.size());
        for (const auto& [key, value] : expected) {
            RUSTCASK_VALUE(const auto found, database->get(key));
            QVERIFY(found == value);
        }
    }
}

void DatabaseTest::continuesInTheNewestFile() {
    test::TemporaryDirectory directory;
    for (int i = 0; i < 10; ++i) {
        RUSTCASK_VALUE(auto database, Database::open(directory / "db"));
        RUSTCASK_OK(database->put("key" + std::to_string(i), "value"));
    }
    QCOMPARE(test::dataFiles(directory / "db").size(), 1U);
    RUSTCASK_VALUE(auto database, Database::open(directory / "db"));
    QCOMPARE(database->stats().liveKeys, 10U);
    QCOMPARE(database->stats().lastSequence.value, 10U);
}

void DatabaseTest::bufferedWritesAreReadBack() {
    test::TemporaryDirectory directory;
    Options options;
    options.writePath = WritePath::buffered;
    RUSTCASK_VALUE(auto database, Database::open(directory / "db", options));
    RUSTCASK_OK(database->put("key", "in the buffer"));
    QCOMPARE(test::recordEnds(directory / "db" / "1.rustcask.data").size(), 0U);
    RUSTCASK_VALUE(auto value, database->get("key"));
    QVERIFY(value == "in the buffer");
    RUSTCASK_OK(database->sync());
    QCOMPARE(test::recordEnds(directory / "db" / "1.rustcask.data").size(), 1U);
    RUSTCASK_VALUE(value, database->get("key"));
    QVERIFY(value == "in the buffer");
}

void DatabaseTest::intervalSyncHappens() {
    test::TemporaryDirectory directory;
    Options options;
    options.sync = SyncMode::interval;
    options.syncInterval = std::chrono::milliseconds(5);
    RUSTCASK_VALUE(auto database, Database::open(directory / "db", options));
    RUSTCASK_OK(database->put("key", "value"));
    QTRY_VERIFY_WITH_TIMEOUT(database->stats().syncs > 0, 30'000);
}

void DatabaseTest::automaticMerges() {
    test::TemporaryDirectory directory;
    for (const MergeMode mode : {MergeMode::automatic, MergeMode::everyRotation}) {
        Options options;
        options.maxFileBytes = 4000;
        options.merge.mode = mode;
        RUSTCASK_VALUE(auto database, Database::open(directory / std::to_string(static_cast<int>(mode)), options));
        for (int i = 0; i < 2000; ++i)
            RUSTCASK_OK(database->put("key" + std::to_string(i % 10), std::to_string(i)));
        QTRY_VERIFY_WITH_TIMEOUT(database->stats().merges > 0, 30'000);
        for (int i = 1990; i < 2000; ++i) {
            RUSTCASK_VALUE(const auto value, database->get("key" + std::to_string(i % 10)));
            QVERIFY(value == std::to_string(i));
        }
    }
}

RUSTCASK_TEST_MAIN(DatabaseTest)
#include "tst_database.moc"
