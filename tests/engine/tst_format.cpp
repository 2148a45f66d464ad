// SPDX-License-Identifier: Apache-2.0
#include <map>

#include <QByteArray>
#include <QFile>
#include <QRegularExpression>

#include "file_builder.h"
#include "format/checksum.h"
#include "format/file_names.h"
#include "format/merge_record.h"
#include "log/hint_reader.h"
#include "support/check.h"
#include "support/seeded_random.h"
#include "support/temporary_directory.h"
#include "support/test_main.h"

using namespace rustcask;
using namespace rustcask::test;

namespace {

std::string unhex(const char* text) {
    return QByteArray::fromHex(text).toStdString();
}

/// The database of the example in format.md.
DataFileBuilder exampleFile() {
    DataFileBuilder file(1);
    file.put(1, "user:1", "Ada").put(2, "user:2", "Grace").remove(3, "user:1");
    return file;
}

/// The hex blocks of format.md by file name; a line is an offset, bytes and a remark, two spaces between them.
std::map<std::string, std::string> blocksOf(const QString& document) {
    std::map<std::string, std::string> files;
    static const QRegularExpression block(QStringLiteral("```hex\\n# (\\S+)\\n(.*?)```"),
                                          QRegularExpression::DotMatchesEverythingOption);
    static const QRegularExpression line(QStringLiteral("^([0-9a-f]{8})  ((?:[0-9a-f]{2} ?)+)(?: .*)?$"),
                                         QRegularExpression::MultilineOption);
    for (auto blocks = block.globalMatch(document); blocks.hasNext();) {
        const auto match = blocks.next();
        std::string bytes;
        for (auto lines = line.globalMatch(match.captured(2)); lines.hasNext();) {
            const auto part = lines.next();
            if (part.captured(1).toULongLong(nullptr, 16) != bytes.size())
                bytes += "(wrong offset)";
            bytes += QByteArray::fromHex(part.captured(2).toLatin1()).toStdString();
        }
        files[match.captured(1).toStdString()] = bytes;
    }
    return files;
}

} // namespace

