// SPDX-License-Identifier: Apache-2.0
#include "log/scanner.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "format/checksum.h"
#include "format/endian.h"

namespace rustcask::log {
namespace {

using format::recordHeaderBytes;

constexpr std::uint64_t freeCandidateBytes = 256; // candidates up to this length are looked at whatever it costs
constexpr std::uint64_t maxRepairBytes = std::uint64_t{16} << 20; // longer records are not searched for a flipped bit
// Up to this length an extent that nothing else confirms is searched for a flipped bit: the chance that random damage
// looks like one grows with the length (8 n / 2^32).
constexpr std::uint64_t maxUnconfirmedBytes = std::uint64_t{64} << 10;
constexpr std::uint64_t maxTrailingZeros = 4096; // of a value, before it is taken for reserved space

// Cheap refusal: the high byte of the flags and the two high bytes of the sequence are zero in every record.
bool couldBeRecord(const char* at) noexcept {
    return at[27] == 0 && at[11] == 0 && at[10] == 0;
}

} // namespace

Scanner::Scanner(const io::File& file, std::uint64_t begin, std::uint64_t end, std::uint64_t chunkBytes)
    : m_file(file),
      m_begin(begin),
      m_offset(begin),
      m_end(end),
      m_chunkBytes(std::max<std::uint64_t>(chunkBytes, 4096)) {
    resetBudgets();
}

// Bytes [offset, offset + size) as far as the file has them; size is at most a chunk or a header with its key.
Result<std::string_view> Scanner::window(std::uint64_t offset, std::uint64_t size) {
    size = std::min(size, offset < m_end ? m_end - offset : 0);
    if (!isBuffered(offset, size)) {
        const std::uint64_t want = std::min(std::max(size, m_chunkBytes), m_end - offset);
        if (want > m_bufferCapacity) {
            m_bufferCapacity = static_cast<std::size_t>(std::max(want, std::min(m_chunkBytes, m_end)));
            m_buffer = std::make_unique_for_overwrite<char[]>(m_bufferCapacity);
        }
        m_bufferBytes = 0;
        auto read = m_file.readAt(offset, m_buffer.get(), static_cast<std::size_t>(want));
        if (!read)
            return failure(std::move(read.error()));
        m_bufferOffset = offset;
        m_bufferBytes = *read;
        size = std::min<std::uint64_t>(size, m_bufferBytes); // the file may have been cut meanwhile
    }
    return std::string_view(m_buffer.get() + (offset - m_bufferOffset), static_cast<std::size_t>(size));
}

// Continues `checksum` over a range. What is not in the buffer is read piece by piece beside it: looking ahead must not
// cost a chunk each time.
Result<std::uint32_t> Scanner::extend(std::uint64_t offset, std::uint64_t bytes, std::uint32_t checksum) {
    if (isBuffered(offset, bytes))
        return format::crc32c({m_buffer.get() + (offset - m_bufferOffset), static_cast<std::size_t>(bytes)}, checksum);
    if (!m_scratch)
        m_scratch = std::make_unique_for_overwrite<char[]>(static_cast<std::size_t>(m_chunkBytes));
    while (bytes > 0) {
        auto read = m_file.readAt(offset, m_scratch.get(), static_cast<std::size_t>(std::min(bytes, m_chunkBytes)));
        if (!read)
            return failure(std::move(read.error()));
        if (*read == 0)
            break;
        checksum = format::crc32c({m_scratch.get(), *read}, checksum);
        offset += *read;
        bytes -= *read;
    }
    return checksum;
}

Result<std::uint32_t> Scanner::checksumAt(std::uint64_t offset, std::uint64_t bytes) {
    return extend(offset + format::record_at::sequence, bytes - format::record_at::sequence, 0);
}

void Scanner::take(const format::RecordHeader& header, std::string_view record) noexcept {
    m_found.kind = Scanned::Kind::record;
    m_found.offset = m_offset;
    m_found.bytes = header.recordBytes();
    m_found.header = header;
    m_found.key = record.substr(recordHeaderBytes, header.keySize);
    m_found.record = record.size() == m_found.bytes ? record : std::string_view();
    m_found.computedChecksum = header.checksum;
    m_found.trustedExtent = false;
    m_found.identified = false;
    m_offset += m_found.bytes;
}

// The usual case: a sound record that is in the buffer. False: nothing was done.
bool Scanner::takeBuffered() noexcept {
    if (!isBuffered(m_offset, recordHeaderBytes))
        return false;
    const char* at = m_buffer.get() + (m_offset - m_bufferOffset);
    const format::RecordHeader header = format::decodeRecordHeader(at);
    const std::uint64_t bytes = header.recordBytes();
    // Longer ones are checked at a price; `next` has the purse.
    if (!isPlausible(header) || bytes > freeCandidateBytes || bytes > m_end - m_offset || !isBuffered(m_offset, bytes))
        return false;
    const std::string_view record(at, static_cast<std::size_t>(bytes));
    if (format::computeRecordChecksum(record) != header.checksum)
        return false;
    take(header, record);
    return true;
}

Result<const Scanned*> Scanner::next() {
    if (m_offset >= m_end)
        return nullptr;
    if (takeBuffered())
        return &m_found;
    auto head = window(m_offset, recordHeaderBytes);
    if (!head)
        return failure(std::move(head.error()));
    if (head->size() == recordHeaderBytes) {
        const format::RecordHeader header = format::decodeRecordHeader(head->data());
        const std::uint64_t bytes = header.recordBytes();
        // Records that fail do not overlap in any file that was once sound, so they cost its length at most: beyond
        // that somebody made a file of lengths that each announce all the rest.
        const bool affordable = bytes <= m_checkBudget || bytes <= freeCandidateBytes;
        if (isPlausible(header) && bytes <= m_end - m_offset && affordable) {
            std::string_view view;
            std::uint32_t checksum = 0;
            if (bytes <= m_chunkBytes) {
                auto whole = window(m_offset, bytes);
                if (!whole)
                    return failure(std::move(whole.error()));
                if (whole->size() == bytes) { // else the file was cut meanwhile
                    view = *whole;
                    checksum = format::computeRecordChecksum(view);
                }
            } else {
                auto computed = checksumAt(m_offset, bytes);
                if (!computed)
                    return failure(std::move(computed.error()));
                checksum = *computed;
                auto withKey = window(m_offset, recordHeaderBytes + header.keySize);
                if (!withKey)
                    return failure(std::move(withKey.error()));
                view = *withKey;
            }
            if (checksum == header.checksum && view.size() >= recordHeaderBytes + header.keySize) {
                take(header, view);
                return &m_found;
            }
            m_checkBudget -= std::min(bytes, m_checkBudget);
        }
    }
    auto damaged = examineDamage(m_offset);
    if (!damaged)
        return failure(std::move(damaged.error()));
    m_found = *damaged;
    m_offset = damaged->offset + damaged->bytes;
    return &m_found;
}

std::string_view Scanner::keyAhead() noexcept {
    m_ahead = std::max(m_ahead, m_offset);
    if (!isBuffered(m_ahead, recordHeaderBytes))
        return {};
    const char* at = m_buffer.get() + (m_ahead - m_bufferOffset);
    const format::RecordHeader header = format::decodeRecordHeader(at);
    if (!isPlausible(header) || !isBuffered(m_ahead, recordHeaderBytes + header.keySize))
        return {};
    m_ahead += header.recordBytes();
    return {at + recordHeaderBytes, header.keySize};
}

Result<bool> Scanner::isSoundAt(std::uint64_t offset) {
    if (offset >= m_end || m_end - offset < recordHeaderBytes)
        return false;
    char elsewhere[recordHeaderBytes];
    const char* head = elsewhere;
    if (isBuffered(offset, recordHeaderBytes)) {
        head = m_buffer.get() + (offset - m_bufferOffset);
    } else {
        auto read = m_file.readAt(offset, elsewhere, sizeof elsewhere);
        if (!read)
            return failure(std::move(read.error()));
        if (*read < sizeof elsewhere)
            return false;
    }
    const format::RecordHeader header = format::decodeRecordHeader(head);
    const std::uint64_t bytes = header.recordBytes();
    if (!isPlausible(header) || bytes > m_end - offset)
        return false;
    if (bytes > m_resyncBudget && bytes > freeCandidateBytes)
        return false;
    m_resyncBudget -= std::min(bytes, m_resyncBudget);
    auto checksum = checksumAt(offset, bytes);
    if (!checksum)
        return failure(std::move(checksum.error()));
    return *checksum == header.checksum;
}

// Where the zero bytes at the end begin; m_end when the last byte is none. Looked for once, from the back: asking "is
// it zero from here on?" at every damaged place would take quadratic time on a hostile file.
Result<std::uint64_t> Scanner::zeroTail() {
    if (m_zeroTail)
        return *m_zeroTail;
    if (!m_scratch)
        m_scratch = std::make_unique_for_overwrite<char[]>(static_cast<std::size_t>(m_chunkBytes));
    std::uint64_t at = m_end;
    while (at > m_begin) {
        const std::uint64_t from = at - std::min(m_chunkBytes, at - m_begin);
        auto read = m_file.readAt(from, m_scratch.get(), static_cast<std::size_t>(at - from));
        if (!read)
            return failure(std::move(read.error()));
        const std::string_view bytes(m_scratch.get(), *read);
        const std::size_t last = bytes.find_last_not_of('\0');
        if (last != std::string_view::npos) {
            at = from + last + 1;
            break;
        }
        at = from;
    }
    m_zeroTail = at;
    return at;
}

Result<Scanned> Scanner::examineDamage(std::uint64_t offset) {
    Scanned damaged;
    damaged.offset = offset;
    auto tail = zeroTail();
    if (!tail)
        return failure(std::move(tail.error()));
    if (offset >= *tail) {
        damaged.kind = Scanned::Kind::unused;
        damaged.bytes = m_end - offset;
        return damaged;
    }
    // Fewer zeros than a header are more likely the end of a value than reserved space.
    const bool hasReserve = m_end - *tail >= recordHeaderBytes;
    auto head = window(offset, recordHeaderBytes);
    if (!head)
        return failure(std::move(head.error()));
    if (head->size() == recordHeaderBytes) {
        const format::RecordHeader header = format::decodeRecordHeader(head->data());
        const std::uint64_t bytes = header.recordBytes();
        const bool possible = header.keySize > 0 && bytes <= m_end - offset;
        bool confirmed = false; // what follows records begins where this one ends
        if (possible) {
            const std::uint64_t end = offset + bytes;
            confirmed = end == m_end || (hasReserve && end >= *tail && end - *tail <= maxTrailingZeros);
            if (!confirmed) {
                auto sound = isSoundAt(end);
                if (!sound)
                    return failure(std::move(sound.error()));
                confirmed = *sound;
            }
            if (confirmed || end >= *tail || bytes <= maxUnconfirmedBytes) {
                damaged.header = header;
                damaged.bytes = bytes;
                auto found = identify(damaged);
                if (!found)
                    return failure(std::move(found.error()));
                if (*found)
                    return damaged;
            }
        }
        // Before an extent is believed: a flipped bit in a size may by chance lead to the start of some later record.
        Scanned resized;
        resized.offset = offset;
        auto found = identifyByLength(resized);
        if (!found)
            return failure(std::move(found.error()));
        if (*found)
            return resized;
        // An impossible header is no witness: the length that garbage announces leads to a record's start often enough.
        if (confirmed && isPlausible(header)) {
            damaged.trustedExtent = true;
            return damaged;
        }
        damaged = {};
        damaged.offset = offset;
    }
    // Nothing to go by: the next sound record, at whatever byte it begins.
    const std::uint64_t stop = hasReserve ? *tail : m_end;
    std::uint64_t at = offset + 1;
    while (at < stop) {
        auto candidate = window(at, recordHeaderBytes);
        if (!candidate)
            return failure(std::move(candidate.error()));
        if (candidate->size() < recordHeaderBytes) {
            at = stop;
            break;
        }
        // Everything that is in memory already, header by header.
        const char* bytes = candidate->data();
        const std::uint64_t loaded = std::min(m_bufferOffset + m_bufferBytes, m_end) - at;
        std::uint64_t i = 0;
        while (i + recordHeaderBytes <= loaded && !couldBeRecord(bytes + i))
            ++i;
        at += i;
        if (i + recordHeaderBytes > loaded || at >= stop)
            continue;
        auto sound = isSoundAt(at);
        if (!sound)
            return failure(std::move(sound.error()));
        if (*sound)
            break;
        ++at;
    }
    damaged.bytes = std::min(at, stop) - offset;
    return damaged;
}

// The extent is known; is it one flipped bit?
Result<bool> Scanner::identify(Scanned& damaged) {
    auto view = window(damaged.offset, recordHeaderBytes + damaged.header.keySize);
    if (!view)
        return failure(std::move(view.error()));
    if (view->size() < recordHeaderBytes + damaged.header.keySize)
        return false;
    m_repairedKey.assign(view->substr(recordHeaderBytes));
    damaged.key = m_repairedKey;
    if (damaged.bytes > maxRepairBytes || (damaged.bytes > m_resyncBudget && damaged.bytes > freeCandidateBytes))
        return false;
    m_resyncBudget -= std::min(damaged.bytes, m_resyncBudget);
    auto checksum = checksumAt(damaged.offset, damaged.bytes);
    if (!checksum)
        return failure(std::move(checksum.error()));
    damaged.computedChecksum = *checksum;
    const auto error =
        format::findSingleBitError(damaged.header.checksum, *checksum, damaged.bytes - format::record_at::sequence);
    if (!error)
        return false;
    if (!error->inChecksum) {
        const std::uint64_t byte = error->bit / 8 + format::record_at::sequence;
        const auto mask = static_cast<char>(1U << (error->bit % 8));
        if (byte < recordHeaderBytes) {
            auto head = window(damaged.offset, recordHeaderBytes);
            if (!head)
                return failure(std::move(head.error()));
            char bytes[recordHeaderBytes];
            std::memcpy(bytes, head->data(), sizeof bytes);
            bytes[byte] = static_cast<char>(bytes[byte] ^ mask);
            const format::RecordHeader repaired = format::decodeRecordHeader(bytes);
            if (repaired.recordBytes() != damaged.bytes || !isPlausible(repaired))
                return false;
            damaged.header = repaired;
        } else if (byte < recordHeaderBytes + damaged.header.keySize) {
            char& at = m_repairedKey[static_cast<std::size_t>(byte - recordHeaderBytes)];
            at = static_cast<char>(at ^ mask);
            damaged.key = m_repairedKey;
        }
    }
    damaged.identified = isPlausible(damaged.header);
    damaged.trustedExtent = damaged.identified;
    return damaged.identified;
}

// The extent does not hold: is it one flipped bit in one of the two size fields?
Result<bool> Scanner::identifyByLength(Scanned& damaged) {
    auto head = window(damaged.offset, recordHeaderBytes);
    if (!head)
        return failure(std::move(head.error()));
    char bytes[recordHeaderBytes];
    std::memcpy(bytes, head->data(), sizeof bytes);
    constexpr std::uint64_t firstBit = 8 * format::record_at::keySize;
    constexpr std::uint64_t lastBit = 8 * format::record_at::flags;
    for (std::uint64_t bit = firstBit; bit < lastBit; ++bit) {
        bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
        const format::RecordHeader header = format::decodeRecordHeader(bytes);
        const std::uint64_t size = header.recordBytes();
        const bool affordable = size <= m_resyncBudget || size <= freeCandidateBytes;
        if (isPlausible(header) && size <= m_end - damaged.offset && size <= maxRepairBytes && affordable) {
            m_resyncBudget -= std::min(size, m_resyncBudget);
            // The covered bytes with the bit put right: the header's part from the copy, the rest from the file.
            const std::uint32_t begin =
                format::crc32c({bytes + format::record_at::sequence, recordHeaderBytes - format::record_at::sequence});
            auto checksum = extend(damaged.offset + recordHeaderBytes, size - recordHeaderBytes, begin);
            if (!checksum)
                return failure(std::move(checksum.error()));
            if (*checksum == header.checksum) {
                auto key = window(damaged.offset + recordHeaderBytes, header.keySize);
                if (!key)
                    return failure(std::move(key.error()));
                m_repairedKey.assign(*key);
                damaged.key = m_repairedKey;
                damaged.header = header;
                damaged.bytes = size;
                damaged.computedChecksum = *checksum;
                damaged.trustedExtent = true;
                damaged.identified = true;
                return true;
            }
        }
        bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
    }
    return false;
}

} // namespace rustcask::log
