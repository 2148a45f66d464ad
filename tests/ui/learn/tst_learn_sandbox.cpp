// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include <fstream>

#include "pages/learn/lesson.h"
#include "pages/learn/lesson_check.h"
#include "pages/learn/sandbox.h"
#include "support/temporary_directory.h"
#include "support/test_main.h"

using namespace rustcask;
using namespace rustcask::ui;

namespace {

using States = std::vector<std::shared_ptr<const SandboxState>>;

/// A scenario with everything in it, long enough for several files.
Scenario busyScenario() {
    Scenario scenario;
    scenario.options.maxFileBytes = 256;
    for (int i = 0; i < 60; ++i) {
        const QByteArray key = "key" + QByteArray::number(i % 7);
        switch (i % 6) {
        case 4:
            scenario.operations.append({.kind = OperationKind::remove, .key = key});
            break;
        case 5:
            scenario.operations.append({.kind = i % 12 == 5 ? OperationKind::get : OperationKind::sync, .key = key});
            break;
        default:
            scenario.operations.append(
                {.kind = OperationKind::put, .key = key, .value = QByteArray(i % 11, static_cast<char>('a' + i % 26))});
        }
        if (i == 25 || i == 50) {
            scenario.operations.append({.kind = OperationKind::reopen});
        }
        if (i == 33) {
            scenario.operations.append({.kind = OperationKind::rotate});
        }
    }
    for (Operation& operation : scenario.operations) {
        if (operation.kind == OperationKind::sync) {
            operation.key.clear();
        }
    }
    return scenario;
}

} // namespace

class TestLearnSandbox : public QObject {
    Q_OBJECT

    static States run(Sandbox& sandbox, const Scenario& scenario, qsizetype count) {
        Progress progress;
        auto states = sandbox.goTo(scenario, count, progress);
        if (!states) {
            qWarning("%s", states.error().message().c_str());
            return {};
        }
        return *states;
    }

private Q_SLOTS:
    void initTestCase() {
        QVERIFY(m_sandbox.path().string().size() > 0);
        Sandbox sandbox(m_sandbox / "busy");
        const Scenario scenario = busyScenario();
        m_states = run(sandbox, scenario, scenario.operations.size());
        QCOMPARE(m_states.size(), static_cast<std::size_t>(scenario.operations.size()) + 1);
    }

    void backAndForwardGivesTheSameState() {
        const Scenario scenario = busyScenario();
        Sandbox sandbox(m_sandbox / "travel");
        const qsizetype last = scenario.operations.size();
        for (const qsizetype to : {last, last - 1, last, last - 20, last - 3, qsizetype{0}, qsizetype{1}, last}) {
            const States states = run(sandbox, scenario, to);
            QCOMPARE(static_cast<qsizetype>(states.size()), to + 1);
            for (std::size_t i = 0; i < states.size(); ++i) {
                QCOMPARE(states[i]->directoryHash(), m_states[i]->directoryHash());
                QCOMPARE(states[i]->keydirHash(), m_states[i]->keydirHash());
            }
        }
    }

    void hashesTellStatesApart() {
        // Every put changes both; otherwise equal hashes above would say nothing.
        QSet<QByteArray> directories;
        int puts = 0;
        for (std::size_t i = 1; i < m_states.size(); ++i) {
            if (busyScenario().operations.at(static_cast<qsizetype>(i) - 1).kind == OperationKind::put) {
                ++puts;
                directories.insert(m_states[i]->directoryHash());
                QVERIFY(m_states[i]->keydirHash() != m_states[i - 1]->keydirHash());
            }
        }
        QCOMPARE(directories.size(), puts);
    }

    void anotherTimeGivesOtherBytes() {
        Scenario scenario = busyScenario();
        scenario.clockStartMs += 1;
        Sandbox sandbox(m_sandbox / "time");
        const States states = run(sandbox, scenario, 3);
        QCOMPARE(states.size(), std::size_t{4});
        QVERIFY(states[3]->directoryHash() != m_states[3]->directoryHash());
    }

