// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/key_tree.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "models/key_order.h"
#include "models/parallel.h"

namespace rustcask::ui {

namespace {

constexpr std::size_t rowsPerLook = 4096; // between two looks at the cancel flag

/// The keys of the rows up to `end`, with those that follow `ahead` asked for together: the processor waits for their
/// memory once and not for each of them.
class KeysAhead {
public:
    KeysAhead(const KeyTree& tree, std::size_t end) : m_tree(tree), m_end(end) {}
    [[nodiscard]] std::string_view ahead(std::size_t row) {
        if (row < m_first || row - m_first >= m_count) {
            m_first = row;
            m_count = std::min(m_keys.size(), m_end - row);
            for (std::size_t i = 0; i < m_count; ++i) {
                m_keys[i] = m_tree.entry(row + i).key;
#if defined(__GNUC__)
                __builtin_prefetch(m_keys[i].data());
#endif
            }
        }
        return m_keys[row - m_first];
    }
    [[nodiscard]] std::string_view at(std::size_t row) const { // not below that of the last `ahead`
        return row - m_first < m_count ? m_keys[row - m_first] : m_tree.entry(row).key;
    }

private:
    const KeyTree& m_tree;
    std::size_t m_end;
    std::size_t m_first = 0;
    std::size_t m_count = 0;
    std::array<std::string_view, 32> m_keys{};
};

} // namespace

std::shared_ptr<const KeyTree> KeyTree::make(KeyTable table, std::shared_ptr<const RowIds> rows, std::string separator,
                                             rustcask::Progress& progress) {
    std::shared_ptr<KeyTree> tree(new KeyTree(std::move(table), std::move(rows), std::move(separator)));
    const std::size_t size = tree->size();
    progress.setTotals(0, size, 0);
    tree->m_sums.resize(size / blockRows + 2);
    static_assert(partRows % blockRows == 0);
    if (!forEachPart((size + partRows - 1) / partRows, progress, [&](std::size_t, std::size_t part) {
            const std::size_t end = std::min((part + 1) * partRows, size);
            for (std::size_t row = part * partRows; row < end; ++row) {
                tree->m_sums[row / blockRows + 1] += tree->entry(row).valueBytes;
            }
            progress.addRecords(end - part * partRows);
        })) {
        return nullptr;
    }
    std::partial_sum(tree->m_sums.begin(), tree->m_sums.end(), tree->m_sums.begin());
    return tree;
}

std::uint64_t KeyTree::valueBytes(std::size_t begin, std::size_t end) const noexcept {
    // From the block before each end: never more than two blocks are looked at.
    const auto upTo = [this](std::size_t row) {
        std::uint64_t sum = m_sums[row / blockRows];
        if (row < size() || row % blockRows != 0) {
            for (std::size_t i = row / blockRows * blockRows; i < row; ++i) {
                sum += entry(i).valueBytes;
            }
        }
        return sum;
    };
    return begin < end ? upTo(end) - upTo(begin) : 0;
}

std::optional<std::vector<KeyTree::Child>> KeyTree::children(std::size_t begin, std::size_t end,
                                                             std::size_t prefixBytes,
                                                             const rustcask::Progress& progress) const {
    const std::size_t parts = (end - begin + partRows - 1) / partRows;
    std::vector<std::vector<Child>> found(parts);
    if (!forEachPart(parts, progress, [&](std::size_t, std::size_t part) {
            const std::size_t from = begin + part * partRows;
            found[part] = childrenOfPart(from, std::min(from + partRows, end), prefixBytes, progress);
        })) {
        return std::nullopt;
    }
    std::size_t size = 0;
    for (const std::vector<Child>& part : found) {
        size += part.size();
    }
    std::vector<Child> all;
    all.reserve(size);
    for (std::vector<Child>& part : found) {
        auto first = part.begin();
        // What the part before ended with may go on.
        if (!all.empty() && first != part.end() && first->prefixBytes == all.back().prefixBytes &&
            entry(first->begin).key.substr(0, first->prefixBytes) ==
                entry(all.back().begin).key.substr(0, first->prefixBytes)) {
            all.back().end = first->end;
            ++first;
        }
        all.insert(all.end(), first, part.end());
        part = {};
    }
    std::size_t row = 0;
    for (Child& child : all) {
        child.row = static_cast<RowId>(row);
        row += child.rowCount();
    }
    return all;
}

std::vector<KeyTree::Child> KeyTree::childrenOfPart(std::size_t begin, std::size_t end, std::size_t prefixBytes,
                                                    const rustcask::Progress& progress) const {
    std::vector<Child> found;
    KeysAhead keys(*this, end);
    std::size_t looks = 0;
    for (std::size_t row = begin; row < end;) {
        if (++looks % rowsPerLook == 0 && progress.isCancelled()) {
            return found;
        }
        const std::string_view key = keys.ahead(row);
        const std::size_t at = key.find(m_separator, prefixBytes);
        const auto first = static_cast<RowId>(row);
        if (at == std::string_view::npos) {
            if (found.empty() || found.back().isFolder()) {
                found.push_back({first, 0, 0, 0});
            }
            found.back().end = static_cast<RowId>(++row);
            continue;
        }
        // The folder's end: in steps that double, then between the last two. Small folders are found quickly, too.
        const std::string_view prefix = key.substr(0, at + m_separator.size());
        std::size_t inside = row;
        std::size_t step = 1;
        while (inside + step < end && keys.at(inside + step).starts_with(prefix)) {
            inside += step;
            step *= 2;
        }
        std::size_t outside = std::min(inside + step, end);
        while (outside - inside > 1) {
            const std::size_t middle = inside + (outside - inside) / 2;
            (keys.at(middle).starts_with(prefix) ? inside : outside) = middle;
        }
        row = outside;
        found.push_back({first, static_cast<RowId>(row), static_cast<std::uint32_t>(prefix.size()), 0});
    }
    return found;
}

std::size_t KeyTree::lowerBound(std::string_view key) const noexcept {
    return static_cast<std::size_t>(
        std::lower_bound(m_rows->begin(), m_rows->end(), key,
                         [this](RowId id, std::string_view wanted) { return m_table.entry(id).key < wanted; }) -
        m_rows->begin());
}

std::shared_ptr<const RowIds> inKeyOrder(const KeyTable& table, const RowIds& rows, const RowIds& byKey,
                                         const rustcask::Progress& progress) {
    const std::size_t size = table.sourceSize();
    std::vector<bool> wanted(size);
    RowIds added; // keys that the source does not have
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (i % rowsPerLook == 0 && progress.isCancelled()) {
            return nullptr;
        }
        if (rows[i] < size) {
            wanted[rows[i]] = true;
        } else {
            added.push_back(rows[i]);
        }
    }
    auto sorted = std::make_shared<RowIds>();
    sorted->reserve(rows.size());
    std::copy_if(byKey.begin(), byKey.end(), std::back_inserter(*sorted), [&](RowId id) { return wanted[id]; });
    const auto precedes = [&](RowId a, RowId b) { return table.entry(a).key < table.entry(b).key; };
    std::sort(added.begin(), added.end(), precedes);
    insertSorted(*sorted, added, precedes);
    return progress.isCancelled() ? nullptr : sorted;
}

} // namespace rustcask::ui
