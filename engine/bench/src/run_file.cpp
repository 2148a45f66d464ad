// SPDX-License-Identifier: Apache-2.0
#include <rustcask/bench/run_file.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <random>
#include <sstream>
#include <system_error>

#include "google_benchmark.h"
#include "json_codec.h"

namespace rustcask::bench {

namespace {

constexpr std::size_t headBytes = 256 * 1024;

Error fileError(ErrorCode code, std::string operation, const std::filesystem::path& file, std::string detail) {
    Error error;
    error.code = code;
    error.operation = std::move(operation);
    error.file = file;
    error.detail = std::move(detail);
    return error;
}

Error ioError(std::string operation, const std::filesystem::path& file) {
    const int number = errno;
    Error error = fileError(ErrorCode::ioError, std::move(operation), file, {});
    error.systemError = number;
    return error;
}

/// Runs `decode` and turns what it throws into an `Error`.
template <typename Function>
auto guarded(const std::filesystem::path& file, Function decode) -> Result<decltype(decode())> {
    try {
        return decode();
    } catch (const BadRun& bad) {
        return failure(fileError(bad.code, "read the benchmark result", file, bad.detail));
    } catch (const Json::exception& exception) {
        return failure(fileError(ErrorCode::corruption, "read the benchmark result", file, exception.what()));
    }
}

Result<std::string> readFile(const std::filesystem::path& file, std::size_t most) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream)
        return failure(ioError("open the benchmark result", file));
    std::string text;
    char buffer[65'536];
    while (text.size() < most && stream.read(buffer, sizeof buffer).gcount() > 0)
        text.append(buffer, static_cast<std::size_t>(stream.gcount()));
    if (stream.bad())
        return failure(ioError("read the benchmark result", file));
    return text;
}

/// Where the member `name` of the outermost object begins (its opening quote); npos when it does not in `text`.
std::size_t findTopLevelMember(std::string_view text, std::string_view name) {
    int depth = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '{' || c == '[') {
            ++depth;
        } else if (c == '}' || c == ']') {
            --depth;
        } else if (c == '"') {
            const std::size_t begin = i++;
            while (i < text.size() && text[i] != '"')
                i += text[i] == '\\' ? 2 : 1;
            if (i >= text.size())
                return std::string_view::npos;
            if (depth == 1 && text.substr(begin + 1, i - begin - 1) == name) {
                const std::size_t next = text.find_first_not_of(" \t\r\n", i + 1);
                if (next != std::string_view::npos && text[next] == ':')
                    return begin;
            }
        }
    }
    return std::string_view::npos;
}

RunSummary summaryOfHead(const Run& run) {
    RunSummary summary;
    summary.id = run.id;
    summary.name = run.name;
    summary.created = run.created;
    summary.rounds = run.rounds;
    for (const WorkloadSpec& spec : run.workloads)
        summary.workloads.push_back(spec.name);
    for (const EngineConfig& config : run.configurations)
        summary.configurations.push_back(config.label);
    return summary;
}

} // namespace

std::string encodeRun(const Run& run) {
    Json json = toJson(run);
    if (!run.unknown.empty()) {
        const Json original = Json::parse(run.unknown, nullptr, false);
        if (!original.is_discarded())
            json = overlay(original, json);
    }
    return dump(json) + "\n";
}

Result<Run> decodeRun(std::string_view text) {
    return guarded({}, [text] {
        const Json json = Json::parse(text);
        if (isGoogleBenchmark(json))
            return runFromGoogleBenchmark(json);
        Run run = runFromJson(json);
        run.unknown = text;
        return run;
    });
}

Result<void> saveRun(const Run& run, const std::filesystem::path& file) {
    auto temporary = file;
    temporary += ".part";
    {
        std::ofstream stream(temporary, std::ios::binary | std::ios::trunc);
        const std::string text = encodeRun(run);
        stream.write(text.data(), static_cast<std::streamsize>(text.size()));
        stream.close();
        if (!stream)
            return failure(ioError("write the benchmark result", temporary));
    }
    std::error_code error;
    std::filesystem::rename(temporary, file, error);
    if (error) {
        Error result = fileError(ErrorCode::ioError, "write the benchmark result", file, error.message());
        result.systemError = error.value();
        return failure(std::move(result));
    }
    return {};
}

Result<Run> loadRun(const std::filesystem::path& file) {
    auto text = readFile(file, std::string::npos);
    if (!text)
        return failure(std::move(text.error()));
    auto run = decodeRun(*text);
    if (!run)
        run.error().file = file;
    return run;
}

RunSummary summaryOf(const Run& run) {
    RunSummary summary = summaryOfHead(run);
    summary.repetitionsMade = run.repetitions.size();
    summary.complete = run.isComplete();
    return summary;
}

Result<RunSummary> loadRunSummary(const std::filesystem::path& file) {
    auto head = readFile(file, headBytes);
    if (!head)
        return failure(std::move(head.error()));
    const std::size_t end = findTopLevelMember(*head, "repetitions");
    if (end != std::string::npos) {
        std::string text = head->substr(0, end);
        while (!text.empty() && text.back() != ',' && text.back() != '{')
            text.pop_back();
        if (!text.empty() && text.back() == ',')
            text.pop_back();
        const Json json = Json::parse(text + "}", nullptr, false);
        // Another program may have put the members in another order; then the whole file is read.
        if (!json.is_discarded() && json.contains("repetitionsMade") && json.contains("configurations")) {
            return guarded(file, [&] {
                RunSummary summary = summaryOfHead(runHeadFromJson(json));
                summary.file = file;
                summary.repetitionsMade = json.at("repetitionsMade").get<std::uint64_t>();
                summary.complete = json.value("complete", false);
                return summary;
            });
        }
    }
    auto run = loadRun(file);
    if (!run)
        return failure(std::move(run.error()));
    RunSummary summary = summaryOf(*run);
    summary.file = file;
    return summary;
}

std::string newRunId() {
    std::random_device device;
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    char text[48];
    std::snprintf(text, sizeof text, "%04d%02d%02dT%02d%02d%02d-%08x", parts.tm_year + 1900, parts.tm_mon + 1,
                  parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, static_cast<unsigned>(device()));
    return text;
}

std::string utcNow() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text;
}

} // namespace rustcask::bench
