// SPDX-License-Identifier: Apache-2.0
// Cost of single operations of the engine, at the size that engine.md's targets are about: keys of 16 B, values of
// 100 B, uniform random.
#include <benchmark/benchmark.h>

#include <rustcask/database.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace {

using namespace rustcask;

constexpr std::size_t valueBytes = 100;

/// A database in a directory of its own, removed at the end.
class ScratchDatabase {
public:
    explicit ScratchDatabase(const Options& options = {}) : m_options(options) {
        std::string name = (std::filesystem::temp_directory_path() / "rustcask-micro-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr)
            std::abort();
        m_directory = name;
        open();
    }
    ~ScratchDatabase() {
        m_database.reset();
        std::error_code ignored;
        std::filesystem::remove_all(m_directory, ignored);
    }
    ScratchDatabase(const ScratchDatabase&) = delete;
    ScratchDatabase& operator=(const ScratchDatabase&) = delete;

    void open() {
        m_database.reset();
        auto database = Database::open(m_directory, m_options);
        if (!database) {
            std::fprintf(stderr, "%s\n", database.error().message().c_str());
            std::abort();
        }
        m_database = *std::move(database);
    }
    Database* operator->() const { return m_database.get(); }
    [[nodiscard]] const std::filesystem::path& directory() const { return m_directory; }

private:
    std::filesystem::path m_directory{};
    Options m_options{};
    std::unique_ptr<Database> m_database{};
};

/// Key number n in 16 bytes.
void setKey(std::string& key, std::uint64_t n) {
    char text[17];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(n));
    key.assign(text, 16);
}

void fill(ScratchDatabase& database, std::uint64_t keys) {
    std::string key;
    const std::string value(valueBytes, 'v');
    for (std::uint64_t n = 0; n < keys; ++n) {
        setKey(key, n);
        if (!database->put(key, value))
            std::abort();
    }
}

Options withWritePath(benchmark::State& state) {
    Options options;
    options.writePath = static_cast<WritePath>(state.range(0));
    state.SetLabel(options.writePath == WritePath::mapped   ? "mapped"
                   : options.writePath == WritePath::direct ? "direct"
                                                            : "buffered");
    return options;
}

void put(benchmark::State& state) {
    ScratchDatabase database(withWritePath(state));
    std::mt19937_64 random(1);
    std::string key;
    const std::string value(valueBytes, 'v');
    fill(database, 1'000'000);
    std::int64_t nanoseconds = 0; // as the harness counts
    for (auto _ : state) {
        setKey(key, random() % 1'000'000);
        const auto begin = std::chrono::steady_clock::now();
        const auto done = database->put(key, value);
        nanoseconds += (std::chrono::steady_clock::now() - begin).count();
        if (!done)
            state.SkipWithError("put failed");
    }
    state.SetItemsProcessed(state.iterations());
    state.counters["each_ns"] = static_cast<double>(nanoseconds) / static_cast<double>(state.iterations());
}
BENCHMARK(put)
    ->Arg(static_cast<int>(WritePath::mapped))
    ->Arg(static_cast<int>(WritePath::direct))
    ->Arg(static_cast<int>(WritePath::buffered));

