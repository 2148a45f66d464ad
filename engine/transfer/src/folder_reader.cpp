// SPDX-License-Identifier: Apache-2.0
#include <rustcask/transfer/folder.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <rustcask/types.h>

namespace rustcask::transfer {

/// Depth first over a tree, by directory descriptors: a folder that is swapped for a link meanwhile cannot lead out.
class FolderReader::Walk {
public:
    struct Entry {
        std::string path{}; ///< relative to the root
        std::string name{};
        int folder = -1; ///< descriptor of the folder it is in, valid until the next call of `next`
        mode_t mode = 0;
        std::uint64_t bytes = 0;
        bool emptyFolder = false;
    };

    static Result<std::unique_ptr<Walk>> open(const std::filesystem::path& folder) {
        auto walk = std::make_unique<Walk>();
        walk->m_root = folder;
        const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (descriptor < 0)
            return failure(systemFailure("read the folder", folder, errno));
        if (auto entered = walk->enter(descriptor, ""); !entered)
            return failure(std::move(entered.error()));
        return walk;
    }

    Walk() = default;
    Walk(const Walk&) = delete;
    Walk& operator=(const Walk&) = delete;
    ~Walk() {
        for (const Level& level : m_levels)
            ::close(level.descriptor);
    }

    std::filesystem::path pathOf(const Entry& entry) const { return m_root / entry.path; }

