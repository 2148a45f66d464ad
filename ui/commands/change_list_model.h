// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <QPointer>

namespace rustcask::ui {

class Session;
struct EditRecord;

/// The changes of this session, the newest first: when, what, how many keys, and what undo or redo can still do about
/// it. Follows the session's undo stack.
class ChangeListModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { timeColumn, textColumn, keysColumn, stateColumn, columns };

    explicit ChangeListModel(QObject* parent = nullptr);
    void setSession(Session* session);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex& index) const override;

    /// The index of the undo stack at which the row's change is the last one made.
    [[nodiscard]] int stackIndex(int row) const;
    [[nodiscard]] bool isUndone(int row) const;

private:
    void follow();
    [[nodiscard]] const EditRecord* record(int row) const;
    [[nodiscard]] QString stateText(int row) const;

    QPointer<Session> m_session;
    int m_count = 0;
};

} // namespace rustcask::ui
