// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMetaType>
#include <QString>
#include <QVector>

#include <rustcask/events.h>

namespace rustcask::ui {

/// One thing the engine did, owned. Appends are not listed one by one: see `Session::appendCount`.
struct EngineEvent {
    rustcask::EventKind kind = rustcask::EventKind::sync; ///< rotate, hint, recovery, merge or sync
    rustcask::RecordLocation location{};
    quint64 bytes = 0;
    QString text{};             ///< the engine's word for the step: "begin", "commit" …
    QString file{};             ///< file name inside the directory, where one is concerned
    qint64 monotonicMs = 0;     ///< on the session's clock, as in `Session::statsSampled`
    rustcask::Timestamp time{}; ///< wall clock
};

} // namespace rustcask::ui

Q_DECLARE_METATYPE(rustcask::ui::EngineEvent)
