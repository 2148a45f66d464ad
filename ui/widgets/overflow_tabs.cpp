// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/overflow_tabs.h"

#include <algorithm>
#include <utility>

#include <QEvent>
#include <QHBoxLayout>
#include <QMenu>
#include <QTabBar>
#include <QToolButton>
#include <QVector>

#include "widgets/labels.h"

namespace rustcask::ui {

OverflowTabs::OverflowTabs(const QString& accessibleName, QWidget* parent)
    : QWidget(parent),
      m_bar(makeTabBar(accessibleName)),
      m_more(makeIconButton(QStringLiteral("more"), tr("More tabs"))) {
    m_bar->setUsesScrollButtons(false);
    m_more->setPopupMode(QToolButton::InstantPopup);
    m_more->setMenu(new QMenu(m_more));
    m_more->hide();
    auto* row = new QHBoxLayout(this);
    row->setSizeConstraint(QLayout::SetNoConstraint); // narrower than its tabs: that is what it is for
    row->setContentsMargins({});
    row->setSpacing(2);
    row->addWidget(m_bar, 0, Qt::AlignBottom);
    row->addWidget(m_more, 0, Qt::AlignVCenter);
    row->addStretch(1);
    connect(m_more->menu(), &QMenu::aboutToShow, this, &OverflowTabs::fillMenu);
    connect(m_bar, &QTabBar::currentChanged, this, [this](int index) {
        if (!m_arranging) {
            arrange();
            Q_EMIT currentChanged(index);
        }
    });
}

int OverflowTabs::addTab(const QString& title) {
    const int index = m_bar->addTab(title);
    arrange();
    return index;
}

int OverflowTabs::currentIndex() const {
    return m_bar->currentIndex();
}

void OverflowTabs::setCurrentIndex(int index) {
    if (index >= 0 && index < m_bar->count() && index != m_bar->currentIndex()) {
        {
            const QSignalBlocker blocker(m_bar);
            m_bar->setTabVisible(index, true); // only a visible one can become current
        }
        m_bar->setCurrentIndex(index);
    }
}

int OverflowTabs::count() const {
    return m_bar->count();
}

QSize OverflowTabs::minimumSizeHint() const {
    return {160, m_bar->sizeHint().height()};
}

void OverflowTabs::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    arrange();
}

void OverflowTabs::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange) {
        arrange();
    }
}

/// The first tabs that have room, and the current one.
void OverflowTabs::arrange() {
    if (std::exchange(m_arranging, true)) {
        return;
    }
    const QSignalBlocker blocker(m_bar);
    const int current = m_bar->currentIndex();
    QVector<int> widths;
    int all = 0;
    for (int i = 0; i < m_bar->count(); ++i) {
        m_bar->setTabVisible(i, true);
    }
    for (int i = 0; i < m_bar->count(); ++i) {
        widths.append(m_bar->tabRect(i).width());
        all += widths.back();
    }
    const bool fits = all <= width();
    int shown = 0;
    int left = width() - (fits ? 0 : m_more->sizeHint().width() + 4);
    if (current >= 0) {
        left -= widths[current];
    }
    for (int i = 0; i < m_bar->count() && !fits; ++i) {
        if (i == current) {
            continue;
        }
        left -= widths[i];
        if (left < 0) {
            left = -1; // none after the first that has no room: their order stays
            m_bar->setTabVisible(i, false);
        }
    }
    for (int i = 0; i < m_bar->count(); ++i) {
        shown += m_bar->isTabVisible(i) ? widths[i] : 0;
    }
    m_bar->setFixedWidth(shown); // what the bar itself asks for may be that of before
    if (current >= 0 && m_bar->currentIndex() != current) {
        m_bar->setCurrentIndex(current);
    }
    m_more->setVisible(!fits);
    m_arranging = false;
}

void OverflowTabs::fillMenu() {
    QMenu* menu = m_more->menu();
    menu->clear();
    for (int i = 0; i < m_bar->count(); ++i) {
        if (!m_bar->isTabVisible(i)) {
            menu->addAction(m_bar->tabText(i), this, [this, i] { setCurrentIndex(i); });
        }
    }
}

} // namespace rustcask::ui
