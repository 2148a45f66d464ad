// SPDX-License-Identifier: Apache-2.0
// soak [SECONDS [DIRECTORY]]: one database, written, read, merged and killed for as long as asked (default: 60 s in a
// temporary directory).
//
// A child process has three writers, two readers, snapshots and a merger at work on it, and is killed with SIGKILL
// after a while, again and again. After each kill the database is opened, every acknowledged write must be there, and
// verification must find nothing. The parent follows it read-only all the time. Open files and memory of both and the
// space on disk must stay flat: none may go beyond a bound that does not depend on how long it runs. Prints a line
// every ten seconds; exit status 1 with a reason when a promise is broken. RUSTCASK_SOAK_SEED sets the seed.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <rustcask/database.h>
#include <rustcask/verify.h>

namespace {

namespace fs = std::filesystem;
using namespace rustcask;
using Clock = std::chrono::steady_clock;

constexpr std::size_t keyCount = 3000;
constexpr std::size_t writerCount = 3;
constexpr std::uint64_t maxDiskBytes = std::uint64_t{96}
                                       << 20; // some thousand keys of at most 2 KiB, and merges all the time
constexpr std::size_t maxOpenFiles = 100;     // 16 by option, the active one, a merge's and what Linux adds
constexpr double flatness =
    1.5; // memory may not grow beyond its peak in the first quarter by more than this, and a bit
constexpr std::uint64_t flatSlackKiB = 64 * 1024;

[[noreturn]] void fail(const std::string& reason) {
    std::fprintf(stderr, "soak: %s\n", reason.c_str());
    std::_Exit(1);
}

template <typename T>
T must(Result<T> result, const char* what) {
    if (!result)
        fail(std::string(what) + ": " + result.error().message());
    if constexpr (!std::is_void_v<T>)
        return *std::move(result);
}

/// Shared with the child, whose death it outlasts: for each key the number last begun and last acknowledged.
struct Ledger {
    std::array<std::atomic<std::uint64_t>, keyCount> begun{};
    std::array<std::atomic<std::uint64_t>, keyCount> done{};
    std::atomic<std::uint64_t> writes{0}, reads{0}, merges{0};
};

std::string keyOf(std::size_t key) {
    return "key-" + std::to_string(key);
}
// Every seventh number is a removal.
bool isRemoval(std::uint64_t number) {
    return number % 7 == 0;
}
std::string valueOf(std::size_t key, std::uint64_t number) {
    return keyOf(key) + "=" + std::to_string(number) + ":" +
           std::string(number * 131 % 2000, static_cast<char>('a' + number % 26));
}
std::uint64_t numberIn(const std::string& value) {
    return std::stoull(value.substr(value.find('=') + 1));
}

Options optionsOf(std::uint64_t round) {
    Options options;
    options.maxFileBytes = 1 << 20;
    options.maxOpenFiles = 16;
    options.writePath = round % 2 == 0 ? WritePath::mapped : WritePath::direct; // what survives a killed process
    options.readStrategy = static_cast<ReadStrategy>(round % 3);
    options.sync = round % 4 == 3 ? SyncMode::everyWrite : SyncMode::interval;
    options.syncInterval = std::chrono::milliseconds(20);
    return options;
}

void check(Database& database, const Ledger& ledger, std::size_t key, std::uint64_t before, const std::string& who) {
    auto found = must(database.get(keyOf(key)), "get");
    const std::uint64_t after = ledger.begun[key];
    if (!found) {
        for (std::uint64_t number = before; number <= after; ++number)
            if (number == 0 || isRemoval(number))
                return;
        fail(who + ": " + keyOf(key) + " is lost: number " + std::to_string(before) + " was acknowledged, " +
             std::to_string(after) + " begun");
    }
    const std::uint64_t number = numberIn(*found);
    if (*found != valueOf(key, number))
        fail(who + ": " + keyOf(key) + " has a wrong value");
    if (number < before || number > after)
        fail(who + ": " + keyOf(key) + " stands at " + std::to_string(number) + ", acknowledged was " +
             std::to_string(before) + ", begun " + std::to_string(after));
}

// The child's whole life, until it is killed. Each key belongs to one writer.
[[noreturn]] void work(const fs::path& directory, Ledger& ledger, std::uint64_t round, std::uint64_t seed) {
    auto database = must(Database::open(directory, optionsOf(round)), "open");
    std::vector<std::thread> threads;
    for (std::size_t w = 0; w < writerCount; ++w)
        threads.emplace_back([&, w] {
            std::mt19937_64 random(seed + w);
            for (;;) {
                const std::size_t key = random() % (keyCount / writerCount) * writerCount + w;
                const std::uint64_t number = ledger.begun[key] + 1;
                ledger.begun[key] = number;
                if (isRemoval(number))
                    must(database->remove(keyOf(key)), "remove");
                else
                    must(database->put(keyOf(key), valueOf(key, number)), "put");
                ledger.done[key] = number;
                ++ledger.writes;
                std::this_thread::sleep_for(std::chrono::microseconds(50)); // merges shall keep up, or nothing is flat
            }
        });
    for (std::size_t r = 0; r < 2; ++r)
        threads.emplace_back([&, r] {
            std::mt19937_64 random(seed + 100 + r);
            for (;;) {
                const std::size_t key = random() % keyCount;
                check(*database, ledger, key, ledger.done[key], "reader");
                if (++ledger.reads % 20'000 == 0) {
                    auto snapshot = must(database->snapshot(), "snapshot");
                    for (std::size_t i = 0; i < snapshot->size(); i += 7)
                        must(snapshot->value(i), "a snapshot's value");
                }
            }
        });
    for (;;) {
        Progress progress;
        must(database->merge(progress), "merge");
        ++ledger.merges;
        std::this_thread::sleep_for(std::chrono::milliseconds(30));
    }
}

std::size_t openFilesOf(pid_t process) {
    std::error_code error;
    fs::directory_iterator files("/proc/" + std::to_string(process) + "/fd", error);
    return error ? 0 : static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

// Memory that is this process's own: pages of mapped data files are the page cache's.
std::uint64_t memoryKiBOf(pid_t process) {
    std::ifstream status("/proc/" + std::to_string(process) + "/status");
    for (std::string word; status >> word;) {
        std::uint64_t kibibytes = 0;
        if (word == "RssAnon:" && status >> kibibytes)
            return kibibytes;
    }
    return 0;
}

std::uint64_t diskBytesOf(const fs::path& directory) {
    std::uint64_t bytes = 0;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(directory, error)) {
        const std::uint64_t size = entry.file_size(error);
        bytes += error ? 0 : size;
    }
    return bytes;
}

} // namespace

