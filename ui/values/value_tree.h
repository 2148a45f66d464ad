// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QByteArray>
#include <QString>

#include <rustcask/progress.h>
#include <rustcask/result.h>

/// JSON, MessagePack and CBOR as a tree for reading. Nothing is turned into a number and back: literals are shown as
/// they are stored, or exactly as they decode. Pure functions; safe on any thread.
namespace rustcask::ui {

enum class TreeFormat { json, messagePack, cbor };
[[nodiscard]] QString treeFormatName(TreeFormat format); ///< "MessagePack"
/// For settings; json for an unknown name.
[[nodiscard]] TreeFormat treeFormatFromName(const QString& name);

struct TreeNode {
    enum class Kind : quint8 { null, boolean, integer, real, text, bytes, array, map, tag, extension, simple };
    Kind kind = Kind::null;
    bool cut = false;        ///< `value` is shortened for display
    bool indefinite = false; ///< CBOR: of indefinite length
    qint32 parent = -1;      ///< index in the tree; -1: the root
    quint32 row = 0;         ///< among its parent's children
    quint32 children = 0;    ///< how many
    quint64 offset = 0;      ///< of its first byte in the value
    quint64 bytes = 0;       ///< its length
    QString name{};          ///< of an entry of a map, as it reads: a JSON string's contents, a literal otherwise
    QString value{};         ///< literal of what is no container: 9007199254740993, "text", h'0aff'
};

struct TreeError {
    quint64 offset = 0; ///< of the byte that did not fit
    QString problem{};  ///< a sentence
};

struct ValueTree {
    TreeFormat format = TreeFormat::json;
    std::vector<TreeNode> nodes{};   ///< parents before children; 0 is the root
    std::vector<quint32> childIds{}; ///< of node n: `firstChild[n]` to `firstChild[n] + children` of these
    std::vector<quint32> firstChild{};
    bool cut = false; ///< there were more than `maxNodes`
    QString rest{};   ///< what stands after the value, as a sentence: a second value, bytes; empty: nothing

    [[nodiscard]] quint32 child(quint32 node, quint32 row) const { return childIds[firstChild[node] + row]; }
    /// Fills `childIds`, `firstChild` and `children` from the parents.
    void link();
};

inline constexpr std::size_t maxTreeDepth = 512;
inline constexpr std::size_t maxTreeNodes = 2'000'000; ///< about 200 bytes each
inline constexpr qsizetype maxLiteral = 4096;          ///< characters shown of one literal

/// The first value in `bytes`; a tree that reached `maxNodes` is `cut`. Takes time in proportion to `bytes`. The error
/// code is `cancelled` or, for what is not of the format, `corruption` with the sentence as its detail and the offset.
[[nodiscard]] rustcask::Result<ValueTree> parseTree(const QByteArray& bytes, TreeFormat format,
                                                    rustcask::Progress& progress, std::size_t maxNodes = maxTreeNodes);

/// As text, on one line: JSON as JSON, the others in the diagnostic notation of RFC 8949.
[[nodiscard]] QString treeText(const ValueTree& tree, quint32 node = 0, qsizetype maxChars = qsizetype{1} << 20);
/// Where a node stands: "orders[3].total"; the root is "$".
[[nodiscard]] QString treePath(const ValueTree& tree, quint32 node);
/// "integer", "text", "array of 3".
[[nodiscard]] QString treeTypeText(const TreeNode& node);

namespace detail {

/// Collects nodes; the parsers drive it.
class TreeBuilder {
public:
    TreeBuilder(TreeFormat format, std::size_t maxNodes) : m_maxNodes(maxNodes) { m_tree.format = format; }
    /// -1 when the tree is full.
    qint32 add(TreeNode node);
    [[nodiscard]] TreeNode& node(qint32 id) { return m_tree.nodes[static_cast<std::size_t>(id)]; }
    [[nodiscard]] bool isFull() const { return m_tree.nodes.size() >= m_maxNodes; }
    void setRest(const QString& rest) { m_tree.rest = rest; }
    [[nodiscard]] ValueTree take();

private:
    ValueTree m_tree;
    std::size_t m_maxNodes;
};

using ParseResult = rustcask::Result<ValueTree>;
[[nodiscard]] ParseResult parseJson(const QByteArray& bytes, rustcask::Progress& progress, std::size_t maxNodes);
[[nodiscard]] ParseResult parseMessagePack(const QByteArray& bytes, rustcask::Progress& progress, std::size_t maxNodes);
[[nodiscard]] ParseResult parseCbor(const QByteArray& bytes, rustcask::Progress& progress, std::size_t maxNodes);
[[nodiscard]] tl::unexpected<rustcask::Error> parseError(quint64 offset, const QString& problem);
/// A string as JSON writes it, with controls and invisible characters as \u escapes; shortened beyond `maxLiteral`.
[[nodiscard]] QString quoted(const QString& text, bool& cut);
/// h'0aff', shortened beyond `maxLiteral`.
[[nodiscard]] QString hexLiteral(QByteArrayView bytes, bool& cut);
/// Shortest text that reads back as the same number; always with a point or an exponent; NaN, Infinity.
[[nodiscard]] QString realLiteral(double value);
[[nodiscard]] QString realLiteral(float value);
/// UTF-8 as text; invalid bytes become replacement characters and `valid` false.
[[nodiscard]] QString fromUtf8(QByteArrayView bytes, bool& valid);

} // namespace detail

} // namespace rustcask::ui
