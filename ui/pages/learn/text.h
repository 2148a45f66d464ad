// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>
#include <QCoreApplication>
#include <QString>

#include <cstdint>
#include <string>

/// Texts that several parts of the Learn page show. Pure.
namespace rustcask::ui {

/// The translation context of everything here that is no widget.
struct LearnText {
    Q_DECLARE_TR_FUNCTIONS(rustcask::ui::Learn)
};

/// Keys and values as text: printable UTF-8 as it is, every other byte as `\xNN`; two different byte strings never read
/// the same. Longer than `maxCharacters`, it is cut in the middle with an ellipsis.
[[nodiscard]] QString bytesText(QByteArrayView bytes, qsizetype maxCharacters = 48);

/// Bytes as pairs of upper-case hex digits with a space between: "61 70 70".
[[nodiscard]] QString hexText(QByteArrayView bytes);

/// Reads hex digits, with or without blanks, into `*bytes`. False when a digit is missing or is none.
[[nodiscard]] bool parseHex(const QString& text, QByteArray* bytes);

/// "1,204".
[[nodiscard]] QString countText(std::uint64_t count);

[[nodiscard]] inline QByteArrayView viewOf(const std::string& bytes) {
    return {bytes.data(), static_cast<qsizetype>(bytes.size())};
}

} // namespace rustcask::ui
