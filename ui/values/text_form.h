// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include <QByteArray>
#include <QString>
#include <QVector>

#include <tl/expected.hpp>

/// Bytes as text for an editor and back, byte for byte. Pure functions.
namespace rustcask::ui {

enum class TextEncoding { utf8, utf16le, utf16be, latin1, windows1252 };
[[nodiscard]] QVector<TextEncoding> textEncodings(); ///< all, in the order of a menu
[[nodiscard]] QString encodingName(TextEncoding encoding);
/// For settings; utf8 for an unknown name.
[[nodiscard]] TextEncoding encodingFromName(const QString& name);

/// How bytes become the text of an editor.
struct TextForm {
    TextEncoding encoding = TextEncoding::utf8;
    bool mark = false;    ///< begins with a byte order mark, which the text does not show and `bytesOf` puts back
    bool crlf = false;    ///< every line ends with CR LF; the text has plain line ends
    bool escaped = false; ///< bytes and characters that would not come back the same are written \xNN or \uNNNN, and a
                          ///< backslash is written \\ (two)

    friend bool operator==(const TextForm&, const TextForm&) = default;
};

/// What the bytes look like: a byte order mark, else UTF-8 if it is that, else UTF-16 if every other byte is mostly
/// zero, else Windows-1252. nullopt: no text (control characters, NUL bytes in plenty).
[[nodiscard]] std::optional<TextEncoding> detectEncoding(QByteArrayView bytes);

struct EditableText {
    TextForm form{};
    QString text{};
};
/// The plainest form in `encoding` from which `bytesOf` gives exactly these bytes; escaped where it takes that.
[[nodiscard]] EditableText editableText(QByteArrayView bytes, TextEncoding encoding);

struct FormError {
    qsizetype position = 0; ///< in the text
    QString problem{};      ///< a sentence
};
/// The bytes that a text stands for. Fails on an escape that is none and on characters that the encoding lacks.
[[nodiscard]] tl::expected<QByteArray, FormError> bytesOf(const QString& text, const TextForm& form);

/// For a part of a large value, whose ends may cut characters: text for reading with control characters as \xNN.
[[nodiscard]] QString textForReading(QByteArrayView bytes, TextEncoding encoding);
/// How many bytes at most a page that begins here can be extended by, so that no character is cut: 0 to 3.
[[nodiscard]] qsizetype bytesToCharacterEnd(QByteArrayView pageAndMore, qsizetype pageBytes, TextEncoding encoding);

/// "UTF-8", "UTF-16 LE with mark, CRLF".
[[nodiscard]] QString formText(const TextForm& form);

} // namespace rustcask::ui
