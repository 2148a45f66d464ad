// SPDX-License-Identifier: GPL-3.0-or-later
#include "actions/action_registry.h"

#include <QWidget>

namespace rustcask::ui {

ActionRegistry::ActionRegistry(QWidget* window) : QObject(window), m_window(window) {}

QAction* ActionRegistry::add(const QString& id, const QString& text, const QKeySequence& shortcut,
                             const QString& category, QObject* owner) {
    return addWith(id, text, shortcut.isEmpty() ? QList<QKeySequence>() : QList<QKeySequence>{shortcut}, category,
                   owner);
}

QAction* ActionRegistry::add(const QString& id, const QString& text, QKeySequence::StandardKey shortcut,
                             const QString& category, QObject* owner) {
    return addWith(id, text, QKeySequence::keyBindings(shortcut), category, owner);
}

QAction* ActionRegistry::addWith(const QString& id, const QString& text, const QList<QKeySequence>& shortcuts,
                                 const QString& category, QObject* owner) {
    Q_ASSERT_X(action(id) == nullptr, "ActionRegistry::add", "two actions have one name");
    QWidget* widget = qobject_cast<QWidget*>(owner);
    auto* action = new QAction(text, owner != nullptr ? owner : m_window);
    action->setObjectName(id);
    QList<QKeySequence> free;
    for (const QKeySequence& shortcut : shortcuts) {
        const QString holder = holderOf(shortcut, widget != nullptr ? owner : nullptr);
        if (holder.isEmpty()) {
            free.append(shortcut);
        } else {
            m_conflicts.append(
                QStringLiteral("%1: %2 and %3").arg(shortcut.toString(QKeySequence::PortableText), holder, id));
            qCritical("Shortcut conflict: %s", qPrintable(m_conflicts.last()));
        }
    }
    action->setShortcuts(free);
    action->setShortcutContext(Qt::WindowShortcut); // of a hidden page it does not fire
    action->setToolTip(actionToolTip(*action));
    if (QWidget* host = widget != nullptr ? widget : m_window; host != nullptr) {
        host->addAction(action);
    }
    m_entries.append({id, category, action});
    m_owners.insert(action, widget != nullptr ? owner : nullptr);
    connect(action, &QObject::destroyed, this, [this, action] {
        m_owners.remove(action);
        m_entries.removeIf([action](const Entry& entry) { return entry.action == action; });
    });
    return action;
}

QAction* ActionRegistry::action(const QString& id) const {
    for (const Entry& entry : m_entries) {
        if (entry.id == id) {
            return entry.action;
        }
    }
    return nullptr;
}

QString ActionRegistry::holderOf(const QKeySequence& shortcut, const QObject* owner) const {
    for (const Entry& entry : m_entries) {
        const QObject* other = m_owners.value(entry.action);
        const bool samePlace =
            owner == nullptr || other == nullptr || owner == other || owner == m_window || other == m_window;
        if (samePlace && entry.action->shortcuts().contains(shortcut)) {
            return entry.id;
        }
    }
    return {};
}

QString plainActionText(const QString& text) {
    QString plain;
    plain.reserve(text.size());
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (text[i] == QLatin1Char('&')) {
            if (i + 1 < text.size() && text[i + 1] == QLatin1Char('&')) {
                plain += QLatin1Char('&');
                ++i;
            }
            continue;
        }
        plain += text[i];
    }
    while (plain.endsWith(QChar(0x2026)) || plain.endsWith(QLatin1Char('.'))) {
        plain.chop(1);
    }
    return plain;
}

QString actionToolTip(const QAction& action) {
    return actionToolTip(action, plainActionText(action.text()));
}

QString actionToolTip(const QAction& action, const QString& explanation) {
    const QString text = explanation.toHtmlEscaped();
    const QString keys = action.shortcut().toString(QKeySequence::NativeText).toHtmlEscaped();
    return keys.isEmpty() ? text : QStringLiteral("%1 (%2)").arg(text, keys);
}

int fuzzyScore(QStringView query, QStringView text) {
    int score = 1;
    int run = 0;
    qsizetype at = 0;
    for (const QChar wanted : query) {
        if (wanted.isSpace()) {
            run = 0;
            continue;
        }
        bool found = false;
        for (; at < text.size(); ++at) {
            if (text[at].toCaseFolded() == wanted.toCaseFolded()) {
                const bool wordBegin = at == 0 || !text[at - 1].isLetterOrNumber();
                ++run;
                score += 1 + run * 2 + (wordBegin ? 8 : 0) + (at == 0 ? 4 : 0);
                ++at;
                found = true;
                break;
            }
            run = 0;
        }
        if (!found) {
            return 0;
        }
    }
    return score * 100 - static_cast<int>(std::min<qsizetype>(text.size(), 99)); // of equals the shorter text first
}

} // namespace rustcask::ui
