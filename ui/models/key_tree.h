// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <rustcask/progress.h>

#include "models/key_overlay.h"

namespace rustcask::ui {

/// Keys as folders by a separator in their bytes ("user:17:name" lies in "user:" and there in "17:"). Nothing is made
/// of it beforehand: the keys stand in order, so a folder is a range of them, and its children are found when it is
/// opened. Immutable; every member is safe from any number of threads. Takes a few bits a key.
class KeyTree {
public:
    /// A folder, or keys one after another that lie in none. Small: there may be as many as there are keys.
    struct Child {
        RowId begin = 0; ///< rows of the tree
        RowId end = 0;
        std::uint32_t prefixBytes = 0; ///< of a folder: what all its keys begin with, the separator included
        RowId row = 0;                 ///< the first, of those that the children take when no folder is open
        [[nodiscard]] bool isFolder() const noexcept { return prefixBytes > 0; }
        [[nodiscard]] std::size_t rowCount() const noexcept { return isFolder() ? 1 : end - begin; }
    };

    /// `rows` in key order; adds up the sizes of their values. nullopt: cancelled. @pre the separator is not empty
    [[nodiscard]] static std::shared_ptr<const KeyTree> make(KeyTable table, std::shared_ptr<const RowIds> rows,
                                                             std::string separator, rustcask::Progress& progress);

    [[nodiscard]] std::size_t size() const noexcept { return m_rows->size(); }
    [[nodiscard]] rustcask::SnapshotEntry entry(std::size_t row) const noexcept {
        return m_table.entry((*m_rows)[row]);
    }
    [[nodiscard]] const KeyTable& table() const noexcept { return m_table; }
    [[nodiscard]] const std::shared_ptr<const RowIds>& rows() const noexcept { return m_rows; }
    /// Of the values of rows `begin` to `end`, in bytes. Quick, however many they are.
    [[nodiscard]] std::uint64_t valueBytes(std::size_t begin, std::size_t end) const noexcept;
    /// What lies directly in the folder of rows `begin` to `end` that begin with the same `prefixBytes` bytes, in key
    /// order. Takes time in proportion to the children. nullopt: cancelled.
    [[nodiscard]] std::optional<std::vector<Child>>
    children(std::size_t begin, std::size_t end, std::size_t prefixBytes, const rustcask::Progress& progress) const;
    /// The first row whose key is not below `key`.
    [[nodiscard]] std::size_t lowerBound(std::string_view key) const noexcept;

private:
    KeyTree(KeyTable table, std::shared_ptr<const RowIds> rows, std::string separator)
        : m_table(std::move(table)), m_rows(std::move(rows)), m_separator(std::move(separator)) {}
    [[nodiscard]] std::vector<Child> childrenOfPart(std::size_t begin, std::size_t end, std::size_t prefixBytes,
                                                    const rustcask::Progress& progress) const;
    static constexpr std::size_t blockRows = 256;
    static constexpr std::size_t partRows = std::size_t{1} << 17; ///< what a thread takes at once

    KeyTable m_table;
    std::shared_ptr<const RowIds> m_rows;
    std::string m_separator;
    std::vector<std::uint64_t> m_sums; // of the values before each block of rows
};

/// Rows that stand in any order, in key order: `byKey` is that of the source. nullptr: cancelled.
[[nodiscard]] std::shared_ptr<const RowIds> inKeyOrder(const KeyTable& table, const RowIds& rows, const RowIds& byKey,
                                                       const rustcask::Progress& progress);

} // namespace rustcask::ui
