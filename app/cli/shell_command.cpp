// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <CLI/CLI.hpp>

#include <rustcask/transfer/transfer.h>

#include "arguments.h"
#include "commands.h"
#include "progress_monitor.h"
#include "shell_words.h"

namespace rustcask::cli {

namespace {

struct ShellArguments {
    std::filesystem::path directory{};
    Options options{};
};

constexpr const char* helpAnswer =
    "put KEY VALUE | get KEY | delete KEY | list [PREFIX] | stats | sync | merge | help | quit";

std::string errorAnswer(std::string_view text) {
    return "(error) " + transfer::encode(text, transfer::Encoding::text);
}

/// One command line in, one answer line out.
class Shell {
public:
    Shell(Database& database, Progress& progress) : m_database(database), m_progress(progress) {}

    bool hasQuit() const noexcept { return m_quit; }

    std::string answer(std::string_view line) {
        const auto words = splitWords(line);
        if (!words)
            return errorAnswer(words.error());
        const std::string& command = words->front();
        const std::vector<std::string> rest(words->begin() + 1, words->end());
        struct Entry {
            const char* name;
            std::size_t fewest;
            std::size_t most;
            Result<std::string> (Shell::*run)(const std::vector<std::string>&);
        };
        static constexpr Entry entries[] = {
            {"put", 2, 2, &Shell::put},     {"get", 1, 1, &Shell::get},     {"delete", 1, 1, &Shell::remove},
            {"list", 0, 1, &Shell::list},   {"stats", 0, 0, &Shell::stats}, {"sync", 0, 0, &Shell::sync},
            {"merge", 0, 0, &Shell::merge}, {"help", 0, 0, &Shell::help},   {"quit", 0, 0, &Shell::quit}};
        // Another process may be writing what is only read here.
        if (auto fresh = m_database.refresh(); !fresh)
            return errorAnswer(fresh.error().message());
        for (const Entry& entry : entries) {
            if (command != entry.name)
                continue;
            if (rest.size() < entry.fewest || rest.size() > entry.most)
                return errorAnswer("wrong number of words for '" + command + "': " + helpAnswer);
            auto answered = (this->*entry.run)(rest);
            return answered ? std::move(*answered) : errorAnswer(answered.error().message());
        }
        return errorAnswer("there is no command '" + command + "': " + helpAnswer);
    }

private:
    using Words = std::vector<std::string>;

    static Result<std::string> ok(Result<void> done) {
        return done ? Result<std::string>("OK") : failure(std::move(done.error()));
    }

    Result<std::string> put(const Words& words) { return ok(m_database.put(words[0], words[1])); }

    Result<std::string> get(const Words& words) {
        const auto value = m_database.get(words[0]);
        if (!value)
            return failure(value.error());
        return *value ? valueAnswer(**value) : "(nil)";
    }

    Result<std::string> remove(const Words& words) {
        const auto wasThere = m_database.remove(words[0]);
        if (!wasThere)
            return failure(wasThere.error());
        return *wasThere ? "(deleted)" : "(nil)";
    }

    Result<std::string> list(const Words& words) {
        const auto snapshot = m_database.snapshot();
        if (!snapshot)
            return failure(snapshot.error());
        const auto order = transfer::sortedByKey(**snapshot, words.empty() ? std::string() : words[0], m_progress);
        if (!order)
            return failure(order.error());
        std::string answer;
        for (const std::size_t index : *order)
            answer += (answer.empty() ? "" : " ") + quotedWord((*snapshot)->entry(index).key);
        return answer.empty() ? "(empty)" : answer;
    }

    Result<std::string> stats(const Words&) {
        const Stats stats = m_database.stats();
        return "keys=" + std::to_string(stats.liveKeys) + " files=" + std::to_string(stats.files.size()) +
               " data_bytes=" + std::to_string(stats.dataBytes) + " live_bytes=" + std::to_string(stats.liveBytes) +
               " dead_bytes=" + std::to_string(stats.deadBytes) +
               " tombstone_bytes=" + std::to_string(stats.tombstoneBytes);
    }

