// SPDX-License-Identifier: Apache-2.0
#include <rustcask/bench/machine.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string_view>
#include <system_error>
#include <thread>

#include <sys/utsname.h>

namespace rustcask::bench {

namespace {

std::string firstLine(const char* path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

/// The text after the separator of the first line that begins with `name`.
std::string field(const char* path, std::string_view name, char separator) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with(name))
            continue;
        const auto at = line.find(separator);
        if (at == std::string::npos)
            continue;
        const auto begin = line.find_first_not_of(" \t\"", at + 1);
        if (begin == std::string::npos)
            return {};
        return line.substr(begin, line.find_last_not_of(" \t\"") + 1 - begin);
    }
    return {};
}

/// Mount points in mountinfo escape blanks as \040.
std::string unescape(const std::string& text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 3 < text.size()) {
            result += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
            i += 3;
        } else {
            result += text[i];
        }
    }
    return result;
}

void findMount(const std::filesystem::path& directory, Machine& machine) {
    std::ifstream file("/proc/self/mountinfo");
    std::size_t best = 0;
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line);
        std::string skipped, mountPoint;
        words >> skipped >> skipped >> skipped >> skipped >> mountPoint;
        const std::string point = unescape(mountPoint);
        const std::string text = directory.string();
        const bool inside =
            point == "/" || (text.starts_with(point) && (text.size() == point.size() || text[point.size()] == '/'));
        const auto dash = line.find(" - ");
        if (!inside || point.size() < best || dash == std::string::npos)
            continue;
        best = point.size();
        std::istringstream rest(line.substr(dash + 3));
        rest >> machine.fileSystem >> machine.device;
        machine.device = unescape(machine.device);
    }
}

} // namespace

Machine captureMachine(const std::filesystem::path& directory) {
    Machine machine;
    machine.cpu = field("/proc/cpuinfo", "model name", ':');
    machine.cores = std::thread::hardware_concurrency();
    machine.virtualMachine = field("/proc/cpuinfo", "flags", ':').find("hypervisor") != std::string::npos;
    machine.governor = firstLine("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
    utsname names{};
    if (uname(&names) == 0)
        machine.kernel = std::string(names.sysname) + " " + names.release + " " + names.machine;
    machine.system = field("/etc/os-release", "PRETTY_NAME", '=');
    machine.memoryBytes = std::strtoull(field("/proc/meminfo", "MemTotal", ':').c_str(), nullptr, 10) * 1024;
    double load[1] = {0};
    if (getloadavg(load, 1) == 1)
        machine.load = load[0];

    std::error_code error;
    auto existing = std::filesystem::absolute(directory, error);
    while (!existing.empty() && !std::filesystem::exists(existing, error) && existing.has_relative_path())
        existing = existing.parent_path();
    const auto real = std::filesystem::canonical(existing, error);
    if (!error) {
        findMount(real, machine);
        const auto space = std::filesystem::space(real, error);
        if (!error)
            machine.freeBytes = space.available;
    }
    return machine;
}

Tool thisTool() {
    Tool tool;
    tool.version = RUSTCASK_VERSION;
    tool.build = RUSTCASK_BUILD_TYPE;
    tool.sanitizers = RUSTCASK_SANITIZERS;
#if defined(__clang__)
    tool.compiler = "Clang " __clang_version__;
#elif defined(__GNUC__)
    tool.compiler = "GCC " __VERSION__;
#endif
    return tool;
}

std::vector<std::string> machineWarnings(const Machine& machine, const Tool& tool, std::uint64_t bytesNeeded) {
    std::vector<std::string> warnings;
    if (tool.build == "Debug" || tool.build.empty())
        warnings.emplace_back("This is a debug build: its figures say nothing about the speed of the engine.");
    if (!tool.sanitizers.empty())
        warnings.emplace_back("This build has sanitizers (" + tool.sanitizers +
                              "): its figures say nothing about speed.");
    if (machine.cores > 0 && machine.load > 0.5 * static_cast<double>(machine.cores)) {
        std::ostringstream text;
        text.precision(2);
        text << "The machine was busy before the run: a load of " << std::fixed << machine.load << " on "
             << machine.cores << (machine.cores == 1 ? " core." : " cores.");
        warnings.push_back(text.str());
    }
    if (machine.governor == "powersave" || machine.governor == "conservative")
        warnings.emplace_back("The processor saves power (governor " + machine.governor + "): rates may drift.");
    if (machine.freeBytes > 0 && machine.freeBytes < 2 * bytesNeeded)
        warnings.emplace_back("The disk is nearly full for what the run writes.");
    if (machine.fileSystem == "tmpfs" || machine.fileSystem == "ramfs")
        warnings.emplace_back("The scratch directory is in memory (" + machine.fileSystem +
                              "): syncs cost nothing here.");
    return warnings;
}

} // namespace rustcask::bench
