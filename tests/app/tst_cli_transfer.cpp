// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "app/program.h"
#include "support/seeded_random.h"
#include "support/temporary_directory.h"
#include "support/test_main.h"

using rustcask::test::fingerprint;
using rustcask::test::Run;
using rustcask::test::run;
using rustcask::test::runInShell;
using rustcask::test::SeededRandom;
using rustcask::test::TemporaryDirectory;

namespace {

constexpr int done = 0;
constexpr int usage = 2;

QByteArray bytes(SeededRandom& random, std::size_t count) {
    return QByteArray::fromStdString(random.bytes(count));
}

void writeFile(const QString& path, const QByteArray& contents) {
    QVERIFY(QDir().mkpath(QFileInfo(path).path()));
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(contents) == contents.size());
}

QByteArray contentsOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("cannot open");
}

/// Relative path and contents of every file below `folder`.
QMap<QString, QByteArray> tree(const QString& folder) {
    QMap<QString, QByteArray> files;
    QDirIterator entries(folder, QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
    while (entries.hasNext()) {
        const QString path = entries.next();
        files[path.mid(folder.size() + 1)] = contentsOf(path);
    }
    return files;
}

} // namespace

class TestCliTransfer : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() {
        m_directory = std::make_unique<TemporaryDirectory>();
        m_database = path("db");
    }

    void hexTsvIsExact() {
        SeededRandom random;
        QByteArray lines;
        QMap<QByteArray, QByteArray> records; // QByteArray compares as bytes
        for (int i = 0; i < 400; ++i)
            records[bytes(random, random.between(1, 12))] = bytes(random, random.below(80));
        for (auto record = records.begin(); record != records.end(); ++record)
            lines += record.key().toHex() + '\t' + record.value().toHex() + '\n';
        COMPARE_RUN(run({"import", m_database, "-", "--format", "tsv", "--encoding", "hex"}, lines), done);
        const Run exported = run({"export", m_database, "--format", "tsv", "--encoding", "hex"});
        COMPARE_RUN(exported, done);
        QVERIFY(exported.err.isEmpty());
        QVERIFY(exported.out == lines);
    }

    void everyFormatBringsBackEveryByte_data() {
        QTest::addColumn<QStringList>("options");
        for (const char* format : {"jsonl", "csv", "tsv"}) {
            for (const char* encoding : {"text", "hex", "base64"})
                QTest::addRow("%s %s", format, encoding)
                    << QStringList{"--format", QLatin1String(format), "--encoding", QLatin1String(encoding)};
        }
        QTest::newRow("resp") << QStringList{"--format", "resp"};
        QTest::newRow("csv with heading") << QStringList{"--format", "csv", "--header"};
    }
    void everyFormatBringsBackEveryByte() {
        QFETCH(QStringList, options);
        SeededRandom random;
        QByteArray lines;
        for (int i = 0; i < 200; ++i)
            lines +=
                bytes(random, random.between(1, 9)).toHex() + '\t' + bytes(random, random.below(60)).toHex() + '\n';
        const QStringList hex{"--format", "tsv", "--encoding", "hex"};
        COMPARE_RUN(run(QStringList{"import", m_database, "-"} + hex, lines), done);
        COMPARE_RUN(run(QStringList{"export", m_database, path("file")} + options), done);
        COMPARE_RUN(run(QStringList{"import", path("other"), path("file")} + options), done);
        const QByteArray first = run(QStringList{"export", m_database} + hex).out;
        QVERIFY(!first.isEmpty());
        QVERIFY(run(QStringList{"export", path("other")} + hex).out == first);
    }

    void theNameTellsTheFormat() {
        COMPARE_RUN(run({"put", m_database, "a", "=1"}), done);
        COMPARE_RUN(run({"export", m_database, path("x.csv")}), done);
        QCOMPARE(contentsOf(path("x.csv")), QByteArray("a,\\x3d1\r\n"));
        COMPARE_RUN(run({"export", m_database, path("x.jsonl")}), done);
        QCOMPARE(contentsOf(path("x.jsonl")), QByteArray("{\"key\":\"a\",\"value\":\"=1\"}\n"));
        COMPARE_RUN(run({"import", path("b"), path("x.csv")}), done);
        QCOMPARE(run({"get", path("b"), "a"}).out, QByteArray("=1"));
        writeFile(path("odd.name"), "a prose\n");
        COMPARE_RUN(run({"import", path("c"), path("odd.name")}), usage);
        COMPARE_RUN(run({"import", path("c"), "-"}, "a\t1\n"), usage);
        QVERIFY(!QFileInfo::exists(path("c")));
    }

    void anExportedFileIsWholeAndReplacesNothingUnasked() {
        COMPARE_RUN(run({"generate", m_database, "--keys", "100"}), done);
        writeFile(path("out.tsv"), "precious");
        COMPARE_RUN(run({"export", m_database, path("out.tsv")}), usage);
        QCOMPARE(contentsOf(path("out.tsv")), QByteArray("precious"));
        COMPARE_RUN(run({"export", m_database, path("out.tsv"), "--force", "--prefix", "000000000000001"}), done);
        QCOMPARE(contentsOf(path("out.tsv")).count('\n'), 10);
        COMPARE_RUN(run({"export", m_database, "/dev/null", "--format", "csv"}), done);
        COMPARE_RUN(run({"export", m_database, m_database + QStringLiteral("/x.csv")}), usage);
        QCOMPARE(QDir(m_directory->text()).entryList(QDir::Files), QStringList{"out.tsv"}); // nothing left beside it
    }

    void malformedInputNamesItsLine() {
        const Run refused = run({"import", m_database, "-", "--format", "tsv"}, "a\t1\nb\t2\nbroken\nc\t3\n");
        COMPARE_RUN(refused, usage);
        QVERIFY2(refused.err.contains("line 3"), refused.err);
        QVERIFY2(refused.err.contains("2 records"), refused.err);
        QCOMPARE(run({"list", m_database}).out, QByteArray("a\nb\n"));
        COMPARE_RUN(run({"import", path("new"), path("missing.csv")}), 3);
        QVERIFY(!QFileInfo::exists(path("new")));
        COMPARE_RUN(run({"import", m_database, "-", "--format", "jsonl", "--header"}, ""), usage);
        COMPARE_RUN(run({"export", m_database, path("t"), "--format", "folder", "--encoding", "hex"}), usage);
    }

    void aTreeGoesInAndComesOut() {
        SeededRandom random;
        const QString source = path("source");
        for (int i = 0; i < 300; ++i) {
            const QString file = QStringLiteral("%1/d%2/%3 name %4").arg(source).arg(i % 7).arg(i % 3).arg(i);
            writeFile(file, bytes(random, random.below(3000)));
        }
        writeFile(source + QStringLiteral("/d1/.hidden"), "");
        writeFile(source + QStringLiteral("/\u00fcml\u00e4ut/100%"), "x");
        QVERIFY(QFile::link(QStringLiteral("/etc/hostname"), source + QStringLiteral("/link")));
        const Run imported = run({"import", m_database, source, "--format", "folder", "--data-file-size", "64KiB"});
        COMPARE_RUN(imported, done);
        QVERIFY2(imported.err.contains("symbolic link"), imported.err);
        QVERIFY(imported.out.startsWith("302 records"));
        QVERIFY(QDir(m_database).entryList({QStringLiteral("*.rustcask.data")}).size() > 3);
        QVERIFY(QFile::remove(source + QStringLiteral("/link")));

        COMPARE_RUN(run({"put", m_database, "d1/edited", "edited"}), done);
        COMPARE_RUN(run({"delete", m_database, "d1/.hidden"}), done);
        COMPARE_RUN(run({"export", m_database, path("tree"), "--format", "folder"}), done);
        QMap<QString, QByteArray> expected = tree(source);
        expected["d1/edited"] = "edited";
        expected.remove("d1/.hidden");
        QVERIFY(tree(path("tree")) == expected);

        COMPARE_RUN(run({"export", m_database, path("tree"), "--format", "folder"}), usage); // not empty
        writeFile(path("tree/d1/edited"), "changed");
        COMPARE_RUN(run({"export", m_database, path("tree"), "--format", "folder", "--force"}), done);
        QVERIFY(tree(path("tree")) == expected);
    }

    void hostileKeysNeverLeaveTheTarget() {
        QByteArray lines;
        for (const QByteArray& key :
             {QByteArray("/etc/evil"), QByteArray("../evil"), QByteArray("a/../../evil"), QByteArray("a"),
              QByteArray("a/b"), QByteArray("n\0l", 3), QByteArray(400, 'x'), QByteArray("good/key")})
            lines += key.toHex() + '\t' + key.left(10).toHex() + '\n';
        const QStringList hex{"--format", "tsv", "--encoding", "hex"};
        COMPARE_RUN(run(QStringList{"import", m_database, "-"} + hex, lines), done);
        const QString target = path("deep/target");
        QVERIFY(QDir().mkpath(path("deep")));
        const Run exported = run({"export", m_database, target, "--format", "folder"});
        COMPARE_RUN(exported, done);
        QCOMPARE(exported.err.count("no safe file name"), 6);
        QVERIFY2(exported.err.contains("'../evil'"), exported.err);
        QCOMPARE(QDir(path("deep")).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot),
                 QStringList{"target"});
        QCOMPARE(contentsOf(target + QStringLiteral("/good/key")), QByteArray("good/key"));
        QCOMPARE(contentsOf(target + QStringLiteral("/a")), QByteArray("a"));
        COMPARE_RUN(run({"import", path("back"), target}), done);
        QVERIFY(run(QStringList{"export", path("back")} + hex).out == run(QStringList{"export", m_database} + hex).out);
    }

    void theDatabaseInsideTheSourceIsRefused() {
        writeFile(path("source/file"), "x");
        COMPARE_RUN(run({"import", path("source/db"), path("source"), "--format", "folder"}), usage);
        QVERIFY(!QFileInfo::exists(path("source/db")));
    }

    void conflictsAndMalformedRecordsAreTallied() {
        COMPARE_RUN(run({"put", m_database, "b", "old"}), done);
        const QStringList tsv{"import", m_database, "-", "--format", "tsv"};
        const Run kept = run(tsv + QStringList{"--conflicts", "keep"}, "a\t1\nb\t2\n");
        COMPARE_RUN(kept, done);
        QVERIFY2(kept.out.contains("1 records") && kept.out.contains("1 left out because their key has"), kept.out);
        QCOMPARE(run({"get", m_database, "b"}).out, QByteArray("old"));
        const Run failed = run(tsv + QStringList{"--conflicts", "fail"}, "c\t1\nb\t2\nd\t3\n");
        COMPARE_RUN(failed, usage);
        QVERIFY2(failed.err.contains("'b' has a value already") && failed.err.contains("1 records"), failed.err);
        QCOMPARE(run({"list", m_database}).out, QByteArray("a\nb\nc\n"));
        COMPARE_RUN(run(tsv + QStringList{"--conflicts", "maybe"}, ""), usage);
        const Run skipped = run(tsv + QStringList{"--skip-malformed"}, "e\t1\nbroken\nb\t2\n");
        COMPARE_RUN(skipped, done);
        QVERIFY2(skipped.err.contains("line 2") && skipped.out.contains("2 records") &&
                     skipped.out.contains("1 of them over a value") && skipped.out.contains("1 left out as malformed"),
                 skipped.out + skipped.err);
        QCOMPARE(run({"get", m_database, "b"}).out, QByteArray("2"));
    }

    void redisProtocolIsTold() {
        COMPARE_RUN(run({"put", m_database, "757365723a31", "6100620d0a", "--hex"}), done);
        COMPARE_RUN(run({"put", m_database, "other", ""}), done);
        const QByteArray command("*3\r\n$3\r\nSET\r\n$6\r\nuser:1\r\n$5\r\na\0b\r\n\r\n", 36);
        QCOMPARE(run({"export", m_database, "--format", "resp", "--prefix", "user:"}).out, command);
        QCOMPARE(run({"export", m_database, "--format", "resp", "--contains", "er:1"}).out, command);
        COMPARE_RUN(run({"export", m_database, path("all.resp")}), done);
        COMPARE_RUN(run({"export", m_database, path("dump.csv"), "--format", "resp"}), done); // contents tell
        COMPARE_RUN(run({"import", path("back"), path("dump.csv")}), done);
        QVERIFY(run({"export", path("back")}).out == run({"export", m_database}).out);
        COMPARE_RUN(run({"export", m_database, path("x"), "--format", "resp", "--encoding", "hex"}), usage);
        const Run refused = run({"import", m_database, "-", "--format", "resp"}, "*1\r\n$8\r\nFLUSHALL\r\n");
        COMPARE_RUN(refused, usage);
        QVERIFY2(refused.err.contains("FLUSHALL stores no plain value"), refused.err);
    }

    void onePipeFillsAnother() {
        COMPARE_RUN(run({"generate", m_database, "--keys", "2000"}), done);
        COMPARE_RUN(runInShell(QStringLiteral("\"$0\" export \"$1\" | \"$0\" import \"$2\" - --format jsonl"),
                               {m_database, path("copy")}),
                    done);
        QVERIFY(run({"export", path("copy")}).out == run({"export", m_database}).out);
    }

private:
    QString path(const char* name) const { return m_directory->text() + QLatin1Char('/') + QLatin1String(name); }

    std::unique_ptr<TemporaryDirectory> m_directory{};
    QString m_database{};
};

RUSTCASK_TEST_MAIN(TestCliTransfer)
#include "tst_cli_transfer.moc"
