// SPDX-License-Identifier: Apache-2.0
#include "google_benchmark.h"

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <utility>

namespace rustcask::bench {

namespace {

struct Name {
    std::string workload;
    std::string label;
};

Name split(const std::string& text, const std::string& program) {
    Name name;
    std::istringstream parts(text);
    for (std::string part; std::getline(parts, part, '/');) {
        if (name.workload.empty() && findWorkload(part) != nullptr)
            name.workload = part;
        else
            name.label += (name.label.empty() ? "" : "/") + part;
    }
    if (name.workload.empty())
        return {text, program};
    if (name.label.empty())
        name.label = program;
    return name;
}

double nanoseconds(double time, const std::string& unit) {
    return time * (unit == "s" ? 1e9 : unit == "ms" ? 1e6 : unit == "us" ? 1e3 : 1.0);
}

template <typename List, typename Matches, typename Value>
std::uint32_t indexOf(List& list, Matches matches, Value value) {
    const auto found = std::find_if(list.begin(), list.end(), matches);
    if (found != list.end())
        return static_cast<std::uint32_t>(found - list.begin());
    list.push_back(std::move(value));
    return static_cast<std::uint32_t>(list.size() - 1);
}

Repetition repetitionOf(const Json& json) {
    Repetition repetition;
    if (json.value("error_occurred", false)) {
        repetition.status = RepetitionStatus::failed;
        repetition.error = json.value("error_message", std::string());
        return repetition;
    }
    const double ns = nanoseconds(json.at("real_time").get<double>(), json.value("time_unit", std::string("ns")));
    const double iterations = json.value("iterations", 0.0);
    if (!(ns > 0) || iterations < 0)
        throw BadRun{ErrorCode::corruption, "a benchmark has no time"};
    repetition.opsPerSecond = json.value("items_per_second", 1e9 / ns);
    repetition.elapsedNs = static_cast<std::uint64_t>(std::min(ns * iterations, 9e18));
    repetition.operations = static_cast<std::uint64_t>(std::min(repetition.opsPerSecond * ns * iterations / 1e9, 9e18));
    return repetition;
}

} // namespace

bool isGoogleBenchmark(const Json& json) {
    return json.is_object() && json.contains("context") && json.contains("benchmarks") && !json.contains("format");
}

Run runFromGoogleBenchmark(const Json& json) {
    const Json& context = json.at("context");
    Run run;
    run.profile = "foreign";
    run.created = context.value("date", std::string());
    run.tool = {"Google Benchmark", {}, context.value("library_build_type", std::string()), {}, {}};
    run.machine.cores = context.value("num_cpus", std::uint32_t{0});
    const std::string program =
        std::filesystem::path(context.value("executable", std::string("foreign"))).filename().string();
    run.name = program;
    run.id = program;
    if (run.tool.build == "debug")
        run.warnings.emplace_back("The library that measured was a debug build.");
    run.warnings.emplace_back(
        "Measured by another harness: the figures stand beside ours and are not ranked with them.");
    run.rounds = 0;
    for (const Json& entry : json.at("benchmarks")) {
        if (entry.value("run_type", std::string("iteration")) != "iteration")
            continue;
        const Name name = split(entry.value("run_name", entry.at("name").get<std::string>()), program);
        WorkloadSpec spec;
        spec.name = name.workload;
        spec.keys = 0;
        spec.keyBytes = spec.valueBytes = 0;
        spec.seed = 0;
        spec.threads = entry.value("threads", std::uint32_t{1});
        Repetition repetition = repetitionOf(entry);
        repetition.round = entry.value("repetition_index", std::uint32_t{0});
        repetition.workload = indexOf(
            run.workloads, [&](const WorkloadSpec& other) { return other == spec; }, spec);
        repetition.configuration = indexOf(
            run.configurations, [&](const EngineConfig& other) { return other.label == name.label; },
            EngineConfig{"foreign", name.label, {}});
        run.rounds = std::max(run.rounds, repetition.round + 1);
        run.repetitions.push_back(std::move(repetition));
    }
    if (run.repetitions.empty())
        throw BadRun{ErrorCode::corruption, "it holds no benchmark that ran"};
    for (std::uint32_t workload = 0; workload < run.workloads.size(); ++workload)
        for (std::uint32_t configuration = 0; configuration < run.configurations.size(); ++configuration)
            if (std::none_of(run.repetitions.begin(), run.repetitions.end(), [&](const Repetition& repetition) {
                    return repetition.workload == workload && repetition.configuration == configuration;
                }))
                run.notApplicable.push_back({workload, configuration, "It was not measured."});
    return run;
}

} // namespace rustcask::bench
