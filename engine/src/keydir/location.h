// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace rustcask::keydir {

/// Where the newest record of a key is. `file` is an index into the set of segments, not a generation.
struct Location {
    std::uint32_t file = 0;   ///< below 2^22
    std::uint64_t offset = 0; ///< below 2^40
    std::uint32_t valueBytes = 0;
    std::uint64_t sequence = 0; ///< below 2^48
    bool tombstone = false;     ///< only while a recovery or refresh is running
    friend bool operator==(const Location&, const Location&) = default;
};

inline constexpr std::uint32_t maxFileIndex = (1U << 22) - 1;

/// Where data files are mapped, by the low bits of their index: of two files that share them the later one. For
/// prefetching alone, so a wrong address does no harm.
struct MappingHints {
    static constexpr unsigned fileBits = 7;
    std::array<std::atomic<const char*>, std::size_t{1} << fileBits> begin{};
};

} // namespace rustcask::keydir
