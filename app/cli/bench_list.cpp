// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <CLI/CLI.hpp>

#include <rustcask/bench/engine.h>
#include <rustcask/bench/workload.h>

#include "bench_command.h"

namespace rustcask::cli {

namespace {

constexpr std::size_t nameColumns = 22;

std::string entry(std::string_view name, std::string_view text) {
    return "  " + std::string(name) + std::string(nameColumns - std::min(nameColumns - 1, name.size()), ' ') +
           std::string(text) + "\n";
}

std::string choicesOf(const bench::OptionInfo& option) {
    std::string values;
    for (const std::string& choice : option.choices)
        values += (values.empty() ? "" : " | ") + choice;
    return values.empty() ? std::to_string(option.minimum) + " to " + std::to_string(option.maximum) +
                                (option.unit.empty() ? "" : " " + option.unit)
                          : values;
}

/// The durability classes for which an engine has settings of the profile "matched".
std::string classesOf(const bench::EngineKind& kind) {
    std::string classes;
    for (const auto durability :
         {bench::Durability::d0, bench::Durability::d1, bench::Durability::d2, bench::Durability::d3})
        if (kind.stores() && kind.matched(durability))
            classes += (classes.empty() ? "" : " ") + std::string(bench::durabilityName(durability));
    return classes;
}

std::string describe(const bench::EngineKind& kind) {
    std::string text = "\nEngine " + std::string(kind.name());
    if (!kind.version().empty())
        text += " " + kind.version();
    if (const std::string classes = classesOf(kind); !classes.empty())
        text += ", matched settings for " + classes;
    text += kind.options().empty() ? ": no settings\n" : "\n";
    for (const bench::OptionInfo& option : kind.options())
        text += entry(option.name, option.summary + " " + choicesOf(option) + "; default " + option.defaultValue);
    return text;
}

Result<int> runList(Context& context) {
    const bench::EngineRegistry engines;
    std::string text = "Workloads (--workloads)\n";
    for (const bench::WorkloadInfo& info : bench::workloads())
        text += entry(info.name, info.summary);
    text += entry("ycsb-e", "Not applicable: a Bitcask cannot scan a range of keys.");
    text += "\nConfigurations (--engines)\n";
    for (const bench::EngineKind* kind : engines.kinds()) {
        text += entry(kind->name(), kind->stores() ? std::string(kind->title())
                                                   : "Stores nothing: shows what the harness itself costs.");
        for (const bench::Preset& preset : kind->presets())
            text += entry(std::string(kind->name()) + "-" + preset.suffix, preset.summary);
    }
    for (const bench::AbsentEngine& absent : engines.absent())
        text += entry(absent.name, "Absent. " + absent.reason);
    for (const bench::EngineKind* kind : engines.kinds())
        text += describe(*kind);
    if (auto done = context.out.write(text); !done)
        return failure(std::move(done.error()));
    return exitDone;
}

} // namespace

void addBenchList(CLI::App& bench, Context& context) {
    auto* list = bench.add_subcommand("list", "List workloads, engines with their configurations, and settings");
    list->callback([&context] { context.action = [](Context& c) { return runList(c); }; });
}

} // namespace rustcask::cli
