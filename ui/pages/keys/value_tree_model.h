// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include <QAbstractItemModel>

#include "values/value_tree.h"

namespace rustcask::ui {

/// A decoded value as a tree: name, value, type, offset. Entries of a large container come in batches, as a view asks.
class ValueTreeModel : public QAbstractItemModel {
    Q_OBJECT
public:
    enum Column { nameColumn, valueColumn, typeColumn, offsetColumn, columns };

    using QAbstractItemModel::QAbstractItemModel;

    void setTree(std::shared_ptr<const ValueTree> tree);
    [[nodiscard]] const ValueTree* tree() const { return m_tree.get(); }
    /// The node of an index. @pre index.isValid()
    [[nodiscard]] quint32 nodeOf(const QModelIndex& index) const { return static_cast<quint32>(index.internalId()); }

    [[nodiscard]] QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    [[nodiscard]] QModelIndex parent(const QModelIndex& index) const override;
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    [[nodiscard]] bool hasChildren(const QModelIndex& parent = {}) const override;
    [[nodiscard]] bool canFetchMore(const QModelIndex& parent) const override;
    void fetchMore(const QModelIndex& parent) override;

private:
    static constexpr quint32 batch = 1000;
    [[nodiscard]] quint32 shown(quint32 node) const;

    std::shared_ptr<const ValueTree> m_tree;
    std::vector<quint32> m_extra; // batches of a node's children beyond the first
};

} // namespace rustcask::ui
