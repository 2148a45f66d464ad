// SPDX-License-Identifier: GPL-3.0-or-later
#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>

#include <QFile>
#include <QSignalSpy>
#include <QTest>
#include <QThread>

#include "support/temporary_directory.h"
#include "support/test_main.h"
#include "tasks/file_saver.h"
#include "tasks/release.h"
#include "tasks/task_runner.h"

using namespace rustcask;
using namespace rustcask::ui;

class TestTaskRunner : public QObject {
    Q_OBJECT

private:
    /// Runs until it is cancelled.
    static Result<int> endless(Progress& progress) {
        for (;;) {
            if (auto go = progress.checkpoint("wait"); !go) {
                return failure(go.error());
            }
            progress.addRecords(1);
            QThread::usleep(200);
        }
    }

private Q_SLOTS:
    void savesFilesWholeOrSaysWhyNot() {
        const rustcask::test::TemporaryDirectory directory;
        const QString path = directory.text() + QStringLiteral("/a file");
        std::optional<QString> problem;
        QThread* doneThread = nullptr;
        const auto done = [&](const QString& cause) {
            problem = cause;
            doneThread = QThread::currentThread();
        };
        const auto contents = [](const QString& of) {
            QFile file(of);
            return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
        };
        saveFile(path, "first", this, done);
        QVERIFY(!problem); // not before the event loop turns
        QTRY_VERIFY(problem.has_value());
        QCOMPARE(*problem, QString());
        QCOMPARE(doneThread, thread());
        QCOMPARE(contents(path), QByteArray("first"));

        problem.reset();
        saveFile(directory.text() + QStringLiteral("/missing/file"), "x", this, done);
        QTRY_VERIFY(problem.has_value());
        QVERIFY(!problem->isEmpty());

        // Who asked for it is gone: written all the same.
        problem.reset();
        {
            QObject context;
            saveFile(path, "second", &context, done);
        }
        QTRY_COMPARE(contents(path), QByteArray("second"));
        QTest::qWait(10);
        QVERIFY(!problem);
    }

    void largeObjectsAreFreedOnAWorker() {
        std::atomic<QThread*> freedOn = nullptr;
        const auto make = [&] {
            return std::shared_ptr<int>(new int(7), [&](int* number) {
                delete number;
                freedOn = QThread::currentThread();
            });
        };
        std::shared_ptr<const int> large = releasedOnWorker(make());
        std::shared_ptr<const int> other = large;
        QCOMPARE(*other, 7);
        large.reset();
        QVERIFY(freedOn == nullptr);
        other.reset();
        QTRY_VERIFY(freedOn != nullptr);
        QVERIFY(freedOn != thread());
        freedOn = nullptr;
        releaseOnWorker(make());
        QTRY_VERIFY(freedOn != nullptr);
        QVERIFY(freedOn != thread());
        releaseOnWorker(nullptr);
    }

    void resultArrivesInTheGuiThread() {
        TaskRunner runner;
        QThread* bodyThread = nullptr;
        QThread* thenThread = nullptr;
        int value = 0;
        QSignalSpy idle(&runner, &TaskRunner::idle);
        runner.start<int>(
            QStringLiteral("add"),
            [&](Progress&) -> Result<int> {
                bodyThread = QThread::currentThread();
                return 42;
            },
            this,
            [&](Result<int> result) {
                thenThread = QThread::currentThread();
                value = result.value_or(-1);
            });
        QTRY_COMPARE(value, 42);
        QCOMPARE(thenThread, thread());
        QVERIFY(bodyThread != thread());
        QTRY_COMPARE(idle.count(), 1);
        QVERIFY(runner.isIdle());
    }

    void moveOnlyResults() {
        TaskRunner runner;
        std::unique_ptr<int> held;
        runner.start<std::shared_ptr<int>>(
            QStringLiteral("make"), [](Progress&) -> Result<std::shared_ptr<int>> { return std::make_shared<int>(7); },
            this, [&](Result<std::shared_ptr<int>> result) { held = std::make_unique<int>(**result); });
        QTRY_VERIFY(held != nullptr);
        QCOMPARE(*held, 7);
    }

