// SPDX-License-Identifier: Apache-2.0
// Every system call of the real file system fails, one after the other: the story of fault_story.h, backup, repair and
// verification on files of this machine. The calls are taken from the C library by functions of the same names.
#include <QTest>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <rustcask/backup.h>
#include <rustcask/database.h>
#include <rustcask/repair.h>
#include <rustcask/verify.h>

#include "engine/fault_story.h"
#include "io/file_system.h"
#include "support/check.h"
#include "support/temporary_directory.h"
#include "support/test_main.h"

namespace {

enum Call : unsigned {
    openCall = 1,
    readCall = 2,
    writeCall = 4,
    syncCall = 8,
    lengthCall = 16,
    nameCall = 32,
    lockCall = 64
};
constexpr unsigned everyCall = 127;

// Which call fails, and how. Set while no other thread is at work.
struct {
    std::atomic<long> left{-1}; // calls until the one that fails; below 0: none does
    unsigned calls = 0;
    int error = 0; // 0: a short read or write of one byte
    std::atomic<bool> fired{false};
} plan;

// Whether this call is the one.
bool isDue(Call call) {
    if (plan.left.load() < 0 || (plan.calls & call) == 0 || plan.left.fetch_sub(1) != 0)
        return false;
    plan.fired.store(true);
    return true;
}

bool fails(Call call) {
    if (!isDue(call))
        return false;
    errno = plan.error;
    return true;
}

} // namespace

extern "C" {

int open(const char* path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return fails(openCall) ? -1 : static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}
ssize_t pread(int fd, void* out, size_t size, off_t offset) {
    if (size > 1 && isDue(readCall)) {
        if (plan.error == 0)
            return ::syscall(SYS_pread64, fd, out, std::size_t{1}, offset);
        errno = plan.error;
        return -1;
    }
    return ::syscall(SYS_pread64, fd, out, size, offset);
}
ssize_t pwrite(int fd, const void* bytes, size_t size, off_t offset) {
    if (size > 1 && isDue(writeCall)) {
        if (plan.error == 0)
            return ::syscall(SYS_pwrite64, fd, bytes, std::size_t{1}, offset);
        errno = plan.error;
        return -1;
    }
    return ::syscall(SYS_pwrite64, fd, bytes, size, offset);
}
int fdatasync(int fd) {
    return fails(syncCall) ? -1 : static_cast<int>(::syscall(SYS_fdatasync, fd));
}
int fsync(int fd) {
    return fails(syncCall) ? -1 : static_cast<int>(::syscall(SYS_fsync, fd));
}
int ftruncate(int fd, off_t length) noexcept {
    return fails(lengthCall) ? -1 : static_cast<int>(::syscall(SYS_ftruncate, fd, length));
}
int fallocate(int fd, int mode, off_t offset, off_t length) {
    return fails(lengthCall) ? -1 : static_cast<int>(::syscall(SYS_fallocate, fd, mode, offset, length));
}
int rename(const char* from, const char* to) noexcept {
    return fails(nameCall) ? -1 : static_cast<int>(::syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}
int unlink(const char* path) noexcept {
    return fails(nameCall) ? -1 : static_cast<int>(::syscall(SYS_unlinkat, AT_FDCWD, path, 0));
}
int link(const char* from, const char* to) noexcept {
    return fails(nameCall) ? -1 : static_cast<int>(::syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0));
}
int takeLock(int fd, int operation) noexcept __asm__("flock"); // its own name is hidden by that of a structure
int takeLock(int fd, int operation) noexcept {
    return fails(lockCall) ? -1 : static_cast<int>(::syscall(SYS_flock, fd, operation));
}
}

using namespace rustcask;
using namespace rustcask::test;

