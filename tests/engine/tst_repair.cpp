// SPDX-License-Identifier: Apache-2.0
// Repair of hint files, and salvage: what is sound is saved, what is lost is told, the damaged directory is not
// touched.
#include <QTest>

#include <atomic>
#include <map>
#include <thread>

#include <rustcask/database.h>
#include <rustcask/repair.h>

#include "engine/file_builder.h"
#include "format/file_names.h"
#include "repair_source.h"
#include "support/check.h"
#include "support/seeded_random.h"
#include "support/temporary_directory.h"
#include "support/test_main.h"

using namespace rustcask;
using namespace rustcask::test;
namespace fs = std::filesystem;

namespace {

using Contents = std::map<std::string, std::string>;

/// Names and bytes of everything in a directory.
Contents bytesOf(const fs::path& directory) {
    Contents files;
    for (const auto& entry : fs::recursive_directory_iterator(directory))
        if (entry.is_regular_file())
            files[entry.path().lexically_relative(directory).string()] = readBytes(entry.path());
    return files;
}

/// Keys and values as a database says they are.
void contentsOf(const fs::path& directory, Contents& contents) {
    Options options;
    options.readOnly = true;
    RUSTCASK_VALUE(auto database, Database::open(directory, options));
    RUSTCASK_VALUE(auto snapshot, database->snapshot());
    for (std::size_t i = 0; i < snapshot->size(); ++i) {
        RUSTCASK_VALUE(contents[std::string(snapshot->entry(i).key)], snapshot->value(i));
    }
}

/// Files 1 to 4 with puts, overwrites and deletes; closed, so every file has its hint.
void makeDatabase(const fs::path& directory, Contents& model) {
    Options options;
    options.maxFileBytes = 2000;
    RUSTCASK_VALUE(auto database, Database::open(directory, options));
    SeededRandom random(7);
    for (int i = 0; i < 120; ++i) {
        const std::string key = "key-" + std::to_string(random.below(40));
        if (random.chance(15)) {
            RUSTCASK_OK(database->remove(key));
            model.erase(key);
        } else {
            model[key] = random.word(random.between(0, 60));
            RUSTCASK_OK(database->put(key, model[key]));
        }
    }
    RUSTCASK_OK(database->close());
}

/// A file some of whose sectors cannot be read.
class BadSectors final : public io::File {
public:
    BadSectors(std::string bytes, std::uint64_t badBegin, std::uint64_t badEnd)
        : m_inner(std::move(bytes)), m_begin(badBegin), m_end(badEnd) {}
    Result<std::size_t> readAt(std::uint64_t offset, char* out, std::size_t size) const override {
        if (offset < m_end && offset + size > m_begin)
            return failure({.code = ErrorCode::ioError, .operation = "read", .systemError = EIO});
        return m_inner.readAt(offset, out, size);
    }
    Result<std::uint64_t> size() const override { return m_inner.size(); }
    Result<void> writeAt(std::uint64_t, std::string_view) override { return m_inner.writeAt(0, {}); }
    Result<void> truncate(std::uint64_t) override { return m_inner.truncate(0); }
    Result<void> allocate(std::uint64_t, std::uint64_t) override { return m_inner.allocate(0, 0); }
    Result<void> sync() override { return m_inner.sync(); }
    Result<std::unique_ptr<io::Mapping>> map(std::uint64_t, bool) override { return m_inner.map(0, false); }

private:
    MemoryFile m_inner;
    std::uint64_t m_begin;
    std::uint64_t m_end;
};

} // namespace

class RepairTest : public QObject {
    Q_OBJECT

    std::unique_ptr<TemporaryDirectory> m_directory;
    fs::path m_db;
    Contents m_model;
    Progress m_progress;

    [[nodiscard]] fs::path file(std::uint64_t generation) const {
        return m_db / format::dataFileName(Generation{generation});
    }
    [[nodiscard]] fs::path hint(std::uint64_t generation) const {
        return m_db / format::hintFileName(Generation{generation});
    }

private Q_SLOTS:
    void init() {
        m_directory = std::make_unique<TemporaryDirectory>();
        m_db = *m_directory / "db";
        m_model.clear();
        makeDatabase(m_db, m_model);
        QVERIFY(fs::exists(hint(2)));
    }

