// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include <QByteArray>

#include "values/decompress.h"

namespace rustcask::ui {

/// The first place at or after `from` where `pattern` stands in the `size` bytes of `input`, or with `backward` the
/// last one that begins at or before `from`; nullopt: none. Memory: 1 MiB and twice the pattern. Progress counts bytes.
/// Errors: those of `input`, cancelled. @pre pattern is not empty
[[nodiscard]] rustcask::Result<std::optional<quint64>> findBytes(const ByteReader& input, quint64 size,
                                                                 const QByteArray& pattern, quint64 from, bool backward,
                                                                 rustcask::Progress& progress);

} // namespace rustcask::ui
