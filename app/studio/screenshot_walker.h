// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include <QElapsedTimer>
#include <QList>
#include <QObject>
#include <QString>
#include <QTemporaryDir>
#include <QTimer>

#include "tasks/task_runner.h"

namespace rustcask::ui {

class MainWindow;
class Page;
class Studio;

/// Walks through every page, scene and dialog of a window, in two sizes, and saves a picture of each.
class ScreenshotWalker : public QObject {
    Q_OBJECT
public:
    /// `directory` is opened read-write; empty: a sample database is made for the occasion.
    ScreenshotWalker(Studio& studio, const QString& folder, const QString& directory, QObject* parent = nullptr);
    void start();

Q_SIGNALS:
    void finished(int exitCode);

private:
    struct Step {
        std::function<void()> act;
        QString picture; ///< saved once the window has settled; empty: none
    };
    void planPages();
    void planDialogs();
    void next();
    void settle();
    [[nodiscard]] bool isSettled() const;
    void save(const QString& name);
    void closeDialogs();
    void resizeTo(bool small);

    Studio& m_studio;
    QString m_folder;
    QString m_directory;
    QTemporaryDir m_temporary;
    MainWindow* m_window = nullptr;
    QList<Step> m_steps;
    QString m_picture;
    QElapsedTimer m_sinceAct;
    QTimer m_poll;
    int m_failures = 0;
    TaskRunner m_tasks;
};

} // namespace rustcask::ui
