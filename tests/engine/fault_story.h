// SPDX-License-Identifier: Apache-2.0
// How to use: one fixed story of a database, in which any one system call may fail once.
//
//     FaultStory story(files, "/db", options); // the n-th call of `files` will fail
//     story.run();                             // story.failure() is empty when the database bore it as promised
//
// Every call of the engine either succeeds, or fails with an error that names a file; then what was acknowledged is
// still readable, and the same call succeeds when it is made again, unless the database says that it turned read-only:
// then it is opened again. At the end it is opened once more: exactly what was acknowledged is there (a write that
// failed together with the database may be, too), `verify` finds nothing, and no file is left over.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <rustcask/database.h>

#include "io/file_system.h"

namespace rustcask::test {

class FaultStory {
public:
    FaultStory(std::shared_ptr<io::FileSystem> files, std::filesystem::path directory, Options options);
    ~FaultStory();

    void run();
    /// What went wrong; empty: nothing.
    [[nodiscard]] const std::string& failure() const noexcept { return m_failure; }
    /// Calls of the engine that failed as they may.
    [[nodiscard]] std::uint64_t failedCalls() const noexcept { return m_failedCalls; }
    /// How often the database turned read-only.
    [[nodiscard]] std::uint64_t faults() const noexcept { return m_faults; }

private:
    using Failed = std::optional<Error>;
    using Step = std::function<Failed()>;

    void attempt(const std::string& what, const Step& step);
    void open();
    void openFollower();
    void reopen(const std::string& what);
    void put(const std::string& key, std::size_t bytes);
    void putIf(const std::string& key, std::size_t bytes);
    void remove(const std::string& key);
    void sync();
    void rotate();
    void writeHints();
    void merge(const char* name, bool all);
    void takeSnapshot();
    void readSnapshot();
    void follow();
    void close();
    void firstLife();
    void secondLife();
    void theEnd();
    [[nodiscard]] bool compare(const std::string& when);
    [[nodiscard]] Failed readOnce(Database& database, std::string_view key, std::optional<std::string>& value) const;
    [[nodiscard]] std::string problemOf(const Error& error) const;
    [[nodiscard]] std::string valueOf(std::size_t bytes);
    void fail(const std::string& text);

    std::shared_ptr<io::FileSystem> m_files;
    std::filesystem::path m_directory;
    Options m_options;
    std::unique_ptr<Database> m_database;
    std::unique_ptr<Database> m_follower;
    std::shared_ptr<const Snapshot> m_snapshot;
    std::map<std::string, std::string> m_model;
    std::map<std::string, std::string> m_snapshotModel;
    std::map<std::string, std::vector<std::string>> m_everStored;
    std::map<std::string, std::optional<std::string>> m_uncertain; ///< what a write would have made, that failed with
                                                                   ///< the database
    std::uint64_t m_values = 0;
    std::uint64_t m_failedCalls = 0;
    std::uint64_t m_faults = 0;
    std::string m_failure;
};

} // namespace rustcask::test
