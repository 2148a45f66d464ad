// SPDX-License-Identifier: Apache-2.0
// What the machine itself needs for what the engine's operations consist of: the figures that those of
// engine_operations.cpp are to be held against.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "format/checksum.h"

namespace {

constexpr std::size_t lineBytes = 64;

// Memory in huge pages, where there are any.
class Pages {
public:
    explicit Pages(std::size_t bytes) : m_bytes(bytes) {
        m_begin = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (m_begin == MAP_FAILED)
            std::abort();
        ::madvise(m_begin, bytes, MADV_HUGEPAGE);
        std::memset(m_begin, 1, bytes);
    }
    ~Pages() { ::munmap(m_begin, m_bytes); }
    Pages(const Pages&) = delete;
    Pages& operator=(const Pages&) = delete;
    [[nodiscard]] char* at(std::size_t offset) const { return static_cast<char*>(m_begin) + offset; }

private:
    std::size_t m_bytes;
    void* m_begin;
};

// One load after another, each of which says where the next one goes. Range: MiB. The keydir of a million keys of 16
// bytes has 45, their records of 144 bytes have 137.
void dependentLoads(benchmark::State& state) {
    const std::size_t bytes = static_cast<std::size_t>(state.range(0)) << 20;
    const Pages pages(bytes);
    std::vector<std::uint32_t> order(bytes / lineBytes);
    std::iota(order.begin(), order.end(), 0U);
    std::shuffle(order.begin(), order.end(), std::mt19937_64(1));
    for (std::size_t i = 0; i < order.size(); ++i) {
        const std::uint32_t next = order[(i + 1) % order.size()];
        std::memcpy(pages.at(order[i] * lineBytes), &next, sizeof next);
    }
    std::uint32_t at = order[0];
    for (auto _ : state)
        std::memcpy(&at, pages.at(at * lineBytes), sizeof at);
    benchmark::DoNotOptimize(at);
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(dependentLoads)->Arg(10)->Arg(45)->Arg(137)->Arg(450);

/// The least that there can be of a hash table over a log: buckets of slots, each a cache line, and records of 144
/// bytes. A slot is its record's number and one from the lowest bit, and eight bits of the hash from the highest. No
/// lock, no sequence number, no file but one, no error.
class LeastStore {
public:
    static constexpr std::size_t keyBytes = 16;
    static constexpr std::size_t valueBytes = 100;
    static constexpr std::size_t recordBytes = 28 + keyBytes + valueBytes;

    /// Has `keys` records, and room for `puts` more.
    LeastStore(std::size_t keys, std::size_t puts)
        : m_buckets(keys * 10 / 8 / slotsPerBucket + 1), // 80 % full
          m_table(m_buckets * lineBytes),
          m_records((keys + puts) * recordBytes),
          m_capacity(keys + puts) {
        std::memset(m_table.at(0), 0, m_buckets * lineBytes);
        std::array<char, keyBytes> key;
        std::array<char, valueBytes> value{};
        for (std::size_t n = 0; n < keys; ++n) {
            setKey(key.data(), n);
            put(key.data(), value.data());
        }
    }
    static void setKey(char* key, std::uint64_t n) {
        n *= 0x9E3779B97F4A7C15;
        std::memcpy(key, &n, sizeof n);
        n = ~n;
        std::memcpy(key + sizeof n, &n, sizeof n);
    }
    [[nodiscard]] bool isFull() const { return m_count == m_capacity; }

    /// Checks the record's CRC-32C and copies the value.
    bool get(const char* key, char* value) const {
        const std::uint64_t hash = hashOf(key);
        const char* slot = find(key, hash);
        std::uint64_t taken = 0;
        std::memcpy(&taken, slot, sizeof taken);
        if (taken == 0)
            return false;
        const char* record = recordOf(taken);
        std::uint32_t checksum = 0;
        std::memcpy(&checksum, record, sizeof checksum);
        if (rustcask::format::crc32c({record + 4, recordBytes - 4}) != checksum)
            return false;
        std::memcpy(value, record + 28 + keyBytes, valueBytes);
        return true;
    }
    /// Appends a record with its CRC-32C, for which there is room, and points the key's slot at it.
    void put(const char* key, const char* value) {
        const std::uint64_t hash = hashOf(key);
        __builtin_prefetch(m_table.at(bucketOf(hash) * lineBytes)); // arrives while the record is written
        char* record = m_records.at(m_count * recordBytes);
        std::memset(record, 0, 28);
        std::memcpy(record + 28, key, keyBytes);
        std::memcpy(record + 28 + keyBytes, value, valueBytes);
        const std::uint32_t checksum = rustcask::format::crc32c({record + 4, recordBytes - 4});
        std::memcpy(record, &checksum, sizeof checksum);
        const std::uint64_t slot = (hash >> 56) << 56 | ++m_count;
        std::memcpy(find(key, hash), &slot, sizeof slot);
    }

private:
    static constexpr std::size_t slotsPerBucket = lineBytes / sizeof(std::uint64_t);

    static std::uint64_t hashOf(const char* key) {
        std::uint64_t low = 0;
        std::uint64_t high = 0;
        std::memcpy(&low, key, sizeof low);
        std::memcpy(&high, key + sizeof low, sizeof high);
        const std::uint64_t mixed = (low ^ (high >> 29)) * 0xD1B54A32D192ED03;
        return mixed ^ mixed >> 32;
    }
    [[nodiscard]] std::size_t bucketOf(std::uint64_t hash) const { return (hash & 0xFFFFFFFF) * m_buckets >> 32; }
    [[nodiscard]] const char* recordOf(std::uint64_t slot) const {
        return m_records.at(((slot & 0xFFFFFFFF) - 1) * recordBytes);
    }
    /// The key's slot, or the empty one where it belongs.
    [[nodiscard]] char* find(const char* key, std::uint64_t hash) const {
        for (std::size_t bucket = bucketOf(hash);; bucket = (bucket + 1) % m_buckets) {
            for (std::size_t i = 0; i < slotsPerBucket; ++i) {
                char* at = m_table.at(bucket * lineBytes + i * sizeof(std::uint64_t));
                std::uint64_t slot = 0;
                std::memcpy(&slot, at, sizeof slot);
                if (slot == 0 || (slot >> 56 == hash >> 56 && std::memcmp(recordOf(slot) + 28, key, keyBytes) == 0))
                    return at;
            }
        }
    }

    std::size_t m_buckets;
    Pages m_table;
    Pages m_records;
    std::size_t m_capacity;
    std::size_t m_count = 0;
};

/// Calls `operation(key)` with random keys, the clock read before and after each, as by the harness.
template <typename Operation>
void timeEach(benchmark::State& state, std::uint64_t keys, Operation operation) {
    std::mt19937_64 random(1);
    std::array<char, LeastStore::keyBytes> key;
    std::int64_t nanoseconds = 0;
    for (auto _ : state) {
        LeastStore::setKey(key.data(), random() % keys);
        const auto begin = std::chrono::steady_clock::now();
        if (!operation(key.data()))
            state.SkipWithError("a key is missing");
        nanoseconds += (std::chrono::steady_clock::now() - begin).count();
    }
    state.counters["each_ns"] = static_cast<double>(nanoseconds) / static_cast<double>(state.iterations());
}

// Range: keys.
void leastGet(benchmark::State& state) {
    const auto keys = static_cast<std::uint64_t>(state.range(0));
    const LeastStore store(keys, 0);
    std::array<char, LeastStore::valueBytes> value;
    timeEach(state, keys, [&](const char* key) {
        const bool found = store.get(key, value.data());
        benchmark::DoNotOptimize(value.data());
        return found;
    });
}
BENCHMARK(leastGet)->Arg(1'000'000);

// Overwrites, into memory that is populated already. Range: keys.
void leastPut(benchmark::State& state) {
    const auto keys = static_cast<std::uint64_t>(state.range(0));
    LeastStore store(keys, 2'000'000);
    const std::array<char, LeastStore::valueBytes> value{};
    timeEach(state, keys, [&](const char* key) {
        store.put(key, value.data());
        return !store.isFull();
    });
}
BENCHMARK(leastPut)->Arg(1'000'000)->Iterations(1'900'000);

// A file that is mapped and has its space reserved, as the active one, filled from front to back. Range: bytes a copy.
void copyIntoMappedFile(benchmark::State& state) {
    const auto each = static_cast<std::size_t>(state.range(0));
    constexpr std::size_t fileBytes = std::size_t{1} << 30;
    std::string path = (std::filesystem::temp_directory_path() / "rustcask-micro-XXXXXX").string();
    const std::vector<char> value(each, 'v');
    int file = -1;
    char* begin = nullptr;
    std::size_t at = fileBytes;
    const auto close = [&] {
        if (begin == nullptr)
            return;
        ::munmap(begin, fileBytes);
        ::close(file);
        begin = nullptr;
    };
    for (auto _ : state) {
        if (at + each > fileBytes) {
            state.PauseTiming();
            close();
            std::string name = path;
            file = ::mkstemp(name.data());
            if (file < 0 || ::posix_fallocate(file, 0, fileBytes) != 0)
                std::abort();
            ::unlink(name.c_str());
            void* mapped = ::mmap(nullptr, fileBytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
            if (mapped == MAP_FAILED)
                std::abort();
            begin = static_cast<char*>(mapped);
            ::madvise(begin, fileBytes, MADV_HUGEPAGE);
            at = 0;
            state.ResumeTiming();
        }
        std::memcpy(begin + at, value.data(), each);
        at += each;
    }
    close();
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(each));
}
BENCHMARK(copyIntoMappedFile)->Arg(4096)->Arg(100'000);

} // namespace
