// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include <QWidget>

#include "pages/benchmark/comparison.h"

QT_BEGIN_NAMESPACE
class QComboBox;
class QLabel;
class QPushButton;
class QSplitter;
class QStackedWidget;
class QTabBar;
class QTableView;
QT_END_NAMESPACE

namespace rustcask::ui {

class Banner;
class Card;
class ChartPanel;
class ComparisonModel;
class Settings;

/// What came out: the pictures, one durability class at a time, and the table below them. While a run is under way the
/// throughput picture is live.
class ResultsPanel : public QWidget {
    Q_OBJECT
public:
    enum View { Medians, Percentiles, Throughput, ViewCount };

    explicit ResultsPanel(Settings& settings, QWidget* parent = nullptr);

    /// Null: nothing is selected.
    void setComparison(std::shared_ptr<const Comparison> comparison);
    [[nodiscard]] const Comparison* comparison() const { return m_comparison.get(); }
    /// Shows these curves as throughput until `endLive`; `what` says of what.
    void showLive(const QVector<ChartSeries>& curves, const QString& what);
    void endLive();
    void setView(View view);
    [[nodiscard]] ChartPanel* chartPanel(View view) const { return m_panels[view]; }
    [[nodiscard]] Banner* banner() const { return m_banner; }

Q_SIGNALS:
    void tableExportRequested();
    void notice(const QString& text);

private:
    void updateChoices();
    void updateCharts();
    void updateWarnings();
    [[nodiscard]] QWidget* buildPictures();
    [[nodiscard]] QWidget* buildTable(Settings& settings);

    std::shared_ptr<const Comparison> m_comparison;
    Banner* m_banner;
    Card* m_pictures = nullptr;
    Card* m_tableCard = nullptr;
    QTabBar* m_tabs = nullptr;
    QStackedWidget* m_stack = nullptr;
    ChartPanel* m_panels[ViewCount] = {};
    QComboBox* m_workload = nullptr;
    QComboBox* m_class = nullptr;
    QTableView* m_table = nullptr;
    ComparisonModel* m_model = nullptr;
    QPushButton* m_csv = nullptr;
    QLabel* m_note = nullptr;
    bool m_live = false;
    int m_viewBeforeLive = 0;
};

} // namespace rustcask::ui
