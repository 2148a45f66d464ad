// SPDX-License-Identifier: Apache-2.0
// Every allocation of every operation fails, one after the other. What an operation may do then is to succeed all the
// same, to fail with an error, or to let `std::bad_alloc` through, which is all that the engine throws; nothing else
// may change. Log and keydir must agree: the answers are compared after each failure, and again with what an opening
// finds. Nothing ends in `std::terminate`: threads, destructors and the hint writer included.
#include <QTest>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <map>
#include <new>
#include <thread>

#include "engine/database_test_access.h"
#include "format/file_names.h"
#include "support/check.h"
#include "support/temporary_directory.h"
#include "support/test_main.h"

namespace {

std::atomic<std::int64_t> allocationsLeft{-1}; // until the one that fails; below 0: none does
std::atomic<std::uint64_t> allocationsFailed{0};

void* allocate(std::size_t bytes, std::size_t alignment) {
    if (allocationsLeft.load(std::memory_order_relaxed) >= 0 &&
        allocationsLeft.fetch_sub(1, std::memory_order_relaxed) == 0) {
        allocationsFailed.fetch_add(1, std::memory_order_relaxed);
        throw std::bad_alloc();
    }
    const std::size_t size = bytes == 0 ? 1 : bytes;
    void* block = alignment == 0 ? std::malloc(size)
                                 : std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
    if (block == nullptr)
        throw std::bad_alloc();
    return block;
}

} // namespace

void* operator new(std::size_t bytes) {
    return allocate(bytes, 0);
}
void* operator new[](std::size_t bytes) {
    return allocate(bytes, 0);
}
void* operator new(std::size_t bytes, std::align_val_t alignment) {
    return allocate(bytes, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t bytes, std::align_val_t alignment) {
    return allocate(bytes, static_cast<std::size_t>(alignment));
}
void operator delete(void* block) noexcept {
    std::free(block);
}
void operator delete[](void* block) noexcept {
    std::free(block);
}
void operator delete(void* block, std::size_t) noexcept {
    std::free(block);
}
void operator delete[](void* block, std::size_t) noexcept {
    std::free(block);
}
void operator delete(void* block, std::align_val_t) noexcept {
    std::free(block);
}
void operator delete[](void* block, std::align_val_t) noexcept {
    std::free(block);
}
void operator delete(void* block, std::size_t, std::align_val_t) noexcept {
    std::free(block);
}
void operator delete[](void* block, std::size_t, std::align_val_t) noexcept {
    std::free(block);
}

#if defined(__SANITIZE_ADDRESS__)
// What readers may still hold, and what there is no memory to remember, is given up on purpose (keydir/reclaimer.h).
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() {
    return "detect_leaks=0";
}
#endif

using namespace rustcask;
using namespace rustcask::test;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::int64_t stride = 9; // each takes ten times as long
#else
constexpr std::int64_t stride = 1;
#endif

enum class Outcome { succeeded, failed, threw };

using Step = std::function<Result<void>()>;

template <typename T>
[[nodiscard]] Result<void> outcomeOf(Result<T>&& result) {
    return result ? Result<void>() : Result<void>(failure(std::move(result.error())));
}

} // namespace

class TestOutOfMemory : public QObject {
    Q_OBJECT

    // One life of a database; `m_problem` says what went wrong.
    Options m_options;
    std::filesystem::path m_path;
    std::unique_ptr<Database> m_database;
    std::map<std::string, std::string> m_model;
    std::string m_problem;
    std::uint64_t m_failures = 0;
    std::uint64_t m_values = 0;

    void openAgain() {
        m_database.reset();
        auto opened = DatabaseTestAccess::openOn(io::posixFileSystem(), m_path, m_options);
        if (!opened) {
            m_problem = "opening: " + opened.error().message();
            return;
        }
        m_database = std::move(*opened);
    }

    [[nodiscard]] bool compare(const std::string& when) {
        for (int i = 0; i < 40; ++i) {
            const std::string key = "key" + std::to_string(i);
            const auto value = m_database->get(key);
            const auto expected = m_model.find(key);
            if (!value)
                m_problem = when + ": get " + key + ": " + value.error().message();
            else if (*value != (expected == m_model.end() ? std::nullopt : std::optional(expected->second)))
                m_problem = when + ": " + key + " is " + value->value_or("absent").substr(0, 40) +
                            ", acknowledged was " + (expected == m_model.end() ? "nothing" : expected->second);
            if (!m_problem.empty())
                return false;
        }
        if (m_database->stats().liveKeys != m_model.size())
            m_problem = when + ": the statistics count " + std::to_string(m_database->stats().liveKeys) + " keys";
        return m_problem.empty();
    }

    // What takes longer with each try would never be done.
    void keepSmall() {
        Progress progress;
        if (m_problem.empty() && m_database->stats().files.size() > 5 && !m_database->merge(progress))
            m_problem = "merge with memory enough";
    }

