// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/storage/file_table_model.h"

#include <algorithm>

#include "theme/format.h"
#include "theme/tokens.h"

namespace rustcask::ui {
namespace {

bool same(const rustcask::FileStats& a, const rustcask::FileStats& b) {
    return a.bytes == b.bytes && a.records == b.records && a.liveKeys == b.liveKeys && a.liveBytes == b.liveBytes &&
           a.tombstones == b.tombstones && a.tombstoneBytes == b.tombstoneBytes && a.hintBytes == b.hintBytes &&
           a.active == b.active && a.mergeOutput == b.mergeOutput && a.hasHint == b.hasHint && a.damaged == b.damaged;
}

} // namespace

QString fileKindText(const rustcask::FileStats& file) {
    if (file.damaged) {
        return FileTableModel::tr("damaged");
    }
    if (file.active) {
        return FileTableModel::tr("active");
    }
    return file.mergeOutput ? FileTableModel::tr("merge output") : FileTableModel::tr("sealed");
}

double deadRecordShare(const rustcask::FileStats& file) {
    return file.records == 0 ? 0 : static_cast<double>(file.deadRecords()) / static_cast<double>(file.records);
}

QString filesSummary(const rustcask::Stats& stats) {
    const auto hints = std::count_if(stats.files.begin(), stats.files.end(),
                                     [](const rustcask::FileStats& file) { return file.hasHint; });
    return FileTableModel::tr("%1 data · %2 hint · %3 on disk")
        .arg(formatCount(stats.files.size()), formatCount(static_cast<quint64>(hints)),
             formatBytes(stats.dataBytes + stats.hintBytes));
}

void FileTableModel::setFiles(const std::vector<rustcask::FileStats>& files) {
    const quint64 largestBefore = m_largest;
    m_largest = 0;
    for (const auto& stats : files) {
        m_largest = std::max<quint64>(m_largest, stats.bytes);
    }
    // Both lists ascend by generation, so one walk tells what came and what went.
    std::size_t row = 0;
    std::size_t next = 0;
    int firstChanged = -1;
    int lastChanged = -1;
    while (row < m_files.size() || next < files.size()) {
        const int at = static_cast<int>(row);
        if (next == files.size() || (row < m_files.size() && m_files[row].generation < files[next].generation)) {
            beginRemoveRows({}, at, at);
            m_files.erase(m_files.begin() + at);
            endRemoveRows();
        } else if (row == m_files.size() || files[next].generation < m_files[row].generation) {
            beginInsertRows({}, at, at);
            m_files.insert(m_files.begin() + at, files[next]);
            endInsertRows();
            ++row;
            ++next;
        } else {
            if (!same(m_files[row], files[next])) {
                m_files[row] = files[next];
                firstChanged = firstChanged < 0 ? at : firstChanged;
                lastChanged = at;
            }
            ++row;
            ++next;
        }
    }
    if (m_largest != largestBefore && !m_files.empty()) {
        firstChanged = 0; // every bar has another scale
        lastChanged = static_cast<int>(m_files.size()) - 1;
    }
    if (firstChanged >= 0) {
        Q_EMIT dataChanged(index(firstChanged, 0), index(lastChanged, columnCountValue - 1));
    }
}

int FileTableModel::rowOf(rustcask::Generation generation) const {
    const auto found = std::lower_bound(
        m_files.begin(), m_files.end(), generation,
        [](const rustcask::FileStats& stats, rustcask::Generation wanted) { return stats.generation < wanted; });
    return found != m_files.end() && found->generation == generation ? static_cast<int>(found - m_files.begin()) : -1;
}

int FileTableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_files.size());
}

int FileTableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : columnCountValue;
}

