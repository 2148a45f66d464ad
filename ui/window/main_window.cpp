// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/main_window.h"

#include <functional>

#include <QActionGroup>
#include <QCloseEvent>
#include <QDir>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QMenu>
#include <QMenuBar>
#include <QMessageBox>
#include <QMimeData>
#include <QPushButton>
#include <QStackedWidget>
#include <QTimer>
#include <QUndoStack>
#include <QVBoxLayout>

#include "pages/benchmark/benchmark_page.h"
#include "pages/keys/keys_page.h"
#include "pages/learn/learn_page.h"
#include "pages/start/start_page.h"
#include "pages/storage/storage_page.h"
#include "session/session.h"
#include "session/session_opener.h"
#include "settings/settings.h"
#include "theme/format.h"
#include "theme/icons.h"
#include "theme/theme.h"
#include "transfer/transfer_dialog.h"
#include "widgets/card.h"
#include "widgets/states.h"
#include "window/activity_log.h"
#include "window/command_palette.h"
#include "window/database_actions.h"
#include "window/help_dialogs.h"
#include "window/page_rail.h"
#include "window/shortcut_sheet.h"
#include "window/status_strip.h"
#include "window/studio.h"
#include "window/toast.h"
#include "window/top_bar.h"
#include "window/window_menu.h"

namespace rustcask::ui {

namespace {

QString geometryName() {
    return QStringLiteral("main");
}

/// The first local directory, or else file, among what is dragged; empty: none.
QString dropped(const QMimeData* data) {
    QString file;
    const QList<QUrl> urls = data->urls();
    for (const QUrl& url : urls) {
        const QFileInfo info(url.isLocalFile() ? url.toLocalFile() : QString());
        if (info.isDir()) {
            return info.filePath();
        }
        if (file.isEmpty() && info.isFile()) {
            file = info.filePath();
        }
    }
    return file;
}

} // namespace

MainWindow::MainWindow(Studio& studio, Settings& settings)
    : m_studio(studio), m_settings(settings), m_actions(this), m_opener(new SessionOpener(this)) {
    setAcceptDrops(true);
    setFocusPolicy(Qt::ClickFocus); // else a click beside everything leaves the focus where it was
    setFocus();
    setMinimumSize(900, 560);
    m_log = new ActivityLog(this);
    m_toast = new Toast(this);
    addActions();
    m_database = new DatabaseActions(m_actions, m_settings, this);
    connect(m_database, &DatabaseActions::ended, this, [this](const QString& text, bool good, TransferDialog* dialog) {
        m_log->add(text, !good);
        if (dialog != nullptr) {
            m_toast->notify(text, !good, tr("Details"), [shown = QPointer<TransferDialog>(dialog)] {
                if (shown) {
                    shown->show();
                    shown->raise();
                }
            });
        }
    });
    connect(m_database, &DatabaseActions::prefixRequested, this, [this](const QByteArray& prefix) {
        showPage(QStringLiteral("keys"));
        page(QStringLiteral("keys"))->showPrefix(prefix);
    });
    connect(m_database, &DatabaseActions::keyRequested, this, [this](const QByteArray& key) {
        showPage(QStringLiteral("keys"));
        page(QStringLiteral("keys"))->showTarget(key);
    });
    m_windowMenu = new WindowMenu(m_studio, this, m_actions);

    m_topBar = new TopBar(m_actions.action(QStringLiteral("window.commands")), m_undo, m_redo, this);
    m_rail = new PageRail(this);
    m_stack = new QStackedWidget(this);
    m_status = new StatusStrip(this);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_topBar);
    column->addWidget(makeHairline(Qt::Horizontal, this));
    auto* row = new QHBoxLayout;
    row->setSpacing(0);
    row->addWidget(m_rail);
    row->addWidget(makeHairline(Qt::Vertical, this));
    row->addWidget(m_stack, 1);
    column->addLayout(row, 1);
    column->addWidget(makeHairline(Qt::Horizontal, this));
    column->addWidget(m_status);

