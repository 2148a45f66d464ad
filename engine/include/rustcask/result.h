// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

/// The one way in which the engine reports failure. Nothing here throws except `std::bad_alloc`.
namespace rustcask {

/// What kind of failure this is. Kinds are never turned into one another; an absent key is no failure (see
/// `Database::get`). The numbers appear in result files and are frozen.
enum class ErrorCode : std::uint8_t {
    invalidArgument = 1, ///< a key, value or option out of its range
    ioError = 2,         ///< the operating system refused; see `Error::systemError`
    corruption = 3,      ///< bytes on disk that are not what was written
    locked = 4,          ///< another process (or handle) has the directory open for writing
    cancelled = 5,       ///< the caller asked for it through `Progress::cancel`
    readOnly = 6,        ///< a write on a database opened, or turned, read-only
    noSpace = 7,         ///< the file system or quota is full
    notADatabase = 8,    ///< the directory holds no database that this engine writes
    unsupported = 9,     ///< a format version or feature this build does not know
    closed = 10,         ///< the database was closed
    internal = 11,       ///< a broken invariant, that is a bug
};

/// Stable lower-case name of a code ("noSpace"), for JSON and logs.
[[nodiscard]] std::string_view errorCodeName(ErrorCode code) noexcept;

/// A failure with everything needed to act on it.
struct Error {
    ErrorCode code = ErrorCode::internal;
    std::string operation{};                 ///< what was being done, in plain words: "open the database"
    std::filesystem::path file{};            ///< file or directory concerned; empty when none is
    std::optional<std::uint64_t> offset{};   ///< byte offset in `file`, where one is known
    int systemError = 0;                     ///< errno, or 0
    std::string detail{};                    ///< what was found, and what was expected
    std::string advice{};                    ///< the way out, one sentence; may be empty
    std::optional<std::int64_t> holderPid{}; ///< with `locked`: process id of the holder, if it could be read

    /// One line for people: operation, file, offset, cause and way out. The text is not meant to be parsed.
    [[nodiscard]] std::string message() const;
};

/// A value or an `Error`. `Result<void>` carries success alone.
template <typename T>
using Result = tl::expected<T, Error>;

/// Shorthand for returning a failure from a function that returns `Result<T>`.
[[nodiscard]] inline tl::unexpected<Error> failure(Error error) {
    return tl::unexpected<Error>(std::move(error));
}

} // namespace rustcask
