// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <rustcask/database.h>

#include "io/file_system.h"
#include "keydir/keydir.h"
#include "log/segment_set.h"
#include "log/writer.h"
#include "thread_safety.h"

namespace rustcask {

namespace detail {

/// What outlives the database for the sake of snapshots: files and the means to free them.
struct Core {
    Core(std::shared_ptr<io::FileSystem> files, ReadStrategy strategy, std::uint32_t maxOpenFiles)
        : fileSystem(std::move(files)), segments(fileSystem, reclaimer, strategy, maxOpenFiles) {}
    std::shared_ptr<io::FileSystem> fileSystem;
    keydir::Reclaimer reclaimer; // before the segments: they retire into it
    log::SegmentSet segments;
};

/// Segments that are kept open while it lives, for the sake of what follows another process (see `SegmentSet::pin`).
class Pins {
public:
    explicit Pins(std::shared_ptr<Core> core) : m_core(std::move(core)) {}
    ~Pins() {
        for (const auto& segment : m_segments)
            m_core->segments.unpin(*segment);
    }
    Pins(const Pins&) = delete;
    Pins& operator=(const Pins&) = delete;

    /// Errors: ioError (`io::isMissing`: it has been removed).
    [[nodiscard]] Result<void> add(const std::shared_ptr<log::Segment>& segment) {
        m_segments.push_back(segment); // first: what is pinned must be unpinned whatever happens
        auto pinned = m_core->segments.pin(*segment);
        if (!pinned || !*pinned)
            m_segments.pop_back();
        return pinned ? Result<void>() : failure(std::move(pinned.error()));
    }

private:
    std::shared_ptr<Core> m_core;
    std::vector<std::shared_ptr<log::Segment>> m_segments;
};

/// Reads and checks the record that `location` describes; `value` gets its value. The caller stands in a guard or holds
/// the segment. False: `error` says why (ioError, corruption). Not a `Result`, which takes longer to make than the
/// rest.
[[nodiscard]] bool readRecord(const Core& core, log::Segment& segment, std::string_view key,
                              const keydir::Location& location, bool verify, std::string& value,
                              std::optional<Error>& error);
[[nodiscard]] Result<Timestamp> readTime(const Core& core, log::Segment& segment, std::string_view key,
                                         const keydir::Location& location);

} // namespace detail

/// Lock order: m_mergeMutex, m_snapshotMutex, m_writerMutex, m_syncMutex, m_hintMutex, a keydir shard's mutex, the
/// segment set's mutex. See doc/concurrency.md.
class Database::Impl {
public:
    Impl(std::shared_ptr<io::FileSystem> fileSystem, std::filesystem::path directory, Options options);
    ~Impl();

    [[nodiscard]] Result<void> open(Progress& progress, bool background);
    [[nodiscard]] Result<void> close();

    // Writing (database_write.cpp)
    enum class Operation : std::uint8_t { put, putIf, remove };
    // `expected`: what the newest record has to be; nullopt: for putIf none, for remove any.
    [[nodiscard]] Result<bool> write(Operation operation, std::string_view key, std::string_view value,
                                     std::optional<Sequence> expected);
    [[nodiscard]] Result<void> sync();
    [[nodiscard]] Result<void> rotate();

    // Reading
    [[nodiscard]] Result<bool> get(std::string_view key, std::string& value);
    [[nodiscard]] Result<std::size_t> getMany(std::span<const std::string_view> keys, std::vector<Lookup>& results);
    [[nodiscard]] Result<bool> contains(std::string_view key) const;                          // database_keydir.cpp
    [[nodiscard]] Result<std::optional<KeyInfo>> info(std::string_view key);                  // database_keydir.cpp
    [[nodiscard]] Result<std::shared_ptr<const ValueReader>> openValue(std::string_view key); // value_reader.cpp
    [[nodiscard]] Result<std::optional<KeydirEntry>> keydirEntry(std::string_view key) const; // database_keydir.cpp
    [[nodiscard]] Result<KeydirStats> keydirStats() const;
    [[nodiscard]] Sequence lastSequence() const noexcept {
        return Sequence{m_lastSequence.load(std::memory_order_acquire)};
    }
    [[nodiscard]] Result<std::shared_ptr<const Snapshot>> snapshot();
    [[nodiscard]] Stats stats() const;

