// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

#include <tl/expected.hpp>

/// Bytes as something a person can read or type, and back. Pure functions; none loses or alters a byte silently.
namespace rustcask::ui {

/// What a value looks like.
enum class ValueKind { empty, json, text, binary };

/// Looks at the whole value, so call it on a worker for large ones. JSON is only recognised up to `maxFormattedBytes`.
[[nodiscard]] ValueKind detectKind(QByteArrayView bytes);
[[nodiscard]] QString kindText(ValueKind kind);

/// Nothing is formatted or made editable as text above this size without being asked.
inline constexpr qsizetype maxFormattedBytes = qsizetype{1} << 20;
/// A text page of a larger value.
inline constexpr qsizetype textPageBytes = qsizetype{64} << 10;
/// A line longer than this holds up a text editor.
inline constexpr qsizetype maxLineBytes = qsizetype{64} << 10;
/// The most that the hex editor takes.
inline constexpr qsizetype maxHexEditBytes = qsizetype{64} << 10;

/// Why bytes cannot go through a text editor and come back the same; empty: they can. The sentence is for the user.
[[nodiscard]] QString whyNotEditableAsText(QByteArrayView bytes);

/// Any bytes as text for reading: UTF-8 where it is, \xNN for what is no character or would not show, a visible ␍
/// before a line end with carriage return. Never meant to be turned back.
[[nodiscard]] QString textForReading(QByteArrayView bytes);

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
