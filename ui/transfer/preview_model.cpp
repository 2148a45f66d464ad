// SPDX-License-Identifier: GPL-3.0-or-later
#include "transfer/preview_model.h"

#include "theme/format.h"
#include "theme/tokens.h"

namespace rustcask::ui {

namespace {

constexpr qsizetype shownBytes = 200;

QString shown(const std::string& bytes) {
    return displayKey(QByteArrayView(bytes.data(), qsizetype(bytes.size())), shownBytes);
}

} // namespace

void PreviewModel::setPreview(ImportPreview preview) {
    beginResetModel();
    m_preview = std::move(preview);
    endResetModel();
}

int PreviewModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_preview.preview.records.size());
}

int PreviewModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : columnCountValue;
}

QVariant PreviewModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) {
        return {};
    }
    const auto row = static_cast<std::size_t>(index.row());
    const rustcask::transfer::Record& record = m_preview.preview.records[row];
    if (role == Qt::FontRole && index.column() <= value) {
        return monospaceFont();
    }
    if (role == Qt::TextAlignmentRole && index.column() == size) {
        return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    }
    if (role == Qt::ToolTipRole && index.column() <= value) {
        return Qt::convertFromPlainText(shown(index.column() == key ? record.key : record.value));
    }
    if (role != Qt::DisplayRole) {
        return {};
    }
    switch (index.column()) {
    case key:
        return shown(record.key);
    case value:
        return shown(record.value);
    case size:
        return formatBytes(record.value.size());
    case present:
        return m_preview.present[row] ? tr("has a value") : tr("new");
    default:
        return {};
    }
}

QVariant PreviewModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) {
        return {};
    }
    if (role == Qt::TextAlignmentRole && section == size) {
        return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    }
    if (role != Qt::DisplayRole) {
        return {};
    }
    switch (section) {
    case key:
        return tr("Key");
    case value:
        return tr("Value");
    case size:
        return tr("Size");
    case present:
        return tr("In the database");
    default:
        return {};
    }
}

} // namespace rustcask::ui
