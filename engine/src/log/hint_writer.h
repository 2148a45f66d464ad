// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include <rustcask/result.h>

#include "format/hint.h"
#include "io/file_system.h"
#include "keydir/keydir.h"
#include "log/segment.h"

namespace rustcask::log {

/// Streams a hint file under a temporary name: entries as they come, header and checksum at the end. Not thread-safe.
class HintWriter {
public:
    [[nodiscard]] static Result<HintWriter> create(io::FileSystem& fileSystem, std::filesystem::path temporaryPath);
    HintWriter(HintWriter&&) noexcept = default;
    HintWriter& operator=(HintWriter&&) noexcept = default;

    [[nodiscard]] Result<void> add(const format::HintEntry& entry);
    /// Completes the file for `segment`, whose counters must be final, and makes it durable. Its length.
    [[nodiscard]] Result<std::uint64_t> finish(const Segment& segment);

private:
    HintWriter(std::unique_ptr<io::File> file, std::filesystem::path path);
    [[nodiscard]] Result<void> flush();

    std::unique_ptr<io::File> m_file;
    std::filesystem::path m_path;
    std::string m_buffer;
    std::uint64_t m_offset = format::hintHeaderBytes;
    std::uint64_t m_entries = 0;
    std::uint32_t m_checksum = 0;
};

/// Whether every byte of a sealed data file belongs to a sound record. Errors: ioError.
[[nodiscard]] Result<bool> isSound(io::FileSystem& fileSystem, const Segment& segment, std::uint64_t chunkBytes);

/// Writes the hint file of a sealed data file by reading it once; leaves out records that the keydir shows superseded
/// within the same file. The caller keeps `segment` from being removed meanwhile. Finds damage: marks the segment,
/// writes nothing and returns 0. Returns the length of the hint file.
[[nodiscard]] Result<std::uint64_t> writeHint(io::FileSystem& fileSystem, Segment& segment,
                                              const keydir::Keydir& keydir, const keydir::Reclaimer& reclaimer,
                                              std::uint64_t chunkBytes);

} // namespace rustcask::log
