// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <QPointer>

#include "commands/change_list_model.h"

QT_BEGIN_NAMESPACE
class QPushButton;
class QStackedWidget;
class QTableView;
QT_END_NAMESPACE

namespace rustcask::ui {

class Session;

/// What this session has changed, step by step, beside the window: undo back to a step, or make steps again.
class ChangesDialog : public QDialog {
    Q_OBJECT
public:
    explicit ChangesDialog(Session* session, QWidget* parent = nullptr);
    [[nodiscard]] const ChangeListModel& model() const { return m_model; }
    [[nodiscard]] QTableView* table() { return m_table; }
    /// As the button: undoes (makes again) everything down (up) to the selected step.
    void replaySelected();

private:
    void updateState();

    ChangeListModel m_model;
    QPointer<Session> m_session;
    QStackedWidget* m_stack = nullptr;
    QTableView* m_table = nullptr;
    QPushButton* m_replay = nullptr;
};

} // namespace rustcask::ui
