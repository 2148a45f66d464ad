// SPDX-License-Identifier: Apache-2.0
// The merge checklist of the engine's design, item by item; the numbers are its numbers.
#include <QTest>

#include <thread>

#include <rustcask/database.h>
#include <rustcask/verify.h>

#include "engine/crash_image.h"
#include "format/merge_record.h"
#include "support/check.h"
#include "support/temporary_directory.h"
#include "support/test_main.h"

using namespace rustcask;

namespace {

Options smallFiles(std::uint64_t maxFileBytes = 500) {
    Options options;
    options.maxFileBytes = maxFileBytes;
    return options;
}

MergeSelection only(std::vector<std::uint64_t> generations) {
    MergeSelection selection{.kind = MergeSelection::Kind::files, .generations = {}};
    for (const std::uint64_t generation : generations)
        selection.generations.push_back(Generation{generation});
    return selection;
}

// One file a call, holding the given records: "k=v" puts, "k" deletes.
Result<void> writeFile(Database& database, const std::vector<std::string>& records) {
    for (const std::string& record : records) {
        const std::size_t equals = record.find('=');
        if (equals == std::string::npos) {
            if (auto done = database.remove(record); !done)
                return failure(done.error());
        } else if (auto done = database.put(record.substr(0, equals), record.substr(equals + 1)); !done) {
            return done;
        }
    }
    return database.rotate();
}

// A database with these files, closed and opened again with these options: its hints are written, so that nothing but
// the caller touches the directory.
Result<std::unique_ptr<Database>> openWithFiles(const std::filesystem::path& directory, const Options& options,
                                                const std::vector<std::vector<std::string>>& files) {
    auto database = Database::open(directory, smallFiles());
    if (!database)
        return database;
    for (const std::vector<std::string>& records : files)
        if (auto done = writeFile(**database, records); !done)
            return failure(done.error());
    if (auto done = (*database)->close(); !done)
        return failure(done.error());
    return Database::open(directory, options);
}

std::string valueOf(const Database& database, std::string_view key) {
    auto value = database.get(key);
    if (!value)
        return "error: " + value.error().message();
    return value->value_or("(nil)");
}

bool verifiesClean(const std::filesystem::path& directory) {
    Progress progress;
    auto report = verify(directory, progress);
    if (report)
        for (const Finding& finding : report->findings)
            if (finding.severity != Severity::note)
                qInfo("%s @ %llu: %s", finding.file.c_str(), static_cast<unsigned long long>(finding.offset),
                      finding.text.c_str());
    return report && report->errors == 0 && report->warnings == 0;
}

} // namespace

class MergeTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void generationsAreNeverReused();
    void orderIsBySequenceNotByFileOrClock();
    void aLoserOfTheSwitchLosesAtRecoveryToo();
    void tombstonesStayWhileOlderRecordsMayBeElsewhere();
    void tombstonesGoWithAFullMerge();
    void crashBeforeTheRecordIgnoresTheOutputs();
    void crashAfterTheRecordIgnoresTheInputs();
    void everyInterruptionAfterTheRecordCanBeReplayed();
    void aDamagedRecordIsNotGuessedAround();
    void readersKeepRemovedFiles();
    void aFollowerFindsAnOutputUnderBothItsNames();
    void aFileThatGrewIsReadBeyondItsMapping();
    void getsNeverMissDuringMerges();
    void previewIsWhatHappens();
    void cancelLeavesEverythingAsItWas();
    void pauseHoldsAndResumeGoesOn();
    void damagedInputStopsTheMergeAndIsLeftOutNextTime();
    void policyChoosesByThresholds();
    void nothingLiveLeavesAFileThatSaysSince();
    void rateLimit();
};