QString FileTableModel::toolTip(const rustcask::FileStats& stats) const {
    QStringList lines{
        tr("%1.rustcask.data, %2").arg(stats.generation.value).arg(fileKindText(stats)),
        tr("%1 live in %2").arg(formatBytes(stats.liveBytes), formatKeys(stats.liveKeys)),
        tr("%1 superseded in %2").arg(formatBytes(stats.deadBytes()), formatRecords(stats.deadRecords())),
        (stats.tombstones == 1
             ? tr("%1 in 1 tombstone").arg(formatBytes(stats.tombstoneBytes))
             : tr("%1 in %2 tombstones").arg(formatBytes(stats.tombstoneBytes), formatCount(stats.tombstones)))};
    if (stats.damaged) {
        lines.append(tr("It holds damaged records: Verify says which."));
    }
    return lines.join(QLatin1Char('\n'));
}

QVariant FileTableModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) {
        return {};
    }
    const auto& stats = fileAt(index.row());
    switch (role) {
    case statsRole:
        return QVariant::fromValue(stats);
    case largestRole:
        return m_largest;
    case Qt::ToolTipRole:
        return toolTip(stats);
    case Qt::AccessibleTextRole:
        if (index.column() == map) {
            return tr("%1 live, %2 superseded, %3 tombstones")
                .arg(formatBytes(stats.liveBytes), formatBytes(stats.deadBytes()), formatBytes(stats.tombstoneBytes));
        }
        return {};
    case Qt::FontRole:
        return index.column() == file ? QVariant(monospaceFont()) : QVariant();
    case Qt::TextAlignmentRole:
        return index.column() == kind ? QVariant(Qt::AlignLeft | Qt::AlignVCenter)
                                      : QVariant(Qt::AlignRight | Qt::AlignVCenter);
    case Qt::DisplayRole:
        switch (index.column()) {
        case file:
            return QString::number(stats.generation.value);
        case kind:
            return fileKindText(stats);
        case size:
            return formatBytes(stats.bytes);
        case deadShare:
            return formatPercent(deadRecordShare(stats));
        case live:
            return formatBytes(stats.liveBytes);
        case dead:
            return formatBytes(stats.deadBytes());
        case tombstones:
            return formatCount(stats.tombstones);
        case records:
            return formatCount(stats.records);
        case hint:
            return stats.hasHint ? formatBytes(stats.hintBytes) : tr("none");
        default:
            return {};
        }
    case sortRole:
        switch (index.column()) {
        case file:
            return QVariant::fromValue<quint64>(stats.generation.value);
        case kind:
            return fileKindText(stats);
        case map:
        case size:
            return QVariant::fromValue<quint64>(stats.bytes);
        case deadShare:
            return deadRecordShare(stats);
        case live:
            return QVariant::fromValue<quint64>(stats.liveBytes);
        case dead:
            return QVariant::fromValue<quint64>(stats.deadBytes());
        case tombstones:
            return QVariant::fromValue<quint64>(stats.tombstones);
        case records:
            return QVariant::fromValue<quint64>(stats.records);
        case hint:
            return QVariant::fromValue<quint64>(stats.hintBytes);
        default:
            return {};
        }
    default:
        return {};
    }
}

QVariant FileTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) {
        return {};
    }
    if (role == Qt::TextAlignmentRole) {
        return section == kind || section == map ? QVariant(Qt::AlignLeft | Qt::AlignVCenter)
                                                 : QVariant(Qt::AlignRight | Qt::AlignVCenter);
    }
    if (role == Qt::ToolTipRole) {
        return section == deadShare ? tr("Share of the file's records that are superseded") : QVariant();
    }
    if (role != Qt::DisplayRole) {
        return {};
    }
    switch (section) {
    case file:
        return tr("File");
    case kind:
        return tr("Kind");
    case map:
        return tr("Contents");
    case size:
        return tr("Size");
    case deadShare:
        return tr("Dead %");
    case live:
        return tr("Live");
    case dead:
        return tr("Dead");
    case tombstones:
        return tr("Tombstones");
    case records:
        return tr("Records");
    case hint:
        return tr("Hint");
    default:
        return {};
    }
}

} // namespace rustcask::ui
