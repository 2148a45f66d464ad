// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/key_tree.h"

#include <algorithm>

#include "models/key_order.h"

namespace rustcask::ui {

namespace {

constexpr std::size_t rowsPerLook = 4096; // between two looks at the cancel flag

} // namespace

std::shared_ptr<const KeyTree> KeyTree::make(KeyTable table, std::shared_ptr<const RowIds> rows, std::string separator,
                                             rustcask::Progress& progress) {
    std::shared_ptr<KeyTree> tree(new KeyTree(std::move(table), std::move(rows), std::move(separator)));
    const std::size_t size = tree->size();
    progress.setTotals(0, size, 0);
    tree->m_sums.reserve(size / blockRows + 2);
    std::uint64_t sum = 0;
    for (std::size_t row = 0; row < size; ++row) {
        if (row % blockRows == 0) {
            if (progress.isCancelled()) {
                return nullptr;
            }
            progress.addRecords(row == 0 ? 0 : blockRows);
            tree->m_sums.push_back(sum);
        }
        sum += tree->entry(row).valueBytes;
    }
    tree->m_sums.push_back(sum);
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
    std::vector<Child> found;
    const auto add = [&found](std::size_t row, std::size_t prefix) {
        const std::size_t at = found.empty() ? 0 : found.back().row + found.back().rowCount();
        found.push_back({static_cast<RowId>(row), 0, static_cast<std::uint32_t>(prefix), static_cast<RowId>(at)});
    };
    std::size_t looks = 0;
    for (std::size_t row = begin; row < end;) {
        if (++looks % rowsPerLook == 0 && progress.isCancelled()) {
            return std::nullopt;
        }
        const std::string_view key = entry(row).key;
        const std::size_t at = key.find(m_separator, prefixBytes);
        if (at == std::string_view::npos) {
            if (found.empty() || found.back().isFolder()) {
                add(row, 0);
            }
            found.back().end = static_cast<RowId>(++row);
            continue;
        }
        // The folder's end: in steps that double, then between the last two. Small folders are found quickly, too.
        const std::string_view prefix = key.substr(0, at + m_separator.size());
        std::size_t inside = row;
        std::size_t step = 1;
        while (inside + step < end && entry(inside + step).key.starts_with(prefix)) {
            inside += step;
            step *= 2;
        }
        std::size_t outside = std::min(inside + step, end);
        while (outside - inside > 1) {
            const std::size_t middle = inside + (outside - inside) / 2;
            (entry(middle).key.starts_with(prefix) ? inside : outside) = middle;
        }
        add(row, prefix.size());
        found.back().end = static_cast<RowId>(outside);
        row = outside;
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
