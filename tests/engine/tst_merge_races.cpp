// SPDX-License-Identifier: Apache-2.0
// Whatever reads a directory beside its writer, at every look that it takes at a name of it: there the writer goes on
// by some steps of two merges (merge_steps.h). A file that was listed may be gone by then, or have another name.
//
//     RUSTCASK_RACES_ALL=1 build/release/tests/tst_merge_races      every look, every number of steps
#include <QTest>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <functional>
#include <mutex>
#include <set>

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <rustcask/analysis.h>
#include <rustcask/backup.h>
#include <rustcask/database.h>
#include <rustcask/history.h>
#include <rustcask/past_keys.h>
#include <rustcask/repair.h>
#include <rustcask/value_reader.h>
#include <rustcask/verify.h>
#include <rustcask/version_files.h>
#include <rustcask/version_index.h>

#include "engine/merge_steps.h"
#include "io/file_system.h"
#include "support/check.h"
#include "support/seeded_random.h"
#include "support/temporary_directory.h"
#include "support/test_main.h"

namespace {

// What the writer does before the reader's next look.
struct {
    std::mutex mutex;
    std::function<void()> onLook;
    std::atomic<bool> armed{false};
} writer;
thread_local bool isWriter = false;

void look() {
    if (!writer.armed.load() || isWriter)
        return;
    const int before = errno;
    const std::lock_guard lock(writer.mutex);
    isWriter = true;
    writer.onLook();
    isWriter = false;
    errno = before;
}

} // namespace

// Taken from the C library by functions of the same names.
extern "C" {

int open(const char* path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    look();
    return static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}
DIR* opendir(const char* path) {
    static const auto real = reinterpret_cast<DIR* (*)(const char*)>(::dlsym(RTLD_NEXT, "opendir"));
    look();
    return real(path);
}
// Its caller looks at the file of the name next.
dirent* readdir(DIR* directory) {
    static const auto real = reinterpret_cast<dirent* (*)(DIR*)>(::dlsym(RTLD_NEXT, "readdir"));
    dirent* entry = real(directory);
    look();
    return entry;
}
int link(const char* from, const char* to) noexcept {
    look();
    return static_cast<int>(::syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0));
}
}

using namespace rustcask;
using namespace rustcask::test;

namespace {

namespace fs = std::filesystem;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t defaultStride = 211; // each takes ten times as long
#else
constexpr std::size_t defaultStride = 29;
#endif

const MergeSteps& steps() {
    static const MergeSteps made;
    return made;
}

/// One operation beside the writer. Its answers must be right at some moment between its begin and its end.
class Race {
public:
    Race(fs::path directory, std::size_t from) : m_directory(std::move(directory)), m_from(from), m_now(from) {
        steps().layOut(database(), from);
    }
    ~Race() { writer.armed.store(false); }
    Race(const Race&) = delete;
    Race& operator=(const Race&) = delete;

    [[nodiscard]] fs::path database() const { return m_directory / "db"; }
    [[nodiscard]] fs::path target() const { return m_directory / "target"; }
    [[nodiscard]] std::size_t now() const { return m_now; }
    [[nodiscard]] std::size_t looks() const { return m_looks; }
    /// How many steps the writer takes before a look, by the look's number from 1 on.
    std::function<std::size_t(std::size_t)> plan = [](std::size_t) { return std::size_t{0}; };

    /// From here on the writer is at work.
    void begin() {
        writer.onLook = [this] {
            const std::size_t to = std::min(m_now + plan(++m_looks), steps().last());
            steps().advance(database(), std::exchange(m_now, to), to);
        };
        writer.armed.store(true);
    }
    void end() { writer.armed.store(false); }

