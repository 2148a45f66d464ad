// SPDX-License-Identifier: GPL-3.0-or-later
// Every lesson has a solver that passes, and at least two wrong ones that fail with a message of their own. The
// solvers' answers are written out as figures: they come from the format, not from the code under test.
#include <QtTest>

#include "pages/learn/lesson.h"
#include "pages/learn/lesson_check.h"
#include "pages/learn/sandbox.h"
#include "support/temporary_directory.h"
#include "support/test_main.h"

using namespace rustcask;
using namespace rustcask::ui;

namespace {

using States = std::vector<std::shared_ptr<const SandboxState>>;

Answer one(const char* text) {
    return {{QString(), QString::fromUtf8(text)}};
}

QString keyHex(const char* key) {
    return QString::fromLatin1(QByteArray(key).toHex());
}

Answer arrows(const char* apple, const char* fig, const char* pear) {
    return {{keyHex("apple"), QString::fromLatin1(apple)},
            {keyHex("fig"), QString::fromLatin1(fig)},
            {keyHex("pear"), QString::fromLatin1(pear)}};
}

/// The record of apple = red as the engine must write it second, without time and checksum.
Answer rightBytes() {
    return {{QStringLiteral("checksum"), QString()},
            {QStringLiteral("sequence number"), QStringLiteral("02 00 00 00 00 00 00 00")},
            {QStringLiteral("time"), QString()},
            {QStringLiteral("key size"), QStringLiteral("05 00")},
            {QStringLiteral("value size"), QStringLiteral("03 00 00 00")},
            {QStringLiteral("flags"), QStringLiteral("00 00")},
            {QStringLiteral("key"), QStringLiteral("61 70 70 6C 65")},
            {QStringLiteral("value"), QStringLiteral("72 65 64")}};
}

QMap<QString, Answers> solvers() {
    return {
        {QStringLiteral("record"), {{QStringLiteral("length"), one("35")}}},
        {QStringLiteral("append"),
         {{QStringLiteral("first"), one("32")},
          {QStringLiteral("second"), one("69")},
          {QStringLiteral("end"), one("109")},
          {QStringLiteral("place"), one("end")}}},
        {QStringLiteral("keydir"),
         {{QStringLiteral("entries"), one("2")}, {QStringLiteral("arrows"), arrows("1@104", "2@32", "2@67")}}},
        {QStringLiteral("get"),
         {{QStringLiteral("hit"), one("open,pread,close")},
          {QStringLiteral("miss"), one("")},
          {QStringLiteral("keptFirst"), one("open,pread")},
          {QStringLiteral("keptSecond"), one("pread")}}},
        {QStringLiteral("overwrite"),
         {{QStringLiteral("record"), one("38")},
          {QStringLiteral("dead"), one("36")},
          {QStringLiteral("value"), one("32")},
          {QStringLiteral("same"), one("38")},
          {QStringLiteral("deadTotal"), one("74")}}},
        {QStringLiteral("delete"),
         {{QStringLiteral("tombstone"), one("33")},
          {QStringLiteral("dead"), one("36")},
          {QStringLiteral("absent"), one("0")},
          {QStringLiteral("empty"), one("32")},
          {QStringLiteral("keys"), one("2")},
          {QStringLiteral("getEmpty"), one("empty")},
          {QStringLiteral("getDeleted"), one("")}}},
    };
}

} // namespace

class TestLearnLessons : public QObject {
    Q_OBJECT

    const States& statesOf(const Lesson& lesson) {
        States& states = m_states[lesson.id];
        if (states.empty()) {
            Sandbox sandbox(m_directory / lesson.id.toStdString());
            Progress progress;
            auto result = sandbox.goTo(lesson.scenario, lesson.scenario.operations.size(), progress);
            if (result) {
                states = std::move(*result);
            } else {
                qWarning("%s", result.error().message().c_str());
            }
        }
        return states;
    }

    const Lesson& lessonOf(const QString& id) {
        for (const Lesson& lesson : m_lessons) {
            if (lesson.id == id) {
                return lesson;
            }
        }
        qFatal("no lesson %s", qPrintable(id));
    }

    QList<Feedback> solve(const Lesson& lesson, const Answers& answers) {
        const States& states = statesOf(lesson);
        QList<Feedback> all;
        for (qsizetype i = 0; i < lesson.steps.size() && static_cast<std::size_t>(i) + 1 < states.size(); ++i) {
            const auto index = static_cast<std::size_t>(i);
            all += check(lesson.steps.at(i), answers,
                         {*states[index], *states[index + 1], lesson.scenario.operations.at(i)});
        }
        return all;
    }

