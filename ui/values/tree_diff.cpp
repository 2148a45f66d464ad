// SPDX-License-Identifier: GPL-3.0-or-later
#include "values/tree_diff.h"

#include <QCoreApplication>
#include <QHash>

#include "theme/format.h"

namespace rustcask::ui {

namespace {

constexpr qsizetype maxShown = 200; // characters of a literal

QString tr(const char* text) {
    return QCoreApplication::translate("TreeDiff", text);
}

bool isContainer(const TreeNode& node) {
    return node.kind == TreeNode::Kind::array || node.kind == TreeNode::Kind::map || node.kind == TreeNode::Kind::tag;
}

class Comparison {
public:
    Comparison(const ValueTree& before, const ValueTree& after) : m_before(before), m_after(after) {}

    TreeDiff run() {
        if (!m_before.nodes.empty() && !m_after.nodes.empty()) {
            hashes(m_before, m_beforeHashes);
            hashes(m_after, m_afterHashes);
            compare(0, 0);
        }
        return std::move(m_diff);
    }

private:
    /// Of each subtree: equal ones are told without walking them.
    static void hashes(const ValueTree& tree, std::vector<size_t>& all) {
        all.assign(tree.nodes.size(), 0);
        for (std::size_t i = tree.nodes.size(); i-- > 0;) {
            const TreeNode& node = tree.nodes[i];
            size_t hash = qHashMulti(size_t{17}, static_cast<int>(node.kind), node.value);
            const bool unordered = node.kind == TreeNode::Kind::map;
            size_t sum = 0;
            for (quint32 row = 0; row < node.children; ++row) {
                const quint32 child = tree.child(static_cast<quint32>(i), row);
                const size_t one = qHashMulti(size_t{31}, tree.nodes[child].name, all[child]);
                if (unordered) {
                    sum += one;
                } else {
                    hash = qHashMulti(hash, one);
                }
            }
            all[i] = unordered ? qHashMulti(hash, sum, node.children) : hash;
        }
    }

    [[nodiscard]] bool same(quint32 before, quint32 after) const {
        return m_beforeHashes[before] == m_afterHashes[after];
    }

    void add(TreeChange::Kind kind, std::optional<quint32> before, std::optional<quint32> after) {
        if (m_diff.changes.size() >= maxTreeChanges) {
            m_diff.cut = true;
            return;
        }
        TreeChange change;
        change.kind = kind;
        change.path = after ? treePath(m_after, *after) : treePath(m_before, *before);
        change.before = before ? treeText(m_before, *before, maxShown) : QString();
        change.after = after ? treeText(m_after, *after, maxShown) : QString();
        m_diff.changes.push_back(std::move(change));
    }

    // Depth is limited by the parsers.
    void compare(quint32 before, quint32 after) { // NOLINT(misc-no-recursion)
        if (m_diff.cut || same(before, after)) {
            return;
        }
        const TreeNode& left = m_before.nodes[before];
        const TreeNode& right = m_after.nodes[after];
        const bool comparable = isContainer(left) && left.kind == right.kind &&
                                (left.kind != TreeNode::Kind::tag || left.value == right.value);
        if (!comparable) {
            add(TreeChange::Kind::changed, before, after);
        } else if (left.kind == TreeNode::Kind::map) {
            compareMaps(before, after);
        } else {
            compareItems(before, after);
        }
    }

    void compareMaps(quint32 before, quint32 after) { // NOLINT(misc-no-recursion)
        QHash<QString, QList<quint32>> byName;
        for (quint32 row = m_before.nodes[before].children; row-- > 0;) {
            const quint32 child = m_before.child(before, row);
            byName[m_before.nodes[child].name].append(child);
        }
        for (quint32 row = 0; row < m_after.nodes[after].children; ++row) {
            const quint32 child = m_after.child(after, row);
            const auto it = byName.find(m_after.nodes[child].name);
            if (it == byName.end() || it->isEmpty()) {
                add(TreeChange::Kind::added, std::nullopt, child);
            } else {
                compare(it->takeLast(), child);
            }
        }
        for (quint32 row = 0; row < m_before.nodes[before].children; ++row) {
            const quint32 child = m_before.child(before, row);
            if (byName.value(m_before.nodes[child].name).contains(child)) {
                add(TreeChange::Kind::removed, child, std::nullopt);
            }
        }
    }

    void compareItems(quint32 before, quint32 after) { // NOLINT(misc-no-recursion)
        const quint32 leftSize = m_before.nodes[before].children;
        const quint32 rightSize = m_after.nodes[after].children;
        quint32 begin = 0;
        while (begin < leftSize && begin < rightSize &&
               same(m_before.child(before, begin), m_after.child(after, begin))) {
            ++begin;
        }
        quint32 tail = 0;
        while (tail < leftSize - begin && tail < rightSize - begin &&
               same(m_before.child(before, leftSize - 1 - tail), m_after.child(after, rightSize - 1 - tail))) {
            ++tail;
        }
        const quint32 leftEnd = leftSize - tail;
        const quint32 rightEnd = rightSize - tail;
        quint32 i = begin;
        for (; i < leftEnd && i < rightEnd; ++i) {
            compare(m_before.child(before, i), m_after.child(after, i));
        }
        for (quint32 gone = i; gone < leftEnd; ++gone) {
            add(TreeChange::Kind::removed, m_before.child(before, gone), std::nullopt);
        }
        for (quint32 fresh = i; fresh < rightEnd; ++fresh) {
            add(TreeChange::Kind::added, std::nullopt, m_after.child(after, fresh));
        }
    }

    const ValueTree& m_before;
    const ValueTree& m_after;
    std::vector<size_t> m_beforeHashes;
    std::vector<size_t> m_afterHashes;
    TreeDiff m_diff;
};

QString shortened(const QString& text) {
    constexpr qsizetype most = 24;
    return text.size() > most ? text.left(most) + QStringLiteral("…") : text;
}

} // namespace

TreeDiff diffTrees(const ValueTree& before, const ValueTree& after) {
    return Comparison(before, after).run();
}

QString changeSummary(const TreeDiff& diff) {
    if (diff.changes.empty()) {
        return {};
    }
    if (diff.changes.size() > 1) {
        return diff.cut ? tr("over %1 changes").arg(formatCount(diff.changes.size()))
                        : tr("%1 changes").arg(formatCount(diff.changes.size()));
    }
    const TreeChange& change = diff.changes.front();
    switch (change.kind) {
    case TreeChange::Kind::added:
        return tr("%1 added").arg(change.path);
    case TreeChange::Kind::removed:
        return tr("%1 removed").arg(change.path);
    case TreeChange::Kind::changed:
        break;
    }
    return tr("%1 %2 → %3").arg(change.path, shortened(change.before), shortened(change.after));
}

} // namespace rustcask::ui
