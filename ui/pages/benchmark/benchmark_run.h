// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>

#include <QElapsedTimer>
#include <QObject>
#include <QProcess>
#include <QTimer>

#include <rustcask/bench/child.h>

namespace rustcask::ui {

class TaskRunner;

/// One run under way: a child process of the command line a repetition, one after another, in a scratch folder that is
/// removed afterwards. Lives in the GUI thread and never waits there. Destroying it kills the child.
class BenchmarkRun : public QObject {
    Q_OBJECT
public:
    /// `run` says what to do (see bench::RunRecorder::check); `program` is the command line; databases go below
    /// `scratch`. `tasks` outlives this.
    BenchmarkRun(bench::Run run, QString program, QString scratch, TaskRunner& tasks, QObject* parent = nullptr);
    ~BenchmarkRun() override;

    void start();
    /// Asks the child to end, kills it if it has not soon, and then finishes with what there is: within 500 ms.
    void stop();
    [[nodiscard]] bool isStopping() const { return m_stopping; }
    [[nodiscard]] int stepsDone() const { return int(m_recorder->stepsDone()); }
    [[nodiscard]] int stepsTotal() const { return int(m_recorder->plan().size()); }
    /// What is being made: nullptr before the start and after the end.
    [[nodiscard]] const bench::PlanStep* currentStep() const { return m_recorder->current(); }
    [[nodiscard]] const bench::Run& run() const { return m_recorder->run(); }

Q_SIGNALS:
    void stepStarted();
    void phaseChanged(rustcask::bench::RunPhase phase);
    void sampled(const rustcask::bench::Sample& sample); ///< of the current step, four times a second
    void stepFinished();                                 ///< `run().repetitions.back()` is new
    /// Everything is done, stopped or failed; `problem` is empty unless no process could be started.
    void finished(const QString& problem);

private:
    void startStep();
    void readOutput();
    void stepEnded(const QString& how);
    void cleanUpThen(const QString& path, std::function<void()> then);
    void finish(const QString& problem);

    std::unique_ptr<bench::RunRecorder> m_recorder;
    QString m_program;
    QString m_scratch;   // parent of all
    QString m_folder;    // of this run
    QString m_directory; // of the current step
    TaskRunner& m_tasks;
    QProcess* m_process = nullptr;
    QTimer m_killTimer;
    QByteArray m_buffer;
    QByteArray m_errorOutput;
    bool m_started = false;
    bool m_stopping = false;
    bool m_finished = false;
};

/// The command line beside this program, or else on the PATH; empty when there is none.
[[nodiscard]] QString findCommandLine();
/// Where databases of benchmarks go: below the user's cache folder.
[[nodiscard]] QString defaultScratchFolder();

} // namespace rustcask::ui
