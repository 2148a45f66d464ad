// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/chart_panel.h"

#include <optional>

#include <QComboBox>
#include <QFileDialog>
#include <QHeaderView>
#include <QMenu>
#include <QStackedWidget>
#include <QTableView>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

#include "charts/chart_table_model.h"
#include "charts/chart_view.h"
#include "tasks/file_saver.h"
#include "widgets/labels.h"

namespace rustcask::ui {
namespace {

QString suffix(ChartPanel::Format format) {
    switch (format) {
    case ChartPanel::Format::png:
        return QStringLiteral("png");
    case ChartPanel::Format::svg:
        return QStringLiteral("svg");
    case ChartPanel::Format::csv:
        break;
    }
    return QStringLiteral("csv");
}

} // namespace

ChartPanel::ChartPanel(QWidget* parent)
    : QWidget(parent),
      m_chart(new ChartView),
      m_table(new QTableView),
      m_model(new ChartTableModel(this)),
      m_stack(new QStackedWidget),
      m_tableButton(makeIconButton(QStringLiteral("table"), tr("Show the numbers behind the chart"), this)),
      m_exportButton(makeIconButton(QStringLiteral("export"), tr("Export the picture or its numbers"), this)),
      m_tableTimer(new QTimer(this)),
      m_fileName(QStringLiteral("chart")) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->addWidget(m_stack);
    m_stack->addWidget(m_chart);
    m_stack->addWidget(m_table);

    m_table->setModel(m_model);
    styleTable(m_table, tr("Numbers behind the chart"));
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    m_table->horizontalHeader()->setHighlightSections(false);

    m_tableButton->setCheckable(true);
    connect(m_tableButton, &QToolButton::toggled, this, &ChartPanel::showTable);

    m_exportButton->setPopupMode(QToolButton::InstantPopup);
    auto* menu = new QMenu(m_exportButton);
    menu->addAction(tr("Picture (PNG)…"), this, [this] { askAndSave(Format::png); });
    menu->addAction(tr("Drawing (SVG)…"), this, [this] { askAndSave(Format::svg); });
    menu->addAction(tr("Numbers (CSV)…"), this, [this] { askAndSave(Format::csv); });
    m_exportButton->setMenu(menu);
    m_tableButton->hide();
    m_exportButton->hide();

    m_tableTimer->setSingleShot(true);
    m_tableTimer->setInterval(1000);
    connect(m_tableTimer, &QTimer::timeout, this, [this] {
        if (isTableShown()) {
            m_model->setTable(m_source ? m_source() : m_chart->table());
        }
    });
}

ChartPanel::~ChartPanel() = default;

void ChartPanel::setTableSource(std::function<ChartTable()> source) {
    m_source = std::move(source);
}

bool ChartPanel::isTableShown() const {
    return m_stack->currentWidget() == m_table;
}

void ChartPanel::refreshTable() {
    if (isTableShown() && !m_tableTimer->isActive()) {
        m_tableTimer->start();
    }
}

void ChartPanel::showTable(bool table) {
    if (table) {
        m_model->setTable(m_source ? m_source() : m_chart->table());
        m_table->scrollToBottom();
    }
    m_stack->setCurrentWidget(table ? static_cast<QWidget*>(m_table) : m_chart);
}

QComboBox* ChartPanel::rangeBox() {
    if (m_rangeBox == nullptr) {
        m_rangeBox = new QComboBox(this);
        m_rangeBox->setAccessibleName(tr("Time range"));
        m_rangeBox->setToolTip(tr("How much of the past the chart shows"));
        m_rangeBox->addItem(tr("last minute"), 60.0);
        m_rangeBox->addItem(tr("last 5 min"), 300.0);
        m_rangeBox->addItem(tr("all"), 0.0);
        m_rangeBox->setCurrentIndex(1);
        m_rangeBox->hide();
        connect(m_rangeBox, &QComboBox::currentIndexChanged, this,
                [this] { Q_EMIT rangeChanged(m_rangeBox->currentData().toDouble()); });
    }
    return m_rangeBox;
}

QToolButton* ChartPanel::pauseButton() {
    if (m_pauseButton == nullptr) {
        m_pauseButton = makeIconButton(QStringLiteral("pause"), tr("Hold the chart still; recording goes on"), this);
        m_pauseButton->setCheckable(true);
        m_pauseButton->hide();
        connect(m_pauseButton, &QToolButton::toggled, this, &ChartPanel::pauseChanged);
    }
    return m_pauseButton;
}

QByteArray ChartPanel::exported(Format format) const {
    switch (format) {
    case Format::png:
        return m_chart->toPng();
    case Format::svg:
        return m_chart->toSvg();
    case Format::csv:
        break;
    }
    return toCsv(m_source ? m_source() : m_chart->table());
}

void ChartPanel::askAndSave(Format format) {
    const QString ending = suffix(format);
    auto* dialog = new QFileDialog(window(), tr("Export the chart"), {}, QStringLiteral("*.%1").arg(ending));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(ending);
    dialog->selectFile(QStringLiteral("%1.%2").arg(m_fileName, ending));
    connect(dialog, &QFileDialog::fileSelected, this, [this, format](const QString& path) { save(format, path); });
    dialog->open();
}

void ChartPanel::save(Format format, const QString& path) {
    saveFile(path, exported(format), this, [this, path](const QString& problem) {
        if (problem.isEmpty()) {
            Q_EMIT saved(path);
        } else {
            Q_EMIT saveFailed(tr("The chart could not be saved to %1: %2").arg(path, problem));
        }
    });
}

} // namespace rustcask::ui
