// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

#include <rustcask/progress.h>

namespace rustcask::ui {

/// How many threads a scan of all keys may take: all processors but for a machine with many, where memory is the limit.
[[nodiscard]] inline std::size_t scanThreads() {
    return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 8);
}

/// Calls `work(thread, part)` for the parts 0 to `parts - 1`, each once, on several threads at once (the caller's
/// among them) until all are done or `progress` is cancelled, which is looked up between parts. False: cancelled.
template <typename Work>
[[nodiscard]] bool forEachPart(std::size_t parts, const rustcask::Progress& progress, const Work& work) {
    std::atomic<std::size_t> next{0};
    const auto run = [&](std::size_t thread) {
        while (!progress.isCancelled()) {
            const std::size_t part = next.fetch_add(1, std::memory_order_relaxed);
            if (part >= parts) {
                return;
            }
            work(thread, part);
        }
    };
    std::vector<std::jthread> others;
    for (std::size_t thread = 1; thread < std::min(parts, scanThreads()); ++thread) {
        others.emplace_back(run, thread);
    }
    run(0);
    others.clear();
    return !progress.isCancelled();
}

} // namespace rustcask::ui
