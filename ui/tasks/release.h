// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <utility>

/// Letting go of large objects: freeing a gigabyte takes longer than the window may wait.
namespace rustcask::ui {

/// Drops a reference, on a worker when the caller is the GUI thread. Safe from any thread.
void releaseOnWorker(std::shared_ptr<const void> large);

/// The same object, freed by a worker even when the GUI thread drops the last reference, wherever that happens to be:
/// in the callback of a task that was superseded, for one.
template <typename T>
[[nodiscard]] std::shared_ptr<T> releasedOnWorker(std::shared_ptr<T> large) {
    T* object = large.get();
    return std::shared_ptr<T>(object, [owner = std::move(large)](T*) mutable { releaseOnWorker(std::move(owner)); });
}

} // namespace rustcask::ui
