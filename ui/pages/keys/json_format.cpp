// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/keys/json_format.h"

#include <cstdint>
#include <vector>

namespace rustcask::ui {

namespace {

enum class JsonKind : std::uint8_t { name, string, number, word, punctuation };

struct SourceToken {
    JsonKind kind;
    std::string_view text;
};

/// Checks the grammar and takes the text apart, without recursion: depth is limited by a count, not by the stack.
class Scanner {
public:
    explicit Scanner(std::string_view json) : m_json(json) {}

    tl::expected<std::vector<SourceToken>, JsonError> run() {
        bool wantsValue = true;
        while (true) {
            skipSpace();
            if (!wantsValue && m_open.empty()) {
                break;
            }
            if (wantsValue) {
                if (!value(wantsValue)) {
                    return tl::unexpected(m_error);
                }
            } else if (!afterValue(wantsValue)) {
                return tl::unexpected(m_error);
            }
        }
        if (m_at != m_json.size()) {
            fail("the end of the value");
            return tl::unexpected(m_error);
        }
        return std::move(m_tokens);
    }

private:
    [[nodiscard]] char peek() const { return m_at < m_json.size() ? m_json[m_at] : '\0'; }
    [[nodiscard]] bool atEnd() const { return m_at >= m_json.size(); }
    void skipSpace() {
        while (!atEnd() && (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r')) {
            ++m_at;
        }
    }
    bool fail(const char* expected) {
        m_error = {m_at, expected};
        return false;
    }
    void push(JsonKind kind, std::size_t begin) { m_tokens.push_back({kind, m_json.substr(begin, m_at - begin)}); }
    void punctuation() {
        ++m_at;
        push(JsonKind::punctuation, m_at - 1);
    }
    static bool isDigit(char c) { return c >= '0' && c <= '9'; }
    static bool isHex(char c) { return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

    /// One value, or the beginning of one that holds others. `wantsValue` becomes whether another is to follow at once.
    bool value(bool& wantsValue) {
        wantsValue = false;
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
            wantsValue = true;
            return c == '[' || name();
        }
        if (c == '"') {
            return string(JsonKind::string);
        }
        if (c == '-' || isDigit(c)) {
            return number();
        }
        for (const std::string_view word : {"true", "false", "null"}) {
            if (m_json.substr(m_at).starts_with(word)) {
                m_at += word.size();
                push(JsonKind::word, m_at - word.size());
                return true;
            }
        }
        return fail("a value");
    }

    bool afterValue(bool& wantsValue) {
        const char open = m_open.back();
        if (peek() == ',') {
            punctuation();
            wantsValue = true;
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

    bool name() {
        if (peek() != '"') {
            return fail("a name in quotation marks");
        }
        if (!string(JsonKind::name)) {
            return false;
        }
        skipSpace();
        if (peek() != ':') {
            return fail("a colon");
        }
        punctuation();
        return true;
    }

    bool string(JsonKind kind) {
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

    bool digits() {
        if (!isDigit(peek())) {
            return fail("a digit");
        }
        while (isDigit(peek())) {
            ++m_at;
        }
        return true;
    }

    bool number() {
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
        push(JsonKind::number, begin);
        return true;
    }

    std::string_view m_json;
    std::size_t m_at = 0;
    std::string m_open; // the brackets we are inside of
    std::vector<SourceToken> m_tokens;
    JsonError m_error;
};

class Layout {
public:
    explicit Layout(const std::vector<SourceToken>& tokens) : m_tokens(tokens) {}

    std::string run() {
        std::string onOneLine; // for each open bracket: '1' or '0'
        for (std::size_t i = 0; i < m_tokens.size(); ++i) {
            const SourceToken& token = m_tokens[i];
            const char c = token.kind == JsonKind::punctuation ? token.text.front() : '\0';
            if (c == '{' || c == '[') {
                put(token);
                onOneLine.push_back(fitsOneLine(i) || (!onOneLine.empty() && onOneLine.back() == '1') ? '1' : '0');
                const char next = m_tokens[i + 1].text.front();
                if (m_tokens[i + 1].kind != JsonKind::punctuation || (next != '}' && next != ']')) {
                    gap(onOneLine, onOneLine.size(), c == '{');
                }
            } else if (c == '}' || c == ']') {
                const std::string_view before = m_tokens[i - 1].text;
                const bool isEmpty = m_tokens[i - 1].kind == JsonKind::punctuation && (before == "{" || before == "[");
                if (!isEmpty) {
                    gap(onOneLine, onOneLine.size() - 1, c == '}');
                }
                onOneLine.pop_back();
                put(token);
            } else if (c == ',') {
                put(token);
                gap(onOneLine, onOneLine.size(), true);
            } else if (c == ':') {
                put(token);
                m_text += ' ';
            } else {
                put(token);
            }
        }
        return std::move(m_text);
    }

private:
    void put(const SourceToken& token) { m_text += token.text; }
    void gap(const std::string& onOneLine, std::size_t level, bool padded) {
        if (onOneLine.back() == '1') {
            m_text += padded ? " " : "";
            return;
        }
        m_text += '\n';
        m_text.append(2 * level, ' ');
    }
    /// Whether the bracket at `open` holds only plain values and is short.
    [[nodiscard]] bool fitsOneLine(std::size_t open) const {
        constexpr std::size_t width = 72;
        if (open == 0) {
            return false; // the whole document is always laid out
        }
        std::size_t used = 0;
        for (std::size_t i = open + 1; i < m_tokens.size(); ++i) {
            const SourceToken& token = m_tokens[i];
            used += token.text.size() + 1;
            if (used > width) {
                return false;
            }
            if (token.kind == JsonKind::punctuation) {
                const char c = token.text.front();
                if (c == '{' || c == '[') {
                    return false;
                }
                if (c == '}' || c == ']') {
                    return true;
                }
            }
        }
        return false;
    }

    const std::vector<SourceToken>& m_tokens;
    std::string m_text;
};

} // namespace

tl::expected<std::string, JsonError> formatJson(std::string_view json) {
    return Scanner(json).run().map([](const std::vector<SourceToken>& tokens) { return Layout(tokens).run(); });
}

} // namespace rustcask::ui
