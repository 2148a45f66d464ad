// SPDX-License-Identifier: GPL-3.0-or-later
#include "values/value_tree.h"

#include <charconv>
#include <cmath>

#include <QCoreApplication>
#include <QStringDecoder>

#include "theme/format.h"

namespace rustcask::ui {

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("ValueTree", text);
}

template <typename Real>
QString shortest(Real value) {
    if (std::isnan(value)) {
        return QStringLiteral("NaN");
    }
    if (std::isinf(value)) {
        return value < 0 ? QStringLiteral("-Infinity") : QStringLiteral("Infinity");
    }
    char text[64];
    // No exponent for numbers that people write without one.
    const bool moderate = value == 0 || (std::abs(value) >= Real(1e-4) && std::abs(value) < Real(1e15));
    const auto end = (moderate ? std::to_chars(text, text + sizeof text, value, std::chars_format::fixed)
                               : std::to_chars(text, text + sizeof text, value))
                         .ptr;
    QString literal = QString::fromLatin1(text, static_cast<qsizetype>(end - text));
    if (!literal.contains(QLatin1Char('.')) && !literal.contains(QLatin1Char('e'))) {
        literal += QStringLiteral(".0");
    }
    return literal;
}

} // namespace

QString treeFormatName(TreeFormat format) {
    switch (format) {
    case TreeFormat::json:
        return QStringLiteral("JSON");
    case TreeFormat::messagePack:
        return QStringLiteral("MessagePack");
    case TreeFormat::cbor:
        return QStringLiteral("CBOR");
    }
    return {};
}

TreeFormat treeFormatFromName(const QString& name) {
    for (const TreeFormat format : {TreeFormat::messagePack, TreeFormat::cbor}) {
        if (treeFormatName(format) == name) {
            return format;
        }
    }
    return TreeFormat::json;
}

void ValueTree::link() {
    firstChild.assign(nodes.size(), 0);
    for (TreeNode& node : nodes) {
        node.children = 0;
    }
    for (std::size_t i = 1; i < nodes.size(); ++i) {
        nodes[i].row = nodes[static_cast<std::size_t>(nodes[i].parent)].children++;
    }
    quint32 next = 0;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        firstChild[i] = next;
        next += nodes[i].children;
    }
    childIds.assign(next, 0);
    for (std::size_t i = 1; i < nodes.size(); ++i) {
        childIds[firstChild[static_cast<std::size_t>(nodes[i].parent)] + nodes[i].row] = static_cast<quint32>(i);
    }
}

rustcask::Result<ValueTree> parseTree(const QByteArray& bytes, TreeFormat format, rustcask::Progress& progress,
                                      std::size_t maxNodes) {
    progress.setTotals(0, 0, static_cast<std::uint64_t>(bytes.size()));
    switch (format) {
    case TreeFormat::messagePack:
        return detail::parseMessagePack(bytes, progress, maxNodes);
    case TreeFormat::cbor:
        return detail::parseCbor(bytes, progress, maxNodes);
    case TreeFormat::json:
        break;
    }
    return detail::parseJson(bytes, progress, maxNodes);
}

QString treeText(const ValueTree& tree, quint32 root, qsizetype maxChars) {
    QString text;
    if (tree.nodes.empty()) {
        return text;
    }
    struct Open {
        quint32 node;
        quint32 next;
    };
    std::vector<Open> open;
    const bool json = tree.format == TreeFormat::json;
    const auto begin = [&](quint32 id) {
        const TreeNode& node = tree.nodes[id];
        switch (node.kind) {
        case TreeNode::Kind::array:
            text += node.indefinite ? QStringLiteral("[_ ") : QStringLiteral("[");
            open.push_back({id, 0});
            break;
        case TreeNode::Kind::map:
            text += node.indefinite ? QStringLiteral("{_ ") : QStringLiteral("{");
            open.push_back({id, 0});
            break;
        case TreeNode::Kind::tag:
            text += node.value + QLatin1Char('(');
            open.push_back({id, 0});
            break;
        default:
            text += node.value;
        }
    };
    begin(root);
    while (!open.empty()) {
        if (text.size() > maxChars) {
            return text + QStringLiteral(" …");
        }
        const quint32 at = open.back().node;
        const TreeNode& node = tree.nodes[at];
        if (open.back().next == node.children) {
            text += node.kind == TreeNode::Kind::array ? QLatin1Char(']')
                    : node.kind == TreeNode::Kind::map ? QLatin1Char('}')
                                                       : QLatin1Char(')');
            open.pop_back();
            continue;
        }
        if (open.back().next > 0) {
            text += QStringLiteral(", ");
        }
        const quint32 id = tree.child(at, open.back().next++);
        if (node.kind == TreeNode::Kind::map) {
            bool cut = false;
            text += json ? detail::quoted(tree.nodes[id].name, cut) : tree.nodes[id].name;
            text += QStringLiteral(": ");
        }
        begin(id);
    }
    return text;
}

