// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <numeric>

#include <QTest>

#include "models/key_order.h"
#include "support/test_main.h"
#include "synthetic_source.h"

using namespace rustcask;
using namespace rustcask::ui;
using rustcask::test::makeSource;
using rustcask::test::SeededRandom;
using rustcask::test::SyntheticSource;

namespace {

KeyMatcher matcherOf(MatchMode mode, const QString& text) {
    auto matcher = KeyMatcher::compile({mode, text});
    if (!matcher) {
        qFatal("the test's pattern is wrong: %s", qPrintable(matcher.error()));
    }
    return *matcher;
}

bool matches(MatchMode mode, const QString& text, const std::string& key, bool matchCase = false) {
    return KeyMatcher::compile({mode, text, matchCase})->matches(key);
}

/// What `arrange` takes, from the parts the tests have.
ArrangeInput inputOf(const KeyTable& table, const KeyMatcher& matcher, const KeySort& sort,
                     const RowIds* byKey = nullptr, const RowIds* order = nullptr) {
    const auto shared = [](const RowIds* ids) {
        return ids != nullptr ? std::make_shared<const RowIds>(*ids) : std::shared_ptr<const RowIds>();
    };
    return {table, matcher, sort, shared(byKey), shared(order), {}};
}

/// What `arrange` promises, by the shortest road.
std::vector<std::string> naive(const KeyTable& table, const KeyMatcher& matcher, const KeySort& sort) {
    std::vector<SnapshotEntry> entries;
    for (RowId id = 0; id < table.sourceSize(); ++id) {
        if (table.overlay().isLive(id) && matcher.matches(table.entry(id).key)) {
            entries.push_back(table.entry(id));
        }
    }
    for (const RowId id : table.overlay().liveTouched()) {
        if (id >= table.sourceSize() && matcher.matches(table.entry(id).key)) {
            entries.push_back(table.entry(id));
        }
    }
    std::sort(entries.begin(), entries.end(), [&](const auto& a, const auto& b) { return keyPrecedes(sort, a, b); });
    std::vector<std::string> keys;
    for (const SnapshotEntry& entry : entries) {
        keys.emplace_back(entry.key);
    }
    return keys;
}

std::vector<std::string> keysOf(const KeyTable& table, const RowIds& rows) {
    std::vector<std::string> keys;
    for (const RowId id : rows) {
        keys.emplace_back(table.entry(id).key);
    }
    return keys;
}

constexpr KeySort allSorts[] = {
    {KeyOrder::key, false},     {KeyOrder::key, true},     {KeyOrder::valueSize, false},  {KeyOrder::valueSize, true},
    {KeyOrder::written, false}, {KeyOrder::written, true}, {KeyOrder::generation, false}, {KeyOrder::generation, true}};

} // namespace

