// SPDX-License-Identifier: Apache-2.0
#include "format/hint.h"

#include <algorithm>
#include <cstring>

#include "format/checksum.h"
#include "format/data_record.h"
#include "format/endian.h"

namespace rustcask::format {

std::uint32_t hintChecksum(std::uint32_t entriesChecksum, std::string_view header) noexcept {
    return crc32c(header.substr(0, hintHeaderBytes), entriesChecksum);
}

void encodeHintHeader(const HintHeader& header, char* out) noexcept {
    std::memcpy(out + hint_at::magic, hintMagic.data(), hintMagic.size());
    store<std::uint16_t>(out + hint_at::version, formatVersion);
    store<std::uint16_t>(out + hint_at::flags, 0);
    store<std::uint64_t>(out + hint_at::generation, header.generation.value);
    store<std::uint64_t>(out + hint_at::dataBytes, header.dataBytes);
    store<std::uint64_t>(out + hint_at::records, header.records);
    store<std::uint64_t>(out + hint_at::tombstones, header.tombstones);
    store<std::uint64_t>(out + hint_at::tombstoneBytes, header.tombstoneBytes);
    store<std::uint64_t>(out + hint_at::lowestSequence, header.lowestSequence.value);
    store<std::uint64_t>(out + hint_at::highestSequence, header.highestSequence.value);
    store<std::uint64_t>(out + hint_at::entries, header.entries);
    store<std::uint64_t>(out + hint_at::entryBytes, header.entryBytes);
}

void appendHintEntry(const HintEntry& entry, std::string& out) {
    const std::size_t begin = out.size();
    out.resize(begin + hintEntryBytes);
    char* at = out.data() + begin;
    store<std::uint64_t>(at + hint_entry_at::sequence, entry.sequence.value);
    store<std::uint64_t>(at + hint_entry_at::offset, entry.offset);
    store<std::uint32_t>(at + hint_entry_at::valueSize, entry.valueSize);
    store<std::uint16_t>(at + hint_entry_at::keySize, static_cast<std::uint16_t>(entry.key.size()));
    store<std::uint16_t>(at + hint_entry_at::flags, entry.tombstone ? tombstoneFlag : std::uint16_t{0});
    out += entry.key;
}

std::optional<HintHeader> decodeHintHeader(std::string_view bytes, std::uint64_t hintFileBytes) noexcept {
    if (bytes.size() < hintHeaderBytes || hintFileBytes < hintHeaderBytes + hintTrailerBytes)
        return std::nullopt;
    const char* at = bytes.data();
    if (bytes.substr(0, hintMagic.size()) != hintMagic || loadU16(at + hint_at::version) != formatVersion ||
        loadU16(at + hint_at::flags) != 0)
        return std::nullopt;
    HintHeader header;
    header.generation = Generation{loadU64(at + hint_at::generation)};
    header.dataBytes = loadU64(at + hint_at::dataBytes);
    header.records = loadU64(at + hint_at::records);
    header.tombstones = loadU64(at + hint_at::tombstones);
    header.tombstoneBytes = loadU64(at + hint_at::tombstoneBytes);
    header.lowestSequence = Sequence{loadU64(at + hint_at::lowestSequence)};
    header.highestSequence = Sequence{loadU64(at + hint_at::highestSequence)};
    header.entries = loadU64(at + hint_at::entries);
    header.entryBytes = loadU64(at + hint_at::entryBytes);
    // Counts are used to size memory, so they must be possible in a file of this length before the checksum is known.
    if (header.entryBytes != hintFileBytes - hintHeaderBytes - hintTrailerBytes)
        return std::nullopt;
    if (header.entries > header.entryBytes / (hintEntryBytes + 1))
        return std::nullopt;
    return header;
}

std::optional<HintEntry> takeHintEntry(std::string_view& bytes) noexcept {
    if (bytes.size() < hintEntryBytes)
        return std::nullopt;
    const char* at = bytes.data();
    const std::size_t keySize = loadU16(at + hint_entry_at::keySize);
    const std::uint16_t flags = loadU16(at + hint_entry_at::flags);
    if (keySize == 0 || bytes.size() < hintEntryBytes + keySize || (flags & ~tombstoneFlag) != 0)
        return std::nullopt;
    HintEntry entry;
    entry.sequence = Sequence{loadU64(at + hint_entry_at::sequence)};
    entry.offset = loadU64(at + hint_entry_at::offset);
    entry.valueSize = loadU32(at + hint_entry_at::valueSize);
    entry.tombstone = (flags & tombstoneFlag) != 0;
    entry.key = bytes.substr(hintEntryBytes, keySize);
    bytes.remove_prefix(hintEntryBytes + keySize);
    return entry;
}

bool fits(const HintEntry& entry, std::uint64_t dataBytes) noexcept {
    return entry.sequence.value > 0 && entry.sequence.value <= maxSequence && entry.offset >= fileHeaderBytes &&
           entry.offset <= dataBytes && recordBytes(entry.key.size(), entry.valueSize) <= dataBytes - entry.offset &&
           (!entry.tombstone || entry.valueSize == 0);
}

// From the end of the last entry's record to `offset` stand the records that were left out.
void HintShape::passTo(std::uint64_t offset) noexcept {
    constexpr std::uint64_t leastRecordBytes = recordHeaderBytes + 1;
    if (offset < m_end) {
        m_holds = false;
    } else if (const std::uint64_t gap = offset - m_end; gap > 0) {
        m_holds = m_holds && gap >= leastRecordBytes;
        ++m_leastLeftOut;
        m_mostLeftOut += gap / leastRecordBytes;
    }
}

void HintShape::add(const HintEntry& entry) noexcept {
    passTo(entry.offset);
    const std::uint64_t bytes = recordBytes(entry.key.size(), entry.valueSize);
    const std::uint64_t sequence = entry.sequence.value;
    m_end = entry.offset + bytes;
    ++m_entries;
    m_tombstones += entry.tombstone ? 1 : 0;
    m_tombstoneBytes += entry.tombstone ? bytes : 0;
    m_holds = m_holds && !(m_ascending && sequence <= m_highest);
    m_lowest = m_entries == 1 ? sequence : std::min(m_lowest, sequence);
    if (sequence > m_highest) {
        m_highest = sequence;
        m_newestOffset = entry.offset;
        m_newestTombstoneBytes = entry.tombstone ? bytes : 0;
    }
}

bool HintShape::holds() noexcept {
    passTo(m_header.dataBytes);
    if (!m_holds || m_entries != m_header.entries || m_header.records < m_entries ||
        m_header.highestSequence.value != m_highest || m_header.lowestSequence.value > m_lowest ||
        m_header.tombstones < m_tombstones || m_header.tombstoneBytes < m_tombstoneBytes)
        return false;
    const std::uint64_t leftOut = m_header.records - m_entries;
    const std::uint64_t leftOutTombstones = m_header.tombstones - m_tombstones;
    if (leftOut < m_leastLeftOut || leftOut > m_mostLeftOut || leftOutTombstones > leftOut)
        return false;
    if (leftOutTombstones == 0 && m_header.tombstoneBytes != m_tombstoneBytes)
        return false;
    return leftOut > 0 || m_header.lowestSequence.value == m_lowest;
}

} // namespace rustcask::format
