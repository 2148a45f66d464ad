// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/labels.h"

#include <QAction>
#include <QHeaderView>
#include <QPainter>
#include <QStyle>
#include <QTabBar>
#include <QTableView>

#include "actions/action_registry.h"
#include "theme/icons.h"
#include "theme/tokens.h"
#include "widgets/row_delegate.h"

namespace rustcask::ui {

ElidedLabel::ElidedLabel(const QString& text, Qt::TextElideMode mode, QWidget* parent) : QLabel(parent), m_mode(mode) {
    setTextFormat(Qt::PlainText);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    setText(text);
}

void ElidedLabel::setText(const QString& text) {
    if (text == m_text && !text.isEmpty()) {
        return;
    }
    m_text = text;
    setAccessibleName(text);
    updateGeometry();
    update();
}

QSize ElidedLabel::sizeHint() const {
    const QMargins m = contentsMargins();
    return {fontMetrics().horizontalAdvance(m_text) + m.left() + m.right() + 2,
            fontMetrics().height() + m.top() + m.bottom()};
}

QSize ElidedLabel::minimumSizeHint() const {
    return {std::min(sizeHint().width(), fontMetrics().averageCharWidth() * 4), sizeHint().height()};
}

void ElidedLabel::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const QRect area = contentsRect();
    const QString shown = fontMetrics().elidedText(m_text, m_mode, area.width());
    const QString tip = shown == m_text ? QString() : m_text.toHtmlEscaped();
    if (toolTip() != tip) {
        setToolTip(tip);
    }
    painter.setFont(font());
    painter.setPen(palette().color(isEnabled() ? QPalette::Active : QPalette::Disabled, foregroundRole()));
    painter.drawText(area, static_cast<int>(Qt::AlignVCenter | alignment()) | Qt::TextSingleLine, shown);
}

namespace {

QString toneName(Tone tone) {
    switch (tone) {
    case Tone::neutral:
        break;
    case Tone::accent:
        return QStringLiteral("accent");
    case Tone::success:
        return QStringLiteral("success");
    case Tone::warning:
        return QStringLiteral("warning");
    case Tone::danger:
        return QStringLiteral("danger");
    }
    return QStringLiteral("neutral");
}

/// Style sheets look at properties only when told to.
void repolish(QWidget* widget) {
    widget->style()->unpolish(widget);
    widget->style()->polish(widget);
    widget->update();
}

void follow(QPushButton* button, QAction* action) {
    const auto take = [button, action] {
        button->setText(action->text());
        button->setEnabled(action->isEnabled());
        button->setToolTip(actionToolTip(*action));
        button->setAccessibleName(plainActionText(action->text()));
    };
    take();
    QObject::connect(action, &QAction::changed, button, take);
    QObject::connect(button, &QPushButton::clicked, action, &QAction::trigger);
}

} // namespace

Pill::Pill(const QString& text, Tone tone, QWidget* parent) : QLabel(parent) {
    setTextFormat(Qt::PlainText);
    setText(text);
    setAlignment(Qt::AlignCenter);
    setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
    setProperty("role", QStringLiteral("pill"));
    setTone(tone);
}

void Pill::setTone(Tone tone) {
    setProperty("tone", toneName(tone));
    repolish(this);
}

QLabel* makeTitle(const QString& text, QWidget* parent) {
    auto* label = new QLabel(parent);
    label->setTextFormat(Qt::PlainText);
    label->setText(text);
    label->setProperty("role", QStringLiteral("title"));
    return label;
}

QLabel* makeMuted(const QString& text, QWidget* parent) {
    auto* label = new QLabel(parent);
    label->setTextFormat(Qt::PlainText);
    label->setText(text);
    label->setProperty("role", QStringLiteral("muted"));
    return label;
}

QLabel* makeText(const QString& text, QWidget* parent) {
    auto* label = new QLabel(parent);
    label->setTextFormat(Qt::PlainText);
    label->setText(text);
    label->setWordWrap(true);
    return label;
}

