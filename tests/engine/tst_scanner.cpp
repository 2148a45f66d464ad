// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "file_builder.h"
#include "log/scanner.h"
#include "support/check.h"
#include "support/seeded_random.h"
#include "support/test_main.h"

using namespace rustcask;
using namespace rustcask::test;
using log::Scanned;
using Kind = log::Scanned::Kind;

namespace {

/// A range that the scanner returned, with copies of what it only lends.
struct Range : Scanned {
    std::string keyCopy{};
    std::string valueCopy{};
};

struct Outcome {
    std::vector<Range> ranges{};
    std::string problem{}; ///< empty: the ranges cover the file without gap
    std::uint64_t bytesRead = 0;

    [[nodiscard]] std::vector<Range> of(Kind kind) const {
        std::vector<Range> some;
        for (const Range& range : ranges)
            if (range.kind == kind)
                some.push_back(range);
        return some;
    }
};

Outcome scan(const std::string& bytes, std::uint64_t chunkBytes = 4096) {
    const MemoryFile file(bytes);
    Outcome outcome;
    std::uint64_t at = format::fileHeaderBytes;
    log::Scanner scanner(file, at, std::max<std::uint64_t>(bytes.size(), at), chunkBytes);
    while (true) {
        auto next = scanner.next();
        if (!next) {
            outcome.problem = next.error().message();
            break;
        }
        if (!*next)
            break;
        Range range;
        static_cast<Scanned&>(range) = **next;
        range.keyCopy.assign(range.key);
        if (!range.record.empty())
            range.valueCopy.assign(range.record.substr(format::recordHeaderBytes + range.key.size()));
        if (range.offset != at || range.bytes == 0)
            outcome.problem = "a gap at " + std::to_string(at);
        at += range.bytes;
        outcome.ranges.push_back(std::move(range));
    }
    if (at < bytes.size())
        outcome.problem = "ends at " + std::to_string(at);
    outcome.bytesRead = file.bytesRead;
    return outcome;
}

DataFileBuilder smallFile() {
    DataFileBuilder file(1);
    file.put(1, "alpha", "first value").put(2, "b", "").remove(3, "alpha").put(4, "gamma", std::string(40, 'g'));
    file.put(5, "delta", "last");
    return file;
}

/// Whether every sound record that was returned is one that was written, as it was written.
bool onlyRecordsOf(const DataFileBuilder& file, const Outcome& outcome) {
    for (const Range& range : outcome.of(Kind::record)) {
        const auto written = std::find_if(file.records.begin(), file.records.end(),
                                          [&](const BuiltRecord& record) { return record.offset == range.offset; });
        if (written == file.records.end() || written->key != range.keyCopy || written->value != range.valueCopy ||
            written->sequence != range.header.sequence.value || written->tombstone != range.header.tombstone())
            return false;
    }
    return true;
}

} // namespace

