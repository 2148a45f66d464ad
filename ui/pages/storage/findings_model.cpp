// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/storage/findings_model.h"

#include <QPainter>
#include <QPixmap>
#include <QTextDocument>

#include "theme/format.h"
#include "theme/tokens.h"
#include "widgets/hex_view.h"

namespace rustcask::ui {

QString severityText(rustcask::Severity severity) {
    switch (severity) {
    case rustcask::Severity::note:
        return FindingsModel::tr("note");
    case rustcask::Severity::warning:
        return FindingsModel::tr("warning");
    case rustcask::Severity::error:
        break;
    }
    return FindingsModel::tr("error");
}

QIcon severityIcon(rustcask::Severity severity, const QPalette& palette) {
    const Tokens& tokens = tokensFor(palette);
    QIcon icon;
    for (const int scale : {1, 2}) {
        QPixmap pixmap(14 * scale, 14 * scale);
        pixmap.setDevicePixelRatio(scale);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        switch (severity) {
        case rustcask::Severity::note:
            painter.setBrush(tokens.muted);
            painter.drawEllipse(QRectF(3, 3, 8, 8));
            break;
        case rustcask::Severity::warning:
            painter.setBrush(tokens.warning);
            painter.drawPolygon(QPolygonF({{7, 1.5}, {13, 12.5}, {1, 12.5}}));
            break;
        case rustcask::Severity::error:
            painter.setBrush(tokens.damaged);
            painter.drawPolygon(
                QPolygonF({{4.5, 1}, {9.5, 1}, {13, 4.5}, {13, 9.5}, {9.5, 13}, {4.5, 13}, {1, 9.5}, {1, 4.5}}));
            break;
        }
        icon.addPixmap(pixmap);
    }
    return icon;
}

QString verifySummary(const rustcask::VerifyReport& report) {
    const QString checked =
        FindingsModel::tr("%1, %2 and %3 were read")
            .arg(formatFiles(report.files), formatRecords(report.records), formatBytes(report.bytes));
    if (report.errors > 0) {
        return (report.errors == 1
                    ? FindingsModel::tr("%1: %2 place holds damage. Sound records stay readable; nothing was changed.")
                    : FindingsModel::tr("%1: %2 places hold damage. Sound records stay readable; nothing was changed."))
            .arg(checked)
            .arg(formatCount(report.errors));
    }
    if (report.warnings > 0) {
        return FindingsModel::tr("%1: no data is damaged. Warnings, which cost time at opening but no data: %2.")
            .arg(checked, formatCount(report.warnings));
    }
    return FindingsModel::tr("%1: every byte is as it was written. Live: %2.")
        .arg(checked, formatKeys(report.liveKeys));
}

void FindingsModel::setReport(rustcask::VerifyReport report) {
    beginResetModel();
    m_report = std::move(report);
    endResetModel();
}

void FindingsModel::clear() {
    setReport({});
}

const rustcask::Finding& FindingsModel::findingAt(int row) const {
    return m_report.findings[static_cast<std::size_t>(row)];
}

void FindingsModel::setPalette(const QPalette& palette) {
    for (const auto severityValue :
         {rustcask::Severity::note, rustcask::Severity::warning, rustcask::Severity::error}) {
        m_icons[static_cast<int>(severityValue)] = severityIcon(severityValue, palette);
    }
    if (rowCount() > 0) {
        Q_EMIT dataChanged(index(0, severity), index(rowCount() - 1, severity), {Qt::DecorationRole});
    }
}

int FindingsModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_report.findings.size());
}

int FindingsModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : columnCountValue;
}

QVariant FindingsModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) {
        return {};
    }
    const auto& finding = findingAt(index.row());
    switch (role) {
    case Qt::DecorationRole:
        return index.column() == severity ? QVariant(m_icons[static_cast<int>(finding.severity)]) : QVariant();
    case Qt::TextAlignmentRole:
        return index.column() == offset ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
                                        : QVariant(Qt::AlignLeft | Qt::AlignVCenter);
    case Qt::FontRole:
        return index.column() == file || index.column() == offset ? QVariant(monospaceFont()) : QVariant();
    case Qt::ToolTipRole:
        // Marked up so that nothing in it is taken for mark-up.
        return index.column() == sentence || index.column() == advice
                   ? QVariant(Qt::convertFromPlainText(data(index, Qt::DisplayRole).toString()))
                   : QVariant();
    case sortRole:
        if (index.column() == severity) {
            return -static_cast<int>(finding.severity); // worst first when ascending
        }
        if (index.column() == offset) {
            return QVariant::fromValue<quint64>(finding.offset);
        }
        return data(index, Qt::DisplayRole);
    case Qt::DisplayRole:
        switch (index.column()) {
        case severity:
            return severityText(finding.severity);
        case file:
            return displayKey(finding.file.filename().string());
        case offset:
            return formatOffset(finding.offset);
        case field:
            return finding.field ? fieldText(*finding.field) : QString();
        case sentence:
            return displayKey(finding.text);
        case advice:
            return displayKey(finding.advice);
        default:
            return {};
        }
    default:
        return {};
    }
}

QVariant FindingsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) {
        return {};
    }
    if (role == Qt::TextAlignmentRole) {
        return section == offset ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
                                 : QVariant(Qt::AlignLeft | Qt::AlignVCenter);
    }
    if (role != Qt::DisplayRole) {
        return {};
    }
    switch (section) {
    case severity:
        return tr("Severity");
    case file:
        return tr("File");
    case offset:
        return tr("Offset");
    case field:
        return tr("Field");
    case sentence:
        return tr("What was found");
    case advice:
        return tr("What can be done");
    default:
        return {};
    }
}

} // namespace rustcask::ui