    void fail(const std::string& text) {
        if (m_failure.empty())
            m_failure = text;
    }
    [[nodiscard]] const std::string& failure() const { return m_failure; }
    template <typename T>
    bool succeeded(const Result<T>& result, const std::string& what) {
        if (!result)
            fail(what + ": " + describe(result));
        return result.has_value();
    }
    /// Whether `fits` is true of some moment since the begin.
    [[nodiscard]] bool once(const std::function<bool(std::size_t)>& fits) const {
        for (std::size_t step = m_from; step <= m_now; ++step)
            if (fits(step))
                return true;
        return false;
    }
    void expect(const std::string& key, const std::optional<std::string>& value, const std::string& what) {
        if (!once([&](std::size_t step) { return steps().answers(step).at(key) == value; }))
            fail(what + ": " + key + " is " + value.value_or("(nil)"));
    }
    void expectAll(const Database& opened, const std::string& what) {
        for (const auto& [key, value] : steps().answers(0)) {
            auto found = opened.get(key);
            if (succeeded(found, what + ", get " + key))
                expect(key, *found, what);
        }
    }
    [[nodiscard]] static std::set<std::string> liveAt(std::size_t step) {
        std::set<std::string> keys;
        for (const auto& [key, value] : steps().answers(step))
            if (value)
                keys.insert(key);
        return keys;
    }

private:
    fs::path m_directory;
    std::size_t m_from;
    std::size_t m_now;
    std::size_t m_looks = 0;
    std::string m_failure;
};

Options reading(ReadStrategy strategy) {
    Options options;
    options.readOnly = true;
    options.readStrategy = strategy;
    options.maxOpenFiles = 2;
    options.recoveryThreads = 1;
    return options;
}

using Answers = MergeSteps::Answers;

void expectMoment(Race& race, const Answers& found, const std::string& what) {
    if (race.once([&](std::size_t step) { return steps().answers(step) == found; }))
        return;
    std::string text = what + " is of no moment:";
    for (const auto& [key, value] : found)
        text += ' ' + key + '=' + value.value_or("(nil)");
    race.fail(text);
}

// What the directory holds now that the writer rests.
void expectContents(Race& race, const fs::path& directory, const std::string& what) {
    auto opened = Database::open(directory, reading(ReadStrategy::keepOpen));
    if (!race.succeeded(opened, what))
        return;
    Answers found;
    for (const auto& [key, value] : steps().answers(0))
        if (auto got = (*opened)->get(key); race.succeeded(got, what + ", get " + key))
            found[key] = *got;
    expectMoment(race, found, what);
}

void opening(Race& race, ReadStrategy strategy) {
    race.begin();
    auto opened = Database::open(race.database(), reading(strategy));
    if (!race.succeeded(opened, "open"))
        return;
    race.expectAll(**opened, "opened");
    race.end();
    race.succeeded((*opened)->refresh(), "refresh");
    race.expectAll(**opened, "refreshed");
    if ((*opened)->stats().liveKeys != Race::liveAt(race.now()).size())
        race.fail("the follower counts " + std::to_string((*opened)->stats().liveKeys) + " keys");
}

void following(Race& race, ReadStrategy strategy) {
    auto opened = Database::open(race.database(), reading(strategy));
    if (!race.succeeded(opened, "open"))
        return;
    race.begin();
    race.expectAll(**opened, "before the refresh");
    race.succeeded((*opened)->refresh(), "refresh");
    race.expectAll(**opened, "refreshed");
    for (const auto& [key, value] : steps().answers(0)) {
        auto info = (*opened)->info(key);
        if (race.succeeded(info, "info of " + key) && !race.once([&, &name = key](std::size_t step) {
                return steps().answers(step).at(name).has_value() == info->has_value();
            }))
            race.fail("info of " + key);
        auto reader = (*opened)->openValue(key);
        if (!race.succeeded(reader, "open the value of " + key) || !*reader)
            continue;
        std::string bytes(static_cast<std::size_t>((*reader)->size()), '\0');
        if (race.succeeded((*reader)->read(0, bytes.data(), bytes.size()), "read the value of " + key))
            race.expect(key, bytes, "a value's reader");
    }
    race.end();
    race.succeeded((*opened)->refresh(), "refresh again");
    if ((*opened)->stats().liveKeys != Race::liveAt(race.now()).size())
        race.fail("the follower counts " + std::to_string((*opened)->stats().liveKeys) + " keys");
}

// What a follower has pinned stays readable, whatever the writer removes and the follower drops.
void pinning(Race& race, ReadStrategy strategy) {
    Options options = reading(strategy);
    options.maxOpenFiles = 16; // all of them
    auto opened = Database::open(race.database(), options);
    if (!race.succeeded(opened, "open"))
        return;
    race.begin();
    auto snapshot = (*opened)->snapshot();
    auto reader = (*opened)->openValue("a");
    if (!race.succeeded(snapshot, "snapshot") || !race.succeeded(reader, "open a value"))
        return;
    race.succeeded((*opened)->refresh(), "refresh");
    Answers found = steps().answers(0);
    for (auto& [key, value] : found)
        value.reset();
    for (std::size_t i = 0; i < (*snapshot)->size(); ++i) {
        auto value = (*snapshot)->value(i);
        if (race.succeeded(value, "a snapshot's value"))
            found[std::string((*snapshot)->entry(i).key)] = *value;
        race.succeeded((*snapshot)->timestamp(i), "a snapshot's time");
    }
    expectMoment(race, found, "the snapshot");
    std::string value(static_cast<std::size_t>((*reader)->size()), '\0');
    if (race.succeeded((*reader)->read(0, value.data(), value.size()), "read a value"))
        race.expect("a", value, "a value's reader");
}

// Refused, and told why, whatever the one who has it is doing.
void openingToWrite(Race& race) {
    auto lock = io::posixFileSystem()->lock(race.database() / format::lockFileName);
    if (!race.succeeded(lock, "lock"))
        return;
    race.begin();
    auto opened = Database::open(race.database());
    if (opened || opened.error().code != ErrorCode::locked)
        race.fail("a second writer: " + describe(opened));
}

void verifying(Race& race) {
    race.begin();
    Progress progress;
    auto report = verify(race.database(), progress);
    race.end();
    if (!race.succeeded(report, "verify"))
        return;
    for (const Finding& finding : report->findings)
        if (finding.severity != Severity::note)
            race.fail("verify: " + finding.file.filename().string() + ": " + finding.text);
    if (!race.once([&](std::size_t step) { return Race::liveAt(step).size() == report->liveKeys; }))
        race.fail("verify counts " + std::to_string(report->liveKeys) + " keys");
}

// `versions`, newest first, are right when the first one stands for what the key has.
void expectHistory(Race& race, const std::string& key, const History& history, const std::string& what) {
    const bool live = !history.versions.empty() && history.versions.front().live;
    std::string value;
    if (live) {
        race.end(); // the version's own file may go at any time
        auto read = readVersion(race.database(), history.versions.front());
        race.begin();
        if (!read) {
            if (read.error().code != ErrorCode::corruption)
                race.fail(what + ": " + describe(read));
            return;
        }
        value = *read;
    }
    race.expect(key, live ? std::optional(value) : std::nullopt, what);
}

void lookingBack(Race& race) {
    VersionIndex index(race.database());
    race.begin();
    Progress progress;
    race.succeeded(index.update(progress), "index");
    for (const auto& [key, value] : steps().answers(0)) {
        auto scanned = history(race.database(), key, progress);
        if (race.succeeded(scanned, "history"))
            expectHistory(race, key, *scanned, "history");
        auto indexed = index.find(key);
        if (race.succeeded(indexed, "look into the index") && !indexed->partial)
            expectHistory(race, key, indexed->history, "index");
    }
    race.succeeded(index.update(progress), "index again");
    race.end();
    race.succeeded(index.update(progress), "index at rest");
    for (const auto& [key, value] : steps().answers(race.now())) {
        auto indexed = index.find(key);
        if (!race.succeeded(indexed, "look into the index at rest"))
            continue;
        const auto& versions = indexed->history.versions;
        if (indexed->partial || (!versions.empty() && versions.front().live) != value.has_value())
            race.fail("the index at rest: " + key);
        if (indexed->bytesIndexed != indexed->bytesTotal)
            race.fail("the index counts " + std::to_string(indexed->bytesIndexed) + " of " +
                      std::to_string(indexed->bytesTotal) + " bytes");
    }
}

void openingVersions(Race& race) {
    Progress progress;
    auto found = history(race.database(), "a", progress);
    if (!race.succeeded(found, "history"))
        return;
    const Version version = found->versions.front();
    const std::string name = format::dataFileName(version.location.generation);
    race.begin();
    VersionFiles files(race.database());
    auto held = files.read(version);
    auto reader = openVersion(race.database(), version);
    auto read = readVersion(race.database(), version);
    race.end();
    // Gone is gone; under which name it stood meanwhile is nobody's concern.
    const MergeSteps::Files& now = steps().files(race.now());
    if (!now.contains(name) && !now.contains(name + ".tmp"))
        return;
    if (!held || *held != "new a" || !reader || !read || *read != "new a")
        race.fail("a version: " + describe(held) + "; " + describe(reader) + "; " + describe(read));
}

void listingPastKeys(Race& race) {
    race.begin();
    Progress progress;
    auto present = PastKeys::at(race.database(), {}, progress);
    std::set<std::string> keys;
    if (race.succeeded(present, "keys of a moment"))
        for (std::size_t i = 0; i < (*present)->size(); ++i)
            keys.insert(std::string((*present)->key(i).key));
    if (present && !race.once([&](std::size_t step) { return Race::liveAt(step) == keys; }))
        race.fail("a moment has " + std::to_string(keys.size()) + " keys");
    auto deleted = PastKeys::deleted(race.database(), progress);
    if (race.succeeded(deleted, "deleted keys"))
        for (std::size_t i = 0; i < (*deleted)->size(); ++i)
            race.expect(std::string((*deleted)->key(i).key), std::nullopt, "deleted keys");
}

void backingUp(Race& race, bool links) {
    fs::remove_all(race.target());
    race.begin();
    Progress progress;
    auto report = backup(race.database(), race.target(), {.hardLinks = links, .verify = true}, progress);
    race.end();
    if (!race.succeeded(report, "backup"))
        return;
    if (report->verification.errors + report->verification.warnings > 0)
        race.fail("backup: " + report->verification.findings.front().text);
    expectContents(race, race.target(), "the backup");
}

void salvaging(Race& race) {
    fs::remove_all(race.target());
    race.begin();
    Progress progress;
    auto report = salvage(race.database(), race.target(), {}, progress);
    race.end();
    if (!race.succeeded(report, "salvage"))
        return;
    if (!report->complete())
        race.fail("salvage misses " + report->lost.front().file.filename().string() + ": " +
                  report->lost.front().reason);
    expectContents(race, race.target(), "the salvaged database");
}

void looking(Race& race) {
    auto follower = Database::open(race.database(), reading(ReadStrategy::keepOpen));
    if (!race.succeeded(follower, "open"))
        return;
    auto snapshot = (*follower)->snapshot();
    if (!race.succeeded(snapshot, "snapshot"))
        return;
    race.begin();
    auto listing = listDirectory(race.database());
    if (race.succeeded(listing, "list") && listing->kind != DirectoryKind::rustcask)
        race.fail("the directory passes for " + listing->description);
    Progress progress;
    auto hints = examineHints(race.database(), progress);
    if (race.succeeded(hints, "examine hints"))
        for (const HintFinding& file : hints->files)
            if (file.state == HintState::unfit || file.state == HintState::dataDamaged)
                race.fail("hints: " + file.text);
    auto analysis = analyzeLog(race.database(), **snapshot, {}, progress);
    if (race.succeeded(analysis, "analyse") && analysis->complete && analysis->liveRecords > (*snapshot)->size())
        race.fail("the analysis counts " + std::to_string(analysis->liveRecords) + " live records");
}

} // namespace

