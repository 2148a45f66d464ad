// SPDX-License-Identifier: Apache-2.0
// How to use: a database on any file system, without threads of its own. Every call happens inside the test's calls;
// hint files are written when `writeHints` is called, and at close.
//
//     auto files = std::make_shared<io::MemoryFileSystem>();
//     RUSTCASK_VALUE(auto database, DatabaseTestAccess::openOn(files, "/db", options));
#pragma once

#include <memory>
#include <utility>

#include "database_impl.h"

namespace rustcask {

class DatabaseTestAccess {
public:
    [[nodiscard]] static Result<std::unique_ptr<Database>>
    openOn(std::shared_ptr<io::FileSystem> fileSystem, const std::filesystem::path& directory, const Options& options) {
        Progress progress;
        return Database::openOn(std::move(fileSystem), directory, options, progress, false);
    }

    /// The same with the threads that a database has in a program.
    [[nodiscard]] static Result<std::unique_ptr<Database>> openWithThreads(std::shared_ptr<io::FileSystem> fileSystem,
                                                                           const std::filesystem::path& directory,
                                                                           const Options& options) {
        Progress progress;
        return Database::openOn(std::move(fileSystem), directory, options, progress);
    }

    /// What the maintenance thread would do: a hint file for every file that was sealed.
    static void writeHints(Database& database) {
        Database::Impl& impl = *database.m_impl;
        for (;;) {
            std::shared_ptr<log::Segment> segment;
            {
                const MutexLock lock(impl.m_backgroundMutex);
                if (impl.m_hintQueue.empty())
                    return;
                segment = std::move(impl.m_hintQueue.front());
                impl.m_hintQueue.pop_front();
            }
            impl.writeHintNow(segment);
        }
    }
};

} // namespace rustcask
