// SPDX-License-Identifier: GPL-3.0-or-later
#include "commands/change_list_model.h"

#include <QLocale>

#include "commands/edit_command.h"
#include "models/key_list_model.h"
#include "theme/format.h"

namespace rustcask::ui {

ChangeListModel::ChangeListModel(QObject* parent) : QAbstractTableModel(parent) {}

void ChangeListModel::setSession(Session* session) {
    if (m_session) {
        disconnect(m_session, nullptr, this, nullptr);
        disconnect(&m_session->undoStack(), nullptr, this, nullptr);
    }
    m_session = session;
    if (m_session) {
        connect(&m_session->undoStack(), &QUndoStack::indexChanged, this, &ChangeListModel::follow);
        connect(m_session, &Session::replayed, this, &ChangeListModel::follow);
        connect(m_session, &Session::statsSampled, this, [this] {
            if (rowCount() > 0) { // a merge may have taken what a step needs
                Q_EMIT dataChanged(index(0, stateColumn), index(rowCount() - 1, stateColumn));
            }
        });
    }
    follow();
}

void ChangeListModel::follow() {
    const int count = m_session ? m_session->undoStack().count() : 0;
    if (count != m_count || (m_session && count == m_session->undoStack().undoLimit())) {
        beginResetModel(); // at most a thousand rows
        m_count = count;
        endResetModel();
    } else if (count > 0) {
        Q_EMIT dataChanged(index(0, 0), index(count - 1, columns - 1));
    }
}

int ChangeListModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : m_count;
}

int ChangeListModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : columns;
}

int ChangeListModel::stackIndex(int row) const {
    return m_count - row;
}

bool ChangeListModel::isUndone(int row) const {
    return m_session && stackIndex(row) > m_session->undoStack().index();
}

const EditRecord* ChangeListModel::record(int row) const {
    if (!m_session || row < 0 || row >= m_session->undoStack().count()) {
        return nullptr;
    }
    return static_cast<const EditCommand*>(m_session->undoStack().command(m_count - 1 - row))->record().get();
}

QString ChangeListModel::stateText(int row) const {
    const EditRecord& change = *record(row);
    const bool undone = isUndone(row);
    if (change.running) {
        return undone ? tr("being undone…") : tr("being made again…");
    }
    QString text = undone ? tr("undone") : tr("made");
    if (change.tally.error) {
        text = tr("%1, in part: %2 of %3 keys")
                   .arg(text, formatCount(change.tally.made), formatCount(change.tally.wanted));
    }
    if (change.tally.conflicts > 0) {
        text += tr(" · %1 changed by somebody else, left as they are").arg(formatCount(change.tally.conflicts));
    }
    if (!change.gone.isEmpty()) {
        text += undone ? tr(" · cannot be made again whole: %1").arg(change.gone)
                       : tr(" · cannot be undone whole: %1").arg(change.gone);
    }
    return text;
}

QVariant ChangeListModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) {
        return {};
    }
    const EditRecord* change = record(index.row());
    if (change == nullptr) {
        return {};
    }
    switch (role) {
    case Qt::DisplayRole:
    case Qt::ToolTipRole: {
        const bool tip = role == Qt::ToolTipRole;
        QString text;
        switch (index.column()) {
        case timeColumn:
            text = tip ? QLocale().toString(change->time, QLocale::LongFormat)
                       : change->time.toString(QStringLiteral("HH:mm:ss"));
            break;
        case textColumn:
            text = change->text;
            break;
        case keysColumn:
            text = formatCount(change->step.size());
            break;
        default:
            text = stateText(index.row());
            break;
        }
        return tip ? plainToolTip(text) : text;
    }
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(index.column() == keysColumn ? Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter)
                                                                : Qt::Alignment(Qt::AlignLeft | Qt::AlignVCenter));
    default:
        return {};
    }
}

QVariant ChangeListModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) {
        return {};
    }
    if (role == Qt::TextAlignmentRole) {
        return QVariant::fromValue(section == keysColumn ? Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter)
                                                         : Qt::Alignment(Qt::AlignLeft | Qt::AlignVCenter));
    }
    if (role != Qt::DisplayRole) {
        return {};
    }
    switch (section) {
    case timeColumn:
        return tr("Time");
    case textColumn:
        return tr("Change");
    case keysColumn:
        return tr("Keys");
    case stateColumn:
        return tr("State");
    default:
        return {};
    }
}

Qt::ItemFlags ChangeListModel::flags(const QModelIndex& index) const {
    return index.isValid() ? Qt::ItemIsSelectable | Qt::ItemIsEnabled | Qt::ItemNeverHasChildren : Qt::NoItemFlags;
}

} // namespace rustcask::ui
