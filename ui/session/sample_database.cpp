// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/sample_database.h"

#include <algorithm>
#include <random>

#include <QBuffer>
#include <QDir>
#include <QFileInfo>
#include <QImage>
#include <QPainter>
#include <QStandardPaths>

#include <rustcask/database.h>

#include "theme/format.h"

namespace rustcask::ui {

namespace {

/// Writes the sample, one kind of content after another; stops at the first failure.
class SampleWriter {
public:
    SampleWriter(rustcask::Database& database, rustcask::Progress& progress, quint32 seed)
        : m_database(database), m_progress(progress), m_random(seed) {}

    Result<void> write() {
        m_progress.setTotals(0, 15'400, 0);
        customers();
        orders();
        texts();
        pictures();
        bytesOfAllKinds();
        sessions();
        changes();
        return m_result;
    }

private:
    int upTo(int last) { return static_cast<int>(m_random() % static_cast<unsigned>(last + 1)); }

    template <std::size_t N>
    QByteArray oneOf(const char* const (&choices)[N]) {
        return QByteArray(choices[upTo(static_cast<int>(N) - 1)]);
    }

    void put(const QByteArray& key, const QByteArray& value) {
        if (m_result) {
            m_result = m_progress.checkpoint("make the sample database");
        }
        if (m_result) {
            m_result = m_database.put(bytesOf(key), bytesOf(value));
            m_progress.addRecords(1);
        }
    }

    void remove(const QByteArray& key) {
        if (!m_result) {
            return;
        }
        if (const auto removed = m_database.remove(bytesOf(key)); !removed) {
            m_result = rustcask::failure(removed.error());
        }
        m_progress.addRecords(1);
    }

    static QByteArray orderKey(int number) {
        const int day = 1 + number / 220;
        return QByteArray("order:2026-11-") + QByteArray::number(day).rightJustified(2, '0') + ':' +
               QByteArray::number(number).rightJustified(6, '0');
    }

    QByteArray order(int number, const QByteArray& status) {
        static const char* const currencies[] = {"EUR", "EUR", "EUR", "CHF", "USD", "GBP"};
        static const char* const goods[] = {"A-113", "B-007", "C-42", "D-1010", "E-271", "F-314", "K-9", "M-88"};
        QByteArray lines;
        const int count = 1 + upTo(3);
        for (int i = 0; i < count; ++i) {
            lines += (i > 0 ? ", " : "") + QByteArray(R"({"sku": ")") + oneOf(goods) + R"(", "qty": )" +
                     QByteArray::number(1 + upTo(4)) + '}';
        }
        const QByteArray total = QByteArray::number(5 + upTo(480)) + '.' + QByteArray::number(10 + upTo(89));
        // Beyond 2^53 on purpose: a reader that goes through a double would change it.
        const QByteArray ledger = QByteArray::number(9'007'199'254'740'993LL + number * 2LL);
        return R"({"id": )" + QByteArray::number(number) + R"(, "customer": "c-)" +
               QByteArray::number(20'000 + upTo(1'199)) + R"(", "status": ")" + status + R"(", "total": )" + total +
               R"(, "currency": ")" + oneOf(currencies) + R"(", "lines": [)" + lines + R"(], "ledger": )" + ledger +
               '}';
    }

    void customers() {
        static const char* const first[] = {"Ada",    "Bram",  "Chloé",  "Dörte", "Emre",
                                            "Fatima", "Goran", "Hiroko", "Inés",  "Jürgen"};
        static const char* const last[] = {"Achterberg", "Böhm",    "Costa",  "Dubois",
                                           "Eriksson",   "Fontana", "García", "Haddad"};
        static const char* const cities[] = {"Aarhus", "Bologna",  "Coimbra",  "Dresden",
                                             "Évora",  "Fribourg", "Göteborg", "Zürich"};
        for (int i = 0; i < 1'200; ++i) {
            const QByteArray id = "c-" + QByteArray::number(20'000 + i);
            put("customer:" + id, R"({"id": ")" + id + R"(", "name": ")" + oneOf(first) + ' ' + oneOf(last) +
                                      R"(", "city": ")" + oneOf(cities) + R"(", "since": )" +
                                      QByteArray::number(2009 + upTo(17)) + R"(, "newsletter": )" +
                                      (upTo(2) == 0 ? "true" : "false") + '}');
        }
    }

