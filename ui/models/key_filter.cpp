// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/key_filter.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <QByteArrayView>
#include <QCoreApplication>

#include <algorithm>
#include <array>
#include <cstring>

namespace rustcask::ui {

namespace {

// What one key may cost an expression before it is given up: some milliseconds. Without it a hostile pattern would
// hold a search that nobody wants any more.
constexpr std::uint32_t maxMatchSteps = 100'000;

constexpr char upperCase(char c) noexcept {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
}

/// Writes `bytes` to `into` with A to Z as a to z, eight at a time.
void foldInto(std::string_view bytes, char* into) noexcept {
    constexpr std::uint64_t each = 0x0101010101010101;
    std::size_t i = 0;
    for (; i + 8 <= bytes.size(); i += 8) {
        std::uint64_t eight = 0;
        std::memcpy(&eight, bytes.data() + i, sizeof eight);
        // The highest bit of each byte says whether it is at least 'A', or beyond 'Z'; no sum leaves its byte.
        const std::uint64_t low = eight & 0x7F * each;
        const std::uint64_t upper = ((low + (0x80 - 'A') * each) ^ (low + (0x7F - 'Z') * each)) & ~eight & 0x80 * each;
        eight |= upper >> 2;
        std::memcpy(into + i, &eight, sizeof eight);
    }
    std::transform(bytes.begin() + static_cast<std::ptrdiff_t>(i), bytes.end(), into + i, foldedCase);
}

QString message(const char* text) {
    return QCoreApplication::translate("KeyMatcher", text);
}

bool isAscii(std::string_view bytes) {
    return std::all_of(bytes.begin(), bytes.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// One element of a glob at `p`: does it take the byte `c`? Sets `next` to the element after it.
bool elementTakes(std::string_view pattern, std::size_t p, char c, bool fold, std::size_t& next) {
    const auto byte = [](char x) { return static_cast<unsigned char>(x); };
    const auto same = [fold](char a, char b) { return a == b || (fold && foldedCase(a) == foldedCase(b)); };
    if (pattern[p] == '?') {
        next = p + 1;
        return true;
    }
    if (pattern[p] == '\\' && p + 1 < pattern.size()) {
        next = p + 2;
        return same(pattern[p + 1], c);
    }
    if (pattern[p] == '[') {
        std::size_t i = p + 1;
        const bool negated = i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^');
        i += negated ? 1 : 0;
        const std::size_t first = i;
        bool inside = false;
        for (; i < pattern.size() && (pattern[i] != ']' || i == first); ++i) {
            if (i + 2 < pattern.size() && pattern[i + 1] == '-' && pattern[i + 2] != ']') {
                const auto within = [&](char x) {
                    return byte(pattern[i]) <= byte(x) && byte(x) <= byte(pattern[i + 2]);
                };
                inside = inside || within(c) || (fold && (within(foldedCase(c)) || within(upperCase(c))));
                i += 2;
            } else {
                inside = inside || same(pattern[i], c);
            }
        }
        if (i < pattern.size()) {
            next = i + 1;
            return inside != negated;
        }
        // No closing bracket: an ordinary character.
    }
    next = p + 1;
    return same(pattern[p], c);
}

} // namespace

bool globMatches(std::string_view pattern, std::string_view key, bool fold) {
    std::size_t p = 0;
    std::size_t k = 0;
    std::size_t starPattern = std::string_view::npos;
    std::size_t starKey = 0;
    while (k < key.size()) {
        std::size_t next = 0;
        if (p < pattern.size() && pattern[p] == '*') {
            starPattern = ++p;
            starKey = k;
        } else if (p < pattern.size() && elementTakes(pattern, p, key[k], fold, next)) {
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

/// A compiled expression, twice: for UTF-8 and for other bytes.
class KeyMatcher::Expression {
public:
    enum class Result { match, none, undecided };

    [[nodiscard]] static tl::expected<std::unique_ptr<Expression>, QString> compile(const QString& text, bool fold,
                                                                                    bool literal) {
        auto expression = std::make_unique<Expression>();
        const std::uint32_t options = PCRE2_DOTALL | (fold ? PCRE2_CASELESS : 0U);
        const std::uint32_t kind = literal ? (PCRE2_LITERAL | (fold ? PCRE2_CASELESS : 0U)) : options;
        const QByteArray utf8 = text.toUtf8();
        int code = 0;
        PCRE2_SIZE offset = 0;
        expression->m_text = compiled(utf8, kind | PCRE2_UTF, code, offset);
        if (!expression->m_text) {
            std::array<unsigned char, 256> words{};
            pcre2_get_error_message(code, words.data(), words.size());
            const QString before = QString::fromUtf8(utf8.left(static_cast<qsizetype>(offset)));
            return tl::unexpected(message("Not a regular expression: %1, at character %2.")
                                      .arg(QString::fromLatin1(reinterpret_cast<const char*>(words.data())))
                                      .arg(before.size() + 1));
        }
        if (std::all_of(text.begin(), text.end(), [](QChar c) { return c.unicode() < 0x100; })) {
            expression->m_other = compiled(text.toLatin1(), kind, code, offset); // else nothing of it can match them
        }
        expression->prepare();
        return expression;
    }

    Expression() = default;
    Expression(const Expression& other) : m_text(other.m_text), m_other(other.m_other) { prepare(); }
    Expression& operator=(const Expression&) = delete;

    [[nodiscard]] Result match(std::string_view bytes) const {
        const bool utf8 =
            isAscii(bytes) || QByteArrayView(bytes.data(), static_cast<qsizetype>(bytes.size())).isValidUtf8();
        const pcre2_code* code = utf8 ? m_text.get() : m_other.get();
        if (code == nullptr) {
            return Result::none;
        }
        const int count = pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(bytes.data()), bytes.size(), 0,
                                      utf8 ? PCRE2_NO_UTF_CHECK : 0U, m_data.get(), m_context.get());
        return count >= 0 ? Result::match : count == PCRE2_ERROR_NOMATCH ? Result::none : Result::undecided;
    }

private:
    using Code = std::shared_ptr<pcre2_code>; // immutable once compiled: threads share it

    [[nodiscard]] static Code compiled(const QByteArray& pattern, std::uint32_t options, int& code,
                                       PCRE2_SIZE& offset) {
        Code result(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.constData()),
                                  static_cast<PCRE2_SIZE>(pattern.size()), options, &code, &offset, nullptr),
                    &pcre2_code_free);
        if (result) {
            pcre2_jit_compile(result.get(), PCRE2_JIT_COMPLETE); // without it, matching interprets
        }
        return result;
    }
    void prepare() {
        m_data.reset(pcre2_match_data_create(1, nullptr));
        m_context.reset(pcre2_match_context_create(nullptr));
        pcre2_set_match_limit(m_context.get(), maxMatchSteps);
    }
    struct Free {
        void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
        void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
    };

    Code m_text;
    Code m_other;
    std::unique_ptr<pcre2_match_data, Free> m_data; // scratch: each copy has its own
    std::unique_ptr<pcre2_match_context, Free> m_context;
};

KeyMatcher::KeyMatcher() = default;
KeyMatcher::~KeyMatcher() = default;
KeyMatcher::KeyMatcher(KeyMatcher&&) noexcept = default;
KeyMatcher& KeyMatcher::operator=(KeyMatcher&&) noexcept = default;

KeyMatcher::KeyMatcher(const KeyMatcher& other)
    : m_all(other.m_all),
      m_fold(other.m_fold),
      m_inValues(other.m_inValues),
      m_mode(other.m_mode),
      m_bytes(other.m_bytes),
      m_expression(other.m_expression ? std::make_unique<Expression>(*other.m_expression) : nullptr) {}

KeyMatcher& KeyMatcher::operator=(const KeyMatcher& other) {
    return *this = KeyMatcher(other);
}

tl::expected<KeyMatcher, QString> KeyMatcher::compile(const KeyFilter& filter) {
    KeyMatcher matcher;
    matcher.m_mode = filter.mode;
    matcher.m_all = filter.isEmpty();
    matcher.m_fold = !filter.matchCase && filter.mode != MatchMode::hex;
    matcher.m_inValues = filter.inValues;
    if (matcher.m_all) {
        return matcher;
    }
    matcher.m_bytes = filter.text.toStdString();
    const auto express = [&](bool literal) -> tl::expected<KeyMatcher, QString> {
        auto expression = Expression::compile(filter.text, matcher.m_fold, literal);
        if (!expression) {
            return tl::unexpected(expression.error());
        }
        matcher.m_expression = std::move(*expression);
        return std::move(matcher);
    };
    switch (filter.mode) {
    case MatchMode::contains:
        if (matcher.m_fold && !isAscii(matcher.m_bytes)) {
            return express(true);
        }
        break;
    case MatchMode::prefix:
    case MatchMode::glob:
        break;
    case MatchMode::regex:
        return express(false);
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
    if (matcher.m_fold && filter.mode != MatchMode::glob) {
        std::transform(matcher.m_bytes.begin(), matcher.m_bytes.end(), matcher.m_bytes.begin(), foldedCase);
    }
    return matcher;
}

bool KeyMatcher::containsFolded(std::string_view bytes) const {
    // Folded into a buffer, piece by piece, where the library's search does the rest. The pieces overlap by as much as
    // what is looked for could stick out.
    std::array<char, 1024> folded;
    const std::size_t wanted = m_bytes.size();
    if (wanted > folded.size() / 2) {
        return std::search(bytes.begin(), bytes.end(), m_bytes.begin(), m_bytes.end(),
                           [](char a, char b) { return foldedCase(a) == b; }) != bytes.end();
    }
    for (std::size_t begin = 0; begin + wanted <= bytes.size(); begin += folded.size() - wanted + 1) {
        const std::string_view piece = bytes.substr(begin, folded.size());
        foldInto(piece, folded.data());
        if (std::string_view(folded.data(), piece.size()).find(m_bytes) != std::string_view::npos) {
            return true;
        }
    }
    return false;
}

bool KeyMatcher::startsFolded(std::string_view bytes) const {
    return bytes.size() >= m_bytes.size() &&
           std::equal(m_bytes.begin(), m_bytes.end(), bytes.begin(), [](char a, char b) { return a == foldedCase(b); });
}

bool KeyMatcher::matches(std::string_view bytes) const {
    if (m_all) {
        return true;
    }
    if (m_expression) {
        const Expression::Result result = m_expression->match(bytes);
        m_undecided += result == Expression::Result::undecided ? 1 : 0;
        return result == Expression::Result::match;
    }
    switch (m_mode) {
    case MatchMode::contains:
        return m_fold ? containsFolded(bytes) : bytes.find(m_bytes) != std::string_view::npos;
    case MatchMode::prefix:
        return m_fold ? startsFolded(bytes) : bytes.starts_with(m_bytes);
    case MatchMode::glob:
        return globMatches(m_bytes, bytes, m_fold);
    case MatchMode::regex:
        return false; // it has an expression
    case MatchMode::hex:
        return bytes.find(m_bytes) != std::string_view::npos;
    }
    return false;
}

} // namespace rustcask::ui
