// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <rustcask/result.h>
#include <rustcask/types.h>

#include "io/file_system.h"

/// Reading what is damaged: bytes that the device refuses, and keys of records that are gone.
namespace rustcask::repair {

/// A file whose unreadable sectors read as zeros and are remembered, so that what stands around them can be had.
class TolerantFile final : public io::File {
public:
    explicit TolerantFile(std::unique_ptr<io::File> inner) : m_inner(std::move(inner)) {}

    [[nodiscard]] Result<std::size_t> readAt(std::uint64_t offset, char* out, std::size_t size) const override;
    [[nodiscard]] Result<std::uint64_t> size() const override { return m_inner->size(); }
    void adviseSequential() noexcept override { m_inner->adviseSequential(); }
    /// How many bytes of `[offset, offset + bytes)` could not be read.
    [[nodiscard]] std::uint64_t unreadable(std::uint64_t offset, std::uint64_t bytes) const;

    // It only reads.
    [[nodiscard]] Result<void> writeAt(std::uint64_t offset, std::string_view bytes) override;
    [[nodiscard]] Result<void> truncate(std::uint64_t size) override;
    [[nodiscard]] Result<void> allocate(std::uint64_t offset, std::uint64_t size) override;
    [[nodiscard]] Result<void> sync() override;
    [[nodiscard]] Result<std::unique_ptr<io::Mapping>> map(std::uint64_t size, bool writable) override;

    static constexpr std::uint64_t sectorBytes = 4096; ///< read one by one where a larger read failed

private:
    std::unique_ptr<io::File> m_inner;
    mutable std::map<std::uint64_t, std::uint64_t> m_bad; // begin -> end, by sector
};

/// A record that a hint file tells of.
struct HintedRecord {
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
    std::string key;
    Sequence sequence{};
    bool tombstone = false;
};

/// What a hint file tells of the lost parts of its data file.
struct Hinted {
    std::vector<HintedRecord> records;
    std::uint64_t dataBytes = 0; ///< length that the data file had; 0: the hint is of no use
};

/// The entries of the hint `file` whose records begin in one of `ranges` (begin, end), which are ascending, or at or
/// after `fileBytes`. Of no use when it is damaged or another generation's; a data file that has grown or was cut since
/// does not matter, as records do not move. Errors: ioError.
[[nodiscard]] Result<Hinted> hintedRecords(const io::File& file, Generation generation, std::uint64_t fileBytes,
                                           const std::vector<std::pair<std::uint64_t, std::uint64_t>>& ranges);

} // namespace rustcask::repair
