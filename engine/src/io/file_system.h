// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <rustcask/result.h>

/// The only seam between the engine and the operating system. Everything the engine reads or writes goes through a
/// `FileSystem`, so that tests can record, fail, tear and reorder it.
namespace rustcask::io {

/// Bytes of a file in the address space; unmapped when it goes.
class Mapping {
public:
    Mapping(char* data, std::size_t size) noexcept : m_data(data), m_size(size) {}
    virtual ~Mapping() = default;
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;
    [[nodiscard]] char* data() const noexcept { return m_data; }
    [[nodiscard]] std::size_t size() const noexcept { return m_size; }
    /// Hint that the range, which lies in reserved space, will be written soon: takes the page faults now.
    virtual void populate(std::uint64_t offset, std::uint64_t bytes) noexcept {
        static_cast<void>(offset);
        static_cast<void>(bytes);
    }

protected:
    void set(char* data, std::size_t size) noexcept {
        m_data = data;
        m_size = size;
    }

private:
    char* m_data;
    std::size_t m_size;
};

/// An open file. Positional reads and writes may run on any threads at once.
class File {
public:
    virtual ~File() = default;
    File() = default;
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    /// Reads until `size` bytes or the end of the file; interrupted and short reads are continued. Bytes read.
    [[nodiscard]] virtual Result<std::size_t> readAt(std::uint64_t offset, char* out, std::size_t size) const = 0;
    /// Writes all of `bytes`, or fails (possibly having written some).
    [[nodiscard]] virtual Result<void> writeAt(std::uint64_t offset, std::string_view bytes) = 0;
    [[nodiscard]] virtual Result<void> truncate(std::uint64_t size) = 0;
    /// Reserves space, so that later writes to the range, mapped ones too, cannot run out of it; extends the file.
    /// Fails with `unsupported` where the file system cannot.
    [[nodiscard]] virtual Result<void> allocate(std::uint64_t offset, std::uint64_t size) = 0;
    /// fdatasync: contents and length are durable when it returns; what was written through a mapping too.
    [[nodiscard]] virtual Result<void> sync() = 0;
    [[nodiscard]] virtual Result<std::uint64_t> size() const = 0;
    /// Maps the first `size` bytes, shared. Touching a page beyond the end of the file is a signal: the caller's duty.
    [[nodiscard]] virtual Result<std::unique_ptr<Mapping>> map(std::uint64_t size, bool writable) = 0;
    /// Hint that the range will be read once, from front to back; `dropCache`: that it will not be needed again.
    virtual void adviseSequential() noexcept {}
    virtual void dropCache(std::uint64_t /*offset*/, std::uint64_t /*size*/) noexcept {}
    /// Hint that the range will be synced before long: the system may begin to write it out. Makes nothing durable.
    virtual void beginWriteBack(std::uint64_t /*offset*/, std::uint64_t /*size*/) noexcept {}
};

/// An exclusive lock on a file, released when it goes (and by the kernel when the process dies).
class Lock {
public:
    virtual ~Lock() = default;
};

enum class OpenMode : std::uint8_t { read, readWrite, createNew /* fails when it exists */, createOrTruncate };

struct DirectoryEntry {
    std::string name;
    std::uint64_t bytes = 0;
    bool regular = false;
};

class FileSystem {
public:
    virtual ~FileSystem() = default;
    [[nodiscard]] virtual Result<std::unique_ptr<File>> open(const std::filesystem::path& path, OpenMode mode) = 0;
    [[nodiscard]] virtual Result<bool> isDirectory(const std::filesystem::path& path) = 0; ///< false: nothing there
    [[nodiscard]] virtual Result<void> createDirectory(const std::filesystem::path& path) = 0;
    [[nodiscard]] virtual Result<std::vector<DirectoryEntry>> list(const std::filesystem::path& directory) = 0;
    [[nodiscard]] virtual Result<void> rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
    [[nodiscard]] virtual Result<void> remove(const std::filesystem::path& path) = 0; ///< absent is success
    /// Gives the file `from` a second name. Fails with `unsupported` where the file system, or this class, cannot.
    [[nodiscard]] virtual Result<void> link(const std::filesystem::path& from, const std::filesystem::path& to);
    /// Removes an empty directory; absent is success.
    [[nodiscard]] virtual Result<void> removeDirectory(const std::filesystem::path& directory);
    /// Makes creations, renames and removals in the directory durable.
    [[nodiscard]] virtual Result<void> syncDirectory(const std::filesystem::path& directory) = 0;
    /// Takes the exclusive lock on `path`, made if absent, and writes this process's id into it. Fails with `locked`
    /// and the holder's pid when another has it.
    [[nodiscard]] virtual Result<std::unique_ptr<Lock>> lock(const std::filesystem::path& path) = 0;
    [[nodiscard]] virtual Result<std::uint64_t> freeBytes(const std::filesystem::path& directory) = 0;
};

/// The real one. Stateless and thread-safe.
[[nodiscard]] std::shared_ptr<FileSystem> posixFileSystem();

/// Whether an error says that a file or directory is not there.
[[nodiscard]] bool isMissing(const Error& error) noexcept;

/// Whole file, at most `maxBytes` of it.
[[nodiscard]] Result<std::string> readFile(FileSystem& fs, const std::filesystem::path& path, std::uint64_t maxBytes);
/// Writes under a temporary name, syncs, renames and syncs the directory: afterwards the old contents or the new are
/// there.
[[nodiscard]] Result<void> writeFileAtomically(FileSystem& fs, const std::filesystem::path& path,
                                               std::string_view bytes);

} // namespace rustcask::io
