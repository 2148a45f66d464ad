// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/keys/json_format.h"

#include <cstdint>
#include <vector>

namespace rustcask::ui {

namespace {

class Layout {
public:
    explicit Layout(const std::vector<JsonToken>& tokens) : m_tokens(tokens) {}

    std::string run() {
        std::string onOneLine; // for each open bracket: '1' or '0'
        for (std::size_t i = 0; i < m_tokens.size(); ++i) {
            const JsonToken& token = m_tokens[i];
            const char c = token.kind == JsonToken::Kind::punctuation ? token.text.front() : '\0';
            if (c == '{' || c == '[') {
                put(token);
                onOneLine.push_back(fitsOneLine(i) || (!onOneLine.empty() && onOneLine.back() == '1') ? '1' : '0');
                const char next = m_tokens[i + 1].text.front();
                if (m_tokens[i + 1].kind != JsonToken::Kind::punctuation || (next != '}' && next != ']')) {
                    gap(onOneLine, onOneLine.size(), c == '{');
                }
            } else if (c == '}' || c == ']') {
                const std::string_view before = m_tokens[i - 1].text;
                const bool isEmpty =
                    m_tokens[i - 1].kind == JsonToken::Kind::punctuation && (before == "{" || before == "[");
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
    void put(const JsonToken& token) { m_text += token.text; }
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
            const JsonToken& token = m_tokens[i];
            used += token.text.size() + 1;
            if (used > width) {
                return false;
            }
            if (token.kind == JsonToken::Kind::punctuation) {
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

    const std::vector<JsonToken>& m_tokens;
    std::string m_text;
};

} // namespace

tl::expected<std::string, JsonError> formatJson(std::string_view json) {
    JsonScanner scanner(json);
    std::vector<JsonToken> tokens;
    while (true) {
        const auto token = scanner.next();
        if (!token) {
            return tl::unexpected(token.error());
        }
        if (!*token) {
            return Layout(tokens).run();
        }
        tokens.push_back(**token);
    }
}

} // namespace rustcask::ui
