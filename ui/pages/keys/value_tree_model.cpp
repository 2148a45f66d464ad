// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/keys/value_tree_model.h"

#include <algorithm>

#include "theme/format.h"
#include "theme/tokens.h"

namespace rustcask::ui {

void ValueTreeModel::setTree(std::shared_ptr<const ValueTree> tree) {
    beginResetModel();
    m_tree = std::move(tree);
    m_extra.assign(m_tree ? m_tree->nodes.size() : 0, 0);
    endResetModel();
}

quint32 ValueTreeModel::shown(quint32 node) const {
    return std::min(m_tree->nodes[node].children, batch * (1 + m_extra[node]));
}

QModelIndex ValueTreeModel::index(int row, int column, const QModelIndex& parent) const {
    if (!hasIndex(row, column, parent)) {
        return {};
    }
    const quint32 node = parent.isValid() ? m_tree->child(nodeOf(parent), static_cast<quint32>(row)) : 0;
    return createIndex(row, column, quintptr{node});
}

QModelIndex ValueTreeModel::parent(const QModelIndex& index) const {
    if (!index.isValid()) {
        return {};
    }
    const qint32 parent = m_tree->nodes[nodeOf(index)].parent;
    if (parent < 0) {
        return {};
    }
    const auto row = m_tree->nodes[static_cast<std::size_t>(parent)].row;
    return createIndex(static_cast<int>(row), 0, static_cast<quintptr>(parent));
}

int ValueTreeModel::rowCount(const QModelIndex& parent) const {
    if (!m_tree || m_tree->nodes.empty() || parent.column() > 0) {
        return 0;
    }
    return parent.isValid() ? static_cast<int>(shown(nodeOf(parent))) : 1;
}

int ValueTreeModel::columnCount(const QModelIndex&) const {
    return columns;
}

bool ValueTreeModel::hasChildren(const QModelIndex& parent) const {
    return rowCount(parent) > 0;
}

bool ValueTreeModel::canFetchMore(const QModelIndex& parent) const {
    return m_tree && parent.isValid() && parent.column() == 0 &&
           shown(nodeOf(parent)) < m_tree->nodes[nodeOf(parent)].children;
}

void ValueTreeModel::fetchMore(const QModelIndex& parent) {
    if (!canFetchMore(parent)) {
        return;
    }
    const quint32 node = nodeOf(parent);
    const quint32 before = shown(node);
    const quint32 after = std::min(m_tree->nodes[node].children, before + batch);
    beginInsertRows(parent, static_cast<int>(before), static_cast<int>(after) - 1);
    ++m_extra[node];
    endInsertRows();
}

QVariant ValueTreeModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) {
        return {};
    }
    const TreeNode& node = m_tree->nodes[nodeOf(index)];
    switch (role) {
    case Qt::DisplayRole:
        switch (index.column()) {
        case nameColumn:
            if (node.parent < 0) {
                return QStringLiteral("$");
            }
            switch (m_tree->nodes[static_cast<std::size_t>(node.parent)].kind) {
            case TreeNode::Kind::array:
                return QStringLiteral("[%1]").arg(node.row);
            case TreeNode::Kind::tag:
                return tr("tagged");
            default:
                return displayKey(node.name.toUtf8(), 200);
            }
        case valueColumn:
            switch (node.kind) {
            case TreeNode::Kind::array:
                return node.children == 0 ? QStringLiteral("[]") : QStringLiteral("[…]");
            case TreeNode::Kind::map:
                return node.children == 0 ? QStringLiteral("{}") : QStringLiteral("{…}");
            default:
                return node.value.size() > 500 ? node.value.left(500) + QStringLiteral("…") : node.value;
            }
        case typeColumn:
            return treeTypeText(node);
        case offsetColumn:
            return formatOffset(node.offset);
        default:
            return {};
        }
    case Qt::ToolTipRole:
        if (index.column() == offsetColumn) {
            return tr("Byte %1, %2 long").arg(formatOffset(node.offset), formatBytesExactly(node.bytes));
        }
        return index.column() == valueColumn && node.value.size() > 30
                   ? QVariant(node.value.left(2000).toHtmlEscaped())
                   : QVariant(treePath(*m_tree, nodeOf(index)).toHtmlEscaped());
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(index.column() == offsetColumn ? Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter)
                                                                  : Qt::Alignment(Qt::AlignLeft | Qt::AlignVCenter));
    case Qt::FontRole:
        return index.column() <= valueColumn ? QVariant(monospaceFont()) : QVariant();
    default:
        return {};
    }
}

QVariant ValueTreeModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) {
        return {};
    }
    if (role == Qt::TextAlignmentRole) {
        return QVariant::fromValue(section == offsetColumn ? Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter)
                                                           : Qt::Alignment(Qt::AlignLeft | Qt::AlignVCenter));
    }
    if (role != Qt::DisplayRole) {
        return {};
    }
    switch (section) {
    case nameColumn:
        return tr("Name");
    case valueColumn:
        return tr("Value");
    case typeColumn:
        return tr("Type");
    case offsetColumn:
        return tr("Byte");
    default:
        return {};
    }
}

} // namespace rustcask::ui
