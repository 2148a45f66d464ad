// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <rustcask/result.h>

/// Import and export of databases, and how arbitrary bytes are written as text. Pure functions, safe from any thread.
namespace rustcask::transfer {

/// How a key or value is written in a text file. Each is lossless for every sequence of bytes.
enum class Encoding : std::uint8_t {
    text,   ///< UTF-8 as it is; a backslash as `\\`; control characters and bytes that are no UTF-8 as `\xNN`
    hex,    ///< two lowercase digits a byte; both cases are read
    base64, ///< RFC 4648 section 4, padded
};

[[nodiscard]] std::string_view encodingName(Encoding encoding) noexcept;
[[nodiscard]] std::optional<Encoding> encodingFromName(std::string_view name) noexcept;

/// Appends `bytes` written in `encoding`. The result holds no control characters, and with `text` it is valid UTF-8.
void appendEncoded(std::string& out, std::string_view bytes, Encoding encoding);
[[nodiscard]] std::string encode(std::string_view bytes, Encoding encoding);

/// Undoes `encode`. With `text`, a backslash that begins neither `\\` nor `\xNN` is refused; everything else stands for
/// itself. Errors: invalidArgument, whose `detail` names the position in `text`, counted from 1.
[[nodiscard]] Result<std::string> decode(std::string_view text, Encoding encoding);

/// The length in bytes of the well-formed UTF-8 sequence at the start of `text`, 1 to 4; 0 if there is none (overlong
/// forms, surrogates and code points above U+10FFFF included).
[[nodiscard]] std::size_t utf8SequenceBytes(std::string_view text) noexcept;
[[nodiscard]] bool isValidUtf8(std::string_view bytes) noexcept;

/// Appends `\xNN`.
void appendHexEscape(std::string& out, char byte);
/// The value of a hexadecimal digit of either case; -1 if it is none.
[[nodiscard]] int hexDigitValue(char digit) noexcept;

} // namespace rustcask::transfer
