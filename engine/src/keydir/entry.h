// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "keydir/location.h"

/// How a slot of the table and an entry of the arena hold a key's location between them.
namespace rustcask::keydir {

/// A slot of the table.
using Slot = std::uint64_t;
/// The words of an entry before its key.
using PackedEntry = std::array<std::uint32_t, 4>;

// A slot, from the lowest bit: position of the entry in the arena (24), hash (8), offset of the record by cache line
// (25), file (7). All zeros: empty. All ones: removed. No entry has such a position.
// An entry, in 32-bit words:
//   0: key size (16 low bits), sequence bits 32-47 (16 high bits)
//   1: sequence bits 0-31      2: value size
//   3: offset bits 0-5 (6 low bits), offset bits 31-39 (9), file bits 7-21 (15), tombstone (1)
//   4...: the key's bytes, padded to a word
inline constexpr std::size_t entryWords = 4;
inline constexpr std::uint32_t tombstoneBit = 1U << 30;
inline constexpr unsigned lineBits = 6;        // of an offset: a cache line
inline constexpr unsigned slotOffsetBits = 25; // a slot has the offset's bits 6-30: all that files of up to 2 GiB need
inline constexpr unsigned fileShift = 57;

inline constexpr Slot emptySlot = 0;
inline constexpr Slot removedSlot = ~Slot{0};
inline constexpr std::uint32_t positionMask = 0x00FFFFFF;

[[nodiscard]] inline std::size_t wordsOf(std::size_t keyBytes) noexcept {
    return entryWords + (keyBytes + 3) / 4;
}

[[nodiscard]] inline PackedEntry pack(std::size_t keyBytes, const Location& location) noexcept {
    const std::uint64_t low = location.offset & ((1U << lineBits) - 1);
    const std::uint64_t high = location.offset >> (lineBits + slotOffsetBits);
    return {static_cast<std::uint32_t>(keyBytes) | static_cast<std::uint32_t>(location.sequence >> 32) << 16,
            static_cast<std::uint32_t>(location.sequence), location.valueBytes,
            static_cast<std::uint32_t>(low | high << lineBits) | location.file >> MappingHints::fileBits << 15 |
                (location.tombstone ? tombstoneBit : 0)};
}

[[nodiscard]] inline std::uint32_t tagOf(std::uint64_t hash) noexcept {
    return static_cast<std::uint32_t>(hash >> 46) & 0xFF;
}

[[nodiscard]] inline Slot makeSlot(std::uint32_t tag, std::uint32_t position, const Location& location) noexcept {
    const std::uint64_t line = location.offset >> lineBits & ((1U << slotOffsetBits) - 1);
    return std::uint64_t{location.file} << fileShift | line << 32 | tag << 24 | position;
}
[[nodiscard]] inline std::uint32_t positionOf(Slot slot) noexcept {
    return static_cast<std::uint32_t>(slot) & positionMask;
}
[[nodiscard]] inline bool hasTag(Slot slot, std::uint32_t tag) noexcept {
    return (static_cast<std::uint32_t>(slot) >> 24) == tag && slot != removedSlot && slot != emptySlot;
}

[[nodiscard]] inline Location unpack(Slot slot, const PackedEntry& words) noexcept {
    const std::uint64_t line = slot >> 32 & ((1U << slotOffsetBits) - 1);
    const std::uint64_t low = words[3] & ((1U << lineBits) - 1);
    const std::uint64_t high = words[3] >> lineBits & 0x1FF;
    return {.file = static_cast<std::uint32_t>(slot >> fileShift) | (words[3] >> 15 & 0x7FFF) << MappingHints::fileBits,
            .offset = high << (lineBits + slotOffsetBits) | line << lineBits | low,
            .valueBytes = words[2],
            .sequence = std::uint64_t{words[0] >> 16} << 32 | words[1],
            .tombstone = (words[3] & tombstoneBit) != 0};
}

// Words of an entry change under readers, so they are read and written as atomics; the key's bytes never change.
[[nodiscard]] inline std::uint32_t loadWord(std::uint32_t* word) noexcept {
    return std::atomic_ref<std::uint32_t>(*word).load(std::memory_order_acquire);
}
inline void storeWord(std::uint32_t* word, std::uint32_t value) noexcept {
    std::atomic_ref<std::uint32_t>(*word).store(value, std::memory_order_release);
}
[[nodiscard]] inline PackedEntry loadEntry(std::uint32_t* entry) noexcept {
    return {loadWord(entry), loadWord(entry + 1), loadWord(entry + 2), loadWord(entry + 3)};
}
[[nodiscard]] inline std::size_t keySizeOf(std::uint32_t word0) noexcept {
    return word0 & 0xFFFF;
}

[[nodiscard]] inline std::string_view keyAt(const std::uint32_t* entry, std::size_t size) noexcept {
    return {reinterpret_cast<const char*>(entry + entryWords), size};
}

} // namespace rustcask::keydir
