// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <functional>

#include "pages/learn/lesson_check.h"

QT_BEGIN_NAMESPACE
class QVBoxLayout;
QT_END_NAMESPACE

namespace rustcask::ui {

/// The questions of one step, with a field or choices for each, and a hint that is shown on request.
class QuestionForm : public QWidget {
    Q_OBJECT
public:
    /// `before` is the state that the questions are asked in; `given` the answers of an earlier try.
    QuestionForm(const LessonStep& step, const SandboxState& before, const Operation& operation, Timestamp time,
                 const Answers& given, QWidget* parent = nullptr);

    [[nodiscard]] Answers answers() const;
    /// Every question has an answer.
    [[nodiscard]] bool isAnswered() const { return m_isAnswered(); }
    /// Puts answers into the fields, as if they had been typed.
    void setAnswers(const Answers& answers);

Q_SIGNALS:
    void answersChanged();
    void submitted(); ///< Return was pressed in a field

private:
    /// One field of the form: reads and writes one part of one answer.
    struct Input {
        QString question{};
        QString part{};
        std::function<std::optional<QString>()> read{};
        std::function<void(const QString&)> write{};
    };

    void addQuestion(const Question& question, const SandboxState& before, const Operation& operation, Timestamp time);
    void addNumber(const Question& question, QVBoxLayout* layout);
    void addChoices(const Question& question, QVBoxLayout* layout);
    void addRecords(const Question& question, const SandboxState& before, QVBoxLayout* layout);
    void addHex(const Question& question, const SandboxState& before, const Operation& operation, Timestamp time,
                QVBoxLayout* layout);
    void addHint(const QString& hint, QVBoxLayout* layout);

    QList<Input> m_inputs;
    std::function<bool()> m_isAnswered;
};

} // namespace rustcask::ui
