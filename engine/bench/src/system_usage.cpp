// SPDX-License-Identifier: Apache-2.0
#include "system_usage.h"

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>

#include <sys/resource.h>

namespace rustcask::bench {

namespace {

std::optional<std::uint64_t> numberAfter(const std::string& line, std::string_view name) {
    if (!line.starts_with(name))
        return std::nullopt;
    return std::strtoull(line.c_str() + name.size(), nullptr, 10);
}

std::uint64_t nanoseconds(const timeval& time) {
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(time.tv_usec) * 1000;
}

std::optional<std::uint64_t> figureOfIo(std::string_view name) {
    std::ifstream file("/proc/self/io");
    for (std::string line; std::getline(file, line);)
        if (const auto bytes = numberAfter(line, name))
            return bytes;
    return std::nullopt;
}

} // namespace

MemoryUsage memoryUsage() {
    MemoryUsage usage;
    std::ifstream file("/proc/self/status");
    for (std::string line; std::getline(file, line);) {
        if (const auto anonymous = numberAfter(line, "RssAnon:"))
            usage.anonymousBytes = *anonymous * 1024;
        else if (const auto mapped = numberAfter(line, "RssFile:"))
            usage.fileBytes += *mapped * 1024;
        else if (const auto shared = numberAfter(line, "RssShmem:"))
            usage.fileBytes += *shared * 1024;
    }
    return usage;
}

CpuUsage cpuUsage() {
    rusage usage{};
    if (getrusage(RUSAGE_SELF, &usage) != 0)
        return {};
    return {nanoseconds(usage.ru_utime), nanoseconds(usage.ru_stime)};
}

std::optional<std::uint64_t> deviceBytesWritten() {
    return figureOfIo("write_bytes:");
}

std::optional<std::uint64_t> processBytesWritten() {
    return figureOfIo("wchar:");
}

void waitUntilIdle(const std::atomic<bool>& stop) {
    constexpr auto step = std::chrono::milliseconds(20);
    constexpr int quietSteps = 5;
    const auto computed = [] {
        const CpuUsage usage = cpuUsage();
        return usage.userNs + usage.systemNs;
    };
    std::uint64_t before = computed();
    for (int quiet = 0; quiet < quietSteps && !stop.load(std::memory_order_relaxed);) {
        std::this_thread::sleep_for(step);
        const std::uint64_t now = computed();
        // A thread that compacts takes most of a step; waking up and looking takes well under a tenth of it.
        quiet = now - before < 2'000'000 ? quiet + 1 : 0;
        before = now;
    }
}

std::uint64_t directoryBytes(const std::filesystem::path& directory) {
    std::uint64_t bytes = 0;
    std::error_code error;
    for (std::filesystem::recursive_directory_iterator it(directory, error), end; !error && it != end;
         it.increment(error)) {
        std::error_code ignored;
        if (it->is_regular_file(ignored)) {
            const auto size = it->file_size(ignored);
            if (!ignored)
                bytes += size;
        }
    }
    return bytes;
}

} // namespace rustcask::bench
