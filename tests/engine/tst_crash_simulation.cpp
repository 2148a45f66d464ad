// SPDX-License-Identifier: Apache-2.0
// Power cuts at every system call of generated workloads, in every legal order of what was not made durable. See
// crash_workload.h for the oracle and io/crash_states.h for the rules of the disk.
//
//     QTEST_FUNCTION_TIMEOUT=36000000 RUSTCASK_CRASH_STATES=5000000 build/release/tests/tst_crash_simulation
//                                                                                 a long run; Qt's limit is 5 minutes
//     RUSTCASK_TEST_SEED=n …                                                      other workloads
//     RUSTCASK_CRASH_WORKLOAD=n …                                                 one workload, as a failure names it
//     RUSTCASK_CRASH_FIRST=n …                                                    from this one on: for several
//     processes
#include <QTest>

#include "engine/crash_workload.h"
#include "support/check.h"
#include "support/test_main.h"

using namespace rustcask;
using namespace rustcask::test;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t defaultStates = 6'000; // each takes ten times as long
#else
constexpr std::uint64_t defaultStates = 100'000;
#endif
constexpr std::uint64_t statesPerWorkload = 20'000;

[[nodiscard]] std::uint64_t fromEnvironment(const char* name, std::uint64_t otherwise) {
    bool given = false;
    const auto value = qEnvironmentVariable(name).toULongLong(&given);
    return given ? value : otherwise;
}

} // namespace

class TestCrashSimulation : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyStateIsAsPromised() {
        const std::uint64_t wanted = fromEnvironment("RUSTCASK_CRASH_STATES", defaultStates);
        const SeededRandom announced;
        const std::uint64_t only = fromEnvironment("RUSTCASK_CRASH_WORKLOAD", 0);
        CrashTally tally;
        for (std::uint64_t number = fromEnvironment("RUSTCASK_CRASH_FIRST", 1); tally.states < wanted; ++number) {
            CrashWorkload workload(only != 0 ? only : number, tally);
            workload.run(std::min(statesPerWorkload, wanted - tally.states));
            QVERIFY2(workload.failure().empty(), workload.failure().c_str());
            if (only != 0)
                break;
        }
        qInfo("%llu crash states (%llu of them in the middle of a recovery, %llu used on, %llu verified) of %llu calls "
              "in %llu lives "
              "of %llu workloads; %llu more were repetitions",
              static_cast<unsigned long long>(tally.states), static_cast<unsigned long long>(tally.recoveries),
              static_cast<unsigned long long>(tally.usedOn), static_cast<unsigned long long>(tally.verified),
              static_cast<unsigned long long>(tally.calls), static_cast<unsigned long long>(tally.lives),
              static_cast<unsigned long long>(tally.workloads), static_cast<unsigned long long>(tally.repeated));
    }
};

RUSTCASK_TEST_MAIN(TestCrashSimulation)
#include "tst_crash_simulation.moc"
