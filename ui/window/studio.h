// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QObject>
#include <QString>

#include "tasks/task_runner.h"

namespace rustcask::ui {

class MainWindow;
class Settings;
class Theme;

/// The windows of the program. Ends it when the last has closed and its database with it.
class Studio : public QObject {
    Q_OBJECT
public:
    Studio(Settings& settings, Theme& theme, QObject* parent = nullptr);
    ~Studio() override;

    MainWindow* addWindow();
    [[nodiscard]] QList<MainWindow*> windows() const { return m_windows; }
    [[nodiscard]] Settings& settings() { return m_settings; }
    [[nodiscard]] Theme& theme() { return m_theme; }

    /// Opens a directory in `from` when that is free, in a new window otherwise; shows the window that has it already,
    /// be it by another name (a link).
    void open(const QString& directory, bool readOnly, MainWindow* from);
    void create(const QString& directory, MainWindow* from);
    /// Opens the sample database, which is made first if there is none.
    void openSample(MainWindow* from);
    /// Brings a window before the others and gives it the keyboard, minimised or not.
    void raise(MainWindow* window);
    /// Closes one window after the other, the one in use first; stops at the first that is to stay.
    void closeAll();
    /// A window says that it is done.
    void remove(MainWindow* window);

Q_SIGNALS:
    void lastWindowClosed();

private:
    void closeNext();
    [[nodiscard]] MainWindow* windowFor(const QString& directory, MainWindow* from);

    Settings& m_settings;
    Theme& m_theme;
    QList<MainWindow*> m_windows;
    TaskRunner m_tasks;
    bool m_closingAll = false;
};

} // namespace rustcask::ui
