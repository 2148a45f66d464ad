// SPDX-License-Identifier: GPL-3.0-or-later
// CBOR (RFC 8949) as a tree. Literals are in its diagnostic notation.
#include <bit>
#include <cmath>
#include <utility>

#include <QCoreApplication>

#include "theme/format.h"
#include "values/value_tree.h"

namespace rustcask::ui::detail {

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("CborTree", text);
}

struct Head {
    unsigned major = 0;
    unsigned info = 0; ///< low five bits
    quint64 argument = 0;
    bool indefinite = false; ///< info 31
};

/// -1 - n, exactly: down to -2^64.
QString negative(quint64 n) {
    return n == ~quint64{0} ? QStringLiteral("-18446744073709551616") : QLatin1Char('-') + QString::number(n + 1);
}

double halfToDouble(quint64 bits) {
    const auto exponent = static_cast<int>((bits >> 10) & 0x1F);
    const auto mantissa = static_cast<double>(bits & 0x3FF);
    double value = 0;
    if (exponent == 0) {
        value = std::ldexp(mantissa, -24);
    } else if (exponent != 31) {
        value = std::ldexp(mantissa + 1024, exponent - 25);
    } else {
        value = mantissa == 0 ? INFINITY : NAN;
    }
    return (bits & 0x8000) != 0 ? -value : value;
}

class Parser {
public:
    Parser(const QByteArray& bytes, rustcask::Progress& progress, std::size_t maxNodes)
        : m_bytes(bytes), m_progress(progress), m_builder(TreeFormat::cbor, maxNodes) {}

    ParseResult run() {
        std::size_t sinceCheck = 0;
        do {
            if (++sinceCheck == 4096) {
                sinceCheck = 0;
                if (auto go = m_progress.checkpoint("decode a value"); !go) {
                    return rustcask::failure(go.error());
                }
            }
            if (!item()) {
                return m_full ? ParseResult(m_builder.take()) : ParseResult(parseError(m_errorAt, m_problem));
            }
            close();
        } while (!m_open.empty());
        if (m_at < m_bytes.size()) {
            m_builder.setRest(
                tr("%1 bytes follow the value.").arg(formatCount(static_cast<quint64>(m_bytes.size() - m_at))));
        }
        return m_builder.take();
    }

private:
    struct Open {
        qint32 id = 0;
        bool map = false;
        bool indefinite = false;
        bool isTag = false;
        quint64 left = 0;       ///< items still to come; a map's names count too
        bool wantsName = false; ///< of a map
        QString name{};
    };

    bool fail(qsizetype at, const QString& problem) {
        m_errorAt = static_cast<quint64>(at);
        m_problem = problem;
        return false;
    }

    bool head(Head& head) {
        if (m_at >= m_bytes.size()) {
            return fail(m_at, tr("The value ends early."));
        }
        const auto initial = static_cast<unsigned char>(m_bytes[m_at]);
        const qsizetype begin = m_at++;
        head.major = initial >> 5;
        head.info = initial & 31U;
        head.argument = head.info;
        if (head.info < 24) {
            return true;
        }
        if (head.info == 31) {
            head.indefinite = true;
            return (head.major >= 2 && head.major <= 5) || head.major == 7 ||
                   fail(begin, tr("No CBOR item begins with this byte."));
        }
        if (head.info > 27) {
            return fail(begin, tr("No CBOR item begins with this byte."));
        }
        const qsizetype size = qsizetype{1} << (head.info - 24);
        if (m_bytes.size() - m_at < size) {
            return fail(m_at, tr("The value ends early."));
        }
        head.argument = 0;
        for (qsizetype i = 0; i < size; ++i) {
            head.argument = head.argument << 8 | static_cast<unsigned char>(m_bytes[m_at++]);
        }
        return true;
    }