namespace {

namespace fs = std::filesystem;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr long stride = 9; // each takes ten times as long
#else
constexpr long stride = 1;
#endif

struct Way {
    const char* name;
    int error;
    unsigned calls;
    bool noticed; ///< false: the engine makes the call again, and nobody hears of it
};
constexpr Way ways[] = {
    {"EINTR", EINTR, openCall | readCall | writeCall | lengthCall | lockCall, false},
    {"short", 0, readCall | writeCall, false},
    {"EIO", EIO, everyCall, true},
    {"ENOSPC", ENOSPC, openCall | writeCall | syncCall | lengthCall | nameCall, true},
    {"EMFILE", EMFILE, openCall, true},
};

void arm(const Way& way, long at) {
    plan.calls = way.calls;
    plan.error = way.error;
    plan.fired.store(false);
    plan.left.store(at - 1);
}
bool disarm() {
    plan.left.store(-1);
    return plan.fired.load();
}

using Files = std::map<std::string, std::string>;

[[nodiscard]] Files filesOf(const fs::path& directory) {
    Files files;
    for (const auto& entry : fs::directory_iterator(directory)) {
        std::ifstream in(entry.path(), std::ios::binary);
        files[entry.path().filename().string()] = {std::istreambuf_iterator<char>(in), {}};
    }
    return files;
}

[[nodiscard]] std::string contentsOf(const fs::path& directory) {
    Options options;
    options.readOnly = true;
    const auto database = Database::open(directory, options);
    if (!database)
        return database.error().message();
    std::map<std::string, std::string> all;
    const auto snapshot = (*database)->snapshot();
    for (std::size_t i = 0; snapshot && i < (*snapshot)->size(); ++i)
        all[std::string((*snapshot)->entry(i).key)] = (*snapshot)->value(i).value_or("unreadable");
    std::string text;
    for (const auto& [key, value] : all)
        text += key + "=" + value + "\n";
    return text;
}

} // namespace

class TestSystemFaults : public QObject {
    Q_OBJECT

    // Several sealed files, some without hint, an active one.
    static void makeDatabase(const fs::path& directory) {
        Options options;
        options.maxFileBytes = 400;
        options.merge.mode = MergeMode::manual;
        RUSTCASK_VALUE(const auto database, Database::open(directory, options));
        for (int i = 0; i < 30; ++i)
            RUSTCASK_OK(
                database->put("key" + std::to_string(i % 11), std::string(static_cast<std::size_t>(i * 3), 'v')));
        RUSTCASK_OK(database->remove("key3"));
        RUSTCASK_OK(database->close());
        for (const auto& entry : fs::directory_iterator(directory))
            if (entry.path().extension() == ".hint" && entry.path().filename().string().front() == '2')
                fs::remove(entry.path());
    }

    // `step` in every way at every call, until none is left that could fail; `check` is told whether it succeeded.
    static void everyCallOf(const char* name, const std::function<void()>& prepare,
                            const std::function<std::optional<Error>()>& step,
                            const std::function<std::string(bool)>& check) {
        std::uint64_t runs = 0;
        for (const Way& way : ways) {
            for (long at = 1;; at += stride) {
                prepare();
                arm(way, at);
                const auto error = step();
                const bool fired = disarm();
                const std::string place = std::string(name) + ", call " + std::to_string(at) + ", " + way.name;
                if (error) {
                    QVERIFY2(way.noticed && fired, (place + ": " + error->message()).c_str());
                    QVERIFY2(!error->file.empty() && !error->operation.empty(),
                             (place + ": " + error->message()).c_str());
                    QVERIFY2(error->code == ErrorCode::ioError || error->code == ErrorCode::noSpace,
                             (place + ": " + error->message()).c_str());
                }
                const std::string problem = check(!error);
                QVERIFY2(problem.empty(), (place + ": " + problem).c_str());
                if (!fired)
                    break;
                ++runs;
            }
        }
        qInfo("%s: %llu faults", name, static_cast<unsigned long long>(runs));
    }

private Q_SLOTS:
    void theStory_data() {
        QTest::addColumn<int>("path");
        QTest::newRow("mapped") << 0;
        QTest::newRow("direct") << 1;
        QTest::newRow("buffered") << 2;
    }
    void theStory() {
        QFETCH(const int, path);
        Options options;
        options.writePath = static_cast<WritePath>(path);
        options.readStrategy = static_cast<ReadStrategy>(path);
        options.sync = path == 1 ? SyncMode::everyWrite : SyncMode::none;
        options.maxFileBytes = 300;
        options.writeBufferBytes = 4096;
        options.scanChunkBytes = 4096;
        options.recoveryThreads = 1;
        options.maxOpenFiles = 2;
        std::uint64_t runs = 0;
        const TemporaryDirectory directory;
        for (const Way& way : ways) {
            if (path != 1 && way.error == EMFILE) // the same for each
                continue;
            for (long at = 1;; at += stride) {
                const fs::path place = directory / "db";
                fs::remove_all(place);
                FaultStory story(io::posixFileSystem(), place, options);
                arm(way, at);
                story.run();
                const bool fired = disarm();
                QVERIFY2(story.failure().empty(),
                         ("call " + std::to_string(at) + ", " + way.name + ": " + story.failure()).c_str());
                QVERIFY2(way.noticed || story.failedCalls() == 0,
                         ("call " + std::to_string(at) + ", " + way.name + " is noticed").c_str());
                if (!fired)
                    break;
                ++runs;
            }
        }
        qInfo("%llu faults", static_cast<unsigned long long>(runs));
    }

