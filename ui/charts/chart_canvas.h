// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtCharts/QChartView>

#include "charts/bar_layout.h"
#include "charts/chart_data.h"

class QAreaSeries;
class QLineSeries;
class QTimer;
class QValueAxis;

namespace rustcask::ui {

struct Tokens;

/// The drawing layer of ChartView; nothing else includes it. Qt Charts draws areas and lines in a unit square; grid,
/// labels, bars, marks and legend are painted here, because Qt Charts lays all of its own out anew at each change,
/// which costs more than a frame may.
class ChartCanvas : public QChartView {
    Q_OBJECT
public:
    explicit ChartCanvas(QWidget* parent);

    enum class Kind { none, areas, lines, bars };

    void setXAxis(const AxisSpec& spec);
    void setYAxis(const AxisSpec& spec);
    void setSeries(Kind kind, const QVector<ChartSeries>& series);
    void setBars(const BarData& bars);
    void setMarks(const QVector<ChartMark>& marks);
    void setLevels(const QVector<ChartLevel>& levels);
    void setEmptyText(const QString& text);

    [[nodiscard]] QRectF plot() const { return m_plot; }
    [[nodiscard]] ChartTable table() const;
    [[nodiscard]] QString readout() const;

Q_SIGNALS:
    void plotResized();
    void zoomRequested(double x, double factor);

protected:
    void drawBackground(QPainter* painter, const QRectF& rect) override;
    void drawForeground(QPainter* painter, const QRectF& rect) override;
    void resizeEvent(QResizeEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void changeEvent(QEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    struct LegendItem {
        QString name;
        QString value;
        Ink ink;
    };

    void scheduleUpdate();
    void updateAll();
    void updateAxes();
    void updateGeometryOfPlot();
    void updateAreas(const Tokens& tokens);
    void updateLines(const Tokens& tokens);
    void dropSeries();
    [[nodiscard]] bool isEmpty() const;
    [[nodiscard]] QVector<QPointF> placed(const QVector<QPointF>& points) const;
    [[nodiscard]] int currentIndex() const;
    [[nodiscard]] double pointX(int index) const;
    [[nodiscard]] int pointCount() const;
    [[nodiscard]] QVector<LegendItem> legendItems() const;
    [[nodiscard]] QString legendHead() const;
    [[nodiscard]] double xPixel(double value) const;
    void setHovered(int index);
    void paintAxes(QPainter* painter, const Tokens& tokens) const;
    void paintBars(QPainter* painter, const Tokens& tokens) const;
    void paintMarks(QPainter* painter, const Tokens& tokens) const;
    void paintLevels(QPainter* painter, const Tokens& tokens) const;
    void paintLegend(QPainter* painter, const Tokens& tokens) const;
    void paintCursor(QPainter* painter, const Tokens& tokens) const;

    Kind m_kind = Kind::none;
    AxisSpec m_xSpec{};
    AxisSpec m_ySpec{};
    Axis m_x{};
    Axis m_y{};
    QVector<AxisTick> m_xTicks{};
    QVector<AxisTick> m_yTicks{};
    QVector<ChartSeries> m_series{};
    BarData m_bars{};
    QVector<ChartMark> m_marks{};
    QVector<ChartLevel> m_levels{};
    QString m_emptyText{};
    QRectF m_plot{};
    QRectF m_legend{};
    int m_hovered = -1; // index of a point or category; -1: none

    QValueAxis* m_unitX;
    QValueAxis* m_unitY;
    QVector<QAreaSeries*> m_areas{};
    QVector<QLineSeries*> m_lines{};
    QTimer* m_update;
};

} // namespace rustcask::ui
