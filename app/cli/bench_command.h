// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include <rustcask/bench/run.h>

#include "context.h"

namespace CLI {
class App;
}

namespace rustcask::cli {

/// `rustcask bench`: run, compare, list, show, and child, by which each repetition becomes a process of its own.
void addBenchCommand(CLI::App& application, Context& context);

/// Its parts with a source of their own.
void addBenchCompare(CLI::App& bench, Context& context);
void addBenchList(CLI::App& bench, Context& context);

/// What `bench run` was asked for.
struct BenchRun {
    bench::Run run{};                   ///< with workloads, configurations, rounds and order seed
    std::filesystem::path scratch{};    ///< empty: under the user's cache folder
    std::filesystem::path outputFile{}; ///< empty: not stored
    bool verify = true;
    bool json = false; ///< print the result file instead of the table
};

/// Makes every repetition in a child process, interleaved; prints the outcome on standard output and the progress, on a
/// terminal, on standard error. A run that is interrupted is stored as far as it came. Returns the exit code:
/// `exitInterrupted` after a signal, `exitError` when a repetition failed or crashed.
[[nodiscard]] Result<int> executeBenchRun(const BenchRun& request, Context& context);

} // namespace rustcask::cli