    void backups_data() {
        QTest::addColumn<bool>("links");
        QTest::newRow("hard links") << true;
        QTest::newRow("copies") << false;
    }
    void backups() {
        QFETCH(const bool, links);
        const TemporaryDirectory directory;
        const fs::path source = directory / "db";
        const fs::path target = directory / "backup";
        makeDatabase(source);
        const Files before = filesOf(source);
        const std::string contents = contentsOf(source);
        everyCallOf(
            "backup", [&] { fs::remove_all(target); },
            [&]() -> std::optional<Error> {
                Progress progress;
                auto report = backup(source, target, {.hardLinks = links, .verify = true}, progress);
                return report ? std::nullopt : std::optional(report.error());
            },
            [&](bool succeeded) -> std::string {
                if (filesOf(source) != before)
                    return "the source is not what it was";
                if (fs::exists(target) && contentsOf(target) != contents)
                    return "the backup is not whole";
                return succeeded && !fs::exists(target) ? "there is no backup" : "";
            });
    }

    void salvages() {
        const TemporaryDirectory directory;
        const fs::path source = directory / "db";
        const fs::path target = directory / "salvaged";
        makeDatabase(source);
        const Files before = filesOf(source);
        const std::string contents = contentsOf(source);
        bool complete = false;
        everyCallOf(
            "salvage", [&] { fs::remove_all(target); },
            [&]() -> std::optional<Error> {
                Progress progress;
                auto report = salvage(source, target, {}, progress);
                complete = report && report->complete();
                return report ? std::nullopt : std::optional(report.error());
            },
            [&](bool succeeded) -> std::string {
                if (filesOf(source) != before)
                    return "the source is not what it was";
                // What the device refuses to give is lost, and said to be.
                if (fs::exists(target) && (complete || !succeeded) && contentsOf(target) != contents)
                    return "the salvaged database is not whole";
                return succeeded && !fs::exists(target) ? "there is nothing" : "";
            });
    }

    void rebuiltHints() {
        const TemporaryDirectory directory;
        const fs::path source = directory / "db";
        makeDatabase(directory / "original");
        const std::string contents = contentsOf(directory / "original");
        everyCallOf(
            "rebuild hints",
            [&] {
                fs::remove_all(source);
                fs::copy(directory / "original", source);
            },
            [&]() -> std::optional<Error> {
                Progress progress;
                auto report = rebuildHints(source, progress);
                return report ? std::nullopt : std::optional(report.error());
            },
            [&](bool succeeded) -> std::string {
                if (contentsOf(source) != contents)
                    return "the database is not what it was";
                for (const auto& [name, bytes] : filesOf(source))
                    if (succeeded && name.ends_with(".tmp"))
                        return name + " is left over";
                return "";
            });
    }

    void verifications() {
        const TemporaryDirectory directory;
        const fs::path source = directory / "db";
        makeDatabase(source);
        const Files before = filesOf(source);
        std::uint64_t errors = 0;
        everyCallOf(
            "verify", [] {},
            [&]() -> std::optional<Error> {
                Progress progress;
                auto report = verify(source, progress);
                errors = report ? report->errors : 0;
                return report ? std::nullopt : std::optional(report.error());
            },
            [&](bool) -> std::string {
                if (errors > 0)
                    return "it finds damage that is not there";
                return filesOf(source) == before ? "" : "the source is not what it was";
            });
    }

    // A file that cannot be looked at is not one that is not there: an opening must not go on without it.
    void aListingThatCannotLook() {
        if (::getuid() != 0)
            QSKIP("changes to a user without rights, as which only root can");
        const TemporaryDirectory directory;
        makeDatabase(directory / "db");
        fs::permissions(directory.path(), fs::perms::all);
        fs::permissions(directory / "db",
                        fs::perms::owner_all | fs::perms::others_read); // names, but nothing behind them
        constexpr uid_t nobody = 65534;
        QVERIFY(::syscall(SYS_setresuid, -1, nobody, -1) == 0); // of this thread, for a moment
        const auto entries = io::posixFileSystem()->list(directory / "db");
        QVERIFY(::syscall(SYS_setresuid, -1, 0, -1) == 0);
        RUSTCASK_FAILS(entries, ErrorCode::ioError);
    }
};

RUSTCASK_TEST_MAIN(TestSystemFaults)
#include "tst_system_faults.moc"
