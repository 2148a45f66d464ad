// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/keys/json_highlighter.h"

#include "theme/tokens.h"

namespace rustcask::ui {

void JsonHighlighter::setPalette(const QPalette& palette) {
    const Tokens& tokens = tokensFor(palette);
    m_name = tokens.field(rustcask::Field::sequence); // the accent, as text
    m_string = tokens.field(rustcask::Field::key);
    m_literal = tokens.field(rustcask::Field::flags);
    rehighlight();
}

void JsonHighlighter::highlightBlock(const QString& text) {
    constexpr qsizetype maxLine = 20'000; // colours are not worth a stall
    if (text.size() > maxLine) {
        return;
    }
    for (qsizetype i = 0; i < text.size();) {
        const QChar c = text[i];
        qsizetype end = i + 1;
        if (c == u'"') {
            while (end < text.size() && text[end] != u'"') {
                end += text[end] == u'\\' ? 2 : 1;
            }
            end = std::min(end + 1, text.size());
            const bool isName = end < text.size() && text[end] == u':';
            setFormat(static_cast<int>(i), static_cast<int>(end - i), isName ? m_name : m_string);
        } else if (c == u'-' || c.isDigit() || c.isLetter()) {
            while (end < text.size() && (text[end].isLetterOrNumber() || QStringView(u"+-.").contains(text[end]))) {
                ++end;
            }
            setFormat(static_cast<int>(i), static_cast<int>(end - i), m_literal);
        }
        i = end;
    }
}

} // namespace rustcask::ui
