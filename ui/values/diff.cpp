// SPDX-License-Identifier: GPL-3.0-or-later
#include "values/diff.h"

#include <algorithm>

#include "layout/hex_layout.h"
#include "values/text_form.h"

namespace rustcask::ui {

namespace {

constexpr int maxEdits = 2000;
constexpr qsizetype maxShownLine = 2000; // characters

using Lines = std::vector<QByteArray>;

/// Myers' greedy algorithm on [0, n) and [0, m); the script as pairs of indices that match. Empty optional: too far.
class Matcher {
public:
    Matcher(const Lines& left, const Lines& right, qint32 begin, qint32 leftEnd, qint32 rightEnd)
        : m_left(left), m_right(right), m_begin(begin), m_n(leftEnd - begin), m_m(rightEnd - begin) {}

    /// Pairs of matching lines in ascending order; false: more than `limit` edits.
    bool run(int limit, rustcask::Progress& progress, std::vector<std::pair<qint32, qint32>>& matches) {
        const int most = std::min<int>(limit, m_n + m_m);
        std::vector<qint32> v(static_cast<std::size_t>(2 * most + 3), 0);
        const auto at = [&](int k) -> qint32& { return v[static_cast<std::size_t>(k + most + 1)]; };
        std::vector<std::vector<qint32>> trace;
        for (int d = 0; d <= most; ++d) {
            if (progress.isCancelled()) {
                return false;
            }
            for (int k = -d; k <= d; k += 2) {
                qint32 x = k == -d || (k != d && at(k - 1) < at(k + 1)) ? at(k + 1) : at(k - 1) + 1;
                while (x < m_n && x - k < m_m && equal(x, x - k)) {
                    ++x;
                }
                at(k) = x;
                if (x >= m_n && x - k >= m_m) {
                    // What this round has changed only; the whole would take quadratic memory.
                    trace.push_back(slice(v, most, d));
                    walkBack(trace, d, k, matches);
                    return true;
                }
            }
            trace.push_back(slice(v, most, d));
        }
        return false;
    }

private:
    [[nodiscard]] bool equal(qint32 x, qint32 y) const {
        return m_left[static_cast<std::size_t>(m_begin + x)] == m_right[static_cast<std::size_t>(m_begin + y)];
    }
    static std::vector<qint32> slice(const std::vector<qint32>& v, int most, int d) {
        return {v.begin() + (most + 1 - d), v.begin() + (most + 1 + d + 1)};
    }
    /// From the end through the furthest points of each round.
    void walkBack(const std::vector<std::vector<qint32>>& trace, int d, int k,
                  std::vector<std::pair<qint32, qint32>>& matches) const {
        qint32 x = m_n;
        for (; d >= 0; --d) {
            const auto before = [&](int diagonal) {
                if (d == 0 || diagonal < -(d - 1) || diagonal > d - 1) {
                    return qint32{-1};
                }
                return trace[static_cast<std::size_t>(d - 1)][static_cast<std::size_t>(diagonal + d - 1)];
            };
            qint32 startX = 0; // where this round's snake began
            int previous = k;
            if (d > 0) {
                const bool down = k == -d || (k != d && before(k - 1) < before(k + 1));
                previous = down ? k + 1 : k - 1;
                startX = down ? before(previous) : before(previous) + 1;
            }
            while (x > startX) {
                --x;
                matches.emplace_back(m_begin + x, m_begin + x - k);
            }
            if (d > 0) {
                x = before(previous);
                k = previous;
            }
        }
        std::reverse(matches.begin(), matches.end());
    }

