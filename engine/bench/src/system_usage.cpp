// SPDX-License-Identifier: Apache-2.0
#include "system_usage.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <numeric>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

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

void addProcessorTimes(MachineCounters& counters) {
    std::ifstream file("/proc/stat");
    std::string name;
    // user nice system idle iowait irq softirq steal, in ticks; guests are counted within user.
    std::array<std::uint64_t, 8> ticks{};
    file >> name;
    for (std::uint64_t& value : ticks)
        file >> value;
    const long perSecond = ::sysconf(_SC_CLK_TCK);
    if (!file || name != "cpu" || perSecond <= 0)
        return;
    const std::uint64_t tickNs = 1'000'000'000 / static_cast<std::uint64_t>(perSecond);
    const std::uint64_t all = std::accumulate(ticks.begin(), ticks.end(), std::uint64_t{0});
    counters.allNs = all * tickNs;
    counters.stolenNs = ticks[7] * tickNs;
    counters.busyNs = (all - ticks[3] - ticks[4] - ticks[7]) * tickNs;
}

/// Of the control group (version 2) that this process is in, as it sees itself.
std::uint64_t throttledNs() {
    std::ifstream self("/proc/self/cgroup");
    for (std::string line; std::getline(self, line);) {
        if (!line.starts_with("0::"))
            continue;
        std::ifstream file("/sys/fs/cgroup" + line.substr(3) + "/cpu.stat");
        for (std::string entry; std::getline(file, entry);)
            if (const auto microseconds = numberAfter(entry, "throttled_usec "))
                return *microseconds * 1000;
    }
    return 0;
}

std::uint64_t thermalEvents() {
    std::uint64_t events = 0;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator("/sys/devices/system/cpu", error)) {
        std::ifstream file(entry.path() / "thermal_throttle" / "core_throttle_count");
        std::uint64_t count = 0;
        if (file >> count)
            events += count;
    }
    return events;
}

struct PageCount {
    std::uint64_t resident = 0;
    std::uint64_t all = 0;
};

void dropFile(const std::filesystem::path& file, PageCount& pages) {
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return;
    ::fsync(descriptor); // dirty pages stay
    ::posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED);
    std::error_code error;
    const auto bytes = std::filesystem::file_size(file, error);
    const auto pageBytes = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    void* map = error || bytes == 0 ? MAP_FAILED : ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, descriptor, 0);
    ::close(descriptor);
    if (map == MAP_FAILED)
        return;
    std::vector<unsigned char> states((bytes + pageBytes - 1) / pageBytes);
    if (::mincore(map, bytes, states.data()) == 0) {
        pages.all += states.size();
        pages.resident += static_cast<std::uint64_t>(
            std::count_if(states.begin(), states.end(), [](unsigned char state) { return (state & 1U) != 0; }));
    }
    ::munmap(map, bytes);
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

MachineCounters machineCounters() {
    MachineCounters counters;
    counters.own = cpuUsage();
    addProcessorTimes(counters);
    counters.throttledNs = throttledNs();
    counters.thermalEvents = thermalEvents();
    return counters;
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

double dropFromPageCache(const std::filesystem::path& directory) {
    PageCount pages;
    std::error_code error;
    for (std::filesystem::recursive_directory_iterator it(directory, error), end; !error && it != end;
         it.increment(error)) {
        std::error_code ignored;
        if (it->is_regular_file(ignored))
            dropFile(it->path(), pages);
    }
    return pages.all == 0 ? 0.0 : static_cast<double>(pages.resident) / static_cast<double>(pages.all);
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
