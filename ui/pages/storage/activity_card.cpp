// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/storage/activity_card.h"

#include <algorithm>
#include <cmath>

#include <QComboBox>
#include <QDateTime>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include "charts/chart_panel.h"
#include "charts/chart_view.h"
#include "pages/storage/events_panel.h"
#include "pages/storage/file_table_model.h"
#include "pages/storage/keydir_panel.h"
#include "pages/storage/merges_panel.h"
#include "pages/storage/records_panel.h"
#include "pages/storage/verify_panel.h"
#include "session/session.h"
#include "theme/format.h"
#include "widgets/labels.h"
#include "widgets/overflow_tabs.h"

namespace rustcask::ui {

ActivityCard::ActivityCard(QAction* verifyAction, QAction* rebuildHints, QAction* salvage, QWidget* parent)
    : Card(parent),
      m_tabs(new OverflowTabs(tr("Activity and contents"))),
      m_stack(new QStackedWidget),
      m_controls(new QStackedWidget),
      m_records(new RecordsPanel),
      m_keydir(new KeydirPanel),
      m_events(new EventsPanel),
      m_merges(new MergesPanel),
      m_verify(new VerifyPanel(verifyAction, rebuildHints, salvage)) {
    for (const QString& title :
         {tr("Size over time"), tr("Files"), tr("Operations"), tr("Latency"), tr("Fragmentation"), tr("Records"),
          tr("Keydir"), tr("Events"), tr("Merges"), tr("Verify")}) {
        m_tabs->addTab(title);
    }
    auto* row = new QWidget;
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins({});
    layout->setSpacing(8);
    layout->addWidget(m_tabs, 1);
    layout->addWidget(m_controls);
    addToolRow(row);
    addBody(m_stack);

    auto* sizeChart = new ChartPanel;
    sizeChart->setFileName(QStringLiteral("size-over-time"));
    sizeChart->chart()->setTitle(tr("Size over time: live, tombstones and superseded bytes, stacked"));
    sizeChart->chart()->setYAxis({.title = tr("Bytes"), .unit = AxisUnit::bytes});
    sizeChart->chart()->setEmptyText(tr("Nothing is recorded yet."));
    sizeChart->setTableSource([this] { return m_recorder.sizeTable(); });
    addChart(sizes, sizeChart, true);

    auto* fileChart = new ChartPanel;
    fileChart->setFileName(QStringLiteral("files"));
    fileChart->chart()->setTitle(tr("Live, tombstones and superseded bytes of every data file, stacked"));
    fileChart->chart()->setXAxis({.title = tr("File")});
    fileChart->chart()->setYAxis({.title = tr("Bytes"), .unit = AxisUnit::bytes});
    fileChart->chart()->setEmptyText(tr("There are no data files yet: the first put makes one."));
    addChart(files, fileChart, false);

    auto* rateChart = new ChartPanel;
    rateChart->setFileName(QStringLiteral("operations"));
    rateChart->chart()->setTitle(tr("Operations per second: puts, removes and gets of this window"));
    rateChart->chart()->setYAxis({.title = tr("Operations per second"), .unit = AxisUnit::perSecond});
    rateChart->chart()->setEmptyText(tr("Nothing is recorded yet."));
    rateChart->setTableSource([this] { return m_recorder.rateTable(); });
    addChart(operations, rateChart, true);

    auto* latencyChart = new ChartPanel;
    latencyChart->setFileName(QStringLiteral("latency"));
    latencyChart->chart()->setTitle(tr("Latency of this window's own reads and writes: median, 99 % and longest"));
    latencyChart->chart()->setYAxis({.title = tr("Latency"), .scale = AxisScale::log10, .unit = AxisUnit::nanoseconds});
    latencyChart->chart()->setEmptyText(
        tr("This window has neither read nor written yet. Show or edit a key on the page of keys."));
    latencyChart->setTableSource([this] { return m_recorder.latencyTable(); });
    addChart(latency, latencyChart, true);

    auto* fragmentationChart = new ChartPanel;
    fragmentationChart->setFileName(QStringLiteral("fragmentation"));
    fragmentationChart->chart()->setTitle(tr("Dead keys of every data file against the merge policy"));
    fragmentationChart->chart()->setXAxis({.title = tr("File")});
    fragmentationChart->chart()->setYAxis(
        {.title = tr("Dead keys"), .unit = AxisUnit::percent, .low = 0.0, .high = 100.0});
    fragmentationChart->chart()->setEmptyText(tr("There are no data files yet: the first put makes one."));
    addChart(fragmentation, fragmentationChart, false);

    for (QWidget* panel : std::initializer_list<QWidget*>{m_records, m_keydir, m_events, m_merges, m_verify}) {
        m_stack->addWidget(panel);
    }
    m_controls->addWidget(new QWidget); // the other tabs have their controls inside
    m_controls->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Preferred);

