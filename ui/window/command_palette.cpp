// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/command_palette.h"

#include <algorithm>

#include <QAction>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPainter>
#include <QVBoxLayout>

#include "actions/action_registry.h"
#include "theme/tokens.h"
#include "widgets/card.h"
#include "widgets/labels.h"
#include "widgets/row_delegate.h"

namespace rustcask::ui {

namespace {

constexpr int rowHeight = 30;
constexpr int mostRows = 11;

/// Category, name and shortcut on one line.
class CommandDelegate : public RowDelegate {
public:
    using RowDelegate::RowDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        const Tokens& t = tokensFor(option.palette);
        if (option.state.testFlag(QStyle::State_Selected)) {
            painter->fillRect(option.rect, t.selection);
        }
        QRect area = option.rect.adjusted(12, 0, -12, 0);
        painter->setFont(smallFont(option.font));
        painter->setPen(t.muted);
        painter->drawText(QRect(area.left(), area.top(), 92, area.height()), Qt::AlignVCenter | Qt::AlignLeft,
                          index.data(CommandModel::categoryRole).toString());
        const QString keys = index.data(CommandModel::shortcutRole).toString();
        painter->drawText(area, Qt::AlignVCenter | Qt::AlignRight, keys);
        const int keysWidth = painter->fontMetrics().horizontalAdvance(keys);
        painter->setFont(option.font);
        painter->setPen(t.text);
        area.adjust(98, 0, -keysWidth - 12, 0);
        painter->drawText(
            area, Qt::AlignVCenter | Qt::AlignLeft,
            painter->fontMetrics().elidedText(index.data(Qt::DisplayRole).toString(), Qt::ElideRight, area.width()));
    }
    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override { return {0, rowHeight}; }
};

} // namespace

CommandModel::CommandModel(const ActionRegistry& registry, QObject* parent)
    : QAbstractListModel(parent), m_registry(registry) {}

void CommandModel::setQuery(const QString& query) {
    beginResetModel();
    m_rows.clear();
    const QString wanted = query.trimmed();
    const auto entries = m_registry.entries();
    for (const ActionRegistry::Entry& entry : entries) {
        if (!entry.action->isEnabled()) {
            continue;
        }
        const QString name = plainActionText(entry.action->text());
        const int score =
            std::max(fuzzyScore(wanted, name), fuzzyScore(wanted, entry.category + QLatin1Char(' ') + name) - 50);
        if (wanted.isEmpty() || score > 0) {
            m_rows.append({entry.category, entry.action, wanted.isEmpty() ? 0 : score});
        }
    }
    std::stable_sort(m_rows.begin(), m_rows.end(), [](const Row& a, const Row& b) { return a.score > b.score; });
    endResetModel();
}

QAction* CommandModel::actionAt(int row) const {
    return row >= 0 && row < m_rows.size() ? m_rows[row].action.data() : nullptr;
}

int CommandModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QVariant CommandModel::data(const QModelIndex& index, int role) const {
    const QAction* action = actionAt(index.row());
    if (action == nullptr) {
        return {};
    }
    switch (role) {
    case Qt::DisplayRole:
        return plainActionText(action->text());
    case Qt::AccessibleTextRole:
        return tr("%1: %2").arg(m_rows[index.row()].category, plainActionText(action->text()));
    case categoryRole:
        return m_rows[index.row()].category;
    case shortcutRole:
        return action->shortcut().toString(QKeySequence::NativeText);
    default:
        return {};
    }
}

CommandPalette::CommandPalette(const ActionRegistry& registry, QWidget* window)
    : QFrame(window, Qt::Popup | Qt::FramelessWindowHint),
      m_model(new CommandModel(registry, this)),
      m_query(new QLineEdit(this)),
      m_list(new QListView(this)),
      m_nothing(makeMuted(tr("No command fits."), this)) {
    setProperty("role", QStringLiteral("popup"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(1, 1, 1, 1);
    column->setSpacing(0);
    m_query->setPlaceholderText(tr("Type a command"));
    m_query->setAccessibleName(tr("Command"));
    m_query->setProperty("role", QStringLiteral("bare"));
    m_query->setFixedHeight(38);
    m_query->setTextMargins(6, 0, 6, 0);
    m_query->installEventFilter(this);
    column->addWidget(m_query);
    column->addWidget(makeHairline(Qt::Horizontal, this));
    m_list->setModel(m_model);
    m_list->setItemDelegate(new CommandDelegate(m_list));
    m_list->setUniformItemSizes(true);
    m_list->setAccessibleName(tr("Commands that fit"));
    m_list->setFocusPolicy(Qt::NoFocus);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    column->addWidget(m_list);
    m_nothing->setContentsMargins(14, 8, 14, 10);
    column->addWidget(m_nothing);
    connect(m_query, &QLineEdit::textChanged, this, &CommandPalette::filter);
    connect(m_list, &QListView::clicked, this, &CommandPalette::choose);
}

void CommandPalette::openUnder(const QWidget* anchor) {
    m_query->clear();
    filter({});
    const int width = std::max(520, anchor->width());
    setFixedWidth(width);
    const QPoint right = anchor->mapToGlobal(QPoint(anchor->width(), anchor->height() + 4));
    move(right.x() - width, right.y());
    show();
    m_query->setFocus(Qt::PopupFocusReason);
}

void CommandPalette::filter(const QString& query) {
    m_model->setQuery(query);
    const int rows = m_model->rowCount();
    m_list->setVisible(rows > 0);
    m_nothing->setVisible(rows == 0);
    m_list->setFixedHeight(std::min(rows, mostRows) * rowHeight + 2);
    m_list->setCurrentIndex(m_model->index(0));
    adjustSize();
}

void CommandPalette::choose(const QModelIndex& index) {
    QAction* action = m_model->actionAt(index.row());
    hide();
    if (action != nullptr) {
        Q_EMIT chosen(action);
    }
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_query && event->type() == QEvent::KeyPress) {
        const int rows = m_model->rowCount();
        const int row = m_list->currentIndex().row();
        const auto go = [&](int to) {
            if (rows > 0) {
                m_list->setCurrentIndex(m_model->index(std::clamp(to, 0, rows - 1)));
            }
            return true;
        };
        switch (static_cast<QKeyEvent*>(event)->key()) {
        case Qt::Key_Down:
            return go(row + 1 < rows ? row + 1 : 0);
        case Qt::Key_Up:
            return go(row > 0 ? row - 1 : rows - 1);
        case Qt::Key_PageDown:
            return go(row + mostRows);
        case Qt::Key_PageUp:
            return go(row - mostRows);
        case Qt::Key_Return:
        case Qt::Key_Enter:
            choose(m_list->currentIndex());
            return true;
        case Qt::Key_Escape:
            hide();
            return true;
        default:
            break;
        }
    }
    return QFrame::eventFilter(watched, event);
}

} // namespace rustcask::ui
