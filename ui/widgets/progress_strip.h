// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointer>
#include <QWidget>

#include <rustcask/progress.h>

QT_BEGIN_NAMESPACE
class QLabel;
class QProgressBar;
class QPushButton;
QT_END_NAMESPACE

namespace rustcask::ui {

class Task;

/// "3.1 of 5.0 GiB · 412 MiB/s · 5 s left": what a job has done after `elapsedMs`, with the rate and the time left once
/// they can be told. Pure.
[[nodiscard]] QString progressText(const rustcask::ProgressCounts& counts, qint64 elapsedMs);
/// Share done, 0 to 1, or a negative number while the total is unknown. Pure.
[[nodiscard]] double progressFraction(const rustcask::ProgressCounts& counts);

/// A running task: title, bar, counters, Pause and Cancel. Hides itself when the task ends.
class ProgressStrip : public QWidget {
    Q_OBJECT
public:
    explicit ProgressStrip(QWidget* parent = nullptr);
    /// Follows `task` until it finishes; nullptr: nothing.
    void setTask(Task* task);
    [[nodiscard]] Task* task() const;
    void setTitle(const QString& title);

private:
    void update(const rustcask::ProgressCounts& counts);
    QPointer<Task> m_task;
    QLabel* m_title;
    QLabel* m_detail;
    QProgressBar* m_bar;
    QPushButton* m_pause;
    QPushButton* m_cancel;
};

} // namespace rustcask::ui
