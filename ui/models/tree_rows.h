// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "models/key_tree.h"

namespace rustcask::ui {

/// The rows of a tree as it is opened: a folder is one, keys that lie in none between two folders are as many as they
/// are. What lies in an opened folder is a TreeRows of its own, so that opening and closing takes time in proportion to
/// the folders that are open, however many rows there are. Not safe from several threads; `make` is from any.
class TreeRows {
public:
    using OpenFolders = std::set<std::string, std::less<>>; ///< by their whole prefix

    /// A folder, or a run of keys in none.
    struct Place {
        KeyTree::Child what{};
        std::size_t firstRow = 0; ///< the folder's row, or that of the first key
        std::uint32_t depth = 0;
        std::uint32_t parentBytes = 0; ///< of the keys that the folder above has shown already
        std::size_t rowsBelow = 0;     ///< of an open folder: never 0
        [[nodiscard]] bool isOpen() const noexcept { return rowsBelow > 0; }
    };

    TreeRows() = default; ///< no rows
    /// All of a tree. nullopt: cancelled.
    [[nodiscard]] static std::optional<TreeRows> make(const KeyTree& tree, const OpenFolders& open,
                                                      const rustcask::Progress& progress);
    /// What lies in a folder. nullopt: cancelled.
    [[nodiscard]] static std::optional<TreeRows> make(const KeyTree& tree, const Place& folder, const OpenFolders& open,
                                                      const rustcask::Progress& progress);

    [[nodiscard]] std::size_t size() const noexcept { return m_plainRows + m_openedRows; }
    /// @pre row < size()
    [[nodiscard]] Place at(std::size_t row) const noexcept;
    /// The row of the folder that a row lies in. nullopt: in none. @pre row < size()
    [[nodiscard]] std::optional<std::size_t> parentOf(std::size_t row) const noexcept;
    /// The row of a key of the tree, or of the closed folder it lies in. @pre key < the size of the tree
    [[nodiscard]] std::size_t rowOf(std::size_t key) const noexcept;
    /// The row of a folder. nullopt: it is not there, or lies in a closed one.
    [[nodiscard]] std::optional<std::size_t> rowOfFolder(std::size_t firstKey, std::size_t prefixBytes) const noexcept;
    /// The keys that rows show, of a folder all that lie in it. @pre begin < end <= size()
    [[nodiscard]] std::pair<std::size_t, std::size_t> keysOf(std::size_t begin, std::size_t end) const noexcept;

    /// Opens a folder. @pre it is closed; `below` is what lies in it
    void open(std::size_t row, TreeRows below);
    /// Closes a folder. Gives back what lay in it: letting go of millions of rows takes time. @pre it is open
    [[nodiscard]] TreeRows close(std::size_t row);

private:
    /// What stands here at some row.
    struct Step {
        std::size_t child = 0;
        std::size_t firstRow = 0; ///< of the child, here
        std::size_t opened = 0;   ///< the first opened folder that is not above the row
        bool inside = false;      ///< the row lies in the opened folder before that
    };
    struct Opened;

    static std::optional<TreeRows> make(const KeyTree& tree, std::size_t begin, std::size_t end, std::uint32_t depth,
                                        std::uint32_t parentBytes, const OpenFolders& open,
                                        const rustcask::Progress& progress);
    [[nodiscard]] Step step(std::size_t row) const noexcept;
    [[nodiscard]] std::size_t childOf(std::size_t key) const noexcept;
    [[nodiscard]] std::size_t firstOpenedFrom(std::size_t child) const noexcept;
    [[nodiscard]] std::size_t rowsBefore(std::size_t opened) const noexcept;
    void recount(std::size_t fromOpened) noexcept;

    std::vector<KeyTree::Child> m_children;
    std::vector<Opened> m_opened; // in the order of the children
    std::size_t m_plainRows = 0;  // as if all were closed
    std::size_t m_openedRows = 0;
    std::uint32_t m_depth = 0;
    std::uint32_t m_parentBytes = 0;
};

struct TreeRows::Opened {
    std::size_t child = 0;
    std::size_t rowsUpTo = 0; ///< of this opened folder and those before it
    TreeRows below{};
};

} // namespace rustcask::ui
