// SPDX-License-Identifier: Apache-2.0
// A real file system of one megabyte that fills up: during puts, rotation, hint writing and merges, for each write
// path. It is a tmpfs in a mount namespace of this process; where the kernel allows neither, the test says so and
// skips.
#include <QTest>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>

#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include "engine/database_test_access.h"
#include "support/check.h"
#include "support/temporary_directory.h"
#include "support/test_main.h"

using namespace rustcask;
using namespace rustcask::test;

namespace {

// A namespace in which this process may mount: as root one of its own mounts, else with a user namespace around it.
// Before there is any thread. Empty: it may; else why not.
[[nodiscard]] std::string enterNamespace() {
    const uid_t user = ::getuid();
    const gid_t group = ::getgid();
    if (::unshare(user == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS) != 0)
        return std::string("unshare: ") + std::strerror(errno);
    if (user != 0) {
        std::ofstream("/proc/self/setgroups") << "deny";
        std::ofstream("/proc/self/uid_map") << "0 " << user << " 1";
        std::ofstream("/proc/self/gid_map") << "0 " << group << " 1";
    }
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
        return std::string("make the mounts private: ") + std::strerror(errno);
    return {};
}

class SmallDisk {
public:
    explicit SmallDisk(std::filesystem::path at, const char* size = "size=1m") : m_at(std::move(at)) {
        std::filesystem::create_directory(m_at);
        m_mounted = ::mount("small", m_at.c_str(), "tmpfs", 0, size) == 0;
        if (!m_mounted)
            m_problem = std::string("mount a tmpfs: ") + std::strerror(errno);
    }
    ~SmallDisk() {
        if (m_mounted)
            ::umount2(m_at.c_str(), MNT_DETACH);
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;

    [[nodiscard]] const std::string& problem() const { return m_problem; }
    [[nodiscard]] std::filesystem::path operator/(const char* name) const { return m_at / name; }
    /// Takes all space but so many bytes.
    void fillUpTo(std::uint64_t left) {
        std::filesystem::remove(m_at / "ballast");
        const std::uint64_t free = std::filesystem::space(m_at).available;
        std::ofstream out(m_at / "ballast", std::ios::binary);
        const std::string page(4096, 'x');
        for (std::uint64_t done = 0; done + left + page.size() <= free; done += page.size())
            out << page;
    }
    void makeRoom() { std::filesystem::remove(m_at / "ballast"); }

private:
    std::filesystem::path m_at;
    std::string m_problem;
    bool m_mounted = false;
};

using Model = std::map<std::string, std::string>;

[[nodiscard]] std::string differs(const Database& database, const Model& model) {
    for (const auto& [key, value] : model) {
        const auto found = database.get(key);
        if (!found)
            return key + ": " + found.error().message();
        if (*found != value)
            return key + " has another value";
    }
    return database.stats().liveKeys == model.size() ? std::string() : "another number of keys";
}

std::string cannotMount = "no test ran";

} // namespace

class TestFullDisk : public QObject {
    Q_OBJECT

    static void addPaths() {
        QTest::addColumn<int>("path");
        QTest::addColumn<int>("sync");
        for (int path = 0; path < 3; ++path)
            for (const int sync : {0, 2})
                QTest::addRow("%s, %s", path == 0 ? "mapped" : (path == 1 ? "direct" : "buffered"),
                              sync == 0 ? "none" : "everyWrite")
                    << path << sync;
    }
    static Options fetchOptions(std::uint64_t maxFileBytes) {
        QFETCH(const int, path);
        QFETCH(const int, sync);
        Options options;
        options.writePath = static_cast<WritePath>(path);
        options.readStrategy = static_cast<ReadStrategy>(path); // mapped reads of what was written in each way, too
        options.sync = static_cast<SyncMode>(sync);
        options.maxFileBytes = maxFileBytes;
        options.writeBufferBytes = 16 << 10;
        return options;
    }
    static std::string valueOf(int i) { return std::to_string(i) + std::string(700, static_cast<char>('a' + i % 26)); }

