// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <rustcask/inspect.h>
#include <rustcask/progress.h>
#include <rustcask/result.h>

namespace rustcask {

enum class Severity : std::uint8_t {
    note,    ///< normal, worth knowing: reserved space, leftovers of an interrupted merge
    warning, ///< costs time but no data: a hint that does not fit, a torn tail of the active file
    error,   ///< bytes that were written are not there any more
};

[[nodiscard]] std::string_view severityName(Severity severity) noexcept;

/// One thing that verification found, placed to the byte.
struct Finding {
    Severity severity = Severity::note;
    std::filesystem::path file{};
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
    std::optional<Field> field{}; ///< the field at fault, where one can be named
    std::string text{};           ///< one sentence
    std::string advice{};         ///< the way out; may be empty
};

struct VerifyReport {
    std::vector<Finding> findings{}; ///< data files first, ascending, then hints, then the rest; by offset within a
                                     ///< file; at most `maxFindings`, then counted only
    std::uint64_t findingsLeftOut = 0;
    std::uint64_t files = 0;    ///< data and hint files looked at
    std::uint64_t records = 0;  ///< sound ones
    std::uint64_t bytes = 0;    ///< of these files
    std::uint64_t liveKeys = 0; ///< keys whose newest record is no tombstone
    std::uint64_t errors = 0;
    std::uint64_t warnings = 0;
    static constexpr std::size_t maxFindings = 10'000;

    [[nodiscard]] bool clean() const noexcept { return errors == 0; }
};

/// Reads every byte of the database in `directory` and checks it: file headers, record checksums, sequence numbers,
/// hint files against their data files. Takes no lock, writes nothing, and may run beside a writer (what is appended
/// meanwhile is not looked at). Takes about 30 bytes of memory a key and 4 to 8 a record. Damage at the end of the
/// newest file that no sound record follows is a torn tail, a warning, unless its hint shows that it was durable;
/// anywhere else damage is an error, and so is a file that is shorter than its hint knows it. Errors: ioError,
/// notADatabase, cancelled. Damage is a finding, not an error.
[[nodiscard]] Result<VerifyReport> verify(const std::filesystem::path& directory, Progress& progress);

} // namespace rustcask
