// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/tree_rows.h"

#include <algorithm>

namespace rustcask::ui {

namespace {

constexpr std::uint32_t maxFolderDepth = 4096; // a key of nothing but separators is not to exhaust the stack

} // namespace

std::optional<TreeRows> TreeRows::make(const KeyTree& tree, const OpenFolders& open,
                                       const rustcask::Progress& progress) {
    return make(tree, 0, tree.size(), 0, 0, open, progress);
}

std::optional<TreeRows> TreeRows::make(const KeyTree& tree, const Place& folder, const OpenFolders& open,
                                       const rustcask::Progress& progress) {
    return make(tree, folder.what.begin, folder.what.end, folder.depth + 1, folder.what.prefixBytes, open, progress);
}

std::optional<TreeRows> TreeRows::make(const KeyTree& tree, std::size_t begin, std::size_t end, std::uint32_t depth,
                                       std::uint32_t parentBytes, const OpenFolders& open,
                                       const rustcask::Progress& progress) {
    auto children = tree.children(begin, end, parentBytes, progress);
    if (!children) {
        return std::nullopt;
    }
    TreeRows rows;
    rows.m_children = std::move(*children);
    rows.m_depth = depth;
    rows.m_parentBytes = parentBytes;
    if (!rows.m_children.empty()) {
        rows.m_plainRows = rows.m_children.back().row + rows.m_children.back().rowCount();
    }
    for (std::size_t i = 0; i < rows.m_children.size() && depth < maxFolderDepth && !open.empty(); ++i) {
        const KeyTree::Child& child = rows.m_children[i];
        if (child.isFolder() && open.contains(tree.entry(child.begin).key.substr(0, child.prefixBytes))) {
            auto below = make(tree, child.begin, child.end, depth + 1, child.prefixBytes, open, progress);
            if (!below) {
                return std::nullopt;
            }
            rows.m_opened.push_back({i, 0, std::move(*below)});
        }
    }
    rows.recount(0);
    return rows;
}

std::size_t TreeRows::rowsBefore(std::size_t opened) const noexcept {
    return opened == 0 ? 0 : m_opened[opened - 1].rowsUpTo;
}

void TreeRows::recount(std::size_t fromOpened) noexcept {
    for (std::size_t i = fromOpened; i < m_opened.size(); ++i) {
        m_opened[i].rowsUpTo = rowsBefore(i) + m_opened[i].below.size();
    }
    m_openedRows = rowsBefore(m_opened.size());
}

TreeRows::Step TreeRows::step(std::size_t row) const noexcept {
    // The opened folders that are above the row.
    const auto after = std::partition_point(m_opened.begin(), m_opened.end(), [&](const Opened& opened) {
        const std::size_t before = opened.rowsUpTo - opened.below.size();
        return m_children[opened.child].row + before < row;
    });
    const auto opened = static_cast<std::size_t>(after - m_opened.begin());
    if (opened > 0) {
        const Opened& last = m_opened[opened - 1];
        const std::size_t folderRow = m_children[last.child].row + rowsBefore(opened - 1);
        if (row <= folderRow + last.below.size()) {
            return {last.child, folderRow, opened, true};
        }
    }
    const std::size_t plain = row - rowsBefore(opened);
    const auto next =
        std::upper_bound(m_children.begin(), m_children.end(), plain,
                         [](std::size_t wanted, const KeyTree::Child& child) { return wanted < child.row; });
    const auto child = static_cast<std::size_t>(next - m_children.begin()) - 1;
    return {child, m_children[child].row + rowsBefore(opened), opened, false};
}

TreeRows::Place TreeRows::at(std::size_t row) const noexcept {
    const TreeRows* level = this;
    std::size_t base = 0;
    for (;;) {
        const Step step = level->step(row - base);
        if (step.inside) {
            base += step.firstRow + 1;
            level = &level->m_opened[step.opened - 1].below;
            continue;
        }
        const bool open = step.opened < level->m_opened.size() && level->m_opened[step.opened].child == step.child;
        return {level->m_children[step.child], base + step.firstRow, level->m_depth, level->m_parentBytes,
                open ? level->m_opened[step.opened].below.size() : 0};
    }
}

std::optional<std::size_t> TreeRows::parentOf(std::size_t row) const noexcept {
    std::optional<std::size_t> parent;
    const TreeRows* level = this;
    std::size_t base = 0;
    for (;;) {
        const Step step = level->step(row - base);
        if (!step.inside) {
            return parent;
        }
        parent = base + step.firstRow;
        base += step.firstRow + 1;
        level = &level->m_opened[step.opened - 1].below;
    }
}

std::size_t TreeRows::childOf(std::size_t key) const noexcept {
    const auto next =
        std::upper_bound(m_children.begin(), m_children.end(), key,
                         [](std::size_t wanted, const KeyTree::Child& child) { return wanted < child.begin; });
    return static_cast<std::size_t>(next - m_children.begin()) - 1;
}

std::size_t TreeRows::firstOpenedFrom(std::size_t child) const noexcept {
    const auto first = std::partition_point(m_opened.begin(), m_opened.end(),
                                            [&](const Opened& opened) { return opened.child < child; });
    return static_cast<std::size_t>(first - m_opened.begin());
}

std::size_t TreeRows::rowOf(std::size_t key) const noexcept {
    const TreeRows* level = this;
    std::size_t base = 0;
    for (;;) {
        const std::size_t number = level->childOf(key);
        const KeyTree::Child& child = level->m_children[number];
        const std::size_t opened = level->firstOpenedFrom(number);
        const std::size_t row = base + child.row + level->rowsBefore(opened);
        if (opened == level->m_opened.size() || level->m_opened[opened].child != number) {
            return row + (child.isFolder() ? 0 : key - child.begin);
        }
        base = row + 1;
        level = &level->m_opened[opened].below;
    }
}

std::optional<std::size_t> TreeRows::rowOfFolder(std::size_t firstKey, std::size_t prefixBytes) const noexcept {
    const TreeRows* level = this;
    std::size_t base = 0;
    for (;;) {
        const std::size_t number = level->childOf(firstKey);
        const KeyTree::Child& child = level->m_children[number];
        const std::size_t opened = level->firstOpenedFrom(number);
        const std::size_t row = base + child.row + level->rowsBefore(opened);
        if (child.begin == firstKey && child.isFolder() && child.prefixBytes == prefixBytes) {
            return row;
        }
        if (opened == level->m_opened.size() || level->m_opened[opened].child != number) {
            return std::nullopt;
        }
        base = row + 1;
        level = &level->m_opened[opened].below;
    }
}

std::pair<std::size_t, std::size_t> TreeRows::keysOf(std::size_t begin, std::size_t end) const noexcept {
    const auto keyAt = [](const Place& place, std::size_t row) {
        return place.what.begin + (place.what.isFolder() ? 0 : row - place.firstRow);
    };
    const Place first = at(begin);
    const Place last = at(end - 1);
    std::size_t keysEnd = last.what.isFolder() ? last.what.end : keyAt(last, end - 1) + 1;
    // Of a folder among the rows all keys count, the last of which may stand below the last row.
    for (auto parent = parentOf(end - 1); parent && *parent >= begin; parent = parentOf(*parent)) {
        keysEnd = at(*parent).what.end;
    }
    return {keyAt(first, begin), keysEnd};
}

void TreeRows::open(std::size_t row, TreeRows below) {
    const Step step = this->step(row);
    if (step.inside) {
        m_opened[step.opened - 1].below.open(row - step.firstRow - 1, std::move(below));
        recount(step.opened - 1);
        return;
    }
    m_opened.insert(m_opened.begin() + static_cast<std::ptrdiff_t>(step.opened), {step.child, 0, std::move(below)});
    recount(step.opened);
}

TreeRows TreeRows::close(std::size_t row) {
    const Step step = this->step(row);
    if (step.inside) {
        TreeRows closed = m_opened[step.opened - 1].below.close(row - step.firstRow - 1);
        recount(step.opened - 1);
        return closed;
    }
    TreeRows closed = std::move(m_opened[step.opened].below);
    m_opened.erase(m_opened.begin() + static_cast<std::ptrdiff_t>(step.opened));
    recount(step.opened);
    return closed;
}

} // namespace rustcask::ui
