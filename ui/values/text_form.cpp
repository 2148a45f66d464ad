// SPDX-License-Identifier: GPL-3.0-or-later
#include "values/text_form.h"

#include <algorithm>
#include <array>
#include <optional>

#include <QCoreApplication>

namespace rustcask::ui {

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("TextForm", text);
}

constexpr std::array<char16_t, 32> windows1252Upper{0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                                    0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,   0x017D, 0x8F,
                                                    0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                                    0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};

unsigned char byteAt(QByteArrayView bytes, qsizetype i) {
    return static_cast<unsigned char>(bytes[i]);
}

QByteArrayView markOf(TextEncoding encoding) {
    switch (encoding) {
    case TextEncoding::utf8:
        return "\xEF\xBB\xBF";
    case TextEncoding::utf16le:
        return "\xFF\xFE";
    case TextEncoding::utf16be:
        return "\xFE\xFF";
    default:
        return {};
    }
}

bool isWide(TextEncoding encoding) {
    return encoding == TextEncoding::utf16le || encoding == TextEncoding::utf16be;
}

/// One character, or what is none: `bytes` of it, and `c` if it is one.
struct Unit {
    qsizetype bytes = 1;
    std::optional<char32_t> c{};
};

Unit utf8Unit(QByteArrayView bytes, qsizetype at) {
    const unsigned char lead = byteAt(bytes, at);
    if (lead < 0x80) {
        return {1, lead};
    }
    const qsizetype length = lead >= 0xC2 && lead <= 0xDF   ? 2
                             : (lead & 0xF0U) == 0xE0U      ? 3
                             : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                            : 0;
    if (length == 0 || at + length > bytes.size()) {
        return {};
    }
    char32_t c = lead & (0x7FU >> length);
    for (qsizetype i = 1; i < length; ++i) {
        const unsigned char next = byteAt(bytes, at + i);
        if ((next & 0xC0U) != 0x80U) {
            return {};
        }
        c = c << 6 | (next & 0x3FU);
    }
    const bool overlong = (length == 3 && c < 0x800) || (length == 4 && c < 0x10000);
    if (overlong || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) {
        return {};
    }
    return {length, c};
}

char16_t wideAt(QByteArrayView bytes, qsizetype at, TextEncoding encoding) {
    const unsigned first = byteAt(bytes, at);
    const unsigned second = byteAt(bytes, at + 1);
    return static_cast<char16_t>(encoding == TextEncoding::utf16le ? second << 8 | first : first << 8 | second);
}

Unit unitAt(QByteArrayView bytes, qsizetype at, TextEncoding encoding) {
    switch (encoding) {
    case TextEncoding::utf8:
        return utf8Unit(bytes, at);
    case TextEncoding::latin1:
        return {1, byteAt(bytes, at)};
    case TextEncoding::windows1252: {
        const unsigned char byte = byteAt(bytes, at);
        return {1, byte >= 0x80 && byte < 0xA0 ? windows1252Upper[byte - 0x80] : char32_t{byte}};
    }
    default:
        break;
    }
    if (at + 2 > bytes.size()) {
        return {};
    }
    const char16_t unit = wideAt(bytes, at, encoding);
    if (!QChar::isSurrogate(unit)) {
        return {2, unit};
    }
    if (QChar::isHighSurrogate(unit) && at + 4 <= bytes.size()) {
        const char16_t low = wideAt(bytes, at + 2, encoding);
        if (QChar::isLowSurrogate(low)) {
            return {4, QChar::surrogateToUcs4(unit, low)};
        }
    }
    return {2, std::nullopt};
}

/// Whether an editor shows a character as what it is and gives it back. Line feeds and tabs are not asked about.
bool isPlain(char32_t c) {
    if (c < 0x20 || (c >= 0x7F && c < 0xA0)) {
        return false;
    }
    // What QTextDocument takes for ends of blocks and for objects; what turns the direction of the text around it.
    return c != 0x2028 && c != 0x2029 && c != 0xFFFC && !(c >= 0xFDD0 && c <= 0xFDEF) && c != 0xFEFF &&
           (c & 0xFFFEU) != 0xFFFEU && !(c >= 0x202A && c <= 0x202E) && !(c >= 0x2066 && c <= 0x2069) && c != 0x200E &&
           c != 0x200F && c != 0x061C;
}