QLabel* makeMono(const QString& text, QWidget* parent) {
    auto* label = new QLabel(parent);
    label->setTextFormat(Qt::PlainText);
    label->setText(text);
    label->setFont(monospaceFont());
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}

QPushButton* makeButton(const QString& text, QWidget* parent) {
    auto* button = new QPushButton(text, parent);
    button->setAutoDefault(false);
    button->setAccessibleName(plainActionText(text));
    return button;
}

QPushButton* makePrimaryButton(const QString& text, QWidget* parent) {
    QPushButton* button = makeButton(text, parent);
    button->setProperty("role", QStringLiteral("primary"));
    return button;
}

QPushButton* makeButton(QAction* action, QWidget* parent) {
    QPushButton* button = makeButton(action->text(), parent);
    follow(button, action);
    return button;
}

QPushButton* makePrimaryButton(QAction* action, QWidget* parent) {
    QPushButton* button = makePrimaryButton(action->text(), parent);
    follow(button, action);
    return button;
}

QPushButton* makeChip(const QString& text, QWidget* parent) {
    QPushButton* button = makeButton(text, parent);
    button->setCheckable(true);
    button->setProperty("role", QStringLiteral("chip"));
    button->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
    return button;
}

QToolButton* makeIconButton(const QString& icon, const QString& name, QWidget* parent) {
    auto* button = new QToolButton(parent);
    button->setIcon(themedIcon(icon));
    button->setIconSize(QSize(18, 18));
    button->setAutoRaise(true);
    button->setToolTip(name.toHtmlEscaped());
    button->setAccessibleName(name);
    button->setFocusPolicy(Qt::TabFocus);
    return button;
}

namespace {

// Each tab has room for its name in bold, as the chosen one is. Otherwise tabs move when another is chosen, and a bar
// that was as wide as its tabs begins to scroll.
class SteadyTabBar : public QTabBar {
public:
    using QTabBar::QTabBar;

protected:
    [[nodiscard]] QSize tabSizeHint(int index) const override {
        QSize size = QTabBar::tabSizeHint(index);
        if (index != currentIndex()) {
            QFont bold = font();
            bold.setWeight(QFont::DemiBold);
            const QString text = tabText(index);
            size.rwidth() += QFontMetrics(bold).horizontalAdvance(text) - fontMetrics().horizontalAdvance(text);
        }
        return size;
    }
};

} // namespace

QTabBar* makeTabBar(const QString& accessibleName, QWidget* parent) {
    auto* tabs = new SteadyTabBar(parent);
    tabs->setDrawBase(false);
    tabs->setExpanding(false);
    tabs->setDocumentMode(true);
    tabs->setUsesScrollButtons(true);
    tabs->setElideMode(Qt::ElideNone);
    tabs->setAccessibleName(accessibleName);
    return tabs;
}

void styleTable(QTableView* table, const QString& accessibleName) {
    table->setAccessibleName(accessibleName);
    table->setFrameShape(QFrame::NoFrame);
    table->setShowGrid(false);
    table->setProperty("role", QStringLiteral("table"));
    table->setItemDelegate(new RowDelegate(table));
    table->setAlternatingRowColors(false);
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    table->setVerticalScrollMode(QAbstractItemView::ScrollPerItem);
    table->setTextElideMode(Qt::ElideMiddle);
    table->setWordWrap(false);
    table->setCornerButtonEnabled(false);
    table->setTabKeyNavigation(false);
    table->verticalHeader()->hide();
    table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    table->verticalHeader()->setMinimumSectionSize(tableRowHeight);
    table->verticalHeader()->setDefaultSectionSize(tableRowHeight);
    table->horizontalHeader()->setHighlightSections(false);
    table->horizontalHeader()->setTextElideMode(Qt::ElideRight);
    table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    table->horizontalHeader()->setMinimumSectionSize(40);
    table->horizontalHeader()->setFixedHeight(26);
}

} // namespace rustcask::ui
