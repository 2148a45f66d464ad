// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "values/json_scanner.h"

/// JSON laid out for reading. Nothing is parsed into values and written again: every token is copied as its bytes
/// stand, so number literals, escapes, duplicate names and key order are those that are stored. Pure.
namespace rustcask::ui {

/// Formats one JSON value (RFC 8259) with two spaces a level; small arrays and objects of plain values stay on one
/// line. Fails at the first byte that is no JSON, and on nesting deeper than `maxJsonDepth`.
[[nodiscard]] tl::expected<std::string, JsonError> formatJson(std::string_view json);

} // namespace rustcask::ui
