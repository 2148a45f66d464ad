// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAction>
#include <QHash>
#include <QKeySequence>
#include <QList>
#include <QObject>
#include <QString>

QT_BEGIN_NAMESPACE
class QWidget;
QT_END_NAMESPACE

namespace rustcask::ui {

/// All actions of one window, by name: what the menus show, the command palette searches and the shortcut sheet lists.
class ActionRegistry : public QObject {
    Q_OBJECT
public:
    struct Entry {
        QString id;       ///< "keys.delete"
        QString category; ///< "Keys", as the palette and the shortcut sheet group them
        QAction* action = nullptr;
    };

    /// `window` receives the actions whose owner is no widget.
    explicit ActionRegistry(QWidget* window);

    /// Creates an action that belongs to `owner`. When the owner is a widget (a page), the shortcut works while that
    /// widget is visible; otherwise anywhere in the window. A shortcut already taken in the same place is a programming
    /// error: it is reported (`conflicts`, and a critical message) and not assigned.
    QAction* add(const QString& id, const QString& text, const QKeySequence& shortcut, const QString& category,
                 QObject* owner);
    /// The same with the shortcuts the platform uses for a standard action.
    QAction* add(const QString& id, const QString& text, QKeySequence::StandardKey shortcut, const QString& category,
                 QObject* owner);

    [[nodiscard]] QAction* action(const QString& id) const; ///< nullptr when there is none
    [[nodiscard]] QList<Entry> entries() const { return m_entries; }
    [[nodiscard]] QStringList conflicts() const { return m_conflicts; }

private:
    QAction* addWith(const QString& id, const QString& text, const QList<QKeySequence>& shortcuts,
                     const QString& category, QObject* owner);
    [[nodiscard]] QString holderOf(const QKeySequence& shortcut, const QObject* owner) const;

    QWidget* m_window;
    QList<Entry> m_entries;
    QHash<const QAction*, const QObject*> m_owners;
    QStringList m_conflicts;
};

/// An action's text without mnemonic and ellipsis, for palette and tooltips.
[[nodiscard]] QString plainActionText(const QString& text);
/// "Undo (Ctrl+Z)": a tooltip that names the shortcut, as plain text.
[[nodiscard]] QString actionToolTip(const QAction& action);
/// The same with an explanation in place of the action's text.
[[nodiscard]] QString actionToolTip(const QAction& action, const QString& explanation);

/// How well `query` fits `text` as a fuzzy search: 0 when a letter is missing, higher is better. Case-insensitive;
/// beginnings of words and unbroken runs count more. Pure.
[[nodiscard]] int fuzzyScore(QStringView query, QStringView text);

} // namespace rustcask::ui
