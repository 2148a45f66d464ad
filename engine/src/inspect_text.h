// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <rustcask/types.h>

/// Values of fields as text for people. Pure.
namespace rustcask::inspect {

[[nodiscard]] std::string checksumText(std::uint32_t checksum); // "8A9136AA"
[[nodiscard]] std::string hexText(std::string_view bytes);      // "89 52 43"
[[nodiscard]] std::string timeText(Timestamp time);             // "2026-11-22 18:55:09.123 UTC"
[[nodiscard]] std::string countText(std::uint64_t n, std::string_view one,
                                    std::string_view many); // "1 byte", "2 bytes"
[[nodiscard]] std::string bytesText(std::uint64_t n);

} // namespace rustcask::inspect
