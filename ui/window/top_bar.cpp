// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/top_bar.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenuBar>
#include <QPushButton>

#include "actions/action_registry.h"
#include "session/session.h"
#include "theme/icons.h"
#include "theme/tokens.h"
#include "widgets/card.h"
#include "widgets/labels.h"

namespace rustcask::ui {

namespace {

QPushButton* editButton(QAction* action, const QString& text, QWidget* parent) {
    auto* button = makeButton(text, parent);
    button->setIcon(action->icon());
    button->setIconSize(QSize(16, 16));
    const auto take = [button, action] {
        button->setEnabled(action->isEnabled());
        button->setToolTip(actionToolTip(*action));
    };
    take();
    QObject::connect(action, &QAction::changed, button, take);
    QObject::connect(button, &QPushButton::clicked, action, &QAction::trigger);
    return button;
}

} // namespace

TopBar::TopBar(QAction* search, QAction* undo, QAction* redo, QWidget* parent)
    : QFrame(parent),
      m_menuBar(new QMenuBar(this)),
      m_name(new ElidedLabel(QString(), Qt::ElideRight, this)),
      m_format(new Pill(QString(), Tone::neutral, this)),
      m_access(new Pill(QString(), Tone::accent, this)),
      m_search(makeButton(QString(), this)) {
    setProperty("role", QStringLiteral("bar"));
    setFixedHeight(43);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(8, 0, 12, 0);
    row->setSpacing(8);

    m_menuBar->setNativeMenuBar(false);
    m_menuBar->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
    m_menuBar->setAccessibleName(tr("Menus"));
    row->addWidget(m_menuBar, 0, Qt::AlignVCenter);
    QFrame* rule = makeHairline(Qt::Vertical, this);
    rule->setFixedHeight(20);
    row->addWidget(rule, 0, Qt::AlignVCenter);
    row->addSpacing(4);

    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    m_name->setFont(bold);
    row->addWidget(m_name, 0);
    row->addWidget(m_format);
    row->addWidget(m_access);
    row->addStretch(1);

    m_search->setProperty("role", QStringLiteral("search"));
    m_search->setAccessibleName(tr("Search commands"));
    m_search->setToolTip(actionToolTip(*search));
    m_search->setMinimumWidth(180);
    m_search->setMaximumWidth(330);
    m_search->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    auto* inside = new QHBoxLayout(m_search);
    inside->setContentsMargins(10, 0, 10, 0);
    auto* words = makeMuted(tr("Search commands…"), m_search);
    auto* keys = makeMuted(search->shortcut().toString(QKeySequence::NativeText), m_search);
    keys->setFont(smallFont(monospaceFont()));
    for (QLabel* label : {words, keys}) {
        label->setAttribute(Qt::WA_TransparentForMouseEvents);
    }
    inside->addWidget(words);
    inside->addStretch();
    inside->addWidget(keys);
    m_search->setFixedHeight(30);
    connect(m_search, &QPushButton::clicked, search, &QAction::trigger);
    row->addWidget(m_search, 2);
    row->addWidget(editButton(undo, tr("Undo"), this));
    row->addWidget(editButton(redo, tr("Redo"), this));
    setSession(nullptr);
}

QWidget* TopBar::searchField() const {
    return m_search;
}

void TopBar::setSession(const Session* session) {
    m_name->setText(session != nullptr ? session->name() : tr("Rustcask Studio"));
    m_format->setVisible(session != nullptr);
    m_access->setVisible(session != nullptr);
    if (session != nullptr) {
        m_format->setText(session->formatName());
        m_access->setText(session->isReadOnly() ? tr("read-only") : tr("read-write"));
        m_access->setTone(session->isReadOnly() ? Tone::warning : Tone::accent);
    }
}

} // namespace rustcask::ui
