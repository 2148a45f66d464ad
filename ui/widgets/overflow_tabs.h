// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

QT_BEGIN_NAMESPACE
class QTabBar;
class QToolButton;
QT_END_NAMESPACE

namespace rustcask::ui {

/// Tabs that need no arrows where they are too many for the width: those that have no room stand in a menu at the end.
/// The current one is always among those shown.
class OverflowTabs : public QWidget {
    Q_OBJECT
public:
    explicit OverflowTabs(const QString& accessibleName, QWidget* parent = nullptr);

    int addTab(const QString& title);
    [[nodiscard]] int currentIndex() const;
    void setCurrentIndex(int index);
    [[nodiscard]] int count() const;
    [[nodiscard]] QTabBar* bar() const { return m_bar; }
    [[nodiscard]] QToolButton* moreButton() const { return m_more; } ///< hidden while all tabs have room
    [[nodiscard]] QSize minimumSizeHint() const override;

Q_SIGNALS:
    void currentChanged(int index);

protected:
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void arrange();
    void fillMenu();

    QTabBar* m_bar;
    QToolButton* m_more;
    bool m_arranging = false;
};

} // namespace rustcask::ui
