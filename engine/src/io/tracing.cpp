// SPDX-License-Identifier: Apache-2.0
#include "io/tracing.h"

#include <utility>

namespace rustcask::io {
namespace {

namespace fs = std::filesystem;

void tell(const EventListener& listener, std::string_view call, const fs::path& path, std::uint64_t offset = 0,
          std::uint64_t bytes = 0) {
    const std::string name = path.filename().string();
    Event event;
    event.kind = EventKind::call;
    event.text = call;
    event.file = name;
    event.location.offset = offset;
    event.bytes = bytes;
    listener(event);
}

class TracingFile final : public File {
public:
    TracingFile(std::unique_ptr<File> inner, fs::path path, EventListener listener)
        : m_inner(std::move(inner)), m_path(std::move(path)), m_listener(std::move(listener)) {}
    ~TracingFile() override {
        m_inner.reset();
        tell(m_listener, "close", m_path);
    }

    Result<std::size_t> readAt(std::uint64_t offset, char* out, std::size_t size) const override {
        auto result = m_inner->readAt(offset, out, size);
        if (result)
            tell(m_listener, "pread", m_path, offset, *result);
        return result;
    }
    Result<void> writeAt(std::uint64_t offset, std::string_view bytes) override {
        return told(m_inner->writeAt(offset, bytes), "pwrite", offset, bytes.size());
    }
    Result<void> truncate(std::uint64_t size) override { return told(m_inner->truncate(size), "ftruncate", size, 0); }
    Result<void> allocate(std::uint64_t offset, std::uint64_t size) override {
        return told(m_inner->allocate(offset, size), "fallocate", offset, size);
    }
    Result<void> sync() override { return told(m_inner->sync(), "fdatasync", 0, 0); }
    Result<std::uint64_t> size() const override { return m_inner->size(); }
    Result<std::unique_ptr<Mapping>> map(std::uint64_t size, bool writable) override {
        return told(m_inner->map(size, writable), "mmap", 0, size);
    }
    void adviseSequential() noexcept override { m_inner->adviseSequential(); }
    void beginWriteBack(std::uint64_t offset, std::uint64_t size) noexcept override {
        m_inner->beginWriteBack(offset, size);
    }
    void dropCache(std::uint64_t offset, std::uint64_t size) noexcept override { m_inner->dropCache(offset, size); }

private:
    template <typename T>
    Result<T> told(Result<T> result, std::string_view call, std::uint64_t offset, std::uint64_t bytes) const {
        if (result)
            tell(m_listener, call, m_path, offset, bytes);
        return result;
    }

    std::unique_ptr<File> m_inner;
    fs::path m_path;
    EventListener m_listener;
};

class TracingFileSystem final : public FileSystem {
public:
    TracingFileSystem(std::shared_ptr<FileSystem> inner, EventListener listener)
        : m_inner(std::move(inner)), m_listener(std::move(listener)) {}

    Result<std::unique_ptr<File>> open(const fs::path& path, OpenMode mode) override {
        auto file = m_inner->open(path, mode);
        if (!file)
            return file;
        tell(m_listener, "open", path);
        return std::make_unique<TracingFile>(std::move(*file), path, m_listener);
    }
    Result<bool> isDirectory(const fs::path& path) override { return m_inner->isDirectory(path); }
    Result<void> createDirectory(const fs::path& path) override {
        return told(m_inner->createDirectory(path), "mkdir", path);
    }
    Result<std::vector<DirectoryEntry>> list(const fs::path& directory) override {
        return told(m_inner->list(directory), "readdir", directory);
    }
    Result<void> rename(const fs::path& from, const fs::path& to) override {
        return told(m_inner->rename(from, to), "rename", to);
    }
    Result<void> remove(const fs::path& path) override { return told(m_inner->remove(path), "unlink", path); }
    Result<void> link(const fs::path& from, const fs::path& to) override {
        return told(m_inner->link(from, to), "link", to);
    }
    Result<void> removeDirectory(const fs::path& directory) override {
        return told(m_inner->removeDirectory(directory), "rmdir", directory);
    }
    Result<void> syncDirectory(const fs::path& directory) override {
        return told(m_inner->syncDirectory(directory), "fsync directory", directory);
    }
    Result<std::unique_ptr<Lock>> lock(const fs::path& path) override {
        return told(m_inner->lock(path), "flock", path);
    }
    Result<std::uint64_t> freeBytes(const fs::path& directory) override { return m_inner->freeBytes(directory); }

private:
    template <typename T>
    Result<T> told(Result<T> result, std::string_view call, const fs::path& path) const {
        if (result)
            tell(m_listener, call, path);
        return result;
    }

    std::shared_ptr<FileSystem> m_inner;
    EventListener m_listener;
};

} // namespace

std::shared_ptr<FileSystem> tracingFileSystem(std::shared_ptr<FileSystem> inner, EventListener listener) {
    return std::make_shared<TracingFileSystem>(std::move(inner), std::move(listener));
}

} // namespace rustcask::io
