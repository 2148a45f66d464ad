// SPDX-License-Identifier: Apache-2.0
#include <rustcask/bench/summary.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace rustcask::bench {

namespace {

std::string threeFigures(double value) {
    char text[32];
    const int decimals = value >= 100 ? 0 : value >= 10 ? 1 : 2;
    std::snprintf(text, sizeof text, "%.*f", decimals, value);
    return text;
}

std::string percentileText(const Histogram& histogram, double quantile) {
    const auto ns = histogram.percentileNs(quantile);
    return ns ? shortDuration(*ns) : std::string("-");
}

std::string csvField(const std::string& text) {
    // A cell that a spreadsheet would take for a formula is shown as text.
    std::string result =
        !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos ? "'" + text : text;
    if (result.find_first_of(",\"\r\n") == std::string::npos)
        return result;
    std::string quoted = "\"";
    for (const char c : result)
        quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + "\"";
}

std::string csvNumber(double value) {
    char text[48];
    std::snprintf(text, sizeof text, "%.6g", value);
    return text;
}

std::string csvPercentile(const Histogram& histogram, double quantile) {
    const auto ns = histogram.percentileNs(quantile);
    return ns ? std::to_string(*ns) : std::string();
}

/// Columns on a terminal: UTF-8 continuation bytes take none.
std::size_t displayWidth(const std::string& text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

} // namespace

std::vector<SeriesSummary> summarise(const Run& run) {
    std::vector<SeriesSummary> result;
    for (std::uint32_t workload = 0; workload < run.workloads.size(); ++workload) {
        for (std::uint32_t configuration = 0; configuration < run.configurations.size(); ++configuration) {
            SeriesSummary series;
            series.workload = workload;
            series.configuration = configuration;
            std::vector<double> memory, writeAmplification, spaceAmplification;
            bool any = false;
            for (const Repetition& repetition : run.repetitions) {
                if (repetition.workload != workload || repetition.configuration != configuration)
                    continue;
                any = true;
                if (!series.durability)
                    series.durability = repetition.durability;
                if (repetition.status != RepetitionStatus::complete) {
                    ++series.incomplete;
                    if (series.firstError.empty())
                        series.firstError = repetition.error;
                    continue;
                }
                series.opsPerSecond.push_back(repetition.opsPerSecond);
                memory.push_back(static_cast<double>(repetition.peakMemoryBytes()));
                if (repetition.writeAmplification)
                    writeAmplification.push_back(*repetition.writeAmplification);
                if (repetition.spaceAmplification)
                    spaceAmplification.push_back(*repetition.spaceAmplification);
                for (const auto& [kind, histogram] : repetition.latency)
                    series.latency.merge(histogram);
            }
            if (!any)
                continue;
            series.medianOpsPerSecond = median(series.opsPerSecond);
            series.madOpsPerSecond = medianAbsoluteDeviation(series.opsPerSecond);
            series.interval = bootstrapMedian(series.opsPerSecond);
            series.medianPeakMemoryBytes = median(memory);
            if (!writeAmplification.empty())
                series.medianWriteAmplification = median(writeAmplification);
            if (!spaceAmplification.empty())
                series.medianSpaceAmplification = median(spaceAmplification);
            result.push_back(std::move(series));
        }
    }
    return result;
}

std::string tableText(const Run& run) {
    std::vector<std::vector<std::string>> rows{{"workload", "configuration", "class", "rounds", "ops/s",
                                                "95 % interval", "p50", "p99", "p99.9", "max", "memory"}};
    for (const SeriesSummary& series : summarise(run)) {
        const bool none = series.opsPerSecond.empty();
        std::string rounds = std::to_string(series.opsPerSecond.size());
        if (series.incomplete > 0)
            rounds += " (" + std::to_string(series.incomplete) + " incomplete)";
        rows.push_back(
            {run.workloads[series.workload].name, run.configurations[series.configuration].label,
             series.durability ? std::string(durabilityName(*series.durability)) : "-", rounds,
             none ? "-" : shortNumber(series.medianOpsPerSecond),
             series.interval ? shortNumber(series.interval->low) + " … " + shortNumber(series.interval->high) : "-",
             percentileText(series.latency, 0.5), percentileText(series.latency, 0.99),
             percentileText(series.latency, 0.999),
             series.latency.isEmpty() ? "-" : shortDuration(series.latency.maxNs()),
             none ? "-" : shortBytes(series.medianPeakMemoryBytes)});
    }
    for (const NotApplicable& pair : run.notApplicable) {
        std::vector<std::string> row(rows.front().size(), "-");
        row[0] = run.workloads[pair.workload].name;
        row[1] = run.configurations[pair.configuration].label;
        row[3] = row[4] = "N/A";
        rows.push_back(std::move(row));
    }
    return alignedText(rows, {0, 1, 2});
}

std::string alignedText(const std::vector<std::vector<std::string>>& rows, const std::vector<std::size_t>& left) {
    std::vector<std::size_t> widths(rows.front().size(), 0);
    for (const auto& row : rows)
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], displayWidth(row[i]));
    std::string text;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string padding(widths[i] - displayWidth(row[i]), ' ');
            const bool toLeft = std::find(left.begin(), left.end(), i) != left.end();
            line += (i == 0 ? "" : "  ") + (toLeft ? row[i] + padding : padding + row[i]);
        }
        text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
    }
    return text;
}

