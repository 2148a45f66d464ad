// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <rustcask/history.h>
#include <rustcask/progress.h>
#include <rustcask/result.h>

namespace rustcask {

/// A moment of a database's past. With both members set, the earlier one counts; with none it is now.
struct Moment {
    std::optional<Sequence> sequence{}; ///< everything up to and including this record
    std::optional<Timestamp> time{};    ///< everything written until then, by the clock of whoever wrote it
};

/// One key of the past. Borrows from the `PastKeys` it comes from.
struct PastKey {
    std::string_view key{};
    Version version{};     ///< its value then; of a deleted key the last one. `live` means nothing
    bool hasValue = true;  ///< false: of a deleted key whose values have gone in a merge, or are damaged
    Sequence removedBy{};  ///< of a deleted key: the tombstone
    Timestamp removedAt{}; ///< likewise
};

/// The keys of an earlier moment, or those that have been deleted, found by a scan of a directory's data files; takes
/// no lock and writes nothing. A database's own unflushed buffer (`WritePath::buffered`) is not seen. Files that a
/// committed merge has superseded count no more. Immutable; every member is safe from any number of threads.
///
/// Memory: the key and 56 bytes for each key that is listed, and as much for each that was looked at: for `at` all keys
/// there are, for `deleted` those with a tombstone.
class PastKeys {
public:
    /// The keys as they were at `moment`. Reads headers and keys of all files. Progress counts files, records and
    /// bytes. Errors: ioError, notADatabase, cancelled.
    [[nodiscard]] static Result<std::shared_ptr<const PastKeys>> at(const std::filesystem::path& directory,
                                                                    const Moment& moment, Progress& progress);
    /// The keys whose newest record is a tombstone, with their last values. Reads the files twice: headers alone the
    /// first time. Errors: as `at`.
    [[nodiscard]] static Result<std::shared_ptr<const PastKeys>> deleted(const std::filesystem::path& directory,
                                                                         Progress& progress);
    ~PastKeys();
    PastKeys(const PastKeys&) = delete;
    PastKeys& operator=(const PastKeys&) = delete;

    [[nodiscard]] std::size_t size() const noexcept;
    /// In the order in which the keys were first met in the files. @pre index < size(). Constant time.
    [[nodiscard]] PastKey key(std::size_t index) const noexcept;
    /// The value of the key's version: `readVersion`. Errors: ioError, corruption (also when a merge has removed the
    /// file since, and when there is none).
    [[nodiscard]] Result<std::string> value(std::size_t index) const;

    /// The newest record that the moment includes; 0 when there is none.
    [[nodiscard]] Sequence sequence() const noexcept;
    [[nodiscard]] Timestamp time() const noexcept; ///< when that was written
    /// Whether nothing can be missing: no merge and no damage has taken a record that counted at the moment. Of deleted
    /// keys: that all are listed that were deleted since `completeSince`, which then is the epoch.
    [[nodiscard]] bool isComplete() const noexcept;
    /// Moments from then on are complete; what was deleted from then on is listed. The epoch when everything is.
    [[nodiscard]] Timestamp completeSince() const noexcept;

private:
    class Impl;
    explicit PastKeys(std::unique_ptr<Impl> impl) noexcept;
    std::unique_ptr<Impl> m_impl;
};

} // namespace rustcask
