// SPDX-License-Identifier: Apache-2.0
#include <map>

#include <rustcask/history.h>
#include <rustcask/version_index.h>

#include "file_builder.h"
#include "format/merge_record.h"
#include "support/check.h"
#include "support/seeded_random.h"
#include "support/temporary_directory.h"
#include "support/test_main.h"

using namespace rustcask;
using namespace rustcask::test;

namespace {

namespace fs = std::filesystem;

Timestamp later(int minutes) {
    return exampleTime + std::chrono::minutes(minutes);
}

} // namespace

class TestHistory : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<TemporaryDirectory> m_directory;

    [[nodiscard]] fs::path file(const std::string& name) const { return m_directory->path() / name; }
    void write(const DataFileBuilder& data) const {
        writeBytes(file(std::to_string(data.generation.value) + ".rustcask.data"), data.bytes);
    }
    /// "5 2:68 tombstone" a line: sequence, generation, offset; then what it is.
    [[nodiscard]] QStringList linesOf(const History& history) const {
        QStringList lines;
        for (const Version& version : history.versions) {
            const auto value = readVersion(m_directory->path(), version);
            lines << QStringLiteral("%1 %2:%3 %4%5")
                         .arg(version.sequence.value)
                         .arg(version.location.generation.value)
                         .arg(version.location.offset)
                         .arg(version.tombstone ? QStringLiteral("tombstone")
                                                : QString::fromStdString(value ? *value : value.error().detail),
                              version.live ? QStringLiteral(" live") : QString());
        }
        return lines;
    }
    void check(const char* key, const QStringList& expected, std::optional<Timestamp> completeSince = std::nullopt) {
        Progress progress;
        RUSTCASK_VALUE(const History found, history(m_directory->path(), key, progress));
        QCOMPARE(linesOf(found), expected);
        QCOMPARE(found.complete, !completeSince.has_value());
        QVERIFY(found.completeSince == completeSince.value_or(Timestamp{}));
        QCOMPARE(progress.counts().bytesDone, progress.counts().bytesTotal);
        QCOMPARE(progress.counts().filesDone, progress.counts().filesTotal);
        // An index of the same directory has the same answer.
        VersionIndex index(m_directory->path());
        Progress indexing;
        RUSTCASK_OK(index.update(indexing));
        RUSTCASK_VALUE(const IndexedHistory indexed, index.find(key));
        QVERIFY(!indexed.partial);
        QCOMPARE(linesOf(indexed.history), expected);
        QCOMPARE(indexed.history.complete, !completeSince.has_value());
        QVERIFY(indexed.history.completeSince == completeSince.value_or(Timestamp{}));
        QCOMPARE(indexing.counts().bytesDone, indexing.counts().bytesTotal);
    }

