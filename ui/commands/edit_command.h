// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include <QDateTime>
#include <QUndoCommand>
#include <QVector>

#include "session/session.h"

namespace rustcask::ui {

/// One step of undo with what is known of it. Lives in the GUI thread, but for `step`, which belongs to the session's
/// edit thread while a task runs.
struct EditRecord {
    QString text{};
    QDateTime time{}; ///< when it was made
    EditStep step{};
    EditTally tally{};      ///< of the last time it was made, undone or redone
    QSet<quint64> needed{}; ///< generations of the files that the next undo or redo reads
    QString gone{};         ///< why the next undo or redo cannot bring everything back; empty: it can, as far as known
    bool running = false;   ///< it is being undone or redone
};

/// An edit that has been made, as the undo stack keeps it. Undo appends the inverse records, redo the records again;
/// both check that nobody changed a key meanwhile and otherwise leave it alone and say so.
class EditCommand : public QUndoCommand {
public:
    EditCommand(Session* session, std::shared_ptr<EditRecord> record);
    void undo() override;
    void redo() override;
    [[nodiscard]] const std::shared_ptr<EditRecord>& record() const { return m_record; }

private:
    Session* m_session;
    std::shared_ptr<EditRecord> m_record;
    bool m_made = true; // the first redo, by QUndoStack::push, finds the edit done
};

/// The edits that take a key from one name to another; overwrites whatever `to` held.
[[nodiscard]] QVector<KeyChange> renameChanges(const QByteArray& from, const QByteArray& to, const QByteArray& value);

} // namespace rustcask::ui
