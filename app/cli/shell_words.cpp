// SPDX-License-Identifier: Apache-2.0
#include "shell_words.h"

#include <algorithm>

#include <rustcask/transfer/encoding.h>

namespace rustcask::cli {

namespace {

using transfer::hexDigitValue;

class WordSplitter {
public:
    explicit WordSplitter(std::string_view line) : m_line(line) {}

    tl::expected<std::vector<std::string>, std::string> split() {
        while (m_position < m_line.size()) {
            const char c = m_line[m_position];
            if (c == ' ' || c == '\t' || c == '\r') {
                ++m_position;
                endWord();
                continue;
            }
            m_inWord = true;
            const bool sound = c == '\'' ? takeLiteral() : c == '"' ? takeQuoted() : c == '\\' ? takeEscape() : take();
            if (!sound)
                return tl::unexpected(m_error);
        }
        endWord();
        return std::move(m_words);
    }

private:
    void endWord() {
        if (m_inWord)
            m_words.push_back(std::move(m_word));
        m_word.clear();
        m_inWord = false;
    }

    bool take() {
        m_word += m_line[m_position++];
        return true;
    }

    bool takeLiteral() {
        const std::size_t end = m_line.find('\'', m_position + 1);
        if (end == std::string_view::npos)
            return fail("a quotation that begins with ' never ends");
        m_word += m_line.substr(m_position + 1, end - m_position - 1);
        m_position = end + 1;
        return true;
    }

    bool takeQuoted() {
        for (++m_position; m_position < m_line.size();) {
            const char c = m_line[m_position];
            if (c == '"') {
                ++m_position;
                return true;
            }
            if (c != '\\' || m_position + 1 == m_line.size()) {
                take();
            } else if (m_line[m_position + 1] == 'x') {
                if (!takeByte())
                    return false;
            } else {
                if (std::string_view("\"\\$`").find(m_line[m_position + 1]) != std::string_view::npos)
                    ++m_position;
                take();
            }
        }
        return fail("a quotation that begins with \" never ends");
    }

    bool takeEscape() {
        if (m_position + 1 == m_line.size())
            return fail("the line ends with a backslash");
        if (m_line[m_position + 1] == 'x')
            return takeByte();
        ++m_position;
        return take();
    }

    bool takeByte() {
        const int high = m_position + 2 < m_line.size() ? hexDigitValue(m_line[m_position + 2]) : -1;
        const int low = m_position + 3 < m_line.size() ? hexDigitValue(m_line[m_position + 3]) : -1;
        if (high < 0 || low < 0)
            return fail("\\x needs two hexadecimal digits");
        m_word += static_cast<char>(high << 4 | low);
        m_position += 4;
        return true;
    }

    bool fail(const char* error) {
        m_error = error;
        return false;
    }

    std::string_view m_line;
    std::size_t m_position = 0;
    std::vector<std::string> m_words{};
    std::string m_word{};
    bool m_inWord = false;
    std::string m_error{};
};

bool needsNoQuotes(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_./:@%+,=-").find(c) != std::string_view::npos;
}

} // namespace

tl::expected<std::vector<std::string>, std::string> splitWords(std::string_view line) {
    return WordSplitter(line).split();
}

std::string quotedWord(std::string_view bytes) {
    if (!bytes.empty() && std::all_of(bytes.begin(), bytes.end(), needsNoQuotes))
        return std::string(bytes);
    // What text encoding writes is read alike between double quotes, but for the characters special there.
    std::string word = "\"";
    for (const char c : transfer::encode(bytes, transfer::Encoding::text)) {
        if (c == '"' || c == '$' || c == '`')
            word += '\\';
        word += c;
    }
    return word + "\"";
}

std::string valueAnswer(std::string_view value) {
    std::string answer;
    if (value.starts_with('(')) {
        answer = "\\x28";
        value.remove_prefix(1);
    }
    transfer::appendEncoded(answer, value, transfer::Encoding::text);
    return answer;
}

} // namespace rustcask::cli
