// SPDX-License-Identifier: Apache-2.0
#include <rustcask/transfer/streams.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rustcask::transfer {

namespace {

constexpr std::size_t chunkBytes = std::size_t{256} * 1024;

} // namespace

Error systemFailure(std::string operation, const std::filesystem::path& file, int systemError) {
    const bool full = systemError == ENOSPC || systemError == EDQUOT;
    return Error{.code = full ? ErrorCode::noSpace : ErrorCode::ioError,
                 .operation = std::move(operation),
                 .file = file,
                 .systemError = systemError};
}

Result<std::unique_ptr<FileSource>> FileSource::open(const std::filesystem::path& file, Progress* progress) {
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return failure(systemFailure("read the file", file, errno));
    auto source = std::make_unique<FileSource>(descriptor, file.string(), progress);
    source->m_owned = true;
    return source;
}

FileSource::FileSource(int descriptor, std::string name, Progress* progress)
    : m_descriptor(descriptor), m_name(std::move(name)), m_progress(progress) {
    struct stat status {};
    if (::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode))
        m_size = static_cast<std::uint64_t>(status.st_size);
}

FileSource::~FileSource() {
    if (m_owned)
        ::close(m_descriptor);
}

Result<std::size_t> FileSource::read(char* buffer, std::size_t bytes) {
    while (true) {
        if (m_progress) {
            if (auto alive = m_progress->checkpoint("read " + m_name); !alive)
                return failure(std::move(alive.error()));
            // A pipe or terminal may stay silent for ever, and a signal may wake another thread than this one.
            if (!m_size) {
                pollfd waiting{m_descriptor, POLLIN, 0};
                const int ready = ::poll(&waiting, 1, 200);
                if (ready == 0 || (ready < 0 && errno == EINTR))
                    continue;
            }
        }
        const ssize_t got = ::read(m_descriptor, buffer, bytes);
        if (got >= 0)
            return static_cast<std::size_t>(got);
        if (errno != EINTR)
            return failure(systemFailure("read the file", m_name, errno));
    }
}

Result<std::size_t> StringSource::read(char* buffer, std::size_t bytes) {
    const std::size_t n = std::min(bytes, m_bytes.size() - m_position);
    std::memcpy(buffer, m_bytes.data() + m_position, n);
    m_position += n;
    return n;
}

Result<std::string> readAll(ByteSource& source, std::uint64_t maxBytes) {
    std::string bytes;
    if (const auto size = source.size(); size && *size <= maxBytes)
        bytes.reserve(*size);
    std::string chunk(chunkBytes, '\0');
    while (true) {
        const auto got = source.read(chunk.data(), chunk.size());
        if (!got)
            return failure(got.error());
        if (*got == 0)
            return bytes;
        bytes.append(chunk.data(), *got);
        if (bytes.size() > maxBytes)
            return failure(Error{.code = ErrorCode::invalidArgument,
                                 .operation = "read " + source.name(),
                                 .detail = "it holds more than the " + std::to_string(maxBytes) + " bytes allowed"});
    }
}

FileSink::FileSink(int descriptor, std::string name) : m_descriptor(descriptor), m_name(std::move(name)) {}

Result<void> FileSink::write(std::string_view bytes) {
    if (m_buffer.size() + bytes.size() > chunkBytes) {
        if (auto done = flush(); !done)
            return done;
    }
    if (bytes.size() > chunkBytes)
        return writeOut(bytes);
    m_buffer += bytes;
    return {};
}

Result<void> FileSink::flush() {
    auto done = writeOut(m_buffer);
    m_buffer.clear();
    return done;
}

