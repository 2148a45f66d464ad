// SPDX-License-Identifier: Apache-2.0
#include "io/memory_file_system.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "io/system_error.h"

namespace rustcask::io {
namespace {

namespace fs = std::filesystem;
using Kind = RecordedCall::Kind;

constexpr std::size_t pageBytes = 4096;

[[nodiscard]] const std::string& nameOf(const fs::path& path) {
    return path.native();
}
[[nodiscard]] std::string_view parentOf(std::string_view name) {
    const std::size_t slash = name.rfind('/');
    return slash == 0 ? std::string_view("/") : name.substr(0, slash);
}
[[nodiscard]] std::string lastOf(std::string_view name) {
    return std::string(name.substr(name.rfind('/') + 1));
}

} // namespace

std::string RecordedCall::text() const {
    const std::string where = " of file " + std::to_string(file);
    switch (kind) {
    case Kind::create:
        return "create " + path + " as file " + std::to_string(file);
    case Kind::write:
    case Kind::store:
        return (kind == Kind::write ? "write " : "store ") + std::to_string(bytes.size()) + " bytes at " +
               std::to_string(offset) + where;
    case Kind::truncate:
        return "truncate to " + std::to_string(offset) + where;
    case Kind::allocate:
        return "allocate up to " + std::to_string(offset) + where;
    case Kind::sync:
        return "sync" + where;
    case Kind::failedSync:
        return "failed sync" + where;
    case Kind::createDirectory:
        return "create directory " + path;
    case Kind::rename:
        return "rename " + path + " to " + target;
    case Kind::remove:
        return "remove " + path;
    case Kind::syncDirectory:
        return "sync directory " + path;
    }
    return {};
}

struct MemoryFileSystem::Inode {
    std::uint32_t number = 0;
    std::shared_ptr<const std::string> base;      // the contents until they first change
    std::vector<std::unique_ptr<char[]>> buffers; // the last one is in use; mappings may point into older ones
    std::size_t capacity = 0;                     // of that; beyond the length it is zero
    std::uint64_t length = 0;
    std::uint64_t reserved = 0; // bytes that have their place on the disk
    std::string seen;           // what the recording knows of a file that is mapped for writing
    int writableMappings = 0;

    [[nodiscard]] char* data() const noexcept {
        return buffers.empty() ? const_cast<char*>(base->data()) : buffers.back().get();
    }
    // False: the buffer had to move although it is mapped for writing.
    bool makeWritable(std::size_t bytes) {
        if (!buffers.empty() && capacity >= bytes)
            return true;
        const std::size_t wanted = std::max({bytes, static_cast<std::size_t>(length), std::size_t{256}, 2 * capacity});
        auto buffer = std::make_unique<char[]>(wanted);
        std::memcpy(buffer.get(), data(), static_cast<std::size_t>(length));
        buffers.push_back(std::move(buffer));
        capacity = wanted;
        return writableMappings == 0;
    }
};

class MemoryFileSystem::MemoryMapping final : public Mapping {
public:
    MemoryMapping(std::shared_ptr<MemoryFileSystem> owner, std::shared_ptr<Inode> inode, char* data, std::size_t size,
                  bool writable)
        : Mapping(data, size), m_owner(std::move(owner)), m_inode(std::move(inode)), m_writable(writable) {}
    ~MemoryMapping() override {
        if (!m_writable)
            return;
        const std::lock_guard lock(m_owner->m_mutex);
        m_owner->observe(*m_inode);
        --m_inode->writableMappings;
    }

private:
    std::shared_ptr<MemoryFileSystem> m_owner;
    std::shared_ptr<Inode> m_inode;
    bool m_writable;
};

class MemoryFileSystem::MemoryFile final : public File {
public:
    MemoryFile(std::shared_ptr<MemoryFileSystem> owner, std::shared_ptr<Inode> inode, fs::path path)
        : m_owner(std::move(owner)), m_inode(std::move(inode)), m_path(std::move(path)) {}

    Result<std::size_t> readAt(std::uint64_t offset, char* out, std::size_t size) const override {
        const std::lock_guard lock(m_owner->m_mutex);
        bool partial = false;
        if (const int error = m_owner->faultNow(CallKind::read, partial); error != 0)
            return fail("read", offset, error);
        if (offset >= m_inode->length)
            return std::size_t{0};
        auto count = static_cast<std::size_t>(std::min<std::uint64_t>(size, m_inode->length - offset));
        if (partial)
            count /= 2;
        std::memcpy(out, m_inode->data() + offset, count);
        return count;
    }

