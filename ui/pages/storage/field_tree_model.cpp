// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/storage/field_tree_model.h"

#include <QTextDocument>

#include "pages/storage/record_source.h"
#include "pages/storage/record_text.h"
#include "theme/format.h"
#include "theme/tokens.h"
#include "widgets/hex_view.h"

namespace rustcask::ui {
namespace {

constexpr quintptr topLevel = 0; // internal id of a field; of a meaning: 1 + its field

bool isTime(rustcask::Field field) {
    return field == rustcask::Field::time || field == rustcask::Field::creationTime;
}

QString checksumText(std::uint32_t checksum) {
    return QStringLiteral("%1").arg(checksum, 8, 16, QLatin1Char('0')).toUpper();
}

} // namespace

QVector<FieldTreeModel::Meaning> FieldTreeModel::meaningsOf(const rustcask::FieldSpan& span,
                                                            const RecordDetail& detail) const {
    const auto& info = detail.row.info;
    switch (span.field) {
    case rustcask::Field::checksum:
    case rustcask::Field::headerChecksum:
    case rustcask::Field::hintChecksum: {
        if (info.computedChecksum == 0 && info.storedChecksum == 0) {
            return {};
        }
        const bool same = info.storedChecksum == info.computedChecksum;
        return {{tr("stored"), checksumText(info.storedChecksum), false},
                {tr("computed"), checksumText(info.computedChecksum), !same},
                {tr("verdict"), same ? tr("they match") : tr("they do not match"), !same}};
    }
    case rustcask::Field::time:
    case rustcask::Field::creationTime:
        return {{tr("local time"), formatTimeExactly(info.time), false, true}};
    case rustcask::Field::sequence: {
        if (detail.row.newest && detail.row.state == RecordState::superseded) {
            return {{tr("newest"), formatCount(detail.row.newest->sequence.value), false}};
        }
        return {};
    }
    case rustcask::Field::flags:
        return {{tr("tombstone"), info.tombstone ? tr("set: the key is deleted") : tr("clear"), false}};
    case rustcask::Field::hintOffset:
        return {{tr("record at"), formatLocation({detail.generation, info.dataOffset, 0}), false}};
    default:
        return {};
    }
}

void FieldTreeModel::setRecord(const RecordDetail& detail) {
    beginResetModel();
    m_fields = detail.fields;
    m_recordOffset = detail.row.info.offset;
    m_meanings.clear();
    for (const auto& span : m_fields) {
        m_meanings.append(meaningsOf(span, detail));
    }
    endResetModel();
}

void FieldTreeModel::clear() {
    beginResetModel();
    m_fields.clear();
    m_meanings.clear();
    endResetModel();
}

void FieldTreeModel::setPalette(const QPalette& palette) {
    m_palette = palette;
    if (rowCount() > 0) {
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCountValue - 1), {Qt::ForegroundRole});
    }
}

int FieldTreeModel::fieldOf(const QModelIndex& index) const {
    if (!index.isValid()) {
        return -1;
    }
    return index.internalId() == topLevel ? index.row() : static_cast<int>(index.internalId()) - 1;
}

QModelIndex FieldTreeModel::index(int row, int column, const QModelIndex& parent) const {
    if (!hasIndex(row, column, parent)) {
        return {};
    }
    return createIndex(row, column, parent.isValid() ? static_cast<quintptr>(parent.row()) + 1 : topLevel);
}

QModelIndex FieldTreeModel::parent(const QModelIndex& child) const {
    return child.isValid() && child.internalId() != topLevel
               ? createIndex(static_cast<int>(child.internalId()) - 1, 0, topLevel)
               : QModelIndex();
}

int FieldTreeModel::rowCount(const QModelIndex& parent) const {
    if (!parent.isValid()) {
        return static_cast<int>(m_fields.size());
    }
    return parent.internalId() == topLevel && parent.column() == 0 ? static_cast<int>(m_meanings[parent.row()].size())
                                                                   : 0;
}

int FieldTreeModel::columnCount(const QModelIndex&) const {
    return columnCountValue;
}

QVariant FieldTreeModel::meaningData(const Meaning& meaning, int column, int role) const {
    const Tokens& tokens = tokensFor(m_palette);
    if (role == Qt::DisplayRole) {
        return column == field ? meaning.name : column == value ? meaning.text : QString();
    }
    if (role == Qt::ForegroundRole) {
        return meaning.wrong ? tokens.damaged : column == field ? QVariant(tokens.muted) : QVariant();
    }
    return role == Qt::FontRole && column == value && !meaning.isTime ? QVariant(monospaceFont()) : QVariant();
}

QVariant FieldTreeModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) {
        return {};
    }
    if (index.internalId() != topLevel) {
        return meaningData(m_meanings[fieldOf(index)][index.row()], index.column(), role);
    }
    const auto& span = m_fields[static_cast<std::size_t>(index.row())];
    const Tokens& tokens = tokensFor(m_palette);
    switch (role) {
    case Qt::DisplayRole:
        switch (index.column()) {
        case field:
            return fieldText(span.field);
        case value:
            return displayKey(span.decoded);
        case bytes: {
            const quint64 from = span.offset - m_recordOffset;
            return span.bytes == 1
                       ? QString::number(from)
                       : QStringLiteral("%1–%2").arg(from).arg(from + span.bytes - (span.bytes > 0 ? 1 : 0));
        }
        default:
            return {};
        }
    case Qt::ForegroundRole:
        if (!span.valid) {
            return tokens.damaged;
        }
        if (index.column() == field) {
            return tokens.field(span.field);
        }
        return index.column() == bytes ? QVariant(tokens.muted) : QVariant();
    case Qt::FontRole: // a time is long, and not compared digit by digit with the bytes
        return index.column() == value && !isTime(span.field) ? QVariant(monospaceFont()) : QVariant();
    case Qt::TextAlignmentRole:
        return index.column() == bytes ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
                                       : QVariant(Qt::AlignLeft | Qt::AlignVCenter);
    case Qt::ToolTipRole: {
        QStringList lines{tr("%1: %2").arg(fieldText(span.field), displayKey(span.decoded, 256))};
        if (const QString help = fieldHelp(span.field); !help.isEmpty()) {
            lines.append(help);
        }
        if (!span.valid) {
            lines.append(tr("This is what is wrong."));
        }
        return Qt::convertFromPlainText(lines.join(QLatin1Char('\n')));
    }
    case Qt::AccessibleTextRole:
        return index.column() == value && !span.valid ? QVariant(tr("%1, wrong").arg(displayKey(span.decoded)))
                                                      : QVariant();
    default:
        return {};
    }
}

QVariant FieldTreeModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) {
        return {};
    }
    if (role == Qt::TextAlignmentRole) {
        return section == bytes ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
                                : QVariant(Qt::AlignLeft | Qt::AlignVCenter);
    }
    if (role != Qt::DisplayRole) {
        return {};
    }
    switch (section) {
    case field:
        return tr("Field");
    case value:
        return tr("Value");
    case bytes:
        return tr("Bytes");
    default:
        return {};
    }
}

} // namespace rustcask::ui