    void aHealthyDatabaseNeedsNothing() {
        const Contents before = bytesOf(m_db);
        RUSTCASK_VALUE(const auto report, examineHints(m_db, m_progress));
        QVERIFY(!report.anyToRepair());
        QVERIFY(report.files.size() >= 4);
        QVERIFY(bytesOf(m_db) == before); // and nothing was written
        RUSTCASK_VALUE(const auto repaired, rebuildHints(m_db, m_progress));
        QCOMPARE(repaired.rebuilt, 0U);
        QVERIFY(bytesOf(m_db) == before);
    }

    // A missing hint, one of another file, one with a flipped bit, one that lies under a right checksum: each is made
    // anew, and nothing else is touched.
    void hintsComeBack() {
        Contents before = bytesOf(m_db);
        fs::remove(hint(1));
        writeBytes(hint(2), readBytes(hint(3)));
        writeBytes(hint(3), flipped(readBytes(hint(3)), 8 * 100 + 3));
        std::string lying = readBytes(hint(4));
        lying[static_cast<std::size_t>(format::hintHeaderBytes + format::hint_entry_at::offset)] ^= 1;
        format::store<std::uint32_t>(
            lying.data() + lying.size() - format::hintTrailerBytes,
            format::hintChecksum(
                format::crc32c(std::string_view(lying).substr(
                    format::hintHeaderBytes, lying.size() - format::hintHeaderBytes - format::hintTrailerBytes)),
                std::string_view(lying).substr(0, format::hintHeaderBytes)));
        writeBytes(hint(4), lying);
        RUSTCASK_VALUE(const auto found, examineHints(m_db, m_progress));
        QCOMPARE(found.files[0].state, HintState::missing);
        for (std::size_t i = 1; i < 4; ++i) {
            QCOMPARE(found.files[i].state, HintState::unfit);
            QVERIFY(!found.files[i].text.empty());
        }
        QVERIFY(found.anyToRepair());
        RUSTCASK_VALUE(const auto report, rebuildHints(m_db, m_progress));
        QCOMPARE(report.rebuilt, 4U);
        RUSTCASK_VALUE(const auto after, examineHints(m_db, m_progress));
        QVERIFY(!after.anyToRepair());
        for (const HintFinding& finding : after.files)
            QCOMPARE(finding.state, HintState::fits);
        // A new hint may leave out what is superseded within its file, where the old one, written when the newest
        // record was in a later file, did not.
        Contents now = bytesOf(m_db);
        for (std::uint64_t generation = 1; generation <= 4; ++generation) {
            QVERIFY(now.erase(format::hintFileName(Generation{generation})) == 1);
            before.erase(format::hintFileName(Generation{generation}));
        }
        QVERIFY(now == before);
        Contents contents;
        contentsOf(m_db, contents);
        QVERIFY(contents == m_model);
    }

    void onlyTheHolderOfTheLockRepairs() {
        RUSTCASK_VALUE(auto database, Database::open(m_db));
        RUSTCASK_FAILS(rebuildHints(m_db, m_progress), ErrorCode::locked);
        RUSTCASK_FAILS(salvageInPlace(m_db, {}, m_progress), ErrorCode::locked);
        RUSTCASK_OK(examineHints(m_db, m_progress)); // this takes none
    }

