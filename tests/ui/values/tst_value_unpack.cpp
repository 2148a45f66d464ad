// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include <lz4frame.h>
#include <zlib.h>
#include <zstd.h>

#include "support/seeded_random.h"
#include "support/test_main.h"
#include "values/byte_search.h"
#include "values/decompress.h"

using namespace rustcask;
using namespace rustcask::ui;

namespace {

QByteArray deflated(const QByteArray& bytes, bool gzip) {
    z_stream stream{};
    deflateInit2(&stream, 9, Z_DEFLATED, gzip ? 31 : 15, 8, Z_DEFAULT_STRATEGY);
    QByteArray out(static_cast<qsizetype>(deflateBound(&stream, static_cast<uLong>(bytes.size()))), '\0');
    QByteArray in = bytes;
    stream.next_in = reinterpret_cast<Bytef*>(in.data());
    stream.avail_in = static_cast<uInt>(in.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.truncate(static_cast<qsizetype>(stream.total_out));
    deflateEnd(&stream);
    return out;
}

QByteArray packed(const QByteArray& bytes, Packing packing) {
    const auto size = static_cast<std::size_t>(bytes.size());
    QByteArray out;
    switch (packing) {
    case Packing::gzip:
    case Packing::zlib:
        return deflated(bytes, packing == Packing::gzip);
    case Packing::zstd:
        out.resize(static_cast<qsizetype>(ZSTD_compressBound(size)));
        out.truncate(static_cast<qsizetype>(
            ZSTD_compress(out.data(), static_cast<std::size_t>(out.size()), bytes.constData(), size, 3)));
        return out;
    case Packing::lz4:
        out.resize(static_cast<qsizetype>(LZ4F_compressFrameBound(size, nullptr)));
        out.truncate(static_cast<qsizetype>(
            LZ4F_compressFrame(out.data(), static_cast<std::size_t>(out.size()), bytes.constData(), size, nullptr)));
        return out;
    case Packing::none:
        break;
    }
    return bytes;
}

constexpr Packing packings[] = {Packing::gzip, Packing::zlib, Packing::zstd, Packing::lz4};

Unpacked unpacked(const QByteArray& bytes, Packing packing, qint64 limit = maxUnpackedBytes) {
    Progress progress;
    return unpack(readerOf(bytes), packing, limit, progress).value();
}

} // namespace

class TestValueUnpack : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void roundTrips() {
        rustcask::test::SeededRandom random;
        for (const std::size_t size : {0U, 1U, 5000U, 700'000U}) {
            const QByteArray bytes = QByteArray::fromStdString(random.bytes(size));
            for (const Packing packing : packings) {
                const QByteArray small = packed(bytes, packing);
                if (small.size() >= 8) {
                    QCOMPARE(detectPacking(small), packing);
                }
                const Unpacked back = unpacked(small, packing);
                QCOMPARE(back.bytes, bytes);
                QVERIFY(!back.cut && back.problem.isEmpty() && back.rest == 0);
                QCOMPARE(packingFromName(packingName(packing)), packing);
            }
        }
        QCOMPARE(detectPacking("plain text, no more"), Packing::none);
        QCOMPARE(detectPacking("x"), Packing::none);
        QCOMPARE(detectPacking("xylophone music"), Packing::none);
    }

    void bombsAreCut() {
        // 512 MiB of zeros in a few hundred KiB, or less.
        const QByteArray zeros(64 << 20, '\0');
        for (const Packing packing : packings) {
            QByteArray bomb = packed(zeros, packing);
            if (packing != Packing::zlib) {
                bomb = bomb.repeated(8);
            }
            QVERIFY(bomb.size() < 4 << 20);
            const Unpacked back = unpacked(bomb, packing, 1 << 20);
            QVERIFY(back.cut);
            QCOMPARE(back.bytes.size(), qsizetype{1} << 20);
            QVERIFY(back.packedBytes <= (quint64{1} << 20));
        }
    }

    void damageAndMissingEndsAreTold() {
        const QByteArray bytes = QByteArray("some text that can be packed ").repeated(10'000);
        for (const Packing packing : packings) {
            const QByteArray small = packed(bytes, packing);
            const Unpacked cut = unpacked(small.first(small.size() / 2), packing);
            QVERIFY(!cut.problem.isEmpty() && !cut.cut);
            QVERIFY(bytes.startsWith(cut.bytes));
            QByteArray damaged = small;
            for (qsizetype i = damaged.size() / 3; i < damaged.size() / 3 + 20; ++i) {
                damaged[i] = static_cast<char>(~damaged[i]);
            }
            const Unpacked broken = unpacked(damaged, packing);
            QVERIFY(!broken.problem.isEmpty() || broken.bytes == bytes);
        }
        QVERIFY(!unpacked("no gzip", Packing::gzip).problem.isEmpty());
        QVERIFY(!unpacked("", Packing::zstd).problem.isEmpty());
    }

    void membersFollowOneAnother() {
        for (const Packing packing : {Packing::gzip, Packing::zstd, Packing::lz4}) {
            QCOMPARE(unpacked(packed("first ", packing) + packed("second", packing), packing).bytes,
                     QByteArray("first second"));
        }
        const Unpacked rest = unpacked(packed("first", Packing::gzip) + "rubbish", Packing::gzip);
        QCOMPARE(rest.bytes, QByteArray("first"));
        QCOMPARE(rest.rest, quint64{7});
    }

    void randomInputIsHarmless() {
        rustcask::test::SeededRandom random;
        for (int i = 0; i < 3000; ++i) {
            for (const Packing packing : packings) {
                QByteArray bytes = packed(QByteArray::fromStdString(random.bytes(random.below(200))), packing);
                for (std::uint64_t flips = random.below(4); flips > 0; --flips) {
                    bytes[static_cast<qsizetype>(random.below(static_cast<std::uint64_t>(bytes.size())))] =
                        static_cast<char>(random.below(256));
                }
                QVERIFY(unpacked(bytes, packing, 1 << 20).bytes.size() <= 1 << 20);
            }
        }
    }

    void searchesBothWays() {
        QByteArray bytes(3 << 20, 'a');
        const QByteArray needle = "needle";
        const auto find = [&](const QByteArray& what, quint64 from, bool backward) {
            Progress progress;
            return findBytes(readerOf(bytes), static_cast<quint64>(bytes.size()), what, from, backward, progress)
                .value();
        };
        QCOMPARE(find(needle, 0, false), std::nullopt);
        // Across a window's end, at the beginning, at the very end.
        for (const qsizetype at : {qsizetype{0}, (qsizetype{1} << 20) - 3, bytes.size() - needle.size()}) {
            bytes.replace(at, needle.size(), needle);
            QCOMPARE(find(needle, static_cast<quint64>(at), false), std::optional(static_cast<quint64>(at)));
            QCOMPARE(find(needle, static_cast<quint64>(bytes.size()), true), std::optional(static_cast<quint64>(at)));
            QCOMPARE(find(needle, static_cast<quint64>(at) + 1, false), std::nullopt);
            QCOMPARE(find(needle, static_cast<quint64>(at), true), std::optional(static_cast<quint64>(at)));
            bytes.replace(at, needle.size(), QByteArray(needle.size(), 'a'));
        }
        QCOMPARE(find(bytes + "a", 0, false), std::nullopt);
        Progress cancelled;
        cancelled.cancel();
        QVERIFY(!findBytes(readerOf(bytes), static_cast<quint64>(bytes.size()), needle, 0, false, cancelled));
    }
};

RUSTCASK_TEST_MAIN(TestValueUnpack)
#include "tst_value_unpack.moc"
