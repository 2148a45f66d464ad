// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/page_rail.h"

#include <QKeyEvent>
#include <QToolButton>
#include <QVBoxLayout>

#include "theme/icons.h"
#include "theme/tokens.h"

namespace rustcask::ui {

PageRail::PageRail(QWidget* parent) : QFrame(parent), m_column(new QVBoxLayout(this)) {
    setProperty("role", QStringLiteral("bar"));
    setFixedWidth(width);
    setAccessibleName(tr("Pages"));
    m_column->setContentsMargins(6, 10, 6, 10);
    m_column->setSpacing(4);
    m_column->addStretch();
}

void PageRail::addPage(const QString& id, const QString& title, const QString& icon, const QString& toolTip) {
    auto* entry = new QToolButton(this);
    entry->setObjectName(id);
    entry->setProperty("role", QStringLiteral("rail"));
    entry->setCheckable(true);
    entry->setAutoExclusive(true);
    entry->setToolButtonStyle(Qt::ToolButtonTextUnderIcon);
    entry->setIcon(themedIcon(icon, IconRole::muted));
    entry->setIconSize(QSize(22, 22));
    entry->setText(title);
    entry->setFont(smallFont(font()));
    entry->setToolTip(toolTip.toHtmlEscaped());
    entry->setAccessibleName(title);
    entry->setFocusPolicy(Qt::StrongFocus);
    entry->setFixedSize(width - 12, 54);
    entry->installEventFilter(this);
    connect(entry, &QToolButton::clicked, this, [this, id] { Q_EMIT pageChosen(id); });
    m_column->insertWidget(m_column->count() - 1, entry);
    m_buttons.append(entry);
}

QToolButton* PageRail::button(const QString& id) const {
    for (QToolButton* entry : m_buttons) {
        if (entry->objectName() == id) {
            return entry;
        }
    }
    return nullptr;
}

void PageRail::setCurrent(const QString& id) {
    m_current = id;
    if (QToolButton* entry = button(id)) {
        entry->setChecked(true);
    }
}

void PageRail::setPageVisible(const QString& id, bool visible) {
    if (QToolButton* entry = button(id)) {
        entry->setVisible(visible);
    }
}

void PageRail::setPageEnabled(const QString& id, bool enabled) {
    if (QToolButton* entry = button(id)) {
        entry->setEnabled(enabled);
    }
}

bool PageRail::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        const int step = key == Qt::Key_Down ? 1 : key == Qt::Key_Up ? -1 : 0;
        if (step != 0) {
            qsizetype at = m_buttons.indexOf(static_cast<QToolButton*>(watched));
            for (qsizetype next = at + step; next >= 0 && next < m_buttons.size(); next += step) {
                if (m_buttons[next]->isVisible() && m_buttons[next]->isEnabled()) {
                    m_buttons[next]->setFocus(Qt::TabFocusReason);
                    m_buttons[next]->click();
                    break;
                }
            }
            return true;
        }
    }
    return QFrame::eventFilter(watched, event);
}

} // namespace rustcask::ui
