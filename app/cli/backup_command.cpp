// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <rustcask/backup.h>

#include "arguments.h"
#include "commands.h"
#include "format.h"
#include "progress_monitor.h"

namespace rustcask::cli {

namespace {

struct BackupArguments {
    std::filesystem::path directory{};
    std::filesystem::path target{};
    bool copy = false;
    bool noVerify = false;
    bool json = false;
};

std::string jsonText(const BackupReport& report) {
    const nlohmann::ordered_json object{{"files", report.files},
                                        {"filesLinked", report.filesLinked},
                                        {"bytes", report.bytes},
                                        {"bytesCopied", report.bytesCopied},
                                        {"bytesLeftOut", report.bytesLeftOut},
                                        {"attempts", report.attempts},
                                        {"verified", report.verified},
                                        {"clean", report.clean()},
                                        {"errors", report.verification.errors},
                                        {"warnings", report.verification.warnings},
                                        {"records", report.verification.records},
                                        {"liveKeys", report.verification.liveKeys}};
    return object.dump(2) + "\n";
}

std::string plainText(const BackupReport& report) {
    std::string text = formatCount(report.files) + " files, " + formatBytes(report.bytes) + ": " +
                       formatCount(report.filesLinked) + " linked, " + formatBytes(report.bytesCopied) + " copied\n";
    if (!report.verified)
        return text;
    text += "verified: " + formatCount(report.verification.records) + " records, " +
            formatCount(report.verification.liveKeys) + " live keys, ";
    text += report.clean() ? "no damage\n" : formatCount(report.verification.errors) + " damaged places\n";
    if (!report.clean())
        text += "the database itself is damaged: 'rustcask verify' tells where, 'rustcask repair --salvage' saves the "
                "rest\n";
    return text;
}

Result<int> runBackup(const BackupArguments& arguments, Context& context) {
    Progress progress;
    const ProgressMonitor monitor(context, progress, "backing up");
    const BackupOptions options{.hardLinks = !arguments.copy, .verify = !arguments.noVerify};
    const auto report = backup(arguments.directory, arguments.target, options, progress);
    if (!report)
        return failure(report.error());
    if (auto done = context.out.write(arguments.json ? jsonText(*report) : plainText(*report)); !done)
        return failure(std::move(done.error()));
    return report->clean() ? exitDone : exitError;
}

} // namespace

void addBackupCommand(CLI::App& application, Context& context) {
    auto* command = application.add_subcommand("backup", "Copy the database as it is at this moment");
    auto arguments = std::make_shared<BackupArguments>();
    addDirectory(*command, arguments->directory);
    command->add_option("TARGET", arguments->target, "Directory to make; it must not exist, or be empty")->required();
    command->add_flag(
        "--copy", arguments->copy,
        "Copy every file; otherwise those that nobody changes any more are linked, where TARGET is on the "
        "same file system");
    command->add_flag("--no-verify", arguments->noVerify, "Do not read the backup and check it");
    command->add_flag("--json", arguments->json, "Print one JSON object");
    command->footer(
        "Takes no lock: the database may be open here or in another process, which may write, rotate and merge "
        "meanwhile. The backup is the database of one moment since the start of the command, and appears whole or not "
        "at all. Files shared by links take no space, but damage to the medium hits both; --copy prevents that. "
        "Damage is copied as it is. Exit status 3: the backup is there, but holds damage.\n"
        "Examples:\n"
        "  rustcask backup db db-2024-02-29\n"
        "  rustcask backup db /mnt/backup/db --copy");
    command->callback(
        [arguments, &context] { context.action = [arguments](Context& c) { return runBackup(*arguments, c); }; });
}

} // namespace rustcask::cli
