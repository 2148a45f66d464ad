// SPDX-License-Identifier: Apache-2.0
#include "format/checksum.h"

#include <array>
#include <bit>
#include <cstring>

#include "format/endian.h"

#if defined(__x86_64__)
#include <nmmintrin.h>
#elif defined(__aarch64__)
#include <arm_acle.h>
#include <sys/auxv.h>
#endif

namespace rustcask::format {
namespace {

constexpr std::uint32_t polynomial = 0x82F63B78; // reflected Castagnoli

constexpr std::uint32_t step(std::uint32_t crc) noexcept {
    return (crc >> 1) ^ (polynomial & (0U - (crc & 1U)));
}

// Slicing by eight: table[k][b] is the effect of byte b followed by k zero bytes.
constexpr auto makeTables() {
    std::array<std::array<std::uint32_t, 256>, 8> tables{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        std::uint32_t crc = byte;
        for (int bit = 0; bit < 8; ++bit)
            crc = step(crc);
        tables[0][byte] = crc;
    }
    for (std::size_t k = 1; k < 8; ++k)
        for (std::size_t byte = 0; byte < 256; ++byte)
            tables[k][byte] = (tables[k - 1][byte] >> 8) ^ tables[0][tables[k - 1][byte] & 0xFF];
    return tables;
}
constexpr auto tables = makeTables();

// The byte whose entry in table[0] has this highest byte; there is exactly one.
constexpr auto makeInverse() {
    std::array<std::uint8_t, 256> inverse{};
    for (std::size_t byte = 0; byte < 256; ++byte)
        inverse[tables[0][byte] >> 24] = static_cast<std::uint8_t>(byte);
    return inverse;
}
constexpr auto inverse = makeInverse();

#if defined(__x86_64__)
// Continues a checksum over a number of zero bytes: table[k][b] is what byte k of the state, being b, becomes.
template <std::size_t zeros>
constexpr auto makeShift() {
    std::array<std::uint32_t, 32> bits{};
    for (std::size_t bit = 0; bit < bits.size(); ++bit) {
        std::uint32_t crc = 1U << bit;
        for (std::size_t i = 0; i < zeros; ++i)
            crc = (crc >> 8) ^ tables[0][crc & 0xFF];
        bits[bit] = crc;
    }
    std::array<std::array<std::uint32_t, 256>, 4> shift{};
    for (std::size_t k = 0; k < 4; ++k)
        for (std::size_t byte = 0; byte < 256; ++byte)
            for (std::size_t bit = 0; bit < 8; ++bit)
                if ((byte >> bit & 1) != 0)
                    shift[k][byte] ^= bits[8 * k + bit];
    return shift;
}
constexpr std::size_t laneBytes = 256;
constexpr auto shiftOneLane = makeShift<laneBytes>();
constexpr auto shiftTwoLanes = makeShift<2 * laneBytes>();

[[nodiscard]] std::uint32_t shifted(const std::array<std::array<std::uint32_t, 256>, 4>& shift,
                                    std::uint64_t crc) noexcept {
    return shift[0][crc & 0xFF] ^ shift[1][crc >> 8 & 0xFF] ^ shift[2][crc >> 16 & 0xFF] ^ shift[3][crc >> 24 & 0xFF];
}

[[nodiscard]] std::uint64_t wordAt(const char* at) noexcept {
    return load<std::uint64_t>(at);
}

__attribute__((target("sse4.2"))) std::uint32_t crc32cHardware(std::string_view bytes,
                                                               std::uint32_t previous) noexcept {
    const char* at = bytes.data();
    std::size_t left = bytes.size();
    std::uint64_t crc = static_cast<std::uint32_t>(~previous);
    // The instruction takes three cycles, but one can begin in each: three stretches side by side, joined at the end.
    for (; left >= 3 * laneBytes; left -= 3 * laneBytes, at += 3 * laneBytes) {
        std::uint64_t second = 0;
        std::uint64_t third = 0;
        for (std::size_t i = 0; i < laneBytes; i += 8) {
            crc = _mm_crc32_u64(crc, wordAt(at + i));
            second = _mm_crc32_u64(second, wordAt(at + laneBytes + i));
            third = _mm_crc32_u64(third, wordAt(at + 2 * laneBytes + i));
        }
        crc = shifted(shiftTwoLanes, crc) ^ shifted(shiftOneLane, second) ^ third;
    }
    for (; left >= 8; left -= 8, at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, 8); // x86 is little-endian
        crc = _mm_crc32_u64(crc, word);
    }
    auto crc32 = static_cast<std::uint32_t>(crc);
    for (; left > 0; --left, ++at)
        crc32 = _mm_crc32_u8(crc32, static_cast<unsigned char>(*at));
    return ~crc32;
}
bool hasHardware() noexcept {
    return __builtin_cpu_supports("sse4.2") != 0;
}
#elif defined(__aarch64__)
__attribute__((target("+crc"))) std::uint32_t crc32cHardware(std::string_view bytes, std::uint32_t previous) noexcept {
    const char* at = bytes.data();
    std::size_t left = bytes.size();
    std::uint32_t crc = ~previous;
    for (; left >= 8; left -= 8, at += 8)
        crc = __crc32cd(crc, loadU64(at));
    for (; left > 0; --left, ++at)
        crc = __crc32cb(crc, static_cast<unsigned char>(*at));
    return ~crc;
}
bool hasHardware() noexcept {
    return (getauxval(AT_HWCAP) & (1UL << 7)) != 0;
}
#else
std::uint32_t crc32cHardware(std::string_view bytes, std::uint32_t previous) noexcept {
    return crc32cPortable(bytes, previous);
}
bool hasHardware() noexcept {
    return false;
}
#endif

} // namespace

