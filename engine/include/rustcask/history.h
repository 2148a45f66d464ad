// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <rustcask/progress.h>
#include <rustcask/result.h>
#include <rustcask/types.h>

namespace rustcask {

/// One record of a key that is still in the log.
struct Version {
    RecordLocation location{};
    Sequence sequence{};
    Timestamp time{};
    std::uint32_t valueBytes = 0;
    bool tombstone = false;
    bool live = false; ///< the newest one, and not a tombstone
};

struct History {
    std::vector<Version> versions{}; ///< newest first
    /// Every version since this moment is listed; older ones may have gone in a merge. The epoch when nothing was ever
    /// merged, that is when the list is complete.
    Timestamp completeSince{};
    bool complete = true;
};

/// Finds every record of `key` in the data files of `directory`, by scanning them; takes no lock and writes nothing.
/// A database's own unflushed buffer (`WritePath::buffered`) is not seen. Errors: ioError, notADatabase, cancelled.
[[nodiscard]] Result<History> history(const std::filesystem::path& directory, std::string_view key, Progress& progress);

/// The value of one version found by `history`. Errors: ioError, corruption (also when the file has gone meanwhile).
[[nodiscard]] Result<std::string> readVersion(const std::filesystem::path& directory, const Version& version);

} // namespace rustcask
