// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include <QPointer>

#include <rustcask/merge.h>
#include <rustcask/progress.h>
#include <rustcask/result.h>
#include <rustcask/stats.h>

#include "widgets/card.h"

QT_BEGIN_NAMESPACE
class QAction;
class QGridLayout;
class QLabel;
class QProgressBar;
QT_END_NAMESPACE

namespace rustcask::ui {

class Banner;
class ProgressStrip;
class Session;
class Task;

/// Merging: what there is to gain, the merge that runs, and its report beside what the preview had said.
class MergeCard : public Card {
    Q_OBJECT
public:
    /// The actions stand in the header as buttons.
    MergeCard(QAction* policy, QAction* merge, QWidget* parent = nullptr);

    void setSession(Session* session);
    /// Starts a merge on a worker. Browsing and editing go on. Nothing happens while one runs.
    void start(const rustcask::MergeSelection& selection, const rustcask::MergePreview& preview);
    [[nodiscard]] bool isRunning() const { return !m_task.isNull(); }
    [[nodiscard]] Task* task() const { return m_task; }
    [[nodiscard]] const std::optional<rustcask::MergeReport>& report() const { return m_report; }
    [[nodiscard]] QString sentence() const;

Q_SIGNALS:
    void started();
    void runningChanged(bool running);
    void finished();

private:
    void showStats(const rustcask::Stats& stats);
    void showReport(Result<rustcask::MergeReport> report);
    void setFigure(int row, const QString& name, const QString& before, const QString& after);
    void clearFigures();
    void showProgress(const rustcask::ProgressCounts& counts);
    void showAutomatic(const rustcask::Stats& stats);

    Session* m_session = nullptr;
    QPointer<Task> m_task{};
    rustcask::MergePreview m_preview{};
    std::optional<rustcask::MergeReport> m_report{};
    bool m_showsOutcome = false; // the sentence tells of the last merge until the next one
    QLabel* m_sentence;
    ProgressStrip* m_strip;
    QProgressBar* m_bar; // of a merge that the policy started
    Banner* m_banner;
    QWidget* m_figures;
    QGridLayout* m_grid;
    QLabel* m_beforeHead;
    QLabel* m_afterHead;
    struct Row {
        QLabel* name = nullptr;
        QLabel* before = nullptr;
        QLabel* after = nullptr;
    };
    QVector<Row> m_rows{};
};

} // namespace rustcask::ui