std::uint32_t crc32cPortable(std::string_view bytes, std::uint32_t previous) noexcept {
    const char* at = bytes.data();
    std::size_t left = bytes.size();
    std::uint32_t crc = ~previous;
    for (; left >= 8; left -= 8, at += 8) {
        const std::uint32_t low = loadU32(at) ^ crc;
        const std::uint32_t high = loadU32(at + 4);
        crc = tables[7][low & 0xFF] ^ tables[6][(low >> 8) & 0xFF] ^ tables[5][(low >> 16) & 0xFF] ^
              tables[4][low >> 24] ^ tables[3][high & 0xFF] ^ tables[2][(high >> 8) & 0xFF] ^
              tables[1][(high >> 16) & 0xFF] ^ tables[0][high >> 24];
    }
    for (; left > 0; --left, ++at)
        crc = (crc >> 8) ^ tables[0][(crc ^ static_cast<unsigned char>(*at)) & 0xFF];
    return ~crc;
}

std::uint32_t crc32c(std::string_view bytes, std::uint32_t previous) noexcept {
    static const bool hardware = hasHardware();
    return hardware ? crc32cHardware(bytes, previous) : crc32cPortable(bytes, previous);
}

std::optional<SingleBitError> findSingleBitError(std::uint32_t stored, std::uint32_t computed,
                                                 std::uint64_t length) noexcept {
    const std::uint32_t difference = stored ^ computed;
    if (difference == 0)
        return std::nullopt;
    if (std::has_single_bit(difference))
        return SingleBitError{.inChecksum = true, .bit = 0};
    // CRCs are linear: a flipped bit changes the sum by an amount that depends only on its distance from the end. That
    // of bit b of the last byte is table[0][1 << b]; each byte further away is eight steps more. So the difference is
    // taken back eight steps at a time until it is one of these eight amounts.
    std::uint32_t effect = difference;
    for (std::uint64_t byteFromEnd = 0; byteFromEnd < length; ++byteFromEnd) {
        const unsigned low = inverse[effect >> 24];
        if (tables[0][low] == effect && std::has_single_bit(low))
            return SingleBitError{.inChecksum = false,
                                  .bit = 8 * (length - 1 - byteFromEnd) +
                                         static_cast<std::uint64_t>(std::countr_zero(low))};
        effect = (effect ^ tables[0][low]) << 8 | low;
    }
    return std::nullopt;
}

} // namespace rustcask::format