QString treePath(const ValueTree& tree, quint32 node) {
    QStringList steps;
    for (qint32 at = static_cast<qint32>(node); at > 0; at = tree.nodes[static_cast<std::size_t>(at)].parent) {
        const TreeNode& step = tree.nodes[static_cast<std::size_t>(at)];
        const TreeNode& parent = tree.nodes[static_cast<std::size_t>(step.parent)];
        if (parent.kind == TreeNode::Kind::tag) {
            continue;
        }
        if (parent.kind == TreeNode::Kind::array) {
            steps.prepend(QStringLiteral("[%1]").arg(step.row));
        } else {
            steps.prepend(QStringLiteral(".") + step.name);
        }
    }
    QString path = steps.join(QString());
    if (path.startsWith(QLatin1Char('.'))) {
        path.remove(0, 1);
    }
    return path.isEmpty() ? QStringLiteral("$") : path;
}

QString treeTypeText(const TreeNode& node) {
    switch (node.kind) {
    case TreeNode::Kind::null:
        return tr("null");
    case TreeNode::Kind::boolean:
        return tr("boolean");
    case TreeNode::Kind::integer:
        return tr("integer");
    case TreeNode::Kind::real:
        return tr("number");
    case TreeNode::Kind::text:
        return tr("text");
    case TreeNode::Kind::bytes:
        return tr("bytes");
    case TreeNode::Kind::array:
        return tr("array of %1").arg(formatCount(node.children));
    case TreeNode::Kind::map:
        return tr("object of %1").arg(formatCount(node.children));
    case TreeNode::Kind::tag:
        return tr("tag");
    case TreeNode::Kind::extension:
        return tr("extension");
    case TreeNode::Kind::simple:
        return tr("simple value");
    }
    return {};
}

namespace detail {

qint32 TreeBuilder::add(TreeNode node) {
    if (isFull()) {
        m_tree.cut = true;
        return -1;
    }
    m_tree.nodes.push_back(std::move(node));
    return static_cast<qint32>(m_tree.nodes.size() - 1);
}

ValueTree TreeBuilder::take() {
    m_tree.link();
    return std::move(m_tree);
}

tl::unexpected<rustcask::Error> parseError(quint64 offset, const QString& problem) {
    rustcask::Error error;
    error.code = rustcask::ErrorCode::corruption;
    error.operation = "decode a value";
    error.offset = offset;
    error.detail = problem.toStdString();
    return rustcask::failure(std::move(error));
}

QString quoted(const QString& text, bool& cut) {
    QString literal;
    literal.reserve(std::min(text.size(), maxLiteral) + 2);
    literal += QLatin1Char('"');
    for (const QChar c : QStringView(text).left(maxLiteral)) {
        switch (c.unicode()) {
        case u'"':
            literal += QStringLiteral("\\\"");
            break;
        case u'\\':
            literal += QStringLiteral("\\\\");
            break;
        case u'\n':
            literal += QStringLiteral("\\n");
            break;
        case u'\r':
            literal += QStringLiteral("\\r");
            break;
        case u'\t':
            literal += QStringLiteral("\\t");
            break;
        default: {
            const bool hidden = c.category() == QChar::Other_Control || c.category() == QChar::Other_Format ||
                                c == QChar::LineSeparator || c == QChar::ParagraphSeparator;
            literal += hidden ? QStringLiteral("\\u%1").arg(c.unicode(), 4, 16, QLatin1Char('0')) : QString(c);
        }
        }
    }
    cut = text.size() > maxLiteral;
    return literal + (cut ? QStringLiteral("…\"") : QStringLiteral("\""));
}

QString hexLiteral(QByteArrayView bytes, bool& cut) {
    cut = bytes.size() > maxLiteral / 2;
    const QByteArray digits = bytes.first(std::min(bytes.size(), maxLiteral / 2)).toByteArray().toHex();
    return QStringLiteral("h'%1%2'").arg(QString::fromLatin1(digits), cut ? QStringLiteral("…") : QString());
}

QString realLiteral(double value) {
    return shortest(value);
}
QString realLiteral(float value) {
    return shortest(value);
}

QString fromUtf8(QByteArrayView bytes, bool& valid) {
    QStringDecoder decoder(QStringDecoder::Utf8,
                           QStringDecoder::Flag::Stateless | QStringDecoder::Flag::ConvertInitialBom);
    QString text = decoder.decode(bytes);
    valid = !decoder.hasError();
    return text;
}

} // namespace detail

} // namespace rustcask::ui
