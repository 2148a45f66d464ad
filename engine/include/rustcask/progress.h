// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string_view>

#include <rustcask/result.h>

namespace rustcask {

/// What a long operation is doing at the moment.
enum class Phase : std::uint8_t { idle, scanning, loading, copying, syncing, committing, switching, verifying, done };

/// Stable lower-case name of a phase ("copying").
[[nodiscard]] std::string_view phaseName(Phase phase) noexcept;

/// Counters of a long operation at one moment. Totals are 0 until they are known.
struct ProgressCounts {
    Phase phase = Phase::idle;
    std::uint64_t filesDone = 0;
    std::uint64_t filesTotal = 0;
    std::uint64_t recordsDone = 0;
    std::uint64_t recordsTotal = 0;
    std::uint64_t bytesDone = 0;
    std::uint64_t bytesTotal = 0;
    std::uint64_t bytesReclaimed = 0; ///< by a merge, so far
};

/// The line between one long operation (open, merge, verify, history, import …) and whoever watches it: counters one
/// way; pause, resume and cancel the other. One object serves one operation at a time and must outlive it. Every member
/// may be called from any thread; none of the observer's blocks.
class Progress {
public:
    Progress() = default;
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    // For the observer.
    [[nodiscard]] ProgressCounts counts() const noexcept;
    /// Asks the operation to end; it does so at its next checkpoint with `ErrorCode::cancelled`, a paused one too.
    void cancel() noexcept;
    [[nodiscard]] bool isCancelled() const noexcept { return m_cancelled.load(std::memory_order_relaxed); }
    /// Holds the operation at its next checkpoint until `resume` or `cancel`.
    void pause() noexcept;
    void resume() noexcept;
    [[nodiscard]] bool isPaused() const noexcept { return m_paused.load(std::memory_order_relaxed); }

    // For the operation.
    void setPhase(Phase phase) noexcept { m_phase.store(phase, std::memory_order_relaxed); }
    void setTotals(std::uint64_t files, std::uint64_t records, std::uint64_t bytes) noexcept;
    void addFiles(std::uint64_t n) noexcept { m_filesDone.fetch_add(n, std::memory_order_relaxed); }
    void addRecords(std::uint64_t n) noexcept { m_recordsDone.fetch_add(n, std::memory_order_relaxed); }
    void addBytes(std::uint64_t n) noexcept { m_bytesDone.fetch_add(n, std::memory_order_relaxed); }
    void addReclaimed(std::uint64_t n) noexcept { m_reclaimed.fetch_add(n, std::memory_order_relaxed); }
    /// Waits while paused. Fails with `cancelled` once the observer has cancelled. Costs two relaxed loads otherwise.
    [[nodiscard]] Result<void> checkpoint(std::string_view operation);

private:
    std::atomic<Phase> m_phase{Phase::idle};
    std::atomic<std::uint64_t> m_filesDone{0}, m_filesTotal{0};
    std::atomic<std::uint64_t> m_recordsDone{0}, m_recordsTotal{0};
    std::atomic<std::uint64_t> m_bytesDone{0}, m_bytesTotal{0};
    std::atomic<std::uint64_t> m_reclaimed{0};
    std::atomic<bool> m_cancelled{false};
    std::atomic<bool> m_paused{false};
    std::mutex m_mutex; // only for waiting while paused
    std::condition_variable m_wake;
};

} // namespace rustcask
