// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <vector>

#include "format/data_record.h"
#include "io/file_system.h"
#include "keydir/keydir.h"
#include "log/segment_set.h"
#include "recovery/distinct_keys.h"
#include "recovery/keydir_feed.h"
#include "support/seeded_random.h"
#include "support/test_main.h"

using namespace rustcask;
using namespace rustcask::test;
using keydir::Location;

namespace {

/// A keydir and one file to load into it.
struct Loading {
    keydir::Reclaimer reclaimer{};
    keydir::Keydir keydir{reclaimer};
    log::SegmentSet segments{io::posixFileSystem(), reclaimer, ReadStrategy::keepOpen, 4};
    std::shared_ptr<log::Segment> segment = segments.create(Generation{1}, "1.rustcask.data").value();
    recovery::LoadTarget target{.segments = segments, .keydir = keydir};

    Loading() { segments.publish(segment); }
    [[nodiscard]] std::optional<Location> find(std::string_view key) const {
        const keydir::Reclaimer::Guard guard(reclaimer);
        return keydir.find(key, keydir.hash(key));
    }
};

} // namespace

class KeydirFeedTest : public QObject {
    Q_OBJECT

    struct Record {
        std::string key;
        Location location;
    };

    // Few keys and many records: most supersede another one, and every load has several of a key.
    static std::vector<Record> records(SeededRandom& random, std::uint32_t file) {
        std::vector<Record> made;
        for (std::uint64_t sequence = 1; sequence <= 60'000; ++sequence)
            made.push_back({.key = "key " + std::to_string(random.below(7'000)) +
                                   (random.chance(1) ? std::string(random.below(9'000), 'x') : std::string()),
                            .location = {.file = file,
                                         .offset = sequence * 1'000,
                                         .valueBytes = static_cast<std::uint32_t>(random.below(500)),
                                         .sequence = sequence,
                                         .tombstone = random.chance(10)}});
        return made;
    }

private Q_SLOTS:
    // To within four times the standard error; the seed is fixed. A key counts once, however often it comes, in one
    // file or in several.
    void differentKeysAreCounted() {
        SeededRandom random;
        for (const std::uint64_t count : {0U, 1U, 100U, 10'000U, 40'000U, 60'000U, 1'000'000U}) {
            recovery::DistinctKeys all;
            recovery::DistinctKeys half;
            for (std::uint64_t i = 0; i < count; ++i) {
                const std::uint64_t hash = random.next();
                all.add(hash);
                if (i % 2 == 0)
                    half.add(hash);
                all.add(hash);
            }
            const std::uint64_t estimate = all.estimate();
            QVERIFY2(std::abs(static_cast<double>(estimate) - static_cast<double>(count)) <=
                         0.033 * static_cast<double>(count) + 0.5,
                     qPrintable(QStringLiteral("%1 for %2").arg(estimate).arg(count)));
            half.add(all);
            QCOMPARE(half.estimate(), estimate);
        }
    }

    // With any number of helpers the newest record of each key counts, and the live counters are those of what is left.
    void theLastRecordOfEachKeyCounts_data() {
        QTest::addColumn<unsigned>("helpers");
        for (const unsigned helpers : {0U, 1U, 2U, 5U})
            QTest::addRow("%u helpers", helpers) << helpers;
    }
    void theLastRecordOfEachKeyCounts() {
        QFETCH(const unsigned, helpers);
        SeededRandom random;
        Loading loading;
        keydir::Keydir& keydir = loading.keydir;
        std::map<std::string, Location> newest;
        recovery::KeydirFeed feed(loading.target, *loading.segment, helpers);
        for (const Record& record : records(random, loading.segment->index)) {
            feed.add(record.key, keydir.hash(record.key), record.location);
            newest[record.key] = record.location;
        }
        feed.finish();
        std::uint64_t liveKeys = 0;
        std::uint64_t liveBytes = 0;
        for (const auto& [key, location] : newest) {
            if (location.tombstone)
                continue;
            ++liveKeys;
            liveBytes += format::recordBytes(key.size(), location.valueBytes);
        }
        QCOMPARE(keydir.size(), liveKeys);
        QVERIFY(keydir.occupancy().entries == newest.size()); // tombstones keep older records of other files out
        keydir.eraseTombstones();
        QCOMPARE(keydir.occupancy().entries, liveKeys);
        for (const auto& [key, location] : newest) {
            const auto found = loading.find(key);
            QVERIFY(location.tombstone ? !found : found == location);
        }
        const FileStats stats = loading.segment->stats();
        QCOMPARE(stats.liveKeys, liveKeys);
        QCOMPARE(stats.liveBytes, liveBytes);
    }

    // Given up in the middle, as when reading the file fails: nothing waits for ever, and what is there is right.
    void givenUpInTheMiddle() {
        SeededRandom random;
        for (const unsigned helpers : {0U, 1U, 3U}) {
            Loading loading;
            std::map<std::string, std::vector<Location>> given;
            {
                recovery::KeydirFeed feed(loading.target, *loading.segment, helpers);
                for (const Record& record : records(random, loading.segment->index)) {
                    feed.add(record.key, loading.keydir.hash(record.key), record.location);
                    given[record.key].push_back(record.location);
                }
            }
            for (const auto& [key, locations] : given) {
                if (const auto found = loading.find(key))
                    QVERIFY(std::find(locations.begin(), locations.end(), *found) != locations.end());
            }
        }
    }
};

RUSTCASK_TEST_MAIN(KeydirFeedTest)
#include "tst_keydir_feed.moc"
