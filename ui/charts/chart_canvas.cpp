// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/chart_canvas.h"

#include <algorithm>
#include <cmath>

#include <QKeyEvent>
#include <QMouseEvent>
#include <QTimer>
#include <QWheelEvent>
#include <QtCharts/QAreaSeries>
#include <QtCharts/QChart>
#include <QtCharts/QLineSeries>
#include <QtCharts/QValueAxis>

#include "theme/tokens.h"

namespace rustcask::ui {

ChartCanvas::ChartCanvas(QWidget* parent)
    : QChartView(parent), m_unitX(new QValueAxis), m_unitY(new QValueAxis), m_update(new QTimer(this)) {
    setFrameShape(QFrame::NoFrame);
    setRenderHint(QPainter::Antialiasing);
    setViewportUpdateMode(QGraphicsView::FullViewportUpdate);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setMouseTracking(true);
    viewport()->setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setContextMenuPolicy(Qt::NoContextMenu);

    chart()->setAnimationOptions(QChart::NoAnimation);
    chart()->setBackgroundVisible(false);
    chart()->setMargins({});
    chart()->setContentsMargins(0, 0, 0, 0);
    chart()->legend()->hide();
    for (QValueAxis* axis : {m_unitX, m_unitY}) {
        axis->setRange(0, 1);
        axis->setVisible(false);
    }
    chart()->addAxis(m_unitX, Qt::AlignBottom);
    chart()->addAxis(m_unitY, Qt::AlignLeft);

    // Several setters in a row make one frame.
    m_update->setSingleShot(true);
    m_update->setInterval(0);
    connect(m_update, &QTimer::timeout, this, &ChartCanvas::updateAll);
}

void ChartCanvas::setXAxis(const AxisSpec& spec) {
    if (spec != m_xSpec) {
        m_xSpec = spec;
        scheduleUpdate();
    }
}

void ChartCanvas::setYAxis(const AxisSpec& spec) {
    if (spec != m_ySpec) {
        m_ySpec = spec;
        scheduleUpdate();
    }
}

void ChartCanvas::setSeries(Kind kind, const QVector<ChartSeries>& series) {
    if (kind != m_kind) {
        m_hovered = -1;
    }
    m_kind = kind;
    m_series = series;
    m_bars = {};
    scheduleUpdate();
}

void ChartCanvas::setBars(const BarData& bars) {
    if (m_kind != Kind::bars) {
        m_hovered = -1;
    }
    m_kind = Kind::bars;
    m_bars = bars;
    m_series.clear();
    scheduleUpdate();
}

void ChartCanvas::setMarks(const QVector<ChartMark>& marks) {
    m_marks = marks;
    scheduleUpdate();
}

void ChartCanvas::setLevels(const QVector<ChartLevel>& levels) {
    m_levels = levels;
    scheduleUpdate();
}

void ChartCanvas::setEmptyText(const QString& text) {
    m_emptyText = text;
    scheduleUpdate();
}

void ChartCanvas::scheduleUpdate() {
    // A hidden chart keeps its data and draws nothing; showEvent makes up for it.
    if (isVisible() && !m_update->isActive()) {
        m_update->start();
    }
}

void ChartCanvas::showEvent(QShowEvent* event) {
    QChartView::showEvent(event);
    scheduleUpdate();
}

bool ChartCanvas::isEmpty() const {
    if (m_kind == Kind::bars) {
        return m_bars.categories.isEmpty() || m_bars.series.isEmpty();
    }
    return std::all_of(m_series.begin(), m_series.end(),
                       [](const ChartSeries& series) { return series.points.isEmpty(); });
}

void ChartCanvas::updateAll() {
    const Tokens& tokens = tokensFor(palette());
    const QRectF before = m_plot;
    updateAxes();
    updateGeometryOfPlot();
    if (m_kind == Kind::areas) {
        updateAreas(tokens);
    } else if (m_kind == Kind::lines) {
        updateLines(tokens);
    } else {
        dropSeries();
    }
    if (m_hovered >= pointCount()) {
        m_hovered = -1;
    }
    setAccessibleDescription(readout());
    viewport()->update();
    if (std::lround(before.width()) != std::lround(m_plot.width())) {
        Q_EMIT plotResized();
    }
}

void ChartCanvas::updateAxes() {
    if (m_kind == Kind::bars) {
        const auto [low, high] = barRange(m_bars);
        (m_bars.horizontal ? m_x : m_y) = Axis(m_bars.horizontal ? m_xSpec : m_ySpec, low, high, true);
        return;
    }
    double lowX = std::numeric_limits<double>::infinity();
    double highX = -lowX;
    double lowY = lowX;
    double highY = -lowX;
    for (const auto& series : std::as_const(m_series)) {
        for (const auto& point : series.points) {
            if (m_ySpec.scale == AxisScale::log10 && !(point.y() > 0)) {
                continue;
            }
            lowX = std::min(lowX, point.x());
            highX = std::max(highX, point.x());
            lowY = std::min(lowY, point.y());
            highY = std::max(highY, point.y());
        }
    }
    m_x = Axis(m_xSpec, lowX, highX, false);
    m_y = Axis(m_ySpec, lowY, highY, true);
}

void ChartCanvas::updateGeometryOfPlot() {
    const QFontMetricsF metrics(font());
    const double line = metrics.height();
    const double width = viewport()->width();
    const double height = viewport()->height();
    m_legend = QRectF(12, height - line - 8, std::max(0.0, width - 24), line + 4);
    double left = 16;
    const double top = 14;
    const double bottom = m_legend.top() - line - 12;
    if (m_kind == Kind::bars && m_bars.horizontal) {
        double widest = 0;
        for (const QString& category : std::as_const(m_bars.categories)) {
            widest = std::max(widest, metrics.horizontalAdvance(category));
        }
        left = std::min(widest + 20, width * 0.4);
        m_yTicks.clear();
    } else {
        m_yTicks = m_y.ticks(std::max(2, static_cast<int>((bottom - top) / (line * 2.6))));
        double widest = 0;
        for (const auto& tick : std::as_const(m_yTicks)) {
            widest = std::max(widest, metrics.horizontalAdvance(tick.label));
        }
        left = widest + 20;
    }
    const double right = m_bars.horizontal && m_bars.showValues ? 72 : 20;
    const QRectF plot(left, top, std::max(1.0, width - left - right), std::max(1.0, bottom - top));
    const bool xIsValues = m_kind != Kind::bars || m_bars.horizontal;
    m_xTicks = xIsValues ? m_x.ticks(std::max(2, static_cast<int>(plot.width() / (line * 6)))) : QVector<AxisTick>{};
    if (plot != m_plot) {
        m_plot = plot;
        chart()->setPlotArea(m_plot);
    }
}

QVector<QPointF> ChartCanvas::placed(const QVector<QPointF>& points) const {
    QVector<QPointF> unit;
    unit.reserve(points.size());
    for (const auto& point : points) {
        unit.append({m_x.position(point.x()), m_y.position(point.y())});
    }
    return unit;
}

void ChartCanvas::dropSeries() {
    for (QAreaSeries* area : std::as_const(m_areas)) {
        chart()->removeSeries(area);
        delete area;
    }
    for (QLineSeries* line : std::as_const(m_lines)) {
        chart()->removeSeries(line);
        delete line;
    }
    m_areas.clear();
    m_lines.clear();
}

void ChartCanvas::updateAreas(const Tokens& tokens) {
    if (m_areas.size() != m_series.size() || !m_lines.isEmpty()) {
        dropSeries();
        for (qsizetype i = 0; i < m_series.size(); ++i) {
            auto* area = new QAreaSeries(new QLineSeries, new QLineSeries);
            area->upperSeries()->setParent(area);
            area->lowerSeries()->setParent(area);
            chart()->addSeries(area);
            area->attachAxis(m_unitX);
            area->attachAxis(m_unitY);
            m_areas.append(area);
        }
    }
    QVector<QPointF> below;
    for (qsizetype i = 0; i < m_series.size(); ++i) {
        const QVector<QPointF> edge = placed(m_series[i].points);
        if (below.size() != edge.size()) {
            below = edge;
            for (auto& point : below) {
                point.setY(m_y.position(0));
            }
        }
        QAreaSeries* area = m_areas[i];
        area->setBrush(inkBrush(m_series[i].ink, tokens));
        // The top of the stack is the total: its edge is drawn so that it reads in greyscale as well.
        area->setPen(Qt::NoPen);
        area->lowerSeries()->replace(below);
        area->upperSeries()->replace(edge);
        below = edge;
    }
}

void ChartCanvas::updateLines(const Tokens& tokens) {
    if (m_lines.size() != m_series.size() || !m_areas.isEmpty()) {
        dropSeries();
        for (qsizetype i = 0; i < m_series.size(); ++i) {
            auto* line = new QLineSeries;
            chart()->addSeries(line);
            line->attachAxis(m_unitX);
            line->attachAxis(m_unitY);
            m_lines.append(line);
        }
    }
    for (qsizetype i = 0; i < m_series.size(); ++i) {
        m_lines[i]->setPen(inkPen(m_series[i].ink, tokens));
        m_lines[i]->replace(placed(m_series[i].points));
    }
}

void ChartCanvas::resizeEvent(QResizeEvent* event) {
    QChartView::resizeEvent(event);
    scheduleUpdate();
}

void ChartCanvas::changeEvent(QEvent* event) {
    QChartView::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        scheduleUpdate();
    }
}

