// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/start/recent_model.h"

#include <QFileInfo>
#include <QGuiApplication>
#include <QPalette>

#include <rustcask/inspect.h>

#include "theme/format.h"
#include "theme/tokens.h"

namespace rustcask::ui {

QList<RecentEntry> lookAtRecent(QList<RecentEntry> entries) {
    for (RecentEntry& entry : entries) {
        const auto listing = listDirectory(entry.directory.toStdString());
        entry.looked = true;
        entry.missing = !listing || listing->kind != DirectoryKind::rustcask;
        entry.bytes = 0;
        if (listing) {
            for (const FileEntry& file : listing->files) {
                entry.bytes += file.bytes;
            }
        }
    }
    return entries;
}

void RecentModel::setEntries(QList<RecentEntry> entries) {
    beginResetModel();
    m_entries = std::move(entries);
    endResetModel();
}

int RecentModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_entries.size());
}

int RecentModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : columnCount_;
}

QVariant RecentModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) {
        return {};
    }
    const RecentEntry& entry = m_entries[index.row()];
    const bool isSize = index.column() == sizeColumn;
    switch (role) {
    case Qt::DisplayRole:
        switch (index.column()) {
        case nameColumn:
            return QFileInfo(entry.directory).fileName();
        case directoryColumn:
            return entry.directory;
        case sizeColumn:
            return !entry.looked ? QString() : entry.missing ? tr("missing") : formatBytes(entry.bytes);
        case openedColumn:
            return entry.lastOpened.isValid()
                       ? formatTime(Timestamp(std::chrono::milliseconds(entry.lastOpened.toMSecsSinceEpoch())))
                       : QString();
        default:
            return {};
        }
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(isSize ? Qt::AlignRight | Qt::AlignVCenter : Qt::AlignLeft | Qt::AlignVCenter);
    case Qt::ForegroundRole: {
        const Tokens& t = tokensFor(QGuiApplication::palette());
        if (entry.missing && isSize) {
            return t.warning;
        }
        return entry.missing || index.column() != nameColumn ? QVariant(t.muted) : QVariant();
    }
    case Qt::ToolTipRole:
        return (entry.missing ? tr("There is no database in %1 any more.").arg(entry.directory) : entry.directory)
            .toHtmlEscaped();
    default:
        return {};
    }
}

QVariant RecentModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) {
        return {};
    }
    if (role == Qt::TextAlignmentRole && section == sizeColumn) {
        return QVariant::fromValue(Qt::AlignRight | Qt::AlignVCenter);
    }
    if (role != Qt::DisplayRole) {
        return {};
    }
    switch (section) {
    case nameColumn:
        return tr("Name");
    case directoryColumn:
        return tr("Directory");
    case sizeColumn:
        return tr("Size");
    case openedColumn:
        return tr("Last opened");
    default:
        return {};
    }
}

} // namespace rustcask::ui
