// SPDX-License-Identifier: GPL-3.0-or-later
#include <QSet>
#include <QTest>

#include "pages/keys/json_format.h"
#include "pages/keys/value_document.h"
#include "pages/keys/value_text.h"
#include "support/seeded_random.h"
#include "support/test_main.h"

using namespace rustcask;
using namespace rustcask::ui;
using rustcask::test::SeededRandom;

namespace {

/// JSON without the white space outside its strings: what formatting must not change.
std::string stripped(std::string_view json) {
    std::string result;
    bool inString = false;
    for (std::size_t i = 0; i < json.size(); ++i) {
        const char c = json[i];
        if (inString && c == '\\') {
            result += c;
            result += json[++i];
            continue;
        }
        if (c == '"') {
            inString = !inString;
        }
        if (inString || (c != ' ' && c != '\n' && c != '\t' && c != '\r')) {
            result += c;
        }
    }
    return result;
}

std::string space(SeededRandom& random) {
    static const char* const spaces[] = {"", "", " ", "\n", "\t", "\r\n", "   "};
    return spaces[random.below(7)];
}

std::string randomString(SeededRandom& random) {
    static const char* const parts[] = {"a", "\\\"", "\\\\", "\\u00e9", "é", " ",   "{",
                                        "[", ",",    ":",    "\\n",     "😀", "\x7f"};
    std::string text = "\"";
    for (std::uint64_t n = random.below(8); n > 0; --n) {
        text += parts[random.below(13)];
    }
    return text + "\"";
}

std::string randomJson(SeededRandom& random, int depth) {
    static const char* const plain[] = {"0",
                                        "-0",
                                        "1.0",
                                        "1e5",
                                        "9007199254740993",
                                        "1.10",
                                        "-1E+02",
                                        "true",
                                        "null",
                                        "false",
                                        "123456789012345678901234567890"};
    std::string json = space(random);
    const std::uint64_t kind = depth > 5 ? random.below(2) : random.below(4);
    if (kind == 0) {
        json += plain[random.below(11)];
    } else if (kind == 1) {
        json += randomString(random);
    } else {
        json += kind == 2 ? '[' : '{';
        const std::uint64_t count = random.below(5);
        for (std::uint64_t i = 0; i < count; ++i) {
            json += i == 0 ? "" : ",";
            if (kind == 3) {
                json += space(random) + randomString(random) + space(random) + ":";
            }
            json += randomJson(random, depth + 1);
        }
        json += space(random) + (kind == 2 ? "]" : "}");
    }
    return json + space(random);
}

} // namespace