void appendUcs4(QString& text, char32_t c) {
    if (QChar::requiresSurrogates(c)) {
        text += QChar(QChar::highSurrogate(c));
        text += QChar(QChar::lowSurrogate(c));
    } else {
        text += QChar(static_cast<char16_t>(c));
    }
}

void appendEscape(QString& text, QByteArrayView bytes, TextEncoding encoding) {
    if (isWide(encoding) && bytes.size() % 2 == 0) {
        for (qsizetype i = 0; i < bytes.size(); i += 2) {
            text += QStringLiteral("\\u%1").arg(uint{wideAt(bytes, i, encoding)}, 4, 16, QLatin1Char('0'));
        }
        return;
    }
    for (const char byte : bytes) {
        constexpr char digits[] = "0123456789abcdef";
        const auto value = static_cast<unsigned char>(byte);
        text += QLatin1String("\\x");
        text += QLatin1Char(digits[value >> 4]);
        text += QLatin1Char(digits[value & 15U]);
    }
}

/// All of it, with escapes where a character would not show as what it is.
QString escapedText(QByteArrayView bytes, TextEncoding encoding, bool forReading) {
    QString text;
    text.reserve(bytes.size());
    for (qsizetype i = 0; i < bytes.size();) {
        const Unit unit = unitAt(bytes, i, encoding);
        const char32_t c = unit.c.value_or(0);
        if (unit.c && (c == U'\n' || c == U'\t')) {
            text += QChar(static_cast<char16_t>(c));
        } else if (unit.c && c == U'\r') {
            const Unit next = i + unit.bytes < bytes.size() ? unitAt(bytes, i + unit.bytes, encoding) : Unit{};
            text += forReading && next.c == U'\n' ? QString(QChar(0x240D)) : QStringLiteral("\\r");
        } else if (unit.c && c == U'\\') {
            text += forReading ? QStringLiteral("\\") : QStringLiteral("\\\\");
        } else if (unit.c && isPlain(c)) {
            appendUcs4(text, c);
        } else {
            appendEscape(text, bytes.sliced(i, std::min(unit.bytes, bytes.size() - i)), encoding);
        }
        i += unit.bytes;
    }
    return text;
}

void appendWide(QByteArray& bytes, char16_t unit, TextEncoding encoding) {
    const char low = static_cast<char>(unit & 0xFF);
    const char high = static_cast<char>(unit >> 8);
    bytes += encoding == TextEncoding::utf16le ? low : high;
    bytes += encoding == TextEncoding::utf16le ? high : low;
}

/// One character; false: the encoding has none such.
bool appendChar(QByteArray& bytes, char32_t c, TextEncoding encoding) {
    if (c >= 0xD800 && c <= 0xDFFF) {
        return false;
    }
    switch (encoding) {
    case TextEncoding::utf8: {
        QString one;
        appendUcs4(one, c);
        bytes += one.toUtf8();
        return true;
    }
    case TextEncoding::utf16le:
    case TextEncoding::utf16be:
        if (QChar::requiresSurrogates(c)) {
            appendWide(bytes, QChar::highSurrogate(c), encoding);
            appendWide(bytes, QChar::lowSurrogate(c), encoding);
        } else {
            appendWide(bytes, static_cast<char16_t>(c), encoding);
        }
        return true;
    case TextEncoding::windows1252:
        if (const auto* const it = std::find(windows1252Upper.begin(), windows1252Upper.end(), c);
            it != windows1252Upper.end()) {
            bytes += static_cast<char>(0x80 + (it - windows1252Upper.begin()));
            return true;
        }
        if (c >= 0x80 && c < 0xA0) {
            return false;
        }
        [[fallthrough]];
    case TextEncoding::latin1:
        if (c > 0xFF) {
            return false;
        }
        bytes += static_cast<char>(c);
        return true;
    }
    return false;
}

} // namespace

QVector<TextEncoding> textEncodings() {
    return {TextEncoding::utf8, TextEncoding::utf16le, TextEncoding::utf16be, TextEncoding::latin1,
            TextEncoding::windows1252};
}

