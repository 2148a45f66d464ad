// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/states.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QStyle>
#include <QToolButton>
#include <QVBoxLayout>

#include <rustcask/result.h>

#include "theme/format.h"
#include "theme/icons.h"
#include "theme/tokens.h"
#include "widgets/card.h"
#include "widgets/labels.h"

namespace rustcask::ui {

EmptyState::EmptyState(const QString& icon, const QString& sentence, const QString& advice, QWidget* parent)
    : QWidget(parent),
      m_iconName(icon),
      m_icon(new QLabel(this)),
      m_sentence(makeTitle(sentence, this)),
      m_advice(makeMuted(advice, this)),
      m_buttons(new QHBoxLayout) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(24, 24, 24, 24);
    column->setSpacing(8);
    column->addStretch(2);
    column->addWidget(m_icon, 0, Qt::AlignHCenter);
    for (QLabel* label : {m_sentence, m_advice}) {
        label->setAlignment(Qt::AlignCenter);
        label->setWordWrap(true);
        column->addWidget(label);
    }
    m_advice->setVisible(!advice.isEmpty());
    m_buttons->setSpacing(8);
    m_buttons->addStretch();
    m_buttons->addStretch();
    column->addSpacing(4);
    column->addLayout(m_buttons);
    column->addStretch(3);
    setAccessibleName(sentence);
    drawIcon();
}

void EmptyState::setTexts(const QString& sentence, const QString& advice) {
    m_sentence->setText(sentence);
    m_advice->setText(advice);
    m_advice->setVisible(!advice.isEmpty());
    setAccessibleName(sentence);
}

void EmptyState::setIcon(const QString& icon) {
    m_iconName = icon;
    drawIcon();
}

QPushButton* EmptyState::addButton(const QString& text, bool primary) {
    QPushButton* button = primary ? makePrimaryButton(text, this) : makeButton(text, this);
    m_buttons->insertWidget(m_buttons->count() - 1, button);
    return button;
}

void EmptyState::drawIcon() {
    m_icon->setPixmap(themedIcon(m_iconName, palette(), IconRole::muted).pixmap(QSize(32, 32), devicePixelRatio()));
}

void EmptyState::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange) {
        drawIcon();
    }
    QWidget::changeEvent(event);
}

Banner::Banner(QWidget* parent)
    : QFrame(parent),
      m_icon(new QLabel(this)),
      m_text(makeText(QString(), this)),
      m_buttons(new QHBoxLayout),
      m_close(makeIconButton(QStringLiteral("close"), tr("Dismiss this message"), this)) {
    setProperty("role", QStringLiteral("banner"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(12, 6, 6, 6);
    row->setSpacing(8);
    row->addWidget(m_icon, 0, Qt::AlignVCenter);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_text->setAccessibleName(tr("Message"));
    row->addWidget(m_text, 1);
    m_buttons->setSpacing(6);
    row->addLayout(m_buttons);
    row->addWidget(m_close);
    connect(m_close, &QToolButton::clicked, this, [this] {
        clear();
        Q_EMIT dismissed();
    });
    hide();
}

void Banner::show(Kind kind, const QString& text) {
    clear();
    const bool bad = kind == Kind::error || kind == Kind::warning;
    const QString tone = kind == Kind::error     ? QStringLiteral("danger")
                         : kind == Kind::warning ? QStringLiteral("warning")
                         : kind == Kind::success ? QStringLiteral("success")
                                                 : QStringLiteral("accent");
    setProperty("tone", tone);
    style()->unpolish(this);
    style()->polish(this);
    const QString icon = bad                     ? QStringLiteral("warning")
                         : kind == Kind::success ? QStringLiteral("check")
                                                 : QStringLiteral("info");
    m_icon->setPixmap(themedIcon(icon, palette(), bad ? IconRole::danger : IconRole::accent)
                          .pixmap(QSize(18, 18), devicePixelRatio()));
    m_text->setText(text);
    m_text->setAccessibleName(text);
    setAccessibleName(text);
    QFrame::show();
}

void Banner::showError(const rustcask::Error& error) {
    show(Kind::error, errorText(error));
}

void Banner::clear() {
    hide();
    m_text->clear();
    m_text->setAccessibleName(tr("Message"));
    while (QLayoutItem* item = m_buttons->takeAt(0)) {
        if (item->widget() != nullptr) {
            item->widget()->deleteLater();
        }
        delete item;
    }
}

QString Banner::text() const {
    return m_text->text();
}

QPushButton* Banner::addButton(const QString& text) {
    QPushButton* button = makeButton(text, this);
    m_buttons->addWidget(button);
    return button;
}

KeyValueList::KeyValueList(QWidget* parent) : QWidget(parent) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
}

QLabel* KeyValueList::addRow(const QString& name, const QString& value) {
    Row row;
    row.name = name;
    row.widget = new QWidget(this);
    auto* column = new QVBoxLayout(row.widget);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* line = new QHBoxLayout;
    line->setContentsMargins(2, 0, 2, 0);
    line->addStrut(tableRowHeight - 1);
    line->addWidget(makeText(name, row.widget), 1);
    row.value = new QLabel(row.widget);
    row.value->setTextFormat(Qt::PlainText);
    row.value->setText(value);
    row.value->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    row.value->setFont(numberFont());
    row.value->setTextInteractionFlags(Qt::TextSelectableByMouse);
    line->addWidget(row.value);
    column->addLayout(line);
    column->addWidget(makeHairline(Qt::Horizontal, row.widget));
    layout()->addWidget(row.widget);
    m_rows.append(row);
    return row.value;
}

void KeyValueList::setValue(const QString& name, const QString& value) {
    for (const Row& row : std::as_const(m_rows)) {
        if (row.name == name) {
            row.value->setText(value);
            return;
        }
    }
    addRow(name, value);
}

void KeyValueList::clear() {
    for (const Row& row : std::as_const(m_rows)) {
        row.widget->hide();
        row.widget->deleteLater();
    }
    m_rows.clear();
}

} // namespace rustcask::ui
