// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QStandardItemModel>
#include <QTableView>

namespace rustcask::ui {

/// A table of tens of millions of rows, all `tableRowHeight` high and none hidden. QTableView keeps eight bytes for
/// each row in its vertical header and writes all of them whenever the model is reset, which holds the window up for 5
/// ms a million; here that header has no rows, and places are computed. Scrolls by row, selects rows. Home and End go
/// to the first and the last row.
///
/// What QTableView tells of rows without asking a virtual function (`rowHeight`, `columnAt` …) is hidden by what is
/// here or of no use; spans, grid, moved and hidden rows are not supported.
class TallTableView : public QTableView {
    Q_OBJECT
public:
    explicit TallTableView(QWidget* parent = nullptr);

    /// @pre the model has no rows yet: QTableView still counts them once
    void setModel(QAbstractItemModel* model) override;
    [[nodiscard]] QRect visualRect(const QModelIndex& index) const override;
    void scrollTo(const QModelIndex& index, ScrollHint hint = EnsureVisible) override;
    [[nodiscard]] QModelIndex indexAt(const QPoint& at) const override;
    /// The row at a height within the viewport; -1: below the last.
    [[nodiscard]] int rowAt(int y) const;
    /// Tells what has been typed; looking through all rows for it, as views do, could take minutes.
    void keyboardSearch(const QString& text) override;

Q_SIGNALS:
    /// Characters typed one soon after the other, all of them.
    void typed(const QString& text);

protected:
    void paintEvent(QPaintEvent* event) override;
    void scrollContentsBy(int dx, int dy) override;
    void updateGeometries() override;
    [[nodiscard]] int verticalOffset() const override;
    [[nodiscard]] QModelIndex moveCursor(CursorAction action, Qt::KeyboardModifiers modifiers) override;
    void setSelection(const QRect& rect, QItemSelectionModel::SelectionFlags flags) override;
    [[nodiscard]] QRegion visualRegionForSelection(const QItemSelection& selection) const override;
    [[nodiscard]] bool isIndexHidden(const QModelIndex& index) const override;
    [[nodiscard]] int sizeHintForColumn(int column) const override;
    void rowsInserted(const QModelIndex& parent, int first, int last) override;
    void dataChanged(const QModelIndex& topLeft, const QModelIndex& bottomRight, const QList<int>& roles) override;

private:
    [[nodiscard]] int rows() const;
    [[nodiscard]] int top() const;      ///< the first row to be seen
    [[nodiscard]] int pageRows() const; ///< that are seen whole
    /// The row at a height, as if there were rows without end in both directions.
    [[nodiscard]] int unboundedRowAt(int y) const;
    void relayout(int newTop);

    QStandardItemModel m_noRows;
    QString m_typed;
    QElapsedTimer m_sinceTyped;
};

} // namespace rustcask::ui
