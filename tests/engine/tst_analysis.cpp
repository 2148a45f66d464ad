// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>

#include <rustcask/analysis.h>
#include <rustcask/database.h>

#include "analysis_log.h"
#include "support/check.h"
#include "support/seeded_random.h"
#include "support/temporary_directory.h"
#include "support/test_main.h"

using namespace rustcask;
using namespace std::string_literals;
using namespace std::chrono_literals;

class TestAnalysis : public QObject {
    Q_OBJECT

private:
    std::shared_ptr<const Snapshot> snapshot() const { return m_database->snapshot().value(); }

    std::unique_ptr<test::TemporaryDirectory> m_directory{};
    std::unique_ptr<Database> m_database{};

private Q_SLOTS:
    void init() {
        m_directory = std::make_unique<test::TemporaryDirectory>();
        Options options;
        options.maxFileBytes = 4096;
        RUSTCASK_VALUE(m_database, Database::open(m_directory->path(), options));
    }
    void cleanup() { m_database.reset(); }

    void groupsBySeparator() {
        const std::vector<std::pair<std::string, std::size_t>> records{{"user:1:name", 10},
                                                                       {"user:1:mail", 20},
                                                                       {"user:2:name", 30},
                                                                       {"order:1", 500},
                                                                       {"plain", 7},
                                                                       {"user:", 1},
                                                                       {":", 2},
                                                                       {"user:\0:x"s, 5},
                                                                       {"users", 3}};
        for (const auto& [key, bytes] : records)
            RUSTCASK_OK(m_database->put(key, std::string(bytes, 'v')));
        Progress progress;
        const PrefixReport top = sizesByPrefix(*snapshot(), "", ":", 1000, progress);
        QVERIFY(top.complete);
        QCOMPARE(top.keysSeen, std::uint64_t(records.size()));
        QCOMPARE(top.shares.size(), std::size_t(3));
        QCOMPARE(top.shares[0].prefix, "order:"s);
        QCOMPARE(top.shares[1].prefix, "user:"s);
        QCOMPARE(top.shares[1].keys, std::uint64_t(5));
        QCOMPARE(top.shares[1].bytes, std::uint64_t(11 + 10 + 11 + 20 + 11 + 30 + 5 + 1 + 8 + 5));
        QCOMPARE(top.shares[2].prefix, ":"s);
        QCOMPARE(top.ownKeys, std::uint64_t(2)); // plain, users
        const PrefixReport user = sizesByPrefix(*snapshot(), "user:", ":", 1000, progress);
        QCOMPARE(user.keys, std::uint64_t(5));
        QCOMPARE(user.shares.size(), std::size_t(3));
        QCOMPARE(user.shares[0].prefix, "user:1:"s); // by bytes: 11+10+11+20 = 52 over 41
        QCOMPARE(user.ownKeys, std::uint64_t(1));    // "user:" itself
        const PrefixReport few = sizesByPrefix(*snapshot(), "", ":", 1, progress);
        QVERIFY(few.shares.size() == 1 && few.otherKeys > 0);
        QCOMPARE(few.shares[0].keys + few.otherKeys + few.ownKeys, few.keys);
        const PrefixReport none = sizesByPrefix(*snapshot(), "", "", 10, progress);
        QVERIFY(none.shares.empty() && none.ownKeys == records.size());
        const PrefixReport wide = sizesByPrefix(*snapshot(), "", "r:", 10, progress);
        QCOMPARE(wide.shares.size(), std::size_t(2)); // "user:", "order:"
    }

    void findsTheLargestValues() {
        for (int i = 0; i < 50; ++i)
            RUSTCASK_OK(m_database->put("k" + std::to_string(i), std::string(std::size_t(i % 10), 'v')));
        Progress progress;
        const LargestReport report = largestValues(*snapshot(), "", 7, progress);
        QVERIFY(report.complete && report.values.size() == 7);
        QCOMPARE(report.values[0].key, "k19"s); // of equals the lesser key: k19 k29 k39 k49 k9
        QCOMPARE(report.values[4].key, "k9"s);
        QCOMPARE(report.values[5].valueBytes, std::uint64_t(8));
        QCOMPARE(largestValues(*snapshot(), "k4", 100, progress).values.size(), std::size_t(11));
        QVERIFY(largestValues(*snapshot(), "", 0, progress).values.empty());
    }