    // Who has the database open for writing rebuilds them itself, and goes on writing meanwhile.
    void anOpenDatabaseRebuildsItsOwn() {
        writeBytes(file(4), flipped(flipped(readBytes(file(4)), 8 * 80), 8 * 95 + 5)); // its hint is from before that
        RUSTCASK_VALUE(auto database, Database::open(m_db));
        RUSTCASK_OK(database->put("new", "value")); // a file that receives appends
        const std::uint64_t newest = database->stats().files.back().generation.value;
        QVERIFY(database->stats().files.back().active);
        fs::remove(hint(1));
        writeBytes(hint(2), readBytes(hint(3)));
        writeBytes(hint(3), flipped(readBytes(hint(3)), 8 * 100 + 3));
        const std::string kept = readBytes(hint(4));
        RUSTCASK_VALUE(const auto report, database->rebuildHints(m_progress));
        QCOMPARE(report.rebuilt, 3U);
        QCOMPARE(report.removed, 0U);
        QCOMPARE(report.files[0].state, HintState::missing);
        QCOMPARE(report.files[1].state, HintState::unfit);
        QCOMPARE(report.files[2].state, HintState::unfit);
        QCOMPARE(report.files[3].state, HintState::dataDamaged);
        QVERIFY(readBytes(hint(4)) == kept);
        QCOMPARE(report.files.back().generation.value, newest);
        QCOMPARE(report.files.back().state, HintState::active);
        QVERIFY(!fs::exists(hint(newest)));
        const Stats stats = database->stats();
        for (std::size_t i = 0; i < 3; ++i)
            QCOMPARE(stats.files[i].hintBytes, std::uint64_t{fs::file_size(hint(i + 1))});
        RUSTCASK_VALUE(const auto after, examineHints(m_db, m_progress));
        QVERIFY(!after.anyToRepair());

        // A hint that contradicts its damaged data file goes.
        writeBytes(hint(4), readBytes(hint(3)));
        RUSTCASK_VALUE(const auto again, database->rebuildHints(m_progress));
        QCOMPARE(again.rebuilt, 0U);
        QCOMPARE(again.removed, 1U);
        QVERIFY(!fs::exists(hint(4)));
        QCOMPARE(database->stats().files[3].hintBytes, std::uint64_t{0});

        Progress cancelled;
        cancelled.cancel();
        RUSTCASK_FAILS(database->rebuildHints(cancelled), ErrorCode::cancelled);
        RUSTCASK_OK(database->close());
        RUSTCASK_FAILS(database->rebuildHints(m_progress), ErrorCode::closed);
        Options readOnly;
        readOnly.readOnly = true;
        RUSTCASK_VALUE(const auto reader, Database::open(m_db, readOnly));
        RUSTCASK_FAILS(reader->rebuildHints(m_progress), ErrorCode::readOnly);
    }

    // A merge and writers beside it: whatever is hinted in the end fits.
    void hintsAreRebuiltBesideAMergeAndWriters() {
        Options options;
        options.maxFileBytes = 16 * 1024;
        {
            RUSTCASK_VALUE(auto database, Database::open(m_db, options));
            std::atomic<bool> done{false};
            std::thread writer([&] {
                for (int i = 0; !done; ++i)
                    static_cast<void>(database->put("beside" + std::to_string(i % 50), std::string(300, 'b')));
            });
            std::thread merger([&] {
                for (int i = 0; i < 5; ++i) {
                    Progress progress;
                    static_cast<void>(database->merge(progress));
                }
                done = true;
            });
            bool sound = true;
            while (!done && sound) {
                for (const FileStats& stats : database->stats().files)
                    fs::remove(hint(stats.generation.value));
                Progress progress;
                sound = database->rebuildHints(progress).has_value();
            }
            merger.join();
            done = true;
            writer.join();
            QVERIFY(sound);
            RUSTCASK_OK(database->rebuildHints(m_progress));
            RUSTCASK_OK(database->close());
        }
        RUSTCASK_VALUE(const auto report, examineHints(m_db, m_progress));
        QVERIFY(!report.anyToRepair());
    }

    // A hint from before the damage knows which record stood there, so it stays; a new one would hide the damage.
    void aDamagedDataFileGetsNoNewHint() {
        const std::string sound = readBytes(file(2));
        writeBytes(file(2), flipped(flipped(sound, 8 * 80), 8 * 95 + 5));
        const std::string before = readBytes(hint(2));
        RUSTCASK_VALUE(auto report, rebuildHints(m_db, m_progress));
        QCOMPARE(report.files[1].state, HintState::dataDamaged);
        QVERIFY(readBytes(hint(2)) == before);
        fs::remove(hint(2));
        RUSTCASK_VALUE(report, rebuildHints(m_db, m_progress));
        QCOMPARE(report.files[1].state, HintState::dataDamaged);
        QVERIFY(!fs::exists(hint(2)));
    }

    void whatIsNoDatabaseIsLeftAlone() {
        writeBytes(*m_directory / "other" / "notes.txt", "hello");
        RUSTCASK_FAILS(rebuildHints(*m_directory / "other", m_progress), ErrorCode::notADatabase);
        RUSTCASK_FAILS(salvageInPlace(*m_directory / "other", {}, m_progress), ErrorCode::notADatabase);
        RUSTCASK_FAILS(salvage(*m_directory / "other", *m_directory / "new", {}, m_progress), ErrorCode::notADatabase);
        QCOMPARE(bytesOf(*m_directory / "other").size(), 1U);
        QVERIFY(!fs::exists(*m_directory / "new"));
    }