    // Merging (merge.cpp)
    [[nodiscard]] Result<MergeReport> merge(const MergeSelection& selection, Progress& progress);
    [[nodiscard]] Result<MergePreview> previewMerge(const MergeSelection& selection) const;
    void setMergeInputs(std::vector<Generation> inputs) noexcept;
    [[nodiscard]] Result<void> setMergePolicy(const MergePolicy& policy);

    // Hint files anew (repair_open_hints.cpp)
    [[nodiscard]] Result<HintReport> rebuildHints(Progress& progress);

    // Following another process (refresh.cpp)
    [[nodiscard]] Result<bool> refresh();

    [[nodiscard]] MergePolicy mergePolicy() const;
    [[nodiscard]] std::optional<Error> fault() const;
    [[nodiscard]] const std::filesystem::path& directory() const noexcept { return m_directory; }
    [[nodiscard]] const Options& options() const noexcept { return m_options; }

private:
    friend class DatabaseTestAccess;
    struct GroupedWrite;
    using Segments = std::vector<std::shared_ptr<log::Segment>>;

    /// What is left to do when a merge is in effect: its inputs go, then the record that says so.
    struct Removal {
        std::filesystem::path record{};
        Segments inputs{};
    };

    // The first refusal, if there is one: on the way of every get and put a `Result<void>` would show.
    [[nodiscard]] static std::optional<Error> checkKey(std::string_view key, std::string_view operation);
    [[nodiscard]] std::optional<Error> checkRead(std::string_view key, std::string_view operation) const;
    [[nodiscard]] bool isWritable() const noexcept {
        return !m_options.readOnly && !m_closed.load(std::memory_order_relaxed) &&
               !m_faulted.load(std::memory_order_acquire);
    }
    /// Whether there is a location; corruption if damage may have taken a newer record. The caller stands in a guard.
    [[nodiscard]] Result<bool> isPresent(const std::optional<keydir::Location>& location,
                                         std::string_view operation) const;
    [[nodiscard]] Result<void> checkOpen(std::string_view operation) const;
    [[nodiscard]] Result<void> checkWritable(std::string_view operation) const;
    void setFault(const Error& error) noexcept;
    void tell(const Event& event) const {
        if (m_options.listener)
            m_options.listener(event);
    }
    void tellStep(EventKind kind, std::string_view step, Generation generation, std::uint64_t bytes,
                  std::string_view file = {}) const;

    // With m_writerMutex held:
    [[nodiscard]] Result<void> prepareAppend(std::uint64_t recordBytes, bool tombstone)
        RUSTCASK_REQUIRES(m_writerMutex);
    template <typename T>
    [[nodiscard]] Result<T> checkAppended(Result<T> result, bool tombstone) RUSTCASK_REQUIRES(m_writerMutex);
    [[nodiscard]] Result<log::Writer::Place> append(Timestamp time, std::string_view key, std::string_view value,
                                                    bool tombstone) RUSTCASK_REQUIRES(m_writerMutex);
    [[nodiscard]] Result<void> adoptNewest() RUSTCASK_REQUIRES(m_writerMutex);
    [[nodiscard]] Result<void> sealActive() RUSTCASK_REQUIRES(m_writerMutex);
    void apply(keydir::Keydir::Update& update, std::string_view key, const keydir::Location& location) noexcept
        RUSTCASK_REQUIRES(m_writerMutex);
    [[nodiscard]] Result<bool> writeGrouped(MutexLock& lock, Operation operation, std::string_view key,
                                            std::uint64_t hash, std::string_view value,
                                            std::optional<Sequence> expected) RUSTCASK_REQUIRES(m_writerMutex);
    void commitGroup(MutexLock& lock) RUSTCASK_REQUIRES(m_writerMutex);
    static void fail(GroupedWrite& write, const Error& error) noexcept;
    /// Makes the active file (nullptr: there is none) durable; a failure turns the database read-only.
    [[nodiscard]] Result<void> syncFile(io::File* file) noexcept RUSTCASK_EXCLUDES(m_syncMutex);
    [[nodiscard]] std::optional<Result<bool>> refusal(Operation operation, std::string_view key, std::uint64_t hash,
                                                      std::optional<Sequence> expected) const
        RUSTCASK_REQUIRES(m_writerMutex);
    void noteSealed(const std::shared_ptr<log::Segment>& segment) RUSTCASK_REQUIRES(m_writerMutex);

    [[nodiscard]] Timestamp now() const;
    [[nodiscard]] Generation nextGeneration();

