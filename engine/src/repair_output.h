// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <rustcask/result.h>

#include "format/data_record.h"
#include "io/file_system.h"

namespace rustcask::repair {

/// A data file of sound records in whatever order they were found. Made with its first record; its header comes last,
/// when it is known whether the records ascend, as those of a log must. Not thread-safe.
class SalvageOutput {
public:
    SalvageOutput(io::FileSystem& fileSystem, std::filesystem::path path)
        : m_fileSystem(fileSystem), m_path(std::move(path)) {}

    /// Errors: ioError, noSpace.
    [[nodiscard]] Result<void> append(const format::RecordHeader& header, std::string_view record);
    /// The same for a record that is too long to be in memory: from `file` at `offset`, `chunkBytes` at a time.
    [[nodiscard]] Result<void> copy(const format::RecordHeader& header, const io::File& file, std::uint64_t offset,
                                    std::uint64_t chunkBytes);
    /// Makes the file durable; nothing happens without records. A file whose records do not ascend becomes, as the
    /// output of a merge is, one that nobody appends to.
    [[nodiscard]] Result<void> finish(Generation generation, Timestamp created, bool mergeOutput);

private:
    [[nodiscard]] Result<void> begin(const format::RecordHeader& header);
    [[nodiscard]] Result<void> flush();

    io::FileSystem& m_fileSystem;
    std::filesystem::path m_path;
    std::unique_ptr<io::File> m_file;
    std::string m_buffer;
    std::uint64_t m_offset = format::fileHeaderBytes; // of the buffer's first byte
    Sequence m_last{};
    bool m_ascending = true;
};

} // namespace rustcask::repair
