// SPDX-License-Identifier: Apache-2.0
#include "bench_command.h"

#include <atomic>
#include <csignal>
#include <memory>
#include <mutex>
#include <set>
#include <sstream>
#include <thread>

#include <sys/prctl.h>

#include <CLI/CLI.hpp>

#include <rustcask/bench/child.h>
#include <rustcask/bench/run_file.h>
#include <rustcask/bench/summary.h>

#include "arguments.h"
#include "interrupts.h"

namespace rustcask::cli {

namespace {

tl::unexpected<Error> usage(std::string detail, std::string advice = {}) {
    return failure(Error{.code = ErrorCode::invalidArgument,
                         .operation = "bench",
                         .detail = std::move(detail),
                         .advice = std::move(advice)});
}

struct RunArguments {
    std::vector<std::string> workloads{"fillrandom", "readrandom"};
    std::vector<std::string> engines{};
    std::vector<std::string> configs{};
    bench::WorkloadSpec workload{};
    std::uint64_t valueBytes = bench::WorkloadSpec{}.valueBytes;
    std::uint32_t rounds = 10;
    std::uint64_t orderSeed = 1;
    std::string profile{"matched"};
    std::string durability{};
    std::string name{};
    bool noVerify = false;
    bool twin = false;
    BenchRun request{};
};

/// "label:key=value,key=value" or "engine/label:…"; the settings may be left out.
Result<bench::EngineConfig> parseConfig(const std::string& text) {
    bench::EngineConfig config;
    const auto colon = text.find(':');
    config.label = text.substr(0, colon);
    if (const auto slash = config.label.find('/'); slash != std::string::npos) {
        config.engine = config.label.substr(0, slash);
        config.label = config.label.substr(slash + 1);
    }
    if (config.label.empty())
        return usage("--config " + text + " has no name", "Write --config NAME:setting=value,setting=value.");
    if (colon == std::string::npos)
        return config;
    std::istringstream settings(text.substr(colon + 1));
    for (std::string setting; std::getline(settings, setting, ',');) {
        const auto equals = setting.find('=');
        if (equals == std::string::npos)
            return usage("--config " + config.label + ": \"" + setting + "\" is not written as setting=value",
                         "'rustcask bench list' names the settings.");
        std::string name = setting.substr(0, equals), value = setting.substr(equals + 1);
        if (name.ends_with("Bytes"))
            if (const auto bytes = parseSize(value))
                value = std::to_string(*bytes);
        config.options[name] = value;
    }
    return config;
}

/// The configurations that `--engines`, `--profile` and `--durability` stand for.
Result<void> addEngines(const RunArguments& arguments, bench::Run& run) {
    const bench::EngineRegistry registry;
    const bool matched = arguments.profile == "matched";
    if (!matched && !arguments.durability.empty())
        return usage(
            "the profile \"defaults\" leaves every library as it comes: its durability class follows from that",
            "Leave --durability out, or choose --profile matched.");
    const auto durability =
        bench::durabilityFromName(arguments.durability.empty() ? "D1" : std::string_view(arguments.durability));
    if (!durability)
        return usage("there is no durability class \"" + arguments.durability + "\"", "The classes are D0 to D3.");
    run.profile = arguments.configs.empty() ? arguments.profile : "custom";
    std::vector<std::string> names = arguments.engines;
    if (names.empty() && run.configurations.empty())
        names.emplace_back("rustcask");
    for (const std::string& name : names) {
        auto config = matched ? registry.matched(name, *durability) : registry.configuration(name);
        if (!config)
            return failure(std::move(config.error()));
        run.configurations.push_back(std::move(*config));
    }
    if (arguments.twin) {
        run.configurations.push_back(run.configurations.front());
        run.configurations.back().label += " (A/A)";
    }
    return {};
}

Result<int> runRun(const RunArguments& arguments, Context& context) {
    BenchRun request = arguments.request;
    bench::Run& run = request.run;
    for (const std::string& name : arguments.workloads) {
        bench::WorkloadSpec spec = arguments.workload;
        spec.name = name;
        if (arguments.valueBytes > UINT32_MAX)
            return usage("values may have at most 16 MiB");
        spec.valueBytes = static_cast<std::uint32_t>(arguments.valueBytes);
        run.workloads.push_back(spec);
    }
    for (const std::string& text : arguments.configs) {
        auto config = parseConfig(text);
        if (!config)
            return failure(std::move(config.error()));
        run.configurations.push_back(std::move(*config));
    }
    if (auto chosen = addEngines(arguments, run); !chosen)
        return failure(std::move(chosen.error()));
    run.rounds = arguments.rounds;
    run.orderSeed = arguments.orderSeed;
    run.name = arguments.name;
    request.verify = !arguments.noVerify;
    return executeBenchRun(request, context);
}

struct ShowArguments {
    std::filesystem::path file{};
    bool csv = false;
};

Result<int> runShow(const ShowArguments& arguments, Context& context) {
    const auto run = bench::loadRun(arguments.file);
    if (!run)
        return failure(run.error());
    std::string text;
    if (arguments.csv) {
        text = bench::tableCsv({&*run});
    } else {
        text = (run->name.empty() ? run->id : run->name) + ", " + run->created + ", " + run->tool.name + " " +
               run->tool.version + " (" + run->tool.build + ")\n" + run->machine.cpu + ", " +
               std::to_string(run->machine.cores) + " cores, " + run->machine.kernel + ", " + run->machine.fileSystem +
               "\n";
        // Across lines of different classes no figure is better than another.
        std::set<std::string> classes;
        for (const auto& series : bench::summarise(*run))
            if (series.durability)
                classes.insert(std::string(bench::durabilityName(*series.durability)));
        text += "\n" + bench::tableText(*run);
        if (classes.size() > 1)
            text += "Durability classes differ: compare lines of the same class only.\n";
        if (!run->isComplete())
            text += "This run is not complete.\n";
        for (const std::string& warning : run->warnings)
            text += "Warning: " + warning + "\n";
        std::set<std::string> warnings;
        for (const bench::Repetition& repetition : run->repetitions)
            warnings.insert(repetition.warnings.begin(), repetition.warnings.end());
        for (const std::string& warning : warnings)
            text += "Warning: " + warning + "\n";
    }
    if (auto done = context.out.write(text); !done)
        return failure(std::move(done.error()));
    return exitDone;
}

/// Sets the flag that the runner looks at once a signal has come. A handler of its own could reach nothing else.
class StopOnSignal {
public:
    explicit StopOnSignal(std::atomic<bool>& stop)
        : m_thread([this, &stop] {
              while (!m_done.load(std::memory_order_relaxed)) {
                  if (InterruptGuard::raised())
                      stop.store(true, std::memory_order_relaxed);
                  std::this_thread::sleep_for(std::chrono::milliseconds(40));
              }
          }) {}
    ~StopOnSignal() {
        m_done.store(true, std::memory_order_relaxed);
        m_thread.join();
    }
    StopOnSignal(const StopOnSignal&) = delete;
    StopOnSignal& operator=(const StopOnSignal&) = delete;

private:
    InterruptGuard m_guard;
    std::atomic<bool> m_done{false};
    std::thread m_thread; // last: it uses all the others
};

Result<int> runChild(const std::string& text, Context& context) {
    // An orphan would go on writing to the disk with nobody to read its result.
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    const auto spec = bench::decodeChildSpec(text);
    if (!spec)
        return failure(spec.error());
    std::atomic<bool> stop{false};
    std::mutex mutex;
    const auto say = [&](const std::string& line) {
        const std::lock_guard lock(mutex);
        if (!context.out.write(line) || !context.out.flush())
            stop.store(true, std::memory_order_relaxed); // nobody listens any more
    };
    const StopOnSignal stopper(stop);
    bench::RunObserver observer;
    observer.phase = [&](bench::RunPhase phase) { say(bench::phaseLine(phase)); };
    observer.sample = [&](const bench::Sample& sample) { say(bench::sampleLine(sample)); };
    const bench::EngineRegistry engines;
    const bench::Repetition repetition = bench::runRepetition(engines, *spec, observer, stop);
    say(bench::resultLine(repetition));
    return repetition.status == bench::RepetitionStatus::complete  ? exitDone
           : repetition.status == bench::RepetitionStatus::stopped ? exitInterrupted
                                                                   : exitError;
}

void addRun(CLI::App& bench, Context& context) {
    auto* command = bench.add_subcommand("run", "Run workloads on engine configurations, interleaved");
    auto arguments = std::make_shared<RunArguments>();
    command->add_option("--workloads", arguments->workloads, "Workloads, separated by commas")
        ->delimiter(',')
        ->capture_default_str();
    command->add_option("--config", arguments->configs,
                        "A configuration: NAME:setting=value,… or ENGINE/NAME:setting=value,…; may be repeated");
    command
        ->add_option("--engines", arguments->engines,
                     "Engines or their named configurations, separated by commas (default: rustcask)")
        ->delimiter(',');
    command
        ->add_option("--profile", arguments->profile,
                     "Settings of --engines: alike in what they promise and use (matched), or the libraries' own "
                     "(defaults)")
        ->check(CLI::IsMember({"matched", "defaults"}))
        ->capture_default_str();
    command->add_option("--durability", arguments->durability,
                        "Durability class of the matched settings: D0, D1, D2 or D3 (default: D1)");
    command->add_option("--num,--keys", arguments->workload.keys, "Number of keys")->capture_default_str();
    command->add_option("--operations", arguments->workload.operations, "Operations (default: what the workload says)");
    command->add_option("--key-size", arguments->workload.keyBytes, "Bytes of a key")->capture_default_str();
    addSizeOption(*command, "--value-size", arguments->valueBytes, "Size of a value (default: 100)");
    command->add_option("--threads", arguments->workload.threads, "Threads")->capture_default_str();
    command->add_option("--rate", arguments->workload.rate,
                        "Operations a second, each started when it is due; for readwhilewriting those of the writer "
                        "(default: as fast as they go)");
    command->add_flag("--cold", arguments->workload.coldCache,
                      "Drop the store from the system's page cache before the timed part");
    command->add_option("--rounds", arguments->rounds, "Repetitions of each pair")->capture_default_str();
    command->add_option("--seed", arguments->workload.seed, "Seed of the traces")->capture_default_str();
    command->add_option("--order-seed", arguments->orderSeed, "Seed of the order of repetitions")
        ->capture_default_str();
    command->add_option("--name", arguments->name, "Name of the run");
    command->add_option("--out", arguments->request.outputFile, "Store the result there, as JSON")->type_name("FILE");
    command
        ->add_option("--dir", arguments->request.scratch,
                     "Folder for the databases, which are removed afterwards (default: the user's cache)")
        ->type_name("FOLDER");
    command->add_flag("--no-verify", arguments->noVerify, "Do not read everything back after the load");
    command->add_flag("--aa", arguments->twin,
                      "Run the first configuration twice under two names, which measures the noise");
    command->add_flag("--json", arguments->request.json, "Print the result as JSON");
    command->footer("Each repetition is a process of its own, and rounds are shuffled, so that what drifts on the "
                    "machine meets all configurations alike.\n"
                    "Examples:\n"
                    "  rustcask bench run --workloads fillrandom,readrandom --num 100000 --rounds 3\n"
                    "  rustcask bench run --engines rustcask,tkrzw,lmdb --durability D1 --out peers.json\n"
                    "  rustcask bench run --config default --config sync:sync=everyWrite --out sync.json");
    command->callback(
        [arguments, &context] { context.action = [arguments](Context& c) { return runRun(*arguments, c); }; });
}

} // namespace

void addBenchCommand(CLI::App& application, Context& context) {
    auto* bench = application.add_subcommand("bench", "Measure engine configurations on standard workloads");
    bench->require_subcommand(1);
    bench->footer("'rustcask bench run --help' tells all about running; 'rustcask bench list' names workloads and "
                  "settings; 'rustcask bench compare' tells what is faster.");
    addRun(*bench, context);

    addBenchCompare(*bench, context);
    addBenchList(*bench, context);

    auto* show = bench->add_subcommand("show", "Print a stored result as a table");
    auto showArguments = std::make_shared<ShowArguments>();
    show->add_option("FILE", showArguments->file, "Result file")->required();
    show->add_flag("--csv", showArguments->csv, "Print comma-separated values in plain units");
    show->callback([showArguments, &context] {
        context.action = [showArguments](Context& c) { return runShow(*showArguments, c); };
    });

    // Internal: what `bench run` and the window start for each repetition. See engine/bench/doc/result-v1.md.
    auto* child = bench->add_subcommand("child", "Make one repetition in this process (internal)")->group("");
    auto spec = std::make_shared<std::string>();
    child->add_option("--spec", *spec, "Specification, in JSON")->required();
    child->callback([spec, &context] { context.action = [spec](Context& c) { return runChild(*spec, c); }; });
}

} // namespace rustcask::cli
