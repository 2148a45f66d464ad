// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <rustcask/transfer/transfer.h>

#include "arguments.h"
#include "commands.h"
#include "format.h"
#include "progress_monitor.h"

namespace rustcask::cli {

namespace {

struct ListArguments {
    std::filesystem::path directory{};
    std::string prefix{};
    std::uint64_t limit = UINT64_MAX;
    bool json = false;
    Notation notation{};
};

std::string entryText(const SnapshotEntry& entry, const ListArguments& arguments) {
    if (!arguments.json)
        return transfer::encode(entry.key, arguments.notation.encoding()) + "\n";
    const nlohmann::ordered_json object{{"key", jsonBytes(entry.key, arguments.notation)},
                                        {"valueBytes", entry.valueBytes},
                                        {"generation", entry.generation.value},
                                        {"offset", entry.offset},
                                        {"sequence", entry.sequence.value}};
    return object.dump() + "\n";
}

// The bar ends with the sorting: it must not run through the list on a terminal.
Result<std::vector<std::size_t>> sorted(const Snapshot& snapshot, std::string_view prefix, const Context& context) {
    Progress progress;
    const ProgressMonitor monitor(context, progress, "sorting");
    return transfer::sortedByKey(snapshot, prefix, progress);
}

Result<int> runList(const ListArguments& arguments, Context& context) {
    const auto prefix = decodeArgument(arguments.prefix, arguments.notation, "prefix");
    if (!prefix)
        return failure(prefix.error());
    auto database = openDatabase(context, arguments.directory, readingOptions());
    if (!database)
        return failure(std::move(database.error()));
    const auto snapshot = (*database)->snapshot();
    if (!snapshot)
        return failure(snapshot.error());
    const auto order = sorted(**snapshot, *prefix, context);
    if (!order)
        return failure(order.error());
    const std::size_t count = std::min<std::uint64_t>(order->size(), arguments.limit);
    for (std::size_t i = 0; i < count; ++i) {
        if (auto done = context.out.write(entryText((*snapshot)->entry((*order)[i]), arguments)); !done)
            return failure(std::move(done.error()));
    }
    return exitDone;
}

} // namespace

void addListCommand(CLI::App& application, Context& context) {
    auto* command = application.add_subcommand("list", "List the keys");
    auto arguments = std::make_shared<ListArguments>();
    addDirectory(*command, arguments->directory);
    command->add_option("--prefix", arguments->prefix, "Only keys that begin with this")->type_name("BYTES");
    command->add_option("--limit", arguments->limit, "At most this many keys")->type_name("N");
    command->add_flag("--json", arguments->json,
                      "One JSON object a line: key, valueBytes, generation, offset, sequence");
    addNotationOptions(*command, arguments->notation, "The prefix is written, and keys are printed, in");
    command->footer(
        "One key a line, in byte order. Control characters and bytes that are no UTF-8 are printed as \\xNN, a "
        "backslash as \\\\, so that no two keys look the same. In JSON a key that is no UTF-8 is an object "
        "{\"base64\": \"...\"}. Opens read-only: nothing is written.\n"
        "Examples:\n"
        "  rustcask list db --prefix user/ --limit 20\n"
        "  rustcask list db --hex");
    command->callback(
        [arguments, &context] { context.action = [arguments](Context& c) { return runList(*arguments, c); }; });
}

} // namespace rustcask::cli
