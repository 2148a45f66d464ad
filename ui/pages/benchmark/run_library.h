// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include <QString>

#include <rustcask/bench/run_file.h>

/// The folder of saved runs: one JSON file a run. Every function does I/O: call them on a worker.
namespace rustcask::ui::runLibrary {

struct Listing {
    std::vector<bench::RunSummary> runs; ///< newest first
    int unreadable = 0;                  ///< files that are no run of this version
};

/// What the folder holds; it need not exist.
[[nodiscard]] Result<Listing> list(const QString& folder);
/// Stores a run under its id, making the folder. The path it got.
[[nodiscard]] Result<QString> store(const bench::Run& run, const QString& folder);
/// Copies a result file of anybody's into the folder, under an id of its own when that is taken.
[[nodiscard]] Result<QString> import(const QString& file, const QString& folder);
[[nodiscard]] Result<std::shared_ptr<const bench::Run>> load(const QString& file);
[[nodiscard]] Result<void> rename(const QString& file, const QString& name);
/// Moves the files into a bin inside the folder, whence `restore` brings them back. What was in the bin before goes
/// for good.
[[nodiscard]] Result<std::vector<QString>> discard(const std::vector<QString>& files);
[[nodiscard]] Result<void> restore(const std::vector<QString>& binned);

} // namespace rustcask::ui::runLibrary
