// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QMap>
#include <QString>
#include <QStringList>

#include <optional>

#include "pages/learn/scenario.h"

/// A lesson as data: read from resources/lessons, whose texts are translated in the context "Lessons".
namespace rustcask::ui {

/// What a learner answers a question with.
enum class QuestionKind : std::uint8_t {
    number,  ///< a whole number
    choice,  ///< one of several sentences
    records, ///< for each key the record that holds its value
    hex,     ///< the bytes of each field of the record about to be written
};

struct Choice {
    QString is{}; ///< what the measure gives when this one is right
    QString text{};
};

/// An answer that shows a known misunderstanding, and what to say to it. `is` is a literal or a measure in braces.
struct Misconception {
    QString is{};
    QString say{};
};

struct Question {
    QString id{};
    QuestionKind kind = QuestionKind::number;
    QString prompt{};
    QString measure{}; ///< what of the files the answer is checked against; see `measure` in lesson_check.h
    QString unit{};    ///< of a number, as it stands behind the field
    QList<Choice> choices{};
    QList<Misconception> misconceptions{};
    QString hint{};
    QString explanation{}; ///< said after the check, whatever the answer was
};

/// What is said and asked before one operation of the scenario.
struct LessonStep {
    QString text{};
    QList<Question> questions{};
    bool hideKeydir = false; ///< the keydir is what is asked for
};

struct Lesson {
    QString id{};
    int number = 0;
    QString title{};
    QStringList intro{};
    QString belief{};     ///< what many think …
    QString correction{}; ///< … and what is so
    QString closing{};
    Scenario scenario{};
    QList<LessonStep> steps{}; ///< one per operation of the scenario
};

/// Part of an answer ("" for number and choice, a key in hex digits for records, a field's name for hex) to its text.
using Answer = QMap<QString, QString>;
/// Question id to answer.
using Answers = QMap<QString, Answer>;

/// One lesson out of its file; nullopt and a sentence in `*problem` when the file is not one.
[[nodiscard]] std::optional<Lesson> lessonFromJson(const QByteArray& json, QString* problem);

/// All lessons that are built in, by number. A file that cannot be read is left out and logged: tests read them all.
[[nodiscard]] QList<Lesson> loadLessons();

} // namespace rustcask::ui
