// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <CLI/CLI.hpp>

#include <rustcask/transfer/files.h>

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
    transfer::ConflictPolicy conflicts = transfer::ConflictPolicy::overwrite;
    bool skipMalformed = false;
    Options options{};
};

Result<transfer::Format> formatOf(const ImportArguments& arguments) {
    if (arguments.transfer.format)
        return *arguments.transfer.format;
    std::error_code error;
    if (std::filesystem::is_directory(arguments.source, error))
        return transfer::Format::folder;
    if (arguments.source != "-" && std::filesystem::is_regular_file(arguments.source, error)) {
        const auto form = transfer::detectForm(arguments.source);
        if (!form)
            return failure(form.error());
        if (*form)
            return (*form)->format;
    } else if (const auto format = transfer::formatOfFile(arguments.source)) {
        return *format;
    }
    return failure(Error{.code = ErrorCode::invalidArgument,
                         .operation = "import",
                         .file = arguments.source,
                         .detail = "neither its name nor its contents tell its format",
                         .advice = "Say --format jsonl, csv, tsv, resp or folder."});
}

Result<transfer::Input> openSource(const ImportArguments& arguments, transfer::Format format, Progress& progress,
                                   NoticePrinter& notices) {
    const transfer::Form form{format, arguments.transfer.textOptions()};
    if (arguments.source != "-")
        return openInput(arguments.source, form, arguments.directory, progress, std::ref(notices));
    transfer::Input input;
    input.source = std::make_unique<transfer::FileSource>(STDIN_FILENO, "standard input", &progress);
    progress.setTotals(0, 0, input.source->size().value_or(0));
    input.reader = makeRecordReader(format, *input.source, form.text);
    return input;
}

/// Prints the first malformed records as they come, and how many there were at the end.
class MalformedPrinter {
public:
    explicit MalformedPrinter(const Context& context) : m_context(context) {}
    void operator()(const Error& error) {
        if (++m_count <= printed)
            m_context.warn("left out: " + error.message());
    }
    void printTotal() const {
        if (m_count > printed)
            m_context.warn(formatCount(m_count) + " malformed records were left out, " +
                           formatCount(m_count - printed) + " of them not named above");
    }

private:
    static constexpr std::uint64_t printed = 20;
    const Context& m_context;
    std::uint64_t m_count = 0;
};

std::string tally(const transfer::TransferReport& report) {
    std::string text = formatCount(report.records) + " records, " + formatBytes(report.bytes) + " of keys and values";
    if (report.replaced > 0)
        text += ", " + formatCount(report.replaced) + " of them over a value";
    return text;
}

std::string leftOutTally(const transfer::TransferReport& report) {
    std::string text;
    if (report.kept > 0)
        text += "; " + formatCount(report.kept) + " left out because their key has a value";
    if (report.malformed > 0)
        text += "; " + formatCount(report.malformed) + " left out as malformed";
    return text;
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
    auto input = openSource(arguments, *format, progress, notices);
    if (!input)
        return failure(std::move(input.error()));
    auto database = openDatabase(context, arguments.directory, arguments.options);
    if (!database)
        return failure(std::move(database.error()));
    MalformedPrinter malformed(context);
    const transfer::ImportOptions options{
        .conflicts = arguments.conflicts, .skipMalformed = arguments.skipMalformed, .onMalformed = std::ref(malformed)};
    Result<void> imported;
    {
        const ProgressMonitor monitor(context, progress, "importing");
        imported = transfer::importRecords(**database, *input->reader, options, progress, report);
    }
    auto closed = (*database)->close();
    notices.printTotals();
    malformed.printTotal();
    if (!imported) {
        context.warn(tally(report) + " were stored before the failure, and stay" + leftOutTally(report));
        return failure(std::move(imported.error()));
    }
    if (!closed)
        return failure(std::move(closed.error()));
    if (auto done = context.out.write(tally(report) + " imported" + leftOutTally(report) + "\n"); !done)
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
    const auto setPolicy = [arguments](const std::string& name) {
        const auto policy = transfer::conflictPolicyFromName(name);
        if (!policy)
            throw CLI::ValidationError("--conflicts", "'" + name + "' is none of overwrite, keep, fail");
        arguments->conflicts = *policy;
    };
    command
        ->add_option_function<std::string>("--conflicts", setPolicy,
                                           "When the key of a record has a value: overwrite (the default), keep the "
                                           "value that is there, or fail")
        ->type_name("POLICY");
    command->add_flag("--skip-malformed", arguments->skipMalformed,
                      "Leave malformed records out, naming them, instead of ending at the first");
    addWriteOptions(*command, arguments->options);
    command->footer(
        std::string(
            "Puts every record of SOURCE, in its order. A key counts as having a value also when a record further up "
            "gave it. Without --format, a folder is a folder, and name (.jsonl, .ndjson, .csv, .tsv, .resp, .aof) and "
            "contents of a file tell. Malformed input ends the import with the number of the line unless "
            "--skip-malformed is given; what was stored before stays. Memory does not grow with SOURCE. In a "
            "folder no symbolic link is followed; links, special files and empty folders are reported.\n") +
        formatsHelp +
        "\nExamples:\n"
        "  rustcask import db people.csv --header\n"
        "  rustcask import db /usr/share/doc --format folder --data-file-size 16MiB\n"
        "  rustcask import db appendonly.aof --format resp --conflicts keep\n"
        "  rustcask export old | rustcask import new - --format jsonl");
    command->callback(
        [arguments, &context] { context.action = [arguments](Context& c) { return runImport(*arguments, c); }; });
}

} // namespace rustcask::cli