    /// A string's bytes; those of chunks put together.
    bool string(const Head& first, qsizetype begin, QByteArray& out) {
        if (!first.indefinite) {
            if (first.argument > static_cast<quint64>(m_bytes.size() - m_at)) {
                return fail(begin, tr("It is to have %1 bytes, more than there are.").arg(formatCount(first.argument)));
            }
            out = m_bytes.mid(m_at, static_cast<qsizetype>(first.argument));
            m_at += static_cast<qsizetype>(first.argument);
            return true;
        }
        while (true) {
            const qsizetype chunkAt = m_at;
            if (m_at < m_bytes.size() && static_cast<unsigned char>(m_bytes[m_at]) == 0xFF) {
                ++m_at;
                return true;
            }
            Head chunk;
            QByteArray part;
            if (!head(chunk)) {
                return false;
            }
            if (chunk.major != first.major || chunk.indefinite) {
                return fail(chunkAt, tr("The parts of a string must be strings of its kind."));
            }
            if (!string(chunk, chunkAt, part)) {
                return false;
            }
            m_chunks += m_chunks.isEmpty() ? QString() : QStringLiteral(", ");
            m_chunks += literal(first.major, part);
            out += part;
        }
    }

    QString literal(unsigned major, const QByteArray& content) {
        bool cut = false;
        bool valid = true;
        return major == 2 ? hexLiteral(content, cut) : quoted(fromUtf8(content, valid), cut);
    }

    bool item() {
        const qsizetype begin = m_at;
        if (!m_open.empty() && m_open.back().indefinite && m_at < m_bytes.size() &&
            static_cast<unsigned char>(m_bytes[m_at]) == 0xFF) {
            if (m_open.back().map && !m_open.back().wantsName) {
                return fail(m_at, tr("A map's last name has no value."));
            }
            ++m_at;
            m_open.back().indefinite = false;
            m_open.back().left = 0;
            return true;
        }
        Head h;
        if (!head(h)) {
            return false;
        }
        TreeNode node;
        node.offset = static_cast<quint64>(begin);
        bool isContainer = false;
        switch (h.major) {
        case 0:
            node.kind = TreeNode::Kind::integer;
            node.value = QString::number(h.argument);
            break;
        case 1:
            node.kind = TreeNode::Kind::integer;
            node.value = negative(h.argument);
            break;
        case 2:
        case 3: {
            QByteArray content;
            m_chunks.clear();
            if (!string(h, begin, content)) {
                return false;
            }
            bool valid = true;
            if (h.major == 3) {
                static_cast<void>(fromUtf8(content, valid));
            }
            if (!valid) {
                return fail(begin, tr("This text is no UTF-8."));
            }
            node.kind = h.major == 2 ? TreeNode::Kind::bytes : TreeNode::Kind::text;
            node.indefinite = h.indefinite;
            node.cut = content.size() > maxLiteral / (h.major == 2 ? 2 : 1);
            node.value =
                h.indefinite ? QStringLiteral("(_ %1)").arg(m_chunks.left(maxLiteral)) : literal(h.major, content);
            break;
        }
        case 4:
        case 5:
            node.kind = h.major == 4 ? TreeNode::Kind::array : TreeNode::Kind::map;
            node.indefinite = h.indefinite;
            isContainer = true;
            // Each item has at least a byte: a length that cannot be is refused before anything is made for it.
            if (!h.indefinite && h.argument > static_cast<quint64>(m_bytes.size() - m_at) / (h.major == 4 ? 1 : 2)) {
                return fail(begin,
                            tr("It is to have %1 entries, more than there are bytes.").arg(formatCount(h.argument)));
            }
            break;
        case 6:
            node.kind = TreeNode::Kind::tag;
            node.value = QString::number(h.argument);
            isContainer = true;
            break;
        default:
            if (!simple(h, begin, node)) {
                return false;
            }
        }
        node.bytes = static_cast<quint64>(m_at - begin);
        return place(std::move(node), isContainer, h, begin);
    }

    bool simple(const Head& h, qsizetype begin, TreeNode& node) {
        if (h.indefinite) {
            return fail(begin, tr("A “break” stands where nothing is to be ended."));
        }
        switch (h.info) {
        case 20:
        case 21:
            node.kind = TreeNode::Kind::boolean;
            node.value = h.info == 20 ? QStringLiteral("false") : QStringLiteral("true");
            return true;
        case 22:
            node.kind = TreeNode::Kind::null;
            node.value = QStringLiteral("null");
            return true;
        case 23:
            node.kind = TreeNode::Kind::simple;
            node.value = QStringLiteral("undefined");
            return true;
        case 25:
            node.kind = TreeNode::Kind::real;
            node.value = realLiteral(halfToDouble(h.argument));
            return true;
        case 26:
            node.kind = TreeNode::Kind::real;
            // Through double, as the notation has it: 3.4028234663852886e+38.
            node.value = realLiteral(static_cast<double>(std::bit_cast<float>(static_cast<quint32>(h.argument))));
            return true;
        case 27:
            node.kind = TreeNode::Kind::real;
            node.value = realLiteral(std::bit_cast<double>(h.argument));
            return true;
        default:
            if (h.info == 24 && h.argument < 32) {
                return fail(begin, tr("A simple value below 32 takes one byte."));
            }
            node.kind = TreeNode::Kind::simple;
            node.value = QStringLiteral("simple(%1)").arg(h.argument);
            return true;
        }
    }

