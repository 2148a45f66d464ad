// SPDX-License-Identifier: Apache-2.0
// A durability class is a promise about what survives. Here each engine's settings are held to it: the calls that make
// data durable are counted, and the process is killed.
#include <QProcess>

#include <rustcask/bench/engine.h>
#include <rustcask/bench/machine.h>

#include "support/check.h"
#include "support/temporary_directory.h"
#include "support/test_main.h"

using namespace rustcask;
using namespace rustcask::bench;

namespace {

constexpr int putCount = 200;

struct Outcome {
    int syncs = -1;
    bool killed = false;
    QString error;
};

Outcome runVictim(const QString& engine, const QString& durability, const QString& directory) {
    QProcess process;
    process.start(QStringLiteral(RUSTCASK_BENCH_VICTIM), {engine, durability, directory, QString::number(putCount)});
    if (!process.waitForFinished(60'000))
        return {};
    Outcome outcome;
    const QString said = QString::fromUtf8(process.readAllStandardOutput());
    if (said.startsWith(QStringLiteral("syncs ")))
        outcome.syncs = said.mid(6).trimmed().toInt();
    outcome.killed = process.exitStatus() == QProcess::CrashExit && process.exitCode() == 9;
    outcome.error = QString::fromUtf8(process.readAllStandardError());
    return outcome;
}

} // namespace

class TestBenchDurability : public QObject {
    Q_OBJECT

    EngineRegistry m_engines;

    /// Keys of the victim that are there after its death, or -1.
    [[nodiscard]] int survivors(const std::string& name, Durability durability,
                                const std::filesystem::path& directory) const {
        const auto config = m_engines.matched(name, durability);
        if (!config)
            return -1;
        const auto engine =
            m_engines.find(config->engine)->open({directory, config->options, putCount, putCount * 200});
        if (!engine)
            return -1;
        int found = 0;
        {
            const auto session = (*engine)->session();
            std::string value;
            for (int i = 0; session && i < putCount; ++i) {
                const auto there = (*session)->get("key" + std::to_string(i), value);
                found += there && *there && value == "value" + std::to_string(i);
            }
        }
        return (*engine)->close() ? found : -1;
    }

private Q_SLOTS:
    void initTestCase() {
        if (thisTool().sanitizers.find("thread") != std::string::npos)
            QSKIP("the peers' libraries are not built for the thread sanitizer");
    }

    void classesAreKept_data() {
        QTest::addColumn<QString>("engine");
        QTest::addColumn<QString>("durability");
        for (const EngineKind* kind : m_engines.kinds()) {
            if (!kind->stores())
                continue;
            for (const char* durability : {"D0", "D1", "D2", "D3"})
                if (kind->matched(*durabilityFromName(durability)))
                    QTest::addRow("%s %s", std::string(kind->name()).c_str(), durability)
                        << QString::fromUtf8(kind->name().data(), qsizetype(kind->name().size()))
                        << QString::fromLatin1(durability);
        }
        for (const char* preset : {"rustcask-keepopen", "rustcask-direct", "rustcask-plain"})
            for (const char* durability : {"D1", "D3"})
                QTest::addRow("%s %s", preset, durability)
                    << QString::fromLatin1(preset) << QString::fromLatin1(durability);
    }
    void classesAreKept() {
        QFETCH(QString, engine);
        QFETCH(QString, durability);
        const test::TemporaryDirectory directory;
        const QString store = directory.text() + QStringLiteral("/store");
        const Outcome outcome = runVictim(engine, durability, store);
        QVERIFY2(outcome.killed, qPrintable(outcome.error));
        const Durability promised = *durabilityFromName(durability.toStdString());
        qInfo("%d syncs for %d puts", outcome.syncs, putCount);
        if (promised == Durability::d3)
            QVERIFY2(outcome.syncs >= putCount, qPrintable(QString::number(outcome.syncs)));
        else
            QVERIFY2(outcome.syncs < putCount / 10, qPrintable(QString::number(outcome.syncs)));
        const int found = survivors(engine.toStdString(), promised, directory / "store");
        if (promised == Durability::d0)
            QVERIFY2(found < putCount, "a class that loses nothing is not D0");
        else
            QCOMPARE(found, putCount);
    }

    // What the settings say and what the process does, for the libraries' own defaults as well.
    void defaultsHaveTheClassThatTheySay_data() {
        QTest::addColumn<QString>("engine");
        for (const EngineKind* kind : m_engines.kinds())
            if (kind->stores())
                QTest::newRow(std::string(kind->name()).c_str())
                    << QString::fromUtf8(kind->name().data(), qsizetype(kind->name().size()));
    }
    void defaultsHaveTheClassThatTheySay() {
        QFETCH(QString, engine);
        const test::TemporaryDirectory directory;
        const Outcome outcome = runVictim(engine, QStringLiteral("-"), directory.text() + QStringLiteral("/store"));
        QVERIFY2(outcome.killed, qPrintable(outcome.error));
        const auto durability = m_engines.durability({engine.toStdString(), "x", {}});
        QVERIFY(durability.has_value());
        // SQLite's rollback journal syncs every commit, and still does not promise the last one.
        if (engine != QLatin1String("sqlite"))
            QCOMPARE(outcome.syncs >= putCount, durability == Durability::d3);
    }
};

RUSTCASK_TEST_MAIN(TestBenchDurability)
#include "tst_bench_durability.moc"
