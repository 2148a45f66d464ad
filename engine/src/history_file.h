// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include <rustcask/history.h>

#include "format/data_record.h"
#include "io/file_system.h"

namespace rustcask::versions {

/// The file that holds a version, and the record's header as it stands there.
struct VersionFile {
    std::unique_ptr<io::File> file{};
    std::filesystem::path path{};
    format::RecordHeader header{};
};

/// Opens the file of a version and makes sure that the version's record, whole, is where it was. Its checksum is not
/// looked at. Errors: ioError, corruption.
[[nodiscard]] Result<VersionFile> openVersionFile(const std::filesystem::path& directory, const Version& version);

/// The error of a version that is not what it was.
[[nodiscard]] tl::unexpected<Error> corruptVersion(const std::filesystem::path& file, const Version& version,
                                                   std::string detail);

} // namespace rustcask::versions
