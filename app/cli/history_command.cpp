// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <rustcask/history.h>

#include "arguments.h"
#include "commands.h"
#include "format.h"
#include "progress_monitor.h"

namespace rustcask::cli {

namespace {

struct HistoryArguments {
    std::filesystem::path directory{};
    std::string key{};
    std::uint64_t show = 0;
    bool json = false;
    Notation notation{};
};

std::string jsonText(const History& history, const std::string& key, const Notation& notation) {
    auto versions = nlohmann::ordered_json::array();
    for (const Version& version : history.versions) {
        versions.push_back({{"sequence", version.sequence.value},
                            {"time", formatTime(version.time)},
                            {"tombstone", version.tombstone},
                            {"live", version.live},
                            {"valueBytes", version.valueBytes},
                            {"generation", version.location.generation.value},
                            {"offset", version.location.offset},
                            {"recordBytes", version.location.recordBytes}});
    }
    nlohmann::ordered_json object{
        {"key", jsonBytes(key, notation)}, {"versions", std::move(versions)}, {"complete", history.complete}};
    if (!history.complete)
        object["completeSince"] = formatTime(history.completeSince);
    return object.dump(2) + "\n";
}

std::string plainText(const History& history) {
    using enum Table::Align;
    Table table({right, left, left, right, right, right});
    table.addRow({"sequence", "time", "what", "value bytes", "file", "offset"});
    for (const Version& version : history.versions) {
        table.addRow({std::to_string(version.sequence.value), formatTime(version.time),
                      version.tombstone ? "deleted"
                      : version.live    ? "put (live)"
                                        : "put",
                      version.tombstone ? "" : formatCount(version.valueBytes),
                      std::to_string(version.location.generation.value), std::to_string(version.location.offset)});
    }
    std::string text = table.text();
    if (!history.complete)
        text += "complete since " + formatTime(history.completeSince) + "; older versions may have gone in a merge\n";
    return text;
}

Result<int> showVersion(const HistoryArguments& arguments, const History& history, Context& context) {
    const auto version = std::find_if(history.versions.begin(), history.versions.end(),
                                      [&](const Version& v) { return v.sequence.value == arguments.show; });
    if (version == history.versions.end() || version->tombstone)
        return exitAbsent;
    const auto value = readVersion(arguments.directory, *version);
    if (!value)
        return failure(value.error());
    auto done = context.out.write(
        arguments.notation.plain() ? *value : transfer::encode(*value, arguments.notation.encoding()) + "\n");
    if (!done)
        return failure(std::move(done.error()));
    return exitDone;
}

Result<int> runHistory(const HistoryArguments& arguments, Context& context) {
    const auto key = bytesOfArgument(arguments.key, arguments.notation, "key", maxKeyBytes);
    if (!key)
        return failure(key.error());
    Progress progress;
    const ProgressMonitor monitor(context, progress, "searching");
    const auto found = history(arguments.directory, *key, progress);
    if (!found)
        return failure(found.error());
    if (arguments.show > 0)
        return showVersion(arguments, *found, context);
    if (found->versions.empty() && !arguments.json)
        return exitAbsent;
    auto done = context.out.write(arguments.json ? jsonText(*found, *key, arguments.notation) : plainText(*found));
    if (!done)
        return failure(std::move(done.error()));
    return found->versions.empty() ? exitAbsent : exitDone;
}

} // namespace

void addHistoryCommand(CLI::App& application, Context& context) {
    auto* command = application.add_subcommand("history", "List all versions of a key that are still in the log");
    auto arguments = std::make_shared<HistoryArguments>();
    addDirectory(*command, arguments->directory);
    command->add_option("KEY", arguments->key, "Key; '-' reads it from standard input")->required();
    command->add_option("--show", arguments->show, "Print the value of the version with this sequence number")
        ->type_name("SEQUENCE");
    command->add_flag("--json", arguments->json, "Print one JSON object");
    addNotationOptions(*command, arguments->notation, "KEY is written, and a value printed, in");
    command->footer(
        "Newest first, deletions included. A merge removes old versions; since when the list is complete is "
        "said. Exit status 1: the log holds no record of KEY. Takes no lock and writes nothing.\n"
        "Examples:\n"
        "  rustcask history db colour\n"
        "  rustcask history db colour --show 17");
    command->callback(
        [arguments, &context] { context.action = [arguments](Context& c) { return runHistory(*arguments, c); }; });
}

} // namespace rustcask::cli
