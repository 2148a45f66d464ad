// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>

#include <rustcask/repair.h>

namespace rustcask::ui {

/// What a salvage could not save, a range a row, in the order of the report.
class LostModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { file, offset, bytes, key, fate, reason, columnCountValue };

    using QAbstractTableModel::QAbstractTableModel;

    void setLost(std::vector<rustcask::LostRecord> lost);
    [[nodiscard]] const rustcask::LostRecord& lostAt(int row) const { return m_lost[static_cast<std::size_t>(row)]; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role = Qt::DisplayRole) const override;

private:
    std::vector<rustcask::LostRecord> m_lost{};
};

/// What losing a record means for its key, in a few words.
[[nodiscard]] QString keyFateText(const rustcask::LostRecord& lost);
/// The outcome of a salvage in a sentence or two.
[[nodiscard]] QString salvageSummary(const rustcask::SalvageReport& report);
/// The outcome of rebuilding hint files in a sentence.
[[nodiscard]] QString hintSummary(const rustcask::HintReport& report);

} // namespace rustcask::ui
