// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include <rustcask/events.h>

#include "io/file_system.h"

namespace rustcask::io {

/// A file system that does what `inner` does and tells `listener` of every call that succeeded, by the name of the
/// system call (`EventKind::call`). The listener is called on the calling thread.
[[nodiscard]] std::shared_ptr<FileSystem> tracingFileSystem(std::shared_ptr<FileSystem> inner, EventListener listener);

} // namespace rustcask::io