    /// The right answers; those of lesson 1 with the checksum that its own button computes.
    Answers solverOf(const QString& id) {
        Answers answers = solvers().value(id);
        if (id == QLatin1String("record")) {
            const Lesson& lesson = lessonOf(id);
            Answer bytes = rightBytes();
            bytes[QStringLiteral("time")] = timeBytes(lesson);
            const QList<HexPart> parts =
                hexParts(*statesOf(lesson)[1], lesson.scenario.operations.at(1), lesson.scenario.timeOf(1));
            const auto crc = typedChecksum(parts, bytes);
            bytes[QStringLiteral("checksum")] = crc ? QString::fromLatin1(crc->toHex(' ')) : QString();
            answers[QStringLiteral("bytes")] = bytes;
        }
        return answers;
    }

    /// Eight bytes, lowest first, by division: not with the code under test.
    static QString timeBytes(const Lesson& lesson) {
        qint64 ms = lesson.scenario.clockStartMs + lesson.scenario.clockStepMs;
        QStringList bytes;
        for (int i = 0; i < 8; ++i) {
            bytes.append(QStringLiteral("%1").arg(ms % 256, 2, 16, QLatin1Char('0')));
            ms /= 256;
        }
        return bytes.join(QLatin1Char(' '));
    }

private Q_SLOTS:
    void initTestCase() {
        m_lessons = loadLessons();
        QCOMPARE(m_lessons.size(), 6);
    }

    void solverPasses_data() {
        QTest::addColumn<QString>("id");
        for (const Lesson& lesson : std::as_const(m_lessons)) {
            QTest::newRow(qPrintable(lesson.id)) << lesson.id;
        }
    }
    void solverPasses() {
        QFETCH(QString, id);
        const Lesson& lesson = lessonOf(id);
        const QList<Feedback> feedback = solve(lesson, solverOf(id));
        QSet<QString> answered;
        for (const Feedback& one : feedback) {
            QVERIFY2(one.correct,
                     qPrintable(one.question + QLatin1Char(' ') + one.part + QStringLiteral(": expected ") +
                                one.expected + QStringLiteral(", said ") + one.given));
            QVERIFY(one.message.isEmpty());
            answered.insert(one.question);
        }
        for (const LessonStep& step : lesson.steps) {
            for (const Question& question : step.questions) {
                QVERIFY2(answered.contains(question.id), qPrintable(question.id));
            }
        }
    }

    void wrongSolversFailWithTheirOwnMessage_data() {
        QTest::addColumn<QString>("id");
        QTest::addColumn<QString>("question");
        QTest::addColumn<Answer>("answer");
        QTest::addColumn<QString>("part");
        QTest::addColumn<QString>("says");
        const auto row = [](const char* id, const char* question, const Answer& answer, const char* says,
                            const QString& part = {}) {
            QTest::addRow("%s %s %s", id, question, says) << QString::fromLatin1(id) << QString::fromLatin1(question)
                                                          << answer << part << QString::fromUtf8(says);
        };
        Answer bigEndian = rightBytes();
        bigEndian[QStringLiteral("key size")] = QStringLiteral("00 05");
        row("record", "bytes", bigEndian, "the wrong way round", QStringLiteral("key size"));
        Answer ascii = rightBytes();
        ascii[QStringLiteral("key")] = QStringLiteral("41 70 70 6C 65");
        row("record", "bytes", ascii, "These bytes are the text itself", QStringLiteral("key"));
        Answer first = rightBytes();
        first[QStringLiteral("sequence number")] = QStringLiteral("01 00 00 00 00 00 00 00");
        row("record", "bytes", first, "the next sequence number", QStringLiteral("sequence number"));
        Answer narrow = rightBytes();
        narrow[QStringLiteral("value size")] = QStringLiteral("03");
        row("record", "bytes", narrow, "This field has 4 bytes; you wrote 1", QStringLiteral("value size"));
        Answer guess = rightBytes();
        guess[QStringLiteral("checksum")] = QStringLiteral("01 02 03 04");
        row("record", "bytes", guess, "some field below differs", QStringLiteral("checksum"));
        row("record", "length", one("4"), "That is the value alone");
        row("record", "length", one("7"), "The header stands before them");

        row("append", "first", one("0"), "Offset 0 is taken");
        row("append", "second", one("37"), "That is the length of the record of kiwi");
        row("append", "end", one("40"), "the length of this record alone");
        row("append", "place", one("sorted"), "would have to be moved");
        row("append", "place", one("hash"), "A hash table on disk has slots");

        row("keydir", "entries", one("3"), "one entry for each key");
        row("keydir", "arrows", arrows("1@32", "2@32", "2@67"), "That one is older: its sequence number is 1",
            keyHex("apple"));
        row("keydir", "arrows", arrows("1@104", "2@32", "2@32"), "That record is one of fig", keyHex("pear"));
        row("keydir", "arrows", arrows("1@104", "none", "2@67"), "points at exactly one record", keyHex("fig"));

        row("get", "hit", one("pread"), "each get opens it");
        row("get", "hit", one(""), "The keydir holds no values");
        row("get", "miss", one("open,pread,close"), "At which offset should it read?");
        row("get", "keptSecond", one("open,pread,close"), "The file is still open");

        row("overwrite", "record", one("0"), "File 1 is sealed");
        row("overwrite", "dead", one("3"), "Not the value alone");
        row("overwrite", "same", one("0"), "A put never reads");
        row("overwrite", "deadTotal", one("38"), "The one in file 1 is dead as well");

        row("delete", "tombstone", one("-36"), "The file does not shrink");
        row("delete", "tombstone", one("0"), "Without a record of the deletion");
        row("delete", "absent", one("31"), "there is nothing to bury");
        row("delete", "empty", one("0"), "Even a value of no bytes");
        row("delete", "getEmpty", one("absent"), "Empty and absent are two different answers");
    }
    void wrongSolversFailWithTheirOwnMessage() {
        QFETCH(QString, id);
        QFETCH(QString, question);
        QFETCH(Answer, answer);
        QFETCH(QString, part);
        QFETCH(QString, says);
        Answers answers = solverOf(id);
        answers[question] = answer;
        int wrong = 0;
        for (const Feedback& one : solve(lessonOf(id), answers)) {
            if (one.question != question) {
                QVERIFY2(one.correct, qPrintable(one.question));
            } else if (one.part == part) {
                ++wrong;
                QVERIFY(!one.correct);
                QVERIFY2(one.message.contains(says), qPrintable(one.message));
            }
        }
        QCOMPARE(wrong, 1);
    }

