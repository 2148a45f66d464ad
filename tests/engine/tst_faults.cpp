// SPDX-License-Identifier: Apache-2.0
// Every call of the engine's seam fails, one after the other and in each way that it can; see fault_story.h for what
// must hold. The disk is in memory. RUSTCASK_FAULTS_ALL=1 tries each way in each configuration.
#include <QTest>

#include <cerrno>

#include "engine/database_test_access.h"
#include "engine/fault_story.h"
#include "io/memory_file_system.h"
#include "support/check.h"
#include "support/test_main.h"

using namespace rustcask;
using namespace rustcask::test;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t stride = 9; // each takes ten times as long
#else
constexpr std::uint64_t stride = 1;
#endif

using io::CallKind;
using io::Fault;

struct Way {
    const char* name;
    int error;
    bool partial;
    std::uint32_t kinds;
    bool always; ///< in each configuration; the others take the same ways through the engine, so in one a write path
};

constexpr std::uint32_t bits(std::initializer_list<CallKind> kinds) {
    std::uint32_t all = 0;
    for (const CallKind kind : kinds)
        all |= Fault::bit(kind);
    return all;
}

constexpr std::uint32_t takesSpace =
    bits({CallKind::open, CallKind::write, CallKind::allocate, CallKind::sync, CallKind::createDirectory,
          CallKind::rename, CallKind::syncDirectory, CallKind::lock});
constexpr std::uint32_t takesHandle = bits({CallKind::open, CallKind::list, CallKind::syncDirectory, CallKind::lock});
constexpr std::uint32_t interruptible = bits({CallKind::open, CallKind::read, CallKind::write, CallKind::truncate,
                                              CallKind::allocate, CallKind::sync, CallKind::lock});
constexpr std::uint32_t syncs = bits({CallKind::sync, CallKind::syncDirectory});

constexpr Way ways[] = {
    {"EIO", EIO, false, Fault::everything, true},
    {"ENOSPC", ENOSPC, false, takesSpace, false},
    {"EINTR", EINTR, false, interruptible, false},
    {"EMFILE", EMFILE, false, takesHandle, false},
    {"short write, EIO", EIO, true, Fault::bit(CallKind::write), true},
    {"short write, ENOSPC", ENOSPC, true, Fault::bit(CallKind::write), true},
    {"EDQUOT", EDQUOT, false, takesSpace, false},
    {"no allocate", EOPNOTSUPP, false, Fault::bit(CallKind::allocate), true},
    {"failed fsync", EIO, false, syncs, false},
};

constexpr const char* pathNames[] = {"mapped", "direct", "buffered"};
constexpr const char* readNames[] = {"keepOpen", "openPerRead", "mapped"};
constexpr const char* syncNames[] = {"none", "interval", "everyWrite"};

[[nodiscard]] Options optionsOf(WritePath path, ReadStrategy strategy, SyncMode sync) {
    Options options;
    options.writePath = path;
    options.readStrategy = strategy;
    options.sync = sync;
    options.maxFileBytes = 300;
    options.writeBufferBytes = 4096;
    options.scanChunkBytes = 4096;
    options.recoveryThreads = 1;
    options.maxOpenFiles = 2;
    options.clock = [] { return Timestamp{std::chrono::milliseconds{1'767'323'045'678}}; };
    return options;
}

} // namespace

class TestFaults : public QObject {
    Q_OBJECT

private:
    static void addConfigurations() {
        QTest::addColumn<int>("path");
        QTest::addColumn<int>("strategy");
        QTest::addColumn<int>("sync");
        QTest::addColumn<bool>("everyWay");
        for (int path = 0; path < 3; ++path)
            for (int strategy = 0; strategy < 3; ++strategy) {
                const int sync = (path + strategy) % 3; // each pair of two options once
                QTest::addRow("%s, %s, %s", pathNames[path], readNames[strategy], syncNames[sync])
                    << path << strategy << sync << (strategy == 0 || qEnvironmentVariableIsSet("RUSTCASK_FAULTS_ALL"));
            }
    }
    static Options fetchOptions() {
        QFETCH(const int, path);
        QFETCH(const int, strategy);
        QFETCH(const int, sync);
        return optionsOf(static_cast<WritePath>(path), static_cast<ReadStrategy>(strategy),
                         static_cast<SyncMode>(sync));
    }

private Q_SLOTS:
    void everyCallFailsOnce_data() { addConfigurations(); }
    void everyCallFailsOnce() {
        const Options options = fetchOptions();
        std::uint64_t runs = 0;
        std::uint64_t failed = 0;
        std::uint64_t faults = 0;
        QFETCH(const bool, everyWay);
        for (const Way& way : ways) {
            if (!everyWay && !way.always)
                continue;
            for (std::uint64_t at = 1;; at += stride) {
                const auto files = std::make_shared<io::MemoryFileSystem>();
                files->setFault({.at = at, .error = way.error, .partial = way.partial, .kinds = way.kinds});
                FaultStory story(files, "/db", options);
                story.run();
                QVERIFY2(story.failure().empty(),
                         ("call " + std::to_string(at) + ", " + way.name + ": " + story.failure()).c_str());
                for (const std::string& violation : files->violations())
                    QVERIFY2(false, ("call " + std::to_string(at) + ", " + way.name +
                                     ", a signal on a real machine: " + violation)
                                        .c_str());
                failed += story.failedCalls();
                faults += story.faults();
                if (!files->faultFired())
                    break;
                ++runs;
            }
        }
        qInfo("%llu faults; %llu calls of the engine failed, %llu times the database turned read-only",
              static_cast<unsigned long long>(runs), static_cast<unsigned long long>(failed),
              static_cast<unsigned long long>(faults));
    }

