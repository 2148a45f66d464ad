// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/storage/lost_model.h"

#include <QTextDocument>

#include "pages/storage/file_table_model.h"
#include "theme/format.h"
#include "theme/tokens.h"

namespace rustcask::ui {
namespace {

QString keyText(const rustcask::LostRecord& lost) {
    return lost.key ? displayKey(QByteArrayView(lost.key->data(), static_cast<qsizetype>(lost.key->size())), 256)
                    : LostModel::tr("not known");
}

} // namespace

QString keyFateText(const rustcask::LostRecord& lost) {
    switch (lost.fate) {
    case rustcask::KeyFate::unknown:
        return LostModel::tr("not known");
    case rustcask::KeyFate::superseded:
        return LostModel::tr("nothing lost: a newer version was saved");
    case rustcask::KeyFate::older:
        return lost.tombstone ? LostModel::tr("its deletion was lost: an older version is back")
                              : LostModel::tr("an older version answers for it");
    case rustcask::KeyFate::absent:
        return LostModel::tr("the key is lost");
    }
    return {};
}

QString salvageSummary(const rustcask::SalvageReport& report) {
    QString text = LostModel::tr("Saved: %1 from %2, in %3. Live: %4.")
                       .arg(formatRecords(report.records), formatFiles(report.files), formatBytes(report.bytes),
                            formatKeys(report.liveKeys));
    text += QLatin1Char(' ');
    text += report.complete() ? LostModel::tr("Nothing was lost.")
                              : (report.lostRanges == 1 ? LostModel::tr("%1 could not be saved, in %2 place.")
                                                        : LostModel::tr("%1 could not be saved, in %2 places."))
                                    .arg(formatBytes(report.lostBytes), formatCount(report.lostRanges));
    if (report.lostLeftOut > 0) {
        text += QLatin1Char(' ');
        text += LostModel::tr("The first %1 places are listed.").arg(formatCount(report.lost.size()));
    }
    for (const std::string& note : report.notes) {
        text += QLatin1Char(' ') + displayKey(note) + QLatin1Char('.');
    }
    return text;
}

QString hintSummary(const rustcask::HintReport& report) {
    if (report.rebuilt == 0 && report.removed == 0) {
        return LostModel::tr("Every hint file fits its data file (%1 checked): there was nothing to rebuild.")
            .arg(formatFiles(report.files.size()));
    }
    QString text = LostModel::tr("%1 of %2 hint files were written anew.")
                       .arg(formatCount(report.rebuilt), formatCount(report.files.size()));
    if (report.removed > 0) {
        text += QLatin1Char(' ');
        text +=
            LostModel::tr("%1 were removed, because their data files are damaged.").arg(formatCount(report.removed));
    }
    return text;
}

void LostModel::setLost(std::vector<rustcask::LostRecord> lost) {
    beginResetModel();
    m_lost = std::move(lost);
    endResetModel();
}

int LostModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_lost.size());
}

int LostModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : columnCountValue;
}

QVariant LostModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) {
        return {};
    }
    const auto& lost = lostAt(index.row());
    if (role == Qt::TextAlignmentRole) {
        return index.column() == offset || index.column() == bytes ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
                                                                   : QVariant(Qt::AlignLeft | Qt::AlignVCenter);
    }
    if (role == Qt::FontRole) {
        return index.column() == offset || index.column() == key ? QVariant(monospaceFont()) : QVariant();
    }
    const bool isText = index.column() == key || index.column() == fate || index.column() == reason;
    if (role != Qt::DisplayRole && !(role == Qt::ToolTipRole && isText)) {
        return {};
    }
    QString text;
    switch (index.column()) {
    case file:
        text = displayKey(lost.file.filename().string());
        break;
    case offset:
        text = formatOffset(lost.offset);
        break;
    case bytes:
        text = formatBytes(lost.bytes);
        break;
    case key:
        text = keyText(lost);
        break;
    case fate:
        text = keyFateText(lost);
        break;
    case reason:
        text = displayKey(lost.reason);
        break;
    default:
        break;
    }
    return role == Qt::ToolTipRole ? Qt::convertFromPlainText(text) : text;
}

QVariant LostModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) {
        return {};
    }
    if (role == Qt::TextAlignmentRole) {
        return section == offset || section == bytes ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
                                                     : QVariant(Qt::AlignLeft | Qt::AlignVCenter);
    }
    if (role != Qt::DisplayRole) {
        return {};
    }
    switch (section) {
    case file:
        return tr("File");
    case offset:
        return tr("Offset");
    case bytes:
        return tr("Bytes");
    case key:
        return tr("Key");
    case fate:
        return tr("What it means for the key");
    case reason:
        return tr("Why");
    default:
        return {};
    }
}

} // namespace rustcask::ui
