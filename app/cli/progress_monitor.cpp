// SPDX-License-Identifier: Apache-2.0
#include "progress_monitor.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include <sys/ioctl.h>
#include <unistd.h>

#include "context.h"
#include "format.h"

namespace rustcask::cli {

namespace {

constexpr int barCells = 20;

int terminalColumns() {
    winsize size{};
    if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return 80;
}

std::string secondsText(double seconds) {
    const auto whole = static_cast<std::uint64_t>(std::ceil(seconds));
    if (whole < 60)
        return std::to_string(whole) + " s";
    if (whole < 3600)
        return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
    return std::to_string(whole / 3600) + " h " + std::to_string(whole % 3600 / 60) + " min";
}

} // namespace

std::string progressLine(std::string_view title, const ProgressCounts& counts, std::chrono::nanoseconds elapsed,
                         int columns) {
    const double seconds = std::max(std::chrono::duration<double>(elapsed).count(), 1e-9);
    const bool byBytes = counts.bytesTotal > 0 || counts.recordsTotal == 0;
    const std::uint64_t total = byBytes ? counts.bytesTotal : counts.recordsTotal;
    const std::uint64_t done = byBytes ? counts.bytesDone : counts.recordsDone;

    std::string line(title);
    if (total > 0) {
        const double share = std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
        const int filled = static_cast<int>(share * barCells);
        line += " [" + std::string(static_cast<std::size_t>(filled), '#') +
                std::string(static_cast<std::size_t>(barCells - filled), ' ') + "] " +
                std::to_string(static_cast<int>(share * 100)) + " %";
    }
    if (done > 0 && total > done)
        line += "  " + secondsText(seconds * static_cast<double>(total - done) / static_cast<double>(done)) + " left";
    if (counts.bytesDone > 0)
        line += "  " + formatBytes(static_cast<std::uint64_t>(static_cast<double>(counts.bytesDone) / seconds)) + "/s";
    if (byBytes && (total > 0 || done > 0))
        line += "  " + formatBytes(done) + (total > 0 ? " of " + formatBytes(total) : std::string());
    if (counts.recordsDone > 0)
        line += "  " + formatCount(counts.recordsDone) +
                (counts.recordsTotal > 0 ? " of " + formatCount(counts.recordsTotal) : std::string()) + " records";
    if (line.size() > static_cast<std::size_t>(columns))
        line.resize(static_cast<std::size_t>(columns));
    return line;
}

ProgressMonitor::ProgressMonitor(const Context& context, Progress& progress, std::string title)
    : m_progress(progress),
      m_title(std::move(title)),
      m_draws(context.errorIsTerminal && !m_title.empty()),
      m_thread([this] { watch(); }) {}

ProgressMonitor::~ProgressMonitor() {
    {
        const std::lock_guard lock(m_mutex);
        m_ended = true;
    }
    m_wake.notify_all();
    m_thread.join();
    if (m_drawn)
        std::fputs("\r\033[K", stderr);
}

void ProgressMonitor::watch() {
    const auto begin = std::chrono::steady_clock::now();
    std::unique_lock lock(m_mutex);
    while (!m_wake.wait_for(lock, std::chrono::milliseconds(100), [this] { return m_ended; })) {
        if (InterruptGuard::raised())
            m_progress.cancel();
        const auto elapsed = std::chrono::steady_clock::now() - begin;
        if (!m_draws || elapsed < std::chrono::milliseconds(500))
            continue;
        const std::string line = progressLine(m_title, m_progress.counts(), elapsed, terminalColumns() - 1);
        std::fprintf(stderr, "\r%s\033[K", line.c_str());
        m_drawn = true;
    }
}

} // namespace rustcask::cli