    void cancelEndsTheBody() {
        TaskRunner runner;
        std::optional<ErrorCode> code;
        Task* task = runner.start<int>(QStringLiteral("wait"), endless, this,
                                       [&](Result<int> result) { code = result.error().code; });
        QTRY_VERIFY(task->counts().recordsDone > 0);
        task->cancel();
        QTRY_VERIFY(code.has_value());
        QCOMPARE(*code, ErrorCode::cancelled);
    }

    void cancelBeforeItRan() {
        TaskRunner runner(1);
        runner.start<int>(QStringLiteral("first"), endless, this, [](Result<int>) {});
        bool ran = false;
        std::optional<ErrorCode> code;
        Task* second = runner.start<int>(
            QStringLiteral("second"),
            [&](Progress&) -> Result<int> {
                ran = true;
                return 1;
            },
            this, [&](Result<int> result) { code = result.error().code; });
        second->cancel();
        runner.cancelAll();
        QTRY_VERIFY(code.has_value());
        QCOMPARE(*code, ErrorCode::cancelled);
        QVERIFY(!ran);
    }

    void pauseHoldsIt() {
        TaskRunner runner;
        bool done = false;
        Task* task = runner.start<int>(QStringLiteral("wait"), endless, this, [&](Result<int>) { done = true; },
                                       {.pausable = true});
        QTRY_VERIFY(task->counts().recordsDone > 0);
        task->pause();
        QVERIFY(task->isPaused());
        quint64 before = 0;
        QTRY_VERIFY_WITH_TIMEOUT(std::exchange(before, task->counts().recordsDone) == task->counts().recordsDone,
                                 2'000);
        QTest::qWait(20);
        QCOMPARE(task->counts().recordsDone, before);
        task->resume();
        QTRY_VERIFY(task->counts().recordsDone > before);
        task->pause();
        task->cancel(); // a paused one too
        QTRY_VERIFY(done);
    }

    void nobodyIsCalledOnceTheContextIsGone() {
        TaskRunner runner;
        auto context = std::make_unique<QObject>();
        bool called = false;
        std::atomic<bool> ended{false};
        runner.start<int>(
            QStringLiteral("wait"),
            [&](Progress& progress) {
                auto result = endless(progress);
                ended = true;
                return result;
            },
            context.get(), [&](Result<int>) { called = true; });
        QSignalSpy idle(&runner, &TaskRunner::idle);
        context.reset();
        QTRY_COMPARE(idle.count(), 1); // cancelled, because nobody waits
        QVERIFY(!called);
    }

    void exceptionsBecomeErrors() {
        TaskRunner runner;
        Error error;
        runner.start<int>(
            QStringLiteral("throw"), [](Progress&) -> Result<int> { throw std::runtime_error("out of luck"); }, this,
            [&](Result<int> result) { error = result.error(); });
        QTRY_COMPARE(QString::fromStdString(error.detail), QStringLiteral("out of luck"));
        QCOMPARE(error.code, ErrorCode::internal);
        QCOMPARE(QString::fromStdString(error.operation), QStringLiteral("throw"));
    }

    void oneThreadKeepsTheOrder() {
        TaskRunner runner(1);
        QList<int> order;
        for (int i = 0; i < 50; ++i) {
            runner.start<int>(
                QStringLiteral("step"), [i](Progress&) -> Result<int> { return i; }, this,
                [&](Result<int> result) { order.append(*result); });
        }
        QTRY_COMPARE(order.size(), 50);
        QVERIFY(std::is_sorted(order.begin(), order.end()));
    }

    void progressIsReported() {
        TaskRunner runner;
        Task* task = runner.start<int>(QStringLiteral("wait"), endless, this, [](Result<int>) {});
        QSignalSpy progressed(task, &Task::progressed);
        QTRY_VERIFY(progressed.count() >= 2);
        runner.cancelAll();
        QTRY_VERIFY(runner.isIdle());
    }

    void destructionCancelsAndWaits() {
        std::atomic<bool> ended{false};
        {
            TaskRunner runner;
            Task* task = runner.start<int>(
                QStringLiteral("wait"),
                [&](Progress& progress) {
                    auto result = endless(progress);
                    ended = true;
                    return result;
                },
                this, [](Result<int>) { QFAIL("the runner was gone"); });
            QTRY_VERIFY(task->counts().recordsDone > 0);
        }
        QVERIFY(ended);
        QTest::qWait(10); // nothing arrives late
    }
};

RUSTCASK_TEST_MAIN(TestTaskRunner)
#include "tst_ui_task_runner.moc"
