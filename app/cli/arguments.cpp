// SPDX-License-Identifier: Apache-2.0
#include "arguments.h"

#include <array>
#include <charconv>
#include <cmath>

#include <unistd.h>

#include <CLI/CLI.hpp>

#include "progress_monitor.h"

namespace rustcask::cli {

transfer::Encoding Notation::encoding() const noexcept {
    return hex ? transfer::Encoding::hex : base64 ? transfer::Encoding::base64 : transfer::Encoding::text;
}

void addNotationOptions(CLI::App& command, Notation& notation, const std::string& what) {
    CLI::Option* hex = command.add_flag("--hex", notation.hex, what + " hexadecimal");
    CLI::Option* base64 = command.add_flag("--base64", notation.base64, what + " Base64");
    hex->excludes(base64);
}

Result<std::string> bytesOfArgument(const std::string& argument, const Notation& notation, std::string_view what,
                                    std::uint64_t maxBytes) {
    if (argument == "-") {
        transfer::FileSource input(STDIN_FILENO, "standard input");
        return transfer::readAll(input, maxBytes);
    }
    return decodeArgument(argument, notation, what);
}

Result<std::string> decodeArgument(const std::string& argument, const Notation& notation, std::string_view what) {
    if (notation.plain())
        return argument;
    auto bytes = transfer::decode(argument, notation.encoding());
    if (!bytes)
        bytes.error().operation = "read the " + std::string(what);
    return bytes;
}

CLI::Option* addDirectory(CLI::App& command, std::filesystem::path& directory) {
    return command.add_option("DIR", directory, "Directory of the database")->required();
}

std::optional<std::uint64_t> parseSize(std::string_view text) {
    double number = 0;
    std::uint64_t whole = 0;
    const char* const end = text.data() + text.size();
    const auto [afterWhole, wholeError] = std::from_chars(text.data(), end, whole);
    const auto [after, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
    if (error != std::errc{} || !std::isfinite(number) || number < 0 || text.front() == '-')
        return std::nullopt;
    std::string_view unit(after, static_cast<std::size_t>(end - after));
    while (!unit.empty() && unit.front() == ' ')
        unit.remove_prefix(1);
    std::uint64_t factor = 1;
    std::uint64_t base = 1024;
    if (!unit.empty() && unit != "B") {
        constexpr std::string_view letters = "KMGT";
        const char letter = unit.front() == 'k' ? 'K' : unit.front();
        const std::size_t power = letters.find(letter);
        const std::string_view rest = unit.substr(1);
        if (power == std::string_view::npos || (!rest.empty() && rest != "iB" && rest != "B"))
            return std::nullopt;
        if (rest == "B") // kB, MB, GB are decimal
            base = 1000;
        for (std::size_t i = 0; i <= power; ++i)
            factor *= base;
    }
    if (afterWhole == after && wholeError == std::errc{}) { // exact, where a double might round
        if (whole > UINT64_MAX / factor)
            return std::nullopt;
        return whole * factor;
    }
    const double bytes = number * static_cast<double>(factor);
    if (bytes >= 18446744073709551616.0)
        return std::nullopt;
    return static_cast<std::uint64_t>(std::llround(std::min(bytes, 9.2e18)));
}

CLI::Option* addSizeOption(CLI::App& command, const std::string& names, std::uint64_t& bytes,
                           const std::string& description) {
    const auto set = [&bytes, names](const std::string& text) {
        const auto parsed = parseSize(text);
        if (!parsed)
            throw CLI::ValidationError(names, "'" + text + "' is no size; write for example 512KiB, 16MiB or 2GiB");
        bytes = *parsed;
    };
    return command.add_option_function<std::string>(names, set, description)->type_name("SIZE");
}

void addWriteOptions(CLI::App& command, Options& options) {
    addSizeOption(command, "--data-file-size,--max-file-bytes", options.maxFileBytes,
                  "Seal a data file before it grows beyond this (default: 2GiB)");
    const auto setSync = [&options](const std::string& name) {
        options.sync = name == "none" ? SyncMode::none : name == "interval" ? SyncMode::interval : SyncMode::everyWrite;
    };
    command
        .add_option_function<std::string>(
            "--sync", setSync,
            "When writes survive a power cut: none (when the system gets to it and at the "
            "end), interval, everyWrite (default: none)")
        ->type_name("MODE")
        ->check(CLI::Validator(
            [](std::string& name) {
                const bool known = name == "none" || name == "interval" || name == "everyWrite";
                return known ? std::string() : "'" + name + "' is none of none, interval, everyWrite";
            },
            "", "sync mode"));
    const auto setInterval = [&options](const std::uint32_t& ms) {
        options.syncInterval = std::chrono::milliseconds(ms);
    };
    command
        .add_option_function<std::uint32_t>("--sync-interval", setInterval,
                                            "Milliseconds between syncs with --sync interval (default: 1000)")
        ->type_name("MS");
}

Options readingOptions() {
    Options options;
    options.createIfMissing = false;
    options.readOnly = true;
    options.readStrategy = ReadStrategy::keepOpen;
    return options;
}

Result<std::unique_ptr<Database>> openDatabase(Context& context, const std::filesystem::path& directory,
                                               const Options& options) {
    Progress progress;
    const ProgressMonitor monitor(context, progress, "opening");
    return Database::open(directory, options, progress);
}

} // namespace rustcask::cli
