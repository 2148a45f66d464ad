// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/studio.h"

#include <QDir>
#include <QFileInfo>
#include <QPointer>

#include "pages/start/start_page.h"
#include "session/sample_database.h"
#include "session/session_opener.h"
#include "window/main_window.h"

namespace rustcask::ui {

namespace {

constexpr int cascade = 28; // px between a window and the next

/// Links resolved, so that one directory has one name; as it is where there is none (yet).
QString canonical(const QString& directory) {
    const QString path = QFileInfo(directory).canonicalFilePath();
    return path.isEmpty() ? directory : path;
}

} // namespace

Studio::Studio(Settings& settings, Theme& theme, QObject* parent)
    : QObject(parent), m_settings(settings), m_theme(theme), m_tasks(2) {}

Studio::~Studio() {
    qDeleteAll(m_windows);
}

MainWindow* Studio::addWindow() {
    auto* window = new MainWindow(*this, m_settings);
    if (!m_windows.isEmpty()) {
        const MainWindow* last = m_windows.last();
        window->resize(last->size());
        window->move(last->pos() + QPoint(cascade, cascade));
    }
    connect(window, &MainWindow::closeAnswered, this, [this](bool leaves) {
        if (m_closingAll && leaves) {
            closeNext();
        } else {
            m_closingAll = false;
        }
    });
    m_windows.append(window);
    return window;
}

MainWindow* Studio::windowFor(const QString& directory, MainWindow* from) {
    const QString wanted = canonical(directory);
    for (MainWindow* window : std::as_const(m_windows)) {
        if (!window->directory().isEmpty() && canonical(window->directory()) == wanted) {
            raise(window);
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

void Studio::raise(MainWindow* window) {
    window->setWindowState(window->windowState() & ~Qt::WindowMinimized);
    window->show();
    window->raise();
    window->activateWindow();
}

void Studio::closeAll() {
    m_closingAll = true;
    closeNext();
}

void Studio::closeNext() {
    MainWindow* next = nullptr;
    for (MainWindow* window : std::as_const(m_windows)) {
        if (!window->isHidden() && (next == nullptr || window->isActiveWindow())) { // a hidden one is on its way out
            next = window;
        }
    }
    if (next == nullptr) {
        m_closingAll = false;
        return;
    }
    next->close();
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