    void salvagesASoundDatabaseWhole() {
        const Contents before = bytesOf(m_db);
        RUSTCASK_VALUE(const auto report, salvage(m_db, *m_directory / "new", {}, m_progress));
        QVERIFY(report.complete());
        QCOMPARE(report.liveKeys, m_model.size());
        QVERIFY(bytesOf(m_db) == before);
        Contents contents;
        contentsOf(*m_directory / "new", contents);
        QVERIFY(contents == m_model);
        // Old versions and deletions are in it too: file for file the same records.
        for (std::uint64_t generation = 1; generation <= 4; ++generation)
            QVERIFY(readBytes(file(generation)) ==
                    readBytes(*m_directory / "new" / format::dataFileName(Generation{generation})));
    }

    // Every byte of one file overwritten with noise, 40 at a time: nothing sound is lost, what is lost is told, every
    // key is right, or is named, and the source stays as it is.
    void losesOnlyWhatIsDamaged() {
        const std::string sound = readBytes(file(2));
        SeededRandom random(3);
        for (std::size_t at = format::fileHeaderBytes; at + 40 < sound.size(); at += 97) {
            std::string bytes = sound;
            bytes.replace(at, 40, random.bytes(40));
            writeBytes(file(2), bytes);
            const Contents before = bytesOf(m_db);
            const fs::path target = *m_directory / "new";
            fs::remove_all(target);
            RUSTCASK_VALUE(const auto report, salvage(m_db, target, {}, m_progress));
            QVERIFY(bytesOf(m_db) == before);
            QVERIFY(!report.complete());
            QVERIFY(report.lostBytes < 40 + 2 * 100); // at most the records that the noise touches
            std::map<std::string, const LostRecord*> named;
            for (const LostRecord& lost : report.lost) {
                QVERIFY(lost.file.filename() == "2.rustcask.data");
                QVERIFY(!lost.reason.empty());
                if (lost.key)
                    named[*lost.key] = &lost;
            }
            Contents contents;
            contentsOf(target, contents);
            for (int i = 0; i < 40; ++i) {
                const std::string key = "key-" + std::to_string(i);
                const auto expected = m_model.find(key);
                const auto found = contents.find(key);
                const bool same = expected == m_model.end()
                                      ? found == contents.end()
                                      : found != contents.end() && found->second == expected->second;
                // The hint knows the newest record of each key in the file, and only that one can matter.
                QVERIFY2(same || named.contains(key), key.c_str());
                if (!named.contains(key))
                    continue;
                const KeyFate fate = named[key]->fate;
                QVERIFY(fate != KeyFate::unknown);
                QCOMPARE(fate == KeyFate::absent, found == contents.end());
                QVERIFY(fate != KeyFate::superseded || same);
                QCOMPARE(fate == KeyFate::older, named[key]->olderVersion.has_value());
            }
        }
    }

    // The end of a file is missing: its hint tells what stood there.
    void namesWhatACutFileHeld() {
        const std::string sound = readBytes(file(2));
        writeBytes(file(2), sound.substr(0, sound.size() / 2));
        RUSTCASK_VALUE(const auto report, salvage(m_db, *m_directory / "new", {}, m_progress));
        QVERIFY(report.lost.size() > 3);
        std::size_t keys = 0;
        for (const LostRecord& lost : report.lost)
            keys += lost.key.has_value();
        QVERIFY(keys + 1 >= report.lost.size()); // all but the one that the cut went through, perhaps
    }

