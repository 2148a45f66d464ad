// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <rustcask/byte_map.h>
#include <rustcask/history.h>
#include <rustcask/inspect.h>
#include <rustcask/progress.h>

namespace rustcask {
class Database;
class VersionIndex;
} // namespace rustcask

/// Reading a file's records for the record list and the record card. For workers: everything here blocks.
namespace rustcask::ui {

/// What has become of a record.
enum class RecordState : std::uint8_t { header, live, superseded, tombstone, damaged, unused, hintEntry };

struct RecordRow {
    rustcask::RecordInfo info{}; ///< its key cut to `maxListedKeyBytes`
    RecordState state = RecordState::superseded;
    std::optional<rustcask::KeydirEntry> newest{}; ///< of a superseded record: what the keydir has now
    std::optional<rustcask::Version> next{};       ///< the version that came after it, where that has been looked up
};

inline constexpr std::size_t maxListedKeyBytes = 256;
inline constexpr std::uint64_t recordsAPage = 1000;
inline constexpr std::uint64_t maxShownBytes = 64 * 1024; ///< of one record, in the hex view

/// Where every thousandth record of a file begins: a whole file's list in 8 bytes a page; and, if asked for, the file's
/// byte map. Filled by one worker at a time, read by the GUI thread.
class RecordIndex {
public:
    /// `mapBuckets`: of the byte map; 0: none is made.
    explicit RecordIndex(std::size_t mapBuckets = 0) : m_mapBuckets(mapBuckets) {}

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

    /// Damage that no sound record follows yet is `unused` while the file may grow: a record being written looks like
    /// that. A record that is there in its whole length is damage at once.
    [[nodiscard]] rustcask::ByteMap map() const;
    /// Bytes reserved at the end of the file and not written yet. They are no part of the map.
    [[nodiscard]] std::uint64_t unusedTail() const;

    /// Scans `file` from its beginning, or from where the last sound record ended when it was scanned before and has
    /// grown since. `database` tells which records are live; only a byte map asks. `mayGrow`: somebody may be appending
    /// to the file. Errors: those of FileInspector, cancelled.
    [[nodiscard]] Result<void> build(const std::filesystem::path& file, rustcask::Progress& progress,
                                     const rustcask::Database* database = nullptr, bool mayGrow = false);

private:
    struct Damage {
        std::uint64_t offset = 0;
        std::uint64_t bytes = 0;
        bool certain = false; // it cannot be a record half written
    };

    const std::size_t m_mapBuckets;
    mutable std::mutex m_mutex; // guards all below
    std::vector<std::uint64_t> m_offsets{};
    View m_view{};
    View m_resume{};                   // up to the end of the last sound record
    rustcask::ByteMap m_map{};         // likewise
    std::vector<Damage> m_endDamage{}; // after it
    bool m_mayGrow = false;
    std::uint64_t m_unusedTail = 0;
};

/// Below, `database` tells which records are live and may be null; `mayGrow`: somebody may be appending to the file,
/// and what no sound record follows is `unused`, not `damaged`: it may be half written.

/// The records of a page.
[[nodiscard]] Result<std::vector<RecordRow>> readPage(const std::filesystem::path& file, std::uint64_t offset,
                                                      const rustcask::Database* database, bool mayGrow = false);

/// Names the next version of those rows that are superseded, as far as `index` is built. Hot keys have so many versions
/// that not all can be looked up: after a quarter of a second the rest stays unnamed.
void nameNextVersions(std::vector<RecordRow>& rows, const rustcask::VersionIndex& index);

/// Which records of a file are wanted. Empty parts do not restrict.
struct RecordFilter {
    std::vector<RecordState> states{};
    std::string keyPart{}; ///< bytes that the key contains

    [[nodiscard]] bool isEmpty() const { return states.empty() && keyPart.empty(); }
    [[nodiscard]] bool matches(const RecordRow& row) const;
};

/// Records that a filter let through, found by one worker and read by the GUI thread. At most `most`, then it stops.
class RecordMatches {
public:
    static constexpr std::size_t most = 100'000;

    /// Reads all of `file`. Errors: those of FileInspector, cancelled.
    [[nodiscard]] Result<void> find(const std::filesystem::path& file, const RecordFilter& filter,
                                    const rustcask::Database* database, bool mayGrow, rustcask::Progress& progress);
    /// Takes what was found since the last call.
    [[nodiscard]] std::vector<RecordRow> take();
    [[nodiscard]] bool isCut() const;

private:
    mutable std::mutex m_mutex; // guards all below
    std::vector<RecordRow> m_found{};
    bool m_cut = false;
};

/// The record of sequence number `sequence` in `file`, or of the key's hint entry for the data record at `dataOffset`:
/// the offset at which it begins. nullopt: there is none. Errors: those of FileInspector, cancelled.
[[nodiscard]] Result<std::optional<std::uint64_t>>
findSequence(const std::filesystem::path& file, rustcask::Sequence sequence, rustcask::Progress& progress);
[[nodiscard]] Result<std::optional<std::uint64_t>>
findHintEntry(const std::filesystem::path& hintFile, std::uint64_t dataOffset, rustcask::Progress& progress);

/// One record with its fields and its first bytes.
struct RecordDetail {
    RecordRow row{};
    rustcask::FileKind fileKind = rustcask::FileKind::data;
    rustcask::Generation generation{};
    std::vector<rustcask::FieldSpan> fields{};
    std::string bytes{};
    std::string key{}; ///< whole
};

/// `offset` is the record's first byte. Errors: ioError, corruption when nothing stands there any more.
[[nodiscard]] Result<RecordDetail> readRecord(const std::filesystem::path& file, std::uint64_t offset,
                                              const rustcask::Database* database, bool mayGrow = false);

/// The record that holds the byte at `byte`, looked for from `start`, the offset of a record at or before it. Errors:
/// ioError, cancelled, corruption when there is none.
[[nodiscard]] Result<RecordDetail> readRecordAt(const std::filesystem::path& file, std::uint64_t byte,
                                                std::uint64_t start, const rustcask::Database* database, bool mayGrow,
                                                rustcask::Progress& progress);

} // namespace rustcask::ui
