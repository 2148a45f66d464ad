// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/version_history_model.h"

#include <QFont>

#include "theme/format.h"
#include "theme/tokens.h"

namespace rustcask::ui {

int VersionHistoryModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_history.versions.size());
}

int VersionHistoryModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : columns;
}

VersionHistoryModel::Verdict VersionHistoryModel::verdict(int row) const {
    const rustcask::Version& version = m_history.versions[static_cast<std::size_t>(row)];
    if (version.tombstone) {
        return Verdict::deleted;
    }
    return m_partial && row == 0 ? Verdict::unknown : version.live ? Verdict::live : Verdict::superseded;
}

QString VersionHistoryModel::verdictText(Verdict verdict) {
    switch (verdict) {
    case Verdict::live:
        return tr("live");
    case Verdict::superseded:
        return tr("superseded");
    case Verdict::deleted:
        return tr("deleted");
    case Verdict::unknown:
        return tr("newest so far");
    }
    return {};
}

QVariant VersionHistoryModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) {
        return {};
    }
    const rustcask::Version& shown = m_history.versions[static_cast<std::size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole:
        switch (index.column()) {
        case verdictColumn:
            return verdictText(verdict(index.row()));
        case writtenColumn:
            return formatTime(shown.time);
        case sizeColumn:
            return shown.tombstone ? QStringLiteral("–") : formatBytes(shown.valueBytes);
        case whereColumn:
            return formatLocation(shown.location);
        case changeColumn:
            return m_changes.value(index.row());
        default:
            return {};
        }
    case Qt::ToolTipRole:
        switch (index.column()) {
        case verdictColumn:
            return tr("Record number %1").arg(formatCount(shown.sequence.value));
        case writtenColumn:
            return formatTimeExactly(shown.time);
        case sizeColumn:
            return shown.tombstone ? tr("A deletion has no value") : formatBytesExactly(shown.valueBytes);
        case whereColumn:
            return tr("File of generation %1, at byte %2")
                .arg(formatCount(shown.location.generation.value), formatOffset(shown.location.offset));
        case changeColumn:
            return m_changes.value(index.row()).toHtmlEscaped();
        default:
            return {};
        }
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(index.column() == sizeColumn ? Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter)
                                                                : Qt::Alignment(Qt::AlignLeft | Qt::AlignVCenter));
    case Qt::FontRole:
        return index.column() == whereColumn ? QVariant(monospaceFont()) : QVariant();
    case verdictRole:
        return static_cast<int>(verdict(index.row()));
    default:
        return {};
    }
}

QVariant VersionHistoryModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) {
        return {};
    }
    if (role == Qt::TextAlignmentRole) {
        return QVariant::fromValue(section == sizeColumn ? Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter)
                                                         : Qt::Alignment(Qt::AlignLeft | Qt::AlignVCenter));
    }
    if (role != Qt::DisplayRole) {
        return {};
    }
    switch (section) {
    case verdictColumn:
        return tr("State");
    case writtenColumn:
        return tr("Written");
    case sizeColumn:
        return tr("Size");
    case whereColumn:
        return tr("Where");
    case changeColumn:
        return tr("Change");
    default:
        return {};
    }
}

void VersionHistoryModel::setHistory(rustcask::History history, bool partial) {
    beginResetModel();
    m_history = std::move(history);
    m_partial = partial;
    m_changes.clear();
    endResetModel();
}

void VersionHistoryModel::setChanges(const QStringList& changes) {
    m_changes = changes;
    if (rowCount() > 0) {
        Q_EMIT dataChanged(index(0, changeColumn), index(rowCount() - 1, changeColumn));
    }
}

void VersionHistoryModel::clear() {
    setHistory({});
}

const rustcask::Version* VersionHistoryModel::version(int row) const {
    return row >= 0 && row < rowCount() ? &m_history.versions[static_cast<std::size_t>(row)] : nullptr;
}

} // namespace rustcask::ui
