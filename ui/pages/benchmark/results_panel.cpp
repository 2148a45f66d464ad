// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/benchmark/results_panel.h"

#include <QComboBox>
#include <QCoreApplication>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabBar>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include "charts/chart_panel.h"
#include "charts/chart_view.h"
#include "settings/settings.h"
#include "theme/tokens.h"
#include "widgets/card.h"
#include "widgets/labels.h"
#include "widgets/states.h"

namespace rustcask::ui {

ResultsPanel::ResultsPanel(Settings& settings, QWidget* parent) : QWidget(parent), m_banner(new Banner) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(Card::gutter);
    layout->addWidget(m_banner);
    auto* splitter = new QSplitter(Qt::Vertical);
    splitter->setObjectName(QStringLiteral("results"));
    splitter->setHandleWidth(Card::gutter);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(buildPictures());
    splitter->addWidget(buildTable(settings));
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 2);
    splitter->setSizes({460, 300});
    settings.keep(splitter, QStringLiteral("benchmark/results-splitter"));
    layout->addWidget(splitter, 1);
    setComparison(nullptr);
}

QWidget* ResultsPanel::buildPictures() {
    m_pictures = new Card;
    auto* row = new QWidget;
    auto* rowLayout = new QHBoxLayout(row);
    rowLayout->setContentsMargins(0, 0, Card::gutter, 0);
    rowLayout->setSpacing(8);
    m_tabs = makeTabBar(tr("Pictures"));
    m_tabs->addTab(tr("Medians"));
    m_tabs->addTab(tr("Latency"));
    m_tabs->addTab(tr("Throughput"));
    m_tabs->setElideMode(Qt::ElideRight);
    rowLayout->addWidget(m_tabs, 1);
    m_workload = new QComboBox;
    m_workload->setAccessibleName(tr("Workload shown"));
    m_workload->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_workload->setMaximumWidth(220);
    m_class = new QComboBox;
    m_class->setAccessibleName(tr("Durability class shown"));
    m_class->setToolTip(tr("Different durability classes are never ranked together."));
    m_class->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    rowLayout->addWidget(m_workload);
    rowLayout->addWidget(m_class);
    m_stack = new QStackedWidget;
    const QString names[ViewCount] = {tr("Median throughput"), tr("Latency percentiles"), tr("Throughput over time")};
    const QString files[ViewCount] = {QStringLiteral("medians"), QStringLiteral("latency-percentiles"),
                                      QStringLiteral("throughput")};
    for (int view = 0; view < ViewCount; ++view) {
        m_panels[view] = new ChartPanel;
        m_panels[view]->setFileName(files[view]);
        m_panels[view]->chart()->setTitle(names[view]);
        m_stack->addWidget(m_panels[view]);
        rowLayout->addWidget(m_panels[view]->tableButton());
        rowLayout->addWidget(m_panels[view]->exportButton());
        connect(m_panels[view], &ChartPanel::saved, this,
                [this](const QString& path) { Q_EMIT notice(tr("Saved %1").arg(path)); });
        connect(m_panels[view], &ChartPanel::saveFailed, this,
                [this](const QString& sentence) { m_banner->show(Banner::Kind::error, sentence); });
    }
    m_panels[Medians]->chart()->setYAxis({tr("operations per second"), AxisScale::linear, AxisUnit::perSecond, {}, {}});
    m_panels[Percentiles]->chart()->setXAxis(
        {tr("share of operations"), AxisScale::log10, AxisUnit::tailFraction, 2, {}});
    m_panels[Percentiles]->chart()->setYAxis({tr("latency"), AxisScale::log10, AxisUnit::nanoseconds, {}, {}});
    m_panels[Throughput]->chart()->setXAxis(
        {tr("seconds of the repetition"), AxisScale::linear, AxisUnit::number, 0, {}});
    m_panels[Throughput]->chart()->setYAxis(
        {tr("operations per second"), AxisScale::linear, AxisUnit::perSecond, {}, {}});
    m_pictures->addToolRow(row);
    m_pictures->addBody(m_stack, 1, true);
    connect(m_tabs, &QTabBar::currentChanged, this, [this](int) { updateChoices(); });
    connect(m_workload, &QComboBox::currentIndexChanged, this, [this] { updateCharts(); });
    connect(m_class, &QComboBox::currentIndexChanged, this, [this] { updateCharts(); });
    return m_pictures;
}

QWidget* ResultsPanel::buildTable(Settings& settings) {
    m_tableCard = new Card(tr("Table"));
    m_csv = makeButton(tr("CSV…"));
    m_csv->setToolTip(tr("Save every figure of the selected runs, in plain units"));
    m_tableCard->addHeaderWidget(m_csv);
    connect(m_csv, &QPushButton::clicked, this, &ResultsPanel::tableExportRequested);
    m_model = new ComparisonModel(this);
    m_table = new QTableView;
    styleTable(m_table, tr("Results"));
    m_table->setModel(m_model);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    QHeaderView* header = m_table->horizontalHeader();
    header->setSectionResizeMode(QHeaderView::Interactive);
    const int widths[ComparisonModel::ColumnCount] = {100, 140, 60, 72, 76, 76, 76, 108, 96, 74};
    for (int column = 0; column < ComparisonModel::ColumnCount; ++column)
        header->resizeSection(column, widths[column]);
    header->setStretchLastSection(false);
    settings.keep(header, QStringLiteral("benchmark/table-header"));
    m_tableCard->addBody(m_table);
    m_note = makeMuted({});
    m_note->setWordWrap(true);
    m_note->setContentsMargins(Card::gutter, 6, Card::gutter, 8);
    m_tableCard->addBody(m_note, 0);
    return m_tableCard;
}

