// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

#include <rustcask/events.h>
#include <rustcask/types.h>

namespace rustcask {

/// When an append becomes durable, that is survives a power cut.
enum class SyncMode : std::uint8_t {
    none,       ///< when the operating system gets to it, at `sync`, rotation and close. Survives a killed process
                ///< (with `WritePath::buffered` only what has left the buffer does).
    interval,   ///< additionally every `Options::syncInterval`, off the write path
    everyWrite, ///< before the call returns and before any reader sees it; concurrent writers share one fdatasync
};

/// How a record gets into the active file.
enum class WritePath : std::uint8_t {
    mapped,   ///< copied into a shared mapping of preallocated space, below 32 KiB without a system call; with
              ///< `SyncMode::everyWrite` one `pwrite` a record all the same, because a page that was dirtied through a
              ///< mapping is written back with up to 2 MiB around it. `direct` on file systems that cannot preallocate,
              ///< because a full disk must be an error and never a signal.
    direct,   ///< one `pwrite` a record
    buffered, ///< gathered in a buffer of `Options::writeBufferBytes`; what is in it is lost when the process dies
};

/// How a value gets out of a data file.
enum class ReadStrategy : std::uint8_t {
    mapped,      ///< sealed files are mapped: fastest; failing media raise a signal instead of an error
    keepOpen,    ///< handles stay open, at most `Options::maxOpenFiles`; `pread` per get
    openPerRead, ///< open, pread, close per get, as the Bitcask paper's simplest reading does
};

/// Who starts merges.
enum class MergeMode : std::uint8_t {
    manual,        ///< only `Database::merge`
    automatic,     ///< a background thread, when a trigger of `MergePolicy` is met inside its window
    everyRotation, ///< a background thread, after each rotation, of every sealed file; for comparison: it shows what a
                   ///< policy saves
};

/// When a merge starts and which files it takes. A merge starts as soon as one sealed file meets a trigger, and then
/// takes every sealed file that meets a threshold. Fractions are of the keys in the file, 0 to 1. The defaults are
/// those of Riak's Bitcask.
struct MergePolicy {
    MergeMode mode = MergeMode::manual;
    double deadFractionTrigger = 0.60;
    std::uint64_t deadBytesTrigger = std::uint64_t{512} << 20;
    double deadFractionThreshold = 0.40;
    std::uint64_t deadBytesThreshold = std::uint64_t{128} << 20;
    std::uint64_t smallFileThreshold = std::uint64_t{10} << 20; ///< files shorter than this join, in bytes
    int windowBeginHour = 0;             ///< local time, 0 to 23; automatic merges start only from this hour …
    int windowEndHour = 24;              ///< … to before this one, 1 to 24; begin > end spans midnight
    std::uint64_t maxBytesPerSecond = 0; ///< read and write rate limit of any merge; 0: unlimited
};

/// How a database is opened. The defaults are the fastest that keep every promise. `Database::open` refuses values out
/// of range with `invalidArgument`.
struct Options {
    bool createIfMissing = true; ///< make the directory (not its parents) when it is absent or empty
    bool errorIfExists = false;  ///< refuse a directory that already holds a database
    bool readOnly = false;       ///< take no lock and write not one byte; other processes may write meanwhile

    SyncMode sync = SyncMode::none;
    std::chrono::milliseconds syncInterval{1000}; ///< 1 ms to 1 h; used with `SyncMode::interval`

    WritePath writePath = WritePath::mapped;
    std::uint64_t writeBufferBytes = 64 * 1024; ///< 4 KiB to 1 GiB; used with `WritePath::buffered`

    ReadStrategy readStrategy = ReadStrategy::mapped;
    std::uint32_t maxOpenFiles = 256; ///< 1 to 1,000,000; least recently used handles close first (`keepOpen`)
    bool verifyChecksums = true;      ///< check a record's CRC-32C on every get; without it a get is cheaper and a
                                      ///< damaged value is returned as it is

    /// A data file is sealed before an append would make it longer than this: 64 B to 1 TiB. One larger record still
    /// gets a file of its own.
    std::uint64_t maxFileBytes = std::uint64_t{2} << 30;
    std::uint32_t recoveryThreads = 0;                     ///< threads that load files at open; 0: one per core
    std::uint64_t scanChunkBytes = std::uint64_t{1} << 20; ///< read size of sequential scans, 4 KiB to 1 GiB

    MergePolicy merge{};

    EventListener listener{}; ///< told what the engine does; empty: nobody
    bool traceCalls = false;  ///< also report every system call as `EventKind::call`

    /// Source of record timestamps; empty: the system clock. Called once per append, under the writer lock.
    std::function<Timestamp()> clock{};
};

} // namespace rustcask
