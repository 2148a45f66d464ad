// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include <array>

#include <rustcask/transfer/encoding.h>

#include "support/check.h"
#include "support/seeded_random.h"
#include "support/test_main.h"

using namespace rustcask;
using namespace rustcask::transfer;
using namespace std::string_literals;

namespace {

constexpr std::array allEncodings{Encoding::text, Encoding::hex, Encoding::base64};

} // namespace

class TestTransferEncoding : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void writesKnownText() {
        QCOMPARE(encode("a\x00\xff"s + "Z", Encoding::hex), "6100ff5a"s);
        // RFC 4648, section 10
        QCOMPARE(encode("", Encoding::base64), ""s);
        QCOMPARE(encode("f", Encoding::base64), "Zg=="s);
        QCOMPARE(encode("fo", Encoding::base64), "Zm8="s);
        QCOMPARE(encode("foo", Encoding::base64), "Zm9v"s);
        QCOMPARE(encode("foobar", Encoding::base64), "Zm9vYmFy"s);
        QCOMPARE(encode("gr\xc3\xbc\xc3\x9f", Encoding::text), "gr\xc3\xbc\xc3\x9f"s);
        QCOMPARE(encode("a\\b\tc\n\x7f\x80", Encoding::text), "a\\\\b\\x09c\\x0a\\x7f\\x80"s);
    }

    void escapesWhatMisleadsOnScreen() {
        QCOMPARE(encode("\xc2\x9b", Encoding::text), "\\xc2\\x9b"s);                   // a terminal's control sequence
        QCOMPARE(encode("\xe2\x80\xae", Encoding::text), "\\xe2\\x80\\xae"s);          // right-to-left override
        QCOMPARE(encode("\xef\xbb\xbf", Encoding::text), "\\xef\\xbb\\xbf"s);          // byte order mark
        QCOMPARE(encode("\xed\xa0\x80", Encoding::text), "\\xed\\xa0\\x80"s);          // a surrogate
        QCOMPARE(encode("\xc0\xaf", Encoding::text), "\\xc0\\xaf"s);                   // an overlong slash
        QCOMPARE(encode("\xf4\x90\x80\x80", Encoding::text), "\\xf4\\x90\\x80\\x80"s); // above U+10FFFF
        QCOMPARE(encode("\xf0\x9f\x8e\x89", Encoding::text), "\xf0\x9f\x8e\x89"s); // a whole character of four bytes
        QCOMPARE(encode("\xf0\x9f\x8e", Encoding::text), "\\xf0\\x9f\\x8e"s);      // and a cut one
    }

    void bringsBackEveryByte() {
        std::string all;
        for (int i = 0; i < 256; ++i)
            all += static_cast<char>(i);
        test::SeededRandom random;
        for (const Encoding encoding : allEncodings) {
            RUSTCASK_VALUE(const std::string back, decode(encode(all, encoding), encoding));
            QCOMPARE(back, all);
            for (int i = 0; i < 2000; ++i) {
                // Half of them of the bytes that the encodings treat in a special way.
                std::string bytes = random.bytes(random.below(40));
                if (random.chance(50)) {
                    for (char& byte : bytes)
                        byte = "\\x0a=+/\n\xc3\xbc\xe2\x80"[random.below(13)];
                }
                RUSTCASK_VALUE(const std::string again, decode(encode(bytes, encoding), encoding));
                QCOMPARE(again, bytes);
                QVERIFY(isValidUtf8(encode(bytes, encoding)));
            }
        }
    }

    void neverWritesControlCharacters() {
        test::SeededRandom random;
        for (const Encoding encoding : allEncodings) {
            for (const char c : encode(random.bytes(5000), encoding))
                QVERIFY(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
        }
    }

    void refusesMalformedText_data() {
        QTest::addColumn<int>("encoding");
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("place");
        QTest::newRow("odd hex") << int(Encoding::hex) << QByteArray("abc") << QByteArray("character 3");
        QTest::newRow("no hex digit") << int(Encoding::hex) << QByteArray("abxy") << QByteArray("character 3");
        QTest::newRow("hex with space") << int(Encoding::hex) << QByteArray("a b1") << QByteArray("character 2");
        QTest::newRow("short base64") << int(Encoding::base64) << QByteArray("Zg=") << QByteArray("character 3");
        QTest::newRow("unpadded base64") << int(Encoding::base64) << QByteArray("Zg") << QByteArray("character 2");
        QTest::newRow("padding inside") << int(Encoding::base64) << QByteArray("Zg==Zg==") << QByteArray("character 3");
        QTest::newRow("three paddings") << int(Encoding::base64) << QByteArray("Z===") << QByteArray("character 2");
        QTest::newRow("surplus bits") << int(Encoding::base64) << QByteArray("Zh==") << QByteArray("character 2");
        QTest::newRow("url alphabet") << int(Encoding::base64) << QByteArray("Zm-_") << QByteArray("character 3");
        QTest::newRow("lone backslash") << int(Encoding::text) << QByteArray("ab\\") << QByteArray("character 3");
        QTest::newRow("other escape") << int(Encoding::text) << QByteArray("C:\\temp") << QByteArray("character 3");
        QTest::newRow("half an escape") << int(Encoding::text) << QByteArray("\\x4") << QByteArray("character 1");
        QTest::newRow("no digits") << int(Encoding::text) << QByteArray("\\xzz") << QByteArray("character 1");
    }
    void refusesMalformedText() {
        QFETCH(int, encoding);
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, place);
        const auto result = decode(text.toStdString(), Encoding(encoding));
        RUSTCASK_FAILS(result, ErrorCode::invalidArgument);
        QVERIFY2(result.error().detail.ends_with(place.toStdString()), result.error().detail.c_str());
    }

    void readsUpperCaseHex() {
        RUSTCASK_VALUE(const std::string bytes, decode("FFaB", Encoding::hex));
        QCOMPARE(bytes, "\xff\xab"s);
    }

    void knowsItsNames() {
        for (const Encoding encoding : allEncodings)
            QVERIFY(encodingFromName(encodingName(encoding)) == encoding);
        QVERIFY(!encodingFromName("rot13"));
    }
};

RUSTCASK_TEST_MAIN(TestTransferEncoding)
#include "tst_transfer_encoding.moc"
