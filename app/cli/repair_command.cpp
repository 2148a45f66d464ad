// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <rustcask/repair.h>

#include "arguments.h"
#include "commands.h"
#include "format.h"
#include "progress_monitor.h"

namespace rustcask::cli {

namespace {

struct RepairArguments {
    std::filesystem::path directory{};
    std::filesystem::path target{};
    bool inPlace = false;
    bool dryRun = false;
    bool tornTails = false;
    bool json = false;
};

std::string plain(std::string_view text) {
    return transfer::encode(text, transfer::Encoding::text);
}

std::string hintsJson(const HintReport& report, bool dryRun) {
    auto files = nlohmann::ordered_json::array();
    for (const HintFinding& file : report.files) {
        nlohmann::ordered_json object{{"generation", file.generation.value},
                                      {"state", hintStateName(file.state)},
                                      {"rebuilt", file.rebuilt},
                                      {"removed", file.removed},
                                      {"hintBytes", file.hintBytes}};
        if (!file.text.empty())
            object["text"] = jsonBytes(file.text, {});
        files.push_back(std::move(object));
    }
    const nlohmann::ordered_json object{{"dryRun", dryRun},
                                        {"rebuilt", report.rebuilt},
                                        {"removed", report.removed},
                                        {"bytesRead", report.bytesRead},
                                        {"files", std::move(files)}};
    return object.dump(2) + "\n";
}

bool isDamaged(const HintFinding& file) {
    return file.state == HintState::dataDamaged;
}

std::string hintsText(const HintReport& report, bool dryRun) {
    std::string text;
    for (const HintFinding& file : report.files) {
        if (file.state == HintState::fits)
            continue;
        const bool repairable = file.state == HintState::missing || file.state == HintState::unfit;
        text += "file " + std::to_string(file.generation.value) + ": " + plain(file.text);
        text += file.rebuilt           ? "; a new one was written\n"
                : file.removed         ? "; it was removed\n"
                : dryRun && repairable ? "; a new one would be written\n"
                                       : "\n";
    }
    const auto damaged = std::count_if(report.files.begin(), report.files.end(), isDamaged);
    if (damaged > 0)
        text += formatCount(static_cast<std::uint64_t>(damaged)) +
                " data files are damaged, which no hint repairs: 'rustcask repair DIR --salvage TARGET' saves what is "
                "sound\n";
    text += formatCount(report.files.size()) + " data files, " + formatBytes(report.bytesRead) + " read: ";
    if (dryRun)
        return text + (report.anyToRepair() ? "there are hint files to write\n" : "nothing to repair\n");
    return text + formatCount(report.rebuilt) + " hint files written, " + formatCount(report.removed) + " removed\n";
}

std::string lossJson(const SalvageReport& report) {
    auto lost = nlohmann::ordered_json::array();
    for (const LostRecord& record : report.lost) {
        nlohmann::ordered_json object{{"file", jsonBytes(record.file.string(), {})},
                                      {"offset", record.offset},
                                      {"bytes", record.bytes},
                                      {"reason", jsonBytes(record.reason, {})}};
        if (record.key) {
            object["key"] = jsonBytes(*record.key, {});
            object["deletion"] = record.tombstone;
        }
        if (record.sequence)
            object["sequence"] = record.sequence->value;
        object["fate"] = keyFateName(record.fate);
        if (record.olderVersion)
            object["olderVersion"] = record.olderVersion->value;
        lost.push_back(std::move(object));
    }
    auto notes = nlohmann::ordered_json::array();
    for (const std::string& note : report.notes)
        notes.push_back(jsonBytes(note, {}));
    nlohmann::ordered_json object{{"complete", report.complete()}, {"target", jsonBytes(report.target.string(), {})},
                                  {"files", report.files},         {"records", report.records},
                                  {"bytes", report.bytes},         {"duplicates", report.duplicates},
                                  {"liveKeys", report.liveKeys},   {"lostRanges", report.lostRanges},
                                  {"lostBytes", report.lostBytes}, {"unreadableBytes", report.unreadableBytes},
                                  {"lost", std::move(lost)},       {"lostLeftOut", report.lostLeftOut},
                                  {"notes", std::move(notes)}};
    if (!report.backup.empty())
        object["backup"] = jsonBytes(report.backup.string(), {});
    return object.dump(2) + "\n";
}

std::string fateText(const LostRecord& record) {
    switch (record.fate) {
    case KeyFate::superseded:
        return "; a newer record of the key was saved";
    case KeyFate::older:
        return "; the key stands at an older version now, number " +
               std::to_string(record.olderVersion ? record.olderVersion->value : 0);
    case KeyFate::absent:
        return record.tombstone ? "; the key is absent, as it was" : "; the key is gone";
    case KeyFate::unknown:
        break;
    }
    return {};
}

std::string lossText(const SalvageReport& report) {
    std::string text;
    for (const std::string& note : report.notes)
        text += "note: " + plain(note) + "\n";
    for (const LostRecord& record : report.lost) {
        text += "lost: " + plain(record.file.filename().string()) + " at byte " + std::to_string(record.offset) + ", " +
                formatCount(record.bytes) + " bytes: " + plain(record.reason);
        if (record.key)
            text += std::string(record.tombstone ? " (deletion of \"" : " (key \"") + plain(*record.key) + "\"" +
                    (record.sequence ? ", number " + std::to_string(record.sequence->value) : "") + ")";
        text += fateText(record) + "\n";
    }
    if (report.lostLeftOut > 0)
        text += formatCount(report.lostLeftOut) + " further losses\n";
    text += formatCount(report.records) + " records of " + formatCount(report.files) + " files saved, " +
            formatBytes(report.bytes) + ", " + formatCount(report.liveKeys) + " live keys: ";
    text += report.complete()
                ? "nothing was lost\n"
                : formatCount(report.lostRanges) + " places lost, " + formatBytes(report.lostBytes) + "\n";
    text += "the sound database is in " + plain(report.target.string()) + "\n";
    if (!report.backup.empty())
        text += "the damaged one is kept in " + plain(report.backup.string()) + "\n";
    return text;
}

Result<int> runRepair(const RepairArguments& arguments, Context& context) {
    Progress progress;
    if (arguments.target.empty() && !arguments.inPlace) {
        const ProgressMonitor monitor(context, progress, arguments.dryRun ? "looking" : "repairing");
        const auto report = arguments.dryRun ? examineHints(arguments.directory, progress)
                                             : rebuildHints(arguments.directory, progress);
        if (!report)
            return failure(report.error());
        const bool damaged = std::any_of(report->files.begin(), report->files.end(), isDamaged);
        if (auto done = context.out.write(arguments.json ? hintsJson(*report, arguments.dryRun)
                                                         : hintsText(*report, arguments.dryRun));
            !done)
            return failure(std::move(done.error()));
        return damaged ? exitError : exitDone;
    }
    const ProgressMonitor monitor(context, progress, "salvaging");
    SalvageOptions options;
    options.includeTornTails = arguments.tornTails;
    const auto report = arguments.inPlace ? salvageInPlace(arguments.directory, options, progress)
                                          : salvage(arguments.directory, arguments.target, options, progress);
    if (!report)
        return failure(report.error());
    if (auto done = context.out.write(arguments.json ? lossJson(*report) : lossText(*report)); !done)
        return failure(std::move(done.error()));
    return report->complete() ? exitDone : exitError;
}

} // namespace

void addRepairCommand(CLI::App& application, Context& context) {
    auto* command = application.add_subcommand("repair", "Write missing hint files, or save what is sound of a damaged "
                                                         "database");
    auto arguments = std::make_shared<RepairArguments>();
    addDirectory(*command, arguments->directory);
    auto* salvage =
        command
            ->add_option("--salvage", arguments->target,
                         "Copy every sound record into a new database in this directory; DIR is not changed")
            ->type_name("TARGET");
    auto* inPlace = command->add_flag("--in-place", arguments->inPlace,
                                      "Salvage, and let the new database take the place of DIR, which is kept whole as "
                                      "DIR.damaged");
    inPlace->excludes(salvage);
    command
        ->add_flag("--dry-run", arguments->dryRun, "Only tell which hint files are missing or wrong; changes nothing")
        ->excludes(salvage)
        ->excludes(inPlace);
    command->add_flag("--torn-tails", arguments->tornTails,
                      "When salvaging: also take back tails that recoveries cut off and kept (*.torn-*), where nothing "
                      "was written after them");
    command->add_flag("--json", arguments->json, "Print one JSON object");
    command->footer(
        "Without options, compares every hint file with its data file and writes those anew that are missing or say "
        "something else; data files are not touched. A hint file makes opening faster, and of a data file that is "
        "damaged or cut it knows what stood there, so that one stays: of a sound database nothing is lost without "
        "it.\n"
        "With --salvage or --in-place, reads every data file, around damaged and unreadable places too, and puts all "
        "sound records, old versions and deletions included, into a new database, which is verified before it appears. "
        "What could not be saved is listed with file, offset, length and, where a hint file or the record itself still "
        "tells it, the key, and what that key stands at now. --in-place needs room for both.\n"
        "Exit status 3: data is damaged, or was lost. Interrupting leaves everything as it was.\n"
        "Examples:\n"
        "  rustcask repair db\n"
        "  rustcask repair db --salvage rescued --json\n"
        "  rustcask repair db --in-place");
    command->callback(
        [arguments, &context] { context.action = [arguments](Context& c) { return runRepair(*arguments, c); }; });
}

} // namespace rustcask::cli
