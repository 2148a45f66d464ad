// SPDX-License-Identifier: Apache-2.0
// Each rule finds what it is there for, and only that.
#include "rules.h"

#include "support/test_main.h"

using namespace rustcask::house;

using Rule = QStringList (*)(const SourceTree&);
Q_DECLARE_METATYPE(Rule)

class TestRules : public QObject {
    Q_OBJECT

private:
    /// The headers that samples include.
    static QList<SourceFile> surroundings() {
        QList<SourceFile> files;
        for (const char* path : {"engine/include/rustcask/database.h", "engine/src/format/record.h",
                                 "engine/src/log/log.h", "engine/src/database_impl.h", "engine/src/merge_plan.h",
                                 "engine/src/foreign/riak.h", "engine/bench/include/rustcask/bench/runner.h",
                                 "ui/theme/tokens.h", "app/cli/command.h", "tests/support/check.h"})
            files << SourceFile{QString::fromLatin1(path), QStringLiteral("// SPDX-License-Identifier: Apache-2.0\n")};
        return files;
    }

private Q_SLOTS:
    void findsBadSamples_data() {
        QTest::addColumn<Rule>("rule");
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("isGood");

        const auto row = [](const char* name, Rule rule, const char* path, const QString& text, bool isGood) {
            QTest::newRow(name) << rule << QString::fromLatin1(path) << text << isGood;
        };
        const auto bad = [&row](const char* name, Rule rule, const char* path, const char* text) {
            row(name, rule, path, QString::fromUtf8(text), false);
        };
        const auto good = [&row](const char* name, Rule rule, const char* path, const char* text) {
            row(name, rule, path, QString::fromUtf8(text), true);
        };

        bad("Qt in the engine", qtBelowTheWindow, "engine/src/io/a.cpp", "#include <QFile>\n");
        bad("Qt module in bench", qtBelowTheWindow, "engine/bench/a.h", "#  include <QtCore/QString>\n");
        bad("Qt in the command line", qtBelowTheWindow, "app/cli/a.cpp", "#include \"qfile.h\"\n");
        good("Qt in Studio", qtBelowTheWindow, "app/studio/a.cpp", "#include <QApplication>\n");
        good("no Qt", qtBelowTheWindow, "engine/src/a.cpp", "#include <queue>\n#include <rustcask/database.h>\n");

        bad("private header in ui", privateHeadersOutside, "ui/session/a.cpp", "#include \"format/record.h\"\n");
        bad("private header in bench", privateHeadersOutside, "engine/bench/src/a.cpp", "#include \"log/log.h\"\n");
        bad("private header by path", privateHeadersOutside, "app/cli/a.cpp",
            "#include \"../../engine/src/log/log.h\"\n");
        bad("private header in other tests", privateHeadersOutside, "tests/ui/a.cpp", "#include <format/record.h>\n");
        good("private header in the micro-benchmarks", privateHeadersOutside, "tests/micro/a.cpp",
             "#include \"format/record.h\"\n");
        good("private header in the engine's tests", privateHeadersOutside, "tests/engine/a.cpp",
             "#include \"format/record.h\"\n");
        good("public header", privateHeadersOutside, "ui/a.cpp", "#include <rustcask/database.h>\n");

        bad("ui in bench", roomsTheWrongWay, "engine/bench/src/a.cpp", "#include \"theme/tokens.h\"\n");
        bad("bench in engine", roomsTheWrongWay, "engine/src/a.cpp", "#include <rustcask/bench/runner.h>\n");
        bad("app in ui", roomsTheWrongWay, "ui/a.cpp", "#include \"cli/command.h\"\n");
        bad("ui in the command line", roomsTheWrongWay, "app/cli/a.cpp", "#include \"theme/tokens.h\"\n");
        bad("tests in ui", roomsTheWrongWay, "ui/a.cpp", "#include \"support/check.h\"\n");
        good("bench in ui", roomsTheWrongWay, "ui/a.cpp", "#include <rustcask/bench/runner.h>\n");
        good("own header", roomsTheWrongWay, "app/cli/a.cpp", "#include \"command.h\"\n#include <vector>\n");

        bad("log in format", engineLayersTheWrongWay, "engine/src/format/a.h", "#include \"log/log.h\"\n");
        bad("merge in database", engineLayersTheWrongWay, "engine/src/database.cpp", "#include \"merge_plan.h\"\n");
        bad("database in recovery", engineLayersTheWrongWay, "engine/src/recovery/a.cpp",
            "#include \"database_impl.h\"\n");
        bad("private in public", engineLayersTheWrongWay, "engine/include/rustcask/a.h",
            "#include \"../../src/log/log.h\"\n");
        good("database in merge", engineLayersTheWrongWay, "engine/src/merge.cpp", "#include \"database_impl.h\"\n");
        bad("merge in another part of database", engineLayersTheWrongWay, "engine/src/refresh.cpp",
            "#include \"merge_plan.h\"\n");
        good("part of database", engineLayersTheWrongWay, "engine/src/refresh.cpp", "#include \"database_impl.h\"\n");
        good("siblings", engineLayersTheWrongWay, "engine/src/verify.cpp", "#include \"foreign/riak.h\"\n");
        good("format in log", engineLayersTheWrongWay, "engine/src/log/a.cpp", "#include \"format/record.h\"\n");

        bad("charts module", chartsElsewhere, "ui/pages/storage/a.cpp", "#include <QtCharts/QChartView>\n");
        bad("chart class", chartsElsewhere, "ui/widgets/a.h", "#include <QLineSeries>\n");
        good("charts at home", chartsElsewhere, "ui/charts/a.cpp", "#include <QChart>\n");
        good("no chart", chartsElsewhere, "ui/widgets/a.cpp", "#include <QWidget>\n");

        bad("no licence", wrongLicence, "engine/src/a.cpp", "#include <vector>\n");
        bad("GPL in the engine", wrongLicence, "engine/a.h", "// SPDX-License-Identifier: GPL-3.0-or-later\n");
        bad("Apache in ui", wrongLicence, "ui/CMakeLists.txt", "# SPDX-License-Identifier: Apache-2.0\n");
        good("licence of a script", wrongLicence, "packaging/a.sh",
             "#!/bin/bash\n# SPDX-License-Identifier: Apache-2.0\n");
        good("licence of ui", wrongLicence, "tests/ui/a.cpp", "// SPDX-License-Identifier: GPL-3.0-or-later\n");

        row("601 lines", longFiles, "ui/a.cpp", QString(601, QLatin1Char('\n')), false);
        row("600 lines", longFiles, "ui/a.cpp", QString(600, QLatin1Char('\n')), true);

        bad("process events", blockedEventLoops, "ui/a.cpp", "    QCoreApplication::processEvents();\n");
        bad("nested loop", blockedEventLoops, "ui/a.cpp", "QEventLoop loop;\n");
        bad("dialog", blockedEventLoops, "ui/a.cpp", "dialog.exec();\n");
        bad("future", blockedEventLoops, "ui/a.cpp", "future.waitForFinished();\n");
        good("said, not done", blockedEventLoops, "ui/a.cpp",
             "// never processEvents\nq(\"QEventLoop\"); /* x\n.exec() */\n");
        good("not in ui", blockedEventLoops, "app/studio/main.cpp", "return application.exec();\n");

        bad("left for later", unfinishedBusiness, "engine/src/a.cpp",
            "// TO"
            "DO: the rest\n");
        good("nothing left", unfinishedBusiness, "engine/src/a.cpp", "// method of the toddler\n");
    }
    void findsBadSamples() {
        QFETCH(Rule, rule);
        QFETCH(QString, path);
        QFETCH(QString, text);
        QFETCH(bool, isGood);
        QStringList findings = rule(SourceTree(surroundings() << SourceFile{path, text}));
        findings = findings.filter(path);
        QVERIFY2(findings.isEmpty() == isGood, qPrintable(findings.join(QLatin1Char('\n'))));
        if (!isGood)
            QVERIFY2(findings.first().startsWith(path + QLatin1Char(':')), qPrintable(findings.first()));
    }

