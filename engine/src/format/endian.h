// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

/// Little-endian integers at any address. On a little-endian host a plain copy, which compilers make one instruction
/// of; of a loop over bytes gcc 12 does not. (doc/format.md)
namespace rustcask::format {

template <typename T>
[[nodiscard]] inline T load(const char* at) noexcept {
    T value = 0;
    if constexpr (std::endian::native == std::endian::little) {
        std::memcpy(&value, at, sizeof value);
    } else {
        for (unsigned i = 0; i < sizeof(T); ++i)
            value =
                static_cast<T>(value | static_cast<T>(static_cast<T>(static_cast<unsigned char>(at[i])) << (8 * i)));
    }
    return value;
}

template <typename T>
inline void store(char* at, T value) noexcept {
    if constexpr (std::endian::native == std::endian::little) {
        std::memcpy(at, &value, sizeof value);
    } else {
        for (unsigned i = 0; i < sizeof(T); ++i)
            at[i] = static_cast<char>(static_cast<unsigned char>(value >> (8 * i)));
    }
}

[[nodiscard]] inline std::uint16_t loadU16(const char* at) noexcept {
    return load<std::uint16_t>(at);
}
[[nodiscard]] inline std::uint32_t loadU32(const char* at) noexcept {
    return load<std::uint32_t>(at);
}
[[nodiscard]] inline std::uint64_t loadU64(const char* at) noexcept {
    return load<std::uint64_t>(at);
}

} // namespace rustcask::format