Result<void> FileSink::writeOut(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(m_descriptor, bytes.data(), bytes.size());
        if (written < 0) {
            if (errno == EINTR)
                continue;
            return failure(systemFailure("write", m_name, errno));
        }
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

Result<void> StringSink::write(std::string_view bytes) {
    m_bytes += bytes;
    return {};
}

Result<std::unique_ptr<AtomicFile>> AtomicFile::create(const std::filesystem::path& file, bool overwrite) {
    struct stat status {};
    if (::lstat(file.c_str(), &status) == 0) {
        if (S_ISDIR(status.st_mode))
            return failure(systemFailure("write the file", file, EISDIR));
        if (!S_ISREG(status.st_mode) && !S_ISLNK(status.st_mode)) // replacing a device by a file is nobody's wish
            return failure(Error{.code = ErrorCode::invalidArgument,
                                 .operation = "write the file",
                                 .file = file,
                                 .detail = "it is no regular file"});
        if (!overwrite)
            return failure(Error{.code = ErrorCode::invalidArgument,
                                 .operation = "write the file",
                                 .file = file,
                                 .detail = "it exists already",
                                 .advice = "Choose another name, or replace it with --force."});
    }
    for (int attempt = 0;; ++attempt) {
        std::filesystem::path temporary = file;
        temporary += ".partial-" + std::to_string(::getpid()) + "-" + std::to_string(attempt);
        const int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (descriptor >= 0)
            return std::unique_ptr<AtomicFile>(new AtomicFile(file, std::move(temporary), descriptor, overwrite));
        if (errno != EEXIST || attempt == 100)
            return failure(systemFailure("create the file", temporary, errno));
    }
}

AtomicFile::AtomicFile(std::filesystem::path file, std::filesystem::path temporary, int descriptor, bool overwrite)
    : m_file(std::move(file)),
      m_temporary(std::move(temporary)),
      m_descriptor(descriptor),
      m_overwrite(overwrite),
      m_sink(descriptor, m_file.string()) {}

AtomicFile::~AtomicFile() {
    if (m_descriptor < 0)
        return;
    ::close(m_descriptor);
    ::unlink(m_temporary.c_str());
}

Result<void> AtomicFile::write(std::string_view bytes) {
    return m_sink.write(bytes);
}

Result<void> AtomicFile::flush() {
    return m_sink.flush();
}

Result<void> AtomicFile::commit() {
    if (auto done = m_sink.flush(); !done)
        return done;
    if (::fsync(m_descriptor) != 0)
        return failure(systemFailure("make the file durable", m_file, errno));
    // Only where the file system cannot do it: there a file that appeared since `create` is replaced.
    int renamed =
        m_overwrite ? -1 : ::renameat2(AT_FDCWD, m_temporary.c_str(), AT_FDCWD, m_file.c_str(), RENAME_NOREPLACE);
    if (m_overwrite || (renamed != 0 && errno == EINVAL))
        renamed = ::rename(m_temporary.c_str(), m_file.c_str());
    if (renamed != 0)
        return failure(systemFailure("rename the finished file", m_file, errno));
    const int descriptor = std::exchange(m_descriptor, -1);
    if (::close(descriptor) != 0)
        return failure(systemFailure("close the file", m_file, errno));
    const std::filesystem::path folder = m_file.has_parent_path() ? m_file.parent_path() : ".";
    const int folderDescriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folderDescriptor >= 0) {
        ::fsync(folderDescriptor);
        ::close(folderDescriptor);
    }
    return {};
}

Result<std::optional<std::string_view>> LineReader::next() {
    while (true) {
        const std::size_t end = m_buffer.find('\n', m_scanned);
        if (end != std::string::npos || (m_atEnd && m_begin < m_buffer.size())) {
            const bool whole = end != std::string::npos;
            const std::size_t stop = whole ? end : m_buffer.size();
            const std::string_view line(m_buffer.data() + m_begin, stop - m_begin);
            m_begin = m_scanned = whole ? stop + 1 : stop;
            m_bytesRead += line.size() + (whole ? 1 : 0);
            ++m_lineNumber;
            return line;
        }
        if (m_atEnd)
            return std::nullopt;
        m_buffer.erase(0, m_begin);
        m_begin = 0;
        const std::size_t kept = m_buffer.size();
        m_scanned = kept;
        m_buffer.resize(kept + chunkBytes);
        const auto got = m_source.read(m_buffer.data() + kept, chunkBytes);
        m_buffer.resize(kept + (got ? *got : 0));
        if (!got)
            return failure(got.error());
        m_atEnd = *got == 0;
    }
}

} // namespace rustcask::transfer