void ResultsPanel::setComparison(std::shared_ptr<const Comparison> comparison) {
    m_comparison = std::move(comparison);
    m_model->setComparison(m_comparison);
    m_csv->setEnabled(m_comparison != nullptr);
    const QVariant workload = m_workload->currentData();
    const QVariant durability = m_class->currentData();
    {
        const QSignalBlocker blockWorkload(m_workload), blockClass(m_class);
        m_workload->clear();
        m_class->clear();
        if (m_comparison) {
            QStringList names;
            for (const QString& text : m_comparison->workloads)
                names << text.section(QLatin1Char(','), 0, 0);
            const bool distinct = QStringList(names).removeDuplicates() == 0;
            for (qsizetype i = 0; i < names.size(); ++i) {
                m_workload->addItem(distinct ? names[i] : m_comparison->workloads[i], m_comparison->workloads[i]);
                m_workload->setItemData(int(i), m_comparison->workloads[i], Qt::ToolTipRole);
            }
            for (const bench::Durability value : m_comparison->classes) {
                m_class->addItem(tr("Class %1").arg(QString::fromUtf8(bench::durabilityName(value).data())),
                                 int(value));
                m_class->setItemData(
                    m_class->count() - 1,
                    QCoreApplication::translate("BenchmarkDurability", bench::durabilityMeaning(value).data()),
                    Qt::ToolTipRole);
            }
        }
        m_workload->setCurrentIndex(qMax(0, m_workload->findData(workload)));
        m_class->setCurrentIndex(qMax(0, m_class->findData(durability)));
    }
    updateWarnings();
    updateChoices();
}

void ResultsPanel::showLive(const QVector<ChartSeries>& curves, const QString& what) {
    if (!m_live) {
        m_live = true;
        m_viewBeforeLive = m_tabs->currentIndex();
        setView(Throughput);
    }
    m_pictures->setTitle(what);
    m_panels[Throughput]->chart()->setLines(curves);
    m_panels[Throughput]->refreshTable();
}

void ResultsPanel::endLive() {
    if (!m_live)
        return;
    m_live = false;
    m_pictures->setTitle({});
    setView(View(m_viewBeforeLive));
    updateChoices();
}

void ResultsPanel::setView(View view) {
    m_tabs->setCurrentIndex(view);
    updateChoices();
}

void ResultsPanel::updateChoices() {
    const int view = m_tabs->currentIndex();
    m_stack->setCurrentIndex(view);
    for (int other = 0; other < ViewCount; ++other) {
        m_panels[other]->tableButton()->setVisible(other == view);
        m_panels[other]->exportButton()->setVisible(other == view);
    }
    const bool liveShown = m_live && view == Throughput;
    m_workload->setVisible(!liveShown && view != Medians && m_workload->count() > 1);
    m_class->setVisible(!liveShown && m_class->count() > 1);
    updateCharts();
}

void ResultsPanel::updateCharts() {
    const QString workload = m_workload->currentData().toString();
    const auto durability = bench::Durability(m_class->currentData().toInt());
    const QString nothing = m_live ? tr("The run is under way: watch the throughput.")
                                   : tr("Select one or several saved runs, or run something.");
    for (int view = 0; view < ViewCount; ++view) {
        ChartView* chart = m_panels[view]->chart();
        if (m_live && view == Throughput) {
            chart->setEmptyText(tr("The first figures come when the timed part begins."));
            continue;
        }
        chart->setEmptyText(m_comparison ? tr("There are no figures of this class and workload.") : nothing);
        if (!m_comparison) {
            chart->clear();
            continue;
        }
        if (view == Medians)
            chart->setBars(medianBars(*m_comparison, durability));
        else if (view == Percentiles)
            chart->setLines(percentileCurves(*m_comparison, workload, durability));
        else
            chart->setLines(throughputCurves(*m_comparison, workload, durability));
        m_panels[view]->refreshTable();
    }
}

void ResultsPanel::updateWarnings() {
    if (!m_comparison) {
        m_note->hide();
        m_tableCard->setSubtitle({});
        m_banner->clear();
        return;
    }
    const bench::Run& run = *m_comparison->runs.front();
    QStringList facts{QString::fromStdString(run.machine.cpu)};
    if (run.machine.virtualMachine)
        facts << tr("virtual machine");
    facts << QString::fromStdString(run.machine.fileSystem) << tr("load %1").arg(run.machine.load, 0, 'f', 1)
          << tr("%1 %2, %3")
                 .arg(QString::fromStdString(run.tool.name), QString::fromStdString(run.tool.version),
                      QString::fromStdString(run.tool.build));
    facts.removeAll(QString());
    m_note->setText(tr("Medians over the rounds; percentiles over all operations, where ten or more lie beyond. %1.")
                        .arg(facts.join(QStringLiteral(", "))));
    m_note->show();
    m_tableCard->setSubtitle(m_comparison->runs.size() == 1 ? QString()
                                                            : tr("%n run(s)", nullptr, int(m_comparison->runs.size())));
    if (m_comparison->warnings.isEmpty())
        m_banner->clear();
    else
        m_banner->show(Banner::Kind::warning, m_comparison->warnings.join(QLatin1Char('\n')));
}

} // namespace rustcask::ui
