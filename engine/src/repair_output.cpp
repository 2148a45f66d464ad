// SPDX-License-Identifier: Apache-2.0
#include "repair_output.h"

#include <algorithm>

namespace rustcask::repair {
namespace {
constexpr std::size_t bufferBytes = std::size_t{1} << 20;
} // namespace

Result<void> SalvageOutput::begin(const format::RecordHeader& header) {
    m_ascending = m_ascending && header.sequence > m_last;
    m_last = header.sequence;
    if (m_file)
        return {};
    auto file = m_fileSystem.open(m_path, io::OpenMode::createNew);
    if (!file)
        return failure(std::move(file.error()));
    m_file = std::move(*file);
    return {};
}

Result<void> SalvageOutput::flush() {
    if (auto done = m_file->writeAt(m_offset, m_buffer); !done)
        return done;
    m_offset += m_buffer.size();
    m_buffer.clear();
    return {};
}

Result<void> SalvageOutput::append(const format::RecordHeader& header, std::string_view record) {
    if (auto begun = begin(header); !begun)
        return begun;
    m_buffer += record;
    return m_buffer.size() < bufferBytes ? Result<void>() : flush();
}

Result<void> SalvageOutput::copy(const format::RecordHeader& header, const io::File& file, std::uint64_t offset,
                                 std::uint64_t chunkBytes) {
    auto done = begin(header);
    if (done)
        done = flush();
    const std::uint64_t bytes = header.recordBytes();
    std::string chunk(static_cast<std::size_t>(std::min(bytes, chunkBytes)), '\0');
    for (std::uint64_t at = 0; done && at < bytes;) {
        auto read = file.readAt(offset + at, chunk.data(),
                                static_cast<std::size_t>(std::min<std::uint64_t>(bytes - at, chunk.size())));
        if (!read)
            return failure(std::move(read.error()));
        if (*read == 0)
            return failure({.code = ErrorCode::ioError,
                            .operation = "salvage the database",
                            .file = m_path,
                            .detail = "the source became shorter while it was read"});
        done = m_file->writeAt(m_offset, {chunk.data(), *read});
        m_offset += *read;
        at += *read;
    }
    return done;
}

Result<void> SalvageOutput::finish(Generation generation, Timestamp created, bool mergeOutput) {
    if (!m_file)
        return {};
    char header[format::fileHeaderBytes];
    format::encodeFileHeader({.generation = generation, .created = created, .mergeOutput = mergeOutput || !m_ascending},
                             header);
    auto done = flush();
    if (done)
        done = m_file->writeAt(0, {header, sizeof header});
    return done ? m_file->sync() : done;
}

} // namespace rustcask::repair
