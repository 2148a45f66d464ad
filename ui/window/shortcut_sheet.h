// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include <QList>
#include <QString>

QT_BEGIN_NAMESPACE
class QDialog;
class QTextDocument;
class QWidget;
QT_END_NAMESPACE

namespace rustcask::ui {

class ActionRegistry;

/// What can be done in one place of the window, and the keys for it.
struct ShortcutGroup {
    struct Line {
        QString name;
        QString keys; ///< "Ctrl+S", several with commas between; empty: by menu or command palette alone
    };
    QString title;
    QList<Line> lines;
};

/// Every action of the registry once, by category in the order of their adding, those with shortcuts first; and the
/// keys that widgets have of their own.
[[nodiscard]] QList<ShortcutGroup> shortcutGroups(const ActionRegistry& registry);
/// The sheet for paper: black on white, plain text in tables.
[[nodiscard]] std::unique_ptr<QTextDocument> shortcutDocument(const QList<ShortcutGroup>& groups);
/// The sheet as a PDF of A4 pages.
[[nodiscard]] QByteArray shortcutsAsPdf(const QList<ShortcutGroup>& groups);

/// All actions and shortcuts of the window, with Print and Save as PDF. Shown with open(); deletes itself.
[[nodiscard]] QDialog* makeShortcutSheet(const ActionRegistry& registry, QWidget* parent);

} // namespace rustcask::ui
