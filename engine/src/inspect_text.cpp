// SPDX-License-Identifier: Apache-2.0
#include "inspect_text.h"

#include <chrono>

namespace rustcask::inspect {
namespace {

constexpr std::string_view digits = "0123456789ABCDEF";

std::string padded(std::int64_t value, std::size_t width) {
    std::string text = std::to_string(value);
    if (text.size() < width)
        text.insert(0, width - text.size(), '0');
    return text;
}

} // namespace

std::string checksumText(std::uint32_t checksum) {
    std::string text(8, '0');
    for (std::size_t i = 0; i < 8; ++i)
        text[7 - i] = digits[(checksum >> (4 * i)) & 0xF];
    return text;
}

std::string hexText(std::string_view bytes) {
    std::string text;
    for (const char byte : bytes) {
        if (!text.empty())
            text += ' ';
        text += digits[static_cast<unsigned char>(byte) >> 4];
        text += digits[static_cast<unsigned char>(byte) & 0xF];
    }
    return text;
}

std::string timeText(Timestamp time) {
    using namespace std::chrono;
    // The field holds any 64 bits; a calendar only has years that people write.
    constexpr auto first = sys_days{year{0} / January / 1};
    constexpr auto last = sys_days{year{9999} / December / 31};
    if (time < first || time >= last)
        return std::to_string(time.time_since_epoch().count()) + " ms since 1970";
    const auto day = floor<days>(time);
    const year_month_day date{day};
    const hh_mm_ss clock{time - day};
    return padded(int{date.year()}, 4) + '-' + padded(unsigned{date.month()}, 2) + '-' +
           padded(unsigned{date.day()}, 2) + ' ' + padded(clock.hours().count(), 2) + ':' +
           padded(clock.minutes().count(), 2) + ':' + padded(clock.seconds().count(), 2) + '.' +
           padded(clock.subseconds().count(), 3) + " UTC";
}

std::string countText(std::uint64_t n, std::string_view one, std::string_view many) {
    return std::to_string(n) + ' ' + std::string(n == 1 ? one : many);
}

std::string bytesText(std::uint64_t n) {
    return countText(n, "byte", "bytes");
}

} // namespace rustcask::inspect
