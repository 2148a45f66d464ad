// SPDX-License-Identifier: Apache-2.0
#include <rustcask/bench/child.h>

#include <algorithm>
#include <set>

#include "json_codec.h"

namespace rustcask::bench {

namespace {

template <typename Function>
auto guarded(const char* operation, Function decode) -> Result<decltype(decode())> {
    Error error;
    error.code = ErrorCode::corruption;
    error.operation = operation;
    try {
        return decode();
    } catch (const BadRun& bad) {
        error.code = bad.code;
        error.detail = bad.detail;
    } catch (const Json::exception& exception) {
        error.detail = exception.what();
    }
    return failure(std::move(error));
}

tl::unexpected<Error> invalid(std::string detail) {
    Error error;
    error.code = ErrorCode::invalidArgument;
    error.operation = "plan the run";
    error.detail = std::move(detail);
    return failure(std::move(error));
}

/// Every pair once a round, without those that are not applicable.
std::vector<PlanStep> planOf(const Run& run) {
    auto plan = makePlan(static_cast<std::uint32_t>(run.workloads.size()),
                         static_cast<std::uint32_t>(run.configurations.size()), run.rounds, run.orderSeed);
    std::erase_if(plan, [&run](const PlanStep& step) {
        return std::any_of(run.notApplicable.begin(), run.notApplicable.end(), [&step](const NotApplicable& pair) {
            return pair.workload == step.workload && pair.configuration == step.configuration;
        });
    });
    return plan;
}

std::string_view missingFeature(Feature feature) {
    switch (feature) {
    case Feature::compact:
        return " cannot compact a store in place";
    case Feature::getMany:
        return " has no batched get";
    case Feature::openWithoutHints:
        return " keeps no index beside its data that could be left out";
    }
    return {};
}

std::string line(Json json) {
    return dump(json) + "\n";
}

} // namespace

std::optional<std::string> notApplicable(const EngineRegistry& engines, const EngineConfig& config,
                                         const WorkloadSpec& workload) {
    const WorkloadInfo* info = findWorkload(workload.name);
    const EngineKind* kind = engines.find(config.engine);
    if (info == nullptr || kind == nullptr || !info->needs || kind->has(*info->needs))
        return std::nullopt;
    return std::string(kind->title()) + std::string(missingFeature(*info->needs)) + ".";
}

std::vector<NotApplicable> notApplicablePairs(const EngineRegistry& engines, const Run& run) {
    std::vector<NotApplicable> pairs;
    for (std::uint32_t workload = 0; workload < run.workloads.size(); ++workload)
        for (std::uint32_t configuration = 0; configuration < run.configurations.size(); ++configuration)
            if (auto reason = notApplicable(engines, run.configurations[configuration], run.workloads[workload]))
                pairs.push_back({workload, configuration, std::move(*reason)});
    return pairs;
}

std::string encodeChildSpec(const RepetitionSpec& spec) {
    return dump({{"version", 1},
                 {"workload", toJson(spec.workload)},
                 {"configuration", toJson(spec.config)},
                 {"directory", spec.directory.string()},
                 {"verify", spec.verify},
                 {"sampleEveryMs", spec.sampleEvery.count()}});
}

Result<RepetitionSpec> decodeChildSpec(std::string_view text) {
    return guarded("read the specification", [text] {
        const Json json = Json::parse(text);
        RepetitionSpec spec;
        spec.workload = workloadFromJson(json.at("workload"));
        spec.config = configFromJson(json.at("configuration"));
        spec.directory = json.at("directory").get<std::string>();
        spec.verify = json.value("verify", true);
        spec.sampleEvery = std::chrono::milliseconds(json.value("sampleEveryMs", std::int64_t{250}));
        if (spec.directory.empty() || spec.sampleEvery.count() < 1)
            throw BadRun{ErrorCode::invalidArgument, "it needs a directory and a sampling interval of 1 ms or more"};
        return spec;
    });
}

std::string phaseLine(RunPhase phase) {
    return line({{"type", "phase"}, {"phase", runPhaseName(phase)}});
}

std::string sampleLine(const Sample& sample) {
    Json json{{"type", "sample"}};
    json.update(toJson(sample));
    return line(std::move(json));
}

std::string resultLine(const Repetition& repetition) {
    return line({{"type", "result"}, {"repetition", toJson(repetition)}});
}

Result<ChildMessage> decodeChildLine(std::string_view text) {
    return guarded("read a benchmark process's output", [text] {
        const Json json = Json::parse(text);
        const std::string type = json.at("type").get<std::string>();
        ChildMessage message;
        if (type == "phase") {
            const std::string name = json.at("phase").get<std::string>();
            for (const auto phase :
                 {RunPhase::trace, RunPhase::load, RunPhase::verify, RunPhase::measure, RunPhase::settle})
                if (runPhaseName(phase) == name)
                    message.phase = phase;
        } else if (type == "sample") {
            message.sample = sampleFromJson(json);
        } else if (type == "result") {
            message.result = repetitionFromJson(json.at("repetition"));
        }
        return message;
    });
}

RunRecorder::RunRecorder(Run run) : m_run(std::move(run)), m_plan(planOf(m_run)) {}

Result<void> RunRecorder::check(const Run& run, const EngineRegistry& engines) {
    if (run.workloads.empty())
        return invalid("choose at least one workload");
    if (run.configurations.empty())
        return invalid("choose at least one engine configuration");
    if (run.rounds < 1 || run.rounds > 1000)
        return invalid("the number of rounds must be 1 to 1,000");
    for (const WorkloadSpec& spec : run.workloads)
        if (auto resolved = spec.resolved(); !resolved)
            return failure(std::move(resolved.error()));
    std::set<std::string> labels;
    for (const EngineConfig& config : run.configurations) {
        const EngineKind* kind = engines.find(config.engine);
        if (kind == nullptr)
            return invalid("there is no engine named \"" + config.engine + "\" in this build");
        if (auto completed = kind->complete(config.options); !completed)
            return failure(std::move(completed.error()));
        if (config.label.empty())
            return invalid("every configuration needs a name");
        if (!labels.insert(config.label).second)
            return invalid("two configurations are named \"" + config.label + "\"");
    }
    return {};
}

const PlanStep* RunRecorder::current() const noexcept {
    return m_done < m_plan.size() ? &m_plan[m_done] : nullptr;
}

RepetitionSpec RunRecorder::currentSpec(const std::filesystem::path& directory, bool verify) const {
    const PlanStep& step = m_plan.at(m_done);
    RepetitionSpec spec;
    spec.workload = m_run.workloads.at(step.workload);
    spec.config = m_run.configurations.at(step.configuration);
    spec.directory = directory;
    spec.verify = verify;
    return spec;
}

Result<ChildMessage> RunRecorder::absorb(std::string_view text) {
    auto message = decodeChildLine(text);
    if (!message)
        return message;
    if (message->sample)
        m_samples.push_back(*message->sample);
    if (message->result)
        m_result = message->result;
    return message;
}

void RunRecorder::finishCurrent(bool stopped, const std::string& how) {
    if (m_done >= m_plan.size())
        return;
    Repetition repetition;
    if (m_result) {
        repetition = std::move(*m_result);
    } else {
        repetition.status = stopped ? RepetitionStatus::stopped : RepetitionStatus::crashed;
        repetition.error = how;
        repetition.series = std::move(m_samples);
        if (!repetition.series.empty()) {
            const Sample& last = repetition.series.back();
            repetition.operations = last.operations;
            repetition.elapsedNs = last.elapsedMs * 1'000'000;
            if (last.elapsedMs > 0)
                repetition.opsPerSecond =
                    static_cast<double>(last.operations) * 1000.0 / static_cast<double>(last.elapsedMs);
        }
    }
    const PlanStep& step = m_plan[m_done++];
    repetition.workload = step.workload;
    repetition.configuration = step.configuration;
    repetition.round = step.round;
    m_run.repetitions.push_back(std::move(repetition));
    m_samples.clear();
    m_result.reset();
}

} // namespace rustcask::bench