    const Lines& m_left;
    const Lines& m_right;
    qint32 m_begin;
    qint32 m_n;
    qint32 m_m;
};

/// Rows of what stands between two matches: as many pairs as there are, the rest on one side.
void addBetween(std::vector<DiffRow>& rows, qint32 left, qint32 leftEnd, qint32 right, qint32 rightEnd) {
    while (left < leftEnd || right < rightEnd) {
        DiffRow row;
        row.left = left < leftEnd ? left++ : -1;
        row.right = right < rightEnd ? right++ : -1;
        row.kind = row.left < 0    ? DiffRow::Kind::added
                   : row.right < 0 ? DiffRow::Kind::removed
                                   : DiffRow::Kind::changed;
        rows.push_back(row);
    }
}

QString shown(const QByteArray& line, std::optional<TextEncoding> encoding) {
    QString text = textForReading(line, encoding.value_or(TextEncoding::latin1));
    text.replace(QLatin1Char('\t'), QStringLiteral("    "));
    return text.size() > maxShownLine ? text.left(maxShownLine) + QStringLiteral(" …") : text;
}

Lines split(const QByteArray& bytes) {
    Lines lines;
    if (bytes.isEmpty()) {
        return lines;
    }
    for (qsizetype begin = 0; begin <= bytes.size();) {
        const qsizetype end = bytes.indexOf('\n', begin);
        if (end < 0) {
            if (begin < bytes.size()) {
                lines.push_back(bytes.mid(begin));
            }
            break;
        }
        lines.push_back(bytes.mid(begin, end - begin));
        begin = end + 1;
    }
    return lines;
}

} // namespace

std::vector<DiffRow> diffLines(const Lines& left, const Lines& right, int limit, bool* approximate,
                               rustcask::Progress& progress) {
    const auto leftSize = static_cast<qint32>(left.size());
    const auto rightSize = static_cast<qint32>(right.size());
    qint32 begin = 0;
    while (begin < leftSize && begin < rightSize &&
           left[static_cast<std::size_t>(begin)] == right[static_cast<std::size_t>(begin)]) {
        ++begin;
    }
    qint32 leftEnd = leftSize;
    qint32 rightEnd = rightSize;
    while (leftEnd > begin && rightEnd > begin &&
           left[static_cast<std::size_t>(leftEnd - 1)] == right[static_cast<std::size_t>(rightEnd - 1)]) {
        --leftEnd;
        --rightEnd;
    }
    std::vector<DiffRow> rows;
    for (qint32 i = 0; i < begin; ++i) {
        rows.push_back({DiffRow::Kind::same, i, i});
    }
    std::vector<std::pair<qint32, qint32>> matches;
    const bool exact = leftEnd == begin || rightEnd == begin ||
                       Matcher(left, right, begin, leftEnd, rightEnd).run(limit, progress, matches);
    if (approximate != nullptr) {
        *approximate = !exact;
    }
    qint32 l = begin;
    qint32 r = begin;
    for (const auto& [matchLeft, matchRight] : matches) {
        addBetween(rows, l, matchLeft, r, matchRight);
        rows.push_back({DiffRow::Kind::same, matchLeft, matchRight});
        l = matchLeft + 1;
        r = matchRight + 1;
    }
    addBetween(rows, l, leftEnd, r, rightEnd);
    for (; leftEnd < leftSize; ++leftEnd, ++rightEnd) {
        rows.push_back({DiffRow::Kind::same, leftEnd, rightEnd});
    }
    return rows;
}

ChangedPart changedPart(QStringView left, QStringView right) {
    ChangedPart part{0, left.size(), right.size()};
    while (part.begin < left.size() && part.begin < right.size() && left[part.begin] == right[part.begin]) {
        ++part.begin;
    }
    while (part.leftEnd > part.begin && part.rightEnd > part.begin &&
           left[part.leftEnd - 1] == right[part.rightEnd - 1]) {
        --part.leftEnd;
        --part.rightEnd;
    }
    return part;
}

quint64 Diff::changes() const {
    quint64 runs = 0;
    bool inside = false;
    for (const DiffRow& row : rows) {
        const bool same = row.kind == DiffRow::Kind::same;
        runs += !same && !inside ? 1 : 0;
        inside = !same;
    }
    return runs;
}

Diff diffText(const QByteArray& left, const QByteArray& right, rustcask::Progress& progress) {
    Diff diff;
    diff.cut = left.size() > maxDiffBytes || right.size() > maxDiffBytes;
    const auto side = [](const QByteArray& bytes, DiffSide& shownSide, Lines& lines) {
        const QByteArray compared = bytes.left(maxDiffBytes);
        const auto encoding = detectEncoding(compared);
        const bool wide = encoding == TextEncoding::utf16le || encoding == TextEncoding::utf16be;
        // Lines of UTF-16 are found in its characters.
        lines = split(wide ? textForReading(compared, *encoding).toUtf8() : compared);
        for (std::size_t i = 0; i < lines.size(); ++i) {
            shownSide.labels << QString::number(i + 1);
            shownSide.lines << shown(lines[i], wide ? TextEncoding::utf8 : encoding);
        }
    };
    Lines leftLines;
    Lines rightLines;
    side(left, diff.left, leftLines);
    side(right, diff.right, rightLines);
    diff.rows = diffLines(leftLines, rightLines, maxEdits, &diff.approximate, progress);
    return diff;
}

Diff diffHex(const QByteArray& left, const QByteArray& right, rustcask::Progress& progress) {
    constexpr qsizetype perRow = 16;
    Diff diff;
    diff.cut = left.size() > maxDiffBytes || right.size() > maxDiffBytes;
    const auto side = [](const QByteArray& bytes, DiffSide& shownSide, Lines& lines) {
        const QByteArray compared = bytes.left(maxDiffBytes);
        for (qsizetype at = 0; at < compared.size(); at += perRow) {
            const QByteArray row = compared.mid(at, perRow);
            lines.push_back(row);
            QString text = hexText(row).leftJustified(perRow * 3 - 1) + QStringLiteral("  ");
            for (const char byte : row) {
                text += HexLayout::printable(byte);
            }
            shownSide.labels << QString::number(at, 16).toUpper().rightJustified(8, QLatin1Char('0'));
            shownSide.lines << text;
        }
    };
    Lines leftLines;
    Lines rightLines;
    side(left, diff.left, leftLines);
    side(right, diff.right, rightLines);
    diff.rows = diffLines(leftLines, rightLines, maxEdits, &diff.approximate, progress);
    return diff;
}

} // namespace rustcask::ui
