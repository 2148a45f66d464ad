// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <CLI/CLI.hpp>

#include <rustcask/transfer/transfer.h>

#include "arguments.h"
#include "commands.h"
#include "format.h"
#include "progress_monitor.h"
#include "transfer_arguments.h"

namespace rustcask::cli {

namespace {

struct ImportArguments {
    std::filesystem::path directory{};
    std::filesystem::path source{};
    TransferArguments transfer{};
    Options options{};
};

Result<transfer::Format> formatOf(const ImportArguments& arguments) {
    if (arguments.transfer.format)
        return *arguments.transfer.format;
    std::error_code error;
    if (std::filesystem::is_directory(arguments.source, error))
        return transfer::Format::folder;
    if (const auto format = transfer::formatOfFile(arguments.source))
        return *format;
    return failure(Error{.code = ErrorCode::invalidArgument,
                         .operation = "import",
                         .file = arguments.source,
                         .detail = "its name does not tell its format",
                         .advice = "Say --format jsonl, csv, tsv or folder."});
}

/// A reader with what it borrows.
struct Input {
    std::unique_ptr<transfer::ByteSource> source{};
    std::unique_ptr<transfer::RecordReader> reader{};
};

Result<Input> openFolder(const ImportArguments& arguments, Progress& progress, NoticePrinter& notices) {
    // It would import its own data files while they grow.
    if (isInside(arguments.directory, arguments.source))
        return failure(Error{.code = ErrorCode::invalidArgument,
                             .operation = "import the folder",
                             .file = arguments.source,
                             .detail = "the database " + arguments.directory.string() + " lies inside it"});
    const auto totals = transfer::FolderReader::measure(arguments.source, progress);
    if (!totals)
        return failure(totals.error());
    progress.setTotals(totals->files, totals->files, totals->bytes);
    auto reader = transfer::FolderReader::open(arguments.source, std::ref(notices));
    if (!reader)
        return failure(std::move(reader.error()));
    return Input{.reader = std::move(*reader)};
}

Result<Input> openInput(const ImportArguments& arguments, transfer::Format format, Progress& progress,
                        NoticePrinter& notices) {
    if (format == transfer::Format::folder)
        return openFolder(arguments, progress, notices);
    Input input;
    if (arguments.source == "-") {
        input.source = std::make_unique<transfer::FileSource>(STDIN_FILENO, "standard input", &progress);
    } else {
        auto file = transfer::FileSource::open(arguments.source, &progress);
        if (!file)
            return failure(std::move(file.error()));
        input.source = std::move(*file);
    }
    progress.setTotals(0, 0, input.source->size().value_or(0));
    input.reader = makeRecordReader(format, *input.source, arguments.transfer.textOptions());
    return input;
}

Result<int> runImport(const ImportArguments& arguments, Context& context) {
    const auto format = formatOf(arguments);
    if (!format)
        return failure(format.error());
    if (auto sound = checkTransfer(arguments.transfer, *format); !sound)
        return failure(std::move(sound.error()));
    NoticePrinter notices(context);
    Progress progress;
    transfer::TransferReport report;
    // The source first: a misspelt one must not leave an empty database behind.
    auto input = openInput(arguments, *format, progress, notices);
    if (!input)
        return failure(std::move(input.error()));
    auto database = openDatabase(context, arguments.directory, arguments.options);
    if (!database)
        return failure(std::move(database.error()));
    Result<void> imported;
    {
        const ProgressMonitor monitor(context, progress, "importing");
        imported = transfer::importRecords(**database, *input->reader, progress, report);
    }
    auto closed = (*database)->close();
    notices.printTotals();
    const std::string tally =
        formatCount(report.records) + " records, " + formatBytes(report.bytes) + " of keys and values";
    if (!imported) {
        context.warn(tally + " were stored before the failure, and stay");
        return failure(std::move(imported.error()));
    }
    if (!closed)
        return failure(std::move(closed.error()));
    if (auto done = context.out.write(tally + " imported\n"); !done)
        return failure(std::move(done.error()));
    return exitDone;
}

} // namespace

void addImportCommand(CLI::App& application, Context& context) {
    auto* command = application.add_subcommand("import", "Store the records of a file or folder");
    auto arguments = std::make_shared<ImportArguments>();
    addDirectory(*command, arguments->directory);
    command->add_option("SOURCE", arguments->source, "File or folder to read; '-' is standard input")->required();
    addTransferOptions(*command, arguments->transfer);
    addWriteOptions(*command, arguments->options);
    command->footer(
        std::string(
            "Puts every record of SOURCE, in its order, over what is there. Without --format, a folder is a "
            "folder and the name of a file tells (.jsonl, .ndjson, .csv, .tsv). Malformed input ends the import "
            "with the number of the line; what was stored before stays. Memory does not grow with SOURCE. In a "
            "folder no symbolic link is followed; links, special files and empty folders are reported.\n") +
        formatsHelp +
        "\nExamples:\n"
        "  rustcask import db people.csv --header\n"
        "  rustcask import db /usr/share/doc --format folder --data-file-size 16MiB\n"
        "  rustcask export old | rustcask import new - --format jsonl");
    command->callback(
        [arguments, &context] { context.action = [arguments](Context& c) { return runImport(*arguments, c); }; });
}

} // namespace rustcask::cli
