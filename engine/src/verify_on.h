// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include <rustcask/verify.h>

#include "io/file_system.h"

namespace rustcask::inspect {

/// `verify` of a directory on any file system: what tests ask of a disk in memory.
[[nodiscard]] Result<VerifyReport> verifyOn(io::FileSystem& fileSystem, const std::filesystem::path& directory,
                                            Progress& progress);

} // namespace rustcask::inspect