class TestMergeRaces : public QObject {
    Q_OBJECT

    TemporaryDirectory m_directory;

    using Operation = std::function<void(Race&)>;

    void everyLookOf(const Operation& operation) {
        const bool all = qEnvironmentVariableIsSet("RUSTCASK_RACES_ALL");
        const std::size_t stride = all ? 1 : defaultStride;
        std::uint64_t runs = 0;
        std::size_t turn = 0;
        for (std::size_t from = 0; from <= steps().last(); ++from) {
            std::size_t looks = 0;
            {
                Race race(m_directory.path(), from);
                operation(race);
                QVERIFY2(race.failure().empty(),
                         ("at rest, step " + std::to_string(from) + ": " + race.failure()).c_str());
                looks = race.looks();
            }
            for (std::size_t jump = 1; from + jump <= steps().last(); jump = all ? jump + 1 : jump * 2) {
                for (std::size_t at = 1; at <= looks; ++at) {
                    if (++turn % stride != 0)
                        continue;
                    Race race(m_directory.path(), from);
                    race.plan = [&](std::size_t number) { return number == at ? jump : 0; };
                    operation(race);
                    ++runs;
                    QVERIFY2(race.failure().empty(),
                             ("from step " + std::to_string(from) + ", at look " + std::to_string(at) + " " +
                              std::to_string(jump) + " steps: " + race.failure())
                                 .c_str());
                }
            }
        }
        SeededRandom random(runs);
        for (std::size_t n = 0; n < 4000 / stride; ++n, ++runs) {
            Race race(m_directory.path(), random.below(steps().last()));
            const std::uint64_t rarity = 1 + random.below(12);
            race.plan = [&](std::size_t) { return random.below(rarity) == 0 ? 1 + random.below(3) : 0; };
            operation(race);
            QVERIFY2(race.failure().empty(), ("random run " + std::to_string(n) + ": " + race.failure()).c_str());
        }
        qInfo("%llu races", static_cast<unsigned long long>(runs));
    }

