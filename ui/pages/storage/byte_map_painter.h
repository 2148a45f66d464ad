// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QBrush>
#include <QRectF>
#include <QVector>

#include <rustcask/byte_map.h>

#include "layout/byte_map_layout.h"

QT_BEGIN_NAMESPACE
class QPainter;
QT_END_NAMESPACE

namespace rustcask::ui {

struct Tokens;

/// Fill of a kind of bytes: superseded is hatched, tombstones are dotted, unused space is bare, so that the map reads
/// without colour.
[[nodiscard]] QBrush byteKindBrush(rustcask::ByteKind kind, const Tokens& tokens);
/// Ink for text on that fill.
[[nodiscard]] QColor byteKindInk(rustcask::ByteKind kind, const Tokens& tokens);

/// Paints columns side by side from the left of `rect`, each kind as high as its share, live at the bottom. Damage
/// takes the whole height and stands out above and below.
void paintMapColumns(QPainter* painter, const QRectF& rect, const QVector<MapColumn>& columns, const Tokens& tokens);
/// One kind over the whole of `rect`; damage stands out above and below.
void paintMapKind(QPainter* painter, const QRectF& rect, rustcask::ByteKind kind, const Tokens& tokens);

inline constexpr qreal damageOverhang = 2; ///< px above and below

} // namespace rustcask::ui
