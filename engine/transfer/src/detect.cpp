// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <rustcask/transfer/files.h>

#include "text_formats.h"

/// What form a file has, told by name and contents.
namespace rustcask::transfer {

namespace {

constexpr std::size_t headBytes = std::size_t{64} * 1024;
constexpr std::size_t sampledRecords = 100;

std::string_view firstLine(std::string_view text) {
    const std::size_t begin = text.find_first_not_of("\r\n");
    if (begin == std::string_view::npos)
        return {};
    text.remove_prefix(begin);
    return text.substr(0, std::min(text.find_first_of("\r\n"), text.size()));
}

bool isDigit(char c) noexcept {
    return c >= '0' && c <= '9';
}

bool looksLikeResp(std::string_view head) {
    return head.size() >= 4 && head[0] == '*' && isDigit(head[1]) && head.find("\r\n$") < 8;
}

bool looksLikeHex(std::string_view text) {
    return text.size() % 2 == 0 && std::all_of(text.begin(), text.end(), [](char c) { return hexDigitValue(c) >= 0; });
}

bool looksLikeBase64(std::string_view text) {
    return text.size() % 4 == 0 && decode(text, Encoding::base64).has_value();
}

std::string lowered(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return text;
}

// Of a table: heading, and the encoding that fits all cells of a good many. A word like "cafe" is hexadecimal, too, so
// a few short cells prove nothing.
TextOptions guessOptions(Format format, std::string_view head, bool cut) {
    StringSource source{std::string(head)};
    // Raw cells: base64 and hex have no backslash, so decoding as text leaves them as they are.
    const auto reader = makeRecordReader(format, source, {});
    TextOptions options;
    std::vector<std::string> cells;
    std::string key;
    std::string value;
    for (std::size_t i = 0; i < sampledRecords; ++i) {
        const auto more = reader->next(key, value);
        if (!more || !*more)
            break;
        if (i == 0 && lowered(key) == "key" && lowered(value) == "value") {
            options.header = true;
            continue;
        }
        cells.push_back(key);
        cells.push_back(value.starts_with('\'') ? value.substr(1) : value);
    }
    if (cut && cells.size() > 2)
        cells.resize(cells.size() - 2); // the last one may be half of itself
    std::size_t characters = 0;
    bool telling = false; // what only Base64 has
    for (const std::string& cell : cells) {
        characters += cell.size();
        telling = telling || cell.find_first_of("+/=") != std::string::npos;
    }
    if (characters >= 32 && std::all_of(cells.begin(), cells.end(), looksLikeHex))
        options.encoding = Encoding::hex;
    else if (characters >= 16 && telling && std::all_of(cells.begin(), cells.end(), looksLikeBase64))
        options.encoding = Encoding::base64;
    return options;
}

} // namespace

std::optional<Form> guessForm(const std::filesystem::path& source, std::string_view head) {
    const bool cut = head.size() >= headBytes;
    if (head.starts_with(byteOrderMark))
        head.remove_prefix(byteOrderMark.size());
    if (looksLikeResp(head))
        return Form{.format = Format::resp};
    const std::string_view line = firstLine(head);
    const std::size_t text = line.find_first_not_of(" \t");
    const auto table = [&](Format format) { return Form{format, guessOptions(format, head, cut)}; };
    if (const auto named = formatOfFile(source))
        return usesHeader(*named) ? table(*named) : Form{.format = *named};
    if (text != std::string_view::npos && line[text] == '{' && line.find("\"key\"") != std::string_view::npos)
        return Form{.format = Format::jsonl};
    if (std::count(line.begin(), line.end(), '\t') == 1)
        return table(Format::tsv);
    if (line.find(',') != std::string_view::npos)
        return table(Format::csv);
    return std::nullopt;
}

Result<std::optional<Form>> detectForm(const std::filesystem::path& source) {
    std::error_code error;
    if (std::filesystem::is_directory(source, error))
        return Form{.format = Format::folder};
    const auto file = FileSource::open(source);
    if (!file)
        return failure(file.error());
    std::string head(headBytes, '\0');
    std::size_t filled = 0;
    while (filled < head.size()) {
        const auto got = (*file)->read(head.data() + filled, head.size() - filled);
        if (!got)
            return failure(got.error());
        if (*got == 0)
            break;
        filled += *got;
    }
    head.resize(filled);
    return guessForm(source, head);
}

} // namespace rustcask::transfer
