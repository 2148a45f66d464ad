// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>
#include <QtWidgets>

#include "actions/action_registry.h"
#include "pages/learn/free_play_form.h"
#include "pages/learn/learn_page.h"
#include "pages/learn/learn_scenes.h"
#include "pages/learn/lesson_player.h"
#include "pages/learn/question_form.h"
#include "pages/learn/row_model.h"
#include "pages/learn/stage.h"
#include "pages/learn/tape_view.h"
#include "settings/settings.h"
#include "support/stall_watchdog.h"
#include "support/temporary_directory.h"
#include "support/widget_audit.h"
#include "support/widget_test_main.h"
#include "widgets/hex_view.h"
#include "widgets/states.h"

using namespace rustcask;
using namespace rustcask::ui;

namespace {

/// A window with the page in it, as the application has it.
struct Bench {
    explicit Bench(const QString& settingsFile)
        : settings(settingsFile), actions(&window), page({actions, settings}, &window) {
        auto* layout = new QVBoxLayout(&window);
        layout->addWidget(&page);
        window.resize(1200, 800);
        window.show();
    }
    [[nodiscard]] LessonPlayer& player() { return page.player(); }
    [[nodiscard]] bool isAt(qsizetype position) {
        return player().position() == position && player().state() != nullptr && !player().isBusy();
    }

    Settings settings;
    QWidget window;
    ActionRegistry actions;
    LearnPage page;
};

Answer one(const char* text) {
    return {{QString(), QString::fromUtf8(text)}};
}

} // namespace

class TestLearnPage : public QObject {
    Q_OBJECT

