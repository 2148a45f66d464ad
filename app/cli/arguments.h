// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <rustcask/database.h>
#include <rustcask/transfer/encoding.h>

#include "context.h"

namespace CLI {
class App;
class Option;
} // namespace CLI

/// What several commands take from the command line.
namespace rustcask::cli {

/// How keys and values are written on the command line and printed: `--hex`, `--base64` or neither, that is as they
/// are.
struct Notation {
    bool hex = false;
    bool base64 = false;

    [[nodiscard]] bool plain() const noexcept { return !hex && !base64; }
    /// For printing; `text` when plain.
    [[nodiscard]] transfer::Encoding encoding() const noexcept;
};

/// Adds `--hex` and `--base64`, which exclude each other. `what`: "KEY and VALUE are".
void addNotationOptions(CLI::App& command, Notation& notation, const std::string& what);

/// The bytes that `argument` stands for: all of standard input for `-`, otherwise itself, decoded as `notation` says.
/// Errors: invalidArgument, naming `what`; ioError.
[[nodiscard]] Result<std::string> bytesOfArgument(const std::string& argument, const Notation& notation,
                                                  std::string_view what, std::uint64_t maxBytes);

/// The bytes that `argument` stands for, `-` being nothing special. Errors: invalidArgument, naming `what`.
[[nodiscard]] Result<std::string> decodeArgument(const std::string& argument, const Notation& notation,
                                                 std::string_view what);

/// Adds the positional DIR.
CLI::Option* addDirectory(CLI::App& command, std::filesystem::path& directory);

/// A number of bytes: "4096", "64KiB", "16MiB" (or "16M"), "1.5GiB", "10MB" (decimal). nullopt: not such a text, or
/// over 2^64.
[[nodiscard]] std::optional<std::uint64_t> parseSize(std::string_view text);

/// Adds an option that takes a size and refuses anything else as wrong usage.
CLI::Option* addSizeOption(CLI::App& command, const std::string& names, std::uint64_t& bytes,
                           const std::string& description);

/// Adds `--data-file-size` (also `--max-file-bytes`), `--sync` and `--sync-interval`, for commands that write.
void addWriteOptions(CLI::App& command, Options& options);

/// Options of a command that only reads: nothing is created or written, and data files are not mapped, because a mapped
/// page on failing media kills the process.
[[nodiscard]] Options readingOptions();

/// Opens with a progress bar for what takes long, cancelled by SIGINT. Errors: those of `Database::open`.
[[nodiscard]] Result<std::unique_ptr<Database>> openDatabase(Context& context, const std::filesystem::path& directory,
                                                             const Options& options);

} // namespace rustcask::cli
