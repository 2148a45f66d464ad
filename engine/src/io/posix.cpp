// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "io/file_system.h"
#include "io/system_error.h"

namespace rustcask::io {
namespace {

namespace fs = std::filesystem;

class PosixMapping final : public Mapping {
public:
    PosixMapping() noexcept : Mapping(nullptr, 0) {}
    ~PosixMapping() override {
        if (size() > 0)
            ::munmap(data(), size());
    }
    void take(char* data, std::size_t size) noexcept { set(data, size); }
    void populate(std::uint64_t offset, std::uint64_t bytes) noexcept override {
#if defined(MADV_POPULATE_WRITE)
        const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
        const std::uint64_t begin = offset / page * page;
        // Advice: an older kernel refuses it, and the pages are touched when they are written.
        ::madvise(data() + begin, static_cast<std::size_t>(offset + bytes - begin), MADV_POPULATE_WRITE);
#else
        static_cast<void>(offset);
        static_cast<void>(bytes);
#endif
    }
};

class PosixFile final : public File {
public:
    explicit PosixFile(fs::path path) : m_path(std::move(path)) {}
    ~PosixFile() override {
        if (m_fd >= 0)
            ::close(m_fd);
    }
    void take(int fd) noexcept { m_fd = fd; }

    Result<std::size_t> readAt(std::uint64_t offset, char* out, std::size_t size) const override {
        std::size_t done = 0;
        while (done < size) {
            const ssize_t n = ::pread(m_fd, out + done, size - done, static_cast<off_t>(offset + done));
            if (n < 0) {
                if (errno == EINTR)
                    continue;
                return fail("read", offset + done);
            }
            if (n == 0)
                break;
            done += static_cast<std::size_t>(n);
        }
        return done;
    }

