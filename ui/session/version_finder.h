// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>

#include <QByteArray>
#include <QObject>
#include <QPointer>

#include <rustcask/version_index.h>

#include "tasks/task_runner.h"

namespace rustcask::ui {

class Session;

/// Finds the versions of keys for all who ask in a session, with one index of the records in its files. The index is
/// built by one scan in the background, once somebody wants it, and then follows the database. Lives in the GUI thread;
/// what reads runs on the session's workers.
class VersionFinder : public QObject {
    Q_OBJECT
public:
    /// A longer scan is shown in the window's list of tasks.
    static constexpr quint64 quietBytes = quint64{256} << 20;

    /// `session` must outlive it.
    explicit VersionFinder(Session& session);

    [[nodiscard]] bool isBuilt() const { return m_index->isBuilt(); }
    /// For those who look up many keys at once on a worker.
    [[nodiscard]] std::shared_ptr<const rustcask::VersionIndex> index() const { return m_index; }
    [[nodiscard]] bool isUpdating() const { return !m_update.isNull(); }
    /// Of the update that runs; zeros when none does.
    [[nodiscard]] rustcask::ProgressCounts progress() const;

    /// Reads what is not indexed yet; `updated` follows. Wished for while it runs, it reads on before it says so.
    void update();
    /// Ends the update that runs; `updated` follows. What it has read stays.
    void stop();
    /// Every version of `key` that is indexed; `done` is called in the GUI thread unless `context` is gone. Errors:
    /// ioError, cancelled.
    void find(const QByteArray& key, QObject* context,
              std::function<void(Result<rustcask::IndexedHistory>)> done) const;

Q_SIGNALS:
    void updateStarted();
    void progressed(); ///< ten times a second while an update runs
    /// An update came to its end; `failure` is null when it has read all there is, `cancelled` when it was stopped.
    void updated(const rustcask::Error* failure);

private:
    Session& m_session;
    std::shared_ptr<rustcask::VersionIndex> m_index;
    QPointer<Task> m_update;
    bool m_again = false;
};

} // namespace rustcask::ui
