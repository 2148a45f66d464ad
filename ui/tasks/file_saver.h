// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include <QByteArray>
#include <QObject>
#include <QString>

/// Saving what has been made in the window: the disk may take its time, and the window has none.
namespace rustcask::ui {

/// Writes `bytes` to `path`, all of them or none: the cause why it could not be written, or nothing. It waits for the
/// disk, so it is for workers.
[[nodiscard]] QString writeFile(const QString& path, const QByteArray& bytes);

/// Writes `bytes` to `path` on a worker, all of them or none. Then `done` is called in the GUI thread with the cause
/// why it could not be written, or with nothing; not once `context` is gone, though it is written all the same. Called
/// in the GUI thread.
void saveFile(const QString& path, const QByteArray& bytes, QObject* context,
              std::function<void(const QString& problem)> done);

} // namespace rustcask::ui
