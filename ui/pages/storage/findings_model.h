// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <QIcon>

#include <rustcask/verify.h>

namespace rustcask::ui {

/// What verification found, one finding a row, over the report's own order (file, then offset).
class FindingsModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { severity, file, offset, field, sentence, advice, columnCountValue };
    static constexpr int sortRole = Qt::UserRole;

    using QAbstractTableModel::QAbstractTableModel;

    void setReport(rustcask::VerifyReport report);
    void clear();
    [[nodiscard]] const rustcask::Finding& findingAt(int row) const;
    /// Colours of the severity shapes.
    void setPalette(const QPalette& palette);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role = Qt::DisplayRole) const override;

private:
    rustcask::VerifyReport m_report{};
    QIcon m_icons[3]{};
};

/// "note", "warning", "error" in the user's language.
[[nodiscard]] QString severityText(rustcask::Severity severity);
/// A round, a triangle or an octagon: severity is told by shape, too.
[[nodiscard]] QIcon severityIcon(rustcask::Severity severity, const QPalette& palette);
/// The result in one sentence: "Everything is as it was written: 12 files, 3,000 records, 1.2 MiB checked."
[[nodiscard]] QString verifySummary(const rustcask::VerifyReport& report);

} // namespace rustcask::ui
