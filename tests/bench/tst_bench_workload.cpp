// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <cmath>
#include <map>
#include <set>
#include <vector>

#include <rustcask/bench/random.h>
#include <rustcask/bench/workload.h>

#include "support/check.h"
#include "support/test_main.h"

using namespace rustcask;
using namespace rustcask::bench;

namespace {

const std::atomic<bool> neverStop{false};

WorkloadSpec small(std::string name) {
    WorkloadSpec spec;
    spec.name = std::move(name);
    spec.keys = 2000;
    return spec;
}

} // namespace

class TestBenchWorkload : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void permutationIsABijection() {
        for (const std::uint64_t size : {1ULL, 2ULL, 3ULL, 10ULL, 255ULL, 256ULL, 257ULL, 1000ULL}) {
            const Permutation permutation(size, 7);
            std::set<std::uint64_t> seen;
            for (std::uint64_t i = 0; i < size; ++i) {
                QVERIFY(permutation(i) < size);
                seen.insert(permutation(i));
            }
            QCOMPARE(seen.size(), std::size_t(size));
        }
        const Permutation one(1'000'000, 1), other(1'000'000, 2);
        int same = 0;
        for (std::uint64_t i = 0; i < 1000; ++i)
            same += one(i) == other(i) || one(i) == i;
        QVERIFY(same < 10);
    }

    void uniformNumbersAreUniform() {
        Random random(3);
        std::vector<int> counts(10, 0);
        for (int i = 0; i < 100'000; ++i)
            ++counts[random.below(10)];
        for (const int count : counts)
            QVERIFY(std::abs(count - 10'000) < 400); // four standard deviations
    }

    // The figures of the design: of 1 M keys the hottest takes 6.5 %, the top 1 % take 66 %. Exact values come from the
    // harmonic sums themselves.
    void zipfianFiguresAreExact() {
        constexpr std::uint64_t size = 1'000'000;
        double total = 0, topHundredth = 0;
        for (std::uint64_t rank = 1; rank <= size; ++rank) {
            total += std::pow(static_cast<double>(rank), -0.99);
            if (rank == size / 100)
                topHundredth = total;
        }
        const double hottest = 1 / total;
        topHundredth /= total;
        QVERIFY(std::abs(hottest - 0.065) < 0.0005);
        QVERIFY(std::abs(topHundredth - 0.66) < 0.01);

        const Zipfian zipfian(size);
        Random random(1);
        constexpr int draws = 400'000;
        int first = 0, second = 0, top = 0;
        for (int i = 0; i < draws; ++i) {
            const std::uint64_t rank = zipfian(random);
            QVERIFY(rank < size);
            first += rank == 0;
            second += rank == 1;
            top += rank < size / 100;
        }
        const auto deviation = [](double p) { return 4 * std::sqrt(p * (1 - p) / draws); };
        const auto share = [](int count) { return static_cast<double>(count) / draws; };
        QVERIFY(std::abs(share(first) - hottest) < deviation(hottest));
        QVERIFY(std::abs(share(second) - hottest * std::pow(2.0, -0.99)) < deviation(hottest / 2));
        QVERIFY(std::abs(share(top) - topHundredth) < deviation(topHundredth));
    }

    void zipfianReachesSmallRanges() {
        const Zipfian one(1);
        const Zipfian three(3);
        Random random(5);
        std::vector<int> counts(3, 0);
        for (int i = 0; i < 3000; ++i) {
            QCOMPARE(one(random), std::uint64_t{0});
            ++counts[three(random)];
        }
        QVERIFY(counts[0] > counts[1] && counts[1] > counts[2] && counts[2] > 300);
    }

    void sameSeedSameTrace_data() {
        QTest::addColumn<QString>("name");
        for (const WorkloadInfo& info : workloads())
            QTest::newRow(std::string(info.name).c_str())
                << QString::fromUtf8(info.name.data(), qsizetype(info.name.size()));
    }
    void sameSeedSameTrace() {
        QFETCH(QString, name);
        WorkloadSpec spec = small(name.toStdString());
        spec.threads = 2;
        RUSTCASK_VALUE(const Trace one, Trace::make(spec, neverStop));
        RUSTCASK_VALUE(const Trace two, Trace::make(spec, neverStop));
        QCOMPARE(one.sha256().size(), std::size_t{64});
        QCOMPARE(one.sha256(), two.sha256());
        std::size_t operations = 0;
        for (const OperationList& list : one.threads()) {
            operations += list.size();
            for (std::size_t i = 0; i < list.size(); ++i) {
                QCOMPARE(list.key(i).size(), std::size_t{16});
                QCOMPARE(one.value(list, i).size(), std::size_t{one.spec().valueBytes});
            }
        }
        const WorkloadInfo* info = findWorkload(name.toStdString());
        QCOMPARE(operations, info->wholeStore ? std::size_t{1} : std::size_t(one.spec().operations));
        const std::size_t loaded = info->needs == Feature::compact ? 4000 : 2000;
        QCOMPARE(one.load().size(), info->loads ? loaded : std::size_t{0});
        QCOMPARE(one.writer().size() > 0, info->writerRate != 0);

        spec.seed = 2;
        RUSTCASK_VALUE(const Trace other, Trace::make(spec, neverStop));
        QVERIFY(one.sha256() != other.sha256());
    }

    // Frozen: the trace of a specification must never change, or stored results stop being comparable.
    void goldenHash() {
        RUSTCASK_VALUE(const Trace fill, Trace::make(small("fillrandom"), neverStop));
        QCOMPARE(fill.sha256(), std::string("519066b8da624bec55ee3f8a4931e9db0fba194d0c270a0665e37e15526eef53"));
        RUSTCASK_VALUE(const Trace read, Trace::make(small("readrandom"), neverStop));
        QCOMPARE(read.sha256(), std::string("fb8044dd82f9e9643175be18d13f0c37a319c9c82c6889ea18840ab7c6f45abe"));
    }

    void fillsequentialAscends() {
        RUSTCASK_VALUE(const Trace trace, Trace::make(small("fillseq"), neverStop));
        const OperationList& list = trace.threads().front();
        QCOMPARE(list.key(0), std::string_view("0000000000000000"));
        QCOMPARE(list.key(1999), std::string_view("0000000000001999"));
        QCOMPARE(trace.liveKeysAfter(), std::uint64_t{2000});
    }

    void uniqueFillsHitEveryKeyOnce() {
        RUSTCASK_VALUE(const Trace trace, Trace::make(small("filluniquerandom"), neverStop));
        std::set<std::string> keys;
        const OperationList& list = trace.threads().front();
        for (std::size_t i = 0; i < list.size(); ++i)
            keys.insert(std::string(list.key(i)));
        QCOMPARE(keys.size(), std::size_t{2000});
        QVERIFY(*keys.begin() != std::string(list.key(0))); // not in order
    }

    void missingKeysAreOutsideTheLoad() {
        RUSTCASK_VALUE(const Trace trace, Trace::make(small("readmissing"), neverStop));
        std::set<std::string> loaded;
        for (std::size_t i = 0; i < trace.load().size(); ++i)
            loaded.insert(std::string(trace.load().key(i)));
        QCOMPARE(loaded.size(), std::size_t{2000});
        const OperationList& list = trace.threads().front();
        for (std::size_t i = 0; i < list.size(); ++i)
            QVERIFY(loaded.count(std::string(list.key(i))) == 0);
    }

    void oneKeyAlwaysHasTheSameValue() {
        RUSTCASK_VALUE(const Trace trace, Trace::make(small("overwrite"), neverStop));
        std::map<std::string, std::string> values;
        for (const OperationList* list : {&trace.load(), &trace.threads().front()})
            for (std::size_t i = 0; i < list->size(); ++i) {
                const auto [at, added] = values.emplace(list->key(i), trace.value(*list, i));
                QVERIFY(added || at->second == trace.value(*list, i));
            }
        QCOMPARE(values.size(), std::size_t{2000});
    }

    void ycsbMixesAsItSays() {
        for (const auto& [name, reads, other] :
             {std::tuple{"ycsb-a", 0.5, OpKind::put}, std::tuple{"ycsb-b", 0.95, OpKind::put},
              std::tuple{"ycsb-c", 1.0, OpKind::put}, std::tuple{"ycsb-f", 0.5, OpKind::update}}) {
            WorkloadSpec spec = small(name);
            spec.operations = 20'000;
            RUSTCASK_VALUE(const Trace trace, Trace::make(spec, neverStop));
            const OperationList& list = trace.threads().front();
            int gets = 0;
            std::map<std::string, int> counts;
            for (std::size_t i = 0; i < list.size(); ++i) {
                QVERIFY(list.kind(i) == OpKind::get || list.kind(i) == other);
                gets += list.kind(i) == OpKind::get;
                ++counts[std::string(list.key(i))];
            }
            QVERIFY(std::abs(gets / 20'000.0 - reads) < 0.015);
            QVERIFY(counts["0000000000000000"] < 1000); // the hottest rank is scattered away from the first key
        }
    }

    void deletesLeaveTheRest() {
        RUSTCASK_VALUE(const Trace trace, Trace::make(small("deleterandom"), neverStop));
        std::set<std::string> deleted;
        for (std::size_t i = 0; i < trace.threads().front().size(); ++i)
            deleted.insert(std::string(trace.threads().front().key(i)));
        QCOMPARE(trace.liveKeysAfter(), std::uint64_t(2000 - deleted.size()));
    }

    void bytesAreThoseOfTheLargest() {
        const std::vector<WorkloadSpec> none{small("nosuch")};
        QCOMPARE(bytesOfARepetition(none), std::uint64_t(0));
        const std::vector<WorkloadSpec> few{small("fill100K"), small("nosuch")};
        QCOMPARE(bytesOfARepetition(few), std::uint64_t(2 * (16 + 100'000))); // a thousandth of the keys
        const std::vector<WorkloadSpec> more{small("fillrandom"), small("overwrite"), small("readrandom")};
        QCOMPARE(bytesOfARepetition(more), std::uint64_t(4000 * 116));
    }

    void nonsenseIsRefused() {
        WorkloadSpec spec = small("fillrandom");
        RUSTCASK_FAILS(small("nosuch").resolved(), ErrorCode::invalidArgument);
        RUSTCASK_FAILS(small("ycsb-e").resolved(), ErrorCode::invalidArgument);
        spec.keyBytes = 3;
        RUSTCASK_FAILS(spec.resolved(), ErrorCode::invalidArgument);
        spec = small("fillrandom");
        spec.keys = 0;
        RUSTCASK_FAILS(spec.resolved(), ErrorCode::invalidArgument);
        spec = small("fillrandom");
        spec.threads = 0;
        RUSTCASK_FAILS(spec.resolved(), ErrorCode::invalidArgument);
        const std::atomic<bool> stopped{true};
        RUSTCASK_FAILS(Trace::make(small("fillrandom"), stopped), ErrorCode::cancelled);
    }

    void workloadsFillInTheirOwnFigures() {
        RUSTCASK_VALUE(const WorkloadSpec large, small("fill100K").resolved());
        QCOMPARE(large.valueBytes, 100'000U);
        QCOMPARE(large.operations, std::uint64_t{2});
        RUSTCASK_VALUE(const WorkloadSpec sync, small("fillsync").resolved());
        QCOMPARE(sync.operations, std::uint64_t{20});
    }
};

RUSTCASK_TEST_MAIN(TestBenchWorkload)
#include "tst_bench_workload.moc"
