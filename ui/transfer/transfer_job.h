// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include <QStringList>

#include <rustcask/transfer/files.h>

#include "transfer/export_request.h"

namespace rustcask::ui {

class Session;
class Task;
struct EditRecord;

/// What an import or export came to, whether it ended well or not.
struct TransferOutcome {
    rustcask::transfer::TransferReport report{};
    std::optional<rustcask::Error> error{};
    QStringList notes{};   ///< malformed records, links left out, keys escaped: the first thousand, in words
    quint64 noteCount = 0; ///< of all of them
    /// An import's way back: with at least one change it is on the session's undo stack by the time the outcome is
    /// told.
    std::shared_ptr<EditRecord> step{};
    bool tooManyToUndo = false; ///< more records than an undo step holds: it has none

    static constexpr qsizetype maxNotes = 1000;
    static constexpr quint64 maxUndoRecords = 2'000'000; ///< 72 bytes and the key each
    void addNote(const QString& text);
};

struct ImportJob {
    std::filesystem::path source{};
    rustcask::transfer::Form form{};
    rustcask::transfer::ConflictPolicy conflicts = rustcask::transfer::ConflictPolicy::overwrite;
    bool skipMalformed = false;
};

struct ExportJob {
    std::filesystem::path target{};
    rustcask::transfer::Form form{};
    bool replace = false;
    ExportRequest chosen{}; ///< without keys: what `selection` matches
    rustcask::transfer::KeySelection selection{};
};

/// Both run beside everything else on a session's pool, can be paused and cancelled, and call `done` in the GUI thread
/// unless `context` is gone, which cancels them. What an import stored before it failed or was cancelled stays and is
/// in the tally; the stored records are durable when `done` is called.
Task* startImport(Session& session, const ImportJob& job, QObject* context, std::function<void(TransferOutcome)> done);
Task* startExport(Session& session, const ExportJob& job, QObject* context, std::function<void(TransferOutcome)> done);

/// Refuses what is there but neither file nor folder: a pipe without a writer would hold a worker up for ever. A path
/// where nothing is passes. Errors: invalidArgument.
[[nodiscard]] rustcask::Result<void> checkPlain(const std::filesystem::path& path, const QString& operation);

/// The first records of a source, and which of their keys have a value.
struct ImportPreview {
    rustcask::transfer::Preview preview{};
    std::vector<bool> present{};
};
[[nodiscard]] rustcask::Result<ImportPreview> previewImport(const rustcask::Database& database,
                                                            const std::filesystem::path& source,
                                                            const rustcask::transfer::Form& form,
                                                            rustcask::Progress& progress);

/// How an export will look, and how much it is.
struct ExportPreview {
    QString text{}; ///< the first records as they will be written, long values cut
    bool valuesCut = false;
    quint64 keys = 0;
    std::optional<quint64> valueBytes{}; ///< unknown of chosen keys
};
[[nodiscard]] rustcask::Result<ExportPreview> previewExport(const rustcask::Database& database, const ExportJob& job,
                                                            rustcask::Progress& progress);

} // namespace rustcask::ui
