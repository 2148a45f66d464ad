// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include <rustcask/progress.h>
#include <rustcask/repair.h>
#include <rustcask/result.h>

#include "inspect_catalog.h"
#include "io/file_system.h"

/// What rebuilding the hints of a closed and of an open database share.
namespace rustcask::repair {

inline constexpr std::string_view hintOperation = "repair the hint files";

/// What one pass over a data file and its hint told.
struct ExaminedHint {
    HintFinding finding{};   ///< `removed`: it has to be, by the caller that may
    bool worthAHint = false; ///< sealed and sound, with records, and without a hint that fits
};

/// Reads `file` and compares it with its hint. `mayGrow`: another process may be appending. Errors: ioError, cancelled.
[[nodiscard]] Result<ExaminedHint> examineHint(io::FileSystem& fileSystem, const inspect::CatalogFile& file,
                                               bool mayGrow, Progress& progress);

} // namespace rustcask::repair
