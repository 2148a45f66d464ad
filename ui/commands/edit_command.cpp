// SPDX-License-Identifier: GPL-3.0-or-later
#include "commands/edit_command.h"

namespace rustcask::ui {

EditCommand::EditCommand(Session* session, std::shared_ptr<EditRecord> record)
    : QUndoCommand(record->text), m_session(session), m_record(std::move(record)) {}

void EditCommand::undo() {
    m_session->replay(m_record, false);
}

void EditCommand::redo() {
    if (m_made) {
        m_made = false;
        return;
    }
    m_session->replay(m_record, true);
}

QVector<KeyChange> renameChanges(const QByteArray& from, const QByteArray& to, const QByteArray& value) {
    if (from == to) {
        return {};
    }
    // The new name first: a crash between the two leaves the value under both, never under none.
    return {{to, value}, {from, std::nullopt}};
}

} // namespace rustcask::ui