    // Background work (maintenance.cpp)
    [[nodiscard]] Result<void> startBackground();
    void stopBackground();
    void runMaintenance();
    void runMerger();
    void mergeIfWanted(bool rotated);
    void queueHint(const std::shared_ptr<log::Segment>& segment);
    [[nodiscard]] std::deque<std::shared_ptr<log::Segment>> takeHintQueue();
    void writeHintNow(const std::shared_ptr<log::Segment>& segment);
    [[nodiscard]] bool insideMergeWindow() const;

    // merge.cpp
    class Merge;
    [[nodiscard]] Result<void> finishRemoval();
    [[nodiscard]] Segments selectInputs(const MergeSelection& selection, const MergePolicy& policy,
                                        MergePreview& preview) const;
    [[nodiscard]] Result<bool> refreshOnce();

    [[nodiscard]] Result<std::shared_ptr<const Snapshot>> snapshotOnce();

    std::filesystem::path m_directory;
    Options m_options;
    std::shared_ptr<detail::Core> m_core;
    keydir::Keydir m_keydir;
    std::unique_ptr<io::Lock> m_lock;

    mutable Mutex m_writerMutex; // serialises appends; guards the following
    std::unique_ptr<log::Writer> m_writer RUSTCASK_GUARDED_BY(m_writerMutex);
    std::shared_ptr<log::Segment>
        m_adoptable RUSTCASK_GUARDED_BY(m_writerMutex); // newest file of an earlier run; appends continue in it
    std::uint64_t m_nextSequence RUSTCASK_GUARDED_BY(m_writerMutex) = 1;
    std::vector<GroupedWrite*>
        m_group RUSTCASK_GUARDED_BY(m_writerMutex); // appended, waiting for the next fdatasync (everyWrite)
    std::map<std::string_view, std::size_t>
        m_groupedKeys RUSTCASK_GUARDED_BY(m_writerMutex); // keys with appended, not yet applied writes, and how many
    bool m_groupLeader RUSTCASK_GUARDED_BY(m_writerMutex) = false;
    ConditionVariable m_groupDone;
    std::uint64_t m_syncedBytes RUSTCASK_GUARDED_BY(m_writerMutex) = 0; // of m_appendedBytes, at the last sync

    std::atomic<std::uint64_t> m_lastSequence{0}; // of the newest record that readers can see
    std::atomic<std::uint64_t> m_nextGeneration{1};
    std::atomic<std::uint64_t> m_appendedBytes{0};
    std::atomic<std::uint64_t> m_puts{0}, m_removes{0}, m_syncs{0}, m_rotations{0}, m_merges{0};
    std::atomic<bool> m_mergeRunning{false};
    std::atomic<std::uint64_t> m_mergeBytesRead{0};
    mutable Mutex m_mergeInputsMutex;
    std::vector<Generation> m_mergeInputs RUSTCASK_GUARDED_BY(m_mergeInputsMutex); // of the merge that runs

    std::atomic<bool> m_closed{false};
    std::atomic<bool> m_faulted{false};
    mutable Mutex m_faultMutex;
    std::optional<Error> m_fault RUSTCASK_GUARDED_BY(m_faultMutex);

    Mutex m_syncMutex;                // one fdatasync of the active file at a time
    Mutex m_snapshotMutex;            // one capture of the keydir at a time
    Mutex m_mergeMutex;               // one merge at a time
    std::optional<Removal> m_removal; // of the last merge, when not finished; under m_mergeMutex, as all of a merge
    mutable Mutex m_policyMutex;
    MergePolicy m_policy RUSTCASK_GUARDED_BY(m_policyMutex); // in effect
    Mutex m_refreshMutex;

    Mutex m_hintMutex;       // a hint is being written, or an input is about to be unlinked
    Mutex m_backgroundMutex; // guards the following
    ConditionVariable m_backgroundWake;
    std::deque<std::shared_ptr<log::Segment>> m_hintQueue RUSTCASK_GUARDED_BY(m_backgroundMutex);
    std::uint64_t m_sealedCount RUSTCASK_GUARDED_BY(m_backgroundMutex) = 0;
    bool m_stopping RUSTCASK_GUARDED_BY(m_backgroundMutex) = false;
    Progress m_backgroundProgress; // of automatic merges
    std::thread m_maintenance;
    std::thread m_merger;
};

} // namespace rustcask
