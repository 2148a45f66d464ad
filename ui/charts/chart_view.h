// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSize>
#include <QWidget>

#include "charts/chart_data.h"

namespace rustcask::ui {

class ChartCanvas;

/// One chart: stacked areas, lines or bars on two axes, with a legend that also reads out the value under the pointer.
/// Left and Right move the read-out from the keyboard, Escape takes it away. Colours follow the palette at once.
/// Setting data replaces it whole and costs one repaint, coalesced; give at most about two points a pixel
/// (`plotPixels`, charts/series.h).
class ChartView : public QWidget {
    Q_OBJECT
public:
    explicit ChartView(QWidget* parent = nullptr);
    ~ChartView() override;

    /// Name of the picture: accessible name, and the first line of an exported picture's description.
    void setTitle(const QString& title);
    [[nodiscard]] QString title() const;
    void setXAxis(const AxisSpec& spec);
    void setYAxis(const AxisSpec& spec);
    /// Areas on top of one another, lowest first. The points of each are its upper edge (that is, cumulated) and all
    /// series have the same x values. The read-out tells each one's own share.
    void setAreas(const QVector<ChartSeries>& cumulated);
    void setLines(const QVector<ChartSeries>& lines);
    void setBars(const BarData& bars);
    /// Vertical lines; those outside the x range are not drawn.
    void setMarks(const QVector<ChartMark>& marks);
    /// Horizontal lines; those outside the y range are not drawn.
    void setLevels(const QVector<ChartLevel>& levels);
    /// What stands in place of the picture while there is nothing to draw.
    void setEmptyText(const QString& text);
    void clear();

    /// Width of the plot in pixels (at least 1): how much detail makes sense.
    [[nodiscard]] int plotPixels() const;
    [[nodiscard]] ChartTable table() const;
    /// What the legend says at the moment: of the point under the pointer or else of the last one.
    [[nodiscard]] QString readout() const;

    /// The picture as it is shown, legend included, at `scale` times its size on screen.
    [[nodiscard]] QByteArray toPng(double scale = 2) const;
    [[nodiscard]] QByteArray toSvg() const;

    [[nodiscard]] QSize sizeHint() const override { return {640, 300}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {220, 140}; }

Q_SIGNALS:
    /// The plot has another width: a caller that decimates gives its data anew.
    void plotResized();
    /// The wheel was turned over an x, or + or - pressed: `factor` below 1 asks for a shorter range around it.
    void zoomRequested(double x, double factor);

private:
    ChartCanvas* m_canvas;
};

} // namespace rustcask::ui