    [[nodiscard]] static Outcome tryOnce(const Step& step, std::int64_t at, bool& fired) {
        const std::uint64_t before = allocationsFailed.load();
        Outcome outcome = Outcome::succeeded;
        {
            allocationsLeft.store(at - 1);
            try {
                auto done = step();
                outcome = done ? Outcome::succeeded : Outcome::failed;
                allocationsLeft.store(-1);
            } catch (const std::bad_alloc&) {
                allocationsLeft.store(-1);
                outcome = Outcome::threw;
            }
        }
        fired = allocationsFailed.load() > before;
        return outcome;
    }

    // `prepare` makes the same conditions again; `acknowledge` is told that the step succeeded.
    void everyAllocation(const std::string& name, const std::function<void()>& prepare, const Step& step,
                         const std::function<void()>& acknowledge = {}) {
        for (std::int64_t at = 1; m_problem.empty(); at += stride) {
            prepare();
            if (!m_problem.empty())
                return;
            bool fired = false;
            const Outcome outcome = tryOnce(step, at, fired);
            const std::string when = name + ", allocation " + std::to_string(at) + " failing";
            if (outcome != Outcome::succeeded && !fired) {
                m_problem = name + " fails with memory enough";
                return;
            }
            m_failures += fired ? 1U : 0U;
            if (outcome == Outcome::succeeded && acknowledge)
                acknowledge();
            if (m_database && m_database->fault()) { // what it holds in memory may be behind the log
                const auto model = m_model;
                openAgain();
                if (!m_problem.empty())
                    return;
                // The write that turned it read-only may be there.
                if (outcome != Outcome::succeeded && acknowledge && !compare(when)) {
                    m_problem.clear();
                    acknowledge();
                }
            }
            if (m_database && !compare(when))
                return;
            if (!fired)
                return;
        }
    }

    void putSome(int count) {
        keepSmall();
        for (int i = 0; i < count && m_problem.empty(); ++i) {
            ++m_values;
            const std::string key = "key" + std::to_string(m_values * 7 % 40);
            const std::string value = "value " + std::to_string(m_values) + std::string(m_values % 50, '.');
            if (const auto done = m_database->put(key, value); !done)
                m_problem = "put with memory enough: " + done.error().message();
            else
                m_model[key] = value;
        }
    }

