// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "support/seeded_random.h"
#include "support/test_main.h"
#include "values/text_form.h"

using namespace rustcask::ui;

class TestValueTextForm : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyValueComesBack() {
        const QList<QByteArray> hostile{
            QByteArray(),
            QByteArray("plain\ntext\n"),
            QByteArray("crlf\r\nlines\r\n"),
            QByteArray("mixed\r\nlines\n"),
            QByteArray("lone\rreturn"),
            QByteArray("at the end\r"),
            QByteArray("nul\0byte", 8),
            QByteArray("\xEF\xBB\xBFmark"),
            QByteArray("\xEF\xBB\xBF\xEF\xBB\xBFtwo marks"),
            QByteArray("\xFF\xFEh\0i\0", 6),
            QByteArray("\xFE\xFF\0h\0i", 6),
            QByteArray("\xFF\xFEh", 3),
            QByteArray("invalid \xff\xc3 \xed\xa0\x80 \xc0\xaf"),
            QByteArray("back\\slash \\x41"),
            QByteArray("\\\r"),
            QByteArray("no-break\xC2\xA0space"),
            QByteArray("\xE2\x80\xA8separator \xEF\xBF\xBC object \xEF\xB7\x90"),
            QByteArray("\xE2\x80\xAE override"),
            QByteArray("emoji \xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9"),
            QByteArray("\0\xD8", 2),
            QByteArray("\0\xDC\0\xD8", 4),
            QByteArray("tab\tand \x01\x1b\x7f controls"),
        };
        rustcask::test::SeededRandom random;
        QList<QByteArray> all = hostile;
        constexpr const char* pieces[] = {"\r",       "\n",           "\r\n", "\\",   "x",
                                          "\xC3\xA9", "\xEF\xBB\xBF", "\0",   "\xD8", "41"};
        for (int i = 0; i < 3000; ++i) {
            QByteArray bytes;
            for (std::uint64_t part = random.below(8); part > 0; --part) {
                bytes += random.chance(30) ? QByteArray::fromStdString(random.bytes(random.below(4)))
                                           : QByteArray(pieces[random.below(std::size(pieces))]);
            }
            all << bytes;
        }
        for (const QByteArray& bytes : std::as_const(all)) {
            for (const TextEncoding encoding : textEncodings()) {
                const EditableText editable = editableText(bytes, encoding);
                const auto back = bytesOf(editable.text, editable.form);
                QVERIFY2(back && *back == bytes, (encodingName(encoding).toLatin1() + ' ' + bytes.toHex()).constData());
                // What an editor would change on its own.
                QVERIFY(!editable.text.contains(u'\r') && !editable.text.contains(QChar(0)) &&
                        !editable.text.contains(QChar::ParagraphSeparator));
            }
        }
    }

    void formsAreAsPlainAsTheyCanBe() {
        QCOMPARE(formText(editableText("a\nb", TextEncoding::utf8).form), QStringLiteral("UTF-8"));
        QCOMPARE(formText(editableText("a\r\nb\r\n", TextEncoding::utf8).form), QStringLiteral("UTF-8, CRLF"));
        QCOMPARE(editableText("a\r\nb\r\n", TextEncoding::utf8).text, QStringLiteral("a\nb\n"));
        QCOMPARE(formText(editableText("\xEF\xBB\xBFx", TextEncoding::utf8).form), QStringLiteral("UTF-8 with mark"));
        QCOMPARE(editableText(QByteArray("a\0\\", 3), TextEncoding::utf8).text, QStringLiteral("a\\x00\\\\"));
        QCOMPARE(editableText("\xe9\x80", TextEncoding::latin1).text, QStringLiteral("\u00e9\\x80"));
        QCOMPARE(editableText("\xe9\x80", TextEncoding::windows1252).text, QStringLiteral("\u00e9\u20ac"));
        QCOMPARE(editableText(QByteArray("\1\0", 2), TextEncoding::utf16le).text, QStringLiteral("\\u0001"));
    }

    void typedTextBecomesBytes() {
        TextForm form;
        QCOMPARE(bytesOf(QStringLiteral("a\u00e9\n"), form).value(), QByteArray("a\xC3\xA9\n"));
        form.crlf = true;
        QCOMPARE(bytesOf(QStringLiteral("a\nb"), form).value(), QByteArray("a\r\nb"));
        form.encoding = TextEncoding::utf16be;
        form.mark = true;
        QCOMPARE(bytesOf(QStringLiteral("a\n"), form).value(), QByteArray("\xFE\xFF\0a\0\r\0\n", 8));
        form = {};
        form.encoding = TextEncoding::latin1;
        const auto lacking = bytesOf(QStringLiteral("ab\u20ac"), form);
        QVERIFY(!lacking && lacking.error().position == 2 && !lacking.error().problem.isEmpty());
        form.encoding = TextEncoding::windows1252;
        QCOMPARE(bytesOf(QStringLiteral("\u20ac"), form).value(), QByteArray("\x80"));
        form = {};
        form.escaped = true;
        QCOMPARE(bytesOf(QStringLiteral("\\x00\\xff\\r\\\\\\u00e9"), form).value(),
                 QByteArray("\0\xff\r\\\xC3\xA9", 6));
        for (const char* wrong : {"\\", "\\q", "\\x0", "\\x+1", "\\u12"}) {
            const auto refused = bytesOf(QStringLiteral("ok") + QString::fromLatin1(wrong), form);
            QVERIFY2(!refused && refused.error().position == 2, wrong);
        }
        QVERIFY(!bytesOf(QString(QChar(0xD800)), TextForm{})); // no character: nothing is stored in its stead
    }

    void encodingsAreDetected() {
        QCOMPARE(detectEncoding("plain"), std::optional(TextEncoding::utf8));
        QCOMPARE(detectEncoding("gr\xC3\xBC\xC3\x9F"), std::optional(TextEncoding::utf8));
        QCOMPARE(detectEncoding("gr\xFC\xDF and so on"), std::optional(TextEncoding::windows1252));
        QCOMPARE(detectEncoding(QByteArray("\xFF\xFEh\0", 4)), std::optional(TextEncoding::utf16le));
        QCOMPARE(detectEncoding(QByteArray("\0h\0e\0l\0l\0o", 10)), std::optional(TextEncoding::utf16be));
        QCOMPARE(detectEncoding(QByteArray("\0\1\2\3", 4)), std::nullopt);
        QCOMPARE(detectEncoding(QByteArray("a\0b", 3)), std::nullopt);
        QCOMPARE(detectEncoding("\xff\xc3"), std::nullopt);
        // The beginning of a large value may cut a character.
        QCOMPARE(detectEncoding(QByteArray("gr\xC3\xBC and then \xF0\x9F\x91")), std::optional(TextEncoding::utf8));
    }

    void pagesCutNoCharacter() {
        const QByteArray text = "a\xC3\xA9";
        QCOMPARE(bytesToCharacterEnd(text, 1, TextEncoding::utf8), qsizetype{0});
        QCOMPARE(bytesToCharacterEnd(text, 2, TextEncoding::utf8), qsizetype{1});
        QCOMPARE(bytesToCharacterEnd(text, 2, TextEncoding::latin1), qsizetype{0});
        QCOMPARE(bytesToCharacterEnd("\x3D\xD8\x00\xDE", 2, TextEncoding::utf16le), qsizetype{0});
        QCOMPARE(bytesToCharacterEnd(QByteArray("\x3D\xD8\x00\xDE", 4), 2, TextEncoding::utf16le), qsizetype{2});
        QCOMPARE(textForReading(QByteArray("a\r\n\x01\xff\\", 6), TextEncoding::utf8),
                 QStringLiteral("a\u240d\n\\x01\\xff\\"));
    }
};

RUSTCASK_TEST_MAIN(TestValueTextForm)
#include "tst_value_text_form.moc"
