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

// The least that a get of a hash table over a log can do: hash the key, load a bucket of slots, load the record that a
// slot names, compare the key, check the record's CRC-32C, copy the value. No lock, no sequence number, no file but
// one, no error; the clock is read before and after each, as by the harness. Range: records of 144 bytes.
void leastGet(benchmark::State& state) {
    constexpr std::size_t keyBytes = 16;
    constexpr std::size_t valueBytes = 100;
    constexpr std::size_t recordBytes = 28 + keyBytes + valueBytes;
    constexpr std::size_t slotsPerBucket = lineBytes / sizeof(std::uint64_t);
    const auto count = static_cast<std::size_t>(state.range(0));
    const std::size_t buckets = count * 10 / 8 / slotsPerBucket + 1; // 80 % full
    const Pages table(buckets * lineBytes);
    std::memset(table.at(0), 0, buckets * lineBytes);
    const Pages records(count * recordBytes);
    const auto hashOf = [](const char* key) {
        std::uint64_t low = 0;
        std::uint64_t high = 0;
        std::memcpy(&low, key, sizeof low);
        std::memcpy(&high, key + sizeof low, sizeof high);
        const std::uint64_t mixed = (low ^ (high >> 29)) * 0xD1B54A32D192ED03;
        return mixed ^ mixed >> 32;
    };
    const auto bucketOf = [&](std::uint64_t hash) { return (hash & 0xFFFFFFFF) * buckets >> 32; };
    const auto setKey = [](char* key, std::uint64_t n) {
        n *= 0x9E3779B97F4A7C15;
        std::memcpy(key, &n, sizeof n);
        n = ~n;
        std::memcpy(key + sizeof n, &n, sizeof n);
    };
    // A slot: the record's number and one from the lowest bit, eight bits of the hash from the highest.
    const auto slotOf = [](std::uint64_t hash, std::uint64_t n) { return (hash >> 56) << 56 | (n + 1); };
    for (std::size_t n = 0; n < count; ++n) {
        char* record = records.at(n * recordBytes);
        setKey(record + 28, n);
        const std::uint32_t checksum = rustcask::format::crc32c({record + 4, recordBytes - 4});
        std::memcpy(record, &checksum, sizeof checksum);
        const std::uint64_t hash = hashOf(record + 28);
        for (std::size_t bucket = bucketOf(hash), placed = 0; placed == 0; bucket = (bucket + 1) % buckets) {
            for (std::size_t i = 0; i < slotsPerBucket && placed == 0; ++i) {
                char* slot = table.at(bucket * lineBytes + i * sizeof(std::uint64_t));
                std::uint64_t taken = 0;
                std::memcpy(&taken, slot, sizeof taken);
                if (taken != 0)
                    continue;
                const std::uint64_t value = slotOf(hash, n);
                std::memcpy(slot, &value, sizeof value);
                placed = 1;
            }
        }
    }
    const auto get = [&](const char* key, char* value) {
        const std::uint64_t hash = hashOf(key);
        for (std::size_t bucket = bucketOf(hash);; bucket = (bucket + 1) % buckets) {
            std::array<std::uint64_t, slotsPerBucket> slots;
            std::memcpy(slots.data(), table.at(bucket * lineBytes), lineBytes);
            for (const std::uint64_t slot : slots) {
                if (slot == 0)
                    return false;
                if (slot >> 56 != hash >> 56)
                    continue;
                const char* record = records.at(((slot & 0xFFFFFFFF) - 1) * recordBytes);
                std::uint32_t checksum = 0;
                std::memcpy(&checksum, record, sizeof checksum);
                if (std::memcmp(record + 28, key, keyBytes) != 0 ||
                    rustcask::format::crc32c({record + 4, recordBytes - 4}) != checksum)
                    continue;
                std::memcpy(value, record + 28 + keyBytes, valueBytes);
                return true;
            }
        }
    };
    std::mt19937_64 random(1);
    std::array<char, keyBytes> key;
    std::array<char, valueBytes> value;
    std::int64_t nanoseconds = 0;
    for (auto _ : state) {
        setKey(key.data(), random() % count);
        const auto begin = std::chrono::steady_clock::now();
        if (!get(key.data(), value.data()))
            state.SkipWithError("a key is missing");
        nanoseconds += (std::chrono::steady_clock::now() - begin).count();
        benchmark::DoNotOptimize(value.data());
    }
    state.counters["each_ns"] = static_cast<double>(nanoseconds) / static_cast<double>(state.iterations());
}
BENCHMARK(leastGet)->Arg(1'000'000);

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
