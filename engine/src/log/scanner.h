// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <rustcask/result.h>

#include "format/data_record.h"
#include "io/file_system.h"

namespace rustcask::log {

/// What stands in one range of a data file.
struct Scanned {
    enum class Kind : std::uint8_t {
        record,  ///< sound: checksum matches
        damaged, ///< a record that is not what was written, or bytes that belong to no record
        unused,  ///< zero bytes up to the end: reserved space, or a tail that never got to the disk
    };
    Kind kind = Kind::damaged;
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
    format::RecordHeader header{}; ///< `record`; `damaged`: as read or as repaired, if `identified` or `trustedExtent`
    std::string_view key{};        ///< likewise; valid until the next call
    std::string_view record{};     ///< `record` only, and only when the whole of it is at most a chunk long: its bytes
    std::uint32_t computedChecksum = 0;
    bool trustedExtent = false; ///< `damaged`: the range is one record, because the next one begins where it ends or
                                ///< because it is `identified`
    bool identified = false; ///< `damaged`: flipping one bit back makes the record sound, so `key`, sequence and extent
                             ///< are certain; its value is still not to be served
};

/// Reads the records of a data file from front to back with large sequential reads. Never believes a length before it
/// has checked it against the end; after damage it continues at the next sound record. Memory is bounded by the chunk
/// size and the longest key. Not thread-safe.
class Scanner {
public:
    /// Scans `[begin, end)` of `file`, which must outlive the scanner; `begin` is the offset of a record.
    Scanner(const io::File& file, std::uint64_t begin, std::uint64_t end, std::uint64_t chunkBytes);

    /// The next range, valid until the next call; nullptr at the end. The ranges cover `[begin, end)` without gap.
    /// Errors: ioError.
    [[nodiscard]] Result<const Scanned*> next();
    [[nodiscard]] std::uint64_t offset() const noexcept { return m_offset; }
    /// The key of one record after another ahead of `offset`, unchecked and only as far as the buffer goes; empty
    /// there. For prefetching: never to be believed.
    [[nodiscard]] std::string_view keyAhead() noexcept;
    void seek(std::uint64_t offset) noexcept {
        if (offset == m_offset)
            return;
        m_offset = offset;
        resetBudgets(); // or looking at one damaged place often enough would use them up
    }

private:
    void resetBudgets() noexcept {
        const std::uint64_t bytes = m_end > m_begin ? m_end - m_begin : 0;
        m_checkBudget = 8 * bytes + (std::uint64_t{64} << 20);
        m_resyncBudget = 64 * bytes + (std::uint64_t{64} << 20);
    }
    [[nodiscard]] bool takeBuffered() noexcept;
    void take(const format::RecordHeader& header, std::string_view record) noexcept;
    [[nodiscard]] Result<std::string_view> window(std::uint64_t offset, std::uint64_t size);
    [[nodiscard]] bool isBuffered(std::uint64_t offset, std::uint64_t size) const noexcept {
        return m_bufferCapacity > 0 && offset >= m_bufferOffset && offset + size <= m_bufferOffset + m_bufferBytes;
    }
    [[nodiscard]] Result<std::uint32_t> extend(std::uint64_t offset, std::uint64_t bytes, std::uint32_t checksum);
    [[nodiscard]] Result<std::uint32_t> checksumAt(std::uint64_t offset, std::uint64_t bytes);
    [[nodiscard]] Result<bool> isSoundAt(std::uint64_t offset);
    [[nodiscard]] Result<std::uint64_t> zeroTail();
    [[nodiscard]] Result<Scanned> examineDamage(std::uint64_t offset);
    [[nodiscard]] Result<bool> identify(Scanned& damaged);
    [[nodiscard]] Result<bool> identifyByLength(Scanned& damaged);

    const io::File& m_file;
    std::uint64_t m_begin;
    std::uint64_t m_offset;
    std::uint64_t m_end;
    std::uint64_t m_chunkBytes;
    // Bytes that records which turn out unsound, and candidates for one, may still cost: hostile files must not take
    // quadratic time.
    std::uint64_t m_checkBudget = 0;
    std::uint64_t m_resyncBudget = 0;
    std::unique_ptr<char[]> m_buffer;
    std::size_t m_bufferCapacity = 0;
    std::uint64_t m_bufferOffset = 0;
    std::size_t m_bufferBytes = 0;
    Scanned m_found;           ///< what `next` points to: copying it for every record costs as much as the checksum
    std::uint64_t m_ahead = 0; ///< offset of the record whose key `keyAhead` returns next
    std::optional<std::uint64_t> m_zeroTail;
    std::string m_repairedKey;
    std::unique_ptr<char[]> m_scratch; ///< for checksums of records longer than a chunk
};

} // namespace rustcask::log
