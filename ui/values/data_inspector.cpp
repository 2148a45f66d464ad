// SPDX-License-Identifier: GPL-3.0-or-later
#include "values/data_inspector.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <functional>

#include <QCoreApplication>
#include <QDateTime>

namespace rustcask::ui {

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("DataInspector", text);
}

quint64 load(QByteArrayView bytes, int size, bool big) {
    quint64 value = 0;
    for (int i = 0; i < size; ++i) {
        value = value << 8 | static_cast<unsigned char>(bytes[big ? i : size - 1 - i]);
    }
    return value;
}

qint64 extend(quint64 value, int size) {
    const int shift = 64 - 8 * size;
    return static_cast<qint64>(value << shift) >> shift;
}

template <typename Real>
QString realText(Real value) {
    if (std::isnan(value)) {
        return QStringLiteral("NaN");
    }
    char text[64];
    return QString::fromLatin1(text, static_cast<qsizetype>(std::to_chars(text, text + sizeof text, value).ptr - text));
}

QString halfText(quint64 bits) {
    const auto exponent = static_cast<int>((bits >> 10) & 0x1F);
    const auto mantissa = static_cast<float>(bits & 0x3FF);
    float value = 0;
    if (exponent == 0) {
        value = std::ldexp(mantissa, -24);
    } else if (exponent != 31) {
        value = std::ldexp(mantissa + 1024, exponent - 25);
    } else {
        value = mantissa == 0 ? INFINITY : NAN;
    }
    return realText((bits & 0x8000) != 0 ? -value : value);
}

/// Between the years 1970 and 2200, or nothing: elsewhere a time is only noise.
QString timeText(qint64 ms, bool withMs) {
    if (ms < 0 || ms > qint64{7'258'118'400'000}) {
        return {};
    }
    return QDateTime::fromMSecsSinceEpoch(ms, Qt::UTC)
        .toString(withMs ? QStringLiteral("yyyy-MM-dd hh:mm:ss.zzz") : QStringLiteral("yyyy-MM-dd hh:mm:ss"));
}

} // namespace

QVector<Interpretation> interpretations(QByteArrayView bytes) {
    QVector<Interpretation> all;
    const auto add = [&](const QString& name, int size, const std::function<QString(quint64)>& text) {
        Interpretation one;
        one.name = name;
        one.bytes = size;
        if (bytes.size() >= size) {
            one.little = text(load(bytes, size, false));
            one.big = text(load(bytes, size, true));
        }
        all.append(one);
    };
    for (const int size : {1, 2, 4, 8}) {
        add(QStringLiteral("int%1").arg(8 * size), size,
            [size](quint64 bits) { return QString::number(extend(bits, size)); });
        add(QStringLiteral("uint%1").arg(8 * size), size, [](quint64 bits) { return QString::number(bits); });
    }
    add(QStringLiteral("float16"), 2, halfText);
    add(QStringLiteral("float32"), 4,
        [](quint64 bits) { return realText(std::bit_cast<float>(static_cast<quint32>(bits))); });
    add(QStringLiteral("float64"), 8, [](quint64 bits) { return realText(std::bit_cast<double>(bits)); });
    add(tr("Unix s, 32 bits"), 4, [](quint64 bits) { return timeText(static_cast<qint64>(bits) * 1000, false); });
    const auto scaled = [](quint64 perSecond) {
        return [perSecond](quint64 bits) {
            const bool inRange = bits / perSecond < 8'000'000'000ULL;
            const quint64 ms = perSecond >= 1000 ? bits / (perSecond / 1000) : bits * 1000;
            return inRange ? timeText(static_cast<qint64>(ms), perSecond > 1) : QString();
        };
    };
    add(tr("Unix s, 64 bits"), 8, scaled(1));
    add(tr("Unix ms"), 8, scaled(1000));
    add(tr("Unix µs"), 8, scaled(1'000'000));
    add(tr("Unix ns"), 8, scaled(1'000'000'000));
    add(tr("Windows FILETIME"), 8, [](quint64 bits) {
        constexpr quint64 epoch = 116'444'736'000'000'000; // 1970 in units of 100 ns since 1601
        return bits < epoch ? QString() : timeText(static_cast<qint64>((bits - epoch) / 10'000), true);
    });
    return all;
}

} // namespace rustcask::ui
