// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/tall_table_view.h"

#include <algorithm>

#include <QAbstractButton>
#include <QApplication>
#include <QHeaderView>
#include <QPaintEvent>
#include <QPainter>
#include <QScrollBar>
#include <QStyle>

#include "theme/tokens.h"
#include "widgets/labels.h"

namespace rustcask::ui {

namespace {

constexpr int farAway = 1 << 30; // px: beyond any viewport

} // namespace

TallTableView::TallTableView(QWidget* parent) : QTableView(parent) {
    setVerticalScrollMode(ScrollPerItem);
    setHorizontalScrollMode(ScrollPerPixel);
    setSelectionBehavior(SelectRows);
    // The button where the headers meet, which only QTableView's own layout would put away.
    const auto corners = findChildren<QAbstractButton*>(Qt::FindDirectChildrenOnly);
    for (QAbstractButton* corner : corners) {
        corner->hide();
    }
}

int TallTableView::rows() const {
    return model() != nullptr ? model()->rowCount(rootIndex()) : 0;
}

int TallTableView::top() const {
    return verticalScrollBar()->value();
}

int TallTableView::pageRows() const {
    return std::max(1, viewport()->height() / tableRowHeight);
}

int TallTableView::unboundedRowAt(int y) const {
    const int above = y < 0 ? (y + 1) / tableRowHeight - 1 : y / tableRowHeight;
    return top() + above;
}

void TallTableView::setModel(QAbstractItemModel* newModel) {
    if (model() != nullptr) {
        model()->disconnect(this);
    }
    QTableView::setModel(newModel);
    verticalHeader()->setModel(&m_noRows);
    if (newModel == nullptr) {
        return;
    }
    connect(newModel, &QAbstractItemModel::modelReset, this, [this] { relayout(top()); });
    connect(newModel, &QAbstractItemModel::rowsRemoved, this, [this](const QModelIndex&, int first, int last) {
        const int above = std::clamp(top() - first, 0, last - first + 1);
        relayout(top() - above);
    });
    connect(newModel, &QAbstractItemModel::rowsMoved, this, [this] { viewport()->update(); });
    updateGeometries();
}

/// The rows have changed; the one that shall come first is `newTop` now.
void TallTableView::relayout(int newTop) {
    updateGeometries();
    verticalScrollBar()->setValue(newTop);
    viewport()->update();
}

void TallTableView::rowsInserted(const QModelIndex& parent, int first, int last) {
    // What is looked at stays where it is.
    const int newTop = top() > 0 && first < top() ? top() + (last - first + 1) : top();
    QTableView::rowsInserted(parent, first, last);
    relayout(newTop);
}

void TallTableView::dataChanged(const QModelIndex& topLeft, const QModelIndex& bottomRight, const QList<int>& roles) {
    QTableView::dataChanged(topLeft, bottomRight, roles);
    viewport()->update(); // QTableView repaints what its header says of the rows: nothing
}

QRect TallTableView::visualRect(const QModelIndex& index) const {
    if (!index.isValid() || isIndexHidden(index)) {
        return {};
    }
    const qint64 y = (qint64{index.row()} - top()) * tableRowHeight;
    return {horizontalHeader()->sectionViewportPosition(index.column()),
            static_cast<int>(std::clamp<qint64>(y, -2 * qint64{farAway} + 1, 2 * qint64{farAway} - 1 - tableRowHeight)),
            horizontalHeader()->sectionSize(index.column()), tableRowHeight};
}

int TallTableView::rowAt(int y) const {
    const int row = unboundedRowAt(y);
    return row >= 0 && row < rows() ? row : -1;
}

QModelIndex TallTableView::indexAt(const QPoint& at) const {
    const int row = rowAt(at.y());
    const int column = horizontalHeader()->logicalIndexAt(at.x());
    return row >= 0 && column >= 0 ? model()->index(row, column, rootIndex()) : QModelIndex();
}

void TallTableView::scrollTo(const QModelIndex& index, ScrollHint hint) {
    if (!index.isValid() || isIndexHidden(index)) {
        return;
    }
    const int row = index.row();
    const int first = top();
    int wanted = first;
    if (hint == PositionAtTop || (hint == EnsureVisible && row < first)) {
        wanted = row;
    } else if (hint == PositionAtBottom || (hint == EnsureVisible && row >= first + pageRows())) {
        wanted = row - pageRows() + 1;
    } else if (hint == PositionAtCenter) {
        wanted = row - pageRows() / 2;
    }
    verticalScrollBar()->setValue(wanted); // which keeps it within its range
    const int left = horizontalHeader()->sectionPosition(index.column());
    const int width = horizontalHeader()->sectionSize(index.column());
    const int offset = horizontalHeader()->offset();
    if (left < offset || width >= viewport()->width()) {
        horizontalScrollBar()->setValue(left);
    } else if (left + width > offset + viewport()->width()) {
        horizontalScrollBar()->setValue(left + width - viewport()->width());
    }
    viewport()->update();
}

void TallTableView::scrollContentsBy(int dx, int dy) {
    if (dx != 0) {
        horizontalHeader()->setOffset(horizontalScrollBar()->value());
    }
    if (dx != 0 || dy != 0) {
        viewport()->update();
    }
}

int TallTableView::verticalOffset() const {
    return static_cast<int>(std::min<qint64>(qint64{top()} * tableRowHeight, 2 * qint64{farAway} - 1));
}

void TallTableView::updateGeometries() {
    QHeaderView* header = horizontalHeader();
    const int height = header->isHidden() ? 0
                                          : std::min(std::max(header->minimumHeight(), header->sizeHint().height()),
                                                     header->maximumHeight());
    setViewportMargins(0, height, 0, 0);
    const QRect place = viewport()->geometry();
    header->setGeometry(place.left(), place.top() - height, place.width(), height);
    QScrollBar* vertical = verticalScrollBar();
    vertical->setSingleStep(1);
    vertical->setPageStep(pageRows());
    vertical->setRange(0, std::max(0, rows() - pageRows()));
    QScrollBar* horizontal = horizontalScrollBar();
    horizontal->setSingleStep(tableRowHeight);
    horizontal->setPageStep(viewport()->width());
    horizontal->setRange(0, std::max(0, header->length() - viewport()->width()));
    QAbstractItemView::updateGeometries(); // not QTableView's, which would ask the vertical header
}

QModelIndex TallTableView::moveCursor(CursorAction action, Qt::KeyboardModifiers modifiers) {
    Q_UNUSED(modifiers)
    const int count = rows();
    const QHeaderView* header = horizontalHeader();
    const int columns = header->count();
    if (count == 0 || columns == 0) {
        return {};
    }
    const auto nextColumn = [&](int from, int step) { // the nearest that is shown; `from` when there is none
        for (int visual = from + step; visual >= 0 && visual < columns; visual += step) {
            if (!header->isSectionHidden(header->logicalIndex(visual))) {
                return visual;
            }
        }
        return from;
    };
    const QModelIndex current = currentIndex();
    if (!current.isValid()) {
        return model()->index(0, header->logicalIndex(nextColumn(-1, 1)), rootIndex());
    }
    int row = current.row();
    int visual = header->visualIndex(current.column());
    const int forward = isRightToLeft() ? -1 : 1;
    switch (action) {
    case MoveUp:
        row -= 1;
        break;
    case MoveDown:
        row += 1;
        break;
    case MovePageUp:
        row -= pageRows();
        break;
    case MovePageDown:
        row += pageRows();
        break;
    case MoveHome:
        row = 0;
        break;
    case MoveEnd:
        row = count - 1;
        break;
    case MoveLeft:
        visual = nextColumn(visual, -forward);
        break;
    case MovePrevious:
        visual = nextColumn(visual, -1);
        break;
    case MoveRight:
        visual = nextColumn(visual, forward);
        break;
    case MoveNext:
        visual = nextColumn(visual, 1);
        break;
    }
    return model()->index(std::clamp(row, 0, count - 1), header->logicalIndex(visual), rootIndex());
}

void TallTableView::setSelection(const QRect& rect, QItemSelectionModel::SelectionFlags flags) {
    const int count = rows();
    if (count == 0 || selectionModel() == nullptr) {
        return;
    }
    const int first = std::max(0, unboundedRowAt(std::min(rect.top(), rect.bottom())));
    const int last = std::min(count - 1, unboundedRowAt(std::max(rect.top(), rect.bottom())));
    QItemSelection selection;
    if (first <= last) {
        const int lastColumn = std::max(0, model()->columnCount(rootIndex()) - 1);
        selection.select(model()->index(first, 0, rootIndex()), model()->index(last, lastColumn, rootIndex()));
    }
    selectionModel()->select(selection, flags);
}

QRegion TallTableView::visualRegionForSelection(const QItemSelection& selection) const {
    QRegion region;
    const int first = top();
    for (const QItemSelectionRange& range : selection) {
        const int from = std::max(range.top(), first);
        const int to = std::min(range.bottom(), first + pageRows());
        if (range.isValid() && from <= to) {
            region += QRect(0, (from - first) * tableRowHeight, viewport()->width(), (to - from + 1) * tableRowHeight);
        }
    }
    return region;
}

bool TallTableView::isIndexHidden(const QModelIndex& index) const {
    return index.isValid() && isColumnHidden(index.column());
}

int TallTableView::sizeHintForColumn(int column) const {
    QStyleOptionViewItem option;
    initViewItemOption(&option);
    int width = 0;
    for (int row = top(); row < std::min(rows(), top() + pageRows() + 1); ++row) {
        const QModelIndex index = model()->index(row, column, rootIndex());
        width = std::max(width, itemDelegateForIndex(index)->sizeHint(option, index).width());
    }
    return width;
}

void TallTableView::keyboardSearch(const QString& text) {
    if (m_sinceTyped.isValid() && m_sinceTyped.elapsed() > QApplication::keyboardInputInterval()) {
        m_typed.clear();
    }
    m_sinceTyped.start();
    m_typed += text;
    Q_EMIT typed(m_typed);
}

void TallTableView::paintEvent(QPaintEvent* event) {
    QPainter painter(viewport());
    QStyleOptionViewItem base;
    initViewItemOption(&base);
    const QHeaderView* header = horizontalHeader();
    const QRect area = event->rect();
    const int last = std::min(rows() - 1, unboundedRowAt(area.bottom()));
    const QModelIndex current = currentIndex();
    for (int row = std::max(0, unboundedRowAt(area.top())); row <= last; ++row) {
        for (int visual = 0; visual < header->count(); ++visual) {
            const QModelIndex index = model()->index(row, header->logicalIndex(visual), rootIndex());
            QStyleOptionViewItem option = base;
            option.rect = visualRect(index);
            if (option.rect.isEmpty() || !option.rect.intersects(area)) {
                continue;
            }
            option.state.setFlag(QStyle::State_Selected, selectionModel()->isSelected(index));
            option.state.setFlag(QStyle::State_HasFocus, index == current && hasFocus());
            style()->drawPrimitive(QStyle::PE_PanelItemViewRow, &option, &painter, this);
            itemDelegateForIndex(index)->paint(&painter, option, index);
        }
    }
    if (current.isValid() && hasFocus() && current.row() >= top() && current.row() <= last) {
        // Where the keyboard is, selected or not.
        painter.setPen(tokensFor(palette()).accent);
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(0, (current.row() - top()) * tableRowHeight,
                         std::min(viewport()->width(), header->length()) - 1, tableRowHeight - 1);
    }
}

} // namespace rustcask::ui
