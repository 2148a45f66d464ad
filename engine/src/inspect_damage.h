// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <rustcask/inspect.h>
#include <rustcask/result.h>

#include "format/data_record.h"
#include "io/file_system.h"

/// What can be said about bytes that are not what was written (doc/format.md, "Damage").
namespace rustcask::inspect {

/// A damaged range of a data file.
struct Diagnosis {
    bool isRecord = false;         ///< the range is one record whose sizes are those in `header`
    bool cutShort = false;         ///< the file ends before the record that `header` describes does
    format::RecordHeader header{}; ///< as repaired where one flipped bit explains the damage, else as read
    std::uint32_t storedChecksum = 0;
    std::uint32_t computedChecksum = 0; ///< of the bytes as they are; 0 when the range is no record
    std::optional<Field> field{};       ///< the field at fault, where it can be told
    std::string text{};                 ///< one sentence, without full stop
};

/// Looks at `[offset, offset + bytes)`, a range that the scanner returned as damaged, of a file of `fileBytes`.
/// Reads the range once, in pieces. Errors: ioError.
[[nodiscard]] Result<Diagnosis> diagnose(const io::File& file, std::uint64_t offset, std::uint64_t bytes,
                                         std::uint64_t fileBytes);

/// What is wrong with a file header, by the bytes there are of it (at most 32).
struct HeaderDiagnosis {
    format::HeaderVerdict verdict = format::HeaderVerdict::missing;
    format::FileHeader header{}; ///< when valid
    std::uint32_t storedChecksum = 0;
    std::uint32_t computedChecksum = 0;
    std::optional<Field> field{}; ///< the field at fault, where it can be told
    std::string text{};           ///< empty when the header is sound and names `generation`
};
[[nodiscard]] HeaderDiagnosis diagnoseHeader(std::string_view bytes, Generation generation);

/// CRC-32C of `[offset, offset + bytes)`, read in pieces; ends early where the file does.
[[nodiscard]] Result<std::uint32_t> checksumOf(const io::File& file, std::uint64_t offset, std::uint64_t bytes,
                                               std::uint32_t previous = 0);

} // namespace rustcask::inspect