    Result<void> writeAt(std::uint64_t offset, std::string_view bytes) override {
        const std::lock_guard lock(m_owner->m_mutex);
        m_owner->observeAll();
        bool partial = false;
        int error = m_owner->faultNow(CallKind::write, partial);
        if (error != 0)
            bytes = bytes.substr(0, partial ? bytes.size() / 2 : 0);
        const std::uint64_t end = offset + bytes.size();
        const std::uint64_t used = m_owner->usedNow();
        const std::uint64_t room = m_owner->m_capacity > used ? m_owner->m_capacity - used : 0;
        if (end > m_inode->reserved && end - m_inode->reserved > room) {
            const std::uint64_t fits = std::max(offset, m_inode->reserved + room) - offset;
            bytes = bytes.substr(0, static_cast<std::size_t>(fits));
            error = ENOSPC;
        }
        if (!bytes.empty()) {
            m_owner->write(*m_inode, offset, bytes);
            m_owner->record(
                {.kind = Kind::write, .file = m_inode->number, .offset = offset, .bytes = std::string(bytes)});
        }
        if (error != 0)
            return fail("write", offset, error);
        return {};
    }

    Result<void> truncate(std::uint64_t size) override {
        const std::lock_guard lock(m_owner->m_mutex);
        m_owner->observeAll();
        bool partial = false;
        if (const int error = m_owner->faultNow(CallKind::truncate, partial); error != 0)
            return fail("set the length of the file", size, error);
        m_owner->resize(*m_inode, size);
        m_inode->reserved = std::min(m_inode->reserved, size);
        m_owner->record({.kind = Kind::truncate, .file = m_inode->number, .offset = size});
        return {};
    }

    Result<void> allocate(std::uint64_t offset, std::uint64_t size) override {
        const std::lock_guard lock(m_owner->m_mutex);
        m_owner->observeAll();
        bool partial = false;
        int error = m_owner->faultNow(CallKind::allocate, partial);
        const std::uint64_t end = offset + size;
        const std::uint64_t used = m_owner->usedNow();
        if (error == 0 && end > m_inode->reserved && end - m_inode->reserved > m_owner->m_capacity - used)
            error = ENOSPC;
        if (error != 0) {
            auto failed = fail("reserve space", offset, error);
            if (error == EOPNOTSUPP)
                failed.value().code = ErrorCode::unsupported;
            return failed;
        }
        m_owner->resize(*m_inode, std::max(m_inode->length, end));
        m_inode->reserved = std::max(m_inode->reserved, end);
        m_owner->record({.kind = Kind::allocate, .file = m_inode->number, .offset = end});
        return {};
    }

    Result<void> sync() override {
        const std::lock_guard lock(m_owner->m_mutex);
        m_owner->observeAll();
        bool partial = false;
        if (const int error = m_owner->faultNow(CallKind::sync, partial); error != 0) {
            m_owner->record({.kind = Kind::failedSync, .file = m_inode->number});
            return fail("make the file durable", std::nullopt, error);
        }
        m_owner->record({.kind = Kind::sync, .file = m_inode->number});
        return {};
    }

    Result<std::uint64_t> size() const override {
        const std::lock_guard lock(m_owner->m_mutex);
        bool partial = false;
        if (const int error = m_owner->faultNow(CallKind::size, partial); error != 0)
            return fail("ask for the length of the file", std::nullopt, error);
        return m_inode->length;
    }

    Result<std::unique_ptr<Mapping>> map(std::uint64_t size, bool writable) override {
        const std::lock_guard lock(m_owner->m_mutex);
        m_owner->observeAll();
        bool partial = false;
        if (const int error = m_owner->faultNow(CallKind::map, partial); error != 0)
            return fail("map the file", std::nullopt, error);
        const auto bytes = static_cast<std::size_t>(size);
        if (writable) {
            if (!m_inode->makeWritable(bytes))
                m_owner->m_violations.push_back("file " + m_path.string() + " is mapped for writing twice");
            m_inode->seen.assign(m_inode->data(), m_inode->capacity);
            ++m_inode->writableMappings;
        } else if (bytes > m_inode->length) {
            m_owner->m_violations.push_back("file " + m_path.string() + " is mapped beyond its end");
            return fail("map the file", std::nullopt, EINVAL);
        }
        return std::make_unique<MemoryMapping>(m_owner, m_inode, m_inode->data(), bytes, writable);
    }

private:
    [[nodiscard]] tl::unexpected<Error> fail(std::string operation, std::optional<std::uint64_t> offset,
                                             int error) const {
        auto failed = systemFailure(std::move(operation), m_path, error);
        failed.value().offset = offset;
        return failed;
    }

