// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/keys/value_text.h"

#include <algorithm>

#include <QCoreApplication>
#include <QStringDecoder>

namespace rustcask::ui {

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("ValueText", text);
}

bool isUtf8(QByteArrayView bytes) {
    QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
    const QString decoded = decoder.decode(bytes);
    return !decoder.hasError();
}

/// Length of the UTF-8 sequence at the front, 0 if there is none; the character in `c`.
qsizetype sequenceLength(QByteArrayView bytes, char32_t& c) {
    const auto at = [&](qsizetype i) { return static_cast<unsigned char>(bytes[i]); };
    const unsigned char lead = at(0);
    qsizetype length = 1;
    if (lead < 0x80) {
        c = lead;
        return 1;
    }
    if (lead >= 0xC2 && lead <= 0xDF) {
        length = 2;
        c = lead & 0x1FU;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
        length = 3;
        c = lead & 0x0FU;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
        length = 4;
        c = lead & 0x07U;
    } else {
        return 0;
    }
    if (bytes.size() < length) {
        return 0;
    }
    for (qsizetype i = 1; i < length; ++i) {
        if ((at(i) & 0xC0U) != 0x80U) {
            return 0;
        }
        c = c << 6 | (at(i) & 0x3FU);
    }
    const bool overlong = (length == 3 && c < 0x800) || (length == 4 && c < 0x10000);
    return overlong || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF) ? 0 : length;
}

/// Characters that show as what they are, each as itself.
bool isPlain(char32_t c) {
    switch (QChar::category(c)) {
    case QChar::Other_Control:
    case QChar::Other_Format:
    case QChar::Other_Surrogate:
    case QChar::Other_PrivateUse:
    case QChar::Other_NotAssigned:
    case QChar::Separator_Line:
    case QChar::Separator_Paragraph:
        return false;
    case QChar::Separator_Space:
        return c == U' ';
    default:
        return true;
    }
}

QString hexByte(char byte) {
    return QStringLiteral("\\x%1").arg(static_cast<unsigned char>(byte), 2, 16, QLatin1Char('0'));
}

template <typename Special>
QString escaped(QByteArrayView bytes, const Special& special) {
    QString text;
    text.reserve(bytes.size());
    for (qsizetype i = 0; i < bytes.size();) {
        char32_t c = 0;
        const qsizetype length = sequenceLength(bytes.sliced(i), c);
        if (length > 0 && special(c, i, text)) {
            i += length;
        } else if (length > 0 && isPlain(c)) {
            text += QString::fromUcs4(&c, 1);
            i += length;
        } else {
            const qsizetype end = i + std::max<qsizetype>(length, 1);
            for (; i < end; ++i) {
                text += hexByte(bytes[i]);
            }
        }
    }
    return text;
}

int hexValue(QChar c) {
    if (c >= u'0' && c <= u'9') {
        return c.unicode() - u'0';
    }
    const QChar lower = c.toLower();
    return lower >= u'a' && lower <= u'f' ? lower.unicode() - u'a' + 10 : -1;
}

} // namespace

QString toHexText(QByteArrayView bytes) {
    QString text;
    text.reserve(bytes.size() * 3);
    for (qsizetype i = 0; i < bytes.size(); ++i) {
        if (i > 0) {
            text += i % 16 == 0 ? QLatin1Char('\n') : QLatin1Char(' ');
        }
        constexpr char digits[] = "0123456789abcdef";
        const auto byte = static_cast<unsigned char>(bytes[i]);
        text += QLatin1Char(digits[byte >> 4]);
        text += QLatin1Char(digits[byte & 15U]);
    }
    return text;
}

tl::expected<QByteArray, TextError> fromHexText(QStringView text) {
    QByteArray bytes;
    bytes.reserve(text.size() / 3);
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (text[i].isSpace()) {
            continue;
        }
        const int high = hexValue(text[i]);
        if (high < 0) {
            return tl::unexpected(TextError{i, tr("“%1” is no hexadecimal digit.").arg(text[i])});
        }
        const int low = i + 1 < text.size() ? hexValue(text[i + 1]) : -1;
        if (low < 0) {
            return tl::unexpected(TextError{i + 1, tr("A byte has two hexadecimal digits.")});
        }
        bytes.append(static_cast<char>(high << 4 | low));
        ++i;
    }
    return bytes;
}

