// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <thread>

#include <rustcask/value_reader.h>

#include "file_builder.h"
#include "support/check.h"
#include "support/seeded_random.h"
#include "support/temporary_directory.h"
#include "support/test_main.h"

using namespace rustcask;
using namespace rustcask::test;

namespace {

std::string readAll(const ValueReader& reader, std::size_t piece) {
    std::string all;
    std::string buffer(piece, '\0');
    while (true) {
        const auto read = reader.read(all.size(), buffer.data(), buffer.size());
        if (!read || *read == 0)
            return all;
        all.append(buffer, 0, *read);
    }
}

} // namespace

class TestValueReader : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void readsEveryPiece_data() {
        QTest::addColumn<int>("path");
        QTest::addColumn<int>("strategy");
        for (int path = 0; path < 3; ++path)
            for (int strategy = 0; strategy < 3; ++strategy)
                QTest::addRow("write path %d, read strategy %d", path, strategy) << path << strategy;
    }
    void readsEveryPiece() {
        QFETCH(const int, path);
        QFETCH(const int, strategy);
        TemporaryDirectory directory;
        Options options;
        options.writePath = static_cast<WritePath>(path);
        options.readStrategy = static_cast<ReadStrategy>(strategy);
        options.writeBufferBytes = 1 << 20;
        options.maxFileBytes = 1 << 20;
        RUSTCASK_VALUE(const auto database, Database::open(directory / "database", options));
        SeededRandom random(static_cast<std::uint64_t>(path * 3 + strategy + 1));
        const std::string large = random.bytes(900'001);
        const std::string small = random.bytes(77);
        RUSTCASK_OK(database->put("large", large));
        RUSTCASK_OK(database->put("sealed by this one", large));
        RUSTCASK_OK(database->put("small", small));
        RUSTCASK_OK(database->put("empty", ""));
        for (const auto& [key, value] :
             {std::pair("large", large), std::pair("small", small), std::pair("empty", std::string())}) {
            RUSTCASK_VALUE(const auto reader, database->openValue(key));
            QVERIFY(reader != nullptr);
            QCOMPARE(reader->size(), std::uint64_t{value.size()});
            QCOMPARE(readAll(*reader, 1 << 20), value);
            QCOMPARE(readAll(*reader, 4099), value);
            char byte = 0;
            RUSTCASK_VALUE(const std::size_t beyond, reader->read(value.size(), &byte, 1));
            QCOMPARE(beyond, std::size_t{0});
            RUSTCASK_VALUE(const std::size_t farBeyond, reader->read(~std::uint64_t{0}, &byte, 1));
            QCOMPARE(farBeyond, std::size_t{0});
            RUSTCASK_VALUE(const auto info, database->info(key));
            QCOMPARE(reader->info().sequence.value, info->sequence.value);
            QVERIFY(reader->info().time == info->time && reader->info().location == info->location);
            Progress progress;
            RUSTCASK_OK(reader->verify(progress));
        }
    }

    void absentAndInvalidKeys() {
        TemporaryDirectory directory;
        RUSTCASK_VALUE(const auto database, Database::open(directory / "database"));
        RUSTCASK_VALUE(const auto reader, database->openValue("absent"));
        QVERIFY(reader == nullptr);
        RUSTCASK_FAILS(database->openValue(""), ErrorCode::invalidArgument);
        RUSTCASK_OK(database->close());
        RUSTCASK_FAILS(database->openValue("absent"), ErrorCode::closed);
    }

    void outlivesOverwritesMergesAndTheDatabase_data() {
        QTest::addColumn<int>("strategy");
        for (int strategy = 0; strategy < 3; ++strategy)
            QTest::addRow("read strategy %d", strategy) << strategy;
    }
    void outlivesOverwritesMergesAndTheDatabase() {
        QFETCH(const int, strategy);
        TemporaryDirectory directory;
        Options options;
        options.readStrategy = static_cast<ReadStrategy>(strategy);
        RUSTCASK_VALUE(auto database, Database::open(directory / "database", options));
        const std::string value = SeededRandom(strategy == 0 ? 1 : 2).bytes(600'000);
        RUSTCASK_OK(database->put("key", value));
        RUSTCASK_VALUE(const auto reader, database->openValue("key"));
        RUSTCASK_OK(database->put("key", "newer"));
        RUSTCASK_OK(database->rotate());
        Progress progress;
        RUSTCASK_OK(database->merge(progress));
        QCOMPARE(readAll(*reader, 100'000), value);
        RUSTCASK_OK(database->close());
        database.reset();
        QCOMPARE(readAll(*reader, 100'000), value);
        Progress checking;
        RUSTCASK_OK(reader->verify(checking));
        QCOMPARE(checking.counts().bytesDone + 4, checking.counts().bytesTotal); // the checksum does not cover itself
    }

    void verifyFindsDamageAndCanBeCancelled() {
        TemporaryDirectory directory;
        DataFileBuilder file(1);
        file.put(1, "key", std::string(2'000'000, 'v')).put(2, "other", "x");
        // A bit of the value, far from its ends.
        writeBytes(directory / "1.rustcask.data", flipped(file.bytes, 8 * 1'000'000));
        writeBytes(directory / "1.rustcask.hint", hintFor(file)); // or opening would find the damage
        Options options;
        options.readOnly = true;
        options.readStrategy = ReadStrategy::keepOpen;
        RUSTCASK_VALUE(const auto database, Database::open(directory.path(), options));
        RUSTCASK_VALUE(const auto reader, database->openValue("key"));
        QVERIFY(reader != nullptr);
        Progress progress;
        RUSTCASK_FAILS(reader->verify(progress), ErrorCode::corruption);
    }

    void versionsAreReadInPieces() {
        TemporaryDirectory directory;
        const std::string value = SeededRandom(3).bytes(700'000);
        DataFileBuilder file(1);
        file.put(1, "key", value).remove(2, "key");
        writeBytes(directory / "1.rustcask.data", file.bytes);
        Progress progress;
        RUSTCASK_VALUE(const History found, history(directory.path(), "key", progress));
        RUSTCASK_VALUE(const auto tombstone, openVersion(directory.path(), found.versions[0]));
        QCOMPARE(tombstone->size(), std::uint64_t{0});
        RUSTCASK_VALUE(const auto reader, openVersion(directory.path(), found.versions[1]));
        QCOMPARE(readAll(*reader, 65'536), value);
        Progress checking;
        RUSTCASK_OK(reader->verify(checking));
        Progress cancelled;
        cancelled.cancel();
        RUSTCASK_FAILS(reader->verify(cancelled), ErrorCode::cancelled);
        writeBytes(directory / "1.rustcask.data", flipped(file.bytes, 8 * 300'000));
        RUSTCASK_VALUE(const auto damaged, openVersion(directory.path(), found.versions[1]));
        Progress again;
        RUSTCASK_FAILS(damaged->verify(again), ErrorCode::corruption);
        // Cut while it is open: an error, never bytes that are not there.
        std::filesystem::resize_file(directory / "1.rustcask.data", 500'000);
        char byte = 0;
        RUSTCASK_OK(damaged->read(0, &byte, 1));
        RUSTCASK_FAILS(damaged->read(600'000, &byte, 1), ErrorCode::corruption);
        Version wrong = found.versions[1];
        wrong.sequence = Sequence{9};
        RUSTCASK_FAILS(openVersion(directory.path(), wrong), ErrorCode::corruption);
    }

    void manyThreadsReadBesideMerges() {
        TemporaryDirectory directory;
        Options options;
        options.maxFileBytes = 300'000;
        RUSTCASK_VALUE(const auto database, Database::open(directory / "database", options));
        const std::string value = SeededRandom(4).bytes(100'000);
        for (int i = 0; i < 8; ++i)
            RUSTCASK_OK(database->put("key " + std::to_string(i), value));
        std::atomic<bool> stop{false};
        std::atomic<int> wrong{0};
        std::vector<std::thread> readers;
        for (int t = 0; t < 3; ++t)
            readers.emplace_back([&, t] {
                for (int i = t; !stop.load(); i = (i + 1) % 8) {
                    const auto reader = database->openValue("key " + std::to_string(i));
                    if (!reader || *reader == nullptr || readAll(**reader, 33'333) != value)
                        ++wrong;
                }
            });
        for (int round = 0; round < 10; ++round) {
            for (int i = 0; i < 8; ++i)
                RUSTCASK_OK(database->put("key " + std::to_string(i), value));
            Progress progress;
            RUSTCASK_OK(database->merge(progress));
        }
        stop = true;
        for (std::thread& reader : readers)
            reader.join();
        QCOMPARE(wrong.load(), 0);
    }
};

RUSTCASK_TEST_MAIN(TestValueReader)
#include "tst_value_reader.moc"
