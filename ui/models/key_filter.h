// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <QString>

#include <tl/expected.hpp>

namespace rustcask::ui {

/// How the text of the filter field selects keys.
enum class MatchMode {
    contains, ///< the key holds the text
    prefix,   ///< the key begins with the text
    glob,     ///< the whole key fits a pattern of * ? [a-z] [!a-z] and \ before a character that stands for itself
    regex,    ///< a regular expression (PCRE) finds something in the key
    hex,      ///< the key holds the bytes written as hexadecimal digits
};

struct KeyFilter {
    MatchMode mode = MatchMode::contains;
    QString text{};
    bool matchCase = false; ///< otherwise upper and lower case are alike; never so for `hex`
    bool inValues = false;  ///< a key matches, too, when its value does
    [[nodiscard]] bool isEmpty() const { return text.isEmpty(); }
    friend bool operator==(const KeyFilter&, const KeyFilter&) = default;
};

/// A filter made ready to be asked about millions of keys. A value; each thread asks a copy of its own.
///
/// Letters beyond ASCII are folded by `contains` and `regex` in keys that are UTF-8; `prefix` and `glob` fold A–Z. A
/// key that is no UTF-8 is a row of the characters U+0000 to U+00FF to an expression.
class KeyMatcher {
public:
    /// Matches every key.
    KeyMatcher();
    ~KeyMatcher();
    KeyMatcher(const KeyMatcher& other);
    KeyMatcher& operator=(const KeyMatcher& other);
    KeyMatcher(KeyMatcher&&) noexcept;
    KeyMatcher& operator=(KeyMatcher&&) noexcept;
    /// Fails with a sentence for the user about what is wrong with the pattern.
    [[nodiscard]] static tl::expected<KeyMatcher, QString> compile(const KeyFilter& filter);

    /// Of a key, or of a value where the filter looks into them.
    [[nodiscard]] bool matches(std::string_view bytes) const;
    [[nodiscard]] bool matchesAll() const noexcept { return m_all; }
    [[nodiscard]] bool looksIntoValues() const noexcept { return m_inValues && !m_all; }
    /// The bytes that every match begins with, when that is all there is to a match; else empty.
    [[nodiscard]] std::string_view exactPrefix() const noexcept {
        return m_mode == MatchMode::prefix && !m_all && !m_inValues ? std::string_view(m_bytes) : std::string_view();
    }
    [[nodiscard]] bool foldsCase() const noexcept { return m_fold; }
    /// How many times an expression was given up because it would have taken too long: those are no matches, and the
    /// result has to say so.
    [[nodiscard]] std::uint64_t undecided() const noexcept { return m_undecided; }

private:
    class Expression;
    [[nodiscard]] bool containsFolded(std::string_view bytes) const;
    [[nodiscard]] bool startsFolded(std::string_view bytes) const;

    bool m_all = true;
    bool m_fold = false;
    bool m_inValues = false;
    MatchMode m_mode = MatchMode::contains;
    std::string m_bytes;
    std::unique_ptr<Expression> m_expression; ///< regex, and letters beyond ASCII to be folded
    mutable std::uint64_t m_undecided = 0;
};

/// Upper and lower case of ASCII as one.
[[nodiscard]] constexpr char foldedCase(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

/// Whether `key` as a whole fits the shell pattern; bytes. `fold`: A to Z as a to z. Takes time proportional to
/// key × pattern at worst.
[[nodiscard]] bool globMatches(std::string_view pattern, std::string_view key, bool fold = false);

} // namespace rustcask::ui
