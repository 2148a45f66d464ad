// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// Identifiers and limits shared by every header of the engine. Plain values: freely copied, thread-safe as such.
namespace rustcask {

/// Number of a data file, as in `<generation>.rustcask.data`. Starts at 1, grows strictly, is never reused.
struct Generation {
    std::uint64_t value = 0;
    friend auto operator<=>(const Generation&, const Generation&) = default;
};

/// Position of a record in the one history of a database. Starts at 1 and grows strictly with every append; of two
/// records of one key, the one with the higher sequence number is the newer, whatever files they lie in.
struct Sequence {
    std::uint64_t value = 0;
    friend auto operator<=>(const Sequence&, const Sequence&) = default;
};

/// Wall-clock time with millisecond resolution. Recorded for people to read; the engine never orders by it.
using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

/// Where a whole record (header, key, value) lies.
struct RecordLocation {
    Generation generation{};
    std::uint64_t offset = 0;      ///< bytes from the start of the data file to the record's first byte
    std::uint64_t recordBytes = 0; ///< length of the whole record in bytes
    friend bool operator==(const RecordLocation&, const RecordLocation&) = default;
};

inline constexpr std::size_t maxKeyBytes = 65'535;
inline constexpr std::uint64_t maxValueBytes = 4'294'967'295; // 4 GiB - 1: the size field has 32 bits

} // namespace rustcask
