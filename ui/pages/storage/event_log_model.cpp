// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/storage/event_log_model.h"

#include <algorithm>
#include <iterator>

#include <QTextDocument>

#include "theme/format.h"
#include "theme/tokens.h"

namespace rustcask::ui {

QString eventKindText(rustcask::EventKind kind) {
    switch (kind) {
    case rustcask::EventKind::append:
        return EventLogModel::tr("append");
    case rustcask::EventKind::keydirChange:
        return EventLogModel::tr("keydir");
    case rustcask::EventKind::rotate:
        return EventLogModel::tr("rotate");
    case rustcask::EventKind::hint:
        return EventLogModel::tr("hint");
    case rustcask::EventKind::recovery:
        return EventLogModel::tr("recovery");
    case rustcask::EventKind::merge:
        return EventLogModel::tr("merge");
    case rustcask::EventKind::sync:
        return EventLogModel::tr("sync");
    case rustcask::EventKind::call:
        return EventLogModel::tr("call");
    }
    return {};
}

LogRow logRowOf(const LoggedAppend& append) {
    LogRow row;
    row.time = append.time;
    row.monotonicMs = append.monotonicMs;
    row.location = append.location;
    row.sequence = append.sequence;
    row.key = QByteArray(append.key.data(),
                         static_cast<qsizetype>(std::min<std::size_t>(append.keyBytes, LoggedAppend::maxKeyBytes)));
    row.bytes = append.location.recordBytes;
    row.text = append.tombstone ? EventLogModel::tr("tombstone") : EventLogModel::tr("put");
    return row;
}

LogRow logRowOf(const EngineEvent& event) {
    LogRow row;
    row.kind = event.kind;
    row.time = event.time;
    row.monotonicMs = event.monotonicMs;
    row.location = event.location;
    row.bytes = event.bytes;
    switch (event.kind) {
    case rustcask::EventKind::rotate:
        row.text = EventLogModel::tr("sealed %1").arg(event.file);
        break;
    case rustcask::EventKind::hint:
        row.text = EventLogModel::tr("wrote the hint file of %1").arg(event.file);
        break;
    case rustcask::EventKind::sync:
        row.text = EventLogModel::tr("made durable");
        break;
    default:
        row.text = event.file.isEmpty() ? event.text : QStringLiteral("%1: %2").arg(event.text, event.file);
        break;
    }
    return row;
}

QVector<LogRow> logRowsBetween(const rustcask::Stats& before, const rustcask::Stats& now, rustcask::Timestamp time,
                               qint64 monotonicMs) {
    QVector<LogRow> rows;
    const auto add = [&](rustcask::EventKind kind, rustcask::Generation generation, quint64 offset, quint64 bytes,
                         const QString& text) {
        LogRow row;
        row.kind = kind;
        row.time = time;
        row.monotonicMs = monotonicMs;
        row.location = {generation, offset, bytes};
        row.bytes = bytes;
        row.text = text;
        rows.append(row);
    };
    auto old = before.files.begin();
    for (const auto& file : now.files) { // both ascend by generation
        for (; old != before.files.end() && old->generation < file.generation; ++old) {
            add(rustcask::EventKind::merge, {}, 0, old->bytes,
                EventLogModel::tr("another process removed %1.rustcask.data").arg(old->generation.value));
        }
        const bool known = old != before.files.end() && old->generation == file.generation;
        if (!known) {
            add(file.mergeOutput ? rustcask::EventKind::merge : rustcask::EventKind::rotate, file.generation, 0,
                file.bytes,
                (file.mergeOutput ? EventLogModel::tr("another process merged into %1.rustcask.data")
                                  : EventLogModel::tr("another process began %1.rustcask.data"))
                    .arg(file.generation.value));
        } else if (file.bytes > old->bytes) {
            add(rustcask::EventKind::append, file.generation, old->bytes, file.bytes - old->bytes,
                EventLogModel::tr("another process appended %1 records")
                    .arg(formatCount(file.records > old->records ? file.records - old->records : 0)));
        }
        if (known && file.hasHint && !old->hasHint) {
            add(rustcask::EventKind::hint, file.generation, 0, file.hintBytes,
                EventLogModel::tr("another process wrote the hint file of %1.rustcask.data")
                    .arg(file.generation.value));
        }
        if (known) {
            ++old;
        }
    }
    for (; old != before.files.end(); ++old) {
        add(rustcask::EventKind::merge, {}, 0, old->bytes,
            EventLogModel::tr("another process removed %1.rustcask.data").arg(old->generation.value));
    }
    return rows;
}

void EventLogModel::append(QVector<LogRow> rows) {
    if (rows.isEmpty()) {
        return;
    }
    std::stable_sort(rows.begin(), rows.end(),
                     [](const LogRow& a, const LogRow& b) { return a.monotonicMs < b.monotonicMs; });
    if (rows.size() > mostRows) {
        m_forgotten += static_cast<quint64>(rows.size() - mostRows);
        rows.remove(0, rows.size() - mostRows);
    }
    const int over = rowCount() + static_cast<int>(rows.size()) - mostRows;
    if (over > 0) {
        beginRemoveRows({}, 0, over - 1);
        m_rows.erase(m_rows.begin(), m_rows.begin() + over);
        endRemoveRows();
        m_forgotten += static_cast<quint64>(over);
    }
    const int first = rowCount();
    beginInsertRows({}, first, first + static_cast<int>(rows.size()) - 1);
    std::move(rows.begin(), rows.end(), std::back_inserter(m_rows));
    endInsertRows();
}

void EventLogModel::clear() {
    beginResetModel();
    m_rows.clear();
    m_forgotten = 0;
    endResetModel();
}

int EventLogModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int EventLogModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : columnCountValue;
}

