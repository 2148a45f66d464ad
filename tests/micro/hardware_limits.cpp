// SPDX-License-Identifier: Apache-2.0
// What the machine itself needs for what the engine's operations consist of: the figures that those of
// engine_operations.cpp are to be held against.
#include <benchmark/benchmark.h>

#include <algorithm>
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
