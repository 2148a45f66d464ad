// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <optional>

namespace rustcask::bench {

struct MemoryUsage {
    std::uint64_t anonymousBytes = 0;
    std::uint64_t fileBytes = 0; ///< file-backed and shared
};
/// Resident memory of this process, from /proc/self/status.
[[nodiscard]] MemoryUsage memoryUsage();

struct CpuUsage {
    std::uint64_t userNs = 0;
    std::uint64_t systemNs = 0;
};
[[nodiscard]] CpuUsage cpuUsage();

/// Counters of the whole machine, and of what holds this process back. 0 where they cannot be read.
struct MachineCounters {
    CpuUsage own{};                  ///< of this process
    std::uint64_t busyNs = 0;        ///< of all processes on all cores
    std::uint64_t stolenNs = 0;      ///< taken by the hypervisor
    std::uint64_t allNs = 0;         ///< idle time included
    std::uint64_t throttledNs = 0;   ///< this process's control group was over its quota
    std::uint64_t thermalEvents = 0; ///< cores slowed down by their temperature
};
[[nodiscard]] MachineCounters machineCounters();

/// Bytes that this process has caused to be written to storage, from /proc/self/io; nullopt where it is not readable.
[[nodiscard]] std::optional<std::uint64_t> deviceBytesWritten();

/// Bytes that this process has handed to write and its relatives, from /proc/self/io; nullopt where it is not readable.
[[nodiscard]] std::optional<std::uint64_t> processBytesWritten();

/// Returns once no other thread of this process has computed for a tenth of a second, or `stop` is set: for engines
/// that do not tell when they are done in the background.
void waitUntilIdle(const std::atomic<bool>& stop);

/// Writes out every file below `directory` and drops it from the page cache. Returns the share of their pages that is
/// in memory nevertheless, 0 to 1. @pre nobody has them open.
[[nodiscard]] double dropFromPageCache(const std::filesystem::path& directory);

/// Lengths of all regular files below `directory`; what vanishes meanwhile counts nothing.
[[nodiscard]] std::uint64_t directoryBytes(const std::filesystem::path& directory);

} // namespace rustcask::bench
