// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>

#include "transfer/transfer_job.h"

namespace rustcask::ui {

/// The first records of a source as an import would store them.
class PreviewModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { key, value, size, present, columnCountValue };
    using QAbstractTableModel::QAbstractTableModel;

    void setPreview(ImportPreview preview);
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role = Qt::DisplayRole) const override;

private:
    ImportPreview m_preview{};
};

} // namespace rustcask::ui
