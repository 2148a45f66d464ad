// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <rustcask/history.h>
#include <rustcask/result.h>

namespace rustcask {

/// The values of many versions of one directory, one after another: what `readVersion` does, with the files kept open.
/// A file that a merge removes stays readable as long as it is one of the last sixteen read from. Not thread-safe.
class VersionFiles {
public:
    explicit VersionFiles(std::filesystem::path directory);
    ~VersionFiles();
    VersionFiles(const VersionFiles&) = delete;
    VersionFiles& operator=(const VersionFiles&) = delete;

    /// As `readVersion`. Errors: ioError, corruption.
    [[nodiscard]] Result<std::string> read(const Version& version);

private:
    class Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace rustcask