    void everyWrongChoiceHasItsMessage() {
        for (const Lesson& lesson : std::as_const(m_lessons)) {
            for (const LessonStep& step : lesson.steps) {
                for (const Question& question : step.questions) {
                    for (const Choice& choice : question.choices) {
                        Answers answers = solverOf(lesson.id);
                        answers[question.id] = {{QString(), choice.is}};
                        for (const Feedback& feedback : solve(lesson, answers)) {
                            if (feedback.question == question.id && !feedback.correct) {
                                QVERIFY2(!feedback.message.isEmpty(), qPrintable(lesson.id + choice.text));
                            }
                        }
                    }
                }
            }
        }
    }

    void exactlyOneChoiceIsRight() {
        for (const Lesson& lesson : std::as_const(m_lessons)) {
            const States& states = statesOf(lesson);
            for (qsizetype i = 0; i < lesson.steps.size(); ++i) {
                for (const Question& question : lesson.steps.at(i).questions) {
                    if (question.kind != QuestionKind::choice) {
                        continue;
                    }
                    const auto index = static_cast<std::size_t>(i);
                    const QString is = measure(question.measure,
                                               {*states[index], *states[index + 1], lesson.scenario.operations.at(i)});
                    const auto right = std::count_if(question.choices.begin(), question.choices.end(),
                                                     [&](const Choice& choice) { return choice.is == is; });
                    QVERIFY2(right == 1,
                             qPrintable(lesson.id + QLatin1Char(' ') + question.id + QStringLiteral(" = ") + is));
                }
            }
        }
    }

    void reasonsComeFromTheFiles() {
        QString text;
        for (const Feedback& one :
             solve(lessonOf(QStringLiteral("overwrite")), solverOf(QStringLiteral("overwrite")))) {
            text += one.expected + QStringLiteral(": ") + one.reason + QLatin1Char('\n');
        }
        QVERIFY2(text.contains(QStringLiteral("74 bytes: 36 were dead before, and the old record adds 38")),
                 qPrintable(text));
        QVERIFY2(text.contains(QStringLiteral("38 bytes: 28 of header, 5 of key, 5 of value")), qPrintable(text));
        QVERIFY2(text.contains(QStringLiteral("36 bytes: the whole old record: 28 of header, 5 of key, 3 of value")),
                 qPrintable(text));
    }

    void noAnswerIsWrongAndSaysSo() {
        for (const Lesson& lesson : std::as_const(m_lessons)) {
            const QList<Feedback> feedback = solve(lesson, {});
            QVERIFY(!feedback.isEmpty());
            for (const Feedback& one : feedback) {
                QVERIFY2(!one.correct, qPrintable(lesson.id + QLatin1Char(' ') + one.question));
            }
        }
    }

private:
    test::TemporaryDirectory m_directory;
    QList<Lesson> m_lessons;
    QMap<QString, States> m_states;
};

RUSTCASK_TEST_MAIN(TestLearnLessons)
#include "tst_learn_lessons.moc"
