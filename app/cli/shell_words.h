// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

/// How a line of the shell is split into words, and bytes written as one. Pure.
namespace rustcask::cli {

/// Words as in sh: separated by blanks; `'…'` as it stands; in `"…"` a backslash keeps `"`, `\`, `$` and a backquote
/// from being special; elsewhere it keeps any character from it. Besides, outside of `'…'`, `\xNN` is the byte NN.
/// Nothing is expanded. The error is a sentence.
[[nodiscard]] tl::expected<std::vector<std::string>, std::string> splitWords(std::string_view line);

/// A word that `splitWords` takes for `bytes`, on one line and without control characters. Plain where it can be.
[[nodiscard]] std::string quotedWord(std::string_view bytes);

/// A value as an answer of one line, written as `Encoding::text`; a first `(` as `\x28`, so that no value looks like
/// `(nil)` or `(error)`.
[[nodiscard]] std::string valueAnswer(std::string_view value);

} // namespace rustcask::cli
