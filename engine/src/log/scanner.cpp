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

constexpr std::uint64_t longCandidateBytes = 4096;
constexpr std::uint64_t maxRepairBytes = std::uint64_t{16} << 20; // longer records are not searched for a flipped bit

} // namespace

Scanner::Scanner(const io::File& file, std::uint64_t begin, std::uint64_t end, std::uint64_t chunkBytes)
    : m_file(file),
      m_offset(begin),
      m_end(end),
      m_chunkBytes(std::max<std::uint64_t>(chunkBytes, 4096)),
      m_resyncBudget(16 * (end > begin ? end - begin : 0) + (std::uint64_t{64} << 20)) {}

// Bytes [offset, offset + size) as far as the file has them; size is at most a chunk or a header with its key.
Result<std::string_view> Scanner::window(std::uint64_t offset, std::uint64_t size) {
    size = std::min(size, offset < m_end ? m_end - offset : 0);
    const bool inside =
        offset >= m_bufferOffset && offset + size <= m_bufferOffset + m_bufferBytes && m_bufferCapacity > 0;
    if (!inside) {
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

Result<std::uint32_t> Scanner::checksumAt(std::uint64_t offset, std::uint64_t bytes) {
    offset += format::record_at::sequence;
    bytes -= format::record_at::sequence;
    if (bytes <= m_chunkBytes) {
        auto view = window(offset, bytes);
        if (!view)
            return failure(std::move(view.error()));
        return format::crc32c(*view);
    }
    if (!m_scratch)
        m_scratch = std::make_unique_for_overwrite<char[]>(static_cast<std::size_t>(m_chunkBytes));
    std::uint32_t checksum = 0;
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

Result<std::optional<Scanned>> Scanner::next() {
    if (m_offset >= m_end)
        return std::optional<Scanned>();
    auto head = window(m_offset, recordHeaderBytes);
    if (!head)
        return failure(std::move(head.error()));
    if (head->size() == recordHeaderBytes) {
        const format::RecordHeader header = format::decodeRecordHeader(head->data());
        const std::uint64_t bytes = header.recordBytes();
        if (isPlausible(header) && bytes <= m_end - m_offset) {
            Scanned scanned;
            scanned.kind = Scanned::Kind::record;
            scanned.offset = m_offset;
            scanned.bytes = bytes;
            scanned.header = header;
            std::string_view view;
            if (bytes <= m_chunkBytes) {
                auto whole = window(m_offset, bytes);
                if (!whole)
                    return failure(std::move(whole.error()));
                view = *whole;
                if (view.size() == bytes)
                    scanned.computedChecksum = format::computeRecordChecksum(view);
                scanned.record = view;
            } else {
                auto checksum = checksumAt(m_offset, bytes);
                if (!checksum)
                    return failure(std::move(checksum.error()));
                scanned.computedChecksum = *checksum;
                auto withKey = window(m_offset, recordHeaderBytes + header.keySize);
                if (!withKey)
                    return failure(std::move(withKey.error()));
                view = *withKey;
            }
            if (scanned.computedChecksum == header.checksum && view.size() >= recordHeaderBytes + header.keySize) {
                scanned.key = view.substr(recordHeaderBytes, header.keySize);
                m_offset += bytes;
                return std::optional<Scanned>(scanned);
            }
        }
    }
    auto damaged = examineDamage(m_offset);
    if (!damaged)
        return failure(std::move(damaged.error()));
    m_offset = damaged->offset + damaged->bytes;
    return std::optional<Scanned>(*damaged);
}

Result<bool> Scanner::isSoundAt(std::uint64_t offset) {
    if (offset >= m_end || m_end - offset < recordHeaderBytes)
        return false;
    auto head = window(offset, recordHeaderBytes);
    if (!head)
        return failure(std::move(head.error()));
    if (head->size() < recordHeaderBytes)
        return false;
    const format::RecordHeader header = format::decodeRecordHeader(head->data());
    const std::uint64_t bytes = header.recordBytes();
    if (!isPlausible(header) || bytes > m_end - offset)
        return false;
    if (bytes > longCandidateBytes) {
        if (bytes > m_resyncBudget)
            return false;
        m_resyncBudget -= bytes;
    }
    auto checksum = checksumAt(offset, bytes);
    if (!checksum)
        return failure(std::move(checksum.error()));
    return *checksum == header.checksum;
}

Result<bool> Scanner::isZeroFrom(std::uint64_t offset) {
    while (offset < m_end) {
        auto view = window(offset, std::min(m_chunkBytes, m_end - offset));
        if (!view)
            return failure(std::move(view.error()));
        if (view->empty())
            return true;
        if (!std::all_of(view->begin(), view->end(), [](char c) { return c == 0; }))
            return false;
        offset += view->size();
    }
    return true;
}

// Whether a record that ends at `offset` is followed by what follows records.
Result<bool> Scanner::continuesAt(std::uint64_t offset) {
    if (offset == m_end)
        return true;
    auto sound = isSoundAt(offset);
    if (!sound || *sound)
        return sound;
    // All zero from here on, but at least a header's worth: fewer zeros may be the end of a value.
    auto head = window(offset, recordHeaderBytes);
    if (!head)
        return failure(std::move(head.error()));
    if (head->size() < recordHeaderBytes || (*head)[0] != 0)
        return false;
    return isZeroFrom(offset);
}

Result<Scanned> Scanner::examineDamage(std::uint64_t offset) {
    Scanned damaged;
    damaged.offset = offset;
    auto zero = isZeroFrom(offset);
    if (!zero)
        return failure(std::move(zero.error()));
    if (*zero) {
        damaged.kind = Scanned::Kind::unused;
        damaged.bytes = m_end - offset;
        return damaged;
    }
    auto head = window(offset, recordHeaderBytes);
    if (!head)
        return failure(std::move(head.error()));
    if (head->size() == recordHeaderBytes) {
        damaged.header = format::decodeRecordHeader(head->data());
        const std::uint64_t bytes = damaged.header.recordBytes();
        if (damaged.header.keySize > 0 && bytes <= m_end - offset) {
            auto follows = continuesAt(offset + bytes);
            if (!follows)
                return failure(std::move(follows.error()));
            if (*follows) {
                damaged.bytes = bytes;
                damaged.trustedExtent = true;
                auto found = identify(damaged);
                if (!found)
                    return failure(std::move(found.error()));
                return damaged;
            }
        }
        auto found = identifyByLength(damaged);
        if (!found)
            return failure(std::move(found.error()));
        if (*found)
            return damaged;
    }
    // Nothing to go by: the next sound record, at whatever byte it begins.
    std::uint64_t at = offset + 1;
    for (; at < m_end; ++at) {
        // Cheap refusal first: the two flag bytes and the sequence's two highest are almost always zero.
        auto candidate = window(at, recordHeaderBytes);
        if (!candidate)
            return failure(std::move(candidate.error()));
        if (candidate->size() < recordHeaderBytes) {
            at = m_end;
            break;
        }
        if ((*candidate)[27] != 0 || (*candidate)[11] != 0 || (*candidate)[10] != 0)
            continue;
        auto sound = isSoundAt(at);
        if (!sound)
            return failure(std::move(sound.error()));
        if (*sound)
            break;
    }
    damaged.bytes = std::min(at, m_end) - offset;
    damaged.header = {};
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
    auto checksum = checksumAt(damaged.offset, damaged.bytes);
    if (!checksum)
        return failure(std::move(checksum.error()));
    damaged.computedChecksum = *checksum;
    if (damaged.bytes > maxRepairBytes)
        return false;
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
        if (isPlausible(header) && size <= m_end - damaged.offset && size <= maxRepairBytes && size <= m_resyncBudget) {
            m_resyncBudget -= size;
            // The covered bytes with the bit put right: the header's part from the copy, the rest from the file.
            std::uint32_t checksum =
                format::crc32c({bytes + format::record_at::sequence, recordHeaderBytes - format::record_at::sequence});
            std::uint64_t at = damaged.offset + recordHeaderBytes;
            const std::uint64_t end = damaged.offset + size;
            while (at < end) {
                auto view = window(at, std::min(m_chunkBytes, end - at));
                if (!view)
                    return failure(std::move(view.error()));
                if (view->empty())
                    break;
                checksum = format::crc32c(*view, checksum);
                at += view->size();
            }
            if (checksum == header.checksum) {
                auto key = window(damaged.offset + recordHeaderBytes, header.keySize);
                if (!key)
                    return failure(std::move(key.error()));
                m_repairedKey.assign(*key);
                damaged.key = m_repairedKey;
                damaged.header = header;
                damaged.bytes = size;
                damaged.computedChecksum = checksum;
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