    void everyOperation() {
        openAgain();
        if (!m_problem.empty())
            return;
        putSome(30);
        // Keys that are new to the keydir, overwritten ones, and removed ones.
        std::string key;
        std::string value;
        const auto nextWrite = [&] {
            key = "key" + std::to_string(++m_values % 40);
            value = "value " + std::to_string(m_values) + std::string(m_values % 70, '-');
        };
        const auto stored = [&] { m_model[key] = value; };
        for (int i = 0; i < 3; ++i)
            everyAllocation(
                "put", nextWrite, [&] { return m_database->put(key, value); }, stored);
        everyAllocation(
            "put that rotates",
            [&] {
                nextWrite();
                value.resize(m_options.maxFileBytes);
            },
            [&] { return m_database->put(key, value); }, stored);
        everyAllocation(
            "put that adopts",
            [&] {
                putSome(1);
                openAgain();
                nextWrite();
            },
            [&] { return m_database->put(key, value); }, stored);
        everyAllocation(
            "putIf",
            [&] {
                nextWrite();
                m_model.erase(key);
                if (!m_database->remove(key))
                    m_problem = "remove with memory enough";
            },
            [&] { return outcomeOf(m_database->putIf(key, value, std::nullopt)); }, stored);
        everyAllocation(
            "remove",
            [&] {
                nextWrite();
                stored();
                if (!m_database->put(key, value))
                    m_problem = "put with memory enough";
            },
            [&] { return outcomeOf(m_database->remove(key)); }, [&] { m_model.erase(key); });
        everyAllocation(
            "sync", [&] { putSome(1); }, [&] { return m_database->sync(); });
        everyAllocation(
            "rotate", [&] { putSome(1); }, [&] { return m_database->rotate(); });
        everyAllocation(
            "hints",
            [&] {
                putSome(2);
                static_cast<void>(m_database->rotate());
            },
            [&] {
                DatabaseTestAccess::writeHints(*m_database);
                return Result<void>();
            });
        std::shared_ptr<const Snapshot> snapshot;
        everyAllocation(
            "snapshot", [&] { snapshot.reset(); },
            [&] {
                auto taken = m_database->snapshot();
                if (taken)
                    snapshot = std::move(*taken);
                return outcomeOf(std::move(taken));
            });
        snapshot.reset();
        everyAllocation(
            "merge", [&] { putSome(6); },
            [&] {
                Progress progress;
                return outcomeOf(m_database->merge(progress));
            });
        std::string read;
        everyAllocation(
            "get", [&] { read = {}; }, [&] { return outcomeOf(m_database->get("key1", read)); });
        everyAllocation(
            "openValue", [] {}, [&] { return outcomeOf(m_database->openValue("key1")); });
        const auto openAndPut = [&] {
            if (!m_database)
                openAgain();
            if (m_problem.empty() && compare("opened again"))
                putSome(3);
        };
        everyAllocation("close", openAndPut, [&] {
            const std::unique_ptr<Database> closed = std::move(m_database);
            return closed->close();
        });
        everyAllocation("destructor", openAndPut, [&] {
            m_database.reset();
            return Result<void>();
        });
        everyAllocation(
            "open", [&] { m_database.reset(); },
            [&] {
                auto opened = DatabaseTestAccess::openOn(io::posixFileSystem(), m_path, m_options);
                if (opened)
                    m_database = std::move(*opened);
                return outcomeOf(std::move(opened));
            });
        if (m_problem.empty() && compare("opened"))
            static_cast<void>(m_database->close());
        m_database.reset();
        // Without hints: every record is scanned.
        everyAllocation(
            "open without hints",
            [&] {
                m_database.reset();
                for (const auto& entry : std::filesystem::directory_iterator(m_path))
                    if (entry.path().extension() == ".hint")
                        std::filesystem::remove(entry.path());
            },
            [&] {
                auto opened = DatabaseTestAccess::openOn(io::posixFileSystem(), m_path, m_options);
                if (opened)
                    m_database = std::move(*opened);
                return outcomeOf(std::move(opened));
            });
    }

private Q_SLOTS:
    void everyAllocationFails_data() {
        QTest::addColumn<int>("path");
        QTest::addColumn<int>("sync");
        QTest::addColumn<unsigned>("threads");
        QTest::newRow("mapped, none") << 0 << 0 << 1U;
        QTest::newRow("direct, everyWrite") << 1 << 2 << 3U;
        QTest::newRow("buffered, everyWrite") << 2 << 2 << 1U;
    }
    void everyAllocationFails() {
        QFETCH(const int, path);
        QFETCH(const int, sync);
        QFETCH(const unsigned, threads);
        const TemporaryDirectory directory;
        m_path = directory / "db";
        m_options = {};
        m_options.writePath = static_cast<WritePath>(path);
        m_options.readStrategy = static_cast<ReadStrategy>((path + sync) % 3);
        m_options.sync = static_cast<SyncMode>(sync);
        m_options.maxFileBytes = 700;
        m_options.writeBufferBytes = 4096;
        m_options.recoveryThreads = threads;
        m_model.clear();
        m_problem.clear();
        m_failures = 0;
        everyOperation();
        m_database.reset();
        QVERIFY2(m_problem.empty(), m_problem.c_str());
        openAgain();
        QVERIFY2(m_problem.empty() && compare("at the end"), m_problem.c_str());
        for (const auto& entry : std::filesystem::directory_iterator(m_path)) {
            const FileKind kind = format::parseFileName(entry.path().filename().string()).kind;
            QVERIFY2(kind == FileKind::data || kind == FileKind::hint || kind == FileKind::lock, entry.path().c_str());
        }
        m_database.reset();
        qInfo("%llu allocations failed", static_cast<unsigned long long>(m_failures));
    }

    // With hint writer, interval sync and automatic merges at work: whichever thread it hits, the process goes on.
    void allocationsOfTheThreadsFail() {
        const TemporaryDirectory directory;
        Options options;
        options.maxFileBytes = 700;
        options.sync = SyncMode::interval;
        options.syncInterval = std::chrono::milliseconds(1);
        options.merge.mode = MergeMode::everyRotation;
        std::map<std::string, std::string> model;
        std::uint64_t failures = 0;
        for (std::int64_t at = 1; at < 700; at += 3) {
            const std::uint64_t before = allocationsFailed.load();
            std::unique_ptr<Database> database;
            allocationsLeft.store(at);
            for (int tries = 0; !database && tries < 2; ++tries) {
                try {
                    auto opened = Database::open(directory / "db", options);
                    if (opened)
                        database = std::move(*opened);
                } catch (const std::bad_alloc&) {
                    // the second time there is memory
                }
            }
            QVERIFY(database);
            std::string key;
            std::string value;
            for (int i = 0; i < 12; ++i) {
                bool done = false;
                try {
                    key = "key" + std::to_string(i);
                    value = std::to_string(at) + std::string(60, '.');
                    done = database->put(key, value).has_value();
                } catch (const std::bad_alloc&) {
                    continue;
                }
                const std::int64_t left = allocationsLeft.exchange(-1);
                if (done)
                    model[key] = value;
                allocationsLeft.store(left);
            }
            allocationsLeft.store(-1);
            database.reset();
            failures += allocationsFailed.load() - before;
        }
        RUSTCASK_VALUE(const auto database, Database::open(directory / "db", options));
        for (const auto& [key, value] : model) {
            RUSTCASK_VALUE(const auto found, database->get(key));
            QVERIFY2(found == value, key.c_str());
        }
        qInfo("%llu allocations failed", static_cast<unsigned long long>(failures));
    }
};

RUSTCASK_TEST_MAIN(TestOutOfMemory)
#include "tst_out_of_memory.moc"
