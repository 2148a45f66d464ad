// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>

#include "arguments.h"
#include "commands.h"

namespace rustcask::cli {

namespace {

struct DeleteArguments {
    std::filesystem::path directory{};
    std::vector<std::string> keys{};
    Notation notation{};
    Options options{};
};

Result<int> runDelete(const DeleteArguments& arguments, Context& context) {
    std::vector<std::string> keys;
    for (const std::string& argument : arguments.keys) {
        auto key = bytesOfArgument(argument, arguments.notation, "key", maxKeyBytes);
        if (!key)
            return failure(std::move(key.error()));
        keys.push_back(std::move(*key));
    }
    auto database = openDatabase(context, arguments.directory, arguments.options);
    if (!database)
        return failure(std::move(database.error()));
    int exitCode = exitDone;
    for (const std::string& key : keys) {
        const auto wasThere = (*database)->remove(key);
        if (!wasThere)
            return failure(wasThere.error());
        if (!*wasThere)
            exitCode = exitAbsent;
    }
    if (auto done = (*database)->close(); !done)
        return failure(std::move(done.error()));
    return exitCode;
}

} // namespace

void addDeleteCommand(CLI::App& application, Context& context) {
    auto* command = application.add_subcommand("delete", "Remove keys");
    auto arguments = std::make_shared<DeleteArguments>();
    arguments->options.createIfMissing = false;
    addDirectory(*command, arguments->directory);
    // Without extra arguments "[a,b]" is one key and not two; and results() are the words themselves, where a
    // conversion to a vector would interpret "{}" and "%%".
    const auto* keys = command->add_option("KEY", arguments->keys, "Keys; '-' reads one from standard input")
                           ->required()
                           ->allow_extra_args(false);
    addNotationOptions(*command, arguments->notation, "KEY is written in");
    addWriteOptions(*command, arguments->options);
    command->footer("Appends a tombstone for each KEY that is there; its older values stay in the log, and in reach of "
                    "'rustcask history', until a merge. Exit status 1: at least one KEY was absent.\n"
                    "Examples:\n"
                    "  rustcask delete db colour size\n"
                    "  rustcask delete db --hex 00ff");
    command->callback([arguments, keys, &context] {
        arguments->keys = keys->results();
        context.action = [arguments](Context& c) { return runDelete(*arguments, c); };
    });
}

} // namespace rustcask::cli
