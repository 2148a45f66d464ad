// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <rustcask/verify.h>

#include "arguments.h"
#include "commands.h"
#include "format.h"
#include "progress_monitor.h"

namespace rustcask::cli {

namespace {

struct VerifyArguments {
    std::filesystem::path directory{};
    bool json = false;
};

std::string jsonText(const VerifyReport& report) {
    auto findings = nlohmann::ordered_json::array();
    for (const Finding& finding : report.findings) {
        nlohmann::ordered_json object{{"severity", severityName(finding.severity)},
                                      {"file", jsonBytes(finding.file.string(), {})},
                                      {"offset", finding.offset},
                                      {"bytes", finding.bytes}};
        if (finding.field)
            object["field"] = fieldName(*finding.field);
        object["text"] = jsonBytes(finding.text, {});
        if (!finding.advice.empty())
            object["advice"] = jsonBytes(finding.advice, {});
        findings.push_back(std::move(object));
    }
    const nlohmann::ordered_json object{
        {"clean", report.clean()},     {"errors", report.errors},         {"warnings", report.warnings},
        {"files", report.files},       {"records", report.records},       {"bytes", report.bytes},
        {"liveKeys", report.liveKeys}, {"findings", std::move(findings)}, {"findingsLeftOut", report.findingsLeftOut}};
    return object.dump(2) + "\n";
}

std::string plainText(const VerifyReport& report) {
    std::string text;
    for (const Finding& finding : report.findings) {
        text += std::string(severityName(finding.severity)) + ": " +
                transfer::encode(finding.file.filename().string(), transfer::Encoding::text) + " at byte " +
                std::to_string(finding.offset) + ", " + formatCount(finding.bytes) +
                " bytes: " + transfer::encode(finding.text, transfer::Encoding::text);
        text +=
            finding.advice.empty() ? "\n" : ". " + transfer::encode(finding.advice, transfer::Encoding::text) + "\n";
    }
    if (report.findingsLeftOut > 0)
        text += formatCount(report.findingsLeftOut) + " further findings\n";
    text += formatCount(report.files) + " files, " + formatCount(report.records) + " records, " +
            formatBytes(report.bytes) + ", " + formatCount(report.liveKeys) + " live keys: ";
    text += report.clean() ? "no damage" : formatCount(report.errors) + " damaged places";
    return text + (report.warnings > 0 ? ", " + formatCount(report.warnings) + " warnings\n" : "\n");
}

Result<int> runVerify(const VerifyArguments& arguments, Context& context) {
    Progress progress;
    const ProgressMonitor monitor(context, progress, "verifying");
    const auto report = verify(arguments.directory, progress);
    if (!report)
        return failure(report.error());
    if (auto done = context.out.write(arguments.json ? jsonText(*report) : plainText(*report)); !done)
        return failure(std::move(done.error()));
    return report->clean() ? exitDone : exitError;
}

} // namespace

void addVerifyCommand(CLI::App& application, Context& context) {
    auto* command = application.add_subcommand("verify", "Check every byte of the database");
    auto arguments = std::make_shared<VerifyArguments>();
    addDirectory(*command, arguments->directory);
    command->add_flag("--json", arguments->json, "Print one JSON object");
    command->footer(
        "Reads all data and hint files and prints each finding with its file, offset and way out. An error is "
        "data that is not there any more; a warning costs time but no data. Exit status 3: there are errors. "
        "Takes no lock, so it may run beside a writer, and writes nothing.\n"
        "Examples:\n"
        "  rustcask verify db\n"
        "  rustcask verify db --json");
    command->callback(
        [arguments, &context] { context.action = [arguments](Context& c) { return runVerify(*arguments, c); }; });
}

} // namespace rustcask::cli
