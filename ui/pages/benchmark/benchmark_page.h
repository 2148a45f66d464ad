// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include <QHash>
#include <QPair>

#include <rustcask/bench/engine.h>

#include "charts/chart_data.h"
#include "pages/page.h"

QT_BEGIN_NAMESPACE
class QAction;
QT_END_NAMESPACE

namespace rustcask::bench {
struct Sample;
}

namespace rustcask::ui {

class BenchmarkRun;
class ResultsPanel;
class RunsPanel;
class SetupPanel;
class TaskRunner;

/// The laboratory: choose, run in child processes, watch, keep, compare. Needs no open database.
class BenchmarkPage : public Page {
    Q_OBJECT
public:
    explicit BenchmarkPage(PageContext context, QWidget* parent = nullptr);
    ~BenchmarkPage() override;

    [[nodiscard]] QString id() const override { return QStringLiteral("benchmark"); }
    [[nodiscard]] QString title() const override { return tr("Benchmark"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("benchmark"); }
    void setSession(Session* session) override;
    [[nodiscard]] QString runningWork() const override {
        return isRunning() ? tr("A benchmark is running and will be stopped.") : QString();
    }
    void activated() override;
    [[nodiscard]] QStringList scenes() const override;
    void enterScene(const QString& scene) override;

    /// Where runs are kept and which program makes them; the defaults are the application's data folder and the command
    /// line beside this program.
    void setRunsFolder(const QString& folder);
    void setCommandLine(const QString& program) { m_program = program; }
    [[nodiscard]] SetupPanel* setupPanel() const { return m_setup; }
    [[nodiscard]] RunsPanel* runsPanel() const { return m_runs; }
    [[nodiscard]] ResultsPanel* resultsPanel() const { return m_results; }
    [[nodiscard]] bool isRunning() const { return m_run != nullptr; }

public Q_SLOTS:
    void startRun();
    void stopRun();
    /// Reads the list of saved runs anew; `thenSelect` is selected when it has come.
    void refreshRuns(const QString& thenSelect = {});
    void importFile(const QString& file);

Q_SIGNALS:
    void runEnded();
    void runsListed();
    void comparisonShown();

private:
    void buildActions();
    void connectRun();
    void takeSample(const bench::Sample& sample);
    void showLive();
    void showProgress(const QString& phase);
    void runFinished(const QString& problem);
    void loadSelection();
    void removeSelected();
    void restore(const std::vector<QString>& binned);
    void askForImport();
    void askForTable();

    const bench::EngineRegistry m_engines;
    std::unique_ptr<TaskRunner> m_tasks;
    QAction* m_runAction = nullptr;
    QAction* m_stopAction = nullptr;
    QAction* m_importAction = nullptr;
    QAction* m_renameAction = nullptr;
    QAction* m_removeAction = nullptr;
    QAction* m_revealAction = nullptr;
    SetupPanel* m_setup = nullptr;
    RunsPanel* m_runs = nullptr;
    ResultsPanel* m_results = nullptr;
    QString m_folder;
    QString m_program;
    BenchmarkRun* m_run = nullptr;
    QHash<QPair<int, int>, QVector<QPointF>> m_live; // by workload and configuration
    quint64 m_listGeneration = 0;
    quint64 m_selectionGeneration = 0;
    bool m_listed = false;
    bool m_selectNewest = false;
};

} // namespace rustcask::ui
