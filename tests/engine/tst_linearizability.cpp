// SPDX-License-Identifier: Apache-2.0
// Threads put, get (one key or several), remove, compare-and-set and take snapshots of a few keys at once, with
// rotation and merges all the time; what each asked and was told is recorded, and the checker must find an order that
// explains it. Also over crashes: a child process is killed in the middle, what it had not acknowledged may or may not
// have happened.
//
// RUSTCASK_HISTORIES sets how many histories are recorded (default 10,200), RUSTCASK_CRASH_HISTORIES how many over
// crashes (default 240).
#include <QTest>

#include <array>
#include <atomic>
#include <barrier>
#include <chrono>
#include <thread>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <rustcask/database.h>

#include "engine/register_history.h"
#include "support/check.h"
#include "support/seeded_random.h"
#include "support/temporary_directory.h"
#include "support/test_main.h"

using namespace rustcask;
using namespace rustcask::test;

namespace {

constexpr std::size_t threadCount = 3;
constexpr std::size_t keyCount = 2;
constexpr std::size_t operationsEach = 12;

[[nodiscard]] std::int64_t now() {
    return std::chrono::steady_clock::now().time_since_epoch().count();
}

[[nodiscard]] std::uint64_t countFrom(const char* variable, std::uint64_t otherwise) {
    bool given = false;
    const qulonglong count = qEnvironmentVariable(variable).toULongLong(&given);
    return given ? count : otherwise;
}

struct Recorded {
    std::uint32_t key = 0;
    Operation operation{};
};

/// One thread's part of a history. Lives in memory that outlasts a killed process: an operation is there, as one that
/// was cut, from before its call, and completed after it.
struct Tape {
    static constexpr std::size_t capacity = operationsEach * (keyCount + 1);
    std::atomic<std::uint32_t> count{0};
    std::array<Recorded, capacity> entries{};

    std::size_t begin(std::uint32_t key, Operation operation) {
        const std::uint32_t at = count.load(std::memory_order_relaxed);
        operation.begin = now();
        operation.end = never;
        entries[at] = {key, operation};
        count.store(at + 1, std::memory_order_release);
        return at;
    }
    void end(std::size_t at, std::uint64_t value, bool result) {
        Operation& operation = entries[at].operation;
        if (operation.kind == Operation::Kind::get)
            operation.value = value;
        if (operation.kind == Operation::Kind::snapshot) {
            operation.value = value & 0xFFFFFFFF;
            operation.other = value >> 32;
        }
        operation.result = result;
        std::atomic_ref<std::int64_t>(operation.end).store(now(), std::memory_order_release);
    }
};

// The sequence number of the last append of this thread: the listener runs on the thread that appends.
thread_local std::uint64_t lastSequence = 0;

// It also lets other threads run between the append and the change of the keydir, and between that and the answer: on
// few cores hardly two operations would overlap otherwise.
EventListener rememberSequences() {
    return [](const Event& event) {
        if (event.kind == EventKind::append)
            lastSequence = event.sequence.value;
        if ((event.kind == EventKind::append || event.kind == EventKind::keydirChange) && event.sequence.value % 3 == 0)
            std::this_thread::yield();
    };
}

/// Plays operations of one thread. Values are their numbers in decimal, padded to various lengths.
class Player {
public:
    Player(Database& database, std::string prefix, Tape& tape, std::vector<std::atomic<std::uint64_t>>& sequences,
           std::uint64_t seed)
        : m_database(database), m_prefix(std::move(prefix)), m_tape(tape), m_sequences(sequences), m_random(seed) {}

    /// @param firstValue numbers from here on are this thread's
    void play(std::uint64_t firstValue) {
        std::uint64_t value = firstValue;
        for (std::size_t i = 0; i < operationsEach; ++i) {
            const auto key = static_cast<std::uint32_t>(m_random.below(keyCount));
            const std::uint64_t choice = m_random.below(100);
            if (choice < 30)
                put(key, value++);
            else if (choice < 40)
                remove(key);
            else if (choice < 47)
                removeIf(key);
            else if (choice < 60)
                putIf(key, value++);
            else if (choice < 68)
                snapshot();
            else if (choice < 78)
                getMany();
            else
                get(key);
            if (m_random.chance(20))
                std::this_thread::yield();
        }
    }

    [[nodiscard]] const std::string& failure() const { return m_failure; }

    static std::string keyOf(const std::string& prefix, std::uint32_t key) { return prefix + std::to_string(key); }

private:
    [[nodiscard]] std::string key(std::uint32_t number) const { return keyOf(m_prefix, number); }
    [[nodiscard]] static std::string text(std::uint64_t value) {
        return std::to_string(value) + std::string(value % 50, '.');
    }
    template <typename T>
    bool ok(const Result<T>& result) {
        if (!result && m_failure.empty())
            m_failure = result.error().message();
        return result.has_value();
    }

