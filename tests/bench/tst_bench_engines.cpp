// SPDX-License-Identifier: Apache-2.0
#include <rustcask/bench/engine.h>
#include <rustcask/bench/machine.h>

#include "support/check.h"
#include "support/temporary_directory.h"
#include "support/test_main.h"

using namespace rustcask;
using namespace rustcask::bench;

class TestBenchEngines : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void durabilityComesFromTheSettings_data() {
        QTest::addColumn<QString>("sync");
        QTest::addColumn<QString>("interval");
        QTest::addColumn<QString>("writePath");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* sync, const char* interval, const char* writePath, const char* expected) {
            QTest::addRow("%s %s %s", sync, interval, writePath)
                << QString::fromLatin1(sync) << QString::fromLatin1(interval) << QString::fromLatin1(writePath)
                << QString::fromLatin1(expected);
        };
        row("none", "1000", "mapped", "D1");
        row("none", "1000", "direct", "D1");
        row("none", "1000", "buffered", "D0");
        row("interval", "1000", "mapped", "D2");
        row("interval", "10", "direct", "D2");
        row("interval", "1001", "mapped", "D1");
        row("interval", "1000", "buffered", "D0");
        row("everyWrite", "1000", "mapped", "D3");
        row("everyWrite", "5000", "buffered", "D3");
    }
    void durabilityComesFromTheSettings() {
        QFETCH(QString, sync);
        QFETCH(QString, interval);
        QFETCH(QString, writePath);
        QFETCH(QString, expected);
        const EngineRegistry engines;
        const EngineConfig config{"rustcask",
                                  "x",
                                  {{"sync", sync.toStdString()},
                                   {"syncIntervalMs", interval.toStdString()},
                                   {"writePath", writePath.toStdString()}}};
        const auto durability = engines.durability(config);
        QVERIFY(durability.has_value());
        QCOMPARE(std::string(durabilityName(*durability)), expected.toStdString());
        QVERIFY(durabilityFromName(expected.toStdString()) == durability);
    }

    void badSettingsAreNamed() {
        const EngineRegistry engines;
        const EngineKind* kind = engines.find("rustcask");
        QVERIFY(kind != nullptr);
        RUSTCASK_FAILS(kind->complete({{"colour", "red"}}), ErrorCode::invalidArgument);
        RUSTCASK_FAILS(kind->complete({{"sync", "sometimes"}}), ErrorCode::invalidArgument);
        RUSTCASK_FAILS(kind->complete({{"maxFileBytes", "12 MiB"}}), ErrorCode::invalidArgument);
        RUSTCASK_FAILS(kind->complete({{"maxFileBytes", "-1"}}), ErrorCode::invalidArgument);
        RUSTCASK_FAILS(kind->complete({{"writeBufferBytes", "1"}}), ErrorCode::invalidArgument);
        QVERIFY(!engines.durability({"rustcask", "x", {{"sync", "sometimes"}}}).has_value());
        QVERIFY(!engines.durability({"nosuch", "x", {}}).has_value());
        QVERIFY(engines.durability({"null", "x", {}}) == Durability::d0);
        RUSTCASK_VALUE(const OptionMap complete, kind->complete({{"readStrategy", "keepOpen"}}));
        QCOMPARE(complete.at("readStrategy"), std::string("keepOpen"));
        QCOMPARE(complete.size(), kind->options().size());
    }

    void machineIsDescribed() {
        const test::TemporaryDirectory directory;
        const Machine machine = captureMachine(directory / "not/yet/there");
        QVERIFY(machine.cores > 0);
        QVERIFY(machine.memoryBytes > 0);
        QVERIFY(machine.freeBytes > 0);
        QVERIFY(!machine.kernel.empty());
        QVERIFY(!machine.fileSystem.empty());
    }

    void warningsSayWhatIsWrong() {
        Machine machine;
        machine.cores = 4;
        machine.freeBytes = 1'000'000'000;
        Tool tool;
        tool.build = "Release";
        QVERIFY(machineWarnings(machine, tool, 1000).empty());
        tool.build = "Debug";
        tool.sanitizers = "thread";
        machine.load = 3;
        machine.freeBytes = 1500;
        machine.governor = "powersave";
        machine.fileSystem = "tmpfs";
        QCOMPARE(machineWarnings(machine, tool, 1000).size(), std::size_t{6});
    }
};

RUSTCASK_TEST_MAIN(TestBenchEngines)
#include "tst_bench_engines.moc"
