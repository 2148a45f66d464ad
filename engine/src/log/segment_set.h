// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <rustcask/options.h>
#include <rustcask/result.h>

#include "format/data_record.h"
#include "keydir/keydir.h"
#include "log/segment.h"

namespace rustcask::log {

/// All data files of an open database: their lifetimes and the reading of records from them.
///
/// Readers hold a `Reclaimer::Guard` and go through `at` and `read` without a lock, except where a file has to be
/// opened or mapped first. Snapshots hold segments by `shared_ptr`. A removed segment's handles close when the last of
/// both has left.
class SegmentSet {
public:
    SegmentSet(std::shared_ptr<io::FileSystem> fileSystem, keydir::Reclaimer& reclaimer, ReadStrategy strategy,
               std::uint32_t maxOpenFiles);
    ~SegmentSet();

    /// A new segment, not yet visible to `at`. Errors: internal, when 2^22 files were made by one handle.
    [[nodiscard]] Result<std::shared_ptr<Segment>> create(Generation generation, std::filesystem::path path);
    /// Makes it visible to readers and to `list`.
    void publish(const std::shared_ptr<Segment>& segment);
    /// Takes it out; it dies when readers and snapshots have left it, and stays readable for them although its file is
    /// unlinked next. Nothing may point at it any more. Errors: ioError, when no handle can be had; nothing is done
    /// then.
    [[nodiscard]] Result<void> remove(const std::shared_ptr<Segment>& segment);

    /// Keeps the segment readable although another process may remove its file, until as many `unpin` came. False: so
    /// many are pinned that the limit on open files allows no more; nothing is done. Errors: ioError (`io::isMissing`:
    /// it has been removed).
    [[nodiscard]] Result<bool> pin(Segment& segment);
    void unpin(Segment& segment) noexcept;

    /// @pre `index` came from the keydir while the caller stood in its guard; nullptr when it was removed meanwhile.
    [[nodiscard]] Segment* at(std::uint32_t index) const noexcept;
    [[nodiscard]] std::vector<std::shared_ptr<Segment>> list() const; ///< ascending by generation

    /// Opens its file for reading, also one that was found as a merge's output under its temporary name and has its own
    /// by now. Errors: ioError.
    [[nodiscard]] Result<std::unique_ptr<io::File>> openFile(const Segment& segment) const;

    /// The bytes of a record: a view of the mapping, or of `scratch`, which then holds them. The caller stands in a
    /// guard or holds the segment. Errors: ioError (`io::isMissing`: the file was removed), corruption when the file is
    /// too short.
    [[nodiscard]] Result<std::string_view> read(Segment& segment, std::uint64_t offset, std::uint64_t bytes,
                                                std::string& scratch) const;

    /// The same without a word where it is not mapped (yet) or too short: the usual case of `ReadStrategy::mapped`.
    [[nodiscard]] const char* readMapped(const Segment& segment, std::uint64_t offset,
                                         std::uint64_t bytes) const noexcept {
        const io::Mapping* mapped =
            m_strategy == ReadStrategy::mapped ? segment.mapped.load(std::memory_order_acquire) : nullptr;
        if (mapped == nullptr || offset + bytes > mapped->size() ||
            offset + bytes > segment.bytes.load(std::memory_order_acquire))
            return nullptr;
        return mapped->data() + offset;
    }

    /// Gives the active file's handle and, for a mapped write path, mapping to readers.
    void attach(Segment& segment, std::shared_ptr<io::File> file, std::shared_ptr<io::Mapping> mapping);

    /// Takes the writer's handle back when its file is sealed: from then on it counts against the limit on open files.
    void detachHandle(Segment& segment);

    /// Takes stock of damage that may have been the newest record of any key: called when files were loaded, before
    /// their records are read. Records that are certainly newer are not in doubt.
    void updateDoubt();
    /// Whether a record with this sequence number in that file may have been superseded by one that damage has taken.
    [[nodiscard]] bool isDoubtful(std::uint64_t sequence, std::uint32_t file) const noexcept {
        return sequence < m_doubtBelow.load(std::memory_order_acquire) &&
               file != m_doubtExcept.load(std::memory_order_relaxed);
    }
    [[nodiscard]] bool anyDoubt() const noexcept { return m_doubtBelow.load(std::memory_order_acquire) > 0; }
    /// Whether `segment` is the log that tells what is newer than some damage: merged away, it would put all in doubt.
    [[nodiscard]] bool boundsDoubt(const Segment& segment) const;
    /// What to tell whoever asks for a key in doubt. The caller stands in a guard.
    [[nodiscard]] Error doubtError(std::string_view operation) const;

    [[nodiscard]] io::FileSystem& fileSystem() const noexcept { return *m_fileSystem; }
    [[nodiscard]] const keydir::MappingHints& mappings() const noexcept { return m_mappings; }
    [[nodiscard]] keydir::Reclaimer& reclaimer() const noexcept { return m_reclaimer; }

private:
    static constexpr std::size_t blockSize = 1024;
    static constexpr std::uint32_t noFileIndex = keydir::maxFileIndex + 1;
    using Block = std::array<std::atomic<Segment*>, blockSize>;

    [[nodiscard]] Result<std::string_view> readThrough(const io::File& file, const Segment& segment,
                                                       std::uint64_t offset, std::uint64_t bytes,
                                                       std::string& scratch) const;
    [[nodiscard]] const io::Mapping* mapNow(Segment& segment) const;
    void setMapped(Segment& segment, const io::Mapping* mapping) const noexcept;
    [[nodiscard]] Result<const io::File*> openNow(Segment& segment) const;

    std::shared_ptr<io::FileSystem> m_fileSystem;
    keydir::Reclaimer& m_reclaimer;
    ReadStrategy m_strategy;
    std::uint32_t m_maxOpenFiles;
    std::array<std::atomic<Block*>, 4096> m_blocks{};
    mutable keydir::MappingHints m_mappings;
    std::atomic<std::uint64_t> m_doubtBelow{0};            // records below it are in doubt
    std::atomic<std::uint32_t> m_doubtExcept{noFileIndex}; // but not those of this file
    std::atomic<std::uint32_t> m_doubtFile{noFileIndex};
    mutable Mutex m_mutex; // guards the following, and the owners inside segments
    std::vector<std::unique_ptr<Block>> m_blockOwners RUSTCASK_GUARDED_BY(m_mutex);
    std::vector<std::shared_ptr<Segment>> m_segments RUSTCASK_GUARDED_BY(m_mutex);
    std::uint32_t m_nextIndex RUSTCASK_GUARDED_BY(m_mutex) = 0;
    // Those whose handle was opened here, in clock order.
    mutable std::vector<Segment*> m_open RUSTCASK_GUARDED_BY(m_mutex);
    mutable std::size_t m_hand RUSTCASK_GUARDED_BY(m_mutex) = 0;
    std::size_t m_pinned RUSTCASK_GUARDED_BY(m_mutex) = 0; // segments
};

} // namespace rustcask::log