class TestFormat : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void checksumVectors() {
        // RFC 3720, B.4, and the usual check value.
        std::string ascending;
        for (char i = 0; i < 32; ++i)
            ascending += i;
        for (const auto checksum : {format::crc32c, format::crc32cPortable}) {
            QCOMPARE(checksum(std::string(32, '\0'), 0), 0x8A9136AAU);
            QCOMPARE(checksum(std::string(32, '\xFF'), 0), 0x62A8AB43U);
            QCOMPARE(checksum(ascending, 0), 0x46DD794EU);
            QCOMPARE(checksum("123456789", 0), 0xE3069283U);
            QCOMPARE(checksum("", 0), 0U);
        }
    }

    void checksumsAgreeAndContinue() {
        SeededRandom random;
        for (int i = 0; i < 500; ++i) {
            // Long ones too, which are summed up in three stretches side by side.
            const std::string bytes = random.bytes(random.below(i % 10 == 0 ? 5000 : 300));
            const std::uint32_t whole = format::crc32c(bytes);
            QCOMPARE(format::crc32cPortable(bytes), whole);
            const std::string_view view = bytes;
            const std::size_t cut = random.below(bytes.size() + 1);
            QCOMPARE(format::crc32c(view.substr(cut), format::crc32c(view.substr(0, cut))), whole);
            QCOMPARE(format::crc32cPortable(view.substr(cut), format::crc32cPortable(view.substr(0, cut))), whole);
        }
    }

    // Every way in which a length is cut into stretches side by side, words and single bytes, at every alignment.
    void checksumsOfEveryLength() {
        SeededRandom random;
        const std::string bytes = random.bytes(40'000);
        for (std::size_t size = 0; size < 40'000 - 8; size += size < 1000 ? 1 : size < 7000 ? 41 : 1237) {
            const std::string_view view = std::string_view(bytes).substr(size % 8, size);
            QCOMPARE(format::crc32c(view), format::crc32cPortable(view));
        }
        for (const std::size_t size : {6143U, 6144U, 6145U, 6144U + 71U, 6144U + 72U, 2U * 6144U, 3U * 6144U + 7U}) {
            const std::string_view view = std::string_view(bytes).substr(3, size);
            QCOMPARE(format::crc32c(view), format::crc32cPortable(view));
        }
    }

    void everySingleBitIsFound() {
        for (const std::string_view value : {"", "v", "a longer value, 33 bytes in length"}) {
            const std::string record = recordBytesOf(77, "some key", value);
            const std::string covered = record.substr(4);
            const std::uint32_t stored = format::crc32c(covered);
            QVERIFY(!format::findSingleBitError(stored, stored, covered.size()));
            for (std::uint64_t bit = 0; bit < 8 * covered.size(); ++bit) {
                const auto found =
                    format::findSingleBitError(stored, format::crc32c(flipped(covered, bit)), covered.size());
                QVERIFY(found.has_value());
                QVERIFY(!found->inChecksum);
                QCOMPARE(found->bit, bit);
            }
            for (unsigned bit = 0; bit < 32; ++bit) {
                const auto found = format::findSingleBitError(stored ^ (1U << bit), stored, covered.size());
                QVERIFY(found && found->inChecksum);
            }
            // Two bits are never taken for one.
            for (std::uint64_t bit = 1; bit < 8 * covered.size(); ++bit)
                QVERIFY(!format::findSingleBitError(stored, format::crc32c(flipped(flipped(covered, 0), bit)),
                                                    covered.size()));
        }
    }

    void goldenFileHeader() {
        QCOMPARE(DataFileBuilder(1).bytes,
                 unhex("8952434b0d0a1a0a 0100 0000 0100000000000000 2e8fa97c9b010000 a2c292cf"));
        format::FileHeader header;
        const std::string merged = DataFileBuilder(0x1122334455, true).bytes;
        QCOMPARE(format::decodeFileHeader(merged, header), format::HeaderVerdict::valid);
        QCOMPARE(header.generation.value, 0x1122334455U);
        QVERIFY(header.mergeOutput);
        QVERIFY(header.created == exampleTime);
    }

    void goldenRecords() {
        QCOMPARE(recordBytesOf(1, "user:1", "Ada"),
                 unhex("e3ec8101 0100000000000000 2f8fa97c9b010000 0600 03000000 0000 757365723a31 416461"));
        QCOMPARE(recordBytesOf(3, "user:1", "", true),
                 unhex("94f8e170 0300000000000000 318fa97c9b010000 0600 00000000 0100 757365723a31"));
        const format::RecordHeader header = format::decodeRecordHeader(recordBytesOf(1, "user:1", "Ada").data());
        QCOMPARE(header.sequence.value, 1U);
        QCOMPARE(header.keySize, 6);
        QCOMPARE(header.valueSize, 3U);
        QVERIFY(!header.tombstone());
        QVERIFY(isPlausible(header));
        std::string prefix(format::recordHeaderBytes + 6, '\0');
        format::encodeRecordPrefix(prefix.data(), Sequence{1}, exampleTime + std::chrono::milliseconds{1}, "user:1",
                                   "Ada", false);
        QCOMPARE(prefix + "Ada", recordBytesOf(1, "user:1", "Ada"));
    }

    void goldenHint() {
        const std::string hint = hintFor(exampleFile());
        QCOMPARE(hint.substr(0, 84),
                 unhex("895243480d0a1a0a 0100 0000 0100000000000000 8e00000000000000 0300000000000000 0100000000000000"
                       "2200000000000000 0100000000000000 0300000000000000 0200000000000000 3c00000000000000"));
        QCOMPARE(hint.substr(84), unhex("0200000000000000 4500000000000000 05000000 0600 0000 757365723a32"
                                        "0300000000000000 6c00000000000000 00000000 0600 0100 757365723a31 d9538b2d"));
        const auto header = format::decodeHintHeader(hint, hint.size());
        QVERIFY(header.has_value());
        QCOMPARE(header->dataBytes, 142U);
        std::string_view entries = std::string_view(hint).substr(84, 60);
        const auto first = format::takeHintEntry(entries);
        const auto second = format::takeHintEntry(entries);
        QVERIFY(first && second && !format::takeHintEntry(entries));
        QCOMPARE(std::string(first->key), std::string("user:2"));
        QVERIFY(second->tombstone);
        QVERIFY(format::fits(*second, 142));
        QVERIFY(!format::fits(*second, 141));
    }

    // Entries lie across the ends of chunks in every way that there is; batches end where chunks do, or when they are
    // full.
    void hintsAreReadInChunksOfAnySize() {
        DataFileBuilder data(1);
        for (std::uint64_t n = 1; n <= 100; ++n)
            data.put(n, std::string(1 + n % 37, static_cast<char>('a' + n % 26)) + std::to_string(n), "value");
        const auto expected = hintEntriesOf(data);
        const TemporaryDirectory directory;
        const auto files = io::posixFileSystem();
        const auto read = [&](const std::string& bytes, std::uint64_t chunkBytes) {
            writeBytes(directory / "hint", bytes);
            auto file = files->open(directory / "hint", io::OpenMode::read);
            auto reader = log::HintReader::begin(**file, Generation{1}, chunkBytes);
            std::vector<std::pair<std::uint64_t, std::string>> entries;
            if (!reader || !*reader)
                return std::pair(false, entries);
            for (;;) {
                const auto batch = (*reader)->next();
                if (!batch || batch->empty())
                    break;
                for (const format::HintEntry& entry : *batch)
                    entries.emplace_back(entry.offset, entry.key);
            }
            return std::pair((*reader)->matches(), entries);
        };
        const std::string hint = hintFor(data);
        for (std::uint64_t chunkBytes = 1; chunkBytes < hint.size() + 2; chunkBytes += chunkBytes < 100 ? 1 : 97) {
            const auto [matches, entries] = read(hint, chunkBytes);
            QVERIFY(matches);
            QCOMPARE(entries.size(), expected.size());
            for (std::size_t i = 0; i < entries.size(); ++i)
                QVERIFY(entries[i] == std::pair(expected[i].offset, std::string(expected[i].key)));
        }
        for (std::uint64_t bit = 0; bit < 8 * hint.size(); bit += 7)
            QVERIFY(!read(flipped(hint, bit), 256).first);
        for (std::size_t size = 0; size < hint.size(); ++size)
            QVERIFY(!read(hint.substr(0, size), 256).first);
    }

    void hintLengthsAreNotBelieved() {
        const std::string hint = hintFor(exampleFile());
        for (std::size_t size = 0; size < hint.size(); ++size)
            QVERIFY(!format::decodeHintHeader(hint.substr(0, size), size));
        QVERIFY(!format::decodeHintHeader(hint, hint.size() + 1));
        std::string huge = hint;
        format::store<std::uint64_t>(huge.data() + format::hint_at::entries, ~std::uint64_t{0});
        QVERIFY(!format::decodeHintHeader(huge, huge.size()));
    }

    void goldenMergeRecord() {
        const std::string bytes = format::encodeMergeRecord(
            {.generation = Generation{3}, .inputs = {Generation{1}}, .outputs = {Generation{2}}});
        QCOMPARE(bytes, unhex("8952434d0d0a1a0a 0100 0000 0300000000000000 01000000 01000000 0100000000000000"
                              "0200000000000000 931042b5"));
        const auto record = format::decodeMergeRecord(bytes);
        QVERIFY(record.has_value());
        QVERIFY(record->generation == Generation{3});
        QVERIFY(record->inputs == std::vector{Generation{1}});
        QVERIFY(record->outputs == std::vector{Generation{2}});
        for (std::size_t size = 0; size < bytes.size(); ++size)
            QVERIFY(!format::decodeMergeRecord(bytes.substr(0, size)));
        QVERIFY(!format::decodeMergeRecord(bytes + '\0'));
        for (std::uint64_t bit = 0; bit < 8 * bytes.size(); ++bit)
            QVERIFY(!format::decodeMergeRecord(flipped(bytes, bit)));
    }

    void headerVerdicts() {
        using format::HeaderVerdict;
        const std::string sound = DataFileBuilder(5).bytes;
        format::FileHeader header;
        QCOMPARE(format::decodeFileHeader({}, header), HeaderVerdict::missing);
        QCOMPARE(format::decodeFileHeader(std::string(32, '\0'), header), HeaderVerdict::missing);
        for (std::size_t size = 0; size < sound.size(); ++size)
            QCOMPARE(format::decodeFileHeader(std::string_view(sound).substr(0, size), header), HeaderVerdict::missing);
        // A recovery that empties a torn file is cut short, too: of what the file had only the back is left.
        for (std::size_t size = 1; size < sound.size(); ++size) {
            for (std::size_t zeros = 1; zeros <= size; ++zeros) {
                const std::string torn = std::string(zeros, '\0') + sound.substr(zeros, size - zeros);
                QCOMPARE(format::decodeFileHeader(torn, header), HeaderVerdict::missing);
            }
        }
        QCOMPARE(format::decodeFileHeader("short, foreign", header), HeaderVerdict::foreign);
        QCOMPARE(format::decodeFileHeader({"\0\0\0\0x", 5}, header), HeaderVerdict::foreign);
        for (std::uint64_t bit = 0; bit < 8 * sound.size(); ++bit)
            QCOMPARE(format::decodeFileHeader(flipped(sound, bit), header), HeaderVerdict::damaged);
        std::string newer = sound;
        format::store<std::uint16_t>(newer.data() + format::header_at::version, 9);
        format::store<std::uint32_t>(newer.data() + format::header_at::checksum,
                                     format::crc32c(newer.substr(0, format::header_at::checksum)));
        QCOMPARE(format::decodeFileHeader(newer, header), HeaderVerdict::unknownVersion);
        QCOMPARE(format::decodeFileHeader(std::string(32, 'x'), header), HeaderVerdict::foreign);
    }

    void fileNames_data() {
        QTest::addColumn<int>("kind");
        QTest::addColumn<int>("underlying");
        QTest::addColumn<quint64>("generation");
        const auto row = [](const char* name, FileKind kind, FileKind underlying, quint64 generation) {
            QTest::newRow(name) << int(kind) << int(underlying) << generation;
        };
        using K = FileKind;
        row("7.rustcask.data", K::data, K::data, 7);
        row("7.rustcask.hint", K::hint, K::hint, 7);
        row("12.rustcask.merge", K::mergeRecord, K::mergeRecord, 12);
        row("7.rustcask.data.tmp", K::temporary, K::data, 7);
        row("7.rustcask.hint.tmp", K::temporary, K::hint, 7);
        row("7.rustcask.torn-1024", K::other, K::other, 7);
        row("rustcask.lock", K::lock, K::lock, 0);
        row("9223372036854775807.rustcask.data", K::data, K::data, 9223372036854775807U);
        for (const char* name :
             {"0.rustcask.data", "07.rustcask.data", "-7.rustcask.data", "+7.rustcask.data", " 7.rustcask.data",
              "7 .rustcask.data", "0x7.rustcask.data", ".rustcask.data", "rustcask.data", "7.rustcask.datax",
              "7.bitcask.data", "9223372036854775808.rustcask.data", "99999999999999999999999.rustcask.data",
              "7.rustcask.data.tmp.tmp", "7", ""})
            row(name, K::other, K::other, 0);
    }
    void fileNames() {
        QFETCH(int, kind);
        QFETCH(int, underlying);
        QFETCH(quint64, generation);
        const auto parsed = format::parseFileName(QTest::currentDataTag());
        QCOMPARE(int(parsed.kind), kind);
        QCOMPARE(int(parsed.underlying), underlying);
        QCOMPARE(parsed.generation.value, generation);
    }

    void namesRoundTrip() {
        for (const std::uint64_t value : {1ULL, 10ULL, 9223372036854775807ULL}) {
            const Generation generation{value};
            QVERIFY(format::parseFileName(format::dataFileName(generation)).generation == generation);
            QVERIFY(format::parseFileName(format::hintFileName(generation)).kind == FileKind::hint);
            QVERIFY(format::parseFileName(format::mergeRecordName(generation)).kind == FileKind::mergeRecord);
            QVERIFY(format::parseFileName(format::tornFileName(generation, 5)).generation == generation);
        }
    }

    // The document cannot rot: what it prints is what the encoders write.
    void documentedBytes() {
        QFile file(QStringLiteral(RUSTCASK_SOURCE_DIR "/engine/doc/format.md"));
        QVERIFY2(file.open(QIODevice::ReadOnly), qPrintable(file.fileName()));
        const QString document = QString::fromUtf8(file.readAll());
        const auto blocks = blocksOf(document);
        QCOMPARE(blocks.size(), std::size_t{3});
        QCOMPARE(blocks.at("1.rustcask.data"), exampleFile().bytes);
        QCOMPARE(blocks.at("1.rustcask.hint"), hintFor(exampleFile()));
        QCOMPARE(blocks.at("3.rustcask.merge"),
                 format::encodeMergeRecord(
                     {.generation = Generation{3}, .inputs = {Generation{1}}, .outputs = {Generation{2}}}));
        // Sections that the code refers to.
        for (const char* section : {"Directory", "Data file", "Hint file", "Merge record", "Damage"})
            QVERIFY2(document.contains(QStringLiteral("\n## %1\n").arg(QLatin1String(section))), section);
    }
};

RUSTCASK_TEST_MAIN(TestFormat)
#include "tst_format.moc"
