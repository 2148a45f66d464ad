// SPDX-License-Identifier: Apache-2.0
#include "format/file_names.h"

#include <charconv>

namespace rustcask::format {

std::string dataFileName(Generation generation) {
    return std::to_string(generation.value) + ".rustcask.data";
}
std::string hintFileName(Generation generation) {
    return std::to_string(generation.value) + ".rustcask.hint";
}
std::string mergeRecordName(Generation generation) {
    return std::to_string(generation.value) + ".rustcask.merge";
}
std::string tornFileName(Generation generation, std::uint64_t offset) {
    return std::to_string(generation.value) + ".rustcask.torn-" + std::to_string(offset);
}

ParsedName parseFileName(std::string_view name) {
    if (name == lockFileName)
        return {.kind = FileKind::lock, .underlying = FileKind::lock, .generation = {}};
    ParsedName parsed;
    bool temporary = false;
    if (name.ends_with(temporarySuffix)) {
        temporary = true;
        name.remove_suffix(temporarySuffix.size());
    }
    const std::size_t dot = name.find('.');
    if (dot == std::string_view::npos)
        return {};
    const std::string_view number = name.substr(0, dot);
    const std::string_view rest = name.substr(dot);
    FileKind kind = FileKind::other;
    if (rest == ".rustcask.data")
        kind = FileKind::data;
    else if (rest == ".rustcask.hint")
        kind = FileKind::hint;
    else if (rest == ".rustcask.merge")
        kind = FileKind::mergeRecord;
    const bool torn = rest.starts_with(".rustcask.torn-");
    if (kind == FileKind::other && !torn)
        return {};
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
    if (error != std::errc{} || end != number.data() + number.size() || number.front() == '0' || value == 0 ||
        value > (std::uint64_t{1} << 63) - 1)
        return {};
    parsed.kind = temporary ? FileKind::temporary : kind;
    parsed.underlying = kind;
    parsed.generation = Generation{value};
    return parsed;
}

} // namespace rustcask::format