// 1
void MergeTest::generationsAreNeverReused() {
    test::TemporaryDirectory directory;
    {
        RUSTCASK_VALUE(auto database, Database::open(directory / "db", smallFiles()));
        RUSTCASK_OK(writeFile(*database, {"a=1"}));
        Progress progress;
        RUSTCASK_VALUE(const auto report, database->merge(progress));
        QVERIFY(report.outputs == std::vector<Generation>{Generation{2}}); // the merge record takes 3
        RUSTCASK_OK(database->put("b", "2"));
        QCOMPARE(database->stats().files.back().generation.value, 4U);
    }
    // Names of every kind count, and files that hold nothing.
    for (const char* name : {"50.rustcask.data", "60.rustcask.hint", "70.rustcask.data.tmp", "80.rustcask.torn-32"})
        test::writeBytes(directory / "db" / name, "");
    RUSTCASK_VALUE(auto database, Database::open(directory / "db", smallFiles(100)));
    RUSTCASK_OK(database->put("c", std::string(100, 'c')));
    QCOMPARE(database->stats().files.back().generation.value, 81U);
    QCOMPARE(valueOf(*database, "a"), std::string("1"));
}

// 2
void MergeTest::orderIsBySequenceNotByFileOrClock() {
    test::TemporaryDirectory directory;
    Options options = smallFiles();
    std::int64_t now = 2'000'000'000'000;
    options.clock = [&] { return Timestamp{std::chrono::milliseconds{now -= 1'000'000}}; }; // runs backwards
    {
        RUSTCASK_VALUE(auto database, Database::open(directory / "db", options));
        RUSTCASK_OK(writeFile(*database, {"a=old", "b=1"})); // file 1
        RUSTCASK_OK(writeFile(*database, {"a=new", "c=1"})); // file 2
        Progress progress;
        RUSTCASK_OK(database->merge(only({1}), progress)); // b moves to a file with a higher number than 2
        RUSTCASK_OK(database->put("b", "2"));
    }
    for (const bool hints : {true, false}) {
        if (!hints)
            for (const auto& entry : std::filesystem::directory_iterator(directory / "db"))
                if (entry.path().extension() == ".hint")
                    std::filesystem::remove(entry.path());
        Options readOnly;
        readOnly.readOnly = true;
        RUSTCASK_VALUE(auto database, Database::open(directory / "db", readOnly));
        QCOMPARE(valueOf(*database, "a"), std::string("new"));
        QCOMPARE(valueOf(*database, "b"), std::string("2"));
    }
}

// 3
void MergeTest::aLoserOfTheSwitchLosesAtRecoveryToo() {
    test::TemporaryDirectory directory;
    {
        Options options = smallFiles();
        Database* shared = nullptr;
        bool changed = false;
        options.listener = [&](const Event& event) {
            // Between copying and commit, when the copy of "a" is already in the output, the key is overwritten.
            if (event.kind == EventKind::merge && event.text == "copied" && !changed) {
                changed = true;
                std::thread([&] { static_cast<void>(shared->put("a", "newer")); }).join();
            }
        };
        RUSTCASK_VALUE(auto database, Database::open(directory / "db", options));
        shared = database.get();
        RUSTCASK_OK(writeFile(*database, {"a=1", "b=1"}));
        RUSTCASK_OK(writeFile(*database, {"a=2", "c=1"}));
        Progress progress;
        RUSTCASK_OK(database->merge(progress));
        QCOMPARE(valueOf(*database, "a"), std::string("newer"));
        QCOMPARE(database->stats().liveKeys, 3U);
    }
    RUSTCASK_VALUE(auto database, Database::open(directory / "db"));
    QCOMPARE(valueOf(*database, "a"), std::string("newer"));
    RUSTCASK_OK(database->close());
    QVERIFY(verifiesClean(directory / "db"));
}

// 4
void MergeTest::tombstonesStayWhileOlderRecordsMayBeElsewhere() {
    test::TemporaryDirectory directory;
    {
        RUSTCASK_VALUE(auto database, Database::open(directory / "db", smallFiles()));
        RUSTCASK_OK(writeFile(*database, {"a=1", "x=1"})); // 1
        RUSTCASK_OK(writeFile(*database, {"a", "y=1"}));   // 2: the tombstone
        RUSTCASK_OK(writeFile(*database, {"z=1"}));        // 3
        Progress progress;
        RUSTCASK_VALUE(const auto report, database->merge(only({2, 3}), progress));
        QCOMPARE(report.tombstonesKept, 1U);
        QCOMPARE(report.tombstonesDropped, 0U);
    }
    for (int turn = 0; turn < 2; ++turn) {
        RUSTCASK_VALUE(auto database, Database::open(directory / "db"));
        QCOMPARE(valueOf(*database, "a"), std::string("(nil)"));
        QCOMPARE(database->stats().liveKeys, 3U);
        RUSTCASK_OK(database->close());
        for (const auto& entry : std::filesystem::directory_iterator(directory / "db"))
            if (entry.path().extension() == ".hint")
                std::filesystem::remove(entry.path());
    }
}

