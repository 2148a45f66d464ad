// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <rustcask/options.h>
#include <rustcask/result.h>

#include "log/page_toucher.h"
#include "log/segment_set.h"

namespace rustcask::log {

/// Appends records to a sequence of data files by one of the three write paths. Not thread-safe: the database's writer
/// lock (or a merge, for its outputs) protects it. Readers see a record only through the keydir, after `append`
/// returned.
class Writer {
public:
    struct Settings {
        std::filesystem::path directory;
        WritePath path = WritePath::mapped;
        std::uint64_t maxFileBytes = 0;
        std::uint64_t bufferBytes = 0;
        bool mergeOutput = false; ///< outputs get a temporary name and stay unpublished
        /// Each record is synced before long: written with calls although the file is mapped, because a page that was
        /// dirtied through a mapping is written back with all of its folio, which has up to 2 MiB.
        bool syncsRecords = false;
        std::function<Generation()> nextGeneration;
        std::function<Timestamp()> clock;
        /// Told of each sealed file, durable by then; it may not call back.
        std::function<void(const std::shared_ptr<Segment>&)> sealed;
        /// Makes the file durable when it is sealed; empty: `io::File::sync`.
        std::function<Result<void>(io::File&)> sync;
    };
    struct Place {
        Segment* segment = nullptr; ///< the active one
        std::uint64_t offset = 0;
        std::uint64_t bytes = 0;
    };

    Writer(SegmentSet& segments, Settings settings);
    ~Writer();

    /// Makes room for a record of `bytes` bytes: seals the active file when it would grow too long, begins a new one,
    /// reserves space. An append of that size then seals nothing. Errors: noSpace, ioError.
    [[nodiscard]] Result<void> makeRoom(std::uint64_t bytes);
    /// Whether there is room already.
    [[nodiscard]] bool hasRoom(std::uint64_t bytes) const noexcept {
        if (!m_active || m_broken)
            return false;
        const std::uint64_t end = m_active->bytes.load(std::memory_order_relaxed) + bytes;
        return end <= m_settings.maxFileBytes && (!reservesAhead() || end <= m_toucher.reserved());
    }
    /// The first half of an append: where the file is mapped and the value not large, copies the record into its place,
    /// all but the checksum. Without that it is no record, so nothing has happened if the append does not follow. Room
    /// was made for it.
    void lay(Sequence sequence, Timestamp time, std::string_view key, std::string_view value, bool tombstone) noexcept;
    /// Appends the record that was laid. On failure nothing was appended;
    /// if even taking back a partial append failed, `isBroken`. Errors: noSpace, ioError.
    [[nodiscard]] Result<Place> append(Sequence sequence, Timestamp time, std::string_view key, std::string_view value,
                                       bool tombstone);
    /// Appends a sound record as it is, from a merge's input.
    [[nodiscard]] Result<Place> appendRaw(const format::RecordHeader& header, std::string_view record);
    [[nodiscard]] Result<Place> copyLong(const format::RecordHeader& header, const io::File& from, std::uint64_t offset,
                                         std::uint64_t chunkBytes);

    /// Continues an existing file as the active one: the newest of an earlier run, cut to its last sound record.
    [[nodiscard]] Result<void> adopt(const std::shared_ptr<Segment>& segment);

    /// Makes sure that there is an active file, be it without records.
    [[nodiscard]] Result<void> ensureActive() { return makeRoom(0); }
    /// Writes out the buffer (buffered path). What it holds is then safe from a killed process.
    [[nodiscard]] Result<void> flush();
    /// Flushes, cuts reserved space, makes the file durable and closes it to appends. No active file: nothing happens.
    [[nodiscard]] Result<void> seal();

    [[nodiscard]] const std::shared_ptr<Segment>& active() const noexcept { return m_active; }
    [[nodiscard]] std::shared_ptr<io::File> file() const noexcept { return m_file; }
    [[nodiscard]] bool isBroken() const noexcept { return m_broken; }
    [[nodiscard]] WritePath path() const noexcept { return m_settings.path; } ///< after fallbacks
    [[nodiscard]] std::uint64_t fsyncs() const noexcept { return m_fsyncs; }

private:
    /// Whether an append needs space that was reserved for it: a mapped one could fail in no other way than by a
    /// signal, and what is in the buffer has been acknowledged by the time it is written out.
    [[nodiscard]] bool reservesAhead() const noexcept { return m_mapping != nullptr || m_reservesBuffer; }
    [[nodiscard]] Result<void> begin(std::uint64_t firstRecordBytes);
    [[nodiscard]] Result<void> fillNew(Generation generation, std::uint64_t firstRecordBytes);
    void abandonNew(const std::filesystem::path& path) noexcept;
    void abandonActive() noexcept;
    [[nodiscard]] Result<void> mapActive(std::uint64_t firstRecordBytes);
    [[nodiscard]] Result<void> reserve(std::uint64_t end);
    [[nodiscard]] std::uint64_t nextReservation(std::uint64_t end) const noexcept;
    [[nodiscard]] Result<void> reserveBuffer(std::uint64_t end);
    [[nodiscard]] Result<void> write(std::uint64_t offset, std::string_view head, std::string_view tail);
    [[nodiscard]] Place finish(const format::RecordHeader& header) noexcept;
    /// Whether a record of this length is written through the mapping; a longer one is with calls, which the kernel
    /// clears no pages for.
    [[nodiscard]] bool isMapped(std::uint64_t recordBytes) const noexcept;
    void touchAhead(std::uint64_t offset, bool pages) noexcept;
    [[nodiscard]] tl::unexpected<Error> takeBack(Error error);

    SegmentSet& m_segments;
    Settings m_settings;
    std::shared_ptr<Segment> m_active;
    std::shared_ptr<io::File> m_file;
    std::shared_ptr<io::Mapping> m_mapping;
    bool m_reservesBuffer = false;
    PageToucher m_toucher;           ///< knows the file's length, when space is reserved ahead
    std::uint64_t m_touchedTo = 0;   ///< what the toucher was asked for so far
    std::uint64_t m_touchNextAt = 0; ///< offset at which to ask for more
    std::string m_scratch;
    bool m_broken = false;
    std::uint64_t m_fsyncs = 0;
};

} // namespace rustcask::log
