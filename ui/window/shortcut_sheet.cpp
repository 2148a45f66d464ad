// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/shortcut_sheet.h"

#include <algorithm>

#include <QAction>
#include <QBuffer>
#include <QCoreApplication>
#include <QDialog>
#include <QFileDialog>
#include <QFont>
#include <QGridLayout>
#include <QLabel>
#include <QPageSize>
#include <QPdfWriter>
#include <QPointer>
#include <QPrintDialog>
#include <QPrinter>
#include <QPushButton>
#include <QScrollArea>
#include <QTextCursor>
#include <QTextDocument>
#include <QTextTable>
#include <QVBoxLayout>

#include "actions/action_registry.h"
#include "tasks/file_saver.h"
#include "theme/tokens.h"
#include "widgets/labels.h"
#include "widgets/states.h"

namespace rustcask::ui {

namespace {

class Sheet {
    Q_DECLARE_TR_FUNCTIONS(rustcask::ui::ShortcutSheet)
};

QString keysOf(const QAction& action) {
    QStringList keys;
    const auto shortcuts = action.shortcuts();
    for (const QKeySequence& shortcut : shortcuts) {
        keys << shortcut.toString(QKeySequence::NativeText);
    }
    return keys.join(QStringLiteral(", "));
}

/// Keys that widgets have of their own, beside the registered ones.
ShortcutGroup fixedShortcuts() {
    return {Sheet::tr("Everywhere"),
            {{Sheet::tr("Next or previous control"), QStringLiteral("Tab, Shift+Tab")},
             {Sheet::tr("Move between pages in the rail"), QStringLiteral("Up, Down")},
             {Sheet::tr("First, last row of a table"), QStringLiteral("Ctrl+Home, Ctrl+End")},
             {Sheet::tr("Into, out of a prefix in the analysis"), QStringLiteral("Return, Backspace")},
             {Sheet::tr("Menus"), QStringLiteral("Alt+F, Alt+E, Alt+V, Alt+W, Alt+H")}}};
}

QLabel* keyCap(const QString& text, QWidget* parent) {
    auto* label = new Pill(text, Tone::neutral, parent);
    label->setFont(smallFont(monospaceFont()));
    return label;
}

QWidget* makeGrid(const QList<ShortcutGroup>& groups, QWidget* parent) {
    auto* inside = new QWidget(parent);
    auto* columns = new QHBoxLayout(inside);
    columns->setContentsMargins(0, 0, 8, 0);
    columns->setSpacing(28);
    QGridLayout* grids[2];
    int rows[2] = {0, 0};
    for (QGridLayout*& grid : grids) {
        grid = new QGridLayout;
        grid->setHorizontalSpacing(12);
        grid->setVerticalSpacing(5);
        grid->setColumnStretch(0, 1);
        columns->addLayout(grid, 1);
    }
    for (const ShortcutGroup& group : groups) {
        const int side = rows[0] <= rows[1] ? 0 : 1;
        int& row = rows[side];
        QLabel* title = makeTitle(group.title, inside);
        title->setContentsMargins(0, row > 0 ? 12 : 0, 0, 2);
        grids[side]->addWidget(title, row++, 0, 1, 2);
        for (const ShortcutGroup::Line& line : group.lines) {
            grids[side]->addWidget(makeText(line.name, inside), row, 0);
            QLabel* keys = line.keys.isEmpty() ? makeMuted(QStringLiteral("–"), inside) : keyCap(line.keys, inside);
            if (line.keys.isEmpty()) {
                keys->setAccessibleName(Sheet::tr("no shortcut"));
            }
            grids[side]->addWidget(keys, row++, 1, Qt::AlignRight | Qt::AlignVCenter);
        }
    }
    for (int side = 0; side < 2; ++side) {
        grids[side]->setRowStretch(rows[side], 1);
    }
    return inside;
}

} // namespace

QList<ShortcutGroup> shortcutGroups(const ActionRegistry& registry) {
    QList<ShortcutGroup> groups;
    const auto entries = registry.entries();
    for (const ActionRegistry::Entry& entry : entries) {
        auto group = std::find_if(groups.begin(), groups.end(),
                                  [&](const ShortcutGroup& each) { return each.title == entry.category; });
        if (group == groups.end()) {
            groups.append({entry.category, {}});
            group = groups.end() - 1;
        }
        group->lines.append({plainActionText(entry.action->text()), keysOf(*entry.action)});
    }
    for (ShortcutGroup& group : groups) {
        std::stable_partition(group.lines.begin(), group.lines.end(),
                              [](const ShortcutGroup::Line& line) { return !line.keys.isEmpty(); });
    }
    groups.append(fixedShortcuts());
    return groups;
}

std::unique_ptr<QTextDocument> shortcutDocument(const QList<ShortcutGroup>& groups) {
    auto document = std::make_unique<QTextDocument>();
    QFont body;
    body.setPointSizeF(9.5);
    document->setDefaultFont(body);
    QTextCursor cursor(document.get());
    QTextCharFormat plain;
    plain.setForeground(Qt::black);
    QTextCharFormat heading = plain;
    heading.setFontWeight(QFont::DemiBold);
    heading.setFontPointSize(16);
    QTextCharFormat title = plain;
    title.setFontWeight(QFont::DemiBold);
    QTextCharFormat mono = plain;
    mono.setFontFamilies(QStringList{monospaceFont().family()});
    cursor.insertText(Sheet::tr("Rustcask Studio: keyboard shortcuts"), heading);
    for (const ShortcutGroup& group : groups) {
        QTextBlockFormat before;
        before.setTopMargin(10);
        cursor.insertBlock(before, plain);
        cursor.insertText(group.title, title);
        QTextTableFormat format;
        format.setBorder(0);
        format.setCellPadding(1.5);
        format.setWidth(QTextLength(QTextLength::PercentageLength, 100));
        format.setColumnWidthConstraints(
            {QTextLength(QTextLength::PercentageLength, 60), QTextLength(QTextLength::PercentageLength, 40)});
        QTextTable* table = cursor.insertTable(static_cast<int>(group.lines.size()), 2, format);
        for (int row = 0; row < table->rows(); ++row) {
            const ShortcutGroup::Line& line = group.lines[row];
            table->cellAt(row, 0).firstCursorPosition().insertText(line.name, plain);
            table->cellAt(row, 1).firstCursorPosition().insertText(
                line.keys.isEmpty() ? QStringLiteral("–") : line.keys, mono);
        }
        cursor.movePosition(QTextCursor::End);
    }
    return document;
}

QByteArray shortcutsAsPdf(const QList<ShortcutGroup>& groups) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    {
        QPdfWriter writer(&buffer);
        writer.setPageSize(QPageSize(QPageSize::A4));
        writer.setPageMargins(QMarginsF(18, 16, 18, 16), QPageLayout::Millimeter);
        writer.setTitle(Sheet::tr("Rustcask Studio: keyboard shortcuts"));
        writer.setCreator(QCoreApplication::applicationName());
        shortcutDocument(groups)->print(&writer);
    }
    return bytes;
}

