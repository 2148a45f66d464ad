// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include <QWidget>

#include "charts/chart_data.h"

QT_BEGIN_NAMESPACE
class QComboBox;
class QStackedWidget;
class QTableView;
class QTimer;
class QToolButton;
QT_END_NAMESPACE

namespace rustcask::ui {

class ChartTableModel;
class ChartView;

/// A chart with the table behind it and what one does with a picture: export as PNG, SVG or CSV, and, when live, the
/// time range and pause. The controls are separate widgets, for the header of the card around the panel; each belongs
/// to the panel until a layout takes it.
class ChartPanel : public QWidget {
    Q_OBJECT
public:
    explicit ChartPanel(QWidget* parent = nullptr);
    ~ChartPanel() override;

    [[nodiscard]] ChartView* chart() const { return m_chart; }
    /// Beginning of suggested file names, "size-over-time".
    void setFileName(const QString& base) { m_fileName = base; }
    /// Where table and CSV come from; without one they show what is drawn. Called while the table is visible, once a
    /// second at most.
    void setTableSource(std::function<ChartTable()> source);
    /// Tells that the data changed, so that a visible table follows.
    void refreshTable();

    /// Chart or table.
    [[nodiscard]] QToolButton* tableButton() const { return m_tableButton; }
    [[nodiscard]] QToolButton* exportButton() const { return m_exportButton; }
    /// Last minute, last 5 minutes, all. Made on first use.
    [[nodiscard]] QComboBox* rangeBox();
    [[nodiscard]] QToolButton* pauseButton();
    [[nodiscard]] bool isTableShown() const;

    enum class Format { png, svg, csv };
    [[nodiscard]] QByteArray exported(Format format) const;
    /// Writes a file on a worker, then emits `saved` or `saveFailed`.
    void save(Format format, const QString& path);

Q_SIGNALS:
    void rangeChanged(double seconds); ///< 0: all
    void pauseChanged(bool paused);
    void saved(const QString& path);
    void saveFailed(const QString& sentence);

private:
    void askAndSave(Format format);
    void showTable(bool table);

    ChartView* m_chart;
    QTableView* m_table;
    ChartTableModel* m_model;
    QStackedWidget* m_stack;
    QToolButton* m_tableButton;
    QToolButton* m_exportButton;
    QComboBox* m_rangeBox = nullptr;
    QToolButton* m_pauseButton = nullptr;
    QTimer* m_tableTimer;
    std::function<ChartTable()> m_source{};
    QString m_fileName{};
};

} // namespace rustcask::ui
