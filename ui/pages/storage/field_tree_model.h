// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractItemModel>
#include <QPalette>
#include <QString>
#include <QVector>

#include <rustcask/inspect.h>

namespace rustcask::ui {

struct RecordDetail;

/// The fields of one record, header, entry or trailer: name, value and which bytes they are; below some of them what
/// they mean (stored and computed checksum, the local time, each flag). Every byte of the record is in one top row. The
/// inspector says it all; nothing is computed here.
class FieldTreeModel : public QAbstractItemModel {
    Q_OBJECT
public:
    enum Column { field, value, bytes, columnCountValue };

    using QAbstractItemModel::QAbstractItemModel;

    /// Bytes are numbered from the record's first, as its grammar does.
    void setRecord(const RecordDetail& detail);
    void clear();
    void setPalette(const QPalette& palette);
    [[nodiscard]] const std::vector<rustcask::FieldSpan>& fields() const { return m_fields; }
    /// Which field an index belongs to, a meaning to its field; -1 for none.
    [[nodiscard]] int fieldOf(const QModelIndex& index) const;

    [[nodiscard]] QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    [[nodiscard]] QModelIndex parent(const QModelIndex& child) const override;
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role = Qt::DisplayRole) const override;

private:
    struct Meaning {
        QString name;
        QString text;
        bool wrong = false;
        bool isTime = false;
    };
    [[nodiscard]] QVector<Meaning> meaningsOf(const rustcask::FieldSpan& span, const RecordDetail& detail) const;
    [[nodiscard]] QVariant meaningData(const Meaning& meaning, int column, int role) const;

    std::vector<rustcask::FieldSpan> m_fields{};
    QVector<QVector<Meaning>> m_meanings{}; // of each field
    quint64 m_recordOffset = 0;
    QPalette m_palette{};
};

} // namespace rustcask::ui
