// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <rustcask/progress.h>
#include <rustcask/result.h>

/// Bytes in and out, with every failure reported. None of these is thread-safe.
namespace rustcask::transfer {

class ByteSource {
public:
    virtual ~ByteSource() = default;
    /// Fills at most `bytes` of `buffer`; 0: the end. Errors: ioError, cancelled.
    [[nodiscard]] virtual Result<std::size_t> read(char* buffer, std::size_t bytes) = 0;
    /// What errors call it: a path, or "standard input".
    [[nodiscard]] virtual std::string name() const = 0;
    /// Length in bytes, when it is known.
    [[nodiscard]] virtual std::optional<std::uint64_t> size() const { return std::nullopt; }
};

/// A file descriptor. Waiting for a slow one ends within a fifth of a second of `Progress::cancel`.
class FileSource final : public ByteSource {
public:
    /// Errors: ioError.
    [[nodiscard]] static Result<std::unique_ptr<FileSource>> open(const std::filesystem::path& file,
                                                                  Progress* progress = nullptr);
    /// Borrows `descriptor`, as for standard input.
    FileSource(int descriptor, std::string name, Progress* progress = nullptr);
    ~FileSource() override;
    FileSource(const FileSource&) = delete;
    FileSource& operator=(const FileSource&) = delete;

    [[nodiscard]] Result<std::size_t> read(char* buffer, std::size_t bytes) override;
    [[nodiscard]] std::string name() const override { return m_name; }
    [[nodiscard]] std::optional<std::uint64_t> size() const override { return m_size; }

private:
    int m_descriptor;
    bool m_owned = false;
    std::string m_name;
    Progress* m_progress;
    std::optional<std::uint64_t> m_size{};
};

/// Bytes in memory. Owns them.
class StringSource final : public ByteSource {
public:
    explicit StringSource(std::string bytes) : m_bytes(std::move(bytes)) {}
    [[nodiscard]] Result<std::size_t> read(char* buffer, std::size_t bytes) override;
    [[nodiscard]] std::string name() const override { return "text"; }
    [[nodiscard]] std::optional<std::uint64_t> size() const override { return m_bytes.size(); }

private:
    std::string m_bytes;
    std::size_t m_position = 0;
};

/// Everything up to the end. Errors: those of the source; invalidArgument when there are more than `maxBytes`.
[[nodiscard]] Result<std::string> readAll(ByteSource& source, std::uint64_t maxBytes);

class ByteSink {
public:
    virtual ~ByteSink() = default;
    /// Errors: ioError, noSpace. An implementation may hold bytes back until `flush`.
    [[nodiscard]] virtual Result<void> write(std::string_view bytes) = 0;
    [[nodiscard]] virtual Result<void> flush() = 0;
};

/// A buffered file descriptor. What is not flushed is lost, so that no failure can pass unseen.
class FileSink final : public ByteSink {
public:
    /// Borrows `descriptor`, as for standard output.
    FileSink(int descriptor, std::string name);
    [[nodiscard]] Result<void> write(std::string_view bytes) override;
    [[nodiscard]] Result<void> flush() override;
    [[nodiscard]] int descriptor() const noexcept { return m_descriptor; }

private:
    [[nodiscard]] Result<void> writeOut(std::string_view bytes);

    int m_descriptor;
    std::string m_name;
    std::string m_buffer{};
};

class StringSink final : public ByteSink {
public:
    [[nodiscard]] Result<void> write(std::string_view bytes) override;
    [[nodiscard]] Result<void> flush() override { return {}; }
    [[nodiscard]] const std::string& bytes() const noexcept { return m_bytes; }

private:
    std::string m_bytes{};
};

/// A file that appears under its name whole or not at all: written beside it under a temporary name, which the
/// destructor removes unless `commit` succeeded.
class AtomicFile final : public ByteSink {
public:
    /// Errors: ioError; invalidArgument when `file` exists and `overwrite` is false.
    [[nodiscard]] static Result<std::unique_ptr<AtomicFile>> create(const std::filesystem::path& file, bool overwrite);
    ~AtomicFile() override;
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;

    [[nodiscard]] Result<void> write(std::string_view bytes) override;
    [[nodiscard]] Result<void> flush() override;
    /// Flushes, makes the bytes durable and gives the file its name.
    [[nodiscard]] Result<void> commit();

private:
    AtomicFile(std::filesystem::path file, std::filesystem::path temporary, int descriptor, bool overwrite);

    std::filesystem::path m_file;
    std::filesystem::path m_temporary;
    int m_descriptor;
    bool m_overwrite;
    FileSink m_sink;
};

/// Splits a source into lines. LF ends a line, and so does the end of the source; a CR before LF is left to the caller.
class LineReader {
public:
    explicit LineReader(ByteSource& source) : m_source(source) {}
    /// The next line without its LF, valid until the next call; nullopt at the end. Errors: those of the source.
    [[nodiscard]] Result<std::optional<std::string_view>> next();
    /// Number of the line returned last, from 1.
    [[nodiscard]] std::uint64_t lineNumber() const noexcept { return m_lineNumber; }
    /// Bytes of all lines returned so far, ends included.
    [[nodiscard]] std::uint64_t bytesRead() const noexcept { return m_bytesRead; }

private:
    ByteSource& m_source;
    std::string m_buffer{};
    std::size_t m_begin = 0;   // of the first unread byte in m_buffer
    std::size_t m_scanned = 0; // up to here there is no LF after m_begin
    bool m_atEnd = false;
    std::uint64_t m_lineNumber = 0;
    std::uint64_t m_bytesRead = 0;
};

/// An error of the operating system: `noSpace` for a full disk or quota, otherwise `ioError`.
[[nodiscard]] Error systemFailure(std::string operation, const std::filesystem::path& file, int systemError);

} // namespace rustcask::transfer
