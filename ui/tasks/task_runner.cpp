// SPDX-License-Identifier: GPL-3.0-or-later
#include "tasks/task_runner.h"

#include <QThread>

namespace rustcask::ui {

Task::Task(QString title, const TaskOptions& options, QObject* parent)
    : QObject(parent),
      m_title(std::move(title)),
      m_options(options),
      m_progress(std::make_shared<rustcask::Progress>()) {
    m_clock.start();
    m_sampler.setInterval(100);
    connect(&m_sampler, &QTimer::timeout, this, [this] { Q_EMIT progressed(m_progress->counts()); });
    m_sampler.start();
}

void Task::cancel() {
    m_progress->cancel();
}

void Task::pause() {
    m_progress->pause();
    Q_EMIT pausedChanged(true);
}

void Task::resume() {
    m_progress->resume();
    Q_EMIT pausedChanged(false);
}

void Task::finish() {
    m_sampler.stop();
    m_finished = true;
    Q_EMIT progressed(m_progress->counts());
    Q_EMIT finished();
}

TaskRunner::TaskRunner(int threads, QObject* parent) : QObject(parent) {
    m_pool.setMaxThreadCount(threads > 0 ? threads : std::max(4, QThread::idealThreadCount()));
}

TaskRunner::~TaskRunner() {
    cancelAll();
}

void TaskRunner::cancelAll() {
    for (Task* task : std::as_const(m_tasks)) {
        task->cancel();
    }
}

Task* TaskRunner::begin(const QString& title, QObject* context, const TaskOptions& options) {
    Q_ASSERT(QThread::currentThread() == thread());
    auto* task = new Task(title, options, this);
    if (context != nullptr && options.cancelWithContext) {
        // Through the progress, not the task: the context may go after the task has.
        connect(context, &QObject::destroyed, task, [task] { task->cancel(); });
    }
    m_tasks.append(task);
    Q_EMIT taskStarted(task);
    return task;
}

void TaskRunner::end(Task* task) {
    m_tasks.removeOne(task);
    task->finish();
    Q_EMIT taskFinished(task);
    task->deleteLater();
    if (m_tasks.isEmpty()) {
        Q_EMIT idle();
    }
}

tl::unexpected<rustcask::Error> TaskRunner::cancelledError(const QString& title) {
    rustcask::Error error;
    error.code = ErrorCode::cancelled;
    error.operation = title.toStdString();
    return rustcask::failure(std::move(error));
}

rustcask::Error TaskRunner::exceptionError(const std::string& title, const char* what) {
    rustcask::Error error;
    error.code = ErrorCode::internal;
    error.operation = title;
    error.detail = what;
    return error;
}

} // namespace rustcask::ui
