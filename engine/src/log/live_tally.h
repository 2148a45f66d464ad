// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "log/segment.h"

namespace rustcask::log {

/// Counts live records of one file that come and go, and adds them to its counters together, when it goes itself: not
/// every record of every thread touches those. Whoever made it keeps the segment. Not thread-safe.
class LiveTally {
public:
    explicit LiveTally(Segment& segment) noexcept : m_segment(segment) {}
    ~LiveTally() { m_segment.addLive(m_keys, m_bytes); }
    LiveTally(const LiveTally&) = delete;
    LiveTally& operator=(const LiveTally&) = delete;
    void add(std::int64_t keys, std::uint64_t recordBytes) noexcept {
        m_keys += keys;
        m_bytes += keys * static_cast<std::int64_t>(recordBytes);
    }

private:
    Segment& m_segment;
    std::int64_t m_keys = 0;
    std::int64_t m_bytes = 0;
};

} // namespace rustcask::log
