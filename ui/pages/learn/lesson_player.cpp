// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/learn/lesson_player.h"

#include <QDir>

#include <algorithm>

namespace rustcask::ui {

namespace {

/// The template of the sandbox's name; its parent is made when absent.
QString sandboxTemplate(const QString& parentDirectory) {
    QDir().mkpath(parentDirectory);
    return QDir(parentDirectory).filePath(QStringLiteral("sandbox-XXXXXX"));
}

Error directoryError(const QTemporaryDir& directory, const QString& parent) {
    return {.code = ErrorCode::ioError,
            .operation = "make the sandbox",
            .file = parent.toStdString(),
            .detail = directory.errorString().toStdString(),
            .advice = "Free some space there, or allow writing to it."};
}

Error differenceError(const QString& directory) {
    return {.code = ErrorCode::internal,
            .operation = "go back in the sandbox",
            .file = directory.toStdString(),
            .detail = "running the same operations again gave other bytes"};
}

} // namespace

LessonPlayer::LessonPlayer(QList<Lesson> lessons, const QString& parentDirectory, QObject* parent)
    : QObject(parent),
      m_lessons(std::move(lessons)),
      m_directory(sandboxTemplate(parentDirectory)),
      m_sandbox(std::make_shared<Sandbox>(std::filesystem::path(m_directory.path().toStdString()) / "database")),
      m_runner(1) {
    m_play.setInterval(1200);
    connect(&m_play, &QTimer::timeout, this, &LessonPlayer::playOn);
    m_freeScenario.title = tr("Free play");
}

LessonPlayer::~LessonPlayer() = default;

const Lesson* LessonPlayer::lesson() const {
    return m_lesson >= 0 && m_lesson < m_lessons.size() ? &m_lessons.at(m_lesson) : nullptr;
}

std::shared_ptr<const SandboxState> LessonPlayer::stateAfter(qsizetype count) const {
    return count >= 0 && count < static_cast<qsizetype>(m_states.size()) ? m_states[static_cast<std::size_t>(count)]
                                                                         : nullptr;
}

const LessonStep* LessonPlayer::nextStep() const {
    const Lesson* current = lesson();
    return current != nullptr && m_position < current->steps.size() ? &current->steps.at(m_position) : nullptr;
}

int LessonPlayer::questionCount() const {
    int count = 0;
    if (const Lesson* current = lesson()) {
        for (const LessonStep& step : current->steps) {
            count += static_cast<int>(step.questions.size());
        }
    }
    return count;
}

int LessonPlayer::rightCount() const {
    int count = 0;
    const Lesson* current = lesson();
    for (auto it = m_feedback.begin(); current != nullptr && it != m_feedback.end(); ++it) {
        for (const Question& question : current->steps.at(it.key()).questions) {
            bool any = false;
            bool right = true;
            for (const Feedback& feedback : it.value()) {
                if (feedback.question == question.id) {
                    any = true;
                    right = right && feedback.correct;
                }
            }
            count += any && right ? 1 : 0;
        }
    }
    return count;
}

bool LessonPlayer::isCompleted() const {
    return lesson() != nullptr && rightCount() == questionCount();
}

void LessonPlayer::selectLesson(int index) {
    if (m_lesson == freePlay) {
        m_freeScenario = m_scenario;
    }
    m_lesson = index >= 0 && index < m_lessons.size() ? index : freePlay;
    restartScenario(lesson() != nullptr ? lesson()->scenario : m_freeScenario, 0);
}

void LessonPlayer::setFreeScenario(const Scenario& scenario, qsizetype position) {
    m_lesson = freePlay;
    restartScenario(scenario, position);
}

void LessonPlayer::restartScenario(const Scenario& scenario, qsizetype position) {
    pause();
    ++m_generation;
    m_scenario = scenario;
    m_states.clear();
    m_answers.clear();
    m_feedback.clear();
    m_pendingCheck = -1;
    m_skippedQuestion = -1;
    m_position = std::clamp<qsizetype>(position, 0, scenario.operations.size());
    Q_EMIT scenarioChanged();
    Q_EMIT stateChanged();
    run();
}

void LessonPlayer::append(const Operation& operation) {
    if (m_lesson != freePlay || m_position >= Scenario::maxOperations) {
        return;
    }
    m_scenario.operations.resize(m_position);
    m_scenario.operations.append(operation);
    // States beyond here belong to a future that is given up; those up to here stay as they are.
    m_states.resize(std::min(m_states.size(), static_cast<std::size_t>(m_position) + 1));
    ++m_generation;
    Q_EMIT scenarioChanged();
    jump(m_position + 1);
}

void LessonPlayer::step() {
    jump(m_position + 1);
}

void LessonPlayer::back() {
    pause();
    jump(m_position - 1);
}

void LessonPlayer::first() {
    pause();
    jump(0);
}

void LessonPlayer::jump(qsizetype position) {
    position = std::clamp<qsizetype>(position, 0, m_scenario.operations.size());
    if (position == m_position) {
        return;
    }
    m_position = position;
    m_pendingCheck = -1;
    Q_EMIT stateChanged();
    run();
}

void LessonPlayer::checkAndStep(const Answers& answers) {
    if (nextStep() == nullptr) {
        return;
    }
    const qsizetype index = m_position;
    m_answers.insert(index, answers);
    m_feedback.remove(index); // what was said to an earlier try
    jump(index + 1);
    m_pendingCheck = index;
    if (stateAfter(index + 1) != nullptr) {
        evaluate(index);
    }
}

void LessonPlayer::evaluate(qsizetype step) {
    const auto before = stateAfter(step);
    const auto after = stateAfter(step + 1);
    if (lesson() == nullptr || before == nullptr || after == nullptr) {
        return;
    }
    m_pendingCheck = -1;
    const bool wasCompleted = isCompleted();
    m_feedback.insert(step, check(lesson()->steps.at(step), m_answers.value(step),
                                  {*before, *after, m_scenario.operations.at(step)}));
    Q_EMIT checked(step);
    Q_EMIT stateChanged();
    if (!wasCompleted && isCompleted()) {
        Q_EMIT lessonCompleted(lesson()->id);
    }
}

void LessonPlayer::run() {
    if (!m_directory.isValid()) {
        Q_EMIT failed(directoryError(m_directory, QFileInfo(m_directory.path()).path()));
        return;
    }
    if (m_busy) {
        m_again = true;
        return;
    }
    setBusy(true);
    m_again = false;
    m_runner.start<States>(
        tr("Running the sandbox"),
        [sandbox = m_sandbox, scenario = m_scenario, count = m_position](Progress& progress) {
            return sandbox->goTo(scenario, count, progress);
        },
        this,
        [this, generation = m_generation, target = m_position](Result<States> result) {
            finished(std::move(result), generation, target);
        },
        {.cancellable = true, .visible = false});
}

void LessonPlayer::finished(Result<States> result, quint64 generation, qsizetype target) {
    setBusy(false);
    if (!result) {
        pause();
        m_again = false;
        Q_EMIT failed(result.error());
        return;
    }
    if (generation == m_generation) {
        // The directory was brought to `target`. Where that state is known from before, it must be the same again.
        const auto known = stateAfter(target);
        if (known != nullptr && known->directoryHash() != result->back()->directoryHash()) {
            Q_EMIT failed(differenceError(directory()));
        }
        for (std::size_t i = m_states.size(); i < result->size(); ++i) {
            m_states.push_back((*result)[i]);
        }
        if (m_pendingCheck >= 0) {
            evaluate(m_pendingCheck);
        }
        Q_EMIT stateChanged();
    }
    if (m_again) {
        run();
    }
}

void LessonPlayer::play() {
    if (atEnd()) {
        jump(0);
    }
    m_play.start();
    Q_EMIT playingChanged(true);
}

void LessonPlayer::pause() {
    if (m_play.isActive()) {
        m_play.stop();
        Q_EMIT playingChanged(false);
    }
}

void LessonPlayer::playOn() {
    if (m_busy) {
        return;
    }
    const LessonStep* next = nextStep();
    const bool asks = next != nullptr && !next->questions.isEmpty() && !m_feedback.contains(m_position);
    if (asks && m_skippedQuestion != m_position) {
        m_skippedQuestion = m_position; // playing on once more goes past it
        pause();
        return;
    }
    step();
    if (atEnd()) {
        pause();
    }
}

void LessonPlayer::setBusy(bool busy) {
    if (m_busy != busy) {
        m_busy = busy;
        Q_EMIT busyChanged(busy);
    }
}

} // namespace rustcask::ui
