// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include <tl/expected.hpp>

/// JSON laid out for reading. Nothing is parsed into values and written again: every token is copied as its bytes
/// stand, so number literals, escapes, duplicate names and key order are those that are stored. Pure.
namespace rustcask::ui {

struct JsonError {
    std::size_t offset = 0; ///< of the byte in the original
    const char* expected = "";
};

/// Formats one JSON value (RFC 8259) with two spaces a level; small arrays and objects of plain values stay on one
/// line. Fails at the first byte that is no JSON, and on nesting deeper than `maxJsonDepth`.
[[nodiscard]] tl::expected<std::string, JsonError> formatJson(std::string_view json);

inline constexpr std::size_t maxJsonDepth = 512;

} // namespace rustcask::ui
