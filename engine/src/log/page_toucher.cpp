// SPDX-License-Identifier: Apache-2.0
#include "log/page_toucher.h"

#include <algorithm>
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

void PageToucher::request(std::shared_ptr<io::Mapping> mapping, std::uint64_t begin, std::uint64_t end) noexcept {
    const MutexLock lock(m_mutex);
    m_mapping = std::move(mapping);
    m_begin = begin;
    m_end = end;
    if (!m_thread.joinable()) {
        try {
            m_thread = std::thread([this] { run(); });
        } catch (const std::exception&) { // no thread to be had: the writer takes the faults
            m_mapping.reset();
        }
    }
    m_wake.notify_one();
}

void PageToucher::stop() noexcept {
    MutexLock lock(m_mutex);
    m_mapping.reset();
    while (m_busy)
        m_idle.wait(lock);
}

void PageToucher::run() {
    MutexLock lock(m_mutex);
    for (;;) {
        while (!m_stopping && m_mapping == nullptr)
            m_wake.wait(lock);
        if (m_stopping)
            return;
        const std::shared_ptr<io::Mapping> mapping = m_mapping;
        const std::uint64_t begin = m_begin;
        const std::uint64_t end = std::min(m_end, begin + stepBytes);
        m_begin = end;
        if (begin >= m_end) {
            m_mapping.reset();
            continue;
        }
        m_busy = true;
        lock.unlock();
        mapping->populate(begin, end - begin);
        lock.lock();
        m_busy = false;
        m_idle.notify_all();
    }
}

} // namespace rustcask::log