class TestScanner : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void soundFile() {
        const DataFileBuilder file = smallFile();
        const Outcome outcome = scan(file.bytes);
        QCOMPARE(outcome.problem, std::string());
        QCOMPARE(outcome.ranges.size(), file.records.size());
        QVERIFY(onlyRecordsOf(file, outcome));
        QVERIFY(scan(DataFileBuilder(1).bytes).ranges.empty());
    }

    void everyTruncation() {
        const DataFileBuilder file = smallFile();
        for (std::size_t size = format::fileHeaderBytes; size < file.bytes.size(); ++size) {
            const Outcome outcome = scan(file.bytes.substr(0, size));
            QCOMPARE(outcome.problem, std::string());
            QVERIFY(onlyRecordsOf(file, outcome));
            // All that are whole are there; the rest is one damaged range.
            const auto whole = static_cast<std::size_t>(
                std::count_if(file.records.begin(), file.records.end(),
                              [&](const BuiltRecord& record) { return record.offset + record.bytes <= size; }));
            QCOMPARE(outcome.of(Kind::record).size(), whole);
            const bool cut = std::none_of(file.records.begin(), file.records.end(),
                                          [&](const BuiltRecord& record) { return record.offset == size; });
            QCOMPARE(outcome.ranges.size(), whole + (cut ? 1 : 0));
        }
    }

    void everyFlippedBit_data() {
        QTest::addColumn<int>("zeros");
        QTest::newRow("at the file's end") << 0;
        QTest::newRow("before reserved space") << 5000;
    }
    void everyFlippedBit() {
        QFETCH(int, zeros);
        const DataFileBuilder file = smallFile();
        const std::string bytes = file.bytes + std::string(static_cast<std::size_t>(zeros), '\0');
        for (std::uint64_t bit = 8 * format::fileHeaderBytes; bit < 8 * file.bytes.size(); ++bit) {
            const Outcome outcome = scan(flipped(bytes, bit));
            QCOMPARE(outcome.problem, std::string());
            QVERIFY(onlyRecordsOf(file, outcome));
            const auto hit = std::find_if(file.records.begin(), file.records.end(), [&](const BuiltRecord& record) {
                return bit / 8 < record.offset + record.bytes;
            });
            // Just that record is damaged, and it is known for what it was.
            QCOMPARE(outcome.of(Kind::record).size(), file.records.size() - 1);
            const std::vector<Range> damaged = outcome.of(Kind::damaged);
            QCOMPARE(damaged.size(), std::size_t{1});
            QCOMPARE(damaged[0].offset, hit->offset);
            QCOMPARE(damaged[0].bytes, hit->bytes);
            QVERIFY(damaged[0].trustedExtent);
            QVERIFY2(damaged[0].identified, qPrintable(QStringLiteral("bit %1").arg(bit)));
            QCOMPARE(damaged[0].keyCopy, hit->key);
            QCOMPARE(damaged[0].header.sequence.value, hit->sequence);
            QCOMPARE(outcome.of(Kind::unused).size(), std::size_t(zeros > 0 ? 1 : 0));
        }
    }

    // Records of one length: a flipped size may point exactly at the start of a later one.
    void flippedSizeThatLeadsToAnotherRecord() {
        DataFileBuilder file(1);
        for (std::uint64_t i = 1; i <= 40; ++i)
            file.put(i, "k" + std::to_string(100 + i), std::string(32, 'v')); // 64 bytes each
        for (std::uint64_t bit = 0; bit < 48; ++bit) {
            const std::uint64_t at = 8 * (file.records[3].offset + format::record_at::keySize) + bit;
            const Outcome outcome = scan(flipped(file.bytes, at));
            QCOMPARE(outcome.problem, std::string());
            QCOMPARE(outcome.of(Kind::record).size(), file.records.size() - 1);
            QVERIFY(onlyRecordsOf(file, outcome));
            QVERIFY(outcome.of(Kind::damaged)[0].identified);
        }
    }

    void manyBitsOfASizeBeforeReservedSpace() {
        DataFileBuilder file = smallFile();
        std::string bytes = file.bytes + std::string(100'000, '\0');
        // Leads into the zeros: the records between must not be swallowed.
        format::store<std::uint32_t>(bytes.data() + file.records[1].offset + format::record_at::valueSize, 70'707);
        const Outcome outcome = scan(bytes);
        QCOMPARE(outcome.of(Kind::record).size(), std::size_t{4});
        QVERIFY(onlyRecordsOf(file, outcome));
    }

    void adjacentDamage() {
        const DataFileBuilder file = smallFile();
        const std::string bytes =
            flipped(flipped(file.bytes, 8 * (file.records[1].offset + 5)), 8 * (file.records[2].offset + 29));
        const std::vector<Range> damaged = scan(bytes).of(Kind::damaged);
        QCOMPARE(damaged.size(), std::size_t{2});
        QVERIFY(damaged[0].identified && damaged[1].identified);
        QCOMPARE(damaged[1].offset, file.records[2].offset);
    }

    void garbageBetweenRecords() {
        SeededRandom random;
        for (int round = 0; round < 50; ++round) {
            DataFileBuilder file(1);
            file.put(1, "before", "x").raw(random.bytes(random.between(1, 9000))).put(2, "after", "y");
            file.raw(random.bytes(random.between(1, 60)));
            const Outcome outcome = scan(file.bytes);
            QCOMPARE(outcome.problem, std::string());
            QCOMPARE(outcome.of(Kind::record).size(), std::size_t{2});
            QVERIFY(onlyRecordsOf(file, outcome));
        }
    }

    void zeroTails() {
        for (const std::size_t zeros : {std::size_t{1}, std::size_t{27}, std::size_t{28}, std::size_t{10'000}}) {
            DataFileBuilder file = smallFile();
            const Outcome outcome = scan(file.bytes + std::string(zeros, '\0'));
            QCOMPARE(outcome.of(Kind::record).size(), file.records.size());
            QCOMPARE(outcome.of(Kind::damaged).size(), std::size_t{0});
            QCOMPARE(outcome.ranges.back().kind, Kind::unused);
            QCOMPARE(outcome.ranges.back().bytes, std::uint64_t{zeros});
        }
        // Zeros in the middle are no end.
        DataFileBuilder file(1);
        file.put(1, "a", "x").raw(std::string(5000, '\0')).put(2, "b", "y");
        QCOMPARE(scan(file.bytes).of(Kind::record).size(), std::size_t{2});
        QCOMPARE(scan(file.bytes).of(Kind::damaged).size(), std::size_t{1});
        // A torn record and the space reserved after it are told apart.
        DataFileBuilder torn = smallFile();
        const std::size_t cut = torn.bytes.size() - 3;
        const Outcome outcome = scan(torn.bytes.substr(0, cut) + std::string(100'000, '\0'));
        QCOMPARE(outcome.of(Kind::record).size(), std::size_t{4});
        QCOMPARE(outcome.of(Kind::damaged).size(), std::size_t{1});
        QCOMPARE(outcome.of(Kind::unused).size(), std::size_t{1});
        QVERIFY(outcome.bytesRead < 1'000'000);
    }

    void recordsLongerThanTheChunk() {
        SeededRandom random;
        DataFileBuilder file(1);
        file.put(1, "long", random.bytes(50'000)).put(2, std::string(65'535, 'k'), "v").put(3, "end", "z");
        const Outcome outcome = scan(file.bytes);
        QCOMPARE(outcome.problem, std::string());
        QCOMPARE(outcome.of(Kind::record).size(), std::size_t{3});
        QCOMPARE(outcome.ranges[1].keyCopy, std::string(65'535, 'k'));
        const Outcome damaged = scan(flipped(file.bytes, 8 * 30'000));
        QCOMPARE(damaged.of(Kind::record).size(), std::size_t{2});
        QVERIFY(damaged.ranges[0].identified);
        QCOMPARE(damaged.ranges[0].keyCopy, std::string("long"));
    }

    void recordsInsideAValue() {
        // The value is itself a data file with sound records.
        const DataFileBuilder inner = smallFile();
        DataFileBuilder file(1);
        file.put(10, "before", "x").put(11, "outer", inner.bytes).put(12, "after", "y");
        const std::uint64_t begin = file.records[1].offset;
        for (std::uint64_t bit = 8 * begin; bit < 8 * (begin + file.records[1].bytes); ++bit) {
            const Outcome outcome = scan(flipped(file.bytes, bit));
            QVERIFY2(onlyRecordsOf(file, outcome), qPrintable(QStringLiteral("bit %1").arg(bit)));
            QCOMPARE(outcome.of(Kind::record).size(), std::size_t{2});
        }
        // Many flipped bits too, as long as the sizes are right.
        std::string bytes = file.bytes;
        bytes.replace(static_cast<std::size_t>(begin + 40), 8, "????????");
        QVERIFY(onlyRecordsOf(file, scan(bytes)));
    }

    void soundChecksumOverTheImpossible() {
        for (const auto& [at, value] : {std::pair{format::record_at::flags, 0x80},
                                        {format::record_at::sequence, 0},
                                        {format::record_at::sequence + 7, 1}}) {
            std::string record = recordBytesOf(1, "key", "value");
            record[static_cast<std::size_t>(at)] = static_cast<char>(value);
            format::store<std::uint32_t>(record.data(), format::computeRecordChecksum(record));
            DataFileBuilder file(1);
            file.raw(record).put(2, "next", "v");
            const Outcome outcome = scan(file.bytes);
            QCOMPARE(outcome.of(Kind::record).size(), std::size_t{1});
            QCOMPARE(outcome.of(Kind::damaged)[0].bytes, std::uint64_t{record.size()});
        }
    }

    void hostileLengths() {
        for (const std::uint32_t size : {0xFFFFFFFFU, 0x7FFFFFFFU, 1U << 20}) {
            std::string record = recordBytesOf(1, "key", "value");
            format::store<std::uint32_t>(record.data() + format::record_at::valueSize, size);
            DataFileBuilder file(1);
            file.raw(record).put(2, "next", "v");
            const Outcome outcome = scan(file.bytes);
            QCOMPARE(outcome.problem, std::string());
            QCOMPARE(outcome.of(Kind::record).size(), std::size_t{1});
            QVERIFY(outcome.bytesRead < 200'000);
        }
    }

    // Headers that each announce the rest of the file, so that every one costs a checksum of all of it.
    void timeIsNotQuadratic_data() {
        QTest::addColumn<QByteArray>("unit");
        std::string header = recordBytesOf(1, "k", "").substr(0, 28);
        format::store<std::uint32_t>(header.data() + format::record_at::valueSize, 100'000);
        QTest::newRow("long candidates") << QByteArray::fromStdString(header);
        format::store<std::uint32_t>(header.data() + format::record_at::valueSize, 3'000);
        QTest::newRow("short candidates") << QByteArray::fromStdString(header);
        QTest::newRow("plausible at every fourth byte") << QByteArray::fromHex("01000000");
    }
    void timeIsNotQuadratic() {
        QFETCH(QByteArray, unit);
        constexpr std::size_t size = 400'000;
        DataFileBuilder file(1);
        std::string hostile;
        while (hostile.size() < size)
            hostile += unit.toStdString();
        file.raw(hostile).put(9, "sound", "record");
        const Outcome outcome = scan(file.bytes, 65'536);
        QCOMPARE(outcome.problem, std::string());
        // What candidates may cost is 64 times the file and 64 MiB.
        QVERIFY2(outcome.bytesRead < 2 * (64 * size + (64U << 20)), qPrintable(QString::number(outcome.bytesRead)));
    }

    // Sound records and damaged ones that point into one long run of zeros, in turn.
    void zerosAreNotReadAgainForEachDamage() {
        DataFileBuilder file(1);
        std::string damaged = recordBytesOf(1, "k", "");
        for (std::uint64_t i = 1; i <= 500; ++i) {
            file.put(i, "key" + std::to_string(i), "v");
            format::store<std::uint32_t>(damaged.data() + format::record_at::valueSize, 500'000);
            file.raw(damaged);
        }
        file.raw(std::string(1'000'000, '\0')).put(1000, "end", "v");
        const Outcome outcome = scan(file.bytes, 65'536);
        QCOMPARE(outcome.of(Kind::record).size(), std::size_t{501});
        // Unsound records may cost 8 times the file and 64 MiB, candidates for a repair 64 times the file and 64 MiB.
        QVERIFY2(outcome.bytesRead < 250'000'000, qPrintable(QString::number(outcome.bytesRead)));
    }

    void seekContinues() {
        const DataFileBuilder file = smallFile();
        const MemoryFile memory(file.bytes);
        log::Scanner scanner(memory, format::fileHeaderBytes, file.bytes.size(), 4096);
        for (const std::size_t i : {std::size_t{3}, std::size_t{0}, std::size_t{4}, std::size_t{2}}) {
            scanner.seek(file.records[i].offset);
            RUSTCASK_VALUE(const auto next, scanner.next());
            QVERIFY(next != nullptr);
            QCOMPARE(next->offset, file.records[i].offset);
            QCOMPARE(std::string(next->key), file.records[i].key);
        }
    }

    void randomDamageNeverYieldsAWrongRecord() {
        SeededRandom random;
        for (int round = 0; round < 300; ++round) {
            DataFileBuilder file(1);
            for (std::uint64_t i = 1; i <= 20; ++i)
                file.put(i, random.bytes(random.between(1, 12)), random.bytes(random.below(60)));
            std::string bytes = file.bytes;
            const std::size_t from = random.between(format::fileHeaderBytes, bytes.size() - 1);
            const std::size_t count = std::min<std::size_t>(random.between(1, 80), bytes.size() - from);
            bytes.replace(from, count, random.bytes(count));
            const Outcome outcome = scan(bytes);
            QCOMPARE(outcome.problem, std::string());
            QVERIFY(onlyRecordsOf(file, outcome));
            // Every record that the damage did not touch is found.
            for (const BuiltRecord& record : file.records) {
                const bool touched = from < record.offset + record.bytes && record.offset < from + count;
                const bool found = std::any_of(outcome.ranges.begin(), outcome.ranges.end(), [&](const Range& range) {
                    return range.kind == Kind::record && range.offset == record.offset;
                });
                QVERIFY(touched || found);
            }
        }
    }
};

RUSTCASK_TEST_MAIN(TestScanner)
#include "tst_scanner.moc"
