// SPDX-License-Identifier: Apache-2.0
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <csignal>

#include "app/program.h"
#include "support/temporary_directory.h"
#include "support/test_main.h"

using rustcask::test::fingerprint;
using rustcask::test::Run;
using rustcask::test::run;
using rustcask::test::runInShell;
using rustcask::test::TemporaryDirectory;

namespace {

constexpr int done = 0;
constexpr int absent = 1;
constexpr int usage = 2;
constexpr int error = 3;
constexpr int locked = 4;
constexpr int interrupted = 130;

const QStringList allCommands{"put",     "get",  "delete",   "list",   "stats",  "merge", "verify", "repair", "backup",
                              "history", "dump", "generate", "import", "export", "shell", "bench",  "help"};

QString firstDataFile(const QString& directory) {
    const QStringList files = QDir(directory).entryList({QStringLiteral("*.rustcask.data")}, QDir::Files);
    return files.isEmpty() ? QString() : directory + QLatin1Char('/') + files.first();
}

void flipByte(const QString& path, const QByteArray& needle) {
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadWrite));
    const qsizetype at = file.readAll().indexOf(needle);
    QVERIFY(at >= 0);
    file.seek(at);
    file.write(QByteArray(1, char(needle.at(0) ^ 1)));
}

QJsonObject json(const QByteArray& text) {
    return QJsonDocument::fromJson(text).object();
}

} // namespace

