// SPDX-License-Identifier: Apache-2.0
#include "application.h"

#include <csignal>
#include <cstdio>
#include <sstream>

#include <unistd.h>

#include <CLI/CLI.hpp>

#include "bench_command.h"
#include <rustcask/transfer/encoding.h>

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

namespace {

/// Breaks the long paragraphs of footers to the width of a terminal; examples stay as they are.
class HelpFormatter final : public CLI::Formatter {
public:
    std::string make_footer(const CLI::App* app) const override {
        std::istringstream lines(app->get_footer());
        std::string text;
        for (std::string line; std::getline(lines, line);)
            text += line.starts_with("  ") ? line + "\n" : wrapped(line);
        return text;
    }

private:
    static std::string wrapped(const std::string& paragraph) {
        constexpr std::size_t columns = 80;
        std::istringstream words(paragraph);
        std::string text;
        std::size_t column = 0;
        for (std::string word; words >> word;) {
            if (column > 0 && column + 1 + word.size() > columns) {
                text += "\n";
                column = 0;
            }
            text += (column > 0 ? " " : "") + word;
            column += (column > 0 ? 1 : 0) + word.size();
        }
        return text + "\n";
    }
};

} // namespace

std::unique_ptr<CLI::App> makeApplication(Context& context) {
    auto application = std::make_unique<CLI::App>(
        "Rustcask keeps keys and values in a directory of append-only log files (a Bitcask).", "rustcask");
    application->formatter(std::make_shared<HelpFormatter>()); // before the commands, which inherit it
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
    addRepairCommand(*application, context);
    addBackupCommand(*application, context);
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
    } catch (const CLI::Success& answer) { // --help, --version
        std::ostringstream text;
        application->exit(answer, text, text);
        context.action = [printed = text.str()](Context& c) {
            return c.out.write(printed).map([] { return int{exitDone}; });
        };
    } catch (const CLI::ParseError& error) {
        const auto chosen = application->get_subcommands();
        if (chosen.empty() && argc > 1 && argv[1][0] != '-')
            context.warn("there is no command '" + transfer::encode(argv[1], transfer::Encoding::text) + "'");
        else
            context.warn(error.what());
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
