// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>

#include <rustcask/inspect.h>
#include <rustcask/options.h>
#include <rustcask/progress.h>
#include <rustcask/result.h>

#include "tasks/task_runner.h"

namespace rustcask::ui {

class Session;

/// Options for a database that somebody made: nothing is created, and values are read with `pread`, because a mapped
/// page on failing media would kill the process.
[[nodiscard]] rustcask::Options browsingOptions(bool readOnly);
/// Options for a database to be made in a directory that is absent or empty.
[[nodiscard]] rustcask::Options creatingOptions(std::uint64_t maxFileBytes = std::uint64_t{2} << 30);

/// Why a directory cannot be opened as these options ask, judged from what it holds; nullopt: go on. Pure.
[[nodiscard]] std::optional<rustcask::Error>
refusal(const QString& directory, const rustcask::DirectoryListing& listing, const rustcask::Options& options);

/// Opens one database on a worker: looks at the directory first, read-only, and refuses what is no database.
class SessionOpener : public QObject {
    Q_OBJECT
public:
    explicit SessionOpener(QObject* parent = nullptr);
    ~SessionOpener() override;

    /// Ends in exactly one of `opened` and `failed`. One opening at a time.
    void open(const QString& directory, const rustcask::Options& options);
    void cancel();
    [[nodiscard]] bool isOpening() const { return m_task != nullptr; }
    [[nodiscard]] QString directory() const { return m_directory; }
    [[nodiscard]] Task* task() const { return m_task; }

Q_SIGNALS:
    void opened(rustcask::ui::Session* session); ///< without parent: the receiver owns it
    void failed(const rustcask::Error& error);
    void progressed(const rustcask::ProgressCounts& counts);

private:
    QString m_directory;
    Task* m_task = nullptr;
    TaskRunner m_runner;
};

} // namespace rustcask::ui
