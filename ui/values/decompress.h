// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include <QByteArray>
#include <QString>

#include <rustcask/progress.h>
#include <rustcask/result.h>

/// Compressed values. Pure functions on bytes; safe on any thread.
namespace rustcask::ui {

enum class Packing { none, gzip, zlib, zstd, lz4 };

/// What the first bytes say. zlib has no magic: its header is checked, so some binary values look like it.
[[nodiscard]] Packing detectPacking(QByteArrayView head);
[[nodiscard]] QString packingName(Packing packing); ///< "gzip"; "" for none
/// The other way, for settings; none for an unknown name.
[[nodiscard]] Packing packingFromName(const QString& name);

/// The most that is unpacked without being asked, in bytes: what is small when packed may be a bomb.
inline constexpr qint64 maxUnpackedBytes = qint64{64} << 20;

/// Bytes to unpack, handed out piece by piece: at most `maxBytes` from `offset` on, empty at the end.
using ByteReader = std::function<rustcask::Result<QByteArray>(quint64 offset, qint64 maxBytes)>;
[[nodiscard]] ByteReader readerOf(const QByteArray& bytes);

struct Unpacked {
    QByteArray bytes{};
    bool cut = false;        ///< there would have been more than `maxBytes`
    quint64 packedBytes = 0; ///< read of the input
    quint64 rest = 0;        ///< input bytes after the end of the packed data; 0 unless all was unpacked
    QString problem{}; ///< a sentence; not empty when the data is damaged or ends early: `bytes` is what came before
};

/// Unpacks one value: for gzip, zstd and lz4 all members or frames that follow one another. Output and memory are
/// limited: at most `maxBytes` come out, and dictionary windows above 128 MiB are refused. Errors: those of `input`,
/// cancelled; damage is no error but a `problem`, because what could be read is worth seeing.
[[nodiscard]] rustcask::Result<Unpacked> unpack(const ByteReader& input, Packing packing, qint64 maxBytes,
                                                rustcask::Progress& progress);

} // namespace rustcask::ui
