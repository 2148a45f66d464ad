// SPDX-License-Identifier: Apache-2.0
#include "log/hint_reader.h"

#include <algorithm>

#include "format/checksum.h"
#include "format/endian.h"

namespace rustcask::log {

Result<std::optional<HintReader>> HintReader::begin(const io::File& file, Generation generation,
                                                    std::uint64_t chunkBytes) {
    auto size = file.size();
    if (!size)
        return failure(std::move(size.error()));
    HintReader reader(file, chunkBytes);
    auto read = file.readAt(0, reader.m_head.data(), reader.m_head.size());
    if (!read)
        return failure(std::move(read.error()));
    if (*read != reader.m_head.size())
        return std::nullopt;
    const auto header = format::decodeHintHeader({reader.m_head.data(), reader.m_head.size()}, *size);
    if (!header || header->generation != generation)
        return std::nullopt;
    reader.m_header = *header;
    std::array<char, format::hintTrailerBytes> trailer{};
    read = file.readAt(*size - trailer.size(), trailer.data(), trailer.size());
    if (!read)
        return failure(std::move(read.error()));
    if (*read != trailer.size())
        return std::nullopt;
    reader.m_checksum = format::loadU32(trailer.data());
    return reader;
}

std::uint64_t HintReader::fileBytes() const noexcept {
    return format::hintHeaderBytes + m_header.entryBytes + format::hintTrailerBytes;
}

Result<std::span<const format::HintEntry>> HintReader::next() {
    const std::uint64_t end = format::hintHeaderBytes + m_header.entryBytes;
    for (;;) {
        std::size_t count = 0;
        while (m_possible && count < m_batch.size()) {
            const auto entry = format::takeHintEntry(m_rest);
            if (!entry)
                break;
            m_possible = format::fits(*entry, m_header.dataBytes);
            if (m_possible)
                m_batch[count++] = *entry;
        }
        m_entries += count;
        if (count > 0 || !m_possible || m_offset == end)
            return std::span<const format::HintEntry>(m_batch.data(), count);

        const std::size_t kept = m_rest.size();
        const auto want = static_cast<std::size_t>(std::min(m_chunkBytes, end - m_offset));
        std::copy(m_rest.begin(), m_rest.end(), m_buffer.begin());
        if (m_buffer.size() < kept + want)
            m_buffer.resize(kept + want);
        m_rest = std::string_view(m_buffer.data(), kept);
        auto read = m_file->readAt(m_offset, m_buffer.data() + kept, want);
        if (!read)
            return failure(std::move(read.error()));
        if (*read != want) { // the file was cut meanwhile
            m_possible = false;
            return std::span<const format::HintEntry>();
        }
        m_offset += want;
        m_computed = format::crc32c({m_buffer.data() + kept, want}, m_computed);
        m_rest = std::string_view(m_buffer.data(), kept + want);
    }
}

bool HintReader::matches() const noexcept {
    return m_possible && m_rest.empty() && m_entries == m_header.entries &&
           m_checksum == format::hintChecksum(m_computed, {m_head.data(), m_head.size()});
}

} // namespace rustcask::log
