// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <QColor>
#include <QFont>
#include <QPalette>
#include <QStringList>

#include <optional>
#include <vector>

#include <rustcask/inspect.h>

namespace rustcask::ui {

/// A small table of texts that is replaced as a whole: keydir, fields, calls.
class RowModel : public QAbstractTableModel {
    Q_OBJECT
public:
    struct Column {
        QString title{};
        bool number = false;    ///< right-aligned
        bool monospaced = true; ///< keys, bytes, offsets
    };
    struct Row {
        QStringList cells{};
        std::optional<Field> field{}; ///< its colour, in the first column
        bool bold = false;
    };

    explicit RowModel(QList<Column> columns, QObject* parent = nullptr);

    void setRows(std::vector<Row> rows);
    /// The palette that colours of fields are taken from.
    void setPalette(const QPalette& palette);
    [[nodiscard]] const std::vector<Row>& rows() const { return m_rows; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QList<Column> m_columns;
    std::vector<Row> m_rows;
    QPalette m_palette;
};

} // namespace rustcask::ui
