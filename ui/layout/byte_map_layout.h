// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <vector>

#include <QPointF>
#include <QRectF>
#include <QVector>
#include <QtGlobal>

#include <rustcask/byte_map.h>

/// Geometry of the byte map: which bytes lie where, from a whole directory to single records. Pure; offsets are 64-bit,
/// coordinates in px.
namespace rustcask::ui {

/// What `[begin, end)` of a file holds, as far as is known: where the scan has been, what it found, corrected by what
/// the statistics say of the whole file since; beyond, the average of what is left.
/// @param map what a scan found so far; null: nothing yet
/// @param complete the scan has reached the end
/// @param whole of the file, from the engine's statistics
[[nodiscard]] ByteTally estimateTally(const ByteMap* map, bool complete, const ByteTally& whole, quint64 fileBytes,
                                      quint64 begin, quint64 end);

/// One pixel column of a strip: how much of its height each kind takes, 0 to 1 together.
struct MapColumn {
    std::array<float, byteKindCount> share{};
    bool damaged = false; ///< drawn over the whole height, two columns wide at least
};

using TallySource = std::function<ByteTally(quint64 begin, quint64 end)>;

/// `width` columns for `[from, to)`. Damage marks a neighbour as well, so that it is at least 2 px wide.
[[nodiscard]] QVector<MapColumn> mapColumns(quint64 from, quint64 to, int width, const TallySource& tally);

/// Bytes along a horizontal stretch.
struct MapStrip {
    qreal left = 0;
    qreal width = 1;
    quint64 from = 0;
    quint64 to = 1;

    [[nodiscard]] qreal xOf(quint64 byte) const; ///< clamped to the strip
    [[nodiscard]] quint64 byteAt(qreal x) const; ///< clamped to `[from, to - 1]`
    [[nodiscard]] quint64 bytesPerPixel() const; ///< at least 1
};

/// A range of a file that is looked at.
struct ByteWindow {
    quint64 from = 0;
    quint64 to = 0;

    [[nodiscard]] quint64 bytes() const { return to - from; }
    /// `factor` below 1 zooms in; the byte at `anchor` stays where it is. Never shorter than `least` bytes, never
    /// beyond `fileBytes`.
    [[nodiscard]] ByteWindow zoomed(quint64 anchor, double factor, quint64 fileBytes, quint64 least) const;
    /// Moved by `bytes` to the right (negative: to the left) as far as the file reaches.
    [[nodiscard]] ByteWindow moved(qint64 bytes, quint64 fileBytes) const;
    /// The same length around `byte`.
    [[nodiscard]] ByteWindow centred(quint64 byte, quint64 fileBytes) const;
    friend bool operator==(const ByteWindow&, const ByteWindow&) = default;
};

/// Every file as a row: label, strip of its bytes with the hint file's as a thin line below, figures. All strips have
/// one scale: the largest file takes the whole width.
struct DirectoryLayout {
    qreal width = 0;
    int rows = 0;
    quint64 largest = 0; ///< bytes of the largest file
    qreal labelWidth = 120;
    qreal figureWidth = 110;
    qreal rowHeight = 26;
    qreal margin = 12;

    enum class Part { label, data, hint, figures };
    struct Hit {
        int row = 0;
        Part part = Part::label;
        qreal x = 0;
    };

    [[nodiscard]] qreal contentHeight() const { return rows * rowHeight + margin; }
    [[nodiscard]] QRectF rowRect(int row, qreal scroll) const;
    [[nodiscard]] QRectF labelRect(int row, qreal scroll) const;
    [[nodiscard]] QRectF figureRect(int row, qreal scroll) const;
    /// At least 3 px wide when there is a byte.
    [[nodiscard]] QRectF dataRect(int row, quint64 bytes, qreal scroll) const;
    [[nodiscard]] QRectF hintRect(int row, quint64 bytes, qreal scroll) const;
    [[nodiscard]] QRectF roomRect(int row, qreal scroll) const; ///< where the longest strip would be
    [[nodiscard]] std::optional<Hit> hit(QPointF point, qreal scroll) const;
    /// First and one past the last row that show in `height`.
    [[nodiscard]] std::pair<int, int> visibleRows(qreal scroll, qreal height) const;

private:
    [[nodiscard]] qreal barWidth(quint64 bytes) const;
};

/// All bytes of all files in one block, cell after cell, line after line; every file begins a new cell. A cell stands
/// for the same number of bytes everywhere, the least power of two with which all fit.
class BlockLayout {
public:
    struct Cell {
        int file = 0;
        quint64 from = 0;
        quint64 to = 0;
    };

    BlockLayout() = default;
    /// `cell`: side of a cell. With more files than there is room for, the block is higher than `size` and scrolls.
    BlockLayout(const std::vector<quint64>& fileBytes, QSizeF size, qreal cell, qreal margin);

    [[nodiscard]] quint64 bytesPerCell() const { return m_bytesPerCell; }
    [[nodiscard]] int columns() const { return m_columns; }
    [[nodiscard]] qint64 cells() const { return m_first.empty() ? 0 : m_first.back(); }
    [[nodiscard]] qreal contentHeight() const;
    [[nodiscard]] QRectF cellRect(qint64 cell, qreal scroll) const;
    [[nodiscard]] Cell cell(qint64 index) const; ///< 0 <= index < cells()
    [[nodiscard]] std::optional<Cell> hit(QPointF point, qreal scroll) const;
    [[nodiscard]] qint64 firstCell(int file) const { return m_first[static_cast<std::size_t>(file)]; }
    /// Cells that show in `height`.
    [[nodiscard]] std::pair<qint64, qint64> visibleCells(qreal scroll, qreal height) const;

private:
    std::vector<quint64> m_bytes{};
    std::vector<qint64> m_first{0}; // of each file; one more at the end
    quint64 m_bytesPerCell = 1;
    int m_columns = 1;
    qreal m_cell = 7;
    qreal m_margin = 12;
};

/// A window of a file on several lines, as text runs: the closer one looks, the more room a record has.
struct LinesLayout {
    QRectF area{};
    ByteWindow window{};
    int lines = 1;
    qreal lineHeight = 24;
    qreal gap = 6;

    /// As many lines as fit, and no more than there are bytes.
    [[nodiscard]] static LinesLayout of(const QRectF& area, const ByteWindow& window, qreal lineHeight = 24,
                                        qreal gap = 6);
    [[nodiscard]] quint64 bytesPerLine() const;
    [[nodiscard]] MapStrip strip(int line) const;
    [[nodiscard]] QRectF lineRect(int line) const;
    /// Where `[begin, end)` lies, a rectangle a line; empty outside of the window. Each at least `leastWidth` wide.
    [[nodiscard]] QVector<QRectF> rectsOf(quint64 begin, quint64 end, qreal leastWidth = 1) const;
    [[nodiscard]] std::optional<quint64> byteAt(QPointF point) const;
};

} // namespace rustcask::ui
