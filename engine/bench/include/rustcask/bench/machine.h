// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace rustcask::bench {

/// The machine a run was made on. Empty or 0 where it could not be found out.
struct Machine {
    std::string cpu{};
    std::uint32_t cores = 0;
    bool virtualMachine = false;
    std::string governor{};
    std::string kernel{};
    std::string system{}; ///< "Debian GNU/Linux 12 (bookworm)"
    std::uint64_t memoryBytes = 0;
    std::string fileSystem{}; ///< type of the file system of the scratch directory
    std::string device{};     ///< what it is mounted from
    std::uint64_t freeBytes = 0;
    double load = 0; ///< average over one minute, before the run
};

/// The program that measured.
struct Tool {
    std::string name{"rustcask"};
    std::string version{};
    std::string build{}; ///< "Release", "Debug"
    std::string compiler{};
    std::string sanitizers{}; ///< as given to -fsanitize; empty: none
};

/// Reads /proc and asks the file system of `directory` (or of its nearest existing parent). Some milliseconds.
[[nodiscard]] Machine captureMachine(const std::filesystem::path& directory);
[[nodiscard]] Tool thisTool();
/// What makes figures from here hard to trust, one sentence each: a debug or sanitizer build, a busy machine, a nearly
/// full disk, a governor that saves power. `bytesNeeded` is an estimate of what one repetition writes.
[[nodiscard]] std::vector<std::string> machineWarnings(const Machine& machine, const Tool& tool,
                                                       std::uint64_t bytesNeeded);

} // namespace rustcask::bench
