// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include <QByteArray>
#include <QElapsedTimer>
#include <QObject>
#include <QString>
#include <QTimer>
#include <QUndoStack>
#include <QVector>

#include <rustcask/database.h>

#include "session/edit_step.h"
#include "session/engine_event.h"
#include "session/event_log.h"
#include "session/operation_times.h"
#include "tasks/task_runner.h"

namespace rustcask::ui {

class EventHub;
class VersionFinder;
struct EditRecord;

/// The one holder of an open database. Lives in the GUI thread; everything that touches the disk runs on a worker.
/// Made by SessionOpener. End it with `close`, which takes its time without blocking, then delete it.
class Session : public QObject {
    Q_OBJECT
public:
    static constexpr qsizetype maxKeysTold = 2000;

    Session(std::shared_ptr<rustcask::Database> database, std::shared_ptr<EventHub> events, QObject* parent = nullptr);
    ~Session() override;

    /// Tasks copy the pointer. Null once `closed` was emitted.
    [[nodiscard]] std::shared_ptr<rustcask::Database> database() const { return m_database; }
    [[nodiscard]] QString directory() const { return m_directory; } ///< absolute
    [[nodiscard]] QString name() const;                             ///< last component of it
    [[nodiscard]] QString formatName() const;                       ///< "Rustcask v1"
    [[nodiscard]] bool isReadOnly() const { return m_readOnly; }
    [[nodiscard]] bool isClosing() const { return m_closing; }
    /// Long jobs on this database. Drained before it closes.
    [[nodiscard]] TaskRunner& tasks() { return m_tasks; }
    [[nodiscard]] QUndoStack& undoStack() { return m_undoStack; }
    [[nodiscard]] const rustcask::Stats& stats() const { return m_stats; } ///< the last sample
    [[nodiscard]] quint64 appendCount() const;                             ///< records appended since it was opened
    /// How long this session's own reads and writes take.
    [[nodiscard]] OperationTimes& times() const { return *m_times; }
    /// Finds the versions of keys, with one index for all who ask.
    [[nodiscard]] VersionFinder& versions() const { return *m_versions; }
    /// For the log of events: whether appends are kept one by one, and fetching them.
    void keepAppends(bool keep);
    [[nodiscard]] std::vector<LoggedAppend> fetchAppends(quint64& dropped);
    [[nodiscard]] qint64 monotonicMs() const { return m_clock.elapsed(); }

    /// Edits run on a worker, one after another in the order of the calls; `done` is called in the GUI thread, unless
    /// `context` is gone. An edit that succeeded is put on the undo stack with the value it replaced.
    void put(const QByteArray& key, const QByteArray& value, QObject* context,
             std::function<void(Result<void>)> done = {});
    /// The result tells whether the key was there. Removing an absent key changes nothing, the undo stack included.
    void remove(const QByteArray& key, QObject* context, std::function<void(Result<bool>)> done = {});
    /// Several changes as one step of undo (rename, import of a file). The result counts the changes made; on failure
    /// those made before it stay, as one step that can be undone, and the error tells how many.
    /// The task, for those who show its progress; nullptr when the edit is refused.
    Task* apply(const QString& text, QVector<KeyChange> changes, QObject* context,
                std::function<void(Result<quint64>)> done = {});
    /// The same for any number of changes, which are not held in memory; with an exact tally. Cancelled, what was made
    /// stays as one step of undo.
    Task* applyAll(const QString& text, ChangeList changes, QObject* context,
                   std::function<void(const EditTally&)> done = {});
    /// Takes a step that a task of this session has made (an import) as one step of undo.
    void adopt(const std::shared_ptr<EditRecord>& record);
    /// A get on a worker; beside edits, not behind them. nullopt: absent.
    void get(const QByteArray& key, QObject* context, std::function<void(Result<std::optional<QByteArray>>)> done);

    /// Cancels what runs, waits for it without blocking, closes the database on a worker, then emits `closed`.
    void close();

Q_SIGNALS:
    /// At least four times a second while something changes. `monotonicMs` is on this session's clock.
    void statsSampled(const rustcask::Stats& stats, qint64 monotonicMs);
    /// Keys changed, by whomever (own edits, merge, another process); at most ten times a second.
    void contentChanged();
    /// Keys this session has changed, by an edit, an undo or a redo; at once, in the order of the changes. Of more than
    /// `maxKeysTold` only so many are named: `count` says how many there were.
    void keysEdited(const QVector<QByteArray>& keys, quint64 count);
    /// An edit, undo or redo of several keys has begun: for those who show its progress.
    void bulkEditStarted(rustcask::ui::Task* task);
    /// An undo (redo: `forward`) came to its end.
    void replayed(const QString& text, bool forward, const rustcask::ui::EditTally& tally);
    /// Rotations, merge steps, syncs, hints, recovery steps in order; at most ten times a second.
    void eventsArrived(const QVector<rustcask::ui::EngineEvent>& events);
    /// The database turned read-only, or following another process failed.
    void faulted(const rustcask::Error& error);
    /// An undo or redo could not be done; `text` is its name.
    void undoFailed(const QString& text, const rustcask::Error& error);
    /// The database is closed; `failure` says what could not be made durable, null when all was.
    void closed(const rustcask::Error* failure);

private:
    friend class EditCommand;
    /// Runs a step in one direction for the undo stack.
    void replay(const std::shared_ptr<EditRecord>& record, bool forward);
    void tellEdited(const EditStep& step);
    void noteMerges();
    void noteChange();
    void emitChange();
    void sampleStats();
    void follow();
    void deliverEvents();
    void finishClosing();
    [[nodiscard]] bool refuse(QObject* context, const std::function<void(const rustcask::Error&)>& tell);

    std::shared_ptr<rustcask::Database> m_database;
    std::shared_ptr<EventHub> m_events;
    std::shared_ptr<OperationTimes> m_times = std::make_shared<OperationTimes>();
    QString m_directory;
    bool m_readOnly = false;
    bool m_closing = false;
    bool m_faultTold = false;
    rustcask::Stats m_stats{};
    QElapsedTimer m_clock;
    QElapsedTimer m_sinceChange;
    QTimer m_changeTimer;
    QTimer m_statsTimer;
    QTimer m_followTimer;
    bool m_sampling = false;
    bool m_sampleAgain = false;
    bool m_following = false;
    QUndoStack m_undoStack;
    TaskRunner m_edits;   // one thread: edits keep their order
    TaskRunner m_service; // sampling, following, closing
    TaskRunner m_tasks;
    std::unique_ptr<VersionFinder> m_versions;
};

} // namespace rustcask::ui
