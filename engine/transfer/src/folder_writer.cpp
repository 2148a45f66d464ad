// SPDX-License-Identifier: Apache-2.0
#include <rustcask/transfer/folder.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rustcask::transfer {

namespace {

// A part of the path is something else than the folder it would have to be, or the file is one: the key goes elsewhere.
bool isConflict(int error) noexcept {
    return error == ENOTDIR || error == ELOOP || error == EEXIST || error == EISDIR || error == ENOTEMPTY ||
           error == ENAMETOOLONG;
}

int openFolder(int parent, const char* name) noexcept {
    return ::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

Result<void> writeWhole(int descriptor, const std::filesystem::path& path, std::string_view bytes) {
    FileSink sink(descriptor, path.string());
    auto done = sink.write(bytes);
    return done ? sink.flush() : done;
}

} // namespace

Result<std::unique_ptr<FolderWriter>> FolderWriter::create(const std::filesystem::path& folder, bool force,
                                                           NoticeListener listener) {
    if (::mkdir(folder.c_str(), 0777) != 0 && errno != EEXIST)
        return failure(systemFailure("create the folder", folder, errno));
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return failure(systemFailure("open the folder", folder, errno));
    auto writer = std::unique_ptr<FolderWriter>(new FolderWriter(folder, descriptor, force, std::move(listener)));
    std::error_code error;
    const bool empty = std::filesystem::is_empty(folder, error);
    if (error)
        return failure(systemFailure("read the folder", folder, error.value()));
    if (!empty && !force)
        return failure(Error{.code = ErrorCode::invalidArgument,
                             .operation = "export into the folder",
                             .file = folder,
                             .detail = "it is not empty",
                             .advice = "Choose a new one, or write into this one with --force."});
    return writer;
}

FolderWriter::FolderWriter(std::filesystem::path folder, int descriptor, bool force, NoticeListener listener)
    : m_folder(std::move(folder)),
      m_descriptor(descriptor),
      m_force(force),
      m_listener(std::move(listener)),
      m_partialName(std::string(partialFilePrefix) + std::to_string(::getpid())) {}

FolderWriter::~FolderWriter() {
    leaveFolder();
    ::close(m_descriptor);
}

void FolderWriter::leaveFolder() noexcept {
    if (m_enteredDescriptor >= 0)
        ::close(m_enteredDescriptor);
    m_enteredDescriptor = -1;
    m_entered.clear();
}

Result<void> FolderWriter::write(std::string_view key, std::string_view value) {
    if (isSafeRelativePath(key)) {
        const auto outcome = writeFile(key, value);
        if (!outcome)
            return failure(outcome.error());
        if (*outcome == Outcome::written)
            return {};
    }
    return writeEscaped(key, value);
}

Result<void> FolderWriter::writeEscaped(std::string_view key, std::string_view value) {
    const std::string folder = std::string(escapedFolderName) + "/";
    const auto name = escapedFileName(key);
    std::string path = folder + name.value_or("");
    if (!name) {
        const std::string number = "+" + std::to_string(++m_longKeys);
        const auto keyFile = writeFile(folder + number + ".key", key);
        if (!keyFile)
            return failure(keyFile.error());
        path = folder + number + ".value";
    }
    const auto outcome = writeFile(path, value);
    if (!outcome)
        return failure(outcome.error());
    if (*outcome == Outcome::conflict)
        return failure(Error{.code = ErrorCode::ioError,
                             .operation = "write the file of an escaped key",
                             .file = m_folder / path,
                             .detail = "something else is in its place",
                             .advice = "Export into a new folder."});
    if (m_listener)
        m_listener(Notice{.kind = Notice::Kind::escapedKey, .path = path, .key = std::string(key)});
    return {};
}

// Part by part and never through a link, so that nothing in the folder can lead out of it.
Result<FolderWriter::Outcome> FolderWriter::enterFolder(std::string_view path) {
    if (m_enteredDescriptor >= 0 && m_entered == path)
        return Outcome::written;
    leaveFolder();
    int current = ::fcntl(m_descriptor, F_DUPFD_CLOEXEC, 0);
    if (current < 0)
        return failure(systemFailure("open the folder", m_folder, errno));
    for (std::size_t begin = 0; begin < path.size();) {
        const std::size_t end = std::min(path.find('/', begin), path.size());
        const std::string part(path.substr(begin, end - begin));
        int next = openFolder(current, part.c_str());
        if (next < 0 && errno == ENOENT) {
            if (::mkdirat(current, part.c_str(), 0777) == 0 || errno == EEXIST)
                next = openFolder(current, part.c_str());
        }
        const int error = errno;
        ::close(current);
        if (next < 0 && isConflict(error))
            return Outcome::conflict;
        if (next < 0)
            return failure(systemFailure("create the folder", m_folder / path.substr(0, end), error));
        current = next;
        begin = end + 1;
    }
    m_enteredDescriptor = current;
    m_entered = path;
    return Outcome::written;
}

Result<FolderWriter::Outcome> FolderWriter::writeFile(std::string_view path, std::string_view bytes) {
    const std::size_t slash = path.rfind('/');
    const auto entered = enterFolder(slash == std::string_view::npos ? std::string_view() : path.substr(0, slash));
    if (!entered || *entered == Outcome::conflict)
        return entered;
    const std::string name(slash == std::string_view::npos ? path : path.substr(slash + 1));
    const std::filesystem::path file = m_folder / path;
    const int folder = m_enteredDescriptor;

    const char* const partial = m_partialName.c_str();
    int descriptor = ::openat(folder, partial, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (descriptor < 0 && errno == EEXIST) { // left by a process that was killed and had the same id
        ::unlinkat(folder, partial, 0);
        descriptor = ::openat(folder, partial, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    }
    if (descriptor < 0)
        return failure(systemFailure("create the file", file, errno));
    auto written = writeWhole(descriptor, file, bytes);
    if (::close(descriptor) != 0 && written)
        written = failure(systemFailure("write the file", file, errno));
    if (!written) {
        ::unlinkat(folder, partial, 0);
        return failure(std::move(written.error()));
    }
    int renamed = m_force ? -1 : ::renameat2(folder, partial, folder, name.c_str(), RENAME_NOREPLACE);
    if (m_force || (renamed != 0 && errno == EINVAL)) // a file system without that flag
        renamed = ::renameat(folder, partial, folder, name.c_str());
    if (renamed == 0)
        return Outcome::written;
    const int error = errno;
    ::unlinkat(folder, partial, 0);
    if (isConflict(error))
        return Outcome::conflict;
    return failure(systemFailure("rename the finished file", file, error));
}

Result<void> FolderWriter::finish() {
    leaveFolder();
    return {};
}

} // namespace rustcask::transfer
