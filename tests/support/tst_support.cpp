// SPDX-License-Identifier: Apache-2.0
#include "support/check.h"
#include "support/seeded_random.h"
#include "support/stall_watchdog.h"
#include "support/temporary_directory.h"
#include "support/test_main.h"

#include <QProcess>
#include <QThread>

using namespace rustcask;
using namespace rustcask::test;

namespace {
// The functions below are meant to fail or to pass in a child process, which this variable tells.
constexpr auto childVariable = "RUSTCASK_TEST_CHILD";
bool isChild() {
    return qEnvironmentVariableIsSet(childVariable);
}
} // namespace

class TestSupport : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void temporaryDirectoryIsNewAndGoes() {
        std::filesystem::path first;
        {
            TemporaryDirectory a;
            TemporaryDirectory b;
            QVERIFY(a.path() != b.path());
            first = a.path();
            QVERIFY(std::filesystem::create_directories(a / "inner"));
        }
        QVERIFY(!std::filesystem::exists(first));
    }

    void randomRepeatsItself() {
        SeededRandom a(1);
        SeededRandom b(1);
        SeededRandom other(2);
        const auto text = a.bytes(40);
        QVERIFY(text == b.bytes(40));
        QVERIFY(text != other.bytes(40));
        for (int i = 0; i < 1000; ++i) {
            const auto n = a.between(3, 5);
            QVERIFY(n >= 3 && n <= 5);
        }
        QVERIFY(!a.chance(0));
        QVERIFY(a.chance(100));
        QCOMPARE(a.word(7).size(), std::size_t{7});
    }

    void resultsAreChecked() {
        RUSTCASK_OK(Result<void>());
        RUSTCASK_VALUE(const int seven, Result<int>(7));
        QCOMPARE(seven, 7);
        Error error;
        error.code = ErrorCode::noSpace;
        error.operation = "write";
        const Result<int> failed = failure(error);
        RUSTCASK_FAILS(failed, ErrorCode::noSpace);
        QVERIFY(describe(failed).starts_with("noSpace: "));
    }

    void watchdogSeesAStall() {
        StallWatchdog watchdog;
        QTRY_VERIFY(watchdog.turns() > 3);
        watchdog.restart();
        QTimer::singleShot(0, this, [] { QThread::msleep(150); });
        QTRY_VERIFY(watchdog.turns() > 3);
        QVERIFY(watchdog.longestStallMs() >= 100); // not all of it: a busy machine's share is taken off in whole ms
    }

    void warningsFail_data() {
        QTest::addColumn<QString>("function");
        QTest::addColumn<bool>("passes");
        QTest::newRow("nothing") << QStringLiteral("childSilent") << true;
        QTest::newRow("ignored") << QStringLiteral("childIgnoresWarning") << true;
        QTest::newRow("warning") << QStringLiteral("childWarns") << false;
        QTest::newRow("critical") << QStringLiteral("childIsCritical") << false;
        QTest::newRow("result") << QStringLiteral("childResult") << false;
    }
    void warningsFail() {
        if (isChild())
            return;
        QFETCH(QString, function);
        QFETCH(bool, passes);
        QProcess child;
        auto environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QString::fromLatin1(childVariable), QStringLiteral("1"));
        child.setProcessEnvironment(environment);
        child.start(QCoreApplication::applicationFilePath(), {function});
        QVERIFY(child.waitForFinished());
        QCOMPARE(child.exitStatus(), QProcess::NormalExit);
        QVERIFY2((child.exitCode() == 0) == passes, child.readAllStandardOutput().constData());
    }

    void childSilent() {}
    void childIgnoresWarning() {
        QTest::ignoreMessage(QtWarningMsg, "expected");
        qWarning("expected");
    }
    void childWarns() {
        if (isChild())
            qWarning("unexpected\nin two lines");
    }
    void childIsCritical() {
        if (isChild())
            qCritical("unexpected");
    }
    void childResult() {
        if (isChild())
            RUSTCASK_OK(Result<void>(failure(Error())));
    }
};

RUSTCASK_TEST_MAIN(TestSupport)
#include "tst_support.moc"
