// SPDX-License-Identifier: Apache-2.0
#include <rustcask/transfer/encoding.h>

#include <array>

namespace rustcask::transfer {

namespace {

constexpr std::string_view hexDigits = "0123456789abcdef";
constexpr std::string_view base64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

unsigned byteAt(std::string_view text, std::size_t index) noexcept {
    return static_cast<unsigned char>(text[index]);
}

Error malformed(std::string_view what, std::size_t index, std::string advice = {}) {
    return Error{.code = ErrorCode::invalidArgument,
                 .operation = "decode the text",
                 .detail = std::string(what) + " at character " + std::to_string(index + 1),
                 .advice = std::move(advice)};
}

void appendHex(std::string& out, std::string_view bytes) {
    out.reserve(out.size() + bytes.size() * 2);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const unsigned byte = byteAt(bytes, i);
        out += hexDigits[byte >> 4];
        out += hexDigits[byte & 15];
    }
}

void appendBase64(std::string& out, std::string_view bytes) {
    out.reserve(out.size() + (bytes.size() + 2) / 3 * 4);
    std::size_t i = 0;
    for (; i + 3 <= bytes.size(); i += 3) {
        const unsigned group = byteAt(bytes, i) << 16 | byteAt(bytes, i + 1) << 8 | byteAt(bytes, i + 2);
        out += base64Digits[group >> 18];
        out += base64Digits[group >> 12 & 63];
        out += base64Digits[group >> 6 & 63];
        out += base64Digits[group & 63];
    }
    const std::size_t rest = bytes.size() - i;
    if (rest == 0)
        return;
    const unsigned group = byteAt(bytes, i) << 16 | (rest == 2 ? byteAt(bytes, i + 1) << 8 : 0U);
    out += base64Digits[group >> 18];
    out += base64Digits[group >> 12 & 63];
    out += rest == 2 ? base64Digits[group >> 6 & 63] : '=';
    out += '=';
}

// Characters that end lines, move the cursor or are swallowed at the start of a file must never stand for themselves.
bool isUnsafeSequence(std::string_view sequence) noexcept {
    if (sequence.size() == 1)
        return byteAt(sequence, 0) < 0x20 || byteAt(sequence, 0) == 0x7f;
    if (sequence.size() == 2) // U+0080 to U+009F: terminals obey them
        return byteAt(sequence, 0) == 0xc2 && byteAt(sequence, 1) < 0xa0;
    // U+2028, U+2029 (line and paragraph separator), U+202A to U+202E and U+2066 to U+2069 (they reorder text on
    // screen), U+FEFF (a byte order mark)
    if (sequence.size() == 3) {
        const unsigned code =
            (byteAt(sequence, 0) & 15) << 12 | (byteAt(sequence, 1) & 63) << 6 | (byteAt(sequence, 2) & 63);
        return (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) || code == 0xfeff;
    }
    return false;
}

void appendText(std::string& out, std::string_view bytes) {
    out.reserve(out.size() + bytes.size());
    for (std::size_t i = 0; i < bytes.size();) {
        const std::size_t length = utf8SequenceBytes(bytes.substr(i));
        const std::string_view sequence = bytes.substr(i, length == 0 ? 1 : length);
        if (length == 0 || isUnsafeSequence(sequence)) {
            for (const char byte : sequence)
                appendHexEscape(out, byte);
        } else if (sequence == "\\") {
            out += "\\\\";
        } else {
            out += sequence;
        }
        i += sequence.size();
    }
}

Result<std::string> decodeHex(std::string_view text) {
    std::string bytes;
    bytes.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = hexDigitValue(text[i]);
        if (high < 0)
            return failure(malformed("no hexadecimal digit", i));
        if (i + 1 == text.size())
            return failure(malformed("half a byte (the number of hexadecimal digits is odd)", i));
        const int low = hexDigitValue(text[i + 1]);
        if (low < 0)
            return failure(malformed("no hexadecimal digit", i + 1));
        bytes += static_cast<char>(high << 4 | low);
    }
    return bytes;
}

constexpr std::array<signed char, 256> base64Values = [] {
    std::array<signed char, 256> values{};
    values.fill(-1);
    for (std::size_t i = 0; i < base64Digits.size(); ++i)
        values[static_cast<unsigned char>(base64Digits[i])] = static_cast<signed char>(i);
    return values;
}();

