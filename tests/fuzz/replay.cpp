// SPDX-License-Identifier: Apache-2.0
// replay FILE|FOLDER…: runs the target over every input, and over every prefix and some flips of each, with any
// compiler; fails when an input takes more memory than the target allows. A crash names the input it was running.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "allocation_counter.h"
#include "fuzz_target.h"

namespace {

namespace fs = std::filesystem;
using rustcask::fuzz::AllocationCounter;

std::uint64_t executions = 0;

void execute(const std::string& input, const std::string& name, const char* how, std::size_t where) {
    // On standard error before, so that a sanitizer's report stands below the input that caused it.
    static std::string last;
    last = name + ", " + how + " " + std::to_string(where);
    AllocationCounter::reset();
    rustcask::fuzz::run(input);
    ++executions;
    const std::size_t allowed = rustcask::fuzz::fixedMemory + rustcask::fuzz::memoryPerByte * input.size();
    const std::size_t peak = AllocationCounter::peakBytes();
    if (peak <= allowed)
        return;
    std::fprintf(stderr, "%s: %zu bytes of input took %zu bytes of memory, allowed are %zu (largest request: %zu)\n",
                 last.c_str(), input.size(), peak, allowed, AllocationCounter::largestRequest());
    std::exit(1);
}

} // namespace

int main(int argc, char** argv) {
    std::vector<fs::path> files;
    for (int i = 1; i < argc; ++i) {
        if (!fs::is_directory(argv[i])) {
            files.emplace_back(argv[i]);
            continue;
        }
        for (const auto& entry : fs::directory_iterator(argv[i]))
            files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    if (files.empty()) {
        std::fprintf(stderr, "replay: there is no input\n");
        return 2;
    }
    // Every input whole; then as many cuts and flips of each as leave the run short.
#if defined(__SANITIZE_THREAD__)
    constexpr std::size_t wanted = 300; // opening a database takes a tenth of a second then
#else
    constexpr std::size_t wanted = 3000;
#endif
    const std::size_t variants = std::max<std::size_t>(1, wanted / files.size());
    for (const fs::path& file : files) {
        std::ifstream stream(file, std::ios::binary);
        const std::string input{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
        const std::string name = file.filename().string();
        std::printf("%s\n", name.c_str());
        std::fflush(stdout);
        execute(input, name, "whole,", 0);
        if (input.empty())
            continue;
        const std::size_t cuts = std::min(input.size(), variants / 2);
        for (std::size_t i = 0; i < cuts; ++i)
            execute(input.substr(0, i * input.size() / cuts), name, "cut at", i * input.size() / cuts);
        const std::size_t flips = std::min(input.size() * 8, variants / 2);
        for (std::size_t i = 0; i < flips; ++i) {
            const std::size_t bit = i * input.size() * 8 / flips;
            std::string flipped = input;
            flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
            execute(flipped, name, "flipped bit", bit);
        }
    }
    std::printf("%llu executions of %zu inputs\n", static_cast<unsigned long long>(executions), files.size());
    return 0;
}