class TestCliCommands : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() {
        m_directory = std::make_unique<TemporaryDirectory>();
        m_database = m_directory->text() + QStringLiteral("/db");
    }

    void storesPrintsAndDeletes() {
        COMPARE_RUN(run({"put", m_database, "colour", "blue"}), done);
        Run got = run({"get", m_database, "colour"});
        COMPARE_RUN(got, done);
        QCOMPARE(got.out, QByteArray("blue")); // no line end: the bytes of the value and nothing else
        got = run({"get", m_database, "size"});
        COMPARE_RUN(got, absent);
        QCOMPARE(got.out + got.err, QByteArray());
        COMPARE_RUN(run({"put", m_database, "colour", "red"}), done);
        QCOMPARE(run({"get", m_database, "colour"}).out, QByteArray("red"));
        COMPARE_RUN(run({"delete", m_database, "colour"}), done);
        COMPARE_RUN(run({"delete", m_database, "colour"}), absent);
        COMPARE_RUN(run({"get", m_database, "colour"}), absent);
    }

    void takesBytesInEveryWay() {
        QByteArray all;
        for (int i = 0; i < 256; ++i)
            all += char(i);
        COMPARE_RUN(run({"put", m_database, "--hex", "00ff0a", QString::fromLatin1(all.toHex())}), done);
        QCOMPARE(run({"get", m_database, "--hex", "00ff0a"}).out, all.toHex() + "\n");
        QCOMPARE(run({"get", m_database, "--base64", "AP8K"}).out, all.toBase64() + "\n");
        QCOMPARE(run({"get", m_database, "-"}, QByteArray("\0\xff\n", 3)).out, all);

        COMPARE_RUN(run({"put", m_database, "piped", "-"}, all), done);
        QCOMPARE(run({"get", m_database, "piped"}).out, all);
        const QString file = m_directory->text() + QStringLiteral("/value with spaces");
        COMPARE_RUN(run({"get", m_database, "piped", "-o", file}), done);
        COMPARE_RUN(run({"get", m_database, "piped", "-o", file}), usage); // it exists
        COMPARE_RUN(run({"get", m_database, "piped", "-o", file, "--force"}), done);
        COMPARE_RUN(run({"put", m_database, "filed", "--value-file", file}), done);
        QCOMPARE(run({"get", m_database, "filed"}).out, all);
        COMPARE_RUN(run({"put", m_database, "empty", ""}), done);
        QCOMPARE(run({"get", m_database, "empty"}).out, QByteArray());
        COMPARE_RUN(run({"get", m_database, "empty"}), done);
        // A large value, beyond every buffer.
        const QByteArray large(3'000'000, 'x');
        COMPARE_RUN(run({"put", m_database, "large", "-"}, large), done);
        QVERIFY(run({"get", m_database, "large"}).out == large);
    }

    void hostileWordsAreKeys() {
        // What a command line parser might take for something else.
        const QStringList keys{"list", "put",   "[a,b]", "{}",  "%%", "a b",  "a,b", "'",    "\"q\"",
                               "$(x)", "../up", "=1+1",  "NUL", "#c", "key=", "\\n", "a\nb", "\u00fcml\u00e4ut"};
        for (const QString& key : keys)
            COMPARE_RUN(run({"put", m_database, key, "value of " + key}), done);
        for (const QString& key : keys)
            QCOMPARE(run({"get", m_database, key}).out, ("value of " + key).toUtf8());
        for (const QString key : {"--hex", "-1", "-", "++", "--", "-x"}) {
            // '-' is standard input even behind '--'.
            COMPARE_RUN(run({"put", m_database, "--", key, "v"}, "-"), done);
            COMPARE_RUN(run({"delete", m_database, "--", key}, "-"), done);
        }
        const Run listed = run({"list", m_database});
        QCOMPARE(listed.out.count('\n'), keys.size());
        for (const QString& key : keys)
            COMPARE_RUN(run({"delete", m_database, key}), done);
        QCOMPARE(run({"list", m_database}).out, QByteArray());
    }

    void listsInByteOrder() {
        for (const QString key : {"62", "6100", "61", "ff", "c3bc", "5c", "09"})
            COMPARE_RUN(run({"put", m_database, "--hex", key, "00"}), done);
        QCOMPARE(run({"list", m_database, "--hex"}).out, QByteArray("09\n5c\n61\n6100\n62\nc3bc\nff\n"));
        QCOMPARE(run({"list", m_database}).out, QByteArray("\\x09\n\\\\\na\na\\x00\nb\n\xc3\xbc\n\\xff\n"));
        QCOMPARE(run({"list", m_database, "--hex", "--prefix", "61"}).out, QByteArray("61\n6100\n"));
        QCOMPARE(run({"list", m_database, "--hex", "--limit", "2"}).out, QByteArray("09\n5c\n"));
        QCOMPARE(run({"list", m_database, "--limit", "0"}).out, QByteArray());
        const QList<QByteArray> lines = run({"list", m_database, "--json"}).out.split('\n');
        QCOMPARE(lines.size(), 8);
        QCOMPARE(json(lines[2])["key"].toString(), QStringLiteral("a"));
        QCOMPARE(json(lines[2])["valueBytes"].toInt(), 1);
        QCOMPARE(json(lines[6])["key"].toObject()["base64"].toString(), QStringLiteral("/w=="));
    }

    void wrongUsageIsSaid() {
        COMPARE_RUN(run({}), usage);
        COMPARE_RUN(run({"frobnicate"}), usage);
        COMPARE_RUN(run({"get", m_database}), usage);
        COMPARE_RUN(run({"put", m_database, "a"}), usage);
        COMPARE_RUN(run({"put", m_database, "a", "b", "--value-file", "c"}), usage);
        COMPARE_RUN(run({"put", m_database, "-", "-"}), usage);
        COMPARE_RUN(run({"put", m_database, "", "b"}), usage);
        COMPARE_RUN(run({"put", m_database, "a", "b", "--sync", "often"}), usage);
        COMPARE_RUN(run({"put", m_database, "a", "b", "--data-file-size", "lots"}), usage);
        COMPARE_RUN(run({"put", m_database, "--hex", "abc", "00"}), usage);
        COMPARE_RUN(run({"put", m_database, "--hex", "--base64", "ab", "00"}), usage);
        COMPARE_RUN(run({"get", m_database, "-zzz"}), usage);
        COMPARE_RUN(run({"put", m_database, QString(70'000, QLatin1Char('k')), "v"}), usage);
        COMPARE_RUN(run({"help", "frobnicate"}), usage);
        COMPARE_RUN(run({"export", m_database, "--format", "xml"}), usage);
        COMPARE_RUN(run({"generate", m_database, "--keys", "3", "--deletes", "4"}), usage);
        COMPARE_RUN(run({"generate", m_database, "--value-size", "tall"}), usage);
        QVERIFY(!QFileInfo::exists(m_database + QStringLiteral("/1.rustcask.data")));
        const Run run1 = run({"get", m_database});
        QVERIFY2(run1.err.startsWith("rustcask: "), run1.err);
        QVERIFY2(run1.err.contains("help get"), run1.err);
    }

    void aMissingOrForeignDirectoryIsAnError() {
        const Run missing = run({"get", m_database, "a"});
        COMPARE_RUN(missing, error);
        QVERIFY2(missing.err.contains(m_database.toUtf8()), missing.err);
        QVERIFY(!QFileInfo::exists(m_database)); // a look creates nothing
        COMPARE_RUN(run({"delete", m_database, "a"}), error);
        COMPARE_RUN(run({"merge", m_database}), error);
        QVERIFY(!QFileInfo::exists(m_database));
        QVERIFY(QDir().mkdir(m_database));
        QFile file(m_database + QStringLiteral("/letter.txt"));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("Dear Sir") > 0);
        file.close();
        const QByteArray before = fingerprint(m_database);
        for (const QString command : {"list", "stats", "export", "verify"})
            COMPARE_RUN(run({command, m_database}), error);
        COMPARE_RUN(run({"put", m_database, "a", "b"}), error);
        QCOMPARE(fingerprint(m_database), before);
    }

    void lookingChangesNothing() {
        COMPARE_RUN(run({"generate", m_database, "--keys", "300", "--overwrites", "50", "--deletes", "20",
                         "--data-file-size", "8KiB"}),
                    done);
        const QByteArray before = fingerprint(m_database);
        for (const QStringList& looking : {QStringList{"list", m_database},
                                           {"stats", m_database},
                                           {"stats", m_database, "--json"},
                                           {"get", m_database, "0000000000000007"},
                                           {"verify", m_database},
                                           {"export", m_database},
                                           {"history", m_database, "0000000000000007"},
                                           {"dump", firstDataFile(m_database)},
                                           {"merge", m_database, "--preview"}}) {
            const Run looked = run(looking);
            QVERIFY2(looked.exitCode == done || looked.exitCode == absent, looked.text().c_str());
            QVERIFY(!looked.out.isEmpty() || looked.exitCode == absent);
            QCOMPARE(fingerprint(m_database), before);
        }
    }

    void aSecondWriterIsRefusedWithThePid() {
        QProcess writer;
        writer.start(QStringLiteral(RUSTCASK_PROGRAM), {"shell", m_database});
        writer.write("put a 1\n");
        QVERIFY(writer.waitForReadyRead(30'000));
        QCOMPARE(writer.readLine(), QByteArray("OK\n"));
        const Run refused = run({"put", m_database, "a", "2"});
        COMPARE_RUN(refused, locked);
        QVERIFY2(refused.err.contains(QByteArray::number(writer.processId())), refused.err);
        QVERIFY2(refused.err.contains(m_database.toUtf8()), refused.err);
        COMPARE_RUN(run({"merge", m_database}), locked);
        const Run seen = run({"get", m_database, "a"}); // reading beside the writer is fine
        COMPARE_RUN(seen, done);
        QCOMPARE(seen.out, QByteArray("1"));
        writer.write("quit\n");
        COMPARE_RUN(rustcask::test::finish(writer), done);
        COMPARE_RUN(run({"put", m_database, "a", "2"}), done);
    }

    void tellsStatistics() {
        COMPARE_RUN(run({"generate", m_database, "--keys", "1000", "--overwrites", "300", "--deletes", "100",
                         "--max-file-bytes", "64KiB"}),
                    done);
        const QJsonObject stats = json(run({"stats", m_database, "--json"}).out);
        QCOMPARE(stats["liveKeys"].toInt(), 900);
        QCOMPARE(stats["lastSequence"].toInt(), 1400);
        const QJsonArray files = stats["files"].toArray();
        QVERIFY(files.size() > 1);
        double bytes = 0;
        int live = 0;
        for (const QJsonValue& file : files) {
            bytes += file["bytes"].toDouble();
            live += file["liveKeys"].toInt();
            QVERIFY(file["bytes"].toDouble() <= 65536);
        }
        QCOMPARE(bytes, stats["dataBytes"].toDouble());
        QCOMPARE(live, 900);
        const Run text = run({"stats", m_database});
        QVERIFY2(text.out.contains("live keys") && text.out.contains("900"), text.out);
    }

    void generatesTheSameTwice() {
        const QStringList recipe{"--keys",       "500", "--key-size", "uniform:4-30", "--value-size", "zipf:0-2KiB",
                                 "--overwrites", "100", "--deletes",  "50",           "--seed",       "9"};
        const QString other = m_directory->text() + QStringLiteral("/other");
        COMPARE_RUN(run(QStringList{"generate", m_database} + recipe), done);
        COMPARE_RUN(run(QStringList{"generate", other} + recipe + QStringList{"--data-file-size", "16KiB"}), done);
        const QByteArray first = run({"export", m_database}).out;
        QCOMPARE(first.count('\n'), 450);
        QVERIFY(run({"export", other}).out == first);
        COMPARE_RUN(run(QStringList{"generate", other} + recipe.mid(0, 10) + QStringList{"--seed", "10"}), done);
        QVERIFY(run({"export", other}).out != first);
    }

    void mergesAndForetells() {
        COMPARE_RUN(run({"generate", m_database, "--keys", "2000", "--overwrites", "2000", "--deletes", "500",
                         "--data-file-size", "64KiB"}),
                    done);
        const QByteArray before = run({"export", m_database}).out;
        const QJsonObject preview = json(run({"merge", m_database, "--preview", "--json"}).out);
        QVERIFY(preview["bytesReclaimed"].toDouble() > 0);
        COMPARE_RUN(run({"merge", m_database, "--preview"}), done);
        const Run merged = run({"merge", m_database, "--json"});
        COMPARE_RUN(merged, done);
        const QJsonObject report = json(merged.out);
        QCOMPARE(report["recordsCopied"].toInt(), 1500);
        QVERIFY(report["bytesReclaimed"].toDouble() > 0);
        QVERIFY(run({"export", m_database}).out == before);
        COMPARE_RUN(run({"verify", m_database}), done);
        const QJsonObject stats = json(run({"stats", m_database, "--json"}).out);
        QCOMPARE(stats["deadBytes"].toInt(), 0);
        COMPARE_RUN(run({"merge", m_database, "--policy"}), done);
        COMPARE_RUN(run({"merge", m_database, "--files", "1", "--policy"}), usage);
    }

    void verifyFindsDamage() {
        COMPARE_RUN(run({"put", m_database, "a", "sound value"}), done);
        COMPARE_RUN(run({"put", m_database, "b", "precious value"}), done);
        Run verified = run({"verify", m_database, "--json"});
        COMPARE_RUN(verified, done);
        QCOMPARE(json(verified.out)["clean"].toBool(), true);
        QCOMPARE(json(verified.out)["liveKeys"].toInt(), 2);
        const QStringList files = QDir(m_database).entryList({QStringLiteral("*.rustcask.data")}, QDir::Files);
        for (const QString& name : files) {
            QFile file(m_database + QLatin1Char('/') + name);
            QVERIFY(file.open(QIODevice::ReadOnly));
            if (file.readAll().contains("sound value"))
                flipByte(file.fileName(), "sound value");
        }
        verified = run({"verify", m_database, "--json"});
        COMPARE_RUN(verified, error);
        QCOMPARE(json(verified.out)["clean"].toBool(), false);
        QVERIFY(!json(verified.out)["findings"].toArray().isEmpty());
        COMPARE_RUN(run({"verify", m_database}), error);
        const Run got = run({"get", m_database, "a"});
        QVERIFY2(!got.out.contains("value"), got.out); // never a wrong value
        QCOMPARE(run({"get", m_database, "b"}).out, QByteArray("precious value"));
    }

    void tellsTheHistoryOfAKey() {
        COMPARE_RUN(run({"put", m_database, "k", "one"}), done);
        COMPARE_RUN(run({"put", m_database, "other", "x"}), done);
        COMPARE_RUN(run({"delete", m_database, "k"}), done);
        COMPARE_RUN(run({"put", m_database, "k", "three"}), done);
        const Run found = run({"history", m_database, "k", "--json"});
        COMPARE_RUN(found, done);
        const QJsonObject history = json(found.out);
        QCOMPARE(history["complete"].toBool(), true);
        const QJsonArray versions = history["versions"].toArray();
        QCOMPARE(versions.size(), 3);
        QCOMPARE(versions[0]["live"].toBool(), true);
        QCOMPARE(versions[0]["sequence"].toInt(), 4);
        QCOMPARE(versions[1]["tombstone"].toBool(), true);
        QCOMPARE(versions[2]["valueBytes"].toInt(), 3);
        QCOMPARE(run({"history", m_database, "k", "--show", "1"}).out, QByteArray("one"));
        COMPARE_RUN(run({"history", m_database, "k", "--show", "3"}), absent); // the deletion
        const Run table = run({"history", m_database, "k"});
        QCOMPARE(table.out.count('\n'), 4);
        COMPARE_RUN(run({"history", m_database, "never"}), absent);
    }

    void dumpsRecords() {
        COMPARE_RUN(run({"put", m_database, "--hex", "6b0a", "76"}), done);
        COMPARE_RUN(run({"delete", m_database, "--hex", "6b0a"}), done);
        const QStringList files = QDir(m_database).entryList({QStringLiteral("*.rustcask.data")}, QDir::Files);
        QByteArray table;
        QList<QByteArray> lines;
        for (const QString& name : files) {
            const QString file = m_database + QLatin1Char('/') + name;
            const Run dumped = run({"dump", file});
            COMPARE_RUN(dumped, done);
            table += dumped.out;
            lines += run({"dump", file, "--json", "--fields"}).out.split('\n');
        }
        QVERIFY2(table.contains("k\\x0a"), table);
        QVERIFY2(table.contains("tombstone"), table);
        int puts = 0;
        for (const QByteArray& line : lines) {
            const QJsonObject record = json(line);
            if (record["kind"].toString() != QLatin1String("put"))
                continue;
            ++puts;
            QCOMPARE(record["key"].toString(), QStringLiteral("k\n"));
            QCOMPARE(record["storedChecksum"].toDouble(), record["computedChecksum"].toDouble());
            double covered = 0;
            for (const QJsonValue& field : record["fields"].toArray())
                covered += field["bytes"].toDouble();
            QCOMPARE(covered, record["bytes"].toDouble());
        }
        QCOMPARE(puts, 1);
        COMPARE_RUN(run({"dump", m_directory->text() + QStringLiteral("/no.rustcask.data")}), error);
    }

    void whatCannotBeWrittenIsAnError() {
        if (!QFileInfo::exists(QStringLiteral("/dev/full")))
            QSKIP("there is no /dev/full");
        COMPARE_RUN(run({"put", m_database, "a", "b"}), done);
        for (const QString command : {"list", "stats", "export", "verify", "help"}) {
            const Run full = runInShell(QStringLiteral("\"$0\" \"$1\" \"$2\" >/dev/full"),
                                        {command, command == "help" ? QStringLiteral("put") : m_database});
            COMPARE_RUN(full, error);
            QVERIFY2(full.err.contains("standard output"), full.err);
        }
        COMPARE_RUN(runInShell(QStringLiteral("echo 'get a' | \"$0\" shell \"$1\" >/dev/full"), {m_database}), error);
    }

    void anInterruptEndsInOrder() {
        QProcess generating;
        generating.start(QStringLiteral(RUSTCASK_PROGRAM),
                         {"generate", m_database, "--keys", "2000000000", "--data-file-size", "4MiB"});
        QTRY_VERIFY_WITH_TIMEOUT(!firstDataFile(m_database).isEmpty(), 30'000);
        QTest::qWait(200);
        ::kill(pid_t(generating.processId()), SIGINT);
        COMPARE_RUN(rustcask::test::finish(generating), interrupted);
        COMPARE_RUN(run({"verify", m_database}), done);
        COMPARE_RUN(run({"put", m_database, "a", "b"}), done); // the lock is free
    }

    void everyCommandExplainsItself() {
        const QByteArray overview = run({"--help"}).out;
        QVERIFY(run({"--version"}).out.startsWith("rustcask "));
        QCOMPARE(run({"help"}).out, overview);
        QVERIFY(run({"frobnicate"}).err.contains("no command 'frobnicate'"));
        const QString folder = m_directory->text() + QStringLiteral("/man");
        COMPARE_RUN(run({"help", "--man-directory", folder}), done);
        for (const QString& command : allCommands) {
            QVERIFY2(overview.contains("  " + command.toUtf8() + " "), qPrintable(command));
            const Run help = run({command, "--help"});
            COMPARE_RUN(help, done);
            QVERIFY2(help.out.contains("Usage"), help.out);
            QCOMPARE(run({"help", command}).out, help.out);
            const Run page = run({"help", "--man", command});
            COMPARE_RUN(page, done);
            QVERIFY2(page.out.startsWith(".TH RUSTCASK-" + command.toUpper().toUtf8()), page.out);
            QVERIFY(page.out.contains(".SH SYNOPSIS"));
            QFile file(folder + QStringLiteral("/rustcask-") + command + QStringLiteral(".1"));
            QVERIFY2(file.open(QIODevice::ReadOnly), qPrintable(file.fileName()));
            QCOMPARE(file.readAll(), page.out);
        }
        QVERIFY(QFileInfo::exists(folder + QStringLiteral("/rustcask.1")));
        // One page a command, and none for what is no command: the overview names as many as there are pages.
        QVERIFY(QDir(folder).entryList(QDir::Files).size() > allCommands.size());
    }

    void otherBitcasksAreRefusedUntouched() {
        const QString fixtures = QStringLiteral(RUSTCASK_SOURCE_DIR "/../shared/fixtures");
        if (!QFileInfo::exists(fixtures))
            QSKIP("the directories of other Bitcasks are not here");
        for (const QString name : {"riak-plain", "rustcask-crate"}) {
            const QString directory = fixtures + QLatin1Char('/') + name;
            const QByteArray before = fingerprint(directory);
            const Run refused = run({"list", directory});
            COMPARE_RUN(refused, error);
            QVERIFY2(refused.err.contains(directory.toUtf8()), refused.err);
            COMPARE_RUN(run({"put", directory, "a", "b"}), error);
            QCOMPARE(fingerprint(directory), before);
        }
    }

private:
    std::unique_ptr<TemporaryDirectory> m_directory{};
    QString m_database{};
};

RUSTCASK_TEST_MAIN(TestCliCommands)
#include "tst_cli_commands.moc"
