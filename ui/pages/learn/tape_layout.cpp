// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/learn/tape_layout.h"

#include <algorithm>
#include <cmath>

namespace rustcask::ui {

RecordRef TapeLayout::blockAt(const QPointF& point) const {
    for (std::size_t f = 0; f < files.size(); ++f) {
        const auto& blocks = files[f].blocks;
        const auto at = std::find_if(blocks.begin(), blocks.end(), [&](const QRectF& r) { return r.contains(point); });
        if (at != blocks.end()) {
            return {static_cast<qsizetype>(f), at - blocks.begin()};
        }
    }
    return {};
}

QRectF TapeLayout::rect(const RecordRef& ref) const {
    if (!ref.isValid() || ref.file >= static_cast<qsizetype>(files.size())) {
        return {};
    }
    const auto& blocks = files[static_cast<std::size_t>(ref.file)].blocks;
    return ref.record < static_cast<qsizetype>(blocks.size()) ? blocks[static_cast<std::size_t>(ref.record)] : QRectF();
}

TapeLayout layoutTapes(const std::vector<TapeInput>& files, const TapeMetrics& m) {
    TapeLayout layout;
    qreal y = 0;
    qreal right = m.width;
    for (const TapeInput& input : files) {
        TapeLayout::File file;
        file.caption = QRectF(0, y, m.width, m.captionHeight);
        y += m.captionHeight;
        qreal x = 0;
        const auto place = [&](qreal width) {
            if (x > 0 && x + width > m.width) {
                x = 0;
                y += m.blockHeight + m.gap;
            }
            const QRectF rect(x, y, width, m.blockHeight);
            x += width + m.gap;
            right = std::max(right, rect.right());
            return rect;
        };
        for (const TapeInput::Block& block : input.blocks) {
            const qreal natural = std::clamp(static_cast<qreal>(block.bytes) * m.widthPerByte, m.minWidth, m.maxWidth);
            file.blocks.push_back(place(block.small ? m.smallWidth : natural));
        }
        if (input.active) {
            file.head = place(m.headWidth);
        }
        y += m.blockHeight + m.fileGap;
        layout.files.push_back(std::move(file));
    }
    layout.size = QSizeF(right, files.empty() ? 0 : y - m.fileGap);
    return layout;
}

std::vector<TapeInput> tapeInput(const SandboxState& state) {
    std::vector<TapeInput> inputs;
    for (const SandboxFile& file : state.files) {
        TapeInput input;
        input.active = file.active;
        for (const SandboxRecord& record : file.records) {
            const RecordKind kind = record.info.kind;
            input.blocks.push_back({record.info.bytes, kind == RecordKind::fileHeader ||
                                                           kind == RecordKind::hintHeader ||
                                                           kind == RecordKind::hintTrailer});
        }
        inputs.push_back(std::move(input));
    }
    return inputs;
}

RecordRef neighbour(const TapeLayout& layout, const RecordRef& from, int dx, int dy) {
    const auto blockCount = [&](qsizetype file) {
        return static_cast<qsizetype>(layout.files[static_cast<std::size_t>(file)].blocks.size());
    };
    const auto fileCount = static_cast<qsizetype>(layout.files.size());
    if (!from.isValid() || layout.rect(from).isNull()) {
        for (qsizetype f = 0; f < fileCount; ++f) {
            if (blockCount(f) > 0) {
                return {f, 0};
            }
        }
        return {};
    }
    if (dx != 0) {
        return {from.file, std::clamp<qsizetype>(from.record + dx, 0, blockCount(from.file) - 1)};
    }
    // Up and down go by what is seen: a tape broken into two lines is two rows.
    const QRectF here = layout.rect(from);
    RecordRef best = from;
    qreal bestRow = 0;
    qreal bestColumn = 0;
    for (qsizetype f = 0; f < fileCount; ++f) {
        for (qsizetype r = 0; r < blockCount(f); ++r) {
            const QRectF there = layout.rect({f, r});
            const qreal row = (there.top() - here.top()) * dy;
            const qreal column = std::abs(there.center().x() - here.center().x());
            if (row <= 0) {
                continue;
            }
            if (best == from || row < bestRow || (row <= bestRow && column < bestColumn)) {
                best = {f, r};
                bestRow = row;
                bestColumn = column;
            }
        }
    }
    return best;
}

} // namespace rustcask::ui
