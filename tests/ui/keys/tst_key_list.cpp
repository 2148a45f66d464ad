// SPDX-License-Identifier: GPL-3.0-or-later
#include <limits>
#include <map>
#include <numeric>

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include "models/key_list_loader.h"
#include "models/key_selection.h"
#include "models/version_history_model.h"
#include "support/stall_watchdog.h"
#include "support/widget_test_main.h"
#include "synthetic_source.h"

using namespace rustcask;
using namespace rustcask::ui;
using rustcask::test::makeSource;
using rustcask::test::SeededRandom;
using rustcask::test::StallWatchdog;
using rustcask::test::SyntheticSource;

namespace {

QVector<QByteArray> keysOf(const KeyListModel& model) {
    QVector<QByteArray> keys;
    for (int row = 0; row < model.rowCount(); ++row) {
        keys.append(model.key(row));
    }
    return keys;
}

KeyListLoader::Provider provide(std::shared_ptr<const SyntheticSource> source) {
    return [source](Progress&) -> Result<std::shared_ptr<const KeySource>> { return source->copy(); };
}

bool isSettled(const KeyListLoader& loader) {
    return loader.state() == KeyListLoader::State::complete && !loader.isSorting() && !loader.isReloading();
}

} // namespace

class TestKeyList : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void showsHostileKeysFaithfully() {
        const std::string longKey(65'535, 'k');
        const std::vector<std::string> keys = {std::string("a\0b", 3), "a\\x00b", "\xff\xfe",
                                               "<b>bold</b>",          longKey,   longKey.substr(1) + "z"};
        std::vector<SyntheticSource::Entry> entries;
        for (const std::string& key : keys) {
            entries.push_back({key});
        }
        KeyListModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setSource(std::make_shared<const SyntheticSource>(entries));
        QSet<QString> shown;
        for (int row = 0; row < model.rowCount(); ++row) {
            const QString text = model.index(row, 0).data().toString();
            QVERIFY(text.size() < 2000);
            QVERIFY(!text.contains(QChar(0)));
            shown.insert(text);
            QCOMPARE(model.key(row), QByteArray::fromStdString(keys[static_cast<std::size_t>(row)]));
            QVERIFY(!model.index(row, 0).data(Qt::ToolTipRole).toString().contains(QStringLiteral("<b>")));
        }
        QCOMPARE(shown.size(), 6);
        QCOMPARE(model.index(3, 0).data().toString(), QStringLiteral("<b>bold</b>"));
    }

