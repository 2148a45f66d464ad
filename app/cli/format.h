// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <rustcask/types.h>

#include "arguments.h"

/// How numbers, times, keys and tables are printed. Pure functions.
namespace rustcask::cli {

[[nodiscard]] std::string formatBytes(std::uint64_t bytes); ///< "1.4 MiB"
[[nodiscard]] std::string formatCount(std::uint64_t count); ///< "1,204"
[[nodiscard]] std::string formatTime(Timestamp time);       ///< "2024-02-29T12:00:00.000Z"
[[nodiscard]] std::string formatPercent(double fraction);   ///< "62.5 %"

/// Bytes in JSON, losslessly: a string where they are UTF-8, otherwise an object `{"base64": "…"}`; with `--hex` or
/// `--base64` always a string in that encoding.
[[nodiscard]] nlohmann::ordered_json jsonBytes(std::string_view bytes, const Notation& notation);

/// Columns of text, padded to a common width. The first row is the heading.
class Table {
public:
    enum class Align : std::uint8_t { left, right };
    explicit Table(std::vector<Align> columns) : m_columns(std::move(columns)) {}
    /// @pre as many cells as columns
    void addRow(std::vector<std::string> cells) { m_rows.push_back(std::move(cells)); }
    [[nodiscard]] std::string text() const;

private:
    std::vector<Align> m_columns;
    std::vector<std::vector<std::string>> m_rows{};
};

} // namespace rustcask::cli
