// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>
#include <QString>
#include <QVector>

namespace rustcask::ui {

/// One way to read the bytes at a cursor.
struct Interpretation {
    QString name{};   ///< "int32"
    QString little{}; ///< as little-endian; "" when there are not enough bytes, or when it makes no sense
    QString big{};    ///< as big-endian; the same as `little` for single bytes
    int bytes = 0;    ///< how many it takes
};

/// What the first bytes read as: integers of 8 to 64 bits, floats, times (UTC), a character. Pure. At most the first 8
/// bytes are looked at; with fewer the longer types stay empty.
[[nodiscard]] QVector<Interpretation> interpretations(QByteArrayView bytes);

} // namespace rustcask::ui
