// SPDX-License-Identifier: Apache-2.0
#include "application.h"

#include <csignal>
#include <cstdio>

#include <unistd.h>

#include <CLI/CLI.hpp>

#include "bench_command.h"
#include "commands.h"
#include "context.h"

namespace rustcask::cli {

int exitCodeOf(const Error& error) noexcept {
    switch (error.code) {
    case ErrorCode::invalidArgument:
        return exitUsage;
    case ErrorCode::locked:
        return exitLocked;
    case ErrorCode::cancelled:
        return exitInterrupted;
    default:
        return exitError;
    }
}

Context::Context()
    : out(STDOUT_FILENO, "standard output"),
      outIsTerminal(::isatty(STDOUT_FILENO) == 1),
      errorIsTerminal(::isatty(STDERR_FILENO) == 1) {}

void Context::warn(std::string_view text) const {
    std::fprintf(stderr, "rustcask: %.*s\n", static_cast<int>(text.size()), text.data());
}

std::unique_ptr<CLI::App> makeApplication(Context& context) {
    auto application = std::make_unique<CLI::App>(
        "Rustcask keeps keys and values in a directory of append-only log files (a Bitcask).", "rustcask");
    application->set_version_flag("--version", std::string("rustcask ") + RUSTCASK_VERSION);
    application->require_subcommand(1);
    application->footer("Keys and values are bytes. Exit status: 0 done, 1 the key is absent, 2 wrong usage, 3 an "
                        "error of the database, "
                        "4 the database is locked, 130 interrupted.\n"
                        "'rustcask help COMMAND' tells all about a command.");

    addPutCommand(*application, context);
    addGetCommand(*application, context);
    addDeleteCommand(*application, context);
    addListCommand(*application, context);
    addStatsCommand(*application, context);
    addMergeCommand(*application, context);
    addVerifyCommand(*application, context);
    addHistoryCommand(*application, context);
    addDumpCommand(*application, context);
    addGenerateCommand(*application, context);
    addImportCommand(*application, context);
    addExportCommand(*application, context);
    addShellCommand(*application, context);
    addBenchCommand(*application, context);
    addHelpCommand(*application, context);
    return application;
}

namespace {

int runAction(Context& context) {
    auto done = context.action(context);
    auto flushed = context.out.flush();
    if (!done) {
        context.warn(done.error().message());
        return exitCodeOf(done.error());
    }
    // The answer did not reach its reader: then it was not given.
    if (!flushed) {
        context.warn(flushed.error().message());
        return exitCodeOf(flushed.error());
    }
    return *done;
}

} // namespace

int run(int argc, char** argv) {
    // A reader that went away shall be an error like any other, and never end the process in the middle of a write.
    std::signal(SIGPIPE, SIG_IGN);
    Context context;
    const auto application = makeApplication(context);
    try {
        application->parse(argc, argv);
    } catch (const CLI::Success& help) { // --help, --version
        return application->exit(help);
    } catch (const CLI::ParseError& error) {
        context.warn(error.what());
        const auto chosen = application->get_subcommands();
        context.warn("try 'rustcask help" + (chosen.empty() ? std::string() : " " + chosen.front()->get_name()) +
                     "'. Before keys and values that begin with '-', write '--'.");
        return exitUsage;
    }
    try {
        return runAction(context);
    } catch (const std::bad_alloc&) {
        context.warn("not enough memory");
        return exitError;
    }
}

} // namespace rustcask::cli
