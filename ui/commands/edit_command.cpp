// SPDX-License-Identifier: GPL-3.0-or-later
#include "commands/edit_command.h"

namespace rustcask::ui {

EditCommand::EditCommand(Session* session, const QString& text, std::shared_ptr<const QVector<KeyEdit>> edits)
    : QUndoCommand(text), m_session(session), m_edits(std::move(edits)) {}

void EditCommand::undo() {
    m_session->replay(text(), m_edits, false);
}

void EditCommand::redo() {
    if (m_made) {
        m_made = false;
        return;
    }
    m_session->replay(text(), m_edits, true);
}

QVector<KeyChange> renameChanges(const QByteArray& from, const QByteArray& to, const QByteArray& value) {
    if (from == to) {
        return {};
    }
    // The new name first: a crash between the two leaves the value under both, never under none.
    return {{to, value}, {from, std::nullopt}};
}

} // namespace rustcask::ui
