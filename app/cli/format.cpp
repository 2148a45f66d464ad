// SPDX-License-Identifier: Apache-2.0
#include "format.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include <nlohmann/json.hpp>

namespace rustcask::cli {

namespace {

// Code points, not bytes: every character of the keys people align is taken to be one column wide.
std::size_t columnsOf(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

} // namespace

std::string formatBytes(std::uint64_t bytes) {
    if (bytes < 1024)
        return std::to_string(bytes) + " B";
    constexpr std::array units{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double value = static_cast<double>(bytes) / 1024;
    std::size_t unit = 0;
    while (value >= 1023.95 && unit + 1 < units.size()) {
        value /= 1024;
        ++unit;
    }
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f %s", value, units[unit]);
    return text.data();
}

std::string formatCount(std::uint64_t count) {
    std::string text = std::to_string(count);
    for (std::size_t i = text.size(); i > 3; i -= 3)
        text.insert(i - 3, ",");
    return text;
}

std::string formatTime(Timestamp time) {
    // A damaged record may claim any time at all; the calendar ends at year 9999.
    const auto sinceEpoch = time.time_since_epoch().count();
    if (sinceEpoch < 0 || sinceEpoch > 253'402'300'799'999)
        return std::to_string(sinceEpoch) + " ms";
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
    return text.data();
}

std::string formatPercent(double fraction) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f %%", fraction * 100);
    return text.data();
}

nlohmann::ordered_json jsonBytes(std::string_view bytes, const Notation& notation) {
    if (!notation.plain())
        return transfer::encode(bytes, notation.encoding());
    if (transfer::isValidUtf8(bytes))
        return std::string(bytes);
    return {{"base64", transfer::encode(bytes, transfer::Encoding::base64)}};
}

std::string Table::text() const {
    std::vector<std::size_t> widths(m_columns.size(), 0);
    for (const auto& row : m_rows) {
        for (std::size_t i = 0; i < widths.size(); ++i)
            widths[i] = std::max(widths[i], columnsOf(row[i]));
    }
    std::string text;
    for (const auto& row : m_rows) {
        std::string line;
        for (std::size_t i = 0; i < widths.size(); ++i) {
            const std::string padding(widths[i] - columnsOf(row[i]), ' ');
            if (i > 0)
                line += "  ";
            line += m_columns[i] == Align::right ? padding + row[i] : row[i] + padding;
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    }
    return text;
}

} // namespace rustcask::cli