// ---- the read-out ----

int ChartCanvas::pointCount() const {
    if (m_kind == Kind::bars) {
        return static_cast<int>(m_bars.categories.size());
    }
    qsizetype most = 0;
    for (const auto& series : m_series) {
        most = std::max(most, series.points.size());
    }
    return static_cast<int>(most);
}

double ChartCanvas::pointX(int index) const {
    for (const auto& series : m_series) {
        if (series.points.size() == pointCount()) {
            return series.points.value(index).x();
        }
    }
    return 0;
}

double ChartCanvas::xPixel(double value) const {
    return m_plot.left() + m_x.position(value) * m_plot.width();
}

void ChartCanvas::setHovered(int index) {
    index = std::clamp(index, -1, pointCount() - 1);
    if (index == m_hovered) {
        return;
    }
    m_hovered = index;
    setAccessibleDescription(readout());
    viewport()->update();
}

void ChartCanvas::mouseMoveEvent(QMouseEvent* event) {
    QChartView::mouseMoveEvent(event);
    if (isEmpty() || !m_plot.contains(event->position())) {
        setHovered(-1);
        return;
    }
    if (m_kind == Kind::bars) {
        setHovered(barCategoryAt(m_bars, m_plot, event->position()));
        return;
    }
    int nearest = -1;
    double distance = std::numeric_limits<double>::infinity();
    for (int i = 0; i < pointCount(); ++i) {
        const double away = std::abs(xPixel(pointX(i)) - event->position().x());
        if (away < distance) {
            distance = away;
            nearest = i;
        }
    }
    setHovered(nearest);
}

