// SPDX-License-Identifier: Apache-2.0
#include "json_codec.h"

#include <array>
#include <cmath>

#include <rustcask/bench/run_file.h>

namespace rustcask::bench {

namespace {

template <typename T>
void putOptional(Json& json, const char* key, const std::optional<T>& value) {
    if (value)
        json[key] = *value;
}

template <typename T>
std::optional<T> optionalAt(const Json& json, const char* key) {
    const auto found = json.find(key);
    if (found == json.end() || found->is_null())
        return std::nullopt;
    return found->get<T>();
}

template <typename T>
T valueAt(const Json& json, const char* key, T fallback) {
    return optionalAt<T>(json, key).value_or(std::move(fallback));
}

const Json& memberOrEmpty(const Json& json, const char* key, const Json& empty) {
    const auto found = json.find(key);
    return found == json.end() || found->is_null() ? empty : *found;
}

Json toJson(const Tool& tool) {
    return {{"name", tool.name},
            {"version", tool.version},
            {"build", tool.build},
            {"compiler", tool.compiler},
            {"sanitizers", tool.sanitizers}};
}

Tool toolFromJson(const Json& json) {
    return {valueAt<std::string>(json, "name", {}), valueAt<std::string>(json, "version", {}),
            valueAt<std::string>(json, "build", {}), valueAt<std::string>(json, "compiler", {}),
            valueAt<std::string>(json, "sanitizers", {})};
}

Json toJson(const Machine& machine) {
    return {{"cpu", machine.cpu},
            {"cores", machine.cores},
            {"virtualMachine", machine.virtualMachine},
            {"governor", machine.governor},
            {"kernel", machine.kernel},
            {"system", machine.system},
            {"memoryBytes", machine.memoryBytes},
            {"fileSystem", machine.fileSystem},
            {"device", machine.device},
            {"freeBytes", machine.freeBytes},
            {"load", machine.load}};
}

Machine machineFromJson(const Json& json) {
    Machine machine;
    machine.cpu = valueAt<std::string>(json, "cpu", {});
    machine.cores = valueAt<std::uint32_t>(json, "cores", 0);
    machine.virtualMachine = valueAt<bool>(json, "virtualMachine", false);
    machine.governor = valueAt<std::string>(json, "governor", {});
    machine.kernel = valueAt<std::string>(json, "kernel", {});
    machine.system = valueAt<std::string>(json, "system", {});
    machine.memoryBytes = valueAt<std::uint64_t>(json, "memoryBytes", 0);
    machine.fileSystem = valueAt<std::string>(json, "fileSystem", {});
    machine.device = valueAt<std::string>(json, "device", {});
    machine.freeBytes = valueAt<std::uint64_t>(json, "freeBytes", 0);
    machine.load = valueAt<double>(json, "load", 0);
    return machine;
}

RepetitionStatus statusFromName(const std::string& name) {
    for (const auto status :
         {RepetitionStatus::complete, RepetitionStatus::stopped, RepetitionStatus::failed, RepetitionStatus::crashed})
        if (statusName(status) == name)
            return status;
    throw BadRun{ErrorCode::corruption, "a repetition has the unknown status \"" + name + "\""};
}

} // namespace

Json toJson(const Sample& sample) {
    return {{"elapsedMs", sample.elapsedMs},
            {"operations", sample.operations},
            {"opsPerSecond", std::round(sample.opsPerSecond)},
            {"anonymousBytes", sample.anonymousBytes}};
}

Sample sampleFromJson(const Json& json) {
    return {valueAt<std::uint64_t>(json, "elapsedMs", 0), valueAt<std::uint64_t>(json, "operations", 0),
            valueAt<double>(json, "opsPerSecond", 0), valueAt<std::uint64_t>(json, "anonymousBytes", 0)};
}

Json toJson(const Histogram& histogram) {
    Json buckets = Json::array();
    for (const auto& [index, count] : histogram.buckets()) {
        buckets.push_back(index);
        buckets.push_back(count);
    }
    return {{"unit", "ns"},
            {"subBucketBits", Histogram::subBucketBits},
            {"count", histogram.count()},
            {"sum", histogram.sumNs()},
            {"min", histogram.minNs()},
            {"max", histogram.maxNs()},
            {"buckets", std::move(buckets)}};
}

Histogram histogramFromJson(const Json& json) {
    if (valueAt<unsigned>(json, "subBucketBits", Histogram::subBucketBits) != Histogram::subBucketBits)
        throw BadRun{ErrorCode::unsupported, "a histogram has another resolution than this version's"};
    const Json& flat = json.at("buckets");
    Histogram::Buckets buckets;
    for (std::size_t i = 0; i + 1 < flat.size(); i += 2)
        buckets.emplace_back(flat.at(i).get<std::uint32_t>(), flat.at(i + 1).get<std::uint64_t>());
    const auto histogram =
        Histogram::fromBuckets(buckets, valueAt<std::uint64_t>(json, "sum", 0), valueAt<std::uint64_t>(json, "min", 0),
                               valueAt<std::uint64_t>(json, "max", 0));
    if (!histogram || flat.size() % 2 != 0 || histogram->count() != valueAt(json, "count", histogram->count()))
        throw BadRun{ErrorCode::corruption, "a histogram contradicts itself"};
    return *histogram;
}

Json toJson(const WorkloadSpec& spec) {
    return {{"name", spec.name},          {"keys", spec.keys},
            {"keyBytes", spec.keyBytes},  {"valueBytes", spec.valueBytes},
            {"threads", spec.threads},    {"operations", spec.operations},
            {"seed", spec.seed},          {"rate", spec.rate},
            {"coldCache", spec.coldCache}};
}

WorkloadSpec workloadFromJson(const Json& json) {
    WorkloadSpec spec;
    spec.name = json.at("name").get<std::string>();
    spec.keys = valueAt(json, "keys", spec.keys);
    spec.keyBytes = valueAt(json, "keyBytes", spec.keyBytes);
    spec.valueBytes = valueAt(json, "valueBytes", spec.valueBytes);
    spec.threads = valueAt(json, "threads", spec.threads);
    spec.operations = valueAt(json, "operations", spec.operations);
    spec.seed = valueAt(json, "seed", spec.seed);
    spec.rate = valueAt(json, "rate", spec.rate);
    spec.coldCache = valueAt(json, "coldCache", spec.coldCache);
    return spec;
}

Json toJson(const EngineConfig& config) {
    return {{"engine", config.engine}, {"label", config.label}, {"options", config.options}};
}

EngineConfig configFromJson(const Json& json) {
    EngineConfig config;
    config.engine = json.at("engine").get<std::string>();
    config.label = valueAt<std::string>(json, "label", config.engine);
    config.options = valueAt<OptionMap>(json, "options", {});
    return config;
}

Json toJson(const Repetition& r) {
    Json json{{"workload", r.workload},
              {"configuration", r.configuration},
              {"round", r.round},
              {"status", statusName(r.status)}};
    if (!r.error.empty())
        json["error"] = r.error;
    json["operations"] = r.operations;
    json["opsPerSecond"] = r.opsPerSecond;
    json["found"] = r.found;
    json["missing"] = r.missing;
    json["times"] = {{"traceNs", r.traceNs},
                     {"loadNs", r.loadNs},
                     {"verifyNs", r.verifyNs},
                     {"elapsedNs", r.elapsedNs},
                     {"settleNs", r.settleNs}};
    Json bytes{{"userWritten", r.userBytesWritten}, {"liveUser", r.liveUserBytes}, {"disk", r.diskBytes}};
    putOptional(bytes, "engineWritten", r.engineBytesWritten);
    putOptional(bytes, "deviceWritten", r.deviceBytesWritten);
    putOptional(bytes, "writeAmplification", r.writeAmplification);
    putOptional(bytes, "spaceAmplification", r.spaceAmplification);
    json["bytes"] = std::move(bytes);
    Json memory{{"baselineAnonymousBytes", r.baselineAnonymousBytes},
                {"peakAnonymousBytes", r.peakAnonymousBytes},
                {"baselineFileBytes", r.baselineFileBytes},
                {"peakFileBytes", r.peakFileBytes}};
    putOptional(memory, "indexBytes", r.indexBytes);
    json["memory"] = std::move(memory);
    json["cpu"] = {{"userNs", r.cpuUserNs}, {"systemNs", r.cpuSystemNs}};
    json["disturbance"] = {{"otherShare", r.disturbance.otherShare},
                           {"stolenShare", r.disturbance.stolenShare},
                           {"throttledNs", r.disturbance.throttledNs},
                           {"thermalEvents", r.disturbance.thermalEvents}};
    json["harnessNsPerOperation"] = r.harnessNsPerOperation;
    json["traceSha256"] = r.traceSha256;
    json["engineVersion"] = r.engineVersion;
    json["effectiveOptions"] = r.effectiveOptions;
    if (r.durability)
        json["durability"] = durabilityName(*r.durability);
    json["cacheState"] = r.coldCache ? "cold" : "warm";
    json["warnings"] = r.warnings;
    json["series"] = Json::array();
    for (const Sample& sample : r.series)
        json["series"].push_back(toJson(sample));
    json["latency"] = Json::object();
    for (const auto& [kind, histogram] : r.latency)
        json["latency"][kind] = toJson(histogram);
    if (!r.intendedLatency.empty())
        json["intendedLatency"] = Json::object();
    for (const auto& [kind, histogram] : r.intendedLatency)
        json["intendedLatency"][kind] = toJson(histogram);
    if (r.writer)
        json["writer"] = {{"rate", r.writer->rate},
                          {"operations", r.writer->operations},
                          {"opsPerSecond", r.writer->opsPerSecond},
                          {"latency", toJson(r.writer->latency)},
                          {"intendedLatency", toJson(r.writer->intendedLatency)}};
    return json;
}

Repetition repetitionFromJson(const Json& json) {
    static const Json empty = Json::object();
    Repetition r;
    r.workload = json.at("workload").get<std::uint32_t>();
    r.configuration = json.at("configuration").get<std::uint32_t>();
    r.round = valueAt<std::uint32_t>(json, "round", 0);
    r.status = statusFromName(json.at("status").get<std::string>());
    r.error = valueAt<std::string>(json, "error", {});
    r.operations = valueAt<std::uint64_t>(json, "operations", 0);
    r.opsPerSecond = valueAt<double>(json, "opsPerSecond", 0);
    r.found = valueAt<std::uint64_t>(json, "found", 0);
    r.missing = valueAt<std::uint64_t>(json, "missing", 0);
    const Json& times = memberOrEmpty(json, "times", empty);
    r.traceNs = valueAt<std::uint64_t>(times, "traceNs", 0);
    r.loadNs = valueAt<std::uint64_t>(times, "loadNs", 0);
    r.verifyNs = valueAt<std::uint64_t>(times, "verifyNs", 0);
    r.elapsedNs = valueAt<std::uint64_t>(times, "elapsedNs", 0);
    r.settleNs = valueAt<std::uint64_t>(times, "settleNs", 0);
    const Json& bytes = memberOrEmpty(json, "bytes", empty);
    r.userBytesWritten = valueAt<std::uint64_t>(bytes, "userWritten", 0);
    r.liveUserBytes = valueAt<std::uint64_t>(bytes, "liveUser", 0);
    r.diskBytes = valueAt<std::uint64_t>(bytes, "disk", 0);
    r.engineBytesWritten = optionalAt<std::uint64_t>(bytes, "engineWritten");
    r.deviceBytesWritten = optionalAt<std::uint64_t>(bytes, "deviceWritten");
    r.writeAmplification = optionalAt<double>(bytes, "writeAmplification");
    r.spaceAmplification = optionalAt<double>(bytes, "spaceAmplification");
    const Json& memory = memberOrEmpty(json, "memory", empty);
    r.baselineAnonymousBytes = valueAt<std::uint64_t>(memory, "baselineAnonymousBytes", 0);
    r.peakAnonymousBytes = valueAt<std::uint64_t>(memory, "peakAnonymousBytes", 0);
    r.baselineFileBytes = valueAt<std::uint64_t>(memory, "baselineFileBytes", 0);
    r.peakFileBytes = valueAt<std::uint64_t>(memory, "peakFileBytes", 0);
    r.indexBytes = optionalAt<std::uint64_t>(memory, "indexBytes");
    const Json& cpu = memberOrEmpty(json, "cpu", empty);
    r.cpuUserNs = valueAt<std::uint64_t>(cpu, "userNs", 0);
    r.cpuSystemNs = valueAt<std::uint64_t>(cpu, "systemNs", 0);
    const Json& disturbance = memberOrEmpty(json, "disturbance", empty);
    r.disturbance = {valueAt<double>(disturbance, "otherShare", 0), valueAt<double>(disturbance, "stolenShare", 0),
                     valueAt<std::uint64_t>(disturbance, "throttledNs", 0),
                     valueAt<std::uint64_t>(disturbance, "thermalEvents", 0)};
    r.harnessNsPerOperation = valueAt<double>(json, "harnessNsPerOperation", 0);
    r.traceSha256 = valueAt<std::string>(json, "traceSha256", {});
    r.engineVersion = valueAt<std::string>(json, "engineVersion", {});
    r.effectiveOptions = valueAt<OptionMap>(json, "effectiveOptions", {});
    r.durability = durabilityFromName(valueAt<std::string>(json, "durability", {}));
    r.coldCache = valueAt<std::string>(json, "cacheState", "warm") == "cold";
    r.warnings = valueAt<std::vector<std::string>>(json, "warnings", {});
    for (const Json& sample : memberOrEmpty(json, "series", empty))
        r.series.push_back(sampleFromJson(sample));
    for (const auto& [kind, histogram] : memberOrEmpty(json, "latency", empty).items())
        r.latency.emplace(kind, histogramFromJson(histogram));
    for (const auto& [kind, histogram] : memberOrEmpty(json, "intendedLatency", empty).items())
        r.intendedLatency.emplace(kind, histogramFromJson(histogram));
    if (const Json& writer = memberOrEmpty(json, "writer", empty); !writer.empty())
        r.writer = BackgroundWriter{valueAt<double>(writer, "rate", 0), valueAt<std::uint64_t>(writer, "operations", 0),
                                    valueAt<double>(writer, "opsPerSecond", 0), histogramFromJson(writer.at("latency")),
                                    histogramFromJson(writer.at("intendedLatency"))};
    return r;
}

Json toJson(const Run& run) {
    Json json{{"format", "rustcask-bench"},
              {"version", resultVersion},
              {"id", run.id},
              {"name", run.name},
              {"created", run.created},
              {"profile", run.profile},
              {"rounds", run.rounds},
              {"orderSeed", run.orderSeed},
              {"complete", run.isComplete()},
              {"repetitionsMade", run.repetitions.size()}};
    json["tool"] = toJson(run.tool);
    json["machine"] = toJson(run.machine);
    json["warnings"] = run.warnings;
    json["workloads"] = Json::array();
    for (const WorkloadSpec& spec : run.workloads)
        json["workloads"].push_back(toJson(spec));
    json["configurations"] = Json::array();
    for (const EngineConfig& config : run.configurations)
        json["configurations"].push_back(toJson(config));
    if (!run.notApplicable.empty())
        json["notApplicable"] = Json::array();
    for (const NotApplicable& pair : run.notApplicable)
        json["notApplicable"].push_back(
            {{"workload", pair.workload}, {"configuration", pair.configuration}, {"reason", pair.reason}});
    json["repetitions"] = Json::array();
    for (const Repetition& repetition : run.repetitions)
        json["repetitions"].push_back(toJson(repetition));
    return json;
}

Run runHeadFromJson(const Json& json) {
    static const Json empty = Json::object();
    if (!json.is_object() || valueAt<std::string>(json, "format", {}) != "rustcask-bench")
        throw BadRun{ErrorCode::corruption, "it is no benchmark result: \"format\" is not \"rustcask-bench\""};
    const int version = json.at("version").get<int>();
    if (version != resultVersion)
        throw BadRun{ErrorCode::unsupported, "it has version " + std::to_string(version) + "; this program reads " +
                                                 std::to_string(resultVersion)};
    Run run;
    run.id = valueAt<std::string>(json, "id", {});
    run.name = valueAt<std::string>(json, "name", {});
    run.created = valueAt<std::string>(json, "created", {});
    run.profile = valueAt<std::string>(json, "profile", "custom");
    run.rounds = valueAt<std::uint32_t>(json, "rounds", 0);
    run.orderSeed = valueAt<std::uint64_t>(json, "orderSeed", 0);
    run.tool = toolFromJson(memberOrEmpty(json, "tool", empty));
    run.machine = machineFromJson(memberOrEmpty(json, "machine", empty));
    run.warnings = valueAt<std::vector<std::string>>(json, "warnings", {});
    for (const Json& spec : json.at("workloads"))
        run.workloads.push_back(workloadFromJson(spec));
    for (const Json& config : json.at("configurations"))
        run.configurations.push_back(configFromJson(config));
    for (const Json& pair : memberOrEmpty(json, "notApplicable", empty)) {
        run.notApplicable.push_back({pair.at("workload").get<std::uint32_t>(),
                                     pair.at("configuration").get<std::uint32_t>(),
                                     valueAt<std::string>(pair, "reason", {})});
        if (run.notApplicable.back().workload >= run.workloads.size() ||
            run.notApplicable.back().configuration >= run.configurations.size())
            throw BadRun{ErrorCode::corruption, "a pair that is not applicable belongs to nothing in the run"};
    }
    return run;
}

Run runFromJson(const Json& json) {
    Run run = runHeadFromJson(json);
    for (const Json& repetition : json.at("repetitions")) {
        run.repetitions.push_back(repetitionFromJson(repetition));
        if (run.repetitions.back().workload >= run.workloads.size() ||
            run.repetitions.back().configuration >= run.configurations.size())
            throw BadRun{ErrorCode::corruption, "a repetition belongs to no workload or configuration of the run"};
    }
    return run;
}

Json overlay(const Json& original, const Json& known) {
    if (original.is_object() && known.is_object()) {
        Json result = original;
        for (const auto& [key, value] : known.items()) {
            const auto before = original.find(key);
            result[key] = before == original.end() ? value : overlay(*before, value);
        }
        return result;
    }
    if (original.is_array() && known.is_array()) {
        Json result = known;
        for (std::size_t i = 0; i < std::min(original.size(), known.size()); ++i)
            result[i] = overlay(original[i], known[i]);
        return result;
    }
    return known;
}

std::string dump(const Json& json, int indent) {
    return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

} // namespace rustcask::bench