private Q_SLOTS:
    void init() { m_directory = std::make_unique<TemporaryDirectory>(); }
    void cleanup() { m_directory.reset(); }

    void newestFirst() {
        write(DataFileBuilder(1).put(1, "a", "one").put(2, "b", "x").put(3, "a", "two"));
        write(DataFileBuilder(2).remove(4, "a").put(5, "c", "").put(6, "a", "three").raw(std::string(100, '\0')));
        check("a", {QStringLiteral("6 2:90 three live"), QStringLiteral("4 2:32 tombstone"),
                    QStringLiteral("3 1:94 two"), QStringLiteral("1 1:32 one")});
        check("c", {QStringLiteral("5 2:61  live")});
        check("nothing", {});
        write(DataFileBuilder(3).remove(7, "a"));
        Progress progress;
        RUSTCASK_VALUE(const History found, history(m_directory->path(), "a", progress));
        QCOMPARE(found.versions.size(), std::size_t{5});
        QVERIFY(std::none_of(found.versions.begin(), found.versions.end(), [](const Version& v) { return v.live; }));
        QCOMPARE(found.versions[1].valueBytes, 5U);
        QVERIFY(found.versions[1].time == exampleTime + std::chrono::milliseconds{6});
        QCOMPARE(found.versions[1].location.recordBytes, std::uint64_t{28 + 1 + 5});
    }

    void mergesTakeHistory() {
        write(DataFileBuilder(4, true, later(10)).put(3, "a", "kept").put(1, "z", "x"));
        write(DataFileBuilder(3, false, later(5)).put(4, "a", "new"));
        write(DataFileBuilder(7, true, later(20)).put(2, "y", "x"));
        check("a", {QStringLiteral("4 3:32 new live"), QStringLiteral("3 4:32 kept")}, later(20));
    }

    // A merge of which nothing was live leaves no file; the numbers that are missing tell of it.
    void mergesThatLeftNothing() {
        write(DataFileBuilder(1, false, later(1)).put(1, "a", "one"));
        write(DataFileBuilder(5, false, later(9)).put(8, "a", "two"));
        check("a", {QStringLiteral("8 5:32 two live"), QStringLiteral("1 1:32 one")}, later(9));
    }

    void committedMerge() {
        write(DataFileBuilder(1).put(1, "a", "old").put(2, "a", "x"));
        writeBytes(file("3.rustcask.data.tmp"), DataFileBuilder(3, true, later(3)).put(2, "a", "x").bytes);
        writeBytes(file("4.rustcask.merge"),
                   format::encodeMergeRecord(
                       {.generation = Generation{4}, .inputs = {Generation{1}}, .outputs = {Generation{3}}}));
        write(DataFileBuilder(2).put(3, "a", "new"));
        check("a", {QStringLiteral("3 2:32 new live"), QStringLiteral("2 3:32 x")}, later(3));
    }

    void copiesAreOneVersion() {
        write(DataFileBuilder(1).put(1, "a", "x").put(2, "b", "x"));
        write(DataFileBuilder(2, true, later(2)).put(1, "a", "x"));
        Progress progress;
        RUSTCASK_VALUE(const History found, history(m_directory->path(), "a", progress));
        QCOMPARE(found.versions.size(), std::size_t{1});
    }

    // A flipped size that leads to a later record must not hide those between.
    void damagedSizes() {
        DataFileBuilder data(1);
        for (std::uint64_t i = 1; i <= 30; ++i)
            data.put(i, i % 3 == 0 ? "abcd" : "wxyz", std::string(32, 'v')); // 64 bytes each
        for (std::uint64_t bit = 0; bit < 48; ++bit) {
            const std::uint64_t at = 8 * (data.records[4].offset + format::record_at::keySize) + bit;
            writeBytes(file("1.rustcask.data"), flipped(data.bytes, at));
            Progress progress;
            RUSTCASK_VALUE(const History found, history(m_directory->path(), "abcd", progress));
            QCOMPARE(found.versions.size(), std::size_t{10});
            QVERIFY(found.complete); // the damaged record is known to be another key's
        }
    }

    void damagedVersions() {
        DataFileBuilder data(1);
        data.put(1, "a", "one").put(2, "a", "two").put(3, "b", "x");
        writeBytes(file("1.rustcask.data"), flipped(data.bytes, 8 * (data.records[1].offset + 30)));
        // What is left is not live, because a newer version is known to have been there.
        check("a", {QStringLiteral("1 1:32 one")}, exampleTime + std::chrono::milliseconds{3});
        writeBytes(file("1.rustcask.data"), flipped(data.bytes, 8 * (data.records[2].offset + 30)));
        check("a", {QStringLiteral("2 1:64 two live"), QStringLiteral("1 1:32 one")});
        // A torn tail holds nothing that anybody was promised.
        writeBytes(file("1.rustcask.data"), data.bytes.substr(0, data.bytes.size() - 1));
        check("a", {QStringLiteral("2 1:64 two live"), QStringLiteral("1 1:32 one")});
    }

    void againstAModel() {
        SeededRandom random;
        std::map<std::string, std::vector<std::uint64_t>> model;
        std::uint64_t sequence = 0;
        for (std::uint64_t generation = 1; generation <= 4; ++generation) {
            DataFileBuilder data(generation);
            for (int i = 0; i < 500; ++i) {
                const std::string key = random.word(1);
                if (random.chance(20))
                    data.remove(++sequence, key);
                else
                    data.put(++sequence, key, random.bytes(random.chance(2) ? 100'000 : random.below(50)));
                model[key].insert(model[key].begin(), sequence);
            }
            write(data);
        }
        for (const auto& [key, sequences] : model) {
            Progress progress;
            RUSTCASK_VALUE(const History found, history(m_directory->path(), key, progress));
            std::vector<std::uint64_t> numbers;
            for (const Version& version : found.versions)
                numbers.push_back(version.sequence.value);
            QVERIFY(numbers == sequences);
            QVERIFY(found.complete);
        }
    }

    void readingWhatHasChanged() {
        DataFileBuilder data(1);
        data.put(1, "a", "one").put(2, "a", "two");
        write(data);
        Progress progress;
        RUSTCASK_VALUE(const History found, history(m_directory->path(), "a", progress));
        const Version& newest = found.versions[0];
        RUSTCASK_VALUE(const std::string value, readVersion(m_directory->path(), newest));
        QCOMPARE(value, std::string("two"));
        Version wrong = newest;
        wrong.sequence = Sequence{7};
        RUSTCASK_FAILS(readVersion(m_directory->path(), wrong), ErrorCode::corruption);
        wrong = newest;
        wrong.location.offset = 1'000'000'000'000;
        RUSTCASK_FAILS(readVersion(m_directory->path(), wrong), ErrorCode::corruption);
        writeBytes(file("1.rustcask.data"), flipped(data.bytes, 8 * (data.bytes.size() - 1)));
        RUSTCASK_FAILS(readVersion(m_directory->path(), newest), ErrorCode::corruption);
        writeBytes(file("1.rustcask.data"), data.bytes.substr(0, data.bytes.size() - 1));
        RUSTCASK_FAILS(readVersion(m_directory->path(), newest), ErrorCode::corruption);
        fs::remove(file("1.rustcask.data"));
        RUSTCASK_FAILS(readVersion(m_directory->path(), newest), ErrorCode::corruption);
    }

    void failures() {
        Progress progress;
        RUSTCASK_FAILS(history(m_directory->path(), "a", progress), ErrorCode::notADatabase);
        write(DataFileBuilder(1).put(1, "a", "one"));
        progress.cancel();
        RUSTCASK_FAILS(history(m_directory->path(), "a", progress), ErrorCode::cancelled);
    }
};

RUSTCASK_TEST_MAIN(TestHistory)
#include "tst_history.moc"
