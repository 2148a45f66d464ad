// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>

#include <rustcask/stats.h>

namespace rustcask::ui {

/// The data files of a database, one a row, over the last sample of its statistics. Rows keep their identity (the
/// generation) from sample to sample, so that selection and scroll position stay.
class FileTableModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { file, kind, map, size, deadShare, live, dead, tombstones, records, hint, columnCountValue };
    enum Role {
        sortRole = Qt::UserRole, ///< a number (or text) to sort by
        statsRole,               ///< FileStats of the row
        largestRole,             ///< quint64: bytes of the largest file, the scale of the bars
    };

    using QAbstractTableModel::QAbstractTableModel;

    /// `files` ascending by generation, as in Stats.
    void setFiles(const std::vector<rustcask::FileStats>& files);
    [[nodiscard]] const rustcask::FileStats& fileAt(int row) const { return m_files[static_cast<std::size_t>(row)]; }
    /// Row of a generation, or -1.
    [[nodiscard]] int rowOf(rustcask::Generation generation) const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role = Qt::DisplayRole) const override;

private:
    [[nodiscard]] QString toolTip(const rustcask::FileStats& file) const;

    std::vector<rustcask::FileStats> m_files{};
    quint64 m_largest = 0;
};

/// "active", "sealed", "merge output", "damaged".
[[nodiscard]] QString fileKindText(const rustcask::FileStats& file);
/// Dead records of all records, 0 to 1; 0 for an empty file. Tombstones do not count: some must be kept.
[[nodiscard]] double deadRecordShare(const rustcask::FileStats& file);
/// "7 data · 6 hint · 12.4 GiB on disk".
[[nodiscard]] QString filesSummary(const rustcask::Stats& stats);

} // namespace rustcask::ui

Q_DECLARE_METATYPE(rustcask::FileStats)
