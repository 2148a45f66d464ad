// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>

#include "commands.h"
#include "context.h"
#include "man_page.h"

namespace rustcask::cli {

namespace {

struct HelpArguments {
    std::string command{};
    bool man = false;
    std::filesystem::path manDirectory{};
};

Result<void> writePage(const std::filesystem::path& directory, const std::string& name, const std::string& page) {
    auto file = transfer::AtomicFile::create(directory / (name + ".1"), true);
    if (!file)
        return failure(std::move(file.error()));
    auto done = (*file)->write(page);
    return done ? (*file)->commit() : done;
}

Result<int> writeAllPages(const CLI::App& application, const std::filesystem::path& directory) {
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    if (error)
        return failure(transfer::systemFailure("create the directory", directory, error.value()));
    auto done = writePage(directory, "rustcask", programManPage(application));
    for (const CLI::App* command : application.get_subcommands([](const CLI::App*) { return true; })) {
        if (done)
            done = writePage(directory, "rustcask-" + command->get_name(), commandManPage(*command));
    }
    if (!done)
        return failure(std::move(done.error()));
    return exitDone;
}

Result<int> runHelp(const HelpArguments& arguments, const CLI::App& application, Context& context) {
    if (!arguments.manDirectory.empty())
        return writeAllPages(application, arguments.manDirectory);
    const CLI::App* command = nullptr;
    if (!arguments.command.empty()) {
        const auto matches =
            application.get_subcommands([&](const CLI::App* c) { return c->get_name() == arguments.command; });
        if (matches.empty())
            return failure(Error{.code = ErrorCode::invalidArgument,
                                 .operation = "help",
                                 .detail = "there is no command '" + arguments.command + "'",
                                 .advice = "'rustcask help' lists them."});
        command = matches.front();
    }
    std::string text;
    if (arguments.man)
        text = command ? commandManPage(*command) : programManPage(application);
    else
        // Not application.help(): that tells about the command being run, which is this one.
        text = application.get_formatter()->make_help(
            command ? command : &application, command ? "rustcask " + command->get_name() : application.get_name(),
            CLI::AppFormatMode::Normal);
    if (auto done = context.out.write(text); !done)
        return failure(std::move(done.error()));
    return exitDone;
}

} // namespace

void addHelpCommand(CLI::App& application, Context& context) {
    auto* command = application.add_subcommand("help", "Tell about the program or one of its commands");
    auto arguments = std::make_shared<HelpArguments>();
    command->add_option("COMMAND", arguments->command, "Command to tell about");
    command->add_flag("--man", arguments->man, "Print the manual page, for example to 'man -l -'");
    command->add_option("--man-directory", arguments->manDirectory, "Write the manual pages of all commands there")
        ->type_name("FOLDER");
    command->footer("Examples:\n"
                    "  rustcask help export\n"
                    "  rustcask help --man export | man -l -");
    command->callback([arguments, &application, &context] {
        context.action = [arguments, &application](Context& c) { return runHelp(*arguments, application, c); };
    });
}

} // namespace rustcask::cli
