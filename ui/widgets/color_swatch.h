// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QBrush>
#include <QString>
#include <QWidget>

#include "theme/tokens.h"

namespace rustcask::ui {

/// The meanings that have one colour and one shape everywhere: map, charts, tables, lessons, legends.
enum class Meaning { live, dead, tombstone, hint, damaged, active };

[[nodiscard]] QString meaningName(Meaning meaning); ///< "superseded" for dead
[[nodiscard]] QColor meaningColor(Meaning meaning, const Tokens& tokens);
/// The brush that fills areas of that meaning: diagonal hatch for dead, solid otherwise. Hatch lines are at one
/// distance in device pixels; set the painter's brush origin to keep them still while scrolling.
[[nodiscard]] QBrush meaningBrush(Meaning meaning, const Tokens& tokens);
/// Draws the swatch of a meaning: rounded square, round for tombstones, thin for hints, a line for the active file.
void paintSwatch(QPainter* painter, const QRectF& rect, Meaning meaning, const Tokens& tokens);

/// A swatch as a widget, 11 px; with a label for legends.
class ColorSwatch : public QWidget {
    Q_OBJECT
public:
    explicit ColorSwatch(Meaning meaning, QWidget* parent = nullptr);
    [[nodiscard]] QSize sizeHint() const override { return {12, 12}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    Meaning m_meaning;
};

/// A row of pills with swatches: the legend of a map or chart.
class Legend : public QWidget {
    Q_OBJECT
public:
    explicit Legend(const QList<Meaning>& meanings, QWidget* parent = nullptr);
};

} // namespace rustcask::ui