    void editsKeepTheOrder_data() {
        QTest::addColumn<int>("order");
        QTest::addColumn<bool>("descending");
        QTest::addColumn<int>("pageRows");
        for (int order = 0; order < 4; ++order) {
            QTest::addRow("%d ascending", order) << order << false << 0;
            QTest::addRow("%d descending", order) << order << true << 0;
            QTest::addRow("%d in pages", order) << order << false << 37; // many at once, by way of a reset
        }
    }
    /// Random edits against a map; the model tester watches every insert, move and removal.
    void editsKeepTheOrder() {
        QFETCH(int, order);
        QFETCH(bool, descending);
        QFETCH(int, pageRows);
        SeededRandom random;
        const auto source = makeSource(300, random);
        const KeySort sort{static_cast<KeyOrder>(order), descending};
        const KeyMatcher matcher = *KeyMatcher::compile({MatchMode::contains, QStringLiteral("e")});
        Progress progress;
        auto byKey = std::make_shared<const RowIds>(*sortByKey(*source, progress));
        PartialHits hits;
        KeyListModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        if (pageRows > 0) {
            model.setPageRows(static_cast<std::size_t>(pageRows));
        }
        QVector<KeyNote> pending;
        const auto take = [&](const KeyNote& note) {
            pending.append(note);
            if (pageRows == 0 || random.chance(10)) {
                model.note(pending);
                pending.clear();
            }
        };
        model.setSource(source);
        model.setRows(source, *arrange({model.table(), matcher, sort, nullptr, nullptr, {}}, hits, progress), sort,
                      matcher);
        model.setKeyOrder(byKey);

        std::map<std::string, KeyRecord> expected;
        for (std::size_t i = 0; i < source->size(); ++i) {
            const SnapshotEntry e = source->entry(i);
            expected[std::string(e.key)] = {e.generation, e.offset, e.valueBytes, e.sequence, std::nullopt};
        }
        for (std::uint64_t step = 0; step < 400; ++step) {
            std::string key = random.chance(30) ? "new e" + std::to_string(random.below(30))
                                                : std::string(source->entry(random.below(source->size())).key);
            if (random.chance(40)) {
                take({QByteArray::fromStdString(key), std::nullopt});
                expected.erase(key);
            } else {
                const KeyRecord record{{1 + random.below(9)},
                                       100'000 + step,
                                       static_cast<std::uint32_t>(random.below(50)),
                                       {1000 + step},
                                       Timestamp{}};
                take({QByteArray::fromStdString(key), record});
                expected[key] = record;
            }
            QCOMPARE(model.liveKeys(), pending.isEmpty() ? expected.size() : model.liveKeys());
        }
        model.note(pending);
        QCOMPARE(model.liveKeys(), expected.size());
        std::vector<SnapshotEntry> entries;
        for (const auto& [key, record] : expected) {
            if (matcher.matches(key)) {
                entries.push_back({key, record.generation, record.offset, record.valueBytes, record.sequence});
            }
        }
        std::sort(entries.begin(), entries.end(),
                  [&](const auto& a, const auto& b) { return keyPrecedes(sort, a, b); });
        QCOMPARE(model.matchingKeys(), entries.size());
        std::size_t next = 0;
        for (int place = 0; place < static_cast<int>(entries.size()); ++place) {
            int row = place;
            if (pageRows > 0) {
                model.setPage(place / pageRows);
                row = place % pageRows;
            }
            const SnapshotEntry& wanted = entries[next++];
            const SnapshotEntry shown = model.entry(row);
            QVERIFY(shown.key == wanted.key);
            QCOMPARE(shown.sequence.value, wanted.sequence.value);
            QCOMPARE(shown.valueBytes, wanted.valueBytes);
            QCOMPARE(model.rowOf(model.key(row)), row);
        }
    }

    void loadsSortsAndFilters() {
        SeededRandom random;
        const auto source = makeSource(5000, random);
        TaskRunner runner;
        KeyListModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        KeyListLoader loader(&model);
        QSignalSpy first(&loader, &KeyListLoader::firstRows);
        QSignalSpy all(&loader, &KeyListLoader::allRows);
        loader.start(&runner, provide(source));
        QTRY_VERIFY(isSettled(loader));
        QCOMPARE(first.size(), 1);
        QCOMPARE(all.size(), 1);
        QVector<QByteArray> keys = keysOf(model);
        QCOMPARE(keys.size(), 5000);
        QVERIFY(std::is_sorted(keys.begin(), keys.end(), [](const QByteArray& a, const QByteArray& b) {
            return a.toStdString() < b.toStdString();
        }));

        loader.setFilter({MatchMode::contains, QStringLiteral("o")});
        loader.setFilter({MatchMode::contains, QStringLiteral("order:a")}); // supersedes the one before
        QCOMPARE(loader.state(), KeyListLoader::State::partial);
        QTRY_VERIFY(isSettled(loader));
        const auto matches = std::count_if(keys.begin(), keys.end(),
                                           [](const QByteArray& key) { return key.toLower().contains("order:a"); });
        QVERIFY(matches > 0);
        QCOMPARE(static_cast<qsizetype>(model.rowCount()), static_cast<qsizetype>(matches));
        QCOMPARE(model.liveKeys(), std::size_t{5000});

        loader.setFilter({MatchMode::regex, QStringLiteral("(")});
        QVERIFY(!loader.patternProblem().isEmpty());
        QCOMPARE(static_cast<qsizetype>(model.rowCount()), static_cast<qsizetype>(matches));
        loader.setFilter({});
        loader.setSort({KeyOrder::valueSize, true});
        QTRY_VERIFY(isSettled(loader));
        QTRY_VERIFY(model.entry(0).valueBytes >= model.entry(4999).valueBytes && model.entry(0).valueBytes == 49);
    }

