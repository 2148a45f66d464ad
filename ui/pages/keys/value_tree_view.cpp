// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/keys/value_tree_view.h"

#include <QApplication>
#include <QBoxLayout>
#include <QClipboard>
#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QStackedWidget>
#include <QTreeView>

#include "pages/keys/value_text_view.h"
#include "theme/format.h"
#include "widgets/card.h"
#include "widgets/labels.h"
#include "widgets/states.h"

namespace rustcask::ui {

ValueTreeView::ValueTreeView(QWidget* parent) : QWidget(parent) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    m_format = new QComboBox;
    m_format->setAccessibleName(tr("Format of the tree"));
    m_format->setToolTip(tr("What the bytes are decoded as"));
    m_format->addItem(tr("Detect"), -1);
    for (const TreeFormat format : {TreeFormat::json, TreeFormat::messagePack, TreeFormat::cbor}) {
        m_format->addItem(treeFormatName(format), static_cast<int>(format));
    }
    m_path = makeMuted(QString());
    m_path->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    QWidget* row = makeViewRow({m_format}, {});
    static_cast<QBoxLayout*>(row->layout())->insertWidget(1, m_path, 1);
    layout->addWidget(row);
    layout->addWidget(makeHairline());
    m_notes = makeText(QString());
    m_notes->setProperty("role", QStringLiteral("muted"));
    m_notes->setContentsMargins(Card::gutter, 4, Card::gutter, 4);
    m_notes->hide();
    layout->addWidget(m_notes);
    m_stack = new QStackedWidget;
    m_tree = new QTreeView;
    m_tree->setAccessibleName(tr("Value as a tree"));
    m_tree->setModel(&m_model);
    m_tree->setUniformRowHeights(true);
    m_tree->setFrameShape(QFrame::NoFrame);
    m_tree->setContextMenuPolicy(Qt::CustomContextMenu);
    m_tree->setTextElideMode(Qt::ElideRight);
    m_tree->setAnimated(false);
    m_tree->setIndentation(16);
    m_tree->header()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_tree->header()->setFixedHeight(26);
    m_tree->header()->setStretchLastSection(false);
    m_tree->header()->setSectionResizeMode(ValueTreeModel::valueColumn, QHeaderView::Stretch);
    m_tree->setColumnWidth(ValueTreeModel::nameColumn, 170);
    m_tree->setColumnWidth(ValueTreeModel::typeColumn, 92);
    m_tree->setColumnWidth(ValueTreeModel::offsetColumn, 72);
    m_stack->addWidget(m_tree);
    m_none = new EmptyState(QStringLiteral("info"), QString());
    m_parse = m_none->addButton(tr("Parse it all the same"), false);
    m_stack->addWidget(m_none);
    layout->addWidget(m_stack, 1);
    connect(m_format, &QComboBox::activated, this, [this](int index) {
        const int value = m_format->itemData(index).toInt();
        Q_EMIT formatChosen(value < 0 ? std::nullopt : std::optional(static_cast<TreeFormat>(value)));
    });
    connect(m_parse, &QPushButton::clicked, this, &ValueTreeView::parseWanted);
    connect(m_tree->selectionModel(), &QItemSelectionModel::currentChanged, this, &ValueTreeView::updatePath);
    connect(m_tree, &QWidget::customContextMenuRequested, this, &ValueTreeView::showMenu);
}

void ValueTreeView::showValue(const PreparedValue& value, std::optional<TreeFormat> chosen) {
    const auto shown = value.tree ? std::optional(value.tree->format) : value.content.treeFormat;
    m_format->setItemText(0, chosen || !shown ? tr("Detect") : treeFormatName(*shown));
    m_format->setCurrentIndex(chosen ? m_format->findData(static_cast<int>(*chosen)) : 0);
    m_parse->setVisible(value.parseOffered);
    m_model.setTree(value.tree);
    if (!value.tree) {
        m_none->setTexts(value.whyNoTree,
                         value.parseOffered ? tr("It is done in the background and can be stopped.") : QString());
        m_stack->setCurrentWidget(m_none);
        m_notes->hide();
        m_path->clear();
        return;
    }
    QString notes = value.tree->rest;
    if (value.tree->cut) {
        notes = tr("The first %1 entries are shown; there are more.").arg(formatCount(value.tree->nodes.size()));
    }
    m_notes->setText(notes);
    m_notes->setVisible(!notes.isEmpty());
    m_stack->setCurrentWidget(m_tree);
    expandSome();
    m_tree->setCurrentIndex(m_model.index(0, 0));
    updatePath();
}

void ValueTreeView::expandSome() {
    // The whole of a small value, the first level of a large one.
    constexpr std::size_t small = 200;
    if (m_model.tree()->nodes.size() <= small) {
        m_tree->expandAll();
    } else {
        m_tree->expand(m_model.index(0, 0));
    }
}

void ValueTreeView::updatePath() {
    const QModelIndex index = m_tree->currentIndex();
    m_path->setText(index.isValid() && m_model.tree() != nullptr ? treePath(*m_model.tree(), m_model.nodeOf(index))
                                                                 : QString());
}

void ValueTreeView::showMenu(const QPoint& at) {
    const QModelIndex index = m_tree->indexAt(at);
    if (!index.isValid()) {
        return;
    }
    const quint32 node = m_model.nodeOf(index);
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const auto copy = [](const QString& text) { QApplication::clipboard()->setText(text); };
    menu->addAction(tr("Copy the value"), this, [this, node, copy] { copy(treeText(*m_model.tree(), node)); });
    menu->addAction(tr("Copy the path"), this, [this, node, copy] { copy(treePath(*m_model.tree(), node)); });
    menu->addAction(tr("Show its bytes"), this, [this, node] {
        Q_EMIT bytesWanted(m_model.tree()->nodes[node].offset, m_model.tree()->nodes[node].bytes);
    });
    menu->addSeparator();
    menu->addAction(tr("Expand what is below"), this, [this, index] { m_tree->expandRecursively(index, 8); });
    menu->addAction(tr("Collapse all"), m_tree, &QTreeView::collapseAll);
    menu->popup(m_tree->viewport()->mapToGlobal(at));
}

} // namespace rustcask::ui