void MergeTest::tombstonesGoWithAFullMerge() {
    test::TemporaryDirectory directory;
    RUSTCASK_VALUE(auto database, Database::open(directory / "db", smallFiles()));
    RUSTCASK_OK(writeFile(*database, {"a=1", "x=1"}));
    RUSTCASK_OK(writeFile(*database, {"a", "y=1"}));
    Progress progress;
    RUSTCASK_VALUE(const auto report, database->merge(progress));
    QCOMPARE(report.tombstonesDropped, 1U);
    QCOMPARE(database->stats().tombstoneBytes, 0U);
    QCOMPARE(database->stats().deadBytes, 0U);
    RUSTCASK_OK(database->close());
    RUSTCASK_VALUE(database, Database::open(directory / "db"));
    QCOMPARE(valueOf(*database, "a"), std::string("(nil)"));
    QCOMPARE(valueOf(*database, "y"), std::string("1"));
}

// 6
void MergeTest::crashBeforeTheRecordIgnoresTheOutputs() {
    test::TemporaryDirectory directory;
    Options options = smallFiles();
    options.listener = [&](const Event& event) {
        if (event.kind == EventKind::merge && event.text == "copied")
            test::copyDirectory(directory / "db", directory / "image");
    };
    RUSTCASK_VALUE(auto database, openWithFiles(directory / "db", options, {{"a=1", "b=1", "c=1"}, {"a=2", "b"}}));
    Progress progress;
    RUSTCASK_OK(database->merge(progress));
    QVERIFY(std::filesystem::exists(directory / "image" / "3.rustcask.data.tmp"));
    RUSTCASK_VALUE(auto image, Database::open(directory / "image"));
    QCOMPARE(valueOf(*image, "a"), std::string("2"));
    QCOMPARE(valueOf(*image, "b"), std::string("(nil)"));
    QCOMPARE(valueOf(*image, "c"), std::string("1"));
    QVERIFY(!std::filesystem::exists(directory / "image" / "3.rustcask.data.tmp"));
    QCOMPARE(image->stats().files.size(), 2U);
}

void MergeTest::crashAfterTheRecordIgnoresTheInputs() {
    test::TemporaryDirectory directory;
    Options options = smallFiles();
    options.listener = [&](const Event& event) {
        if (event.kind == EventKind::merge && event.text == "commit")
            test::copyDirectory(directory / "db", directory / "image");
    };
    RUSTCASK_VALUE(auto database, openWithFiles(directory / "db", options, {{"a=1", "b=1", "c=1"}, {"a=2", "b"}}));
    Progress progress;
    RUSTCASK_OK(database->merge(progress));
    test::copyDirectory(directory / "image", directory / "second");
    Options readOnly;
    readOnly.readOnly = true;
    for (const Options& how : {readOnly, Options(), Options()}) {
        RUSTCASK_VALUE(auto image, Database::open(directory / "image", how));
        QCOMPARE(valueOf(*image, "a"), std::string("2"));
        QCOMPARE(valueOf(*image, "b"), std::string("(nil)"));
        QCOMPARE(valueOf(*image, "c"), std::string("1"));
        QCOMPARE(image->stats().files.size(), 1U);
    }
    QVERIFY(!std::filesystem::exists(directory / "image" / "1.rustcask.data"));
    QVERIFY(!std::filesystem::exists(directory / "image" / "4.rustcask.merge"));
    QVERIFY(verifiesClean(directory / "image"));
    QVERIFY(verifiesClean(directory / "second")); // also as the crash left it
}

