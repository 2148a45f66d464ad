// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <thread>

#include "io/file_system.h"
#include "thread_safety.h"

namespace rustcask::log {

/// Takes the page faults of a mapped append before the append gets there: a thread of its own populates the pages ahead
/// of the writer. A first touch costs more than the append itself, and far more when the kernel zeroes a large folio.
///
/// Used by one writer; only the work itself runs on the other thread.
class PageToucher {
public:
    PageToucher() = default;
    ~PageToucher();
    PageToucher(const PageToucher&) = delete;
    PageToucher& operator=(const PageToucher&) = delete;

    /// Asks for the pages of `mapping` from `begin` to `end`, which must be reserved. Forgets an earlier request that
    /// was not begun. Without the means to start a thread nothing happens.
    void request(std::shared_ptr<io::Mapping> mapping, std::uint64_t begin, std::uint64_t end) noexcept;
    /// Waits until no mapping is held any more.
    void stop() noexcept;

private:
    void run();

    Mutex m_mutex; // guards the following
    ConditionVariable m_wake;
    ConditionVariable m_idle;
    std::shared_ptr<io::Mapping> m_mapping RUSTCASK_GUARDED_BY(m_mutex);
    std::uint64_t m_begin RUSTCASK_GUARDED_BY(m_mutex) = 0;
    std::uint64_t m_end RUSTCASK_GUARDED_BY(m_mutex) = 0;
    bool m_busy RUSTCASK_GUARDED_BY(m_mutex) = false;
    bool m_stopping RUSTCASK_GUARDED_BY(m_mutex) = false;
    std::thread m_thread;
};

} // namespace rustcask::log
