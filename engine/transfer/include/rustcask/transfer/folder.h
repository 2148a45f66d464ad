// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <rustcask/transfer/records.h>

/// A directory tree as records: the path of each regular file, relative to the folder and with `/` between its parts,
/// is the key, the contents are the value.
namespace rustcask::transfer {

/// Something that could not be taken over as it is, for people to know.
struct Notice {
    enum class Kind : std::uint8_t {
        symbolicLink, ///< not followed, left out
        specialFile,  ///< a device, socket or pipe: left out
        emptyFolder,  ///< a tree of keys cannot hold it: left out
        escapedKey,   ///< the key is no safe relative path; its file has another name, which import undoes
    };
    Kind kind = Kind::symbolicLink;
    std::string path{}; ///< relative to the folder
    std::string key{};  ///< with `escapedKey`
};

using NoticeListener = std::function<void(const Notice&)>;

/// The folder inside an exported folder for keys whose names no file may bear, and the prefix of names in use while a
/// file is written.
inline constexpr std::string_view escapedFolderName = ".rustcask-escaped";
inline constexpr std::string_view partialFilePrefix = ".rustcask-partial-";

/// Whether a file of this relative path is created for `key`: no part of it empty, `.`, `..`, longer than 255 bytes or
/// one of the names above; no NUL; not absolute; at most 3,000 bytes.
[[nodiscard]] bool isSafeRelativePath(std::string_view key) noexcept;
/// Its file's name inside the folder of escaped keys: letters, digits, `-`, `_` and inner `.` as they are, everything
/// else as `%NN`. nullopt: it would be longer than 240 bytes; then the key is kept in a file beside its value, `+N.key`
/// and `+N.value`.
[[nodiscard]] std::optional<std::string> escapedFileName(std::string_view key);
/// Undoes `escapedFileName`; nullopt for what that never returns.
[[nodiscard]] std::optional<std::string> keyOfEscapedFileName(std::string_view name);

/// Reads a tree, one file at a time, each folder in byte order of its names. Follows no symbolic link. What a
/// `FolderWriter` escaped gets its key back.
class FolderReader final : public RecordReader {
public:
    /// Errors: ioError.
    [[nodiscard]] static Result<std::unique_ptr<FolderReader>> open(const std::filesystem::path& folder,
                                                                    NoticeListener listener);
    ~FolderReader() override;
    FolderReader(const FolderReader&) = delete;
    FolderReader& operator=(const FolderReader&) = delete;

    /// Further errors: invalidArgument for a file of 4 GiB or more.
    [[nodiscard]] Result<bool> next(std::string& key, std::string& value) override;
    [[nodiscard]] std::uint64_t bytesRead() const override { return m_bytesRead; }

    struct Totals {
        std::uint64_t files = 0;
        std::uint64_t bytes = 0;
    };
    /// Walks the tree once without reading a file, for progress. Errors: ioError, cancelled.
    [[nodiscard]] static Result<Totals> measure(const std::filesystem::path& folder, Progress& progress);

private:
    class Walk;
    FolderReader(std::unique_ptr<Walk> walk, NoticeListener listener);

    std::unique_ptr<Walk> m_walk;
    NoticeListener m_listener;
    std::uint64_t m_bytesRead = 0;
};

/// Writes a tree, never outside its folder: no link is followed and each file is written under a temporary name and
/// renamed. Of two keys that cannot both be files (`a` and `a/b`) the one that comes first is; the other is escaped.
class FolderWriter final : public RecordWriter {
public:
    /// Creates `folder`, but not its parents. With `force` it may exist and hold files, which are replaced where keys
    /// name them. Errors: ioError; invalidArgument when it is not empty and `force` is false.
    [[nodiscard]] static Result<std::unique_ptr<FolderWriter>> create(const std::filesystem::path& folder, bool force,
                                                                      NoticeListener listener);
    ~FolderWriter() override;
    FolderWriter(const FolderWriter&) = delete;
    FolderWriter& operator=(const FolderWriter&) = delete;

    [[nodiscard]] Result<void> write(std::string_view key, std::string_view value) override;
    [[nodiscard]] Result<void> finish() override;

private:
    enum class Outcome : std::uint8_t { written, conflict };
    FolderWriter(std::filesystem::path folder, int descriptor, bool force, NoticeListener listener);
    [[nodiscard]] Result<Outcome> writeFile(std::string_view path, std::string_view bytes);
    [[nodiscard]] Result<Outcome> enterFolder(std::string_view path);
    [[nodiscard]] Result<void> writeEscaped(std::string_view key, std::string_view value);
    void leaveFolder() noexcept;

    std::filesystem::path m_folder;
    int m_descriptor;
    bool m_force;
    NoticeListener m_listener;
    std::string m_partialName;
    std::string m_entered{}; // path of the folder that m_enteredDescriptor is
    int m_enteredDescriptor = -1;
    std::uint64_t m_longKeys = 0;
};

} // namespace rustcask::transfer