    addPages();
    addMenus(m_topBar->menuBar());
    connect(m_rail, &PageRail::pageChosen, this, &MainWindow::showPage);
    connect(m_opener, &SessionOpener::opened, this, &MainWindow::setSession);
    connect(m_opener, &SessionOpener::failed, this, &MainWindow::sessionFailed);
    if (!m_settings.restoreGeometry(this, geometryName())) {
        resize(1400, 880);
    }
    m_preferredPage = m_settings.get(settings::page);
    setSession(nullptr);
}

MainWindow::~MainWindow() {
    for (Page* each : std::as_const(m_pages)) {
        each->setSession(nullptr);
    }
    m_status->setSession(nullptr);
    delete m_session;
}

void MainWindow::addActions() {
    const QString file = tr("File");
    const QString edit = tr("Edit");
    const QString help = tr("Help");
    const auto add = [this](const char* id, const QString& text, auto shortcut, const QString& category,
                            const QString& icon, auto slot) {
        QAction* action = m_actions.add(QString::fromLatin1(id), text, shortcut, category, this);
        if (!icon.isEmpty()) {
            action->setIcon(themedIcon(icon));
        }
        connect(action, &QAction::triggered, this, slot);
        return action;
    };
    add("file.new", tr("&New database…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_N), file, QStringLiteral("new"),
        [this] { chooseNewDirectory(); });
    add("file.open", tr("&Open…"), QKeySequence::Open, file, QStringLiteral("open"),
        [this] { chooseDirectory(false); });
    add("file.openReadOnly", tr("Open &read-only…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_O), file,
        QStringLiteral("open-read-only"), [this] { chooseDirectory(true); });
    add("file.sample", tr("Open the &sample database"), QKeySequence(Qt::CTRL | Qt::ALT | Qt::Key_O), file,
        QStringLiteral("sample"), [this] { m_studio.openSample(this); });
    m_closeDatabase = add("file.close", tr("&Close database"), QKeySequence(Qt::CTRL | Qt::Key_W), file,
                          QStringLiteral("close"), [this] {
                              if (m_session == nullptr) {
                                  close();
                                  return;
                              }
                              confirmLeaving(tr("Close the database?"), [this] { endSession([] {}); });
                          });
    add("file.quit", tr("&Quit"), QKeySequence(Qt::CTRL | Qt::Key_Q), file, QString(), [this] { m_studio.closeAll(); });
    m_undo = add("edit.undo", tr("&Undo"), QKeySequence::Undo, edit, QStringLiteral("undo"), [this] {
        if (m_session != nullptr) {
            m_session->undoStack().undo();
        }
    });
    m_redo = add("edit.redo", tr("&Redo"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Z), edit, QStringLiteral("redo"),
                 [this] {
                     if (m_session != nullptr) {
                         m_session->undoStack().redo();
                     }
                 });
    add("window.activity", tr("&Activity…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_L), tr("View"),
        QStringLiteral("history"), [this] { makeActivityDialog(m_log, this)->show(); });
    add("window.commands", tr("Search &commands…"), QKeySequence(Qt::CTRL | Qt::Key_K), help, QStringLiteral("search"),
        [this] { static_cast<void>(openPalette()); });
    add("help.shortcuts", tr("&Keyboard shortcuts"), QKeySequence(Qt::CTRL | Qt::Key_Slash), help,
        QStringLiteral("help"), [this] { makeShortcutSheet(m_actions, this)->open(); });
    add("help.about", tr("&About Rustcask Studio"), QKeySequence(Qt::SHIFT | Qt::Key_F1), help, QStringLiteral("info"),
        [this] { makeAboutDialog(this)->open(); });
}

void MainWindow::addPages() {
    const PageContext context{m_actions, m_settings};
    m_start = new StartPage(context, this);
    addPage(m_start);
    connect(m_start, &StartPage::newRequested, this, &MainWindow::chooseNewDirectory);
    connect(m_start, &StartPage::openRequested, this, [this] { chooseDirectory(false); });
    connect(m_start, &StartPage::openReadOnlyRequested, this, [this] { chooseDirectory(true); });
    connect(m_start, &StartPage::sampleRequested, this, [this] { m_studio.openSample(this); });
    connect(m_start, &StartPage::directoryChosen, this,
            [this](const QString& directory, bool readOnly) { m_studio.open(directory, readOnly, this); });
    connect(m_start, &StartPage::createRequested, this,
            [this](const QString& directory) { m_studio.create(directory, this); });
    addPage(new KeysPage(context, this));
    addPage(new StoragePage(context, this));
    addPage(new BenchmarkPage(context, this));
    addPage(new LearnPage(context, this));
}

void MainWindow::addPage(Page* newPage) {
    const QString id = newPage->id();
    m_pages.append(newPage);
    m_stack->addWidget(newPage);
    // Alt+0 is the start page, Alt+1 the first of the rail.
    const QKeySequence shortcut(Qt::ALT | static_cast<Qt::Key>(Qt::Key_0 + static_cast<int>(m_pages.size()) - 1));
    QAction* go =
        m_actions.add(QStringLiteral("page.") + id, tr("Show %1").arg(newPage->title()), shortcut, tr("View"), this);
    go->setIcon(themedIcon(newPage->iconName()));
    connect(go, &QAction::triggered, this, [this, id] { showPage(id); });
    m_rail->addPage(id, newPage->title(), newPage->iconName(), actionToolTip(*go));
    connect(newPage, &Page::milestone, this, &MainWindow::milestone);
    connect(newPage, &Page::statusMessage, this, [this](const QString& text) { report(text); });
    connect(newPage, &Page::exportRequested, m_database, &DatabaseActions::openExport);
    connect(newPage, &Page::databaseRequested, this,
            [this](const QString& directory) { m_studio.open(directory, false, this); });
    connect(newPage, &Page::pageRequested, this, [this](const QString& pageId, const QByteArray& target) {
        if (Page* other = page(pageId)) {
            showPage(pageId);
            other->showTarget(target);
        }
    });
}

void MainWindow::addMenus(QMenuBar* bar) {
    const auto put = [this](QMenu* menu, std::initializer_list<const char*> ids) {
        for (const char* id : ids) {
            if (*id == '\0') {
                menu->addSeparator();
            } else {
                menu->addAction(m_actions.action(QString::fromLatin1(id)));
            }
        }
    };
    QMenu* file = bar->addMenu(tr("&File"));
    put(file, {"file.new", "file.open", "file.openReadOnly"});
    QMenu* recent = file->addMenu(themedIcon(QStringLiteral("recent")), tr("Open r&ecent"));
    connect(recent, &QMenu::aboutToShow, this, [this, recent] { fillRecentMenu(recent); });
    put(file, {"file.sample", "", "file.import", "file.export", "", "file.close", "file.quit"});
    QMenu* edit = bar->addMenu(tr("&Edit"));
    put(edit, {"edit.undo", "edit.redo", "", "window.commands"});

    QMenu* viewMenu = bar->addMenu(tr("&View"));
    for (Page* each : std::as_const(m_pages)) {
        viewMenu->addAction(m_actions.action(QStringLiteral("page.") + each->id()));
    }
    viewMenu->addSeparator();
    put(viewMenu, {"view.analysis", "window.activity", ""});
    auto* group = new QActionGroup(this);
    const QList<std::pair<QString, QString>> themes{{QStringLiteral("system"), tr("Colours as the &desktop's")},
                                                    {QStringLiteral("light"), tr("&Light colours")},
                                                    {QStringLiteral("dark"), tr("D&ark colours")}};
    int key = Qt::Key_F9;
    for (const auto& [name, text] : themes) {
        const QKeySequence shortcut(Qt::CTRL | Qt::SHIFT | static_cast<Qt::Key>(key++));
        QAction* choose = m_actions.add(QStringLiteral("theme.") + name, text, shortcut, tr("View"), this);
        choose->setCheckable(true);
        group->addAction(choose);
        viewMenu->addAction(choose);
        connect(choose, &QAction::triggered, this, [this, theme = name] {
            m_settings.set(settings::theme, theme);
            m_studio.theme().setMode(themeModeFromName(theme));
        });
    }
    connect(viewMenu, &QMenu::aboutToShow, this, [this] {
        m_actions.action(QStringLiteral("theme.") + themeModeName(m_studio.theme().mode()))->setChecked(true);
    });
    m_windowMenu->addTo(bar);
    QMenu* help = bar->addMenu(tr("&Help"));
    put(help, {"help.shortcuts", "", "help.about"});
}

void MainWindow::fillRecentMenu(QMenu* menu) {
    menu->clear();
    const QStringList directories = m_settings.recentDirectories();
    for (const QString& directory : directories) {
        QString text = directory; // an ampersand in a name is no mnemonic
        QAction* entry = menu->addAction(text.replace(QLatin1Char('&'), QLatin1String("&&")));
        connect(entry, &QAction::triggered, this, [this, directory] { m_studio.open(directory, false, this); });
    }
    if (directories.isEmpty()) {
        menu->addAction(tr("None yet"))->setEnabled(false);
    }
}

Page* MainWindow::page(const QString& id) const {
    for (Page* each : m_pages) {
        if (each->id() == id) {
            return each;
        }
    }
    return nullptr;
}

QString MainWindow::currentPageId() const {
    return static_cast<Page*>(m_stack->currentWidget())->id();
}

void MainWindow::showPage(const QString& id) {
    Page* wanted = page(id);
    if (wanted == nullptr) {
        return;
    }
    m_stack->setCurrentWidget(wanted);
    m_rail->setCurrent(id);
    if (wanted != m_start) {
        m_preferredPage = id;
        m_settings.set(settings::page, id);
    }
    wanted->activated();
}

bool MainWindow::isFree() const {
    return m_session == nullptr && !m_opener->isOpening() && !m_closing;
}

QString MainWindow::directory() const {
    return m_session != nullptr ? m_session->directory() : m_opener->isOpening() ? m_opener->directory() : QString();
}

void MainWindow::openDirectory(const QString& directory, const rustcask::Options& options) {
    if (!isFree()) {
        return;
    }
    m_opener->open(directory, options);
    if (m_opener->task() != nullptr) {
        showPage(m_start->id());
        m_start->showOpening(directory, m_opener->task());
    }
}

void MainWindow::sessionFailed(const rustcask::Error& error) {
    if (m_removeOnceClosed) {
        m_studio.remove(this);
        return;
    }
    showPage(m_start->id());
    m_start->showRefusal(m_opener->directory(), error);
    Q_EMIT milestone(QStringLiteral("refused"));
}

void MainWindow::setSession(Session* session) {
    m_session = session;
    const bool open = session != nullptr;
    if (open && m_removeOnceClosed) { // closed while it was being opened
        m_session->setParent(this);
        endSession([] {});
        return;
    }
    if (open) {
        m_log->add(session->isReadOnly() ? tr("%1 opened, read-only").arg(session->directory())
                                         : tr("%1 opened").arg(session->directory()));
        Q_EMIT milestone(QStringLiteral("database open"));
        session->setParent(this);
        m_settings.addRecentDirectory(session->directory());
        m_start->clearMessage();
        connect(&session->undoStack(), &QUndoStack::indexChanged, this, &MainWindow::updateUndo);
        connect(&session->undoStack(), &QUndoStack::cleanChanged, this, &MainWindow::updateUndo);
        connect(session, &Session::undoFailed, this, [this](const QString&, const rustcask::Error& error) {
            auto* box =
                new QMessageBox(QMessageBox::Warning, tr("Not undone"), errorText(error), QMessageBox::Ok, this);
            box->setTextFormat(Qt::PlainText);
            box->setAttribute(Qt::WA_DeleteOnClose);
            box->open();
        });
        connect(session, &Session::faulted, this, [this](const rustcask::Error& error) {
            m_topBar->setSession(m_session);
            report(errorText(error), true);
        });
    }
    m_database->setSession(session);
    m_toast->hide();
    m_topBar->setSession(session);
    m_status->setSession(session);
    m_rail->setPageVisible(m_start->id(), !open);
    m_actions.action(QStringLiteral("page.start"))->setEnabled(!open);
    m_actions.action(QStringLiteral("page.start"))->setVisible(!open);
    m_closeDatabase->setText(open ? tr("&Close database") : tr("&Close window"));
    for (Page* each : std::as_const(m_pages)) {
        each->setSession(session);
    }
    updateUndo();
    updateTitle();
    showPage(open ? (page(m_preferredPage) != nullptr ? m_preferredPage : m_pages.last()->id()) : m_start->id());
    Q_EMIT sessionChanged();
}

void MainWindow::updateTitle() {
    setWindowTitle(m_session != nullptr ? tr("%1 – Rustcask Studio").arg(m_session->name()) : tr("Rustcask Studio"));
    setAccessibleName(windowTitle());
    setWindowFilePath(m_session != nullptr ? m_session->directory() : QString());
}

void MainWindow::report(const QString& text, bool problem) {
    m_status->showMessage(text);
    m_log->add(text, problem);
}

void MainWindow::updateUndo() {
    const QUndoStack* stack = m_session != nullptr ? &m_session->undoStack() : nullptr;
    const auto show = [](QAction* action, bool possible, const QString& verb, const QString& what) {
        QString text = what;
        action->setEnabled(possible);
        action->setText(
            what.isEmpty() ? verb : verb + QStringLiteral(": ") + text.replace(QLatin1Char('&'), QLatin1String("&&")));
        action->setToolTip(actionToolTip(*action));
    };
    show(m_undo, stack != nullptr && stack->canUndo(), tr("&Undo"), stack != nullptr ? stack->undoText() : QString());
    show(m_redo, stack != nullptr && stack->canRedo(), tr("&Redo"), stack != nullptr ? stack->redoText() : QString());
}

CommandPalette* MainWindow::openPalette() {
    if (!m_palette) {
        m_palette = new CommandPalette(m_actions, this);
        connect(m_palette, &CommandPalette::chosen, this, &MainWindow::trigger);
    }
    m_palette->openUnder(m_topBar->searchField());
    return m_palette;
}

void MainWindow::trigger(QAction* action) {
    // A page's action makes sense where its effect can be seen.
    for (QObject* owner = action->parent(); owner != nullptr; owner = owner->parent()) {
        if (auto* itsPage = qobject_cast<Page*>(owner)) {
            showPage(itsPage->id());
            break;
        }
    }
    action->trigger();
}

void MainWindow::chooseDirectory(bool readOnly) {
    auto* dialog = new QFileDialog(this, readOnly ? tr("Open a database read-only") : tr("Open a database"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly, false); // one sees by its files whether it is one
    connect(dialog, &QFileDialog::fileSelected, this,
            [this, readOnly](const QString& directory) { m_studio.open(directory, readOnly, this); });
    dialog->open();
}

void MainWindow::chooseNewDirectory() {
    auto* dialog = new QFileDialog(this, tr("New database: name a directory"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setFileMode(QFileDialog::AnyFile);
    dialog->setOption(QFileDialog::DontConfirmOverwrite); // nothing is overwritten: what holds files is refused
    dialog->setLabelText(QFileDialog::Accept, tr("Make"));
    dialog->setLabelText(QFileDialog::FileName, tr("Directory:"));
    connect(dialog, &QFileDialog::fileSelected, this,
            [this](const QString& directory) { m_studio.create(directory, this); });
    dialog->open();
}

void MainWindow::confirmLeaving(const QString& question, const std::function<void()>& go,
                                const std::function<void()>& stay) {
    QStringList losses;
    for (const Page* each : std::as_const(m_pages)) {
        if (each->hasUnsavedEdits()) {
            losses << tr("%1: an edit has not been saved.").arg(each->title());
        }
        if (const QString work = each->runningWork(); !work.isEmpty()) {
            losses << work;
        }
    }
    if (m_session != nullptr) {
        const QList<Task*> tasks = m_session->tasks().tasks();
        for (const Task* task : tasks) {
            if (task->options().visible) {
                losses << tr("%1 is still running and will be cancelled.").arg(task->title());
            }
        }
    }
    if (losses.isEmpty()) {
        go();
        return;
    }
    auto* box = new QMessageBox(QMessageBox::Warning, tr("Rustcask Studio"), question, QMessageBox::Cancel, this);
    box->setObjectName(QStringLiteral("confirmLeaving"));
    box->setTextFormat(Qt::PlainText);
    box->setInformativeText(losses.join(QLatin1Char('\n')));
    box->setAttribute(Qt::WA_DeleteOnClose);
    QPushButton* leave = box->addButton(tr("Close anyway"), QMessageBox::DestructiveRole);
    box->setDefaultButton(QMessageBox::Cancel);
    connect(box, &QMessageBox::finished, this, [box, leave, go, stay] {
        if (box->clickedButton() == leave) {
            go();
        } else if (stay) {
            stay();
        }
    });
    box->open();
}

void MainWindow::endSession(const std::function<void()>& then) {
    if (m_session == nullptr) {
        then();
        return;
    }
    Session* session = m_session;
    m_log->add(tr("%1 closed").arg(session->directory()));
    setSession(nullptr); // the pages let go of it first
    m_closing = true;
    connect(session, &Session::closed, this, [this, session, then](const rustcask::Error* error) {
        m_closing = false;
        session->deleteLater();
        const auto finish = [this, then] { m_removeOnceClosed ? m_studio.remove(this) : then(); };
        if (error != nullptr) {
            auto* box = new QMessageBox(QMessageBox::Critical, tr("Closed with an error"), errorText(*error),
                                        QMessageBox::Ok, isVisible() ? this : nullptr);
            box->setTextFormat(Qt::PlainText);
            box->setAttribute(Qt::WA_DeleteOnClose);
            connect(box, &QMessageBox::finished, this, finish);
            box->open();
            return;
        }
        finish();
    });
    session->close();
}

void MainWindow::closeEvent(QCloseEvent* event) {
    event->ignore(); // the window goes when its database has, which takes a moment
    if (m_closing) { // the database already is
        m_removeOnceClosed = true;
        hide();
        Q_EMIT closeAnswered(true);
        return;
    }
    const auto leave = [this] {
        m_settings.saveGeometry(this, geometryName());
        m_opener->cancel();
        hide();
        m_removeOnceClosed = true;
        Q_EMIT closeAnswered(true);
        endSession([this] {
            if (m_session == nullptr && !m_opener->isOpening()) {
                m_studio.remove(this);
            }
        });
    };
    confirmLeaving(tr("Close this window?"), leave, [this] { Q_EMIT closeAnswered(false); });
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (!dropped(event->mimeData()).isEmpty()) {
        event->acceptProposedAction();
    }
}

void MainWindow::dropEvent(QDropEvent* event) {
    const QString path = dropped(event->mimeData());
    if (path.isEmpty()) {
        return;
    }
    event->acceptProposedAction();
    if (QFileInfo(path).isDir()) {
        m_studio.open(path, false, this);
    } else if (m_session != nullptr) {
        m_database->openImport(path); // which writes nothing before it is told to
    } else {
        m_toast->notify(tr("Open a database first; then drop the file here to import it."), true);
    }
}

void MainWindow::paintEvent(QPaintEvent* event) {
    QWidget::paintEvent(event);
    if (!m_shown) {
        m_shown = true;
        QTimer::singleShot(0, this, [this] { Q_EMIT milestone(QStringLiteral("window shown")); });
    }
}

} // namespace rustcask::ui
