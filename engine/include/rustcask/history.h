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
    bool live = false; ///< the newest one, and not a tombstone; false as well when a newer one is known to be damaged
};

struct History {
    std::vector<Version> versions{}; ///< newest first
    /// Every version since this moment is listed; older ones may have gone in a merge, or lie in damaged bytes. The
    /// epoch when no merge ever removed a file, that is when the list is complete.
    Timestamp completeSince{};
    bool complete = true;
};

/// Finds every record of `key` in the data files of `directory`, by scanning them; takes no lock and writes nothing.
/// A database's own unflushed buffer (`WritePath::buffered`) is not seen. Files that a committed merge has superseded
/// count no more. Reads keys only, and values just as far as it takes to be sure of them; memory for the versions
/// alone. Errors: ioError, notADatabase, cancelled.
[[nodiscard]] Result<History> history(const std::filesystem::path& directory, std::string_view key, Progress& progress);

/// The value of one version found by `history`; of a tombstone the empty string. Takes the memory of key and value.
/// Errors: ioError, corruption (also when the file has gone meanwhile).
[[nodiscard]] Result<std::string> readVersion(const std::filesystem::path& directory, const Version& version);

} // namespace rustcask
