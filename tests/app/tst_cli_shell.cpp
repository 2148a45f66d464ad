// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include <csignal>

#include "app/program.h"
#include "support/temporary_directory.h"
#include "support/test_main.h"

using rustcask::test::Run;
using rustcask::test::run;
using rustcask::test::TemporaryDirectory;

class TestCliShell : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() {
        m_directory = std::make_unique<TemporaryDirectory>();
        m_database = m_directory->text() + QStringLiteral("/db");
    }

    void oneAnswerLineACommand() {
        const Run told = run({"shell", m_database}, "put a 1\n"
                                                    "get a\n"
                                                    "get b\n"
                                                    "\n"
                                                    "put 'two words' \"line\\x0aend\\\\\"\n"
                                                    "get two\\ words\n"
                                                    "put \\x00\\xff (nil)\n"
                                                    "get \\x00\\xff\n"
                                                    "put empty ''\n"
                                                    "get empty\n"
                                                    "list\n"
                                                    "list t\n"
                                                    "list zz\n"
                                                    "sync\n"
                                                    "delete a\n"
                                                    "delete a\n"
                                                    "merge\n"
                                                    "get 'two words'\n"
                                                    "quit\n"
                                                    "put after quit\n");
        COMPARE_RUN(told, 0);
        QVERIFY(told.err.isEmpty());
        QCOMPARE(told.out, QByteArray("OK\n"
                                      "1\n"
                                      "(nil)\n"
                                      "OK\n"
                                      "line\\x0aend\\\\\n"
                                      "OK\n"
                                      "\\x28nil)\n"
                                      "OK\n"
                                      "\n"
                                      "\"\\x00\\xff\" a empty \"two words\"\n"
                                      "\"two words\"\n"
                                      "(empty)\n"
                                      "OK\n"
                                      "(deleted)\n"
                                      "(nil)\n"
                                      "OK\n"
                                      "line\\x0aend\\\\\n"
                                      "OK\n"));
    }

    void mistakesAreAnsweredAndNotFatal() {
        const Run told = run({"shell", m_database}, "frobnicate\n"
                                                    "put a\n"
                                                    "get 'a\n"
                                                    "put '' x\n"
                                                    "help\n"
                                                    "stats\n"
                                                    "put a 1"); // no line end
        COMPARE_RUN(told, 0);
        const QList<QByteArray> lines = told.out.split('\n');
        QCOMPARE(lines.size(), 8);
        for (int i = 0; i < 4; ++i)
            QVERIFY2(lines[i].startsWith("(error) "), lines[i]);
        QVERIFY(lines[4].contains("put KEY VALUE"));
        QVERIFY2(lines[5].startsWith("keys=0 "), lines[5]);
        QCOMPARE(lines[6], QByteArray("OK"));
        QCOMPARE(run({"get", m_database, "a"}).out, QByteArray("1"));
    }

    void answersAtOnce() {
        QProcess shell;
        shell.start(QStringLiteral(RUSTCASK_PROGRAM), {"shell", m_database});
        for (int i = 0; i < 3; ++i) {
            shell.write("get a\n");
            QVERIFY(shell.waitForReadyRead(30'000));
            QCOMPARE(shell.readLine(), QByteArray("(nil)\n"));
        }
        shell.closeWriteChannel();
        COMPARE_RUN(rustcask::test::finish(shell), 0);
    }

    void readOnlyLooksAndFollows() {
        QProcess writer;
        writer.start(QStringLiteral(RUSTCASK_PROGRAM), {"shell", m_database, "--data-file-size", "64KiB"});
        const auto tell = [](QProcess& shell, const QByteArray& line) {
            shell.write(line + "\n");
            return shell.waitForReadyRead(30'000) ? shell.readLine().trimmed() : QByteArray("no answer");
        };
        QCOMPARE(tell(writer, "put a 1"), QByteArray("OK"));
        QProcess reader;
        reader.start(QStringLiteral(RUSTCASK_PROGRAM), {"shell", m_database, "--read-only"});
        QCOMPARE(tell(reader, "get a"), QByteArray("1"));
        QCOMPARE(tell(writer, "put a 2"), QByteArray("OK"));
        QCOMPARE(tell(reader, "get a"), QByteArray("2"));
        QVERIFY(tell(reader, "put a 3").startsWith("(error) "));
        QCOMPARE(tell(writer, "delete a"), QByteArray("(deleted)"));
        QCOMPARE(tell(writer, "merge"), QByteArray("OK"));
        QCOMPARE(tell(reader, "get a"), QByteArray("(nil)"));
        reader.closeWriteChannel();
        writer.closeWriteChannel();
        COMPARE_RUN(rustcask::test::finish(reader), 0);
        COMPARE_RUN(rustcask::test::finish(writer), 0);
    }

    void anInterruptClosesInOrder() {
        QProcess shell;
        shell.start(QStringLiteral(RUSTCASK_PROGRAM), {"shell", m_database});
        shell.write("put a 1\n");
        QVERIFY(shell.waitForReadyRead(30'000));
        ::kill(pid_t(shell.processId()), SIGINT);
        COMPARE_RUN(rustcask::test::finish(shell), 130);
        QCOMPARE(run({"get", m_database, "a"}).out, QByteArray("1"));
        COMPARE_RUN(run({"verify", m_database}), 0);
    }

private:
    std::unique_ptr<TemporaryDirectory> m_directory{};
    QString m_database{};
};

RUSTCASK_TEST_MAIN(TestCliShell)
#include "tst_cli_shell.moc"
