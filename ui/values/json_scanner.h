// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace rustcask::ui {

struct JsonError {
    std::size_t offset = 0; ///< of the byte in the original
    const char* expected = "";
};

struct JsonToken {
    enum class Kind : std::uint8_t { name, string, number, word, punctuation };
    Kind kind = Kind::punctuation;
    std::string_view text{}; ///< of the original, quotation marks included
};

inline constexpr std::size_t maxJsonDepth = 512;

/// Checks the grammar of one JSON value (RFC 8259) and takes the text apart, token by token and without recursion:
/// depth is limited by a count, not by the stack. Nothing is turned into values: tokens are the bytes as they stand.
class JsonScanner {
public:
    /// `json` must outlive the scanner.
    explicit JsonScanner(std::string_view json) : m_json(json) {}

    /// The next token; nullopt at the end of a whole value. After an error the scanner is done.
    [[nodiscard]] tl::expected<std::optional<JsonToken>, JsonError> next();

private:
    bool step();
    [[nodiscard]] char peek() const { return m_at < m_json.size() ? m_json[m_at] : '\0'; }
    [[nodiscard]] bool atEnd() const { return m_at >= m_json.size(); }
    void skipSpace();
    bool fail(const char* expected);
    void push(JsonToken::Kind kind, std::size_t begin) {
        m_tokens.push_back({kind, m_json.substr(begin, m_at - begin)});
    }
    void punctuation();
    bool value();
    bool afterValue();
    bool name();
    bool string(JsonToken::Kind kind);
    bool digits();
    bool number();

    std::string_view m_json;
    std::size_t m_at = 0;
    std::string m_open; // the brackets we are inside of
    bool m_wantsValue = true;
    bool m_done = false;
    std::deque<JsonToken> m_tokens; // found and not handed out
    JsonError m_error;
};

/// Line and column, both from 1, of a byte of UTF-8 text; columns count characters. CRLF is one line end.
struct TextPlace {
    std::size_t line = 1;
    std::size_t column = 1;
};
[[nodiscard]] TextPlace placeOf(std::string_view text, std::size_t offset);

} // namespace rustcask::ui
