// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include <cmath>
#include <set>

#include <nlohmann/json.hpp>

#include "arguments.h"
#include "format.h"
#include "generator.h"
#include "progress_monitor.h"
#include "shell_words.h"

#include "support/seeded_random.h"
#include "support/test_main.h"

using namespace rustcask;
using namespace rustcask::cli;
using namespace std::string_literals;

using Words = std::vector<std::string>;

class TestCliParts : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void splitsWordsAsShDoes() {
        QCOMPARE(*splitWords(" put\ta  b\r"), (Words{"put", "a", "b"}));
        QCOMPARE(*splitWords("''"), Words{""});
        QCOMPARE(*splitWords("'a b'\"c d\"e\\ f"), Words{"a bc de f"});
        QCOMPARE(*splitWords("'\\x41'"), Words{"\\x41"});
        QCOMPARE(*splitWords("\"\\x41\\$\\`\\\"\\\\\\n\""), Words{"A$`\"\\\\n"});
        QCOMPARE(*splitWords("\\x00\\xfF\\n\\'"), Words{"\0\xffn'"s});
        QCOMPARE(*splitWords("$HOME * ~ #"), (Words{"$HOME", "*", "~", "#"}));
        QVERIFY(splitWords("  ")->empty());
    }

    void refusesWhatEndsTooEarly() {
        for (const char* line : {"'a", "\"a", "a\\", "\\x4", "\\xgg", "\"\\x4\"", "\"a\\"})
            QVERIFY2(!splitWords(line), line);
    }

    void quotedWordsComeBack() {
        test::SeededRandom random;
        for (int i = 0; i < 3000; ++i) {
            std::string bytes = random.bytes(random.below(20));
            for (char& byte : bytes)
                byte = random.chance(50) ? "\\\"'$`x \n(\xc3\xbc"[random.below(11)] : byte;
            const std::string word = quotedWord(bytes);
            QVERIFY(word.find('\n') == std::string::npos);
            const auto back = splitWords("list " + word);
            QVERIFY2(back && *back == (Words{"list", bytes}), word.c_str());
        }
        QCOMPARE(quotedWord("user/1"), "user/1"s);
        QCOMPARE(quotedWord(""), "\"\""s);
    }

    void noValueLooksLikeAnAnswer() {
        QCOMPARE(valueAnswer("(nil)"), "\\x28nil)"s);
        QCOMPARE(valueAnswer("a(b)\n"), "a(b)\\x0a"s);
        QCOMPARE(valueAnswer(""), ""s);
    }

    void readsSizes() {
        QVERIFY(parseSize("0") == 0U);
        QVERIFY(parseSize("4096") == 4096U);
        QVERIFY(parseSize("64KiB") == 65536U);
        QVERIFY(parseSize("16M") == 16777216U);
        QVERIFY(parseSize("16 MiB") == 16777216U);
        QVERIFY(parseSize("2GiB") == 2147483648U);
        QVERIFY(parseSize("1.5GiB") == 1610612736U);
        QVERIFY(parseSize("10MB") == 10'000'000U);
        QVERIFY(parseSize("3k") == 3072U);
        QVERIFY(parseSize("18446744073709551615") == UINT64_MAX);
        for (const char* text : {"", "-1", "x", "1X", "1KiBs", "1e3", "16777216TiB", "MiB", "nan", "inf", "0x10", " 1"})
            QVERIFY2(!parseSize(text), text);
    }

    void formatsForPeople() {
        QCOMPARE(formatBytes(1023), "1023 B"s);
        QCOMPARE(formatBytes(1536), "1.5 KiB"s);
        QCOMPARE(formatBytes(1024 * 1024 - 1), "1.0 MiB"s);
        QCOMPARE(formatCount(1234567), "1,234,567"s);
        QCOMPARE(formatCount(999), "999"s);
        QCOMPARE(formatTime(Timestamp(std::chrono::milliseconds(1709208000123))), "2024-02-29T12:00:00.123Z"s);
        QCOMPARE(formatTime(Timestamp(std::chrono::milliseconds(-1))), "-1 ms"s);
        Table table({Table::Align::left, Table::Align::right});
        table.addRow({"a", "1"});
        table.addRow({"\xc3\xbc\xc3\xbc", "22"});
        QCOMPARE(table.text(), "a    1\n\xc3\xbc\xc3\xbc  22\n"s);
    }

    void bytesInJsonAreUnambiguous() {
        QCOMPARE(jsonBytes("a\n", {}).dump(), "\"a\\n\""s);
        QCOMPARE(jsonBytes("\xff", {}).dump(), "{\"base64\":\"/w==\"}"s);
        QCOMPARE(jsonBytes("\xff", {.hex = true}).dump(), "\"ff\""s);
    }

    void drawsProgress() {
        const std::chrono::seconds elapsed(10);
        const ProgressCounts counts{
            .recordsDone = 1000, .recordsTotal = 4000, .bytesDone = 1 << 20, .bytesTotal = 4 << 20};
        QCOMPARE(
            progressLine("merging", counts, elapsed, 200),
            "merging [#####               ] 25 %  30 s left  102.4 KiB/s  1.0 MiB of 4.0 MiB  1,000 of 4,000 records"s);
        QCOMPARE(progressLine("merging", counts, elapsed, 12).size(), 12U);
        QCOMPARE(progressLine("opening", {}, elapsed, 80), "opening"s);
        // More than was announced is possible, for a file that grows.
        QVERIFY(progressLine("x", {.bytesDone = 9, .bytesTotal = 3}, elapsed, 80).find("100 %") != std::string::npos);
    }

    void parsesDistributions() {
        for (const char* text : {"100", "fixed:4KiB", "uniform:1-9", "zipf:16-64KiB", "lognormal:100,1.5"})
            QVERIFY2(SizeDistribution::parse(text), text);
        for (const char* text : {"", "uniform:9-1", "uniform:5", "zipf:1", "normal:1-2", "lognormal:100",
                                 "lognormal:100,x", "lognormal:100,-1", "uniform:0-18446744073709551615", "fixed:"})
            QVERIFY2(!SizeDistribution::parse(text), text);
    }

    void samplesWhatTheyPromise() {
        Random random(7);
        std::set<std::uint64_t> seen;
        const auto uniform = *SizeDistribution::parse("uniform:3-6");
        for (int i = 0; i < 1000; ++i)
            seen.insert(uniform.sample(random, 100));
        QCOMPARE(seen, (std::set<std::uint64_t>{3, 4, 5, 6}));
        const auto zipf = *SizeDistribution::parse("zipf:10-10000");
        std::vector<std::uint64_t> sizes;
        for (int i = 0; i < 10001; ++i)
            sizes.push_back(zipf.sample(random, 1000000));
        std::sort(sizes.begin(), sizes.end());
        QVERIFY(sizes.front() >= 10 && sizes.back() <= 10000 && sizes.back() > 5000);
        QVERIFY(sizes[5000] > 50 && sizes[5000] < 200); // the root of 10,000, where half of the weight 1/n lies
        const auto lognormal = *SizeDistribution::parse("lognormal:1000,1");
        for (std::uint64_t& size : sizes)
            size = lognormal.sample(random, 5000);
        std::sort(sizes.begin(), sizes.end());
        QVERIFY(sizes[5000] > 900 && sizes[5000] < 1100);
        QCOMPARE(sizes.back(), 5000U);
    }

    void generatedDataIsFrozen() {
        Random random(1);
        QCOMPARE(random.next(), UINT64_C(0x910a2dec89025cc1)); // published for SplitMix64
        std::string value;
        fillGeneratedValue(value, 12, random);
        QCOMPARE(value.size(), 12U);
        Random again(1);
        (void)again.next();
        std::string same;
        fillGeneratedValue(same, 12, again);
        QCOMPARE(same, value);
        QCOMPARE(generatedKey(42, 5), "00042"s);
        QCOMPARE(generatedKey(123456, 3), "123456"s);
    }

    void permutationsVisitEachNumberOnce() {
        Random random(3);
        for (const std::uint64_t count : {1U, 2U, 12U, 1000U, 6561U}) {
            const Permutation order(count, random);
            std::set<std::uint64_t> seen;
            for (std::uint64_t i = 0; i < count; ++i)
                seen.insert(order.at(i));
            QCOMPARE(seen.size(), std::size_t(count));
            QVERIFY(*seen.rbegin() < count);
        }
    }
};

RUSTCASK_TEST_MAIN(TestCliParts)
#include "tst_cli_parts.moc"
