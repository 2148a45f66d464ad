// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <string>
#include <string_view>

#include <QRegularExpression>
#include <QString>

#include <tl/expected.hpp>

namespace rustcask::ui {

/// How the text of the filter field selects keys.
enum class MatchMode {
    contains, ///< the key holds the text, upper and lower case alike
    prefix,   ///< the key begins with exactly these bytes
    glob,     ///< the whole key fits a pattern of * ? [a-z] [!a-z] and \ before a character that stands for itself
    regex,    ///< a regular expression finds something in the key, upper and lower case alike
    hex,      ///< the key holds the bytes written as hexadecimal digits
};

struct KeyFilter {
    MatchMode mode = MatchMode::contains;
    QString text{};
    [[nodiscard]] bool isEmpty() const { return text.isEmpty(); }
    friend bool operator==(const KeyFilter&, const KeyFilter&) = default;
};

/// A filter made ready to be asked about millions of keys. A value; each thread asks a copy of its own.
class KeyMatcher {
public:
    /// Matches every key.
    KeyMatcher() = default;
    /// Fails with a sentence for the user about what is wrong with the pattern.
    [[nodiscard]] static tl::expected<KeyMatcher, QString> compile(const KeyFilter& filter);

    [[nodiscard]] bool matches(std::string_view key) const;
    [[nodiscard]] bool matchesAll() const noexcept { return m_all; }
    /// The bytes that every match begins with, when that is all there is to a match; else empty.
    [[nodiscard]] std::string_view exactPrefix() const noexcept {
        return m_mode == MatchMode::prefix && !m_all ? std::string_view(m_bytes) : std::string_view();
    }

private:
    [[nodiscard]] bool containsFolded(std::string_view key) const;

    bool m_all = true;
    bool m_unicode = false; ///< the text has letters beyond ASCII: compare decoded
    MatchMode m_mode = MatchMode::contains;
    std::string m_bytes;
    QString m_text;
    QRegularExpression m_expression;
};

/// Whether `key` as a whole fits the shell pattern; bytes, upper and lower case distinct. Takes time proportional to
/// key × pattern at worst.
[[nodiscard]] bool globMatches(std::string_view pattern, std::string_view key);

} // namespace rustcask::ui