    void everyByteBelongsToOneField() {
        quint64 bytes = 0;
        for (const auto& state : m_states) {
            for (const SandboxFile& file : state->files) {
                std::uint64_t at = 0;
                for (const SandboxRecord& record : file.records) {
                    QCOMPARE(record.info.offset, at);
                    for (const FieldSpan& span : record.fields) {
                        QCOMPARE(span.offset, at);
                        QVERIFY(span.valid);
                        at += span.bytes;
                    }
                    QCOMPARE(at, record.info.offset + record.info.bytes);
                }
                QCOMPARE(at, std::uint64_t{file.bytes.size()});
                bytes += at;
            }
        }
        QVERIFY(bytes > 10'000);
    }

    void keydirIsWhatAScanFinds() {
        for (const auto& state : m_states) {
            QMap<QString, QString> keydir;
            for (const KeydirRow& row : state->keydir) {
                const RecordRef ref = state->find(row.location.generation, row.location.offset);
                const SandboxRecord* record = state->record(ref);
                QVERIFY(record != nullptr);
                QCOMPARE(QByteArray::fromStdString(record->info.key), row.key);
                QCOMPARE(record->info.sequence, row.sequence);
                QCOMPARE(record->state, BlockState::live);
                keydir.insert(QString::fromLatin1(row.key.toHex()),
                              recordId(state->files[static_cast<std::size_t>(ref.file)], *record));
            }
            QMap<QString, QString> scanned = newestRecords(*state);
            scanned.removeIf([](const auto& entry) { return entry.value() == QLatin1String("none"); });
            QCOMPARE(keydir, scanned);
        }
    }

    void deadBytesAreThoseOfHatchedBlocks() {
        for (const auto& state : m_states) {
            std::uint64_t dead = 0;
            for (const SandboxFile& file : state->files) {
                for (const SandboxRecord& record : file.records) {
                    dead += record.state == BlockState::dead ? record.info.bytes : 0;
                }
            }
            QCOMPARE(state->stats.deadBytes, dead);
        }
    }

    void aChangedPastRunsAgain() {
        Scenario scenario = busyScenario();
        Sandbox sandbox(m_sandbox / "branch");
        QVERIFY(!run(sandbox, scenario, 10).empty());
        scenario.operations[4].key = "other";
        const States states = run(sandbox, scenario, 10);
        QCOMPARE(states.size(), std::size_t{11});
        QCOMPARE(states[4]->directoryHash(), m_states[4]->directoryHash());
        QCOMPARE(states[5]->outcome.kind, OperationOutcome::Kind::absent);
    }

    void timestampsAreTheScenarios() {
        const Scenario scenario = busyScenario();
        for (std::size_t i = 1; i < m_states.size(); ++i) {
            const RecordRef ref = m_states[i]->appended();
            if (const SandboxRecord* record = m_states[i]->record(ref)) {
                QCOMPARE(record->info.time, scenario.timeOf(static_cast<qsizetype>(i) - 1));
            }
        }
    }

    void leavesStrangersFilesAlone() {
        const auto directory = m_sandbox / "strange";
        std::filesystem::create_directory(directory);
        const auto stranger = directory / "thesis.txt";
        std::ofstream(stranger) << "years of work";
        Sandbox sandbox(directory);
        Progress progress;
        const auto states = sandbox.goTo(busyScenario(), 3, progress);
        QVERIFY(!states.has_value());
        QCOMPARE(states.error().code, ErrorCode::invalidArgument);
        QVERIFY(std::filesystem::exists(stranger));
        QCOMPARE(std::filesystem::file_size(stranger), std::uintmax_t{13});
    }

    void stopsWhenCancelled() {
        Sandbox sandbox(m_sandbox / "cancelled");
        Progress progress;
        progress.cancel();
        const auto states = sandbox.goTo(busyScenario(), 5, progress);
        QVERIFY(!states.has_value());
        QCOMPARE(states.error().code, ErrorCode::cancelled);
        QCOMPARE(run(sandbox, busyScenario(), 5).size(), std::size_t{6});
    }

    void aRefusedOperationIsAnOutcome() {
        Scenario scenario;
        scenario.operations.append({.kind = OperationKind::put, .key = QByteArray(70'000, 'k')});
        scenario.operations.append({.kind = OperationKind::put, .key = "k", .value = "v"});
        Sandbox sandbox(m_sandbox / "refused");
        const States states = run(sandbox, scenario, 2);
        QCOMPARE(states.size(), std::size_t{3});
        QCOMPARE(states[1]->outcome.kind, OperationOutcome::Kind::failed);
        QVERIFY(!states[1]->outcome.problem.isEmpty());
        QCOMPARE(states[2]->keydir.size(), std::size_t{1});
    }

private:
    test::TemporaryDirectory m_sandbox;
    States m_states;
};

RUSTCASK_TEST_MAIN(TestLearnSandbox)
#include "tst_learn_sandbox.moc"