    static void strategies() {
        QTest::addColumn<int>("strategy");
        QTest::newRow("mapped") << 0;
        QTest::newRow("keepOpen") << 1;
        QTest::newRow("openPerRead") << 2;
    }

private Q_SLOTS:
    // The steps themselves: at rest, after each.
    void theSteps() {
        for (std::size_t step = 0; step <= steps().last(); ++step) {
            Race race(m_directory.path(), step);
            steps().layOut(race.database(), 0);
            steps().advance(race.database(), 0, step);
            for (const auto& [name, bytes] : steps().files(step))
                QVERIFY2(readBytes(race.database() / name) == bytes, name.c_str());
            expectContents(race, race.database(), "step " + std::to_string(step));
            QVERIFY2(race.failure().empty(), race.failure().c_str());
        }
    }

    void followersThatOpen_data() { strategies(); }
    void followersThatOpen() {
        QFETCH(const int, strategy);
        everyLookOf([&](Race& race) { opening(race, static_cast<ReadStrategy>(strategy)); });
    }
    void followersThatRefresh_data() { strategies(); }
    void followersThatRefresh() {
        QFETCH(const int, strategy);
        everyLookOf([&](Race& race) { following(race, static_cast<ReadStrategy>(strategy)); });
    }
    void whatFollowersPin_data() { strategies(); }
    void whatFollowersPin() {
        QFETCH(const int, strategy);
        everyLookOf([&](Race& race) { pinning(race, static_cast<ReadStrategy>(strategy)); });
    }
    void secondWriters() { everyLookOf(openingToWrite); }
    void verifications() { everyLookOf(verifying); }
    void histories() { everyLookOf(lookingBack); }
    void versions() { everyLookOf(openingVersions); }
    void pastKeys() { everyLookOf(listingPastKeys); }
    void backupsByLinks() {
        everyLookOf([](Race& race) { backingUp(race, true); });
    }
    void backupsByCopies() {
        everyLookOf([](Race& race) { backingUp(race, false); });
    }
    void salvages() { everyLookOf(salvaging); }
    void listings() { everyLookOf(looking); }
};

RUSTCASK_TEST_MAIN(TestMergeRaces)
#include "tst_merge_races.moc"