void ChartCanvas::wheelEvent(QWheelEvent* event) {
    const double steps = event->angleDelta().y() / 120.0;
    if (isEmpty() || m_kind == Kind::bars || steps == 0 || !m_plot.contains(event->position())) {
        event->ignore();
        return;
    }
    event->accept();
    Q_EMIT zoomRequested(m_x.value((event->position().x() - m_plot.left()) / std::max(m_plot.width(), 1.0)),
                         std::pow(0.8, steps));
}

void ChartCanvas::leaveEvent(QEvent* event) {
    QChartView::leaveEvent(event);
    setHovered(-1);
}

void ChartCanvas::keyPressEvent(QKeyEvent* event) {
    const int count = pointCount();
    const int step = m_kind == Kind::bars ? 1 : std::max(1, count / 100);
    const bool back = event->key() == Qt::Key_Left || event->key() == Qt::Key_Up;
    const bool forward = event->key() == Qt::Key_Right || event->key() == Qt::Key_Down;
    if (count > 0 && (back || forward)) {
        const int from = m_hovered < 0 ? (back ? count : -1) : m_hovered;
        setHovered(std::clamp(from + (back ? -step : step), 0, count - 1));
        event->accept();
    } else if (event->key() == Qt::Key_Escape && m_hovered >= 0) {
        setHovered(-1);
        event->accept();
    } else if (!isEmpty() && m_kind != Kind::bars && (event->key() == Qt::Key_Plus || event->key() == Qt::Key_Minus)) {
        const double x = m_hovered < 0 ? m_x.high() : pointX(m_hovered);
        Q_EMIT zoomRequested(x, event->key() == Qt::Key_Plus ? 0.5 : 2.0);
        event->accept();
    } else {
        QWidget::keyPressEvent(event);
    }
}