    // Puts until the disk is full. Only "no space" is allowed to stop it.
    static Result<void> putUntilFull(Database& database, Model& model, int keys) {
        for (int i = 0; i < 100'000; ++i) {
            const std::string key = "key" + std::to_string(i % keys);
            if (auto done = database.put(key, valueOf(i)); !done)
                return done;
            model[key] = valueOf(i);
        }
        return {};
    }

private Q_SLOTS:
    void init() {
        if (!cannotMount.empty())
            QSKIP(("needs a small tmpfs of its own; " + cannotMount).c_str());
    }

    // One file that grows until nothing is left, then many: put and rotation.
    void puts_data() { addPaths(); }
    void puts() {
        for (const std::uint64_t maxFileBytes : {std::uint64_t{1} << 30, std::uint64_t{30} << 10}) {
            const TemporaryDirectory directory;
            SmallDisk disk(directory / "disk");
            if (!disk.problem().empty())
                QSKIP(disk.problem().c_str());
            const Options options = fetchOptions(maxFileBytes);
            Model model;
            {
                RUSTCASK_VALUE(const auto database, Database::open(disk / "db", options));
                disk.fillUpTo(300 << 10);
                for (int round = 0; round < 2; ++round) {
                    const auto full = putUntilFull(*database, model, 400);
                    QVERIFY(!full);
                    QCOMPARE(full.error().code, ErrorCode::noSpace);
                    QVERIFY(!full.error().advice.empty());
                    QVERIFY(model.size() > 100);
                    QVERIFY(!database->fault());
                    QVERIFY2(differs(*database, model).empty(), differs(*database, model).c_str());
                    RUSTCASK_FAILS(database->put("one more", std::string(200'000, 'x')), ErrorCode::noSpace);
                    disk.fillUpTo(100 << 10); // some of the ballast goes: it works again, and fills up again
                }
                disk.makeRoom();
                RUSTCASK_OK(database->put("there is", "room"));
                model["there is"] = "room";
                RUSTCASK_OK(database->sync());
                disk.fillUpTo(0);
                QVERIFY2(differs(*database, model).empty(), differs(*database, model).c_str());
            }
            // Closed on a full disk, and opened on it: hints may be missing, nothing else.
            RUSTCASK_VALUE(auto database, Database::open(disk / "db", options));
            QVERIFY2(differs(*database, model).empty(), differs(*database, model).c_str());
            disk.makeRoom();
            RUSTCASK_OK(database->put("more", "room"));
        }
    }

    // A file of some megabytes, for which space is reserved on another thread: the put that finds none is the one that
    // fails, and what was reserved and not used goes back.
    void spaceThatIsReservedAhead() {
        const TemporaryDirectory directory;
        SmallDisk disk(directory / "disk", "size=12m");
        if (!disk.problem().empty())
            QSKIP(disk.problem().c_str());
        for (const std::uint64_t megabytes : {11, 9, 7, 5}) {
            std::filesystem::remove_all(disk / "db");
            disk.fillUpTo(megabytes << 20);
            RUSTCASK_VALUE(const auto database, Database::open(disk / "db"));
            Model model;
            const auto full = putUntilFull(*database, model, 3'000);
            QVERIFY(!full);
            QCOMPARE(full.error().code, ErrorCode::noSpace);
            QVERIFY(!database->fault());
            QVERIFY2(differs(*database, model).empty(), differs(*database, model).c_str());
            const std::vector<FileStats> files = database->stats().files;
            QCOMPARE(files.size(), std::size_t{1});
            QVERIFY(files.front().bytes + (std::uint64_t{1} << 20) > megabytes << 20); // all but its last part was used
            RUSTCASK_OK(database->close());
            QCOMPARE(std::filesystem::file_size(disk / "db/1.rustcask.data"), files.front().bytes);
            disk.makeRoom();
            RUSTCASK_VALUE(const auto again, Database::open(disk / "db"));
            QVERIFY2(differs(*again, model).empty(), differs(*again, model).c_str());
            RUSTCASK_OK(again->put("there is", "room"));
        }
    }

    void hints_data() { addPaths(); }
    void hints() {
        const TemporaryDirectory directory;
        SmallDisk disk(directory / "disk");
        if (!disk.problem().empty())
            QSKIP(disk.problem().c_str());
        const Options options = fetchOptions(60 << 10);
        Model model;
        RUSTCASK_VALUE(auto database, DatabaseTestAccess::openOn(io::posixFileSystem(), disk / "db", options));
        for (int i = 0; i < 300; ++i) {
            RUSTCASK_OK(database->put("key" + std::to_string(i), valueOf(i)));
            model["key" + std::to_string(i)] = valueOf(i);
        }
        RUSTCASK_OK(database->rotate());
        disk.fillUpTo(8 << 10); // for two hints or so, and for none of their temporary names after that
        DatabaseTestAccess::writeHints(*database);
        QVERIFY(!database->fault());
        QVERIFY2(differs(*database, model).empty(), differs(*database, model).c_str());
        for (const auto& entry : std::filesystem::directory_iterator(disk / "db"))
            QVERIFY2(entry.path().extension() != ".tmp", entry.path().c_str());
        disk.makeRoom();
        RUSTCASK_OK(database->put("there is", "room"));
        model["there is"] = "room";
        RUSTCASK_OK(database->close());
        RUSTCASK_VALUE(database, DatabaseTestAccess::openOn(io::posixFileSystem(), disk / "db", options));
        DatabaseTestAccess::writeHints(*database); // those that are missing
        for (const FileStats& file : database->stats().files)
            QVERIFY(file.hasHint || file.records == 0);
        QVERIFY2(differs(*database, model).empty(), differs(*database, model).c_str());
    }

    // The outputs find no place at every distance from the end: the inputs stay, and with room it succeeds.
    void merges_data() { addPaths(); }
    void merges() {
        const TemporaryDirectory directory;
        SmallDisk disk(directory / "disk");
        if (!disk.problem().empty())
            QSKIP(disk.problem().c_str());
        const Options options = fetchOptions(60 << 10);
        Model model;
        RUSTCASK_VALUE(auto database, DatabaseTestAccess::openOn(io::posixFileSystem(), disk / "db", options));
        for (int i = 0; i < 400; ++i) {
            RUSTCASK_OK(database->put("key" + std::to_string(i % 250), valueOf(i)));
            model["key" + std::to_string(i % 250)] = valueOf(i);
        }
        RUSTCASK_OK(database->rotate());
        int full = 0;
        for (std::uint64_t left = 0;; left += 20 << 10) {
            disk.fillUpTo(left);
            Progress progress;
            const auto merged = database->merge(progress);
            QVERIFY(!database->fault());
            QVERIFY2(differs(*database, model).empty(), differs(*database, model).c_str());
            if (merged)
                break;
            QCOMPARE(merged.error().code, ErrorCode::noSpace);
            for (const auto& entry : std::filesystem::directory_iterator(disk / "db"))
                QVERIFY2(entry.path().extension() != ".tmp", entry.path().c_str());
            ++full;
            disk.makeRoom();
            RUSTCASK_OK(database->put("key0", valueOf(full)));
            model["key0"] = valueOf(full);
        }
        QVERIFY2(full > 3, std::to_string(full).c_str());
        disk.makeRoom();
        RUSTCASK_OK(database->put("there is", "room"));
        model["there is"] = "room";
        RUSTCASK_OK(database->close());
        RUSTCASK_VALUE(database, DatabaseTestAccess::openOn(io::posixFileSystem(), disk / "db", options));
        QVERIFY2(differs(*database, model).empty(), differs(*database, model).c_str());
    }
};

int main(int argc, char** argv) {
    cannotMount = enterNamespace(); // before Qt starts a thread
    QCoreApplication application(argc, argv);
    TestFullDisk object;
    return rustcask::test::runStrict(object, argc, argv);
}
#include "tst_full_disk.moc"
