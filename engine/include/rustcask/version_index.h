// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include <rustcask/history.h>
#include <rustcask/progress.h>
#include <rustcask/result.h>

namespace rustcask {

/// What `VersionIndex::find` knows of a key.
struct IndexedHistory {
    History history{};
    /// Files, or parts of them, are still to be indexed: `history.versions` are those found so far, no version is
    /// called live, and `complete` and `completeSince` mean nothing yet.
    bool partial = false;
    std::uint64_t bytesIndexed = 0; ///< of the files that count
    std::uint64_t bytesTotal = 0;
};

/// Where the records of every key lie in a directory, built by one scan of its files and kept in memory, so that the
/// history of any key takes milliseconds instead of another scan. It follows the directory: `update` reads what was
/// appended, rotated or merged since. Takes no lock on the directory and writes nothing.
///
/// Memory: 8 bytes a record (80 MB for ten million records, live or not), see `memoryBytes`.
///
/// `find`, `memoryBytes` and `isBuilt` are safe from any number of threads, also beside a running `update`, and then
/// answer from what is indexed so far, newest files first. Updates wait for each other.
class VersionIndex {
public:
    /// Reads nothing yet.
    explicit VersionIndex(std::filesystem::path directory);
    ~VersionIndex();
    VersionIndex(const VersionIndex&) = delete;
    VersionIndex& operator=(const VersionIndex&) = delete;

    /// Reads what is not indexed yet; progress counts files, records and bytes. What a cancelled call has read stays.
    /// Errors: ioError, notADatabase, cancelled.
    [[nodiscard]] Result<void> update(Progress& progress);
    /// Every record of `key` that is indexed, as `history` would list it. Reads headers and keys of the candidates, and
    /// values of up to 4 MiB to compare their checksums; longer ones are compared when they are read (`openVersion`). A
    /// file that a merge has removed since the last `update` makes the answer partial. Errors: ioError.
    [[nodiscard]] Result<IndexedHistory> find(std::string_view key) const;
    /// Whether an update has run to its end since the index was made.
    [[nodiscard]] bool isBuilt() const noexcept;
    /// Of the index, in bytes.
    [[nodiscard]] std::uint64_t memoryBytes() const noexcept;

private:
    class Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace rustcask
