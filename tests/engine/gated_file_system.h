// SPDX-License-Identifier: Apache-2.0
// How to use: a file system whose fdatasyncs wait for the test, one after the other, and fail when it says so.
//
//     auto files = std::make_shared<GatedFileSystem>(inner);
//     files->holdSyncs();                 // from now on a sync stops at the gate
//     … another thread puts with everyWrite …
//     files->waitForSync();               // it stands there
//     files->release(EIO);                // it fails; later ones pass without being held
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>

#include "io/file_system.h"
#include "io/system_error.h"

namespace rustcask::test {

class GatedFileSystem final : public io::FileSystem, public std::enable_shared_from_this<GatedFileSystem> {
public:
    explicit GatedFileSystem(std::shared_ptr<io::FileSystem> inner) : m_inner(std::move(inner)) {}

    void holdSyncs() {
        const std::lock_guard lock(m_mutex);
        m_held = true;
    }
    void waitForSync() {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [this] { return m_waiting > 0; });
    }
    void release(int error) {
        const std::lock_guard lock(m_mutex);
        m_held = false;
        m_error = error;
        m_changed.notify_all();
    }
    /// Syncs that succeeded.
    [[nodiscard]] int syncs() const {
        const std::lock_guard lock(m_mutex);
        return m_syncs;
    }

    Result<std::unique_ptr<io::File>> open(const std::filesystem::path& path, io::OpenMode mode) override {
        auto file = m_inner->open(path, mode);
        if (!file)
            return file;
        return std::make_unique<GatedFile>(shared_from_this(), std::move(*file), path);
    }
    Result<bool> isDirectory(const std::filesystem::path& path) override { return m_inner->isDirectory(path); }
    Result<void> createDirectory(const std::filesystem::path& path) override { return m_inner->createDirectory(path); }
    Result<std::vector<io::DirectoryEntry>> list(const std::filesystem::path& directory) override {
        return m_inner->list(directory);
    }
    Result<void> rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
        return m_inner->rename(from, to);
    }
    Result<void> remove(const std::filesystem::path& path) override { return m_inner->remove(path); }
    Result<void> syncDirectory(const std::filesystem::path& directory) override {
        return m_inner->syncDirectory(directory);
    }
    Result<std::unique_ptr<io::Lock>> lock(const std::filesystem::path& path) override { return m_inner->lock(path); }
    Result<std::uint64_t> freeBytes(const std::filesystem::path& directory) override {
        return m_inner->freeBytes(directory);
    }

private:
    class GatedFile final : public io::File {
    public:
        GatedFile(std::shared_ptr<GatedFileSystem> owner, std::unique_ptr<io::File> inner, std::filesystem::path path)
            : m_owner(std::move(owner)), m_inner(std::move(inner)), m_path(std::move(path)) {}
        Result<std::size_t> readAt(std::uint64_t offset, char* out, std::size_t size) const override {
            return m_inner->readAt(offset, out, size);
        }
        Result<void> writeAt(std::uint64_t offset, std::string_view bytes) override {
            return m_inner->writeAt(offset, bytes);
        }
        Result<void> truncate(std::uint64_t size) override { return m_inner->truncate(size); }
        Result<void> allocate(std::uint64_t offset, std::uint64_t size) override {
            return m_inner->allocate(offset, size);
        }
        Result<void> sync() override {
            if (const int error = m_owner->pass(); error != 0)
                return io::systemFailure("make the file durable", m_path, error);
            auto done = m_inner->sync();
            if (done)
                m_owner->count();
            return done;
        }
        Result<std::uint64_t> size() const override { return m_inner->size(); }
        Result<std::unique_ptr<io::Mapping>> map(std::uint64_t size, bool writable) override {
            return m_inner->map(size, writable);
        }

    private:
        std::shared_ptr<GatedFileSystem> m_owner;
        std::unique_ptr<io::File> m_inner;
        std::filesystem::path m_path;
    };

    // The error of the first one that was held; 0: it passes.
    int pass() {
        std::unique_lock lock(m_mutex);
        if (!m_held)
            return 0;
        ++m_waiting;
        m_changed.notify_all();
        m_changed.wait(lock, [this] { return !m_held; });
        --m_waiting;
        return std::exchange(m_error, 0);
    }
    void count() {
        const std::lock_guard lock(m_mutex);
        ++m_syncs;
    }

    std::shared_ptr<io::FileSystem> m_inner;
    mutable std::mutex m_mutex;
    std::condition_variable m_changed;
    bool m_held = false;
    int m_waiting = 0;
    int m_error = 0;
    int m_syncs = 0;
};

} // namespace rustcask::test
