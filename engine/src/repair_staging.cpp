// SPDX-License-Identifier: Apache-2.0
#include "repair_staging.h"

#include <algorithm>
#include <system_error>
#include <utility>

namespace rustcask::repair {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view lockName = "partial.lock"; // not the database's own, which its opening takes
constexpr std::size_t copyChunkBytes = std::size_t{1} << 20;

[[nodiscard]] tl::unexpected<Error> refused(std::string_view operation, const fs::path& file, std::string detail,
                                            std::string advice) {
    return failure({.code = ErrorCode::invalidArgument,
                    .operation = std::string(operation),
                    .file = file,
                    .detail = std::move(detail),
                    .advice = std::move(advice)});
}

} // namespace

fs::path plainPath(const fs::path& path) {
    std::error_code error;
    fs::path plain = fs::weakly_canonical(fs::absolute(path, error), error);
    if (error || plain.empty())
        plain = path;
    return plain.has_filename() ? plain : plain.parent_path();
}

StagedDirectory::StagedDirectory(std::shared_ptr<io::FileSystem> fileSystem, fs::path target)
    : m_fileSystem(std::move(fileSystem)),
      m_target(std::move(target)),
      m_path(m_target.parent_path() / ("." + m_target.filename().string() + ".partial")) {}

StagedDirectory::~StagedDirectory() {
    if (!m_lock) // committed, moved from, or never begun
        return;
    // Nobody is left to tell of a failure; the next attempt clears what stays.
    if (clear() && m_fileSystem->remove(m_path / lockName))
        static_cast<void>(m_fileSystem->removeDirectory(m_path));
}

Result<StagedDirectory> StagedDirectory::create(std::shared_ptr<io::FileSystem> fileSystem, const fs::path& source,
                                                const fs::path& target, std::string_view operation) {
    StagedDirectory staged(std::move(fileSystem), plainPath(target));
    const fs::path from = plainPath(source);
    const auto inside = std::mismatch(from.begin(), from.end(), staged.m_target.begin(), staged.m_target.end());
    if (inside.first == from.end())
        return refused(operation, target, "the target lies in the database itself", "Name a directory elsewhere");
    auto exists = staged.m_fileSystem->isDirectory(staged.m_target);
    if (!exists)
        return refused(operation, target, "the target is a file", "Name a directory that does not exist");
    if (*exists) {
        auto entries = staged.m_fileSystem->list(staged.m_target);
        if (!entries)
            return failure(std::move(entries.error()));
        if (!entries->empty())
            return refused(operation, target, "the target is not empty", "Name a directory that does not exist");
    }
    if (auto begun = staged.begin(operation); !begun)
        return failure(std::move(begun.error()));
    return staged;
}

Result<StagedDirectory> StagedDirectory::createBeside(std::shared_ptr<io::FileSystem> fileSystem,
                                                      const fs::path& directory, std::string_view operation) {
    StagedDirectory staged(std::move(fileSystem), plainPath(directory));
    if (auto begun = staged.begin(operation); !begun)
        return failure(std::move(begun.error()));
    return staged;
}

Result<void> StagedDirectory::begin(std::string_view operation) {
    if (auto made = m_fileSystem->createDirectory(m_path); !made)
        return made;
    auto lock = m_fileSystem->lock(m_path / lockName);
    if (!lock) {
        lock.error().operation = std::string(operation);
        if (lock.error().code == ErrorCode::locked) {
            lock.error().detail = "another process is writing to this target";
            lock.error().advice = "Wait for it to end, or name another target";
        }
        return failure(std::move(lock.error()));
    }
    m_lock = std::move(*lock);
    return clear();
}

Result<void> StagedDirectory::clear() {
    auto entries = m_fileSystem->list(m_path);
    if (!entries)
        return failure(std::move(entries.error()));
    for (const io::DirectoryEntry& entry : *entries) {
        if (entry.name == lockName)
            continue;
        if (auto done = m_fileSystem->remove(m_path / entry.name); !done)
            return done;
    }
    return {};
}

Result<void> StagedDirectory::commit() {
    auto done = m_fileSystem->remove(m_path / lockName);
    if (done)
        done = m_fileSystem->syncDirectory(m_path);
    if (done)
        done = m_fileSystem->rename(m_path, m_target);
    if (!done)
        return done; // the destructor clears up
    m_lock.reset();
    return m_fileSystem->syncDirectory(m_target.parent_path());
}

Result<void> copyFile(io::FileSystem& fileSystem, const io::File& from, const fs::path& to, std::uint64_t bytes,
                      Progress& progress, std::string_view operation) {
    auto file = fileSystem.open(to, io::OpenMode::createNew);
    if (!file)
        return failure(std::move(file.error()));
    std::string buffer(static_cast<std::size_t>(std::min<std::uint64_t>(bytes, copyChunkBytes)), '\0');
    for (std::uint64_t at = 0; at < bytes;) {
        if (auto going = progress.checkpoint(operation); !going)
            return going;
        auto read = from.readAt(at, buffer.data(),
                                static_cast<std::size_t>(std::min<std::uint64_t>(bytes - at, buffer.size())));
        if (!read)
            return failure(std::move(read.error()));
        if (*read == 0)
            return failure({.code = ErrorCode::ioError,
                            .operation = std::string(operation),
                            .file = to,
                            .offset = at,
                            .detail = "the source became shorter while it was copied"});
        if (auto done = (*file)->writeAt(at, std::string_view(buffer).substr(0, *read)); !done)
            return done;
        at += *read;
        progress.addBytes(*read);
    }
    return (*file)->sync();
}

} // namespace rustcask::repair
