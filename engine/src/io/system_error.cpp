// SPDX-License-Identifier: Apache-2.0
#include "io/system_error.h"

#include <cerrno>
#include <utility>

namespace rustcask::io {
namespace {

[[nodiscard]] ErrorCode codeOf(int error) noexcept {
    switch (error) {
    case ENOSPC:
    case EDQUOT:
        return ErrorCode::noSpace;
    case EROFS:
        return ErrorCode::readOnly;
    default:
        return ErrorCode::ioError;
    }
}

[[nodiscard]] std::string adviceFor(int error) {
    switch (error) {
    case ENOSPC:
        return "Free space on the file system and try again; nothing was lost";
    case EDQUOT:
        return "Free space within the quota and try again; nothing was lost";
    case EACCES:
    case EPERM:
        return "Check the permissions, or open read-only";
    case EROFS:
        return "The file system is mounted read-only: open the database read-only";
    case EMFILE:
        return "Raise the limit on open files, or lower maxOpenFiles";
    default:
        return {};
    }
}

} // namespace

tl::unexpected<Error> systemFailure(std::string operation, const std::filesystem::path& path, int error) {
    return failure({.code = codeOf(error),
                    .operation = std::move(operation),
                    .file = path,
                    .systemError = error,
                    .advice = adviceFor(error)});
}

} // namespace rustcask::io
