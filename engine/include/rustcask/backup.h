// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>

#include <rustcask/progress.h>
#include <rustcask/result.h>
#include <rustcask/verify.h>

namespace rustcask {

struct BackupOptions {
    /// Sealed files, which nobody ever changes again, get a second name instead of a copy where the file system allows
    /// it: no space, no time. The price: damage to the medium hits both. False: everything is copied.
    bool hardLinks = true;
    bool verify = true; ///< read the finished backup and check every byte of it
};

struct BackupReport {
    std::uint64_t files = 0;       ///< data and hint files of the backup
    std::uint64_t filesLinked = 0; ///< of these, shared with the source
    std::uint64_t bytes = 0;       ///< of all files
    std::uint64_t bytesCopied = 0;
    std::uint64_t bytesLeftOut = 0; ///< at the end of the active file: reserved space, or a record half written
    std::uint64_t attempts = 1;     ///< listings until one stood still; more than one beside a merge
    bool verified = false;
    VerifyReport verification{}; ///< of the backup; damage in it is damage of the source (see `clean`)

    /// No damage was found, or it was not looked for.
    [[nodiscard]] bool clean() const noexcept { return verification.clean(); }
};

/// Copies the database in `directory` to `target` as it was at one moment of the call, while this or another process
/// writes, rotates and merges: what was readable through the files before the call is in it, and whatever came later is
/// in it as a prefix of the log. Takes no lock and changes nothing in the source (hard links count as a change of the
/// files' link count only). What a writer with `WritePath::buffered` has not flushed cannot be seen: `sync` it first.
///
/// `target` must be absent, or an empty directory; it appears whole and durable by one rename. Cancelled or failed, it
/// is as before. Damage in the source is copied as it is, because a backup of it may be the last chance, and shows in
/// the report. Errors: invalidArgument (the target is not empty, or lies inside the source), notADatabase, corruption
/// (a merge record is damaged: salvage instead), ioError, noSpace, cancelled.
[[nodiscard]] Result<BackupReport> backup(const std::filesystem::path& directory, const std::filesystem::path& target,
                                          const BackupOptions& options, Progress& progress);

} // namespace rustcask