    void put(std::uint32_t number, std::uint64_t value) {
        const std::size_t at = m_tape.begin(number, {.kind = Operation::Kind::put, .value = value});
        if (ok(m_database.put(key(number), text(value)))) {
            m_tape.end(at, value, true);
            m_sequences[value] = lastSequence;
        }
    }
    void remove(std::uint32_t number) {
        const std::size_t at = m_tape.begin(number, {.kind = Operation::Kind::remove});
        const auto removed = m_database.remove(key(number));
        if (ok(removed))
            m_tape.end(at, 0, *removed);
    }
    void putIf(std::uint32_t number, std::uint64_t value) {
        // What this thread last saw there, if its sequence number is known by now; or nothing.
        const std::uint64_t expected = m_seen[number] != 0 && m_sequences[m_seen[number]] != 0 ? m_seen[number] : 0;
        std::optional<Sequence> sequence;
        if (expected != 0)
            sequence = Sequence{m_sequences[expected]};
        const std::size_t at =
            m_tape.begin(number, {.kind = Operation::Kind::putIf, .value = value, .expected = expected});
        const auto stored = m_database.putIf(key(number), text(value), sequence);
        if (ok(stored)) {
            m_tape.end(at, value, *stored);
            if (*stored)
                m_sequences[value] = lastSequence;
        }
    }
    void removeIf(std::uint32_t number) {
        const std::uint64_t expected = m_seen[number];
        const std::uint64_t sequence = m_sequences[expected];
        if (expected == 0 || sequence == 0)
            return;
        const std::size_t at = m_tape.begin(number, {.kind = Operation::Kind::removeIf, .expected = expected});
        const auto removed = m_database.removeIf(key(number), Sequence{sequence});
        if (ok(removed))
            m_tape.end(at, 0, *removed);
    }
    void get(std::uint32_t number) {
        const std::size_t at = m_tape.begin(number, {.kind = Operation::Kind::get});
        const auto found = m_database.get(key(number), m_value);
        if (!ok(found))
            return;
        const std::uint64_t value = *found ? std::stoull(m_value) : 0;
        m_tape.end(at, value, *found);
        m_seen[number] = value;
    }
    // Each key by itself, at some moment of the call.
    void getMany() {
        std::array<std::size_t, keyCount> at{};
        std::array<std::string, keyCount> names;
        std::array<std::string_view, keyCount> keys;
        for (std::uint32_t number = 0; number < keyCount; ++number) {
            names[number] = key(number);
            keys[number] = names[number];
            at[number] = m_tape.begin(number, {.kind = Operation::Kind::get});
        }
        if (!ok(m_database.getMany(keys, m_lookups)))
            return;
        for (std::uint32_t number = 0; number < keyCount; ++number) {
            const Lookup& lookup = m_lookups[number];
            m_seen[number] = lookup.found ? std::stoull(lookup.value) : 0;
            m_tape.end(at[number], m_seen[number], lookup.found);
        }
    }
    // All keys at one moment of the call.
    void snapshot() {
        static_assert(keyCount == 2);
        const std::size_t at = m_tape.begin(0, {.kind = Operation::Kind::snapshot});
        const auto snapshot = m_database.snapshot();
        if (!ok(snapshot))
            return;
        std::uint64_t seen = 0;
        for (std::size_t i = 0; i < (*snapshot)->size(); ++i) {
            for (std::uint32_t number = 0; number < keyCount; ++number) {
                if ((*snapshot)->entry(i).key != key(number))
                    continue;
                const auto value = (*snapshot)->value(i);
                if (!ok(value))
                    return;
                seen |= std::uint64_t{std::stoull(*value)} << (32 * number);
            }
        }
        m_tape.end(at, seen, true);
    }

    Database& m_database;
    std::string m_prefix;
    Tape& m_tape;
    std::vector<std::atomic<std::uint64_t>>& m_sequences; // by value; 0: not known
    SeededRandom m_random;
    std::array<std::uint64_t, keyCount> m_seen{};
    std::string m_value;
    std::vector<Lookup> m_lookups;
    std::string m_failure;
};

// Both keys together, so that a snapshot has to fit both.
void collect(const Tape& tape, RegisterHistory& history) {
    for (std::uint32_t i = 0; i < tape.count.load(std::memory_order_acquire); ++i) {
        history.push_back(tape.entries[i].operation);
        history.back().key = tape.entries[i].key;
    }
}

// Each key by itself, where there is too much for both together: a snapshot is a get of each then.
void collect(const Tape& tape, std::array<RegisterHistory, keyCount>& histories) {
    for (std::uint32_t i = 0; i < tape.count.load(std::memory_order_acquire); ++i) {
        Operation operation = tape.entries[i].operation;
        if (operation.kind != Operation::Kind::snapshot) {
            histories[tape.entries[i].key].push_back(operation);
            continue;
        }
        operation.kind = Operation::Kind::get;
        histories[0].push_back(operation);
        operation.value = operation.other;
        histories[1].push_back(operation);
    }
}

} // namespace

