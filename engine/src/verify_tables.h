// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <rustcask/types.h>

/// What verification must remember of a whole database, in little memory.
namespace rustcask::inspect {

struct KeyHash {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    friend bool operator==(const KeyHash&, const KeyHash&) = default;
};
[[nodiscard]] KeyHash hashOf(std::string_view key) noexcept;
struct KeyHashHasher {
    [[nodiscard]] std::size_t operator()(const KeyHash& hash) const noexcept { return hash.low; }
};

/// The newest record of each key: its sequence number and whether it is a tombstone. 16 bytes a slot; a key is told by
/// 79 bits of its hash, so that among 10^8 keys two are taken for one with a probability under 10^-8.
class NewestRecords {
public:
    void add(std::string_view key, Sequence sequence, bool tombstone);
    /// Keys whose newest record is not a tombstone.
    [[nodiscard]] std::uint64_t liveKeys() const noexcept;

private:
    // 48 bits of sequence (never 0), the tombstone bit, 15 bits of the hash.
    struct Slot {
        std::uint64_t hash = 0;
        std::uint64_t meta = 0;
    };
    void grow();
    [[nodiscard]] Slot& slotOf(std::uint64_t hash, std::uint64_t tag) noexcept;

    std::vector<Slot> m_slots;
    std::size_t m_used = 0;
};

/// Which sequence numbers were met, each with its record's checksum: copies of one record are told from different ones.
class SequenceSet {
public:
    enum class Met : std::uint8_t { first, copy, other };
    Met add(Sequence sequence, std::uint32_t checksum);

private:
    static constexpr std::size_t pageSize = 65'536;
    static constexpr std::size_t maxSparse = 8'192;
    struct Entry {
        std::uint16_t low = 0;
        std::uint32_t checksum = 0;
    };
    struct Page {
        std::vector<Entry> sparse;        // ascending; until there are too many
        std::vector<std::uint32_t> dense; // by `low`; 0: not met
    };
    std::unordered_map<std::uint64_t, Page> m_pages;
};

} // namespace rustcask::inspect