tl::expected<QByteArray, TextError> fromEscapedText(QStringView text) {
    QByteArray bytes;
    for (qsizetype i = 0; i < text.size();) {
        const qsizetype next = text.indexOf(u'\\', i);
        if (next != i) {
            const qsizetype end = next < 0 ? text.size() : next;
            bytes += text.sliced(i, end - i).toUtf8();
            i = end;
            continue;
        }
        const QChar escape = i + 1 < text.size() ? text[i + 1] : QChar();
        switch (escape.unicode()) {
        case u'\\':
            bytes += '\\';
            break;
        case u'n':
            bytes += '\n';
            break;
        case u'r':
            bytes += '\r';
            break;
        case u't':
            bytes += '\t';
            break;
        case u'0':
            bytes += '\0';
            break;
        case u'x': {
            const int high = i + 2 < text.size() ? hexValue(text[i + 2]) : -1;
            const int low = i + 3 < text.size() ? hexValue(text[i + 3]) : -1;
            if (high < 0 || low < 0) {
                return tl::unexpected(TextError{i, tr("\\x needs two hexadecimal digits.")});
            }
            bytes += static_cast<char>(high << 4 | low);
            i += 2;
            break;
        }
        default:
            return tl::unexpected(
                TextError{i, tr("A backslash is written \\\\; known escapes are \\xNN \\0 \\n \\r \\t.")});
        }
        i += 2;
    }
    return bytes;
}

QString toEscapedText(QByteArrayView bytes) {
    return escaped(bytes, [](char32_t c, qsizetype, QString& text) {
        if (c == U'\\') {
            text += QStringLiteral("\\\\");
            return true;
        }
        return false;
    });
}

namespace {

QString jsonString(QByteArrayView bytes) {
    if (!isUtf8(bytes) || bytes.startsWith("\xEF\xBB\xBF")) {
        return QStringLiteral("{\"base64\": \"%1\"}").arg(QString::fromLatin1(bytes.toByteArray().toBase64()));
    }
    QString text = QStringLiteral("\"");
    for (const QChar c : QString::fromUtf8(bytes)) {
        if (c == u'"' || c == u'\\') {
            text += QLatin1Char('\\');
            text += c;
        } else if (c.unicode() < 0x20 || c.unicode() == 0x7F) {
            text += QStringLiteral("\\u%1").arg(c.unicode(), 4, 16, QLatin1Char('0'));
        } else {
            text += c;
        }
    }
    return text + QLatin1Char('"');
}

QString cArray(QByteArrayView bytes) {
    QString text = QStringLiteral("const unsigned char data[%1] = {").arg(std::max<qsizetype>(bytes.size(), 1));
    for (qsizetype i = 0; i < bytes.size(); ++i) {
        text += i % 12 == 0 ? QStringLiteral("\n    ") : QStringLiteral(" ");
        text += QStringLiteral("0x%1,").arg(static_cast<unsigned char>(bytes[i]), 2, 16, QLatin1Char('0'));
    }
    return text + QStringLiteral("\n};");
}

} // namespace

QString copyText(QByteArrayView bytes, CopyFormat format) {
    switch (format) {
    case CopyFormat::text:
        return bytes.contains('\0') || !isUtf8(bytes) ? toEscapedText(bytes) : QString::fromUtf8(bytes);
    case CopyFormat::hex:
        return QString::fromLatin1(bytes.toByteArray().toHex());
    case CopyFormat::base64:
        return QString::fromLatin1(bytes.toByteArray().toBase64());
    case CopyFormat::json:
        return jsonString(bytes);
    case CopyFormat::cArray:
        return cArray(bytes);
    }
    return {};
}

} // namespace rustcask::ui
