// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPair>
#include <QPointF>
#include <QString>
#include <QStringList>
#include <QVector>

#include "charts/axis.h"
#include "charts/ink.h"

/// What a chart shows, as plain values. Everything is copied; nothing is shared with the chart afterwards.
namespace rustcask::ui {

/// A line, or in a stack the upper edge of an area.
struct ChartSeries {
    QString name{};
    Ink ink{};
    QVector<QPointF> points{}; ///< ascending by x
};

/// Something that happened at an x: drawn as a vertical line with a label.
struct ChartMark {
    double x = 0;
    QString label{};
    Ink ink{InkRole::muted};
    bool dashed = true; ///< otherwise dotted: shape tells the kinds apart as well as colour
};

/// A value that matters on the y axis, a limit for instance: drawn as a horizontal line with a label.
struct ChartLevel {
    double y = 0;
    QString label{};
    Ink ink{InkRole::muted};
    bool dashed = true; ///< otherwise dotted
};

/// One series of bars, a value for each category. NaN: no bar ("n/a"), which is not 0.
struct BarSeries {
    QString name{};
    Ink ink{};
    QVector<double> values{};
    QVector<QPair<double, double>> intervals{}; ///< drawn as whiskers; empty, or one a category (NaN: none)
    QVector<QVector<double>> dots{};            ///< single measurements, drawn as dots; empty, or one list a category
};

struct BarData {
    QStringList categories{};
    QVector<BarSeries> series{};
    bool stacked = false;    ///< on top of one another, otherwise side by side
    bool horizontal = false; ///< for long category names
    bool showValues = false; ///< writes each value at the end of its bar (not when stacked)
};

/// The numbers behind a picture.
struct ChartTable {
    QStringList headers{};
    QVector<AxisUnit> units{};       ///< one a numeric column
    QStringList rowNames{};          ///< first column as text; empty: there is none
    QVector<QVector<double>> rows{}; ///< NaN is shown as "n/a"
};

/// RFC 4180 with numbers in full. Text cells that a spreadsheet would take for a formula are quoted with an apostrophe.
[[nodiscard]] QByteArray toCsv(const ChartTable& table);

} // namespace rustcask::ui
