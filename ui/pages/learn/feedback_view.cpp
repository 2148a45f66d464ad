// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/learn/feedback_view.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

#include "theme/contrast.h"
#include "theme/tokens.h"
#include "widgets/hex_view.h"
#include "widgets/labels.h"

namespace rustcask::ui {

namespace {

/// The field that a part of a hex answer is called after.
std::optional<Field> fieldOfPart(const QString& part) {
    for (int i = 0; i <= static_cast<int>(Field::unused); ++i) {
        const std::string_view name = fieldName(static_cast<Field>(i));
        if (part == QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()))) {
            return static_cast<Field>(i);
        }
    }
    return std::nullopt;
}

void colourText(QLabel* label, const QColor& color) {
    QPalette palette = label->palette();
    palette.setColor(QPalette::WindowText, color);
    label->setPalette(palette);
}

QString capitalised(QString text) {
    if (!text.isEmpty()) {
        text[0] = text.at(0).toUpper();
    }
    return text;
}

} // namespace

FeedbackView::FeedbackView(const LessonStep& step, const QList<Feedback>& feedback, const QString& operation,
                           QWidget* parent)
    : QFrame(parent) {
    const bool allRight =
        std::all_of(feedback.begin(), feedback.end(), [](const Feedback& one) { return one.correct; });
    setProperty("role", QStringLiteral("banner"));
    setProperty("tone", allRight ? QStringLiteral("success") : QStringLiteral("warning"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 10, 12, 10);
    column->setSpacing(8);
    const QString verdict = allRight ? tr("Right: %1").arg(operation) : tr("Not quite: %1").arg(operation);
    auto* heading = makeTitle(verdict, this);
    heading->setWordWrap(true);
    column->addWidget(heading);
    m_text = verdict;
    for (const Question& question : step.questions) {
        for (const Feedback& one : feedback) {
            if (one.question == question.id) {
                addLine(question, one);
            }
        }
        if (!question.explanation.isEmpty()) {
            column->addWidget(makeText(question.explanation, this));
            m_text += QLatin1Char('\n') + question.explanation;
        }
    }
    if (!allRight) {
        auto* retry = makeButton(tr("Back, and try again"), this);
        column->addWidget(retry, 0, Qt::AlignLeft);
        connect(retry, &QPushButton::clicked, this, &FeedbackView::retryRequested);
    }
    setAccessibleName(m_text);
}

void FeedbackView::addLine(const Question& question, const Feedback& one) {
    const Tokens& tokens = tokensFor(palette());
    const QColor ground = mixed(one.correct ? tokens.success : tokens.warning, tokens.card, tokens.dark ? 0.18 : 0.10);
    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    auto* mark = makeTitle(one.correct ? QStringLiteral("✓") : QStringLiteral("✗"), this);
    mark->setAccessibleName(one.correct ? tr("right") : tr("wrong"));
    colourText(mark, withContrast(one.correct ? tokens.success : tokens.damaged, ground, 4.5));
    row->addWidget(mark, 0, Qt::AlignTop);
    QString head = one.expected;
    QStringList rest;
    if (question.kind == QuestionKind::hex) {
        const auto field = fieldOfPart(one.part);
        const QString name = field ? fieldText(*field) : one.part;
        head = one.correct || one.given.isEmpty() ? capitalised(name)
                                                  : tr("%1: you wrote %2").arg(capitalised(name), one.given);
        if (one.correct) {
            rest.append(one.reason);
        }
    } else if (!one.correct) {
        head = tr("%1; you said %2").arg(one.expected, one.given);
    }
    if (!one.message.isEmpty()) {
        rest.append(one.message);
    }
    if (question.kind != QuestionKind::hex && !one.reason.isEmpty()) {
        rest.append(capitalised(one.reason) + QLatin1Char('.'));
    }
    auto* words = new QVBoxLayout;
    words->setSpacing(2);
    auto* title = makeTitle(head, this);
    title->setWordWrap(true);
    words->addWidget(title);
    m_text += QLatin1Char('\n') + (one.correct ? tr("right") : tr("wrong")) + QStringLiteral(": ") + head;
    for (const QString& sentence : rest) {
        if (!sentence.isEmpty()) {
            words->addWidget(makeText(sentence, this));
            m_text += QLatin1Char('\n') + sentence;
        }
    }
    row->addLayout(words, 1);
    static_cast<QVBoxLayout*>(layout())->addLayout(row);
}

} // namespace rustcask::ui
