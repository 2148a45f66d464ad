// SPDX-License-Identifier: Apache-2.0
#include "verify_hint.h"

#include <algorithm>
#include <utility>

#include "format/checksum.h"
#include "format/endian.h"
#include "inspect_damage.h"
#include "inspect_text.h"

namespace rustcask::inspect {
namespace {

namespace h = format::hint_at;

constexpr std::uint64_t bufferBytes = 256 * 1024;
constexpr std::uint64_t maxSearchedBytes = std::uint64_t{16} << 20; // for one flipped bit

} // namespace

HintCheck::HintCheck(const io::File& file, std::uint64_t bytes, Generation generation, std::uint64_t dataBytes,
                     bool mayBeStale, Report report)
    : m_file(file),
      m_bytes(bytes),
      m_generation(generation),
      m_dataBytes(dataBytes),
      m_mayBeStale(mayBeStale),
      m_report(std::move(report)) {}

Result<void> HintCheck::begin() {
    auto head = buffered(0, format::hintHeaderBytes);
    if (!head)
        return failure(std::move(head.error()));
    const auto header = format::decodeHintHeader(*head, m_bytes);
    if (!header) {
        reportHeader(*head);
        return {};
    }
    const std::string bytes(*head);
    m_header = *header;
    const std::uint64_t entriesEnd = m_bytes - format::hintTrailerBytes;
    auto entries = checksumOf(m_file, format::hintHeaderBytes, entriesEnd - format::hintHeaderBytes);
    if (!entries)
        return failure(std::move(entries.error()));
    char trailer[format::hintTrailerBytes];
    auto read = m_file.readAt(entriesEnd, trailer, sizeof trailer);
    if (!read)
        return failure(std::move(read.error()));
    const std::uint32_t stored = *read == sizeof trailer ? format::loadU32(trailer) : 0;
    const std::uint32_t computed = format::hintChecksum(*entries, bytes);
    if (stored != computed)
        return reportChecksum(stored, computed);
    if (m_header.generation != m_generation) {
        m_report(Severity::warning, h::generation, h::dataBytes - h::generation, Field::generation,
                 "the hint is that of generation " + std::to_string(m_header.generation.value));
        return {};
    }
    if (m_header.dataBytes != m_dataBytes) { // otherwise every entry is compared with the data file
        auto holds = holdsTogether();
        if (!holds)
            return failure(std::move(holds.error()));
        if (!*holds) {
            m_report(Severity::warning, h::dataBytes, h::records - h::dataBytes, Field::hintDataBytes,
                     "the hint is for a data file of " + bytesText(m_header.dataBytes) + ", the data file has " +
                         std::to_string(m_dataBytes) + ", and its entries fit no file of that length");
            return {};
        }
    }
    m_durableBytes = m_header.dataBytes;
    if (m_header.dataBytes > m_dataBytes)
        return {};
    if (m_header.dataBytes != m_dataBytes) {
        const bool stale = m_mayBeStale && m_header.dataBytes < m_dataBytes;
        m_report(stale ? Severity::note : Severity::warning, h::dataBytes, h::records - h::dataBytes,
                 Field::hintDataBytes,
                 "the hint is for a data file of " + bytesText(m_header.dataBytes) + ", the data file has " +
                     std::to_string(m_dataBytes) + (stale ? ": it has been appended to since" : ""));
        return {};
    }
    m_active = true;
    m_taken = 0;
    m_offset = format::hintHeaderBytes;
    return take();
}

// Whether the entries could be those of the data file that the header tells of.
Result<bool> HintCheck::holdsTogether() {
    format::HintShape shape(m_header, false);
    m_offset = format::hintHeaderBytes;
    bool plausible = true;
    for (;;) {
        if (auto taken = take(); !taken)
            return failure(std::move(taken.error()));
        if (!m_entry)
            break;
        plausible = plausible && format::fits(*m_entry, m_header.dataBytes);
        shape.add(*m_entry);
    }
    plausible = plausible && m_contradictions == 0;
    m_first.reset();
    m_contradictions = 0;
    return plausible && shape.holds();
}

// Which field it is that makes the header impossible.
void HintCheck::reportHeader(std::string_view head) {
    const auto say = [&](std::uint64_t offset, std::uint64_t bytes, Field field, std::string text) {
        m_report(Severity::warning, offset, bytes, field, std::move(text));
    };
    if (m_bytes < format::hintHeaderBytes + format::hintTrailerBytes || head.size() < format::hintHeaderBytes) {
        m_report(Severity::warning, 0, std::min(m_bytes, format::hintHeaderBytes), std::nullopt,
                 "the file is shorter than an empty hint file: " + bytesText(m_bytes));
        return;
    }
    const std::uint64_t entryBytes = format::loadU64(head.data() + h::entryBytes);
    const std::uint64_t room = m_bytes - format::hintHeaderBytes - format::hintTrailerBytes;
    if (head.substr(0, format::hintMagic.size()) != format::hintMagic)
        say(h::magic, h::version - h::magic, Field::magic, "this is no hint file: its magic number is another");
    else if (const auto version = format::loadU16(head.data() + h::version); version != format::formatVersion)
        say(h::version, h::flags - h::version, Field::version,
            "format version " + std::to_string(version) + ", of which this program knows only version " +
                std::to_string(format::formatVersion));
    else if (const auto flags = format::loadU16(head.data() + h::flags); flags != 0)
        say(h::flags, h::generation - h::flags, Field::fileFlags,
            "flags " + std::to_string(flags) + ", of which none is known");
    else if (entryBytes != room)
        say(h::entryBytes, format::hintHeaderBytes - h::entryBytes, Field::hintEntryBytes,
            "the hint says that its entries take " + std::to_string(entryBytes) + " bytes, the file has " +
                std::to_string(room));
    else
        say(h::entries, h::entryBytes - h::entries, Field::hintEntries,
            "the hint says that it has " + countText(format::loadU64(head.data() + h::entries), "entry", "entries") +
                ", which cannot be in " + bytesText(room));
}

// One flipped bit is found, so that the field can be named: anything more leaves only the checksum to point at.
Result<void> HintCheck::reportChecksum(std::uint32_t stored, std::uint32_t computed) {
    struct Place {
        std::uint64_t end;
        Field field;
    };
    static constexpr Place headerPlaces[] = {
        {h::version, Field::magic},
        {h::flags, Field::version},
        {h::generation, Field::fileFlags},
        {h::dataBytes, Field::generation},
        {h::records, Field::hintDataBytes},
        {h::tombstones, Field::hintRecords},
        {h::tombstoneBytes, Field::hintTombstones},
        {h::lowestSequence, Field::hintTombstoneBytes},
        {h::highestSequence, Field::hintLowestSequence},
        {h::entries, Field::hintHighestSequence},
        {h::entryBytes, Field::hintEntries},
        {format::hintHeaderBytes, Field::hintEntryBytes},
    };
    namespace e = format::hint_entry_at;
    static constexpr Place entryPlaces[] = {
        {e::offset, Field::sequence},   {e::valueSize, Field::hintOffset},
        {e::keySize, Field::valueSize}, {e::flags, Field::keySize},
        {e::key, Field::flags},
    };
    const std::uint64_t entryBytes = m_bytes - format::hintHeaderBytes - format::hintTrailerBytes;
    const auto flip = m_bytes <= maxSearchedBytes
                          ? format::findSingleBitError(stored, computed, entryBytes + format::hintHeaderBytes)
                          : std::nullopt;
    if (!flip || flip->inChecksum) {
        m_report(Severity::warning, m_bytes - format::hintTrailerBytes, format::hintTrailerBytes, Field::hintChecksum,
                 "the hint's checksum does not match: " + checksumText(stored) + " is stored, " +
                     checksumText(computed) + " is computed");
        return {};
    }
    const auto say = [&](std::uint64_t base, std::uint64_t at, const auto& places, std::uint64_t end, Field last) {
        std::uint64_t begin = 0;
        for (const Place& place : places) {
            if (at < place.end) {
                end = place.end;
                last = place.field;
                break;
            }
            begin = place.end;
        }
        m_report(Severity::warning, base + begin, end - begin, last,
                 "one bit of the hint's " + std::string(fieldName(last)) + " is flipped");
    };
    const std::uint64_t byte = flip->bit / 8; // the checksum is of the entries, then the header
    if (byte >= entryBytes) {
        say(0, byte - entryBytes, headerPlaces, format::hintHeaderBytes, Field::hintEntryBytes);
        return {};
    }
    const std::uint64_t wanted = format::hintHeaderBytes + byte;
    m_offset = m_entryOffset = format::hintHeaderBytes;
    do { // every entry before that one is as it was written
        if (auto taken = take(); !taken)
            return taken;
    } while (m_entry && m_offset <= wanted);
    const std::uint64_t end = m_entry ? m_offset : m_bytes - format::hintTrailerBytes;
    say(m_entryOffset, wanted - m_entryOffset, entryPlaces, end - m_entryOffset, Field::key);
    m_entry.reset();
    m_first.reset();
    m_contradictions = 0;
    return {};
}

Result<void> HintCheck::take() {
    m_entry.reset();
    const std::uint64_t left = m_bytes - format::hintTrailerBytes - m_offset;
    m_entryOffset = m_offset;
    if (left == 0)
        return {};
    auto view = buffered(m_offset, std::min<std::uint64_t>(left, format::hintEntryBytes + maxKeyBytes));
    if (!view)
        return failure(std::move(view.error()));
    std::string_view rest = *view;
    auto entry = format::takeHintEntry(rest);
    if (!entry) {
        contradict(Field::keySize, bytesText(left) + " of the hint belong to no entry");
        m_active = false;
        return {};
    }
    m_offset += view->size() - rest.size();
    m_key.assign(entry->key);
    entry->key = m_key;
    m_entry = *entry;
    ++m_taken;
    return {};
}

void HintCheck::contradict(Field field, std::string text) {
    if (m_contradictions++ == 0)
        m_first = Contradiction{
            .offset = m_entryOffset, .bytes = m_offset - m_entryOffset, .field = field, .text = std::move(text)};
}

Result<void> HintCheck::record(std::uint64_t offset, const format::RecordHeader& header, std::string_view key) {
    if (!m_active)
        return {};
    ++m_seen.records;
    if (header.tombstone()) {
        ++m_seen.tombstones;
        m_seen.tombstoneBytes += header.recordBytes();
    }
    if (m_seen.records == 1 || header.sequence < m_seen.lowestSequence)
        m_seen.lowestSequence = header.sequence;
    m_seen.highestSequence = std::max(m_seen.highestSequence, header.sequence);

    while (m_active && m_entry && m_entry->offset < offset) {
        if (!isInDamage(m_entry->offset))
            contradict(Field::hintOffset, "no record begins at offset " + std::to_string(m_entry->offset) +
                                              ", where an entry says one does");
        auto taken = take();
        if (!taken)
            return taken;
    }
    if (!m_active)
        return {};
    if (!m_entry || m_entry->offset > offset) {
        m_leftOut[hashOf(key)] = offset;
        return {};
    }
    const std::string at = " of the record at offset " + std::to_string(offset) + " is not what the entry says";
    if (m_entry->key != key)
        contradict(Field::key, "the key" + at);
    else if (m_entry->sequence != header.sequence)
        contradict(Field::sequence, "the sequence number" + at);
    else if (m_entry->valueSize != header.valueSize)
        contradict(Field::valueSize, "the value size" + at);
    else if (m_entry->tombstone != header.tombstone())
        contradict(Field::flags, "the tombstone flag" + at);
    if (!m_leftOut.empty())
        m_leftOut.erase(hashOf(key));
    return take();
}

void HintCheck::damaged(std::uint64_t offset, std::uint64_t bytes) {
    m_anyDamage = true;
    if (offset != m_damageEnd)
        m_damageBegin = offset;
    m_damageEnd = offset + bytes;
}

Result<void> HintCheck::end() {
    while (m_active && m_entry) {
        if (!isInDamage(m_entry->offset))
            contradict(Field::hintOffset, "no record begins at offset " + std::to_string(m_entry->offset) +
                                              ", where an entry says one does");
        auto taken = take();
        if (!taken)
            return taken;
    }
    if (m_first) {
        std::string text = m_first->text;
        if (m_contradictions > 1)
            text += "; " + std::to_string(m_contradictions) + " entries contradict the data file";
        m_report(Severity::warning, m_first->offset, m_first->bytes, m_first->field, std::move(text));
        return {};
    }
    if (!m_active || m_anyDamage) // what a damaged record was, nobody knows
        return {};
    if (!m_leftOut.empty()) {
        const auto least = std::min_element(m_leftOut.begin(), m_leftOut.end(),
                                            [](const auto& a, const auto& b) { return a.second < b.second; });
        m_report(Severity::warning, format::hintHeaderBytes, m_header.entryBytes, Field::hintEntries,
                 "the newest record of " + countText(m_leftOut.size(), "key", "keys") +
                     " is not in the hint, first that at offset " + std::to_string(least->second));
        return {};
    }
    const auto compare = [&](Field field, std::uint64_t where, std::uint64_t said, std::uint64_t seen) {
        if (said != seen)
            m_report(Severity::warning, where, 8, field,
                     "the hint says " + std::to_string(said) + " for the " + std::string(fieldName(field)) +
                         ", the data file has " + std::to_string(seen));
    };
    if (m_header.entries != m_taken)
        m_report(Severity::warning, h::entries, h::entryBytes - h::entries, Field::hintEntries,
                 "the hint says that it has " + countText(m_header.entries, "entry", "entries") + ", it has " +
                     std::to_string(m_taken));
    compare(Field::hintRecords, h::records, m_header.records, m_seen.records);
    compare(Field::hintTombstones, h::tombstones, m_header.tombstones, m_seen.tombstones);
    compare(Field::hintTombstoneBytes, h::tombstoneBytes, m_header.tombstoneBytes, m_seen.tombstoneBytes);
    compare(Field::hintLowestSequence, h::lowestSequence, m_header.lowestSequence.value, m_seen.lowestSequence.value);
    compare(Field::hintHighestSequence, h::highestSequence, m_header.highestSequence.value,
            m_seen.highestSequence.value);
    return {};
}

// As much of the range as there is; valid until the next call.
Result<std::string_view> HintCheck::buffered(std::uint64_t offset, std::uint64_t size) {
    const bool inside = offset >= m_bufferOffset && offset + size <= m_bufferOffset + m_buffer.size();
    if (!inside) {
        const std::uint64_t want = std::min(std::max(size, bufferBytes), m_bytes - std::min(offset, m_bytes));
        m_buffer.resize(static_cast<std::size_t>(want));
        auto read = m_file.readAt(offset, m_buffer.data(), m_buffer.size());
        if (!read)
            return failure(std::move(read.error()));
        m_buffer.resize(*read);
        m_bufferOffset = offset;
    }
    return std::string_view(m_buffer).substr(static_cast<std::size_t>(offset - m_bufferOffset),
                                             static_cast<std::size_t>(size));
}

} // namespace rustcask::inspect
