// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/help_dialogs.h"

#include <QApplication>
#include <QDialog>
#include <QDialogButtonBox>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

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

} // namespace

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
