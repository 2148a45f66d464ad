// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include <QElapsedTimer>
#include <QFutureWatcher>
#include <QList>
#include <QObject>
#include <QPointer>
#include <QThreadPool>
#include <QTimer>
#include <QtConcurrent/QtConcurrentRun>

#include <rustcask/progress.h>
#include <rustcask/result.h>

namespace rustcask::ui {

struct TaskOptions {
    bool cancellable = true;       ///< whether the window offers to cancel it; it is cancelled at closing either way
    bool pausable = false;         ///< whether the window offers to pause it
    bool visible = true;           ///< whether the status bar shows it once it has run for 300 ms
    bool cancelWithContext = true; ///< cancel it when nobody waits for its result any more
};
/// For what belongs to a part of the window that shows itself that it is at work.
inline constexpr TaskOptions quietTask{.visible = false};

/// One running job. Lives in the GUI thread and belongs to its runner, which deletes it after `finished`.
class Task : public QObject {
    Q_OBJECT
public:
    [[nodiscard]] const QString& title() const { return m_title; }
    [[nodiscard]] rustcask::Progress& progress() { return *m_progress; }
    [[nodiscard]] rustcask::ProgressCounts counts() const { return m_progress->counts(); }
    [[nodiscard]] const TaskOptions& options() const { return m_options; }
    [[nodiscard]] bool isCancellable() const { return m_options.cancellable; }
    [[nodiscard]] bool isPaused() const { return m_progress->isPaused(); }
    [[nodiscard]] bool isFinished() const { return m_finished; }
    [[nodiscard]] qint64 elapsedMs() const { return m_clock.elapsed(); }

    void cancel();
    void pause();
    void resume();

Q_SIGNALS:
    void progressed(const rustcask::ProgressCounts& counts); ///< ten times a second while it runs
    void pausedChanged(bool paused);
    void finished();

private:
    friend class TaskRunner;
    Task(QString title, const TaskOptions& options, QObject* parent);
    void finish();

    QString m_title;
    TaskOptions m_options;
    std::shared_ptr<rustcask::Progress> m_progress;
    QElapsedTimer m_clock;
    QTimer m_sampler;
    bool m_finished = false;
};

/// Runs jobs on a thread pool of its own and hands their results back to the GUI thread. Must live in the GUI thread.
/// Destroying it cancels what runs and waits for it; close a session with `Session::close` to avoid the wait.
class TaskRunner : public QObject {
    Q_OBJECT
public:
    /// With one thread, jobs run one after another in the order they were started.
    explicit TaskRunner(int threads = 0, QObject* parent = nullptr);
    ~TaskRunner() override;

    /// Runs `body` on the pool, then `then` in the GUI thread with what it returned; not once `context` is gone (a null
    /// context never goes). An exception in `body` becomes an `internal` error. The task is valid until its `finished`.
    ///
    ///     runner.start<MergeReport>(tr("Merging"), [database](Progress& p) { return database->merge(p); }, this,
    ///                               [this](Result<MergeReport> report) { … });
    template <typename T>
    Task* start(const QString& title, std::function<Result<T>(rustcask::Progress&)> body, QObject* context,
                std::function<void(Result<T>)> then, TaskOptions options = {}) {
        Task* task = begin(title, context, options);
        const std::shared_ptr<rustcask::Progress> progress = task->m_progress;
        const std::string name = title.toStdString();
        // A watcher and not QFuture::then: that one's continuation may run twice in Qt 6.4 when the body ends
        // meanwhile.
        auto* watcher = new QFutureWatcher<Result<T>>(this);
        connect(watcher, &QFutureWatcherBase::finished, this,
                [this, watcher, task, guard = QPointer<QObject>(context), hasContext = context != nullptr,
                 then = std::move(then)] {
                    watcher->deleteLater();
                    QFuture<Result<T>> future = watcher->future();
                    Result<T> result =
                        future.isResultReadyAt(0) ? future.takeResult() : Result<T>(cancelledError(task->title()));
                    end(task);
                    if (then && (!hasContext || guard)) {
                        then(std::move(result));
                    }
                });
        watcher->setFuture(
            QtConcurrent::run(&m_pool, [progress, name, body = std::move(body)](QPromise<Result<T>>& promise) {
                promise.addResult(guarded<T>(*progress, name, body));
            }));
        return task;
    }

    [[nodiscard]] QList<Task*> tasks() const { return m_tasks; }
    [[nodiscard]] bool isIdle() const { return m_tasks.isEmpty(); }
    void cancelAll();

Q_SIGNALS:
    void taskStarted(rustcask::ui::Task* task);
    void taskFinished(rustcask::ui::Task* task);
    void idle(); ///< the last task ended

private:
    template <typename T>
    static Result<T> guarded(rustcask::Progress& progress, const std::string& name,
                             const std::function<Result<T>(rustcask::Progress&)>& body) {
        try {
            if (progress.isCancelled()) {
                return cancelledError(QString::fromStdString(name));
            }
            return body(progress);
        } catch (const std::exception& exception) {
            return rustcask::failure(exceptionError(name, exception.what()));
        }
    }
    static tl::unexpected<rustcask::Error> cancelledError(const QString& title);
    static rustcask::Error exceptionError(const std::string& title, const char* what);

    Task* begin(const QString& title, QObject* context, const TaskOptions& options);
    void end(Task* task);

    QList<Task*> m_tasks;
    QThreadPool m_pool; // last: its destructor waits for the bodies while the rest still stands
};

} // namespace rustcask::ui