    // … unless it contradicts itself, under the right checksum, too: its names may be anybody's.
    void believesNoHintThatContradictsItself() {
        DataFileBuilder data(1);
        for (std::uint64_t n = 1; n <= 8; ++n)
            data.put(n, "key " + std::to_string(n), "value");
        std::string entries;
        for (const format::HintEntry& entry : hintEntriesOf(data))
            format::appendHintEntry(entry, entries);
        const auto namedKeys = [&](const format::HintHeader& header, const std::string& target) {
            const fs::path damaged = *m_directory / "cut";
            fs::remove_all(damaged);
            writeBytes(damaged / "1.rustcask.data", data.bytes.substr(0, data.records[4].offset));
            writeBytes(damaged / "1.rustcask.hint", hintBytesOf(header, entries));
            auto report = salvage(damaged, *m_directory / target, {}, m_progress);
            std::size_t named = 0;
            if (report)
                for (const LostRecord& lost : report->lost)
                    named += lost.key.has_value() ? 1 : 0;
            return report ? named : std::size_t{1000};
        };
        const format::HintHeader right = hintHeaderOf(data, 8, entries.size());
        QCOMPARE(namedKeys(right, "right"), std::size_t{4});
        format::HintHeader wrong = right;
        wrong.records = 7;
        QCOMPARE(namedKeys(wrong, "wrong count"), std::size_t{0});
        wrong = right;
        wrong.highestSequence = Sequence{7};
        QCOMPARE(namedKeys(wrong, "wrong sequence"), std::size_t{0});
    }

    void salvagesWithoutAnyHeader() {
        for (std::uint64_t generation = 1; generation <= 3; ++generation) {
            std::string bytes = readBytes(file(generation));
            bytes.replace(0, format::fileHeaderBytes, std::string(format::fileHeaderBytes, '?'));
            writeBytes(file(generation), bytes);
        }
        RUSTCASK_VALUE(const auto report, salvage(m_db, *m_directory / "new", {}, m_progress));
        QVERIFY(report.complete()); // of records
        QVERIFY(report.notes.size() >= 3);
        Contents contents;
        contentsOf(*m_directory / "new", contents);
        QVERIFY(contents == m_model);
    }

    // Nobody can say which side of a merge counts when its record is damaged: every record of both is taken, once.
    void salvagesBothSidesOfADamagedMerge() {
        writeBytes(m_db / format::mergeRecordName(Generation{90}), "nonsense");
        fs::copy_file(file(1), file(80));
        std::string copy = readBytes(file(80));
        format::encodeFileHeader({.generation = Generation{80}, .created = exampleTime, .mergeOutput = true},
                                 copy.data());
        writeBytes(file(80), copy);
        RUSTCASK_FAILS(Database::open(m_db), ErrorCode::corruption);
        RUSTCASK_VALUE(const auto report, salvage(m_db, *m_directory / "new", {}, m_progress));
        QVERIFY(report.duplicates > 10);
        QVERIFY(report.complete());
        Contents contents;
        contentsOf(*m_directory / "new", contents);
        QVERIFY(contents == m_model);
    }

