// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <rustcask/progress.h>

/// Two versions side by side. Pure functions; safe on any thread.
namespace rustcask::ui {

/// A row of a side-by-side comparison: a line on either side, or on one alone.
struct DiffRow {
    enum class Kind : quint8 { same, changed, removed, added };
    Kind kind = Kind::same;
    qint32 left = -1; ///< index among the lines of the left side; -1: none
    qint32 right = -1;
};

/// A shortest edit script between two lists of lines (E. Myers 1986), as rows. Where the sides differ by more than
/// `maxEdits` lines what is left in the middle counts as changed altogether, and `*approximate` becomes true.
[[nodiscard]] std::vector<DiffRow> diffLines(const std::vector<QByteArray>& left, const std::vector<QByteArray>& right,
                                             int maxEdits, bool* approximate, rustcask::Progress& progress);

/// The parts of two texts that differ: the text between their common beginning and end.
struct ChangedPart {
    qsizetype begin = 0;
    qsizetype leftEnd = 0;
    qsizetype rightEnd = 0;
};
[[nodiscard]] ChangedPart changedPart(QStringView left, QStringView right);

/// One side of a comparison, ready to be shown.
struct DiffSide {
    QStringList labels{}; ///< of each line: its number, or an offset
    QStringList lines{};
};
struct Diff {
    DiffSide left{};
    DiffSide right{};
    std::vector<DiffRow> rows{};
    bool approximate = false;              ///< the sides differ by too much to find the fewest changes
    bool cut = false;                      ///< only the first `maxDiffBytes` of either side were compared
    [[nodiscard]] quint64 changes() const; ///< runs of rows that are not the same
};

/// Of either side, in bytes: what is compared.
inline constexpr qsizetype maxDiffBytes = qsizetype{4} << 20;

/// Line by line, as text where it is text.
[[nodiscard]] Diff diffText(const QByteArray& left, const QByteArray& right, rustcask::Progress& progress);
/// Sixteen bytes a row: bytes inserted or removed move the rest of a side by whole rows only where that lines up.
[[nodiscard]] Diff diffHex(const QByteArray& left, const QByteArray& right, rustcask::Progress& progress);

} // namespace rustcask::ui
