// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <QWidget>

#include "transfer/export_request.h"

namespace rustcask::ui {

class ActionRegistry;
class Session;
class Settings;

/// What every page is given. Both outlive the page.
struct PageContext {
    ActionRegistry& actions;
    Settings& settings;
};

/// One of the window's pages. The window owns it, shows it in its stack and hands it the session.
class Page : public QWidget {
    Q_OBJECT
public:
    explicit Page(PageContext context, QWidget* parent = nullptr) : QWidget(parent), m_context(context) {}

    [[nodiscard]] virtual QString id() const = 0;       ///< stable: "keys"; for --page and the settings
    [[nodiscard]] virtual QString title() const = 0;    ///< one word, for the rail
    [[nodiscard]] virtual QString iconName() const = 0; ///< of resources/icons
    /// The database to show, or nullptr when none is open. The session outlives the call that replaces it.
    virtual void setSession(Session* session) = 0;
    /// Whether leaving now would lose something typed: closing asks first.
    [[nodiscard]] virtual bool hasUnsavedEdits() const { return false; }
    /// What closing the window would break off, as a sentence ("A benchmark is running."); empty: nothing. The tasks of
    /// the session need not be named here.
    [[nodiscard]] virtual QString runningWork() const { return {}; }
    /// Called when the page becomes the current one, after it is shown.
    virtual void activated() {}

    /// States worth a picture beside the page as it opens (tabs, dialogs), for `--screenshots`.
    [[nodiscard]] virtual QStringList scenes() const { return {}; }
    /// Puts the visible page into one of `scenes`; dialogs are shown with open(). The walker closes them afterwards.
    virtual void enterScene(const QString& scene) { Q_UNUSED(scene) }

Q_SIGNALS:
    /// Something that `--trace-startup` reports: "first rows", "all rows".
    void milestone(const QString& name);
    /// A short note for the status bar, shown for some seconds.
    void statusMessage(const QString& text);
    /// Asks the window to show another page, and there what `target` says ("keys": a key's bytes; "storage":
    /// "GENERATION@OFFSET"). The window calls `showTarget` of that page.
    void pageRequested(const QString& pageId, const QByteArray& target);
    /// Asks the window to open another database, in a window of its own when this one has one.
    void databaseRequested(const QString& directory);

    /// Asks the window for the export dialog with these keys chosen.
    void exportRequested(const rustcask::ui::ExportRequest& request);

public:
    /// Shows what `pageRequested` asked for.
    virtual void showTarget(const QByteArray& target) { Q_UNUSED(target) }

    /// Shows the keys that begin with these bytes, and no others.
    virtual void showPrefix(const QByteArray& prefix) { Q_UNUSED(prefix) }

protected:
    [[nodiscard]] ActionRegistry& actions() const { return m_context.actions; }
    [[nodiscard]] Settings& settings() const { return m_context.settings; }

private:
    PageContext m_context;
};

} // namespace rustcask::ui
