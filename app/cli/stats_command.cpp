// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "arguments.h"
#include "commands.h"
#include "format.h"

namespace rustcask::cli {

namespace {

struct StatsArguments {
    std::filesystem::path directory{};
    bool json = false;
};

std::string jsonText(const Stats& stats, const std::filesystem::path& directory) {
    nlohmann::ordered_json files = nlohmann::ordered_json::array();
    for (const FileStats& file : stats.files) {
        files.push_back({{"generation", file.generation.value},
                         {"active", file.active},
                         {"mergeOutput", file.mergeOutput},
                         {"hasHint", file.hasHint},
                         {"damaged", file.damaged},
                         {"bytes", file.bytes},
                         {"hintBytes", file.hintBytes},
                         {"records", file.records},
                         {"liveKeys", file.liveKeys},
                         {"liveBytes", file.liveBytes},
                         {"deadRecords", file.deadRecords()},
                         {"deadBytes", file.deadBytes()},
                         {"tombstones", file.tombstones},
                         {"tombstoneBytes", file.tombstoneBytes}});
    }
    const nlohmann::ordered_json object{{"directory", jsonBytes(directory.string(), {})},
                                        {"liveKeys", stats.liveKeys},
                                        {"liveBytes", stats.liveBytes},
                                        {"deadBytes", stats.deadBytes},
                                        {"tombstoneBytes", stats.tombstoneBytes},
                                        {"dataBytes", stats.dataBytes},
                                        {"hintBytes", stats.hintBytes},
                                        {"keydirBytes", stats.keydirBytes},
                                        {"keyBytes", stats.keyBytes},
                                        {"lastSequence", stats.lastSequence.value},
                                        {"files", std::move(files)}};
    return object.dump(2) + "\n";
}

std::string share(std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? std::string() : formatPercent(static_cast<double>(part) / static_cast<double>(whole));
}

std::string plainText(const Stats& stats) {
    using enum Table::Align;
    Table totals({left, right, right});
    totals.addRow({"live keys", formatCount(stats.liveKeys), ""});
    totals.addRow({"live", formatBytes(stats.liveBytes), share(stats.liveBytes, stats.dataBytes)});
    totals.addRow({"dead", formatBytes(stats.deadBytes), share(stats.deadBytes, stats.dataBytes)});
    totals.addRow({"tombstones", formatBytes(stats.tombstoneBytes), share(stats.tombstoneBytes, stats.dataBytes)});
    totals.addRow({"data files", formatBytes(stats.dataBytes), ""});
    totals.addRow({"hint files", formatBytes(stats.hintBytes), ""});
    totals.addRow({"keydir in memory", formatBytes(stats.keydirBytes), ""});
    totals.addRow({"records ever written", formatCount(stats.lastSequence.value), ""});
    if (stats.files.empty())
        return totals.text();

    Table files({right, left, right, right, right, right, right, right});
    files.addRow({"file", "state", "bytes", "records", "live keys", "live", "dead", "tombstones"});
    for (const FileStats& file : stats.files) {
        files.addRow({std::to_string(file.generation.value),
                      file.damaged       ? "damaged"
                      : file.active      ? "active"
                      : file.mergeOutput ? "merged"
                                         : "sealed",
                      formatBytes(file.bytes), formatCount(file.records), formatCount(file.liveKeys),
                      formatBytes(file.liveBytes), formatBytes(file.deadBytes()), formatCount(file.tombstones)});
    }
    return totals.text() + "\n" + files.text();
}

Result<int> runStats(const StatsArguments& arguments, Context& context) {
    auto database = openDatabase(context, arguments.directory, readingOptions());
    if (!database)
        return failure(std::move(database.error()));
    const Stats stats = (*database)->stats();
    if (auto done = context.out.write(arguments.json ? jsonText(stats, arguments.directory) : plainText(stats)); !done)
        return failure(std::move(done.error()));
    return exitDone;
}

} // namespace

void addStatsCommand(CLI::App& application, Context& context) {
    auto* command = application.add_subcommand("stats", "Tell what the database consists of");
    auto arguments = std::make_shared<StatsArguments>();
    addDirectory(*command, arguments->directory);
    command->add_flag("--json", arguments->json, "Print one JSON object; sizes in bytes");
    command->footer("Totals, then one line a data file: live is what the newest records take, dead what a merge would "
                    "reclaim, tombstones the marks of deleted keys. Opens read-only: nothing is written.\n"
                    "Examples:\n"
                    "  rustcask stats db\n"
                    "  rustcask stats db --json");
    command->callback(
        [arguments, &context] { context.action = [arguments](Context& c) { return runStats(*arguments, c); }; });
}

} // namespace rustcask::cli
