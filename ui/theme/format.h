// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

#include <QByteArrayView>
#include <QDateTime>
#include <QString>

#include <rustcask/result.h>
#include <rustcask/types.h>

/// Engine values as text for people. Pure functions; texts are translated, figures follow the mock-ups (thousands
/// separators, binary units, "29 %").
namespace rustcask::ui {

[[nodiscard]] QString formatCount(quint64 count);           ///< "1,204"
[[nodiscard]] QString formatKeys(quint64 count);            ///< "1 key", "1,204 keys"
[[nodiscard]] QString formatRecords(quint64 count);         ///< "1 record", "1,204 records"
[[nodiscard]] QString formatFiles(quint64 count);           ///< "1 file", "1,204 files"
[[nodiscard]] QString formatBytes(quint64 bytes);           ///< "142 B", "1.4 MiB", "12.4 GiB"
[[nodiscard]] QString formatBytesExactly(quint64 bytes);    ///< "1,468,006 B"
[[nodiscard]] QString formatRate(double bytesPerSecond);    ///< "412 MiB/s"
[[nodiscard]] QString formatPercent(double fraction);       ///< 0.29 -> "29 %"; never rounds to 0 or 100 what is not
[[nodiscard]] QString formatDuration(qint64 nanoseconds);   ///< "0.27 µs", "9.1 ms", "12 s", "3 min 20 s"
[[nodiscard]] QString formatTime(rustcask::Timestamp time); ///< "today 15:20:00", "2026-11-20 09:14:00"
[[nodiscard]] QString formatTime(rustcask::Timestamp time, const QDateTime& now);
[[nodiscard]] QString formatTimeExactly(rustcask::Timestamp time); ///< "2026-11-20 09:14:00.417", local time
[[nodiscard]] QString formatOffset(quint64 offset);                ///< "18,204,556"
/// "7 @ 18,204,556": generation and offset, as everywhere in the window.
[[nodiscard]] QString formatLocation(const rustcask::RecordLocation& location);

/// A key (or another short byte string) as text. Unambiguous: two different byte strings never give the same text, and
/// none gives text that renders like another's by invisible, bidirectional or uncomposed characters. Bytes that are no
/// printable UTF-8 appear as \xNN and a backslash as \\. Beyond `maxBytes` it ends with "… (+N bytes)".
/// For reading only: never parse it back.
[[nodiscard]] QString displayKey(QByteArrayView key, qsizetype maxBytes = 1024);

/// The same bytes as the engine takes them, or as Qt does; both borrow.
[[nodiscard]] inline std::string_view bytesOf(QByteArrayView bytes) {
    return {bytes.data(), static_cast<std::size_t>(bytes.size())};
}
[[nodiscard]] inline QByteArrayView bytesOf(std::string_view bytes) {
    return {bytes.data(), static_cast<qsizetype>(bytes.size())};
}

/// What went wrong, why, and the way out, in the user's language.
[[nodiscard]] QString errorText(const rustcask::Error& error);
/// The first sentence of it: what could not be done.
[[nodiscard]] QString errorTitle(const rustcask::Error& error);

} // namespace rustcask::ui
