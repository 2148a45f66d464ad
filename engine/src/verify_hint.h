// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include <rustcask/inspect.h>
#include <rustcask/result.h>
#include <rustcask/verify.h>

#include "format/data_record.h"
#include "format/hint.h"
#include "io/file_system.h"
#include "verify_tables.h"

namespace rustcask::inspect {

/// Follows a scan of a data file and compares it with the file's hint, entry by entry: what the hint says must be what
/// the data file holds, and the newest record of each key must be in it (doc/format.md, "Hint file"). Memory grows only
/// with the records that the hint leaves out.
class HintCheck {
public:
    /// Where findings about the hint go: severity, offset and length in the hint file, field, text.
    using Report = std::function<void(Severity, std::uint64_t, std::uint64_t, std::optional<Field>, std::string)>;

    /// `file` is the hint file, of `bytes`; both it and the file behind `report` outlive this. `mayBeStale`: the data
    /// file is the one that is appended to.
    HintCheck(const io::File& file, std::uint64_t bytes, Generation generation, std::uint64_t dataBytes,
              bool mayBeStale, Report report);

    /// Checks header and checksum. When they do not fit, that is reported and the rest of the calls do nothing.
    [[nodiscard]] Result<void> begin();
    /// A sound record of the data file, in file order.
    [[nodiscard]] Result<void> record(std::uint64_t offset, const format::RecordHeader& header, std::string_view key);
    /// A range of the data file of which nothing is known.
    void damaged(std::uint64_t offset, std::uint64_t bytes);
    [[nodiscard]] Result<void> end();
    /// So long was the data file, all of it durable, when the hint was written; 0: the hint is not to be believed.
    /// Where the data file is shorter now that is not reported as a fault of the hint.
    [[nodiscard]] std::uint64_t durableBytes() const noexcept { return m_durableBytes; }
    /// Whether an entry contradicts the data file: after `end`.
    [[nodiscard]] bool contradicts() const noexcept { return m_contradictions > 0; }

private:
    struct Contradiction {
        std::uint64_t offset = 0;
        std::uint64_t bytes = 0;
        Field field = Field::hintOffset;
        std::string text{};
    };
    [[nodiscard]] Result<void> take(); ///< the next entry into m_entry
    [[nodiscard]] Result<bool> holdsTogether();
    void reportHeader(std::string_view head);
    [[nodiscard]] Result<void> reportChecksum(std::uint32_t stored, std::uint32_t computed);
    void contradict(Field field, std::string text);
    [[nodiscard]] Result<std::string_view> buffered(std::uint64_t offset, std::uint64_t size);
    [[nodiscard]] bool isInDamage(std::uint64_t offset) const noexcept {
        return offset >= m_damageBegin && offset < m_damageEnd;
    }

    const io::File& m_file;
    std::uint64_t m_bytes;
    Generation m_generation;
    std::uint64_t m_dataBytes;
    bool m_mayBeStale;
    Report m_report;

    bool m_active = false;
    format::HintHeader m_header{};
    std::uint64_t m_durableBytes = 0;
    std::uint64_t m_offset = 0;               ///< of the entry after m_entry
    std::uint64_t m_entryOffset = 0;          ///< of m_entry
    std::uint64_t m_taken = 0;                ///< entries so far
    std::optional<format::HintEntry> m_entry; ///< its key is m_key
    std::string m_key;
    std::string m_buffer;
    std::uint64_t m_bufferOffset = 0;

    // What the data file holds, to compare with the header's counts.
    format::HintHeader m_seen{};
    bool m_anyDamage = false;
    std::uint64_t m_damageBegin = 0;
    std::uint64_t m_damageEnd = 0;
    std::unordered_map<KeyHash, std::uint64_t, KeyHashHasher> m_leftOut; ///< key -> offset of a record not in the hint
    std::optional<Contradiction> m_first;
    std::uint64_t m_contradictions = 0;
};

} // namespace rustcask::inspect
