// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/card.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

#include "widgets/labels.h"

namespace rustcask::ui {

namespace {

/// Air around a widget that goes with it: a hidden banner leaves no gap, as the margins of a layout would.
class PaddedHolder : public QWidget {
public:
    PaddedHolder(QWidget* held, QWidget* parent) : QWidget(parent) {
        auto* row = new QHBoxLayout(this);
        row->setContentsMargins(Card::gutter, Card::gutter, Card::gutter, Card::gutter);
        const bool hidden = held->isHidden() && held->testAttribute(Qt::WA_WState_ExplicitShowHide);
        row->addWidget(held);
        held->installEventFilter(this);
        if (hidden) {
            hide();
        }
    }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override {
        if (event->type() == QEvent::ShowToParent) {
            show();
        } else if (event->type() == QEvent::HideToParent) {
            hide();
        }
        return QWidget::eventFilter(watched, event);
    }
};

} // namespace

QFrame* makeHairline(Qt::Orientation orientation, QWidget* parent) {
    auto* line = new QFrame(parent);
    line->setProperty("role", QStringLiteral("hairline"));
    if (orientation == Qt::Horizontal) {
        line->setFixedHeight(1);
    } else {
        line->setFixedWidth(1);
    }
    return line;
}

Card::Card(QWidget* parent) : QFrame(parent) {
    setProperty("role", QStringLiteral("card"));
    m_outer = new QVBoxLayout(this);
    m_outer->setContentsMargins(1, 1, 1, 1);
    m_outer->setSpacing(0);

    m_header = new QWidget(this);
    auto* headerColumn = new QVBoxLayout(m_header);
    headerColumn->setContentsMargins(0, 0, 0, 0);
    headerColumn->setSpacing(0);
    m_headerRow = new QHBoxLayout;
    m_headerRow->setContentsMargins(gutter, 4, gutter, 4);
    m_headerRow->setSpacing(6);
    m_headerRow->addStrut(28);
    m_title = makeTitle(QString(), m_header);
    m_title->hide();
    m_subtitle = new ElidedLabel(QString(), Qt::ElideRight, m_header);
    m_subtitle->setProperty("role", QStringLiteral("muted"));
    m_headerRow->addWidget(m_title);
    m_headerRow->addSpacing(2);
    m_headerRow->addWidget(m_subtitle, 1);
    headerColumn->addLayout(m_headerRow);
    headerColumn->addWidget(makeHairline(Qt::Horizontal, m_header));
    m_outer->addWidget(m_header);
    m_header->hide();

    m_tools = new QVBoxLayout;
    m_tools->setContentsMargins(0, 0, 0, 0);
    m_tools->setSpacing(0);
    m_outer->addLayout(m_tools);

    m_body = new QVBoxLayout;
    m_body->setContentsMargins(0, 0, 0, 0);
    m_body->setSpacing(0);
    m_outer->addLayout(m_body, 1);
}

Card::Card(const QString& title, QWidget* parent) : Card(parent) {
    setTitle(title);
}

void Card::showHeader() {
    m_header->show();
}

void Card::setTitle(const QString& title) {
    m_title->setText(title);
    m_title->setVisible(!title.isEmpty());
    setAccessibleName(title);
    showHeader();
}

void Card::setSubtitle(const QString& subtitle) {
    m_subtitle->setText(subtitle);
    showHeader();
}

QString Card::title() const {
    return m_title->text();
}

QString Card::subtitle() const {
    return m_subtitle->text();
}

void Card::addHeaderWidget(QWidget* widget) {
    m_headerRow->addWidget(widget);
    showHeader();
}

void Card::addToolRow(QWidget* widget) {
    m_tools->addWidget(widget);
    m_tools->addWidget(makeHairline(Qt::Horizontal, this));
}

void Card::addBody(QWidget* widget, int stretch, bool padded) {
    if (!padded) {
        m_body->addWidget(widget, stretch);
        return;
    }
    m_body->addWidget(new PaddedHolder(widget, this), stretch);
}

QHBoxLayout* Card::footer() {
    if (m_footer == nullptr) {
        m_footer = new QWidget(this);
        auto* column = new QVBoxLayout(m_footer);
        column->setContentsMargins(0, 0, 0, 0);
        column->setSpacing(0);
        column->addWidget(makeHairline(Qt::Horizontal, m_footer));
        m_footerRow = new QHBoxLayout;
        m_footerRow->setContentsMargins(gutter, 8, gutter, 8);
        m_footerRow->setSpacing(8);
        column->addLayout(m_footerRow);
        m_outer->addWidget(m_footer);
    }
    return m_footerRow;
}

} // namespace rustcask::ui
