// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/key_filter.h"

#include <QCoreApplication>
#include <QStringDecoder>

#include <algorithm>

namespace rustcask::ui {

namespace {

constexpr char folded(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

/// A key as text for expressions that are about characters. Bytes that are no UTF-8 stand for U+0080 to U+00FF one by
/// one, so that they can be matched at all.
QString decoded(std::string_view key) {
    const auto size = static_cast<qsizetype>(key.size());
    QStringDecoder decoder(QStringDecoder::Utf8,
                           QStringDecoder::Flag::Stateless | QStringDecoder::Flag::ConvertInitialBom);
    const QString text = decoder.decode(QByteArrayView(key.data(), size));
    return decoder.hasError() ? QString::fromLatin1(key.data(), size) : text;
}

QString message(const char* text) {
    return QCoreApplication::translate("KeyMatcher", text);
}

/// One element of a glob at `p`: does it take the byte `c`? Sets `next` to the element after it.
bool elementTakes(std::string_view pattern, std::size_t p, char c, std::size_t& next) {
    const auto byte = [](char x) { return static_cast<unsigned char>(x); };
    if (pattern[p] == '?') {
        next = p + 1;
        return true;
    }
    if (pattern[p] == '\\' && p + 1 < pattern.size()) {
        next = p + 2;
        return pattern[p + 1] == c;
    }
    if (pattern[p] == '[') {
        std::size_t i = p + 1;
        const bool negated = i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^');
        i += negated ? 1 : 0;
        const std::size_t first = i;
        bool inside = false;
        for (; i < pattern.size() && (pattern[i] != ']' || i == first); ++i) {
            if (i + 2 < pattern.size() && pattern[i + 1] == '-' && pattern[i + 2] != ']') {
                inside = inside || (byte(pattern[i]) <= byte(c) && byte(c) <= byte(pattern[i + 2]));
                i += 2;
            } else {
                inside = inside || pattern[i] == c;
            }
        }
        if (i < pattern.size()) {
            next = i + 1;
            return inside != negated;
        }
        // No closing bracket: an ordinary character.
    }
    next = p + 1;
    return pattern[p] == c;
}

} // namespace

bool globMatches(std::string_view pattern, std::string_view key) {
    std::size_t p = 0;
    std::size_t k = 0;
    std::size_t starPattern = std::string_view::npos;
    std::size_t starKey = 0;
    while (k < key.size()) {
        std::size_t next = 0;
        if (p < pattern.size() && pattern[p] == '*') {
            starPattern = ++p;
            starKey = k;
        } else if (p < pattern.size() && elementTakes(pattern, p, key[k], next)) {
            p = next;
            ++k;
        } else if (starPattern != std::string_view::npos) {
            p = starPattern; // let the last star take one byte more
            k = ++starKey;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') {
        ++p;
    }
    return p == pattern.size();
}

tl::expected<KeyMatcher, QString> KeyMatcher::compile(const KeyFilter& filter) {
    KeyMatcher matcher;
    matcher.m_mode = filter.mode;
    matcher.m_all = filter.isEmpty();
    if (matcher.m_all) {
        return matcher;
    }
    matcher.m_bytes = filter.text.toStdString();
    switch (filter.mode) {
    case MatchMode::contains:
        matcher.m_unicode = std::any_of(matcher.m_bytes.begin(), matcher.m_bytes.end(), [](char c) { return c < 0; });
        matcher.m_text = filter.text;
        std::transform(matcher.m_bytes.begin(), matcher.m_bytes.end(), matcher.m_bytes.begin(), folded);
        break;
    case MatchMode::prefix:
    case MatchMode::glob:
        break;
    case MatchMode::regex:
        matcher.m_expression = QRegularExpression(filter.text, QRegularExpression::CaseInsensitiveOption |
                                                                   QRegularExpression::DotMatchesEverythingOption);
        if (!matcher.m_expression.isValid()) {
            return tl::unexpected(message("Not a regular expression: %1, at character %2.")
                                      .arg(matcher.m_expression.errorString())
                                      .arg(matcher.m_expression.patternErrorOffset() + 1));
        }
        matcher.m_expression.optimize();
        break;
    case MatchMode::hex: {
        QString digits = filter.text;
        digits.remove(QLatin1Char(' '));
        const auto isHexDigit = [](QChar c) {
            return (c >= u'0' && c <= u'9') || (c.toLower() >= u'a' && c.toLower() <= u'f');
        };
        if (!std::all_of(digits.begin(), digits.end(), isHexDigit)) {
            return tl::unexpected(message("Hexadecimal digits only, as in “00 ff 7a”."));
        }
        if (digits.size() % 2 != 0) {
            return tl::unexpected(message("One more digit: a byte has two."));
        }
        matcher.m_bytes = QByteArray::fromHex(digits.toLatin1()).toStdString();
        matcher.m_all = matcher.m_bytes.empty();
        break;
    }
    }
    return matcher;
}

bool KeyMatcher::containsFolded(std::string_view key) const {
    if (m_bytes.size() > key.size()) {
        return false;
    }
    const char first = m_bytes.front();
    const std::size_t last = key.size() - m_bytes.size();
    for (std::size_t i = 0; i <= last; ++i) {
        if (folded(key[i]) != first) {
            continue;
        }
        std::size_t n = 1;
        while (n < m_bytes.size() && folded(key[i + n]) == m_bytes[n]) {
            ++n;
        }
        if (n == m_bytes.size()) {
            return true;
        }
    }
    return false;
}

bool KeyMatcher::matches(std::string_view key) const {
    if (m_all) {
        return true;
    }
    switch (m_mode) {
    case MatchMode::contains:
        return m_unicode ? decoded(key).contains(m_text, Qt::CaseInsensitive) : containsFolded(key);
    case MatchMode::prefix:
        return key.starts_with(m_bytes);
    case MatchMode::glob:
        return globMatches(m_bytes, key);
    case MatchMode::regex:
        return m_expression.match(decoded(key)).hasMatch();
    case MatchMode::hex:
        return key.find(m_bytes) != std::string_view::npos;
    }
    return false;
}

} // namespace rustcask::ui
