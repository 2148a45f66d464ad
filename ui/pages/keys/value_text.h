// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

#include <tl/expected.hpp>

/// Bytes as something a person can read or type, and back. Pure functions; none loses or alters a byte silently.
namespace rustcask::ui {

/// "00 ff 7a …", sixteen bytes a line.
[[nodiscard]] QString toHexText(QByteArrayView bytes);
struct TextError {
    qsizetype position = 0; ///< in the text
    QString problem{};      ///< a sentence
};
/// Two digits a byte, with any white space between bytes.
[[nodiscard]] tl::expected<QByteArray, TextError> fromHexText(QStringView text);

/// A key as typed: text in UTF-8 with the escapes \xNN \0 \n \r \t \\ , or hexadecimal digits.
[[nodiscard]] tl::expected<QByteArray, TextError> fromEscapedText(QStringView text);
/// The other way: text that `fromEscapedText` turns back into exactly these bytes.
[[nodiscard]] QString toEscapedText(QByteArrayView bytes);

enum class CopyFormat { text, hex, base64, json, cArray };
/// For the clipboard. As text, bytes that are no UTF-8 become \xNN escapes; JSON is a string, with invalid UTF-8 as
/// {"base64": "…"}.
[[nodiscard]] QString copyText(QByteArrayView bytes, CopyFormat format);

} // namespace rustcask::ui