QString ChartCanvas::legendHead() const {
    if (m_hovered < 0) {
        return {};
    }
    return m_kind == Kind::bars ? m_bars.categories.value(m_hovered) : m_x.text(pointX(m_hovered));
}

QVector<ChartCanvas::LegendItem> ChartCanvas::legendItems() const {
    QVector<LegendItem> items;
    if (m_kind == Kind::bars) {
        const Axis& axis = m_bars.horizontal ? m_x : m_y;
        for (const auto& series : m_bars.series) {
            QString value;
            if (m_hovered >= 0) {
                const double number = series.values.value(m_hovered, std::nan(""));
                value = std::isnan(number) ? tr("n/a") : axis.text(number);
            }
            items.append({series.name, value, series.ink});
        }
        return items;
    }
    const int index = m_hovered >= 0 ? m_hovered : pointCount() - 1;
    const double x = pointX(index);
    double below = 0;
    for (const auto& series : m_series) {
        QString value;
        if (index >= 0 && !series.points.isEmpty()) {
            // Lines may have different x values: the last point at or before the cursor counts.
            auto point = std::upper_bound(series.points.begin(), series.points.end(), x,
                                          [](double wanted, const QPointF& p) { return wanted < p.x(); });
            const double y = (point == series.points.begin() ? *point : *std::prev(point)).y();
            const double atIndex = m_kind == Kind::areas && index < series.points.size() ? series.points[index].y() : y;
            value = m_y.text(m_kind == Kind::areas ? atIndex - below : y);
            below = atIndex;
        }
        items.append({series.name, value, series.ink});
    }
    return items;
}

QString ChartCanvas::readout() const {
    QStringList parts;
    if (const QString head = legendHead(); !head.isEmpty()) {
        parts.append(head);
    }
    for (const auto& item : legendItems()) {
        parts.append(item.value.isEmpty() ? item.name : item.name + QLatin1Char(' ') + item.value);
    }
    return parts.join(QStringLiteral(" · "));
}

ChartTable ChartCanvas::table() const {
    ChartTable table;
    if (m_kind == Kind::bars) {
        const AxisUnit unit = (m_bars.horizontal ? m_xSpec : m_ySpec).unit;
        table.headers.append((m_bars.horizontal ? m_ySpec : m_xSpec).title);
        table.rowNames = m_bars.categories;
        for (const auto& series : m_bars.series) {
            table.headers.append(series.name);
            table.units.append(unit);
        }
        for (qsizetype i = 0; i < m_bars.categories.size(); ++i) {
            QVector<double> row;
            for (const auto& series : m_bars.series) {
                row.append(series.values.value(i, std::nan("")));
            }
            table.rows.append(row);
        }
        return table;
    }
    table.headers.append(m_xSpec.title);
    table.units.append(m_xSpec.unit);
    QVector<double> xs;
    for (const auto& series : m_series) {
        table.headers.append(series.name);
        table.units.append(m_ySpec.unit);
        for (const auto& point : series.points) {
            xs.append(point.x());
        }
    }
    std::sort(xs.begin(), xs.end());
    xs.erase(std::unique(xs.begin(), xs.end()), xs.end());
    QVector<qsizetype> at(m_series.size(), 0);
    for (const double x : std::as_const(xs)) {
        QVector<double> row{x};
        double below = 0;
        for (qsizetype i = 0; i < m_series.size(); ++i) {
            const auto& points = m_series[i].points;
            double y = std::nan("");
            while (at[i] < points.size() && points[at[i]].x() == x) {
                y = points[at[i]].y();
                ++at[i];
            }
            row.append(m_kind == Kind::areas ? y - below : y);
            below = m_kind == Kind::areas && !std::isnan(y) ? y : 0;
        }
        table.rows.append(row);
    }
    return table;
}

} // namespace rustcask::ui
