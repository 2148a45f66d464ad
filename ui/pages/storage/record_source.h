// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

#include <rustcask/inspect.h>
#include <rustcask/progress.h>

namespace rustcask {
class Database;
}

/// Reading a file's records for the record list and the record card. For workers: everything here blocks.
namespace rustcask::ui {

/// What has become of a record.
enum class RecordState : std::uint8_t { header, live, superseded, tombstone, damaged, unused, hintEntry };

struct RecordRow {
    rustcask::RecordInfo info{}; ///< its key cut to `maxListedKeyBytes`
    RecordState state = RecordState::superseded;
};

inline constexpr std::size_t maxListedKeyBytes = 256;
inline constexpr std::uint64_t recordsAPage = 1000;
inline constexpr std::uint64_t maxShownBytes = 64 * 1024; ///< of one record, in the hex view

/// Where every thousandth record of a file begins: a whole file's list in 8 bytes a page. Filled by one worker, read by
/// the GUI thread.
class RecordIndex {
public:
    struct View {
        std::uint64_t records = 0;
        std::uint64_t scannedTo = 0; ///< offset up to which the file is indexed
        bool complete = false;
    };
    [[nodiscard]] View view() const;
    /// Offset of the first record of a page; 0 beyond the end.
    [[nodiscard]] std::uint64_t pageOffset(std::uint64_t page) const;
    /// The page that holds the byte at `offset`, which must be below `scannedTo`.
    [[nodiscard]] std::uint64_t pageOf(std::uint64_t offset) const;

    /// Scans `file` from its beginning. Errors: those of FileInspector, cancelled.
    [[nodiscard]] Result<void> build(const std::filesystem::path& file, rustcask::Progress& progress);

private:
    mutable std::mutex m_mutex; // guards the two below
    std::vector<std::uint64_t> m_offsets{};
    View m_view{};
};

/// The records of a page. `database` tells which of them are live; may be null.
[[nodiscard]] Result<std::vector<RecordRow>> readPage(const std::filesystem::path& file, std::uint64_t offset,
                                                      const rustcask::Database* database);

/// One record with its fields and its first bytes.
struct RecordDetail {
    RecordRow row{};
    rustcask::FileKind fileKind = rustcask::FileKind::data;
    rustcask::Generation generation{};
    std::vector<rustcask::FieldSpan> fields{};
    std::string bytes{};
};

/// `offset` is the record's first byte. Errors: ioError, corruption when nothing stands there any more.
[[nodiscard]] Result<RecordDetail> readRecord(const std::filesystem::path& file, std::uint64_t offset,
                                              const rustcask::Database* database);

} // namespace rustcask::ui
