// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/toast.h"

#include <algorithm>

#include <QAccessible>
#include <QEvent>
#include <QPushButton>
#include <QVBoxLayout>

#include "widgets/card.h"
#include "widgets/states.h"

namespace rustcask::ui {

namespace {

constexpr int mostWidth = 460;  // px
constexpr int aboveStatus = 28; // px: the window's last line stays readable

} // namespace

Toast::Toast(QWidget* window) : QFrame(window), m_banner(new Banner(this)) {
    setProperty("role", QStringLiteral("card"));
    setFocusPolicy(Qt::NoFocus);
    setAttribute(Qt::WA_ShowWithoutActivating);
    setAccessibleName(tr("Notification"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_banner);
    window->installEventFilter(this);
    m_timer.setSingleShot(true);
    m_timer.setInterval(shownMs);
    connect(&m_timer, &QTimer::timeout, this, [this] {
        if (underMouse()) {
            m_timer.start();
        } else {
            hide();
        }
    });
    connect(m_banner, &Banner::dismissed, this, &QWidget::hide);
    hide();
}

void Toast::notify(const QString& text, bool problem, const QString& actionText, std::function<void()> action) {
    m_problem = problem;
    m_banner->show(problem ? Banner::Kind::warning : Banner::Kind::success, text);
    if (action) {
        QPushButton* button = m_banner->addButton(actionText);
        connect(button, &QPushButton::clicked, this, [this, action = std::move(action)] {
            hide();
            action();
        });
    }
    place();
    show();
    raise();
    problem ? m_timer.stop() : m_timer.start();
    QAccessibleEvent alert(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&alert);
}

void Toast::place() {
    const QWidget* window = parentWidget();
    const int wide = std::min(mostWidth, window->width() - 2 * Card::gutter);
    resize(wide, std::max(layout()->hasHeightForWidth() ? layout()->totalHeightForWidth(wide) : sizeHint().height(),
                          m_banner->minimumSizeHint().height()));
    move(window->width() - wide - Card::gutter, window->height() - height() - Card::gutter - aboveStatus);
}

bool Toast::eventFilter(QObject* watched, QEvent* event) {
    if (watched == parentWidget() && event->type() == QEvent::Resize && isVisible()) {
        place();
    }
    return QFrame::eventFilter(watched, event);
}

void Toast::enterEvent(QEnterEvent* event) {
    m_timer.stop();
    QFrame::enterEvent(event);
}

void Toast::leaveEvent(QEvent* event) {
    if (isVisible() && !m_problem) {
        m_timer.start();
    }
    QFrame::leaveEvent(event);
}

} // namespace rustcask::ui
