// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/chart_view.h"

#include <algorithm>
#include <cmath>

#include <QBuffer>
#include <QPainter>
#include <QVBoxLayout>
#include <QtSvg/QSvgGenerator>

#include "charts/chart_canvas.h"

namespace rustcask::ui {

ChartView::ChartView(QWidget* parent) : QWidget(parent), m_canvas(new ChartCanvas(this)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->addWidget(m_canvas);
    setFocusProxy(m_canvas);
    setTitle(tr("Chart"));
    connect(m_canvas, &ChartCanvas::plotResized, this, &ChartView::plotResized);
    connect(m_canvas, &ChartCanvas::zoomRequested, this, &ChartView::zoomRequested);
}

ChartView::~ChartView() = default;

void ChartView::setTitle(const QString& title) {
    setAccessibleName(title);
    m_canvas->setAccessibleName(title);
    m_canvas->viewport()->setAccessibleName(title);
}

QString ChartView::title() const {
    return accessibleName();
}

void ChartView::setXAxis(const AxisSpec& spec) {
    m_canvas->setXAxis(spec);
}

void ChartView::setYAxis(const AxisSpec& spec) {
    m_canvas->setYAxis(spec);
}

void ChartView::setAreas(const QVector<ChartSeries>& cumulated) {
    m_canvas->setSeries(ChartCanvas::Kind::areas, cumulated);
}

void ChartView::setLines(const QVector<ChartSeries>& lines) {
    m_canvas->setSeries(ChartCanvas::Kind::lines, lines);
}

void ChartView::setBars(const BarData& bars) {
    m_canvas->setBars(bars);
}

void ChartView::setMarks(const QVector<ChartMark>& marks) {
    m_canvas->setMarks(marks);
}

void ChartView::setLevels(const QVector<ChartLevel>& levels) {
    m_canvas->setLevels(levels);
}

void ChartView::setEmptyText(const QString& text) {
    m_canvas->setEmptyText(text);
}

void ChartView::clear() {
    m_canvas->setMarks({});
    m_canvas->setSeries(ChartCanvas::Kind::none, {});
}

int ChartView::plotPixels() const {
    return std::max(1, static_cast<int>(m_canvas->plot().width()));
}

ChartTable ChartView::table() const {
    return m_canvas->table();
}

QString ChartView::readout() const {
    return m_canvas->readout();
}

QByteArray ChartView::toPng(double scale) const {
    const QSize size = m_canvas->viewport()->size();
    QImage image((QSizeF(size) * scale).toSize(), QImage::Format_RGB32);
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    m_canvas->render(&painter, QRectF(image.rect()), m_canvas->viewport()->rect());
    painter.end();
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    image.save(&buffer, "PNG");
    return bytes;
}

QByteArray ChartView::toSvg() const {
    const QSize size = m_canvas->viewport()->size();
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QSvgGenerator generator;
    generator.setOutputDevice(&buffer);
    generator.setSize(size);
    generator.setViewBox(QRect(QPoint(0, 0), size));
    generator.setTitle(title());
    generator.setDescription(readout());
    QPainter painter(&generator);
    m_canvas->render(&painter, QRectF(QPointF(0, 0), QSizeF(size)), m_canvas->viewport()->rect());
    painter.end();
    return bytes;
}

} // namespace rustcask::ui
