// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>

#include <rustcask/transfer/folder.h>
#include <rustcask/transfer/records.h>

namespace CLI {
class App;
}

/// What import and export share.
namespace rustcask::cli {

struct Context;

struct TransferArguments {
    std::optional<transfer::Format> format{};
    std::optional<transfer::Encoding> encoding{};
    bool header = false;

    [[nodiscard]] transfer::TextOptions textOptions() const noexcept {
        return {.encoding = encoding.value_or(transfer::Encoding::text), .header = header};
    }
};

/// Adds `--format`, `--encoding` and `--header`.
void addTransferOptions(CLI::App& command, TransferArguments& arguments);

/// invalidArgument when an option does not go with the format.
[[nodiscard]] Result<void> checkTransfer(const TransferArguments& arguments, transfer::Format format);

/// What the man pages of both say of the formats.
extern const char* const formatsHelp;

/// Prints the first notices of each kind on standard error as they come, and how many there were at the end.
class NoticePrinter {
public:
    explicit NoticePrinter(const Context& context) : m_context(context) {}
    void operator()(const transfer::Notice& notice);
    void printTotals() const;

private:
    const Context& m_context;
    std::array<std::uint64_t, 4> m_counts{}; // by kind
};

} // namespace rustcask::cli