QString encodingName(TextEncoding encoding) {
    switch (encoding) {
    case TextEncoding::utf8:
        return QStringLiteral("UTF-8");
    case TextEncoding::utf16le:
        return QStringLiteral("UTF-16 LE");
    case TextEncoding::utf16be:
        return QStringLiteral("UTF-16 BE");
    case TextEncoding::latin1:
        return QStringLiteral("Latin-1");
    case TextEncoding::windows1252:
        return QStringLiteral("Windows-1252");
    }
    return {};
}

TextEncoding encodingFromName(const QString& name) {
    for (const TextEncoding encoding : textEncodings()) {
        if (encodingName(encoding) == name) {
            return encoding;
        }
    }
    return TextEncoding::utf8;
}

std::optional<TextEncoding> detectEncoding(QByteArrayView bytes) {
    for (const TextEncoding encoding : {TextEncoding::utf8, TextEncoding::utf16le, TextEncoding::utf16be}) {
        if (bytes.startsWith(markOf(encoding))) {
            return encoding;
        }
    }
    qsizetype controls = 0;
    qsizetype upper = 0;
    std::array<qsizetype, 2> zeros{};
    for (qsizetype i = 0; i < bytes.size(); ++i) {
        const unsigned char byte = byteAt(bytes, i);
        zeros[static_cast<std::size_t>(i & 1)] += byte == 0 ? 1 : 0;
        controls += byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r' && byte != '\f' && byte != 0x1B ? 1 : 0;
        controls += byte == 0x7F ? 1 : 0;
        upper += byte >= 0x80 ? 1 : 0;
    }
    if (zeros[0] + zeros[1] > 0) {
        const qsizetype pairs = bytes.size() / 2;
        for (const TextEncoding encoding : {TextEncoding::utf16le, TextEncoding::utf16be}) {
            const std::size_t high = encoding == TextEncoding::utf16le ? 1 : 0;
            if (pairs < 3 || zeros[high] * 10 < pairs * 7 || zeros[1 - high] * 20 > pairs) {
                continue;
            }
            bool plain = true;
            for (qsizetype i = 0; i + 1 < bytes.size() && plain;) {
                const Unit unit = unitAt(bytes, i, encoding);
                plain = unit.c && (isPlain(*unit.c) || *unit.c == U'\n' || *unit.c == U'\t' || *unit.c == U'\r');
                i += unit.bytes;
            }
            if (plain) {
                return encoding;
            }
        }
        return std::nullopt;
    }
    if (controls * 100 > bytes.size()) {
        return std::nullopt;
    }
    for (qsizetype i = 0;;) {
        if (i == bytes.size()) {
            return TextEncoding::utf8;
        }
        const Unit unit = utf8Unit(bytes, i);
        if (!unit.c) {
            // The end of a part may cut a character.
            const bool cut = i > 0 && bytes.size() - i < 4 && byteAt(bytes, i) >= 0xC2;
            if (cut && std::all_of(bytes.begin() + i + 1, bytes.end(),
                                   [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; })) {
                return TextEncoding::utf8;
            }
            break;
        }
        i += unit.bytes;
    }
    return controls == 0 && upper * 10 <= bytes.size() * 3 ? std::optional(TextEncoding::windows1252) : std::nullopt;
}

EditableText editableText(QByteArrayView bytes, TextEncoding encoding) {
    EditableText editable;
    editable.form.encoding = encoding;
    const QByteArrayView mark = markOf(encoding);
    editable.form.mark = !mark.isEmpty() && bytes.startsWith(mark);
    const QByteArrayView rest = bytes.sliced(editable.form.mark ? mark.size() : 0);
    QString text;
    text.reserve(rest.size());
    bool plain = true;
    qsizetype feeds = 0;
    qsizetype pairs = 0;
    bool afterReturn = false;
    for (qsizetype i = 0; i < rest.size() && plain;) {
        const Unit unit = unitAt(rest, i, encoding);
        i += unit.bytes;
        if (!unit.c) {
            plain = false;
            break;
        }
        const char32_t c = *unit.c;
        if (afterReturn && c != U'\n') {
            plain = false;
        }
        feeds += c == U'\n' ? 1 : 0;
        pairs += c == U'\n' && afterReturn ? 1 : 0;
        afterReturn = c == U'\r';
        if (afterReturn) {
            continue;
        }
        plain = plain && (isPlain(c) || c == U'\n' || c == U'\t');
        appendUcs4(text, c);
    }
    plain = plain && !afterReturn && (pairs == 0 || pairs == feeds);
    if (plain) {
        editable.form.crlf = pairs > 0;
        editable.text = std::move(text);
    } else {
        editable.form.escaped = true;
        editable.text = escapedText(rest, encoding, false);
    }
    return editable;
}

