// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include <rustcask/result.h>

namespace rustcask::io {

/// The failure that `error` (an errno) of a system call means: code and advice.
[[nodiscard]] tl::unexpected<Error> systemFailure(std::string operation, const std::filesystem::path& path, int error);

} // namespace rustcask::io