    Result<void> writeAt(std::uint64_t offset, std::string_view bytes) override {
        while (!bytes.empty()) {
            const ssize_t n = ::pwrite(m_fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
            if (n < 0) {
                if (errno == EINTR)
                    continue;
                return fail("write", offset);
            }
            if (n == 0) { // not for a regular file; no reason to ask for ever
                errno = EIO;
                return fail("write", offset);
            }
            offset += static_cast<std::uint64_t>(n);
            bytes.remove_prefix(static_cast<std::size_t>(n));
        }
        return {};
    }

    Result<void> truncate(std::uint64_t size) override {
        while (::ftruncate(m_fd, static_cast<off_t>(size)) != 0)
            if (errno != EINTR)
                return fail("set the length of the file", size);
        return {};
    }

    Result<void> allocate(std::uint64_t offset, std::uint64_t size) override {
        // fallocate itself, not posix_fallocate, whose emulation writes every page.
        while (::fallocate(m_fd, 0, static_cast<off_t>(offset), static_cast<off_t>(size)) != 0) {
            if (errno == EINTR)
                continue;
            auto error = fail("reserve space", offset);
            if (errno == EOPNOTSUPP || errno == ENOSYS)
                error.value().code = ErrorCode::unsupported;
            return error;
        }
        return {};
    }

    Result<void> sync() override {
        // Not repeated on EINTR or EIO: after a failed fsync the kernel may have dropped the pages that it could not
        // write.
        if (::fdatasync(m_fd) != 0)
            return fail("make the file durable", std::nullopt);
        return {};
    }

    Result<std::uint64_t> size() const override {
        struct stat status {};
        if (::fstat(m_fd, &status) != 0)
            return fail("ask for the length of the file", std::nullopt);
        return static_cast<std::uint64_t>(status.st_size);
    }

    Result<std::unique_ptr<Mapping>> map(std::uint64_t size, bool writable) override {
        auto mapping = std::make_unique<PosixMapping>(); // before: what is mapped has an owner
        void* at = ::mmap(nullptr, size, writable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, m_fd, 0);
        if (at == MAP_FAILED)
            return fail("map the file", std::nullopt);
        // What is being written is read again soon and at random: large folios, so that it is mapped by large pages.
        // Not for reading: one record of a file that is not in the cache must not bring two megabytes with it.
        if (writable)
            ::madvise(at, size, MADV_HUGEPAGE);
        mapping->take(static_cast<char*>(at), static_cast<std::size_t>(size));
        return mapping;
    }

    void adviseSequential() noexcept override { ::posix_fadvise(m_fd, 0, 0, POSIX_FADV_SEQUENTIAL); }
    void beginWriteBack(std::uint64_t offset, std::uint64_t size) noexcept override {
#if defined(SYNC_FILE_RANGE_WRITE)
        ::sync_file_range(m_fd, static_cast<off64_t>(offset), static_cast<off64_t>(size), SYNC_FILE_RANGE_WRITE);
#else
        static_cast<void>(offset);
        static_cast<void>(size);
#endif
    }
    void dropCache(std::uint64_t offset, std::uint64_t size) noexcept override {
        ::posix_fadvise(m_fd, static_cast<off_t>(offset), static_cast<off_t>(size), POSIX_FADV_DONTNEED);
    }

private:
    [[nodiscard]] tl::unexpected<Error> fail(std::string operation, std::optional<std::uint64_t> offset) const {
        auto error = systemFailure(std::move(operation), m_path, errno);
        error.value().offset = offset;
        return error;
    }

    int m_fd = -1;
    fs::path m_path;
};

class PosixLock final : public Lock {
public:
    ~PosixLock() override { // which releases the lock
        if (m_fd >= 0)
            ::close(m_fd);
    }
    void take(int fd) noexcept { m_fd = fd; }

private:
    int m_fd = -1;
};

// 0, or the errno that says why not all of it was written.
[[nodiscard]] int writePid(int fd, std::string_view text) {
    for (std::size_t done = 0; done < text.size();) {
        const ssize_t n = ::pwrite(fd, text.data() + done, text.size() - done, static_cast<off_t>(done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? errno : EIO;
        done += static_cast<std::size_t>(n);
    }
    return 0;
}

[[nodiscard]] std::optional<std::int64_t> readPid(int fd) {
    char text[64];
    const ssize_t n = ::pread(fd, text, sizeof text, 0);
    std::int64_t pid = 0;
    if (n <= 0)
        return std::nullopt;
    const auto [end, error] = std::from_chars(text, text + n, pid);
    if (error != std::errc{} || pid <= 0)
        return std::nullopt;
    return pid;
}

class PosixFileSystem final : public FileSystem {
public:
    Result<std::unique_ptr<File>> open(const fs::path& path, OpenMode mode) override {
        int flags = O_CLOEXEC;
        switch (mode) {
        case OpenMode::read:
            flags |= O_RDONLY;
            break;
        case OpenMode::readWrite:
            flags |= O_RDWR;
            break;
        case OpenMode::createNew:
            flags |= O_RDWR | O_CREAT | O_EXCL;
            break;
        case OpenMode::createOrTruncate:
            flags |= O_RDWR | O_CREAT | O_TRUNC;
            break;
        }
        auto file = std::make_unique<PosixFile>(path); // before: what is opened has an owner
        // O_NONBLOCK: a FIFO of a data file's name must not hang the opening; regular files do not notice.
        const int fd = retry([&] { return ::open(path.c_str(), flags | O_NONBLOCK, 0666); });
        if (fd < 0)
            return systemFailure("open the file", path, errno);
        file->take(fd);
        struct stat status {};
        if (::fstat(fd, &status) != 0)
            return systemFailure("open the file", path, errno);
        if (!S_ISREG(status.st_mode))
            return failure({.code = ErrorCode::ioError,
                            .operation = "open the file",
                            .file = path,
                            .detail = "it is not a regular file"});
        return file;
    }

    Result<bool> isDirectory(const fs::path& path) override {
        struct stat status {};
        if (::stat(path.c_str(), &status) != 0) {
            if (errno == ENOENT || errno == ENOTDIR)
                return false;
            return systemFailure("look at the directory", path, errno);
        }
        if (!S_ISDIR(status.st_mode))
            return failure({.code = ErrorCode::notADatabase,
                            .operation = "open the database",
                            .file = path,
                            .detail = "it is a file; a database is a directory",
                            .advice = "Name the directory that holds the *.rustcask.data files"});
        return true;
    }

    Result<void> createDirectory(const fs::path& path) override {
        if (::mkdir(path.c_str(), 0777) != 0 && errno != EEXIST)
            return systemFailure("create the directory", path, errno);
        return {};
    }

    Result<std::vector<DirectoryEntry>> list(const fs::path& directory) override {
        struct Close {
            void operator()(DIR* open) const noexcept { ::closedir(open); }
        };
        const std::unique_ptr<DIR, Close> handle(::opendir(directory.c_str()));
        if (!handle)
            return systemFailure("list the directory", directory, errno);
        std::vector<DirectoryEntry> entries;
        for (;;) {
            errno = 0;
            const dirent* entry = ::readdir(handle.get());
            if (entry == nullptr)
                break;
            const std::string_view name = entry->d_name;
            if (name == "." || name == "..")
                continue;
            struct stat status {};
            // Links are not followed: what stands in the directory is what belongs to the database.
            if (::fstatat(::dirfd(handle.get()), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
                if (errno == ENOENT)
                    continue; // removed meanwhile
                // A file that cannot be looked at is not one that is not there.
                return systemFailure("look at a file of the directory", directory / name, errno);
            }
            entries.push_back({.name = std::string(name),
                               .bytes = S_ISREG(status.st_mode) ? static_cast<std::uint64_t>(status.st_size) : 0,
                               .regular = S_ISREG(status.st_mode)});
        }
        if (errno != 0)
            return systemFailure("list the directory", directory, errno);
        return entries;
    }

    Result<void> rename(const fs::path& from, const fs::path& to) override {
        if (::rename(from.c_str(), to.c_str()) != 0)
            return systemFailure("rename the file", from, errno);
        return {};
    }

    Result<void> remove(const fs::path& path) override {
        if (::unlink(path.c_str()) != 0 && errno != ENOENT)
            return systemFailure("remove the file", path, errno);
        return {};
    }

    Result<void> link(const fs::path& from, const fs::path& to) override {
        if (::link(from.c_str(), to.c_str()) == 0)
            return {};
        auto error = systemFailure("link the file", from, errno);
        // Another file system, one without links, too many of them, or a kernel that guards other users' files.
        if (errno == EXDEV || errno == EPERM || errno == EMLINK || errno == EOPNOTSUPP || errno == ENOSYS ||
            errno == EACCES)
            error.value().code = ErrorCode::unsupported;
        return error;
    }

    Result<void> removeDirectory(const fs::path& directory) override {
        if (::rmdir(directory.c_str()) != 0 && errno != ENOENT)
            return systemFailure("remove the directory", directory, errno);
        return {};
    }

    Result<void> syncDirectory(const fs::path& directory) override {
        const int fd = retry([&] { return ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
        if (fd < 0)
            return systemFailure("open the directory", directory, errno);
        const int status = ::fsync(fd);
        const int error = errno;
        ::close(fd);
        // EINVAL: a file system whose directories cannot be synced; there is nothing more to be had from it.
        if (status != 0 && error != EINVAL)
            return systemFailure("make the directory durable", directory, error);
        return {};
    }

    Result<std::unique_ptr<Lock>> lock(const fs::path& path) override {
        auto held = std::make_unique<PosixLock>();
        const int fd = retry([&] { return ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666); });
        if (fd < 0)
            return systemFailure("open the lock file", path, errno);
        held->take(fd);
        if (retry([&] { return ::flock(fd, LOCK_EX | LOCK_NB); }) != 0) {
            const int error = errno;
            const auto pid = readPid(fd);
            if (error != EWOULDBLOCK)
                return systemFailure("lock the database", path, error);
            return failure({.code = ErrorCode::locked,
                            .operation = "open the database for writing",
                            .file = path.parent_path(),
                            .detail = "another process has it open for writing",
                            .advice = "Close it there, or open it read-only here",
                            .holderPid = pid});
        }
        // The text only informs; the kernel's lock decides, so neither a stale one after a kill is an obstacle, nor a
        // disk too full for it. Written before the file is cut: what replaces an old one then needs no space.
        const std::string text = std::to_string(::getpid()) + "\n";
        const int failed = writePid(fd, text);
        if (failed != 0 && failed != ENOSPC && failed != EDQUOT)
            return systemFailure("write the lock file", path, failed);
        if (retry([&] { return ::ftruncate(fd, failed == 0 ? static_cast<off_t>(text.size()) : 0); }) != 0)
            return systemFailure("write the lock file", path, errno);
        return held;
    }

    Result<std::uint64_t> freeBytes(const fs::path& directory) override {
        struct statvfs status {};
        if (::statvfs(directory.c_str(), &status) != 0)
            return systemFailure("ask for free space", directory, errno);
        return std::uint64_t{status.f_bavail} * status.f_frsize;
    }

private:
    template <typename Call>
    static int retry(Call call) {
        int result = 0;
        do
            result = call();
        while (result < 0 && errno == EINTR);
        return result;
    }
};

} // namespace

Result<void> FileSystem::link(const fs::path& from, const fs::path&) {
    return failure({.code = ErrorCode::unsupported, .operation = "link the file", .file = from});
}
Result<void> FileSystem::removeDirectory(const fs::path& directory) {
    return failure({.code = ErrorCode::unsupported, .operation = "remove the directory", .file = directory});
}

std::shared_ptr<FileSystem> posixFileSystem() {
    return std::make_shared<PosixFileSystem>();
}

bool isMissing(const Error& error) noexcept {
    return error.systemError == ENOENT || error.systemError == ENOTDIR;
}

Result<std::string> readFile(FileSystem& fileSystem, const fs::path& path, std::uint64_t maxBytes) {
    auto file = fileSystem.open(path, OpenMode::read);
    if (!file)
        return failure(std::move(file.error()));
    auto size = (*file)->size();
    if (!size)
        return failure(std::move(size.error()));
    std::string bytes(static_cast<std::size_t>(std::min(*size, maxBytes)), '\0');
    auto read = (*file)->readAt(0, bytes.data(), bytes.size());
    if (!read)
        return failure(std::move(read.error()));
    bytes.resize(*read);
    return bytes;
}

Result<void> writeFileAtomically(FileSystem& fileSystem, const fs::path& path, std::string_view bytes) {
    fs::path temporary = path;
    temporary += ".tmp";
    auto file = fileSystem.open(temporary, OpenMode::createOrTruncate);
    if (!file)
        return failure(std::move(file.error()));
    auto done = (*file)->writeAt(0, bytes);
    if (done)
        done = (*file)->sync();
    file->reset();
    if (done)
        done = fileSystem.rename(temporary, path);
    if (!done) {
        static_cast<void>(fileSystem.remove(temporary)); // the first failure is the one to report
        return done;
    }
    return fileSystem.syncDirectory(path.parent_path());
}

} // namespace rustcask::io
