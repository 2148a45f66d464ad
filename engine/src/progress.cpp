// SPDX-License-Identifier: Apache-2.0
#include <rustcask/progress.h>

namespace rustcask {

std::string_view phaseName(Phase phase) noexcept {
    switch (phase) {
    case Phase::idle:
        return "idle";
    case Phase::scanning:
        return "scanning";
    case Phase::loading:
        return "loading";
    case Phase::copying:
        return "copying";
    case Phase::syncing:
        return "syncing";
    case Phase::committing:
        return "committing";
    case Phase::switching:
        return "switching";
    case Phase::verifying:
        return "verifying";
    case Phase::done:
        return "done";
    }
    return "unknown";
}

ProgressCounts Progress::counts() const noexcept {
    ProgressCounts counts;
    counts.phase = m_phase.load(std::memory_order_relaxed);
    counts.filesDone = m_filesDone.load(std::memory_order_relaxed);
    counts.filesTotal = m_filesTotal.load(std::memory_order_relaxed);
    counts.recordsDone = m_recordsDone.load(std::memory_order_relaxed);
    counts.recordsTotal = m_recordsTotal.load(std::memory_order_relaxed);
    counts.bytesDone = m_bytesDone.load(std::memory_order_relaxed);
    counts.bytesTotal = m_bytesTotal.load(std::memory_order_relaxed);
    counts.bytesReclaimed = m_reclaimed.load(std::memory_order_relaxed);
    return counts;
}

void Progress::cancel() noexcept {
    const std::lock_guard lock(m_mutex);
    m_cancelled.store(true, std::memory_order_relaxed);
    m_wake.notify_all();
}

void Progress::pause() noexcept {
    m_paused.store(true, std::memory_order_relaxed);
}

void Progress::resume() noexcept {
    const std::lock_guard lock(m_mutex);
    m_paused.store(false, std::memory_order_relaxed);
    m_wake.notify_all();
}

void Progress::setTotals(std::uint64_t files, std::uint64_t records, std::uint64_t bytes) noexcept {
    m_filesTotal.store(files, std::memory_order_relaxed);
    m_recordsTotal.store(records, std::memory_order_relaxed);
    m_bytesTotal.store(bytes, std::memory_order_relaxed);
}

Result<void> Progress::checkpoint(std::string_view operation) {
    if (isPaused() && !isCancelled()) {
        std::unique_lock lock(m_mutex);
        m_wake.wait(lock, [this] { return !isPaused() || isCancelled(); });
    }
    if (isCancelled()) {
        return failure({.code = ErrorCode::cancelled,
                        .operation = std::string(operation),
                        .detail = "cancelled on request; nothing was lost"});
    }
    return {};
}

} // namespace rustcask
