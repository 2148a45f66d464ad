// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include "pages/learn/lesson.h"
#include "pages/learn/scenario.h"
#include "pages/learn/text.h"
#include "support/test_main.h"

using namespace rustcask;
using namespace rustcask::ui;

namespace {

Scenario everyKind() {
    Scenario scenario;
    scenario.title = QStringLiteral("Everything at once");
    scenario.options = {.maxFileBytes = 4096, .sync = SyncMode::everyWrite, .readStrategy = ReadStrategy::openPerRead};
    scenario.clockStartMs = 5;
    scenario.clockStepMs = 7;
    scenario.operations = {
        {.kind = OperationKind::put, .key = "plain", .value = "text"},
        {.kind = OperationKind::put, .key = QByteArray("\xFF\x00\x01", 3), .value = QByteArray("a\0b", 3)},
        {.kind = OperationKind::get, .key = "gr\xC3\xBC\xC3\x9F"},
        {.kind = OperationKind::remove, .key = "plain"},
        {.kind = OperationKind::rotate},
        {.kind = OperationKind::sync},
        {.kind = OperationKind::reopen, .readStrategy = ReadStrategy::mapped},
    };
    return scenario;
}

} // namespace

class TestLearnScenario : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void jsonGivesBackTheSameScenario() {
        QString problem;
        const Scenario scenario = everyKind();
        const auto back = scenarioFromJson(scenarioToJson(scenario), &problem);
        QVERIFY2(back.has_value(), qPrintable(problem));
        QCOMPARE(back->operations.size(), scenario.operations.size());
        QVERIFY(*back == scenario);
    }

    void refusesWhatIsNoScenario_data() {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QString>("says");
        QTest::newRow("no JSON") << QByteArray("{") << QStringLiteral("no JSON");
        QTest::newRow("other document") << QByteArray("{}") << QStringLiteral("no scenario of version 1");
        QTest::newRow("later version") << QByteArray(R"({"scenario":2})") << QStringLiteral("no scenario of version 1");
        QTest::newRow("unknown operation")
            << QByteArray(R"({"scenario":1,"operations":[{"op":"sync"},{"op":"format"}]})")
            << QStringLiteral("Operation 2: “format” is no operation");
        QTest::newRow("no key") << QByteArray(R"({"scenario":1,"operations":[{"op":"get"}]})")
                                << QStringLiteral("Operation 1: The key is neither");
        QTest::newRow("empty key") << QByteArray(R"({"scenario":1,"operations":[{"op":"get","key":""}]})")
                                   << QStringLiteral("at least one byte");
        QTest::newRow("odd hex") << QByteArray(R"({"scenario":1,"operations":[{"op":"get","key":{"hex":"abc"}}]})")
                                 << QStringLiteral("The key is neither");
        QTest::newRow("no hex") << QByteArray(R"({"scenario":1,"operations":[{"op":"get","key":{"hex":"zz"}}]})")
                                << QStringLiteral("The key is neither");
        QTest::newRow("file size") << QByteArray(R"({"scenario":1,"options":{"maxFileBytes":63}})")
                                   << QStringLiteral("maxFileBytes");
        QTest::newRow("file size fraction")
            << QByteArray(R"({"scenario":1,"options":{"maxFileBytes":64.5}})") << QStringLiteral("maxFileBytes");
        QTest::newRow("sync") << QByteArray(R"({"scenario":1,"options":{"sync":"sometimes"}})")
                              << QStringLiteral("sync is neither");
        QTest::newRow("strategy") << QByteArray(R"({"scenario":1,"options":{"readStrategy":"guess"}})")
                                  << QStringLiteral("read strategy");
        QTest::newRow("clock") << QByteArray(R"({"scenario":1,"clockStartMs":1e300})")
                               << QStringLiteral("clockStartMs");
        QTest::newRow("negative clock") << QByteArray(R"({"scenario":1,"clockStepMs":-1})")
                                        << QStringLiteral("clockStepMs");
        QByteArray many = R"({"scenario":1,"operations":[{"op":"sync"})";
        for (int i = 0; i < 1000; ++i) {
            many += R"(,{"op":"sync"})";
        }
        QTest::newRow("too many") << many + "]}" << QStringLiteral("at most 1000 operations; this one has 1001");
    }
    void refusesWhatIsNoScenario() {
        QFETCH(QByteArray, json);
        QFETCH(QString, says);
        QString problem;
        QVERIFY(!scenarioFromJson(json, &problem).has_value());
        QVERIFY2(problem.contains(says), qPrintable(problem));
    }

    void limitsValuesOfTheSandbox() {
        Operation operation{.kind = OperationKind::put, .key = "k", .value = QByteArray(64 * 1024, 'x')};
        QVERIFY(operationProblem(operation).isEmpty());
        operation.value += 'x';
        QVERIFY(!operationProblem(operation).isEmpty());
        operation = {.kind = OperationKind::put, .key = QByteArray(65'536, 'x')};
        QVERIFY(!operationProblem(operation).isEmpty());
    }

    void clockIsTheScenarios() {
        const Scenario scenario = everyKind();
        QCOMPARE(scenario.timeOf(0).time_since_epoch().count(), 5);
        QCOMPARE(scenario.timeOf(3).time_since_epoch().count(), 26);
    }

    void namesOperations() {
        QCOMPARE(operationText({.kind = OperationKind::put, .key = "apple", .value = "red"}),
                 QStringLiteral("put apple = red"));
        QCOMPARE(operationText({.kind = OperationKind::put, .key = "plum"}), QStringLiteral("put plum = (empty)"));
        QCOMPARE(operationText({.kind = OperationKind::remove, .key = "apple"}), QStringLiteral("delete apple"));
        QCOMPARE(operationText({.kind = OperationKind::rotate}), QStringLiteral("rotate"));
    }

    void readsHex() {
        QByteArray bytes;
        QVERIFY(parseHex(QStringLiteral(" 61 6c\t4C"), &bytes));
        QCOMPARE(bytes, QByteArray("alL"));
        QVERIFY(!parseHex(QStringLiteral("6"), &bytes));
        QVERIFY(!parseHex(QStringLiteral("6g"), &bytes));
        QVERIFY(parseHex(QString(), &bytes));
        QVERIFY(bytes.isEmpty());
        QCOMPARE(hexText(QByteArray("\x01\xAB", 2)), QStringLiteral("01 AB"));
    }

    void everyBuiltInLessonIsWhole() {
        const QList<Lesson> lessons = loadLessons();
        QCOMPARE(lessons.size(), 6);
        QSet<QString> ids;
        for (qsizetype i = 0; i < lessons.size(); ++i) {
            const Lesson& lesson = lessons.at(i);
            QCOMPARE(lesson.number, static_cast<int>(i) + 1);
            QVERIFY(!ids.contains(lesson.id));
            ids.insert(lesson.id);
            QVERIFY(!lesson.title.isEmpty() && !lesson.intro.isEmpty() && !lesson.belief.isEmpty());
            QVERIFY(!lesson.correction.isEmpty() && !lesson.closing.isEmpty());
            int questions = 0;
            QSet<QString> questionIds;
            for (const LessonStep& step : lesson.steps) {
                QVERIFY(!step.text.isEmpty());
                for (const Question& question : step.questions) {
                    ++questions;
                    QVERIFY2(!questionIds.contains(question.id), qPrintable(question.id));
                    questionIds.insert(question.id);
                    QVERIFY2(!question.prompt.isEmpty() && !question.hint.isEmpty(), qPrintable(question.id));
                }
            }
            QVERIFY(questions > 0);
        }
    }
};

RUSTCASK_TEST_MAIN(TestLearnScenario)
#include "tst_learn_scenario.moc"
