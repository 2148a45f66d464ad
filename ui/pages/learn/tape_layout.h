// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QRectF>
#include <QSizeF>

#include <vector>

#include "pages/learn/sandbox_state.h"

/// Where the blocks of a state's files go on the stage. Pure geometry.
namespace rustcask::ui {

/// What of a file the geometry needs.
struct TapeInput {
    struct Block {
        std::uint64_t bytes = 0;
        bool small = false; ///< headers and trailers: as narrow as their label allows
    };
    std::vector<Block> blocks{};
    bool active = false;
};

struct TapeMetrics {
    qreal width = 600;
    qreal captionHeight = 20;
    qreal blockHeight = 44;
    qreal gap = 4;            ///< between blocks, and between the lines a tape is broken into
    qreal fileGap = 12;       ///< between files
    qreal smallWidth = 60;    ///< of a small block
    qreal widthPerByte = 3.6; ///< of every other block, between the two limits
    qreal minWidth = 110;
    qreal maxWidth = 260;
    qreal headWidth = 124; ///< room for the write head and its label
};

struct TapeLayout {
    struct File {
        QRectF caption{};
        std::vector<QRectF> blocks{};
        QRectF head{}; ///< of the active file: its left edge is the write head, the rest its label
    };
    std::vector<File> files{};
    QSizeF size{}; ///< `TapeMetrics::width` wide, unless one block alone is wider

    /// The block at a point; invalid between blocks.
    [[nodiscard]] RecordRef blockAt(const QPointF& point) const;
    [[nodiscard]] QRectF rect(const RecordRef& ref) const;
};

/// One tape per file, broken into lines where it is longer than the width. Blocks keep their order and never overlap.
[[nodiscard]] TapeLayout layoutTapes(const std::vector<TapeInput>& files, const TapeMetrics& metrics);

[[nodiscard]] std::vector<TapeInput> tapeInput(const SandboxState& state);

/// Where an arrow key takes the selection: along a tape, and up and down between tapes to the nearest block.
[[nodiscard]] RecordRef neighbour(const TapeLayout& layout, const RecordRef& from, int dx, int dy);

} // namespace rustcask::ui
