// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include <nlohmann/json.hpp>

#include <rustcask/bench/run.h>

/// Values to and from JSON. Reading throws `nlohmann::json::exception` or `BadRun`; callers turn that into an `Error`.
namespace rustcask::bench {

using Json = nlohmann::ordered_json; // files keep their order: what a list needs stands first

struct BadRun {
    ErrorCode code = ErrorCode::corruption;
    std::string detail{};
};

[[nodiscard]] Json toJson(const Sample& sample);
[[nodiscard]] Json toJson(const Histogram& histogram);
[[nodiscard]] Json toJson(const WorkloadSpec& spec);
[[nodiscard]] Json toJson(const EngineConfig& config);
[[nodiscard]] Json toJson(const Repetition& repetition);
[[nodiscard]] Json toJson(const Run& run);

[[nodiscard]] Sample sampleFromJson(const Json& json);
[[nodiscard]] Histogram histogramFromJson(const Json& json);
[[nodiscard]] WorkloadSpec workloadFromJson(const Json& json);
[[nodiscard]] EngineConfig configFromJson(const Json& json);
[[nodiscard]] Repetition repetitionFromJson(const Json& json);
/// Everything but the repetitions, which a summary leaves out.
[[nodiscard]] Run runHeadFromJson(const Json& json);
[[nodiscard]] Run runFromJson(const Json& json);

/// `known` on top of `original`: members that only the original has are kept, at every depth.
[[nodiscard]] Json overlay(const Json& original, const Json& known);

/// Text that is surely UTF-8: file names and messages of the system need not be.
[[nodiscard]] std::string dump(const Json& json, int indent = -1);

} // namespace rustcask::bench