    void findsUnregisteredTests() {
        const SourceTree tree({{QStringLiteral("tests/engine/tst_hint.cpp"), {}},
                               {QStringLiteral("tests/engine/tst_hints.cpp"), {}},
                               {QStringLiteral("tests/engine/helper.cpp"), {}},
                               {QStringLiteral("tests/ui/keys/tst_keys.cpp"), {}}});
        const QStringList registered{QStringLiteral("tests/engine/tst_hint.cpp"), QStringLiteral("tests/ui/")};
        const QStringList findings = unregisteredTests(tree, registered);
        QCOMPARE(findings.size(), 1);
        QVERIFY(findings[0].startsWith(QLatin1String("tests/engine/tst_hints.cpp:")));
    }

    void findsBrokenLinks() {
        const SourceFile file{
            QStringLiteral("engine/doc/a.md"),
            QStringLiteral("[a](b.md) ![p](../src/c.png)\n[d](gone.md#part) [e](#part) [f](https://g)")};
        const QStringList findings = brokenLinks(file, [](const QString& path) {
            return path == QLatin1String("engine/doc/b.md") || path == QLatin1String("engine/src/c.png");
        });
        QCOMPARE(findings, QStringList(QStringLiteral("engine/doc/a.md:2: a link leads nowhere: gone.md")));
    }
};

RUSTCASK_TEST_MAIN(TestRules)
#include "tst_rules.moc"