    // Against a model that remembers everything.
    void countsWhatTheLogHolds() {
        test::SeededRandom random;
        std::map<std::string, std::uint64_t> appended;
        std::map<std::string, bool> live;
        for (int i = 0; i < 4000; ++i) {
            const std::string key = "key" + std::to_string(random.below(60));
            if (random.chance(15)) {
                const auto removed = m_database->remove(key);
                RUSTCASK_OK(removed);
                appended[key] += *removed ? 1 : 0;
                live[key] = false;
            } else {
                RUSTCASK_OK(m_database->put(key, random.bytes(random.below(40))));
                ++appended[key];
                live[key] = true;
            }
        }
        const auto moment = snapshot();
        // What comes later counts no more.
        for (int i = 0; i < 300; ++i)
            RUSTCASK_OK(m_database->put("key" + std::to_string(i % 60), "later"));
        Progress progress;
        RUSTCASK_VALUE(const LogReport report, analyzeLog(m_directory->path(), *moment, {.keys = 1000}, progress));
        QVERIFY(report.complete);
        QCOMPARE(report.liveRecords, std::uint64_t(moment->size()));
        std::uint64_t superseded = 0;
        std::uint64_t keys = 0;
        for (const auto& [key, count] : appended) {
            const std::uint64_t mine = count - (live[key] ? 1 : 0);
            superseded += mine;
            keys += mine > 0 ? 1 : 0;
            if (mine == 0)
                continue;
            const auto found = std::find_if(report.overwritten.begin(), report.overwritten.end(),
                                            [&](const OverwrittenKey& each) { return each.key == key; });
            QVERIFY2(found != report.overwritten.end(), key.c_str());
            QCOMPARE(found->superseded, mine);
            QCOMPARE(found->live, live[key]);
        }
        QCOMPARE(report.supersededRecords, superseded);
        QCOMPARE(report.overwrittenKeys, keys);
        QVERIFY(std::is_sorted(report.overwritten.begin(), report.overwritten.end(),
                               [](const auto& a, const auto& b) { return a.superseded > b.superseded; }));
        const auto aged = std::accumulate(report.ages.begin(), report.ages.end(), std::uint64_t(0),
                                          [](std::uint64_t sum, const AgeBucket& bucket) { return sum + bucket.keys; });
        QCOMPARE(aged, report.liveRecords);
        QCOMPARE(progress.counts().bytesDone, progress.counts().bytesTotal);

        RUSTCASK_VALUE(const LogReport few,
                       analyzeLog(m_directory->path(), *moment, {.keys = 2, .maxKeys = 5}, progress));
        QVERIFY(!few.complete && few.keysUncounted > 0 && few.overwritten.size() == 2 && few.overwrittenKeys == 5);

        // A merge takes the old versions and the live records lie elsewhere.
        Progress merging;
        RUSTCASK_OK(m_database->merge(merging));
        RUSTCASK_VALUE(const LogReport after, analyzeLog(m_directory->path(), *snapshot(), {}, progress));
        QCOMPARE(after.liveRecords, std::uint64_t(snapshot()->size()));
        QCOMPARE(after.supersededRecords, std::uint64_t(0));
        QVERIFY(after.overwritten.empty());
    }

    void cancelledItIsPartial() {
        for (int i = 0; i < 20'000; ++i)
            RUSTCASK_OK(m_database->put("k" + std::to_string(i), "v"));
        Progress progress;
        progress.cancel();
        const PrefixReport prefixes = sizesByPrefix(*snapshot(), "", ":", 10, progress);
        QVERIFY(!prefixes.complete && prefixes.keysSeen < 20'000);
        QCOMPARE(prefixes.keys, prefixes.keysSeen);
        QVERIFY(!largestValues(*snapshot(), "", 10, progress).complete);
        RUSTCASK_VALUE(const LogReport log, analyzeLog(m_directory->path(), *snapshot(), {}, progress));
        QVERIFY(!log.complete);
        RUSTCASK_FAILS(analyzeLog(m_directory->path() / "missing", *snapshot(), {}, progress), ErrorCode::notADatabase);
    }

    void agesFitWhateverTheyAre() {
        test::SeededRandom random;
        for (const std::int64_t span : {std::int64_t{0}, std::int64_t{1}, std::int64_t{90'000}, std::int64_t{1} << 40,
                                        std::numeric_limits<std::int64_t>::max()}) {
            analysis::AgeHistogram histogram;
            std::map<std::int64_t, std::uint64_t> times;
            for (int i = 0; i < 500; ++i) {
                const std::int64_t middle = span > (std::int64_t{1} << 50) ? 0 : 1'700'000'000'000;
                const auto at = std::int64_t(random.below(std::uint64_t(span) + 1)) / 2;
                const std::int64_t time = random.chance(50) ? middle + at : middle - at;
                ++times[time];
                histogram.add(Timestamp(std::chrono::milliseconds(time)), 3);
            }
            const auto buckets = histogram.take();
            QVERIFY(!buckets.empty() && buckets.size() <= LogAnalysisOptions::maxAgeBuckets);
            std::uint64_t keys = 0;
            for (std::size_t i = 0; i < buckets.size(); ++i) {
                keys += buckets[i].keys;
                QCOMPARE(buckets[i].bytes, buckets[i].keys * 3);
                if (i > 0)
                    QVERIFY(buckets[i].begin == buckets[i - 1].begin + buckets[i - 1].length);
                if (span > (std::int64_t{1} << 50)) // beyond it times are only kept from overflowing
                    continue;
                const auto begin = times.lower_bound(buckets[i].begin.time_since_epoch().count());
                const auto end = times.lower_bound((buckets[i].begin + buckets[i].length).time_since_epoch().count());
                QCOMPARE(std::accumulate(begin, end, std::uint64_t(0),
                                         [](std::uint64_t sum, const auto& each) { return sum + each.second; }),
                         buckets[i].keys);
            }
            QCOMPARE(keys, std::uint64_t(500));
        }
        QVERIFY(analysis::AgeHistogram().take().empty());
    }
};

RUSTCASK_TEST_MAIN(TestAnalysis)
#include "tst_analysis.moc"
