// SPDX-License-Identifier: GPL-3.0-or-later
#include "values/byte_search.h"

#include <algorithm>

#include <QByteArrayMatcher>

namespace rustcask::ui {

namespace {
constexpr quint64 windowBytes = quint64{1} << 20;
} // namespace

rustcask::Result<std::optional<quint64>> findBytes(const ByteReader& input, quint64 size, const QByteArray& pattern,
                                                   quint64 from, bool backward, rustcask::Progress& progress) {
    const auto length = static_cast<quint64>(pattern.size());
    if (length > size) {
        return std::optional<quint64>();
    }
    const quint64 lastPlace = size - length;
    from = backward ? std::min(from, lastPlace) : from;
    progress.setTotals(0, 0, backward ? from : from > lastPlace ? 0 : size - from);
    const QByteArrayMatcher matcher(pattern);
    // Places [begin, end) in turn; each window reads a pattern less one byte beyond them.
    quint64 begin = from;
    quint64 end = from + 1;
    while (backward ? end > 0 : begin <= lastPlace) {
        if (auto go = progress.checkpoint("find in a value"); !go) {
            return rustcask::failure(go.error());
        }
        if (backward) {
            begin = end > windowBytes ? end - windowBytes : 0;
        } else {
            end = std::min(begin + windowBytes, lastPlace + 1);
        }
        QByteArray window;
        const quint64 wanted = end - begin + length - 1;
        while (static_cast<quint64>(window.size()) < wanted) {
            auto read = input(begin + static_cast<quint64>(window.size()),
                              static_cast<qint64>(wanted - static_cast<quint64>(window.size())));
            if (!read) {
                return rustcask::failure(read.error());
            }
            if (read->isEmpty()) {
                break;
            }
            window += *read;
        }
        const qsizetype at = backward ? window.lastIndexOf(pattern) : matcher.indexIn(window);
        if (at >= 0) {
            return std::optional(begin + static_cast<quint64>(at));
        }
        progress.addBytes(end - begin);
        (backward ? end : begin) = backward ? begin : end;
    }
    return std::optional<quint64>();
}

} // namespace rustcask::ui
