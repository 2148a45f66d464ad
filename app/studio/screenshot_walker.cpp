// SPDX-License-Identifier: GPL-3.0-or-later
#include "screenshot_walker.h"

#include <cstdio>

#include <QApplication>
#include <QDir>
#include <QFile>
#include <QPainter>
#include <QPixmap>

#include "analysis/analysis_dialog.h"
#include "pages/page.h"
#include "pages/start/start_page.h"
#include "session/sample_database.h"
#include "session/session.h"
#include "theme/tokens.h"
#include "transfer/export_dialog.h"
#include "window/command_palette.h"
#include "window/database_actions.h"
#include "window/main_window.h"
#include "window/studio.h"

namespace rustcask::ui {

namespace {

constexpr int leastSettleMs = 500;
constexpr int mostSettleMs = 20'000;

/// Windows beside the main one: dialogs, menus, the palette.
QList<QWidget*> otherWindows(const QWidget* window) {
    QList<QWidget*> others;
    const QWidgetList all = QApplication::topLevelWidgets();
    for (QWidget* widget : all) {
        if (widget != window && widget->isVisible() && widget->windowType() != Qt::ToolTip &&
            widget->windowType() != Qt::Desktop) {
            others.append(widget);
        }
    }
    return others;
}

} // namespace

ScreenshotWalker::ScreenshotWalker(Studio& studio, const QString& folder, const QString& directory, QObject* parent)
    : QObject(parent), m_studio(studio), m_folder(folder), m_directory(directory), m_tasks(1) {
    m_poll.setInterval(50);
    connect(&m_poll, &QTimer::timeout, this, &ScreenshotWalker::settle);
}

void ScreenshotWalker::start() {
    if (!QDir().mkpath(m_folder)) {
        std::fprintf(stderr, "cannot make the folder %s\n", qPrintable(m_folder));
        Q_EMIT finished(2);
        return;
    }
    m_window = m_studio.addWindow();
    connect(m_window, &MainWindow::sessionChanged, this, [this] {
        if (m_window->session() != nullptr && m_steps.isEmpty()) {
            planPages();
            planDialogs();
            m_poll.start();
            next();
        }
    });
    resizeTo(false);
    m_window->show();
    const auto open = [this] {
        save(QStringLiteral("start"));
        m_studio.open(m_directory, false, m_window);
    };
    if (!m_directory.isEmpty()) {
        QTimer::singleShot(leastSettleMs, this, open);
        return;
    }
    m_directory = m_temporary.filePath(QStringLiteral("sample"));
    m_tasks.start<bool>(
        tr("Make the sample database"),
        [directory = m_directory](Progress& progress) -> Result<bool> {
            const auto made = makeSampleDatabase(directory, progress);
            return made ? Result<bool>(true) : Result<bool>(rustcask::failure(made.error()));
        },
        this,
        [this, open](Result<bool> made) {
            if (!made) {
                std::fprintf(stderr, "%s\n", made.error().message().c_str());
                Q_EMIT finished(3);
                return;
            }
            open();
        });
}

void ScreenshotWalker::resizeTo(bool small) {
    m_window->resize(small ? QSize(1024, 640) : QSize(1400, 880));
}

void ScreenshotWalker::planPages() {
    for (const bool small : {false, true}) {
        const QString suffix = small ? QStringLiteral("-small") : QString();
        const QList<Page*> pages = m_window->pages();
        for (Page* page : pages) {
            const QString id = page->id();
            if (id == QLatin1String("start")) {
                continue;
            }
            m_steps.append({[this, id, small] {
                                resizeTo(small);
                                m_window->showPage(id);
                            },
                            id + suffix});
            const QStringList scenes = page->scenes();
            for (const QString& scene : scenes) {
                m_steps.append({[page, scene] { page->enterScene(scene); }, id + QLatin1Char('-') + scene + suffix});
            }
        }
    }
}

void ScreenshotWalker::planDialogs() {
    const auto trigger = [this](const char* id) {
        return [this, name = QString::fromLatin1(id)] { m_window->actionRegistry().action(name)->trigger(); };
    };
    m_steps.append({[this] {
                        resizeTo(false);
                        m_window->showPage(QStringLiteral("keys"));
                        static_cast<void>(m_window->openPalette());
                    },
                    QStringLiteral("commands")});
    m_steps.append({[this] {
                        const QString file = m_temporary.filePath(QStringLiteral("people.csv"));
                        QFile people(file);
                        if (people.open(QIODevice::WriteOnly)) {
                            people.write("key,value\r\nuser:1001,\"{\"\"name\"\":\"\"Ada\"\"}\"\r\n"
                                         "user:1002,\\x3d1+1\r\nnew\\x00key,plain text\r\n");
                        }
                        people.close();
                        m_window->databaseActions().openImport(file);
                    },
                    QStringLiteral("import")});
    m_steps.append({[this] {
                        ExportRequest request;
                        request.prefix = "order:";
                        m_window->databaseActions().openExport(request)->setTarget(QStringLiteral("people.jsonl"));
                    },
                    QStringLiteral("export")});
    for (const auto& [tab, name] :
         {std::pair(AnalysisDialog::prefixes, "analysis"), std::pair(AnalysisDialog::largest, "analysis-largest"),
          std::pair(AnalysisDialog::overwritten, "analysis-overwritten"),
          std::pair(AnalysisDialog::ages, "analysis-age")}) {
        m_steps.append({[this, which = tab] { m_window->databaseActions().openAnalysis()->showTab(which); },
                        QString::fromLatin1(name)});
    }
    m_steps.append({trigger("window.activity"), QStringLiteral("activity")});
    m_steps.append({trigger("help.shortcuts"), QStringLiteral("shortcuts")});
    m_steps.append({trigger("help.about"), QStringLiteral("about")});
    m_steps.append({trigger("file.close"), QString()});
    m_steps.append({[this] { m_studio.open(m_temporary.path(), false, m_window); }, QStringLiteral("start-refused")});
    m_steps.append({[this] { resizeTo(true); }, QStringLiteral("start-refused-small")});
}

void ScreenshotWalker::next() {
    if (m_steps.isEmpty()) {
        m_poll.stop();
        Q_EMIT finished(m_failures == 0 ? 0 : 1);
        return;
    }
    const Step step = m_steps.takeFirst();
    m_picture = step.picture;
    m_sinceAct.start();
    step.act();
}

bool ScreenshotWalker::isSettled() const {
    if (m_sinceAct.elapsed() < leastSettleMs) {
        return false;
    }
    const Session* session = m_window->session();
    return session == nullptr || m_window->session()->tasks().isIdle() || m_sinceAct.elapsed() > mostSettleMs;
}

void ScreenshotWalker::settle() {
    if (!isSettled()) {
        return;
    }
    if (!m_picture.isEmpty()) {
        save(m_picture);
    }
    closeDialogs();
    next();
}

void ScreenshotWalker::save(const QString& name) {
    QPixmap picture = m_window->grab();
    QPainter painter(&picture);
    const QList<QWidget*> others = otherWindows(m_window);
    for (QWidget* other : others) {
        const QPixmap part = other->grab();
        QPoint at = other->pos() - m_window->pos();
        const bool isDialog = other->windowType() == Qt::Dialog; // placed by the screen, which may be smaller
        if (isDialog || !QRect(QPoint(0, 0), m_window->size()).intersects(QRect(at, other->size()))) {
            at = QPoint((m_window->width() - other->width()) / 2, (m_window->height() - other->height()) / 2);
        }
        painter.fillRect(QRect(at, other->size()).adjusted(-1, -1, 1, 1), tokensFor(other->palette()).muted);
        painter.drawPixmap(at, part);
    }
    painter.end();
    const QString path = m_folder + QLatin1Char('/') + name + QStringLiteral(".png");
    if (!picture.save(path)) {
        std::fprintf(stderr, "cannot write %s\n", qPrintable(path));
        ++m_failures;
    }
}

void ScreenshotWalker::closeDialogs() {
    const QList<QWidget*> others = otherWindows(m_window);
    for (QWidget* other : others) {
        other->close();
    }
}

} // namespace rustcask::ui