    void takesTornTailsBackOnlyOnDemand() {
        DataFileBuilder tail(9);
        tail.put(100'000, "late", "value");
        writeBytes(m_db / format::tornFileName(Generation{4}, 1234),
                   std::string(17, '\x7f') + tail.bytes.substr(format::fileHeaderBytes));
        RUSTCASK_VALUE(auto report, salvage(m_db, *m_directory / "without", {}, m_progress));
        Contents contents;
        contentsOf(*m_directory / "without", contents);
        QVERIFY(contents == m_model);
        QVERIFY(!report.notes.empty());
        RUSTCASK_VALUE(report, salvage(m_db, *m_directory / "with", {.includeTornTails = true}, m_progress));
        contents.clear();
        contentsOf(*m_directory / "with", contents);
        QVERIFY(contents.contains("late"));
        QCOMPARE(contents.size(), m_model.size() + 1);
        // Written after: the tail is from before that and would win by its number.
        RUSTCASK_VALUE(auto database, Database::open(m_db));
        RUSTCASK_OK(database->put("late", "newer"));
        RUSTCASK_OK(database->close());
        DataFileBuilder early(9);
        early.put(5, "late", "value");
        writeBytes(m_db / format::tornFileName(Generation{4}, 1234), early.bytes.substr(format::fileHeaderBytes));
        RUSTCASK_VALUE(report, salvage(m_db, *m_directory / "again", {.includeTornTails = true}, m_progress));
        contents.clear();
        contentsOf(*m_directory / "again", contents);
        QCOMPARE(contents["late"], std::string("newer"));
    }

    void inPlaceKeepsTheDamagedOneWhole() {
        writeBytes(file(2), flipped(flipped(readBytes(file(2)), 8 * 80), 8 * 95 + 5));
        const Contents before = bytesOf(m_db);
        RUSTCASK_VALUE(const auto report, salvageInPlace(m_db, {}, m_progress));
        QVERIFY(!report.complete());
        QVERIFY(report.backup == *m_directory / "db.damaged");
        Contents kept = bytesOf(report.backup);
        QVERIFY(kept.at("rustcask.lock") == std::to_string(QCoreApplication::applicationPid()) + "\n");
        kept["rustcask.lock"] = before.at("rustcask.lock");
        QVERIFY(kept == before);
        RUSTCASK_VALUE(const auto verified, verify(m_db, m_progress));
        QVERIFY(verified.clean());
        // The next one finds the name taken.
        RUSTCASK_VALUE(const auto second, salvageInPlace(m_db, {}, m_progress));
        QVERIFY(second.complete());
        QVERIFY(second.backup == *m_directory / "db.damaged-2");
        RUSTCASK_OK(Database::open(m_db)); // for writing
    }

    void refusesATargetThatIsInUse() {
        writeBytes(*m_directory / "full" / "a", "b");
        writeBytes(*m_directory / "plain", "a file");
        for (const fs::path& target : {*m_directory / "full", *m_directory / "plain", m_db, m_db / "inside"})
            RUSTCASK_FAILS(salvage(m_db, target, {}, m_progress), ErrorCode::invalidArgument);
        fs::create_directory(*m_directory / "empty");
        RUSTCASK_OK(salvage(m_db, *m_directory / "empty", {}, m_progress));
    }

    void cancelledItLeavesNothing() {
        Progress progress;
        progress.cancel();
        RUSTCASK_FAILS(salvage(m_db, *m_directory / "new", {}, progress), ErrorCode::cancelled);
        RUSTCASK_FAILS(salvageInPlace(m_db, {}, progress), ErrorCode::cancelled);
        RUSTCASK_FAILS(rebuildHints(m_db, progress), ErrorCode::cancelled);
        std::size_t entries = 0;
        for ([[maybe_unused]] const auto& entry : fs::directory_iterator(m_directory->path()))
            ++entries;
        QCOMPARE(entries, 1U); // the database
    }

    // What a killed salvage left is cleared away by the next.
    void clearsAwayWhatAKilledRunLeft() {
        writeBytes(*m_directory / ".new.partial" / "1.rustcask.data", "half");
        writeBytes(*m_directory / ".new.partial" / "partial.lock", "1\n");
        RUSTCASK_VALUE(const auto report, salvage(m_db, *m_directory / "new", {}, m_progress));
        QVERIFY(report.complete());
        QVERIFY(!fs::exists(*m_directory / ".new.partial"));
        Contents contents;
        contentsOf(*m_directory / "new", contents);
        QVERIFY(contents == m_model);
    }

    void salvagesAnEmptyDatabase() {
        const fs::path empty = *m_directory / "nothing";
        RUSTCASK_OK(Database::open(empty));
        RUSTCASK_VALUE(const auto report, salvage(empty, *m_directory / "new", {}, m_progress));
        QVERIFY(report.complete());
        Options options;
        options.createIfMissing = false;
        RUSTCASK_OK(Database::open(*m_directory / "new", options));
    }

    void readsAroundBadSectors() {
        std::string bytes(20'000, '\0');
        for (std::size_t i = 0; i < bytes.size(); ++i)
            bytes[i] = static_cast<char>('a' + i % 26);
        const repair::TolerantFile file(std::make_unique<BadSectors>(bytes, 9000, 9001));
        std::string out(12'000, '?');
        RUSTCASK_VALUE(const std::size_t read, file.readAt(5000, out.data(), out.size()));
        QCOMPARE(read, out.size());
        std::string expected = bytes.substr(5000, 12'000);
        expected.replace(8192 - 5000, 4096, std::string(4096, '\0'));
        QVERIFY(out == expected);
        QCOMPARE(file.unreadable(0, 20'000), 4096U);
        QCOMPARE(file.unreadable(8192, 10), 10U);
        QCOMPARE(file.unreadable(0, 8192), 0U);
        RUSTCASK_VALUE(const std::size_t tail, file.readAt(19'990, out.data(), 100)); // the end is no bad sector
        QCOMPARE(tail, 10U);
    }
};

RUSTCASK_TEST_MAIN(RepairTest)
#include "tst_repair.moc"
