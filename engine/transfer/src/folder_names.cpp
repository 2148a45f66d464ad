// SPDX-License-Identifier: Apache-2.0
#include <rustcask/transfer/folder.h>

#include <algorithm>

namespace rustcask::transfer {

namespace {

constexpr std::size_t maxNameBytes = 255;  // of every file system that matters
constexpr std::size_t maxPathBytes = 3000; // leaves room below the 4,096 of PATH_MAX for the folder itself
constexpr std::size_t maxEscapedBytes = 240;

bool standsForItself(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

} // namespace

bool isSafeRelativePath(std::string_view key) noexcept {
    if (key.size() > maxPathBytes || key.find('\0') != std::string_view::npos)
        return false;
    for (std::size_t begin = 0; begin <= key.size();) {
        const std::size_t end = std::min(key.find('/', begin), key.size());
        const std::string_view part = key.substr(begin, end - begin);
        if (part.empty() || part == "." || part == ".." || part.size() > maxNameBytes ||
            part.starts_with(partialFilePrefix) || (begin == 0 && part == escapedFolderName))
            return false;
        begin = end + 1;
    }
    return true;
}

std::optional<std::string> escapedFileName(std::string_view key) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string name;
    for (const char c : key) {
        if (standsForItself(c) || (c == '.' && !name.empty())) {
            name += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            name += '%';
            name += digits[byte >> 4];
            name += digits[byte & 15];
        }
        if (name.size() > maxEscapedBytes)
            return std::nullopt;
    }
    return name;
}

std::optional<std::string> keyOfEscapedFileName(std::string_view name) {
    std::string key;
    for (std::size_t i = 0; i < name.size(); ++i) {
        if (name[i] != '%') {
            key += name[i];
            continue;
        }
        if (i + 2 >= name.size() || hexDigitValue(name[i + 1]) < 0 || hexDigitValue(name[i + 2]) < 0)
            return std::nullopt;
        key += static_cast<char>(hexDigitValue(name[i + 1]) << 4 | hexDigitValue(name[i + 2]));
        i += 2;
    }
    if (key.empty() || escapedFileName(key) != name)
        return std::nullopt;
    return key;
}

} // namespace rustcask::transfer
