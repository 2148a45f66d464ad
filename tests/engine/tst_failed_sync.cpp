// SPDX-License-Identifier: Apache-2.0
// A failed fsync is final: whoever waits for it is told, and nobody who comes later is told otherwise, although the
// kernel reports a failed write-back only once.
#include <QTest>

#include <cerrno>
#include <future>
#include <thread>

#include "engine/database_test_access.h"
#include "engine/gated_file_system.h"
#include "io/memory_file_system.h"
#include "support/check.h"
#include "support/test_main.h"

using namespace rustcask;
using namespace rustcask::test;

namespace {

[[nodiscard]] Options optionsOf(WritePath path, SyncMode sync) {
    Options options;
    options.writePath = path;
    options.sync = sync;
    options.maxFileBytes = 1 << 16; // what is mapped takes memory here
    options.recoveryThreads = 1;
    return options;
}

} // namespace

class TestFailedSync : public QObject {
    Q_OBJECT

    static void addPaths() {
        QTest::addColumn<int>("path");
        QTest::newRow("mapped") << 0;
        QTest::newRow("direct") << 1;
        QTest::newRow("buffered") << 2;
    }
    static std::shared_ptr<GatedFileSystem> files() {
        return std::make_shared<GatedFileSystem>(std::make_shared<io::MemoryFileSystem>(io::Recording{}, false));
    }

private Q_SLOTS:
    // The group that forms while the first one's fsync is under way must not ask again and be told that all is well:
    // what the kernel dropped lies before it in the log.
    void theNextGroupIsToldToo_data() { addPaths(); }
    void theNextGroupIsToldToo() {
        QFETCH(const int, path);
        const auto disk = files();
        RUSTCASK_VALUE(
            const auto database,
            DatabaseTestAccess::openOn(disk, "/db", optionsOf(static_cast<WritePath>(path), SyncMode::everyWrite)));
        RUSTCASK_OK(database->put("before", "1"));
        const int syncs = disk->syncs();
        disk->holdSyncs();
        auto first = std::async(std::launch::async, [&] { return database->put("first", "1"); });
        disk->waitForSync();
        auto second = std::async(std::launch::async, [&] { return database->put("second", "1"); });
        auto third = std::async(std::launch::async, [&] { return database->remove("before"); });
        while (database->stats().puts + database->stats().removes < 4) // appended: they wait for the next fsync
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        disk->release(EIO);
        RUSTCASK_FAILS(first.get(), ErrorCode::ioError);
        RUSTCASK_FAILS(second.get(), ErrorCode::readOnly);
        RUSTCASK_FAILS(third.get(), ErrorCode::readOnly);
        QCOMPARE(disk->syncs(), syncs); // nothing was retried
        QVERIFY(database->fault().has_value());
        RUSTCASK_FAILS(database->put("later", "1"), ErrorCode::readOnly);
        RUSTCASK_FAILS(database->sync(), ErrorCode::readOnly);
        RUSTCASK_VALUE(const auto value, database->get("before"));
        QVERIFY(value == "1");
        RUSTCASK_VALUE(const bool there, database->contains("second"));
        QVERIFY(!there);
    }

    // One fsync at a time: of two that run together only one hears of the failure.
    void aPutBesideASyncThatFails() {
        const auto disk = files();
        RUSTCASK_VALUE(const auto database,
                       DatabaseTestAccess::openOn(disk, "/db", optionsOf(WritePath::direct, SyncMode::everyWrite)));
        RUSTCASK_OK(database->put("before", "1"));
        disk->holdSyncs();
        auto sync = std::async(std::launch::async, [&] { return database->sync(); });
        disk->waitForSync();
        auto put = std::async(std::launch::async, [&] { return database->put("beside", "1"); });
        while (database->stats().puts < 2)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        disk->release(EIO);
        RUSTCASK_FAILS(sync.get(), ErrorCode::ioError);
        RUSTCASK_FAILS(put.get(), ErrorCode::readOnly);
    }

    // `interval` has nobody to tell but the next caller.
    void aFailedIntervalSync() {
        const auto disk = std::make_shared<io::MemoryFileSystem>(io::Recording{}, false);
        Options options = optionsOf(WritePath::mapped, SyncMode::interval);
        options.syncInterval = std::chrono::milliseconds(1);
        RUSTCASK_VALUE(const auto database, DatabaseTestAccess::openWithThreads(disk, "/db", options));
        RUSTCASK_OK(database->put("key", "1"));
        disk->setFault({.at = 1, .error = EIO, .lasting = true, .kinds = io::Fault::bit(io::CallKind::sync)});
        while (!database->fault()) {
            static_cast<void>(database->put("key", "2")); // until the interval comes round
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        RUSTCASK_FAILS(database->put("key", "3"), ErrorCode::readOnly);
        RUSTCASK_VALUE(const auto value, database->get("key"));
        QVERIFY(value.has_value());
        RUSTCASK_FAILS(database->close(), ErrorCode::readOnly); // what was acknowledged may not be durable
        RUSTCASK_OK(database->close());
    }
};

RUSTCASK_TEST_MAIN(TestFailedSync)
#include "tst_failed_sync.moc"
