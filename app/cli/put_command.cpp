// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>

#include "arguments.h"
#include "commands.h"

namespace rustcask::cli {

namespace {

struct PutArguments {
    std::filesystem::path directory{};
    std::string key{};
    std::string value{};
    bool hasValue = false;
    std::filesystem::path valueFile{};
    Notation notation{};
    Options options{};
};

Result<std::string> valueOf(const PutArguments& arguments) {
    if (arguments.valueFile.empty())
        return bytesOfArgument(arguments.value, arguments.notation, "value", maxValueBytes);
    auto file = transfer::FileSource::open(arguments.valueFile);
    if (!file)
        return failure(std::move(file.error()));
    return transfer::readAll(**file, maxValueBytes);
}

Result<int> runPut(const PutArguments& arguments, Context& context) {
    const auto usage = [](std::string detail) {
        return failure(Error{.code = ErrorCode::invalidArgument, .operation = "store a value", .detail = detail});
    };
    if (arguments.hasValue == !arguments.valueFile.empty())
        return usage("give the value either as VALUE or with --value-file");
    if (arguments.key == "-" && arguments.hasValue && arguments.value == "-")
        return usage("key and value cannot both come from standard input");
    // Both are read before the database is opened: waiting for standard input must not hold its lock.
    const auto key = bytesOfArgument(arguments.key, arguments.notation, "key", maxKeyBytes);
    if (!key)
        return failure(key.error());
    const auto value = valueOf(arguments);
    if (!value)
        return failure(value.error());
    auto database = openDatabase(context, arguments.directory, arguments.options);
    if (!database)
        return failure(std::move(database.error()));
    if (auto done = (*database)->put(*key, *value); !done)
        return failure(std::move(done.error()));
    if (auto done = (*database)->close(); !done)
        return failure(std::move(done.error()));
    return exitDone;
}

} // namespace

void addPutCommand(CLI::App& application, Context& context) {
    auto* command = application.add_subcommand("put", "Store a value under a key");
    auto arguments = std::make_shared<PutArguments>();
    addDirectory(*command, arguments->directory);
    command->add_option("KEY", arguments->key, "Key, 1 to 65535 bytes; '-' reads it from standard input")->required();
    const auto* value =
        command->add_option("VALUE", arguments->value, "Value, up to 4 GiB - 1; '-' reads it from standard input");
    command->add_option("--value-file", arguments->valueFile, "Take the value from this file")->type_name("FILE");
    addNotationOptions(*command, arguments->notation, "KEY and VALUE are written in");
    addWriteOptions(*command, arguments->options);
    command->footer("Replaces the value that KEY has. The database is created if DIR is absent or empty.\n"
                    "What comes from standard input or a file is taken as it is, whatever the notation; no line end is "
                    "cut off.\n"
                    "Examples:\n"
                    "  rustcask put db colour blue\n"
                    "  rustcask put db --hex 00ff 6869\n"
                    "  gzip -c notes.txt | rustcask put db notes.gz -");
    command->callback([arguments, value, &context] {
        arguments->hasValue = value->count() > 0;
        context.action = [arguments](Context& c) { return runPut(*arguments, c); };
    });
}

} // namespace rustcask::cli
