// SPDX-License-Identifier: Apache-2.0
#include "format/checksum.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "format/endian.h"

#if defined(__x86_64__)
#include <nmmintrin.h>
#include <wmmintrin.h>
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
constexpr std::size_t wordBytes = 8;
constexpr std::size_t longestLane = 2048; // the longest stretch that is summed up beside two others
constexpr std::size_t leastLane = 24;     // of shorter ones the joining costs more than it saves

// What takes a checksum over n zero bytes: table[n / 8] is x to the power of 8n - 33. The instruction multiplies what
// it is given by x^32, and a product of two reflected numbers is one bit short.
constexpr auto makePowers() {
    std::array<std::uint32_t, 2 * longestLane / wordBytes + 1> powers{};
    std::uint32_t power = 1U << 31; // x^0
    for (int bit = 0; bit < 31; ++bit)
        power = step(power);
    for (std::size_t n = 1; n < powers.size(); ++n) {
        powers[n] = power;
        for (int bit = 0; bit < 64; ++bit)
            power = step(power);
    }
    return powers;
}
constexpr auto powers = makePowers();

[[nodiscard]] std::uint64_t wordAt(const char* at) noexcept {
    return load<std::uint64_t>(at); // x86 is little-endian
}

__attribute__((target("pclmul"))) inline std::uint64_t product(std::uint64_t crc, std::uint32_t power) noexcept {
    const __m128i both = _mm_clmulepi64_si128(_mm_cvtsi64_si128(static_cast<std::int64_t>(crc)),
                                              _mm_cvtsi64_si128(std::int64_t{power}), 0);
    return static_cast<std::uint64_t>(_mm_cvtsi128_si64(both));
}

__attribute__((target("sse4.2,pclmul"))) std::uint32_t crc32cHardware(std::string_view bytes,
                                                                      std::uint32_t previous) noexcept {
    const char* at = bytes.data();
    std::size_t left = bytes.size();
    std::uint64_t crc = static_cast<std::uint32_t>(~previous);
    // The instruction takes three cycles, but one can begin in each: three stretches side by side, joined at the end
    // (Gopal et al., Fast CRC Computation for iSCSI Polynomial Using CRC32 Instruction, 2011).
    while (left >= 3 * leastLane) {
        const std::size_t lane = std::min(left / (3 * wordBytes) * wordBytes, longestLane);
        std::uint64_t second = 0;
        std::uint64_t third = 0;
        for (const char* const end = at + lane; at < end; at += wordBytes) {
            crc = _mm_crc32_u64(crc, wordAt(at));
            second = _mm_crc32_u64(second, wordAt(at + lane));
            third = _mm_crc32_u64(third, wordAt(at + 2 * lane));
        }
        const std::size_t words = lane / wordBytes;
        crc = third ^ _mm_crc32_u64(0, product(crc, powers[2 * words]) ^ product(second, powers[words]));
        at += 2 * lane;
        left -= 3 * lane;
    }
    for (; left >= wordBytes; left -= wordBytes, at += wordBytes)
        crc = _mm_crc32_u64(crc, wordAt(at));
    auto crc32 = static_cast<std::uint32_t>(crc);
    if ((left & 4U) != 0) {
        crc32 = _mm_crc32_u32(crc32, load<std::uint32_t>(at));
        at += 4;
    }
    if ((left & 2U) != 0) {
        crc32 = _mm_crc32_u16(crc32, load<std::uint16_t>(at));
        at += 2;
    }
    if ((left & 1U) != 0)
        crc32 = _mm_crc32_u8(crc32, static_cast<unsigned char>(*at));
    return ~crc32;
}
bool hasHardware() noexcept {
    return __builtin_cpu_supports("sse4.2") != 0 && __builtin_cpu_supports("pclmul") != 0;
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
