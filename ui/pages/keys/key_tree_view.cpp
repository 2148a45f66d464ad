// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/keys/key_tree_view.h"

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPainter>
#include <QPushButton>
#include <QVBoxLayout>

#include "pages/keys/value_text.h"
#include "settings/settings.h"
#include "theme/format.h"
#include "theme/icons.h"
#include "widgets/card.h"
#include "widgets/choose_row.h"
#include "widgets/labels.h"
#include "widgets/row_delegate.h"
#include "widgets/tall_table_view.h"

namespace rustcask::ui {

namespace {

constexpr int indent = 16;      // px a level
constexpr int iconSize = 16;    // px
constexpr int maxIndented = 24; // levels: beyond that the name would have no room

const Setting<QString> separatorSetting{"keys/separator", QStringLiteral(":")};

int indentOf(const QModelIndex& index) {
    return std::min(index.data(KeyTreeModel::depthRole).toInt(), maxIndented) * indent;
}

/// Indents names by their level and draws what opens a folder.
class TreeDelegate : public RowDelegate {
public:
    using RowDelegate::RowDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        paintBackground(painter, option);
        const int left = option.rect.left() + sidePadding + indentOf(index);
        QStyleOptionViewItem shifted = option;
        shifted.rect.setLeft(left + 2 * iconSize);
        RowDelegate::paint(painter, shifted, index);
        if (!index.data(KeyTreeModel::folderRole).toBool()) {
            return;
        }
        const bool open = index.data(KeyTreeModel::openRole).toBool();
        const auto draw = [&](const QString& name, int x) {
            const QRect place(x, option.rect.center().y() - iconSize / 2, iconSize, iconSize);
            themedIcon(name, option.palette, IconRole::muted).paint(painter, place);
        };
        draw(open ? QStringLiteral("chevron-down") : QStringLiteral("chevron-right"), left);
        draw(QStringLiteral("folder"), left + iconSize + 2);
    }
};

} // namespace

KeyTreeView::KeyTreeView(Settings& settings, QWidget* parent) : QWidget(parent), m_settings(settings) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(buildSeparators());
    layout->addWidget(makeHairline());
    buildTable();
    layout->addWidget(m_table, 1);
    connect(&m_model, &KeyTreeModel::stateChanged, this, &KeyTreeView::updateState);
    connect(&m_model, &KeyTreeModel::tooManyRows, this, [this](quint64 keys) {
        m_state->setText(
            tr("Not opened: %1 keys are more than a table can show. Find some of them.").arg(formatCount(keys)));
    });
    connect(&m_model, &QAbstractItemModel::modelAboutToBeReset, this, &KeyTreeView::savePlace);
    connect(&m_model, &QAbstractItemModel::modelReset, this, &KeyTreeView::restorePlace);
    setSeparatorText(m_settings.get(separatorSetting));
}

QWidget* KeyTreeView::buildSeparators() {
    auto* row = new QWidget;
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(Card::gutter, 6, Card::gutter, 6);
    layout->setSpacing(6);
    layout->addWidget(makeMuted(tr("Folders by")));
    m_separators = new QButtonGroup(this);
    const QString common[] = {QStringLiteral(":"), QStringLiteral("/"), QStringLiteral(".")};
    for (const QString& text : common) {
        QPushButton* chip = makeChip(text);
        chip->setAccessibleName(tr("Separator %1").arg(text));
        chip->setToolTip(tr("Keys with “%1” lie in folders").arg(text));
        m_separators->addButton(chip);
        layout->addWidget(chip);
        connect(chip, &QPushButton::clicked, this, [this, text] { setSeparatorText(text); });
    }
    m_other = new QLineEdit;
    m_other->setPlaceholderText(tr("other"));
    m_other->setAccessibleName(tr("Another separator"));
    m_other->setToolTip(tr("Any text between folders, or bytes as \\xNN; Return applies it"));
    m_other->setMaximumWidth(90);
    layout->addWidget(m_other);
    connect(m_other, &QLineEdit::editingFinished, this, [this] {
        if (!m_other->text().isEmpty()) {
            applySeparator(m_other->text());
        }
    });
    m_state = makeMuted(QString());
    m_state->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_state->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    layout->addWidget(m_state, 1);
    return row;
}

void KeyTreeView::setSeparatorText(const QString& text) {
    const QList<QAbstractButton*> chips = m_separators->buttons();
    bool common = false;
    for (QAbstractButton* chip : chips) {
        if (chip->text() == text) {
            chip->setChecked(true);
            common = true;
        }
    }
    m_other->setText(common ? QString() : text);
    applySeparator(text);
}