class TestValueText : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void formattingKeepsEveryToken() {
        SeededRandom random;
        for (int i = 0; i < 3000; ++i) {
            const std::string json = randomJson(random, 0);
            const auto formatted = formatJson(json);
            QVERIFY2(formatted.has_value(), json.c_str());
            QCOMPARE(QByteArray::fromStdString(stripped(*formatted)), QByteArray::fromStdString(stripped(json)));
            const auto again = formatJson(*formatted);
            QVERIFY(again.has_value());
            QCOMPARE(QByteArray::fromStdString(*again), QByteArray::fromStdString(*formatted));
        }
    }

    void formatsForReading() {
        const auto formatted = formatJson(R"({"id":417,"lines":[{"sku":"A-113","qty":2},{"sku":"B","qty":1}],"e":{},)"
                                          R"("n":[1,2],"big":9007199254740993})");
        QVERIFY(formatted.has_value());
        QCOMPARE(QByteArray::fromStdString(*formatted), QByteArray("{\n"
                                                                   "  \"id\": 417,\n"
                                                                   "  \"lines\": [\n"
                                                                   "    { \"sku\": \"A-113\", \"qty\": 2 },\n"
                                                                   "    { \"sku\": \"B\", \"qty\": 1 }\n"
                                                                   "  ],\n"
                                                                   "  \"e\": {},\n"
                                                                   "  \"n\": [1, 2],\n"
                                                                   "  \"big\": 9007199254740993\n"
                                                                   "}"));
    }

    void refusesWhatIsNoJson_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<int>("offset");
        const auto row = [](const char* text, int offset) { QTest::addRow("%s", text) << QByteArray(text) << offset; };
        row("", 0);
        row("{", 1);
        row("[1,]", 3);
        row("{\"a\" 1}", 5);
        row("{a:1}", 1);
        row("01", 1);
        row("1.", 2);
        row("-", 1);
        row("\"\\x\"", 2);
        row("\"\\u12g4\"", 5);
        row("nul", 0);
        row("[1] 2", 4);
        row("[1}", 2);
        row("\"a\nb\"", 2);
    }
    void refusesWhatIsNoJson() {
        QFETCH(QByteArray, text);
        QFETCH(int, offset);
        const auto formatted = formatJson(text.toStdString());
        QVERIFY(!formatted.has_value());
        QCOMPARE(static_cast<int>(formatted.error().offset), offset);
    }

    void nestingHasALimit() {
        QVERIFY(formatJson(std::string(512, '[') + std::string(512, ']')).has_value());
        QVERIFY(!formatJson(std::string(1'000'000, '[')).has_value());
    }

    void bytesSurviveTheirTexts() {
        SeededRandom random;
        QSet<QString> texts;
        QSet<QByteArray> values;
        for (int i = 0; i < 3000; ++i) {
            const QByteArray bytes = QByteArray::fromStdString(
                random.chance(50) ? random.bytes(random.below(40)) : random.word(random.below(20)) + "\\x");
            const auto hex = fromHexText(toHexText(bytes));
            QVERIFY(hex.has_value());
            QCOMPARE(*hex, bytes);
            const QString text = toEscapedText(bytes);
            const auto back = fromEscapedText(text);
            QVERIFY(back.has_value());
            QCOMPARE(*back, bytes);
            texts.insert(text);
            values.insert(bytes);
            QCOMPARE(QByteArray::fromBase64(copyText(bytes, CopyFormat::base64).toLatin1()), bytes);
            QCOMPARE(QByteArray::fromHex(copyText(bytes, CopyFormat::hex).toLatin1()), bytes);
        }
        QCOMPARE(texts.size(), values.size());
    }

    void refusesBadEscapes() {
        QCOMPARE(fromHexText(u"0 1").error().position, 1);
        QCOMPARE(fromHexText(u"00 zz").error().position, 3);
        QCOMPARE(fromHexText(u"abc").error().position, 3);
        QVERIFY(!fromEscapedText(u"a\\q").has_value());
        QVERIFY(!fromEscapedText(u"a\\").has_value());
        QVERIFY(!fromEscapedText(u"\\x1").has_value());
        QCOMPARE(*fromEscapedText(u"\\0\\n\\x7f\\\\"), QByteArray("\0\n\x7f\\", 4));
    }

    void copiesAsJsonAndC() {
        QCOMPARE(copyText(QByteArray("a\"\n"), CopyFormat::json), QStringLiteral("\"a\\\"\\u000a\""));
        QCOMPARE(copyText(QByteArray("\xff"), CopyFormat::json), QStringLiteral("{\"base64\": \"/w==\"}"));
        QCOMPARE(copyText(QByteArray("a\xff"), CopyFormat::cArray),
                 QStringLiteral("const unsigned char data[2] = {\n    0x61, 0xff,\n};"));
    }

    void preparesValues() {
        const auto prepared = [](const QByteArray& bytes, const PrepareRequest& request = {}) {
            rustcask::Progress progress;
            return prepareValue(makeDocument("k", bytes, {}), request, progress).value();
        };
        const PreparedValue json = prepared("{\"a\":9007199254740993}");
        QCOMPARE(json.content.kind, ContentKind::json);
        QCOMPARE(json.json.value(), QStringLiteral("{\n  \"a\": 9007199254740993\n}"));
        QCOMPARE(json.text.value().text, QStringLiteral("{\"a\":9007199254740993}"));
        QVERIFY(json.tree && json.tree->nodes.size() == 2);
        const PreparedValue broken = prepared("{\"a\":\n1,}");
        QVERIFY(!broken.json && broken.whyNotJson.contains(QStringLiteral("line 2, column 3")));
        QCOMPARE(broken.jsonErrorAt, std::optional<quint64>(8));
        // Nothing large is parsed without being asked for.
        const QByteArray large = QByteArray("[") + QByteArray(2'000'000, ' ') + "]";
        const PreparedValue unasked = prepared(large);
        QVERIFY(!unasked.json && !unasked.tree && unasked.parseOffered && !unasked.text);
        QVERIFY(unasked.whyNotJson.contains(QStringLiteral("256 KiB")));
        PrepareRequest all;
        all.parseAll = true;
        const PreparedValue asked = prepared(large, all);
        QVERIFY(asked.tree && !asked.parseOffered);
        QVERIFY(!asked.json && !asked.whyNotJson.isEmpty()); // as text it would hold up the window
        // A line that would hold up the editor is shown in pages, unless the user wants it so.
        const QByteArray line(100'000, 'x');
        QVERIFY(!prepared(line).text);
        PrepareRequest one;
        one.oneText = true;
        QVERIFY(prepared(line, one).text.has_value());
        QVERIFY(prepared(QByteArray("abcdefghi\n").repeated(20'000)).text.has_value());
    }
};

RUSTCASK_TEST_MAIN(TestValueText)
#include "tst_value_text.moc"
