// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>

#include "io/file_system.h"
#include "thread_safety.h"

namespace rustcask::log {

/// Makes the rest of a mapped file ready for the appends that will get there, on a thread of its own: reserves space
/// and populates pages. A first touch costs more than the append itself, and far more where the kernel zeroes large
/// folios; what is not reserved cannot be touched ahead.
///
/// Used by one writer; only the work itself runs on the other thread.
class PageToucher {
public:
    /// What is asked for: that the file be reserved up to `end`, and its pages populated from `begin` to there.
    struct Request {
        std::shared_ptr<io::File> file;
        std::shared_ptr<io::Mapping> mapping;
        std::uint64_t begin = 0;
        std::uint64_t end = 0;
        std::uint64_t reserveTo = 0; ///< where `end` is not reserved yet
    };

    PageToucher() = default;
    ~PageToucher();
    PageToucher(const PageToucher&) = delete;
    PageToucher& operator=(const PageToucher&) = delete;

    /// Asks for that. Forgets an earlier request that was not begun. Without the means to start a thread, and where
    /// space is not to be had, nothing happens.
    void request(Request request) noexcept;
    /// Waits until neither file nor mapping is held any more.
    void stop() noexcept;

    /// How far the file is reserved: told by the writer when it has reserved space itself, while nothing else is under
    /// way, and raised by what is done here.
    [[nodiscard]] std::uint64_t reserved() const noexcept { return m_reserved.load(std::memory_order_acquire); }
    void setReserved(std::uint64_t end) noexcept { m_reserved.store(end, std::memory_order_release); }

private:
    void run();
    void reserve(const Request& request) noexcept;

    std::atomic<std::uint64_t> m_reserved{0};
    Mutex m_mutex; // guards the following
    ConditionVariable m_wake;
    ConditionVariable m_idle;
    Request m_request RUSTCASK_GUARDED_BY(m_mutex); // without a mapping: none
    bool m_busy RUSTCASK_GUARDED_BY(m_mutex) = false;
    bool m_stopping RUSTCASK_GUARDED_BY(m_mutex) = false;
    std::thread m_thread;
};

} // namespace rustcask::log
