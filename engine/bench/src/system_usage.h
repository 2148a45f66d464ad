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

/// Bytes that this process has caused to be written to storage, from /proc/self/io; nullopt where it is not readable.
[[nodiscard]] std::optional<std::uint64_t> deviceBytesWritten();

/// Bytes that this process has handed to write and its relatives, from /proc/self/io; nullopt where it is not readable.
[[nodiscard]] std::optional<std::uint64_t> processBytesWritten();

/// Returns once no other thread of this process has computed for a tenth of a second, or `stop` is set: for engines
/// that do not tell when they are done in the background.
void waitUntilIdle(const std::atomic<bool>& stop);

/// Lengths of all regular files below `directory`; what vanishes meanwhile counts nothing.
[[nodiscard]] std::uint64_t directoryBytes(const std::filesystem::path& directory);

} // namespace rustcask::bench
