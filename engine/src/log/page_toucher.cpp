// SPDX-License-Identifier: Apache-2.0
#include "log/page_toucher.h"

#include <algorithm>
#include <new>
#include <system_error>
#include <utility>

namespace rustcask::log {
namespace {

constexpr std::uint64_t stepBytes = 2 << 20; // between two looks at whether to stop: well under a millisecond

} // namespace

PageToucher::~PageToucher() {
    {
        const MutexLock lock(m_mutex);
        m_stopping = true;
        m_wake.notify_all();
    }
    if (m_thread.joinable())
        m_thread.join();
}

void PageToucher::request(Request request) noexcept {
    const MutexLock lock(m_mutex);
    m_request = std::move(request);
    if (!m_thread.joinable()) {
        try {
            m_thread = std::thread([this] { run(); });
        } catch (const std::exception&) { // no thread to be had: the writer takes the faults
            m_request = {};
        }
    }
    m_wake.notify_one();
}

void PageToucher::stop() noexcept {
    MutexLock lock(m_mutex);
    m_request = {};
    while (m_busy)
        m_idle.wait(lock);
}

// Only the writer, who comes when it needs the space, can tell anybody that there is none.
void PageToucher::reserve(const Request& request) noexcept {
    const std::uint64_t from = reserved();
    try {
        if (request.file->allocate(from, request.reserveTo - from))
            setReserved(request.reserveTo);
    } catch (const std::bad_alloc&) {
        // As any other failure.
    }
}

void PageToucher::run() {
    MutexLock lock(m_mutex);
    for (;;) {
        while (!m_stopping && m_request.mapping == nullptr)
            m_wake.wait(lock);
        if (m_stopping)
            return;
        Request request = m_request; // the mapping and the file stay while they are used
        const std::uint64_t end = std::min(request.end, request.begin + stepBytes);
        m_request.begin = end;
        if (end == request.end)
            m_request = {};
        m_busy = true;
        lock.unlock();
        if (request.end > reserved() && request.reserveTo > reserved())
            reserve(request);
        if (const std::uint64_t ready = std::min(end, reserved()); request.begin < ready)
            request.mapping->populate(request.begin, ready - request.begin);
        request = {};
        lock.lock();
        m_busy = false;
        m_idle.notify_all();
    }
}

} // namespace rustcask::log
