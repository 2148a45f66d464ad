// SPDX-License-Identifier: Apache-2.0
// One behavioural suite for every engine that this build can measure, ours included: an adapter that returned early or
// kept nothing would win every benchmark.
#include <map>
#include <set>

#include <rustcask/bench/child.h>
#include <rustcask/bench/machine.h>
#include <rustcask/bench/runner.h>

#include "support/check.h"
#include "support/temporary_directory.h"
#include "support/test_main.h"

using namespace rustcask;
using namespace rustcask::bench;

class TestBenchPeers : public QObject {
    Q_OBJECT

    EngineRegistry m_engines;
    std::atomic<bool> m_neverStop{false};

    void eachEngine() const {
        QTest::addColumn<QString>("name");
        for (const EngineKind* kind : m_engines.kinds())
            if (kind->stores())
                QTest::newRow(std::string(kind->name()).c_str())
                    << QString::fromUtf8(kind->name().data(), qsizetype(kind->name().size()));
    }

private Q_SLOTS:
    void initTestCase() {
        // The peers' libraries are not instrumented: what they synchronise by, the sanitizer does not see.
        if (thisTool().sanitizers.find("thread") != std::string::npos)
            QSKIP("the peers' libraries are not built for the thread sanitizer");
        for (const AbsentEngine& absent : m_engines.absent())
            qInfo("%s is absent: %s", absent.name.c_str(), absent.reason.c_str());
    }

    void everyPeerIsPresentOrAbsentWithAReason() {
        std::set<std::string> names;
        for (const EngineKind* kind : m_engines.kinds())
            names.insert(std::string(kind->name()));
        for (const AbsentEngine& absent : m_engines.absent()) {
            QVERIFY(!absent.reason.empty());
            QVERIFY(names.insert(absent.name).second);
            QVERIFY(m_engines.find(absent.name) == nullptr);
            RUSTCASK_FAILS(m_engines.configuration(absent.name), ErrorCode::invalidArgument);
        }
        QVERIFY((names == std::set<std::string>{"rustcask", "leveldb", "rocksdb", "lmdb", "sqlite", "tkrzw", "null"}));
    }