    std::shared_ptr<MemoryFileSystem> m_owner;
    std::shared_ptr<Inode> m_inode;
    fs::path m_path;
};

class MemoryFileSystem::MemoryLock final : public Lock {
public:
    MemoryLock(std::shared_ptr<MemoryFileSystem> owner, std::string name)
        : m_owner(std::move(owner)), m_name(std::move(name)) {}
    ~MemoryLock() override {
        const std::lock_guard lock(m_owner->m_mutex);
        m_owner->m_locked.erase(m_name);
    }

private:
    std::shared_ptr<MemoryFileSystem> m_owner;
    std::string m_name;
};

MemoryFileSystem::MemoryFileSystem(Recording recording, bool record)
    : m_record(record), m_recording(std::move(recording)), m_directories(m_recording.base.directories) {
    std::vector<std::shared_ptr<Inode>> numbered(1);
    for (const auto& [name, contents] : m_recording.base.files)
        numbered.push_back(m_names[name] = makeInode(contents));
    for (const RecordedCall& call : m_recording.calls)
        replay(call, numbered);
}

MemoryFileSystem::~MemoryFileSystem() = default;

void MemoryFileSystem::replay(const RecordedCall& call, std::vector<std::shared_ptr<Inode>>& numbered) {
    switch (call.kind) {
    case Kind::create:
        numbered.push_back(m_names[call.path] = makeInode(std::make_shared<const std::string>()));
        break;
    case Kind::write:
    case Kind::store:
        write(*numbered[call.file], call.offset, call.bytes);
        break;
    case Kind::truncate:
        resize(*numbered[call.file], call.offset);
        numbered[call.file]->reserved = std::min(numbered[call.file]->reserved, call.offset);
        break;
    case Kind::allocate:
        resize(*numbered[call.file], std::max(numbered[call.file]->length, call.offset));
        numbered[call.file]->reserved = std::max(numbered[call.file]->reserved, call.offset);
        break;
    case Kind::createDirectory:
        m_directories.insert(call.path);
        break;
    case Kind::rename:
        m_names[call.target] = numbered[call.file];
        m_names.erase(call.path);
        break;
    case Kind::remove:
        m_names.erase(call.path);
        break;
    case Kind::sync:
    case Kind::failedSync:
    case Kind::syncDirectory:
        break;
    }
}

std::shared_ptr<MemoryFileSystem::Inode> MemoryFileSystem::makeInode(std::shared_ptr<const std::string> contents) {
    auto inode = std::make_shared<Inode>();
    inode->number = m_nextFile++;
    inode->length = contents->size();
    inode->reserved = contents->size();
    inode->base = std::move(contents);
    std::erase_if(m_inodes, [](const auto& known) { return known.expired(); });
    m_inodes.push_back(inode);
    return inode;
}

int MemoryFileSystem::faultNow(CallKind kind, bool& partial) {
    if (m_fault.at == 0 || (m_fault.kinds & Fault::bit(kind)) == 0)
        return 0;
    ++m_counted;
    if (m_counted < m_fault.at || (m_counted > m_fault.at && !m_fault.lasting))
        return 0;
    m_fired = true;
    partial = m_fault.partial;
    return partial && kind == CallKind::read ? 0 : m_fault.error;
}

void MemoryFileSystem::record(RecordedCall call) {
    if (m_record)
        m_recording.calls.push_back(std::move(call));
}

void MemoryFileSystem::observe(Inode& inode) {
    if (!m_record || inode.writableMappings == 0)
        return;
    const char* data = inode.data();
    for (std::size_t page = 0; page < inode.capacity; page += pageBytes) {
        const std::size_t end = std::min(page + pageBytes, inode.capacity);
        if (std::memcmp(data + page, inode.seen.data() + page, end - page) == 0)
            continue;
        std::size_t first = page;
        std::size_t last = end;
        while (data[first] == inode.seen[first])
            ++first;
        while (data[last - 1] == inode.seen[last - 1])
            --last;
        if (last > inode.length)
            m_violations.push_back("a store at " + std::to_string(last - 1) + " of file " +
                                   std::to_string(inode.number) + ", which has " + std::to_string(inode.length) +
                                   " bytes");
        else if (last > inode.reserved)
            m_violations.push_back("a store at " + std::to_string(last - 1) + " of file " +
                                   std::to_string(inode.number) + ", of which " + std::to_string(inode.reserved) +
                                   " bytes are reserved");
        inode.seen.replace(first, last - first, data + first, last - first);
        record({.kind = Kind::store,
                .file = inode.number,
                .offset = first,
                .bytes = std::string(data + first, last - first)});
    }
}

void MemoryFileSystem::observeAll() {
    if (!m_record)
        return;
    for (const auto& known : m_inodes)
        if (const auto inode = known.lock())
            observe(*inode);
}

void MemoryFileSystem::write(Inode& inode, std::uint64_t offset, std::string_view bytes) {
    const auto end = static_cast<std::size_t>(offset) + bytes.size();
    if (!inode.makeWritable(end))
        m_violations.push_back("file " + std::to_string(inode.number) + " outgrew its mapping");
    std::memcpy(inode.data() + offset, bytes.data(), bytes.size());
    inode.length = std::max<std::uint64_t>(inode.length, end);
    inode.reserved = std::max<std::uint64_t>(inode.reserved, end);
    if (inode.writableMappings > 0)
        inode.seen.assign(inode.data(), inode.capacity);
}

void MemoryFileSystem::resize(Inode& inode, std::uint64_t length) {
    const auto to = static_cast<std::size_t>(length);
    if (!inode.makeWritable(to))
        m_violations.push_back("file " + std::to_string(inode.number) + " outgrew its mapping");
    if (length < inode.length)
        std::memset(inode.data() + to, 0, static_cast<std::size_t>(inode.length) - to);
    inode.length = length;
    if (inode.writableMappings > 0)
        inode.seen.assign(inode.data(), inode.capacity);
}

std::uint64_t MemoryFileSystem::usedNow() const {
    std::uint64_t used = 0;
    for (const auto& known : m_inodes)
        if (const auto inode = known.lock())
            used += inode->reserved;
    return used;
}

void MemoryFileSystem::observe() {
    const std::lock_guard lock(m_mutex);
    observeAll();
}

const Recording& MemoryFileSystem::recording() {
    observe();
    return m_recording;
}

DiskImage MemoryFileSystem::image() {
    const std::lock_guard lock(m_mutex);
    DiskImage image;
    image.directories = m_directories;
    for (const auto& [name, inode] : m_names)
        image.files[name] =
            inode->buffers.empty()
                ? inode->base
                : std::make_shared<const std::string>(inode->data(), static_cast<std::size_t>(inode->length));
    return image;
}

void MemoryFileSystem::setFault(const Fault& fault) {
    const std::lock_guard lock(m_mutex);
    m_fault = fault;
    m_counted = 0;
    m_fired = false;
}

bool MemoryFileSystem::faultFired() const {
    const std::lock_guard lock(m_mutex);
    return m_fired;
}

std::uint64_t MemoryFileSystem::countedCalls() const {
    const std::lock_guard lock(m_mutex);
    return m_counted;
}

void MemoryFileSystem::setCapacity(std::uint64_t bytes) {
    const std::lock_guard lock(m_mutex);
    m_capacity = bytes;
}

std::uint64_t MemoryFileSystem::usedBytes() const {
    const std::lock_guard lock(m_mutex);
    return usedNow();
}

std::vector<std::string> MemoryFileSystem::violations() const {
    const std::lock_guard lock(m_mutex);
    return m_violations;
}

Result<std::unique_ptr<File>> MemoryFileSystem::open(const fs::path& path, OpenMode mode) {
    const std::lock_guard lock(m_mutex);
    observeAll();
    bool partial = false;
    if (const int error = faultNow(CallKind::open, partial); error != 0)
        return systemFailure("open the file", path, error);
    const std::string name = nameOf(path);
    const auto found = m_names.find(name);
    const bool creates = mode == OpenMode::createNew || mode == OpenMode::createOrTruncate;
    if (found == m_names.end() && (!creates || !m_directories.contains(std::string(parentOf(name)))))
        return systemFailure("open the file", path, ENOENT);
    if (found != m_names.end() && mode == OpenMode::createNew)
        return systemFailure("open the file", path, EEXIST);
    if (found != m_names.end()) {
        if (mode == OpenMode::createOrTruncate && found->second->length > 0) {
            resize(*found->second, 0);
            found->second->reserved = 0;
            record({.kind = Kind::truncate, .file = found->second->number, .offset = 0});
        }
        return std::make_unique<MemoryFile>(shared_from_this(), found->second, path);
    }
    if (usedNow() >= m_capacity)
        return systemFailure("open the file", path, ENOSPC);
    auto inode = makeInode(std::make_shared<const std::string>());
    m_names[name] = inode;
    record({.kind = Kind::create, .file = inode->number, .path = name});
    return std::make_unique<MemoryFile>(shared_from_this(), std::move(inode), path);
}

Result<bool> MemoryFileSystem::isDirectory(const fs::path& path) {
    const std::lock_guard lock(m_mutex);
    bool partial = false;
    if (const int error = faultNow(CallKind::isDirectory, partial); error != 0)
        return systemFailure("look at the directory", path, error);
    return m_directories.contains(nameOf(path));
}

Result<void> MemoryFileSystem::createDirectory(const fs::path& path) {
    const std::lock_guard lock(m_mutex);
    observeAll();
    bool partial = false;
    if (const int error = faultNow(CallKind::createDirectory, partial); error != 0)
        return systemFailure("create the directory", path, error);
    const std::string name = nameOf(path);
    if (!m_directories.contains(std::string(parentOf(name))))
        return systemFailure("create the directory", path, ENOENT);
    if (m_directories.insert(name).second)
        record({.kind = Kind::createDirectory, .path = name});
    return {};
}

Result<std::vector<DirectoryEntry>> MemoryFileSystem::list(const fs::path& directory) {
    const std::lock_guard lock(m_mutex);
    bool partial = false;
    if (const int error = faultNow(CallKind::list, partial); error != 0)
        return systemFailure("list the directory", directory, error);
    const std::string name = nameOf(directory);
    if (!m_directories.contains(name))
        return systemFailure("list the directory", directory, ENOENT);
    std::vector<DirectoryEntry> entries;
    for (const auto& [path, inode] : m_names)
        if (parentOf(path) == name)
            entries.push_back({.name = lastOf(path), .bytes = inode->length, .regular = true});
    for (const std::string& path : m_directories)
        if (path != name && parentOf(path) == name)
            entries.push_back({.name = lastOf(path), .bytes = 0, .regular = false});
    return entries;
}

Result<void> MemoryFileSystem::rename(const fs::path& from, const fs::path& to) {
    const std::lock_guard lock(m_mutex);
    observeAll();
    bool partial = false;
    if (const int error = faultNow(CallKind::rename, partial); error != 0)
        return systemFailure("rename the file", from, error);
    const auto found = m_names.find(nameOf(from));
    if (found == m_names.end())
        return systemFailure("rename the file", from, ENOENT);
    const std::shared_ptr<Inode> inode = found->second;
    m_names.erase(found);
    m_names[nameOf(to)] = inode;
    record({.kind = Kind::rename, .file = inode->number, .path = nameOf(from), .target = nameOf(to)});
    return {};
}

Result<void> MemoryFileSystem::remove(const fs::path& path) {
    const std::lock_guard lock(m_mutex);
    observeAll();
    bool partial = false;
    if (const int error = faultNow(CallKind::remove, partial); error != 0)
        return systemFailure("remove the file", path, error);
    if (m_names.erase(nameOf(path)) > 0)
        record({.kind = Kind::remove, .path = nameOf(path)});
    return {};
}

Result<void> MemoryFileSystem::syncDirectory(const fs::path& directory) {
    const std::lock_guard lock(m_mutex);
    observeAll();
    bool partial = false;
    if (const int error = faultNow(CallKind::syncDirectory, partial); error != 0)
        return systemFailure("make the directory durable", directory, error);
    record({.kind = Kind::syncDirectory, .path = nameOf(directory)});
    return {};
}

Result<std::unique_ptr<Lock>> MemoryFileSystem::lock(const fs::path& path) {
    const std::lock_guard lock(m_mutex);
    observeAll();
    bool partial = false;
    if (const int error = faultNow(CallKind::lock, partial); error != 0)
        return systemFailure("open the lock file", path, error);
    const std::string name = nameOf(path);
    if (!m_locked.insert(name).second)
        return failure({.code = ErrorCode::locked,
                        .operation = "open the database for writing",
                        .file = path.parent_path(),
                        .detail = "another process has it open for writing",
                        .holderPid = 1});
    auto& inode = m_names[name];
    if (!inode) {
        inode = makeInode(std::make_shared<const std::string>());
        record({.kind = Kind::create, .file = inode->number, .path = name});
    }
    return std::make_unique<MemoryLock>(shared_from_this(), name);
}

Result<std::uint64_t> MemoryFileSystem::freeBytes(const fs::path& directory) {
    const std::lock_guard lock(m_mutex);
    bool partial = false;
    if (const int error = faultNow(CallKind::freeBytes, partial); error != 0)
        return systemFailure("ask for free space", directory, error);
    return m_capacity - std::min(m_capacity, usedNow());
}

} // namespace rustcask::io
