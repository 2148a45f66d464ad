// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>
#include <QVector>

#include <rustcask/options.h>

#include "charts/live_window.h"
#include "pages/storage/stats_recorder.h"
#include "widgets/card.h"

QT_BEGIN_NAMESPACE
class QAction;
class QLabel;
class QStackedWidget;
QT_END_NAMESPACE

namespace rustcask::ui {

class ChartPanel;
class EventsPanel;
class KeydirPanel;
class MergesPanel;
class OverflowTabs;
class RecordsPanel;
class Session;
class VerifyPanel;

/// What goes on and what stands in the files, a tab each: live charts, the record list, the keydir, the events, the
/// merges, verification and repair.
class ActivityCard : public Card {
    Q_OBJECT
public:
    enum Tab { sizes, files, operations, latency, fragmentation, records, keydir, events, merges, verify, tabCount };
    static constexpr int charts = records; ///< the tabs before are charts

    /// The actions stand in the tab “Verify” as buttons.
    ActivityCard(QAction* verifyAction, QAction* rebuildHints, QAction* salvage, QWidget* parent = nullptr);

    void setSession(Session* session);
    void showTab(Tab tab);
    [[nodiscard]] Tab currentTab() const;
    [[nodiscard]] OverflowTabs* tabs() const { return m_tabs; }
    [[nodiscard]] ChartPanel* panel(Tab chart) const { return m_panels[chart]; }
    [[nodiscard]] RecordsPanel* recordsPanel() const { return m_records; }
    [[nodiscard]] VerifyPanel* verifyPanel() const { return m_verify; }
    [[nodiscard]] KeydirPanel* keydirPanel() const { return m_keydir; }
    [[nodiscard]] EventsPanel* eventsPanel() const { return m_events; }
    [[nodiscard]] MergesPanel* mergesPanel() const { return m_merges; }
    /// The policy whose triggers and thresholds the fragmentation is held against.
    void setPolicy(const rustcask::MergePolicy& policy);
    [[nodiscard]] const StatsRecorder& recorder() const { return m_recorder; }

    static constexpr int maxFileBars = 60; ///< the newest files; more would be thinner than can be read

Q_SIGNALS:
    void exported(const QString& path);
    void exportFailed(const QString& sentence);

protected:
    void showEvent(QShowEvent* event) override;

private:
    void addChart(Tab tab, ChartPanel* panel, bool live);
    void take(const rustcask::Stats& stats, qint64 monotonicMs);
    void draw();
    void drawFiles();
    void drawFragmentation();
    [[nodiscard]] QVector<ChartPanel*> livePanels() const;
    [[nodiscard]] double now() const;

    Session* m_session = nullptr;
    StatsRecorder m_recorder{};
    LiveWindow m_window{};
    double m_epoch = 0; // Unix seconds at which the session's clock stood at zero
    OverflowTabs* m_tabs;
    QStackedWidget* m_stack;
    QStackedWidget* m_controls;
    ChartPanel* m_panels[charts]{};
    QLabel* m_notes[charts]{}; // which files are left out
    rustcask::MergePolicy m_policy{};
    RecordsPanel* m_records;
    KeydirPanel* m_keydir;
    EventsPanel* m_events;
    MergesPanel* m_merges;
    VerifyPanel* m_verify;
    QTimer m_tick{}; // time goes on while nothing happens
};

} // namespace rustcask::ui
