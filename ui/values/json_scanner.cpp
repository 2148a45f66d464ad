// SPDX-License-Identifier: GPL-3.0-or-later
#include "values/json_scanner.h"

namespace rustcask::ui {

namespace {

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}
bool isHex(char c) {
    return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

} // namespace

tl::expected<std::optional<JsonToken>, JsonError> JsonScanner::next() {
    if (m_tokens.empty() && !m_done && !step()) {
        m_done = true;
        m_tokens.clear();
        return tl::unexpected(m_error);
    }
    if (m_tokens.empty()) {
        return std::optional<JsonToken>();
    }
    const JsonToken token = m_tokens.front();
    m_tokens.pop_front();
    return std::optional(token);
}

/// Finds at least one more token, or the end.
bool JsonScanner::step() {
    skipSpace();
    if (m_wantsValue) {
        return value();
    }
    if (!m_open.empty()) {
        return afterValue();
    }
    m_done = true;
    return atEnd() || fail("the end of the value");
}

void JsonScanner::skipSpace() {
    while (!atEnd() && (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r')) {
        ++m_at;
    }
}

bool JsonScanner::fail(const char* expected) {
    m_error = {m_at, expected};
    return false;
}

void JsonScanner::punctuation() {
    ++m_at;
    push(JsonToken::Kind::punctuation, m_at - 1);
}

/// One value, or the beginning of one that holds others.
bool JsonScanner::value() {
    m_wantsValue = false;
    const char c = peek();
    if (c == '{' || c == '[') {
        if (m_open.size() >= maxJsonDepth) {
            return fail("at most 512 levels of nesting");
        }
        punctuation();
        m_open.push_back(c);
        skipSpace();
        if (peek() == (c == '{' ? '}' : ']') && !atEnd()) {
            punctuation();
            m_open.pop_back();
            return true;
        }
        m_wantsValue = true;
        return c == '[' || name();
    }
    if (c == '"') {
        return string(JsonToken::Kind::string);
    }
    if (c == '-' || isDigit(c)) {
        return number();
    }
    for (const std::string_view word : {"true", "false", "null"}) {
        if (m_json.substr(m_at).starts_with(word)) {
            m_at += word.size();
            push(JsonToken::Kind::word, m_at - word.size());
            return true;
        }
    }
    return fail("a value");
}

bool JsonScanner::afterValue() {
    const char open = m_open.back();
    if (peek() == ',') {
        punctuation();
        m_wantsValue = true;
        skipSpace();
        return open == '[' || name();
    }
    if (!atEnd() && peek() == (open == '{' ? '}' : ']')) {
        punctuation();
        m_open.pop_back();
        return true;
    }
    return fail(open == '{' ? "a comma or a closing brace" : "a comma or a closing bracket");
}

bool JsonScanner::name() {
    if (peek() != '"') {
        return fail("a name in quotation marks");
    }
    if (!string(JsonToken::Kind::name)) {
        return false;
    }
    skipSpace();
    if (peek() != ':') {
        return fail("a colon");
    }
    punctuation();
    return true;
}

bool JsonScanner::string(JsonToken::Kind kind) {
    const std::size_t begin = m_at++;
    while (true) {
        if (atEnd()) {
            return fail("a closing quotation mark");
        }
        const char c = peek();
        if (c == '"') {
            ++m_at;
            push(kind, begin);
            return true;
        }
        if (static_cast<unsigned char>(c) < 0x20) {
            return fail("an escape instead of a control character");
        }
        ++m_at;
        if (c != '\\') {
            continue;
        }
        const char escape = peek();
        if (escape == 'u') {
            for (int i = 0; i < 4; ++i) {
                ++m_at;
                if (!isHex(peek())) {
                    return fail("four hexadecimal digits");
                }
            }
        } else if (atEnd() || std::string_view("\"\\/bfnrt").find(escape) == std::string_view::npos) {
            return fail("an escape of JSON");
        }
        ++m_at;
    }
}

bool JsonScanner::digits() {
    if (!isDigit(peek())) {
        return fail("a digit");
    }
    while (isDigit(peek())) {
        ++m_at;
    }
    return true;
}

bool JsonScanner::number() {
    const std::size_t begin = m_at;
    m_at += peek() == '-' ? 1 : 0;
    if (peek() == '0') {
        ++m_at;
    } else if (!digits()) {
        return false;
    }
    if (peek() == '.') {
        ++m_at;
        if (!digits()) {
            return false;
        }
    }
    if (peek() == 'e' || peek() == 'E') {
        ++m_at;
        m_at += peek() == '+' || peek() == '-' ? 1 : 0;
        if (!digits()) {
            return false;
        }
    }
    push(JsonToken::Kind::number, begin);
    return true;
}

TextPlace placeOf(std::string_view text, std::size_t offset) {
    TextPlace place;
    for (const char c : text.substr(0, offset)) {
        if (c == '\n') {
            ++place.line;
            place.column = 1;
        } else if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) {
            ++place.column; // but not for the bytes that continue a character
        }
    }
    return place;
}

} // namespace rustcask::ui
