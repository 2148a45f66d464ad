// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <rustcask/types.h>

#include "format/data_record.h"

/// Bytes of hint files (doc/format.md, "Hint file"): a header bound to one state of one data file; entries, in file
/// order, for at least the newest record of each key in that file, tombstones included (a record superseded within the
/// same file may be left out); and a checksum.
namespace rustcask::format {

inline constexpr std::string_view hintMagic{"\x89RCH\r\n\x1a\n", 8};
inline constexpr std::uint64_t hintHeaderBytes = 84;
inline constexpr std::uint64_t hintEntryBytes = 24; // without the key
inline constexpr std::uint64_t hintTrailerBytes = 4;

namespace hint_at {
inline constexpr std::uint64_t magic = 0, version = 8, flags = 10, generation = 12, dataBytes = 20, records = 28,
                               tombstones = 36, tombstoneBytes = 44, lowestSequence = 52, highestSequence = 60,
                               entries = 68, entryBytes = 76;
}
namespace hint_entry_at {
inline constexpr std::uint64_t sequence = 0, offset = 8, valueSize = 16, keySize = 20, flags = 22, key = 24;
}

struct HintHeader {
    Generation generation{};
    std::uint64_t dataBytes = 0; ///< exact length of the data file
    std::uint64_t records = 0;   ///< in the data file, all of them
    std::uint64_t tombstones = 0;
    std::uint64_t tombstoneBytes = 0;
    Sequence lowestSequence{}; ///< 0 when there are no records
    Sequence highestSequence{};
    std::uint64_t entries = 0;    ///< in this hint file
    std::uint64_t entryBytes = 0; ///< length of all entries together
    bool operator==(const HintHeader&) const = default;
};

struct HintEntry {
    Sequence sequence{};
    std::uint64_t offset = 0;
    std::uint32_t valueSize = 0;
    bool tombstone = false;
    std::string_view key{};
};

/// The trailer: CRC-32C of the entries, continued over the header. That order lets a writer stream the entries and
/// write the header last.
[[nodiscard]] std::uint32_t hintChecksum(std::uint32_t entriesChecksum, std::string_view header) noexcept;

void encodeHintHeader(const HintHeader& header, char* out) noexcept; ///< writes 84 bytes
void appendHintEntry(const HintEntry& entry, std::string& out);

/// Checks magic, version, flags and that the lengths add up to `hintFileBytes`; not the checksum.
[[nodiscard]] std::optional<HintHeader> decodeHintHeader(std::string_view bytes, std::uint64_t hintFileBytes) noexcept;

/// Takes one entry off the front of `bytes`; nullopt when it does not fit or has a flag that no writer sets.
[[nodiscard]] std::optional<HintEntry> takeHintEntry(std::string_view& bytes) noexcept;

/// Whether `entry` could describe a record of a data file of `dataBytes`.
[[nodiscard]] bool fits(const HintEntry& entry, std::uint64_t dataBytes) noexcept;

/// Whether the entries of a hint, one after the other, can be those of the data file that its header tells of: they
/// follow each other without overlapping, what lies between them has room for exactly the records that were left out,
/// and counts, bytes and sequence numbers add up. A hint under the right checksum may still have been made of wrong
/// numbers; what contradicts itself is not believed. Costs a few comparisons an entry.
class HintShape {
public:
    /// `ascending`: no merge wrote the data file, so its sequence numbers ascend.
    HintShape(const HintHeader& header, bool ascending) noexcept : m_header(header), m_ascending(ascending) {}
    void add(const HintEntry& entry) noexcept;
    /// After the last entry.
    [[nodiscard]] bool holds() noexcept;
    /// Offset of the record with the highest sequence number; 0: there is no entry.
    [[nodiscard]] std::uint64_t newestOffset() const noexcept { return m_newestOffset; }
    /// Length of that record if it is a tombstone, otherwise 0.
    [[nodiscard]] std::uint64_t newestTombstoneBytes() const noexcept { return m_newestTombstoneBytes; }

private:
    void passTo(std::uint64_t offset) noexcept;

    HintHeader m_header;
    bool m_ascending;
    bool m_holds = true;
    std::uint64_t m_end = fileHeaderBytes; // of what was added last
    std::uint64_t m_entries = 0, m_tombstones = 0, m_tombstoneBytes = 0;
    std::uint64_t m_leastLeftOut = 0, m_mostLeftOut = 0;
    std::uint64_t m_lowest = 0, m_highest = 0;
    std::uint64_t m_newestOffset = 0, m_newestTombstoneBytes = 0;
};

} // namespace rustcask::format
