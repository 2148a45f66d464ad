// SPDX-License-Identifier: Apache-2.0
#include <cerrno>

#include <fcntl.h>
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

struct ExportArguments {
    std::filesystem::path directory{};
    std::filesystem::path target = "-";
    std::string prefix{};
    bool force = false;
    Notation notation{};
    TransferArguments transfer{};

    bool toStandardOutput() const { return target == "-"; }
};

/// A descriptor of a pipe or device, which cannot be renamed to.
class DeviceSink final : public transfer::ByteSink {
public:
    DeviceSink(int descriptor, const std::filesystem::path& path) : m_sink(descriptor, path.string()) {}
    ~DeviceSink() override { ::close(m_sink.descriptor()); }
    Result<void> write(std::string_view bytes) override { return m_sink.write(bytes); }
    Result<void> flush() override { return m_sink.flush(); }

private:
    transfer::FileSink m_sink;
};

Result<transfer::TransferReport> exportTo(transfer::ByteSink& sink, const ExportArguments& arguments,
                                          transfer::Format format, const Snapshot& snapshot, const std::string& prefix,
                                          Progress& progress) {
    const auto writer = makeRecordWriter(format, sink, arguments.transfer.textOptions());
    return transfer::exportRecords(snapshot, prefix, *writer, progress);
}

Result<transfer::TransferReport> exportFile(const ExportArguments& arguments, transfer::Format format,
                                            const Snapshot& snapshot, const std::string& prefix, Progress& progress) {
    std::error_code error;
    if (std::filesystem::exists(arguments.target, error) &&
        std::filesystem::is_other(std::filesystem::status(arguments.target, error))) {
        const int descriptor = ::open(arguments.target.c_str(), O_WRONLY | O_CLOEXEC);
        if (descriptor < 0)
            return failure(transfer::systemFailure("write", arguments.target, errno));
        DeviceSink sink(descriptor, arguments.target);
        return exportTo(sink, arguments, format, snapshot, prefix, progress);
    }
    auto file = transfer::AtomicFile::create(arguments.target, arguments.force);
    if (!file)
        return failure(std::move(file.error()));
    auto report = exportTo(**file, arguments, format, snapshot, prefix, progress);
    if (!report)
        return report;
    if (auto done = (*file)->commit(); !done)
        return failure(std::move(done.error()));
    return report;
}

Result<transfer::TransferReport> exportFolder(const ExportArguments& arguments, const Snapshot& snapshot,
                                              const std::string& prefix, Progress& progress, NoticePrinter& notices) {
    auto writer = transfer::FolderWriter::create(arguments.target, arguments.force, std::ref(notices));
    if (!writer)
        return failure(std::move(writer.error()));
    return transfer::exportRecords(snapshot, prefix, **writer, progress);
}

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
    if (!arguments.toStandardOutput() && isInside(arguments.target, arguments.directory))
        return refuse("it lies inside the database");
    const auto prefix = decodeArgument(arguments.prefix, arguments.notation, "prefix");
    if (!prefix)
        return failure(prefix.error());

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
        if (folder)
            return exportFolder(arguments, **snapshot, *prefix, progress, notices);
        if (arguments.toStandardOutput())
            return exportTo(context.out, arguments, format, **snapshot, *prefix, progress);
        return exportFile(arguments, format, **snapshot, *prefix, progress);
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
    addNotationOptions(*command, arguments->notation, "The prefix is written in");
    command->add_flag("--force", arguments->force, "Replace the file TARGET, or write into the folder as it is");
    command->footer(
        std::string(
            "In byte order of the keys, as of the moment the export begins. Without --format, the name of "
            "TARGET tells (.jsonl, .ndjson, .csv, .tsv), otherwise it is jsonl. A file appears under its name "
            "when it is complete. Opens read-only: the database is not written.\n"
            "A folder export writes nothing outside TARGET. A key that is no safe relative path (absolute, with "
            "'..', an empty or too long part, NUL, or in conflict with another key as a is with a/b) is reported "
            "and written into the folder .rustcask-escaped, from where import brings it back.\n") +
        formatsHelp +
        "\nExamples:\n"
        "  rustcask export db --format tsv --encoding hex\n"
        "  rustcask export db people.csv --prefix people/\n"
        "  rustcask export db tree --format folder");
    command->callback(
        [arguments, &context] { context.action = [arguments](Context& c) { return runExport(*arguments, c); }; });
}

} // namespace rustcask::cli
