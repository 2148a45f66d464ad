// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

#include "pages/learn/lesson_check.h"

namespace rustcask::ui {

/// What is said to the answers of a step: right or wrong by mark, word and colour, with the reason from the files.
class FeedbackView : public QFrame {
    Q_OBJECT
public:
    FeedbackView(const LessonStep& step, const QList<Feedback>& feedback, const QString& operation,
                 QWidget* parent = nullptr);

    /// All of it as text, as assistive technology reads it.
    [[nodiscard]] QString text() const { return m_text; }

Q_SIGNALS:
    void retryRequested();

private:
    void addLine(const Question& question, const Feedback& feedback);
    QString m_text;
};

} // namespace rustcask::ui
