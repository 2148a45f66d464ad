// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/help_dialogs.h"

#include <QAction>
#include <QApplication>
#include <QDialog>
#include <QDialogButtonBox>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include "actions/action_registry.h"
#include "theme/tokens.h"
#include "widgets/card.h"
#include "widgets/labels.h"

namespace rustcask::ui {

namespace {

class HelpText {
    Q_DECLARE_TR_FUNCTIONS(rustcask::ui::HelpText)
};

QDialog* makeDialog(const QString& title, QWidget* parent) {
    auto* dialog = new QDialog(parent);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(title);
    dialog->setAccessibleName(title);
    auto* column = new QVBoxLayout(dialog);
    column->setContentsMargins(16, 14, 16, 14);
    column->setSpacing(10);
    return dialog;
}

void addCloseButton(QDialog* dialog) {
    auto* row = new QHBoxLayout;
    row->addStretch();
    QPushButton* close = makePrimaryButton(HelpText::tr("Close"), dialog);
    close->setDefault(true);
    QObject::connect(close, &QPushButton::clicked, dialog, &QDialog::accept);
    row->addWidget(close);
    qobject_cast<QVBoxLayout*>(dialog->layout())->addLayout(row);
}

QLabel* keyCap(const QString& text, QWidget* parent) {
    auto* label = new Pill(text, Tone::neutral, parent);
    label->setFont(smallFont(monospaceFont()));
    return label;
}

/// Shortcuts that widgets have of their own, beside the registered ones.
QList<QPair<QString, QString>> fixedShortcuts() {
    return {{HelpText::tr("Next or previous control"), QStringLiteral("Tab, Shift+Tab")},
            {HelpText::tr("Move between pages in the rail"), QStringLiteral("Up, Down")},
            {HelpText::tr("First, last row of a table"), QStringLiteral("Ctrl+Home, Ctrl+End")},
            {HelpText::tr("Menus"), QStringLiteral("Alt+F, Alt+E, Alt+V, Alt+H")}};
}

} // namespace

QDialog* makeShortcutSheet(const ActionRegistry& registry, QWidget* parent) {
    QDialog* dialog = makeDialog(HelpText::tr("Keyboard shortcuts"), parent);
    auto* inside = new QWidget(dialog);
    auto* grid = new QGridLayout(inside);
    grid->setContentsMargins(0, 0, 8, 0);
    grid->setHorizontalSpacing(28);
    grid->setVerticalSpacing(5);
    grid->setColumnStretch(0, 1);
    grid->setColumnStretch(2, 1);
    QStringList categories;
    const auto entries = registry.entries();
    for (const ActionRegistry::Entry& entry : entries) {
        if (!entry.action->shortcut().isEmpty() && !categories.contains(entry.category)) {
            categories << entry.category;
        }
    }
    categories << HelpText::tr("Everywhere");
    int rows[2] = {0, 0};
    for (const QString& category : std::as_const(categories)) {
        const int side = rows[0] <= rows[1] ? 0 : 1;
        int& row = rows[side];
        const auto addRow = [&](const QString& name, const QString& keys) {
            grid->addWidget(makeText(name, inside), row, side * 2);
            grid->addWidget(keyCap(keys, inside), row++, side * 2 + 1, Qt::AlignRight | Qt::AlignVCenter);
        };
        QLabel* title = makeTitle(category, inside);
        title->setContentsMargins(0, row > 0 ? 12 : 0, 0, 2);
        grid->addWidget(title, row++, side * 2, 1, 2);
        for (const ActionRegistry::Entry& entry : entries) {
            if (entry.category == category && !entry.action->shortcut().isEmpty()) {
                addRow(plainActionText(entry.action->text()),
                       entry.action->shortcut().toString(QKeySequence::NativeText));
            }
        }
        if (category == HelpText::tr("Everywhere")) {
            for (const auto& [name, keys] : fixedShortcuts()) {
                addRow(name, keys);
            }
        }
    }
    grid->setRowStretch(std::max(rows[0], rows[1]), 1);
    auto* scroll = new QScrollArea(dialog);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setAccessibleName(HelpText::tr("Keyboard shortcuts"));
    scroll->setWidget(inside);
    dialog->layout()->addWidget(scroll);
    addCloseButton(dialog);
    dialog->resize(820, 520);
    return dialog;
}

QDialog* makeAboutDialog(QWidget* parent) {
    QDialog* dialog = makeDialog(HelpText::tr("About Rustcask Studio"), parent);
    auto* head = new QHBoxLayout;
    head->setSpacing(14);
    auto* icon = new QLabel(dialog);
    icon->setPixmap(QApplication::windowIcon().pixmap(QSize(64, 64), dialog->devicePixelRatio()));
    head->addWidget(icon, 0, Qt::AlignTop);
    auto* words = new QVBoxLayout;
    words->setSpacing(3);
    QLabel* name = makeTitle(HelpText::tr("Rustcask Studio"), dialog);
    name->setProperty("role", QStringLiteral("heading"));
    words->addWidget(name);
    words->addWidget(makeMuted(
        HelpText::tr("Version %1 · Qt %2").arg(QApplication::applicationVersion(), QString::fromLatin1(qVersion())),
        dialog));
    words->addWidget(
        makeText(HelpText::tr("An embedded Bitcask key-value engine, and the window that makes it visible: "
                              "browse and edit databases, compare benchmarks by eye, learn how the log works."),
                 dialog));
    head->addLayout(words, 1);
    qobject_cast<QVBoxLayout*>(dialog->layout())->addLayout(head);

    auto* card = new Card(HelpText::tr("Licences"), dialog);
    auto* list = new QWidget(card);
    auto* grid = new QGridLayout(list);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(18);
    grid->setVerticalSpacing(6);
    grid->setColumnStretch(1, 1);
    const QList<QPair<QString, QString>> licences{
        {HelpText::tr("Rustcask Studio"),
         HelpText::tr("GNU General Public License, version 3 or later. It comes without "
                      "any warranty; you may pass it on under the terms of that licence.")},
        {HelpText::tr("Rustcask engine and command line"), HelpText::tr("Apache License, version 2.0")},
        {QStringLiteral("Qt, Qt Svg"), HelpText::tr("GNU Lesser General Public License, version 3")},
        {QStringLiteral("Qt Charts"), HelpText::tr("GNU General Public License, version 3")},
        {QStringLiteral("tl::expected"), HelpText::tr("Creative Commons Zero 1.0")},
        {QStringLiteral("JSON for Modern C++, CLI11"), HelpText::tr("MIT License, BSD License (3 clauses)")},
    };
    for (int row = 0; row < licences.size(); ++row) {
        QLabel* what = makeTitle(licences[row].first, list);
        what->setWordWrap(true);
        what->setMinimumWidth(170);
        grid->addWidget(what, row, 0, Qt::AlignTop);
        grid->addWidget(makeText(licences[row].second, list), row, 1, Qt::AlignTop);
    }
    grid->setRowStretch(static_cast<int>(licences.size()), 1);
    card->addBody(list, 1, true);
    dialog->layout()->addWidget(card);
    addCloseButton(dialog);
    dialog->resize(620, 440);
    return dialog;
}

} // namespace rustcask::ui
