// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include <QUndoCommand>
#include <QVector>

#include "session/session.h"

namespace rustcask::ui {

/// An edit that has been made, as the undo stack keeps it. Undo appends the inverse records, redo the records again;
/// both check that nobody changed a key meanwhile and otherwise leave it alone and say so.
class EditCommand : public QUndoCommand {
public:
    EditCommand(Session* session, const QString& text, std::shared_ptr<const QVector<KeyEdit>> edits);
    void undo() override;
    void redo() override;

private:
    Session* m_session;
    std::shared_ptr<const QVector<KeyEdit>> m_edits;
    bool m_made = true; // the first redo, by QUndoStack::push, finds the edit done
};

/// The edits that take a key from one name to another; overwrites whatever `to` held.
[[nodiscard]] QVector<KeyChange> renameChanges(const QByteArray& from, const QByteArray& to, const QByteArray& value);

} // namespace rustcask::ui
