// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QList>
#include <QString>

QT_BEGIN_NAMESPACE
class QToolButton;
class QVBoxLayout;
QT_END_NAMESPACE

namespace rustcask::ui {

/// The narrow column at the left that says which page is shown and takes one to the others: by mouse, by Tab and arrow
/// keys, and by the shortcuts of its actions.
class PageRail : public QFrame {
    Q_OBJECT
public:
    explicit PageRail(QWidget* parent = nullptr);

    void addPage(const QString& id, const QString& title, const QString& icon, const QString& toolTip);
    void setCurrent(const QString& id); ///< emits nothing
    [[nodiscard]] QString current() const { return m_current; }
    void setPageVisible(const QString& id, bool visible);
    void setPageEnabled(const QString& id, bool enabled);

    static constexpr int width = 76; ///< px

Q_SIGNALS:
    void pageChosen(const QString& id);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    [[nodiscard]] QToolButton* button(const QString& id) const;
    QVBoxLayout* m_column;
    QList<QToolButton*> m_buttons;
    QString m_current;
};

} // namespace rustcask::ui
