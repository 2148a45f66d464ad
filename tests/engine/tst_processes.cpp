// SPDX-License-Identifier: Apache-2.0
// Two processes: a writer that is killed, a writer that is locked out, a follower. This program starts itself as the
// other process.
#include <QCryptographicHash>
#include <QProcess>
#include <QTest>

#include <algorithm>
#include <cstdio>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

#include <rustcask/database.h>
#include <rustcask/verify.h>

#include "engine/crash_image.h"
#include "support/check.h"
#include "support/temporary_directory.h"
#include "support/test_main.h"

using namespace rustcask;

namespace {

constexpr int keyCount = 50;

Options writerOptions(const QString& mode) {
    Options options;
    options.maxFileBytes = 30'000;
    if (mode == QLatin1String("everyWrite"))
        options.sync = SyncMode::everyWrite;
    if (mode == QLatin1String("direct"))
        options.writePath = WritePath::direct;
    return options;
}

// Writes counters for ever, merging now and then, and says each number once it is acknowledged.
int runWriter(const QStringList& arguments) {
    auto database = Database::open(arguments[2].toStdString(), writerOptions(arguments[3]));
    if (!database) {
        std::printf("error %s\n", database.error().message().c_str());
        return 1;
    }
    std::uint64_t n = arguments[4].toULongLong();
    for (;;) {
        ++n;
        const std::string key = "key-" + std::to_string(n % keyCount);
        const bool remove = n % 11 == 0;
        const bool done = remove ? (*database)->remove(key).has_value()
                                 : (*database)->put(key, std::to_string(n) + std::string(n % 40, '.')).has_value();
        if (!done)
            return 1;
        std::printf("%llu\n", static_cast<unsigned long long>(n));
        std::fflush(stdout);
        if (n % 700 == 0) {
            Progress progress;
            if (!(*database)->merge(progress))
                return 1;
        }
    }
}

} // namespace

class ProcessesTest : public QObject {
    Q_OBJECT

    void start(QProcess& process, const std::filesystem::path& directory, const QString& mode, std::uint64_t from) {
        process.start(
            QCoreApplication::applicationFilePath(),
            {QStringLiteral("--writer"), QString::fromStdString(directory.string()), mode, QString::number(from)});
        QVERIFY(process.waitForStarted());
    }

    // Everything about a directory that writing would change: names, lengths, times, contents.
    static QByteArray fingerprintOf(const std::filesystem::path& directory) {
        QByteArray text;
        std::vector<std::filesystem::path> files(std::filesystem::directory_iterator(directory), {});
        std::sort(files.begin(), files.end());
        for (const auto& file : files) {
            const std::string bytes = test::readBytes(file);
            text +=
                QByteArray::fromStdString(file.string()) + ' ' + QByteArray::number(qsizetype(bytes.size())) + ' ' +
                QByteArray::number(qint64(std::filesystem::last_write_time(file).time_since_epoch().count())) + ' ' +
                QCryptographicHash::hash(QByteArray::fromStdString(bytes), QCryptographicHash::Sha256).toHex() + '\n';
        }
        return text +
               QByteArray::number(qint64(std::filesystem::last_write_time(directory).time_since_epoch().count()));
    }

    // The last number the writer acknowledged; what is cut off at the end of its output does not count.
    static std::uint64_t lastNumber(const QByteArray& output) {
        const qsizetype end = output.lastIndexOf('\n');
        if (end < 0)
            return 0;
        const qsizetype begin = output.lastIndexOf('\n', end - 1) + 1;
        return output.mid(begin, end - begin).toULongLong();
    }

private Q_SLOTS:
    void aKilledWriterLosesNothing_data() {
        QTest::addColumn<QString>("mode");
        for (const char* mode : {"mapped", "direct", "everyWrite"})
            QTest::newRow(mode) << QString::fromLatin1(mode);
    }

