// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>

#include "arguments.h"
#include "commands.h"

namespace rustcask::cli {

namespace {

struct GetArguments {
    std::filesystem::path directory{};
    std::string key{};
    std::filesystem::path output{};
    bool force = false;
    bool raw = false;
    Notation notation{};
};

// On a terminal a value must not be able to move the cursor or retitle the window.
std::string forTerminal(std::string_view value) {
    std::string text;
    std::size_t begin = 0;
    for (std::size_t i = 0; i <= value.size(); ++i) {
        if (i < value.size() && value[i] != '\n' && value[i] != '\t')
            continue;
        transfer::appendEncoded(text, value.substr(begin, i - begin), transfer::Encoding::text);
        if (i < value.size())
            text += value[i];
        begin = i + 1;
    }
    if (text.empty() || text.back() != '\n')
        text += '\n';
    return text;
}

Result<void> writeValue(const GetArguments& arguments, const std::string& value, Context& context) {
    const bool plain = arguments.notation.plain();
    if (!arguments.output.empty()) {
        auto file = transfer::AtomicFile::create(arguments.output, arguments.force);
        if (!file)
            return failure(std::move(file.error()));
        auto done = (*file)->write(plain ? value : transfer::encode(value, arguments.notation.encoding()));
        return done ? (*file)->commit() : done;
    }
    if (!plain)
        return context.out.write(transfer::encode(value, arguments.notation.encoding()) + "\n");
    return context.out.write(context.outIsTerminal && !arguments.raw ? forTerminal(value) : value);
}

Result<int> runGet(const GetArguments& arguments, Context& context) {
    const auto key = bytesOfArgument(arguments.key, arguments.notation, "key", maxKeyBytes);
    if (!key)
        return failure(key.error());
    auto database = openDatabase(context, arguments.directory, readingOptions());
    if (!database)
        return failure(std::move(database.error()));
    const auto value = (*database)->get(*key);
    if (!value)
        return failure(value.error());
    if (!*value)
        return exitAbsent;
    if (auto done = writeValue(arguments, **value, context); !done)
        return failure(std::move(done.error()));
    return exitDone;
}

} // namespace

void addGetCommand(CLI::App& application, Context& context) {
    auto* command = application.add_subcommand("get", "Print the value of a key");
    auto arguments = std::make_shared<GetArguments>();
    addDirectory(*command, arguments->directory);
    command->add_option("KEY", arguments->key, "Key; '-' reads it from standard input")->required();
    command->add_option("-o,--output", arguments->output, "Write the value to this file, whole or not at all")
        ->type_name("FILE");
    command->add_flag("--force", arguments->force, "Replace the file of --output if it exists");
    command->add_flag("--raw", arguments->raw, "Print the bytes as they are on a terminal, too");
    addNotationOptions(*command, arguments->notation, "KEY is written, and the value printed, in");
    command->footer(
        "Prints exactly the bytes of the value, without a line end; exit status 1 and nothing printed: KEY is "
        "absent. On a terminal control characters are shown as \\xNN, backslashes as \\\\, and a line end "
        "follows. With --hex or --base64 one line is printed. Opens read-only: nothing is written.\n"
        "Examples:\n"
        "  rustcask get db colour\n"
        "  rustcask get db photo.jpg -o photo.jpg");
    command->callback(
        [arguments, &context] { context.action = [arguments](Context& c) { return runGet(*arguments, c); }; });
}

} // namespace rustcask::cli