tl::expected<QByteArray, FormError> bytesOf(const QString& text, const TextForm& form) {
    QByteArray bytes;
    bytes.reserve(text.size() * (isWide(form.encoding) ? 2 : 1) + 4);
    if (form.mark) {
        bytes += markOf(form.encoding);
    }
    const auto lacks = [&](qsizetype at) {
        return tl::unexpected(FormError{at, tr("%1 has no such character.").arg(encodingName(form.encoding))});
    };
    const auto digits = [&](qsizetype at, qsizetype count) {
        bool valid = at + count <= text.size();
        const QStringView digitText = valid ? QStringView(text).sliced(at, count) : QStringView();
        valid = valid && std::all_of(digitText.begin(), digitText.end(), [](QChar c) {
                    return (c >= u'0' && c <= u'9') || (c.toLower() >= u'a' && c.toLower() <= u'f');
                });
        return valid ? static_cast<int>(digitText.toUInt(nullptr, 16)) : -1;
    };
    for (qsizetype i = 0; i < text.size(); ++i) {
        const char16_t unit = text[i].unicode();
        char32_t c = unit;
        const qsizetype begin = i;
        if (form.escaped && unit == u'\\') {
            const char16_t escape = ++i < text.size() ? text[i].unicode() : u'\0';
            switch (escape) {
            case u'\\':
                break;
            case u'n':
                c = U'\n';
                break;
            case u'r':
                c = U'\r';
                break;
            case u't':
                c = U'\t';
                break;
            case u'0':
                c = U'\0';
                break;
            case u'x': {
                const int value = digits(i + 1, 2);
                if (value < 0) {
                    return tl::unexpected(FormError{begin, tr("\\x needs two hexadecimal digits.")});
                }
                bytes += static_cast<char>(value);
                i += 2;
                continue;
            }
            case u'u': {
                const int value = digits(i + 1, 4);
                if (value < 0) {
                    return tl::unexpected(FormError{begin, tr("\\u needs four hexadecimal digits.")});
                }
                i += 4;
                if (isWide(form.encoding)) {
                    appendWide(bytes, static_cast<char16_t>(value), form.encoding);
                    continue;
                }
                c = static_cast<char32_t>(value);
                break;
            }
            default:
                return tl::unexpected(FormError{
                    begin, tr("A backslash is written \\\\; known escapes are \\xNN \\uNNNN \\0 \\n \\r \\t.")});
            }
        } else if (QChar::isHighSurrogate(unit) && i + 1 < text.size() && text[i + 1].isLowSurrogate()) {
            c = QChar::surrogateToUcs4(unit, text[++i].unicode());
        } else if (c == U'\n' && form.crlf) {
            appendChar(bytes, U'\r', form.encoding);
        }
        if (!appendChar(bytes, c, form.encoding)) {
            return lacks(begin);
        }
    }
    return bytes;
}

QString textForReading(QByteArrayView bytes, TextEncoding encoding) {
    return escapedText(bytes, encoding, true);
}

qsizetype bytesToCharacterEnd(QByteArrayView pageAndMore, qsizetype pageBytes, TextEncoding encoding) {
    if (isWide(encoding)) {
        const bool high = pageBytes >= 2 && pageBytes + 2 <= pageAndMore.size() &&
                          QChar::isHighSurrogate(wideAt(pageAndMore, pageBytes - 2, encoding));
        return high ? 2 : 0;
    }
    qsizetype more = 0;
    while (encoding == TextEncoding::utf8 && more < 3 && pageBytes + more < pageAndMore.size() &&
           (byteAt(pageAndMore, pageBytes + more) & 0xC0U) == 0x80U) {
        ++more;
    }
    return more;
}

QString formText(const TextForm& form) {
    QString text = encodingName(form.encoding);
    if (form.mark) {
        text += tr(" with mark");
    }
    if (form.crlf) {
        text += QStringLiteral(", CRLF");
    }
    return form.escaped ? tr("%1, with escapes").arg(text) : text;
}

} // namespace rustcask::ui
