// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <rustcask/progress.h>
#include <rustcask/result.h>

namespace rustcask::ui {

/// Where the sample database is kept: in the user's data directory.
[[nodiscard]] QString sampleDirectory();

/// Makes a database to look around in: orders and customers as JSON, texts in several encodings, pictures, compressed
/// and empty values, keys that are Unicode or plain bytes, overwritten and deleted ones, in several files of 1 MiB. It
/// is made beside `directory` and renamed when whole. The same seed gives the same keys and values. Call it on a
/// worker. Errors: those of Database; ioError when it cannot be renamed.
[[nodiscard]] Result<void> makeSampleDatabase(const QString& directory, rustcask::Progress& progress, quint32 seed = 1);

} // namespace rustcask::ui