    Result<std::string> sync(const Words&) { return ok(m_database.sync()); }

    Result<std::string> merge(const Words&) {
        const auto report = m_database.merge(m_progress);
        return report ? Result<std::string>("OK") : failure(report.error());
    }

    Result<std::string> help(const Words&) { return helpAnswer; }

    Result<std::string> quit(const Words&) {
        m_quit = true;
        return "OK";
    }

    Database& m_database;
    Progress& m_progress;
    bool m_quit = false;
};

Result<int> converse(Database& database, Context& context) {
    // SIGINT ends the waiting for a line, and a merge; then the database is closed in order.
    Progress progress;
    const ProgressMonitor monitor(context, progress, "");
    transfer::FileSource input(STDIN_FILENO, "standard input", &progress);
    transfer::LineReader lines(input);
    Shell shell(database, progress);
    const bool prompts = ::isatty(STDIN_FILENO) == 1 && context.outIsTerminal;
    const auto say = [&](const std::string& text) {
        auto done = context.out.write(text);
        return done ? context.out.flush() : done;
    };
    while (!shell.hasQuit()) {
        if (prompts) {
            if (auto done = say("rustcask> "); !done)
                return failure(std::move(done.error()));
        }
        const auto line = lines.next();
        if (!line)
            return failure(line.error());
        if (!*line) { // the end, on a terminal by Ctrl+D
            if (auto done = prompts ? say("\n") : Result<void>(); !done)
                return failure(std::move(done.error()));
            break;
        }
        if ((*line)->find_first_not_of(" \t\r") == std::string_view::npos)
            continue;
        if (auto done = say(shell.answer(**line) + "\n"); !done)
            return failure(std::move(done.error()));
    }
    return exitDone;
}

Result<int> runShell(const ShellArguments& arguments, Context& context) {
    Options options = arguments.options;
    if (options.readOnly)
        options.createIfMissing = false;
    auto database = openDatabase(context, arguments.directory, options);
    if (!database)
        return failure(std::move(database.error()));
    auto exitCode = converse(**database, context);
    if (auto closed = (*database)->close(); !closed && exitCode)
        return failure(std::move(closed.error()));
    return exitCode;
}

} // namespace

void addShellCommand(CLI::App& application, Context& context) {
    auto* command = application.add_subcommand("shell", "Take commands line by line");
    auto arguments = std::make_shared<ShellArguments>();
    addDirectory(*command, arguments->directory);
    command->add_flag("--read-only", arguments->options.readOnly, "Only look; another process may write meanwhile");
    addWriteOptions(*command, arguments->options);
    command->footer("Commands: put KEY VALUE, get KEY, delete KEY, list [PREFIX], stats, sync, merge, help, quit. On a "
                    "terminal there is "
                    "a prompt. From a pipe there is exactly one line of answer to each command, written at once; blank "
                    "lines are no "
                    "commands.\n"
                    "Words are quoted as in sh: '...' and \"...\" and backslashes. Outside of '...', \\xNN is the byte "
                    "NN. Nothing is "
                    "expanded.\n"
                    "Answers: OK; the value, with control characters and bytes that are no UTF-8 as \\xNN, a backslash "
                    "as \\\\ and a "
                    "first parenthesis as \\x28; (nil) for an absent key; (deleted); (error) and the reason. list "
                    "answers all keys in "
                    "byte order, quoted as words, or (empty); stats answers name=number pairs.\n"
                    "Examples:\n"
                    "  rustcask shell db\n"
                    "  printf 'put a 1\\nget a\\n' | rustcask shell db");
    command->callback(
        [arguments, &context] { context.action = [arguments](Context& c) { return runShell(*arguments, c); }; });
}

} // namespace rustcask::cli
