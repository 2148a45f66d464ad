// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <rustcask/result.h>
#include <rustcask/transfer/streams.h>

namespace rustcask::cli {

/// What the program answers to its caller. Part of the interface: frozen.
enum ExitCode : int {
    exitDone = 0,
    exitAbsent = 1,       ///< the key is absent
    exitUsage = 2,        ///< wrong usage, malformed input included
    exitError = 3,        ///< an error of the database or the system; `verify` found damage
    exitLocked = 4,       ///< another process has the database open for writing
    exitInterrupted = 130 ///< by SIGINT or SIGTERM, after an orderly end
};

[[nodiscard]] int exitCodeOf(const Error& error) noexcept;

/// What every command gets: its surroundings, and where it leaves what is to be done.
///
/// A command's `addXCommand(CLI::App&, Context&)` adds a subcommand with its options and sets, in the subcommand's
/// callback, `context.action`. That runs after parsing, and returns the exit code or an error, which is printed on
/// standard error as `rustcask: <message>` and turned into an exit code by `exitCodeOf`.
struct Context {
    using Action = std::function<Result<int>(Context&)>;

    Context();
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    transfer::FileSink out; ///< standard output, buffered; flushed after the action, with failures reported
    bool outIsTerminal;
    bool errorIsTerminal;
    Action action{};

    /// Writes one line on standard error: `rustcask: <text>`.
    void warn(std::string_view text) const;
};

} // namespace rustcask::cli