class LinearizabilityTest : public QObject {
    Q_OBJECT

    static Options optionsOf(int sync, int path, int strategy) {
        Options options;
        options.maxFileBytes = 2000;
        options.sync = static_cast<SyncMode>(sync);
        options.syncInterval = std::chrono::milliseconds(2);
        options.writePath = static_cast<WritePath>(path);
        options.writeBufferBytes = 4096;
        options.readStrategy = static_cast<ReadStrategy>(strategy);
        options.maxOpenFiles = 2;
        options.recoveryThreads = 1;
        options.listener = rememberSequences();
        return options;
    }

private Q_SLOTS:
    void everyHistoryHasAnOrder_data() {
        QTest::addColumn<int>("sync");
        QTest::addColumn<int>("path");
        QTest::addColumn<int>("strategy");
        QTest::newRow("none, mapped, mapped") << 0 << 0 << 0;
        QTest::newRow("none, direct, few handles") << 0 << 1 << 1;
        QTest::newRow("none, buffered, open per read") << 0 << 2 << 2;
        QTest::newRow("interval, mapped, few handles") << 1 << 0 << 1;
        QTest::newRow("every write, mapped, mapped") << 2 << 0 << 0;
        QTest::newRow("every write, direct, open per read") << 2 << 1 << 2;
    }
    void everyHistoryHasAnOrder() {
        QFETCH(const int, sync);
        QFETCH(const int, path);
        QFETCH(const int, strategy);
        const std::uint64_t rounds = countFrom("RUSTCASK_HISTORIES", 10'200) / 6;
        TemporaryDirectory directory;
        RUSTCASK_VALUE(auto database, Database::open(directory / "db", optionsOf(sync, path, strategy)));
        std::atomic<bool> stop{false};
        std::atomic<std::uint64_t> merges{0};
        std::string mergeFailure;
        std::thread merger([&] {
            SeededRandom random(9);
            while (!stop) {
                Progress progress;
                MergeSelection selection;
                if (random.chance(50)) { // some of the files
                    selection.kind = MergeSelection::Kind::files;
                    for (const FileStats& file : database->stats().files)
                        if (random.chance(50))
                            selection.generations.push_back(file.generation);
                }
                const auto merged = database->merge(selection, progress);
                if (!merged && mergeFailure.empty())
                    mergeFailure = merged.error().message();
                ++merges;
                std::this_thread::sleep_for(std::chrono::microseconds(100));
            }
        });

        // The players begin each round together; when all have ended, the test's own thread checks it.
        std::barrier beginning(threadCount + 1);
        std::barrier ending(threadCount + 1);
        std::vector<Tape> tapes(threadCount);
        std::vector<std::string> failures(threadCount);
        std::vector<std::atomic<std::uint64_t>> sequences(threadCount * operationsEach + 1);
        std::vector<std::thread> threads;
        for (std::size_t t = 0; t < threadCount; ++t)
            threads.emplace_back([&, t] {
                for (std::uint64_t r = 1; r <= rounds; ++r) {
                    beginning.arrive_and_wait();
                    if (stop)
                        return;
                    Player player(*database, "r" + std::to_string(r) + "-", tapes[t], sequences,
                                  r * threadCount + t + 1);
                    player.play(1 + t * operationsEach);
                    if (failures[t].empty())
                        failures[t] = player.failure();
                    ending.arrive_and_wait();
                }
            });
        std::string refused;
        std::uint64_t checked = 0;
        std::uint64_t overlapping = 0;
        for (std::uint64_t r = 1; r <= rounds; ++r) {
            for (Tape& tape : tapes)
                tape.count = 0;
            for (auto& sequence : sequences)
                sequence = 0;
            stop = !refused.empty();
            beginning.arrive_and_wait();
            if (stop)
                break;
            ending.arrive_and_wait();
            RegisterHistory history;
            for (const Tape& tape : tapes)
                collect(tape, history);
            if (history.size() <= maxOperations && !isLinearizable(history))
                refused = "round " + std::to_string(r) + ":" + textOf(history);
            for (const Operation& a : history)
                for (const Operation& b : history)
                    overlapping += a.key == b.key && a.begin < b.begin && b.begin < a.end;
            ++checked;
            // Or merges would copy more and more.
            for (std::uint32_t key = 0; key < keyCount; ++key)
                static_cast<void>(database->remove(Player::keyOf("r" + std::to_string(r) + "-", key)));
        }
        while (merges == 0 && refused.empty()) // of few rounds on a busy machine it may have seen none
            std::this_thread::yield();
        stop = true;
        for (std::thread& thread : threads)
            thread.join();
        merger.join();
        QVERIFY2(refused.empty(), refused.c_str());
        QVERIFY2(mergeFailure.empty(), mergeFailure.c_str());
        for (const std::string& failure : failures)
            QVERIFY2(failure.empty(), failure.c_str());
        QVERIFY(merges > 0);
        qInfo("%llu histories, %llu overlapping pairs, %llu merges", static_cast<unsigned long long>(checked),
              static_cast<unsigned long long>(overlapping), static_cast<unsigned long long>(merges.load()));
    }

    // Three lives of one database: two are killed at some moment, the third reads. What was acknowledged has happened,
    // in an order that also explains what was seen before the kill; what was cut may have.
    void crashesLeaveAnOrderToo_data() {
        QTest::addColumn<int>("sync");
        QTest::addColumn<int>("path");
        QTest::newRow("none, mapped") << 0 << 0;
        QTest::newRow("none, direct") << 0 << 1;
        QTest::newRow("every write, mapped") << 2 << 0;
    }
    void crashesLeaveAnOrderToo() {
        QFETCH(const int, sync);
        QFETCH(const int, path);
        constexpr int lives = 2;
        const std::uint64_t rounds = countFrom("RUSTCASK_CRASH_HISTORIES", 240) / 3;
        const std::size_t bytes = sizeof(Tape) * threadCount * lives;
        void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        QVERIFY(memory != MAP_FAILED);
        Tape* tapes = new (memory) Tape[threadCount * lives];
        SeededRandom random;
        std::uint64_t cut = 0;
        std::uint64_t checked = 0;
        for (std::uint64_t r = 0; r < rounds; ++r) {
            TemporaryDirectory directory;
            for (std::size_t i = 0; i < threadCount * lives; ++i)
                tapes[i].count = 0;
            for (std::size_t life = 0; life < lives; ++life) {
                const pid_t child = ::fork();
                QVERIFY(child >= 0);
                if (child == 0)
                    live(directory / "db", optionsOf(sync, path, 0), tapes + life * threadCount, life, r);
                const auto wait = std::chrono::microseconds(random.between(1000, 9000));
                std::this_thread::sleep_for(wait);
                ::kill(child, SIGKILL);
                int status = 0;
                QVERIFY(::waitpid(child, &status, 0) == child);
                QVERIFY2(WIFSIGNALED(status), "the child failed by itself");
            }
            std::array<RegisterHistory, keyCount> histories;
            for (std::size_t i = 0; i < threadCount * lives; ++i)
                collect(tapes[i], histories);
            RUSTCASK_VALUE(auto database, Database::open(directory / "db"));
            for (std::uint32_t key = 0; key < keyCount; ++key) {
                Operation last{.kind = Operation::Kind::get, .begin = now()};
                RUSTCASK_VALUE(const auto value, database->get(Player::keyOf("k", key)));
                last.value = value ? std::stoull(*value) : 0;
                last.end = now();
                for (const Operation& operation : histories[key])
                    cut += operation.end == never;
                histories[key].push_back(last);
                if (histories[key].size() > maxOperations)
                    continue; // nearly all went to one key
                ++checked;
                QVERIFY2(isLinearizable(histories[key]), textOf(histories[key]).c_str());
            }
        }
        ::munmap(memory, bytes);
        QVERIFY(checked > rounds);
        qInfo("%llu histories over two crashes each, %llu operations cut", static_cast<unsigned long long>(rounds),
              static_cast<unsigned long long>(cut));
    }

private:
    // A child's life: plays, then waits to be killed. It must not run anything of the test library.
    [[noreturn]] static void live(const std::filesystem::path& directory, const Options& options, Tape* tapes,
                                  std::size_t life, std::uint64_t round) {
        auto database = Database::open(directory, options);
        if (!database)
            ::_exit(1);
        std::vector<std::atomic<std::uint64_t>> sequences(2 * threadCount * operationsEach + 1);
        std::vector<std::thread> threads;
        std::atomic<bool> failed{false};
        for (std::size_t t = 0; t < threadCount; ++t)
            threads.emplace_back([&, t] {
                Player player(**database, "k", tapes[t], sequences, (round * 2 + life) * threadCount + t + 1);
                player.play(1 + (life * threadCount + t) * operationsEach);
                if (!player.failure().empty())
                    failed = true;
            });
        threads.emplace_back([&] {
            for (;;) {
                Progress progress;
                if (!(*database)->merge(progress))
                    failed = true;
            }
        });
        for (std::size_t t = 0; t < threadCount; ++t)
            threads[t].join();
        if (failed)
            ::_exit(1);
        for (;;)
            ::pause();
    }
};

RUSTCASK_TEST_MAIN(LinearizabilityTest)
#include "tst_linearizability.moc"
