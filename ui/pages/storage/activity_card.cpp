// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/storage/activity_card.h"

#include <algorithm>

#include <QComboBox>
#include <QDateTime>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QStackedWidget>
#include <QTabBar>
#include <QToolButton>
#include <QVBoxLayout>

#include "charts/chart_panel.h"
#include "charts/chart_view.h"
#include "pages/storage/records_panel.h"
#include "pages/storage/verify_panel.h"
#include "session/session.h"
#include "theme/format.h"
#include "widgets/labels.h"

namespace rustcask::ui {

ActivityCard::ActivityCard(QAction* verifyAction, QWidget* parent)
    : Card(parent),
      m_tabs(makeTabBar(tr("Activity and contents"))),
      m_stack(new QStackedWidget),
      m_controls(new QStackedWidget),
      m_filesNote(makeMuted({})),
      m_records(new RecordsPanel),
      m_verify(new VerifyPanel(verifyAction)) {
    for (const QString& title : {tr("Size over time"), tr("Files"), tr("Operations"), tr("Records"), tr("Verify")}) {
        m_tabs->addTab(title);
    }
    auto* row = new QWidget;
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins({});
    layout->setSpacing(8);
    layout->addWidget(m_tabs, 1, Qt::AlignBottom);
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

    m_stack->addWidget(m_records);
    m_stack->addWidget(m_verify);
    m_controls->addWidget(new QWidget); // Records and Verify have their controls inside
    m_controls->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Preferred);

    connect(m_tabs, &QTabBar::currentChanged, this, [this](int tab) {
        m_stack->setCurrentIndex(tab);
        m_controls->setCurrentIndex(std::min<int>(tab, records));
        m_controls->setVisible(tab < records);
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
        // One range and one pause for both live charts: they are read against each other.
        connect(panel, &ChartPanel::rangeChanged, this, [this, panel](double seconds) {
            m_window.setSpan(seconds);
            for (ChartPanel* other : {m_panels[sizes], m_panels[operations]}) {
                if (other != nullptr && other != panel) {
                    const QSignalBlocker blocker(other);
                    other->rangeBox()->setCurrentIndex(panel->rangeBox()->currentIndex());
                }
            }
            draw();
        });
        connect(panel, &ChartPanel::pauseChanged, this, [this, panel](bool paused) {
            if (paused) {
                m_window.pause(now());
            } else {
                m_window.resume();
            }
            for (ChartPanel* other : {m_panels[sizes], m_panels[operations]}) {
                if (other != nullptr && other != panel) {
                    const QSignalBlocker blocker(other);
                    other->pauseButton()->setChecked(paused);
                }
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
    if (tab == files) {
        auto* page = new QWidget;
        auto* column = new QVBoxLayout(page);
        column->setContentsMargins({});
        column->setSpacing(0);
        m_filesNote->setContentsMargins(14, 8, 14, 0);
        m_filesNote->hide();
        column->addWidget(m_filesNote);
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
    for (const Tab tab : {sizes, operations}) {
        m_panels[tab]->pauseButton()->setChecked(false);
        m_panels[tab]->chart()->clear();
    }
    m_panels[files]->chart()->clear();
    m_records->setSession(session);
    m_verify->setSession(session);
    if (session == nullptr) {
        m_tick.stop();
        return;
    }
    m_epoch = static_cast<double>(QDateTime::currentMSecsSinceEpoch() - session->monotonicMs()) / 1000;
    connect(session, &Session::statsSampled, this, &ActivityCard::take);
    connect(session, &Session::eventsArrived, this, [this](const QVector<EngineEvent>& events) {
        for (const auto& event : events) {
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
    m_recorder.sample(stats, m_epoch + static_cast<double>(monotonicMs) / 1000);
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

void ActivityCard::draw() {
    const Tab tab = currentTab();
    if (!isVisible() || m_session == nullptr || tab >= records) {
        return;
    }
    if (tab == files) {
        drawFiles();
        return;
    }
    ChartPanel* panel = m_panels[tab];
    ChartView* chart = panel->chart();
    const TimeSeries& series = tab == sizes ? m_recorder.sizes() : m_recorder.rates();
    if (series.isEmpty()) {
        return;
    }
    const auto [from, to] = m_window.range(series.firstX(), now());
    // One bucket for every two pixels: one point a pixel, half of what is allowed, looks the same and costs half.
    const int columns = std::max(50, chart->plotPixels() / 2);
    chart->setXAxis({.title = tr("Time"), .unit = AxisUnit::clock, .low = from, .high = to});
    if (tab == sizes) {
        chart->setAreas(m_recorder.sizeAreas(from, to, columns));
    } else {
        chart->setLines(m_recorder.rateLines(from, to, columns));
    }
    chart->setMarks(m_recorder.marks(from, to, (to - from) / 40));
    panel->refreshTable();
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
    m_filesNote->setVisible(shown < all.size());
    m_filesNote->setText(
        tr("The newest %1 of %2 files. The table above lists all.").arg(formatCount(shown), formatCount(all.size())));
    m_panels[files]->chart()->setBars(bars);
    m_panels[files]->refreshTable();
}

} // namespace rustcask::ui
