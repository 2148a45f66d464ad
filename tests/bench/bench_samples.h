// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <rustcask/bench/run.h>

namespace rustcask::test {

/// A finished run with invented figures: one workload, two configurations, three rounds.
inline bench::Run sampleRun() {
    bench::Run run;
    run.id = "20260131T120000-00000001";
    run.name = "sync policies";
    run.created = "2026-01-31T12:00:00Z";
    run.tool.build = "Release";
    run.machine.cpu = "a processor";
    run.machine.freeBytes = 123'456'789'012;
    run.rounds = 3;
    run.orderSeed = 9;
    run.workloads.push_back({});
    run.configurations.push_back({"rustcask", "mapped", {}});
    run.configurations.push_back({"rustcask", "every write", {{"sync", "everyWrite"}}});
    for (std::uint32_t round = 0; round < 3; ++round) {
        for (std::uint32_t configuration = 0; configuration < 2; ++configuration) {
            bench::Repetition r;
            r.configuration = configuration;
            r.round = round;
            r.operations = 100'000;
            r.elapsedNs = 50'000'000 * (1 + configuration * 40) + round * 1'000'000;
            r.opsPerSecond = 1e14 / static_cast<double>(r.elapsedNs);
            auto& put = r.latency["put"];
            for (std::uint64_t i = 0; i < 100'000; ++i)
                put.record((400 + i % 300 + (i % 1000 == 0 ? 20'000 : 0)) * (1 + configuration * 40));
            r.series.push_back({250, 60'000, 240'000, 1'000'000});
            r.userBytesWritten = 11'600'000;
            r.engineBytesWritten = 14'400'000;
            r.writeAmplification = 14.4 / 11.6;
            r.peakAnonymousBytes = 60'000'000;
            r.baselineAnonymousBytes = 20'000'000;
            r.traceSha256 = "ab";
            r.effectiveOptions = {{"sync", configuration == 0 ? "none" : "everyWrite"}};
            r.durability = configuration == 0 ? bench::Durability::d1 : bench::Durability::d3;
            run.repetitions.push_back(std::move(r));
        }
    }
    return run;
}

} // namespace rustcask::test
