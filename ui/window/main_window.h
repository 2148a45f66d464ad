// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include <QList>
#include <QPointer>
#include <QWidget>

#include <rustcask/options.h>

#include "actions/action_registry.h"

QT_BEGIN_NAMESPACE
class QMenu;
class QMenuBar;
class QStackedWidget;
QT_END_NAMESPACE

namespace rustcask {
struct Error;
}

namespace rustcask::ui {

class ActivityLog;
class CommandPalette;
class Page;
class PageRail;
class Session;
class SessionOpener;
class Settings;
class StartPage;
class StatusStrip;
class Studio;
class Toast;
class TopBar;
class DatabaseActions;
class WindowMenu;

/// A window on one database, or on none yet. It only wires: pages do the work, the session holds the database.
class MainWindow : public QWidget {
    Q_OBJECT
public:
    MainWindow(Studio& studio, Settings& settings);
    ~MainWindow() override;

    /// Opens `directory` here; call it only while `isFree`.
    void openDirectory(const QString& directory, const rustcask::Options& options);
    /// Whether nothing is open, being opened or being closed here.
    [[nodiscard]] bool isFree() const;
    [[nodiscard]] Session* session() const { return m_session; }
    /// The directory open or being opened; empty: none.
    [[nodiscard]] QString directory() const;

    void showPage(const QString& id);
    [[nodiscard]] QString currentPageId() const;
    [[nodiscard]] QList<Page*> pages() const { return m_pages; }
    [[nodiscard]] StartPage* startPage() const { return m_start; }
    [[nodiscard]] ActionRegistry& actionRegistry() { return m_actions; }
    [[nodiscard]] DatabaseActions& databaseActions() { return *m_database; }
    [[nodiscard]] ActivityLog& activityLog() { return *m_log; }
    [[nodiscard]] Toast& toast() { return *m_toast; }
    [[nodiscard]] CommandPalette* openPalette();
    /// The page to show once a database is open; the one shown last time otherwise.
    void setPreferredPage(const QString& id) { m_preferredPage = id; }

Q_SIGNALS:
    void milestone(const QString& name); ///< "window shown", "opened", and those of the pages
    void sessionChanged();
    /// Closing was asked for and answered: the window goes, or stays because something would be lost.
    void closeAnswered(bool leaves);

protected:
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void addActions();
    void addMenus(QMenuBar* bar);
    void addPages();
    void addPage(Page* page);
    [[nodiscard]] Page* page(const QString& id) const;
    void fillRecentMenu(QMenu* menu);
    void setSession(Session* session);
    void sessionFailed(const rustcask::Error& error);
    void updateTitle();
    void updateUndo();
    /// A line in the status bar and in the log of what was done.
    void report(const QString& text, bool problem = false);
    void trigger(QAction* action);
    void chooseDirectory(bool readOnly);
    void chooseNewDirectory();
    /// Asks about what would be lost, then calls `go` or `stay`; `go` at once when nothing would.
    void confirmLeaving(const QString& question, const std::function<void()>& go,
                        const std::function<void()>& stay = {});
    void endSession(const std::function<void()>& then);

    Studio& m_studio;
    Settings& m_settings;
    ActionRegistry m_actions;
    TopBar* m_topBar = nullptr;
    PageRail* m_rail = nullptr;
    QStackedWidget* m_stack = nullptr;
    StatusStrip* m_status = nullptr;
    StartPage* m_start = nullptr;
    QPointer<CommandPalette> m_palette;
    QList<Page*> m_pages;
    SessionOpener* m_opener;
    Session* m_session = nullptr;
    QString m_preferredPage;
    bool m_closing = false;
    bool m_removeOnceClosed = false;
    bool m_shown = false;
    QAction* m_undo = nullptr;
    QAction* m_redo = nullptr;
    QAction* m_closeDatabase = nullptr;
    ActivityLog* m_log = nullptr;
    Toast* m_toast = nullptr;
    DatabaseActions* m_database = nullptr;
    WindowMenu* m_windowMenu = nullptr;
};

} // namespace rustcask::ui
