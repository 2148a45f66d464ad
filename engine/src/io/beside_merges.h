// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "format/file_names.h"
#include "io/file_system.h"

/// Reading a directory in which another process may merge files away at any moment.
namespace rustcask {

/// What is said in the end of a file of `directory` that was listed and then gone. Any other error stays as it is. It
/// is not `isMissing`, so that nobody tries all of it again.
[[nodiscard]] inline Error mergedAway(Error error, const std::filesystem::path& directory, std::string_view operation) {
    if (!io::isMissing(error) || error.file.parent_path() != (directory / "").parent_path()) // be it given with a slash
        return error;
    return {.code = ErrorCode::ioError,
            .operation = std::string(operation),
            .file = error.file,
            .detail = "files were removed again and again while they were being read",
            .advice = "Nothing is damaged by that. Try again when fewer merges run"};
}

/// Runs `once` anew, `attempts` times in all, as long as it fails with a file that is not there any more: what a merge
/// has removed is in files that the next look at the directory finds.
template <typename Once>
[[nodiscard]] auto besideMerges(const std::filesystem::path& directory, std::string_view operation, int attempts,
                                const Once& once) -> decltype(once()) {
    for (int attempt = 1;; ++attempt) {
        auto result = once();
        if (result || !io::isMissing(result.error()))
            return result;
        if (attempt == attempts)
            return failure(mergedAway(std::move(result.error()), directory, operation));
    }
}

/// Opens a file that was listed for reading. A merge's output may have got its name since, in which case that is tried.
/// Errors: as `FileSystem::open` for the listed name.
[[nodiscard]] inline Result<std::unique_ptr<io::File>> openListed(io::FileSystem& fileSystem,
                                                                  const std::filesystem::path& path) {
    auto listed = fileSystem.open(path, io::OpenMode::read);
    if (listed || !io::isMissing(listed.error()) || path.extension() != format::temporarySuffix)
        return listed;
    auto named = fileSystem.open(std::filesystem::path(path).replace_extension(), io::OpenMode::read);
    return named || !io::isMissing(named.error()) ? std::move(named) : std::move(listed);
}

inline constexpr int readingAttempts = 5;  ///< of what reads all files each time, which takes long
inline constexpr int loadingAttempts = 20; ///< of what keeps what it has loaded, or pins files alone

} // namespace rustcask
