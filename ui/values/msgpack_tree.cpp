// SPDX-License-Identifier: GPL-3.0-or-later
// MessagePack (github.com/msgpack/msgpack, spec.md) as a tree.
#include <bit>
#include <utility>

#include <QCoreApplication>
#include <QDateTime>

#include "theme/format.h"
#include "values/value_tree.h"

namespace rustcask::ui::detail {

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("MessagePackTree", text);
}

class Parser {
public:
    Parser(const QByteArray& bytes, rustcask::Progress& progress, std::size_t maxNodes)
        : m_bytes(bytes), m_progress(progress), m_builder(TreeFormat::messagePack, maxNodes) {}

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
        quint64 left = 0; ///< items still to come; a map's names count too
        bool wantsName = false;
        QString name{};
    };

    bool fail(qsizetype at, const QString& problem) {
        m_errorAt = static_cast<quint64>(at);
        m_problem = problem;
        return false;
    }

    bool number(qsizetype size, quint64& value) {
        if (m_bytes.size() - m_at < size) {
            return fail(m_at, tr("The value ends early."));
        }
        value = 0;
        for (qsizetype i = 0; i < size; ++i) {
            value = value << 8 | static_cast<unsigned char>(m_bytes[m_at++]);
        }
        return true;
    }

    bool take(quint64 size, qsizetype begin, QByteArrayView& out) {
        if (size > static_cast<quint64>(m_bytes.size() - m_at)) {
            return fail(begin, tr("It is to have %1 bytes, more than there are.").arg(formatCount(size)));
        }
        out = QByteArrayView(m_bytes).sliced(m_at, static_cast<qsizetype>(size));
        m_at += static_cast<qsizetype>(size);
        return true;
    }

    bool item() {
        const qsizetype begin = m_at;
        quint64 first = 0;
        if (!number(1, first)) {
            return false;
        }
        TreeNode node;
        node.offset = static_cast<quint64>(begin);
        node.kind = TreeNode::Kind::integer;
        quint64 count = 0;
        if (first <= 0x7F) {
            node.value = QString::number(first);
        } else if (first >= 0xE0) {
            node.value = QString::number(static_cast<int>(first) - 256);
        } else if (first <= 0x8F) {
            return container(std::move(node), true, first & 0x0F, begin);
        } else if (first <= 0x9F) {
            return container(std::move(node), false, first & 0x0F, begin);
        } else if (first <= 0xBF) {
            if (!text(first & 0x1F, begin, node)) {
                return false;
            }
        } else {
            switch (first) {
            case 0xC0:
                node.kind = TreeNode::Kind::null;
                node.value = QStringLiteral("null");
                break;
            case 0xC1:
                return fail(begin, tr("MessagePack has no use for the byte C1."));
            case 0xC2:
            case 0xC3:
                node.kind = TreeNode::Kind::boolean;
                node.value = first == 0xC2 ? QStringLiteral("false") : QStringLiteral("true");
                break;
            case 0xC4:
            case 0xC5:
            case 0xC6:
                if (!number(qsizetype{1} << (first - 0xC4), count) || !binary(count, begin, node)) {
                    return false;
                }
                break;
            case 0xC7:
            case 0xC8:
            case 0xC9:
                if (!number(qsizetype{1} << (first - 0xC7), count) || !extension(count, begin, node)) {
                    return false;
                }
                break;
            case 0xCA:
                if (!number(4, count)) {
                    return false;
                }
                node.kind = TreeNode::Kind::real;
                node.value = realLiteral(std::bit_cast<float>(static_cast<quint32>(count)));
                break;
            case 0xCB:
                if (!number(8, count)) {
                    return false;
                }
                node.kind = TreeNode::Kind::real;
                node.value = realLiteral(std::bit_cast<double>(count));
                break;
            case 0xCC:
            case 0xCD:
            case 0xCE:
            case 0xCF:
                if (!number(qsizetype{1} << (first - 0xCC), count)) {
                    return false;
                }
                node.value = QString::number(count);
                break;
            case 0xD0:
            case 0xD1:
            case 0xD2:
            case 0xD3: {
                const unsigned bits = 8U << (first - 0xD0);
                if (!number(bits / 8, count)) {
                    return false;
                }
                node.value = QString::number(static_cast<qint64>(count << (64 - bits)) >> (64 - bits));
                break;
            }
            case 0xD4:
            case 0xD5:
            case 0xD6:
            case 0xD7:
            case 0xD8:
                if (!extension(quint64{1} << (first - 0xD4), begin, node)) {
                    return false;
                }
                break;
            case 0xD9:
            case 0xDA:
            case 0xDB:
                if (!number(qsizetype{1} << (first - 0xD9), count) || !text(count, begin, node)) {
                    return false;
                }
                break;
            default: { // DC to DF: arrays and maps with 16 and 32 bits
                const bool map = first >= 0xDE;
                return number((first & 1U) == 0 ? 2 : 4, count) && container(std::move(node), map, count, begin);
            }
            }
        }
        node.bytes = static_cast<quint64>(m_at - begin);
        return place(std::move(node));
    }

    bool text(quint64 size, qsizetype begin, TreeNode& node) {
        QByteArrayView content;
        if (!take(size, begin, content)) {
            return false;
        }
        bool valid = true;
        const QString decoded = fromUtf8(content, valid);
        // Before there was a type for bytes, they went under this one.
        node.kind = valid ? TreeNode::Kind::text : TreeNode::Kind::bytes;
        node.value = valid ? quoted(decoded, node.cut) : hexLiteral(content, node.cut);
        return true;
    }

    bool binary(quint64 size, qsizetype begin, TreeNode& node) {
        QByteArrayView content;
        if (!take(size, begin, content)) {
            return false;
        }
        node.kind = TreeNode::Kind::bytes;
        node.value = hexLiteral(content, node.cut);
        return true;
    }

    bool extension(quint64 size, qsizetype begin, TreeNode& node) {
        quint64 type = 0;
        QByteArrayView content;
        if (!number(1, type) || !take(size, begin, content)) {
            return false;
        }
        const int number = static_cast<qint8>(type);
        node.kind = TreeNode::Kind::extension;
        node.value = QStringLiteral("ext(%1, %2)").arg(number).arg(hexLiteral(content, node.cut));
        if (number == -1) {
            if (const QString time = timestamp(content); !time.isEmpty()) {
                node.value = QStringLiteral("timestamp(%1)").arg(time);
            }
        }
        return true;
    }

    /// The three layouts of the specification; empty: none of them.
    static QString timestamp(QByteArrayView content) {
        quint64 bits = 0;
        for (const char byte : content.last(std::min<qsizetype>(8, content.size()))) {
            bits = bits << 8 | static_cast<unsigned char>(byte);
        }
        quint64 nanoseconds = 0;
        qint64 seconds = 0;
        if (content.size() == 4) {
            seconds = static_cast<qint64>(bits);
        } else if (content.size() == 8) {
            nanoseconds = bits >> 34;
            seconds = static_cast<qint64>(bits & 0x3'FFFF'FFFF);
        } else if (content.size() == 12) {
            for (const char byte : content.first(4)) {
                nanoseconds = nanoseconds << 8 | static_cast<unsigned char>(byte);
            }
            seconds = static_cast<qint64>(bits);
        } else {
            return {};
        }
        constexpr qint64 year9999 = 253'402'300'799;
        if (nanoseconds > 999'999'999 || seconds > year9999 || seconds < -62'135'596'800) {
            return {};
        }
        QString time = QDateTime::fromSecsSinceEpoch(seconds, Qt::UTC).toString(QStringLiteral("yyyy-MM-ddThh:mm:ss"));
        if (nanoseconds > 0) {
            time += QLatin1Char('.') + QString::number(nanoseconds).rightJustified(9, QLatin1Char('0'));
        }
        return time + QLatin1Char('Z');
    }

    bool container(TreeNode node, bool map, quint64 count, qsizetype begin) {
        // Each entry has at least a byte: a count that cannot be is refused before anything is made for it.
        if (count > static_cast<quint64>(m_bytes.size() - m_at) / (map ? 2 : 1)) {
            return fail(begin, tr("It is to have %1 entries, more than there are bytes.").arg(formatCount(count)));
        }
        if (!m_open.empty() && m_open.back().map && m_open.back().wantsName) {
            return nameContainer(begin);
        }
        if (m_open.size() >= maxTreeDepth) {
            return fail(begin, tr("It is nested more than %1 levels deep.").arg(formatCount(maxTreeDepth)));
        }
        node.kind = map ? TreeNode::Kind::map : TreeNode::Kind::array;
        adopt(node);
        const qint32 id = m_builder.add(std::move(node));
        m_full = id < 0;
        if (!m_full) {
            m_open.push_back({.id = id, .map = map, .left = count * (map ? 2 : 1), .wantsName = map});
        }
        return !m_full;
    }

    /// The text of a whole item is the name.
    bool nameContainer(qsizetype begin) {
        if (++m_nested > 8) {
            return fail(begin, tr("Names are nested too deep."));
        }
        Parser inner(QByteArray::fromRawData(m_bytes.constData() + begin, m_bytes.size() - begin), m_progress, 10'000);
        inner.m_nested = m_nested;
        const auto parsed = inner.run();
        --m_nested;
        if (!parsed || parsed->cut) {
            return fail(begin + (parsed ? 0 : static_cast<qsizetype>(parsed.error().offset.value_or(0))),
                        parsed ? tr("A name has too many parts.") : QString::fromStdString(parsed.error().detail));
        }
        m_open.back().name = treeText(*parsed, 0, maxLiteral);
        m_open.back().wantsName = false;
        m_at = begin + inner.m_at;
        --m_open.back().left;
        return true;
    }

    void adopt(TreeNode& node) {
        node.parent = m_open.empty() ? -1 : m_open.back().id;
        if (!m_open.empty() && m_open.back().map) {
            node.name = std::exchange(m_open.back().name, QString());
            m_open.back().wantsName = true;
        }
    }

    bool place(TreeNode node) {
        if (!m_open.empty()) {
            --m_open.back().left;
            if (m_open.back().map && m_open.back().wantsName) {
                m_open.back().name = node.value;
                m_open.back().wantsName = false;
                return true;
            }
        }
        adopt(node);
        m_full = m_builder.add(std::move(node)) < 0;
        return !m_full;
    }

    /// Ends what has all its entries.
    void close() {
        while (!m_open.empty() && m_open.back().left == 0) {
            TreeNode& node = m_builder.node(m_open.back().id);
            node.bytes = static_cast<quint64>(m_at) - node.offset;
            m_open.pop_back();
            if (!m_open.empty()) {
                --m_open.back().left; // it was an entry itself
            }
        }
    }

    QByteArray m_bytes;
    rustcask::Progress& m_progress;
    TreeBuilder m_builder;
    qsizetype m_at = 0;
    std::vector<Open> m_open;
    quint64 m_errorAt = 0;
    QString m_problem;
    bool m_full = false;
    int m_nested = 0;
};

} // namespace

ParseResult parseMessagePack(const QByteArray& bytes, rustcask::Progress& progress, std::size_t maxNodes) {
    return Parser(bytes, progress, maxNodes).run();
}

} // namespace rustcask::ui::detail