Result<std::string> decodeBase64(std::string_view text) {
    if (text.size() % 4 != 0)
        return failure(malformed("Base64 that is no multiple of four characters long, ending", text.size() - 1));
    std::size_t digits = text.size();
    while (digits > 0 && text.size() - digits < 2 && text[digits - 1] == '=')
        --digits;
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3);
    unsigned group = 0;
    unsigned bits = 0;
    for (std::size_t i = 0; i < digits; ++i) {
        const int value = base64Values[byteAt(text, i)];
        if (value < 0)
            return failure(malformed("no Base64 digit", i));
        group = group << 6 | static_cast<unsigned>(value);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes += static_cast<char>(group >> bits & 0xff);
        }
    }
    // Otherwise two texts would stand for the same bytes, and a damaged one could pass for sound.
    if ((group & ((1U << bits) - 1)) != 0)
        return failure(malformed("surplus bits in the last Base64 digit", digits - 1));
    return bytes;
}

Result<std::string> decodeText(std::string_view text) {
    std::string bytes;
    bytes.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            bytes += text[i];
            continue;
        }
        if (i + 1 < text.size() && text[i + 1] == '\\') {
            bytes += '\\';
            i += 1;
            continue;
        }
        const bool escape = i + 3 < text.size() && text[i + 1] == 'x' && hexDigitValue(text[i + 2]) >= 0 &&
                            hexDigitValue(text[i + 3]) >= 0;
        if (!escape)
            return failure(
                malformed("a backslash that begins neither \\\\ nor \\xNN", i,
                          "In this encoding a backslash is written twice; use hex or base64 for raw bytes."));
        bytes += static_cast<char>(hexDigitValue(text[i + 2]) << 4 | hexDigitValue(text[i + 3]));
        i += 3;
    }
    return bytes;
}

} // namespace

std::string_view encodingName(Encoding encoding) noexcept {
    switch (encoding) {
    case Encoding::text:
        return "text";
    case Encoding::hex:
        return "hex";
    case Encoding::base64:
        return "base64";
    }
    return "text";
}

std::optional<Encoding> encodingFromName(std::string_view name) noexcept {
    for (const Encoding encoding : {Encoding::text, Encoding::hex, Encoding::base64}) {
        if (encodingName(encoding) == name)
            return encoding;
    }
    return std::nullopt;
}

void appendEncoded(std::string& out, std::string_view bytes, Encoding encoding) {
    switch (encoding) {
    case Encoding::text:
        return appendText(out, bytes);
    case Encoding::hex:
        return appendHex(out, bytes);
    case Encoding::base64:
        return appendBase64(out, bytes);
    }
}

std::string encode(std::string_view bytes, Encoding encoding) {
    std::string out;
    appendEncoded(out, bytes, encoding);
    return out;
}

Result<std::string> decode(std::string_view text, Encoding encoding) {
    switch (encoding) {
    case Encoding::text:
        break;
    case Encoding::hex:
        return decodeHex(text);
    case Encoding::base64:
        return decodeBase64(text);
    }
    return decodeText(text);
}

std::size_t utf8SequenceBytes(std::string_view text) noexcept {
    if (text.empty())
        return 0;
    const unsigned lead = byteAt(text, 0);
    if (lead < 0x80)
        return 1;
    if (lead < 0xc2 || lead > 0xf4)
        return 0;
    const std::size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (text.size() < length)
        return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byteAt(text, i) & 0xc0) != 0x80)
            return 0;
    }
    const unsigned second = byteAt(text, 1);
    const bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
    const bool surrogate = lead == 0xed && second > 0x9f;
    const bool tooLarge = lead == 0xf4 && second > 0x8f;
    return overlong || surrogate || tooLarge ? 0 : length;
}

bool isValidUtf8(std::string_view bytes) noexcept {
    while (!bytes.empty()) {
        const std::size_t length = utf8SequenceBytes(bytes);
        if (length == 0)
            return false;
        bytes.remove_prefix(length);
    }
    return true;
}

void appendHexEscape(std::string& out, char byte) {
    const auto value = static_cast<unsigned char>(byte);
    out += "\\x";
    out += hexDigits[value >> 4];
    out += hexDigits[value & 15];
}

int hexDigitValue(char digit) noexcept {
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

} // namespace rustcask::transfer
