// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QPointer>
#include <QTimer>

#include <rustcask/stats.h>

QT_BEGIN_NAMESPACE
class QHBoxLayout;
class QLabel;
class QProgressBar;
QT_END_NAMESPACE

namespace rustcask::ui {

class ColorSwatch;
class ElidedLabel;
class Session;
class Task;

/// Share of a database's data bytes that a merge of everything would free, 0 to 1: superseded records and tombstones.
/// Pure.
[[nodiscard]] double deadShare(const rustcask::Stats& stats);

/// One background task in the status bar: "Merging 62 %", a small bar, cancel.
class TaskIndicator : public QWidget {
    Q_OBJECT
public:
    explicit TaskIndicator(Task* task, QWidget* parent = nullptr);

private:
    void update();
    QPointer<Task> m_task;
    QLabel* m_text;
    QProgressBar* m_bar;
};

/// The window's last line: directory, format, access, live keys, bytes on disk, dead share; at the right what runs.
class StatusStrip : public QFrame {
    Q_OBJECT
public:
    explicit StatusStrip(QWidget* parent = nullptr);

    void setSession(Session* session);
    void showMessage(const QString& text); ///< for six seconds

private:
    void showStats(const rustcask::Stats& stats);
    void taskStarted(Task* task);

    ElidedLabel* m_directory;
    QLabel* m_format;
    QLabel* m_access;
    QLabel* m_keys;
    QLabel* m_bytes;
    QWidget* m_deadPart;
    QLabel* m_dead;
    ElidedLabel* m_message;
    QHBoxLayout* m_tasks;
    QTimer m_messageTimer;
    QPointer<Session> m_session;
};

} // namespace rustcask::ui
