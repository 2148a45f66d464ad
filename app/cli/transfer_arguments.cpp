// SPDX-License-Identifier: Apache-2.0
#include "transfer_arguments.h"

#include <algorithm>

#include <CLI/CLI.hpp>

#include "context.h"
#include "format.h"

namespace rustcask::cli {

namespace {

constexpr std::uint64_t printedNotices = 20;

std::string_view describe(transfer::Notice::Kind kind, bool several) {
    switch (kind) {
    case transfer::Notice::Kind::symbolicLink:
        return several ? "symbolic links were left out" : "symbolic link left out";
    case transfer::Notice::Kind::specialFile:
        return several ? "special files were left out" : "special file left out";
    case transfer::Notice::Kind::emptyFolder:
        return several ? "empty folders were left out" : "empty folder left out";
    case transfer::Notice::Kind::escapedKey:
        return several ? "keys are no safe file names and were written under others" : "key is no safe file name";
    }
    return "";
}

} // namespace

const char* const formatsHelp =
    "Formats: tsv is one line a record, key TAB value; csv is RFC 4180 with two fields; jsonl is one object a line, "
    "{\"key\": ..., \"value\": ...}; folder is one file a record, the key its relative path and the value its "
    "contents; resp is the Redis protocol, a command SET key value a record, as redis-cli --pipe loads it into Redis, "
    "Valkey or Kvrocks (by default these take values up to 512 MiB), read with MSET and the SELECT 0 of append-only "
    "files besides.\n"
    "Encodings of tsv and csv: with text, UTF-8 stands as it is, control characters and other bytes as \\xNN, a "
    "backslash as \\\\, and a '=', '+', '-' or '@' at the beginning or behind a semicolon as \\xNN, too, because "
    "spreadsheets would compute it; hex is two digits a byte, in lower case; base64 is padded, with an apostrophe "
    "before a first '+' for the same reason. In jsonl, text is a JSON string where the bytes are UTF-8 and "
    "{\"base64\": \"...\"} otherwise. Folder and resp hold the bytes themselves. All of them bring back every byte.";

void addTransferOptions(CLI::App& command, TransferArguments& arguments) {
    const auto setFormat = [&arguments](const std::string& name) {
        arguments.format = transfer::formatFromName(name);
        if (!arguments.format)
            throw CLI::ValidationError("--format", "'" + name + "' is none of jsonl, csv, tsv, resp, folder");
    };
    const auto setEncoding = [&arguments](const std::string& name) {
        arguments.encoding = transfer::encodingFromName(name);
        if (!arguments.encoding)
            throw CLI::ValidationError("--encoding", "'" + name + "' is none of text, hex, base64");
    };
    command.add_option_function<std::string>("--format", setFormat, "jsonl, csv, tsv, resp or folder")
        ->type_name("FORMAT");
    command.add_option_function<std::string>("--encoding", setEncoding, "text, hex or base64 (default: text)")
        ->type_name("ENCODING");
    command.add_flag("--header", arguments.header, "csv and tsv: the first line is a heading");
}

Result<void> checkTransfer(const TransferArguments& arguments, transfer::Format format) {
    const auto refuse = [&](const std::string& option) {
        return failure(Error{.code = ErrorCode::invalidArgument,
                             .operation = "use " + option,
                             .detail = "it does not go with the format " + std::string(formatName(format))});
    };
    if (!usesEncoding(format) && arguments.encoding)
        return refuse("--encoding");
    if (!usesHeader(format) && arguments.header)
        return refuse("--header");
    return {};
}

void NoticePrinter::operator()(const transfer::Notice& notice) {
    if (++m_counts[static_cast<std::size_t>(notice.kind)] > printedNotices)
        return;
    const auto quoted = [](const std::string& text) {
        return "'" + transfer::encode(text, transfer::Encoding::text) + "'";
    };
    std::string text = std::string(describe(notice.kind, false)) + ": ";
    if (notice.kind == transfer::Notice::Kind::escapedKey) {
        constexpr std::size_t shown = 200;
        const bool cut = notice.key.size() > shown;
        text += quoted(notice.key.substr(0, shown)) + (cut ? "..." : "") + ", written as " + quoted(notice.path);
    } else {
        text += quoted(notice.path);
    }
    m_context.warn(text);
}

void NoticePrinter::printTotals() const {
    for (std::size_t kind = 0; kind < m_counts.size(); ++kind) {
        if (m_counts[kind] > printedNotices)
            m_context.warn(formatCount(m_counts[kind]) + " " +
                           std::string(describe(static_cast<transfer::Notice::Kind>(kind), true)) + ", " +
                           formatCount(m_counts[kind] - printedNotices) + " of them not named above");
    }
}

} // namespace rustcask::cli
