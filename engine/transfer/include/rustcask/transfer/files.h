// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <rustcask/transfer/folder.h>
#include <rustcask/transfer/transfer.h>

/// Imports and exports as a person asks for them: by path, with the format found out and the target made safely.
namespace rustcask::transfer {

/// In what form a file or folder holds records.
struct Form {
    Format format = Format::jsonl;
    TextOptions text{};
};

/// Guesses the form of a source by its name and the beginning of its contents: contents that leave no doubt count more
/// than a name, and a name more than contents that do. `head` may be cut anywhere. nullopt: no idea.
[[nodiscard]] std::optional<Form> guessForm(const std::filesystem::path& source, std::string_view head);
/// The same, looking at the source itself: a directory is a `folder`, of a file at most 64 KiB are read. Errors:
/// ioError.
[[nodiscard]] Result<std::optional<Form>> detectForm(const std::filesystem::path& source);

/// Whether `path` is `folder` or lies inside it, links resolved; both need not exist.
[[nodiscard]] bool isInside(const std::filesystem::path& path, const std::filesystem::path& folder);

/// A reader with the source it borrows.
struct Input {
    std::unique_ptr<ByteSource> source{}; ///< null of a folder
    std::unique_ptr<RecordReader> reader{};
};

/// Opens a file, or walks a folder once to know its size, and sets the totals of `progress`, which must outlive the
/// input. Errors: ioError, cancelled; invalidArgument for a folder in which `database` lies: it would import its own
/// files while they grow.
[[nodiscard]] Result<Input> openInput(const std::filesystem::path& source, const Form& form,
                                      const std::filesystem::path& database, Progress& progress,
                                      const NoticeListener& notices);

struct Record {
    std::string key{};
    std::string value{};
};

/// The first records of a source, as a form gives them.
struct Preview {
    std::vector<Record> records{};
    bool complete = false;        ///< there are no more
    std::optional<Error> error{}; ///< what stands behind them is malformed in this form
};

/// Reads the first `maxRecords`, and of a file no more than its first `maxBytes`: a record that is longer is not shown,
/// and no error. Errors: ioError, cancelled.
[[nodiscard]] Result<Preview> previewRecords(const std::filesystem::path& source, const Form& form,
                                             std::size_t maxRecords, std::uint64_t maxBytes, Progress& progress);

/// Writes all records to the writer it is given, and finishes it.
using ExportBody = std::function<Result<TransferReport>(RecordWriter& writer)>;

/// Makes `target`, lets `body` write its records, and only then gives a file its name: cancelled or failed, a file is
/// not there, or as it was; in a folder what was written so far stays. With `replace` a file may exist and a folder
/// need not be empty. A pipe or device is written as it is. Errors: those of `body`, of `AtomicFile` and of
/// `FolderWriter`; invalidArgument when `target` lies inside `database`.
[[nodiscard]] Result<TransferReport> exportTo(const std::filesystem::path& target, const Form& form, bool replace,
                                              const std::filesystem::path& database, const NoticeListener& notices,
                                              const ExportBody& body);

} // namespace rustcask::transfer
