// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/keys/key_find_bar.h"

#include <QAction>
#include <QButtonGroup>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QVBoxLayout>

#include "settings/settings.h"
#include "theme/icons.h"
#include "widgets/card.h"
#include "widgets/labels.h"

namespace rustcask::ui {

namespace {

constexpr int typingMs = 150;

const Setting<int> matchMode{"keys/match-mode", 0};
const Setting<bool> matchCase{"keys/match-case", false};
const Setting<QStringList> searchHistory{"keys/searches", {}};

QString modeText(MatchMode mode) {
    switch (mode) {
    case MatchMode::contains:
        return KeyFindBar::tr("contains");
    case MatchMode::prefix:
        return KeyFindBar::tr("prefix");
    case MatchMode::glob:
        return KeyFindBar::tr("glob");
    case MatchMode::regex:
        return KeyFindBar::tr("regex");
    case MatchMode::hex:
        return KeyFindBar::tr("hex");
    }
    return {};
}

} // namespace

QString filterToText(const KeyFilter& filter) {
    return QStringLiteral("%1%2%3 ").arg(static_cast<int>(filter.mode)).arg(filter.matchCase).arg(filter.inValues) +
           filter.text;
}

std::optional<KeyFilter> filterFromText(const QString& text) {
    if (text.size() < 5 || text[3] != QLatin1Char(' ')) {
        return std::nullopt;
    }
    const int mode = text[0].digitValue();
    if (mode < 0 || mode > static_cast<int>(MatchMode::hex)) {
        return std::nullopt;
    }
    return KeyFilter{static_cast<MatchMode>(mode), text.mid(4), text[1] == QLatin1Char('1'),
                     text[2] == QLatin1Char('1')};
}

KeyFindBar::KeyFindBar(Settings& settings, QWidget* parent) : QWidget(parent), m_settings(settings) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(Card::gutter, 8, Card::gutter, 8);
    layout->setSpacing(6);
    m_fieldRow = new QHBoxLayout;
    m_fieldRow->setSpacing(6);
    layout->addLayout(m_fieldRow);
    m_field = new QLineEdit;
    m_field->setPlaceholderText(tr("Find keys"));
    m_field->setClearButtonEnabled(true);
    m_field->setAccessibleName(tr("Find keys"));
    m_field->setToolTip(tr("Type to see only the keys that match (Ctrl+F); Escape clears"));
    m_field->addAction(themedIcon(QStringLiteral("search"), IconRole::muted), QLineEdit::LeadingPosition);
    m_field->installEventFilter(this);
    m_field->setMinimumWidth(140);
    m_fieldRow->addWidget(m_field, 1);
    layout->addWidget(buildOptions());
    m_delay.setSingleShot(true);
    m_delay.setInterval(typingMs);
    connect(&m_delay, &QTimer::timeout, this, &KeyFindBar::apply);
    connect(m_field, &QLineEdit::textChanged, this, [this] { m_delay.start(); });
    connect(m_field, &QLineEdit::editingFinished, this, &KeyFindBar::remember);
}

QWidget* KeyFindBar::buildOptions() {
    auto* row = new QWidget;
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    m_modes = new QButtonGroup(this);
    const auto chip = [&](MatchMode mode, const QString& tip) {
        const QString text = modeText(mode);
        QPushButton* button = makeChip(text);
        button->setToolTip(tip);
        button->setAccessibleName(tr("Match: %1").arg(text));
        m_modes->addButton(button, static_cast<int>(mode));
        layout->addWidget(button);
    };
    chip(MatchMode::contains, tr("Keys that hold the text"));
    chip(MatchMode::prefix, tr("Keys that begin with the text"));
    chip(MatchMode::glob, tr("Whole keys, with * for anything, ? for one byte, [a-z] for a range"));
    chip(MatchMode::regex, tr("Keys in which the regular expression finds something"));
    chip(MatchMode::hex, tr("Keys that hold these bytes, as in 00 ff 7a"));
    QAbstractButton* kept = m_modes->button(m_settings.get(matchMode));
    (kept != nullptr ? kept : m_modes->button(0))->setChecked(true);
    layout->addStretch(1);
    m_case = makeChip(tr("Aa"));
    m_case->setToolTip(tr("Tell upper from lower case"));
    m_case->setAccessibleName(tr("Match case"));
    m_case->setChecked(m_settings.get(matchCase));
    layout->addWidget(m_case);
    m_values = makeChip(tr("values too"));
    m_values->setToolTip(tr("Look into the values as well: reads all of them in the background"));
    m_values->setAccessibleName(tr("Search in values too"));
    layout->addWidget(m_values);
    m_searches = makeChip(tr("recent"));
    m_searches->setCheckable(false);
    m_searches->setToolTip(tr("Searches made before (Ctrl+Shift+F)"));
    m_searches->setAccessibleName(tr("Searches made before"));
    m_searchMenu = new QMenu(m_searches);
    m_searches->setMenu(m_searchMenu);
    layout->addWidget(m_searches);
    connect(m_searchMenu, &QMenu::aboutToShow, this, &KeyFindBar::fillSearches);
    connect(m_modes, &QButtonGroup::idClicked, this, [this](int id) {
        m_settings.set(matchMode, id);
        apply();
    });
    connect(m_case, &QPushButton::clicked, this, [this](bool checked) {
        m_settings.set(matchCase, checked);
        apply();
    });
    connect(m_values, &QPushButton::clicked, this, &KeyFindBar::apply);
    return row;
}

