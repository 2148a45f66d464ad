// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <rustcask/transfer/files.h>

QT_BEGIN_NAMESPACE
class QComboBox;
QT_END_NAMESPACE

/// Formats, notices and tallies of imports and exports in words. Pure, but for the two that fill a box.
namespace rustcask::ui {

[[nodiscard]] QString formatTitle(rustcask::transfer::Format format);    ///< "JSON Lines"
[[nodiscard]] QString formatSentence(rustcask::transfer::Format format); ///< what it is and what it is good for
[[nodiscard]] QString formatEnding(rustcask::transfer::Format format);   ///< ".jsonl"; empty for a folder
[[nodiscard]] QString encodingTitle(rustcask::transfer::Encoding encoding);
/// The format whose items `fillFormats` made, and the encoding of `fillEncodings`.
void fillFormats(QComboBox* box);
void fillEncodings(QComboBox* box);
[[nodiscard]] rustcask::transfer::Format formatOf(const QComboBox* box);
[[nodiscard]] rustcask::transfer::Encoding encodingOf(const QComboBox* box);
void choose(QComboBox* box, rustcask::transfer::Format format);
void choose(QComboBox* box, rustcask::transfer::Encoding encoding);

[[nodiscard]] QString noticeText(const rustcask::transfer::Notice& notice);
/// "1,204 records imported (3.1 MiB), 12 of them over a value. 5 left out because their key has a value."
[[nodiscard]] QString importTally(const rustcask::transfer::TransferReport& report);
[[nodiscard]] QString exportTally(const rustcask::transfer::TransferReport& report, const QString& absentText = {});

/// A prefix as people type it: as `Encoding::text`, so that any bytes can be written.
[[nodiscard]] QString prefixText(const QByteArray& prefix);
[[nodiscard]] rustcask::Result<std::string> prefixBytes(const QString& text);

} // namespace rustcask::ui
