// SPDX-License-Identifier: GPL-3.0-or-later
// CBOR against appendix A of RFC 8949, MessagePack against its specification, JSON and the data inspector.
#include <QTest>

#include <rustcask/progress.h>

#include "support/seeded_random.h"
#include "support/test_main.h"
#include "values/content.h"
#include "values/data_inspector.h"
#include "values/value_tree.h"

using namespace rustcask;
using namespace rustcask::ui;

namespace {

/// The notation of what is decoded, or "error at N: …".
QString decoded(const QByteArray& bytes, TreeFormat format) {
    Progress progress;
    const auto tree = parseTree(bytes, format, progress);
    if (!tree) {
        return QStringLiteral("error at %1").arg(tree.error().offset.value_or(0));
    }
    return treeText(*tree) + (tree->rest.isEmpty() ? QString() : QStringLiteral(" + rest"));
}

QByteArray hex(const char* digits) {
    return QByteArray::fromHex(digits);
}

} // namespace

class TestValueDecoders : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void cborAppendixA_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("notation");
        const auto add = [](const char* digits, const char* notation) {
            QTest::newRow(digits) << QByteArray::fromHex(digits) << QString::fromUtf8(notation);
        };
        add("00", "0");
        add("01", "1");
        add("0a", "10");
        add("17", "23");
        add("1818", "24");
        add("1819", "25");
        add("1864", "100");
        add("1903e8", "1000");
        add("1a000f4240", "1000000");
        add("1b000000e8d4a51000", "1000000000000");
        add("1bffffffffffffffff", "18446744073709551615");
        add("c249010000000000000000", "2(h'010000000000000000')"); // "18446744073709551616", with its tag shown
        add("3bffffffffffffffff", "-18446744073709551616");
        add("c349010000000000000000", "3(h'010000000000000000')");
        add("20", "-1");
        add("29", "-10");
        add("3863", "-100");
        add("3903e7", "-1000");
        add("f90000", "0.0");
        add("f98000", "-0.0");
        add("f93c00", "1.0");
        add("fb3ff199999999999a", "1.1");
        add("f93e00", "1.5");
        add("f97bff", "65504.0");
        add("fa47c35000", "100000.0");
        add("fa7f7fffff", "3.4028234663852886e+38");
        add("fb7e37e43c8800759c", "1e+300"); // the appendix writes 1.0e+300
        add("f90001", "5.960464477539063e-08");
        add("f90400", "6.103515625e-05");
        add("f9c400", "-4.0");
        add("fbc010666666666666", "-4.1");
        add("f97c00", "Infinity");
        add("f97e00", "NaN");
        add("f9fc00", "-Infinity");
        add("fa7f800000", "Infinity");
        add("fa7fc00000", "NaN");
        add("faff800000", "-Infinity");
        add("fb7ff0000000000000", "Infinity");
        add("fb7ff8000000000000", "NaN");
        add("fbfff0000000000000", "-Infinity");
        add("f4", "false");
        add("f5", "true");
        add("f6", "null");
        add("f7", "undefined");
        add("f0", "simple(16)");
        add("f8ff", "simple(255)");
        add("c074323031332d30332d32315432303a30343a30305a", "0(\"2013-03-21T20:04:00Z\")");
        add("c11a514b67b0", "1(1363896240)");
        add("c1fb41d452d9ec200000", "1(1363896240.5)");
        add("d74401020304", "23(h'01020304')");
        add("d818456449455446", "24(h'6449455446')");
        add("d82076687474703a2f2f7777772e6578616d706c652e636f6d", "32(\"http://www.example.com\")");
        add("40", "h''");
        add("4401020304", "h'01020304'");
        add("60", "\"\"");
        add("6161", "\"a\"");
        add("6449455446", "\"IETF\"");
        add("62225c", "\"\\\"\\\\\"");
        add("62c3bc", "\"\u00fc\"");
        add("63e6b0b4", "\"\u6c34\"");
        add("64f0908591", "\"\U00010151\"");
        add("80", "[]");
        add("83010203", "[1, 2, 3]");
        add("8301820203820405", "[1, [2, 3], [4, 5]]");
        add("98190102030405060708090a0b0c0d0e0f101112131415161718181819",
            "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25]");
        add("a0", "{}");
        add("a201020304", "{1: 2, 3: 4}");
        add("a26161016162820203", "{\"a\": 1, \"b\": [2, 3]}");
        add("826161a161626163", "[\"a\", {\"b\": \"c\"}]");
        add("a56161614161626142616361436164614461656145",
            "{\"a\": \"A\", \"b\": \"B\", \"c\": \"C\", \"d\": \"D\", \"e\": \"E\"}");
        add("5f42010243030405ff", "(_ h'0102', h'030405')");
        add("7f657374726561646d696e67ff", "(_ \"strea\", \"ming\")");
        add("9fff", "[_ ]");
        add("9f018202039f0405ffff", "[_ 1, [2, 3], [_ 4, 5]]");
        add("9f01820203820405ff", "[_ 1, [2, 3], [4, 5]]");
        add("83018202039f0405ff", "[1, [2, 3], [_ 4, 5]]");
        add("83019f0203ff820405", "[1, [_ 2, 3], [4, 5]]");
        add("9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff",
            "[_ 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25]");
        add("bf61610161629f0203ffff", "{_ \"a\": 1, \"b\": [_ 2, 3]}");
        add("826161bf61626163ff", "[\"a\", {_ \"b\": \"c\"}]");
        add("bf6346756ef563416d7421ff", "{_ \"Fun\": true, \"Amt\": -2}");
        // Names that are containers.
        add("a1820102f5", "{[1, 2]: true}");
        add("a2a10102030405", "{{1: 2}: 3, 4: 5}");
        add("a1c10203", "{1(2): 3}");
    }
    void cborAppendixA() {
        QFETCH(const QByteArray, bytes);
        QFETCH(const QString, notation);
        QCOMPARE(decoded(bytes, TreeFormat::cbor), notation);
        // Every beginning of it is an error, never something else.
        for (qsizetype size = 0; size < bytes.size(); ++size) {
            QVERIFY(decoded(bytes.first(size), TreeFormat::cbor).startsWith(QStringLiteral("error")));
        }
        QCOMPARE(decoded(bytes + '\0', TreeFormat::cbor), notation + QStringLiteral(" + rest"));
    }

    void cborNotWellFormed() {
        // Appendix F of RFC 8949.
        for (const char* digits : {"1c",
                                   "1d",
                                   "1e",
                                   "3c",
                                   "5c",
                                   "7c",
                                   "9c",
                                   "bc",
                                   "dc",
                                   "fc",
                                   "fd",
                                   "fe",
                                   "f800",
                                   "f818",
                                   "f81f",
                                   "ff",
                                   "81ff",
                                   "8200ff",
                                   "a1ff",
                                   "a1ff00",
                                   "a100ff",
                                   "a20000ff",
                                   "9f81ff",
                                   "9f829f819f9fffffffff",
                                   "1f",
                                   "3f",
                                   "df",
                                   "5f00ff",
                                   "5f21ff",
                                   "5f6100ff",
                                   "5f80ff",
                                   "5fa0ff",
                                   "5fc000ff",
                                   "5fe0ff",
                                   "7f4100ff",
                                   "5f5f4100ffff",
                                   "7f7f6100ffff",
                                   "bf00ff",
                                   "bf000000ff",
                                   "bf000000",
                                   "61ff",
                                   "5bffffffffffffffff",
                                   "9bffffffffffffffff00",
                                   "bbffffffffffffffff0000"}) {
            QVERIFY2(decoded(hex(digits), TreeFormat::cbor).startsWith(QStringLiteral("error")), digits);
        }
    }

    void messagePack_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("notation");
        const auto add = [](const char* digits, const char* notation) {
            QTest::newRow(digits) << QByteArray::fromHex(digits) << QString::fromUtf8(notation);
        };
        add("c0", "null");
        add("c2", "false");
        add("c3", "true");
        add("00", "0");
        add("7f", "127");
        add("ff", "-1");
        add("e0", "-32");
        add("cc80", "128");
        add("ccff", "255");
        add("cd0100", "256");
        add("ce00010000", "65536");
        add("cf0000000100000000", "4294967296");
        add("cfffffffffffffffff", "18446744073709551615");
        add("d0df", "-33");
        add("d080", "-128");
        add("d1ff7f", "-129");
        add("d2ffff7fff", "-32769");
        add("d3ffffffff7fffffff", "-2147483649");
        add("d38000000000000000", "-9223372036854775808");
        add("d30020000000000001", "9007199254740993");
        add("ca3f800000", "1.0");
        add("ca3dcccccd", "0.1");
        add("cb3ff199999999999a", "1.1");
        add("a0", "\"\"");
        add("a161", "\"a\"");
        add("d903616263", "\"abc\"");
        add("da0003616263", "\"abc\"");
        add("db00000003616263", "\"abc\"");
        add("a2fffe", "h'fffe'"); // raw bytes of old writers
        add("c400", "h''");
        add("c4020102", "h'0102'");
        add("c500020102", "h'0102'");
        add("c6000000020102", "h'0102'");
        add("90", "[]");
        add("93010203", "[1, 2, 3]");
        add("dc0003010203", "[1, 2, 3]");
        add("dd00000003010203", "[1, 2, 3]");
        add("80", "{}");
        add("82a7636f6d70616374c3a6736368656d6100", "{\"compact\": true, \"schema\": 0}"); // the site's example
        add("de0001a16101", "{\"a\": 1}");
        add("df00000001a16101", "{\"a\": 1}");
        add("d40510", "ext(5, h'10')");
        add("d505a1a2", "ext(5, h'a1a2')");
        add("c70305a1a2a3", "ext(5, h'a1a2a3')");
        add("c8000105ff", "ext(5, h'ff')");
        add("d6ff5a4af6a5", "timestamp(2018-01-02T03:04:05Z)");
        add("d7ffa1dcd7c85a4af6a5", "timestamp(2018-01-02T03:04:05.678901234Z)");
        add("c70cff00000000ffffffffffffffff", "timestamp(1969-12-31T23:59:59Z)");
        add("8191010293010203", "{[1]: 2} + rest");
        add("8201a1780291a17a", "{1: \"x\", 2: [\"z\"]}");
    }
    void messagePack() {
        QFETCH(const QByteArray, bytes);
        QFETCH(const QString, notation);
        QCOMPARE(decoded(bytes, TreeFormat::messagePack), notation);
        if (!notation.endsWith(QStringLiteral("rest"))) {
            for (qsizetype size = 0; size < bytes.size(); ++size) {
                QVERIFY(decoded(bytes.first(size), TreeFormat::messagePack).startsWith(QStringLiteral("error")));
            }
        }
    }

    void lengthsAreNotBelieved() {
        QVERIFY(decoded(hex("c1"), TreeFormat::messagePack).startsWith(QStringLiteral("error")));
        QVERIFY(decoded(hex("ddffffffff"), TreeFormat::messagePack).startsWith(QStringLiteral("error")));
        QVERIFY(decoded(hex("c6ffffffff00"), TreeFormat::messagePack).startsWith(QStringLiteral("error")));
        // Nesting has an end, and so have names inside names.
        for (const TreeFormat format : {TreeFormat::messagePack, TreeFormat::cbor}) {
            const char array = format == TreeFormat::cbor ? '\x81' : '\x91';
            const char map = format == TreeFormat::cbor ? '\xa1' : '\x81';
            QVERIFY(decoded(QByteArray(100'000, array) + '\0', format).startsWith(QStringLiteral("error")));
            QVERIFY(decoded(QByteArray(100'000, map) + QByteArray(100'001, '\0'), format)
                        .startsWith(QStringLiteral("error")));
        }
        QVERIFY(decoded(QByteArray(100'000, '['), TreeFormat::json).startsWith(QStringLiteral("error")));
    }

    void anythingCanBeDecoded() {
        rustcask::test::SeededRandom random;
        for (int i = 0; i < 20'000; ++i) {
            const std::string bytes = random.bytes(random.below(40));
            for (const TreeFormat format : {TreeFormat::messagePack, TreeFormat::cbor, TreeFormat::json}) {
                static_cast<void>(decoded(QByteArray::fromStdString(bytes), format));
            }
        }
    }

    void jsonKeepsLiterals() {
        const QByteArray json =
            R"({"z": 9007199254740993, "a": 1.10, "a": -0E+2, "\u0041": "\u00e9\n", "e": [], "n": null})";
        QCOMPARE(
            decoded(json, TreeFormat::json),
            QStringLiteral(R"({"z": 9007199254740993, "a": 1.10, "a": -0E+2, "A": "\u00e9\n", "e": [], "n": null})"));
        Progress progress;
        const auto tree = parseTree(json, TreeFormat::json, progress);
        QVERIFY(tree.has_value());
        QCOMPARE(tree->nodes.size(), std::size_t{7});
        QCOMPARE(tree->nodes[0].children, 6U);
        for (quint32 row = 0; row < 6; ++row) {
            const TreeNode& node = tree->nodes[tree->child(0, row)];
            QCOMPARE(node.row, row);
            QVERIFY(json.mid(static_cast<qsizetype>(node.offset), static_cast<qsizetype>(node.bytes)) ==
                        node.value.toUtf8() ||
                    node.kind == TreeNode::Kind::array);
        }
        QCOMPARE(treePath(*tree, tree->child(0, 3)), QStringLiteral("A"));
        QCOMPARE(decoded("{\"a\": 1,}", TreeFormat::json), QStringLiteral("error at 8"));
        QCOMPARE(decoded("", TreeFormat::json), QStringLiteral("error at 0"));
    }

    void largeTreesAreCut() {
        QByteArray json = "[";
        for (int i = 0; i < 1000; ++i) {
            json += "1,";
        }
        Progress progress;
        const auto tree = parseTree(json + "1]", TreeFormat::json, progress, 100);
        QVERIFY(tree && tree->cut);
        QCOMPARE(tree->nodes.size(), std::size_t{100});
        Progress cancelled;
        cancelled.cancel();
        QByteArray large(1'000'000, ' ');
        for (qsizetype i = 0; i < large.size(); i += 2) {
            large[i] = '1';
            large[i + 1] = ',';
        }
        const auto none = parseTree("[" + large + "1]", TreeFormat::json, cancelled);
        QVERIFY(!none && none.error().code == ErrorCode::cancelled);
    }

    void contentIsDetected() {
        Progress progress;
        const auto name = [&](const QByteArray& bytes) { return detectContent(bytes, true, progress).name(); };
        QCOMPARE(name(""), QStringLiteral("empty"));
        QCOMPARE(name("plain text"), QStringLiteral("text"));
        QCOMPARE(name(" {\"a\": [1]}\n"), QStringLiteral("JSON"));
        QCOMPARE(name("{\"a\": [1}"), QStringLiteral("text"));
        QCOMPARE(name("17"), QStringLiteral("text"));
        QCOMPARE(name(hex("82a7636f6d70616374c3a6736368656d6100")), QStringLiteral("MessagePack"));
        QCOMPARE(name(hex("bf6346756ef563416d7421ff")), QStringLiteral("CBOR"));
        QCOMPARE(name(QByteArray("\x89PNG\r\n\x1a\n....")), QStringLiteral("PNG image"));
        QCOMPARE(name(hex("00ff1080aa")), QStringLiteral("binary"));
        QCOMPARE(name(hex("ffc3")), QStringLiteral("binary"));
        QCOMPARE(name(QByteArray("h\0e\0l\0l\0o\0", 10)), QStringLiteral("text, UTF-16 LE"));
    }

    void inspectsBytes() {
        const auto find = [](const QByteArray& bytes, const char* type) {
            for (const Interpretation& one : interpretations(bytes)) {
                if (one.name == QLatin1String(type)) {
                    return one.little + QLatin1Char('|') + one.big;
                }
            }
            return QString();
        };
        QCOMPARE(find(hex("ff"), "int8"), QStringLiteral("-1|-1"));
        QCOMPARE(find(hex("ff"), "uint16"), QStringLiteral("|"));
        QCOMPARE(find(hex("0102"), "uint16"), QStringLiteral("513|258"));
        QCOMPARE(find(hex("feffffff"), "int32"), QStringLiteral("-2|-16777217"));
        QCOMPARE(find(hex("ffffffffffffffff"), "uint64"), QStringLiteral("18446744073709551615|18446744073709551615"));
        QCOMPARE(find(hex("0000803f"), "float32"), QStringLiteral("1|4.6006e-41"));
        QCOMPARE(find(hex("3ff0000000000000"), "float64").section(QLatin1Char('|'), 1), QStringLiteral("1"));
        QCOMPARE(find(hex("3c00"), "float16").section(QLatin1Char('|'), 1), QStringLiteral("1"));
        QCOMPARE(find(hex("a5f64a5a"), "Unix s, 32 bits").section(QLatin1Char('|'), 0, 0),
                 QStringLiteral("2018-01-02 03:04:05"));
        QCOMPARE(find(hex("00000160b4d37488"), "Unix ms").section(QLatin1Char('|'), 1),
                 QStringLiteral("2018-01-02 03:04:05.000"));
        QCOMPARE(find(hex("01d38378c9c9a880"), "Windows FILETIME").section(QLatin1Char('|'), 1).left(4),
                 QStringLiteral("2018"));
    }
};

RUSTCASK_TEST_MAIN(TestValueDecoders)
#include "tst_value_decoders.moc"
