// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include <vector>

#include <rustcask/transfer/records.h>

#include "support/check.h"
#include "support/seeded_random.h"
#include "support/test_main.h"

using namespace rustcask;
using namespace rustcask::transfer;
using namespace std::string_literals;

namespace {

using Records = std::vector<std::pair<std::string, std::string>>;

Result<std::string> written(Format format, TextOptions options, const Records& records) {
    StringSink sink;
    const auto writer = makeRecordWriter(format, sink, options);
    for (const auto& [key, value] : records) {
        if (auto done = writer->write(key, value); !done)
            return failure(done.error());
    }
    if (auto done = writer->finish(); !done)
        return failure(done.error());
    return sink.bytes();
}

Result<Records> read(Format format, TextOptions options, const std::string& text) {
    StringSource source(text);
    const auto reader = makeRecordReader(format, source, options);
    Records records;
    while (true) {
        std::string key;
        std::string value;
        const auto more = reader->next(key, value);
        if (!more)
            return failure(more.error());
        if (!*more)
            return records;
        records.emplace_back(key, value);
    }
}

std::string single(Format format, Encoding encoding, const std::string& key, const std::string& value) {
    return written(format, {.encoding = encoding}, {{key, value}}).value_or("error"s);
}

} // namespace

class TestTransferTextFormats : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void writesKnownLines() {
        QCOMPARE(single(Format::tsv, Encoding::hex, "ab", "\x01\xfe"), "6162\t01fe\n"s);
        QCOMPARE(single(Format::tsv, Encoding::text, "a\tb", ""), "a\\x09b\t\n"s);
        QCOMPARE(single(Format::csv, Encoding::text, "a,b", "say \"hi\""), "\"a,b\",\"say \"\"hi\"\"\"\r\n"s);
        QCOMPARE(single(Format::jsonl, Encoding::text, "k\n", "v\\\"\xc3\xbc"),
                 "{\"key\":\"k\\n\",\"value\":\"v\\\\\\\"\xc3\xbc\"}\n"s);
        QCOMPARE(single(Format::jsonl, Encoding::text, "k", "\xff"),
                 "{\"key\":\"k\",\"value\":{\"base64\":\"/w==\"}}\n"s);
        QCOMPARE(single(Format::resp, Encoding::text, "k\r\n", "\x00\xff"s),
                 "*3\r\n$3\r\nSET\r\n$3\r\nk\r\n\r\n$2\r\n\x00\xff\r\n"s);
        QCOMPARE(single(Format::resp, Encoding::text, "k", ""), "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\n"s);
        QCOMPARE(single(Format::jsonl, Encoding::hex, "k", "\xff"), "{\"key\":\"6b\",\"value\":\"ff\"}\n"s);
    }

    void noCellIsAFormula() {
        for (const Format format : {Format::csv, Format::tsv}) {
            for (const char first : "=+-@"s) {
                const std::string value = std::string(1, first) + "1+2";
                const std::string line = single(format, Encoding::text, value, value);
                QVERIFY2(line.starts_with("\\x"), line.c_str());
                RUSTCASK_VALUE(const Records back, read(format, {}, line));
                QCOMPARE(back.at(0).second, value);
            }
        }
    }

    // What a spreadsheet makes of a text: cells at the separators of all locales, quotes off, blanks off.
    static bool hasFormula(const std::string& text) {
        bool atStart = true;
        for (std::size_t i = 0; i < text.size(); ++i) {
            const char c = text[i];
            if (c == ';' || c == '\t' || c == '\r' || c == '\n' ||
                (c == ',' && i + 1 < text.size() && text[i + 1] == '=')) {
                atStart = true;
                continue;
            }
            if (atStart && std::string_view("=+-@").find(c) != std::string_view::npos)
                return true;
            atStart = atStart && (c == ' ' || c == '"');
        }
        return false;
    }

    void noCellIsAFormulaWhateverTheLocale() {
        const std::vector<std::string> values{"a;=1+1",
                                              ";@x",
                                              "; \"=cmd|' /C calc'!A0\"",
                                              "  =1",
                                              "\"=1",
                                              "\xef\xbc\x9d"
                                              "1",
                                              "a;;-1",
                                              "\t=1",
                                              "\r=1",
                                              "\xfb\xff"};
        for (const Format format : {Format::csv, Format::tsv}) {
            for (const Encoding encoding : {Encoding::text, Encoding::hex, Encoding::base64}) {
                for (const std::string& value : values) {
                    const std::string line = single(format, encoding, value, value);
                    QVERIFY2(!hasFormula(line), line.c_str());
                    QVERIFY2(line.find("\xef\xbc\x9d") == std::string::npos, line.c_str());
                    RUSTCASK_VALUE(const Records back, read(format, {.encoding = encoding}, line));
                    QCOMPARE(back, (Records{{value, value}}));
                }
            }
        }
        QCOMPARE(single(Format::tsv, Encoding::base64, "k", "\xfb\xff"), "aw==\t'+/8=\n"s);
        QCOMPARE(single(Format::csv, Encoding::text, "a-b", "x=1; y"), "a-b,x=1; y\r\n"s); // harmless signs stay
    }

    void bringsBackEveryByte_data() {
        QTest::addColumn<int>("format");
        QTest::addColumn<int>("encoding");
        QTest::addColumn<bool>("header");
        for (const Format format : {Format::jsonl, Format::csv, Format::tsv}) {
            for (const Encoding encoding : {Encoding::text, Encoding::hex, Encoding::base64}) {
                for (const bool header : {false, true}) {
                    if (header && format == Format::jsonl)
                        continue;
                    QTest::addRow("%s %s%s", formatName(format).data(), encodingName(encoding).data(),
                                  header ? " with heading" : "")
                        << int(format) << int(encoding) << header;
                }
            }
        }
        QTest::newRow("resp") << int(Format::resp) << int(Encoding::text) << false;
    }
    void bringsBackEveryByte() {
        QFETCH(int, format);
        QFETCH(int, encoding);
        QFETCH(bool, header);
        const TextOptions options{.encoding = Encoding(encoding), .header = header};
        test::SeededRandom random;
        Records records{{"\xef\xbb\xbf"
                         "first",
                         "a byte order mark"},
                        {"\"", "\r\n"},
                        {"key", "value"},
                        {"\r", "\r"},
                        {"\0"s, ""},
                        {"=1+1", "=cmd|' /C calc'!A0"},
                        {"id", "9007199254740993"},
                        {"json", "{\"n\":9007199254740993,\"e\":1e400}"},
                        {"'+", "'+1"},
                        {"*3\r\n$3\r\nSET\r\n", "$5\r\nhello\r\n"},
                        {"invalid", "\xc3\x28\xed\xa0\x80"}};
        std::string all;
        for (int i = 0; i < 256; ++i)
            all += static_cast<char>(i);
        records.emplace_back(all, all);
        for (int i = 0; i < 1500; ++i) {
            std::string value = random.bytes(random.below(60));
            if (random.chance(50)) {
                for (char& byte : value)
                    byte = "\",\t\r\n\\{}x=\xc3\xbc"[random.below(12)];
            }
            records.emplace_back(random.bytes(random.between(1, 30)), std::move(value));
        }
        records.emplace_back("large", random.bytes(300'000)); // more than any buffer
        RUSTCASK_VALUE(const std::string text, written(Format(format), options, records));
        QVERIFY(Format(format) == Format::resp || isValidUtf8(text));
        RUSTCASK_VALUE(const Records back, read(Format(format), options, text));
        QCOMPARE(back.size(), records.size());
        for (std::size_t i = 0; i < records.size(); ++i)
            QVERIFY2(back[i] == records[i], qPrintable(QString::number(i)));
        RUSTCASK_VALUE(const Records none, read(Format(format), options, written(Format(format), options, {}).value()));
        QVERIFY(none.empty());
    }

    void readsWhatOthersWrite() {
        // A byte order mark, blank lines, both line ends, none at the end, raw line ends in quotes.
        RUSTCASK_VALUE(const Records csv, read(Format::csv, {},
                                               "\xef\xbb\xbf"
                                               "a,1\n\nb,\"2\r\n3\"\r\nc,\"\""));
        QCOMPARE(csv, (Records{{"a", "1"}, {"b", "2\r\n3"}, {"c", ""}}));
        RUSTCASK_VALUE(const Records tsv, read(Format::tsv, {.header = true},
                                               "\xef\xbb\xbf"
                                               "key\tvalue\r\na\t1\r\nb\t"));
        QCOMPARE(tsv, (Records{{"a", "1"}, {"b", ""}}));
        RUSTCASK_VALUE(
            const Records json,
            read(Format::jsonl, {}, "\xef\xbb\xbf { \"value\" : \"\\u0000\", \"key\" : {\"hex\":\"ff\"} }\r\n\r\n"));
        QCOMPARE(json, (Records{{"\xff", "\0"s}}));
    }

    void refusesMalformedInputWithItsLine_data() {
        QTest::addColumn<int>("format");
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("message");
        const auto row = [](const char* name, Format format, const char* text, const char* message) {
            QTest::newRow(name) << int(format) << QByteArray(text) << QByteArray(message);
        };
        row("tsv without tab", Format::tsv, "a\tb\nc\n", "line 2: no tab");
        row("tsv with two tabs", Format::tsv, "a\tb\tc\n", "line 1: more than one tab");
        row("tsv without key", Format::tsv, "\tb\n", "line 1: the key is empty");
        row("tsv escape", Format::tsv, "a\tb\nc\td\\q\n", "line 2: value: a backslash");
        row("csv one field", Format::csv, "a,b\r\nc\r\n", "line 2: 1 fields");
        row("csv three fields", Format::csv, "a,b,c\r\n", "line 1: 3 fields");
        row("csv open quotation", Format::csv, "a,b\r\nc,\"d\r\ne\r\n", "line 2: a quotation that never ends");
        row("csv behind quotation", Format::csv, "a,\"b\"c\r\n", "line 1: text behind");
        row("csv quotation inside", Format::csv, "a,b\nc,d\"e\"\n", "line 2: a quotation mark inside");
        row("csv line after quoted line end", Format::csv, "a,\"1\n2\"\nb\n", "line 3: 1 fields");
        row("csv without key", Format::csv, ",b\n", "line 1: the key is empty");
        row("json garbage", Format::jsonl, "{\"key\":\"a\",\"value\":\"b\"}\n{oops}\n", "line 2: no valid JSON");
        row("json huge number", Format::jsonl, "2E09466\n", "line 1: a number there is too large");
        row("json bad utf-8", Format::jsonl, "{\"key\":\"\xff\",\"value\":\"b\"}\n", "line 1: no valid JSON");
        row("json array", Format::jsonl, "[1]\n", "line 1: no JSON object");
        row("json without value", Format::jsonl, "{\"key\":\"a\"}\n", "line 1: there is no \"value\"");
        row("json number", Format::jsonl, "{\"key\":\"a\",\"value\":9007199254740993}\n",
            "line 1: \"value\" is no string");
        row("json other member", Format::jsonl, "{\"key\":\"a\",\"value\":\"b\",\"ttl\":1}\n",
            "line 1: an unknown member");
        row("json empty key", Format::jsonl, "{\"key\":\"\",\"value\":\"b\"}\n", "line 1: the key is empty");
        row("resp inline", Format::resp, "SET a b\r\n", "command 1: it does not begin with '*'");
        row("resp cut", Format::resp, "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$5\r\nabc", "command 1: it ends within the value");
        row("resp cut length", Format::resp, "*3\r\n$3\r\nSET\r\n$1", "command 1: it ends within a length");
        row("resp wrong length", Format::resp, "*3\r\n$3\r\nSET\r\n$1\r\nab\r\n$1\r\nb\r\n",
            "command 1: no CR LF behind the key");
        row("resp negative", Format::resp, "*3\r\n$3\r\nSET\r\n$-1\r\n", "command 1: where '$' and a length");
        row("resp huge", Format::resp, "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$99999999999\r\nb\r\n",
            "command 1: a length of 99999999999");
        row("resp overflow", Format::resp, "*99999999999999999999\r\n", "command 1: where '*' and a length");
        row("resp endless number", Format::resp, "*1111111111111111111111111111", "command 1: a length of more than");
        row("resp empty", Format::resp, "*0\r\n", "command 1: it is empty");
        row("resp expiry", Format::resp, "*5\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\nb\r\n$2\r\nEX\r\n$1\r\n9\r\n",
            "command 1: SET with other arguments");
        row("resp other", Format::resp, "*2\r\n$3\r\nDEL\r\n$1\r\na\r\n", "command 1: DEL stores no plain value");
        row("resp other database", Format::resp, "*2\r\n$6\r\nSELECT\r\n$1\r\n1\r\n", "command 1: SELECT 1");
        row("resp empty key", Format::resp, "*3\r\n$3\r\nSET\r\n$0\r\n\r\n$1\r\nb\r\n", "command 1: the key is empty");
        row("json base64", Format::jsonl, "{\"key\":{\"base64\":\"!\"},\"value\":\"b\"}\n", "line 1: key: Base64");
    }
    void refusesMalformedInputWithItsLine() {
        QFETCH(int, format);
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, message);
        const auto result = read(Format(format), {}, text.toStdString());
        RUSTCASK_FAILS(result, ErrorCode::invalidArgument);
        QVERIFY2(result.error().detail.starts_with(message.toStdString()), result.error().detail.c_str());
    }

    // A length is a claim: four gigabytes promised and ten bytes there take ten bytes of memory.
    void readsRedisCommands() {
        RUSTCASK_VALUE(const Records back,
                       read(Format::resp, {},
                            "*2\r\n$6\r\nselect\r\n$1\r\n0\r\n*3\r\n$3\r\nset\r\n$1\r\na\r\n$1\r\n1\r\n"
                            "*5\r\n$4\r\nMSET\r\n$1\r\nb\r\n$1\r\n2\r\n$1\r\nc\r\n$0\r\n\r\n"));
        QCOMPARE(back, (Records{{"a", "1"}, {"b", "2"}, {"c", ""}}));
        RUSTCASK_FAILS(read(Format::resp, {}, "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$4294967295\r\nshort"),
                       ErrorCode::invalidArgument);
    }

    void goesOnBehindMalformedRecords_data() {
        QTest::addColumn<int>("format");
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<int>("malformed");
        QTest::newRow("tsv") << int(Format::tsv) << QByteArray("a\t1\nbad\nb\t\\q\nc\t3\n") << 2;
        QTest::newRow("csv") << int(Format::csv) << QByteArray("a,1\r\nx,y\"z,\"\r\n\"q\"r,s\r\nonly\r\nc,3\r\n") << 3;
        QTest::newRow("jsonl") << int(Format::jsonl)
                               << QByteArray("{\"key\":\"a\",\"value\":\"1\"}\n{\n[]\n{\"key\":\"c\",\"value\":\"3\"}")
                               << 2;
        QTest::newRow("resp") << int(Format::resp)
                              << QByteArray("*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\n1\r\n*2\r\n$3\r\nDEL\r\n$1\r\na\r\n*"
                                            "3\r\n$3\r\nSET\r\n$0\r\n\r\n$1"
                                            "\r\n1\r\n*3\r\n$3\r\nSET\r\n$1\r\nc\r\n$1\r\n3\r\n")
                              << 2;
    }
    void goesOnBehindMalformedRecords() {
        QFETCH(int, format);
        QFETCH(QByteArray, text);
        QFETCH(int, malformed);
        StringSource source(text.toStdString());
        const auto reader = makeRecordReader(Format(format), source, {});
        Records records;
        int failures = 0;
        while (true) {
            std::string key;
            std::string value;
            const auto more = reader->next(key, value);
            if (more && !*more)
                break;
            if (more)
                records.emplace_back(key, value);
            else
                QVERIFY(++failures < 10 && reader->canContinue());
        }
        QCOMPARE(failures, malformed);
        QCOMPARE(records, (Records{{"a", "1"}, {"c", "3"}}));
        QCOMPARE(reader->bytesRead(), std::uint64_t(text.size()));
    }

    // Whatever is done to a file, reading it ends: with records, with errors, but never for ever and never by a crash.
    void damagedInputEnds() {
        test::SeededRandom random;
        for (const Format format : {Format::jsonl, Format::csv, Format::tsv, Format::resp}) {
            Records records;
            for (int i = 0; i < 6; ++i)
                records.emplace_back("key" + std::to_string(i), random.bytes(random.below(30)));
            const std::string sound = written(format, {}, records).value();
            for (int round = 0; round < 1500; ++round) {
                std::string text = sound;
                for (std::uint64_t changes = random.between(1, 4); changes > 0 && !text.empty(); --changes) {
                    const std::size_t at = random.below(text.size());
                    switch (random.below(4)) {
                    case 0:
                        text[at] = static_cast<char>(random.below(256));
                        break;
                    case 1:
                        text.erase(at, random.between(1, 9));
                        break;
                    case 2:
                        text.insert(at, text.substr(random.below(text.size()), 9));
                        break;
                    default:
                        text.resize(at);
                    }
                }
                StringSource source(text);
                const auto reader = makeRecordReader(format, source, {});
                std::size_t turns = 0;
                while (true) {
                    std::string key;
                    std::string value;
                    const auto more = reader->next(key, value);
                    if (more ? !*more : !reader->canContinue())
                        break;
                    QVERIFY2(++turns <= text.size(), "it goes on for ever");
                    QVERIFY(!more || (!key.empty() && value.size() <= text.size()));
                }
                QVERIFY(reader->bytesRead() <= text.size());
            }
        }
    }

    void deepJsonDoesNotOverflowTheStack() {
        RUSTCASK_FAILS(read(Format::jsonl, {}, std::string(200'000, '[')), ErrorCode::invalidArgument);
        RUSTCASK_FAILS(read(Format::jsonl, {}, std::string(200'000, '[') + std::string(200'000, ']')),
                       ErrorCode::invalidArgument);
    }

    void tellsTheFormatByName() {
        QVERIFY(formatOfFile("a/b.csv") == Format::csv);
        QVERIFY(formatOfFile("b.ndjson") == Format::jsonl);
        QVERIFY(!formatOfFile("csv"));
        QVERIFY(formatOfFile("dump.aof") == Format::resp);
        for (const Format format : allFormats)
            QVERIFY(formatFromName(formatName(format)) == format);
    }
};

RUSTCASK_TEST_MAIN(TestTransferTextFormats)
#include "tst_transfer_text_formats.moc"