    static constexpr int overwriteLesson = 4;

private Q_SLOTS:
    void init() {
        m_directory = std::make_unique<test::TemporaryDirectory>();
        m_bench = std::make_unique<Bench>(m_directory->text() + QStringLiteral("/settings.ini"));
        m_bench->window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&m_bench->window));
        QTRY_VERIFY(m_bench->isAt(0));
    }
    void cleanup() {
        m_bench.reset();
        m_directory.reset();
    }

    void stepsForwardsAndBackByKeyboard() {
        QTest::keyClick(&m_bench->window, Qt::Key_Right, Qt::AltModifier);
        QTRY_VERIFY(m_bench->isAt(1));
        const QByteArray first = m_bench->player().state()->directoryHash();
        QTest::keyClick(&m_bench->window, Qt::Key_Right, Qt::AltModifier);
        QTRY_VERIFY(m_bench->isAt(2));
        QVERIFY(m_bench->player().state()->directoryHash() != first);
        QTest::keyClick(&m_bench->window, Qt::Key_Left, Qt::AltModifier);
        QTRY_VERIFY(m_bench->isAt(1));
        QCOMPARE(m_bench->player().state()->directoryHash(), first);
        QTest::keyClick(&m_bench->window, Qt::Key_Home, Qt::AltModifier);
        QTRY_VERIFY(m_bench->isAt(0));
        QVERIFY(m_bench->player().state()->files.empty());
        QVERIFY(!m_bench->actions.action(QStringLiteral("learn.back"))->isEnabled());
    }

    void goingBackBringsTheDirectoryBack() {
        LessonPlayer& player = m_bench->player();
        player.selectLesson(overwriteLesson);
        player.jump(6);
        QTRY_VERIFY(m_bench->isAt(6));
        const auto bytesOnDisk = [&] {
            qint64 bytes = 0;
            const QDir folder(player.directory() + QStringLiteral("/database"));
            for (const QFileInfo& file : folder.entryInfoList({QStringLiteral("*.data")})) {
                bytes += file.size();
            }
            return bytes;
        };
        QCOMPARE(bytesOnDisk(), static_cast<qint64>(player.state()->dataBytes()));
        player.jump(2);
        QTRY_VERIFY(m_bench->isAt(2));
        QCOMPARE(bytesOnDisk(), static_cast<qint64>(player.state()->dataBytes()));
        QVERIFY(m_bench->page.panel().banner()->text().isEmpty());
    }

    void anAnswerIsCheckedAgainstTheFiles() {
        LessonPlayer& player = m_bench->player();
        player.selectLesson(overwriteLesson);
        player.jump(3);
        QTRY_VERIFY(m_bench->isAt(3));
        QuestionForm* form = m_bench->page.panel().form();
        QVERIFY(form != nullptr);
        QPushButton* button = m_bench->page.panel().checkButton();
        QVERIFY(!button->isEnabled());
        form->setAnswers({{QStringLiteral("record"), one("38")}, {QStringLiteral("dead"), one("0")}});
        QVERIFY(button->isEnabled());
        QTest::mouseClick(button, Qt::LeftButton);
        QTRY_VERIFY(m_bench->isAt(4));
        QTRY_COMPARE(player.feedback(3).size(), 2);
        QVERIFY(player.feedback(3).at(0).correct);
        QVERIFY(!player.feedback(3).at(1).correct);
        QCOMPARE(player.rightCount(), 1);
        // Back, the answers are still there; corrected, they pass.
        player.back();
        QTRY_VERIFY(m_bench->isAt(3));
        form = m_bench->page.panel().form();
        QVERIFY(form != nullptr);
        QCOMPARE(form->answers().value(QStringLiteral("dead")), one("0"));
        form->setAnswers({{QStringLiteral("dead"), one("36")}});
        m_bench->page.panel().checkAndStep();
        QTRY_VERIFY(m_bench->isAt(4));
        QTRY_COMPARE(player.rightCount(), 2);
    }

    void aFinishedLessonIsRemembered() {
        LessonPlayer& player = m_bench->player();
        player.selectLesson(overwriteLesson);
        const QMap<qsizetype, Answers> right{
            {3, {{QStringLiteral("record"), one("38")}, {QStringLiteral("dead"), one("36")}}},
            {4, {{QStringLiteral("value"), one("32")}}},
            {5, {{QStringLiteral("same"), one("38")}, {QStringLiteral("deadTotal"), one("74")}}}};
        for (auto it = right.begin(); it != right.end(); ++it) {
            player.jump(it.key());
            QTRY_VERIFY(m_bench->isAt(it.key()));
            QVERIFY(!player.isCompleted());
            player.checkAndStep(it.value());
            QTRY_VERIFY(!player.feedback(it.key()).isEmpty());
        }
        QVERIFY(player.isCompleted());
        QCOMPARE(m_bench->settings.get<QStringList>(QStringLiteral("learn/completed")),
                 QStringList{QStringLiteral("overwrite")});
    }

    void theKeydirIsHiddenWhileItIsAskedFor() {
        LessonPlayer& player = m_bench->player();
        player.selectLesson(2);
        player.jump(6);
        QTRY_VERIFY(m_bench->isAt(6));
        QVERIFY(m_bench->page.stage().hidesKeydir());
        QVERIFY(m_bench->page.stage().tapes()->hidesStates());
        QVERIFY(!m_bench->page.stage().keydirTable()->isVisible());
        const TapeView* tapes = m_bench->page.stage().tapes();
        for (int i = 0; i < tapes->blockCount(); ++i) {
            QVERIFY(!tapes->describe(tapes->blockNumber(i)).contains(QStringLiteral("dead")));
        }
        player.step();
        QTRY_VERIFY(m_bench->isAt(7));
        QVERIFY(!m_bench->page.stage().hidesKeydir());
        QVERIFY(m_bench->page.stage().keydirTable()->isVisible());
    }

    void bytesAndFieldsAndKeysAreLinked() {
        LessonPlayer& player = m_bench->player();
        player.selectLesson(overwriteLesson);
        player.jump(4);
        QTRY_VERIFY(m_bench->isAt(4));
        Stage& stage = m_bench->page.stage();
        stage.keydirTable()->selectRow(0); // apple, whose newest record is in file 2
        const RecordRef apple = stage.selected();
        QVERIFY(apple.isValid());
        QCOMPARE(stage.tapes()->selected(), apple);
        QCOMPARE(QByteArray::fromStdString(player.state()->record(apple)->info.key), QByteArray("apple"));
        QCOMPARE(static_cast<std::size_t>(stage.fieldTable()->model()->rowCount()),
                 player.state()->record(apple)->fields.size());
        stage.fieldTable()->selectRow(3);
        QCOMPARE(stage.hexView()->currentSpan(), 3);
        Q_EMIT stage.hexView()->currentSpanChanged(5);
        QCOMPARE(stage.fieldTable()->currentIndex().row(), 5);
        stage.keydirTable()->selectRow(1);
        QVERIFY(stage.tapes()->selected() != apple);
        stage.tapes()->choose(apple);
        QCOMPARE(stage.keydirTable()->currentIndex().row(), 0);
    }

    void tapesAreWalkedByKeyboardAndNamed() {
        LessonPlayer& player = m_bench->player();
        player.selectLesson(overwriteLesson);
        player.jump(4);
        QTRY_VERIFY(m_bench->isAt(4));
        TapeView* tapes = m_bench->page.stage().tapes();
        tapes->setFocus();
        for (int i = 0; i < 6; ++i) { // to the first file
            QTest::keyClick(tapes, Qt::Key_Up);
        }
        QSet<int> seen;
        for (int file = 0; file < 3; ++file) {
            QTest::keyClick(tapes, Qt::Key_Home);
            for (int i = 0; i < 5; ++i) {
                seen.insert(tapes->numberOf(tapes->selected()));
                QTest::keyClick(tapes, Qt::Key_Right);
            }
            QTest::keyClick(tapes, Qt::Key_Home);
            QTest::keyClick(tapes, Qt::Key_Down);
        }
        QCOMPARE(seen.size(), tapes->blockCount());
        QAccessibleInterface* accessible = QAccessible::queryAccessibleInterface(tapes);
        QVERIFY(accessible != nullptr);
        QCOMPARE(accessible->childCount(), tapes->blockCount());
        QStringList names;
        for (int i = 0; i < accessible->childCount(); ++i) {
            QAccessibleInterface* child = accessible->child(i);
            QVERIFY(child->isValid());
            QCOMPARE(accessible->indexOfChild(child), i);
            names.append(child->text(QAccessible::Name));
        }
        QVERIFY2(names.contains(QStringLiteral("apple = red, dead, at offset 32 of 1.rustcask.data, 36 bytes")),
                 qPrintable(names.join(QLatin1Char('\n'))));
    }

    void playsToTheQuestionAndPastIt() {
        LessonPlayer& player = m_bench->player();
        player.selectLesson(overwriteLesson);
        QTRY_VERIFY(m_bench->isAt(0));
        player.setPlayInterval(1);
        player.play();
        QTRY_VERIFY(!player.isPlaying());
        QCOMPARE(player.position(), 3);
        player.play();
        QTRY_VERIFY(!player.isPlaying());
        QCOMPARE(player.position(), 4);
    }

    void freePlayBranches() {
        LessonPlayer& player = m_bench->player();
        player.selectLesson(LessonPlayer::freePlay);
        QTRY_VERIFY(m_bench->isAt(0));
        auto* form = m_bench->page.findChild<FreePlayForm*>();
        QVERIFY(form != nullptr);
        player.append({.kind = OperationKind::put, .key = "a", .value = "1"});
        QTRY_VERIFY(m_bench->isAt(1));
        player.append({.kind = OperationKind::put, .key = "b", .value = "2"});
        QTRY_VERIFY(m_bench->isAt(2));
        const QByteArray two = player.state()->directoryHash();
        player.back();
        QTRY_VERIFY(m_bench->isAt(1));
        player.append({.kind = OperationKind::remove, .key = "a"});
        QTRY_VERIFY(m_bench->isAt(2));
        QCOMPARE(player.scenario().operations.size(), 2);
        QVERIFY(player.state()->directoryHash() != two);
        QVERIFY(player.state()->keydir.empty());
    }

    void anEmptyKeyIsRefusedWithASentence() {
        FreePlayForm form;
        QSignalSpy entered(&form, &FreePlayForm::operationEntered);
        auto* run = form.findChild<QPushButton*>();
        QVERIFY(run != nullptr);
        QTest::mouseClick(run, Qt::LeftButton);
        QCOMPARE(entered.size(), 0);
        form.setOperation({.kind = OperationKind::put, .key = "k", .value = "v"});
        QTest::mouseClick(run, Qt::LeftButton);
        QCOMPARE(entered.size(), 1);
        QVERIFY(entered.at(0).at(0).value<Operation>() ==
                (Operation{.kind = OperationKind::put, .key = "k", .value = "v"}));
    }

    void savesAndLoadsScenarios() {
        LessonPlayer& player = m_bench->player();
        player.selectLesson(overwriteLesson);
        player.jump(4);
        QTRY_VERIFY(m_bench->isAt(4));
        const QByteArray hash = player.state()->directoryHash();
        const QString file = m_directory->text() + QStringLiteral("/mine.json");
        m_bench->page.saveScenario(file);
        QTRY_VERIFY(QFileInfo::exists(file));
        player.selectLesson(0);
        QTRY_VERIFY(m_bench->isAt(0));
        m_bench->page.loadScenario(file);
        QTRY_COMPARE(player.lessonIndex(), LessonPlayer::freePlay);
        player.jump(4);
        QTRY_VERIFY(m_bench->isAt(4));
        QCOMPARE(player.state()->directoryHash(), hash);

        QFile broken(m_directory->text() + QStringLiteral("/broken.json"));
        QVERIFY(broken.open(QIODevice::WriteOnly));
        broken.write("{\"scenario\":1,\"operations\":[{\"op\":\"explode\"}]}");
        broken.close();
        m_bench->page.loadScenario(broken.fileName());
        QTRY_VERIFY(m_bench->page.panel().banner()->text().contains(QStringLiteral("explode")));
        QCOMPARE(player.scenario().operations.size(), 6);
    }

    void exportsPictures() {
        LessonPlayer& player = m_bench->player();
        player.selectLesson(overwriteLesson);
        player.jump(4);
        QTRY_VERIFY(m_bench->isAt(4));
        const QString png = m_directory->text() + QStringLiteral("/picture.png");
        const QString svg = m_directory->text() + QStringLiteral("/picture.svg");
        m_bench->page.exportPicture(png);
        m_bench->page.exportPicture(svg);
        QTRY_VERIFY(QFileInfo::exists(png) && QFileInfo::exists(svg));
        const QImage image(png);
        QVERIFY(image.width() > 800 && image.height() > 300);
        QFile file(svg);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QString text = QString::fromUtf8(file.readAll());
        for (const char* word : {"apple = green", "tombstone", "write head", "Overwriting a key"}) {
            QVERIFY2(text.contains(QString::fromUtf8(word)), word);
        }
    }

    void hexCellsArrangeWhatIsTyped() {
        LessonPlayer& player = m_bench->player();
        player.jump(1);
        QTRY_VERIFY(m_bench->isAt(1));
        QuestionForm* form = m_bench->page.panel().form();
        QVERIFY(form != nullptr);
        const QList<QLineEdit*> cells = form->findChildren<QLineEdit*>();
        QCOMPARE(cells.size(), 8);
        QTest::keyClicks(cells.at(3), QStringLiteral("0500ff"));
        QCOMPARE(cells.at(3)->text(), QStringLiteral("05 00"));
        QTest::keyClicks(cells.at(6), QStringLiteral("61x7"));
        QCOMPARE(cells.at(6)->text(), QStringLiteral("61 7"));
    }

    void everyStateIsNamedAndToolTipped() {
        QStringList scenes = m_bench->page.scenes();
        QVERIFY(scenes.size() >= 8);
        for (const LearnScene& scene : learnScenes()) {
            m_bench->page.enterScene(scene.name);
            const qsizetype end = scene.position + (scene.answers.isEmpty() ? 0 : 1);
            QTRY_VERIFY2(m_bench->isAt(end), qPrintable(scene.name));
            if (!scene.answers.isEmpty()) {
                QTRY_VERIFY2(!m_bench->player().feedback(scene.position).isEmpty(), qPrintable(scene.name));
            }
            QCOMPARE(test::auditWidgets(m_bench->page), QStringList());
            QVERIFY2(m_bench->page.panel().banner()->text().isEmpty(), qPrintable(scene.name));
        }
        QCOMPARE(m_bench->actions.conflicts(), QStringList());
    }

    void fitsASmallWindow() {
        m_bench->player().selectLesson(overwriteLesson);
        m_bench->player().jump(3);
        QTRY_VERIFY(m_bench->isAt(3));
        // 1024 x 640 less the window's rail, bars and margins.
        QVERIFY2(m_bench->page.minimumSizeHint().width() <= 920,
                 qPrintable(QString::number(m_bench->page.minimumSizeHint().width())));
        QVERIFY2(m_bench->page.minimumSizeHint().height() <= 540,
                 qPrintable(QString::number(m_bench->page.minimumSizeHint().height())));
    }

    void theEventLoopIsNeverHeldUp() {
        test::StallWatchdog watchdog;
        LessonPlayer& player = m_bench->player();
        for (int lesson = 0; lesson < player.lessons().size(); ++lesson) {
            player.selectLesson(lesson);
            player.jump(player.scenario().operations.size());
            QTRY_VERIFY(m_bench->isAt(player.scenario().operations.size()));
            player.first();
            QTRY_VERIFY(m_bench->isAt(0));
        }
        QVERIFY(watchdog.turns() > 10);
        QVERIFY2(watchdog.longestStallMs() < 500, qPrintable(QString::number(watchdog.longestStallMs())));
    }

    void modelsKeepTheirPromises() {
        RowModel model({{QStringLiteral("key")}, {QStringLiteral("size"), true}});
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setRows({{.cells = {QStringLiteral("<b>apple</b>"), QStringLiteral("36")}}});
        QCOMPARE(model.rowCount(), 1);
        QVERIFY(!model.index(0, 0).data(Qt::ToolTipRole).toString().contains(QStringLiteral("<b>")));
        model.setRows({});
        QCOMPARE(model.rowCount(), 0);
    }

private:
    std::unique_ptr<test::TemporaryDirectory> m_directory;
    std::unique_ptr<Bench> m_bench;
};

RUSTCASK_WIDGET_TEST_MAIN(TestLearnPage)
#include "tst_learn_page.moc"