    // A disk of every size: the first write that does not fit says so, everything stays readable, and with more space
    // the story goes on.
    void everyCapacity_data() { addConfigurations(); }
    void everyCapacity() {
        const Options options = fetchOptions();
        std::uint64_t runs = 0;
        for (std::uint64_t capacity = 0;; capacity += (capacity < 12'000 ? 97 : 1'213) * stride) {
            const auto files = std::make_shared<io::MemoryFileSystem>();
            QVERIFY(files->createDirectory("/db"));
            RUSTCASK_VALUE(auto database, DatabaseTestAccess::openOn(files, "/db", options));
            files->setCapacity(capacity);
            std::map<std::string, std::string> model;
            bool full = false;
            std::string key;
            for (int i = 0; i < 30; ++i) {
                key = "key" + std::to_string(i % 7);
                const std::string value(static_cast<std::size_t>(i * 13 % 150), static_cast<char>('a' + i % 26));
                const auto done = database->put(key, value);
                if (done) {
                    model[key] = value;
                } else {
                    full = true;
                    QCOMPARE(done.error().code, ErrorCode::noSpace);
                    QVERIFY(!done.error().advice.empty());
                }
                if (i % 10 == 9) {
                    DatabaseTestAccess::writeHints(*database);
                    Progress progress;
                    if (const auto merged = database->merge(progress); !merged) {
                        full = true;
                        QCOMPARE(merged.error().code, ErrorCode::noSpace);
                    }
                }
                if (database->fault())
                    QFAIL(database->fault()->message().c_str());
            }
            for (const auto& [name, value] : model) {
                const auto found = database->get(name);
                RUSTCASK_OK(found);
                QVERIFY(*found == value);
            }
            files->setCapacity(UINT64_MAX);
            RUSTCASK_OK(database->put("more", "room"));
            Progress progress;
            RUSTCASK_OK(database->merge(progress));
            RUSTCASK_OK(database->close());
            RUSTCASK_VALUE(database, DatabaseTestAccess::openOn(files, "/db", options));
            model["more"] = "room";
            QCOMPARE(database->stats().liveKeys, model.size());
            for (const auto& [name, value] : model) {
                const auto found = database->get(name);
                RUSTCASK_OK(found);
                QVERIFY(*found == value);
            }
            QVERIFY(files->violations().empty());
            ++runs;
            if (!full)
                break;
        }
        qInfo("%llu sizes of a disk", static_cast<unsigned long long>(runs));
    }

    // What a process leaves that is killed at any call, merges included: opening it fails at every call, once, and then
    // finds what an opening without faults finds.
    void everyCallOfARecovery_data() { addConfigurations(); }
    void everyCallOfARecovery() {
        const Options options = fetchOptions();
        const auto lived = std::make_shared<io::MemoryFileSystem>();
        FaultStory story(lived, "/db", options);
        story.run();
        QVERIFY2(story.failure().empty(), story.failure().c_str());
        const io::Recording& whole = lived->recording();
        std::uint64_t runs = 0;
        for (std::size_t calls = 3; calls < whole.calls.size(); calls += 29) {
            io::Recording cut{whole.base, {}};
            cut.calls.assign(whole.calls.begin(), whole.calls.begin() + static_cast<std::ptrdiff_t>(calls));
            const io::DiskImage image = std::make_shared<io::MemoryFileSystem>(cut, false)->image();
            const auto contents = [&](Database& database, std::map<std::string, std::string>& into) -> Result<void> {
                auto snapshot = database.snapshot();
                if (!snapshot)
                    return failure(snapshot.error());
                for (std::size_t i = 0; i < (*snapshot)->size(); ++i) {
                    auto value = (*snapshot)->value(i);
                    if (!value)
                        return failure(value.error());
                    into[std::string((*snapshot)->entry(i).key)] = *value;
                }
                return {};
            };
            std::map<std::string, std::string> expected;
            {
                const auto files = std::make_shared<io::MemoryFileSystem>(io::Recording{image, {}}, false);
                RUSTCASK_VALUE(const auto database, DatabaseTestAccess::openOn(files, "/db", options));
                RUSTCASK_OK(contents(*database, expected));
            }
            for (const Way& way : {ways[0], ways[1], ways[4]}) {
                for (std::uint64_t at = 1;; at += stride) {
                    const auto files = std::make_shared<io::MemoryFileSystem>(io::Recording{image, {}}, false);
                    files->setFault({.at = at, .error = way.error, .partial = way.partial, .kinds = way.kinds});
                    auto database = DatabaseTestAccess::openOn(files, "/db", options);
                    const std::string place = "call " + std::to_string(at) + " of opening what call " +
                                              std::to_string(calls) + " left, " + way.name;
                    const bool fired = files->faultFired();
                    if (!database) {
                        QVERIFY2(!database.error().file.empty() && database.error().systemError == way.error,
                                 (place + ": " + database.error().message()).c_str());
                        files->setFault({});
                        database = DatabaseTestAccess::openOn(files, "/db", options);
                        QVERIFY2(database,
                                 (place + ", opened again: " + (database ? std::string() : database.error().message()))
                                     .c_str());
                    }
                    files->setFault({});
                    std::map<std::string, std::string> found;
                    const auto read = contents(**database, found);
                    QVERIFY2(read, (place + (read ? std::string() : ": " + read.error().message())).c_str());
                    QVERIFY2(found == expected, (place + ": other keys and values than without a fault").c_str());
                    if (!fired)
                        break;
                    ++runs;
                }
            }
        }
        qInfo("%llu faults", static_cast<unsigned long long>(runs));
    }
};

RUSTCASK_TEST_MAIN(TestFaults)
#include "tst_faults.moc"