    // kill -9 at some moment, again and again on one database: each acknowledged write is there afterwards.
    void aKilledWriterLosesNothing() {
        QFETCH(const QString, mode);
        test::TemporaryDirectory directory;
        std::uint64_t from = 0;
        for (int round = 0; round < 6; ++round) {
            QProcess writer;
            start(writer, directory / "db", mode, from);
            QByteArray output;
            const qsizetype enough = 2000 + 3571 * round;
            while (output.size() < enough) {
                QVERIFY2(writer.waitForReadyRead(20'000), output.constData());
                output += writer.readAllStandardOutput();
            }
            writer.kill();
            QVERIFY(writer.waitForFinished());
            output += writer.readAllStandardOutput();
            const std::uint64_t acknowledged = lastNumber(output);
            QVERIFY2(acknowledged > from, output.left(300).constData());

            RUSTCASK_VALUE(auto database, Database::open(directory / "db")); // its lock is no obstacle
            // One write may have been done and not yet said.
            bool matches = false;
            for (std::uint64_t last = acknowledged; last <= acknowledged + 1 && !matches; ++last) {
                matches = true;
                for (std::uint64_t i = 0; i < keyCount; ++i) {
                    std::uint64_t n = last - (last % keyCount + keyCount - i) % keyCount;
                    const auto value = database->get("key-" + std::to_string(i));
                    RUSTCASK_OK(value);
                    if (n == 0 || n > last || n % 11 == 0)
                        matches = matches && !*value;
                    else
                        matches = matches && *value == std::to_string(n) + std::string(n % 40, '.');
                }
                if (matches)
                    from = last;
            }
            QVERIFY2(matches, std::to_string(acknowledged).c_str());
            RUSTCASK_OK(database->close());
            Progress progress;
            RUSTCASK_VALUE(const auto report, verify(directory / "db", progress));
            QVERIFY(report.clean());
        }
    }

    void theSecondWriterIsToldThePid() {
        test::TemporaryDirectory directory;
        QProcess writer;
        start(writer, directory / "db", QStringLiteral("mapped"), 0);
        QVERIFY(writer.waitForReadyRead(20'000));
        const auto second = Database::open(directory / "db");
        QVERIFY(!second);
        QCOMPARE(second.error().code, ErrorCode::locked);
        QVERIFY(second.error().holderPid == static_cast<std::int64_t>(writer.processId()));
        writer.kill();
        QVERIFY(writer.waitForFinished());
        RUSTCASK_OK(Database::open(directory / "db"));
    }

    // A follower sees a growing database, rotation and merges: never an error, never a value from the past.
    void aFollowerFollows_data() {
        QTest::addColumn<int>("strategy");
        QTest::newRow("mapped") << 0;
        QTest::newRow("keep open") << 1;
        QTest::newRow("open per read") << 2;
    }
    void aFollowerFollows() {
        QFETCH(const int, strategy);
        test::TemporaryDirectory directory;
        QProcess writer;
        start(writer, directory / "db", QStringLiteral("mapped"), 0);
        QVERIFY(writer.waitForReadyRead(20'000));
        Options options;
        options.readOnly = true;
        options.readStrategy = static_cast<ReadStrategy>(strategy);
        options.maxOpenFiles = 3;
        RUSTCASK_VALUE(auto follower, Database::open(directory / "db", options));
        std::vector<std::uint64_t> seen(keyCount, 0);
        int changes = 0;
        for (int turn = 0; turn < 60; ++turn) {
            static_cast<void>(writer.waitForReadyRead(10));
            writer.readAllStandardOutput(); // keep its pipe empty
            RUSTCASK_VALUE(const bool changed, follower->refresh());
            changes += changed;
            for (std::uint64_t i = 0; i < keyCount; ++i) {
                const auto value = follower->get("key-" + std::to_string(i));
                RUSTCASK_OK(value);
                if (!*value)
                    continue;
                const std::uint64_t n = std::stoull(**value);
                QCOMPARE(n % keyCount, i);
                QVERIFY2(n >= seen[i], std::to_string(n).c_str());
                seen[i] = n;
            }
        }
        QVERIFY(changes > 10);
        writer.kill();
        QVERIFY(writer.waitForFinished());
        writer.readAllStandardOutput();
        RUSTCASK_OK(follower->refresh());
        RUSTCASK_VALUE(auto database, Database::open(directory / "db"));
        QCOMPARE(follower->stats().liveKeys, database->stats().liveKeys);
        for (std::uint64_t i = 0; i < keyCount; ++i) {
            RUSTCASK_VALUE(const auto expected, database->get("key-" + std::to_string(i)));
            RUSTCASK_VALUE(const auto found, follower->get("key-" + std::to_string(i)));
            QVERIFY(expected == found);
        }
    }

    // A follower never writes: with nobody else at work, the directory stays as it is, times and all, whatever it does;
    // also where a killed writer left its lock, reserved space and half a merge.
    void aFollowerNeverWrites_data() { aFollowerFollows_data(); }
    void aFollowerNeverWrites() {
        QFETCH(const int, strategy);
        test::TemporaryDirectory directory;
        for (int kill = 0; kill < 4; ++kill) {
            QProcess writer;
            start(writer, directory / "db", QStringLiteral("mapped"), 0);
            QByteArray output;
            while (output.size() < 3000 + 1500 * kill) {
                QVERIFY(writer.waitForReadyRead(20'000));
                output += writer.readAllStandardOutput();
            }
            writer.kill();
            QVERIFY(writer.waitForFinished());
            const QByteArray before = fingerprintOf(directory / "db");
            Options options;
            options.readOnly = true;
            options.readStrategy = static_cast<ReadStrategy>(strategy);
            for (int again = 0; again < 2; ++again) {
                RUSTCASK_VALUE(auto follower, Database::open(directory / "db", options));
                for (int turn = 0; turn < 3; ++turn) {
                    RUSTCASK_OK(follower->refresh());
                    RUSTCASK_VALUE(const auto snapshot, follower->snapshot());
                    QVERIFY(snapshot->size() > 0);
                    for (std::size_t i = 0; i < snapshot->size(); ++i)
                        RUSTCASK_OK(snapshot->value(i));
                    RUSTCASK_OK(follower->get("key-1"));
                }
                RUSTCASK_FAILS(follower->put("key", "value"), ErrorCode::readOnly);
                RUSTCASK_FAILS(follower->remove("key-1"), ErrorCode::readOnly);
                RUSTCASK_FAILS(follower->sync(), ErrorCode::readOnly);
                Progress progress;
                RUSTCASK_FAILS(follower->merge(progress), ErrorCode::readOnly);
                RUSTCASK_OK(follower->close());
            }
            Progress progress;
            RUSTCASK_OK(verify(directory / "db", progress));
            QVERIFY(fingerprintOf(directory / "db") == before);
        }
    }

    // The text in the lock file only informs: a pid that is somebody else's by now, or nonsense, is no obstacle.
    void aStaleLockIsNoObstacle() {
        test::TemporaryDirectory directory;
        RUSTCASK_OK(Database::open(directory / "db"));
        for (const std::string& text : {std::string("1\n"), std::to_string(::getppid()) + "\n", std::string(),
                                        std::string("nonsense"), std::string(100'000, '9')}) {
            test::writeBytes(directory / "db" / "rustcask.lock", text);
            RUSTCASK_VALUE(auto database, Database::open(directory / "db"));
            RUSTCASK_OK(database->put("key", "value"));
            // And while it is held, another handle of this process is refused as another process would be.
            const auto second = Database::open(directory / "db");
            QVERIFY(!second);
            QCOMPARE(second.error().code, ErrorCode::locked);
            QVERIFY(second.error().holderPid == static_cast<std::int64_t>(::getpid()));
            RUSTCASK_OK(database->close());
        }
    }

    // A delete whose tombstone went in a merge that the follower never saw in between.
    void aFollowerMissesNoDelete() {
        test::TemporaryDirectory directory;
        RUSTCASK_VALUE(auto database, Database::open(directory / "db"));
        for (const char* key : {"a", "b", "c"})
            RUSTCASK_OK(database->put(key, "1"));
        Options options;
        options.readOnly = true;
        RUSTCASK_VALUE(auto follower, Database::open(directory / "db", options));
        QCOMPARE(follower->stats().liveKeys, 3U);
        RUSTCASK_OK(database->remove("a"));
        RUSTCASK_OK(database->put("b", "2"));
        RUSTCASK_OK(database->put("d", "4"));
        Progress progress;
        RUSTCASK_OK(database->merge(progress));
        RUSTCASK_VALUE(const bool changed, follower->refresh());
        QVERIFY(changed);
        RUSTCASK_VALUE(const auto a, follower->get("a"));
        QVERIFY(!a);
        RUSTCASK_VALUE(const auto b, follower->get("b"));
        QVERIFY(b == "2");
        RUSTCASK_VALUE(const auto d, follower->get("d"));
        QVERIFY(d == "4");
        QCOMPARE(follower->stats().liveKeys, 3U);
        RUSTCASK_VALUE(const bool again, follower->refresh());
        QVERIFY(!again);
    }
};

int main(int argc, char** argv) {
    QCoreApplication application(argc, argv);
    const QStringList arguments = application.arguments();
    if (arguments.size() > 4 && arguments[1] == QLatin1String("--writer"))
        return runWriter(arguments);
    ProcessesTest object;
    return test::runStrict(object, argc, argv);
}
#include "tst_processes.moc"
