// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "io/file_system.h"

/// A file system in memory for tests: it records what changes the disk, so that `CrashStates` can say what a power cut
/// may leave, fails any call, and fills up. Only tests link it.
namespace rustcask::io {

/// Files and directories by absolute path. Contents are shared: a copy is cheap.
struct DiskImage {
    std::map<std::string, std::shared_ptr<const std::string>> files{};
    std::set<std::string> directories{"/"};
};

/// One call that changed the disk or made changes durable.
struct RecordedCall {
    enum class Kind : std::uint8_t {
        create,          ///< `path` names the new, empty file `file`
        write,           ///< `bytes` at `offset`
        store,           ///< the same through a mapping; noticed at the next call, one per page
        truncate,        ///< to the length `offset`
        allocate,        ///< zero bytes up to the length `offset`, if that is longer
        sync,            ///< `file` is durable
        failedSync,      ///< what was pending on `file` is lost for good or not: no later sync makes it durable
        createDirectory, ///< `path`
        rename,          ///< `file` from `path` to `target`
        remove,          ///< `path`
        syncDirectory,   ///< the names in `path` are durable
    };
    Kind kind = Kind::sync;
    std::uint32_t file = 0;
    std::uint64_t offset = 0;
    std::string bytes{};
    std::string path{};
    std::string target{};

    /// "write 28 bytes at 60 of file 3", for messages.
    [[nodiscard]] std::string text() const;
};

/// What was durable at the beginning, and what happened since. Files of `base` are numbered from 1 in the order of
/// their paths, created ones from there on.
struct Recording {
    DiskImage base{};
    std::vector<RecordedCall> calls{};
};

enum class CallKind : std::uint8_t {
    open,
    read,
    write,
    truncate,
    allocate,
    sync,
    size,
    map,
    isDirectory,
    createDirectory,
    list,
    rename,
    remove,
    syncDirectory,
    lock,
    freeBytes,
};

/// Which call fails, and how.
struct Fault {
    std::uint64_t at = 0;    ///< the n-th call from now on, counting from 1 those of `kinds`; 0: none
    int error = 0;           ///< errno
    bool partial = false;    ///< a write gets half of its bytes done before; a read ends early without an error
    bool lasting = false;    ///< every one of `kinds` from then on fails, too
    std::uint32_t kinds = 0; ///< one bit a `CallKind`

    [[nodiscard]] static constexpr std::uint32_t bit(CallKind kind) noexcept {
        return 1U << static_cast<unsigned>(kind);
    }
    static constexpr std::uint32_t everything = 0xFFFFFFFF;
};

/// Files and directories in memory behind the seam. Thread-safe while nothing is recorded; a recording one observes
/// mappings and belongs to one thread.
class MemoryFileSystem final : public FileSystem, public std::enable_shared_from_this<MemoryFileSystem> {
public:
    /// Holds what the calls of `recording` made of its base, and goes on recording, or not.
    explicit MemoryFileSystem(Recording recording = {}, bool record = true);
    ~MemoryFileSystem() override;

    Result<std::unique_ptr<File>> open(const std::filesystem::path& path, OpenMode mode) override;
    Result<bool> isDirectory(const std::filesystem::path& path) override;
    Result<void> createDirectory(const std::filesystem::path& path) override;
    Result<std::vector<DirectoryEntry>> list(const std::filesystem::path& directory) override;
    Result<void> rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
    Result<void> remove(const std::filesystem::path& path) override;
    Result<void> syncDirectory(const std::filesystem::path& directory) override;
    Result<std::unique_ptr<Lock>> lock(const std::filesystem::path& path) override;
    Result<std::uint64_t> freeBytes(const std::filesystem::path& directory) override;

    /// Records what was stored through mappings since the last call.
    void observe();
    /// Everything recorded so far, stores included.
    [[nodiscard]] const Recording& recording();
    /// The files as every process sees them now.
    [[nodiscard]] DiskImage image();

    void setFault(const Fault& fault);
    /// Whether the fault that was set has come.
    [[nodiscard]] bool faultFired() const;
    /// Calls of the fault's kinds since it was set.
    [[nodiscard]] std::uint64_t countedCalls() const;
    /// How many bytes all files may take together; beyond that writing fails with ENOSPC.
    void setCapacity(std::uint64_t bytes);
    [[nodiscard]] std::uint64_t usedBytes() const;
    /// What would have been a signal on a real machine: stores beyond the end of a file or into space that was not
    /// reserved. Empty when all is well.
    [[nodiscard]] std::vector<std::string> violations() const;

private:
    class MemoryFile;
    class MemoryMapping;
    class MemoryLock;
    struct Inode;

    // With m_mutex held:
    [[nodiscard]] int faultNow(CallKind kind, bool& partial);
    [[nodiscard]] std::shared_ptr<Inode> makeInode(std::shared_ptr<const std::string> contents);
    void record(RecordedCall call);
    void observe(Inode& inode);
    void observeAll();
    void write(Inode& inode, std::uint64_t offset, std::string_view bytes);
    void resize(Inode& inode, std::uint64_t length);
    [[nodiscard]] std::uint64_t usedNow() const;
    void replay(const RecordedCall& call, std::vector<std::shared_ptr<Inode>>& numbered);

    mutable std::mutex m_mutex;
    bool m_record;
    Recording m_recording;
    std::map<std::string, std::shared_ptr<Inode>> m_names;
    std::set<std::string> m_directories;
    std::set<std::string> m_locked;
    std::vector<std::weak_ptr<Inode>> m_inodes;
    std::uint32_t m_nextFile = 1;
    Fault m_fault{};
    std::uint64_t m_counted = 0;
    bool m_fired = false;
    std::uint64_t m_capacity = UINT64_MAX;
    std::vector<std::string> m_violations;
};

} // namespace rustcask::io
