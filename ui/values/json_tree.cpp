// SPDX-License-Identifier: GPL-3.0-or-later
// JSON as a tree: names and literals as they are stored.
#include <QCoreApplication>

#include "theme/format.h"
#include "values/json_scanner.h"
#include "values/value_tree.h"

namespace rustcask::ui::detail {

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("JsonTree", text);
}

/// What a JSON string says: escapes resolved, unpaired surrogates kept as they are.
QString contentsOf(std::string_view literal, bool& valid) {
    const QByteArrayView inner(literal.data() + 1, static_cast<qsizetype>(literal.size()) - 2);
    QString raw = fromUtf8(inner, valid);
    if (!raw.contains(QLatin1Char('\\'))) {
        return raw;
    }
    QString text;
    text.reserve(raw.size());
    for (qsizetype i = 0; i < raw.size(); ++i) {
        if (raw[i] != QLatin1Char('\\') || i + 1 >= raw.size()) {
            text += raw[i];
            continue;
        }
        const QChar escape = raw[++i];
        switch (escape.unicode()) {
        case u'b':
            text += QChar(u'\b');
            break;
        case u'f':
            text += QChar(u'\f');
            break;
        case u'n':
            text += QChar(u'\n');
            break;
        case u'r':
            text += QChar(u'\r');
            break;
        case u't':
            text += QChar(u'\t');
            break;
        case u'u':
            text += QChar(static_cast<char16_t>(raw.sliced(i + 1, 4).toUShort(nullptr, 16)));
            i += 4;
            break;
        default:
            text += escape;
        }
    }
    return text;
}

} // namespace

ParseResult parseJson(const QByteArray& bytes, rustcask::Progress& progress, std::size_t maxNodes) {
    TreeBuilder builder(TreeFormat::json, maxNodes);
    const std::string_view json(bytes.constData(), static_cast<std::size_t>(bytes.size()));
    JsonScanner scanner(json);
    std::vector<qint32> open;
    std::string_view name;
    std::size_t sinceCheck = 0;
    while (true) {
        if (++sinceCheck == 4096) {
            sinceCheck = 0;
            if (auto go = progress.checkpoint("decode a value"); !go) {
                return rustcask::failure(go.error());
            }
        }
        const auto token = scanner.next();
        if (!token) {
            return parseError(token.error().offset,
                              tr("%1 was expected.").arg(QString::fromLatin1(token.error().expected)));
        }
        if (!*token) {
            return builder.take();
        }
        const JsonToken& found = **token;
        const char first = found.text.front();
        const auto offset = static_cast<quint64>(found.text.data() - json.data());
        if (found.kind == JsonToken::Kind::name) {
            name = found.text;
            continue;
        }
        if (found.kind == JsonToken::Kind::punctuation && (first == ',' || first == ':')) {
            continue;
        }
        if (found.kind == JsonToken::Kind::punctuation && (first == '}' || first == ']')) {
            TreeNode& closed = builder.node(open.back());
            closed.bytes = offset + 1 - closed.offset;
            open.pop_back();
            continue;
        }
        TreeNode node;
        node.parent = open.empty() ? -1 : open.back();
        node.offset = offset;
        node.bytes = found.text.size();
        bool valid = true;
        if (!name.empty()) {
            node.name = contentsOf(name, valid);
            name = {};
        }
        if (found.kind == JsonToken::Kind::punctuation) {
            node.kind = first == '{' ? TreeNode::Kind::map : TreeNode::Kind::array;
        } else if (found.kind == JsonToken::Kind::string) {
            node.kind = TreeNode::Kind::text;
            node.value =
                fromUtf8(QByteArrayView(found.text.data(), static_cast<qsizetype>(found.text.size()))
                             .first(std::min<qsizetype>(static_cast<qsizetype>(found.text.size()), maxLiteral)),
                         valid);
            node.cut = static_cast<qsizetype>(found.text.size()) > maxLiteral;
            if (node.cut) {
                node.value += QStringLiteral("…\"");
            }
        } else if (found.kind == JsonToken::Kind::number) {
            node.kind = found.text.find_first_of(".eE") == std::string_view::npos ? TreeNode::Kind::integer
                                                                                  : TreeNode::Kind::real;
            node.value = QString::fromLatin1(found.text.data(), static_cast<qsizetype>(std::min<std::size_t>(
                                                                    found.text.size(), std::size_t{maxLiteral})));
            node.cut = static_cast<qsizetype>(found.text.size()) > maxLiteral;
        } else {
            node.kind = first == 'n' ? TreeNode::Kind::null : TreeNode::Kind::boolean;
            node.value = QString::fromLatin1(found.text.data(), static_cast<qsizetype>(found.text.size()));
        }
        const bool container = found.kind == JsonToken::Kind::punctuation;
        const qint32 id = builder.add(std::move(node));
        if (id < 0) {
            return builder.take();
        }
        if (container) {
            open.push_back(id);
        }
    }
}

} // namespace rustcask::ui::detail
