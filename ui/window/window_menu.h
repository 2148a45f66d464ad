// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

QT_BEGIN_NAMESPACE
class QMenu;
class QMenuBar;
QT_END_NAMESPACE

namespace rustcask::ui {

class ActionRegistry;
class MainWindow;
class Studio;

/// The Window menu: a new window, the next one, closing this one, and the list of all with what each has open.
class WindowMenu : public QObject {
    Q_OBJECT
public:
    WindowMenu(Studio& studio, MainWindow* window, ActionRegistry& actions);
    /// Adds the menu to a window's bar.
    void addTo(QMenuBar* bar);

private:
    void list(QMenu* menu);
    void go(int step);

    Studio& m_studio;
    MainWindow* m_window;
    ActionRegistry& m_actions;
};

} // namespace rustcask::ui