    void keepsWhatItIsGiven_data() { eachEngine(); }
    void keepsWhatItIsGiven() {
        QFETCH(QString, name);
        const test::TemporaryDirectory directory;
        const EngineKind* kind = m_engines.find(name.toStdString());
        RUSTCASK_VALUE(const EngineConfig config, m_engines.matched(name.toStdString(), Durability::d1));
        const OpenRequest request{directory / "store", config.options, 1000, 1'000'000};
        const std::string binary("\0\xff\n key", 7);
        const std::string large(100'000, 'v');
        {
            RUSTCASK_VALUE(const auto engine, kind->open(request));
            {
                RUSTCASK_VALUE(const auto session, engine->session());
                std::string value = "left over";
                RUSTCASK_VALUE(bool found, session->get("absent", value));
                QVERIFY(!found && value.empty());
                RUSTCASK_OK(session->put("a", "one"));
                RUSTCASK_OK(session->put("a", "two"));
                RUSTCASK_OK(session->put(binary, std::string("\0\0", 2)));
                RUSTCASK_OK(session->put("empty", ""));
                RUSTCASK_OK(session->putSync("large", large));
                RUSTCASK_VALUE(found, session->remove("absent"));
                QVERIFY(!found);
                RUSTCASK_OK(session->put("gone", "x"));
                RUSTCASK_VALUE(found, session->remove("gone"));
                QVERIFY(found);
                // Another session sees it all.
                RUSTCASK_VALUE(const auto other, engine->session());
                RUSTCASK_VALUE(found, other->get("a", value));
                QVERIFY(found && value == "two");
            }
            RUSTCASK_OK(engine->sync());
            RUSTCASK_OK(engine->settle(m_neverStop));
            if (kind->has(Feature::compact))
                RUSTCASK_OK(engine->compact());
            RUSTCASK_OK(engine->close());
        }
        RUSTCASK_VALUE(const auto engine, kind->open(request));
        const std::map<std::string, std::string> expected{
            {"a", "two"}, {binary, std::string("\0\0", 2)}, {"empty", ""}, {"large", large}};
        {
            RUSTCASK_VALUE(const auto session, engine->session());
            std::string value;
            for (const auto& [key, stored] : expected) {
                RUSTCASK_VALUE(const bool found, session->get(key, value));
                QVERIFY(found);
                QVERIFY(value == stored);
            }
            RUSTCASK_VALUE(const bool found, session->get("gone", value));
            QVERIFY(!found);
            if (kind->has(Feature::getMany)) {
                const std::vector<std::string_view> keys{"large", "gone", "a", "empty"};
                std::vector<std::string> values(4, "left over");
                RUSTCASK_VALUE(const std::size_t count, session->getMany(keys, values));
                QCOMPARE(count, std::size_t{3});
                QVERIFY(values[0] == large && values[1].empty() && values[2] == "two" && values[3].empty());
            }
        }
        std::map<std::string, std::string> scanned;
        RUSTCASK_OK(engine->scan(
            [&](std::string_view key, std::string_view value) { return scanned.emplace(key, value).second; }));
        QVERIFY(scanned == expected);
        int visits = 0;
        RUSTCASK_OK(engine->scan([&](std::string_view, std::string_view) { return ++visits < 2; }));
        QCOMPARE(visits, 2);
        RUSTCASK_OK(engine->close());
    }

    void runsTheWorkloads_data() {
        QTest::addColumn<QString>("engine");
        QTest::addColumn<QString>("workload");
        for (const EngineKind* kind : m_engines.kinds())
            for (const char* workload :
                 {"fillrandom", "overwrite", "fillsync", "readrandom", "readmissing", "readseq", "deleterandom",
                  "ycsb-f", "ycsb-d", "readwhilewriting", "getmany", "compact", "open", "open-nohint"})
                if (kind->stores())
                    QTest::addRow("%s %s", std::string(kind->name()).c_str(), workload)
                        << QString::fromUtf8(kind->name().data(), qsizetype(kind->name().size()))
                        << QString::fromLatin1(workload);
    }
    void runsTheWorkloads() {
        QFETCH(QString, engine);
        QFETCH(QString, workload);
        const test::TemporaryDirectory directory;
        RepetitionSpec spec;
        spec.workload.name = workload.toStdString();
        spec.workload.keys = 1000;
        spec.workload.threads = 2;
        spec.directory = directory / "store";
        spec.sampleEvery = std::chrono::milliseconds(5);
        RUSTCASK_VALUE(spec.config, m_engines.matched(engine.toStdString(), Durability::d1));
        if (notApplicable(m_engines, spec.config, spec.workload))
            return; // as the next test says
        const Repetition result = runRepetition(m_engines, spec, {}, m_neverStop);
        QVERIFY2(result.status == RepetitionStatus::complete, result.error.c_str());
        QVERIFY(result.operations > 0 && result.opsPerSecond > 0);
        QVERIFY(result.durability == Durability::d1);
        QVERIFY(result.diskBytes > 0);
        QVERIFY(!result.engineVersion.empty());
        if (workload == QLatin1String("readmissing"))
            QCOMPARE(result.found, std::uint64_t{0});
        if (workload == QLatin1String("readrandom"))
            QCOMPARE(result.missing, std::uint64_t{0});
        if (workload == QLatin1String("readseq"))
            QCOMPARE(result.operations, std::uint64_t{1000});
    }

    void whatAnEngineLacksIsNotApplicable() {
        Run run;
        run.rounds = 3;
        for (const char* name : {"fillrandom", "compact", "open-nohint"}) {
            run.workloads.push_back({});
            run.workloads.back().name = name;
        }
        run.configurations.push_back({"rustcask", "rustcask", {}});
        const bool lmdb = m_engines.find("lmdb") != nullptr;
        if (lmdb)
            run.configurations.push_back({"lmdb", "lmdb", {}});
        run.notApplicable = notApplicablePairs(m_engines, run);
        QCOMPARE(run.notApplicable.size(), lmdb ? std::size_t{2} : std::size_t{0});
        RunRecorder recorder(run);
        QCOMPARE(recorder.plan().size(), lmdb ? std::size_t{12} : std::size_t{9});
        QCOMPARE(run.plannedRepetitions(), std::uint64_t(recorder.plan().size()));
        for (const PlanStep& step : recorder.plan())
            QVERIFY(step.configuration == 0 || step.workload == 0);
    }

    // The profile "defaults" leaves a library as it comes; "matched" is the fairness table.
    void profilesAreNotMixed_data() { eachEngine(); }
    void profilesAreNotMixed() {
        QFETCH(QString, name);
        RUSTCASK_VALUE(const EngineConfig defaults, m_engines.configuration(name.toStdString()));
        QVERIFY(defaults.options.empty());
        for (const Durability durability : {Durability::d1, Durability::d3}) {
            RUSTCASK_VALUE(const EngineConfig matched, m_engines.matched(name.toStdString(), durability));
            QVERIFY(m_engines.durability(matched) == durability);
            // The set is loaded without a sync for each put.
            const EngineKind* kind = m_engines.find(matched.engine);
            RUSTCASK_VALUE(const OptionMap complete, kind->complete(matched.options));
            QVERIFY(kind->durability(kind->loading(complete)) == Durability::d1);
        }
        const OptionMap expected = m_engines.find(name.toStdString())->complete({}).value();
        const test::TemporaryDirectory directory;
        RUSTCASK_VALUE(const auto engine,
                       m_engines.find(name.toStdString())->open({directory / "store", {}, 1000, 100'000}));
        OptionMap effective = engine->effectiveOptions();
        if (name == QLatin1String("lmdb")) // its own map holds no benchmark's data
            effective["mapBytes"] = "0";
        if (name == QLatin1String("tkrzw")) // takes the next prime number
            effective["buckets"] = expected.at("buckets");
        QVERIFY(effective == expected);
        RUSTCASK_OK(engine->close());
    }

    void namedConfigurationsAreChosen() {
        RUSTCASK_VALUE(const EngineConfig config, m_engines.matched("rustcask-keepopen", Durability::d3));
        QCOMPARE(config.engine, std::string("rustcask"));
        QCOMPARE(config.options.at("readStrategy"), std::string("keepOpen"));
        QCOMPARE(config.options.at("sync"), std::string("everyWrite"));
        RUSTCASK_FAILS(m_engines.configuration("rustcask-nosuch"), ErrorCode::invalidArgument);
        // What is in the buffer dies with the process: no setting makes that D1.
        RUSTCASK_FAILS(m_engines.matched("rustcask-buffered", Durability::d1), ErrorCode::invalidArgument);
        RUSTCASK_OK(m_engines.matched("rustcask-buffered", Durability::d0));
        // Every read strategy and write path can be chosen by name.
        std::set<std::string> strategies, paths;
        for (const Preset& preset : m_engines.find("rustcask")->presets()) {
            RUSTCASK_VALUE(const OptionMap complete, m_engines.find("rustcask")->complete(preset.options));
            strategies.insert(complete.at("readStrategy"));
            paths.insert(complete.at("writePath"));
        }
        for (const OptionInfo& option : m_engines.find("rustcask")->options()) {
            if (option.name == "readStrategy")
                QCOMPARE(strategies.size(), option.choices.size());
            if (option.name == "writePath")
                QCOMPARE(paths.size(), option.choices.size());
        }
    }
};

RUSTCASK_TEST_MAIN(TestBenchPeers)
#include "tst_bench_peers.moc"
