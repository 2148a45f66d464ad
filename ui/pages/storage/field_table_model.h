// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <QPalette>

#include <rustcask/inspect.h>

namespace rustcask::ui {

/// The fields of one record: name, value and which bytes they are. The inspector says it all; nothing is computed here.
class FieldTableModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { field, value, bytes, columnCountValue };

    using QAbstractTableModel::QAbstractTableModel;

    /// `recordOffset`: bytes are numbered from the record's first, as its grammar does.
    void setFields(std::vector<rustcask::FieldSpan> fields, quint64 recordOffset);
    void setPalette(const QPalette& palette);
    [[nodiscard]] const std::vector<rustcask::FieldSpan>& fields() const { return m_fields; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role = Qt::DisplayRole) const override;

private:
    std::vector<rustcask::FieldSpan> m_fields{};
    quint64 m_recordOffset = 0;
    QPalette m_palette{};
};

} // namespace rustcask::ui