std::string tableCsv(const std::vector<const Run*>& runs) {
    std::string text = "run,created,workload,keys,key_bytes,value_bytes,threads,configuration,engine,durability,"
                       "repetitions,incomplete,ops_per_second_median,ops_per_second_mad,ops_per_second_low_95,"
                       "ops_per_second_high_95,p50_ns,p90_ns,p99_ns,p99_9_ns,p99_99_ns,max_ns,peak_memory_bytes,"
                       "write_amplification,space_amplification\r\n";
    for (const Run* run : runs) {
        for (const SeriesSummary& series : summarise(*run)) {
            const WorkloadSpec& workload = run->workloads[series.workload];
            const EngineConfig& config = run->configurations[series.configuration];
            const bool none = series.opsPerSecond.empty();
            const std::vector<std::string> fields{
                csvField(run->name),
                csvField(run->created),
                csvField(workload.name),
                std::to_string(workload.keys),
                std::to_string(workload.keyBytes),
                std::to_string(workload.valueBytes),
                std::to_string(workload.threads),
                csvField(config.label),
                csvField(config.engine),
                series.durability ? std::string(durabilityName(*series.durability)) : "",
                std::to_string(series.opsPerSecond.size()),
                std::to_string(series.incomplete),
                none ? "" : csvNumber(series.medianOpsPerSecond),
                none ? "" : csvNumber(series.madOpsPerSecond),
                series.interval ? csvNumber(series.interval->low) : "",
                series.interval ? csvNumber(series.interval->high) : "",
                csvPercentile(series.latency, 0.5),
                csvPercentile(series.latency, 0.9),
                csvPercentile(series.latency, 0.99),
                csvPercentile(series.latency, 0.999),
                csvPercentile(series.latency, 0.9999),
                series.latency.isEmpty() ? "" : std::to_string(series.latency.maxNs()),
                none ? "" : csvNumber(series.medianPeakMemoryBytes),
                series.medianWriteAmplification ? csvNumber(*series.medianWriteAmplification) : "",
                series.medianSpaceAmplification ? csvNumber(*series.medianSpaceAmplification) : ""};
            for (std::size_t i = 0; i < fields.size(); ++i)
                text += (i == 0 ? "" : ",") + fields[i];
            text += "\r\n";
        }
    }
    return text;
}

std::string shortNumber(double value) {
    static constexpr std::array<const char*, 4> units{"", " k", " M", " G"};
    std::size_t unit = 0;
    while (value >= 999.5 && unit + 1 < units.size()) {
        value /= 1000;
        ++unit;
    }
    return threeFigures(value) + units[unit];
}

std::string shortDuration(std::uint64_t ns) {
    if (ns < 1000)
        return std::to_string(ns) + " ns";
    const double value = static_cast<double>(ns);
    if (value < 999'500)
        return threeFigures(value / 1e3) + " µs";
    if (value < 999.5e6)
        return threeFigures(value / 1e6) + " ms";
    return threeFigures(value / 1e9) + " s";
}

std::string shortBytes(double bytes) {
    static constexpr std::array<const char*, 5> units{" B", " KiB", " MiB", " GiB", " TiB"};
    std::size_t unit = 0;
    while (bytes >= 1023.5 && unit + 1 < units.size()) {
        bytes /= 1024;
        ++unit;
    }
    if (unit == 0)
        return std::to_string(static_cast<std::uint64_t>(bytes)) + units[0];
    return threeFigures(bytes) + units[unit];
}

} // namespace rustcask::bench
