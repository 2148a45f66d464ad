// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/learn/lesson.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLoggingCategory>

#include <algorithm>

namespace rustcask::ui {

namespace {

Q_LOGGING_CATEGORY(lessonLog, "rustcask.learn.lessons")

QString translated(const QJsonValue& value) {
    const QByteArray text = value.toString().toUtf8();
    return text.isEmpty() ? QString() : QCoreApplication::translate("Lessons", text.constData());
}

std::optional<QuestionKind> kindFromName(const QString& name) {
    static const QStringList names{QStringLiteral("number"), QStringLiteral("choice"), QStringLiteral("records"),
                                   QStringLiteral("hex")};
    const qsizetype index = names.indexOf(name);
    return index < 0 ? std::nullopt : std::optional(static_cast<QuestionKind>(index));
}

std::optional<Question> questionFromObject(const QJsonObject& object, QString* problem) {
    Question question;
    question.id = object.value(QStringLiteral("id")).toString();
    const auto kind = kindFromName(object.value(QStringLiteral("kind")).toString());
    if (question.id.isEmpty() || !kind) {
        *problem = QStringLiteral("a question without id or known kind");
        return std::nullopt;
    }
    question.kind = *kind;
    question.prompt = translated(object.value(QStringLiteral("prompt")));
    question.measure = object.value(QStringLiteral("measure")).toString();
    question.unit = translated(object.value(QStringLiteral("unit")));
    question.hint = translated(object.value(QStringLiteral("hint")));
    question.explanation = translated(object.value(QStringLiteral("explanation")));
    const QJsonArray choices = object.value(QStringLiteral("choices")).toArray();
    for (const QJsonValue& value : choices) {
        const QJsonObject choice = value.toObject();
        question.choices.append(
            {choice.value(QStringLiteral("is")).toString(), translated(choice.value(QStringLiteral("text")))});
    }
    const QJsonArray wrong = object.value(QStringLiteral("wrong")).toArray();
    for (const QJsonValue& value : wrong) {
        const QJsonObject misconception = value.toObject();
        question.misconceptions.append({misconception.value(QStringLiteral("is")).toString(),
                                        translated(misconception.value(QStringLiteral("say")))});
    }
    if (question.kind == QuestionKind::choice && question.choices.size() < 2) {
        *problem = QStringLiteral("question %1 has nothing to choose from").arg(question.id);
        return std::nullopt;
    }
    return question;
}

} // namespace

std::optional<Lesson> lessonFromJson(const QByteArray& json, QString* problem) {
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(json, &error);
    if (error.error != QJsonParseError::NoError) {
        *problem = QStringLiteral("%1 at byte %2").arg(error.errorString()).arg(error.offset);
        return std::nullopt;
    }
    const QJsonObject root = document.object();
    const auto scenario = scenarioFromObject(root.value(QStringLiteral("scenario")).toObject(), problem);
    if (!scenario) {
        return std::nullopt;
    }
    Lesson lesson;
    lesson.scenario = *scenario;
    lesson.id = root.value(QStringLiteral("id")).toString();
    lesson.number = root.value(QStringLiteral("number")).toInt();
    lesson.title = translated(root.value(QStringLiteral("title")));
    lesson.scenario.title = lesson.title;
    lesson.belief = translated(root.value(QStringLiteral("belief")));
    lesson.correction = translated(root.value(QStringLiteral("correction")));
    lesson.closing = translated(root.value(QStringLiteral("closing")));
    const QJsonArray intro = root.value(QStringLiteral("intro")).toArray();
    for (const QJsonValue& paragraph : intro) {
        lesson.intro.append(translated(paragraph));
    }
    const QJsonArray steps = root.value(QStringLiteral("steps")).toArray();
    for (const QJsonValue& value : steps) {
        const QJsonObject object = value.toObject();
        LessonStep step;
        step.text = translated(object.value(QStringLiteral("text")));
        step.hideKeydir = object.value(QStringLiteral("hideKeydir")).toBool();
        const QJsonArray questions = object.value(QStringLiteral("questions")).toArray();
        for (const QJsonValue& questionValue : questions) {
            const auto question = questionFromObject(questionValue.toObject(), problem);
            if (!question) {
                return std::nullopt;
            }
            step.questions.append(*question);
        }
        lesson.steps.append(step);
    }
    if (lesson.id.isEmpty() || lesson.steps.size() != lesson.scenario.operations.size()) {
        *problem = QStringLiteral("%1 steps for %2 operations")
                       .arg(lesson.steps.size())
                       .arg(lesson.scenario.operations.size());
        return std::nullopt;
    }
    return lesson;
}

QList<Lesson> loadLessons() {
    QList<Lesson> lessons;
    const QDir folder(QStringLiteral(":/lessons"));
    const QStringList names = folder.entryList({QStringLiteral("*.json")}, QDir::Files, QDir::Name);
    for (const QString& name : names) {
        QFile file(folder.filePath(name));
        QString problem;
        if (!file.open(QIODevice::ReadOnly)) {
            qCWarning(lessonLog) << name << file.errorString();
        } else if (auto lesson = lessonFromJson(file.readAll(), &problem)) {
            lessons.append(std::move(*lesson));
        } else {
            qCWarning(lessonLog) << name << problem;
        }
    }
    std::sort(lessons.begin(), lessons.end(), [](const Lesson& a, const Lesson& b) { return a.number < b.number; });
    return lessons;
}

} // namespace rustcask::ui
