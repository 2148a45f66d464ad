// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include <map>
#include <optional>

#include <rustcask/database.h>
#include <rustcask/past_keys.h>

#include "support/check.h"
#include "support/seeded_random.h"
#include "support/temporary_directory.h"
#include "support/test_main.h"

using namespace rustcask;
using rustcask::test::SeededRandom;
using rustcask::test::TemporaryDirectory;

namespace {

using Contents = std::map<std::string, std::string>;

Contents contentsOf(const PastKeys& keys) {
    Contents contents;
    for (std::size_t i = 0; i < keys.size(); ++i)
        contents.emplace(keys.key(i).key, keys.value(i).value_or("unreadable"));
    return contents;
}

Options smallFiles() {
    Options options;
    options.maxFileBytes = 8 << 10;
    return options;
}

/// A clock that only goes on when it is told to.
class Clock {
public:
    explicit Clock(Options& options) {
        options.clock = [this] { return Timestamp(std::chrono::milliseconds(m_ms)); };
    }
    void advance() { m_ms += 1000; }
    [[nodiscard]] Timestamp now() const { return Timestamp(std::chrono::milliseconds(m_ms)); }

private:
    std::int64_t m_ms = 1'700'000'000'000;
};

} // namespace

class PastKeysTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// Random edits over several files; every moment is compared with what a map held then.
    void showsEveryMoment() {
        const TemporaryDirectory directory;
        SeededRandom random;
        RUSTCASK_VALUE(const auto database, Database::open(directory / "db", smallFiles()));
        Contents now;
        std::map<std::uint64_t, Contents> moments{{0, {}}};
        std::map<std::string, std::string> gone; // key: last value
        for (int step = 0; step < 600; ++step) {
            const std::string key = random.chance(10) ? std::string("\0k", 2) + std::to_string(random.below(20))
                                                      : "key " + std::to_string(random.below(40));
            if (random.chance(30)) {
                RUSTCASK_VALUE(const bool removed, database->remove(key));
                if (removed)
                    gone[key] = now[key];
                now.erase(key);
            } else {
                const std::string value = "value " + std::to_string(step) + std::string(random.below(90), 'x');
                RUSTCASK_OK(database->put(key, value));
                now[key] = value;
                gone.erase(key);
            }
            moments[database->stats().lastSequence.value] = now;
        }
        QVERIFY(database->stats().files.size() > 3);
        for (const auto& [sequence, expected] : moments) {
            if (sequence % 17 != 0 && sequence != moments.rbegin()->first)
                continue;
            Progress progress;
            RUSTCASK_VALUE(const auto past, PastKeys::at(directory / "db", {.sequence = Sequence{sequence}}, progress));
            QVERIFY(contentsOf(*past) == expected);
            QCOMPARE(past->sequence().value, sequence);
            QVERIFY(past->isComplete());
        }
        Progress progress;
        RUSTCASK_VALUE(const auto latest, PastKeys::at(directory / "db", {}, progress));
        QVERIFY(contentsOf(*latest) == now);
        QVERIFY(progress.counts().bytesTotal > 0);
        QCOMPARE(progress.counts().bytesDone, progress.counts().bytesTotal);
        RUSTCASK_VALUE(const auto deleted, PastKeys::deleted(directory / "db", progress));
        QVERIFY(contentsOf(*deleted) == gone);
        for (std::size_t i = 0; i < deleted->size(); ++i)
            QVERIFY(deleted->key(i).removedBy > deleted->key(i).version.sequence);
    }

    void findsMomentsByTime() {
        const TemporaryDirectory directory;
        Options options;
        Clock clock(options);
        RUSTCASK_VALUE(const auto database, Database::open(directory / "db", options));
        RUSTCASK_OK(database->put("a", "1"));
        const Timestamp first = clock.now();
        clock.advance();
        RUSTCASK_OK(database->put("b", "2"));
        RUSTCASK_OK(database->remove("a"));
        Progress progress;
        RUSTCASK_VALUE(const auto past, PastKeys::at(directory / "db", {.time = first}, progress));
        QVERIFY(contentsOf(*past) == (Contents{{"a", "1"}}));
        QVERIFY(past->time() == first);
        RUSTCASK_VALUE(const auto before,
                       PastKeys::at(directory / "db", {.time = first - std::chrono::milliseconds(1)}, progress));
        QCOMPARE(before->size(), std::size_t{0});
        QCOMPARE(before->sequence().value, std::uint64_t{0});
        RUSTCASK_VALUE(const auto deleted, PastKeys::deleted(directory / "db", progress));
        QCOMPARE(deleted->size(), std::size_t{1});
        QVERIFY(deleted->key(0).removedAt == clock.now());
    }

    /// A merge takes superseded values and tombstones: what it may have taken is said, what it cannot have is not.
    void saysWhatAMergeMayHaveTaken() {
        const TemporaryDirectory directory;
        Options options;
        Clock clock(options);
        RUSTCASK_VALUE(const auto database, Database::open(directory / "db", options));
        RUSTCASK_OK(database->put("a", "old"));
        RUSTCASK_OK(database->put("b", "kept"));
        const Sequence early = database->stats().lastSequence;
        clock.advance();
        RUSTCASK_OK(database->put("a", "new"));
        RUSTCASK_OK(database->rotate());
        clock.advance();
        Progress merging;
        RUSTCASK_OK(database->merge(merging));
        clock.advance();
        RUSTCASK_OK(database->put("c", "after"));
        const Sequence late = database->stats().lastSequence;
        RUSTCASK_OK(database->remove("b"));
        Progress progress;
        RUSTCASK_VALUE(const auto past, PastKeys::at(directory / "db", {.sequence = early}, progress));
        QVERIFY(!past->isComplete());
        QVERIFY(contentsOf(*past) == (Contents{{"b", "kept"}})); // a's former value has gone
        RUSTCASK_VALUE(const auto since, PastKeys::at(directory / "db", {.sequence = late}, progress));
        QVERIFY(since->isComplete());
        QVERIFY(contentsOf(*since) == (Contents{{"a", "new"}, {"b", "kept"}, {"c", "after"}}));
        QVERIFY(since->time() >= since->completeSince());

        // A deleted key keeps its tombstone in the newest file, but a merge of the file before takes its value.
        RUSTCASK_OK(database->rotate());
        MergeSelection oldest;
        oldest.kind = MergeSelection::Kind::files;
        for (const FileStats& file : database->stats().files)
            if (oldest.generations.empty())
                oldest.generations.push_back(file.generation);
        RUSTCASK_OK(database->merge(oldest, merging));
        RUSTCASK_VALUE(const auto deleted, PastKeys::deleted(directory / "db", progress));
        QCOMPARE(deleted->size(), std::size_t{1});
        QCOMPARE(std::string(deleted->key(0).key), std::string("b"));
        QVERIFY(!deleted->isComplete());
        QVERIFY(!deleted->key(0).hasValue);
        RUSTCASK_FAILS(deleted->value(0), ErrorCode::corruption);
    }

    void refusesAndStops() {
        const TemporaryDirectory directory;
        Progress progress;
        QVERIFY(!PastKeys::at(directory / "none", {}, progress).has_value());
        RUSTCASK_VALUE(const auto database, Database::open(directory / "db"));
        RUSTCASK_OK(database->put("a", "1"));
        Progress cancelled;
        cancelled.cancel();
        RUSTCASK_FAILS(PastKeys::at(directory / "db", {}, cancelled), ErrorCode::cancelled);
        RUSTCASK_FAILS(PastKeys::deleted(directory / "db", cancelled), ErrorCode::cancelled);
    }
};

RUSTCASK_TEST_MAIN(PastKeysTest)
#include "tst_past_keys.moc"
