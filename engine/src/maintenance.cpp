// SPDX-License-Identifier: Apache-2.0
// What a writable database does by itself: hint files of sealed files, syncs at an interval, automatic merges, and
// freeing what readers have left.
#include <ctime>
#include <new>
#include <system_error>

#include "database_impl.h"
#include "log/hint_writer.h"

namespace rustcask {
namespace {
constexpr std::chrono::milliseconds collectInterval{500};
constexpr std::chrono::seconds policyInterval{10}; // how often the merge triggers are looked at without a rotation
} // namespace

Result<void> Database::Impl::startBackground() {
    try {
        m_maintenance = std::thread([this] { runMaintenance(); });
        m_merger = std::thread([this] { runMerger(); });
    } catch (const std::system_error& error) {
        return failure({.code = ErrorCode::ioError,
                        .operation = "open the database",
                        .file = m_directory,
                        .systemError = error.code().value(),
                        .detail = "no thread could be started",
                        .advice = "Raise the limit on processes and threads"});
    }
    return {};
}

void Database::Impl::stopBackground() {
    {
        const MutexLock lock(m_backgroundMutex);
        m_stopping = true;
        m_backgroundWake.notify_all();
    }
    m_backgroundProgress.cancel();
    if (m_merger.joinable())
        m_merger.join();
    if (m_maintenance.joinable())
        m_maintenance.join();
}

void Database::Impl::runMaintenance() {
    const bool syncs = m_options.sync == SyncMode::interval;
    const auto tick = syncs ? std::min(m_options.syncInterval, collectInterval) : collectInterval;
    auto nextSync = std::chrono::steady_clock::now() + m_options.syncInterval;
    std::uint64_t syncedBytes = 0;
    MutexLock lock(m_backgroundMutex);
    for (;;) {
        if (m_hintQueue.empty() && !m_stopping)
            m_backgroundWake.wait_for(lock, tick);
        if (m_stopping)
            return; // close writes the hints that are left
        std::shared_ptr<log::Segment> segment;
        if (!m_hintQueue.empty()) {
            segment = std::move(m_hintQueue.front());
            m_hintQueue.pop_front();
        }
        lock.unlock();
        if (segment)
            writeHintNow(segment);
        segment.reset();
        if (syncs && std::chrono::steady_clock::now() >= nextSync) {
            const std::uint64_t appended = m_appendedBytes.load(std::memory_order_relaxed);
            try {
                if (appended != syncedBytes && !m_faulted.load(std::memory_order_relaxed) && sync())
                    syncedBytes = appended;
            } catch (const std::bad_alloc&) {
                // For the words of a failure: the next interval tries again, or finds the database read-only.
            }
            nextSync = std::chrono::steady_clock::now() + m_options.syncInterval;
        }
        m_core->reclaimer.collect();
        lock.lock();
    }
}

void Database::Impl::queueHint(const std::shared_ptr<log::Segment>& segment) {
    const MutexLock lock(m_backgroundMutex);
    m_hintQueue.push_back(segment);
    m_backgroundWake.notify_all();
}

std::deque<std::shared_ptr<log::Segment>> Database::Impl::takeHintQueue() {
    const MutexLock lock(m_backgroundMutex);
    return std::exchange(m_hintQueue, {});
}

// A hint is a cache: failing to write one costs the next opening time, and is no error of any caller.
void Database::Impl::writeHintNow(const std::shared_ptr<log::Segment>& segment) {
    const MutexLock lock(m_hintMutex);
    if (segment->removed.load(std::memory_order_acquire) || !segment->sealed.load(std::memory_order_acquire) ||
        segment->hintBytes.load(std::memory_order_relaxed) > 0 || segment->damaged.load(std::memory_order_relaxed))
        return;
    Result<std::uint64_t> length = 0;
    try {
        length = log::writeHint(*m_core->fileSystem, *segment, m_keydir, m_core->reclaimer, m_options.scanChunkBytes);
    } catch (const std::bad_alloc&) {
        return;
    }
    if (!length || *length == 0)
        return;
    segment->hintBytes.store(*length, std::memory_order_relaxed);
    tellStep(EventKind::hint, {}, segment->generation, *length, segment->name);
}

bool Database::Impl::insideMergeWindow() const {
    const MergePolicy policy = mergePolicy();
    const std::time_t seconds = std::chrono::system_clock::to_time_t(now());
    std::tm local{};
    localtime_r(&seconds, &local);
    const int hour = local.tm_hour;
    if (policy.windowBeginHour < policy.windowEndHour)
        return hour >= policy.windowBeginHour && hour < policy.windowEndHour;
    return hour >= policy.windowBeginHour || hour < policy.windowEndHour;
}

void Database::Impl::mergeIfWanted(bool rotated) {
    if (m_faulted.load(std::memory_order_relaxed))
        return;
    const MergeMode mode = mergePolicy().mode;
    MergeSelection selection;
    bool wanted = false;
    if (mode == MergeMode::everyRotation && rotated) {
        selection.kind = MergeSelection::Kind::files; // the sealed ones: the active file is left alone
        for (const auto& segment : m_core->segments.list())
            if (segment->sealed.load(std::memory_order_acquire))
                selection.generations.push_back(segment->generation);
        wanted = !selection.generations.empty();
    } else if (mode == MergeMode::automatic && insideMergeWindow()) {
        selection.kind = MergeSelection::Kind::policy;
        const auto preview = previewMerge(selection);
        wanted = preview && preview->triggered && !preview->files.empty();
    }
    // A failure is told as an event by the merge itself, and tried again at the next occasion.
    if (wanted)
        static_cast<void>(merge(selection, m_backgroundProgress));
}

void Database::Impl::runMerger() {
    std::uint64_t seen = 0;
    MutexLock lock(m_backgroundMutex);
    for (;;) {
        // A rotation that came while the last one was looked at must not wait for the next tick.
        if (!m_stopping && m_sealedCount == seen)
            m_backgroundWake.wait_for(lock, policyInterval);
        if (m_stopping)
            return;
        const bool rotated = m_sealedCount != seen;
        seen = m_sealedCount;
        lock.unlock();
        try {
            mergeIfWanted(rotated);
        } catch (const std::bad_alloc&) {
            // The merge has cleared up behind itself; the next occasion tries again.
        }
        lock.lock();
    }
}

} // namespace rustcask
