// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cinttypes>
#include <cstdio>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <rustcask/inspect.h>

#include "arguments.h"
#include "commands.h"
#include "format.h"
#include "progress_monitor.h"

namespace rustcask::cli {

namespace {

struct DumpArguments {
    std::filesystem::path file{};
    bool json = false;
    bool fields = false;
    Notation notation{};
};

bool hasKey(const RecordInfo& record) {
    return record.kind == RecordKind::put || record.kind == RecordKind::tombstone ||
           record.kind == RecordKind::hintEntry;
}

nlohmann::ordered_json jsonOf(const RecordInfo& record, const Notation& notation) {
    nlohmann::ordered_json object{
        {"offset", record.offset}, {"bytes", record.bytes}, {"kind", recordKindName(record.kind)}};
    if (hasKey(record)) {
        object["sequence"] = record.sequence.value;
        object["time"] = formatTime(record.time);
        object["keyBytes"] = record.keyBytes;
        object["valueBytes"] = record.valueBytes;
        object["key"] = jsonBytes(record.key, notation);
    }
    if (record.kind != RecordKind::unused) {
        object["storedChecksum"] = record.storedChecksum;
        object["computedChecksum"] = record.computedChecksum;
    }
    if (!record.verdict.empty())
        object["verdict"] = jsonBytes(record.verdict, {});
    return object;
}

nlohmann::ordered_json jsonOf(const std::vector<FieldSpan>& fields, const Notation& notation) {
    auto array = nlohmann::ordered_json::array();
    for (const FieldSpan& field : fields) {
        array.push_back({{"field", fieldName(field.field)},
                         {"offset", field.offset},
                         {"bytes", field.bytes},
                         {"decoded", jsonBytes(field.decoded, notation)},
                         {"valid", field.valid}});
    }
    return array;
}

// Rows of fixed width, because a file may hold more records than memory would hold rows.
std::string rowOf(const RecordInfo& record, const Notation& notation) {
    std::array<char, 160> text{};
    if (hasKey(record))
        std::snprintf(text.data(), text.size(),
                      "%12" PRIu64 " %11" PRIu64 "  %-11s %12" PRIu64 "  %-24s %6" PRIu32 " %11" PRIu32, record.offset,
                      record.bytes, std::string(recordKindName(record.kind)).c_str(), record.sequence.value,
                      formatTime(record.time).c_str(), record.keyBytes, record.valueBytes);
    else
        std::snprintf(text.data(), text.size(), "%12" PRIu64 " %11" PRIu64 "  %-11s", record.offset, record.bytes,
                      std::string(recordKindName(record.kind)).c_str());
    std::string row = text.data();
    if (hasKey(record))
        row += "  " + transfer::encode(record.key, notation.encoding());
    if (!record.verdict.empty())
        row += "  ! " + transfer::encode(record.verdict, transfer::Encoding::text);
    return row + "\n";
}

constexpr const char* heading =
    "      offset       bytes  kind            sequence  time                        key       value  key\n";

std::string rowsOf(const std::vector<FieldSpan>& fields) {
    std::string rows;
    for (const FieldSpan& field : fields) {
        std::array<char, 96> text{};
        std::snprintf(text.data(), text.size(), "%14" PRIu64 " %11" PRIu64 "    %-20s ", field.offset, field.bytes,
                      std::string(fieldName(field.field)).c_str());
        rows += text.data() + transfer::encode(field.decoded, transfer::Encoding::text) +
                (field.valid ? "\n" : "  ! wrong\n");
    }
    return rows;
}

Result<int> runDump(const DumpArguments& arguments, Context& context) {
    auto inspector = FileInspector::open(arguments.file);
    if (!inspector)
        return failure(std::move(inspector.error()));
    Progress progress;
    const ProgressMonitor monitor(context, progress, context.outIsTerminal ? "" : "dumping");
    progress.setTotals(1, 0, (*inspector)->bytes());
    if (!arguments.json) {
        if (auto done = context.out.write(heading); !done)
            return failure(std::move(done.error()));
    }
    while (true) {
        if (auto alive = progress.checkpoint("dump the file"); !alive)
            return failure(std::move(alive.error()));
        const auto next = (*inspector)->next();
        if (!next)
            return failure(next.error());
        if (!*next)
            return exitDone;
        const RecordInfo& record = **next;
        std::vector<FieldSpan> fields;
        if (arguments.fields) {
            auto found = (*inspector)->fields(record);
            if (!found)
                return failure(std::move(found.error()));
            fields = std::move(*found);
        }
        std::string text;
        if (arguments.json) {
            auto object = jsonOf(record, arguments.notation);
            if (arguments.fields)
                object["fields"] = jsonOf(fields, arguments.notation);
            text = object.dump() + "\n";
        } else {
            text = rowOf(record, arguments.notation) + rowsOf(fields);
        }
        if (auto done = context.out.write(text); !done)
            return failure(std::move(done.error()));
        progress.addRecords(1);
        progress.addBytes(record.bytes);
    }
}

} // namespace

void addDumpCommand(CLI::App& application, Context& context) {
    auto* command = application.add_subcommand("dump", "Print the records of one data or hint file");
    auto arguments = std::make_shared<DumpArguments>();
    command->add_option("FILE", arguments->file, "A data or hint file, such as db/1.rustcask.data")->required();
    command->add_flag("--fields", arguments->fields, "Also each field of each record, with its offset");
    command->add_flag("--json", arguments->json, "One JSON object a line");
    addNotationOptions(*command, arguments->notation, "Keys are printed in");
    command->footer(
        "Every byte of the file belongs to one of the lines: header, put, tombstone, damaged, unused. What is "
        "wrong with a record stands behind an exclamation mark. Takes no lock and writes nothing.\n"
        "Examples:\n"
        "  rustcask dump db/1.rustcask.data\n"
        "  rustcask dump db/1.rustcask.hint --json");
    command->callback(
        [arguments, &context] { context.action = [arguments](Context& c) { return runDump(*arguments, c); }; });
}

} // namespace rustcask::cli
