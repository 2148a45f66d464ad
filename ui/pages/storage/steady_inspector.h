// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include <QString>

#include <rustcask/inspect.h>
#include <rustcask/stats.h>

namespace rustcask::ui {

/// A record as it stands in a file that somebody may be appending to.
struct SteadyRecord {
    rustcask::RecordInfo info{};
    /// What stands here is no sound record, nothing sound follows it, and the file may grow: it may be half written.
    bool unfinished = false;
};

/// Reads a file record by record, as its inspector does, and tells damage from what is being written at this moment.
/// For workers: it blocks.
class SteadyInspector {
public:
    /// @param mayGrow somebody may be appending to the file
    /// Errors: those of FileInspector.
    [[nodiscard]] static Result<SteadyInspector> open(const std::filesystem::path& file, bool mayGrow);

    /// The next record in file order; nullopt at the end. Errors: those of FileInspector.
    [[nodiscard]] Result<std::optional<SteadyRecord>> next();
    void seek(std::uint64_t offset) { m_inspector->seek(offset); }
    /// The inspector that has read the last record.
    [[nodiscard]] rustcask::FileInspector& inspector() { return *m_inspector; }

private:
    SteadyInspector(std::filesystem::path file, bool mayGrow, std::unique_ptr<rustcask::FileInspector> inspector)
        : m_file(std::move(file)), m_mayGrow(mayGrow), m_inspector(std::move(inspector)) {}
    [[nodiscard]] Result<std::optional<SteadyRecord>> settle(rustcask::RecordInfo damaged);

    std::filesystem::path m_file;
    bool m_mayGrow;
    std::unique_ptr<rustcask::FileInspector> m_inspector;
};

/// Whether somebody may be appending to the file of that name: it is the active one, or newer than the statistics.
[[nodiscard]] bool mayGrow(const rustcask::Stats& stats, const QString& fileName);

} // namespace rustcask::ui
