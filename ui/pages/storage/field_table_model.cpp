// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/storage/field_table_model.h"

#include <QTextDocument>

#include "pages/storage/record_text.h"
#include "theme/format.h"
#include "theme/tokens.h"
#include "widgets/hex_view.h"

namespace rustcask::ui {

void FieldTableModel::setFields(std::vector<rustcask::FieldSpan> fields, quint64 recordOffset) {
    beginResetModel();
    m_fields = std::move(fields);
    m_recordOffset = recordOffset;
    endResetModel();
}

void FieldTableModel::setPalette(const QPalette& palette) {
    m_palette = palette;
    if (rowCount() > 0) {
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCountValue - 1), {Qt::ForegroundRole});
    }
}

int FieldTableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_fields.size());
}

int FieldTableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : columnCountValue;
}

QVariant FieldTableModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) {
        return {};
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
    case Qt::FontRole:
        return index.column() == value ? QVariant(monospaceFont()) : QVariant();
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

QVariant FieldTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
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
