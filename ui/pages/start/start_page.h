// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <rustcask/result.h>

#include "pages/page.h"
#include "tasks/task_runner.h"

QT_BEGIN_NAMESPACE
class QTableView;
class QStackedLayout;
QT_END_NAMESPACE

namespace rustcask::ui {

class Banner;
class Card;
class EmptyState;
class ProgressStrip;
class RecentModel;

/// What a window shows while no database is open: the ways to open one, those opened before, and why the last attempt
/// was refused.
class StartPage : public Page {
    Q_OBJECT
public:
    explicit StartPage(PageContext context, QWidget* parent = nullptr);

    [[nodiscard]] QString id() const override { return QStringLiteral("start"); }
    [[nodiscard]] QString title() const override { return tr("Start"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("start"); }
    void setSession(Session*) override {}
    void activated() override;

    /// Shows that `directory` is being opened until the task ends.
    void showOpening(const QString& directory, Task* task);
    void showRefusal(const QString& directory, const rustcask::Error& error);
    void clearMessage();
    [[nodiscard]] Banner* banner() const { return m_banner; }
    [[nodiscard]] RecentModel* recentModel() const { return m_recent; }

Q_SIGNALS:
    void newRequested();
    void openRequested();
    void openReadOnlyRequested();
    void sampleRequested();
    void directoryChosen(const QString& directory, bool readOnly);
    void createRequested(const QString& directory);

private:
    QWidget* makeWays();
    QWidget* makeRecent();
    void reloadRecent();
    void openRecent(bool readOnly);
    void recentMenu(const QPoint& at);

    Banner* m_banner;
    Card* m_opening;
    ProgressStrip* m_progress;
    RecentModel* m_recent;
    QTableView* m_table = nullptr;
    EmptyState* m_noneYet = nullptr;
    TaskRunner m_tasks;
};

} // namespace rustcask::ui