void MergeTest::everyInterruptionAfterTheRecordCanBeReplayed() {
    test::TemporaryDirectory directory;
    Options options = smallFiles();
    int images = 0;
    bool committed = false; // by the thread that merges, which alone is watched
    const std::thread::id merging = std::this_thread::get_id();
    options.traceCalls = true;
    options.listener = [&](const Event& event) {
        if (std::this_thread::get_id() != merging)
            return;
        if (event.kind == EventKind::merge && event.text == "commit")
            committed = true;
        if (committed && (event.kind == EventKind::call && (event.text == "rename" || event.text == "unlink")))
            test::copyDirectory(directory / "db", directory / ("image" + std::to_string(++images)));
    };
    {
        RUSTCASK_VALUE(auto database,
                       openWithFiles(directory / "db", options, {{"a=1", "b=1", "c=1"}, {"a=2", "b"}, {"d=1", "c=2"}}));
        Progress progress;
        RUSTCASK_OK(database->merge(progress));
        committed = false;
    }
    QVERIFY2(images >= 9, std::to_string(images).c_str()); // two renames, six removals, the record's
    for (int image = 1; image <= images; ++image) {
        RUSTCASK_VALUE(auto database, Database::open(directory / ("image" + std::to_string(image))));
        QCOMPARE(valueOf(*database, "a"), std::string("2"));
        QCOMPARE(valueOf(*database, "b"), std::string("(nil)"));
        QCOMPARE(valueOf(*database, "c"), std::string("2"));
        QCOMPARE(valueOf(*database, "d"), std::string("1"));
        QCOMPARE(database->stats().files.size(), 1U);
    }
}

void MergeTest::aDamagedRecordIsNotGuessedAround() {
    test::TemporaryDirectory directory;
    {
        RUSTCASK_VALUE(auto database, Database::open(directory / "db", smallFiles()));
        RUSTCASK_OK(writeFile(*database, {"a=1"}));
    }
    std::string record =
        format::encodeMergeRecord({.generation = Generation{9}, .inputs = {Generation{1}}, .outputs = {}});
    record[30] = static_cast<char>(record[30] ^ 1);
    test::writeBytes(directory / "db" / "9.rustcask.merge", record);
    RUSTCASK_FAILS(Database::open(directory / "db"), ErrorCode::corruption);
    QVERIFY(std::filesystem::exists(directory / "db" / "1.rustcask.data"));
}

// 9, for another process: an output that was loaded between the commit and its renaming is read after it.
void MergeTest::aFollowerFindsAnOutputUnderBothItsNames() {
    for (const auto strategy : {ReadStrategy::mapped, ReadStrategy::keepOpen, ReadStrategy::openPerRead}) {
        test::TemporaryDirectory directory;
        const auto path = directory / "db";
        {
            RUSTCASK_VALUE(auto database, Database::open(path));
            RUSTCASK_OK(writeFile(*database, {"a=1", "b=2"}));
            Progress progress;
            RUSTCASK_OK(database->merge(progress));
        }
        const auto rename = [&](const char* from, const char* to) { std::filesystem::rename(path / from, path / to); };
        rename("2.rustcask.data", "2.rustcask.data.tmp");
        rename("2.rustcask.hint", "2.rustcask.hint.tmp");
        test::writeBytes(path / "3.rustcask.merge",
                         format::encodeMergeRecord(
                             {.generation = Generation{3}, .inputs = {Generation{1}}, .outputs = {Generation{2}}}));
        Options options;
        options.readOnly = true;
        options.readStrategy = strategy;
        RUSTCASK_VALUE(auto follower, Database::open(path, options));
        rename("2.rustcask.data.tmp", "2.rustcask.data");
        rename("2.rustcask.hint.tmp", "2.rustcask.hint");
        std::filesystem::remove(path / "3.rustcask.merge");
        RUSTCASK_VALUE(const auto value, follower->get("b"));
        QVERIFY(value == "2");
    }
}

