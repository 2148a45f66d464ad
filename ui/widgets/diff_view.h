// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractScrollArea>

#include "values/diff.h"

namespace rustcask::ui {

/// Two texts side by side, row by row: what was removed on the left, what was added on the right, what changed within a
/// line marked there. Virtual: any number of rows. Signs beside the colours: − + ~.
class DiffView : public QAbstractScrollArea {
    Q_OBJECT
public:
    explicit DiffView(QWidget* parent = nullptr);

    void setDiff(Diff diff);
    [[nodiscard]] const Diff& diff() const { return m_diff; }
    /// Scrolls to the change after (before) the one shown; false: there is none.
    bool showNextChange(bool backward);
    /// The first row of the change shown last; -1: none.
    [[nodiscard]] int currentRow() const { return m_current; }
    [[nodiscard]] QSize sizeHint() const override { return {760, 360}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void relayout();
    void paintSide(QPainter& painter, const DiffRow& row, bool left, const QRectF& rect);
    [[nodiscard]] bool beginsChange(int row) const;

    Diff m_diff;
    int m_current = -1;
    qreal m_charWidth = 8;
    qreal m_rowHeight = 18;
    qsizetype m_longest = 0; // characters of the longest line
    qsizetype m_labelSize = 1;
};

} // namespace rustcask::ui
