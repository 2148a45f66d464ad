// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <rustcask/progress.h>
#include <rustcask/result.h>

#include "io/file_system.h"

/// A directory that appears whole or not at all. What `salvage` and `backup` share.
namespace rustcask::repair {

/// A hidden directory beside the target, in which a new database is made and which then takes the target's name. While
/// it is being filled it is locked; what a killed process left of one is cleared away. Without `commit` it is removed.
class StagedDirectory {
public:
    /// Errors: invalidArgument (`target` is not absent or an empty directory, or lies in `source`), locked (somebody is
    /// filling it at this moment), ioError, noSpace.
    [[nodiscard]] static Result<StagedDirectory> create(std::shared_ptr<io::FileSystem> fileSystem,
                                                        const std::filesystem::path& source,
                                                        const std::filesystem::path& target,
                                                        std::string_view operation);
    /// For a target that is the source itself and will be moved out of the way first.
    [[nodiscard]] static Result<StagedDirectory> createBeside(std::shared_ptr<io::FileSystem> fileSystem,
                                                              const std::filesystem::path& directory,
                                                              std::string_view operation);
    StagedDirectory(StagedDirectory&&) noexcept = default;
    StagedDirectory& operator=(StagedDirectory&&) = delete;
    ~StagedDirectory();

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return m_path; }
    [[nodiscard]] const std::filesystem::path& target() const noexcept { return m_target; }
    /// Removes what was put in so far.
    [[nodiscard]] Result<void> clear();
    /// Makes the directory durable, gives it the target's name, and makes that durable.
    [[nodiscard]] Result<void> commit();

private:
    StagedDirectory(std::shared_ptr<io::FileSystem> fileSystem, std::filesystem::path target);
    [[nodiscard]] Result<void> begin(std::string_view operation);

    std::shared_ptr<io::FileSystem> m_fileSystem;
    std::filesystem::path m_target;
    std::filesystem::path m_path;
    std::unique_ptr<io::Lock> m_lock;
};

/// Absolute, without dots, links and a slash at the end.
[[nodiscard]] std::filesystem::path plainPath(const std::filesystem::path& path);

/// Copies the first `bytes` of `from` into the new file `to` and makes it durable; counts them as progress. Errors:
/// ioError, noSpace, cancelled.
[[nodiscard]] Result<void> copyFile(io::FileSystem& fileSystem, const io::File& from, const std::filesystem::path& to,
                                    std::uint64_t bytes, Progress& progress, std::string_view operation);

} // namespace rustcask::repair
