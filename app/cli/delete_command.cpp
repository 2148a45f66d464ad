// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>

#include "arguments.h"
#include "commands.h"

namespace rustcask::cli {

namespace {

struct DeleteArguments {
    std::filesystem::path directory{};
    std::string key{};
    Notation notation{};
    Options options{};
};

Result<int> runDelete(const DeleteArguments& arguments, Context& context) {
    const auto key = bytesOfArgument(arguments.key, arguments.notation, "key", maxKeyBytes);
    if (!key)
        return failure(key.error());
    auto database = openDatabase(context, arguments.directory, arguments.options);
    if (!database)
        return failure(std::move(database.error()));
    const auto wasThere = (*database)->remove(*key);
    if (!wasThere)
        return failure(wasThere.error());
    if (auto done = (*database)->close(); !done)
        return failure(std::move(done.error()));
    return *wasThere ? exitDone : exitAbsent;
}

} // namespace

void addDeleteCommand(CLI::App& application, Context& context) {
    auto* command = application.add_subcommand("delete", "Remove a key");
    auto arguments = std::make_shared<DeleteArguments>();
    arguments->options.createIfMissing = false;
    addDirectory(*command, arguments->directory);
    command->add_option("KEY", arguments->key, "Key; '-' reads it from standard input")->required();
    addNotationOptions(*command, arguments->notation, "KEY is written in");
    addWriteOptions(*command, arguments->options);
    command->footer(
        "Appends a tombstone; the older values stay in the log, and in reach of 'rustcask history', until a "
        "merge. Exit status 1: KEY was absent, and nothing was written.\n"
        "Examples:\n"
        "  rustcask delete db colour\n"
        "  rustcask delete db --hex 00ff");
    command->callback(
        [arguments, &context] { context.action = [arguments](Context& c) { return runDelete(*arguments, c); }; });
}

} // namespace rustcask::cli
