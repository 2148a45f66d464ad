// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <rustcask/inspect.h>
#include <rustcask/progress.h>
#include <rustcask/result.h>
#include <rustcask/verify.h>

#include "inspect_damage.h"
#include "io/file_system.h"
#include "log/scanner.h"

/// Which files of a directory count, and reading them beside a writer. What `verify` and `history` share.
namespace rustcask::inspect {

/// A data file that counts: one that no standing merge record supersedes (doc/format.md, "Merge record").
struct CatalogFile {
    std::filesystem::path path{};
    Generation generation{};
    std::uint64_t bytes = 0; ///< just after the directory was listed; what is appended later is not looked at
    HeaderDiagnosis header{};
    std::filesystem::path hint{}; ///< empty: there is none
    std::uint64_t hintBytes = 0;
    bool newestLog = false; ///< the highest generation that no merge wrote: the only file with a torn tail

    [[nodiscard]] bool mergeOutput() const noexcept {
        return header.verdict == format::HeaderVerdict::valid && header.header.mergeOutput;
    }
};

/// Something about the directory as such.
struct Remark {
    Severity severity = Severity::note;
    std::filesystem::path file{};
    std::uint64_t bytes = 0;
    std::optional<Field> field{};
    std::string text{};
    std::string advice{};
};

struct Catalog {
    std::vector<CatalogFile> data{}; ///< ascending by generation
    std::vector<Remark> remarks{};
};

/// `listDirectory` on any file system (inspect_directory.cpp).
[[nodiscard]] Result<DirectoryListing> listDirectoryOn(io::FileSystem& fileSystem,
                                                       const std::filesystem::path& directory);

/// The names in `directory` that decide which records there are, sorted. Hints and locks come and go without meaning.
/// A listing is not of one moment: what is renamed meanwhile may be missed. Two that agree are, because no name that
/// has gone comes back. Errors: ioError.
[[nodiscard]] Result<std::vector<std::string>> namesThatCount(io::FileSystem& fileSystem,
                                                              const std::filesystem::path& directory);

/// Lists `directory`, until two listings agree, and reads the file headers and merge records in it. Errors: ioError,
/// notADatabase.
[[nodiscard]] Result<Catalog> readCatalog(io::FileSystem& fileSystem, const std::filesystem::path& directory,
                                          std::string_view operation);

/// A file whose every read is a checkpoint and is counted: long reads can be paused, cancelled and watched, whatever
/// does them.
class WatchedFile final : public io::File {
public:
    WatchedFile(std::unique_ptr<io::File> inner, Progress& progress, std::string operation)
        : m_inner(std::move(inner)), m_progress(progress), m_operation(std::move(operation)) {}

    [[nodiscard]] Result<std::size_t> readAt(std::uint64_t offset, char* out, std::size_t size) const override;
    [[nodiscard]] Result<std::uint64_t> size() const override { return m_inner->size(); }
    /// Counts everything before `offset` as done.
    void advanceTo(std::uint64_t offset) const;
    /// What is before `offset` was read and counted another time.
    void beginAt(std::uint64_t offset) const noexcept { m_done = offset; }

    // It only reads.
    [[nodiscard]] Result<void> writeAt(std::uint64_t offset, std::string_view bytes) override;
    [[nodiscard]] Result<void> truncate(std::uint64_t size) override;
    [[nodiscard]] Result<void> allocate(std::uint64_t offset, std::uint64_t size) override;
    [[nodiscard]] Result<void> sync() override;
    [[nodiscard]] Result<std::unique_ptr<io::Mapping>> map(std::uint64_t size, bool writable) override;

private:
    std::unique_ptr<io::File> m_inner;
    Progress& m_progress;
    std::string m_operation;
    mutable std::uint64_t m_done = 0;
};

/// A scanner for a file that another process may be appending to at this moment. There a reader can come upon a record
/// that is half written and, a moment later, upon whole ones after it: damage is believed only when it is still the
/// same at a second look.
class SteadyScanner {
public:
    /// Scans `[begin, end)` of `file`, which must outlive it. `mayGrow`: somebody may be appending.
    SteadyScanner(const io::File& file, std::uint64_t begin, std::uint64_t end, bool mayGrow);
    /// As `log::Scanner::next`.
    [[nodiscard]] Result<const log::Scanned*> next();

private:
    const io::File& m_file;
    std::uint64_t m_end;
    int m_looksLeft;
    std::unique_ptr<log::Scanner> m_scanner;
};

} // namespace rustcask::inspect
