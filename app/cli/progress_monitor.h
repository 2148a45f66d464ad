// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include <rustcask/progress.h>

#include "interrupts.h"

namespace rustcask::cli {

struct Context;

/// One line for people: "merging [#####     ] 47 %  4 s left  310.0 MiB/s  1.2 GiB of 2.5 GiB", cut to `columns`
/// characters.
[[nodiscard]] std::string progressLine(std::string_view title, const ProgressCounts& counts,
                                       std::chrono::nanoseconds elapsed, int columns);

/// Watches a long operation while it lives: SIGINT cancels it, and on a terminal a bar on standard error tells how far
/// it is, from the first half second on. Nothing is printed where standard error is no terminal.
class ProgressMonitor {
public:
    /// An empty `title`: only the signal is watched, nothing is drawn.
    ProgressMonitor(const Context& context, Progress& progress, std::string title);
    ~ProgressMonitor(); ///< erases the bar
    ProgressMonitor(const ProgressMonitor&) = delete;
    ProgressMonitor& operator=(const ProgressMonitor&) = delete;

private:
    void watch();

    InterruptGuard m_interrupts;
    Progress& m_progress;
    const std::string m_title;
    const bool m_draws;
    bool m_drawn = false;
    std::mutex m_mutex; // guards m_ended
    std::condition_variable m_wake;
    bool m_ended = false;
    std::thread m_thread; // last: it uses all the others
};

} // namespace rustcask::cli