class TestKeyOrder : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void containsIgnoresCase() {
        QVERIFY(matches(MatchMode::contains, QStringLiteral("RDER"), "order:1"));
        QVERIFY(matches(MatchMode::contains, QStringLiteral("rder"), "ORDER:1"));
        QVERIFY(!matches(MatchMode::contains, QStringLiteral("rder2"), "order:1"));
        QVERIFY(matches(MatchMode::contains, QStringLiteral("ÄPFEL"), "grüne äpfel"));
        QVERIFY(matches(MatchMode::contains, QStringLiteral("b"), std::string("a\0b", 3)));
        QVERIFY(!matches(MatchMode::contains, QStringLiteral("x"), ""));
    }

    /// Eight bytes are folded at once, and long ones searched in pieces: against folding one after the other.
    void containsIsTheSameForAllBytes() {
        std::string all;
        for (int c = 0; c < 256; ++c) {
            all += static_cast<char>(c);
        }
        for (const std::size_t before : {0U, 1U, 7U, 9U, 1015U, 1023U, 1024U, 3000U}) {
            const std::string text = std::string(before, '@') + all + std::string(11, '[');
            for (int c = 0x21; c < 0x7F; ++c) {
                std::string wanted{static_cast<char>(c), static_cast<char>(c + 1)};
                std::string folded = text;
                std::transform(folded.begin(), folded.end(), folded.begin(), foldedCase);
                std::transform(wanted.begin(), wanted.end(), wanted.begin(), foldedCase);
                const QString pattern = QString::fromLatin1(wanted.data(), static_cast<qsizetype>(wanted.size()));
                QCOMPARE(matches(MatchMode::contains, pattern.toUpper(), text),
                         folded.find(wanted) != std::string::npos);
            }
        }
        const QString whole(600, QLatin1Char('Q')); // more than half a piece
        QVERIFY(matches(MatchMode::contains, whole, std::string(900, '.') + std::string(600, 'q')));
        QVERIFY(!matches(MatchMode::contains, whole, std::string(900, '.') + std::string(599, 'q')));
    }

    void prefixIsExact() {
        QVERIFY(matches(MatchMode::prefix, QStringLiteral("ord"), "order"));
        QVERIFY(matches(MatchMode::prefix, QStringLiteral("Ord"), "oRDER"));
        QVERIFY(!matches(MatchMode::prefix, QStringLiteral("Ord"), "order", true));
        QVERIFY(!matches(MatchMode::prefix, QStringLiteral("rd"), "order"));
        QCOMPARE(matcherOf(MatchMode::prefix, QStringLiteral("ord")).exactPrefix(), std::string_view("ord"));
    }

    void globMatchesWholeKeys_data() {
        QTest::addColumn<QByteArray>("pattern");
        QTest::addColumn<QByteArray>("key");
        QTest::addColumn<bool>("fits");
        const auto row = [](const char* pattern, const char* key, bool fits) {
            QTest::addRow("%s on %s", pattern, key) << QByteArray(pattern) << QByteArray(key) << fits;
        };
        row("*", "", true);
        row("a*", "abc", true);
        row("a*", "ba", false);
        row("*c", "abcbc", true);
        row("a?c", "abc", true);
        row("a?c", "ac", false);
        row("a**b*c", "axxbxxc", true);
        row("[a-c]x", "bx", true);
        row("[!a-c]x", "bx", false);
        row("[!a-c]x", "dx", true);
        row("[]]", "]", true);
        row("[a", "[a", true);
        row("\\*", "*", true);
        row("\\*", "a", false);
        row("a", "A", false);
        row("*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false);
    }
    void globMatchesWholeKeys() {
        QFETCH(QByteArray, pattern);
        QFETCH(QByteArray, key);
        QFETCH(bool, fits);
        QCOMPARE(globMatches(pattern.toStdString(), key.toStdString()), fits);
    }

    void regexFindsInBinaryKeys() {
        QVERIFY(matches(MatchMode::regex, QStringLiteral("^o.*[0-9]$"), "Order 7"));
        QVERIFY(matches(MatchMode::regex, QStringLiteral("\\xff"), "a\xff"));
        QVERIFY(!KeyMatcher::compile({MatchMode::regex, QStringLiteral("a(")}).has_value());
    }

    void hexFindsBytes() {
        QVERIFY(matches(MatchMode::hex, QStringLiteral("00 FF"), std::string("a\0\xff z", 5)));
        QVERIFY(!matches(MatchMode::hex, QStringLiteral("00fe"), std::string("a\0\xff z", 5)));
        QVERIFY(!KeyMatcher::compile({MatchMode::hex, QStringLiteral("0")}).has_value());
        QVERIFY(!KeyMatcher::compile({MatchMode::hex, QStringLiteral("0g")}).has_value());
    }

    void tellsCaseWhenAsked() {
        QVERIFY(!matches(MatchMode::contains, QStringLiteral("RDER"), "order", true));
        QVERIFY(matches(MatchMode::contains, QStringLiteral("rder"), "order", true));
        QVERIFY(!matches(MatchMode::contains, QStringLiteral("Ä"), "ä", true));
        QVERIFY(matches(MatchMode::glob, QStringLiteral("ORD*[x-z]"), "order-Y"));
        QVERIFY(!matches(MatchMode::glob, QStringLiteral("ORD*"), "order", true));
        QVERIFY(!matches(MatchMode::regex, QStringLiteral("^O"), "order", true));
        QVERIFY(matches(MatchMode::hex, QStringLiteral("4f"), "Order"));
        QVERIFY(!matches(MatchMode::hex, QStringLiteral("4f"), "order"));
    }

    /// A pattern that backtracks without end is given up soon, and counted: no match that was not decided is silent.
    void givesUpOnCostlyExpressions() {
        const KeyMatcher matcher = matcherOf(MatchMode::regex, QStringLiteral("^(a+)+(b|c|d)$"));
        QVERIFY(matcher.matches("aaab"));
        QCOMPARE(matcher.undecided(), std::uint64_t{0});
        QVERIFY(!matcher.matches(std::string(60, 'a') + "!"));
        QCOMPARE(matcher.undecided(), std::uint64_t{1});
        QVERIFY(matches(MatchMode::regex, QStringLiteral("grün.*\\x{e4}"), "x GR\xC3\x9CN y\xC3\x84"));
        QVERIFY(!matches(MatchMode::regex, QStringLiteral("a"), std::string("\xff", 1)));
    }

    /// Enough keys for several threads, and keys that are hard to tell apart: a shared beginning of the most, zero
    /// bytes at the end, long equal stretches.
    void sortsManyAlikeKeys() {
        SeededRandom random;
        std::vector<SyntheticSource::Entry> entries;
        for (std::size_t i = 0; i < 150'000; ++i) {
            entries.push_back({"customer:2026-11-25:" + std::to_string(i * 7919 % 150'000),
                               {1 + i % 3},
                               i * 10,
                               static_cast<std::uint32_t>(i % 5),
                               {i + 1}});
        }
        entries.push_back({"a"});
        for (std::size_t i = 0; i < 40; ++i) {
            entries.push_back({std::string(i + 1, '\0')});
            entries.push_back({std::string(2000, 'x') + std::string(8 * i, 'y') + "z"});
            entries.push_back({"zero" + std::string(i, '\0')});
        }
        for (std::size_t i = entries.size(); i > 1; --i) {
            std::swap(entries[i - 1], entries[random.below(i)]);
        }
        for (std::size_t i = 0; i < entries.size(); ++i) { // no two records have the same place or number
            entries[i].offset = i;
            entries[i].sequence = {entries.size() - i};
        }
        const SyntheticSource source(std::move(entries));
        Progress progress;
        const auto byKey = sortByKey(source, progress);
        QVERIFY(byKey.has_value());
        RowIds expected(source.size());
        std::iota(expected.begin(), expected.end(), RowId{0});
        std::sort(expected.begin(), expected.end(),
                  [&](RowId a, RowId b) { return source.entry(a).key < source.entry(b).key; });
        QVERIFY(*byKey == expected);
        for (const KeySort& sort : allSorts) {
            const auto sorted = sortFrom(source, *byKey, sort, progress);
            QVERIFY(sorted.has_value());
            std::sort(expected.begin(), expected.end(),
                      [&](RowId a, RowId b) { return keyPrecedes(sort, source.entry(a), source.entry(b)); });
            QVERIFY(*sorted == expected);
        }
    }

    void findsPrefixesInAnyCaseWithoutAScan() {
        SeededRandom random;
        const auto source = makeSource(5000, random);
        const KeyTable table(source, std::make_shared<const KeyOverlay>(source->size()));
        Progress progress;
        const auto byKey = sortByKey(*source, progress);
        for (const bool matchCase : {false, true}) {
            const KeyMatcher matcher = *KeyMatcher::compile({MatchMode::prefix, QStringLiteral("oRder:a"), matchCase});
            PartialHits hits;
            const auto found = arrange(inputOf(table, matcher, {}, &*byKey, &*byKey), hits, progress);
            QVERIFY(found->sorted);
            QVERIFY(keysOf(table, *found->rows) == naive(table, matcher, {}));
            QCOMPARE(found->rows->empty(), matchCase);
        }
    }

    void looksIntoValues() {
        SeededRandom random;
        const auto source = makeSource(4000, random);
        KeyOverlay edits(source->size());
        edits.add("edited", {{9}, 1, 5, {1'000'000}, std::nullopt});
        edits.add("edited too", {{9}, 2, 5, {1'000'001}, std::nullopt});
        edits.add("enormous", {{9}, 3, maxSearchedValueBytes + 1, {1'000'002}, std::nullopt});
        const KeyTable table(source, std::make_shared<const KeyOverlay>(edits));
        ArrangeInput input =
            inputOf(table, *KeyMatcher::compile({MatchMode::prefix, QStringLiteral("VALUE OF"), false, true}), {});
        input.currentValue = [](std::string_view key) -> Result<std::optional<std::string>> {
            return std::optional(std::string(key == "edited" ? "value of it" : "another"));
        };
        PartialHits hits;
        Progress progress;
        const auto found = arrange(input, hits, progress);
        QCOMPARE(found->rows->size(), std::size_t{4001}); // the source's values begin so, and the first edit's
        QCOMPARE(found->unsearched, std::uint64_t{1});
        QCOMPARE(hits.count(), std::uint64_t{4000});
    }

    void sortsAsNaively() {
        SeededRandom random;
        const auto source = makeSource(20'000, random);
        Progress progress;
        const auto byKey = sortByKey(*source, progress);
        QVERIFY(byKey.has_value());
        RowIds expected(source->size());
        std::iota(expected.begin(), expected.end(), RowId{0});
        for (const KeySort& sort : allSorts) {
            std::sort(expected.begin(), expected.end(),
                      [&](RowId a, RowId b) { return keyPrecedes(sort, source->entry(a), source->entry(b)); });
            const auto sorted = sortFrom(*source, *byKey, sort, progress);
            QVERIFY(sorted.has_value());
            QVERIFY(*sorted == expected);
        }
    }

    void sortsNothingAndOne() {
        Progress progress;
        QCOMPARE(sortByKey(SyntheticSource({}), progress)->size(), std::size_t{0});
        QCOMPARE(sortByKey(SyntheticSource({{"a"}}), progress)->size(), std::size_t{1});
        // One key the beginning of another, and all of it shared.
        const SyntheticSource source({{"ab"}, {"a"}, {std::string("a\0", 2)}});
        QVERIFY(*sortByKey(source, progress) == (RowIds{1, 2, 0}));
    }

    void cancelsSorting() {
        SeededRandom random;
        const auto source = makeSource(20'000, random);
        Progress progress;
        progress.cancel();
        QVERIFY(!sortByKey(*source, progress).has_value());
        PartialHits hits;
        const KeyTable table(source, std::make_shared<const KeyOverlay>(source->size()));
        QVERIFY(!arrange(inputOf(table, matcherOf(MatchMode::contains, QStringLiteral("a")), {}), hits, progress)
                     .has_value());
    }

    void arrangesAsNaively_data() {
        QTest::addColumn<int>("mode");
        QTest::addColumn<QString>("text");
        QTest::newRow("all") << static_cast<int>(MatchMode::contains) << QString();
        QTest::newRow("contains") << static_cast<int>(MatchMode::contains) << QStringLiteral("ER:a");
        QTest::newRow("none") << static_cast<int>(MatchMode::contains) << QStringLiteral("no such key");
        QTest::newRow("prefix") << static_cast<int>(MatchMode::prefix) << QStringLiteral("order:");
        QTest::newRow("glob") << static_cast<int>(MatchMode::glob) << QStringLiteral("order:*:*7");
        QTest::newRow("regex") << static_cast<int>(MatchMode::regex) << QStringLiteral("^order:[a-m]");
        QTest::newRow("hex") << static_cast<int>(MatchMode::hex) << QStringLiteral("3a 31");
    }
    void arrangesAsNaively() {
        QFETCH(int, mode);
        QFETCH(QString, text);
        SeededRandom random;
        const auto source = makeSource(52'000, random); // more than an unprepared sort takes
        KeyOverlay edits(source->size());
        for (int i = 0; i < 500; ++i) {
            const auto id = static_cast<RowId>(random.below(source->size()));
            const KeyRecord record{{9},
                                   random.below(1000),
                                   static_cast<std::uint32_t>(random.below(99)),
                                   {1'000'000 + static_cast<std::uint64_t>(i)}};
            switch (random.below(3)) {
            case 0:
                edits.remove(id);
                break;
            case 1:
                edits.replace(id, record);
                break;
            default: {
                const RowId added = edits.add("order:new" + std::to_string(random.below(300)), record);
                if (random.chance(20)) {
                    edits.remove(added);
                }
            }
            }
        }
        const KeyTable table(source, std::make_shared<const KeyOverlay>(edits));
        const KeyMatcher matcher = matcherOf(static_cast<MatchMode>(mode), text);
        Progress progress;
        const auto byKey = sortByKey(*source, progress);
        for (const KeySort& sort : {allSorts[0], allSorts[3]}) {
            const auto order = sortFrom(*source, *byKey, sort, progress);
            const auto expected = naive(table, matcher, sort);
            PartialHits hits;
            const auto prepared = arrange(inputOf(table, matcher, sort, &*byKey, &*order), hits, progress);
            QVERIFY(prepared->sorted);
            QVERIFY(keysOf(table, *prepared->rows) == expected);
            const auto unprepared = arrange(inputOf(table, matcher, sort), hits, progress);
            auto keys = keysOf(table, *unprepared->rows);
            if (unprepared->sorted) {
                QVERIFY(keys == expected);
            } else {
                auto sortedExpected = expected;
                std::sort(keys.begin(), keys.end());
                std::sort(sortedExpected.begin(), sortedExpected.end());
                QVERIFY(keys == sortedExpected);
            }
        }
        QCOMPARE(naive(table, KeyMatcher(), {}).size(), table.overlay().liveKeys());
    }
};

RUSTCASK_TEST_MAIN(TestKeyOrder)
#include "tst_key_order.moc"
