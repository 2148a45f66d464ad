// SPDX-License-Identifier: Apache-2.0
#include <tuple>

#include <CLI/CLI.hpp>

#include <rustcask/transfer/files.h>

#include "arguments.h"
#include "commands.h"
#include "format.h"
#include "progress_monitor.h"
#include "transfer_arguments.h"

namespace rustcask::cli {

namespace {

struct ExportArguments {
    std::filesystem::path directory{};
    std::filesystem::path target = "-";
    std::string prefix{};
    std::string containing{};
    bool force = false;
    Notation notation{};
    TransferArguments transfer{};

    bool toStandardOutput() const { return target == "-"; }
};

transfer::Format formatOf(const ExportArguments& arguments) {
    if (arguments.transfer.format)
        return *arguments.transfer.format;
    return transfer::formatOfFile(arguments.target).value_or(transfer::Format::jsonl);
}

Result<int> runExport(const ExportArguments& arguments, Context& context) {
    const transfer::Format format = formatOf(arguments);
    if (auto sound = checkTransfer(arguments.transfer, format); !sound)
        return failure(std::move(sound.error()));
    const bool folder = format == transfer::Format::folder;
    const auto refuse = [&](std::string detail) {
        return failure(Error{.code = ErrorCode::invalidArgument,
                             .operation = "export",
                             .file = arguments.target,
                             .detail = std::move(detail)});
    };
    if (folder && arguments.toStandardOutput())
        return refuse("a folder export needs a TARGET");
    transfer::KeySelection selection;
    for (const auto& [text, bytes, what] :
         {std::tuple(&arguments.prefix, &selection.prefix, "prefix"),
          std::tuple(&arguments.containing, &selection.containing, "part of the keys")}) {
        auto decoded = decodeArgument(*text, arguments.notation, what);
        if (!decoded)
            return failure(std::move(decoded.error()));
        *bytes = std::move(*decoded);
    }

    auto database = openDatabase(context, arguments.directory, readingOptions());
    if (!database)
        return failure(std::move(database.error()));
    const auto snapshot = (*database)->snapshot();
    if (!snapshot)
        return failure(snapshot.error());
    NoticePrinter notices(context);
    const auto report = [&] {
        Progress progress;
        const bool ontoScreen = arguments.toStandardOutput() && context.outIsTerminal;
        const ProgressMonitor monitor(context, progress, ontoScreen ? "" : "exporting");
        const auto write = [&](transfer::RecordWriter& writer) {
            return transfer::exportRecords(**snapshot, selection, writer, progress);
        };
        const transfer::Form form{format, arguments.transfer.textOptions()};
        if (!arguments.toStandardOutput())
            return transfer::exportTo(arguments.target, form, arguments.force, arguments.directory, std::ref(notices),
                                      write);
        return write(*makeRecordWriter(format, context.out, form.text));
    }();
    notices.printTotals();
    if (!report)
        return failure(report.error());
    if (arguments.toStandardOutput())
        return exitDone;
    auto done = context.out.write(formatCount(report->records) + " records, " + formatBytes(report->bytes) +
                                  " of keys and values exported\n");
    if (!done)
        return failure(std::move(done.error()));
    return exitDone;
}

} // namespace

void addExportCommand(CLI::App& application, Context& context) {
    auto* command = application.add_subcommand("export", "Write the records to standard output, a file or a folder");
    auto arguments = std::make_shared<ExportArguments>();
    addDirectory(*command, arguments->directory);
    command->add_option("TARGET", arguments->target, "File or folder to write; standard output if absent or '-'");
    addTransferOptions(*command, arguments->transfer);
    command->add_option("--prefix", arguments->prefix, "Only keys that begin with this")->type_name("BYTES");
    command->add_option("--contains", arguments->containing, "Only keys that contain this")->type_name("BYTES");
    addNotationOptions(*command, arguments->notation, "Prefix and part are written in");
    command->add_flag("--force", arguments->force, "Replace the file TARGET, or write into the folder as it is");
    command->footer(
        std::string(
            "In byte order of the keys, as of the moment the export begins. Without --format, the name of "
            "TARGET tells (.jsonl, .ndjson, .csv, .tsv, .resp), otherwise it is jsonl. A file appears under its name "
            "when it is complete. Opens read-only: the database is not written.\n"
            "A folder export writes nothing outside TARGET. A key that is no safe relative path (absolute, with "
            "'..', an empty or too long part, NUL, or in conflict with another key as a is with a/b) is reported "
            "and written into the folder .rustcask-escaped, from where import brings it back.\n") +
        formatsHelp +
        "\nExamples:\n"
        "  rustcask export db --format tsv --encoding hex\n"
        "  rustcask export db people.csv --prefix people/\n"
        "  rustcask export db --format resp | redis-cli --pipe\n"
        "  rustcask export db tree --format folder");
    command->callback(
        [arguments, &context] { context.action = [arguments](Context& c) { return runExport(*arguments, c); }; });
}

} // namespace rustcask::cli