    void editsDuringAReloadAreKept() {
        SeededRandom random;
        const auto source = makeSource(3000, random);
        TaskRunner runner;
        KeyListModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        KeyListLoader loader(&model);
        loader.start(&runner, provide(source));
        QTRY_VERIFY(isSettled(loader));
        loader.reload();
        loader.note({{"\xff new", KeyRecord{{7}, 1, 5, {90'000}, Timestamp{}}}, {model.key(0), std::nullopt}});
        QTRY_VERIFY(isSettled(loader));
        QCOMPARE(model.rowCount(), 3000);
        QVERIFY(model.rowOf("\xff new") >= 0);
        loader.setFilter({MatchMode::contains, QStringLiteral("new")});
        loader.note({{"a new one", KeyRecord{{7}, 2, 5, {90'001}, Timestamp{}}}});
        QTRY_VERIFY(isSettled(loader));
        QVERIFY(model.rowOf("a new one") >= 0);
        QVERIFY(model.rowOf("\xff new") > model.rowOf("a new one"));
    }

    void readsTimesOnlyForRowsInView() {
        SeededRandom random;
        TaskRunner runner;
        KeyListModel model;
        KeyListLoader loader(&model);
        loader.start(&runner, provide(makeSource(1000, random)));
        QTRY_VERIFY(isSettled(loader));
        QVERIFY(model.index(10, KeyListModel::writtenColumn).data().toString().isEmpty());
        loader.wantTimes(10, 20);
        QTRY_VERIFY(!model.index(10, KeyListModel::writtenColumn).data().toString().isEmpty());
        QTRY_VERIFY(!model.index(20, KeyListModel::writtenColumn).data().toString().isEmpty());
        QVERIFY(model.index(500, KeyListModel::writtenColumn).data().toString().isEmpty());
    }

    void stopsAtAnyMoment() {
        SeededRandom random;
        const auto source = makeSource(100'000, random);
        TaskRunner runner;
        KeyListModel model;
        KeyListLoader loader(&model);
        for (int i = 0; i < 5; ++i) {
            loader.start(&runner, provide(source));
            QTest::qWait(i * 7);
            loader.setFilter({MatchMode::contains, QString::number(i)});
            loader.stop();
            QCOMPARE(model.rowCount(), 0);
        }
        QCOMPARE(loader.state(), KeyListLoader::State::empty);
    }

    /// Of a list longer than a view can show, one page at a time, and every key can be reached.
    void showsPages() {
        SeededRandom random;
        TaskRunner runner;
        KeyListModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setPageRows(100);
        KeyListLoader loader(&model);
        loader.start(&runner, provide(makeSource(250, random)));
        QTRY_VERIFY(isSettled(loader));
        QCOMPARE(model.pageCount(), 3);
        QCOMPARE(model.rowCount(), 100);
        QVector<QByteArray> keys;
        for (int page = 0; page < 3; ++page) {
            model.setPage(page);
            QCOMPARE(model.page(), page);
            QCOMPARE(model.firstOfPage(), static_cast<std::size_t>(page) * 100);
            keys += keysOf(model);
        }
        QCOMPARE(model.rowCount(), 50);
        QCOMPARE(keys.size(), 250);
        QCOMPARE(QSet<QByteArray>(keys.begin(), keys.end()).size(), 250);
        QCOMPARE(model.rowOf(keys[120]), -1);
        QCOMPARE(model.pageOf(keys[120]), 1);
        // The last page empties when its keys go.
        QVector<KeyNote> notes;
        for (qsizetype i = 190; i < 250; ++i) {
            notes.append({keys[i], std::nullopt});
        }
        loader.note(notes);
        QCOMPARE(model.pageCount(), 2);
        QCOMPARE(model.page(), 1);
        QCOMPARE(model.rowCount(), 90);
        QCOMPARE(model.matchingKeys(), std::size_t{190});
    }

    void selectionsAreRanges() {
        SeededRandom random;
        const auto source = makeSource(100, random);
        const KeyTable table(source, std::make_shared<const KeyOverlay>(source->size()));
        auto rows = std::make_shared<RowIds>(100);
        std::iota(rows->begin(), rows->end(), RowId{0});
        const KeySelection selection(table, rows, {{90, 95}, {10, 20}, {15, 22}, {30, 30}, {22, 23}});
        QCOMPARE(selection.size(), std::size_t{18});
        QCOMPARE(selection.id(0), RowId{10});
        QCOMPARE(selection.id(12), RowId{22});
        QCOMPARE(selection.id(13), RowId{90});
        QCOMPARE(selection.id(17), RowId{94});
        QVERIFY(selection.entry(17).key == source->entry(94).key);
        QVERIFY(KeySelection().isEmpty());
    }

    /// With a million keys nothing holds the event loop for 50 ms. Other programs may hold it, so the quietest of ten
    /// rounds counts.
    void neverHoldsTheEventLoop() {
        SeededRandom random;
        const auto source = makeSource(1'000'000, random);
        const auto borrowed = [source](Progress&) -> Result<std::shared_ptr<const KeySource>> { return source; };
        qint64 quietest = std::numeric_limits<qint64>::max();
        for (int round = 0; round < 10 && quietest > 50; ++round) {
            TaskRunner runner;
            KeyListModel model;
            KeyListLoader loader(&model);
            StallWatchdog watchdog;
            loader.start(&runner, borrowed);
            QTRY_VERIFY_WITH_TIMEOUT(isSettled(loader), 30'000);
            loader.setFilter({MatchMode::contains, QStringLiteral("r:1")});
            QTRY_VERIFY_WITH_TIMEOUT(isSettled(loader), 30'000);
            loader.setFilter({MatchMode::regex, QStringLiteral("[13579]$")});
            QTRY_VERIFY_WITH_TIMEOUT(isSettled(loader), 30'000);
            loader.setFilter({});
            loader.setSort({KeyOrder::written, true});
            QTRY_VERIFY_WITH_TIMEOUT(isSettled(loader), 30'000);
            QVector<KeyNote> notes{{"order:zzz", KeyRecord{{7}, 1, 5, {9'000'000}, Timestamp{}}}};
            loader.note(notes);
            QTRY_COMPARE(model.rowOf("order:zzz"), 0);
            QTest::qWait(5);
            notes.clear();
            for (int i = 0; i < 2000; ++i) {
                notes.append({model.key(i * 100), std::nullopt});
            }
            loader.note(notes);
            QTest::qWait(5);
            QCOMPARE(model.rowCount(), 1'000'001 - 2000);
            QVERIFY(watchdog.turns() > 0);
            quietest = std::min(quietest, watchdog.longestStallMs());
        }
        QVERIFY2(quietest <= 50, qPrintable(QString::number(quietest)));
    }

    void listsVersions() {
        VersionHistoryModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        History history;
        history.versions = {{{{7}, 18'204'556, 170}, {4}, {}, 142, false, true},
                            {{{6}, 902'114, 30}, {3}, {}, 0, true, false},
                            {{{5}, 44, 97}, {2}, {}, 97, false, false}};
        model.setHistory(history);
        QCOMPARE(model.rowCount(), 3);
        QCOMPARE(model.index(0, VersionHistoryModel::whereColumn).data().toString(), QStringLiteral("7 @ 18,204,556"));
        QCOMPARE(model.index(0, 0).data(VersionHistoryModel::verdictRole).toInt(),
                 static_cast<int>(VersionHistoryModel::Verdict::live));
        QCOMPARE(model.index(1, 0).data(VersionHistoryModel::verdictRole).toInt(),
                 static_cast<int>(VersionHistoryModel::Verdict::deleted));
        QCOMPARE(model.index(2, 0).data(VersionHistoryModel::verdictRole).toInt(),
                 static_cast<int>(VersionHistoryModel::Verdict::superseded));
        QCOMPARE(model.version(3), nullptr);
    }
};

RUSTCASK_WIDGET_TEST_MAIN(TestKeyList)
#include "tst_key_list.moc"
