// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

#include <QByteArray>
#include <QMetaType>
#include <QString>

#include <rustcask/transfer/transfer.h>

namespace rustcask::ui {

/// What somebody wants exported: chosen keys, or nothing chosen, that is the whole database or a part of it that the
/// dialog asks for. A page hands one to the window with `Page::exportRequested`; nothing is written before the dialog
/// is confirmed.
///
///     ExportRequest request;
///     request.what = tr("the %n selected key(s)", nullptr, count);
///     request.count = rows.size();
///     request.keyAt = [rows, source](std::size_t i) { return source->entry(rows[i]).key; };
///     Q_EMIT exportRequested(request);
struct ExportRequest {
    QString what{};        ///< names the chosen keys within a sentence ("the 12 selected keys"); empty: none are chosen
    std::size_t count = 0; ///< of chosen keys
    /// The chosen keys by number, in the order in which they are to be written. Called on a worker, possibly long after
    /// the list has changed: it owns or shares what it reads. Keys without a value are counted, not written.
    rustcask::transfer::KeyAt keyAt{};
    /// Where their values come from; empty: from the database, as they are when their turn comes.
    rustcask::transfer::ValueAt valueAt{};
    QString absentText{}; ///< with `valueAt`: why a key may have no value, "%1 of the keys …" with its %1; plain text
    QByteArray prefix{};  ///< with nothing chosen: what the dialog offers as the prefix of the keys
};

} // namespace rustcask::ui

Q_DECLARE_METATYPE(rustcask::ui::ExportRequest)