    connect(m_tabs, &OverflowTabs::currentChanged, this, [this](int tab) {
        m_stack->setCurrentIndex(tab);
        m_controls->setCurrentIndex(std::min<int>(tab, charts));
        m_controls->setVisible(tab < charts);
        draw();
    });
    m_tick.setInterval(1000);
    connect(&m_tick, &QTimer::timeout, this, &ActivityCard::draw);
    setSession(nullptr);
}

void ActivityCard::addChart(Tab tab, ChartPanel* panel, bool live) {
    m_panels[tab] = panel;
    auto* controls = new QWidget;
    auto* row = new QHBoxLayout(controls);
    row->setContentsMargins(0, 4, 10, 4);
    row->setSpacing(4);
    row->addStretch();
    QList<QWidget*> widgets;
    if (live) {
        widgets = {panel->rangeBox(), panel->pauseButton()};
        // One range and one pause for all live charts: they are read against each other.
        connect(panel, &ChartPanel::rangeChanged, this, [this, panel](double seconds) {
            m_window.setSpan(seconds);
            m_window.resume();
            for (ChartPanel* other : livePanels()) {
                const QSignalBlocker blocker(other);
                other->rangeBox()->setCurrentIndex(panel->rangeBox()->currentIndex());
                other->pauseButton()->setChecked(false);
            }
            draw();
        });
        connect(panel, &ChartPanel::pauseChanged, this, [this](bool paused) {
            if (paused) {
                m_window.pause(now());
            } else {
                m_window.resume();
                m_window.setSpan(m_panels[sizes]->rangeBox()->currentData().toDouble()); // out of a zoom
            }
            for (ChartPanel* other : livePanels()) {
                const QSignalBlocker blocker(other);
                other->pauseButton()->setChecked(paused);
            }
            draw();
        });
        connect(panel->chart(), &ChartView::zoomRequested, this, [this](double x, double factor) {
            const double first = m_recorder.sizes().firstX();
            const auto [from, to] = m_window.range(first, now());
            m_window.zoom(x, factor, from, to, first, now());
            for (ChartPanel* other : livePanels()) {
                const QSignalBlocker blocker(other);
                other->pauseButton()->setChecked(true);
            }
            draw();
        });
    }
    widgets += {panel->tableButton(), panel->exportButton()};
    for (QWidget* widget : std::as_const(widgets)) {
        row->addWidget(widget);
        widget->show();
    }
    m_controls->addWidget(controls);
    if (!live) {
        auto* page = new QWidget;
        auto* column = new QVBoxLayout(page);
        column->setContentsMargins({});
        column->setSpacing(0);
        m_notes[tab] = makeMuted({});
        m_notes[tab]->setContentsMargins(14, 8, 14, 0);
        m_notes[tab]->hide();
        column->addWidget(m_notes[tab]);
        column->addWidget(panel, 1);
        m_stack->addWidget(page);
    } else {
        m_stack->addWidget(panel);
    }
    connect(panel->chart(), &ChartView::plotResized, this, &ActivityCard::draw);
    connect(panel, &ChartPanel::saved, this, &ActivityCard::exported);
    connect(panel, &ChartPanel::saveFailed, this, &ActivityCard::exportFailed);
}

void ActivityCard::setSession(Session* session) {
    if (m_session != nullptr) {
        disconnect(m_session, nullptr, this, nullptr);
    }
    m_session = session;
    m_recorder.clear();
    m_window.resume();
    for (ChartPanel* panel : livePanels()) {
        panel->pauseButton()->setChecked(false);
    }
    for (ChartPanel* panel : m_panels) {
        panel->chart()->clear();
    }
    m_records->setSession(session);
    m_keydir->setSession(session);
    m_events->setSession(session);
    m_merges->setSession(session);
    m_verify->setSession(session);
    if (session == nullptr) {
        m_tick.stop();
        return;
    }
    m_epoch = static_cast<double>(QDateTime::currentMSecsSinceEpoch() - session->monotonicMs()) / 1000;
    connect(session, &Session::statsSampled, this, &ActivityCard::take);
    connect(session, &Session::eventsArrived, this, [this](const QVector<EngineEvent>& arrived) {
        for (const auto& event : arrived) {
            m_recorder.event(event, static_cast<double>(event.time.time_since_epoch().count()) / 1000);
        }
    });
    take(session->stats(), session->monotonicMs());
    m_tick.start();
}

double ActivityCard::now() const {
    return m_epoch + (m_session == nullptr ? 0 : static_cast<double>(m_session->monotonicMs()) / 1000);
}

void ActivityCard::take(const rustcask::Stats& stats, qint64 monotonicMs) {
    const double seconds = m_epoch + static_cast<double>(monotonicMs) / 1000;
    m_recorder.sample(stats, seconds);
    for (const auto kind : {OperationTimes::write, OperationTimes::read}) {
        m_recorder.latency(kind, m_session->times().fetch(kind), seconds);
    }
    draw();
}