// A sealed file that readers have mapped is appended to again: by this handle, and by the process that it follows.
// Records that lie across or beyond the end of the old mapping are whole.
void MergeTest::aFileThatGrewIsReadBeyondItsMapping() {
    test::TemporaryDirectory directory;
    const auto path = directory / "db";
    Options options;
    options.writePath = WritePath::direct; // makes no mapping of its own
    {
        RUSTCASK_VALUE(auto database, Database::open(path, options));
        RUSTCASK_OK(database->put("old", std::string(3000, 'o')));
    }
    Options following = options;
    following.readOnly = true;
    RUSTCASK_VALUE(auto follower, Database::open(path, following));
    RUSTCASK_VALUE(auto writer, Database::open(path, options));
    for (Database* database : {follower.get(), writer.get()}) { // each maps the file as it is
        RUSTCASK_VALUE(const auto old, database->get("old"));
        QVERIFY(old == std::string(3000, 'o'));
    }
    for (int i = 0; i < 40; ++i)
        RUSTCASK_OK(writer->put("new " + std::to_string(i), std::string(2000, static_cast<char>('a' + i % 26))));
    RUSTCASK_OK(follower->refresh());
    for (Database* database : {follower.get(), writer.get()}) {
        for (int i = 0; i < 40; ++i) {
            RUSTCASK_VALUE(const auto value, database->get("new " + std::to_string(i)));
            QVERIFY(value == std::string(2000, static_cast<char>('a' + i % 26)));
        }
    }
    RUSTCASK_OK(writer->rotate());
    RUSTCASK_VALUE(const auto last, writer->get("new 39"));
    QVERIFY(last.has_value());
    QCOMPARE(writer->stats().files.size(), 1U); // it was appended to the old file
}

// 9
void MergeTest::readersKeepRemovedFiles() {
    test::TemporaryDirectory directory;
    RUSTCASK_VALUE(auto database, Database::open(directory / "db", smallFiles()));
    for (int i = 0; i < 50; ++i)
        RUSTCASK_OK(database->put("key" + std::to_string(i), "first"));
    RUSTCASK_VALUE(const auto snapshot, database->snapshot());
    for (int turn = 0; turn < 3; ++turn) {
        for (int i = 0; i < 50; ++i)
            RUSTCASK_OK(database->put("key" + std::to_string(i), "later"));
        Progress progress;
        RUSTCASK_OK(database->merge(progress));
    }
    QCOMPARE(database->stats().liveKeys, 50U);
    for (std::size_t i = 0; i < snapshot->size(); ++i) {
        RUSTCASK_VALUE(const auto value, snapshot->value(i));
        QVERIFY(value == "first");
    }
}

// 12
void MergeTest::getsNeverMissDuringMerges() {
    for (const ReadStrategy strategy : {ReadStrategy::mapped, ReadStrategy::keepOpen, ReadStrategy::openPerRead}) {
        test::TemporaryDirectory directory;
        Options options = smallFiles(2000);
        options.readStrategy = strategy;
        options.maxOpenFiles = 2;
        RUSTCASK_VALUE(auto database, Database::open(directory / "db", options));
        for (int i = 0; i < 200; ++i)
            RUSTCASK_OK(database->put("key" + std::to_string(i), "value"));
        std::atomic<bool> stop{false};
        std::atomic<int> wrong{0};
        std::vector<std::thread> readers;
        for (int r = 0; r < 2; ++r)
            readers.emplace_back([&, r] {
                std::string value;
                for (int i = r; !stop; i = (i + 7) % 200) {
                    auto found = database->get("key" + std::to_string(i), value);
                    if (!found || !*found || value != "value")
                        ++wrong;
                }
            });
        for (int turn = 0; turn < 8; ++turn) {
            for (int i = 0; i < 200; i += 3)
                RUSTCASK_OK(database->put("key" + std::to_string(i), "value"));
            Progress progress;
            RUSTCASK_OK(database->merge(progress));
        }
        stop = true;
        for (std::thread& reader : readers)
            reader.join();
        QCOMPARE(wrong.load(), 0);
    }
}

