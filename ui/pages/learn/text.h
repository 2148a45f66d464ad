// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>
#include <QCoreApplication>
#include <QString>

#include <cstdint>
#include <string>

#include "layout/hex_layout.h"
#include "theme/format.h"

/// Texts that several parts of the Learn page show. Pure.
namespace rustcask::ui {

/// The translation context of everything here that is no widget.
struct LearnText {
    Q_DECLARE_TR_FUNCTIONS(rustcask::ui::Learn)
};

/// Keys and values as text, unambiguous; longer than `maxBytes`, it says how much is left out.
[[nodiscard]] inline QString bytesText(QByteArrayView bytes, qsizetype maxBytes = 48) {
    return displayKey(bytes, maxBytes);
}

/// Reads hex digits, with or without blanks, into `*bytes`. False when a digit is missing or is none.
[[nodiscard]] bool parseHex(const QString& text, QByteArray* bytes);

/// "1,204".
[[nodiscard]] inline QString countText(std::uint64_t count) {
    return formatCount(count);
}

[[nodiscard]] inline QByteArrayView viewOf(const std::string& bytes) {
    return {bytes.data(), static_cast<qsizetype>(bytes.size())};
}

} // namespace rustcask::ui
