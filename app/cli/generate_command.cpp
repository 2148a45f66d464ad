// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>

#include "arguments.h"
#include "commands.h"
#include "format.h"
#include "generator.h"
#include "progress_monitor.h"

namespace rustcask::cli {

namespace {

struct GenerateArguments {
    std::filesystem::path directory{};
    std::uint64_t keys = 1000;
    SizeDistribution keySize{.low = 16, .high = 16};
    SizeDistribution valueSize{.low = 100, .high = 100};
    std::uint64_t overwrites = 0;
    std::uint64_t deletes = 0;
    std::uint64_t seed = 1;
    Options options{};
};

/// Key sizes hang on the seed and the key's number alone, so that an overwrite or delete finds its key again.
std::string keyOf(const GenerateArguments& arguments, std::uint64_t index) {
    Random random(arguments.seed ^ (index * 0x9e3779b97f4a7c15U + 0x6b6579U));
    return generatedKey(index, arguments.keySize.sample(random, maxKeyBytes));
}

Result<void> generate(const GenerateArguments& arguments, Database& database, Progress& progress) {
    const std::uint64_t total = arguments.keys + arguments.overwrites + arguments.deletes;
    progress.setTotals(0, total, 0);
    progress.setPhase(Phase::copying);
    Random random(arguments.seed);
    std::string value;
    const auto count = [&](std::uint64_t bytes) {
        progress.addRecords(1);
        progress.addBytes(bytes);
        return progress.checkpoint("generate records");
    };
    for (std::uint64_t i = 0; i < arguments.keys + arguments.overwrites; ++i) {
        const std::string key = keyOf(arguments, i < arguments.keys ? i : random.below(arguments.keys));
        fillGeneratedValue(value, arguments.valueSize.sample(random, maxValueBytes), random);
        if (auto done = database.put(key, value); !done)
            return done;
        if (auto alive = count(key.size() + value.size()); !alive)
            return alive;
    }
    if (arguments.deletes == 0)
        return {};
    const Permutation order(arguments.keys, random);
    for (std::uint64_t i = 0; i < arguments.deletes; ++i) {
        const std::string key = keyOf(arguments, order.at(i));
        if (const auto done = database.remove(key); !done)
            return failure(done.error());
        if (auto alive = count(key.size()); !alive)
            return alive;
    }
    return {};
}

Result<int> runGenerate(const GenerateArguments& arguments, Context& context) {
    if (arguments.deletes > arguments.keys || (arguments.keys == 0 && arguments.overwrites > 0))
        return failure(Error{.code = ErrorCode::invalidArgument,
                             .operation = "generate records",
                             .detail = "there are not that many keys to delete or overwrite"});
    auto database = openDatabase(context, arguments.directory, arguments.options);
    if (!database)
        return failure(std::move(database.error()));
    {
        Progress progress;
        const ProgressMonitor monitor(context, progress, "generating");
        if (auto done = generate(arguments, **database, progress); !done)
            return failure(std::move(done.error()));
    }
    const Stats stats = (*database)->stats();
    if (auto done = (*database)->close(); !done)
        return failure(std::move(done.error()));
    auto done = context.out.write(formatCount(arguments.keys) + " keys put, " + formatCount(arguments.overwrites) +
                                  " overwritten, " + formatCount(arguments.deletes) + " deleted; " +
                                  formatCount(stats.liveKeys) + " live keys, " + formatBytes(stats.dataBytes) +
                                  " in data files\n");
    if (!done)
        return failure(std::move(done.error()));
    return exitDone;
}

void addDistribution(CLI::App& command, const std::string& name, SizeDistribution& distribution,
                     const std::string& description) {
    const auto set = [&distribution, name](const std::string& text) {
        const auto parsed = SizeDistribution::parse(text);
        if (!parsed)
            throw CLI::ValidationError(name, "'" + text +
                                                 "' is no distribution of sizes; write for example 100, "
                                                 "uniform:10-200, zipf:16-4KiB or lognormal:100,1");
        distribution = *parsed;
    };
    command.add_option_function<std::string>(name, set, description)->type_name("DIST");
}

} // namespace

void addGenerateCommand(CLI::App& application, Context& context) {
    auto* command = application.add_subcommand("generate", "Fill a database with made-up records");
    auto arguments = std::make_shared<GenerateArguments>();
    addDirectory(*command, arguments->directory);
    command->add_option("--keys", arguments->keys, "Number of keys (default: 1000)")->type_name("N");
    addDistribution(*command, "--key-size", arguments->keySize, "Bytes of a key (default: 16)");
    addDistribution(*command, "--value-size", arguments->valueSize, "Bytes of a value (default: 100)");
    command->add_option("--overwrites", arguments->overwrites, "Then puts on keys drawn at random (default: 0)")
        ->type_name("N");
    command->add_option("--deletes", arguments->deletes, "Then deletes of different keys drawn at random (default: 0)")
        ->type_name("N");
    command->add_option("--seed", arguments->seed, "The same seed makes the same records (default: 1)")->type_name("N");
    addWriteOptions(*command, arguments->options);
    command->footer(
        "Keys are decimal numbers from 0 on, led by zeros; values are random letters. DIST is a distribution of "
        "sizes: N or fixed:N; uniform:A-B; zipf:A-B (the n-th size with weight 1/n); lognormal:MEDIAN,SIGMA. "
        "Sizes may bear a unit: 4KiB.\n"
        "Examples:\n"
        "  rustcask generate db --keys 1000000\n"
        "  rustcask generate db --keys 50000 --value-size zipf:16-64KiB --overwrites 20000 --deletes 5000");
    command->callback(
        [arguments, &context] { context.action = [arguments](Context& c) { return runGenerate(*arguments, c); }; });
}

} // namespace rustcask::cli
