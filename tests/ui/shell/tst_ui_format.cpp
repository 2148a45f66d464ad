// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDateTime>
#include <QRandomGenerator>
#include <QSet>
#include <QTest>

#include "support/test_main.h"
#include "theme/format.h"

using namespace rustcask;
using namespace rustcask::ui;

class TestFormat : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void figures() {
        QCOMPARE(formatCount(1'204), QStringLiteral("1,204"));
        QCOMPARE(formatCount(18'446'744'073'709'551'615ull), QStringLiteral("18,446,744,073,709,551,615"));
        QCOMPARE(formatBytes(0), QStringLiteral("0 B"));
        QCOMPARE(formatBytes(142), QStringLiteral("142 B"));
        QCOMPARE(formatBytes(1'023), QStringLiteral("1,023 B"));
        QCOMPARE(formatBytes(1'024), QStringLiteral("1.0 KiB"));
        QCOMPARE(formatBytes(1'468'006), QStringLiteral("1.4 MiB"));
        QCOMPARE(formatBytes(1'047'552), QStringLiteral("1.0 MiB")); // 1,023 KiB: the next unit reads better
        QCOMPARE(formatBytes(13'314'398'617ull), QStringLiteral("12.4 GiB"));
        QCOMPARE(formatBytes(18'446'744'073'709'551'615ull), QStringLiteral("16.0 EiB"));
        QCOMPARE(formatRate(432'013'312), QStringLiteral("412 MiB/s"));
        QCOMPARE(formatRate(-1), QStringLiteral("0 B/s"));
    }

    void percentNeverLies() {
        QCOMPARE(formatPercent(0), QStringLiteral("0 %"));
        QCOMPARE(formatPercent(0.0001), QStringLiteral("< 1 %"));
        QCOMPARE(formatPercent(0.29), QStringLiteral("29 %"));
        QCOMPARE(formatPercent(0.9999), QStringLiteral("> 99 %"));
        QCOMPARE(formatPercent(1), QStringLiteral("100 %"));
    }

    void durations() {
        QCOMPARE(formatDuration(270), QStringLiteral("270 ns"));
        QCOMPARE(formatDuration(1'250), QStringLiteral("1.25 µs"));
        QCOMPARE(formatDuration(9'100'000), QStringLiteral("9.1 ms"));
        QCOMPARE(formatDuration(12'000'000'000), QStringLiteral("12 s"));
        QCOMPARE(formatDuration(200'000'000'000), QStringLiteral("3 min 20 s"));
        QCOMPARE(formatDuration(7'260'000'000'000), QStringLiteral("2 h 1 min"));
    }

    void times() {
        const QDateTime now(QDate(2026, 11, 22), QTime(16, 0));
        const auto stamp = [](const QDateTime& at) {
            return Timestamp(std::chrono::milliseconds(at.toMSecsSinceEpoch()));
        };
        QCOMPARE(formatTime(stamp(now.addSecs(-2'400)), now), QStringLiteral("today 15:20:00"));
        QCOMPARE(formatTime(stamp(now.addDays(-1)), now), QStringLiteral("yesterday 16:00:00"));
        QCOMPARE(formatTime(stamp(now.addDays(-2)), now), QStringLiteral("2026-11-20 16:00:00"));
        QCOMPARE(formatTimeExactly(stamp(now.addMSecs(417))), QStringLiteral("2026-11-22 16:00:00.417"));
        QCOMPARE(formatLocation({Generation{7}, 18'204'556, 0}), QStringLiteral("7 @ 18,204,556"));
    }

    void keys_data() {
        QTest::addColumn<QByteArray>("key");
        QTest::addColumn<QString>("text");
        QTest::newRow("ascii") << QByteArray("order:2026-11-22:000417") << QStringLiteral("order:2026-11-22:000417");
        QTest::newRow("umlaut") << QByteArray("Z\xC3\xBCrich") << QStringLiteral("Zürich");
        QTest::newRow("rocket") << QByteArray("\xF0\x9F\x9A\x80") << QStringLiteral("🚀");
        QTest::newRow("backslash") << QByteArray("a\\x00") << QStringLiteral("a\\\\x00");
        QTest::newRow("nul") << QByteArray("a\0b", 3) << QStringLiteral("a\\x00b");
        QTest::newRow("newline") << QByteArray("a\nb") << QStringLiteral("a\\x0ab");
        QTest::newRow("latin 1") << QByteArray("caf\xE9") << QStringLiteral("caf\\xe9");
        QTest::newRow("overlong") << QByteArray("\xC0\xAF") << QStringLiteral("\\xc0\\xaf");
        QTest::newRow("surrogate") << QByteArray("\xED\xA0\x80") << QStringLiteral("\\xed\\xa0\\x80");
        QTest::newRow("cut short") << QByteArray("\xE2\x82") << QStringLiteral("\\xe2\\x82");
        QTest::newRow("right to left override") << QByteArray("a\xE2\x80\xAE"
                                                              "b")
                                                << QStringLiteral("a\\xe2\\x80\\xaeb");
        QTest::newRow("zero width") << QByteArray("a\xE2\x80\x8B") << QStringLiteral("a\\xe2\\x80\\x8b");
        QTest::newRow("no-break space") << QByteArray("a\xC2\xA0") << QStringLiteral("a\\xc2\\xa0");
        QTest::newRow("uncomposed") << QByteArray("u\xCC\x88") << QStringLiteral("u\\xcc\\x88");
        QTest::newRow("empty") << QByteArray() << QString();
    }
    void keys() {
        QFETCH(QByteArray, key);
        QFETCH(QString, text);
        QCOMPARE(displayKey(key), text);
    }

    void differentKeysNeverLookAlike() {
        QRandomGenerator random(1);
        static constexpr char alphabet[] = "\\x0aA\xC3\xBC\xE2\x80\x8B\x00\xCC\x88u\xFF";
        QHash<QString, QByteArray> seen;
        for (int i = 0; i < 20'000; ++i) {
            QByteArray key;
            const int length = 1 + random.bounded(6);
            for (int at = 0; at < length; ++at) {
                key += alphabet[random.bounded(static_cast<int>(sizeof alphabet) - 1)];
            }
            const QString text = displayKey(key).normalized(QString::NormalizationForm_C);
            if (seen.contains(text)) {
                QCOMPARE(key, seen.value(text));
            }
            seen.insert(text, key);
        }
        QVERIFY(seen.size() > 5'000);
    }

    void longKeysAreCut() {
        const QString text = displayKey(QByteArray(65'535, 'k'), 100);
        QVERIFY(text.startsWith(QString(100, QLatin1Char('k'))));
        QVERIFY(text.contains(QStringLiteral("65,435")));
    }

    void errorsSayCauseAndWayOut() {
        Error locked;
        locked.code = ErrorCode::locked;
        locked.operation = "open the database";
        locked.file = "/data/orders";
        locked.holderPid = 4711;
        const QString text = errorText(locked);
        for (const char* part : {"open the database", "4711", "/data/orders", "read-only"}) {
            QVERIFY2(text.contains(QLatin1String(part)), qPrintable(text));
        }
        Error disk;
        disk.code = ErrorCode::ioError;
        disk.operation = "read a value";
        disk.file = "/data/orders/7.rustcask.data";
        disk.offset = 1'234'567;
        disk.systemError = EIO;
        QVERIFY2(errorText(disk).contains(QStringLiteral("1,234,567")), qPrintable(errorText(disk)));
        QSet<QString> texts;
        for (int code = 1; code <= static_cast<int>(ErrorCode::internal); ++code) {
            Error error;
            error.code = static_cast<ErrorCode>(code);
            texts.insert(errorText(error));
        }
        QCOMPARE(texts.size(), static_cast<int>(ErrorCode::internal));
    }
};

RUSTCASK_TEST_MAIN(TestFormat)
#include "tst_ui_format.moc"