    bool place(TreeNode node, bool isContainer, const Head& h, qsizetype begin) {
        const bool isName = !m_open.empty() && m_open.back().map && m_open.back().wantsName;
        if (isName) {
            if (isContainer) {
                // A name that is itself a container: kept as an entry of its own, so that nothing is lost from view.
                return nameContainer(begin);
            }
            m_open.back().name = node.value;
            m_open.back().wantsName = false;
            count();
            return true;
        }
        node.parent = m_open.empty() ? -1 : m_open.back().id;
        if (!m_open.empty() && m_open.back().map) {
            node.name = std::exchange(m_open.back().name, QString());
            m_open.back().wantsName = true;
        }
        const qint32 id = m_builder.add(std::move(node));
        if (id < 0) {
            m_full = true;
            return false;
        }
        if (!isContainer) {
            count();
            return true;
        }
        return open(id, h, begin);
    }

    bool open(qint32 id, const Head& h, qsizetype begin) {
        if (m_open.size() >= maxTreeDepth) {
            return fail(begin, tr("It is nested more than %1 levels deep.").arg(formatCount(maxTreeDepth)));
        }
        Open opened;
        opened.id = id;
        opened.isTag = h.major == 6;
        opened.map = h.major == 5;
        opened.wantsName = opened.map;
        opened.indefinite = h.indefinite && !opened.isTag;
        opened.left = opened.isTag ? 1 : h.indefinite ? 0 : h.argument * (opened.map ? 2 : 1);
        m_open.push_back(opened);
        return true;
    }

    /// The text of a whole item is the name.
    bool nameContainer(qsizetype begin) {
        const QByteArray rest = QByteArray::fromRawData(m_bytes.constData() + begin, m_bytes.size() - begin);
        if (++m_nested > 8) {
            return fail(begin, tr("Names are nested too deep."));
        }
        Parser inner(rest, m_progress, 10'000);
        inner.m_nested = m_nested;
        auto parsed = inner.run();
        --m_nested;
        if (!parsed) {
            return parsed.error().offset ? fail(begin + static_cast<qsizetype>(*parsed.error().offset),
                                                QString::fromStdString(parsed.error().detail))
                                         : fail(begin, QString::fromStdString(parsed.error().detail));
        }
        if (parsed->cut) {
            return fail(begin, tr("A name has too many parts."));
        }
        m_open.back().name = treeText(*parsed, 0, maxLiteral);
        m_open.back().wantsName = false;
        m_at = begin + inner.m_at;
        count();
        return true;
    }

    void count() {
        if (!m_open.empty() && !m_open.back().indefinite && m_open.back().left > 0) {
            --m_open.back().left;
        }
    }

    /// Ends what has all its entries.
    void close() {
        while (!m_open.empty() && !m_open.back().indefinite && m_open.back().left == 0) {
            TreeNode& node = m_builder.node(m_open.back().id);
            node.bytes = static_cast<quint64>(m_at) - node.offset;
            m_open.pop_back();
            count(); // it was an entry itself
        }
    }

    QByteArray m_bytes;
    rustcask::Progress& m_progress;
    TreeBuilder m_builder;
    qsizetype m_at = 0;
    std::vector<Open> m_open;
    QString m_chunks;
    quint64 m_errorAt = 0;
    QString m_problem;
    bool m_full = false;
    int m_nested = 0;
};

} // namespace

ParseResult parseCbor(const QByteArray& bytes, rustcask::Progress& progress, std::size_t maxNodes) {
    return Parser(bytes, progress, maxNodes).run();
}

} // namespace rustcask::ui::detail
