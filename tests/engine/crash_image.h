// SPDX-License-Identifier: Apache-2.0
// How to use: `copyDirectory(open database's directory, elsewhere)` makes what a killed process would leave;
// `recordEnds` tells where a data file may be cut to look like a power cut.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "format/file_names.h"
#include "io/file_system.h"
#include "log/scanner.h"

namespace rustcask::test {

inline void copyDirectory(const std::filesystem::path& from, const std::filesystem::path& to) {
    std::filesystem::remove_all(to);
    std::filesystem::create_directory(to);
    for (const auto& entry : std::filesystem::directory_iterator(from)) {
        std::error_code gone; // a hint may be renamed meanwhile
        std::filesystem::copy_file(entry.path(), to / entry.path().filename(), gone);
    }
}

struct RecordEnd {
    std::uint64_t sequence = 0;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};

/// The sound records of a data file, in file order.
inline std::vector<RecordEnd> recordEnds(const std::filesystem::path& file) {
    std::vector<RecordEnd> ends;
    auto opened = io::posixFileSystem()->open(file, io::OpenMode::read);
    if (!opened)
        return ends;
    log::Scanner scanner(**opened, format::fileHeaderBytes, std::filesystem::file_size(file), 1 << 16);
    for (;;) {
        auto next = scanner.next();
        if (!next || !*next)
            return ends;
        if ((*next)->kind == log::Scanned::Kind::record)
            ends.push_back({(*next)->header.sequence.value, (*next)->offset, (*next)->offset + (*next)->bytes});
    }
}

/// Data files of a directory, ascending by generation.
inline std::vector<std::filesystem::path> dataFiles(const std::filesystem::path& directory) {
    std::vector<std::pair<Generation, std::filesystem::path>> found;
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
        const auto name = format::parseFileName(entry.path().filename().string());
        if (name.kind == FileKind::data)
            found.emplace_back(name.generation, entry.path());
    }
    std::sort(found.begin(), found.end());
    std::vector<std::filesystem::path> paths;
    for (auto& [generation, path] : found)
        paths.push_back(std::move(path));
    return paths;
}

inline std::string readBytes(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline void writeBytes(const std::filesystem::path& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

} // namespace rustcask::test
