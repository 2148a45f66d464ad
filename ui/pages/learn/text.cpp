// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/learn/text.h"

#include <QLocale>
#include <QStringDecoder>

#include <cctype>

namespace rustcask::ui {

namespace {

void appendEscaped(QString& text, char byte) {
    text += QStringLiteral("\\x%1").arg(static_cast<int>(static_cast<unsigned char>(byte)), 2, 16, QLatin1Char('0'));
}

/// Length in bytes of the UTF-8 sequence that begins with `lead`; 0 when none does.
qsizetype sequenceBytes(char lead) {
    const auto byte = static_cast<unsigned char>(lead);
    if (byte < 0x80) {
        return 1;
    }
    return byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 0;
}

} // namespace

QString bytesText(QByteArrayView bytes, qsizetype maxCharacters) {
    QString text;
    for (qsizetype i = 0; i < bytes.size();) {
        const qsizetype length = sequenceBytes(bytes[i]);
        if (length > 0 && i + length <= bytes.size()) {
            const QByteArrayView sequence = bytes.sliced(i, length);
            QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
            const QString character = decoder(sequence);
            const bool printable =
                !decoder.hasError() && character.toUtf8() == sequence &&
                QChar::isPrint(character.size() == 2 ? QChar::surrogateToUcs4(character.at(0), character.at(1))
                                                     : character.at(0).unicode());
            if (printable && bytes[i] != '\\') {
                text += character;
                i += length;
                continue;
            }
        }
        appendEscaped(text, bytes[i]); // a backslash too: otherwise "\x41" would be ambiguous
        ++i;
    }
    if (text.size() > maxCharacters) {
        const qsizetype half = (maxCharacters - 1) / 2;
        text = text.left(half) + QChar(0x2026) + text.right(half);
    }
    return text;
}

QString hexText(QByteArrayView bytes) {
    return QString::fromLatin1(bytes.toByteArray().toHex(' ').toUpper());
}

bool parseHex(const QString& text, QByteArray* bytes) {
    QByteArray digits;
    for (const QChar character : text) {
        if (character.isSpace()) {
            continue;
        }
        const char digit = character.toLatin1();
        if (!std::isxdigit(static_cast<unsigned char>(digit))) {
            return false;
        }
        digits += digit;
    }
    if (digits.size() % 2 != 0) {
        return false;
    }
    *bytes = QByteArray::fromHex(digits);
    return true;
}

QString countText(std::uint64_t count) {
    return QLocale(QLocale::English).toString(static_cast<qulonglong>(count));
}

} // namespace rustcask::ui