// Range: read strategy, number of keys.
void get(benchmark::State& state) {
    static std::unique_ptr<ScratchDatabase> database; // shared by the threads of one run
    const auto keys = static_cast<std::uint64_t>(state.range(1));
    if (state.thread_index() == 0) {
        Options options;
        options.readStrategy = static_cast<ReadStrategy>(state.range(0));
        database = std::make_unique<ScratchDatabase>(options);
        fill(*database, keys);
        if (!(*database)->rotate())
            state.SkipWithError("rotate failed");
        state.SetLabel(options.readStrategy == ReadStrategy::mapped     ? "mapped"
                       : options.readStrategy == ReadStrategy::keepOpen ? "keepOpen"
                                                                        : "openPerRead");
    }
    std::mt19937_64 random(static_cast<std::uint64_t>(state.thread_index()) + 1);
    std::string key;
    std::string value;
    std::int64_t nanoseconds = 0; // as the harness counts: whoever reads the clock waits for the get before it
    for (auto _ : state) {
        setKey(key, random() % keys);
        const auto begin = std::chrono::steady_clock::now();
        const auto found = (*database)->get(key, value);
        nanoseconds += (std::chrono::steady_clock::now() - begin).count();
        if (!found || !*found)
            state.SkipWithError("get failed");
        benchmark::DoNotOptimize(value.data());
    }
    state.SetItemsProcessed(state.iterations());
    state.counters["each_ns"] = benchmark::Counter(
        static_cast<double>(nanoseconds) / static_cast<double>(state.iterations()), benchmark::Counter::kAvgThreads);
    if (state.thread_index() == 0)
        database.reset();
}
BENCHMARK(get)
    ->ArgsProduct({{static_cast<int>(ReadStrategy::mapped), static_cast<int>(ReadStrategy::keepOpen),
                    static_cast<int>(ReadStrategy::openPerRead)},
                   {1'000, 1'000'000}})
    ->Threads(1)
    ->Threads(2)
    ->UseRealTime();

void getAbsentKey(benchmark::State& state) {
    ScratchDatabase database;
    fill(database, 100'000);
    std::mt19937_64 random(1);
    std::string key;
    std::string value;
    for (auto _ : state) {
        setKey(key, 1'000'000 + random() % 1'000'000);
        benchmark::DoNotOptimize(database->get(key, value));
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(getAbsentKey);

void openFromHints(benchmark::State& state) {
    ScratchDatabase database;
    const auto keys = static_cast<std::uint64_t>(state.range(0));
    fill(database, keys);
    for (auto _ : state)
        database.open();
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(keys));
}
BENCHMARK(openFromHints)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

void takeSnapshot(benchmark::State& state) {
    ScratchDatabase database;
    const auto keys = static_cast<std::uint64_t>(state.range(0));
    fill(database, keys);
    for (auto _ : state)
        benchmark::DoNotOptimize(database->snapshot());
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(keys));
}
BENCHMARK(takeSnapshot)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

// Range: bytes of a value.
void putLarge(benchmark::State& state) {
    const auto bytes = static_cast<std::size_t>(state.range(0));
    std::unique_ptr<ScratchDatabase> database;
    std::mt19937_64 random(1);
    std::string key;
    const std::string value(bytes, 'v');
    std::size_t written = std::size_t{1} << 40;
    for (auto _ : state) {
        if (written > std::size_t{1} << 30) { // a new database, as copyIntoMappedFile has a new file
            state.PauseTiming();
            database = std::make_unique<ScratchDatabase>();
            setKey(key, 0);
            if (!(*database)->put(key, value))
                std::abort();
            written = 0;
            state.ResumeTiming();
        }
        setKey(key, random() % 1'000'000);
        if (!(*database)->put(key, value))
            state.SkipWithError("put failed");
        written += bytes;
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}
BENCHMARK(putLarge)->Arg(4096)->Arg(100'000);

// Gets of random keys, idle and while all files are merged again and again: the 99th percentiles of both.
void getWhileMerging(benchmark::State& state) {
    constexpr std::uint64_t keys = 1'000'000;
    Options options;
    options.maxFileBytes = 32 << 20;
    ScratchDatabase database(options);
    fill(database, keys);
    std::mt19937_64 random(1);
    std::string key;
    std::string value;
    const auto slowestOfHundred = [&](const auto& goesOn) {
        std::vector<std::int64_t> times;
        while (goesOn(times.size())) {
            setKey(key, random() % keys);
            const auto begin = std::chrono::steady_clock::now();
            benchmark::DoNotOptimize(database->get(key, value));
            times.push_back((std::chrono::steady_clock::now() - begin).count());
        }
        const auto at = times.begin() + static_cast<std::ptrdiff_t>(times.size() * 99 / 100);
        std::nth_element(times.begin(), at, times.end());
        return static_cast<double>(*at);
    };
    double idle = 0;
    double merging = 0;
    for (auto _ : state) {
        idle += slowestOfHundred([](std::size_t done) { return done < 1'000'000; });
        std::atomic<bool> merged{false};
        std::thread merger([&] {
            Progress progress;
            if (!database->merge(progress))
                std::abort();
            merged = true;
        });
        merging += slowestOfHundred([&](std::size_t done) { return done < 1000 || !merged; });
        merger.join();
    }
    const auto turns = static_cast<double>(state.iterations());
    state.counters["idle_p99_ns"] = idle / turns;
    state.counters["merging_p99_ns"] = merging / turns;
}
BENCHMARK(getWhileMerging)->Iterations(5)->Unit(benchmark::kMillisecond);

/// Writes a copy of `from` and syncs it, as a merge syncs its outputs.
void copyFile(const std::filesystem::path& from, const std::filesystem::path& to) {
    static std::vector<char> buffer(std::size_t{1} << 20);
    const int source = ::open(from.c_str(), O_RDONLY | O_CLOEXEC);
    const int target = ::open(to.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (source < 0 || target < 0)
        std::abort();
    for (ssize_t got = 0; (got = ::read(source, buffer.data(), buffer.size())) > 0;)
        if (::write(target, buffer.data(), static_cast<std::size_t>(got)) != got)
            std::abort();
    if (::fdatasync(target) != 0)
        std::abort();
    ::close(source);
    ::close(target);
}

// Merging all files of a database of 300 MB of which a third is dead, and copying the files that come of it, both
// synced. Range: bytes of a value.
void mergeAgainstCopy(benchmark::State& state) {
    const auto bytes = static_cast<std::size_t>(state.range(0));
    const std::uint64_t keys = 200'000'000 / (bytes + 44);
    const std::string value(bytes, 'v');
    double merging = 0;
    double copying = 0;
    double live = 0;
    for (auto _ : state) {
        Options options;
        options.maxFileBytes = 64 << 20;
        ScratchDatabase database(options);
        std::string key;
        for (std::uint64_t n = 0; n < keys * 3 / 2; ++n) {
            setKey(key, n < keys ? n : (n - keys) * 2); // every other one again
            if (!database->put(key, value))
                std::abort();
        }
        Progress progress;
        ::sync(); // what was put is not to be written out on the merge's time
        auto begin = std::chrono::steady_clock::now();
        if (!database->merge(progress))
            std::abort();
        merging += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        const std::filesystem::path copy = database.directory() / "copy";
        begin = std::chrono::steady_clock::now();
        for (const FileStats& file : database->stats().files) {
            live += static_cast<double>(file.liveBytes);
            copyFile(database.directory() / (std::to_string(file.generation.value) + ".rustcask.data"), copy);
        }
        copying += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        std::filesystem::remove(copy);
    }
    state.counters["merged_MBps"] = live / merging / 1e6;
    state.counters["copied_MBps"] = live / copying / 1e6;
    state.counters["share"] = copying / merging;
}
BENCHMARK(mergeAgainstCopy)->Arg(100)->Arg(4096)->Arg(100'000)->Iterations(5)->Unit(benchmark::kMillisecond);

} // namespace
