// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/session_opener.h"

#include <algorithm>

#include <QDir>

#include <rustcask/database.h>

#include "session/event_hub.h"
#include "session/session.h"

namespace rustcask::ui {

rustcask::Options browsingOptions(bool readOnly) {
    rustcask::Options options;
    options.createIfMissing = false;
    options.readOnly = readOnly;
    options.readStrategy = ReadStrategy::keepOpen;
    return options;
}

rustcask::Options creatingOptions(std::uint64_t maxFileBytes) {
    rustcask::Options options;
    options.createIfMissing = true;
    options.errorIfExists = true;
    options.readStrategy = ReadStrategy::keepOpen;
    options.maxFileBytes = maxFileBytes;
    return options;
}

std::optional<rustcask::Error> refusal(const QString& directory, const rustcask::DirectoryListing& listing,
                                       const rustcask::Options& options) {
    const auto refuse = [&](const QString& found, const QString& advice) {
        rustcask::Error error;
        error.code = ErrorCode::notADatabase;
        error.operation = SessionOpener::tr("open the database").toStdString();
        error.file = directory.toStdString();
        error.detail = found.toStdString();
        error.advice = advice.toStdString();
        return error;
    };
    const QString expected =
        SessionOpener::tr("Expected were files named like 1.rustcask.data that begin with Rustcask's header.");
    const QString found = QString::fromStdString(listing.description);
    switch (listing.kind) {
    case DirectoryKind::rustcask:
        return std::nullopt;
    case DirectoryKind::missing:
        if (options.createIfMissing) {
            return std::nullopt;
        }
        return refuse(SessionOpener::tr("There is no such directory"),
                      SessionOpener::tr("Choose New database to make one."));
    case DirectoryKind::empty:
        if (options.createIfMissing) {
            return std::nullopt;
        }
        return refuse(SessionOpener::tr("The directory is empty"),
                      SessionOpener::tr("Choose New database to make one in it."));
    case DirectoryKind::riak:
        return refuse(SessionOpener::tr("Found: a database of Riak's Bitcask (%1)").arg(found),
                      SessionOpener::tr("This version opens Rustcask's own format only. %1").arg(expected));
    case DirectoryKind::rustcaskCrate:
        return refuse(SessionOpener::tr("Found: a database of the rustcask crate for Rust (%1)").arg(found),
                      SessionOpener::tr("This version opens Rustcask's own format only. %1").arg(expected));
    case DirectoryKind::other:
        return refuse(SessionOpener::tr("Found: %1").arg(found), expected);
    }
    return std::nullopt;
}

SessionOpener::SessionOpener(QObject* parent) : QObject(parent), m_runner(1) {}

SessionOpener::~SessionOpener() {
    cancel();
}

void SessionOpener::open(const QString& directory, const rustcask::Options& options) {
    Q_ASSERT(m_task == nullptr);
    m_directory = QDir::cleanPath(QDir(directory).absolutePath());
    auto hub = std::make_shared<EventHub>();
    rustcask::Options effective = options;
    effective.listener = [hub](const rustcask::Event& event) { hub->take(event); };
    using Opened = std::shared_ptr<rustcask::Database>;
    m_task = m_runner.start<Opened>(
        tr("Open %1").arg(QDir(m_directory).dirName()),
        [path = m_directory, effective](Progress& progress) mutable -> Result<Opened> {
            const std::filesystem::path native = path.toStdString();
            const auto listing = listDirectory(native);
            if (!listing) {
                return rustcask::failure(listing.error());
            }
            if (auto error = refusal(path, *listing, effective)) {
                return rustcask::failure(std::move(*error));
            }
            // One that was made and never written to has a lock file and no data file: there is nothing to miss in it.
            const bool hasData = std::any_of(listing->files.begin(), listing->files.end(),
                                             [](const FileEntry& file) { return file.kind == FileKind::data; });
            if (listing->kind == DirectoryKind::rustcask && !hasData && !effective.readOnly) {
                effective.createIfMissing = true;
            }
            auto database = rustcask::Database::open(native, effective, progress);
            if (!database) {
                return rustcask::failure(database.error());
            }
            return Opened(std::move(*database));
        },
        this,
        [this, hub](Result<Opened> result) {
            m_task = nullptr;
            if (result) {
                Q_EMIT opened(new Session(std::move(*result), hub));
            } else {
                Q_EMIT failed(result.error());
            }
        });
    connect(m_task, &Task::progressed, this, &SessionOpener::progressed);
}

void SessionOpener::cancel() {
    if (m_task != nullptr) {
        m_task->cancel();
    }
}

} // namespace rustcask::ui
