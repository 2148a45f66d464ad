// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace rustcask::format {

/// CRC-32C (Castagnoli, RFC 3720) of `bytes`. `previous` continues a checksum: crc32c(b, crc32c(a)) == crc32c(a + b).
/// Uses the processor's instruction where there is one, chosen when the program starts.
[[nodiscard]] std::uint32_t crc32c(std::string_view bytes, std::uint32_t previous = 0) noexcept;

/// The same by tables alone; what `crc32c` is tested against.
[[nodiscard]] std::uint32_t crc32cPortable(std::string_view bytes, std::uint32_t previous = 0) noexcept;

/// Where a single flipped bit explains the difference between a stored and a computed checksum.
struct SingleBitError {
    bool inChecksum = false; ///< the checksum field itself is what is wrong
    std::uint64_t bit = 0;   ///< otherwise: bit number from the start of the covered bytes, lowest bit of a byte first
};

/// Finds the only single bit of `length` covered bytes that turns `computed` into `stored`, if there is one. Damage of
/// more bits is told from it with the certainty of a 32-bit checksum. Linear in `length`.
[[nodiscard]] std::optional<SingleBitError> findSingleBitError(std::uint32_t stored, std::uint32_t computed,
                                                               std::uint64_t length) noexcept;

} // namespace rustcask::format