ActivityCard::Tab ActivityCard::currentTab() const {
    return static_cast<Tab>(m_tabs->currentIndex());
}

void ActivityCard::showTab(Tab tab) {
    m_tabs->setCurrentIndex(tab);
}

void ActivityCard::showEvent(QShowEvent* event) {
    Card::showEvent(event);
    draw();
}

QVector<ChartPanel*> ActivityCard::livePanels() const {
    QVector<ChartPanel*> panels;
    for (const Tab tab : {sizes, operations, latency}) {
        if (m_panels[tab] != nullptr) {
            panels.append(m_panels[tab]);
        }
    }
    return panels;
}

void ActivityCard::setPolicy(const rustcask::MergePolicy& policy) {
    m_policy = policy;
    draw();
}

void ActivityCard::draw() {
    const Tab tab = currentTab();
    if (!isVisible() || m_session == nullptr || tab >= charts) {
        return;
    }
    if (tab == files) {
        drawFiles();
        return;
    }
    if (tab == fragmentation) {
        drawFragmentation();
        return;
    }
    ChartPanel* panel = m_panels[tab];
    ChartView* chart = panel->chart();
    if (m_recorder.sizes().isEmpty()) {
        return;
    }
    const auto [from, to] = m_window.range(m_recorder.sizes().firstX(), now());
    // One bucket for every two pixels: one point a pixel, half of what is allowed, looks the same and costs half.
    const int columns = std::max(50, chart->plotPixels() / 2);
    chart->setXAxis({.title = tr("Time"), .unit = AxisUnit::clock, .low = from, .high = to});
    if (tab == sizes) {
        chart->setAreas(m_recorder.sizeAreas(from, to, columns));
    } else {
        chart->setLines(tab == operations ? m_recorder.rateLines(from, to, columns)
                                          : m_recorder.latencyLines(from, to, columns));
    }
    chart->setMarks(m_recorder.marks(from, to, (to - from) / 40));
    panel->refreshTable();
}

void ActivityCard::drawFragmentation() {
    const auto& all = m_session->stats().files;
    const std::size_t shown = std::min<std::size_t>(all.size(), maxFileBars);
    BarData bars;
    bars.series = {BarSeries{tr("dead keys"), {InkRole::dead}, {}, {}, {}}};
    for (auto file = all.end() - static_cast<std::ptrdiff_t>(shown); file != all.end(); ++file) {
        bars.categories.append(QString::number(file->generation.value));
        bars.series[0].values.append(100 * deadRecordShare(*file));
    }
    const auto percent = [](double fraction) { return std::lround(fraction * 100); };
    ChartView* chart = m_panels[fragmentation]->chart();
    chart->setBars(bars);
    chart->setLevels({{100 * m_policy.deadFractionTrigger,
                       tr("trigger %1 %, or %2 dead")
                           .arg(percent(m_policy.deadFractionTrigger))
                           .arg(formatBytes(m_policy.deadBytesTrigger)),
                       {InkRole::damaged},
                       true},
                      {100 * m_policy.deadFractionThreshold,
                       tr("threshold %1 %, or %2 dead")
                           .arg(percent(m_policy.deadFractionThreshold))
                           .arg(formatBytes(m_policy.deadBytesThreshold)),
                       {InkRole::accent},
                       false}});
    m_notes[fragmentation]->setVisible(shown < all.size());
    m_notes[fragmentation]->setText(tr("The newest %1 of %2 files. The table of files above lists all.")
                                        .arg(formatCount(shown), formatCount(all.size())));
    m_panels[fragmentation]->refreshTable();
}

void ActivityCard::drawFiles() {
    const auto& all = m_session->stats().files;
    const std::size_t shown = std::min<std::size_t>(all.size(), maxFileBars);
    BarData bars;
    bars.stacked = true;
    bars.series = {BarSeries{tr("live"), {InkRole::live}, {}, {}, {}},
                   BarSeries{tr("tombstones"), {InkRole::tombstone}, {}, {}, {}},
                   BarSeries{tr("superseded"), {InkRole::dead}, {}, {}, {}}};
    for (auto file = all.end() - static_cast<std::ptrdiff_t>(shown); file != all.end(); ++file) {
        bars.categories.append(QString::number(file->generation.value));
        bars.series[0].values.append(static_cast<double>(file->liveBytes));
        bars.series[1].values.append(static_cast<double>(file->tombstoneBytes));
        bars.series[2].values.append(static_cast<double>(file->deadBytes()));
    }
    m_notes[files]->setVisible(shown < all.size());
    m_notes[files]->setText(
        tr("The newest %1 of %2 files. The table above lists all.").arg(formatCount(shown), formatCount(all.size())));
    m_panels[files]->chart()->setBars(bars);
    m_panels[files]->refreshTable();
}

} // namespace rustcask::ui
