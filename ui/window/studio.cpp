// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/studio.h"

#include <QDir>
#include <QPointer>

#include "pages/start/start_page.h"
#include "session/sample_database.h"
#include "session/session_opener.h"
#include "window/main_window.h"

namespace rustcask::ui {

Studio::Studio(Settings& settings, Theme& theme, QObject* parent)
    : QObject(parent), m_settings(settings), m_theme(theme), m_tasks(2) {}

Studio::~Studio() {
    qDeleteAll(m_windows);
}

MainWindow* Studio::addWindow() {
    auto* window = new MainWindow(*this, m_settings);
    if (!m_windows.isEmpty()) {
        window->resize(m_windows.last()->size());
    }
    m_windows.append(window);
    return window;
}

MainWindow* Studio::windowFor(const QString& directory, MainWindow* from) {
    for (MainWindow* window : std::as_const(m_windows)) {
        if (window->directory() == directory) {
            window->raise();
            window->activateWindow();
            return nullptr;
        }
    }
    if (from != nullptr && from->isFree()) {
        return from;
    }
    MainWindow* window = addWindow();
    window->show();
    return window;
}

void Studio::open(const QString& directory, bool readOnly, MainWindow* from) {
    const QString path = QDir::cleanPath(QDir(directory).absolutePath());
    if (MainWindow* window = windowFor(path, from)) {
        window->openDirectory(path, browsingOptions(readOnly));
    }
}

void Studio::create(const QString& directory, MainWindow* from) {
    const QString path = QDir::cleanPath(QDir(directory).absolutePath());
    if (MainWindow* window = windowFor(path, from)) {
        window->openDirectory(path, creatingOptions());
    }
}

void Studio::openSample(MainWindow* from) {
    const QString directory = sampleDirectory();
    const QPointer<MainWindow> target = windowFor(directory, from);
    if (!target) {
        return;
    }
    Task* task = m_tasks.start<bool>(
        tr("Make the sample database"),
        [directory](Progress& progress) -> Result<bool> {
            if (QDir(directory).exists()) {
                return false;
            }
            const auto made = makeSampleDatabase(directory, progress);
            return made ? Result<bool>(true) : Result<bool>(rustcask::failure(made.error()));
        },
        target,
        [this, directory, target](Result<bool> made) {
            if (!made) {
                target->startPage()->showRefusal(directory, made.error());
            } else if (target->isFree()) {
                open(directory, false, target);
            }
        });
    target->startPage()->showOpening(directory, task);
}

void Studio::closeAll() {
    const QList<MainWindow*> windows = m_windows; // closing takes them out of the list
    for (MainWindow* window : windows) {
        window->close();
    }
}

void Studio::remove(MainWindow* window) {
    if (m_windows.removeOne(window)) {
        window->deleteLater();
        if (m_windows.isEmpty()) {
            Q_EMIT lastWindowClosed();
        }
    }
}

} // namespace rustcask::ui
