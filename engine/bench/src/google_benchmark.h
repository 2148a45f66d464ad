// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "json_codec.h"

namespace rustcask::bench {

/// Whether `json` is what Google Benchmark writes with --benchmark_format=json.
[[nodiscard]] bool isGoogleBenchmark(const Json& json);

/// Such a result as a run of the profile "foreign": one repetition for each iteration run, aggregates left out. A part
/// of a name between slashes that is one of our workloads becomes the workload and the rest the configuration;
/// otherwise the whole name is the workload and the program the configuration. What the file does not say (key sizes,
/// latencies, durability) stays unknown. Throws as the functions of json_codec.h do.
[[nodiscard]] Run runFromGoogleBenchmark(const Json& json);

} // namespace rustcask::bench
