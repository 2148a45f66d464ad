// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include <CLI/CLI.hpp>

#include <rustcask/bench/compare.h>
#include <rustcask/bench/run_file.h>

#include "bench_command.h"

namespace rustcask::cli {

namespace {

struct CompareArguments {
    std::vector<std::filesystem::path> files{};
    std::string baseline{};
    bool json = false;
};

Result<bench::ComparisonTable> compare(const CompareArguments& arguments) {
    const auto first = bench::loadRun(arguments.files.front());
    if (!first)
        return failure(first.error());
    if (arguments.files.size() == 1)
        return bench::compareWithin(*first, arguments.baseline);
    const auto second = bench::loadRun(arguments.files.back());
    if (!second)
        return failure(second.error());
    return bench::compareSessions(*first, *second, arguments.baseline);
}

Result<int> runCompare(const CompareArguments& arguments, Context& context) {
    const auto table = compare(arguments);
    if (!table) {
        // The exit codes of a comparison are its own: what cannot be read is not inconclusive.
        context.warn(table.error().message());
        return static_cast<int>(bench::ComparisonOutcome::invalid);
    }
    const std::string text = arguments.json ? bench::comparisonJson(*table) : bench::comparisonText(*table);
    if (auto done = context.out.write(text); !done)
        return failure(std::move(done.error()));
    return static_cast<int>(bench::outcomeOf(*table));
}

} // namespace

void addBenchCompare(CLI::App& bench, Context& context) {
    auto* command = bench.add_subcommand("compare", "Tell which configuration is faster, and how surely");
    auto arguments = std::make_shared<CompareArguments>();
    command
        ->add_option("FILES", arguments->files,
                     "One result: its configurations with each other. Two: the second against the first")
        ->required()
        ->expected(1, 2)
        ->type_name("FILE [FILE]");
    command
        ->add_option("--baseline", arguments->baseline,
                     "Configuration to compare with (default: the first one, or that of the same name)")
        ->type_name("NAME");
    command->add_flag("--json", arguments->json, "Print the comparison as JSON");
    command->footer("Within one result rounds are paired (Wilcoxon's signed-rank test); two results are two sessions "
                    "(Mann-Whitney). Ratios are Hodges-Lehmann estimates with 95 % intervals; only equal durability "
                    "classes, traces and profiles are ranked. Results of Google Benchmark (JSON) are shown beside.\n"
                    "Exit status: 0 nothing is slower, 1 something is slower, 2 nothing could be ranked, 3 "
                    "inconclusive.\n"
                    "Examples:\n"
                    "  rustcask bench compare peers.json --baseline tkrzw\n"
                    "  rustcask bench compare before.json after.json");
    command->callback(
        [arguments, &context] { context.action = [arguments](Context& c) { return runCompare(*arguments, c); }; });
}

} // namespace rustcask::cli