KeyFilter KeyFindBar::filter() const {
    return {static_cast<MatchMode>(m_modes->checkedId()), m_field->text(), m_case->isChecked(), m_values->isChecked()};
}

void KeyFindBar::setFilter(const KeyFilter& filter) {
    m_modes->button(static_cast<int>(filter.mode))->setChecked(true);
    m_case->setChecked(filter.matchCase);
    m_values->setChecked(filter.inValues);
    m_field->setText(filter.text);
    apply();
}

void KeyFindBar::clear() {
    remember();
    m_field->clear();
    apply();
}

void KeyFindBar::focus() {
    m_field->setFocus(Qt::ShortcutFocusReason);
    m_field->selectAll();
}

void KeyFindBar::showSearches() {
    m_searches->setFocus(Qt::ShortcutFocusReason);
    fillSearches();
    m_searchMenu->popup(m_searches->mapToGlobal(QPoint(0, m_searches->height())));
}

void KeyFindBar::apply() {
    m_delay.stop();
    Q_EMIT filterChanged(filter());
}

QList<KeyFilter> KeyFindBar::searches() const {
    QList<KeyFilter> filters;
    const QStringList lines = m_settings.get(searchHistory);
    for (const QString& line : lines) {
        if (const auto kept = filterFromText(line)) {
            filters.append(*kept);
        }
    }
    return filters;
}

void KeyFindBar::remember() {
    const KeyFilter now = filter();
    if (now.isEmpty()) {
        return;
    }
    QStringList lines = m_settings.get(searchHistory);
    const QString line = filterToText(now);
    lines.removeAll(line);
    lines.prepend(line);
    lines.resize(std::min<qsizetype>(lines.size(), maxSearches));
    m_settings.set(searchHistory, lines);
}

void KeyFindBar::fillSearches() {
    m_searchMenu->clear();
    const QList<KeyFilter> filters = searches();
    for (const KeyFilter& each : filters) {
        QString text = QFontMetrics(m_searchMenu->font()).elidedText(each.text, Qt::ElideMiddle, 320);
        text.replace(QLatin1Char('&'), QStringLiteral("&&")); // no mnemonics in what somebody typed
        text += QLatin1Char('\t') + modeText(each.mode) + (each.matchCase ? tr(", case") : QString()) +
                (each.inValues ? tr(", values too") : QString());
        connect(m_searchMenu->addAction(text), &QAction::triggered, this, [this, each] {
            setFilter(each);
            remember();
        });
    }
    if (filters.isEmpty()) {
        m_searchMenu->addAction(tr("No searches yet"))->setEnabled(false);
        return;
    }
    m_searchMenu->addSeparator();
    connect(m_searchMenu->addAction(tr("Forget these")), &QAction::triggered, this,
            [this] { m_settings.set(searchHistory, QStringList()); });
}

bool KeyFindBar::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_field && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Escape && !m_field->text().isEmpty()) {
            clear();
            return true;
        }
        if (key == Qt::Key_Down || key == Qt::Key_Return || key == Qt::Key_Enter) {
            if (m_delay.isActive()) {
                apply();
            }
            remember();
            Q_EMIT leaving();
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace rustcask::ui
