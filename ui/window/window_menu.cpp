// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/window_menu.h"

#include <QMenu>
#include <QMenuBar>

#include "actions/action_registry.h"
#include "theme/icons.h"
#include "window/main_window.h"
#include "window/studio.h"

namespace rustcask::ui {

WindowMenu::WindowMenu(Studio& studio, MainWindow* window, ActionRegistry& actions)
    : QObject(window), m_studio(studio), m_window(window), m_actions(actions) {
    const QString category = tr("Window");
    const auto add = [&](const char* id, const QString& text, const QKeySequence& shortcut, auto slot) {
        QAction* action = actions.add(QString::fromLatin1(id), text, shortcut, category, this);
        connect(action, &QAction::triggered, this, slot);
        return action;
    };
    add("window.new", tr("&New window"), QKeySequence(Qt::CTRL | Qt::ALT | Qt::Key_N), [this] {
        MainWindow* fresh = m_studio.addWindow();
        fresh->show();
        fresh->activateWindow();
    })->setIcon(themedIcon(QStringLiteral("window")));
    add("window.next", tr("N&ext window"), QKeySequence(Qt::CTRL | Qt::Key_F6), [this] { go(1); });
    add("window.previous", tr("&Previous window"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_F6), [this] { go(-1); });
    add("window.close", tr("&Close window"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_W),
        [this] { m_window->close(); });
}

void WindowMenu::addTo(QMenuBar* bar) {
    QMenu* menu = bar->addMenu(tr("&Window"));
    connect(menu, &QMenu::aboutToShow, this, [this, menu] { list(menu); });
    list(menu);
}

void WindowMenu::list(QMenu* menu) {
    menu->clear();
    for (const char* id : {"window.new", "window.next", "window.previous", "window.close"}) {
        menu->addAction(m_actions.action(QString::fromLatin1(id)));
    }
    menu->addSeparator();
    const QList<MainWindow*> windows = m_studio.windows();
    const bool several = windows.size() > 1;
    m_actions.action(QStringLiteral("window.next"))->setEnabled(several);
    m_actions.action(QStringLiteral("window.previous"))->setEnabled(several);
    int number = 0;
    for (MainWindow* window : windows) {
        QString name = window->windowTitle();
        name.replace(QLatin1Char('&'), QLatin1String("&&"));
        ++number;
        QAction* entry = menu->addAction(number < 10 ? QStringLiteral("&%1  %2").arg(number).arg(name) : name);
        entry->setCheckable(true);
        entry->setChecked(window == m_window);
        connect(entry, &QAction::triggered, window, [this, window] { m_studio.raise(window); });
    }
}

void WindowMenu::go(int step) {
    const QList<MainWindow*> windows = m_studio.windows();
    const qsizetype at = windows.indexOf(m_window);
    if (at >= 0 && windows.size() > 1) {
        m_studio.raise(windows[(at + step + windows.size()) % windows.size()]);
    }
}

} // namespace rustcask::ui
