// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "widgets/card.h"

#include <rustcask/bench/run_file.h>

QT_BEGIN_NAMESPACE
class QAction;
class QStackedWidget;
class QTableView;
QT_END_NAMESPACE

namespace rustcask::ui {

class Banner;
class RunListModel;

/// The saved runs, to select from. Knows nothing of files: it shows what it is given and says what is wanted.
class RunsPanel : public Card {
    Q_OBJECT
public:
    struct Actions {
        QAction* open; ///< import a file
        QAction* rename;
        QAction* remove;
        QAction* reveal;
    };
    explicit RunsPanel(const Actions& actions, QWidget* parent = nullptr);

    [[nodiscard]] RunListModel* model() const { return m_model; }
    [[nodiscard]] Banner* banner() const { return m_banner; }
    void setRuns(std::vector<bench::RunSummary> runs, int unreadable);
    [[nodiscard]] std::vector<QString> selectedFiles() const;
    void select(const QString& file);
    void renameCurrent();

Q_SIGNALS:
    void selectionChanged();

private:
    void updateActions();
    Actions m_actions;
    RunListModel* m_model;
    QTableView* m_table;
    QStackedWidget* m_stack;
    Banner* m_banner;
    bool m_resetting = false;
};

} // namespace rustcask::ui
