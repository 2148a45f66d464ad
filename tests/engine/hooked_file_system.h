// SPDX-License-Identifier: Apache-2.0
// How to use: the real file system with a hand on it, for what another process does between two calls.
//
//     auto files = std::make_shared<HookedFileSystem>();
//     files->beforeOpen = [&](const fs::path& path) { … };     // may rename, remove, or say that it is not there
//     files->afterList = [&](std::vector<io::DirectoryEntry>& entries) { … };
//     files->beforeRemove = [&](const fs::path& path) { … };   // or that it cannot be removed
//     RUSTCASK_VALUE(auto database, DatabaseTestAccess::openOn(files, directory, options));
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "io/file_system.h"

namespace rustcask::test {

class HookedFileSystem final : public io::FileSystem {
public:
    std::function<bool(const std::filesystem::path&)> beforeOpen{}; ///< false: the open fails, the file is not there
    std::function<void(std::vector<io::DirectoryEntry>&)> afterList{};
    std::function<bool(const std::filesystem::path&)> beforeRemove{}; ///< false: the removal fails

    Result<std::unique_ptr<io::File>> open(const std::filesystem::path& path, io::OpenMode mode) override {
        if (beforeOpen && !beforeOpen(path))
            return m_inner->open(path.parent_path() / "there is no such file", io::OpenMode::read);
        return m_inner->open(path, mode);
    }
    Result<bool> isDirectory(const std::filesystem::path& path) override { return m_inner->isDirectory(path); }
    Result<void> createDirectory(const std::filesystem::path& path) override { return m_inner->createDirectory(path); }
    Result<std::vector<io::DirectoryEntry>> list(const std::filesystem::path& directory) override {
        auto entries = m_inner->list(directory);
        if (entries && afterList)
            afterList(*entries);
        return entries;
    }
    Result<void> rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
        return m_inner->rename(from, to);
    }
    Result<void> remove(const std::filesystem::path& path) override {
        if (beforeRemove && !beforeRemove(path))
            return tl::unexpected(Error{.code = ErrorCode::ioError, .operation = "remove a file", .file = path});
        return m_inner->remove(path);
    }
    Result<void> syncDirectory(const std::filesystem::path& directory) override {
        return m_inner->syncDirectory(directory);
    }
    Result<std::unique_ptr<io::Lock>> lock(const std::filesystem::path& path) override { return m_inner->lock(path); }
    Result<std::uint64_t> freeBytes(const std::filesystem::path& directory) override {
        return m_inner->freeBytes(directory);
    }

private:
    std::shared_ptr<io::FileSystem> m_inner = io::posixFileSystem();
};

} // namespace rustcask::test