    void orders() {
        for (int i = 0; i < orderCount; ++i) {
            put(orderKey(i), order(i, "received"));
        }
    }

    void texts() {
        static const char* const words[] = {"log",  "record", "append", "merge", "keydir", "offset", "value", "file",
                                            "sync", "read",   "write",  "seek",  "page",   "disk",   "live",  "dead"};
        for (int i = 0; i < 120; ++i) {
            QByteArray text = "# Note " + QByteArray::number(i) + "\n\n";
            const int lines = 4 + upTo(30);
            for (int line = 0; line < lines; ++line) {
                const int count = 6 + upTo(6);
                for (int word = 0; word < count; ++word) {
                    text += (word > 0 ? " " : "") + oneOf(words);
                }
                text += ".\n";
            }
            put("notes/" + QByteArray::number(i).rightJustified(4, '0') + ".md", text);
        }
        put("text/windows-line-ends.txt", "first line\r\nsecond line\r\nthird line\r\n");
        put("text/with-byte-order-mark.txt", "\xEF\xBB\xBFThis text begins with a byte order mark.\n");
        put("text/latin-1.txt", "Stra\xDF"
                                "e, caf\xE9, \xA9 1999: not UTF-8\n");
        put("text/with-nul.txt", QByteArray("before\0after", 12));
        put("text/unicode.txt", QStringLiteral("Ζωή · жизнь · 生命 · حياة · 🚀\n").toUtf8());
        QByteArray log;
        for (int i = 0; i < 5'000; ++i) {
            log += "2026-11-22T15:" + QByteArray::number(i / 100 % 60).rightJustified(2, '0') +
                   ":00Z service=" + oneOf(words) + " took_ms=" + QByteArray::number(upTo(900)) + '\n';
        }
        put("logs/service.log", log);
        put("settings/theme", "dark");
        put("settings/retries", "3");
        put("settings/ratio", "0.75");
        put("settings/maintenance", "");
        put("settings/features",
            R"({"undo":true,"limits":{"keys":10000000,"bytes":18446744073709551615},"tags":["a","b"]})");
        const QStringList cities{QStringLiteral("Zürich"),  QStringLiteral("東京"), QStringLiteral("القاهرة"),
                                 QStringLiteral("Ελσίνκι"), QStringLiteral("Łódź"), QStringLiteral("Київ")};
        for (const QString& city : cities) {
            put(QStringLiteral("cities/%1").arg(city).toUtf8(),
                QByteArray(R"({"inhabitants": )") + QByteArray::number(400'000 + upTo(9'000'000)) + '}');
        }
    }

    void pictures() {
        for (int i = 0; i < 60; ++i) {
            QImage image(96, 64, QImage::Format_RGB32);
            image.fill(QColor::fromHsv((i * 37) % 360, 90, 235));
            QPainter painter(&image);
            painter.setRenderHint(QPainter::Antialiasing);
            for (int shape = 0; shape < 14; ++shape) {
                painter.setBrush(QColor::fromHsv((i * 37 + shape * 21) % 360, 150 + upTo(90), 120 + upTo(120)));
                painter.setPen(Qt::NoPen);
                painter.drawEllipse(QPoint(upTo(95), upTo(63)), 4 + upTo(16), 4 + upTo(16));
            }
            painter.end();
            QByteArray png;
            QBuffer buffer(&png);
            buffer.open(QIODevice::WriteOnly);
            image.save(&buffer, "PNG");
            put("thumb:" + QByteArray::number(i).rightJustified(3, '0'), png);
        }
    }

    void bytesOfAllKinds() {
        for (int i = 0; i < 600; ++i) { // counters under eight-byte keys, as machines write them
            QByteArray key("metric:");
            for (int shift = 56; shift >= 0; shift -= 8) {
                key += static_cast<char>((static_cast<quint64>(i) * 0x9E3779B97F4A7C15ull) >> shift);
            }
            QByteArray value;
            for (int byte = 0; byte < 16; ++byte) {
                value += static_cast<char>(upTo(255));
            }
            put(key, value);
        }
        put(QByteArray("\x00\x01\xFE\xFF", 4), "a key of four bytes that are no text");
        put("compressed/notes.zlib", qCompress(QByteArray(20'000, 'a') + QByteArray(5'000, 'b'), 9).mid(4));
        put("long-key/" + QByteArray(2'000, 'k'), "its key has 2,009 bytes");
        QByteArray all;
        for (int byte = 0; byte < 256; ++byte) {
            all += static_cast<char>(byte);
        }
        put("bytes/every-one", all);
    }

    void sessions() {
        for (int i = 0; i < 1'500; ++i) {
            QByteArray token;
            for (int part = 0; part < 4; ++part) {
                token += QByteArray::number(m_random(), 16).rightJustified(8, '0');
            }
            put("session:" + QByteArray::number(i).rightJustified(5, '0'),
                "user=c-" + QByteArray::number(20'000 + upTo(1'199)) + ";token=" + token);
        }
    }

    void changes() {
        static const char* const later[] = {"paid", "packed", "shipped", "shipped", "returned"};
        for (int round = 0; round < 5; ++round) {
            for (int i = 0; i < 900; ++i) {
                const int number = upTo(orderCount - 1);
                put(orderKey(number), order(number, oneOf(later)));
            }
        }
        for (int i = 0; i < 1'500; ++i) {
            if (i % 3 != 0) {
                remove("session:" + QByteArray::number(i).rightJustified(5, '0'));
            }
        }
        for (int i = 0; i < 300; ++i) {
            remove(orderKey(i * 7));
        }
        for (int i = 0; i < 40; ++i) { // deleted and brought back
            put(orderKey(i * 49), order(i * 49, "reopened"));
        }
    }

    static constexpr int orderCount = 4'840;

    rustcask::Database& m_database;
    rustcask::Progress& m_progress;
    std::mt19937 m_random;
    Result<void> m_result{};
};

Result<void> writeSample(const QString& directory, rustcask::Progress& progress, quint32 seed) {
    rustcask::Options options;
    options.errorIfExists = true;
    options.maxFileBytes = std::uint64_t{1} << 20;
    // As if it had been written over the last three weeks, so that times differ.
    const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    options.clock = [time = now - std::chrono::hours(24 * 21), now]() mutable {
        time = std::min(now, time + std::chrono::milliseconds(112'000));
        return time;
    };
    auto database = rustcask::Database::open(directory.toStdString(), options);
    if (!database) {
        return rustcask::failure(database.error());
    }
    if (auto written = SampleWriter(**database, progress, seed).write(); !written) {
        return written;
    }
    return (*database)->close();
}

} // namespace

QString sampleDirectory() {
    return QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) + QStringLiteral("/rustcask/sample");
}

Result<void> makeSampleDatabase(const QString& directory, rustcask::Progress& progress, quint32 seed) {
    const QFileInfo target(directory);
    const QString partial = directory + QStringLiteral(".making");
    QDir().mkpath(target.absolutePath());
    QDir(partial).removeRecursively(); // of an attempt that was cut short
    if (auto written = writeSample(partial, progress, seed); !written) {
        QDir(partial).removeRecursively();
        return written;
    }
    if (!QDir().rename(partial, directory)) {
        rustcask::Error error;
        error.code = ErrorCode::ioError;
        error.operation = "make the sample database";
        error.file = directory.toStdString();
        error.detail = "the finished database could not be moved to its place";
        QDir(partial).removeRecursively();
        return rustcask::failure(std::move(error));
    }
    return {};
}

} // namespace rustcask::ui