    /// Everything but folders that hold something.
    Result<std::optional<Entry>> next() {
        while (!m_levels.empty()) {
            Level& level = m_levels.back();
            if (level.next == level.names.size()) {
                ::close(level.descriptor);
                m_levels.pop_back();
                continue;
            }
            Entry entry;
            entry.name = std::move(level.names[level.next++]);
            entry.path = level.prefix + entry.name;
            entry.folder = level.descriptor;
            struct stat status {};
            if (::fstatat(level.descriptor, entry.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
                return failure(systemFailure("read the folder", pathOf(entry), errno));
            entry.mode = status.st_mode;
            entry.bytes = static_cast<std::uint64_t>(status.st_size);
            if (!S_ISDIR(status.st_mode))
                return entry;
            const int descriptor =
                ::openat(level.descriptor, entry.name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
            if (descriptor < 0)
                return failure(systemFailure("read the folder", pathOf(entry), errno));
            if (auto entered = enter(descriptor, entry.path + "/"); !entered)
                return failure(std::move(entered.error()));
            if (m_levels.back().names.empty()) {
                entry.emptyFolder = true;
                return entry;
            }
        }
        return std::nullopt;
    }

private:
    struct Level {
        int descriptor = -1;
        std::string prefix{};
        std::vector<std::string> names{};
        std::size_t next = 0;
    };

    // Takes the descriptor over.
    Result<void> enter(int descriptor, std::string prefix) {
        m_levels.push_back(Level{.descriptor = descriptor, .prefix = std::move(prefix)});
        Level& level = m_levels.back();
        const int listed = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0); // closedir closes what it is given
        DIR* const stream = listed < 0 ? nullptr : ::fdopendir(listed);
        if (!stream) {
            const int error = errno;
            if (listed >= 0)
                ::close(listed);
            return failure(systemFailure("read the folder", m_root / level.prefix, error));
        }
        errno = 0;
        while (const dirent* const entry = ::readdir(stream)) {
            const std::string_view name = entry->d_name;
            if (name != "." && name != "..")
                level.names.emplace_back(name);
        }
        const int error = errno;
        ::closedir(stream);
        if (error != 0)
            return failure(systemFailure("read the folder", m_root / level.prefix, error));
        std::sort(level.names.begin(), level.names.end());
        return {};
    }

    std::filesystem::path m_root{};
    std::vector<Level> m_levels{};
};

namespace {

class Descriptor {
public:
    explicit Descriptor(int value) : m_value(value) {}
    ~Descriptor() {
        if (m_value >= 0)
            ::close(m_value);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int value() const noexcept { return m_value; }

private:
    int m_value;
};

enum class Contents : std::uint8_t { read, notRegular };

// O_NONBLOCK: a pipe put where a file was must not hold the import up for ever.
Result<Contents> readFile(int folder, const std::string& name, const std::filesystem::path& path, std::string& bytes) {
    const Descriptor file(::openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (file.value() < 0)
        return failure(systemFailure("read the file", path, errno));
    struct stat status {};
    if (::fstat(file.value(), &status) != 0)
        return failure(systemFailure("read the file", path, errno));
    if (!S_ISREG(status.st_mode))
        return Contents::notRegular;
    // The size only says how much is likely; what counts is what comes.
    bytes.resize(std::min<std::uint64_t>(static_cast<std::uint64_t>(status.st_size), maxValueBytes) + 1);
    std::size_t filled = 0;
    while (true) {
        const ssize_t got = ::read(file.value(), bytes.data() + filled, bytes.size() - filled);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return failure(systemFailure("read the file", path, errno));
        if (got == 0)
            break;
        filled += static_cast<std::size_t>(got);
        if (filled > maxValueBytes)
            return failure(Error{.code = ErrorCode::invalidArgument,
                                 .operation = "read the file",
                                 .file = path,
                                 .detail = "it is longer than a value may be, 4 GiB - 1"});
        if (filled == bytes.size())
            bytes.resize(std::min<std::uint64_t>(bytes.size() * 2, maxValueBytes + 1));
    }
    bytes.resize(filled);
    return Contents::read;
}

Error foreignName(const std::filesystem::path& path) {
    return Error{.code = ErrorCode::invalidArgument,
                 .operation = "read the folder",
                 .file = path,
                 .detail = "no export names a file like this, and the folder is reserved for what export writes",
                 .advice = "Rename the folder " + std::string(escapedFolderName) + " or take the file out."};
}

} // namespace

Result<std::unique_ptr<FolderReader>> FolderReader::open(const std::filesystem::path& folder, NoticeListener listener) {
    auto walk = Walk::open(folder);
    if (!walk)
        return failure(std::move(walk.error()));
    return std::unique_ptr<FolderReader>(new FolderReader(std::move(*walk), std::move(listener)));
}

FolderReader::FolderReader(std::unique_ptr<Walk> walk, NoticeListener listener)
    : m_walk(std::move(walk)), m_listener(std::move(listener)) {}

FolderReader::~FolderReader() = default;

Result<bool> FolderReader::next(std::string& key, std::string& value) {
    const auto leaveOut = [this](Notice::Kind kind, const std::string& path) {
        if (m_listener)
            m_listener(Notice{.kind = kind, .path = path});
    };
    while (true) {
        const auto found = m_walk->next();
        if (!found)
            return failure(found.error());
        if (!*found)
            return false;
        const Walk::Entry& entry = **found;
        if (entry.emptyFolder || !S_ISREG(entry.mode)) {
            leaveOut(entry.emptyFolder     ? Notice::Kind::emptyFolder
                     : S_ISLNK(entry.mode) ? Notice::Kind::symbolicLink
                                           : Notice::Kind::specialFile,
                     entry.path);
            continue;
        }
        const std::filesystem::path path = m_walk->pathOf(entry);
        key = entry.path;
        const std::string reserved = std::string(escapedFolderName) + "/";
        std::string valueName = entry.name;
        if (entry.path.starts_with(reserved)) {
            const bool direct = entry.path.size() == reserved.size() + entry.name.size();
            if (direct && entry.name.starts_with('+') && entry.name.ends_with(".value"))
                continue; // comes with its key
            if (direct && entry.name.starts_with('+') && entry.name.ends_with(".key")) {
                const auto keyRead = readFile(entry.folder, entry.name, path, key);
                if (!keyRead)
                    return failure(keyRead.error());
                valueName.replace(valueName.size() - 4, 4, ".value");
            } else if (auto original = direct ? keyOfEscapedFileName(entry.name) : std::nullopt) {
                key = std::move(*original);
            } else {
                return failure(foreignName(path));
            }
        }
        const auto contents = readFile(entry.folder, valueName, path.parent_path() / valueName, value);
        if (!contents)
            return failure(contents.error());
        if (*contents == Contents::notRegular) {
            leaveOut(Notice::Kind::specialFile, entry.path);
            continue;
        }
        m_bytesRead += value.size();
        return true;
    }
}

Result<FolderReader::Totals> FolderReader::measure(const std::filesystem::path& folder, Progress& progress) {
    const auto walk = Walk::open(folder);
    if (!walk)
        return failure(walk.error());
    Totals totals;
    while (true) {
        if (auto alive = progress.checkpoint("look through the folder"); !alive)
            return failure(std::move(alive.error()));
        const auto entry = (*walk)->next();
        if (!entry)
            return failure(entry.error());
        if (!*entry)
            return totals;
        if (S_ISREG((*entry)->mode)) {
            ++totals.files;
            totals.bytes += (*entry)->bytes;
        }
    }
}

} // namespace rustcask::transfer