QVariant EventLogModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) {
        return {};
    }
    const LogRow& row = rowAt(index.row());
    switch (role) {
    case Qt::TextAlignmentRole:
        return index.column() == sequence || index.column() == bytes || index.column() == place
                   ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
                   : QVariant(Qt::AlignLeft | Qt::AlignVCenter);
    case Qt::FontRole:
        return index.column() == key || index.column() == place ? QVariant(monospaceFont()) : QVariant();
    case Qt::ToolTipRole:
        return index.column() == what ? QVariant(Qt::convertFromPlainText(row.text)) : QVariant();
    case Qt::DisplayRole:
        break;
    default:
        return {};
    }
    switch (index.column()) {
    case time:
        return formatTimeExactly(row.time).mid(11); // of today
    case kind:
        return eventKindText(row.kind);
    case place:
        return !row.hasPlace()                           ? QString()
               : row.kind == rustcask::EventKind::append ? formatLocation(row.location)
                                                         : QString::number(row.location.generation.value);
    case sequence:
        return row.sequence == 0 ? QString() : formatCount(row.sequence);
    case key:
        return row.key.isEmpty() ? QString() : displayKey(row.key);
    case bytes:
        return row.bytes == 0 ? QString() : formatBytes(row.bytes);
    case what:
        return row.text;
    default:
        return {};
    }
}

QVariant EventLogModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) {
        return {};
    }
    if (role == Qt::TextAlignmentRole) {
        return section == sequence || section == bytes || section == place ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
                                                                           : QVariant(Qt::AlignLeft | Qt::AlignVCenter);
    }
    if (role != Qt::DisplayRole) {
        return {};
    }
    switch (section) {
    case time:
        return tr("Time");
    case kind:
        return tr("Event");
    case place:
        return tr("File @ offset");
    case sequence:
        return tr("Sequence");
    case key:
        return tr("Key");
    case bytes:
        return tr("Bytes");
    case what:
        return tr("What");
    default:
        return {};
    }
}

void EventFilter::setKind(std::optional<rustcask::EventKind> kind) {
    m_kind = kind;
    invalidateFilter();
}

void EventFilter::setPart(const QString& part) {
    m_part = part;
    invalidateFilter();
}

bool EventFilter::filterAcceptsRow(int row, const QModelIndex& parent) const {
    Q_UNUSED(parent)
    const LogRow& event = static_cast<const EventLogModel*>(sourceModel())->rowAt(row);
    if (m_kind && event.kind != *m_kind) {
        return false;
    }
    return m_part.isEmpty() || event.key.contains(m_part.toUtf8()) || event.text.contains(m_part, Qt::CaseInsensitive);
}

} // namespace rustcask::ui
