// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <rustcask/inspect.h>
#include <rustcask/types.h>

/// Names of the files of a database directory (doc/format.md, "Directory").
namespace rustcask::format {

inline constexpr std::string_view lockFileName = "rustcask.lock";
/// Marks files that are being written and count for nothing until they are renamed.
inline constexpr std::string_view temporarySuffix = ".tmp";

[[nodiscard]] std::string dataFileName(Generation generation);                       // 7.rustcask.data
[[nodiscard]] std::string hintFileName(Generation generation);                       // 7.rustcask.hint
[[nodiscard]] std::string mergeRecordName(Generation generation);                    // 9.rustcask.merge
[[nodiscard]] std::string tornFileName(Generation generation, std::uint64_t offset); // 7.rustcask.torn-1024

struct ParsedName {
    FileKind kind = FileKind::other;       ///< `temporary` for any of ours with the temporary suffix
    FileKind underlying = FileKind::other; ///< what a temporary file will be
    Generation generation;                 ///< 0 where the name has none
};

/// Decimal without sign, leading zeros or overflow, 1 to 2^63 - 1; anything else is `other`.
[[nodiscard]] ParsedName parseFileName(std::string_view name);

} // namespace rustcask::format
