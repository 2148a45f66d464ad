// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QTemporaryDir>
#include <QTimer>

#include <memory>
#include <vector>

#include "pages/learn/lesson.h"
#include "pages/learn/lesson_check.h"
#include "pages/learn/sandbox.h"
#include "tasks/task_runner.h"

namespace rustcask::ui {

/// Where a learner is: which lesson, after which step, with which answers. Runs the sandbox on a worker; everything
/// shown is a state that the engine left there. Going back brings the directory itself back, and compares its bytes
/// with those kept from before.
class LessonPlayer : public QObject {
    Q_OBJECT
public:
    /// The sandbox is a directory of its own under `parentDirectory`, removed with the player.
    LessonPlayer(QList<Lesson> lessons, const QString& parentDirectory, QObject* parent = nullptr);
    ~LessonPlayer() override;

    static constexpr int freePlay = -1; ///< index of the learner's own scenario

    [[nodiscard]] const QList<Lesson>& lessons() const { return m_lessons; }
    [[nodiscard]] int lessonIndex() const { return m_lesson; }
    [[nodiscard]] const Lesson* lesson() const; ///< nullptr in free play
    [[nodiscard]] const Scenario& scenario() const { return m_scenario; }
    [[nodiscard]] qsizetype position() const { return m_position; } ///< operations done
    [[nodiscard]] bool atEnd() const { return m_position >= m_scenario.operations.size(); }
    [[nodiscard]] bool isBusy() const { return m_busy; }
    [[nodiscard]] bool isPlaying() const { return m_play.isActive(); }
    [[nodiscard]] QString directory() const { return m_directory.path(); }

    /// The state shown; nullptr until the sandbox has been opened once.
    [[nodiscard]] std::shared_ptr<const SandboxState> state() const { return stateAfter(m_position); }
    /// The state after `count` operations, if it has been reached in this scenario.
    [[nodiscard]] std::shared_ptr<const SandboxState> stateAfter(qsizetype count) const;
    /// The step about to run; nullptr at the end and in free play.
    [[nodiscard]] const LessonStep* nextStep() const;
    /// What was said to the answers for step `index` (from 0).
    [[nodiscard]] QList<Feedback> feedback(qsizetype index) const { return m_feedback.value(index); }
    [[nodiscard]] Answers answers(qsizetype index) const { return m_answers.value(index); }
    [[nodiscard]] bool isCompleted() const; ///< every question of the lesson was last answered right
    [[nodiscard]] int questionCount() const;
    [[nodiscard]] int rightCount() const; ///< questions whose last answer was right

    void selectLesson(int index);
    /// Replaces the scenario of free play, and goes there.
    void setFreeScenario(const Scenario& scenario, qsizetype position = 0);
    /// Free play: forgets the operations after the present state, appends this one and runs it.
    void append(const Operation& operation);

public Q_SLOTS:
    void step(); ///< runs the next operation, without an answer
    void back();
    void first();
    void jump(qsizetype position);
    void play();
    void pause();

public:
    /// Keeps the answers, runs the next operation and checks them against what it did.
    void checkAndStep(const Answers& answers);
    void setPlayInterval(int ms) { m_play.setInterval(ms); }

Q_SIGNALS:
    void scenarioChanged(); ///< another lesson, or other operations or options
    void stateChanged();    ///< another position, or its state has arrived
    void busyChanged(bool busy);
    void playingChanged(bool playing);
    void checked(qsizetype step); ///< feedback for a step has arrived
    void lessonCompleted(const QString& id);
    void failed(const rustcask::Error& error);

private:
    using States = std::vector<std::shared_ptr<const SandboxState>>;

    void restartScenario(const Scenario& scenario, qsizetype position);
    void run();
    void finished(Result<States> result, quint64 generation, qsizetype target);
    void evaluate(qsizetype step);
    void playOn();
    void setBusy(bool busy);

    QList<Lesson> m_lessons;
    QTemporaryDir m_directory;
    std::shared_ptr<Sandbox> m_sandbox;
    int m_lesson = 0;
    Scenario m_scenario;
    Scenario m_freeScenario; // kept while a lesson is open
    qsizetype m_position = 0;
    States m_states;
    QMap<qsizetype, Answers> m_answers;
    QMap<qsizetype, QList<Feedback>> m_feedback;
    quint64 m_generation = 0; // of the scenario; results of an older one are dropped
    bool m_busy = false;
    bool m_again = false;             // the position changed while the worker ran
    qsizetype m_pendingCheck = -1;    // step whose answers wait for its state
    qsizetype m_skippedQuestion = -1; // question at which play has stopped once
    QTimer m_play;
    TaskRunner m_runner; // last: ends first, so that nothing runs in the sandbox when it goes
};

} // namespace rustcask::ui
