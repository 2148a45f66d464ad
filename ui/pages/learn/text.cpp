// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/learn/text.h"

#include <cctype>

namespace rustcask::ui {

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

} // namespace rustcask::ui