void KeyTreeView::applySeparator(const QString& text) {
    const auto bytes = fromEscapedText(text);
    if (!bytes || bytes->isEmpty()) {
        m_state->setText(bytes ? tr("A separator has at least one byte.") : bytes.error().problem);
        return;
    }
    if (m_other->text() == text && !text.isEmpty()) {
        m_separators->setExclusive(false);
        const QList<QAbstractButton*> chips = m_separators->buttons();
        for (QAbstractButton* chip : chips) {
            chip->setChecked(false);
        }
        m_separators->setExclusive(true);
    }
    m_settings.set(separatorSetting, text);
    m_model.setSeparator(*bytes);
}

void KeyTreeView::buildTable() {
    m_table = new TallTableView;
    m_table->setModel(&m_model);
    styleTable(m_table, tr("Keys in folders"));
    m_table->setItemDelegateForColumn(KeyTreeModel::nameColumn, new TreeDelegate(m_table));
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_table->setContextMenuPolicy(Qt::CustomContextMenu);
    QHeaderView* header = m_table->horizontalHeader();
    header->setSectionResizeMode(KeyTreeModel::nameColumn, QHeaderView::Stretch);
    header->setStretchLastSection(false);
    m_table->setColumnWidth(KeyTreeModel::keysColumn, 96);
    m_table->setColumnWidth(KeyTreeModel::sizeColumn, 96);
    m_table->installEventFilter(this);
    m_table->viewport()->installEventFilter(this);
    connect(m_table, &TallTableView::activated, this, [this](const QModelIndex& index) {
        if (m_model.isFolder(index.row())) {
            toggle(index.row());
        } else {
            Q_EMIT activated();
        }
    });
    connect(m_table, &TallTableView::customContextMenuRequested, this,
            [this](const QPoint& at) { Q_EMIT menuRequested(m_table->viewport()->mapToGlobal(at)); });
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& now) {
        if (now.isValid() && !m_model.isFolder(now.row())) {
            Q_EMIT keyChosen(m_model.key(now.row()));
        }
    });
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this, &KeyTreeView::selectionChanged);
}

void KeyTreeView::toggle(int row) {
    m_model.setOpen(row, !m_model.isOpen(row));
}

bool KeyTreeView::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_table && event->type() == QEvent::KeyPress) {
        const int row = m_table->currentIndex().row();
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Right && m_model.isFolder(row) && !m_model.isOpen(row)) {
            m_model.setOpen(row, true);
            return true;
        }
        if (key == Qt::Key_Left && row >= 0) {
            if (m_model.isOpen(row)) {
                m_model.setOpen(row, false);
            } else if (const int parent = m_model.parentRow(row); parent >= 0) {
                chooseRow(m_table, parent);
            }
            return true;
        }
    }
    if (watched == m_table->viewport() && event->type() == QEvent::MouseButtonPress) {
        const auto* press = static_cast<QMouseEvent*>(event);
        const QModelIndex index = m_table->indexAt(press->position().toPoint());
        const int left = m_table->visualRect(index.siblingAtColumn(0)).left() + RowDelegate::sidePadding;
        const int x = press->position().toPoint().x() - left - (index.isValid() ? indentOf(index) : 0);
        if (index.isValid() && press->button() == Qt::LeftButton && m_model.isFolder(index.row()) && x >= 0 &&
            x < iconSize) {
            toggle(index.row());
        }
    }
    return QWidget::eventFilter(watched, event);
}

void KeyTreeView::updateState() {
    m_state->setText(m_model.state() == KeyTreeModel::State::building ? tr("Making the tree…") : QString());
}

KeySelection KeyTreeView::selection() const {
    std::vector<KeySelection::Range> ranges;
    for (const QItemSelectionRange& range : m_table->selectionModel()->selection()) {
        ranges.emplace_back(static_cast<std::size_t>(range.top()), static_cast<std::size_t>(range.bottom()) + 1);
    }
    return m_model.selection(ranges);
}

bool KeyTreeView::selectKey(const QByteArray& key) {
    const int row = m_model.rowOf(key);
    if (row < 0) {
        return false;
    }
    chooseRow(m_table, row);
    return true;
}

void KeyTreeView::savePlace() {
    m_placeKey = m_model.key(m_table->currentIndex().row());
}

void KeyTreeView::restorePlace() {
    if (m_placeKey.isEmpty()) {
        return;
    }
    for (int row = 0; row < std::min(m_model.rowCount(), 1000); ++row) { // a folder is found near the top or not at all
        if (m_model.isFolder(row) && m_model.key(row) == m_placeKey) {
            chooseRow(m_table, row);
            return;
        }
    }
    static_cast<void>(selectKey(m_placeKey));
}

} // namespace rustcask::ui
