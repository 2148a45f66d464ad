// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

QT_BEGIN_NAMESPACE
class QMenuBar;
class QPushButton;
QT_END_NAMESPACE

namespace rustcask::ui {

class ElidedLabel;
class Pill;
class Session;

/// Menus, the database's name with its format and access, the command search, Undo and Redo.
class TopBar : public QFrame {
    Q_OBJECT
public:
    TopBar(QAction* search, QAction* undo, QAction* redo, QWidget* parent = nullptr);

    [[nodiscard]] QMenuBar* menuBar() const { return m_menuBar; }
    void setSession(const Session* session);
    /// Where the command palette opens.
    [[nodiscard]] QWidget* searchField() const;

private:
    QMenuBar* m_menuBar;
    ElidedLabel* m_name;
    Pill* m_format;
    Pill* m_access;
    QPushButton* m_search;
};

} // namespace rustcask::ui
