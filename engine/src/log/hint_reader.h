// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <rustcask/result.h>

#include "format/hint.h"
#include "io/file_system.h"

namespace rustcask::log {

/// Reads a hint file once, from front to back, in memory for a chunk. What it hands out is to be believed only when
/// `matches` has said so. Not thread-safe.
class HintReader {
public:
    static constexpr std::size_t batchEntries = 32; ///< that `next` hands out at most
    /// nullopt: no hint of `generation`, going by its header and length. `file` outlives the reader. Errors: ioError.
    [[nodiscard]] static Result<std::optional<HintReader>> begin(const io::File& file, Generation generation,
                                                                 std::uint64_t chunkBytes);

    HintReader(HintReader&&) noexcept = default;
    HintReader& operator=(HintReader&&) noexcept = default;

    [[nodiscard]] const format::HintHeader& header() const noexcept { return m_header; }
    /// The checksum that the file ends with, checked or not.
    [[nodiscard]] std::uint32_t checksum() const noexcept { return m_checksum; }
    [[nodiscard]] std::uint64_t fileBytes() const noexcept;
    /// The next entries, each possible in a data file of the header's length; their keys are there until the next call.
    /// None: the end, or the rest is none. Errors: ioError.
    [[nodiscard]] Result<std::span<const format::HintEntry>> next();
    /// After the last entry: whether there were as many as the header tells of, and the checksum is right.
    [[nodiscard]] bool matches() const noexcept;
    /// All entries by `onEntries(batch)`, until it fails; then `matches`. Errors: ioError, and those of `onEntries`.
    template <typename OnEntries>
    [[nodiscard]] Result<bool> readAll(OnEntries onEntries) {
        for (;;) {
            auto entries = next();
            if (!entries)
                return failure(std::move(entries.error()));
            if (entries->empty())
                return matches();
            if (Result<void> done = onEntries(*entries); !done)
                return failure(std::move(done.error()));
        }
    }

private:
    HintReader(const io::File& file, std::uint64_t chunkBytes) noexcept : m_file(&file), m_chunkBytes(chunkBytes) {}

    const io::File* m_file;
    std::uint64_t m_chunkBytes;
    std::array<char, format::hintHeaderBytes> m_head{};
    format::HintHeader m_header{};
    std::uint64_t m_offset = format::hintHeaderBytes; // read so far
    std::vector<char> m_buffer;                       // what a chunk cut off is moved to its front
    std::string_view m_rest;                          // of the buffer
    std::array<format::HintEntry, batchEntries> m_batch{};
    std::uint64_t m_entries = 0;
    std::uint32_t m_checksum = 0; // as the file has it
    std::uint32_t m_computed = 0; // of the entries so far
    bool m_possible = true;
};

} // namespace rustcask::log