QDialog* makeShortcutSheet(const ActionRegistry& registry, QWidget* parent) {
    const QList<ShortcutGroup> groups = shortcutGroups(registry);
    auto* dialog = new QDialog(parent);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(Sheet::tr("Keyboard shortcuts"));
    dialog->setAccessibleName(dialog->windowTitle());
    auto* column = new QVBoxLayout(dialog);
    column->setContentsMargins(16, 14, 16, 14);
    column->setSpacing(10);
    column->addWidget(makeMuted(
        Sheet::tr("Everything that can be done in this window. What has no shortcut is in the menus and in the command "
                  "palette."),
        dialog));
    auto* scroll = new QScrollArea(dialog);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setAccessibleName(dialog->windowTitle());
    scroll->setWidget(makeGrid(groups, dialog));
    column->addWidget(scroll, 1);
    auto* banner = new Banner(dialog);
    column->addWidget(banner);

    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    QPushButton* print = makeButton(Sheet::tr("&Print…"), dialog);
    QPushButton* pdf = makeButton(Sheet::tr("&Save as PDF…"), dialog);
    QPushButton* close = makePrimaryButton(Sheet::tr("Close"), dialog);
    buttons->addWidget(print);
    buttons->addWidget(pdf);
    buttons->addStretch();
    buttons->addWidget(close);
    column->addLayout(buttons);
    QObject::connect(print, &QPushButton::clicked, dialog, [dialog, groups] {
        auto* printing = new QPrintDialog(dialog);
        printing->setAttribute(Qt::WA_DeleteOnClose);
        QObject::connect(printing, qOverload<QPrinter*>(&QPrintDialog::accepted), dialog,
                         [groups](QPrinter* printer) { shortcutDocument(groups)->print(printer); });
        printing->open();
    });
    QObject::connect(pdf, &QPushButton::clicked, dialog, [dialog, groups, banner] {
        auto* asking = new QFileDialog(dialog, Sheet::tr("Save the shortcuts"));
        asking->setAttribute(Qt::WA_DeleteOnClose);
        asking->setAcceptMode(QFileDialog::AcceptSave);
        asking->setDefaultSuffix(QStringLiteral("pdf"));
        asking->selectFile(QStringLiteral("rustcask-shortcuts.pdf"));
        QObject::connect(asking, &QFileDialog::fileSelected, banner, [groups, banner](const QString& path) {
            saveFile(path, shortcutsAsPdf(groups), banner, [banner, path](const QString& problem) {
                if (problem.isEmpty()) {
                    banner->show(Banner::Kind::success, Sheet::tr("Saved as %1.").arg(path));
                } else {
                    banner->show(Banner::Kind::error, Sheet::tr("%1 cannot be written: %2.").arg(path, problem));
                }
            });
        });
        asking->open();
    });
    QObject::connect(close, &QPushButton::clicked, dialog, &QDialog::accept);
    close->setDefault(true);
    dialog->resize(860, 560);
    return dialog;
}

} // namespace rustcask::ui