void MergeTest::previewIsWhatHappens() {
    test::TemporaryDirectory directory;
    RUSTCASK_VALUE(auto database, Database::open(directory / "db", smallFiles(100'000)));
    for (int i = 0; i < 900; ++i)
        RUSTCASK_OK(database->put("key" + std::to_string(i % 300), std::string(100, 'v')));
    for (int i = 0; i < 100; ++i)
        RUSTCASK_OK(database->remove("key" + std::to_string(i)));
    RUSTCASK_VALUE(const auto preview, database->previewMerge());
    const Stats before = database->stats();
    QCOMPARE(preview.versionsLost, 700U);
    QCOMPARE(preview.tombstonesDropped, 99U); // the newest record of all stays: no number is given twice
    QVERIFY(preview.triggered);
    Progress progress;
    RUSTCASK_VALUE(const auto report, database->merge(progress));
    QCOMPARE(report.bytesReclaimed, preview.bytesReclaimed);
    QCOMPARE(report.bytesWritten, preview.bytesWritten);
    QCOMPARE(report.tombstonesDropped, preview.tombstonesDropped);
    QCOMPARE(before.dataBytes - database->stats().dataBytes, preview.bytesReclaimed);
    QCOMPARE(progress.counts().bytesDone, preview.bytesRead);
    QVERIFY(progress.counts().phase == Phase::done);
}

void MergeTest::cancelLeavesEverythingAsItWas() {
    test::TemporaryDirectory directory;
    Progress progress;
    Options options = smallFiles(3000);
    options.listener = [&](const Event& event) {
        if (event.kind == EventKind::merge && event.text == "copied")
            progress.cancel();
    };
    RUSTCASK_VALUE(auto database, Database::open(directory / "db", options));
    for (int i = 0; i < 500; ++i)
        RUSTCASK_OK(database->put("key" + std::to_string(i % 70), std::to_string(i)));
    RUSTCASK_OK(database->rotate());
    const auto before = test::dataFiles(directory / "db");
    RUSTCASK_FAILS(database->merge(progress), ErrorCode::cancelled);
    QVERIFY(before == test::dataFiles(directory / "db"));
    for (const auto& entry : std::filesystem::directory_iterator(directory / "db"))
        QVERIFY(entry.path().filename().string().find("data.tmp") == std::string::npos);
    for (int i = 430; i < 500; ++i)
        QCOMPARE(valueOf(*database, "key" + std::to_string(i % 70)), std::to_string(i));
    Progress again;
    options.listener = {};
    QVERIFY(!database->stats().mergeRunning);
}

void MergeTest::pauseHoldsAndResumeGoesOn() {
    test::TemporaryDirectory directory;
    RUSTCASK_VALUE(auto database, Database::open(directory / "db", smallFiles(3000)));
    for (int i = 0; i < 500; ++i)
        RUSTCASK_OK(database->put("key" + std::to_string(i), "v"));
    Progress progress;
    progress.pause();
    std::atomic<bool> done{false};
    std::thread merger([&] {
        static_cast<void>(database->merge(progress));
        done = true;
    });
    QTRY_VERIFY(database->stats().mergeRunning);
    // It waits after its first file, and the statistics say so.
    QTRY_COMPARE(database->stats().mergeBytesRead, database->stats().files.front().bytes);
    QVERIFY(database->stats().mergeInputs.size() > 2);
    QVERIFY(database->stats().mergeInputs.front() == database->stats().files.front().generation);
    QVERIFY(!done);
    RUSTCASK_OK(database->put("meanwhile", "1")); // writing goes on
    QCOMPARE(valueOf(*database, "key7"), std::string("v"));
    progress.resume();
    merger.join();
    QCOMPARE(database->stats().merges, 1U);
    QVERIFY(database->stats().mergeInputs.empty());
    QCOMPARE(database->stats().mergeBytesRead, 0U);
    QCOMPARE(valueOf(*database, "meanwhile"), std::string("1"));
}

void MergeTest::damagedInputStopsTheMergeAndIsLeftOutNextTime() {
    test::TemporaryDirectory directory;
    RUSTCASK_VALUE(auto database, Database::open(directory / "db", smallFiles()));
    RUSTCASK_OK(writeFile(*database, {"a=1", "b=1"}));
    RUSTCASK_OK(writeFile(*database, {"a=2", "c=1"}));
    const auto path = directory / "db" / "1.rustcask.data";
    // Until its hint is written the background reads the file, and would be the first to meet the damage.
    QTRY_VERIFY(std::filesystem::exists(directory / "db" / "1.rustcask.hint"));
    std::string bytes = test::readBytes(path);
    bytes.back() = static_cast<char>(bytes.back() ^ 1); // the value of b
    test::writeBytes(path, bytes);
    Progress progress;
    auto failed = database->merge(progress);
    QVERIFY(!failed && failed.error().code == ErrorCode::corruption);
    QVERIFY(failed.error().offset.has_value());
    QCOMPARE(valueOf(*database, "a"), std::string("2"));
    Progress second;
    RUSTCASK_VALUE(const auto report, database->merge(second));
    QVERIFY(report.damagedLeftOut == std::vector<Generation>{Generation{1}});
    QVERIFY(std::filesystem::exists(path));
    QVERIFY(valueOf(*database, "b").starts_with("error"));
}

void MergeTest::policyChoosesByThresholds() {
    test::TemporaryDirectory directory;
    Options options = smallFiles(400);
    options.merge.smallFileThreshold = 0;
    RUSTCASK_VALUE(auto database, Database::open(directory / "db", options));
    RUSTCASK_OK(writeFile(*database, {"a=1", "b=1", "c=1", "d=1", "e=1"})); // 1: later 3 of 5 dead
    RUSTCASK_OK(writeFile(*database, {"f=1", "g=1", "h=1", "i=1"}));        // 2: later 1 of 4 dead
    RUSTCASK_OK(writeFile(*database, {"a=2", "b=2", "c=2", "f=2"}));        // 3: all live
    const MergeSelection byPolicy{.kind = MergeSelection::Kind::policy, .generations = {}};
    RUSTCASK_VALUE(auto preview, database->previewMerge(byPolicy));
    QVERIFY(preview.triggered);
    QCOMPARE(preview.files.size(), 1U);
    QCOMPARE(preview.files[0].generation.value, 1U);
    QVERIFY(preview.files[0].reason.find("60 %") != std::string::npos);
    MergePolicy policy = database->mergePolicy();
    policy.deadFractionTrigger = 0.8;
    policy.deadFractionThreshold = 0.2;
    RUSTCASK_OK(database->setMergePolicy(policy));
    RUSTCASK_VALUE(preview, database->previewMerge(byPolicy));
    QVERIFY(!preview.triggered);
    QCOMPARE(preview.files.size(), 2U);
    policy.smallFileThreshold = 10'000;
    RUSTCASK_OK(database->setMergePolicy(policy));
    RUSTCASK_VALUE(preview, database->previewMerge(byPolicy));
    QCOMPARE(preview.files.size(), 3U);
    policy.deadFractionThreshold = 2;
    RUSTCASK_FAILS(database->setMergePolicy(policy), ErrorCode::invalidArgument);
}

void MergeTest::nothingLiveLeavesAFileThatSaysSince() {
    test::TemporaryDirectory directory;
    RUSTCASK_VALUE(auto database, Database::open(directory / "db", smallFiles()));
    RUSTCASK_OK(writeFile(*database, {"a=1", "a"}));
    Progress progress;
    RUSTCASK_VALUE(const auto report, database->merge(progress));
    QCOMPARE(report.outputs.size(), 1U);
    QCOMPARE(report.recordsCopied, 0U);
    RUSTCASK_OK(database->close());
    RUSTCASK_VALUE(database, Database::open(directory / "db"));
    QCOMPARE(database->stats().liveKeys, 0U);
    QVERIFY(database->stats().files.at(0).mergeOutput);
}

void MergeTest::rateLimit() {
    test::TemporaryDirectory directory;
    Options options = smallFiles(1 << 20);
    options.merge.maxBytesPerSecond = 200'000;
    RUSTCASK_VALUE(auto database, Database::open(directory / "db", options));
    for (int i = 0; i < 200; ++i)
        RUSTCASK_OK(database->put("key" + std::to_string(i), std::string(200, 'v')));
    Progress progress;
    std::thread canceller([&] {
        while (progress.counts().phase != Phase::copying)
            std::this_thread::yield();
        progress.cancel(); // heard while it waits for its share
    });
    const auto result = database->merge(progress);
    canceller.join();
    QVERIFY(result || result.error().code == ErrorCode::cancelled);
    MergePolicy policy = database->mergePolicy();
    policy.maxBytesPerSecond = 50'000'000;
    RUSTCASK_OK(database->setMergePolicy(policy));
    Progress second;
    RUSTCASK_OK(database->merge(second));
}

RUSTCASK_TEST_MAIN(MergeTest)
#include "tst_merge.moc"
