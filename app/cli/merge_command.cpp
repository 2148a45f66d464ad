// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "arguments.h"
#include "commands.h"
#include "format.h"
#include "progress_monitor.h"

namespace rustcask::cli {

namespace {

struct MergeArguments {
    std::filesystem::path directory{};
    bool policy = false;
    bool preview = false;
    bool json = false;
    std::vector<std::uint64_t> files{};
    Options options{};

    MergeSelection selection() const {
        MergeSelection selection;
        if (policy)
            selection.kind = MergeSelection::Kind::policy;
        if (!files.empty())
            selection.kind = MergeSelection::Kind::files;
        for (const std::uint64_t generation : files)
            selection.generations.push_back(Generation{generation});
        return selection;
    }
};

nlohmann::ordered_json numbers(const std::vector<Generation>& generations) {
    auto array = nlohmann::ordered_json::array();
    for (const Generation generation : generations)
        array.push_back(generation.value);
    return array;
}

std::string list(const std::vector<Generation>& generations) {
    std::string text;
    for (const Generation generation : generations)
        text += (text.empty() ? "" : ", ") + std::to_string(generation.value);
    return text;
}

std::string previewJson(const MergePreview& preview) {
    auto files = nlohmann::ordered_json::array();
    for (const MergeCandidate& file : preview.files) {
        files.push_back({{"generation", file.generation.value},
                         {"bytes", file.bytes},
                         {"liveBytes", file.liveBytes},
                         {"deadFraction", file.deadFraction},
                         {"reason", file.reason}});
    }
    const nlohmann::ordered_json object{{"files", std::move(files)},
                                        {"damagedLeftOut", numbers(preview.damagedLeftOut)},
                                        {"triggered", preview.triggered},
                                        {"bytesRead", preview.bytesRead},
                                        {"bytesWritten", preview.bytesWritten},
                                        {"bytesReclaimed", preview.bytesReclaimed},
                                        {"versionsLost", preview.versionsLost},
                                        {"tombstonesDropped", preview.tombstonesDropped},
                                        {"freeBytesNeeded", preview.freeBytesNeeded},
                                        {"freeBytesAvailable", preview.freeBytesAvailable}};
    return object.dump(2) + "\n";
}

std::string previewText(const MergePreview& preview) {
    using enum Table::Align;
    Table files({right, right, right, left});
    files.addRow({"file", "bytes", "live", "reason"});
    for (const MergeCandidate& file : preview.files)
        files.addRow(
            {std::to_string(file.generation.value), formatBytes(file.bytes), formatBytes(file.liveBytes), file.reason});
    Table totals({left, right});
    totals.addRow({"would read", formatBytes(preview.bytesRead)});
    totals.addRow({"would write at most", formatBytes(preview.bytesWritten)});
    totals.addRow({"would reclaim", formatBytes(preview.bytesReclaimed)});
    totals.addRow({"old versions lost", formatCount(preview.versionsLost)});
    totals.addRow({"tombstones dropped", formatCount(preview.tombstonesDropped)});
    totals.addRow({"free space needed", formatBytes(preview.freeBytesNeeded)});
    totals.addRow({"free space there", formatBytes(preview.freeBytesAvailable)});
    std::string text = preview.files.empty() ? "nothing to merge\n" : files.text() + "\n" + totals.text();
    if (!preview.damagedLeftOut.empty())
        text += "left out because they are damaged: " + list(preview.damagedLeftOut) + "\n";
    return text;
}

std::string reportJson(const MergeReport& report) {
    const nlohmann::ordered_json object{{"inputs", numbers(report.inputs)},
                                        {"outputs", numbers(report.outputs)},
                                        {"damagedLeftOut", numbers(report.damagedLeftOut)},
                                        {"recordsRead", report.recordsRead},
                                        {"recordsCopied", report.recordsCopied},
                                        {"versionsDropped", report.versionsDropped},
                                        {"tombstonesDropped", report.tombstonesDropped},
                                        {"tombstonesKept", report.tombstonesKept},
                                        {"bytesRead", report.bytesRead},
                                        {"bytesWritten", report.bytesWritten},
                                        {"bytesReclaimed", report.bytesReclaimed},
                                        {"elapsedNs", report.elapsed.count()}};
    return object.dump(2) + "\n";
}

std::string reportText(const MergeReport& report) {
    std::string text = report.inputs.empty()
                           ? std::string("nothing to merge\n")
                           : formatCount(report.inputs.size()) + " files merged into " +
                                 formatCount(report.outputs.size()) + ": " + formatCount(report.recordsCopied) +
                                 " records kept, " + formatCount(report.versionsDropped) + " old versions and " +
                                 formatCount(report.tombstonesDropped) + " tombstones dropped, " +
                                 formatBytes(report.bytesReclaimed) + " reclaimed\n";
    if (!report.damagedLeftOut.empty())
        text += "left out because they are damaged: " + list(report.damagedLeftOut) + "\n";
    return text;
}

Result<int> runMerge(const MergeArguments& arguments, Context& context) {
    Options options = arguments.options;
    options.createIfMissing = false;
    options.readOnly = arguments.preview;
    auto database = openDatabase(context, arguments.directory, options);
    if (!database)
        return failure(std::move(database.error()));
    std::string text;
    if (arguments.preview) {
        const auto preview = (*database)->previewMerge(arguments.selection());
        if (!preview)
            return failure(preview.error());
        text = arguments.json ? previewJson(*preview) : previewText(*preview);
    } else {
        Progress progress;
        const ProgressMonitor monitor(context, progress, "merging");
        const auto report = (*database)->merge(arguments.selection(), progress);
        if (!report)
            return failure(report.error());
        if (auto done = (*database)->close(); !done)
            return failure(std::move(done.error()));
        text = arguments.json ? reportJson(*report) : reportText(*report);
    }
    if (auto done = context.out.write(text); !done)
        return failure(std::move(done.error()));
    return exitDone;
}

} // namespace

void addMergeCommand(CLI::App& application, Context& context) {
    auto* command = application.add_subcommand("merge", "Reclaim the space of old records");
    auto arguments = std::make_shared<MergeArguments>();
    MergePolicy& policy = arguments->options.merge;
    addDirectory(*command, arguments->directory);
    auto* byPolicy = command->add_flag("--policy", arguments->policy, "Only the files that meet a threshold below");
    command->add_option("--files", arguments->files, "Only these files, by number, separated by commas")
        ->delimiter(',')
        ->type_name("N,N")
        ->excludes(byPolicy);
    command
        ->add_option("--dead-fraction", policy.deadFractionThreshold,
                     "With --policy: files of which at least this share of keys is dead (default: 0.4)")
        ->type_name("0..1")
        ->check(CLI::Range(0.0, 1.0));
    addSizeOption(*command, "--dead-bytes", policy.deadBytesThreshold,
                  "With --policy: files with at least this much dead (default: 128MiB)");
    addSizeOption(*command, "--small-file", policy.smallFileThreshold,
                  "With --policy: files shorter than this (default: 10MiB)");
    addSizeOption(*command, "--rate", policy.maxBytesPerSecond, "Read and write at most this much a second");
    command->add_flag("--preview", arguments->preview, "Only tell what would be done; opens read-only");
    command->add_flag("--json", arguments->json, "Print one JSON object; sizes in bytes");
    addWriteOptions(*command, arguments->options);
    command->footer(
        "Copies the newest record of every key into new files and removes the old ones; without options, of "
        "all files. The old versions that 'rustcask history' shows go with them: --preview tells how many. "
        "Interrupting leaves the database as it was.\n"
        "Examples:\n"
        "  rustcask merge db --preview\n"
        "  rustcask merge db --policy --rate 50MiB");
    command->callback(
        [arguments, &context] { context.action = [arguments](Context& c) { return runMerge(*arguments, c); }; });
}

} // namespace rustcask::cli