int main(int argc, char** argv) {
    const long seconds = argc > 1 ? std::atol(argv[1]) : 60;
    if (seconds <= 0) {
        std::fprintf(stderr, "usage: soak [SECONDS [DIRECTORY]]\n");
        return 2;
    }
    const char* given = std::getenv("RUSTCASK_SOAK_SEED");
    const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : 20240229;
    const fs::path directory =
        argc > 2 ? fs::path(argv[2]) : fs::temp_directory_path() / ("rustcask-soak-" + std::to_string(::getpid()));
    std::printf("soak: %ld s in %s, seed %llu\n", seconds, directory.c_str(), static_cast<unsigned long long>(seed));
    void* memory = ::mmap(nullptr, sizeof(Ledger), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        fail("no shared memory");
    auto& ledger = *new (memory) Ledger;
    std::mt19937_64 random(seed);
    const auto begun = Clock::now();
    const auto end = begun + std::chrono::seconds(seconds);
    auto told = begun;
    std::uint64_t early = 0;
    std::uint64_t peak = 0;
    std::size_t mostFiles = 0;
    std::uint64_t mostDisk = 0;
    std::unique_ptr<Database> follower;
    std::uint64_t kills = 0;
    for (; Clock::now() < end; ++kills) {
        const pid_t child = ::fork();
        if (child == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL); // nobody stays behind when this program ends early
            work(directory, ledger, kills, seed + kills * 1000);
        }
        if (child < 0)
            fail("cannot fork");
        const auto until = std::min(end, Clock::now() + std::chrono::milliseconds(500 + random() % 4000));
        while (Clock::now() < until) {
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
            int status = 0;
            if (::waitpid(child, &status, WNOHANG) != 0)
                fail("the working process ended by itself; its reason stands above");
            if (!follower) {
                Options options;
                options.readOnly = true;
                options.maxOpenFiles = 16;
                options.readStrategy = ReadStrategy::keepOpen;
                auto opened = Database::open(directory, options);
                if (!opened && opened.error().code == ErrorCode::notADatabase)
                    continue; // not made yet
                follower = must(std::move(opened), "open to follow");
            }
            std::array<std::uint64_t, 20> before{};
            for (std::size_t i = 0; i < before.size(); ++i)
                before[i] = ledger.done[(i * 149 + kills) % keyCount];
            must(follower->refresh(), "follow");
            for (std::size_t i = 0; i < before.size(); ++i)
                check(*follower, ledger, (i * 149 + kills) % keyCount, before[i], "follower");
            const std::uint64_t used = std::max(memoryKiBOf(child), memoryKiBOf(::getpid()));
            (Clock::now() - begun < (end - begun) / 4 ? early : peak) =
                std::max(Clock::now() - begun < (end - begun) / 4 ? early : peak, used);
            mostFiles = std::max({mostFiles, openFilesOf(child), openFilesOf(::getpid())});
            mostDisk = std::max(mostDisk, diskBytesOf(directory));
            if (mostFiles > maxOpenFiles)
                fail(std::to_string(mostFiles) + " files are open");
            if (mostDisk > maxDiskBytes)
                fail(std::to_string(mostDisk) + " bytes are on disk");
            if (early > 0 && static_cast<double>(peak) > static_cast<double>(early) * flatness + flatSlackKiB)
                fail("memory grew from " + std::to_string(early) + " to " + std::to_string(peak) + " KiB");
        }
        ::kill(child, SIGKILL);
        int status = 0;
        ::waitpid(child, &status, 0);
        {
            // Its lock is no obstacle. What was begun and not acknowledged may have been done.
            auto database = must(Database::open(directory, optionsOf(kills)), "open after a kill");
            for (std::size_t key = 0; key < keyCount; ++key)
                check(*database, ledger, key, ledger.done[key], "after kill " + std::to_string(kills));
            for (std::size_t key = 0; key < keyCount; ++key) {
                auto found = must(database->get(keyOf(key)), "get");
                const std::uint64_t number = found ? numberIn(*found) : ledger.begun[key].load();
                ledger.done[key] = number; // from here on it counts
                ledger.begun[key] = std::max<std::uint64_t>(number, ledger.begun[key]);
                if (!found && !isRemoval(number) && number != 0) { // the last put was cut; before it a removal
                    ledger.done[key] = number - 1;
                }
            }
            must(database->close(), "close after a kill");
        }
        Progress progress;
        const VerifyReport report = must(verify(directory, progress), "verify");
        if (!report.clean())
            fail("verification found damage: " + report.findings.front().text);
        if (Clock::now() - told > std::chrono::seconds(10)) {
            told = Clock::now();
            std::printf(
                "%5lld s: %llu kills, %llu writes, %llu reads, %llu merges; %zu files open, %llu KiB of memory, "
                "%llu KiB on disk at most\n",
                static_cast<long long>(std::chrono::duration_cast<std::chrono::seconds>(told - begun).count()),
                static_cast<unsigned long long>(kills + 1), static_cast<unsigned long long>(ledger.writes),
                static_cast<unsigned long long>(ledger.reads), static_cast<unsigned long long>(ledger.merges),
                mostFiles, static_cast<unsigned long long>(std::max(early, peak)),
                static_cast<unsigned long long>(mostDisk / 1024));
            std::fflush(stdout);
        }
    }
    std::printf("soak: passed: %llu kills, %llu writes, %llu reads, %llu merges\n",
                static_cast<unsigned long long>(kills), static_cast<unsigned long long>(ledger.writes),
                static_cast<unsigned long long>(ledger.reads), static_cast<unsigned long long>(ledger.merges));
    follower.reset();
    if (argc <= 2)
        fs::remove_all(directory);
    return 0;
}
