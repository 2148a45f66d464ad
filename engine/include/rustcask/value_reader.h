// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>

#include <rustcask/database.h>
#include <rustcask/history.h>
#include <rustcask/progress.h>
#include <rustcask/result.h>

namespace rustcask {

namespace detail {
class ValueBytes;
} // namespace detail

/// One value, read piece by piece: for values of up to 4 GiB that are not to be held in memory. Made by
/// `Database::openValue` and `openVersion`. It goes on reading the record that it was opened on, whatever is written to
/// the key since and whatever a merge removes: it pins the data file, and with it the file's disk space (of a read-only
/// database as a snapshot does, see cursor.h). It may outlive the `Database`. Every member is safe from any number of
/// threads at once.
///
/// Opening checks the record's header and key, not the value: `verify` does that, in a pass of its own.
class ValueReader {
public:
    explicit ValueReader(std::unique_ptr<const detail::ValueBytes> bytes) noexcept;
    ~ValueReader();
    ValueReader(const ValueReader&) = delete;
    ValueReader& operator=(const ValueReader&) = delete;

    /// Place, sequence number and time of the record, and the value's length.
    [[nodiscard]] const KeyInfo& info() const noexcept;
    [[nodiscard]] std::uint64_t size() const noexcept { return info().valueBytes; } ///< in bytes
    /// Copies up to `bytes` bytes of the value from `offset` on to `out`. How many there were: fewer only at the end of
    /// the value, none from there on. They are not checked: see `verify`. Memory: 256 KiB, whatever is asked for.
    /// Errors: ioError, corruption (the file has become shorter).
    [[nodiscard]] Result<std::size_t> read(std::uint64_t offset, char* out, std::size_t bytes) const;
    /// Reads the whole record and compares its checksum. Progress counts bytes. Memory: 256 KiB. Errors: ioError,
    /// corruption, cancelled.
    [[nodiscard]] Result<void> verify(Progress& progress) const;

private:
    std::unique_ptr<const detail::ValueBytes> m_bytes;
};

/// The value of a version found by `history` or a `VersionIndex`, to be read in pieces: what `readVersion` is for small
/// ones. Of a tombstone it has no bytes. Errors: ioError, corruption (also when the file has gone meanwhile).
[[nodiscard]] Result<std::shared_ptr<const ValueReader>> openVersion(const std::filesystem::path& directory,
                                                                     const Version& version);

} // namespace rustcask
